"""Spread: Bass limits on complete graphs and rings, and isolation (V1, V2, V25)."""

import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from simdiff.analysis.verification.case import Case, Check, Floats, mean_case, times
from simdiff.analysis.verification.limits import (
    complete,
    limit,
    make_world,
    ring,
    run,
    scenario,
    schools,
    seed_of,
    total,
)
from simdiff.model.state import EXPLORE, INITIAL, Sim

BASS = {"p": 0.03 / 12, "q": 0.38 / 12}
"""V1, V2: the specification's hazards, per month."""
STEEP = {"p": 0.02, "q": 0.5}
"""Fast contagion: a month's delay, or a school that sees this month's adopters, is many standard errors."""
AT = (60, 120)
"""Months at which the Bass limits are read."""
STEEP_AT = (4, 8, 12)
YEARS = ("after 5 years", "after 10 years")
RING = 300
A, B = 20, 200
"""V25: schools of the district with experience, and of the one without."""


def bass_chain(count: int, months: int, p: float, q: float, contacts: int | None = None) -> Floats:
    """E[F] after 0 … ``months`` months, exactly: a chain-binomial in which each of S − N schools adopts with
    probability 1 − exp(−p − q N/(S − 1)), N as at the start of the month."""
    from scipy.stats import binom

    adopted = np.arange(count + 1)
    chance = 1.0 - np.exp(-p - q * adopted / ((count - 1) if contacts is None else contacts))
    step = binom.pmf(adopted[None, :] - adopted[:, None], (count - adopted)[:, None], chance[:, None])
    law, means = np.eye(count + 1)[0], [0.0]
    for _ in range(months):
        law = law @ step
        means.append(float(law @ adopted) / count)
    return np.array(means)


def bass_runs(count: int, replicates: int, at: Sequence[int], hazards: Mapping[str, float], seed: int,
              weight: float | None = None) -> Floats:  # fmt: skip
    """Shares active after ``at`` months on a complete graph whose ties weigh 1/(S − 1) or ``weight``."""
    draw = {"explore_base": hazards["p"], "explore_contact": hazards["q"]}
    inputs = limit(seed, make_world(schools(count), complete(count, weight)), draw, said=scenario(9))
    read = [month - 1 for month in at]
    return np.array([total(run(inputs, r, max(at)), "active")[read] / count for r in range(replicates)])


def bass(count: int, replicates: int, weaker: float, seed: int, size: float) -> Case:
    """V1. F at 5 and 10 years; the planted defect is contact weaker by the factor ``weaker``."""
    runs = bass_runs(count, times(replicates, size), AT, BASS, seed_of(f"v1 {count}", seed))
    exact, wrong = (bass_chain(count, max(AT), BASS["p"], BASS["q"] * factor)[[*AT]] for factor in (1.0, weaker))
    return mean_case(runs, exact, wrong)


def steep_bass(seed: int, size: float) -> Case:
    """V1 at S = 8 with fast contagion; the planted defect is N in place of N − 1 (a school that counts itself)."""
    runs = bass_runs(8, times(6000, size), STEEP_AT, STEEP, seed_of("v1 steep", seed))
    exact, wrong = (bass_chain(8, max(STEEP_AT), STEEP["p"], STEEP["q"], peers)[[*STEEP_AT]] for peers in (7, 8))
    return mean_case(runs, exact, wrong)


def ring_chain(months: int, p: float, q: float) -> Floats:
    """E[F] on a two-sided ring, exactly, while the light cone is shorter than the ring: the probability E_k that k
    given neighbours have not adopted obeys, with r = e^{−q/2},
    E_k' = e^{−kp} [E_{k+2} + 2r (E_{k+1} − E_{k+2}) + r² (E_k − 2E_{k+1} + E_{k+2})]."""
    runs = np.arange(2 * months + 4)
    alone, r, shares = np.ones(len(runs)), math.exp(-q / 2), [0.0]
    for _ in range(months):
        one, two, three = alone[:-2], alone[1:-1], alone[2:]
        seen = three + 2 * r * (two - three) + r * r * (one - 2 * two + three)
        alone = np.append(seen * np.exp(-p * runs[:-2]), [0.0, 0.0])
        shares.append(1.0 - alone[1])
    return np.array(shares)


def ring_runs(replicates: int, seed: int, weight: float = 0.5) -> Floats:
    """Shares active after 5 and 10 years on a ring, each side with ``weight`` of contact."""
    draw = {"explore_base": BASS["p"], "explore_contact": BASS["q"]}
    inputs = limit(seed, make_world(schools(RING), ring(RING, 1, weight)), draw, said=scenario(9))
    read = [month - 1 for month in AT]
    return np.array([total(run(inputs, r, max(AT)), "active")[read] / RING for r in range(replicates)])


def bass_on_ring(seed: int, size: float) -> Case:
    """V2. F at 5 and 10 years on a ring of 300, q/2 a side; the planted defect is contact a tenth too weak."""
    exact, wrong = (ring_chain(max(AT), BASS["p"], BASS["q"] * factor)[[*AT]] for factor in (1.0, 0.9))
    return mean_case(ring_runs(times(250, size), seed_of("v2", seed)), exact, wrong)


def fine_ring(seed: int, size: float) -> Case:
    """V2. The exact monthly law at steps of 1/8 and 1/16 month, extrapolated to steps of length zero."""
    eighth, sixteenth = (
        ring_chain(120 * k, BASS["p"] / k, BASS["q"] / k)[[60 * k, 120 * k]] for k in (8, 16)
    )  # fmt: skip
    t, (p, q) = np.array([60.0, 120.0]), BASS.values()
    return Case(2 * sixteenth - eighth, 0.0, -np.expm1(-(p + q) * t + q * -np.expm1(-p * t) / p))


def stages_of_b(replicates: int, seed: int, partner_weight: float | None = None, base: float = 0.0,
                active: bool = False) -> Floats:  # fmt: skip
    """V25: stages of district b's 200 schools after 36 months of policy, (replicates, 200).

    District a's schools are ``active`` or not; a partner of both brings in new ideas at hazard ``base`` and ties them
    with ``partner_weight`` (None: no partner). No school decides to install.
    """
    partner = {"name": "fund", "members": {"a": "all", "b": "all"}, "ramp": 0, "level": 1.0}
    said = scenario(3, ("a", "b"), None if partner_weight is None else {"networks": {"partners": [partner]}})
    places = schools(A, district="a") + schools(B, district="b")
    world = make_world(places, None, seed, said.policy.networks.partners, near=6)
    draw = {"explore_contact": 1.0, "explore_partner": base, "partner_weight": partner_weight or 0.0}
    inputs = limit(seed, world, draw, {"decide_months": ()}, said=said)

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:A] = INITIAL

    hand = set_up if active else None
    return np.array([run(inputs, r, 48, hand).use["stage"][A:, 0] for r in range(replicates)])


def isolation(seed: int, size: float) -> Case:
    """V25. Schools that explore in a district that nobody with experience is tied to: none."""
    stages = stages_of_b(times(20, size), seed_of("v25", seed), active=True)
    return Case(int((stages == EXPLORE).sum()), 0.0, 0.0, compared=f"{stages.size:,} schools, 48 months")


def partner_only(seed: int, size: float) -> Case:
    """V25 (section 0). P(not explored) after 36 months of p_X = .006 only; the planted defect is a month less."""
    runs = (stages_of_b(times(900, size), seed_of("v25 partner", seed), 0.0, 0.006) != EXPLORE).mean(axis=1)
    return mean_case(runs, math.exp(-0.216), math.exp(-0.210))


COMPLETE = "exact monthly chain of the finite process (Bass 1969)"
CHECKS = (
    *(
        Check(
            1, f"Bass, complete graph of {count} schools: share active",
            "schools that count themselves, a wrong unit of hazards, a gate that delays, ties that lose weight",
            COMPLETE, partial(bass, count, replicates, weaker), YEARS, printed,
            defect=f"contact weaker by {1 - weaker:.0%}",
        )
        for count, replicates, weaker, printed in (
            (20, 2000, 0.9, (".30343", ".73678")), (60, 600, 0.9, (".31668", ".78376")),
            (200, 100, 0.8, (".32185", ".79978")),
        )
    ),
    Check(
        1, "Bass, fast contagion, 8 schools: share active",
        "schools that count themselves, off-by-one months, schools that see this month's adopters", COMPLETE,
        steep_bass, ("after 4 months", "after 8 months", "after 12 months"),
        defect="a school counts itself among its peers",
    ),
    Check(
        2, "Bass, ring of 300 schools: share active", "clustering ignored, ties to one side lost",
        "exact monthly law of the ring (light-cone recursion)", bass_on_ring, YEARS, defect="contact weaker by 10%",
    ),
    Check(
        2, "the law of that ring at ever shorter steps", "a wrong recursion behind the line above",
        "Fibich & Gibori 2010", fine_ring, YEARS, (".24846", ".55826"), tolerance=1e-5,
    ),
    Check(
        25, "district tied to nobody: schools exploring",
        "contact that leaks between districts, exploring out of nothing", "model specification, V25", isolation,
    ),
    Check(
        25, "new ideas from a partner only: share not exploring after 36 months",
        "policy a month early or late, a ramp where there is none, a burn-in that counts",
        "closed form, e^{−.216}", partner_only, printed=(".806",), defect="35 months in place of 36",
    ),
)  # fmt: skip
