"""Planted defects of threshold contagion (V3, V4, V5). The cases themselves: tests/analysis."""

import numpy as np
import pytest

from simdiff.analysis.verification.cascade import (
    LATTICE,
    active_at_end,
    cascade,
    cascade_size,
    lattice,
    random_graph,
    rewired,
    sizes,
    thresholds,
    window,
)
from simdiff.analysis.verification.case import Case, agrees, mean_case
from simdiff.analysis.verification.limits import begun, both_ways, seed_of
from simdiff.model import engine


@pytest.mark.parametrize(("phi", "low", "high"), [(0.18, 1.02, 5.76), (0.25, 1.12, 3.86)])
def test_v3_window_is_the_printed_one(phi: float, low: float, high: float) -> None:
    """V3. The closed form's window is the printed one.

    Catches: a wrong sum behind the degrees at which the engine is run.
    """
    assert np.allclose(window(phi), (low, high), atol=0.006)


def test_v3_twin_strict_threshold() -> None:
    """V3's check is red inside the window if a share must exceed .25 instead of reaching it (planted as φ + .001, where
    one in three is asked of those with four peers), near the upper bound."""
    degree = 3.6
    assert active_at_end(degree, 0.25, 0.01, "v3 twin") > 0.5
    assert active_at_end(degree, 0.251, 0.01, "v3 twin") < 0.5


def test_v4_twin_strict_threshold() -> None:
    """V4's check is red if a share must exceed the threshold instead of reaching it (planted as φ + .001)."""
    assert not agrees(mean_case(sizes(5.0, 0.251, 0.02, 6, 0), cascade_size(5.0, 0.25, 0.02)), tolerance=1 / 2000)


def test_random_graphs_are_what_they_are_said_to_be() -> None:
    """Degrees of a random graph are Poisson (mean and variance 4 on 2,000 schools, five standard errors), ties are
    simple; rewiring keeps every degree at four.

    Catches: a generator that loses ties, ties schools to themselves or doubles ties.
    """
    pairs = random_graph(2000, 4.0, "graph")
    assert len(set(pairs)) == len(pairs)
    assert all(a < b for a, b in pairs)
    degree = np.bincount(np.array(pairs).ravel(), minlength=2000)
    assert abs(degree.mean() - 4.0) < 5 * np.sqrt(2 * 4.0 / 2000)
    assert abs(degree.var() - 4.0) < 5 * np.sqrt(2 * 4.0**2 / 2000)
    swapped = rewired(80, 4.0, "swap")
    assert len(set(swapped)) == 160
    assert (np.bincount(np.array(swapped).ravel()) == 4).all()
    assert len(set(swapped) - set(lattice(80))) > 100


def test_v5_twin_asynchronous() -> None:
    """V5's check is red if each school shows what it has done before the next one looks (planted by walking phases)."""
    inputs = cascade(both_ways(lattice(LATTICE)), LATTICE, seed_of("v5"))
    sim = begun(inputs, 0, thresholds(0.5, np.array([0, 1])))
    active = []
    for t in range(12):
        engine.open_month(sim, 0, len(sim.district), t)
        engine.look(sim, 0, LATTICE, t)
        for i in range(LATTICE):
            for phase in (engine.decide, engine.enter, engine.work, engine.show):
                phase(sim, i, i + 1, t)
        active.append(int((sim.use["stage"] >= 3).sum()))
    assert not agrees(Case(active, 0.0, 2.0 + 2.0 * np.arange(12)))
