"""The leader-level limit against exact laws on small networks; scores, Bass and trend against values worked by hand."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import beta

from simdiff.analysis import leader_limit as leader_limit_module
from simdiff.analysis import leaders
from simdiff.analysis.leader_fit import (
    ERROR,
    OBSERVED,
    Seen,
    contraction,
    curve,
    fit_of,
    half_time,
    meets,
    patterns,
    resample,
    rmse,
    span,
    thresholds,
    verdict,
    weigh,
)
from simdiff.analysis.leader_limit import LATER, YEARS, adoption_years, leader_limit, named_by, peer_shares
from simdiff.analysis.leader_trend import BOTH, TREND, Alternative, bass_curve, bass_fits, bass_steps, hazard_years
from simdiff.analysis.leader_trend import bass_least_squares as least_squares
from simdiff.scenario.leaders import ADOPTED, Network, read_network

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "diffusion"
ABSENT = "not run: data absent"
FOUR = Network(("a", "b", "c", "d"), (1, 2, 3, 6), ((0, 1), (2, 1)))
"""a and c name b; d is alone."""
RATES = {"explore_base": 0.03, "explore_contact": 0.2}
DECIDE = {"decide_intercept": -0.5, "decide_peers": 3.0, "decide_slope": 1.2, "threshold_zero": 0.3}
Decision = Callable[[int, float], float]


@pytest.fixture(scope="module")
def real() -> Network:
    network = read_network(REAL)
    if network is None:
        pytest.skip(ABSENT)
    return network


def ring() -> Network:
    """38 made-up leaders, each naming the next, with Carlson's counts."""
    years = tuple(int(year) for year in np.repeat(np.arange(1, 7), np.diff(ADOPTED, prepend=0)))
    return Network(tuple(map(str, range(38))), years, tuple((n, (n + 1) % 38) for n in range(38)))


def step(state: tuple[int, ...], shares: NDArray[np.float64], decide: Decision) -> dict[tuple[int, ...], float]:
    """Where a year leads from a state (0 none, 1 exploring, 2 adopted): the law in the head of ``leader_limit``."""
    options = []
    for i, stage in enumerate(state):
        seen = float(shares[i] @ (np.array(state) == 2))
        start = {0: 1 - np.exp(-12 * (RATES["explore_base"] + RATES["explore_contact"] * seen)), 1: 1.0, 2: 1.0}[stage]
        adopt = 1.0 if stage == 2 else start * decide(i, seen)
        options.append([(0, 1 - start), (1, start - adopt), (2, adopt)])
    return {
        tuple(stage for stage, _ in moves): float(np.prod([chance for _, chance in moves]))
        for moves in itertools.product(*options)
    }


def exact_curve(shares: NDArray[np.float64], decide: Decision) -> NDArray[np.float64]:
    """E[cumulative share] at the end of each year, exactly, through all states."""
    law, means = {(0,) * len(shares): 1.0}, []
    for _ in range(YEARS):
        after: dict[tuple[int, ...], float] = {}
        for state, chance in law.items():
            for to, move in step(state, shares, decide).items():
                after[to] = after.get(to, 0.0) + chance * move
        law = {state: chance for state, chance in after.items() if chance > 0}
        means.append(sum(chance * state.count(2) for state, chance in law.items()) / len(shares))
    return np.array(means)


def sigmoid(z: float) -> float:
    return float(1 / (1 + np.exp(-z)))


def logit_form(_: int, seen: float) -> float:
    return sigmoid(1.2 * (-0.5 + 3.0 * seen))


def hazard_form(_: int, seen: float) -> float:
    """1 − e^{−(a_0 + a_1 F)} through the logit's values at F = 0 and .3."""
    at_none, at_match = (-np.log(1 - logit_form(0, f)) for f in (0.0, 0.3))
    return float(1 - np.exp(-(at_none + (at_match - at_none) / 0.3 * seen)))


def threshold_curve(shares: NDArray[np.float64], zero: float) -> NDArray[np.float64]:
    """The exact curve of the threshold form: over all classes of thresholds that peer shares can tell apart."""
    classes = []
    for i in range(len(shares)):
        peers = int((shares[i] > 0).sum())
        levels = [k / peers for k in range(1, peers + 1)] if peers else [2.0]
        below = [0.0, *(beta.cdf(min(level, 1.0), 1.5, 2.0983) for level in levels)]
        classes.append([(0.0, zero), *((at, (1 - zero) * p) for at, p in zip(levels, np.diff(below), strict=True))])
    total = np.zeros(YEARS)
    for drawn in itertools.product(*classes):
        at = [one for one, _ in drawn]
        chance = np.prod([p for _, p in drawn])
        total += chance * exact_curve(shares, lambda i, seen, at=at: float(seen >= at[i] - 1e-9))
    return total


def agrees(shares: NDArray[np.float64], form: str, exact: NDArray[np.float64]) -> bool:
    """The engine's mean curve lies within 3.3 standard errors of the exact one in every year."""
    years = adoption_years(leader_limit(shares, form, 7), RATES | DECIDE, range(1500))
    curves = curve(years)
    error = curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
    return bool((np.abs(curves.mean(axis=0) - exact) <= 3.3 * error).all())


@pytest.mark.parametrize("form", ["logit", "hazard", "threshold"])
def test_each_form_follows_its_exact_law(form: str) -> None:
    """On four leaders, one of them alone, the engine's mean curve equals the exact one of the yearly law; and not
    that of the directed network, in which b sees nobody.

    Catches: decisions that see this year's adopters, exploring in 11 or 13 months, exposure over the wrong peers, a
    threshold drawn anew each year, contexts or capacities that still differ."""
    shares = peer_shares(FOUR)
    decide = {"logit": logit_form, "hazard": hazard_form}.get(form)
    exact, directed = (
        exact_curve(one, decide) if decide else threshold_curve(one, 0.3)
        for one in (shares, peer_shares(FOUR, "directed"))
    )
    assert agrees(shares, form, exact)
    assert not agrees(shares, form, directed)


def test_a_year_has_twelve_months_of_exploring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever explores adopts and nobody counts on peers: the share after y years is 1 − e^{−12 p0 y}; red if decisions
    come a month earlier (planted in the calendar). Catches a year that starts or ends in another month."""
    exact = -np.expm1(-12 * 0.08 * np.arange(1, YEARS + 1))
    sure = {"explore_base": 0.08, "explore_contact": 0.0, "decide_intercept": 1000.0}

    def far_off() -> float:
        curves = curve(adoption_years(leader_limit(peer_shares(ring()), "logit", 2), sure, range(300)))
        error = curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
        return float((np.abs(curves.mean(axis=0) - exact) / error)[:3].max())

    assert far_off() < 3.3
    for name in ("decide_months", "launch_months"):
        monkeypatch.setitem(leader_limit_module.CALENDAR, name, (10,))
    assert far_off() > 3.3


def test_peers_and_isolates() -> None:
    """By hand: b sees a and c; directed, it sees nobody; d is alone, or sees all others. Catches ties turned round,
    rows that do not add up, and a leader that sees itself."""
    np.testing.assert_array_equal(peer_shares(FOUR), [[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(peer_shares(FOUR, "directed")[1], [0, 0, 0, 0])
    np.testing.assert_allclose(peer_shares(FOUR, isolates="county")[3], [1 / 3, 1 / 3, 1 / 3, 0])
    assert named_by(FOUR).tolist() == [0, 2, 0, 0]


def test_isolates_without_a_zero_threshold_wait_for_ever() -> None:
    """With thresholds above zero and a practice that all explore, nobody starts; once b is sure to (a threshold of
    zero for nearly all), d alone adopts only as often as its own threshold is zero. Catches isolates that count as
    0/0 = all."""
    quick = {"explore_base": 1.0, "explore_contact": 0.0}
    never = adoption_years(leader_limit(peer_shares(FOUR), "threshold", 1), quick | {"threshold_zero": 0.0}, range(50))
    assert (never == LATER).all()
    some = quick | {"threshold_zero": 0.5}
    alone = adoption_years(leader_limit(peer_shares(FOUR), "threshold", 1), some, range(400))[:, 3]
    assert set(alone.tolist()) <= {1, LATER}
    assert abs((alone == 1).mean() - 0.5) < 3.3 * 0.5 / 20
    county = adoption_years(leader_limit(peer_shares(FOUR, isolates="county"), "threshold", 1), some, range(400))[:, 3]
    assert ((county <= YEARS).mean()) > 0.7


def test_scores_by_hand() -> None:
    """The observed curve: RMSE 0, t50 = 3 + 4/12; of all 61, 3 + (30.5 − 15 × 51/38)/(12 × 51/38) = 3.643. Catches a
    curve that starts a year late, an interpolation from the wrong side, and a half never reached that counts as
    reached."""
    years = np.array(ring().year)
    np.testing.assert_allclose(curve(years), OBSERVED)
    assert rmse(OBSERVED) == 0
    assert rmse(OBSERVED - 0.1) == pytest.approx(0.1)
    assert half_time(OBSERVED) == pytest.approx(10 / 3)
    assert half_time(OBSERVED * 51 / 61) == pytest.approx(3 + (30.5 - 15 * 51 / 38) / (12 * 51 / 38))
    assert half_time(np.array([[0.8] * 6, [0.5] * 6, [0.4] * 6])).tolist() == [0.625, 1.0, np.inf]


def test_target_c9() -> None:
    """Catches a bound on the wrong side, and a verdict that hides a miss."""
    assert meets(np.array([0.07, 0.08, 0.07, 0.07]), np.array([3.3, 3.4, 3.2, np.inf])).tolist() == [
        True, False, False, False,
    ]  # fmt: skip
    assert verdict(0.05, 3.4, some_draws=False) == "within"
    assert verdict(0.09, np.inf, some_draws=True) == (
        "some draws within, posterior misses: RMSE 0.090 is not under 0.08, t50 after year 6 is not within 3.3–3.6"
    )
    assert verdict(0.05, 3.1, some_draws=False) == "misses: t50 3.10 is not within 3.3–3.6"


def test_personal_thresholds_by_hand() -> None:
    """a first, then b (half of its peers), then c (its only peer), d alone. Catches peers of the same year counted as
    earlier, leaders alone or still waiting counted as zero."""
    shares = peer_shares(FOUR)
    np.testing.assert_array_equal(thresholds(np.array([1, 2, 3, 6]), shares), [0, 0.5, 1, np.nan])
    np.testing.assert_array_equal(thresholds(np.array([1, 1, LATER, 2]), shares), [0, 0, np.nan, np.nan])
    found = patterns(np.array([[1, 2, 3, 6], [2, 1, LATER, 2]]), shares, named_by(FOUR))
    first = np.corrcoef([0, 2, 0, 0], [1, 2, 3, 6])[0, 1]
    np.testing.assert_allclose(found, [[first, 1 / 3, 0.5], [-1.0, 0.5, 0.5]])
    none = patterns(np.full((1, 4), LATER), shares, named_by(FOUR))
    assert np.isnan(none).all()


def test_patterns_of_the_real_network(real: Network) -> None:
    """Evidence, section 3B: 23 % at zero (7 of 30), median .33; corr(in-degree, year) −.41. Catches another exposure
    than the published one."""
    found = leaders.observed_patterns(real)
    assert found.zero == pytest.approx(7 / 30)
    assert found.threshold == pytest.approx(1 / 3)
    assert found.correlation == pytest.approx(-0.41, abs=0.005)


def test_weights_by_hand() -> None:
    """Two replicates, one exact and one off by the error in every year: (1 + e^{−½})/2. Catches a squared distance
    that is summed over years, and weights from the mean curve."""
    curves = np.stack([OBSERVED, OBSERVED - ERROR])[None]
    assert weigh(curves)[0] == pytest.approx((1 + np.exp(-0.5)) / 2)


def test_resampling_keeps_to_the_weights() -> None:
    """Weights 0, 1, 3: none, 50 and 150 of 200, whatever the lot. Catches an off-by-one ladder."""
    for name in "abcde":
        assert np.bincount(resample(np.array([0.0, 1.0, 3.0]), 1, name), minlength=3).tolist() == [0, 50, 150]


def test_contraction_and_spans_by_hand() -> None:
    """Even weights give 1, all weight on one draw 0, on the middle half of −3, −1, 1, 3: 1/√5. Catches variances
    taken for SDs. Spans step, so that a half never reached stays infinite, and undefined values are left out."""
    values = np.array([-3.0, -1.0, 1.0, 3.0])
    assert contraction(values, np.ones(4)) == pytest.approx(1.0)
    assert contraction(values, np.array([0, 1.0, 0, 0])) == 0.0
    assert contraction(values, np.array([0, 1.0, 1.0, 0])) == pytest.approx(1 / np.sqrt(5))
    found = span(np.array([*range(1, 19), np.inf, np.inf, np.nan]))
    assert (found.median, found.low, found.high) == (10.0, 1.0, np.inf)
    assert np.isnan(span(np.array([np.nan])).median)


def test_bass_fits_are_the_published_ones() -> None:
    """Evidence, section 3B: discrete p .066, q 1.05 (38) and p .08, q .61 (51 of 61), which are likelihood fits;
    continuous p .013, q 1.39 (RMSE .011) and p .03, q .90. Catches exposure of the same year, or the wrong group."""
    found = {(fit.group, fit.kind): fit for fit in bass_fits()}
    for key, p, q in (
        ((38, "discrete, likelihood"), 0.0657, 1.05), ((61, "discrete, likelihood"), 0.0794, 0.614),
        ((38, "continuous, least squares"), 0.0135, 1.388), ((61, "continuous, least squares"), 0.0294, 0.898),
    ):  # fmt: skip
        assert (found[key].p, found[key].q) == (pytest.approx(p, abs=6e-5), pytest.approx(q, abs=6e-4))
    assert found[38, "continuous, least squares"].rmse == pytest.approx(0.011, abs=5e-4)
    squares, likely = found[38, "discrete, least squares"], found[38, "discrete, likelihood"]
    assert squares.rmse < likely.rmse


def test_bass_curves_by_hand() -> None:
    """p .1, q .5: .1, then .1 + .15 × .9. The continuous one at p .03, q .38 and 5 and 10 years is the specification's
    ODE (V1: .33120, .81280 at monthly rates over 12). Least squares find the curve they are given."""
    np.testing.assert_allclose(bass_steps(0.1, 0.5)[:2], [0.1, 0.235])
    assert bass_steps(0.5, 5.0)[-1] == 1.0
    assert bass_curve(0.03, 0.38)[4] == pytest.approx(0.33120, abs=5e-6)
    np.testing.assert_allclose(least_squares(bass_steps, bass_steps(0.05, 0.9)), [0.05, 0.9], atol=1e-6)


def constant(draws: int, **values: float) -> dict[str, NDArray[np.float64]]:
    return {name: np.full(draws, value) for name, value in values.items()}


def test_plain_hazards_follow_their_exact_law() -> None:
    """``peers only`` on four leaders equals the exact chain with D = σ(c + d F) and no exploring; ``trend only`` equals
    1 − Π(1 − h). Catches exposure to this year's adopters, a year's shift of the trend, a weight turned round."""
    luck = np.random.default_rng(11).random((1, 20_000, 4))
    shares = peer_shares(FOUR)
    values = constant(1, a=-2.0, b=4.0, c=-1.0, d=3.0)
    peers = curve(hazard_years(shares, values | constant(1, weight=1.0), luck)[0])
    trend = curve(hazard_years(shares, values | constant(1, weight=0.0), luck)[0])
    hazard = np.array([sigmoid(-2 + 4 * n / 5) for n in range(6)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RATES, "explore_base", 1e3)
        exact = exact_curve(shares, lambda _, seen: sigmoid(-1 + 3 * seen))
    for found, law in ((peers, exact), (trend, 1 - np.cumprod(1 - hazard))):
        error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
        assert (np.abs(found.mean(axis=0) - law) <= 3.3 * error).all()
    late = 1 - np.cumprod(1 - np.append(hazard[0], hazard[:-1]))
    assert (np.abs(trend.mean(axis=0) - late)[1:] > 0.02).all()


def test_a_curve_does_not_tell_contagion_from_a_trend() -> None:
    """On a ring, with both in the model, the weight of contagion returns its prior (contraction above .85, 5–95 %
    wider than .6) though the fit is good; and without any peers the fit is as good. The trend's own slope is learned
    (contraction under .5), so the method can see what the curve does say. Catches a method that learns nothing at
    all."""
    network = ring()
    shares = peer_shares(network)
    seen = Seen(shares, named_by(network))
    both, trend = (
        fit_of(model, "", "", Alternative(model, shares, 5).sample(1000, 8, 50), seen, 5) for model in (BOTH, TREND)
    )
    weight = both.posterior["weight"]
    assert both.contraction["weight"] > 0.85
    assert weight.high - weight.low > 0.6
    assert max(both.rmse, trend.rmse) < 0.08
    assert trend.contraction["b"] < 0.5
    assert trend.evidence > both.evidence - 3 * (trend.evidence_error + both.evidence_error)


def test_the_same_seed_gives_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the same to the bit, with other figures for another seed; and a draw has its luck whatever the number of
    draws. Catches unkeyed luck, and luck shared between draws."""
    monkeypatch.setattr(leaders, "REPLICATES", 3)
    shares = peer_shares(FOUR)
    few, again, other = (leaders.sample_form(shares, "logit", "leaders", 4, seed) for seed in (1, 1, 2))
    many = leaders.sample_form(shares, "logit", "leaders", 6, 1)
    np.testing.assert_array_equal(few.years, again.years)
    np.testing.assert_array_equal(few.years, many.years[:4])
    assert (few.values["explore_base"] != other.values["explore_base"]).all()
    alike = adoption_years(leader_limit(shares, "logit", 1), {}, range(60)).reshape(20, 3, 4)
    assert len(np.unique(alike, axis=0)) > 1


def test_priors_are_the_registers_and_three_times_as_wide() -> None:
    """Median b_S is 3 in both; the log's SD .5 and 1.5. Catches a centre that moved. Composites by hand: at b0 = 0
    and no peers' weight D is ½."""
    declared, wide = (leaders.prior_of("logit", prior)[3] for prior in ("declared", "leaders"))
    assert (declared.name, declared.default, declared.spread) == ("decide_peers", 3.0, 0.5)
    assert (wide.default, wide.spread) == (3.0, 1.5)
    limit = leader_limit(peer_shares(FOUR), "logit", 1)
    drawn = [{"explore_base": 0.05, "explore_contact": 0.1, "decide_intercept": 0.0, "decide_peers": 0.0}]
    found = leaders.composites(limit, "logit", drawn)
    assert found["start"][0] == pytest.approx((1 - np.exp(-0.6)) / 2)
    assert found["joined"][0] == pytest.approx((1 - np.exp(-1.8)) / 2)
    assert leaders.composites(limit, "threshold", [drawn[0] | {"threshold_zero": 0.2}])["joined"][0] == pytest.approx(
        1 - np.exp(-1.8)
    )
    matched = {"decide_slope": 1.0, "decide_intercept": 0.0, "decide_peers": 3.0, "hazard_match": 0.3,
               "rules_school": 0.2, "phantom": 0.5, "decide_obstacle": 0.0}  # fmt: skip
    assert leaders.deciding(matched, "hazard")[0] == pytest.approx(leaders.deciding(matched, "logit")[0])


def test_rows_of_all_fits_and_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three forms, two priors and two treatments of isolates, peers with and without a trend, and the trend once: 17
    rows. Catches a form that is skipped, figures that no table can hold, and silence where the data are absent."""
    monkeypatch.setattr(leaders, "REPLICATES", 4)
    monkeypatch.setattr(leaders, "AGAIN", 4)
    rows = leaders.carlson_rows(leaders.carlson(ring(), 2, 1))
    names = [(row["model"], row["prior"], row["isolates"]) for row in rows]
    assert len(names) == len(set(names)) == 17
    assert all(value is None or isinstance(value, str) or np.isfinite(value) for row in rows for value in row.values())
    assert {row["draws"] for row in rows} == {2}
    assert leaders.carlson_rows(None) == [{"model": "all", "verdict": ABSENT}]


def test_the_logit_form_on_the_real_network(real: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Target C9 on the real network, wide priors: with isolates that see the county some draws follow the curve (best
    RMSE under .08), half have adopted after 3.0–3.9 years; with isolates alone the curve stays too low at its end.
    The chance of starting is learned; b_S is not. Catches a limit that lost its contact, or a year."""
    monkeypatch.setattr(leaders, "AGAIN", 60)
    seen = Seen(peer_shares(real), named_by(real))
    county, alone = (
        fit_of("logit", "leaders", isolates, leaders.sample_form(
            peer_shares(real, isolates=isolates), "logit", "leaders", 50, 3), seen, 3)
        for isolates in ("county", "alone")
    )  # fmt: skip
    assert county.best < 0.08
    assert 3.0 < county.t50.median < 3.9
    assert county.evidence > alone.evidence
    assert alone.band[-1].median < 0.95
    assert county.contraction["start"] < 0.6
    assert county.contraction["decide_peers"] > 0.7
