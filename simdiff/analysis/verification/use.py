"""Use inside schools: take-up, review, installation, turnover, the implementation dip (V6–V10, V14)."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from simdiff.analysis.verification.case import Case, Check, Floats, joined, mean_case, times
from simdiff.analysis.verification.limits import (
    EVERY,
    begun,
    limit,
    make_world,
    run,
    scenario,
    schools,
    seed_of,
    total,
    using,
)
from simdiff.model import engine
from simdiff.model.state import DROPPED, INITIAL, INSTALL, NEVER

ALL_YEAR = {"teach_months": EVERY}
SCHOOL_YEAR = tuple(range(2, 11))
"""September to May, counted from July."""
TAKEN_UP = (24, 60)
DIP_AT = (3, 6, 14, 24)
"""V14: on the way down, at the trough, at break-even and after."""


def sis_chain(teachers: int, months: int, start: int, peers: float, revert: float) -> Floats:
    """E[M/n] after 0 … ``months`` months, exactly: M' = M + Bin(n − M, 1 − e^{−aM/n}) − Bin(M, 1 − e^{−r})."""
    from scipy.stats import binom

    users = np.arange(teachers + 1)
    step = np.zeros((teachers + 1, teachers + 1))
    for m in users:
        gains = binom.pmf(np.arange(teachers - m + 1), teachers - m, -math.expm1(-peers * m / teachers))
        losses = binom.pmf(np.arange(m + 1), m, -math.expm1(-revert))[::-1]
        both = np.convolve(losses, gains)
        step[m, : len(both)] = both
    law, means = np.eye(teachers + 1)[start], [start / teachers]
    for _ in range(months):
        law = law @ step
        means.append(float(law @ users) / teachers)
    return np.array(means)


def sis_map(months: int, share: float, peers: float = 0.20, revert: float = 0.08) -> float:
    """The deterministic monthly map of V6."""
    for _ in range(months):
        share += (1 - share) * -math.expm1(-peers * share) - share * -math.expm1(-revert)
    return share


def take_up_runs(teachers: int, revert: float, replicates: int, seed: int, months: Sequence[int] = EVERY,
                 commitment: float = 0.5) -> Floats:  # fmt: skip
    """V6, V7: shares of users after 24 and 60 months in 100 schools that start with 5 % (at least one); no mastery."""
    inputs = limit(seed, make_world(schools(100, teachers)), {"takeup_peers": 0.20, "revert": revert},
                   {"teach_months": months}, scenario(4))  # fmt: skip
    hand, read = using(INITIAL, max(1, teachers // 20), commitment=commitment), [month - 1 for month in TAKEN_UP]
    runs = [total(run(inputs, r, 60, hand), "mechanical")[read] for r in range(replicates)]
    return np.array(runs) / (100 * teachers)


def take_up(teachers: int, revert: float, replicates: int, seed: int, size: float) -> Case:
    """V6, V7 against the exact chain; the planted defect is take-up a tenth too weak."""
    runs = take_up_runs(teachers, revert, times(replicates, size), seed_of(f"v6 {teachers} {revert}", seed))
    exact, wrong = (
        sis_chain(teachers, 60, max(1, teachers // 20), peers, revert)[[*TAKEN_UP]] for peers in (0.20, 0.18)
    )  # fmt: skip
    return mean_case(runs, exact, wrong)


def survival_runs(exit_hazard: float, months: Sequence[int], replicates: int, seed: int) -> Floats:
    """V8: shares of 500 schools still active after ten reviews' years and after three (all k = 0)."""
    flat = {"review_commitment": 0.0, "review_ownership": 0.0, "review_overload": 0.0, "review_principal": 0.0}
    inputs = limit(seed, make_world(schools(500)), flat, {"review_months": months, "teach_months": ()},
                   scenario(9, practice={"exit_hazard": exit_hazard}))  # fmt: skip
    runs = [total(run(inputs, r, 120, using(INITIAL, 1)), "active")[[35, 119]] / 500 for r in range(replicates)]
    return np.array(runs)


def survival(seed: int, size: float) -> Case:
    """V8. e^{−.12 n} after n reviews; the planted defect is the hazard used as a probability, (1 − .12)^n."""
    runs = survival_runs(0.12, (10,), times(60, size), seed_of("v8", seed))
    return mean_case(runs, np.exp([-0.36, -1.2]), [0.88**3, 0.88**10])


def install(abandon: float, duration: float, replicates: int, seed: int) -> Any:
    """V9: uses of 300 schools a replicate after 100 months that all began to install."""
    draw = {"abandon": abandon, "install_steps": 3.0, "install_months": duration}
    inputs = limit(seed, make_world(schools(300)), draw, said=scenario(8))
    return np.concatenate([run(inputs, r, 100, using(INSTALL)).use[:, 0].copy() for r in range(replicates)])


def launch_months(use: Any) -> Any:
    """Months of launch (1 = the first month) of the schools that launched."""
    return use["launched"][use["launched"] != NEVER].astype(int) + 1


def launch_law(abandon: float, duration: float) -> tuple[float, float]:
    """V9: P(start-up) = (s/(p_a + s))³ with s = (1 − p_a) k_I/T_I, and the mean exit month 3/(p_a + s)."""
    leave = -math.expm1(-abandon)
    step = (1 - leave) * 3.0 / duration
    return (step / (leave + step)) ** 3, 3.0 / (leave + step)


def share_case(hits: Any, exact: float, wrong: float) -> Case:
    """Case of the share of independent trials that hit, with its exact standard error."""
    count = len(hits)
    return Case(np.mean(hits), math.sqrt(exact * (1 - exact) / count), exact, wrong, count)


def start_up(seed: int, size: float, abandon: float = 0.05, duration: float = 6.0) -> Case:
    """V9. Probability of launch, mean month of launch, and schools that neither launched nor dropped.

    ``abandon`` and ``duration`` are what the schools really have; the planted defect is an installation of 8 months.
    """
    use = install(abandon, duration, times(40, size), seed_of("v9", seed))
    (share, month), (wrong_share, wrong_month) = launch_law(0.05, 6.0), launch_law(0.05, 8.0)
    launched = use["launched"] != NEVER
    stuck = int((launched == (use["stage"] == DROPPED)).sum())
    return joined(share_case(launched, share, wrong_share), mean_case(launch_months(use), month, wrong_month),
                  Case(stuck, 0.0, 0.0))  # fmt: skip


def erlang(seed: int, size: float) -> Case:
    """V9 without abandonment: launch month NegBin(3, p), its mean 3/p and P(T ≤ 6), at p = ½ and 1 − e^{−½}.

    The planted defect is a launch one month late.
    """
    from scipy.stats import nbinom

    parts = []
    for rate in (0.5, -math.expm1(-0.5)):
        use = install(0.0, 3.0 / rate, times(40, size), seed_of(f"v9 erlang {rate:.3f}", seed))
        within, late = (float(nbinom.cdf(failures, 3, rate)) for failures in (3, 2))
        months = launch_months(use)
        parts += [mean_case(months, 3.0 / rate, 3.0 / rate + 1), share_case(months <= 6, within, late),
                  Case(int((use["stage"] == DROPPED).sum()), 0.0, 0.0)]  # fmt: skip
    return joined(*parts)


def june_depth(years: int, master: float = 0.05, leave: float = 0.16, taught: int = 9, lag: int = 1) -> float:
    """V10: E[K/n] in June, exactly (linear, so the finite school has the same mean); all start mechanical."""
    share = 0.0
    for _ in range(years):
        stayed = (1 - leave) * (1 - share) * -math.expm1(-taught * master)
        share = (1 - leave) * share + stayed + leave * -math.expm1(-(taught - lag) * master)
    return share


def mastery_runs(replicates: int, seed: int, draw: Mapping[str, float] | None = None,
                 months: Sequence[int] = SCHOOL_YEAR) -> Floats:  # fmt: skip
    """V10: shares proficient in the twelfth June, 50 teachers in each of 200 schools."""
    base = {"takeup_alone": 1e6, "master": 0.05, "teacher_exit": 0.16}
    inputs = limit(seed, make_world(schools(200, 50)), base | dict(draw or {}),
                   {"teach_months": months, "turnover_months": (0,)}, scenario(11))  # fmt: skip
    runs = [total(run(inputs, r, 144, using(INITIAL, 50)), "proficient")[143] for r in range(replicates)]
    return np.array(runs) / 10_000


def mastery(seed: int, size: float) -> Case:
    """V10. Twelve years of mastery and turnover; the planted defect is hires without their lag."""
    return mean_case(mastery_runs(times(60, size), seed_of("v10", seed)), june_depth(12), june_depth(12, lag=0))


def june_limit(seed: int, size: float) -> Case:
    """V10. Where the yearly recursion settles, against k* = [(1−τ)(1−e^{−9λ}) + τ(1−e^{−8λ})]/[τ + (1−τ)(1−e^{−9λ})],
    and without the lag (1−e^{−H})/(1−(1−τ)e^{−H})."""
    leave, nine, eight = 0.16, -math.expm1(-0.45), -math.expm1(-0.40)
    settled = ((1 - leave) * nine + leave * eight) / (leave + (1 - leave) * nine)
    return Case([june_depth(400), june_depth(400, lag=0)], 0.0, [settled, nine / (1 - (1 - leave) * (1 - nine))])


def dip(months: float) -> float:
    """V14: y = r k − δ m in closed form, with a = .10, λ = .06, r = .5, δ = .3."""
    a, deepen = 0.10, 0.06
    mechanical = a * (math.exp(-deepen * months) - math.exp(-a * months)) / (a - deepen)
    proficient = 1 - math.exp(-a * months) - mechanical
    return 0.5 * proficient - 0.3 * mechanical


def dip_runs(loss: float, replicates: int, seed: int) -> Floats:
    """V14: mean results of 200 schools of 100 teachers after ``DIP_AT`` months, (replicates, 4)."""
    draw = {"takeup_alone": 0.10, "master": 0.06, "benefit": 0.5, "dip": loss, "results_months": 1.0}
    inputs = limit(seed, make_world(schools(200, 100)), draw, ALL_YEAR, scenario(2, structure={"dip": True}))
    seen = []
    for r in range(replicates):
        sim = begun(inputs, r, using(INITIAL, relevance=1.0, fit=1.0))
        for first, stop in zip((0, *DIP_AT), DIP_AT, strict=False):
            engine.run_months(sim, first, stop)
            seen.append(sim.use["results"].mean())
    return np.array(seen).reshape(replicates, len(DIP_AT))


def dip_law(months: int) -> float:
    """Exact mean of the monthly chain: take-up, then deepening of those who were users before."""
    mean = np.array([1.0, 0.0, 0.0])
    start, deepen = -math.expm1(-0.10), -math.expm1(-0.06)
    for _ in range(months):
        mean = mean @ np.array([[1 - start, start, 0], [0, 1 - deepen, deepen], [0, 0, 1]])
    return float(0.5 * mean[2] - 0.3 * mean[1])


def implementation_dip(seed: int, size: float) -> Case:
    """V14. Mean results against the exact chain; the planted defect is results of last month's counts."""
    exact, wrong = ([dip_law(month - late) for month in DIP_AT] for late in (0, 1))
    return mean_case(dip_runs(0.3, times(200, size), seed_of("v14", seed)), exact, wrong)


def dip_shape(seed: int, size: float) -> Case:
    """V14. Trough of the closed form, found by search, against t* = −ln[1 − (λ−a)δ/((r+δ)λ)]/(λ−a) and y_min."""
    from scipy.optimize import brentq, minimize_scalar

    found: Any = minimize_scalar(dip, bounds=(1, 12), method="bounded", options={"xatol": 1e-9})
    return Case([found.x, found.fun, brentq(dip, 8, 20)], 0.0, [5.579, -0.07243, 13.56])


USERS = ("after 24 months", "after 60 months")
CHECKS = (
    *(
        Check(
            6, f"users inside a school of {teachers} teachers: share",
            "take-up that sees this month's starters, a month of teaching lost, users counted on n − 1",
            "exact chain of the finite school", partial(take_up, teachers, 0.08, 100), USERS,
            defect="take-up a tenth too weak",
        )
        for teachers in (20, 200)
    ),
    Check(
        7, "users without reversion, 40 teachers: share", "an outflow that nobody ordered, growth at another rate",
        "exact chain of the finite school (limit: the logistic)", partial(take_up, 40, 0.0, 60), USERS,
        defect="take-up a tenth too weak",
    ),
    Check(
        8, "surviving reviews at .12 a year: share", "months for years, 1 − h for e^{−h}, a review too many or too few",
        "closed form, e^{−.12 n}", survival, ("after 3 reviews", "after 10 reviews"), (".69768", ".30119"),
        defect="the hazard used as a probability",
    ),
    Check(
        9, "installation with abandonment", "advancing before abandoning, two steps in a month, a launch a month late",
        "closed form, (s/(p + s))³ and 3/(p + s)", start_up,
        ("probability of launch", "mean month of launch", "schools with no end"), (".74613", "5.7210", ""),
        defect="an installation of eight months in place of six",
    ),
    Check(
        9, "installation without abandonment", "a continuous Erlang, rates used as probabilities, an extra month",
        "negative binomial law", erlang,
        ("mean month, p = ½", "share by month 6, p = ½", "schools dropped, p = ½", "mean month, p = 1 − e^{−½}",
         "share by month 6, p = 1 − e^{−½}", "schools dropped, p = 1 − e^{−½}"), ("6", ".65625", "", "", ".4421", ""),
        defect="a launch one month late",
    ),
    Check(
        10, "mastery against turnover: share proficient in the twelfth June",
        "onboarding without its lag, hires like leavers, a teaching month lost", "exact yearly recursion", mastery,
        defect="hires without their lag",
    ),
    Check(
        10, "where that recursion settles: share proficient", "a wrong recursion behind the line above",
        "closed form k*", june_limit, ("with the lag of hires", "without it"), (".76905", ".78031"),
    ),
    Check(
        14, "implementation dip: mean results", "a wrong sign of the dip, results of last month's counts",
        "exact mean of the monthly chain", implementation_dip, tuple(f"after {month} months" for month in DIP_AT),
        defect="results of last month's counts",
    ),
    Check(
        14, "shape of the dip in continuous time", "a wrong closed form", "closed form, as printed", dip_shape,
        ("month of the trough", "depth of the trough", "month of break-even"), ("5.579", "-.07243", "13.56"),
        tolerance=0.0005,
    ),
)  # fmt: skip
