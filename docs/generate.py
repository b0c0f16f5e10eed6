"""Rewrite the generated blocks of the documents, and the JSON Schemas in ``schema/``: ``python docs/generate.py``; with
``--check``, exit 1 if any is stale.

A block stands between ``<!-- generated: NAME -->`` and ``<!-- /generated -->``; NAME is a key of ``BLOCKS``.
"""

import argparse
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from simdiff import api
from simdiff.cli.manual import manual
from simdiff.register import tables
from simdiff.report import evidence
from simdiff.report.kinds import KINDS, OPTIONS
from simdiff.scenario import json_schema, reference
from simdiff.scenario.experiment_schema import Experiment
from simdiff.scenario.schema import Closed, Scenario
from simdiff.scenario.words import is_model, limit, unwrap

DOCS = Path(__file__).resolve().parent
SCHEMAS = DOCS.parent / "schema"
FILES = ("model.md", "scenarios.md", "experiments.md", "evidence.md", "validation.md", "field-study.md", "charts.md",
         "commands.md", "python.md")  # fmt: skip
BLOCK = re.compile(r"(<!-- generated: (?P<name>[\w -]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def scenario_reference() -> str:
    """Every class of the scenario schema: what it is, and a table of its fields."""
    return "\n\n".join(class_reference(one) for one in classes(Scenario))


def experiment_reference() -> str:
    """Every class of the experiment schema: what it is, and a table of its fields."""
    return "\n\n".join(class_reference(one) for one in classes(Experiment))


def classes(top: type[Closed], seen: set[type[Closed]] | None = None) -> Iterator[type[Closed]]:
    """A class and all that its fields lead to, each once, in the order of the fields."""
    seen = set() if seen is None else seen
    if top in seen:
        return
    seen.add(top)
    yield top
    for field in top.model_fields.values():
        for one in classes_in(field.annotation):
            yield from classes(one, seen)


def classes_in(annotation: Any) -> Iterator[type[Closed]]:
    """The schema classes that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, Closed):
        yield annotation
    for part in get_args(annotation):
        yield from classes_in(part)


def class_reference(one: type[Closed]) -> str:
    """Heading, docstring and table of fields of one class."""
    rows = [
        (f"`{item.name}`", words(*item.kind, item), item.unit, left_out(item), item.meaning)
        for item in reference.fields(one)
    ]
    table = tables.table(("field", "value", "unit", "left out", "meaning"), rows)
    return f"### {one.__name__}\n\n{reference.plain(one.__doc__)}\n\n{table}"


def left_out(item: reference.Item) -> str:
    """What a field is if left out."""
    if item.required:
        return "**required**"
    if item.inner is not None and item.default:
        return "its defaults"
    told = reference.default_words(item.default)
    return (
        "—"
        if item.default is None
        else f"`{told}`"
        if isinstance(item.default, str | bool) and item.default != ""
        else told
    )


def words(annotation: Any, metadata: Iterable[Any], item: reference.Item | None = None) -> str:
    """An annotation in plain words, with links."""
    annotation, notes = unwrap(annotation, tuple(metadata))
    if item is not None and item.by_district:
        return f"{words(get_args(annotation)[1], ())}; by district"
    if item is not None and item.levelled:
        return f"{link(annotation)}, or its level alone"
    if is_model(annotation):
        return link(annotation)
    return compound(annotation, notes) or simple(annotation, limits(notes))


def limits(notes: tuple[Any, ...]) -> dict[str, Any]:
    """Constraints by name."""
    names = ("ge", "gt", "le", "min_length", "max_length", "pattern")
    return {name: limit(notes, name) for name in names if limit(notes, name) is not None}


def compound(annotation: Any, metadata: tuple[Any, ...]) -> str:
    """Choices, lists and mappings in words; empty for anything else."""
    origin, parts, limit = get_origin(annotation), get_args(annotation), limits(metadata)
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if origin in (Union, UnionType):
        return " or ".join(words(part, ()) for part in parts if part is not NoneType)
    if origin is list:
        least = limit.get("min_length")
        size = (
            "" if least is None else f"{least} of them: " if limit.get("max_length") == least else f"at least {least}: "
        )
        return f"list, {size}{words(parts[0], ())}"
    if origin is dict:
        least, most = limit.get("min_length"), limit.get("max_length")
        size = f" ({least} to {most} of them)" if most else f" (at least {least})" if least else ""
        return f"mapping: {words(parts[0], ())} → {words(parts[1], ())}{size}"
    return ""


def simple(annotation: Any, limit: dict[str, Any]) -> str:
    """Numbers and texts in words, with their range."""
    if annotation is bool:
        return "true or false"
    if annotation is Any:
        return "anything that the path takes"
    if annotation is str:
        return "short name (small letters, digits, - and _)" if "pattern" in limit else "text"
    kind = "whole number" if annotation is int else "number"
    if "gt" in limit:
        return f"{kind} above {tables.number(limit['gt'])}" + (
            f", at most {tables.number(limit['le'])}" if "le" in limit else ""
        )
    return f"{kind} {tables.number(limit['ge'])} to {tables.number(limit['le'])}" if "ge" in limit else kind


def link(one: type[Closed]) -> str:
    """A link to a class's own table."""
    return f"[{one.__name__}](#{one.__name__.lower()})"


def calibrated(key: str) -> Any:
    """A part of what `simdiff calibrate` said of the draws that ship."""
    return json.loads((DOCS.parent / "experiments" / "calibrated.json").read_text(encoding="utf-8"))[key]


def kept(run: str, key: str) -> Any:
    """A part of what a long run said (``docs/keep_runs.py``)."""
    return json.loads((DOCS / "runs" / f"{run}.json").read_text(encoding="utf-8"))[key]


def verification() -> str:
    """Every case with an exact answer: the worst of its values."""
    return evidence.verification(kept("verification", "cases"))


def tables_of(run: str, *names: str) -> str:
    """Tables of a run as Markdown, each under its heading; of a validation, by name."""
    said = kept(run, "tables")
    if not names:
        parts = [f"### {one['heading']}\n\n{tables.table(one['head'], one['rows'])}\n\n{one['note']}" for one in said]
    else:
        parts = [
            f"### {name.capitalize()}\n\n{tables.table(said[name]['heads'], said[name]['rows'])}" for name in names
        ]
    return "\n\n".join(parts)


def told(run: str) -> str:
    """What a run said in sum, and the command that repeats it."""
    return evidence.lines([*kept(run, "told"), f"Repeat: `{kept(run, 'reproduce')}`"])


def kinds() -> str:
    """Every kind of chart: what it shows, needs and takes."""
    rows = [(f"`{name}`", kind.shows, kind.needs, ", ".join(f"`{one}`" for option in kind.takes
             for one in OPTIONS[option].split(" and "))) for name, kind in KINDS.items()]  # fmt: skip
    return tables.table(("kind", "shows", "needs", "takes"), rows)


def python_reference() -> str:
    """Every function and class of the front door: how it is called, its docstring, and what a class offers."""
    functions = (api.load, api.run, api.sweep, api.open)
    kinds = (api.Scenario, api.Result, api.Sweep, api.Comparison, api.Effects, api.Chart)
    parts = [python_part(f"simdiff.{one.__name__}{called(one)}", one) for one in functions]
    for one in kinds:
        parts += [python_part(one.__name__, one), *python_members(one)]
    return "\n\n".join(parts)


def python_members(one: type) -> Iterator[str]:
    """Properties and methods that a class has for its users."""
    for name, member in vars(one).items():
        if not name.startswith("_") and (isinstance(member, property) or inspect.isfunction(member)):
            yield python_part(f"{one.__name__.lower()}.{name}{called(member)}", member, "####")


def python_part(head: str, one: Any, level: str = "###") -> str:
    """A heading, the words of a docstring, and its examples."""
    text, _, examples = (inspect.getdoc(one) or "").partition(">>> ")
    blocks = [reference.plain(block) for block in text.strip().split("\n\n")]
    blocks += [f"```pycon\n>>> {examples.strip()}\n```"] if examples else []
    return "\n\n".join([f"{level} `{head}`", *blocks])


def called(one: Any) -> str:
    """The arguments of a function with their defaults; nothing of a property."""
    if isinstance(one, property):
        return ""
    every = [given.replace(annotation=inspect.Parameter.empty) for given in inspect.signature(one).parameters.values()]
    return str(inspect.Signature([given for given in every if given.name != "self"]))


BLOCKS: dict[str, Callable[[], str]] = {
    "standing": lambda: evidence.standing(calibrated("contraction"), calibrated("told")),
    "kinds": kinds,
    "commands": manual,
    "targets": evidence.targets,
    "grade E": lambda: evidence.sourced("E", calibrated("contraction")),
    "grade M": lambda: evidence.sourced("M", calibrated("contraction")),
    "grade A": lambda: evidence.sourced("A", calibrated("contraction")),
    "calibration": lambda: evidence.calibration(calibrated("table")),
    "calibration told": lambda: evidence.lines(calibrated("found")),
    "parity": lambda: evidence.parity(calibrated("parity")),
    "verification": verification,
    "recovery": lambda: f"{told('recovery')}\n\n{tables_of('recovery')}",
    "field study": lambda: f"{told('field-study')}\n\n{tables_of('field-study')}",
    "patterns told": lambda: told("validation"),
    "patterns": lambda: tables_of("validation", "patterns", "structures", "parts"),
    "plateau": lambda: tables_of("validation", "plateau", "course"),
    "interactions": lambda: tables_of("validation", "interactions, depth", "interactions, deep schools"),
    "carlson": lambda: evidence.leaders(calibrated("carlson")),
    "parameters": tables.parameters,
    "grades": tables.grades,
    "calendars": tables.calendars,
    "sub-levers": tables.sub_levers,
    "outcomes": tables.outcomes,
    "final outcomes": tables.final_outcomes,
    "practices": tables.practices,
    "scenario": scenario_reference,
    "experiment reference": experiment_reference,
    "python": python_reference,
}


def filled(text: str) -> str:
    """A document with every generated block written anew. Raises KeyError for an unknown block."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found['name']]()}\n\n{found[3]}", text)


def stale(folder: Path = DOCS) -> list[str]:
    """Names of documents whose generated blocks are not up to date."""
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in FILES}
    return [name for name, text in texts.items() if filled(text) != text]


def stale_schemas(folder: Path = SCHEMAS) -> list[str]:
    """Kinds of files whose published JSON Schema is missing or not up to date."""
    files = {kind: folder / f"{kind}.json" for kind in json_schema.KINDS}
    return [kind for kind, file in files.items()
            if not file.is_file() or file.read_text(encoding="utf-8") != json_schema.schema_text(kind)]  # fmt: skip


def main() -> int:
    """Rewrite, or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a document is stale")
    old, kinds = stale(), stale_schemas()
    if parser.parse_args().check:
        names = [*old, *(f"schema/{kind}.json" for kind in kinds)]
        print("\n".join(f"{name} is stale: run python docs/generate.py" for name in names) or "all are up to date")
        return 1 if names else 0
    for kind in kinds:
        SCHEMAS.mkdir(exist_ok=True)
        (SCHEMAS / f"{kind}.json").write_text(json_schema.schema_text(kind), encoding="utf-8")
        print(f"rewrote schema/{kind}.json")
    for name in old:
        path = DOCS / name
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"rewrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
