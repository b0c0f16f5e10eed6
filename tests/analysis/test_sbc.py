"""Simulation-based calibration: its pieces by hand, and on a model whose posterior is exact."""

import numpy as np
import pytest

from simdiff.analysis.sbc import ALARM, BINS, DRAWS, narrowed, power, rank_counts, ranks, uniform_band, uniform_p


def test_ranks_and_bins_by_hand() -> None:
    """Catches ranks from above, an edge that falls into the wrong bin, bins of unequal width."""
    draws = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [1.0, 2.0, 3.0]])
    assert ranks(draws, np.array([2.5, 0.0, 9.0])).tolist() == [2, 0, 3]
    assert rank_counts(np.array([0, 1, 2, 3, 3]), draws=3, bins=2).tolist() == [2, 3]
    assert rank_counts(np.array([4, 5, 99, 95, 94])).tolist() == [1, 1, *[0] * 16, 1, 2]
    with pytest.raises(ValueError, match="3 bins do not divide 4 ranks"):
        rank_counts(np.array([0]), draws=3, bins=3)


def test_chi_square_of_a_known_table() -> None:
    """60 throws of a die, 5, 8, 9, 8, 10, 20: chi-square 13.4 with 5 degrees of freedom, p = .0199 (a textbook example
    of a loaded die). Catches the wrong degrees of freedom and an expectation that is not n/k."""
    assert uniform_p(np.array([5, 8, 9, 8, 10, 20])) == pytest.approx(0.0199, abs=5e-5)
    assert uniform_p(np.array([7, 7, 7])) == 1.0


def test_draws_are_pulled_towards_their_centre() -> None:
    """Catches a defect that moves the posterior in place of narrowing it."""
    assert np.allclose(narrowed(np.array([[0.0, 2.0], [5.0, 5.0]]), np.array([1.0, 4.0]), 0.2),
                       [[0.2, 1.8], [4.8, 4.8]])  # fmt: skip


def conjugate(truths: int, luck: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """θ ~ N(0, 1), y ~ N(θ, 1), so that θ | y ~ N(y/2, 1/2): draws, posterior means, truths."""
    theta = luck.normal(size=truths)
    mean = (theta + luck.normal(size=truths)) / 2
    return mean[:, None] + np.sqrt(0.5) * luck.normal(size=(truths, DRAWS)), mean, theta


def test_exact_posteriors_pass_and_planted_defects_fail() -> None:
    """The exact posterior is uniform at the size that is used; one a fifth too narrow, too wide, or off by a quarter of
    an SD is not. Catches a test without power, and one that fails everything."""
    draws, mean, theta = conjugate(2000, np.random.default_rng(1))

    def p(given: np.ndarray) -> float:
        return uniform_p(rank_counts(ranks(given, theta)))

    assert p(draws) > ALARM
    assert p(narrowed(draws, mean, 0.2)) < ALARM
    assert p(narrowed(draws, mean, -0.25)) < ALARM
    assert p(draws + 0.25 * np.sqrt(0.5)) < ALARM


def test_power_by_theory_is_the_power_by_simulation() -> None:
    """The design asks for 2,000 truths since 200 have no power: of posteriors a tenth too narrow 70 % are found with
    2,000, of those a fifth too narrow all with 2,000 and 14 % with 200. 150 repetitions have a standard error of 4 %.
    Catches a power that is promised and not there."""
    luck, found = np.random.default_rng(2), 0
    for _ in range(150):
        draws, mean, theta = conjugate(2000, luck)
        found += uniform_p(rank_counts(ranks(narrowed(draws, mean, 0.1), theta))) < ALARM
    assert found / 150 == pytest.approx(power(2000, 0.1), abs=0.12)
    assert power(2000, 0.1) == pytest.approx(0.70, abs=0.06)
    assert power(2000, 0.2) > 0.999
    assert power(200, 0.2) == pytest.approx(0.14, abs=0.05)
    assert power(2000, 0.0) == pytest.approx(ALARM, rel=1e-6)


def test_the_band_of_uniform_counts() -> None:
    """2,000 truths in 20 bins: 100 a bin with an SD of √(100 · .95) = 9.75, so 99 % lie within 2.576 SD, 75 to 125.
    Catches a band for another share or another number of bins."""
    low, high = uniform_band(2000)
    assert abs(low - 75) <= 2
    assert abs(high - 125) <= 2
    assert len(rank_counts(np.arange(100))) == BINS
