"""Paired differences: by hand, coverage of both layers, error rates of many comparisons, and every verdict."""

import math
from dataclasses import replace

import numpy as np
import pytest
from compare_worlds import worlds_of
from numpy.typing import NDArray
from scipy import stats

from simdiff.analysis.contrasts import (
    A_ABOVE,
    B_ABOVE,
    DISAGREE,
    SAME,
    Contrast,
    against,
    ahead,
    central,
    contrast,
    contrasts,
    draws_needed,
    estimate,
    flipped,
    holm,
    judged,
    p_value,
)
from simdiff.analysis.direction import DIRECTIONS
from simdiff.register import FINAL_OUTCOMES, OUTCOMES

Floats = NDArray[np.float64]
DATASETS = 2500


def only(values: Floats, outcome: str = "depth", confidence: float = 0.95, **more: object) -> Contrast:
    """The judged contrast of two options, (2, draws, replicates)."""
    return contrasts(worlds_of({outcome: values}, **more), confidence)[0]  # type: ignore[arg-type]


def pair(difference: Floats) -> Floats:
    """Two options with given differences, (draws, replicates)."""
    return np.stack([0.3 + difference, np.full_like(difference, 0.3)])


def test_a_difference_by_hand() -> None:
    """Catches draws and replicates mixed up, unpaired variances, ties counted as wins. Differences by draw: 1, 3 and
    2, 6: means 2 and 4; variances 2 and 8, so that of the mean of means is (2/2 + 8/2)/4 = 1.25 with 2 degrees of
    freedom (t = 4.302653)."""
    first = np.array([[11.0, 23.0], [32.0, 46.0]])
    second = np.array([[10.0, 20.0], [30.0, 40.0]])
    found = estimate(first - second, np.ones((2, 2), dtype=bool), 0.95)
    assert (found.mean, found.median, found.worlds, found.draws) == (3, 2.5, 4, 2)
    half = 4.302653 * 1.25**0.5
    assert (found.chance_low, found.chance_high) == pytest.approx((3 - half, 3 + half), rel=1e-6)
    assert (found.parameters_low, found.parameters_high) == (2, 4)
    assert found.parameters_level == pytest.approx(1 / 3)
    assert (found.above, found.draws_above, found.defined) == (1, 1, 1)


def test_ties_count_half_and_undefined_worlds_not_at_all() -> None:
    """Of the four worlds that both ran, one is undefined; of the others one is won, one tied, one lost."""
    values = np.array([[1.0, 0.0, -1.0, np.nan, np.nan]])
    ran = np.array([[True, True, True, True, False]])
    found = estimate(values, ran, 0.95)
    assert (found.above, found.worlds, found.defined) == (0.5, 3, 0.75)
    assert np.isnan(found.draws_above)
    assert np.isnan(found.parameters_low)


def test_order_statistics_are_those_of_numpy() -> None:
    """Its definition 6 (``weibull``), on skewed draws."""
    values = np.random.default_rng(12).lognormal(size=61)
    expected = np.quantile(values, [0.025, 0.975], method="weibull")
    assert central(values, 0.95) == pytest.approx((*expected, 0.95))


def test_order_statistics_by_hand() -> None:
    """Ranks (D + 1)(1 ∓ confidence)/2: of 1 … 9 at 80 %, the first and the ninth; at 60 %, the second and eighth; at
    70 %, halfway. Nine draws cannot bound 95 %: their range bounds 8/10."""
    values = np.random.default_rng(1).permutation(np.arange(1.0, 10.0))
    assert central(values, 0.8) == pytest.approx((1, 9, 0.8))
    assert central(values, 0.6) == pytest.approx((2, 8, 0.6))
    assert central(values, 0.7) == pytest.approx((1.5, 8.5, 0.7))
    assert central(values, 0.95) == pytest.approx((1, 9, 0.8))
    assert [draws_needed(level) for level in (0.5, 0.8, 0.9, 0.95, 0.99)] == [3, 9, 19, 39, 199]


def test_holm_by_hand() -> None:
    """Four p values: the smallest times 4, the next times 3, … and never less than one before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_p_values_are_those_of_scipy() -> None:
    """Catches a one-sided test, or wrong degrees of freedom."""
    values = np.random.default_rng(2).normal(0.3, 1, 12)
    assert p_value(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, rel=1e-10)
    assert p_value(np.zeros(5)) == 1.0
    assert p_value(np.full(5, 0.2)) < 1e-12
    assert p_value(np.array([3.0])) == 1.0


def two_layers(seed: int, draws: int, replicates: int, between: float, *, skewed: bool = False
               ) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Synthetic data sets: true differences of each draw (DATASETS, draws + 1; the last is a fresh draw), what is seen
    of the others (…, replicates), and what would be seen of the fresh one. Draws have chance of different size."""
    luck = np.random.default_rng(seed)
    true = between * luck.normal(size=(DATASETS, draws + 1))
    if skewed:
        true = np.exp(true)
    size = luck.uniform(0.5, 1.5, (DATASETS, draws + 1, 1))
    seen = true[..., None] + size * luck.normal(size=(DATASETS, draws + 1, replicates))
    return true, seen[:, :-1], seen[:, -1].mean(axis=1)


def covered(low: Floats, high: Floats, true: Floats) -> float:
    return float(((low <= true) & (true <= high)).mean())


def intervals_of(seen: Floats, confidence: float) -> NDArray[np.float64]:
    ran = np.ones(seen.shape[1:], dtype=bool)
    found = [estimate(one, ran, confidence) for one in seen]
    return np.array([(e.chance_low, e.chance_high, e.parameters_low, e.parameters_high, e.p) for e in found]).T


def test_the_chance_interval_covers_the_mean_of_the_given_draws() -> None:
    """Coverage 95 % of 2,500 data sets (standard error .44 points) with chance of different size in each draw. Catches
    variances pooled over draws as if they were replicates, and an interval for something else."""
    true, seen, _ = two_layers(3, 8, 6, 2.0)
    low, high, *_ = intervals_of(seen, 0.95)
    assert covered(low, high, true[:, :-1].mean(axis=1)) == pytest.approx(0.95, abs=0.0135)


@pytest.mark.parametrize("skewed", [False, True])
def test_the_interval_over_draws_covers_a_fresh_draw(skewed: bool) -> None:
    """Coverage of what a fresh draw of the parameters would show, whatever their law: 90 % of 2,500 data sets (standard
    error .6 points); of its true difference, at least that, since chance widens the interval. Catches an interval that
    narrows with the number of draws: the planted defect, the chance interval in its place, covers a tenth."""
    true, seen, fresh = two_layers(4, 40, 5, 1.0, skewed=skewed)
    chance_low, chance_high, low, high, _ = intervals_of(seen, 0.9)
    assert covered(low, high, fresh) == pytest.approx(0.9, abs=0.018)
    assert 0.9 - 0.01 < covered(low, high, true[:, -1]) < 0.97
    assert covered(chance_low, chance_high, true[:, -1]) < 0.15


def test_the_test_has_its_size_with_two_layers() -> None:
    """Draws' differences vary about 0: 5 % of 2,500 data sets are significant (standard error .44 points). Catches
    worlds taken for independent: the planted defect, a t test over all of them, finds a third."""
    _, seen, _ = two_layers(5, 10, 8, 1.0)
    *_, p = intervals_of(seen, 0.95)
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.0135)
    naive = stats.ttest_1samp(seen.reshape(DATASETS, -1), 0, axis=1).pvalue
    assert (naive < 0.05).mean() > 0.25


def test_many_pairs_of_equals_are_rarely_told_apart() -> None:
    """Four equal options, six pairs, 2,000 data sets: a firm pair in at most 5 % of them (standard error .5 points).
    Catches pairs judged each by itself: the planted defect finds one in a sixth of the data sets and more."""
    luck, wrong, naive = np.random.default_rng(6), 0, 0
    for _ in range(2000):
        values = luck.normal(size=(4, 1, 12))
        found = contrasts(replace(TEMPLATE, values={"depth": values}), 0.95)
        wrong += any(one.verdict in (A_ABOVE, B_ABOVE) for one in found)
        naive += any(one.whole.p < 0.05 for one in found)
    assert wrong / 2000 < 0.05 + 0.015
    assert wrong > 20
    assert naive / 2000 > 0.16


TEMPLATE = worlds_of({"depth": np.zeros((4, 1, 12))})


def spread_draws(mean: float, between: float, draws: int = 50, replicates: int = 4, chance: float = 0.001) -> Floats:
    """Differences with evenly spread draws and a little chance."""
    levels = mean + between * np.linspace(-1, 1, draws)
    return levels[:, None] + chance * np.random.default_rng(7).normal(size=(draws, replicates))


@pytest.mark.parametrize(
    ("difference", "verdict", "why"),
    [
        (spread_draws(0.1, 0.05), A_ABOVE, ""),
        (spread_draws(-0.1, 0.05), B_ABOVE, ""),
        (spread_draws(0.1, 0.2), SAME, "parameters"),
        (spread_draws(0.1, 0.05, draws=38), SAME, "too few draws"),
        (spread_draws(0.1, 0.05, draws=39), A_ABOVE, ""),
        (spread_draws(0.1, 0.05, replicates=1), A_ABOVE, ""),
        (np.array([[0.1, 0.2, -0.1, -0.05, 0.3]]), SAME, "chance"),
        (np.array([[0.1, 0.2, 0.15, 0.12, 0.3]]), A_ABOVE, ""),
        (np.array([[0.1]]), SAME, "chance"),
        (np.zeros((50, 4)), SAME, "the same"),
        (np.array([[0.5] * 40 + [-0.01] * 60]), SAME, "most worlds"),
        (np.array([[0.1, 0.2, 0.15, *[np.nan] * 4]]), SAME, "defined in 43%"),
        (np.full((2, 3), np.nan), SAME, "defined in 0%"),
    ],
)
def test_verdicts(difference: Floats, verdict: str, why: str) -> None:
    """Each condition alone: an interval over draws that crosses 0, one of chance, too few draws to bound 95 % (39 do),
    an average that most worlds do not share, values mostly undefined, no difference at all."""
    found = only(pair(difference))
    assert (found.verdict, found.why) == (verdict, why)


def test_among_many_pairs_a_weak_one_is_not_firm() -> None:
    """One pair at p of .02 and 44 others: alone it is firm, among them it may be luck."""
    weak = np.array([0.0, 0.1, 0.2, 0.3, 0.4, -0.02, 0.3])
    assert 0.01 < p_value(weak) < 0.03
    assert only(pair(weak[None])).verdict == A_ABOVE
    luck = np.random.default_rng(8)
    others = 5 + luck.normal(size=(8, 1, 7))
    values = np.concatenate([pair(weak[None]), others])
    found = contrasts(worlds_of({"depth": values}), 0.95)[0]
    assert (found.verdict, found.why) == (SAME, "many comparisons")


def structured(*means: float, draws: int = 40) -> Contrast:
    """Two options whose difference is about ``means`` under as many structures."""
    parts = [spread_draws(mean, 0.01, draws=draws) for mean in means]
    index = [n for n in range(len(means)) for _ in range(draws)]
    return only(pair(np.concatenate(parts)), structure=index, structures=[f"s{n}" for n in range(len(means))])


def test_structures_that_disagree_are_told() -> None:
    """A is above B under two structures and below under one: no average over them may hide that."""
    found = structured(0.1, 0.2, -0.1)
    assert found.verdict == DISAGREE
    assert found.why == "A above B under 2 of 3, B above A under 1"
    assert found.whole.mean == pytest.approx(0.2 / 3, abs=1e-3)


def test_a_claim_holds_under_each_structure_or_not_at_all() -> None:
    """Firm under two structures, open under the third: cannot tell apart; firm under all: above."""
    found = structured(0.1, 0.2, 0.001)
    assert (found.verdict, found.why) == (SAME, "firm under 2 of 3 structures")
    assert structured(0.1, 0.2, 0.3).verdict == A_ABOVE
    assert structured(-0.1, -0.2, -0.3).verdict == B_ABOVE


def test_structures_in_which_a_pair_was_not_run_do_not_count() -> None:
    """Catches a structure without runs taken for one that agrees, or a pair that was never in one world judged."""
    values = pair(np.concatenate([spread_draws(0.1, 0.01, 40), spread_draws(-0.1, 0.01, 40)]))
    ran = np.ones_like(values, dtype=bool)
    values[1, 40:], ran[1, 40:] = np.nan, False
    more = {"structure": [0] * 40 + [1] * 40, "structures": ["s0", "s1"]}
    found = only(values, ran=ran, **more)  # type: ignore[arg-type]
    assert found.verdict == A_ABOVE
    assert found.structure_names == ("s0",)
    values[0, :40], ran[0, :40] = np.nan, False
    found = only(values, ran=ran, **more)  # type: ignore[arg-type]
    assert (found.verdict, found.why) == (SAME, "never run in the same world")


@pytest.mark.parametrize(
    ("outcome", "first", "second", "verdict"),
    [
        ("depth", 0.5, 0.4, A_ABOVE),
        ("cost", 5e6, 4e6, B_ABOVE),
        ("equity_gap", -0.3, 0.1, B_ABOVE),
        ("equity_gap", -0.1, 0.3, A_ABOVE),
        ("coach_ratio", 0.5, 1.2, B_ABOVE),
        ("assimilation_gap", 0.1, 0.2, A_ABOVE),
        ("peer_seeded", 0.3, 0.2, A_ABOVE),
    ],
)
def test_better_is_what_the_outcome_says(outcome: str, first: float, second: float, verdict: str) -> None:
    """Costs: less is better. A gap: nearer 0, on either side; a ratio of shares: nearer 1. Catches a sign lost."""
    chance = 0.001 * np.random.default_rng(9).normal(size=(2, 50, 3)) * abs(first)
    found = only(np.array([first, second])[:, None, None] + chance, outcome)
    assert found.verdict == verdict
    share, of_draws = ahead(found.whole, DIRECTIONS[outcome])
    assert (share, of_draws) == ((1, 1) if verdict == A_ABOVE else (0, 0))


def test_every_outcome_has_one_direction() -> None:
    """Catches an outcome that nobody said the better end of, and a name that is no outcome."""
    names = [outcome.name for outcome in (*OUTCOMES, *FINAL_OUTCOMES)]
    assert sorted(DIRECTIONS) == sorted(names)
    assert all(one.words for one in DIRECTIONS.values())


def test_turning_a_contrast_round() -> None:
    """B minus A says the same as A minus B."""
    luck = np.random.default_rng(10)
    values = luck.normal(size=(3, 45, 4)) + np.array([0, 0.1, 8])[:, None, None]
    worlds = worlds_of({"cost": values})
    for one in contrasts(worlds, 0.95):
        a, b = (worlds.options.index(name) for name in (one.first, one.second))
        turned, direct = flipped(one), contrast(worlds, "cost", b, a, 0.95)
        assert np.allclose(tuple(turned.whole.__getattribute__(n) for n in turned.whole.__slots__),
                           tuple(direct.whole.__getattribute__(n) for n in direct.whole.__slots__))  # fmt: skip
        assert {one.verdict, turned.verdict} in ({A_ABOVE, B_ABOVE}, {SAME})
        assert flipped(turned).whole.mean == one.whole.mean
        assert flipped(turned).verdict == one.verdict
    assert [(one.first, one.second) for one in against(contrasts(worlds, 0.95), "B")] == [("A", "B"), ("C", "B")]


def test_every_pair_once() -> None:
    """Ten options on two outcomes: 45 pairs each, none with itself, none twice."""
    luck = np.random.default_rng(11)
    values = {name: luck.normal(size=(10, 1, 5)) for name in ("depth", "spread")}
    found = contrasts(worlds_of(values), 0.95)
    assert len({(one.outcome, frozenset((one.first, one.second))) for one in found}) == len(found) == 90


def test_ties_are_counted_apart() -> None:
    """By hand: of four worlds one is above 0, one below, two are 0."""
    one = estimate(np.array([[1.0, 0.0], [0.0, -2.0]]), np.ones((2, 2), dtype=np.bool_), 0.95)
    assert (one.above, one.tied) == (0.5, 0.5)
    assert (one.draws_above, one.draws_tied) == (0.5, 0.0)
    assert math.isnan(estimate(np.array([[1.0, 0.0]]), np.ones((1, 2), dtype=np.bool_), 0.95).draws_tied)
    assert ahead(one, DIRECTIONS["depth"]) == (0.5, 0.5)


def test_half_of_nine_draws_lies_between_quarters() -> None:
    """Ranks (9 + 1) · ¼ and (9 + 1) · ¾: half way from the second to the third lowest, and so from above."""
    assert central(np.arange(1.0, 10.0), 0.5) == (2.5, 7.5, 0.5)


def test_two_values_have_a_p() -> None:
    """1 and 3: mean 2, standard error 1, so t = 2 with one degree of freedom: Cauchy's law, 1 − 2 arctan(2) / π."""
    assert p_value(np.array([1.0, 3.0])) == pytest.approx(1 - 2 * math.atan(2) / math.pi)


def test_why_nothing_is_firm_is_said_of_the_first_structure() -> None:
    """The first is ahead in few worlds, the second is open by chance: what is told is of one structure, not of both."""
    firm = estimate(np.linspace(0.1, 0.2, 40)[:, None] + np.array([0.0, 0.001]), np.ones((40, 2), dtype=np.bool_), 0.95)
    first, second = replace(firm, above=0.4), replace(firm, p=0.9)
    one = Contrast("depth", "a", "b", firm, (first, second), ("x", "y"), 0.9)
    assert judged(one, 0.95).why == "most worlds"
    assert judged(replace(one, structures=(second, first)), 0.95).why == "chance"
