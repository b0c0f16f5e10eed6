"""Verification of use inside schools: take-up, installation, review, turnover, the dip (V6–V10, V14)."""

import math

import numpy as np
import pytest
from limits import (
    EVERY,
    Case,
    agrees,
    begun,
    limit,
    make_world,
    mean_case,
    report,
    run,
    scenario,
    schools,
    seed_of,
    total,
    using,
)
from scipy.optimize import minimize_scalar
from scipy.stats import binom, nbinom
from scipy.stats import poisson as poisson_law

from simdiff.model import engine
from simdiff.model.luck import _lower_binomial, binomial, poisson
from simdiff.model.state import DROPPED, INITIAL, INSTALL, NEVER

ALL_YEAR = {"teach_months": EVERY}


def binomial_error(share: float, count: int) -> float:
    """Standard error of a share of ``count`` independent trials."""
    return math.sqrt(share * (1 - share) / count)


def sis_chain(teachers: int, months: int, start: int, peers: float, revert: float) -> np.ndarray:
    """E[M/n] after 0 … ``months`` months, exactly: M' = M + Bin(n − M, 1 − e^{−aM/n}) − Bin(M, 1 − e^{−r})."""
    using_ = np.arange(teachers + 1)
    step = np.zeros((teachers + 1, teachers + 1))
    for m in using_:
        gains = binom.pmf(np.arange(teachers - m + 1), teachers - m, -math.expm1(-peers * m / teachers))
        losses = binom.pmf(np.arange(m + 1), m, -math.expm1(-revert))[::-1]
        both = np.convolve(losses, gains)
        step[m, : len(both)] = both
    law, means = np.eye(teachers + 1)[start], [start / teachers]
    for _ in range(months):
        law = law @ step
        means.append(float(law @ using_) / teachers)
    return np.array(means)


def sis_map(months: int, share: float, peers: float = 0.20, revert: float = 0.08) -> float:
    """The deterministic monthly map of V6."""
    for _ in range(months):
        share += (1 - share) * -math.expm1(-peers * share) - share * -math.expm1(-revert)
    return share


def take_up(teachers: int, revert: float, name: str, months: tuple[int, ...] = EVERY, commitment: float = 0.5) -> Case:
    """V6, V7 by the engine: 100 schools that start with 5 % (at least one) mechanical users; no mastery."""
    start, at = max(1, teachers // 20), np.array([24, 60])
    inputs = limit(seed_of(name), make_world(schools(100, teachers)), {"takeup_peers": 0.20, "revert": revert},
                   {"teach_months": months}, scenario(4))  # fmt: skip
    hand = using(INITIAL, start, commitment=commitment)
    runs = [total(run(inputs, r, 60, hand), "mechanical")[at - 1] / (100 * teachers) for r in range(30)]
    return mean_case(runs, sis_chain(teachers, 60, start, 0.20, revert)[at])


@pytest.mark.parametrize("teachers", [20, 200])
def test_v6_users_inside_a_school(teachers: int) -> None:
    """V6. Share of users 24 and 60 months after 5 % equals the exact chain of the finite school, for four seeds.

    Catches: take-up that sees this month's starters, reversion before take-up, users that count on n − 1.
    """
    for seed in range(4):
        case = take_up(teachers, 0.08, f"v6 {teachers} {seed}")
        assert agrees(case), report(case)


def test_v6_printed_map_and_twins() -> None:
    """V6. The monthly map gives the printed .36210, .58784 and x* = .59236 (ODE .6), and a school of 200 stays within
    .015 of it after 60 months; red if a month of teaching is missing, and if commitment is not at its reference.

    Catches: a calendar that is one month short, C/C_ref dropped or inverted.
    """
    assert abs(sis_map(24, 0.05) - 0.36210) < 6e-6
    assert abs(sis_map(60, 0.05) - 0.58784) < 6e-6
    assert abs(sis_map(5000, 0.05) - 0.59236) < 6e-6
    assert abs(sis_chain(200, 60, 10, 0.20, 0.08)[60] - 0.58784) < 0.015
    assert not agrees(take_up(200, 0.08, "v6 200", months=EVERY[1:]))
    assert not agrees(take_up(200, 0.08, "v6 200", commitment=0.45))


def test_v7_no_reversion_is_logistic() -> None:
    """V7. Without reversion use equals the exact chain, whose limit (short steps, large school) is the logistic
    x0 e^{at}/(1 − x0 + x0 e^{at}): at a tenth of the rate, ten times the months and 400 teachers, within .02.

    Catches: a spurious outflow, growth at another rate than a.
    """
    case = take_up(40, 0.0, "v7")
    assert agrees(case), report(case)
    fine = sis_chain(400, 240, 20, 0.02, 0.0)[240]
    grown = 0.05 * math.exp(0.2 * 24)
    assert abs(fine - grown / (0.95 + grown)) < 0.02


def survival(exit_hazard: float, months: tuple[int, ...], name: str) -> Case:
    """V8: share of 500 schools x 40 replicates still active after 3 and 10 reviews (all k = 0)."""
    flat = {"review_commitment": 0.0, "review_ownership": 0.0, "review_overload": 0.0, "review_principal": 0.0}
    inputs = limit(seed_of(name), make_world(schools(500)), flat, {"review_months": months, "teach_months": ()},
                   scenario(9, practice={"exit_hazard": exit_hazard}))  # fmt: skip
    runs = [total(run(inputs, r, 120, using(INITIAL, 1)), "active")[[35, 119]] / 500 for r in range(40)]
    return mean_case(runs, [math.exp(-0.36), math.exp(-1.2)])


def test_v8_geometric_survival_and_its_twins() -> None:
    """V8. μ0 = .12 a year survives 3 and 10 reviews with probability .69768 and .30119 (e^{−.12 n}); red if the annual
    hazard acts monthly, and if it serves as a probability.

    Catches: unit slips (year/month), 1 − h for e^{−h}, a review too many or too few.
    """
    case = survival(0.12, (10,), "v8")
    assert np.allclose(case.exact, [0.69768, 0.30119], atol=6e-6)
    assert agrees(case), report(case)
    assert not agrees(survival(0.12, EVERY, "v8"))
    assert not agrees(survival(-math.log(1 - 0.12), (10,), "v8"))


def installed(abandon: float, duration: float, name: str) -> tuple[np.ndarray, np.ndarray]:
    """V9: launch months (1 = the first; 0 = never) and dropped flags of 300 schools x 40 replicates."""
    draw = {"abandon": abandon, "install_steps": 3.0, "install_months": duration}
    inputs = limit(seed_of(name), make_world(schools(300)), draw, said=scenario(8))
    runs = [run(inputs, r, 100, using(INSTALL)).use[:, 0] for r in range(40)]
    use = np.concatenate(runs)
    return np.where(use["launched"] == NEVER, 0, use["launched"].astype(int) + 1), use["stage"] == DROPPED


def start_up(abandon: float, duration: float, name: str) -> Case:
    """V9: probability of launch, and mean month of launch where there is one."""
    launch, dropped = installed(abandon, duration, name)
    assert ((launch == 0) == dropped).all()
    months = launch[launch > 0]
    leave = -math.expm1(-0.05)
    step = (1 - leave) / 2
    share = (step / (leave + step)) ** 3
    error = [binomial_error(share, len(launch)), months.std(ddof=1) / math.sqrt(len(months))]
    return Case([(launch > 0).mean(), months.mean()], error, [share, 3 / (leave + step)])


def test_v9_installation_and_its_twin() -> None:
    """V9. h_A = .05, k_I = 3, T_I = 6: P(start-up) = (s/(p_a + s))³ = .74613 with s = (1 − p_a)/2; the mean exit month
    of those who launch is 3/(p_a + s) = 5.7210; red for an installation of eight months and for abandonment a
    third too frequent.

    Catches: advancing before abandoning, two steps in one month, a launch one month late.
    """
    case = start_up(0.05, 6.0, "v9")
    assert np.allclose(case.exact, [0.74613, 5.7210], atol=6e-5)
    assert agrees(case), report(case)
    assert not agrees(start_up(0.05, 8.0, "v9"))
    assert not agrees(start_up(0.067, 6.0, "v9"))


def test_v9_discrete_erlang() -> None:
    """V9 without abandonment: launch month is NegBin(3, k_I/T_I): mean T_I exactly, and P(T ≤ 6) = .65625 at p = ½,
    .4421 at p = 1 − e^{−½} (not Erlang's .5768).

    Catches: a continuous Erlang, rates used as step probabilities, an extra month at launch.
    """
    for rate, printed in ((0.5, 0.65625), (-math.expm1(-0.5), 0.4421)):
        launch, dropped = installed(0.0, 3.0 / rate, f"v9 erlang {rate:.3f}")
        within = float(nbinom.cdf(3, 3, rate))
        error = [launch.std(ddof=1) / math.sqrt(len(launch)), binomial_error(within, len(launch))]
        case = Case([launch.mean(), (launch <= 6).mean()], error, [3.0 / rate, within])
        assert abs(within - printed) < 6e-5
        assert not dropped.any()
        assert agrees(case), report(case)


def june_depth(years: int, master: float = 0.05, leave: float = 0.16, taught: int = 9, lag: int = 1) -> float:
    """V10: E[K/n] in June, exactly (linear, so the finite school has the same mean); all start mechanical."""
    share = 0.0
    for _ in range(years):
        stayed = (1 - leave) * (1 - share) * -math.expm1(-taught * master)
        share = (1 - leave) * share + stayed + leave * -math.expm1(-(taught - lag) * master)
    return share


def mastery(name: str, draw: dict[str, float] | None = None, months: tuple[int, ...] = tuple(range(2, 11)),
            lag: int = 1) -> Case:  # fmt: skip
    """V10 by the engine, 50 teachers in each of 200 schools, in the twelfth June."""
    base = {"takeup_alone": 1e6, "master": 0.05, "teacher_exit": 0.16}
    inputs = limit(seed_of(name), make_world(schools(200, 50)), base | (draw or {}),
                   {"teach_months": months, "turnover_months": (0,)}, scenario(11))  # fmt: skip
    runs = [total(run(inputs, r, 144, using(INITIAL, 50)), "proficient")[143] / 10_000 for r in range(12)]
    return mean_case(runs, june_depth(12, lag=lag))


def test_v10_turnover_against_mastery_and_its_twins() -> None:
    """V10. λ_K = .05, τ = .16, hires become users in their first active month: June depth tends to k* = .76905 (closed
    form; the exact yearly recursion is compared); red for the law without the lag (.78031), for hires who arrive as
    users, and for a school year of eight months.

    Catches: onboarding without its lag, hires that replace leavers like for like, a teaching month lost.
    """
    assert abs(june_depth(200) - 0.76905) < 6e-6
    assert abs(june_depth(200, lag=0) - 0.78031) < 6e-6
    case = mastery("v10")
    assert agrees(case), report(case)
    assert not agrees(mastery("v10", lag=0))
    assert not agrees(mastery("v10", {"onboard": 1.0, "onboard_base": 1.0}))
    assert not agrees(mastery("v10", months=tuple(range(2, 10))))


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


def dip(dt: float, months: float) -> float:
    """V14 closed form, y = r k − δ m, with a = .10, λ = .06, r = .5, δ = .3."""
    a, deepen, t = 0.10, 0.06, months * dt
    mechanical = a * (math.exp(-deepen * t) - math.exp(-a * t)) / (a - deepen)
    proficient = 1 - math.exp(-a * t) - mechanical
    return 0.5 * proficient - 0.3 * mechanical


def results_of_dip(loss: float, at: list[int]) -> Case:
    """V14 by the engine: mean results of 200 schools of 100 teachers against the exact mean of the monthly chain."""
    draw = {"takeup_alone": 0.10, "master": 0.06, "benefit": 0.5, "dip": loss, "results_months": 1.0}
    said = scenario(2, structure={"dip": True})
    inputs = limit(seed_of("v14"), make_world(schools(200, 100)), draw, ALL_YEAR, said)
    seen = []
    for r in range(10):
        sim, month = begun(inputs, r, using(INITIAL, relevance=1.0, fit=1.0)), 0
        for stop in at:
            engine.run_months(sim, month, stop)
            seen.append(sim.use["results"].mean())
            month = stop
    mean, law = np.array([1.0, 0.0, 0.0]), {}
    p, d = -math.expm1(-0.10), -math.expm1(-0.06)
    for month in range(1, max(at) + 1):
        mean = mean @ np.array([[1 - p, p, 0], [0, 1 - d, d], [0, 0, 1]])
        law[month] = 0.5 * mean[2] - 0.3 * mean[1]
    return mean_case(np.array(seen).reshape(10, len(at)), [law[month] for month in at])


def test_v14_implementation_dip_and_its_twin() -> None:
    """V14. Closed form: trough at 5.579 months of −.07243, break-even at 13.56; the engine's mean results equal the
    exact mean of the monthly chain on the way down, at the trough, at break-even and after; red if δ helps.

    Catches: a wrong sign of the dip, results of last month's counts, deepening by this month's starters.
    """
    trough = minimize_scalar(lambda t: dip(1.0, t), bounds=(1, 12), method="bounded", options={"xatol": 1e-8})
    assert abs(trough.x - 5.579) < 6e-4
    assert abs(trough.fun + 0.07243) < 6e-6
    assert dip(1.0, 13.555) * dip(1.0, 13.565) < 0
    at = [3, 6, 14, 24]
    assert agrees(results_of_dip(0.3, at)), report(results_of_dip(0.3, at))
    assert not agrees(results_of_dip(-0.3, at))
