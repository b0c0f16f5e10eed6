"""Designs against their definitions: which points, in which order; names and identities of cells."""

import json
import math
from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from simdiff.register import PARAMETERS
from simdiff.scenario import LoadedExperiment, load_experiment, load_scenario
from simdiff.scenario.design_rows import Levels
from simdiff.scenario.experiment_schema import Factor
from simdiff.study.cells import Cell, cells_of, make_cell
from simdiff.study.design import design_points, level_at, levels, point_count
from simdiff.study.plan import make_plan

A = "  a: {path: policy.goals.problems.level, values: [0, 0.5, 1]}\n"
B = "  b: {on: {policy.talent.change: 0.5}}\n"
C = "  c: {levels: {low: {}, high: {policy.mandate: 0.5}, full: {policy.mandate: 1}}}\n"
MONTHS = "  m: {path: policy.talent.sharing.start, low: 1, high: 4}\n"
TWO_LEVELS = "".join(
    f"  {name}: {{path: policy.{path}, values: [0, 1]}}\n"
    for name, path in {
        "f1": "goals.problems", "f2": "goals.goals", "f3": "talent.change", "f4": "talent.sharing",
        "f5": "flexibility.school.clarify", "f6": "flexibility.school.grant", "f7": "networks.convene",
    }.items()
)  # fmt: skip
UNIT = "".join(f"  u{n}: {{path: {path}, low: 0, high: 1}}\n" for n, path in enumerate(
    ("policy.goals.problems.level", "policy.goals.goals.level", "policy.talent.change.level")))  # fmt: skip
"""Three ranges from 0 to 1: their levels are the coordinates of the unit cube."""
Ask = Callable[..., LoadedExperiment]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Load an experiment from its factors and design."""

    def load(factors: str, design: str, rest: str = "", scenarios: str = "[status-quo]") -> LoadedExperiment:
        top = f"format: 1\nname: e\ntitle: E\nscenarios: {scenarios}\n"
        file = tmp_path / "e.yaml"
        told = f"factors:\n{factors}design: {{kind: {design}}}\n" if factors else ""
        file.write_text(f"{top}{told}{rest}")
        return load_experiment(str(file))

    return load


def cube(points: list[Levels]) -> NDArray[np.float64]:
    """Points whose levels are numbers, as an array (points, factors)."""
    return np.array([list(point.values()) for point in points], dtype=np.float64)


# ---- designs of levels -----------------------------------------------------------------------------------------------


def test_factorial_is_every_combination_the_last_factor_fastest(ask: Ask) -> None:
    """Catches a combination lost or doubled, and another order (which would number points differently)."""
    assert design_points(ask(A + B, "factorial")) == [
        {"a": 0, "b": "off"}, {"a": 0, "b": "on"}, {"a": 0.5, "b": "off"}, {"a": 0.5, "b": "on"},
        {"a": 1, "b": "off"}, {"a": 1, "b": "on"},
    ]  # fmt: skip
    assert len(design_points(ask(A + B + C, "factorial"))) == 3 * 2 * 3


def test_levels_of_ranges_are_even_and_reach_both_ends() -> None:
    """By hand: .1 to .3 in five steps of .05; whole months 0 … 10 in three; 0 … 2 has no more than three. Catches an
    end that is missed by a rounding error, half months, and a level twice."""
    fine = Factor(path="policy.goals.problems.level", low=0.1, high=0.3)
    assert levels(fine) == pytest.approx([0.1, 0.15, 0.2, 0.25, 0.3])
    assert (levels(fine)[0], levels(fine)[-1]) == (0.1, 0.3)
    months = "policy.goals.problems.start"
    assert levels(Factor(path=months, low=0, high=10, steps=3)) == [0, 5, 10]
    assert levels(Factor(path=months, low=0, high=2)) == [0, 1, 2]
    assert all(type(level) is int for level in levels(Factor(path=months, low=0, high=7, steps=4)))


def test_zip_takes_first_levels_together_then_second(ask: Ask) -> None:
    """Catches a zip that combines, and one that drops the last levels."""
    assert design_points(ask(A + C, "zip")) == [
        {"a": 0, "c": "low"}, {"a": 0.5, "c": "high"}, {"a": 1, "c": "full"},
    ]  # fmt: skip
    whole = "  m: {path: policy.talent.sharing.start, low: 0, high: 2}\n"  # five steps asked for, three there
    assert design_points(ask(A + whole, "zip")) == [{"a": 0, "m": 0}, {"a": 0.5, "m": 1}, {"a": 1, "m": 2}]


def test_a_table_is_its_rows(ask: Ask) -> None:
    """Catches rows sorted or made unique, and factors filled in that a row leaves out."""
    rows = [{"b": "on"}, {"a": 1, "b": "off"}, {}, {"b": "on"}]
    assert design_points(ask(A + B, "table, rows: [{b: on}, {a: 1, b: off}, {}, {b: on}]")) == rows


def test_one_at_a_time_is_the_scenario_then_each_level_alone(ask: Ask) -> None:
    """Catches a base that is missing, levels kept from one factor to the next, and *off* as a cell of its own."""
    assert design_points(ask(A + B + C, "one-at-a-time")) == [
        {}, {"a": 0}, {"a": 0.5}, {"a": 1}, {"b": "on"}, {"c": "low"}, {"c": "high"}, {"c": "full"},
    ]  # fmt: skip


def words(signs: NDArray[np.float64]) -> list[int]:
    """Lengths of the words of a fraction's defining relation: sets of columns whose product is constant."""
    count = signs.shape[1]
    return sorted(
        length
        for length in range(1, count + 1)
        for columns in combinations(range(count), length)
        if abs(signs[:, columns].prod(axis=1).sum()) == len(signs)
    )


@pytest.mark.parametrize(
    ("factors", "resolution", "runs"),
    [(6, 4, 16), (5, 5, 16), (7, 3, 8), (7, 4, 16), (6, 3, 8)],
)
def test_a_fraction_has_the_resolution_asked_for(ask: Ask, factors: int, resolution: int, runs: int) -> None:
    """Runs as tabulated in Montgomery, Design and Analysis of Experiments, table 8.14: 2^(6-2) IV, 2^(5-1) V,
    2^(7-4) III, 2^(7-3) IV, 2^(6-3) III. A regular fraction 2^(k-p) has 2^p − 1 words, the shortest as long as its
    resolution. Catches a fraction that confounds what it promises to keep apart."""
    told = "".join(TWO_LEVELS.splitlines(keepends=True)[:factors])
    points = design_points(ask(told, f"fractional, resolution: {resolution}"))
    signs = 2 * cube(points) - 1
    assert signs.shape == (runs, factors)
    assert len({tuple(row) for row in signs.tolist()}) == runs
    lengths = words(signs)
    assert len(lengths) == 2**factors // runs - 1
    assert lengths[0] == resolution


def test_main_effects_of_resolution_four_are_clear(ask: Ask) -> None:
    """In the sixteen runs of 2^(6-2) IV each column is balanced, any two are orthogonal, and none has a product with
    another that is correlated with a third: every sum of products of up to three columns is exactly 0. In the eight
    runs of resolution III some main effect is a two-way interaction: the check sees it."""
    six = "".join(TWO_LEVELS.splitlines(keepends=True)[:6])

    def sums(resolution: int) -> list[float]:
        signs = 2 * cube(design_points(ask(six, f"fractional, resolution: {resolution}"))) - 1
        assert set(signs.ravel()) == {-1.0, 1.0}
        return [abs(signs[:, c].prod(axis=1).sum()) for n in (1, 2, 3) for c in combinations(range(6), n)]

    assert max(sums(4)) == 0
    assert max(sums(3)) == 8


# ---- designs of points -----------------------------------------------------------------------------------------------


def test_a_latin_hypercube_has_one_point_in_each_stratum(ask: Ask) -> None:
    """McKay, Beckman and Conover (1979). Of 7 points each factor has one in each seventh of its range (of a prior: of
    its probability). Catches plain random points, and a prior drawn from its range instead of its law."""
    factors = UNIT + "  wide: {path: policy.talent.sharing.level, low: 0.2, high: 0.9}\n  p: {prior: lapse}\n"
    points = cube(design_points(ask(factors, "latin-hypercube, points: 7")))
    known = PARAMETERS["lapse"]
    points[:, 3] = (points[:, 3] - 0.2) / 0.7
    points[:, 4] = [NormalDist().cdf(math.log(value / known.default) / known.spread) for value in points[:, 4]]
    assert points.shape == (7, 5)
    for column in points.T:
        assert sorted(np.floor(7 * column)) == [0, 1, 2, 3, 4, 5, 6]


def test_levels_and_whole_numbers_are_taken_in_equal_shares(ask: Ask) -> None:
    """Twelve strata: each of 3 levels has four, each of 2 six, each of the months 1 … 4 three. Catches ends of a
    range that come half as often (rounding) and a last level that never comes."""
    points = design_points(ask(A + B + C + MONTHS, "latin-hypercube, points: 12"))
    assert Counter(point["a"] for point in points) == {0: 4, 0.5: 4, 1: 4}
    assert Counter(point["b"] for point in points) == {"off": 6, "on": 6}
    assert Counter(point["c"] for point in points) == {"low": 4, "high": 4, "full": 4}
    assert Counter(point["m"] for point in points) == {1: 3, 2: 3, 3: 3, 4: 3}
    assert all(type(point["m"]) is int for point in points)


@pytest.mark.parametrize(("second", "blocks"), [(False, 5), (True, 8)])
def test_sobol_is_saltellis_sample(ask: Ask, second: bool, blocks: int) -> None:
    """Saltelli (2002), Computer Physics Communications 145: for each base point A, then A with column i of B for each
    i, then (for second order) B with column i of A, then B: n(d + 2) or n(2d + 2) points. Each column of A has one
    point in each n-th (a digital net). Catches blocks in another order, from which the indices would be computed
    wrongly."""
    n, d = 8, 3
    points = cube(design_points(ask(UNIT, f"sobol, points: {n}, second_order: {str(second).lower()}")))
    assert len(points) == n * blocks == n * ((2 * d + 2) if second else (d + 2))
    split = points.reshape(n, blocks, d)
    a, b = split[:, 0], split[:, -1]
    assert (a != b).all()
    for i in range(d):
        others = [k for k in range(d) if k != i]
        a_b = split[:, 1 + i]
        assert (a_b[:, others] == a[:, others]).all()
        assert (a_b[:, i] == b[:, i]).all()
        if second:
            b_a = split[:, 1 + d + i]
            assert (b_a[:, others] == b[:, others]).all()
            assert (b_a[:, i] == a[:, i]).all()
        assert sorted(np.floor(n * a[:, i])) == list(range(n))


def test_morris_changes_one_factor_at_each_step(ask: Ask) -> None:
    """Morris (1991), Technometrics 33: r trajectories of d + 1 points on a grid of p levels; each step moves one factor
    by p / (2 (p − 1)), and each factor moves once. r = 5, d = 3, p = 4: 20 points, steps of 2/3."""
    points = cube(design_points(ask(UNIT, "morris, points: 5"))).reshape(5, 4, 3)
    np.testing.assert_allclose(points * 3, np.round(points * 3), atol=1e-12)
    steps = np.diff(points, axis=1)
    moved = np.abs(steps) > 1e-12
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()
    np.testing.assert_allclose(np.abs(steps[moved]), 2 / 3)


def test_morris_moves_levels_and_whole_numbers_too(ask: Ask) -> None:
    """Catches two grid points, a step apart, that fall on one level: a step that changes nothing shows nothing."""
    factors = A + B + C + MONTHS + "  p: {prior: lapse}\n"
    for grid in (4, 6, 10):
        points = design_points(ask(factors, f"morris, points: 8, grid: {grid}"))
        assert len(points) == 8 * 6
        for start in range(0, 48, 6):
            path = points[start : start + 6]
            moved = [[name for name in one if one[name] != two[name]] for one, two in pairwise(path)]
            assert sorted(name for names in moved for name in names) == ["a", "b", "c", "m", "p"]
            assert all(len(names) == 1 for names in moved)


def test_priors_are_varied_about_their_centre() -> None:
    """The middle of an odd number of levels is the median: of all priors but Beta, the centre. By hand for *lapse*,
    lognormal .012 with SD .5: five levels at 10, 30, 50, 70, 90 %: .012·e^{∓.5·1.28155}, .012·e^{∓.5·.52440}; its
    ends, at .5 and 99.5 %, .012·e^{∓.5·2.57583}."""
    for name, known in PARAMETERS.items():
        if known.prior in ("lognormal", "logitnormal", "normal"):
            assert levels(Factor(prior=name))[2] == pytest.approx(known.centre, abs=1e-12), name
    lapse = Factor(prior="lapse")
    assert levels(lapse) == pytest.approx([0.00632263, 0.00923228, 0.012, 0.0155974, 0.0227753], rel=1e-5)
    assert [level_at(lapse, 0.0), level_at(lapse, 1.0)] == pytest.approx([0.0033103, 0.0435009], rel=1e-4)


@pytest.mark.parametrize("design", ["latin-hypercube, points: 8", "sobol, points: 4", "morris, points: 4"])
def test_a_random_design_is_a_function_of_the_seed(ask: Ask, design: str) -> None:
    """Catches a design that hangs on the time, on global random state (or disturbs it), or not on the seed; and a
    negative seed, which the samplers do not take."""
    factors = UNIT + "  p: {prior: lapse}\n"
    before = np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    first = design_points(ask(factors, design, "seed: 3\n"))
    assert design_points(ask(factors, design, "seed: 3\n")) == first
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]
    others = [design_points(ask(factors, design, f"seed: {seed}\n")) for seed in (4, -3)]
    assert first != others[0] != others[1] != first
    assert [len(other) for other in others] == [len(first)] * 2


@pytest.mark.parametrize(
    "design",
    ["factorial", "latin-hypercube, points: 9", "sobol, points: 4", "sobol, points: 4, second_order: true",
     "morris, points: 3"],
)  # fmt: skip
def test_points_are_counted_before_they_are_made(ask: Ask, design: str) -> None:
    """Catches a limit on cells that is checked against another number than there are."""
    loaded = ask(A + B + MONTHS, design)
    assert point_count(loaded.experiment) == len(design_points(loaded))


def test_without_factors_the_scenarios_are_the_cells(ask: Ask) -> None:
    """Catches an experiment of scenarios alone that is empty."""
    loaded = ask("", "", scenarios="[status-quo, goals]")
    assert design_points(loaded) == [{}]
    assert [(cell.name, cell.scenario) for cell in cells_of(loaded)] == [
        ("status-quo", "status-quo"), ("goals", "goals"),
    ]  # fmt: skip


# ---- cells -----------------------------------------------------------------------------------------------------------


def test_cells_are_named_by_what_is_on_and_by_their_levels(ask: Ask) -> None:
    """Catches names that do not tell cells apart, or that lose the scenario where there are several."""
    two = B + "  t: {on: {policy.talent.sharing: 1}}\n"
    assert [cell.name for cell in cells_of(ask(two, "factorial"))] == ["base", "t", "b", "b+t"]
    names = [cell.name for cell in cells_of(ask(A + B, "factorial"))]
    assert names == ["a=0", "b,a=0", "a=0.5", "b,a=0.5", "a=1", "b,a=1"]
    truths = "  x: {path: policy.adaptive, values: [true, false]}\n"
    assert [cell.name for cell in cells_of(ask(truths, "factorial"))] == ["x=true", "x=false"]
    several = ask(B, "factorial", scenarios="{s: status-quo, g: goals}")
    assert [cell.name for cell in cells_of(several)] == ["s/base", "s/b", "g/base", "g/b"]
    points = cells_of(ask(UNIT, "latin-hypercube, points: 10"))
    assert [points[0].name, points[9].name] == ["point-01", "point-10"]


def test_levels_reach_the_scenario_of_their_cell(ask: Ask) -> None:
    """Catches cells whose names and contents have come apart."""
    for cell in cells_of(ask(A + B, "factorial")):
        text = make_scenario(cell)
        assert text["policy"]["goals"]["problems"]["level"] == {"others": cell.levels["a"]}
        assert text["policy"]["talent"]["change"]["level"] == {"others": 0.5 if cell.levels["b"] == "on" else 0.0}


def make_scenario(cell: Cell) -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    """The text of a cell, read back."""
    read: dict[str, dict[str, dict[str, dict[str, object]]]] = json.loads(cell.text)
    return read


BASE = """\
format: 1
name: one
title: One
where: {districts: {d: {title: D, profile: {high: {schools: 2, teachers: [9, 15, 20, 25, 40],
  low_income: [0, .2, .5, .7, 1]}, spacing: {nearest_km: 1, pairwise_km: 8}}}}}
practices: {learner-profiles: {}}
policy: {goals: {problems: 0.5}}
years: 2
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("name: one", "name: other", True),
        ("title: One", "title: Another\nabout: words\nfacts: [{what: a, value: 3, source: b}]", True),
        ("problems: 0.5", "problems: {level: {others: .50}, start: 0, ramp: 12}", True),
        ("years: 2\n", "years: 2  # the same, said in full\nparameters: {}\nstructure: {contagion: logit}\n", True),
        ("title: D,", "title: E,", True),
        ("pairwise_km: 8}}", "pairwise_km: 8}, source: a report}", True),
        ("learner-profiles: {}", "learner-profiles: {title: Profiles}", True),
        ("problems: 0.5", "problems: 0.5000001", False),
        ("years: 2", "years: 3", False),
        ("schools: 2", "schools: 3", False),
        ("learner-profiles", "personal-learning-paths", False),
        ("years: 2\n", "years: 2\nparameters: {lapse: {value: 0.013, reason: because}}\n", False),
    ],
)  # fmt: skip
def test_a_cell_is_known_by_what_its_numbers_depend_on(tmp_path: Path, old: str, new: str, same: bool) -> None:
    """Catches an identity that words can change (results would be computed again) or that a number does not change
    (results of another question would be taken for this one's)."""

    def identity(text: str) -> str:
        (tmp_path / "s.yaml").write_text(text)
        return make_cell(load_scenario(tmp_path / "s.yaml"), "n", "s", {}).id

    assert old in BASE
    assert (identity(BASE.replace(old, new)) == identity(BASE)) is same


def test_the_reason_for_a_parameter_makes_no_other_cell(tmp_path: Path) -> None:
    """Catches a mended sentence that costs a whole sweep."""

    def identity(override: str) -> str:
        (tmp_path / "s.yaml").write_text(f"{BASE}parameters: {{lapse: {override}}}\n")
        return make_cell(load_scenario(tmp_path / "s.yaml"), "n", "s", {}).id

    assert identity("{value: 0.013, reason: because}") == identity("{value: 0.013, reason: mended}")
    assert identity("{value: 0.013, reason: because}") != identity("{value: 0.014, reason: because}")


def test_cells_that_say_the_same_are_run_once(ask: Ask) -> None:
    """The base, *a* at the level that the scenario has, and the same scenario under another title are one content.
    Catches work done twice, and a cell that is lost because another has its content."""
    scenarios = "{s: status-quo, t: {scenario: status-quo, title: T}}"
    plan = make_plan(ask(A, "one-at-a-time", "replicates: 7\n", scenarios))
    assert [cell.name for cell in plan.cells] == [
        "s/base", "s/a=0", "s/a=0.5", "s/a=1", "t/base", "t/a=0", "t/a=0.5", "t/a=1",
    ]  # fmt: skip
    ids = {cell.name: cell.id for cell in plan.cells}
    assert ids["s/base"] == ids["s/a=0"] == ids["t/base"] == ids["t/a=0"]
    assert ids["s/a=1"] == ids["t/a=1"] != ids["s/base"]
    assert len(plan.unique) == 3
    assert plan.runs == 3 * 7
    rows = make_plan(ask(A, "table, rows: [{a: 1}, {a: 0.5}, {a: 1}]", "replicates: 7\n"))
    assert [cell.name for cell in rows.cells] == ["a=1", "a=0.5"]


def test_a_cell_is_the_same_in_every_experiment(ask: Ask) -> None:
    """Catches an identity that depends on the experiment around it: on its seed, its name, the order of its factors."""
    one = {cell.name: cell.id for cell in cells_of(ask(A + B, "factorial"))}
    other = {cell.name: cell.id for cell in cells_of(ask(B + A, "factorial", "seed: 9\nreplicates: 3\n"))}
    assert one == other
    assert len(set(one.values())) == 6
