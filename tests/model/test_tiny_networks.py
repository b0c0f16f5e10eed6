"""Contagion on random networks of two to five schools against the law of every outcome, worked out school by school.

Which schools are active after some months is one of 2^S sets. Its probability is the sum over all ways to get there,
with each school's chance 1 − exp(−p − q Σ w), the sum over those it sees that were active at the start of the month.
"""

import secrets
from itertools import product

import numpy as np
import pytest
from scipy import stats

from simdiff.analysis.verification.limits import limit, make_world, run, scenario, schools, seed_of
from simdiff.model.state import INITIAL
from simdiff.model.ties import edges_from

Ties = dict[tuple[int, int], float]
MONTHS, P, Q = 4, 0.15, 0.9
LEAST = 1e-6
EXPECTED = 5
"""Outcomes that are expected less often than this are counted together."""


def some_network(seed: int) -> tuple[int, Ties]:
    """Two to five schools, each of which may see each other one, with a weight of its own; some see nobody."""
    luck = np.random.default_rng(seed)
    count = int(luck.integers(2, 6))
    share = luck.choice([0.3, 0.6, 1.0])
    return count, {(i, j): float(luck.choice([0.25, 0.5, 1.0])) for i, j in product(range(count), repeat=2)
                   if i != j and luck.random() < share}  # fmt: skip


def law(count: int, ties: Ties, months: int, at_once: bool = True) -> np.ndarray:
    """Probability of each set of active schools (a bit each), exactly. ``at_once``: all look before anybody acts."""
    sets = [frozenset(i for i in range(count) if n >> i & 1) for n in range(2**count)]
    chance = np.zeros(2**count)
    chance[0] = 1.0

    def adopts(school: int, seen: frozenset[int]) -> float:
        return 1.0 - float(np.exp(-P - Q * sum(ties.get((school, peer), 0.0) for peer in seen)))

    for _ in range(months):
        after = np.zeros(2**count)
        for before, then in product(range(2**count), repeat=2):
            if sets[before] <= sets[then]:
                likely = 1.0
                for school in range(count):
                    if school in sets[before]:
                        continue
                    seen = sets[before] if at_once else sets[before] | {i for i in sets[then] if i < school}
                    one = adopts(school, seen)
                    likely *= one if school in sets[then] else 1.0 - one
                after[then] += chance[before] * likely
        chance = after
    return chance


def seen(count: int, ties: Ties, replicates: int, seed: int, contact: float = Q) -> np.ndarray:
    """How often each set of schools was active in the model."""
    world = make_world(schools(count), edges_from(ties))
    inputs = limit(seed, world, {"explore_base": P, "explore_contact": contact}, said=scenario(1))
    bits = 1 << np.arange(count)
    found = [int(bits @ (run(inputs, r, MONTHS).use["stage"][:, 0] >= INITIAL)) for r in range(replicates)]
    return np.bincount(found, minlength=2**count)


def p_value(counts: np.ndarray, chance: np.ndarray) -> float:
    """Of the χ² test; what is rare is taken together, and what cannot be may not have been."""
    assert counts[chance == 0].sum() == 0
    expected = counts.sum() * chance
    rare = expected < EXPECTED
    cells = [*zip(counts[~rare], expected[~rare], strict=True), (counts[rare].sum(), expected[rare].sum())]
    cells = [(n, mean) for n, mean in cells if mean > 0]
    statistic = sum((n - mean) ** 2 / mean for n, mean in cells)
    return float(stats.chi2.sf(statistic, max(1, len(cells) - 1)))


def test_the_law_by_hand() -> None:
    """Two schools of which the second sees the first, two months. With a = 1 − e^{−.15} and b = 1 − e^{−1.05}, the
    first is active alone if it was the first month's and the second held out against it, a (1 − a)(1 − b), or the
    second month's, (1 − a)² a (1 − a); the second alone if it was either month's, (1 + (1 − a)) a (1 − a)² in all."""
    a, b = 1 - np.exp(-P), 1 - np.exp(-P - Q)
    first = a * (1 - a) * (1 - b) + (1 - a) ** 2 * a * (1 - a)
    second = (1 + (1 - a)) * a * (1 - a) ** 2
    chance = law(2, {(1, 0): 1.0}, 2)
    assert chance[:3] == pytest.approx([(1 - a) ** 4, first, second])
    assert chance.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("number", range(10))
def test_every_outcome_of_a_tiny_network_is_as_likely_as_it_should_be(number: int) -> None:
    """Catches ties turned round, lost or read for another school, a school that sees this month's adopters, and luck
    that schools share: 10 networks, 4,000 replicates each."""
    count, ties = some_network(number)
    counts = seen(count, ties, 4_000, seed_of(f"tiny {number}"))
    assert p_value(counts, law(count, ties, MONTHS)) > LEAST


@pytest.mark.slow
def test_every_outcome_of_two_hundred_tiny_networks_at_fresh_luck() -> None:
    """200 networks, 4,000 replicates each: the least of 200 p-values, times 200, is above 10⁻⁶."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    found = []
    for number in range(200):
        count, ties = some_network(seed + number)
        found.append(p_value(seen(count, ties, 4_000, seed + number), law(count, ties, MONTHS)))
    print(f"least p of 200: {min(found):.2g}")
    assert 200 * min(found) > LEAST


@pytest.mark.parametrize("wrong", ["weaker", "one after the other", "turned round"])
def test_twins_of_tiny_networks(wrong: str) -> None:
    """Contact a third weaker, schools that look one after the other, ties turned round: red in most of ten networks."""
    red = 0
    for number in range(10):
        count, ties = some_network(1_000 + number)
        contact = Q / 1.5 if wrong == "weaker" else Q
        told = {(j, i): weight for (i, j), weight in ties.items()} if wrong == "turned round" else ties
        counts = seen(count, ties, 2_000, seed_of(f"twin {number}"), contact)
        red += p_value(counts, law(count, told, MONTHS, at_once=wrong != "one after the other")) < LEAST
    assert red > 3
