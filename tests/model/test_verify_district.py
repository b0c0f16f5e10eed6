"""Planted defects of what districts do and know (V18–V22). The cases themselves: tests/analysis."""

import math

import pytest

from simdiff.analysis.verification.case import Case, agrees, mean_case
from simdiff.analysis.verification.district import (
    ENTRIES,
    MANDATES,
    best_of,
    designers,
    knowledge,
    mandate_counts,
    mandates_case,
    order_mean,
    phantom,
    phantom_steps,
    stock_after,
    top_mean,
    winners,
)
from simdiff.analysis.verification.limits import seed_of


def test_v18_twins() -> None:
    """V18's checks are red for n − 1 entries, and where a fallible jury picks as a perfect one."""
    one_less = [order_mean(max(1, n - 1), 1) for n in ENTRIES]
    assert not agrees(mean_case(best_of(30, seed_of("v18")), one_less))
    quality = winners(0.6, {f"d{copy:02d}": 8 for copy in range(30)}, 40, seed_of("v18 .6")).mean(axis=1)
    assert not agrees(mean_case(quality, order_mean(8, 1)))


@pytest.mark.parametrize(("share", "printed"), [(0.1, 1.713), (0.2, 1.3763)])
def test_v19_twin(share: float, printed: float) -> None:
    """V19's check is red at accuracy .6 for r_a² in place of r_a. (For the top 12 of 60 the specification prints .824 =
    .6 × 1.3733; quadrature gives 1.3763.)"""
    top = top_mean(60, round(60 * share))
    assert abs(top - printed) < 6e-4
    means, _ = designers(0.6, share, 20, seed_of(f"v19 {share}"))
    assert not agrees(mean_case(means, 0.36 * top))


def test_v20_twin_a_month_early() -> None:
    """V20's check is red if policy acts a month early or late on the way down."""
    assert agrees(Case(phantom(0.8, 16), 0.0, phantom_steps(0.8, 4)))
    assert not agrees(Case(phantom(0.8, 15), 0.0, phantom_steps(0.8, 4)))
    assert not agrees(Case(phantom(0.8, 17), 0.0, phantom_steps(0.8, 4)))


def test_v21_twin_continuous_time() -> None:
    """V21's check is red for the continuous-time mean λ_b τ_b/12 = 7.5 in place of 7.63."""
    assert abs(MANDATES - 7.63) < 6e-3
    counts = mandate_counts(36, 100, seed_of("v21"))
    assert agrees(mandates_case(counts))
    assert not agrees(mean_case(counts, 7.5))


def test_v22_twins() -> None:
    """V22's checks are red for another month, and for A over S; half-life 34.3 months.

    Catches: forgetting applied twice, sums where section 0 wants averages.
    """
    assert abs(math.log(2) / -math.log(0.98) - 34.3) < 0.02
    assert not agrees(Case(knowledge(0, 0.0, 1.0, 36), 0.0, stock_after(1.0, 35, 0.0)))
    assert not agrees(Case(knowledge(24, 1.0, 0.0, 600), 0.0, stock_after(0.0, 588, 24.0 / 60)))
    assert not agrees(Case(knowledge(24, 1.0, 0.0, 600, 120), 0.0, stock_after(0.0, 588, 24.0)))
