"""What is asked of a chart, and the names in it looked up in the results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from simdiff.analysis.results import Results
from simdiff.report.words import BY_NAME
from simdiff.scenario import Scenario, nearest
from simdiff.scenario.problems import listed
from simdiff.study.blocks import ANY
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of


class ChartError(ValueError):
    """The chart cannot be drawn as asked; ``str()`` says why, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a chart. What is left out (empty, None) the kind chooses; of a drawn chart nothing is open.

    ``cells`` by name (of a comparison: options); ``months`` of policy, 0 the first; ``replicate`` for kinds that show
    one world. Of a comparison ``baseline`` (an option) and ``confidence``; of effects ``factors`` to show, levels held
    (``at``: FACTOR=LEVEL), and the value that doses shall ``reach``.
    """

    kind: str
    outcomes: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    place: str | None = None
    practice: str | None = None
    months: tuple[int, ...] = ()
    replicate: int | None = None
    baseline: str | None = None
    confidence: float | None = None
    factors: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    reach: float | None = None

    def said(self) -> dict[str, Any]:
        """As plain data."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Asked":
        """Back from plain data. Raises TypeError if it is none."""
        whole: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                                 for name, value in said.items()}  # fmt: skip
        return cls(**whole)


def pick(option: str, asked: Sequence[str], known: Sequence[str], most: int) -> tuple[str, ...]:
    """The names asked for, or the first ``most`` known ones. Raises ChartError for unknown or too many names."""
    unknown = list(dict.fromkeys(name for name in asked if name not in known))
    if unknown:
        near = ", ".join(dict.fromkeys(hint for name in unknown if (hint := nearest(name, known))))
        meant = f", did you mean {near}?" if near else ""
        raise ChartError(f"{option}: unknown {listed(unknown)}, expected {listed(known)}{meant}")
    if len(asked) > most:
        raise ChartError(f"{option}: {len(asked)} asked for, expected at most {most}")
    return tuple(dict.fromkeys(asked)) or tuple(known[:most])


def chosen_cells(results: Results, asked: Asked, most: int) -> list[Cell]:
    """The cells to draw: those asked for, or the first ``most``."""
    named = {cell.name: cell for cell in results.plan.cells}
    return [named[name] for name in pick("--cell", asked.cells, list(named), most)]


def chosen_place(cells: Sequence[Cell], asked: Asked) -> str:
    """The place to draw: the one asked for, or the first (all districts together)."""
    return pick("--place", _one(asked.place), _shared(cells, places_of), 1)[0]


def chosen_practice(cells: Sequence[Cell], asked: Asked, *, single: bool) -> str:
    """The practice to draw: the one asked for; left out, *any* of several, or with ``single`` the first."""
    known = _shared(cells, practices_of)
    if single:
        return pick("--practice", _one(asked.practice), [name for name in known if name != ANY], 1)[0]
    return pick("--practice", _one(asked.practice or (known[-1] if known else None)), known, 1)[0]


def chosen_outcomes(results: Results, asked: Asked, usual: Sequence[str], most: int) -> tuple[str, ...]:
    """The outcomes to draw: those asked for, or of the usual ones those that are kept."""
    known = [name for name in results.source.outcomes() if name in BY_NAME]
    first = [name for name in usual if name in known][:most]
    return pick("--outcomes", asked.outcomes or first, known, most)


def _one(name: str | None) -> list[str]:
    return [] if name is None else [name]


def _shared(cells: Sequence[Cell], names_of: Callable[[Scenario], tuple[str, ...]]) -> list[str]:
    """Names that all cells have, in the order of the first. Raises ChartError if there is none."""
    each = [names_of(scenario_of(cell.text)) for cell in cells]
    found = [name for name in each[0] if all(name in other for other in each)]
    if not found:
        raise ChartError("the cells have nothing in common to draw: choose some with --cell")
    return found
