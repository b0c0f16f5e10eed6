"""Planted defects of spread: Bass limits and isolation (V1, V2, V25). The cases themselves: tests/analysis."""

import math

import numpy as np

from simdiff.analysis.verification.case import Case, agrees, mean_case, report
from simdiff.analysis.verification.limits import limit, make_world, run, schools, seed_of, total
from simdiff.analysis.verification.spread import (
    AT,
    BASS,
    STEEP,
    STEEP_AT,
    bass_chain,
    bass_runs,
    ring_chain,
    ring_runs,
    stages_of_b,
)
from simdiff.model.state import EXPLORE

STEEP_LAW = bass_chain(8, 12, **STEEP)[[*STEEP_AT]]


def test_v1_twins() -> None:
    """V1's check is red for N in place of N − 1 in the weights, and for a count one month late."""
    seed, late = seed_of("v1 steep"), [month + 1 for month in STEEP_AT]
    assert not agrees(mean_case(bass_runs(8, 4000, STEEP_AT, STEEP, seed, weight=1 / 8), STEEP_LAW))
    assert not agrees(mean_case(bass_runs(8, 1500, late, STEEP, seed), STEEP_LAW))


def rough_bass(size: int, replicates: int, p: float, q: float, name: str, asynchronous: bool = False,
               as_probability: bool = False) -> Case:  # fmt: skip
    """An independent Bass process in NumPy, right or with a planted defect, against the exact law."""
    lot = np.random.default_rng(seed_of(name))
    active = np.zeros((replicates, size), dtype=bool)
    shares = {}
    for month in range(1, max(STEEP_AT) + 1):
        before = active.copy()
        for i in range(size):
            peers = (active if asynchronous else before).sum(axis=1) - before[:, i]
            hazard = p + q * peers / (size - 1)
            chance = hazard if as_probability else -np.expm1(-hazard)
            active[:, i] |= lot.random(replicates) < chance
        shares[month] = active.mean(axis=1)
    runs = np.column_stack([shares[month] for month in STEEP_AT])
    return mean_case(runs, bass_chain(size, max(STEEP_AT), p, q)[[*STEEP_AT]])


def test_v1_power_by_an_independent_process() -> None:
    """V1's check passes an independent right process, and is red for an asynchronous one and for hazards used as
    probabilities, at half the sample size of the engine's own check.

    Catches: a check too weak to fail.
    """
    assert agrees(rough_bass(8, 3000, **STEEP, name="v1 rough"))
    assert not agrees(rough_bass(8, 3000, **STEEP, name="v1 rough", asynchronous=True))
    assert not agrees(rough_bass(8, 3000, **STEEP, name="v1 rough", as_probability=True))


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


def test_v2_twin_one_sided_ties() -> None:
    """V2's check is red if ties to one side are lost."""
    assert not agrees(mean_case(ring_runs(60, seed_of("v2"), 0.25), ring_chain(120, **BASS)[[*AT]]))


def test_v25_twin_a_partner_ties_the_districts() -> None:
    """V25's check is red if a partner ties the districts."""
    assert (stages_of_b(20, seed_of("v25"), partner_weight=0.6, active=True) == EXPLORE).any()


def test_v25_a_districts_own_luck_differs() -> None:
    """V25's partner case counts schools, not one school 200 times: shares differ between replicates as Bin(200, p).

    Catches: luck shared by a district's schools, which would leave the mean right and make the standard error wrong.
    """
    shares = (stages_of_b(150, seed_of("v25 spread"), 0.0, 0.006) != EXPLORE).mean(axis=1)
    p = math.exp(-0.216)
    assert 0.6 < shares.var(ddof=1) / (p * (1 - p) / 200) < 1.5
