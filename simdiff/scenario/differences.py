"""What differs between two scenarios, setting by setting, after everything is resolved."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simdiff.register import PARAMETERS
from simdiff.scenario.load import Loaded
from simdiff.scenario.reference import item_at
from simdiff.scenario.schema import OTHERS
from simdiff.scenario.translate import Place, path_text

PARTNERS: Place = ("policy", "networks", "partners")
DISTRICTS: Place = ("where", "districts")


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that two scenarios have differently. ``a`` and ``b`` are plain data, None where a scenario has nothing
    there; ``default`` is None where there is none."""

    path: str
    meaning: str
    unit: str
    default: Any
    a: Any
    b: Any


def differences(a: Loaded, b: Loaded) -> list[Difference]:
    """Every setting in which two scenarios differ, in the order of the file; schools of tables count as one."""
    before, after = dict(_flat(a.text, ())), dict(_flat(b.text, ()))
    alone = a.scenario.where.districts.keys() ^ b.scenario.where.districts.keys()
    paths = [path for path in dict.fromkeys([*before, *after]) if not (path[:2] == DISTRICTS and path[2] in alone)]
    pairs = [(path, before.get(path), after.get(path)) for path in paths]
    found = [_difference(*pair) for pair in pairs if pair[1] != pair[2] and not _nothing(*pair[1:])]
    for name in sorted(alone):
        titles = [one.title if (one := part.scenario.where.districts.get(name)) else None for part in (a, b)]
        found.append(Difference(path_text((*DISTRICTS, name)), "A district.", "", None, *titles))
    if a.schools != b.schools:
        counts = [sum(map(len, one.schools.values())) or None for one in (a, b)]
        found.append(Difference("where.table", "Schools read from a table.", "schools", None, *counts))
    return found


def _flat(value: Any, path: Place) -> Iterator[tuple[Place, Any]]:
    """Every value by path: partners by name; what is by district stays together where one value is for all."""
    if isinstance(value, dict) and value and value.keys() != {OTHERS}:
        for key, inside in value.items():
            yield from _flat(inside, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(one, dict) and "name" in one for one in value):
        for one in value:
            yield from _flat({key: inside for key, inside in one.items() if key != "name"}, (*path, str(one["name"])))
    elif isinstance(value, dict) and value:
        yield path, value[OTHERS]
    else:
        yield path, value


def _nothing(a: Any, b: Any) -> bool:
    """True if neither scenario says anything."""
    return a in (None, {}, []) and b in (None, {}, [])


def _difference(path: Place, a: Any, b: Any) -> Difference:
    if path[0] == "parameters" and len(path) == 3:
        known = PARAMETERS[str(path[1])]
        if path[2] == "reason":
            return Difference(path_text(path), f"Why {path[1]} has another value.", "", None, a, b)
        values = [known.default if value is None else value for value in (a, b)]
        return Difference(path_text(path), known.meaning, known.unit, known.default, *values)
    item = item_at((*PARTNERS, 0, *path[4:]) if path[:3] == PARTNERS else path)
    if item is None:
        return Difference(path_text(path), "", "", None, a, b)
    default = item.default[OTHERS] if item.by_district and isinstance(item.default, dict) else item.default
    return Difference(path_text(path), item.meaning, item.unit, None if item.inner else default, a, b)
