"""Value of information against closed forms of a linear normal decision, and claims with a planted flip."""

import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray
from sweep_tables import Table, plan_of

from simdiff.analysis.assumptions import Column
from simdiff.analysis.claims import claim, edges_of, mean_interval, share_ahead
from simdiff.analysis.resample import resamples, shuffles
from simdiff.analysis.samples import Ask, AskError, Sample, utility
from simdiff.analysis.value import Value, value_of_information
from simdiff.register import PARAMETERS
from simdiff.report.value_report import (
    Choice,
    choice_lines,
    flip_lines,
    headline,
    next_line,
    option_rows,
    value_record,
    worth_rows,
)

Floats = NDArray[np.float64]
NORMAL = NormalDist()
WEAK = [one.name for one in PARAMETERS.values() if one.grade == "A" and one.prior != "fixed"]
ANCHORED = "master"


def expected_gain(mean: float, sd: float) -> float:
    """E max(0, m + s z) − max(0, m): what it is worth to know s z before choosing between 0 and m + s z."""
    return sd * NORMAL.pdf(mean / sd) - abs(mean) * NORMAL.cdf(-abs(mean) / sd) if sd > 0 else 0.0


def decision(mean: float, slopes: dict[str, float], draws: int, key: int, noise: float = 0.3) -> list[Sample]:
    """Two options that differ by mean + Σ slope z, with much luck in common and some of their own (5 replicates)."""
    rng = np.random.default_rng(key)
    even = np.array([NORMAL.inv_cdf((n + 0.5) / draws) for n in range(draws)])
    z = {name: rng.permutation(even) for name in slopes}
    columns = tuple(Column(name, "parameter", values, (), name) for name, values in z.items())
    common = 3.0 * rng.normal(size=(draws, 1)) + rng.normal(size=(1, 5))
    ahead = mean + sum(slope * z[name] for name, slope in slopes.items())
    first = common + np.asarray(ahead)[:, None] + noise * rng.normal(size=(draws, 5))
    return [Sample("A", columns, first, (), 10), Sample("B", columns, common.copy(), (), 10)]


SLOPES = {WEAK[0]: 1.0, WEAK[1]: 0.6, WEAK[2]: 0.3, ANCHORED: 0.0, WEAK[3]: 0.0}


@pytest.mark.parametrize("mean", [0.0, 0.5])
def test_worth_of_one_input_is_the_closed_form(mean: float) -> None:
    """Four tables of 400 draws: mean EVPPI within .03 of s φ(m/s) − |m| Φ(−|m|/s), EVPI of that of the root of the sum
    of squares. Where there is nothing to know, next to nothing. Catches luck that pays (plain means of eight parts give
    nothing .06 at m = 0), noise of replicates counted as knowledge, and gains over no choice at all."""
    found = [value_of_information(decision(mean, SLOPES, 400, key), 1) for key in range(4)]
    for name, slope in SLOPES.items():
        gains = [one.gain.value for value in found for one in value.worths if one.column.name == name]
        assert np.mean(gains) == pytest.approx(expected_gain(mean, slope), abs=0.03), name
    whole = math.hypot(*SLOPES.values())
    assert np.mean([value.perfect.value for value in found]) == pytest.approx(expected_gain(mean, whole), abs=0.025)
    assert [one.column.name for one in found[0].worths[:3]] == WEAK[:3]
    idle = [one.gain.value <= value.floor for value in found for one in value.worths if SLOPES[one.column.name] == 0.0]
    assert sum(idle) >= 7


def test_noise_is_no_knowledge() -> None:
    """A and B are the same but for replicate noise of SD 2: the better of two means of five would be worth
    2/√5 · φ(0) = .357 (A's noise; B has none). Four tables. Catches EVPI made of luck."""
    found = [value_of_information(decision(0.0, {WEAK[0]: 0.0}, 300, key, noise=2.0), 1) for key in range(4)]
    assert np.mean([value.perfect.value for value in found]) <= 0.12


def test_the_wrong_choice_and_how_much_less_often_it_is_made() -> None:
    """m = .5, one input with slope 1: wrong in Φ(−.5) = 30.9 % of draws, never if it is known; an input that does
    nothing leaves it as it is. Catches a reduction against another option, and one by the size of the gain."""
    found = value_of_information(decision(0.5, {WEAK[0]: 1.0, WEAK[1]: 0.0}, 500, 5, noise=0.01), 1)
    assert found.options[found.best] == "A"
    assert found.wrong.value == pytest.approx(0.309, abs=0.03)
    known, nothing = found.worths
    assert known.column.name == WEAK[0]
    assert known.fewer.value == pytest.approx(found.wrong.value, abs=0.06)  # one of eight parts holds both sides
    assert nothing.fewer.value == pytest.approx(0.0, abs=0.03)


def test_of_three_options_the_best_is_chosen() -> None:
    """C is always .2 above A's mean and B never best. Catches a choice between the first two only."""
    first, second = decision(0.5, {WEAK[0]: 1.0}, 400, 7)
    third = Sample("C", first.columns, second.values + 0.7, (), 10)
    found = value_of_information([first, second, third], 1)
    assert found.options[found.best] == "C"
    assert found.worths[0].gain.value == pytest.approx(expected_gain(-0.2, 1.0), abs=0.03)
    assert [(one.winner, one.loser) for one in found.claims] == [("A", "B"), ("C", "A")]


def test_a_planted_flip_is_found_and_only_it() -> None:
    """Difference .6 + z₁ + .1 z₂: in the lowest tenth of z₁ (mean −1.755) it is −1.15, everywhere else above 0. A
    hundred idle grade-A parameters flip nothing. Catches a flip that is missed, one of luck, the wrong edge, and a
    share of draws of another set."""
    slopes = {WEAK[0]: 1.0, WEAK[1]: 0.1} | dict.fromkeys(WEAK[2:], 0.0)
    found = value_of_information(decision(0.6, slopes, 400, 9), 1)
    (one,) = found.claims
    assert one.assumption_driven
    assert [edge.column.name for edge in one.flips] == [WEAK[0]]
    edge = one.flips[0]
    assert (edge.flip, edge.draws) == ("turns", 40)
    assert edge.place.startswith("lowest tenth (up to -1.")
    assert edge.difference.value == pytest.approx(-1.15, abs=0.2)
    assert edge.ahead.value <= 0.15
    assert one.looked == len(WEAK)
    assert one.ahead.value == pytest.approx(NORMAL.cdf(0.6), abs=0.05)


def test_evidence_protects_from_the_flag() -> None:
    """The same flip planted in a parameter that is not of grade A is no assumption. Catches a flag without a look at
    the register."""
    found = value_of_information(decision(0.6, {ANCHORED: 1.0, WEAK[1]: 0.1}, 400, 9), 1)
    assert PARAMETERS[ANCHORED].grade != "A"
    assert not found.claims[0].assumption_driven
    assert found.claims[0].looked == 1


def test_a_claim_fades_where_it_can_no_longer_be_told() -> None:
    """Difference .55 + .32 z₁ + noise: at the lowest tenth the mean is about −.01 + .55 − .56: neither above nor below
    0. Catches a claim that is only asked for its sign."""
    ordered = np.linspace(-2.0, 2.0, 400)
    z = np.random.default_rng(2).permutation(ordered)
    column = Column(WEAK[0], "parameter", z, (), WEAK[0])
    noise = 0.2 * np.where(np.arange(400) % 2, 1.0, -1.0)
    edge = z <= ordered[39]
    ahead = 0.5 + 0.25 * z + noise
    ahead[edge] += 0.02 - ahead[edge].mean()
    found = claim("A", "B", ahead, [column], shuffles(1, "claims", 400))
    assert [(one.place.split(" (")[0], one.flip) for one in found.flips] == [("lowest tenth", "fades")]


def test_structures_are_looked_at_level_by_level() -> None:
    """A wins by 1 under two forms and loses by 1 under the third. Catches levels taken for tenths of a range."""
    levels = np.arange(300.0) % 3
    column = Column("contagion", "structure", levels, ("logit", "hazard", "threshold"))
    ahead = np.where(levels == 2, -1.0, 1.0) + 0.1 * np.sin(np.arange(300.0))
    found = claim("A", "B", ahead, [column], shuffles(1, "claims", 300))
    assert [(one.place, one.flip, one.draws) for one in found.flips] == [("threshold", "turns", 100)]
    assert [place for place, _ in edges_of(column)] == ["logit", "hazard", "threshold"]


def test_a_claim_is_told_the_way_it_goes() -> None:
    """Catches `A beats B` where B is ahead."""
    found = claim("A", "B", -1.0 + 0.1 * np.arange(10.0), [], shuffles(1, "claims", 10))
    assert (found.winner, found.loser) == ("B", "A")
    assert found.difference.value == pytest.approx(0.55)


def test_intervals_by_hand() -> None:
    """Student: values 1 … 5, mean 3, SD √2.5, t₄(.95) = 2.132: 3 ± 1.507. Wilson for 8 of 10 at z = 1.645: .5408 to
    .9314: (.8 + .1353 ± 1.645 √(.016 + .0068)) / 1.2706. (Student's table; Wilson 1927.)"""
    one = mean_interval(np.arange(1.0, 6.0))
    assert (one.low, one.high) == pytest.approx((3 - 1.507, 3 + 1.507), abs=0.001)
    share = share_ahead(np.array([1.0] * 8 + [-1.0] * 2))
    assert share.value == 0.8
    assert (share.low, share.high) == pytest.approx((0.5408, 0.9314), abs=0.0005)


def test_resamples_and_shuffles_follow_from_their_names() -> None:
    """Catches luck that depends on what else was asked, resamples of another size, and orders with a repeat."""
    weights = resamples(5, "x", 37, 50)
    assert (weights.sum(axis=1) == 37).all()
    np.testing.assert_array_equal(weights, resamples(5, "x", 37, 50))
    np.testing.assert_array_equal(weights[:20], resamples(5, "x", 37, 20))
    assert (weights != resamples(5, "y", 37, 50)).any()
    assert (weights != resamples(6, "x", 37, 50)).any()
    assert weights.var() == pytest.approx(1.0, abs=0.1)  # Poisson, nearly
    assert (np.sort(shuffles(5, "x", 37, 50), axis=1) == np.arange(37)).all()


TWO = "format: 1\nname: e\ntitle: E\nscenarios: [four-levers, status-quo]\ndraws: 200\n"


def swept(folder: Path, ahead: float = 0.6) -> tuple[list[Sample], Choice]:
    """Two cells with a real parameter of grade A in their draws; cost 10,000 and 0."""
    rng = np.random.default_rng(1)
    z = rng.normal(size=200)
    plan = plan_of(folder, TWO, [{"capacity": float(np.exp(0.4 * one)), "master": 0.05} for one in z], replicates=3)
    depth = {"four-levers": (ahead + z[:, None]) / 100 + np.zeros(3), "status-quo": np.zeros((200, 3))}
    cost = {"four-levers": 10_000.0, "status-quo": 0.0}

    def results(cell, outcome):  # type: ignore[no-untyped-def]
        return np.full((200, 3), cost[cell.scenario]) if outcome == "cost" else depth[cell.scenario]

    rows, ask = Table(plan, results), Ask("depth")
    names = [cell.name for cell in plan.cells]
    return [utility(plan, rows, name, ask) for name in names], Choice(ask, 10, False, None)


def test_the_words_say_the_figures(tmp_path: Path) -> None:
    """Catches a report that leaves out the datum, its meaning, its grade, the flag or the layer, or that tells points
    as shares."""
    options, choice = swept(tmp_path)
    found = value_of_information(options, 1)
    assert headline(choice, found).endswith("? Depth, year 10: higher is better")
    rows = option_rows(choice, found)
    assert [row[3] for row in rows] == ["best on average", ""]
    said = " ".join(choice_lines(choice, found))
    assert f"beats {options[1].name} in " in said
    assert "(parameters)" in said
    assert "points" in said
    told = next_line(choice, found)
    assert told.startswith(
        "Collect next: capacity (load an average school can attend to; grade A, assumption; source: "
    )
    assert worth_rows(choice, found)[0][:2] == ["capacity", "A"]
    flips = flip_lines(choice, found)
    assert flips[0].startswith("ASSUMPTION-DRIVEN: ")
    assert "capacity, lowest tenth" in flips[1]


def test_what_holds_and_what_is_open_are_told(tmp_path: Path) -> None:
    """Catches `holds` of a claim that no draws support, and a datum to collect where none would help."""
    options, choice = swept(tmp_path, ahead=6.0)
    found = value_of_information(options, 1)
    assert flip_lines(choice, found)[0].startswith("No flip found: at no edge of 1 weak assumptions")
    assert next_line(choice, found).startswith("To know any one of them alone would not visibly improve this choice")
    z = np.sin(np.arange(200.0))[:, None] + np.zeros(3)
    tie = [Sample("A", options[0].columns, z - z.mean(), (), 10), Sample("B", options[0].columns, 0 * z, (), 10)]
    assert flip_lines(choice, value_of_information(tie, 1))[0].startswith("Open: ")


def test_records_are_plain_json(tmp_path: Path) -> None:
    """Catches figures that JSON does not know, and a claim without its evidence."""
    import json

    options, choice = swept(tmp_path)
    plan = plan_of(tmp_path, TWO)
    said = json.loads(json.dumps(value_record(plan, choice, value_of_information(options, 1)), allow_nan=False))
    assert said["intervals"] == "5–95 % (layer: parameters)"
    assert said["claims"][0]["assumption_driven"] is True
    assert said["claims"][0]["flips"][0]["input"] == "capacity"
    assert said["worths"][0]["evidence"].startswith("load an average school can attend to; grade A")


def test_money_and_direction(tmp_path: Path) -> None:
    """Depth .6 points ahead for $10,000: at $20,000 a point that is .5 of a point, and .1 is left; lower is better
    turns the sign. Catches a point taken for a whole share."""
    plan = plan_of(tmp_path, TWO, [{"capacity": 1.0}, {"capacity": 2.0}])
    rows = Table(plan, lambda cell, outcome: np.full((2, 3), 10_000.0 if outcome == "cost" else 0.006))
    name = plan.cells[0].name
    assert utility(plan, rows, name, Ask("depth"), worth=20_000).values == pytest.approx(np.full((2, 3), 0.001))
    assert utility(plan, rows, name, Ask("depth"), lowest=True).values == pytest.approx(np.full((2, 3), -0.006))


def test_what_cannot_be_valued_is_told(tmp_path: Path) -> None:
    """Catches an answer from too few draws, one replicate, nothing that varies, or points that stand for nothing."""
    few = decision(0.5, SLOPES, 99, 1)
    with pytest.raises(AskError, match="99 draws have this outcome, expected at least 100"):
        value_of_information(few, 1)
    one = [Sample(s.name, s.columns, s.values[:, :1], (), 10) for s in decision(0.5, SLOPES, 200, 1)]
    with pytest.raises(AskError, match="expected at least 2"):
        value_of_information(one, 1)
    bare = [Sample(s.name, (), s.values, (), 10) for s in decision(0.5, SLOPES, 200, 1)]
    with pytest.raises(AskError, match="expected parameter draws, or a Latin hypercube"):
        value_of_information(bare, 1)
    text = TWO.replace(
        "draws: 200", "factors: {p: {prior: master}, q: {prior: capacity}}\ndesign: {kind: sobol, points: 4}"
    )
    plan = plan_of(tmp_path, text)
    with pytest.raises(AskError, match="do not stand for what is held possible"):
        utility(plan, Table(plan, lambda c, o: np.ones((1, 2))), "status-quo", Ask("depth"))


def test_undefined_draws_are_left_out_and_counted() -> None:
    """Catches a draw that counts for one option only."""
    options = decision(0.5, SLOPES, 200, 1)
    options[1].values[:20] = np.nan
    found: Value = value_of_information(options, 1)
    assert (found.draws, found.dropped) == (180, 20)
