"""Parameter recovery: weights against exact posteriors, the pieces by hand, planted defects."""

import numpy as np
import pytest

from simdiff.analysis.abc import implausibility, tempered
from simdiff.analysis.quantities import COMPOSITES, attention, decide_alone, early_growth
from simdiff.analysis.recovery import (
    beat_prior,
    coverage_error,
    covered,
    directions,
    inside,
    lines,
    percentile,
    recover,
    weights,
)
from simdiff.analysis.sbc import ALARM, rank_counts, ranks, uniform_p
from simdiff.register import PARAMETERS

CHANCE, OFF = 0.3, 0.6
"""What a district's figure is off by chance; what it was observed wrong by."""


def test_weights_are_the_likelihood_of_calibration() -> None:
    """Two ways to one posterior must be one: against ``abc.implausibility`` and ``abc.tempered``. Catches a forgotten
    ½, and a figure that is left out."""
    luck = np.random.default_rng(1)
    figures, observed, sd = luck.normal(size=(50, 3)), luck.normal(size=(4, 3)), np.array([0.3, 0.5, 1.0])
    for mine, seen in zip(weights(figures, observed, sd), observed, strict=True):
        off, _ = implausibility(figures, np.zeros_like(figures), seen, sd)
        theirs = tempered(-0.5 * (off**2).sum(axis=1), 1.0)
        np.testing.assert_allclose(mine, theirs / theirs.sum(), rtol=1e-10)


def test_weights_of_two_figures_give_the_exact_posterior() -> None:
    """θ ~ N(0, 1) seen by two figures, θ + chance and −θ + chance, each observed with an error: precision is
    1 + 2/(.3² + .6²), the mean (y₁ − y₂)/(.45 · precision). Catches weights that ignore the chance in a district, or
    add the second figure wrongly."""
    luck = np.random.default_rng(2)
    theta = luck.normal(size=200_000)
    figures = np.column_stack([theta, -theta]) + CHANCE * luck.normal(size=(200_000, 2))
    observed = np.array([[0.8, -0.2], [-1.0, 1.4]])
    weight = weights(figures, observed, np.array([OFF, OFF]))
    precision = 1.0 + 2.0 / (CHANCE**2 + OFF**2)
    mean = weight @ theta
    np.testing.assert_allclose(mean, (observed[:, 0] - observed[:, 1]) / 0.45 / precision, atol=0.02)
    np.testing.assert_allclose(weight @ theta**2 - mean**2, 1.0 / precision, rtol=0.04)


def gaussian(count: int, luck: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Districts with one parameter and one figure, θ + N(0, .3²)."""
    theta = luck.normal(size=count)
    return theta, theta + CHANCE * luck.normal(size=count)


@pytest.mark.parametrize(("sd", "passes"), [(OFF, True), (OFF / 3, False)])
def test_truths_are_recovered_exactly_as_often_as_posteriors_say(sd: float, passes: bool) -> None:
    """θ | y ~ N(y/1.45, .45/1.45) in theory, .5571 its SD. The planted defect: weights that claim a third of the true
    error of observation."""
    luck = np.random.default_rng(3)
    bank, (truths, figure) = gaussian(6000, luck), gaussian(1500, luck)
    observed = figure + OFF * luck.normal(size=1500)
    got = recover(*bank, truths, observed, sd, luck.random((1500, 99)))
    assert (uniform_p(rank_counts(ranks(got.draws, truths))) > ALARM) is passes
    assert (abs(covered(got.below, 0.95) - 0.95) < 3.3 * coverage_error(0.95, 1500)) is passes
    if passes:
        near = np.abs(observed) < 2
        assert np.abs(got.mean - observed / 1.45)[near].max() < 0.12
        assert got.sd[near].mean() == pytest.approx(0.5571, rel=0.02)
        assert np.median(np.abs(got.mean - truths) / got.sd) == pytest.approx(0.6745, abs=0.06)
        assert np.quantile(got.effective, 0.05) > 100


def test_a_posterior_by_hand() -> None:
    """Four districts, two of which (values 2 and 3) look like what was observed; the truth lies between them. Catches
    draws by the wrong weights, a probability that counts the values above, a biased variance."""
    got = recover(np.array([4.0, 2.0, 1.0, 3.0]), np.array([50.0, 0.0, 90.0, 0.0]), np.array([2.5, 1.5]),
                  np.array([0.0, 0.0]), 1.0, np.array([[0.1, 0.4, 0.6, 0.9]] * 2))  # fmt: skip
    np.testing.assert_allclose(got.below, [0.5, 0.0], atol=1e-12)
    np.testing.assert_allclose(got.mean, [2.5, 2.5])
    np.testing.assert_allclose(got.sd, np.sqrt(0.5))  # (¼ + ¼)/2 over n = 2, corrected by 1/(1 − ½)
    np.testing.assert_allclose(got.effective, 2.0)
    assert got.draws[0].tolist() == [2.0, 2.0, 3.0, 3.0]


def test_coverage_by_hand() -> None:
    """Of .01, .03, .5, .97, .99 three lie between .025 and .975, one between .25 and .75; √(.95 · .05/2000) = .00487.
    Catches one-sided intervals."""
    below = np.array([0.01, 0.03, 0.5, 0.97, 0.99])
    assert covered(below, 0.95) == 0.6
    assert covered(below, 0.5) == 0.2
    assert coverage_error(0.95, 2000) == pytest.approx(0.00487, abs=1e-5)
    draws = np.linspace(0.0, 1.0, 101)
    assert inside(draws, 0.03)
    assert not inside(draws, 0.02)


def test_percentiles_keep_order_and_fill_the_unit() -> None:
    """Four others at 1, 2, 3, 4: 1 stands at (0 + ½)/4, 2.5 in the middle, all beyond at the ends. Catches a figure
    that cannot tell apart what it should."""
    found = percentile(np.array([1.0, 2.5, 9.0, -9.0]), np.array([4.0, 2.0, 1.0, 3.0]))
    assert found.tolist() == [0.125, 0.5, 0.875, 0.125]


def test_lines_find_what_is_linear_and_survive_a_constant_figure() -> None:
    """y = 2 + 3a − b with a figure that never changes beside. Catches a division by a spread of 0, and estimates that
    use the middle of the wrong districts."""
    luck = np.random.default_rng(4)
    figures = np.column_stack([luck.uniform(-1, 1, (2000, 2)), np.ones(2000)])
    wanted = 2.0 + 3.0 * figures[:, 0] - figures[:, 1]
    fitted = lines(figures[:1000], wanted[:1000, None])
    np.testing.assert_allclose(fitted.at(figures[1000:])[:, 0], wanted[1000:], atol=0.02)


def test_directions_and_how_many_beat_the_prior() -> None:
    """Of three parameters data tell the sum of the first two (with an error of a third of its SD) and nothing else: one
    direction, (1, 1, 0)/√2, contraction ⅓. Catches directions of the truths in place of the estimates, and SDs taken
    for variances."""
    luck = np.random.default_rng(5)
    truths = luck.normal(size=(4000, 3))
    total = (truths[:, 0] + truths[:, 1]) / np.sqrt(2.0)
    seen = total + luck.normal(size=4000) / np.sqrt(8.0)  # R² = 8/9, so that a share of ⅓ of the SD is left
    estimates = np.column_stack([seen, seen, np.zeros(4000)]) / np.sqrt(2.0) * (8 / 9)
    estimates[:, 2] = 1e-3 * luck.normal(size=4000)
    found = directions(estimates[:2000], estimates[2000:], truths[2000:])
    np.testing.assert_allclose(np.abs(found[0].weights), [np.sqrt(0.5), np.sqrt(0.5), 0.0], atol=0.01)
    assert found[0].contraction == pytest.approx(1 / 3, abs=0.02)
    assert beat_prior(found) == 1


def test_composites_by_hand_at_the_defaults() -> None:
    """Attention 1.6/(1 + .14 · 3 · 30/12) = .7805. Decision: .1 − 3 · .6 · (.2 + .8 · .556) = −1.0606, probability
    .2572. A step of installing .7805 · 3/5 = .4683 against abandoning .05: .9035³ = .7376. Early growth .006 · .2572 ·
    .7376 = .001138. Catches a lost term, and a composite without a name of its own."""
    values = {name: one.default for name, one in PARAMETERS.items()}
    assert attention(values) == pytest.approx(0.7805, abs=1e-4)
    assert decide_alone(values) == pytest.approx(-1.0606, abs=1e-4)
    assert np.exp(early_growth(values)) == pytest.approx(0.001138, abs=1e-6)
    assert attention(values | {"capacity": 100.0}) == 1.0
    names = [one.name for one in COMPOSITES]
    assert len({*names, *PARAMETERS}) == len(names) + len(PARAMETERS)
    assert all(np.isfinite(one.of(values)) for one in COMPOSITES)
