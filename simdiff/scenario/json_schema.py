"""JSON Schemas (draft 7) of scenario and experiment files, for editors: what may stand where, with units and defaults.

They say what one file can be known to say wrong by itself: unknown keys, kinds of values, ranges. What needs another
file, or two settings together, is for ``simdiff check``. A file that extends another may leave out anything and set
anything to null, so there are two definitions of each class: whole, and (``part``) as a file that extends another has
it.
"""

import json
from collections.abc import Iterable
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from simdiff.register import CATALOGUE, FINAL_OUTCOMES, OUTCOMES, PARAMETERS
from simdiff.scenario.experiment_schema import Experiment, Variant
from simdiff.scenario.folders import shipped_draws
from simdiff.scenario.reference import Item, fields, inside, items, note, parameters, plain, sentence
from simdiff.scenario.schema import Closed, LeverLevel, Override, Scenario
from simdiff.scenario.words import Kind, below, is_model, limit, unwrap

Schema = dict[str, Any]
DRAFT = "http://json-schema.org/draft-07/schema#"
KINDS: dict[str, type[Closed]] = {"scenario": Scenario, "experiment": Experiment}
EXTENDS = "File that this one builds on: a shipped scenario by name, or a file relative to this one's folder."


def schema_text(kind: str) -> str:
    """The JSON Schema of a kind of file, as it is published."""
    return json.dumps(json_schema(kind), indent=1, ensure_ascii=False) + "\n"


def json_schema(kind: str) -> Schema:
    """The JSON Schema of a ``scenario`` or an ``experiment`` file."""
    top = KINDS[kind]
    found = {"$schema": DRAFT, "title": f"simdiff {kind}", "description": plain(top.__doc__)}
    if top is Experiment:
        return found | {"allOf": [_ref(Experiment, part=False)], "definitions": _definitions(top, (False,))}
    whole, part = _ref(Scenario, part=False), _ref(Scenario, part=True)
    return found | {
        "type": "object",
        "if": {"required": ["extends"]},
        "then": part,
        "else": whole,
        "definitions": _definitions(top, (False, True)),
    }


def _definitions(top: type[Closed], parts: Iterable[bool]) -> dict[str, Schema]:
    classes: dict[type[Closed], Item | None] = {top: None}
    for item in items(top):
        if item.inner is not None:
            classes.setdefault(item.inner, item)
    told = {_name(one, part=part): _object(one, item, part=part) for part in parts for one, item in classes.items()}
    if top is Scenario:
        told |= {_parameter_ref(name)["$ref"].rpartition("/")[2]: _parameter(one) for name, one in parameters().items()}
    return told


def _name(one: type[Closed], *, part: bool) -> str:
    return f"{one.__name__}{'Part' if part else ''}"


def _ref(one: type[Closed], *, part: bool) -> Schema:
    return {"$ref": f"#/definitions/{_name(one, part=part)}"}


def _object(one: type[Closed], holder: Item | None, *, part: bool) -> Schema:
    """One class. In a part, nothing is required and null takes out what is inherited; items of lists are whole."""
    found = fields(one, inside(holder) if holder is not None else ())
    properties = {item.name: _property(item, part=part) for item in found}
    if one is Scenario and part:
        properties = {"extends": {"type": "string", "minLength": 1, "description": EXTENDS}} | properties
    told: Schema = {"type": "object", "description": plain(one.__doc__), "properties": properties,
                    "additionalProperties": False}  # fmt: skip
    required = [item.name for item in found if item.required]
    return told | ({"required": required} if required and not part else {})


def _property(item: Item, *, part: bool) -> Schema:
    about = f"{item.meaning}\n\n{sentence(note(item))}."
    about += f"\n\nSource: {item.source}." if item.source else ""
    told: Schema = {"description": about}
    if not item.required and item.inner is None and item.default is not None:
        told["default"] = item.default if not item.by_district else next(iter(item.default.values()))
    value = _special(item, part=part) or _value(item, part=part)
    choices = value if isinstance(value, list) else [value]
    choices += [{"type": "null"}] if (part or (not item.required and item.default is None)) else []
    return told | (choices[0] if len(choices) == 1 and "$ref" not in choices[0] else {"anyOf": choices})


def _value(item: Item, *, part: bool) -> list[Schema]:
    if item.by_district:
        value = _of(below(item.kind, NOWHERE), part=part)
        return [*value, _mapping(value, part=part)]
    if item.levelled:
        share: list[Schema] = [{"type": "number", "minimum": 0, "maximum": 1}]
        districts = _mapping(share, part=part) | {"propertyNames": {"not": {"enum": list(LeverLevel.model_fields)}}}
        assert item.inner is not None
        return [*share, _ref(item.inner, part=part), districts]
    return _of(item.kind, part=part)


NOWHERE = "others"


def _of(kind: Kind, *, part: bool) -> list[Schema]:
    """What a type allows, one schema a choice."""
    annotation, limits = kind
    origin: Any = get_origin(annotation)
    if is_model(annotation):
        return [_ref(annotation, part=part)]
    if origin is Literal:
        options = get_args(annotation)
        return [{"enum": list(options)}]
    if origin is list:
        return [{"type": "array", "items": _one(_of(below(kind, 0), part=False))} | _sizes(limits, "Items")]
    if origin is dict:
        names = _one(_of(unwrap(get_args(annotation)[0]), part=part))
        told = _mapping(_of(below(kind, NOWHERE), part=part), part=part) | _sizes(limits, "Properties", part=part)
        return [told | ({"propertyNames": {"pattern": names["pattern"]}} if "pattern" in names else {})]
    if origin is Union or origin is UnionType:
        return [choice for one in get_args(annotation) for choice in _of(unwrap(one), part=part)]
    return [_simple(annotation, limits)]


def _simple(annotation: Any, limits: tuple[Any, ...]) -> Schema:
    if annotation is Any:
        return {}
    told: Schema = {"type": {bool: "boolean", int: "integer", float: "number", str: "string",
                             type(None): "null"}[annotation]}  # fmt: skip
    names = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "pattern": "pattern",
             "min_length": "minLength", "max_length": "maxLength"}  # fmt: skip
    return told | {said: limit(limits, name) for name, said in names.items() if limit(limits, name) is not None}


def _one(choices: list[Schema]) -> Schema:
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _mapping(values: list[Schema], *, part: bool) -> Schema:
    return {"type": "object", "additionalProperties": _one([*values, {"type": "null"}] if part else values)}


def _sizes(limits: tuple[Any, ...], what: str, *, part: bool = False) -> Schema:
    least, most = limit(limits, "min_length"), limit(limits, "max_length")
    told = {} if least is None or part else {f"min{what}": least}
    return told | ({} if most is None or part else {f"max{what}": most})


def _special(item: Item, *, part: bool) -> list[Schema]:
    """Places where the register knows the names, and the short forms of an experiment."""
    outcomes = [one.name for one in (*OUTCOMES, *FINAL_OUTCOMES)]
    match ".".join(item.path):
        case "parameters":
            return [_overrides(part=part)]
        case "practices":
            (known,) = _value(item, part=part)
            named = {name: {"description": f"{one.title}, of the catalogue.", "anyOf": _choices(known)}
                     for name, one in CATALOGUE.items()}  # fmt: skip
            return [known | {"properties": named}]
        case "practices.<name>.like":
            return [{"enum": list(CATALOGUE)}]
        case "scenarios":
            texts: Schema = {"type": "string", "minLength": 1}
            (known,) = _value(item, part=part)
            known["additionalProperties"] = {"anyOf": [texts, _ref(Variant, part=False)]}
            return [known, {"type": "array", "items": texts, "minItems": 1}]
        case "keep.outcomes":
            return [{"type": "array", "items": {"enum": outcomes}, "minItems": 1}]
        case "posterior":
            return [{"enum": list(shipped_draws())}, *_value(item, part=part)]
        case "until.outcome":
            return [{"enum": outcomes}]
        case "factors.<name>.prior":
            return [{"enum": [name for name, one in PARAMETERS.items() if one.prior != "fixed"]}]
    return []


def _choices(mapping: Schema) -> list[Schema]:
    values = mapping["additionalProperties"]
    return list(values["anyOf"]) if "anyOf" in values else [values]


def _parameter(item: Item) -> Schema:
    """Another value for one parameter, whether the file is whole or not."""
    known = PARAMETERS[item.name]
    said = {name: plain(field.description) for name, field in Override.model_fields.items()}
    value: Schema = {"type": "number", "minimum": known.low, "maximum": known.high, "default": known.default}
    reason: Schema = {"type": "string", "minLength": 3}
    about = f"{item.meaning}\n\n{sentence(note(item))}.\n\nSource: {item.source}."
    return {"type": "object", "description": about, "additionalProperties": False,
            "properties": {"value": value | {"description": said["value"]},
                           "reason": reason | {"description": said["reason"]}}}  # fmt: skip


def _overrides(*, part: bool) -> Schema:
    told: Schema = {}
    for name in PARAMETERS:
        whole = {"allOf": [_parameter_ref(name)], "required": list(Override.model_fields)}
        told[name] = {"anyOf": [_parameter_ref(name), {"type": "null"}]} if part else whole
    return {"type": "object", "additionalProperties": False, "properties": told}


def _parameter_ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/parameter_{name}"}
