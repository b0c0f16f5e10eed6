"""What the schema allows at a place, in plain words."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simdiff.scenario.problems import listed

Kind = tuple[Any, tuple[Any, ...]]
"""A type and its limits."""


def kind_at(schema: type[BaseModel], loc: tuple[int | str, ...]) -> Kind:
    """Return the type that ``schema`` has at a pydantic error's place (branch tags of unions are passed over)."""
    kind: Kind = (schema, ())
    for step in loc:
        kind = below(kind, step)
    return kind


def keys_at(schema: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand at a place, if it is one with fixed keys."""
    annotation = kind_at(schema, loc)[0]
    return list(annotation.model_fields) if is_model(annotation) else []


def describe(kind: Kind) -> str:
    """Return what a type allows: "a whole number from 0 to 1200", "one of `a`, `b`"."""
    annotation, limits = kind
    origin: Any = get_origin(annotation)
    if annotation is bool:
        return "true or false"
    if annotation in (int, float):
        return ("a whole number" if annotation is int else "a number") + _range(limits)
    if annotation is str:
        return _text(limits)
    if origin is Literal:
        options = get_args(annotation)
        return f"{'one of ' if len(options) > 1 else ''}{listed(map(str, options))}"
    if origin in (Union, UnionType):
        return ", or ".join(describe(unwrap(part)) for part in get_args(annotation) if part is not NoneType)
    if origin is list:
        return _list(below(kind, 0), limits)
    if is_model(annotation):
        return f"a mapping with {listed(annotation.model_fields)}"
    return "a mapping" + _sizes(limits, "entries")


def describe_key(kind: Kind) -> str:
    """Return what the keys of a mapping may be."""
    arguments = get_args(kind[0])
    return describe(unwrap(arguments[0])) if arguments else "a word"


def is_model(annotation: Any) -> bool:
    """True if a type is a class of the schema."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def unwrap(annotation: Any, limits: tuple[Any, ...] = ()) -> Kind:
    """Strip ``Annotated`` and ``| None``, keeping the limits said along the way."""
    while True:
        arguments = get_args(annotation)
        if get_origin(annotation) is Annotated:
            annotation, limits = arguments[0], limits + arguments[1:]
        elif get_origin(annotation) in (Union, UnionType) and len(arguments) == 2 and NoneType in arguments:
            annotation = next(part for part in arguments if part is not NoneType)
        else:
            flat = [part for limit in limits for part in (limit.metadata if isinstance(limit, FieldInfo) else [limit])]
            return annotation, tuple(flat)


def below(kind: Kind, step: int | str) -> Kind:
    """The type one step further in: of a field, of any value of a mapping, of any item of a list."""
    annotation, arguments = kind[0], get_args(kind[0])
    origin: Any = get_origin(annotation)
    if is_model(annotation):
        field = annotation.model_fields.get(step)
        return unwrap(field.annotation, tuple(field.metadata)) if field else (dict, ())
    if origin is dict:
        return unwrap(arguments[1])
    if origin is list:
        return unwrap(arguments[0])
    if origin in (Union, UnionType) and isinstance(step, int):
        return next((below(unwrap(part), step) for part in arguments if get_origin(part) is list), kind)
    return kind


def limit(limits: tuple[Any, ...], name: str) -> Any:
    """A limit by name (ge, gt, le, min_length, max_length, pattern), None without one."""
    return next((getattr(limit, name) for limit in limits if getattr(limit, name, None) is not None), None)


def _range(limits: tuple[Any, ...]) -> str:
    low, high, above = (limit(limits, name) for name in ("ge", "le", "gt"))
    if above is not None:
        return f" above {above:.10g}" + (f", at most {high:.10g}" if high is not None else "")
    if low is not None and high is not None:
        return f" from {low:.10g} to {high:.10g}"
    return f", at least {low:.10g}" if low is not None else ""


def _sizes(limits: tuple[Any, ...], what: str) -> str:
    low, high = limit(limits, "min_length"), limit(limits, "max_length")
    if low is not None and high is not None:
        return f" of {low} to {high} {what}" if low != high else f" of {low} {what}"
    if high is not None:
        return f" of at most {high} {what}"
    return f" of at least {low} {what}" if low is not None else ""


def _text(limits: tuple[Any, ...]) -> str:
    if limit(limits, "pattern"):
        return "small letters, digits, - and _ (at most 80, a letter or digit first)"
    return "a text" + _sizes(limits, "characters")


def _list(item: Kind, limits: tuple[Any, ...]) -> str:
    one = describe(item)
    for singular, plural in (("a whole number", "whole numbers"), ("a number", "numbers"), ("a mapping", "mappings")):
        if one.startswith(singular):
            size = limit(limits, "min_length")
            return f"a list of {f'{size} ' if size else ''}{plural}{one.removeprefix(singular)}"
    return f"a list{_sizes(limits, 'entries')}, each {one}"


def takes_whole_numbers(schema: type[BaseModel], loc: tuple[int | str, ...]) -> bool:
    """True if what stands at a place (the value of every district, where it is by district) is a whole number."""
    annotation = kind_at(schema, loc)[0]
    origin: Any = get_origin(annotation)
    if origin is dict:
        annotation = unwrap(get_args(annotation)[1])[0]
        origin = get_origin(annotation)
    if origin in (Union, UnionType):
        kinds = [unwrap(part)[0] for part in get_args(annotation)]
        return int in kinds and float not in kinds
    return annotation is int
