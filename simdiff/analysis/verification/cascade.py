"""Threshold contagion on networks: Watts's window, cascade size, ring lattices and long ties (V3, V4, V5)."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.verification.case import Case, Check, Floats, mean_case, times
from simdiff.analysis.verification.limits import (
    begun,
    both_ways,
    limit,
    make_world,
    run,
    scenario,
    schools,
    seed_of,
    total,
    uniforms,
)
from simdiff.model import engine
from simdiff.model.inputs import Inputs
from simdiff.model.state import EXPLORE, INITIAL, Sim
from simdiff.model.ties import Edges

THRESHOLD = {"contagion": "threshold"}
GRAPH = 2000
"""Schools of a random graph."""
LATTICE, LATTICE_MONTHS = 80, 40
LONG_RING, LONG_MONTHS = 600, 420
ENOUGH, FEW = 1 / 100, 1 / 400
"""V3: shares of adopters that set off a cascade inside the window, and must not outside it."""
Pair = tuple[int, int]


def cascade(edges: Edges, count: int, seed: int, years: int = 4) -> Inputs:
    """Everybody explores at once and decides by threshold alone."""
    return limit(seed, make_world(schools(count), edges), {}, said=scenario(years, structure=THRESHOLD))


def thresholds(phi: float, seeds: NDArray[np.intp]) -> Callable[[Sim], None]:
    """A hand that gives everybody threshold ``phi`` but the seeds, who need nobody."""

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:] = EXPLORE
        sim.school["threshold"][:] = phi
        sim.school["threshold"][seeds] = 0.0

    return set_up


def random_graph(count: int, degree: float, name: str) -> list[Pair]:
    """A random graph of ``count`` schools with Poisson degrees of this mean: so many different pairs, by lot."""
    from scipy.stats import binom

    chance = degree / (count - 1)
    ties = int(binom.ppf(uniforms(f"{name} ties", 1)[0], count * (count - 1) // 2, chance))
    drawn = (uniforms(name, 4 * ties + 200) * count).astype(int).reshape(-1, 2)
    a, b = drawn.min(axis=1), drawn.max(axis=1)
    _, first = np.unique(a * count + b, return_index=True)
    first = np.sort(first[a[first] != b[first]])[:ties]
    return list(zip(a[first].tolist(), b[first].tolist(), strict=True))


def active_at_end(degree: float, phi: float, seeded: float, name: str) -> float:
    """Share active in the end on one random graph, named by ``name``."""
    seeds = np.argsort(uniforms(f"{name} seeds", GRAPH), kind="stable")[: round(seeded * GRAPH)]
    inputs = cascade(both_ways(random_graph(GRAPH, degree, name)), GRAPH, seed_of(name))
    return float(total(run(inputs, 0, 60, thresholds(phi, seeds)), "active")[-1] / GRAPH)


def vulnerable(degree: float, phi: float) -> float:
    """Watts 2002: Σ k(k − 1) p_k 1{k ≤ 1/φ} − z; a cascade needs it positive."""
    from scipy.stats import poisson

    k = np.arange(0, math.floor(1 / phi + 1e-9) + 1)
    return float((k * (k - 1) * poisson.pmf(k, degree)).sum() - degree)


def window(phi: float) -> tuple[float, float]:
    """Mean degrees between which few adopters set off a cascade."""
    from scipy.optimize import brentq

    return brentq(vulnerable, 0.9, 1.5, args=(phi,)), brentq(vulnerable, 2.5, 9.0, args=(phi,))


def watts(phi: float, seed: int, size: float) -> Case:
    """V3. Share of random graphs on which most schools end active: in the middle of the window (one adopter in 100),
    at half its lower bound and at 1.7 times its upper bound (one in 400)."""
    low, high = window(phi)
    graphs = times(4, size)

    def most(degree: float, seeded: float) -> float:
        names = [f"v3 {phi} {degree:.2f} {seed} {graph}" for graph in range(graphs)]
        return float(np.mean([active_at_end(degree, phi, seeded, name) > 0.5 for name in names]))

    found = [most(0.5 * (low + high), ENOUGH), most(0.5 * low, FEW), most(1.7 * high, FEW)]
    return Case(found, 0.0, [1.0, 0.0, 0.0], compared=f"{graphs} graphs of {GRAPH:,} schools each")


def cascade_size(degree: float, phi: float, seeded: float) -> float:
    """Gleeson & Cahalane 2007: final size of a threshold cascade on a Poisson random graph, by their recursion."""
    from scipy.stats import binom, poisson

    k = np.arange(1, 60)
    law, needed = poisson.pmf(k, degree), np.ceil(phi * k - 1e-9)

    def respond(q: float, others: int) -> float:
        weight = law if others == 0 else k / degree * law
        return float((weight * binom.sf(needed - 1, k - others, q)).sum())

    q, change = seeded, 1.0
    while change > 1e-12:
        following = seeded + (1 - seeded) * respond(q, 1)
        q, change = following, abs(following - q)
    return seeded + (1 - seeded) * respond(q, 0)


def sizes(degree: float, phi: float, seeded: float, graphs: int, seed: int) -> Floats:
    """Final shares active on random graphs where schools have threshold ``phi``."""
    names = [f"v4 {degree} {seed} {graph}" for graph in range(graphs)]
    return np.array([active_at_end(degree, phi, seeded, name) for name in names])


def gleeson(degree: float, phi: float, seeded: float, seed: int, size: float) -> Case:
    """V4. Final size of the cascade; the planted defect is schools without ties that adopt."""
    exact = cascade_size(degree, phi, seeded)
    isolated = math.exp(-degree) * (1 - seeded)
    return mean_case(sizes(degree, phi, seeded, times(30, size), seed), exact, exact + isolated)


def lattice(count: int) -> list[Pair]:
    """A ring lattice of degree four; the smaller row first."""
    ends = [(n, (n + step) % count) for n in range(count) for step in (1, 2)]
    return [(min(pair), max(pair)) for pair in ends]


def rewired(count: int, share: float, name: str) -> list[Pair]:
    """The lattice with a share of its ties swapped pairwise for random ones; every degree stays four."""
    pairs = lattice(count)
    known, swaps = set(pairs), round(share * len(pairs) / 2)
    for first, second in (uniforms(name, 4 * swaps + 200) * len(pairs)).astype(int).reshape(-1, 2):
        if swaps == 0:
            break
        (a, b), (c, d) = pairs[first], pairs[second]
        one, two = (min(a, d), max(a, d)), (min(b, c), max(b, c))
        if len({a, b, c, d}) == 4 and one not in known and two not in known:
            known = known - {(a, b), (c, d)} | {one, two}
            pairs[first], pairs[second] = one, two
            swaps -= 1
    return pairs


def wave(pairs: list[Pair], seed: int, months: int) -> Floats:
    """Active schools month by month from two adjacent seeds; everybody needs two of four peers."""
    inputs = cascade(both_ways(pairs), LATTICE, seed, years=8)
    found: Floats = total(run(inputs, 0, months, thresholds(0.5, np.array([0, 1]))), "active")[:months]
    return found


def walk(seed: int, size: float) -> Case:
    """V5. Two of four peers needed: the wave walks one school a side a month, 2 + 2t active after t steps."""
    exact = 2.0 + 2.0 * np.arange(LATTICE_MONTHS)
    return Case(wave(lattice(LATTICE), seed, LATTICE_MONTHS), 0.0, exact, compared=f"{LATTICE_MONTHS} months")


def standing_still(seed: int, size: float) -> Case:
    """V5. On random 4-regular graphs the wave stands still: graphs on which a quarter of the schools are reached."""
    graphs = times(5, size)
    names = [f"v5 {seed} {graph}" for graph in range(graphs)]
    spread = [wave(rewired(LATTICE, 4.0, name), seed, 60)[-1] >= LATTICE / 4 for name in names]
    return Case(sum(spread), 0.0, 0.0, compared=f"{graphs} graphs of {LATTICE} schools")


def months_to_most(share: float, noise: float, name: str) -> int:
    """Months until 90 % of a long ring are active where two peers of four nearly always suffice (logit +4) and one
    does at ``noise`` (a logit), a ``share`` of the ties rewired; the last month if they never are."""
    slope = 4.0 * (4.0 - noise)
    draw = {"decide_intercept": 2 * noise - 4.0, "decide_peers": slope, "decide_relevance": 0.0, "decide_capacity": 0.0,
            "decide_obstacle": 0.0, "transfer_length": 1e6}  # fmt: skip
    world = make_world(schools(LONG_RING), both_ways(rewired(LONG_RING, share, name)))

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:] = EXPLORE
        sim.use["stage"][:2] = INITIAL

    sim = begun(limit(seed_of(name), world, draw, said=scenario(34)), 0, set_up)
    for month in range(0, LONG_MONTHS, 12):
        engine.run_months(sim, month, month + 12)
        if total(sim, "active")[month + 11] >= 0.9 * LONG_RING:
            return int(np.argmax(total(sim, "active") >= 0.9 * LONG_RING))
    return LONG_MONTHS


def long_ties(seed: int, size: float) -> Case:
    """V5 (Eckles et al. 2018). Share of matched worlds in which rewiring a tenth of ties speeds spread, with adoption
    below the threshold at .047 a month (the walk takes time of order S, long ties of order log S) and at e^{−12}."""
    worlds = times(20, size)

    def faster(noise: float) -> float:
        names = [f"v5 noise {seed} {world}" for world in range(worlds)]
        return float(np.mean([months_to_most(0.1, noise, name) < months_to_most(0.0, noise, name) for name in names]))

    return Case([faster(-3.0), faster(-12.0)], 0.0, [1.0, 0.0], compared=f"{worlds} matched worlds")


SWAPPED = ("one peer is enough at .047 a month", "at e^{−12}")
CHECKS = (
    *(
        Check(
            3, f"threshold {phi}, random graphs: share on which most schools adopt",
            "> for ≥ at the threshold, shares over the wrong degree, schools without ties that adopt",
            "Watts 2002, cascade window", partial(watts, phi), ("inside the window", "below it", "above it"),
        )
        for phi in (0.18, 0.25)
    ),
    *(
        Check(
            4, f"threshold {phi}, random graphs of mean degree {degree:g}: final share",
            "> for ≥ at the threshold, schools without ties that adopt, ties counted twice",
            f"Gleeson & Cahalane 2007, recursion (for endless graphs; allowance 1/{GRAPH:,})",
            partial(gleeson, degree, phi, seeded), printed=(printed,), tolerance=1 / GRAPH,
            defect="schools without ties adopt",
        )
        for degree, phi, seeded, printed in ((5.0, 0.25, 0.02, ".9932"), (4.0, 0.18, 0.01, ".9804"))
    ),
    Check(
        5, "two peers of four needed, ring lattice: schools active",
        "schools that see this month's adopters, a month's delay, > for ≥", "closed form, 2 + 2t", walk,
        tuple(f"after {t} steps" for t in range(LATTICE_MONTHS)),
    ),
    Check(
        5, "the same on random graphs: graphs it spreads on", "one peer that suffices",
        "model specification, V5", standing_still,
    ),
    Check(
        5, "a tenth of ties rewired: share of worlds where spread is faster",
        "a logit that ignores single peers, long ties that carry nothing",
        "Eckles et al. 2018, sign test (18 of 20 worlds)", long_ties, SWAPPED, tolerance=0.1,
    ),
)  # fmt: skip
