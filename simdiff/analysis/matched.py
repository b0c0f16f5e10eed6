"""What options did in matched worlds: outcomes of cells side by side, by what is believed and by replicate.

An *option* is what can be chosen. Factors over ``structure.…``, ``parameters.…`` and priors are no choices but beliefs:
cells that differ in nothing else are one option, seen under several structures and sets of parameters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simdiff.analysis.direction import waited
from simdiff.register import FINAL_OUTCOMES
from simdiff.scenario import Experiment, Plain, Problem, nearest
from simdiff.scenario.problems import listed
from simdiff.study.cells import Cell, label, places_of, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows
from simdiff.study.chunks import OK, labels_of_times
from simdiff.study.plan import Plan

MOST_OPTIONS = 100
"""Options that are compared in all pairs: 4,950 of them, some ten seconds."""
COSTS = ("cost", "cost_partner")
"""Read along if they are kept: comparisons are at what spend?"""
AS_IT_IS = "as it is"
"""Name of the structure of cells for which no factor sets it."""
WHOLE_RUN = {outcome.name for outcome in FINAL_OUTCOMES}
Levels = tuple[tuple[str, Plain], ...]
Belief = tuple[Levels, Levels]
"""Levels of the factors over structure, and of those over parameters."""


class CompareError(ValueError):
    """What is asked cannot be compared; ``str()`` says all that is wrong, a line each."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to compare. ``outcomes`` empty: depth, or the first kept; ``year`` and ``practice`` None: the last common
    one, and the first; ``cells`` empty: all options; ``baseline`` None: the option that costs least."""

    outcomes: tuple[str, ...] = ()
    year: int | None = None
    place: str = "all"
    practice: str | None = None
    cells: tuple[str, ...] = ()
    baseline: str | None = None
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Matched:
    """Outcomes of options in matched worlds.

    ``values``: outcome → (options, draws, replicates), nan where it is undefined or there is no whole run (``ran`` says
    which). A *draw* is one set of parameters under one structure; ``structure`` (draws,) counts in ``structures``, of
    which there is one if the structure is not varied. World (draw, replicate) has the same luck for every option.
    """

    options: tuple[str, ...]
    cells: tuple[Cell, ...]
    """A cell of each option: what it sets, whatever is believed."""
    outcomes: tuple[str, ...]
    values: Mapping[str, NDArray[np.float64]]
    ran: NDArray[np.bool_]
    structure: NDArray[np.int64]
    structures: tuple[str, ...]
    year: float
    place: str
    practice: str
    idle: tuple[str, ...]
    """Options without a run, which are left out."""

    @property
    def draws(self) -> int:
        """Sets of parameters, each under one structure."""
        return len(self.structure)

    @property
    def least_draws(self) -> int:
        """Sets of parameters under the structure that has fewest."""
        return int(np.bincount(self.structure).min())


def matched(plan: Plan, rows: Rows, asked: Asked) -> Matched:
    """Read what is asked, cell by cell. Raises CompareError."""
    options = options_of(plan)
    chosen = {name: options[name] for name in dict.fromkeys(asked.cells) if name in options} or options
    outcomes = asked.outcomes or default_outcomes(plan)
    problems = list(_problems(plan, asked, options, chosen))
    if problems:
        raise CompareError("\n".join(str(problem) for problem in sorted(set(problems))))
    cells = [cell for beliefs in chosen.values() for cell in beliefs.values()]
    at = asked_time(plan, asked.year, cells)
    practice = asked.practice or practices_of(scenario_of(cells[0].text))[0]
    columns = (*outcomes, *(name for name in COSTS if name in plan.question.outcomes and name not in outcomes))
    found = {
        name: {belief: one for belief, cell in beliefs.items()
               if (one := _cell_values(plan, rows, cell, columns, at, asked.place, practice)) is not None}
        for name, beliefs in chosen.items()
    }  # fmt: skip
    there = {name: seen for name, seen in found.items() if seen}
    if len(there) < 2:
        raise CompareError(_too_few(plan, options, there))
    return _side_by_side(plan, chosen, there, outcomes, columns, (at, asked.place, practice))


def options_of(plan: Plan) -> dict[str, dict[Belief, Cell]]:
    """Every option by name, in the design's order, each with its cells by what is believed in them.

    Levels that set what is set already make no option of their own: of those that are the same, the first counts.
    """
    seen: dict[tuple[str, ...], str] = {}
    found = _named_options(plan)
    for name, beliefs in found.items():
        seen.setdefault((next(iter(beliefs.values())).scenario, *(cell.id for cell in beliefs.values())), name)
    return {name: found[name] for name in seen.values()}


def _named_options(plan: Plan) -> dict[str, dict[Belief, Cell]]:
    experiment = plan.experiment
    kinds = {name: belief_kind(experiment, name) for name in experiment.factors}
    if not any(kinds.values()):
        return {cell.name: {((), ()): cell} for cell in plan.cells}
    options: dict[str, dict[Belief, Cell]] = {}
    for cell in plan.cells:
        levels = {kind: tuple((name, level) for name, level in cell.levels.items() if kinds[name] == kind)
                  for kind in ("", "structure", "parameters")}  # fmt: skip
        name = label(experiment, dict(levels[""])) if levels[""] else cell.scenario
        if levels[""] and len(experiment.scenarios) > 1:
            name = f"{cell.scenario}/{name}"
        options.setdefault(name, {}).setdefault((levels["structure"], levels["parameters"]), cell)
    return options


def belief_kind(experiment: Experiment, factor: str) -> str:
    """``structure`` or ``parameters`` if a factor varies only those; empty if it is a choice."""
    one = experiment.factors[factor]
    paths = [path for settings in (one.levels or {}).values() for path in settings]
    paths += [*(one.on or ()), *([one.path] if one.path else []), *(["parameters"] if one.prior else [])]
    kinds = {path.partition(".")[0] for path in paths}
    return kinds.pop() if kinds in ({"structure"}, {"parameters"}) else ""


def default_outcomes(plan: Plan) -> tuple[str, ...]:
    """Depth if it is kept, else the first outcome that is no cost."""
    kept = plan.question.outcomes
    if "depth" in kept:
        return ("depth",)
    return tuple([name for name in kept if not name.startswith("cost")][:1] or kept[:1])


def common_times(plan: Plan, cells: Sequence[Cell]) -> list[int]:
    """Years (of a monthly series: months) that every one of some cells keeps."""
    kept = [set(labels_of_times(plan.experiment.keep, years)) for years in sorted({cell.years for cell in cells})]
    return sorted(set.intersection(*kept))


def whole_years(plan: Plan, times: Sequence[int]) -> list[int]:
    """Years of policy whose end is among some times."""
    return sorted({(at + 1) // 12 for at in times if at % 12 == 11} if is_monthly(plan) else {at for at in times if at})


def is_monthly(plan: Plan) -> bool:
    """True if times are months of policy from 0, else ends of years."""
    return plan.experiment.keep.series == "monthly"


def asked_time(plan: Plan, year: int | None, cells: Sequence[Cell]) -> int:
    """The time as the rows name it: the end of ``year``, or the last common one."""
    if year is None:
        return common_times(plan, cells)[-1]
    return 12 * year - 1 if is_monthly(plan) else year


def _problems(plan: Plan, asked: Asked, options: Mapping[str, Mapping[Belief, Cell]],
              chosen: Mapping[str, Mapping[Belief, Cell]]) -> Iterator[Problem]:  # fmt: skip
    """Yield everything that is asked for and is not there."""
    cells = [cell for beliefs in chosen.values() for cell in beliefs.values()]
    yield from _unknown("--outcome", "outcome", asked.outcomes, plan.question.outcomes)
    yield from _unknown("--cell", "cell", asked.cells, options)
    if asked.baseline is not None:
        yield from _unknown("--baseline", "cell", [asked.baseline], chosen)
    scenarios = [scenario_of(text) for text in dict.fromkeys(cell.text for cell in cells)]
    places = [set(places_of(one)) for one in scenarios]
    yield from _unknown("--place", "place", [asked.place], sorted(set.intersection(*places)))
    practices = [practices_of(one) for one in scenarios]
    common = [name for name in practices[0] if all(name in one for one in practices)]
    if asked.practice is not None:
        yield from _unknown("--practice", "practice", [asked.practice], common)
    elif len({one[0] for one in practices}) > 1:
        yield Problem("--practice", 0, 0, "", "the cells begin with different practices", f"expected {_one_of(common)}")
    if len(chosen) > MOST_OPTIONS:
        yield Problem("--cell", 0, 0, "", f"{len(chosen):,} to compare", f"expected at most {MOST_OPTIONS}: name some")
    yield from _wrong_times(plan, asked, cells)


def _wrong_times(plan: Plan, asked: Asked, cells: Sequence[Cell]) -> Iterator[Problem]:
    times = common_times(plan, cells)
    known = whole_years(plan, times)
    if not times or (asked.year is not None and asked.year not in known):
        found = "no year that every cell keeps" if not times else f"found {asked.year}"
        allowed = f"expected one of {', '.join(map(str, known))}" if times else "expected --cell: those of one length"
        yield Problem("--year", 0, 0, "", found, allowed)
        return
    at = asked_time(plan, asked.year, cells)
    whole = [name for name in asked.outcomes or default_outcomes(plan) if name in WHOLE_RUN]
    if whole and any(at != labels_of_times(plan.experiment.keep, cell.years)[-1] for cell in cells):
        yield Problem("--year", 0, 0, "", f"{listed(whole)} stand with the last year of a run", "expected that year")


def _unknown(option: str, kind: str, names: Sequence[str], known: Sequence[str] | Mapping[str, object]
             ) -> Iterator[Problem]:  # fmt: skip
    for name in names:
        if name not in known:
            yield Problem(option, 0, 0, "", f"unknown {kind} `{name}`", f"expected {_one_of(known)}",
                          nearest(name, known))  # fmt: skip


def _one_of(names: Sequence[str] | Mapping[str, object]) -> str:
    return f"one of {listed(names)}" if len(names) > 1 else listed(names) or "one that all cells have"


def _too_few(plan: Plan, options: Mapping[str, object], there: Mapping[str, object]) -> str:
    beliefs = [name for name in plan.experiment.factors if belief_kind(plan.experiment, name)]
    if len(options) == 1 and beliefs:
        return f"nothing to compare: the cells differ only in what is believed ({listed(beliefs)}), which is no choice"
    return f"nothing to compare: {len(there)} cell{'' if len(there) == 1 else 's'} with runs, expected two or more"


Grids = tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]


def _cell_values(plan: Plan, rows: Rows, cell: Cell, outcomes: Sequence[str], at: int, place: str, practice: str
                 ) -> Grids | None:  # fmt: skip
    """Outcomes of a cell, (draws, replicates) each, and which runs are whole; None if there is none."""
    time = "month" if is_monthly(plan) else "year"
    table = rows.of_cell(cell, ["status", time, "district", "practice", *outcomes])
    if table is None:
        return None
    here = pc.equal(table[time], at)
    for column, value in (("district", place), ("practice", practice), ("status", OK)):
        here = pc.and_(here, pc.equal(table[column].cast(pa.string()), value))
    kept = table.filter(here)
    if not kept.num_rows:
        return None
    where = kept["draw"].to_numpy(), kept["replicate"].to_numpy()
    shape = (len(plan.draws), int(where[1].max()) + 1)
    ran = np.zeros(shape, dtype=np.bool_)
    ran[where] = True
    grids = {}
    for name in outcomes:
        values = kept[name].to_numpy(zero_copy_only=False)
        grids[name] = np.full(shape, np.nan)
        grids[name][where] = waited(name, values, np.ones(len(values), dtype=np.bool_), cell.years)
    return grids, ran


def _side_by_side(plan: Plan, chosen: Mapping[str, Mapping[Belief, Cell]],
                  found: Mapping[str, Mapping[Belief, Grids]], outcomes: tuple[str, ...], columns: Sequence[str],
                  where: tuple[int, str, str]) -> Matched:  # fmt: skip
    """Cells' values in one array, its draws by structure; a draw in which an option was not run is nan."""
    beliefs = list(dict.fromkeys(belief for seen in found.values() for belief in seen))
    structures = list(dict.fromkeys(structure_name(belief[0]) for belief in beliefs))
    replicates = max(ran.shape[1] for seen in found.values() for _, ran in seen.values())
    many = len(plan.draws)
    shape = (len(found), len(beliefs) * many, replicates)
    values, ran = {name: np.full(shape, np.nan) for name in columns}, np.zeros(shape, dtype=np.bool_)
    for n, seen in enumerate(found.values()):
        for belief, (grids, good) in seen.items():
            first = beliefs.index(belief) * many
            part = (n, slice(first, first + many), slice(good.shape[1]))
            ran[part] = good
            for name in columns:
                values[name][part] = grids[name]
    index = [structures.index(structure_name(belief[0])) for belief in beliefs]
    at, place, practice = where
    return Matched(
        tuple(found), tuple(next(iter(chosen[name].values())) for name in found), outcomes, values, ran,
        np.repeat(np.array(index), many), tuple(structures), (at + 1) / 12 if is_monthly(plan) else float(at), place,
        practice, tuple(name for name in chosen if name not in found),
    )  # fmt: skip


def structure_name(levels: Levels) -> str:
    """What a structure is called: the levels of the factors that set it."""
    return ", ".join(f"{name}={str(level).lower()}" for name, level in levels) or AS_IT_IS
