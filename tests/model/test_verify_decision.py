"""Verification of exploring and the decision to install (E10, E11), and planted defects of transfer (V11)."""

import math

import numpy as np
import pytest

from simdiff.analysis.verification.case import Case, agrees, mean_case, report
from simdiff.analysis.verification.decision import reused
from simdiff.analysis.verification.limits import (
    complete,
    limit,
    make_world,
    run,
    scenario,
    schools,
    seed_of,
    total,
    using,
)
from simdiff.model.state import EXPLORE, INITIAL
from simdiff.model.ties import ring_ties


def lapse_chain(months: int, explore: float, lapse: float) -> float:
    """Share exploring after some months: a school that starts in a month may lapse in the same month."""
    share = 0.0
    for _ in range(months):
        share = (share + (1 - share) * -math.expm1(-explore)) * math.exp(-lapse)
    return share


def test_exploring_and_lapsing_use_different_luck() -> None:
    """E10: NONE ⇄ EXPLORE equals the exact two-state chain (hazards .3, .3); red if both use the same lane of luck
    (independent process in NumPy).

    Catches: one draw used for two decisions, lapse before exploring.
    """
    inputs = limit(seed_of("lapse"), make_world(schools(200)), {"explore_base": 0.3, "lapse": 0.3},
                   {"decide_months": ()})  # fmt: skip
    exact = [lapse_chain(month, 0.3, 0.3) for month in (1, 2, 10)]
    case = mean_case([total(run(inputs, r, 10), "exploring")[[0, 1, 9]] / 200 for r in range(100)], exact)
    assert agrees(case), report(case)
    lot, chance = np.random.default_rng(seed_of("lapse twin")), -math.expm1(-0.3)
    state, seen = np.zeros((100, 200), dtype=bool), []
    for _ in range(10):
        u = lot.random(state.shape)
        state = (state | (u < chance)) & ~(u < chance)
        seen.append(state.mean(axis=1))
    assert not agrees(mean_case(np.array(seen).T[:, [0, 1, 9]], exact))


def decided(contagion: str, peers: int, draw: dict[str, float]) -> Case:
    """E11: share of exploring schools that decide in their first month; one school in ten is active."""
    size = 100
    inputs = limit(
        seed_of(f"e11 {contagion} {peers}"), make_world(schools(size), complete(size)),
        {"decide_intercept": 0.1, "decide_relevance": 0.0, "decide_capacity": 0.0, "install_steps": 9.0,
         "transfer_length": 1e6, "launch_share": 0.0} | draw,
        said=scenario(structure={"contagion": contagion}, practice={"school_flexibility": 0.6}),
    )  # fmt: skip

    def set_up(sim) -> None:
        using(EXPLORE)(sim)
        sim.use["stage"][:peers] = INITIAL

    runs = [total(run(inputs, r, 1, set_up), "installing")[0] / (size - peers) for r in range(200)]
    legitimate = peers / (size - 1)
    obstacle = 0.6 * (0.2 + 0.8 * 0.556)
    chance = 1 / (1 + math.exp(-(0.1 + 3 * legitimate - 3 * obstacle)))
    return mean_case(runs, chance)


def test_decision_probability_and_its_twin() -> None:
    """E11: P(install) is σ(b0 + b_S ρ − b_X XS), XS = ψS [B + (1 − B) Φ0]; and the hazard form equals the logit at
    ρ = 0 (its definition in section 0); red if obstacles encourage (b_X of the wrong sign).

    Catches: a wrong sign, an obstacle without its ψ, exposure that counts oneself, an unmatched hazard form.
    """
    for contagion, peers in (("logit", 0), ("logit", 30), ("hazard", 0)):
        case = decided(contagion, peers, {})
        assert agrees(case), report(case)
    assert not agrees(decided("logit", 0, {"decide_obstacle": -3.0}))


@pytest.mark.parametrize("clarity", [0.0, 0.5, 0.8, 1.0])
def test_v11_twin_full_kernel(clarity: float) -> None:
    """V11's check is red against the full kernel [1 + 2(1−g)²]^{-1} exp(−1/2[1 + 2(1−g)²]) wherever the two differ."""
    spread = 2 * (1 - clarity) ** 2
    full = math.exp(-0.5 / (1 + spread)) / (1 + spread)
    assert agrees(Case(reused(1.0, clarity), 0.0, full), tolerance=3e-6) == (clarity == 1.0)


def test_no_partners_where_none_are_wanted() -> None:
    """E7: a convened network of k_c partners gives each school min(k_c, S − 1) ties that share a weight of one;
    of none, no tie.

    Catches: a count that is only compared after the first partner was added (0 would mean everybody).
    """
    position, group = np.linspace(0.1, 0.9, 5), np.zeros(5, dtype=np.int64)
    for count, ties in ((0, 0), (1, 5), (3, 15), (9, 20)):
        looks, _, weights = ring_ties(position, group, count, False)
        assert len(looks) == ties
        assert not ties or np.allclose(np.bincount(looks, weights), 1.0)
