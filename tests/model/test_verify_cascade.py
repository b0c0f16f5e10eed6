"""Verification of threshold contagion on networks: Watts window, cascade size, ring lattice (V3, V4, V5)."""

import math

import numpy as np
import pytest
from limits import (
    Case,
    agrees,
    begun,
    both_ways,
    limit,
    make_world,
    mean_case,
    report,
    run,
    scenario,
    schools,
    seed_of,
    total,
)
from scipy.optimize import brentq
from scipy.stats import binom, poisson

from simdiff.model import engine
from simdiff.model.inputs import Inputs
from simdiff.model.state import EXPLORE, Sim
from simdiff.model.ties import Edges

THRESHOLD = {"contagion": "threshold"}
Pairs = list[tuple[int, int]]


def cascade(edges: Edges, size: int, seed: int, years: int = 4) -> Inputs:
    """Everybody explores at once and decides by threshold alone."""
    return limit(seed, make_world(schools(size), edges), {}, said=scenario(years, structure=THRESHOLD))


def thresholds(phi: float, seeds: np.ndarray):
    """A hand that gives everybody threshold ``phi`` but the seeds, who need nobody."""

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:] = EXPLORE
        sim.school["threshold"][:] = phi
        sim.school["threshold"][seeds] = 0.0

    return set_up


def random_graph(size: int, degree: float, lot: np.random.Generator) -> Pairs:
    """A random graph with Poisson degrees of this mean."""
    ties = lot.binomial(size * (size - 1) // 2, degree / (size - 1))
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < ties:
        a, b = lot.integers(size, size=2)
        if a != b:
            pairs.add((min(a, b), max(a, b)))
    return sorted(pairs)


def active_at_end(degree: float, phi: float, seeded: float, graph: int, size: int = 2000) -> float:
    """Share active in the end on one random graph."""
    lot = np.random.default_rng([seed_of(f"cascade {degree} {phi}"), graph])
    seeds = lot.choice(size, round(seeded * size), replace=False)
    inputs = cascade(both_ways(random_graph(size, degree, lot)), size, graph)
    return float(total(run(inputs, 0, 60, thresholds(phi, seeds)), "active")[-1] / size)


def vulnerable(degree: float, phi: float) -> float:
    """Watts 2002: Σ k(k − 1) p_k 1{k ≤ 1/φ} − z; a cascade needs it positive."""
    k = np.arange(0, math.floor(1 / phi + 1e-9) + 1)
    return float((k * (k - 1) * poisson.pmf(k, degree)).sum() - degree)


@pytest.mark.parametrize(("phi", "low", "high"), [(0.18, 1.02, 5.76), (0.25, 1.12, 3.86)])
def test_v3_watts_window(phi: float, low: float, high: float) -> None:
    """V3. One adopter in 400 sets off a cascade inside Watts's window of mean degree and not outside it: the window is
    the closed form's (checked against the printed bounds), the model is run well inside and well outside it.

    Catches: > for ≥ at the threshold, shares over the wrong degree, schools without ties that adopt.
    """
    assert abs(brentq(vulnerable, 0.9, 1.5, args=(phi,)) - low) < 0.006
    assert abs(brentq(vulnerable, 2.5, 9.0, args=(phi,)) - high) < 0.006
    inside = np.mean([active_at_end(0.5 * (low + high), phi, 1 / 400, g) for g in range(4)])
    above = np.mean([active_at_end(1.7 * high, phi, 1 / 400, g) for g in range(4)])
    below = np.mean([active_at_end(0.5 * low, phi, 1 / 400, g) for g in range(4)])
    assert inside > 0.7
    assert above < 0.05
    assert below < 0.05


def cascade_size(degree: float, phi: float, seeded: float) -> float:
    """Gleeson & Cahalane 2007: final size of a threshold cascade on a Poisson random graph, by their recursion."""
    k = np.arange(0, 60)
    law = poisson.pmf(k, degree)

    def respond(neighbours: int, q: float) -> float:
        size = len(k)
        total_ = 0.0
        for n in range(1, size):
            needed = math.ceil(phi * n - 1e-9)
            if neighbours == 0:
                total_ += law[n] * binom.sf(needed - 1, n, q)
            else:
                total_ += n / degree * law[n] * binom.sf(needed - 1, n - 1, q)
        return float(total_)

    q = seeded
    for _ in range(2000):
        following = seeded + (1 - seeded) * respond(1, q)
        if abs(following - q) < 1e-12:
            break
        q = following
    return seeded + (1 - seeded) * respond(0, q)


def cascade_case(degree: float, phi: float, seeded: float, planted: float) -> Case:
    """V4 on sixteen graphs of 2,000 schools; ``planted`` is the threshold that the schools really have."""
    lot = [active_at_end(degree, planted, seeded, g) for g in range(16)]
    return mean_case(lot, cascade_size(degree, phi, seeded))


@pytest.mark.parametrize(("degree", "phi", "seeded", "printed"), [(5.0, 0.25, 0.02, 0.9932), (4.0, 0.18, 0.01, 0.9804)])
def test_v4_cascade_size(degree: float, phi: float, seeded: float, printed: float) -> None:
    """V4. Final size of the cascade is Gleeson & Cahalane's .9932 and .9804 (their recursion, computed here; the bias
    of a finite S = 2,000 is of the order of 1/S, an eighth of the tolerance).

    Catches: > for ≥ (a quarter of four peers must be enough for φ = .25), isolates that adopt, double-counted ties.
    """
    case = cascade_case(degree, phi, seeded, phi)
    assert abs(case.exact - printed) < 6e-5
    assert agrees(case), report(case)


def test_v4_twin_strict_threshold() -> None:
    """V4's check is red if a share must exceed the threshold instead of reaching it (planted as φ + .001)."""
    assert not agrees(cascade_case(5.0, 0.25, 0.02, 0.251))


def lattice(size: int) -> Pairs:
    """A ring lattice of degree four."""
    return [(n, (n + step) % size) for n in range(size) for step in (1, 2)]


def rewired(size: int, share: float, lot: np.random.Generator) -> Pairs:
    """The lattice with a share of its ties swapped pairwise for random ones; every degree stays four."""
    pairs = {(min(a, b), max(a, b)) for a, b in lattice(size)}
    done = 0
    while done < share * len(lattice(size)) / 2:
        ends = sorted(pairs)
        (a, b), (c, d) = (ends[n] for n in lot.choice(len(ends), 2, replace=False))
        one, two = (min(a, d), max(a, d)), (min(b, c), max(b, c))
        if len({a, b, c, d}) == 4 and one not in pairs and two not in pairs:
            pairs = (pairs - {(a, b), (c, d)}) | {one, two}
            done += 1
    return sorted(pairs)


def wave(pairs: Pairs, size: int, months: int) -> np.ndarray:
    """Active schools month by month from two adjacent seeds; everybody needs two of four peers."""
    inputs = cascade(both_ways(pairs), size, seed_of("v5"), years=8)
    return total(run(inputs, 0, months, thresholds(0.5, np.array([0, 1]))), "active")[:months]


def test_v5_ring_lattice_is_exact() -> None:
    """V5. Complex contagion (two of four peers) from two adjacent seeds walks one school a side a month: 2 + 2t active
    after t steps, all S after (S − 2)/2 steps exactly; on random 4-regular graphs it stands still.

    Catches: asynchronous update, exposure to this month's adopters, a month's delay, > for ≥.
    """
    size = 80
    assert agrees(Case(wave(lattice(size), size, 40), 0.0, 2.0 + 2.0 * np.arange(40)))
    for graph in range(5):
        pairs = rewired(size, 4.0, np.random.default_rng([seed_of("v5 random"), graph]))
        assert wave(pairs, size, 60)[-1] < size / 4


def test_v5_twin_asynchronous() -> None:
    """V5's check is red if each school shows what it has done before the next one looks (planted by walking phases)."""
    size = 80
    sim = begun(cascade(both_ways(lattice(size)), size, seed_of("v5")), 0, thresholds(0.5, np.array([0, 1])))
    active = []
    for t in range(12):
        engine.open_month(sim, t)
        engine.look(sim, 0, size, t)
        for i in range(size):
            for phase in (engine.decide, engine.enter, engine.work, engine.show):
                phase(sim, i, i + 1, t)
        active.append(int((sim.use["stage"] >= 3).sum()))
    assert not agrees(Case(active, 0.0, 2.0 + 2.0 * np.arange(12)))


def months_to_most(share: float, noise: float, graph: int, size: int = 600, months: int = 420) -> int:
    """Months until 90 % are active where two peers of four nearly always suffice (logit +4) and one does at ``noise``
    (a logit); ``months`` if they never are."""
    pairs = rewired(size, share, np.random.default_rng([seed_of("v5 noise"), graph]))
    slope = 4.0 * (4.0 - noise)
    draw = {"decide_intercept": 2 * noise - 4.0, "decide_peers": slope, "decide_relevance": 0.0, "decide_capacity": 0.0,
            "decide_obstacle": 0.0, "transfer_length": 1e6}  # fmt: skip
    inputs = limit(seed_of("v5 noise"), make_world(schools(size), both_ways(pairs)), draw, said=scenario(34))

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:] = EXPLORE
        sim.use["stage"][:2] = 3

    active = total(run(inputs, graph, months, set_up), "active")[:months]
    return int(np.argmax(active >= 0.9 * size)) if active[-1] >= 0.9 * size else months


def test_v5_noise_reverses_the_long_tie_result() -> None:
    """V5 (Eckles et al.). With adoption at .047 a month below the threshold, rewiring a tenth of the ties speeds spread
    on a long ring (600 schools: the walk takes time of order S, long ties of order log S): sign test over 20 matched
    worlds, 18 or more faster. Nearly without noise (e^{−12}) rewiring slows it (18 or more slower).

    Catches: a logit form that ignores single peers, or one in which long ties carry nothing.
    """
    for noise, sign in ((-3.0, 1), (-12.0, -1)):
        faster = [sign * (months_to_most(0.0, noise, g) - months_to_most(0.1, noise, g)) > 0 for g in range(20)]
        assert sum(faster) >= 18, (noise, sum(faster))
