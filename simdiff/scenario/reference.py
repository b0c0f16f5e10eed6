"""Every setting of a file, once: its path, what it takes, its unit, default, meaning and source.

Manual, starter files, JSON Schemas, explanations and differences all read this; nothing is listed by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from simdiff.register import LEVERS, PARAMETERS, Lever
from simdiff.register.tables import number, prior
from simdiff.scenario.access import ATTRIBUTES
from simdiff.scenario.schema import OTHERS, Closed, Scenario, Unit, by_district, is_levelled
from simdiff.scenario.words import Kind, describe, is_model, unwrap

NAMED, LISTED = "<name>", "[]"
"""Steps of a path that stand for any key that the user names, and for any item of a list."""
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One setting. ``path`` leads to it from the top of the file; ``kind`` is its type with limits and ``allowed`` the
    same in words; ``inner`` the class of the schema that it holds (of each of its values, of its items), if any.

    ``default`` is plain data as a file would say it (None: nothing); a ``required`` setting has none. ``by_district``:
    one value for all, or one a district; ``levelled``: its level alone will do.
    """

    path: Path
    kind: Kind
    allowed: str
    unit: str
    required: bool
    default: Any
    meaning: str
    source: str
    by_district: bool
    levelled: bool
    inner: type[Closed] | None

    @property
    def name(self) -> str:
        """The key itself."""
        return self.path[-1]

    @property
    def optional_block(self) -> bool:
        """True if it is a mapping, or list of mappings, that is absent unless said."""
        return self.inner is not None and not self.required and self.default in (None, [])


def fields(holder: type[Closed], at: Path = ()) -> list[Item]:
    """The settings that may stand in one class of the schema, in its order; ``at``: where it stands."""
    return [_item(field, (*at, name)) for name, field in holder.model_fields.items()]


def items(schema: type[Closed], at: Path = ()) -> Iterator[Item]:
    """Every setting of a schema, each before those inside it."""
    for item in fields(schema, at):
        yield item
        if item.inner is not None:
            yield from items(item.inner, inside(item))


def inside(item: Item) -> Path:
    """The path of what an item holds: with a step for the names of a mapping or the places in a list."""
    origin: Any = get_origin(item.kind[0])
    return (*item.path, NAMED) if origin is dict else (*item.path, LISTED) if origin is list else item.path


@cache
def parameters() -> dict[str, Item]:
    """Every parameter of the register as a setting, by name."""
    return {name: Item(
        path=("parameters", name),
        kind=(float, ()),
        allowed=f"a number from {number(one.low)} to {number(one.high)}",
        unit=one.unit,
        required=False,
        default=one.default,
        meaning=f"{one.symbol}: {one.meaning}. Prior: {prior(one)}.",
        source=f"{one.source} (grade {one.grade})",
        by_district=False,
        levelled=False,
        inner=None,
    ) for name, one in PARAMETERS.items()}  # fmt: skip


@cache
def scenario_items() -> dict[Path, Item]:
    """Every setting of a scenario by path; parameters stand under their own names."""
    found = {item.path: item for item in items(Scenario)}
    return found | {item.path: item for item in parameters().values()}


def item_at(path: tuple[str | int, ...]) -> Item | None:
    """The setting of a scenario that stands at a path with real names in it; for one district's value, that setting."""
    known, at = scenario_items(), Path()
    for step in path:
        nexts = ((*at, LISTED),) if isinstance(step, int) else ((*at, step), (*at, NAMED))
        found = next((one for one in nexts if one in known or any(two[: len(one)] == one for two in known)), None)
        if found is None:
            break
        at = found
    return known.get(at)


def note(item: Item) -> str:
    """What an item takes, in a few words: unit, range and default."""
    unit = f"{item.unit}: " if item.unit else ""
    told = f"{unit}{item.allowed.removeprefix('a ').replace(' from ', ' ')}"
    told += "; by district" if item.by_district else ""
    if item.required:
        return f"{told}; required"
    return f"{told}; default {default_words(item.default)}" if item.inner is None else told


def default_words(value: Any) -> str:
    """A default as people write it; a value for all districts is that value."""
    if isinstance(value, dict) and value.keys() == {OTHERS}:
        return default_words(value[OTHERS])
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "none"
    if isinstance(value, list | dict):
        return ", ".join(default_words(part) for part in value) or "none"
    if isinstance(value, str):
        return value or "empty"
    return number(value)


def plain(docstring: str | None) -> str:
    """A docstring on one line, with Markdown's single backticks."""
    return " ".join((docstring or "").split()).replace("``", "`")


def _item(field: FieldInfo, path: Path) -> Item:
    kind = unwrap(field.annotation, tuple(field.metadata))
    districts, levelled = by_district(kind[1]), is_levelled(kind[1])
    value = unwrap(get_args(kind[0])[1]) if districts else kind
    default = None if field.is_required() else _plain_default(field.default)
    return Item(
        path=path,
        kind=kind,
        allowed=describe(value),
        unit=_unit(field.annotation, field.metadata),
        required=field.is_required(),
        default=default,
        meaning=_meaning(field.description, path),
        source=_source(path),
        by_district=districts,
        levelled=levelled,
        inner=_inner(kind[0]),
    )


def _plain_default(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Closed) else value


def _inner(annotation: Any) -> type[Closed] | None:
    if is_model(annotation):
        found: type[Closed] = annotation
        return found
    return next((one for part in get_args(annotation) if (one := _inner(unwrap(part)[0])) is not None), None)


def _unit(annotation: Any, metadata: Any) -> str:
    """The unit of a field: its own, or that of the values in it (but not in the classes of the schema)."""
    for note in metadata:
        if isinstance(note, Unit):
            return note.name
    return next((unit for part in get_args(annotation) if (unit := _unit(part, getattr(part, "__metadata__", ())))), "")


def _lever(path: Path) -> Lever | None:
    return next((lever for lever in LEVERS if ("policy", *lever.path.split(".")) == path), None)


def _meaning(description: str | None, path: Path) -> str:
    """What a field is; of a sub-lever, what it does and what prices it."""
    if (lever := _lever(path)) is None:
        return plain(description)
    return f"{sentence(lever.meaning)}." + (f" Priced by {lever.price}." if lever.price else "")


def sentence(text: str) -> str:
    """A text with a capital first."""
    return text[:1].upper() + text[1:]


def _source(path: Path) -> str:
    """Where a setting or its default comes from, if the register says so."""
    if lever := _lever(path):
        return lever.source
    if path[:2] == ("practices", NAMED) and path[-1] in ATTRIBUTES:
        return "the catalogue of practices"
    return ""
