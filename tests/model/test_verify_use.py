"""Planted defects of use inside schools (V6–V10, V14), its limits, and counts by inversion. The cases themselves:
tests/analysis."""

import math

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import binom
from scipy.stats import poisson as poisson_law

from simdiff.analysis.verification.case import Case, agrees, mean_case, report
from simdiff.analysis.verification.limits import EVERY, limit, make_world, run, schools, seed_of, using
from simdiff.analysis.verification.use import (
    ALL_YEAR,
    DIP_AT,
    dip,
    dip_law,
    dip_runs,
    june_depth,
    mastery_runs,
    sis_chain,
    sis_map,
    start_up,
    survival_runs,
    take_up_runs,
)
from simdiff.model.luck import _lower_binomial, binomial, poisson
from simdiff.model.state import INITIAL

TAKE_UP = sis_chain(200, 60, 10, 0.20, 0.08)[[24, 60]]


def test_v6_printed_map() -> None:
    """V6. The monthly map gives the printed .36210, .58784 and x* = .59236 (ODE .6), and a school of 200 stays within
    .015 of it after 60 months.

    Catches: an exact chain that drifts from the specification's figures.
    """
    assert abs(sis_map(24, 0.05) - 0.36210) < 6e-6
    assert abs(sis_map(60, 0.05) - 0.58784) < 6e-6
    assert abs(sis_map(5000, 0.05) - 0.59236) < 6e-6
    assert abs(TAKE_UP[1] - 0.58784) < 0.015


def test_v6_twins() -> None:
    """V6's check is red if a month of teaching is missing, and if commitment is not at its reference (C/C_ref dropped
    or inverted)."""
    seed = seed_of("v6 200")
    assert not agrees(mean_case(take_up_runs(200, 0.08, 30, seed, months=EVERY[1:]), TAKE_UP))
    assert not agrees(mean_case(take_up_runs(200, 0.08, 30, seed, commitment=0.45), TAKE_UP))


def test_v7_limit_is_the_logistic() -> None:
    """V7. The exact chain's limit (short steps, large school) is the logistic x0 e^{at}/(1 − x0 + x0 e^{at}): at a
    tenth of the rate, ten times the months and 400 teachers, within .02.

    Catches: growth at another rate than a.
    """
    fine = sis_chain(400, 240, 20, 0.02, 0.0)[240]
    grown = 0.05 * math.exp(0.2 * 24)
    assert abs(fine - grown / (0.95 + grown)) < 0.02


def test_v8_twins() -> None:
    """V8's check is red if the annual hazard acts monthly, and if it serves as a probability."""
    exact, seed = np.exp([-0.36, -1.2]), seed_of("v8")
    assert not agrees(mean_case(survival_runs(0.12, EVERY, 40, seed), exact))
    assert not agrees(mean_case(survival_runs(-math.log(1 - 0.12), (10,), 40, seed), exact))


def test_v9_twins() -> None:
    """V9's check is red for an installation of eight months and for abandonment a third too frequent."""
    assert not agrees(start_up(0, 1.0, duration=8.0))
    assert not agrees(start_up(0, 1.0, abandon=0.067))


def test_v10_twins() -> None:
    """V10's check is red for the law without the lag, for hires who arrive as users, and for a school year of eight
    months."""
    exact, seed = june_depth(12), seed_of("v10")
    assert not agrees(mean_case(mastery_runs(12, seed), june_depth(12, lag=0)))
    assert not agrees(mean_case(mastery_runs(12, seed, {"onboard": 1.0, "onboard_base": 1.0}), exact))
    assert not agrees(mean_case(mastery_runs(12, seed, months=tuple(range(2, 10))), exact))


def test_v14_closed_form_and_twin() -> None:
    """V14. Closed form: trough at 5.579 months of −.07243, break-even at 13.56; the engine's check is red if δ helps.

    Catches: a closed form that is not the printed one.
    """
    trough = minimize_scalar(dip, bounds=(1, 12), method="bounded", options={"xatol": 1e-8})
    assert abs(trough.x - 5.579) < 6e-4
    assert abs(trough.fun + 0.07243) < 6e-6
    assert dip(13.555) * dip(13.565) < 0
    assert not agrees(mean_case(dip_runs(-0.3, 10, seed_of("v14")), [dip_law(month) for month in DIP_AT]))


def test_deepening_and_reverting_use_different_luck() -> None:
    """E16: of 100 mechanical users Bin(100, P_K) deepen and Bin(rest, P_U) revert: mean and covariance of the
    multinomial split; red if both use one lane of luck (independent process in NumPy).

    Catches: luck reused for two decisions (it leaves the means right), reversion drawn from all of M.
    """
    inputs = limit(seed_of("split"), make_world(schools(400, 100)), {"master": 0.3, "revert": 0.3}, ALL_YEAR)
    uses = np.concatenate([run(inputs, r, 1, using(INITIAL, 100)).use[:, 0] for r in range(25)])
    deep, gone = -math.expm1(-0.3), math.exp(-0.3) * -math.expm1(-0.3)
    exact = [100 * deep, 100 * gone, -100 * deep * gone]

    def split(up: np.ndarray, back: np.ndarray) -> Case:
        product = (up - 100 * deep) * (back - 100 * gone)
        return mean_case(np.column_stack([up, back, product]), exact)

    up = uses["proficient"].astype(float)
    case = split(up, 100.0 - up - uses["mechanical"])
    assert agrees(case), report(case)
    u = np.random.default_rng(seed_of("split twin")).random(10_000)
    same = binom.ppf(u, 100, deep)
    assert not agrees(split(same, binom.ppf(u, 100 - same, -math.expm1(-0.3))))


def test_counts_by_inversion_and_the_unreflected_twin() -> None:
    """Section 0 (luck). Bin(n, p) by inversion equals SciPy's quantile for n up to 1,000 and p up to .999, Poisson too;
    red without reflection for p > ½, where (1 − p)^n underflows.

    Catches: underflow that makes everybody leave, an off-by-one in the inversion.
    """
    grid = [(n, p, u) for n in (1, 7, 200, 1000) for p in (0.01, 0.3, 0.5, 0.6, 0.9, 0.999) for u in (1e-4, 0.37, 0.98)]
    exact = np.array([binom.ppf(u, n, p) for n, p, u in grid])
    assert agrees(Case([binomial(n, p, u) for n, p, u in grid], 0.0, exact))
    assert not agrees(Case([_lower_binomial(n, p, u) for n, p, u in grid], 0.0, exact))
    lots = (1e-4, 0.01, 0.5, 0.999)
    assert agrees(Case([poisson(7.5, u) for u in lots], 0.0, poisson_law.ppf(lots, 7.5)))
