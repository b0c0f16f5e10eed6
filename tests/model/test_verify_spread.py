"""Verification of spread: Bass limits and isolation (V1, V2, V25).

V15 (a coach queue) is not tested anywhere: the model shares hours by an exact water level (V16) and keeps no queue.
"""

import math

import numpy as np
import pytest
from limits import (
    Case,
    agrees,
    complete,
    limit,
    make_world,
    mean_case,
    report,
    ring,
    run,
    scenario,
    schools,
    seed_of,
    total,
)
from scipy.stats import binom

from simdiff.model.state import EXPLORE, INITIAL, NEVER

BASS = {"p": 0.03 / 12, "q": 0.38 / 12}
"""V1, V2: the specification's hazards, per month."""
STEEP = {"p": 0.02, "q": 0.5}
"""Fast contagion: a month's delay, or a school that sees this month's adopters, is many standard errors."""


def bass_chain(size: int, months: int, p: float, q: float, contacts: int | None = None) -> np.ndarray:
    """E[F] after 0 … ``months`` months, exactly: a chain-binomial in which each of S − N schools adopts with
    probability 1 − exp(−p − q N/(S − 1)), N as at the start of the month."""
    adopted = np.arange(size + 1)
    chance = 1.0 - np.exp(-p - q * adopted / ((size - 1) if contacts is None else contacts))
    step = binom.pmf(adopted[None, :] - adopted[:, None], (size - adopted)[:, None], chance[:, None])
    law, means = np.eye(size + 1)[0], [0.0]
    for _ in range(months):
        law = law @ step
        means.append(float(law @ adopted) / size)
    return np.array(means)


def bass(size: int, replicates: int, at: list[int], hazards: dict[str, float], name: str, weight: float | None = None,
         late: int = 0) -> Case:  # fmt: skip
    """V1 by the engine. ``weight`` and ``late`` plant defects: another tie weight, a count read months later."""
    draw = {"explore_base": hazards["p"], "explore_contact": hazards["q"]}
    inputs = limit(seed_of(name), make_world(schools(size), complete(size, weight)), draw, said=scenario(9))
    read = [month - 1 + late for month in at]
    runs = [total(run(inputs, r, max(read) + 1), "active")[read] / size for r in range(replicates)]
    return mean_case(runs, bass_chain(size, max(at), **hazards)[at])


@pytest.mark.parametrize(
    ("size", "replicates", "printed"),
    [(20, 3000, [0.30343, 0.73678]), (60, 1200, [0.31668, 0.78376]), (200, 150, [0.32185, 0.79978])],
)
def test_v1_bass_on_a_complete_graph(size: int, replicates: int, printed: list[float]) -> None:
    """V1. E[F] at 5 and 10 years equals the exact monthly pure-birth chain, and the chain the specification's figures.

    Catches: schools counting themselves, a wrong unit of hazards, a missing gate (a school that cannot explore, decide,
    install and launch in one month), ties that lose weight.
    """
    case = bass(size, replicates, [60, 120], BASS, f"v1 {size}")
    assert np.allclose(case.exact, printed, atol=6e-6)
    assert agrees(case), report(case)


def test_v1_steep_and_its_twins() -> None:
    """V1 at S = 8 with fast contagion (p .02, q .5 a month) equals the exact chain for each of four seeds;
    and the check is red for N in place of N − 1 in the weights, and for a count one month late.

    Catches: self-counting (an eighth of contact), off-by-one months, asynchronous update (power: next test).
    """
    at = [4, 8, 12]
    for seed in range(4):
        right = bass(8, 3000, at, STEEP, f"v1 steep {seed}")
        assert agrees(right), report(right)
    assert not agrees(bass(8, 6000, at, STEEP, "v1 steep", weight=1 / 8))
    assert not agrees(bass(8, 6000, at, STEEP, "v1 steep", late=1))


def rough_bass(size: int, replicates: int, at: list[int], p: float, q: float, name: str, asynchronous: bool = False,
               as_probability: bool = False) -> Case:  # fmt: skip
    """An independent Bass process in NumPy, right or with a planted defect, against the exact law."""
    lot = np.random.default_rng(seed_of(name))
    active = np.zeros((replicates, size), dtype=bool)
    shares = {}
    for month in range(1, max(at) + 1):
        before = active.copy()
        for i in range(size):
            peers = (active if asynchronous else before).sum(axis=1) - before[:, i]
            hazard = p + q * peers / (size - 1)
            chance = hazard if as_probability else -np.expm1(-hazard)
            active[:, i] |= lot.random(replicates) < chance
        shares[month] = active.mean(axis=1)
    runs = np.column_stack([shares[month] for month in at])
    return mean_case(runs, bass_chain(size, max(at), p, q)[at])


def test_v1_power_by_an_independent_process() -> None:
    """V1's check passes an independent right process, and is red for an asynchronous one and for hazards used as
    probabilities, at the sample size of the engine's own check.

    Catches: a check too weak to fail.
    """
    at = [4, 8, 12]
    assert agrees(rough_bass(8, 3000, at, **STEEP, name="v1 rough"))
    assert not agrees(rough_bass(8, 3000, at, **STEEP, name="v1 rough", asynchronous=True))
    assert not agrees(rough_bass(8, 3000, at, **STEEP, name="v1 rough", as_probability=True))


def innovation(planted: float) -> Case:
    """Only innovation (q = 0): A(t) ~ Bin(N, 1 − e^{−ht}); the exact value keeps h = .3 a month whatever is planted."""
    inputs = limit(seed_of("innovation"), make_world(schools(100)), {"explore_base": planted})
    at = np.array([1, 3, 6])
    runs = [total(run(inputs, r, 6), "active")[at - 1] / 100 for r in range(200)]
    return mean_case(runs, -np.expm1(-0.3 * at))


def test_innovation_only_and_its_twin() -> None:
    """q = 0: the share active after t months is 1 − e^{−.3 t} (closed form); red if the hazard serves as probability
    (planted as the hazard −ln(1 − .3)).

    Catches: h for 1 − e^{−h}, an off-by-one month.
    """
    assert agrees(innovation(0.3)), report(innovation(0.3))
    assert not agrees(innovation(-math.log(1 - 0.3)))


def ring_chain(months: int, p: float, q: float) -> np.ndarray:
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


def bass_on_ring(weight: float, name: str = "v2") -> Case:
    """V2 by the engine: a ring of 300 schools, each side with ``weight`` of contact."""
    draw = {"explore_base": BASS["p"], "explore_contact": BASS["q"]}
    inputs = limit(seed_of(name), make_world(schools(300), ring(300, 1, weight)), draw, said=scenario(9))
    at = [60, 120]
    runs = [total(run(inputs, r, 120), "active")[[59, 119]] / 300 for r in range(250)]
    return mean_case(runs, ring_chain(120, **BASS)[at])


def test_v2_bass_on_a_ring_and_its_twin() -> None:
    """V2. F at 5 and 10 years on a ring, q/2 a side, equals the exact monthly law (.24608, .55496), whose limit for
    short steps is the specification's .24846, .55826 (Fibich & Gibori); red if ties to one side are lost.

    Catches: clustering ignored (a mean-field update), one-sided ties.
    """
    case = bass_on_ring(0.5)
    eighth, sixteenth = (ring_chain(120 * k, BASS["p"] / k, BASS["q"] / k)[[60 * k, 120 * k]] for k in (8, 16))
    assert np.allclose(2 * sixteenth - eighth, [0.24846, 0.55826], atol=1e-5)
    assert agrees(case), report(case)
    assert not agrees(bass_on_ring(0.25))


def isolated(partner_weight: float, base: float, active_from: int) -> np.ndarray:
    """V25: months in which schools of district b start exploring; a's are active; a partner ties a to b."""
    partner = {"name": "fund", "members": {"a": "all", "b": "all"}, "ramp": 0, "level": 1.0}
    said = scenario(3, ("a", "b"), {"networks": {"partners": [partner]}} if partner_weight >= 0 else None)
    places = schools(20, district="a") + schools(200, district="b")
    world = make_world(places, None, seed_of("v25"), said.policy.networks.partners, near=6)
    draw = {"explore_contact": 1.0, "explore_partner": base, "partner_weight": max(0.0, partner_weight)}
    inputs = limit(seed_of("v25"), world, draw, {"decide_months": ()}, said=said)

    def set_up(sim) -> None:
        sim.use["stage"][:20] = INITIAL

    return np.array([run(inputs, r, 48, set_up if active_from == 0 else None).use["stage"][20:, 0] for r in range(20)])


def test_v25_isolation_and_its_twin() -> None:
    """V25. Two districts without a partner and p0 = 0: active schools in a, none ever explores in b; red if a partner
    ties them.

    Catches: contact that leaks between districts, exploring out of nothing.
    """
    assert not (isolated(-1.0, 0.0, 0) == EXPLORE).any()
    assert (isolated(0.6, 0.0, 0) == EXPLORE).any()


def test_v25_partner_only() -> None:
    """V25 (section 0). With only p_X = .006 a month a school has not explored after 36 months of policy with
    probability e^{−.216} = .806 (closed form); red for 35 months.

    Catches: policy that starts a month early or late, a ramp where there is none, burn-in that counts.
    """
    runs = (isolated(0.0, 0.006, NEVER) != EXPLORE).mean(axis=1)
    case = mean_case(runs, math.exp(-0.216))
    assert abs(case.exact - 0.806) < 5e-4
    assert agrees(case), report(case)
