"""Planted defects of what supports use (V12, V13, V16, V17). The cases themselves: tests/analysis."""

import math

import numpy as np
import pytest

from simdiff.analysis.verification.case import Case, agrees
from simdiff.analysis.verification.limits import limit, make_world, scenario, schools, seed_of
from simdiff.analysis.verification.support import (
    TIP,
    Sharing,
    committed,
    logistic_steps,
    monthly_tip,
    problems,
    reduced,
    tipping,
)
from simdiff.model.rules.coaching import pool_quality


def test_v12_twins() -> None:
    """V12's checks are red where results act with the wrong sign, and where aspiration is a quarter higher; the monthly
    process tips a little above C† = .26667."""
    assert abs(TIP - 0.26667) < 6e-6
    assert not agrees(Case([reduced(TIP + 0.02, -1.0), reduced(TIP - 0.02, -1.0)], 0.0, [0.99, 0.01]))
    assert TIP < monthly_tip() < TIP + 0.04
    assert tipping(monthly_tip() + 0.05, seed_of("v12"), aspiration=0.25) < 0.95


def test_v13_twins() -> None:
    """V13's check is red for a month more, and for the wrong sign; the logistic itself gives .46822."""
    grown = 0.3 * math.exp(0.3 * 0.1 * 24)
    assert abs(grown / (0.7 + grown) - 0.46822) < 6e-6
    assert not agrees(Case(committed(25), 0.0, logistic_steps(24)))
    assert not agrees(Case(committed(24, -0.1), 0.0, logistic_steps(24)))


def dealt_in_passes(problem: Sharing, count: int) -> np.ndarray:
    """The defect that section 0 rules out: hours dealt out in proportion to w D, ``count`` times."""
    served, left = np.zeros(len(problem.asked)), problem.hours
    for _ in range(count):
        wants = problem.weight * (problem.asked - served)
        if wants.sum() <= 0:
            break
        given = np.minimum(left * wants / wants.sum(), problem.asked - served)
        served, left = served + given, left - given.sum()
    return served


def test_v16_twin_passes() -> None:
    """V16's check is red where the hours are dealt out in three passes, in many of 200 problems; and the problems are
    of every kind (enough hours, too few, equal claims)."""
    found = problems(1, 200)
    unlike = [problem for problem in found if max(problem.faults(dealt_in_passes(problem, 3))) > 1e-9]
    assert len(unlike) > 20
    assert 20 < sum(problem.enough for problem in found) < 180
    assert sum(problem.favour == 0.0 and not problem.enough for problem in found) > 20


@pytest.mark.parametrize("share", [0.01, 0.25, 0.9, 1.0])
def test_v17_twin_undivided(share: float) -> None:
    """V17's check is red where the truncated mean is not divided by s."""
    par = limit(0, make_world(schools(1)), said=scenario(structure={"dilution": True})).par[0]
    raw = pool_quality(par, share)
    assert agrees(Case(0.35 + (raw - 0.35) * share, 0.0, raw), tolerance=1e-9) == (share == 1.0)
