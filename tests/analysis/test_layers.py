"""Layers of variance against a published table, by hand, and against every pair of runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import f_oneway
from sweep_tables import plan_of

from simdiff.analysis.layer_rows import families, run_splits, split_rows, sweep_splits
from simdiff.analysis.layers import components, noise, split
from simdiff.report.layer_report import split_lines
from simdiff.scenario import load_experiment, load_scenario
from simdiff.study.chunk_folder import Rows
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.run import run_scenario
from simdiff.study.sweep import run_sweep

Floats = NDArray[np.float64]
RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=np.float64
)
"""Shrout & Fleiss 1979, "Intraclass correlations", Psychological Bulletin 86, table 2: six targets, four judges."""


def ones(values: Floats) -> Floats:
    """Every draw once."""
    return np.ones((1, values.shape[1]))


def test_a_published_table() -> None:
    """Shrout & Fleiss, tables 3 and 4: mean squares BMS 11.24, WMS 6.26, JMS 32.49, EMS 1.02, and ICC(2,1) = .29: the
    share of targets (here: draws) in the variance of one rating. Catches a between-variance that is not cleared of the
    noise in means, and one that takes the judges' (replicates') own level off, which would give ICC(1,1) = .17."""
    found = components(RATINGS[None], ones(RATINGS[None]))[0]
    assert found[0] == pytest.approx(6.26, abs=0.005)
    assert found[1] == pytest.approx((11.24 - 1.02) / 4, abs=0.005)
    assert found[2] == 0.0
    assert found[1] / found.sum() == pytest.approx(0.29, abs=0.005)
    nested = (11.24 - 6.26) / 4  # the usual estimate, if judges were others for each target
    assert nested / (nested + 6.26) == pytest.approx(0.17, abs=0.005)
    assert noise(RATINGS) == pytest.approx(1.02 / 4, abs=0.005)


def test_without_shared_luck_it_is_the_one_way_analysis() -> None:
    """Where replicates have nothing in common the mean of the estimate over all ways of numbering them is that of the
    one-way analysis, (MSB − MSW)/R, with scipy's F. Catches an estimate that holds for crossed tables only."""
    rng = np.random.default_rng(5)
    values = rng.normal(size=(7, 3)) + 2.0 * rng.normal(size=(7, 1))
    ratio = f_oneway(*values).statistic
    within = values.var(axis=1, ddof=1).mean()
    numbered = [np.stack([rng.permutation(row) for row in values]) for _ in range(4000)]
    found = np.mean([components(one[None], ones(one[None]))[0] for one in numbered], axis=0)
    assert found[0] == pytest.approx(within, rel=1e-9)
    assert found[1] == pytest.approx((ratio - 1.0) * within / 3, rel=0.01)


def by_hand(values: Floats, weights: Floats, share: Callable[[bool, bool, bool], bool]) -> float:
    """Mean half squared difference over pairs of runs that share what they should, pair by pair."""
    top = bottom = 0.0
    places = [place for place in np.ndindex(*values.shape) if np.isfinite(values[place])]
    for s, d, r in places:
        for s2, d2, r2 in places:
            if share(s == s2, d == d2, r == r2):
                weight = weights[d] * weights[d2] if d != d2 else weights[d]
                top += weight * (values[s, d, r] - values[s2, d2, r2]) ** 2 / 2
                bottom += weight
    return top / bottom


def test_sums_are_those_of_all_pairs() -> None:
    """Three structures, some runs and one draw of a structure missing, draws weighted as in a resample (one absent, one
    twice, which is not two draws). Catches pairs counted twice, left in or left out."""
    rng = np.random.default_rng(3)
    values = rng.normal(1e6, 1.0, (3, 5, 4)) + rng.normal(size=(3, 1, 1)) * 2 + rng.normal(size=(1, 5, 1))
    values[0, 2], values[1, 3, 2] = np.nan, np.nan
    weights = np.array([2.0, 0.0, 1.0, 1.0, 1.0])
    chance = by_hand(values, weights, lambda s, d, r: s and d and not r)
    within = by_hand(values, weights, lambda s, d, r: s and not d and not r)
    apart = by_hand(values, weights, lambda s, d, r: not s and not d and not r)
    expected = [chance, within - chance, 2 / 3 * (apart - within)]
    np.testing.assert_allclose(components(values, weights[None])[0], expected, rtol=1e-6)


def test_structure_by_hand() -> None:
    """Structures at 0, 3 and 6 (variance of a pick among them: 6), draws at ∓1 (sample variance 2), chance ∓.5 (½).
    Catches a structure layer over S − 1, and draws or luck leaking into it."""
    values = np.array([0.0, 3.0, 6.0])[:, None, None] + np.array([-1.0, 1.0])[:, None] + np.array([-0.5, 0.5])
    assert components(values, ones(values))[0] == pytest.approx([0.5, 2.0, 6.0])
    found = split("depth", 10, [values], seed=1)
    assert found is not None
    assert [layer.name for layer in found.layers] == ["chance", "parameters", "structure"]
    assert [layer.share for layer in found.layers] == pytest.approx([0.5 / 8.5, 2 / 8.5, 6 / 8.5])
    assert [layer.sd for layer in found.layers] == pytest.approx([0.5**0.5, 2**0.5, 6**0.5])


def test_estimates_are_unbiased_and_intervals_cover() -> None:
    """Known variances: chance 1 + 3 (own, and shared by all draws), parameters 2; 200 tables of 40 draws and 3
    replicates. The nested estimate would miss the parameters by 3/3 = 1. Intervals are over draws: they cover the share
    that the table's three replicates give in some 90 % of tables."""
    rng = np.random.default_rng(11)
    found, inside = [], []
    for n in range(200):
        draws, luck = rng.normal(0, 2**0.5, (40, 1)), rng.normal(0, 3**0.5, (1, 3))
        values = draws + luck + rng.normal(size=(40, 3))
        one = split("depth", 10, [values[None]], seed=n % 4)
        assert one is not None
        found.append([layer.variance for layer in one.layers])
        given = np.var(luck, ddof=1) + 1.0  # chance as these three replicates have it
        inside.append(one.layers[1].low <= 2.0 / (2.0 + given) <= one.layers[1].high)
    assert np.mean(found, axis=0) == pytest.approx([4.0, 2.0], abs=0.25)
    assert 0.80 <= np.mean(inside) <= 0.97


def test_what_cannot_be_told_is_not_told() -> None:
    """One replicate, one draw, nothing that varies, nothing defined. Catches shares made of nothing."""
    assert split("depth", 10, [RATINGS[None, :, :1]], 1) is None
    assert split("depth", 10, [RATINGS[None, :1]], 1) is None
    assert split("depth", 10, [np.ones((1, 6, 4))], 1) is None
    assert split("depth", 10, [np.full((1, 6, 4), np.nan)], 1) is None
    assert np.isnan(noise(RATINGS[:, :1]))


def test_policies_are_no_layer() -> None:
    """Two policies far apart have the layers of each. Catches the difference between policies told as uncertainty."""
    one, both = (split("depth", 10, [RATINGS[None] + shift for shift in shifts], 1) for shifts in ([0], [0, 99]))
    assert one is not None
    assert both is not None
    shares = [[(layer.variance, layer.share, layer.low) for layer in found.layers] for found in (one, both)]
    np.testing.assert_allclose(shares[1], shares[0], rtol=1e-9)
    assert (one.policies, both.policies) == (1, 2)


HYPERCUBE = """\
format: 1
name: e
title: E
scenarios: [status-quo, four-levers]
factors:
  peers: {prior: decide_peers}
  same: {path: structure.contagion, values: [logit, hazard]}
design: {kind: KIND, points: 6}
"""


def test_families_of_a_hypercube_are_its_scenarios(tmp_path: Path) -> None:
    """Points are draws, switches structures; each scenario is a policy. Points of a Morris design are no draws: each
    is a policy of its own. Catches designs taken for samples of what is held possible."""
    found = families(plan_of(tmp_path, HYPERCUBE.replace("KIND", "latin-hypercube")))
    assert [len(family) for family in found] == [6, 6]
    assert sorted(member.point for member in found[0]) == list(range(6))
    assert {member.structure for member in found[0]} == {0, 1}
    by_level = {member.cell.levels["same"]: member.structure for member in found[0]}
    assert all(member.structure == by_level[member.cell.levels["same"]] for member in found[0])
    morris = families(plan_of(tmp_path, HYPERCUBE.replace("KIND", "morris")))
    assert all(len({member.point for member in family}) == 1 for family in morris)


SWITCHED = """\
format: 1
name: e
title: E
scenarios: {one: {scenario: four-levers, set: {years: 2, parameters.explore_base: 0.1}}}
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, values: [0, 1]}
  contagion: {path: structure.contagion, values: [logit, hazard]}
replicates: 3
draws: 4
keep: {outcomes: [depth, spread], series: monthly}
"""


def test_a_sweep_is_split_as_its_values_are(tmp_path: Path) -> None:
    """A real sweep of two policies, two structures and four draws, against the mean of the two policies' components
    made of ``Rows.values``; and the lines say all three layers. Catches cells under another's structure or policy,
    another month, and a layer without its name."""
    file = tmp_path / "e.yaml"
    file.write_text(SWITCHED)
    report = run_sweep(tmp_path / "out", make_plan(load_experiment(str(file))), "", LocalEngine(2), Event())
    rows = Rows(report.plan, report.chunks)
    found = sweep_splits(report.plan, rows)
    assert [one.outcome for one in found] == ["spread", "depth"]
    cells = {cell.name: rows.values(cell, "depth", None, "all", None) for cell in report.plan.cells}
    policies = [np.stack([cells[f"coaches={n},contagion={way}"] for way in ("logit", "hazard")]) for n in (0, 1)]
    expected = np.mean([components(one, ones(one))[0] for one in policies], axis=0)
    assert [layer.variance for layer in found[1].layers] == pytest.approx(expected, rel=1e-9)
    assert found[1].policies == 2
    line = split_lines(found)[1]
    assert line.startswith("Depth, year 2: chance ")
    assert "parameters" in line
    assert "structure" in line
    rows_ = split_rows(found)
    assert [row["layer"] for row in rows_] == ["chance", "parameters", "structure"] * 2
    assert sum(row["share"] for row in rows_[:3]) == pytest.approx(1.0)


def test_a_run_is_split_at_its_last_year() -> None:
    """Catches another year, place or practice, and a run without draws that claims to know a parameter layer."""
    loaded = load_scenario(Path("four-levers"))
    short = replace(loaded, scenario=loaded.scenario.model_copy(update={"years": 2}))
    result, _ = run_scenario(short, replicates=3, draws=3, seed=1)
    found = {one.outcome: one for one in run_splits(result, 1)}
    values = result.yearly[None, :, :, result.outcomes.index("depth"), 2, 0, 0]
    assert [layer.variance for layer in found["depth"].layers] == pytest.approx(components(values, ones(values))[0, :2])
    assert found["depth"].year == 2
    plain, _ = run_scenario(short, replicates=3, seed=1)
    assert run_splits(plain, 1) == []
    assert split_lines([]) == []


def test_the_line_reads_as_it_should() -> None:
    """Chance variance ½ and parameters 2 in points of a share: SD .71 and 1.41 hundredths. By hand: 20 and 80 %."""
    values = np.array([-1.0, 1.0])[:, None] / 100 + np.array([-0.5, 0.5]) / 100
    found = split("spread", 10, [values[None]], 1)
    assert found is not None
    line, about = split_lines([found])
    assert line.startswith("Spread, year 10: chance 20 % (")
    assert "parameters 80 % (" in line
    assert line.endswith("of the variance (SD 0.7 and 1.4 points)")
    assert "between 2 draws" in about
