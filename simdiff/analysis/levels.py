"""How one option stands: medians with their ranges, its districts side by side, and whether its equity gap is open.

What is believed comes in two kinds. *Sets of parameters* (draws, and levels of factors over parameters) stand for what
is not known of the parameters: a range over them is a range of that. *Structures* are a few rival forms of the model
and no sample of anything: each has its own range, and what is told is the envelope of those.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.contrasts import WINNERS, Contrast, Estimate, against, contrasts, doubt, enveloped, estimate
from simdiff.analysis.direction import DIRECTIONS, waited
from simdiff.analysis.matched import Belief, Matched, structure_name
from simdiff.analysis.results import Results
from simdiff.analysis.summary import Interval, interval, intervals
from simdiff.study.blocks import ALL
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of

Values = NDArray[np.float64]
Runs = NDArray[np.bool_]
Beliefs = Mapping[Belief, Cell]
"""The cells of one option, by what is believed in them."""


@dataclass(frozen=True, slots=True)
class At:
    """Where and when outcomes are read: the end of a ``month`` of policy, a place, a practice."""

    month: int
    place: str
    practice: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What ranges of levels rest on: ``sets`` of parameters that an option was run with under a structure, the fewest
    and the most; the ``structures`` by name; and ``replicates`` of a set, the fewest and the most that were run."""

    sets: tuple[int, int]
    structures: tuple[str, ...]
    replicates: tuple[int, int]

    @property
    def drawn(self) -> bool:
        """True if an option was run with more than one set of parameters."""
        return self.sets[1] > 1

    @property
    def single(self) -> bool:
        """True if there is one world of an option, at one set of parameters."""
        return not self.drawn and self.replicates[0] < 2

    @property
    def layer(self) -> str:
        """Which uncertainty a range of levels holds: that of the parameters or, at one set of them, chance."""
        return "parameters" if self.drawn else "chance"

    @property
    def units(self) -> int:
        """How many sets of parameters, or replicates, a range of levels is of, at the least."""
        return self.sets[0] if self.drawn else self.replicates[0]


@dataclass(frozen=True, slots=True)
class Grid:
    """An outcome of one option under one structure: ``values`` and ``ran``, (sets of parameters, replicates) each;
    ``values`` is nan where it is undefined or was not run."""

    values: Values
    ran: Runs


def basis(results: Results, options: Sequence[Beliefs], outcome: str, at: At) -> Basis:
    """What the levels of some options rest on."""
    grids = [grid for beliefs in options for grid in grids_of(results, beliefs, outcome, at).values()]
    counts = [count for grid in grids for count in grid.ran.sum(axis=1).tolist() if count]
    names = dict.fromkeys(structure_name(belief[0]) for beliefs in options for belief in beliefs)
    sets = [int(grid.ran.any(axis=1).sum()) for grid in grids]
    return Basis(
        (min(sets, default=0), max(sets, default=0)), tuple(names), (min(counts, default=0), max(counts, default=0))
    )


def grids_of(results: Results, beliefs: Beliefs, outcome: str, at: At) -> dict[str, Grid]:
    """An outcome of an option by structure; a structure without runs is left out.

    A waiting time counts with the whole length of a run in which it does not end, as where options are compared.
    """
    found: dict[str, list[Grid]] = {}
    for belief, cell in beliefs.items():
        if (grid := _grid(results, cell, outcome, at)) is not None:
            found.setdefault(structure_name(belief[0]), []).append(grid)
    return {name: _stacked(grids) for name, grids in found.items()}


def _grid(results: Results, cell: Cell, outcome: str, at: At) -> Grid | None:
    series = results.source.series(cell, [outcome]).get(outcome)
    if series is None:
        return None
    scenario = scenario_of(cell.text)
    time = int(np.flatnonzero(series.months == at.month)[-1]) if at.month in series.months else -1
    place, practice = places_of(scenario).index(at.place), practices_of(scenario).index(at.practice)
    values, ran = series.values[:, :, time, place, practice], results.source.ran(cell)
    return Grid(waited(outcome, values, ran, cell.years), ran)


def _stacked(grids: Sequence[Grid]) -> Grid:
    most = max(grid.values.shape[1] for grid in grids)

    def wide(values: NDArray[np.generic], fill: float | bool) -> NDArray[np.generic]:
        return np.pad(values, ((0, 0), (0, most - values.shape[1])), constant_values=fill)

    return Grid(np.concatenate([wide(grid.values, math.nan) for grid in grids]),
                np.concatenate([wide(grid.ran, False) for grid in grids]))  # fmt: skip


def level(results: Results, beliefs: Beliefs, outcome: str, at: At) -> Interval:
    """Median of all sets of parameters and structures; ends: the lowest and the highest of the structures' own. A
    structure that was run with one set counts with its median where others have a range over sets."""
    grids = list(grids_of(results, beliefs, outcome, at).values())
    if not any(grid.values.size for grid in grids):
        return Interval(*(math.nan,) * 5, 0.0)
    whole = _interval([_stacked(grids)])
    each = [_interval([grid]) for grid in grids]
    if math.isnan(whole.median) or any(math.isnan(one.median) for one in each):
        return Interval(*(math.nan,) * 5, whole.defined)
    whole = replace(whole, low=min(one.low for one in each), high=max(one.high for one in each))
    drawn = [one for one in each if math.isfinite(one.parameter_low)]
    if not drawn:
        return replace(whole, parameter_low=math.nan, parameter_high=math.nan)
    single = [one.median for one in each if math.isnan(one.parameter_low)]
    return replace(whole, parameter_low=min([*single, *(one.parameter_low for one in drawn)]),
                   parameter_high=max([*single, *(one.parameter_high for one in drawn)]))  # fmt: skip


def _interval(grids: Sequence[Grid]) -> Interval:
    ran = [grid.values[grid.ran.any(axis=1)] for grid in grids]
    return interval(intervals(np.concatenate(ran)))


@dataclass(frozen=True, slots=True)
class Districts:
    """The mean of an outcome in each district, the highest first, and the first less the last, judged together with all
    pairs of districts, so that looking for the farthest apart is paid for; None if they cannot be compared. ``alike``:
    how many have the highest mean, and how many the lowest."""

    means: tuple[tuple[str, float], ...]
    ends: Contrast | None
    alike: tuple[int, int] = (1, 1)

    @property
    def told_apart(self) -> bool:
        """True if the first and the last differ firmly."""
        return self.ends is not None and self.ends.verdict in WINNERS


MOST_COMPARED = 40
"""Districts that are compared in all pairs: 780 of them."""


def districts(results: Results, beliefs: Beliefs, outcome: str, at: At, confidence: float) -> Districts:
    """The outcome in each district, the highest mean first, since means are what is compared; none if one district is
    looked at, or there is one, or what counts is the distance from a value (districts on either side have no order)."""
    names = scenario_of(next(iter(beliefs.values())).text).where.districts
    if at.place != ALL or len(names) < 2 or DIRECTIONS[outcome].even is not None:
        return Districts((), None)
    means = {name: _mean(results, beliefs, outcome, replace(at, place=name), confidence) for name in names
             if math.isfinite(level(results, beliefs, outcome, replace(at, place=name)).median)}  # fmt: skip
    known = sorted(means, key=lambda name: -means[name])
    told = tuple((names[name].title, means[name]) for name in known)
    if len(known) < 2:
        return Districts(told, None)
    alike = tuple(sum(mean == means[name] for mean in means.values()) for name in (known[0], known[-1]))
    if len(known) > MOST_COMPARED:
        return Districts(told, None, (alike[0], alike[1]))
    pairs = against(contrasts(_beside(results, beliefs, outcome, at, known), confidence), known[-1])
    return Districts(told, next(pair for pair in pairs if pair.first == known[0]), (alike[0], alike[1]))


def _mean(results: Results, beliefs: Beliefs, outcome: str, at: At, confidence: float) -> float:
    whole = _stacked(list(grids_of(results, beliefs, outcome, at).values()))
    return estimate(whole.values, whole.ran, confidence).mean


def _beside(results: Results, beliefs: Beliefs, outcome: str, at: At, places: Sequence[str]) -> Matched:
    """Districts as the options of a comparison: what is compared is the same world of each."""
    each = [grids_of(results, beliefs, outcome, replace(at, place=place)) for place in places]
    structures = tuple(each[0])
    widths = [each[0][name].values.shape for name in structures]
    most = max(shape[1] for shape in widths)

    def wide(name: str, part: str) -> NDArray[np.generic]:
        return np.stack([
            np.pad(getattr(grids[name], part), ((0, 0), (0, most - getattr(grids[name], part).shape[1])),
                   constant_values=math.nan if part == "values" else False)
            for grids in each
        ])  # fmt: skip

    values = np.concatenate([wide(name, "values") for name in structures], axis=1)
    ran = np.concatenate([wide(name, "ran") for name in structures], axis=1)
    index = np.repeat(np.arange(len(structures)), [shape[0] for shape in widths])
    cells = tuple(next(iter(beliefs.values())) for _ in places)
    return Matched(tuple(places), cells, (outcome,), {outcome: values}, ran, index, structures, (at.month + 1) / 12,
                   at.place, at.practice, ())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """On which side of 0 an outcome is: its ``mean`` over worlds, with intervals that hold under each structure, and
    ``sign``: 1 or −1 if it is firmly above or below 0 under every structure, else 0, and ``why`` says what leaves it
    open, as ``contrasts.DOUBTS`` explains; empty where structures disagree."""

    mean: Estimate
    sign: int
    why: str


def side(results: Results, beliefs: Beliefs, outcome: str, at: At, confidence: float) -> Side:
    """On which side of 0 an outcome is, judged by itself, by the rules of ``contrasts``."""
    grids = list(grids_of(results, beliefs, outcome, at).values())
    whole, parts = _stacked(grids), [estimate(grid.values, grid.ran, confidence) for grid in grids]
    doubts = [doubt(part, part.p, confidence) for part in parts]
    signs = {0 if why else int(np.sign(part.mean)) for part, why in zip(parts, doubts, strict=True)}
    return Side(enveloped(estimate(whole.values, whole.ran, confidence), parts),
                signs.pop() if len(signs) == 1 else 0, next(filter(None, doubts), ""))  # fmt: skip
