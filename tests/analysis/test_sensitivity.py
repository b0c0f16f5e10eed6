"""Indices against closed forms, through the code that analyses a sweep's table."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sweep_tables import Table, plan_of

from simdiff.analysis.assumptions import kind_of
from simdiff.analysis.bins import LEAST_DRAWS, bins_of
from simdiff.analysis.samples import Ask, AskError, Sample, sample
from simdiff.analysis.sensitivity import Estimate, Sensitivity, sensitivity
from simdiff.report.sensitivity_report import (
    pair_lines,
    sensitivity_lines,
    sensitivity_plate,
    sensitivity_record,
    sensitivity_table,
)
from simdiff.scenario.experiment_schema import Factor
from simdiff.study.cells import Cell
from simdiff.study.draws import parameter_draws
from simdiff.study.plan import Plan

Floats = NDArray[np.float64]
UNIT = "".join(f"  u{n}: {{path: {path}, low: 0, high: 1}}\n" for n, path in enumerate(
    ("policy.goals.problems.level", "policy.goals.goals.level", "policy.talent.change.level")))  # fmt: skip
"""Three ranges from 0 to 1."""
TEXT = f"format: 1\nname: e\ntitle: E\nscenarios: [four-levers]\nfactors:\n{UNIT}design: {{kind: KIND}}\n"
DEPTH = Ask("depth")
ISHIGAMI = {"u0": (0.3139, 0.5576), "u1": (0.4424, 0.4424), "u2": (0.0, 0.2437)}
"""First-order and total indices of Ishigami's function, a = 7, b = .1 (Ishigami & Homma 1990; Saltelli et al. 2008)."""


def ishigami(levels: Mapping[str, float]) -> float:
    """sin x₁ + 7 sin² x₂ + .1 x₃⁴ sin x₁ for x in [−π, π]."""
    x = [math.pi * (2.0 * levels[f"u{n}"] - 1.0) for n in range(3)]
    return math.sin(x[0]) + 7.0 * math.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * math.sin(x[0])


def analysed(
    plan: Plan, figure: Callable[[Mapping[str, float]], float], noise: float = 0.0
) -> tuple[Sample, Sensitivity]:
    """A sweep with a known figure, luck that all cells share, and noise; analysed as the command does it."""
    rng = np.random.default_rng(2)
    luck = rng.normal(size=3)
    found = {cell.id: figure(cell.levels) + luck + noise * rng.normal(size=3) for cell in plan.cells}  # type: ignore[arg-type]
    one = sample(plan, Table(plan, lambda cell, outcome: found[cell.id][None]), None, DEPTH)
    return one, sensitivity(one, plan.experiment.design, plan.experiment.seed)


def by_name(found: Sensitivity, measure: str) -> dict[str, Estimate]:
    """One measure of each input."""
    return {column.name: one[measure] for column, one in zip(found.columns, found.measures, strict=True)}


def test_sobol_indices_of_ishigami(tmp_path: Path) -> None:
    """Closed form, ± .04 at 1,024 base points; intervals cover it. Second order: only u0 × u2 act
    together, ST₀ − S₀ = .2437. Catches points out of order, first order taken for total, and shared luck or an offset
    that moves the indices."""
    plan = plan_of(tmp_path, TEXT.replace("KIND", "sobol, points: 1024, second_order: true"))
    one, found = analysed(plan, ishigami)
    assert found.method == "sobol"
    assert (found.rows, found.dropped, found.replicates) == (1024 * 8, 0, 3)
    for name, (first, total) in ISHIGAMI.items():
        for measure, expected in (("first", first), ("total", total)):
            index = by_name(found, measure)[name]
            assert index.value == pytest.approx(expected, abs=0.04), (name, measure)
            assert index.low - 0.01 <= expected <= index.high + 0.01
    assert [column.name for column in found.columns] == ["u0", "u1", "u2"]
    assert found.pairs[0][:2] == ("u0", "u2")
    assert found.pairs[0][2].value == pytest.approx(0.2437, abs=0.05)
    assert found.noise == pytest.approx(0.0, abs=1e-9)
    assert pair_lines(found, "share")[0].startswith("Together: u0 × u2 ")
    assert sensitivity_table(found, "share")[0] == ["input", "grade", "total", "first order", "above luck"]
    assert sensitivity_record(plan, one, DEPTH, found)["inputs"][0]["total"] == by_name(found, "total")["u0"].value


def test_noise_is_told_and_looks_like_totals(tmp_path: Path) -> None:
    """Y = x₀ (variance 1/12) with own noise of variance 1/12 in each replicate: in means of three it is a quarter of
    their variance. That is the total index of an input that does nothing, and x₀'s first-order index is three
    quarters. Catches a noise share of the plain within-cell variance (the luck that cells share is nine times it) and a
    floor that lets noise pass for effects."""
    plan = plan_of(tmp_path, TEXT.replace("KIND", "sobol, points: 256"))
    _, found = analysed(plan, lambda levels: levels["u0"], noise=12**-0.5)
    assert found.noise == pytest.approx(0.25, abs=0.03)
    assert by_name(found, "total")["u1"].value == pytest.approx(0.25, abs=0.05)
    assert by_name(found, "first")["u0"].value == pytest.approx(0.75, abs=0.12)
    assert found.floor == found.noise
    assert any("25." in line or "24." in line or "26." in line for line in sensitivity_lines(found, "share"))


def test_morris_of_a_linear_function(tmp_path: Path) -> None:
    """3 x₀ − 2 x₁: elementary effects are the slopes everywhere, mu* 3, 2 and 0, sigma 0. Catches effects by step and
    not by range, a lost sign, and trajectories cut elsewhere."""
    plan = plan_of(tmp_path, TEXT.replace("KIND", "morris, points: 8"))
    _, found = analysed(plan, lambda levels: 3 * levels["u0"] - 2 * levels["u1"])
    assert [column.name for column in found.columns] == ["u0", "u1", "u2"]
    assert [one["mu_star"].value for one in found.measures] == pytest.approx([3.0, 2.0, 0.0])
    assert [one["mu"].value for one in found.measures] == pytest.approx([3.0, -2.0, 0.0])
    assert [one["sigma"].high for one in found.measures] == pytest.approx([0.0] * 3, abs=1e-9)
    assert sensitivity_table(found, "share of teaching")[1][0][2].startswith("300 points")


def test_what_noise_alone_gives_in_a_morris_design(tmp_path: Path) -> None:
    """Noise of SD .1 in each of three replicates: an effect over a step of ⅔ has SD √2 · .1/√3 · 1.5 = .1225, and the
    mean of its absolute value is √(2/π) of that, .0977. Catches a floor that is a variance, or not for the step."""
    plan = plan_of(tmp_path, TEXT.replace("KIND", "morris, points: 300"))
    _, found = analysed(plan, lambda levels: 5 * levels["u0"], noise=0.1)
    assert found.floor == pytest.approx(0.0977, rel=0.08)
    assert by_name(found, "mu_star")["u2"].value == pytest.approx(0.0977, rel=0.1)


def test_blocks_with_a_hole_are_left_out_whole(tmp_path: Path) -> None:
    """One undefined point costs its trajectory of four and no more. Catches nan in every index, and points that slip
    into another trajectory."""
    plan = plan_of(tmp_path, TEXT.replace("KIND", "morris, points: 8"))
    hole = plan.cells[5].levels
    _, found = analysed(plan, lambda levels: math.nan if levels == hole else 3 * levels["u0"])
    assert (found.rows, found.dropped) == (28, 4)
    assert by_name(found, "mu_star")["u0"].value == pytest.approx(3.0)
    with pytest.raises(AskError, match="the same, or undefined"):
        analysed(plan, lambda levels: 1.0)


DRAWN = (
    "format: 1\nname: e\ntitle: E\nscenarios: {a: four-levers, b: {scenario: four-levers, set: {SET}}}\ndraws: 400\n"
)


def drawn_plan(folder: Path, told: str = "years: 9", count: int = 400) -> Plan:
    """Two cells at draws from the priors."""
    return plan_of(folder, DRAWN.replace("SET", told), parameter_draws(1, count), replicates=2)


def scores(plan: Plan, name: str) -> Floats:
    """A parameter's draws as standard normals."""
    values = np.log([draw[name] for draw in plan.draws])
    return np.asarray((values - values.mean()) / values.std())


def test_given_data_rank_the_inputs_of_any_sweep(tmp_path: Path) -> None:
    """Y = 3 z₁ + 2 z₂ + √3 e: first-order shares 9/16 and 4/16. Eight equal parts of a normal keep .945 of a linear
    share. All other parameters stay at or near 0 and below the floor of shuffled draws, but for one or two of a
    hundred. Catches parts of unequal counts, the bias of seven parts (1.8 %), and a ranking by chance."""
    plan = drawn_plan(tmp_path)
    rng = np.random.default_rng(4)
    y = 3 * scores(plan, "master") + 2 * scores(plan, "capacity") + 3**0.5 * rng.normal(size=400)
    rows = Table(plan, lambda cell, outcome: y[:, None] + rng.normal(size=(1, 2)))
    found = sensitivity(sample(plan, rows, cell_name(plan, 0), DEPTH), plan.experiment.design, 1)
    first = by_name(found, "first")
    assert found.method == "given-data"
    assert [column.name for column in found.columns[:2]] == ["master", "capacity"]
    assert first["master"].value == pytest.approx(0.945 * 9 / 16, abs=0.06)
    assert first["capacity"].value == pytest.approx(0.945 * 4 / 16, abs=0.06)
    assert 0.02 < found.floor < 0.08
    assert np.mean([one.value for name, one in first.items() if name not in ("master", "capacity")]) == pytest.approx(
        0.0, abs=0.005
    )
    assert sum(one.value > found.floor for one in first.values()) <= 4
    assert sensitivity_table(found, "share")[2] == len(found.columns) - 20


def cell_name(plan: Plan, n: int) -> str:
    return plan.cells[n].name


def test_a_parameter_that_a_cell_sets_is_no_input_of_it(tmp_path: Path) -> None:
    """The draws' value of `master` does not act where the scenario sets it. Catches an input that only seems to vary;
    in a difference it acts through the other side."""
    plan = drawn_plan(tmp_path, "parameters.master: 0.05")
    rows = Table(plan, lambda cell, outcome: np.arange(800.0).reshape(400, 2))
    free, fixed = (sample(plan, rows, cell_name(plan, n), DEPTH) for n in range(2))
    assert {one.name for one in free.columns} - {one.name for one in fixed.columns} == {"master"}
    assert "master" in {one.name for one in free.minus(fixed).columns}


def test_differences_pair_draws_and_replicates(tmp_path: Path) -> None:
    """The same luck and draw on both sides cancel: a − b is 5 wherever luck and draws say. Catches means before
    differences where replicates are missing."""
    plan = drawn_plan(tmp_path)
    rng = np.random.default_rng(1)
    common = rng.normal(size=(400, 2))
    holed = np.where(rng.random((400, 2)) < 0.3, np.nan, common)
    results = {cell_name(plan, 0): common + 5.0, cell_name(plan, 1): holed}
    one, other = (sample(plan, Table(plan, lambda cell, o: results[cell.name]), name, DEPTH) for name in results)
    means = one.minus(other).means
    assert np.nanmax(np.abs(means - 5.0)) < 1e-9
    assert 0.02 < np.isnan(means).mean() < 0.2


HYPERCUBE = """\
format: 1
name: e
title: E
scenarios: [status-quo, four-levers]
factors:
  form: {path: structure.contagion, values: [logit, hazard, threshold]}
  peers: {prior: decide_peers}
  dose: {path: policy.talent.coaching.per_100_teachers, low: 0, high: 2}
design: {kind: latin-hypercube, points: 120}
"""


def test_points_of_a_hypercube_are_given_data(tmp_path: Path) -> None:
    """What a switch does is found whatever its levels are called, and inputs are told apart by what they are:
    structure, parameter, setting. Catches levels taken for numbers in order (the middle one differs), and a scenario's
    points mixed with another's."""
    plan = plan_of(tmp_path, HYPERCUBE)
    rng = np.random.default_rng(1)

    def results(cell: Cell, outcome: str) -> Floats:
        own = 4.0 * (cell.levels["form"] == "hazard") if cell.scenario == "four-levers" else 100 * rng.normal()
        return own + rng.normal(size=(1, 2))

    rows = Table(plan, results)
    found = sensitivity(sample(plan, rows, "four-levers", DEPTH), plan.experiment.design, 1)
    assert (found.columns[0].name, found.columns[0].kind) == ("form", "structure")
    assert {(one.name, one.kind) for one in found.columns[1:]} == {("decide_peers", "parameter"), ("dose", "setting")}
    assert by_name(found, "first")["form"].value > 0.8
    with pytest.raises(AskError, match="which scenario\\? expected one of `status-quo`, `four-levers`"):
        sample(plan, rows, None, DEPTH)


def test_what_does_not_fit_is_told_in_plain_words(tmp_path: Path) -> None:
    """Catches a traceback, an answer to another question, and one problem told at a time."""
    plan = drawn_plan(tmp_path, count=40)
    rows = Table(plan, lambda cell, outcome: np.arange(80.0).reshape(40, 2))
    name = cell_name(plan, 0)
    with pytest.raises(AskError, match=f"40 draws have this outcome, expected at least {LEAST_DRAWS}"):
        sensitivity(sample(plan, rows, name, DEPTH), plan.experiment.design, 1)
    with pytest.raises(AskError) as told:
        sample(plan, rows, name, Ask("dept", 70, "nowhere", "nothing"))
    assert "unknown outcome `dept`" in str(told.value)
    assert "did you mean `depth`?" in str(told.value)
    assert "year 70 is not kept" in str(told.value)
    assert str(told.value).count("\n") == 3
    with pytest.raises(AskError, match="unknown cell `x`"):
        sample(plan, rows, "x", DEPTH)
    bare = plan_of(tmp_path, DRAWN.replace("SET", "years: 9").replace("draws: 400", "draws: 0"))
    with pytest.raises(AskError, match="expected a sobol or morris design, a Latin hypercube, or parameter draws"):
        sensitivity(sample(bare, Table(bare, lambda c, o: np.ones((1, 2))), cell_name(bare, 0), DEPTH),
                    bare.experiment.design, 1)  # fmt: skip


def test_one_replicate_knows_no_noise(tmp_path: Path) -> None:
    """Catches a noise share of 0 or 100 % where nothing is known, and a floor made of it."""
    plan = plan_of(tmp_path, TEXT.replace("KIND", "morris, points: 8"), replicates=1)
    rows = Table(plan, lambda cell, outcome: np.array([[3.0 * float(cell.levels["u0"])]]))
    one = sample(plan, rows, None, DEPTH)
    found = sensitivity(one, plan.experiment.design, 1)
    assert math.isnan(found.noise)
    assert math.isnan(found.floor)
    assert "one replicate cannot tell luck from effect" in " ".join(sensitivity_lines(found, "share"))
    record = sensitivity_record(plan, one, DEPTH, found)
    assert (record["noise_share"], record["inputs"][0]["above_floor"]) == (None, None)


def test_parts_are_of_equal_counts(tmp_path: Path) -> None:
    """400 different values in eight parts of 50; ties stay together; few values are parts of their own. Catches parts
    of equal width, and a tie cut in two."""
    plan = drawn_plan(tmp_path)
    one = sample(plan, Table(plan, lambda c, o: np.ones((400, 2))), cell_name(plan, 0), DEPTH).columns[0]
    assert np.bincount(bins_of(one)).tolist() == [50] * 8
    tied = replace(one, values=np.minimum(one.values, np.quantile(one.values, 0.6)))
    parts = bins_of(tied)
    assert len(set(parts[tied.values == tied.values.max()])) == 1
    few = replace(one, values=np.arange(400.0) % 3)
    assert np.bincount(bins_of(few)).tolist() == [134, 133, 133]


@pytest.mark.parametrize(
    ("factor", "kind"),
    [
        (Factor(prior="master"), "parameter"),
        (Factor(path="parameters.master", low=0.01, high=0.1), "parameter"),
        (Factor(path="structure.contagion", values=["logit", "hazard"]), "structure"),
        (Factor(levels={"a": {}, "b": {"structure.contagion": "hazard"}}), "structure"),
        (Factor(levels={"a": {"structure.contagion": "hazard"}, "b": {"policy.mandate": 1}}), "setting"),
        (Factor(path="policy.mandate", values=[0, 1]), "setting"),
        (Factor(on={"policy.talent.change": 0.5}), "setting"),
    ],
)
def test_kinds_of_factors(factor: Factor, kind: str) -> None:
    """Catches a policy that is taken for an assumption, and a switch of structure that is not."""
    assert kind_of(factor) == kind


def test_the_chart_shows_the_figures(tmp_path: Path) -> None:
    """Catches a row under another input's name, a chart without its floor, interval, layer of luck or caveat."""
    plan = plan_of(tmp_path, TEXT.replace("KIND", "sobol, points: 32"))
    one, found = analysed(plan, ishigami, noise=0.3)
    figure = sensitivity_plate(plan, one, DEPTH, found).figure
    axis = figure.axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == [column.name for column in found.columns]
    lines = {line.get_label(): line for line in axis.get_lines()}
    np.testing.assert_allclose(lines["total"].get_xdata(), [m["total"].value for m in found.measures])
    np.testing.assert_allclose(lines["first order"].get_xdata(), [m["first"].value for m in found.measures])
    assert axis.get_legend().get_texts()[0].get_text() == "no more than luck gives (total)"
    note = " ".join(figure.get_supxlabel().split())
    assert "luck of replicates" in note
    assert "5–95 % over bootstrap" in note
    assert "does not forecast" in note
