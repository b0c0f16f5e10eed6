"""How one option stands, from outcomes made by hand: which number is read, stacks, medians, envelopes, sides."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import ArrayLike

from simdiff.analysis import levels
from simdiff.analysis.contrasts import A_ABOVE, SAME, Contrast, contrasts
from simdiff.analysis.levels import At, Basis, Districts, basis, districts, grids_of, level, side
from simdiff.analysis.matched import Belief, Matched
from simdiff.analysis.results import Results, Series
from simdiff.scenario import load_scenario
from simdiff.study.cells import Cell, make_cell

QUANTILES = "teachers: [9, 15, 20, 25, 40], low_income: [0, .2, .5, .7, 1]"
SPACING = "spacing: {nearest_km: 1, pairwise_km: 8}"
TWO = f"""\
format: 1
name: two
title: Two districts, two practices
where:
  districts:
    north: {{title: The North, profile: {{elementary: {{schools: 9, {QUANTILES}}}, {SPACING}}}}}
    south: {{title: The South, profile: {{high: {{schools: 5, {QUANTILES}}}, {SPACING}}}}}
practices: {{learner-profiles: {{}}, personal-learning-paths: {{}}}}
years: 2
"""
PLACES, PRACTICES = ("all", "north", "south"), ("learner-profiles", "personal-learning-paths")
HERE = At(23, "all", "learner-profiles")
LOGIT, HAZARD = (("contagion", "logit"),), (("contagion", "hazard"),)
LOW, HIGH = (("explore", 0.1),), (("explore", 0.3),)
Values = Mapping[str, ArrayLike]
"""Place → values (draws, replicates) of the outcome at the last month, of the first practice."""


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Cell:
    file = tmp_path_factory.mktemp("two") / "two.yaml"
    file.write_text(TWO)
    return make_cell(load_scenario(Path(file)), "two", "two", {})


class Made:
    """A source of outcomes made by hand; a cell is known by its place in the list of ``beliefs``."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Series | None, np.ndarray]] = {}

    def series(self, cell: Cell, names: Sequence[str]) -> dict[str, Series]:
        one = self.known[id(cell)][0]
        return {} if one is None else {names[0]: one}

    def ran(self, cell: Cell) -> np.ndarray:
        return self.known[id(cell)][1]


def told(cell: Cell, made: Mapping[Belief, Any]) -> tuple[Results, dict[Belief, Cell]]:
    """Results and the cells of an option; ``made``: of each belief a Series with ``ran``, or what happened at places
    (nan: it was not run there), or None for a cell without runs."""
    source, cells = Made(), {}
    for belief, one in made.items():
        cells[belief] = Cell(**{name: getattr(cell, name) for name in cell.__dataclass_fields__})
        source.known[id(cells[belief])] = one if isinstance(one, tuple) else _series(one)
    results = cast(Results, type("Told", (), {"source": source})())
    return results, cells


def _series(values: Values | None) -> tuple[Series | None, np.ndarray]:
    if values is None:
        return None, np.zeros((0, 0), dtype=bool)
    each = {place: np.asarray(one, dtype=float) for place, one in values.items()}
    shape = next(iter(each.values())).shape
    places = [*PLACES, *(place for place in each if place not in PLACES)]
    grid = np.full((*shape, 1, len(places), 2), 99.0)
    for place, one in each.items():
        grid[:, :, 0, places.index(place), 0] = one
    return Series(np.array([23]), grid), np.isfinite(next(iter(each.values())))


def test_the_number_that_is_asked_for(cell: Cell) -> None:
    """Each number says where it stands: month, place and practice. A month that is not kept: the last one."""
    months = np.array([11, 17, 23])
    grid = np.zeros((1, 1, 3, 3, 2)) + months[:, None, None] * 100 + np.arange(3)[:, None] * 10 + np.arange(2)
    results, cells = told(cell, {((), ()): (Series(months, grid), np.ones((1, 1), dtype=bool))})
    for at in (11, 17, 23):
        for p, place in enumerate(PLACES):
            for q, practice in enumerate(PRACTICES):
                found = grids_of(results, cells, "depth", At(at, place, practice))
                assert found["as it is"].values.tolist() == [[100.0 * at + 10 * p + q]]
    assert grids_of(results, cells, "depth", At(12, "north", PRACTICES[1]))["as it is"].values.tolist() == [[2311.0]]


def test_sets_of_one_structure_are_stacked(cell: Cell) -> None:
    """Two sets of three replicates and one of two, which is filled up as not run; structures apart; one without runs is
    left out."""
    results, cells = told(cell, {
        (LOGIT, LOW): {"all": [[1, 2, 3], [4, 5, 6]]},
        (LOGIT, HIGH): {"all": [[7, 8]]},
        (HAZARD, LOW): {"all": [[9]]},
        ((("contagion", "none"),), LOW): None,
    })  # fmt: skip
    found = grids_of(results, cells, "depth", HERE)
    assert list(found) == ["contagion=logit", "contagion=hazard"]
    np.testing.assert_array_equal(found["contagion=logit"].values, [[1, 2, 3], [4, 5, 6], [7, 8, np.nan]])
    assert found["contagion=logit"].ran.tolist() == [[True] * 3, [True] * 3, [True, True, False]]
    assert found["contagion=hazard"].values.tolist() == [[9.0]]


def test_a_wait_without_end_lasts_the_whole_run(cell: Cell) -> None:
    """Two years are 24 months; where nothing was run there is no wait; other outcomes stay undefined."""
    series = Series(np.array([23]), np.full((1, 3, 1, 3, 2), np.nan))
    series.values[0, 0] = 7.0
    results, cells = told(cell, {((), ()): (series, np.array([[True, True, False]]))})
    found = grids_of(results, cells, "months_to_half", HERE)["as it is"].values
    np.testing.assert_array_equal(found, [[7.0, 24.0, np.nan]])
    found = grids_of(results, cells, "depth", HERE)["as it is"].values
    np.testing.assert_array_equal(found, [[7.0, np.nan, np.nan]])


def test_what_levels_rest_on(cell: Cell) -> None:
    """Three sets under one structure, two under the other, of which one was never run: one set. Replicates of a set:
    two to four. Two sets anywhere: a range is of parameters, over the fewest sets; one: of chance, over replicates."""
    nan = np.nan
    results, cells = told(cell, {
        (LOGIT, LOW): {"all": [[1, 2, 3, 4], [5, 6, 7, nan]]},
        (LOGIT, HIGH): {"all": [[8, 9, 9, 9]]},
        (HAZARD, LOW): {"all": [[1, 2, nan, nan], [nan, nan, nan, nan]]},
    })  # fmt: skip
    found = basis(results, [cells], "depth", HERE)
    assert found == Basis((1, 3), ("contagion=logit", "contagion=hazard"), (2, 4))
    assert (found.layer, found.units, found.single) == ("parameters", 1, False)
    assert [Basis(sets, (), few).single for sets in ((1, 1), (0, 0)) for few in ((1, 9), (2, 2))] == [True, False] * 2
    logit = {belief: one for belief, one in cells.items() if belief[0] == LOGIT}
    found = basis(results, [logit], "depth", HERE)
    assert found == Basis((3, 3), ("contagion=logit",), (3, 4))
    two = Basis((2, 2), (), (3, 4))
    assert (found.layer, found.units, two.layer, two.units) == ("parameters", 3, "parameters", 2)
    assert (Basis((1, 1), (), (3, 4)).units, Basis((0, 0), (), (0, 0)).layer) == (3, "chance")
    assert basis(results, [logit, cells], "depth", HERE).sets == (1, 3), "over options too"
    results, cells = told(cell, {((), ()): None})
    assert basis(results, [cells], "depth", HERE) == Basis((0, 0), ("as it is",), (0, 0))


def test_a_level_of_one_structure(cell: Cell) -> None:
    """Replicates 0 … 100 of one set: median 50, 5–95 % from 5 to 95. A set that was not run does not count."""
    results, cells = told(cell, {((), ()): {"all": [np.arange(101.0), np.full(101, np.nan)]}})
    found = level(results, cells, "depth", HERE)
    assert (found.median, found.low, found.high, found.defined) == (50.0, 5.0, 95.0, 1.0)
    assert math.isnan(found.parameter_low)
    assert math.isnan(found.parameter_high)


def test_a_level_of_several_structures_is_their_envelope(cell: Cell) -> None:
    """Sets with medians 10 and 20 under one structure (5–95 %: 10.5 to 19.5), 50 and 60 under the other (50.5 to 59.5),
    each ± 1 over replicates (± 0.9). The median of the four is 35. In either order."""
    around = np.linspace(-1.0, 1.0, 41)
    first, second = ({"all": [at + around, at + 10 + around]} for at in (10.0, 50.0))
    for one, other in ((first, second), (second, first)):
        results, cells = told(cell, {(LOGIT, ()): one, (HAZARD, ()): other})
        found = level(results, cells, "depth", HERE)
        assert found.median == pytest.approx(35.0)
        assert (found.low, found.high) == pytest.approx((15.0 - 0.9, 55.0 + 0.9))
        assert (found.parameter_low, found.parameter_high) == pytest.approx((10.5, 59.5))
        assert found.defined == 1.0


def test_a_structure_of_one_set_counts_with_its_median(cell: Cell) -> None:
    """Sets with medians 10 and 20 under one structure (5–95 %: 10.5 to 19.5); one with 50 under the other."""
    sets = {"all": [[10.0] * 3, [20.0] * 3]}
    results, cells = told(cell, {(LOGIT, LOW): sets, (HAZARD, LOW): {"all": [[50.0] * 3]}})
    found = level(results, cells, "depth", HERE)
    assert (found.parameter_low, found.parameter_high) == pytest.approx((10.5, 50.0))
    results, cells = told(cell, {(LOGIT, LOW): {"all": [[5.0] * 3]}, (HAZARD, LOW): sets})
    assert level(results, cells, "depth", HERE).parameter_low == 5.0
    results, cells = told(cell, {(LOGIT, LOW): {"all": [[5.0] * 3]}, (HAZARD, LOW): {"all": [[6.0] * 3]}})
    assert math.isnan(level(results, cells, "depth", HERE).parameter_low), "no set has another beside it"


def test_no_level_where_it_is_mostly_undefined(cell: Cell) -> None:
    """Of nothing; and of two structures, in one of which it is defined in one of four runs: five of eight in all, and
    no median, because a claim must hold under each."""
    for made in ({((), ()): None}, {((), ()): {"all": np.zeros((2, 0))}}):
        found = level(*told(cell, made), "depth", HERE)
        assert found.defined == 0.0
        assert all(math.isnan(getattr(found, name)) for name in ("median", "low", "high", "parameter_low"))
    ran = np.ones((1, 4), dtype=bool)
    grids = [Series(np.array([23]), np.full((1, 4, 1, 3, 2), value)) for value in (1.0, np.nan)]
    grids[1].values[0, 0] = 1.0
    results, cells = told(cell, {(LOGIT, ()): (grids[0], ran), (HAZARD, ()): (grids[1], ran)})
    found = level(results, cells, "depth", HERE)
    assert math.isnan(found.median)
    assert math.isnan(found.high)
    assert found.defined == 5 / 8


NOISE = np.random.default_rng(3).normal(0.0, 0.01, (2, 60, 4))


def test_districts_side_by_side(cell: Cell) -> None:
    """The south stands 0.2 above the north in each of sixty sets: it comes first, by its title, and is firmly ahead by
    the mean of the differences of matched worlds."""
    north, south = 0.4 + NOISE[0], 0.6 + NOISE[1]
    results, cells = told(cell, {((), ()): {"all": north, "north": north, "south": south}})
    found = districts(results, cells, "depth", HERE, 0.95)
    assert [title for title, _ in found.means] == ["The South", "The North"]
    assert [mean for _, mean in found.means] == pytest.approx([south.mean(), north.mean()])
    assert found.ends is not None
    assert (found.ends.first, found.ends.second, found.ends.verdict) == ("south", "north", A_ABOVE)
    assert found.ends.whole.mean == pytest.approx((south - north).mean())
    assert (found.ends.whole.worlds, found.ends.whole.draws) == (240, 60)
    assert found.told_apart
    few = {((), ()): {"all": north[:9], "north": north[:9], "south": south[:9]}}
    found = districts(*told(cell, few), "depth", HERE, 0.95)
    assert found.ends is not None
    assert (found.ends.verdict, found.told_apart) == (SAME, False)


def test_districts_stand_by_their_means(cell: Cell) -> None:
    """What is compared are means: the south has the higher median (.5, not .4) and the lower mean (.38, not .4)."""
    north, south = np.full((5, 1), 0.4), np.array([[0.5], [0.5], [0.5], [0.2], [0.2]])
    results, cells = told(cell, {((), ()): {"all": north, "north": north, "south": south}})
    found = districts(results, cells, "depth", HERE, 0.95)
    assert [title for title, _ in found.means] == ["The North", "The South"]
    assert [mean for _, mean in found.means] == pytest.approx([0.4, 0.38])
    assert found.alike == (1, 1)
    assert found.ends is not None
    assert found.ends.whole.mean == pytest.approx(0.02)
    results, cells = told(cell, {((), ()): {"all": north, "north": north, "south": north}})
    assert districts(results, cells, "depth", HERE, 0.95).alike == (2, 2)


def test_the_highest_of_three_districts_is_compared_with_the_lowest(tmp_path: Path) -> None:
    """West .8, south .6, north .4: three are told of, the highest first; what is judged is west less north, .4, among
    three pairs. Where two are lowest and one highest, and the other way round, so many are alike."""
    text = TWO.replace(
        "practices:",
        f"    west: {{title: The West, profile: {{high: {{schools: 5, {QUANTILES}}}, {SPACING}}}}}\npractices:",
    )
    (tmp_path / "three.yaml").write_text(text)
    cell = make_cell(load_scenario(tmp_path / "three.yaml"), "three", "three", {})
    north, south = 0.4 + NOISE[0], 0.6 + NOISE[1]
    made = {"all": north, "north": north, "south": south, "west": 0.8 + NOISE[1]}
    found = districts(*told(cell, {((), ()): made}), "depth", HERE, 0.95)
    assert [title for title, _ in found.means] == ["The West", "The South", "The North"]
    assert found.ends is not None
    assert (found.ends.first, found.ends.second, found.alike) == ("west", "north", (1, 1))
    assert found.ends.whole.mean == pytest.approx((0.8 + NOISE[1] - north).mean())
    for west, alike in ((south, (2, 1)), (north, (1, 2))):
        found = districts(*told(cell, {((), ()): made | {"west": west}}), "depth", HERE, 0.95)
        assert found.alike == alike
    assert Districts((), None).alike == (1, 1)


def test_districts_under_several_structures(cell: Cell) -> None:
    """Structures with four and with two replicates: 60 × 4 + 60 × 2 worlds are compared, each with its own. The south
    is ahead by 0.2 under one and by 0.1 under the other: each is told, and the mean of the sets lies between."""
    north, far, near = 0.4 + NOISE[0], 0.6 + NOISE[1], 0.5 + NOISE[1, :, :2]
    made = {(LOGIT, ()): {"all": north, "north": north, "south": far},
            (HAZARD, ()): {"all": north[:, :2], "north": north[:, :2], "south": near}}  # fmt: skip
    found = districts(*told(cell, made), "depth", HERE, 0.95).ends
    assert found is not None
    assert found.structure_names == ("contagion=logit", "contagion=hazard")
    each = [(far - north).mean(), (near - north[:, :2]).mean()]
    assert [part.mean for part in found.structures] == pytest.approx(each)
    assert found.whole.mean == pytest.approx(np.mean(each))
    assert (found.whole.worlds, found.structures[1].worlds) == (360, 120)
    assert found.verdict == A_ABOVE


def test_districts_are_compared_where_and_when_they_are_read(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of month 23 is two years; forty districts make the 780 pairs that are compared at most."""
    told_of = list[Matched]()

    def watched(worlds: Matched, confidence: float) -> list[Contrast]:
        told_of.append(worlds)
        return contrasts(worlds, confidence)

    monkeypatch.setattr(levels, "contrasts", watched)
    results, cells = told(cell, {((), ()): {"all": NOISE[0], "north": NOISE[0], "south": NOISE[1]}})
    districts(results, cells, "depth", HERE, 0.95)
    [worlds] = told_of
    assert (worlds.year, worlds.place, worlds.practice) == (2.0, "all", "learner-profiles")
    assert (sorted(worlds.options), worlds.outcomes, worlds.idle) == (["north", "south"], ("depth",), ())
    assert math.comb(levels.MOST_COMPARED, 2) == 780


def test_districts_that_are_not_compared(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """One district asked for, or an outcome whose distance from a value counts: nothing. A district without a level is
    left out, and one alone is not compared. Too many: levels without a comparison; at the limit they are compared."""
    north, south = 0.4 + NOISE[0], 0.6 + NOISE[1]
    results, cells = told(cell, {((), ()): {"all": north, "north": north, "south": south}})
    assert districts(results, cells, "depth", At(23, "north", PRACTICES[0]), 0.95) == Districts((), None)
    assert districts(results, cells, "equity_gap", HERE, 0.95) == Districts((), None)
    assert not Districts((), None).told_apart
    monkeypatch.setattr(levels, "MOST_COMPARED", 2)
    assert districts(results, cells, "depth", HERE, 0.95).ends is not None
    monkeypatch.setattr(levels, "MOST_COMPARED", 1)
    found = districts(results, cells, "depth", HERE, 0.95)
    assert ([title for title, _ in found.means], found.ends) == (["The South", "The North"], None)
    monkeypatch.undo()
    results, cells = told(cell, {((), ()): {"all": north, "north": north, "south": np.full_like(south, np.nan)}})
    found = districts(results, cells, "depth", HERE, 0.95)
    assert ([title for title, _ in found.means], found.ends) == (["The North"], None)


@pytest.mark.parametrize(
    ("first", "second", "sign"),
    [(0.05, 0.05, 1), (0.05, 0.08, 1), (-0.05, -0.05, -1), (0.05, -0.05, 0), (0.05, 0.0, 0), (0.0, 0.0, 0)],
)
def test_a_side_must_be_firm_under_every_structure(cell: Cell, first: float, second: float, sign: int) -> None:
    """Two structures, sixty sets each; noise of ± 1 point. The mean is over all sets, and its intervals reach from the
    lowest end of the structures' to the highest."""
    noise = NOISE - NOISE.mean(axis=(1, 2), keepdims=True)
    one, other = first + noise[0], second + noise[1]
    results, cells = told(cell, {(LOGIT, ()): {"all": one}, (HAZARD, ()): {"all": other}})
    found = side(results, cells, "equity_gap", HERE, 0.95)
    assert found.sign == sign
    doubted = 0.0 in (first, second)
    assert found.why == ("parameters" if doubted else "")
    assert found.mean.mean == pytest.approx((first + second) / 2)
    alone = [side(*told(cell, {(LOGIT, ()): {"all": values}}), "equity_gap", HERE, 0.95) for values in (one, other)]
    assert found.mean.chance_low == min(part.mean.chance_low for part in alone)
    assert found.mean.chance_high == max(part.mean.chance_high for part in alone)
    assert found.mean.parameters_high == max(part.mean.parameters_high for part in alone)
