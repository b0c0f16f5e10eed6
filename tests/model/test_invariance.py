"""What may not change a result: threads, batches, order, company, halves, row order, watching. Language, zone,
hash seed and what else is around a process: ``tests/study/test_surroundings.py``."""

import gc
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tiny_runs import (
    ALL_SWITCHES,
    SEED,
    THREE,
    differences,
    fingerprint,
    full_policy,
    make_inputs,
    make_rows,
    make_scenario,
    start,
)

from simdiff.analysis.verification.identities import run_of_places, shuffled_places
from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim, prepare, world_of
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations, final_outcomes
from simdiff.model.run import simulate
from simdiff.model.state import Sim

REPLICATES = 70


def busy_scenario():
    return make_scenario(full_policy(), practices=THREE, structure=ALL_SWITCHES, years=5)


@pytest.fixture(scope="module")
def busy() -> Inputs:
    """Twelve schools, three practices, every lever and switch."""
    return make_inputs(busy_scenario())


@pytest.fixture(scope="module")
def alone(busy) -> list[str]:
    """Fingerprints of replicates run one after another."""
    return [fingerprint(simulate(busy, replicate)) for replicate in range(REPLICATES)]


Batch = Callable[[Inputs, Sequence[int]], list[str]]


def run_batch(inputs: Inputs, replicates: Sequence[int]) -> list[str]:
    """Replicates one by one."""
    return [fingerprint(simulate(inputs, replicate)) for replicate in replicates]


def run_all(inputs: Inputs, threads: int, size: int, run: Batch = run_batch) -> list[str]:
    """All replicates in batches of ``size`` on ``threads`` threads."""
    batches = [range(first, min(first + size, REPLICATES)) for first in range(0, REPLICATES, size)]
    with ThreadPoolExecutor(threads) as pool:
        return [one for part in pool.map(lambda batch: run(inputs, batch), batches) for one in part]


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("size", [1, 7, 64])
def test_threads_and_batches(busy, alone, threads, size):
    """Catches state shared between workers, or left over from one replicate to the next in a batch."""
    assert run_all(busy, threads, size) == alone


def run_sharing_observations(inputs: Inputs, replicates: Sequence[int]) -> list[str]:
    """Planted defect: one batch adds up in one array."""
    shared = new_sim(inputs, 0).observed
    found = []
    for replicate in replicates:
        sim = new_sim(inputs, replicate)._replace(observed=shared)
        engine.begin(sim)
        engine.run_months(sim, 0, inputs.months)
        engine.end(sim, inputs.months)
        found.append(fingerprint(sim))
    return found


def test_twin_sharing_observations_is_caught(busy, alone):
    """The planted defect passes with batches of one and fails with batches of seven: sizes matter in the test."""
    assert run_all(busy, 1, 1, run_sharing_observations) == alone
    assert run_all(busy, 1, 7, run_sharing_observations) != alone


def test_order_of_replicates(busy, alone):
    """Catches luck drawn from a running stream: replicates come out alike last first, shuffled, and 100 times."""
    order = list(range(REPLICATES))
    assert run_batch(busy, order[::-1]) == alone[::-1]
    for seed in range(3):
        random.Random(seed).shuffle(order)
        assert run_batch(busy, order) == [alone[replicate] for replicate in order]
    assert {fingerprint(simulate(busy, 5)) for _ in range(100)} == {alone[5]}


def run_side_by_side(inputs: Inputs, sims: list[Sim]) -> list[str]:
    """Several runs advanced in turns, month by month, as threads might."""
    for t in range(inputs.months):
        for sim in sims:
            engine.run_months(sim, t, t + 1)
    for sim in sims:
        engine.end(sim, inputs.months)
    return [fingerprint(sim) for sim in sims]


def test_company_of_other_replicates(busy, alone):
    """Catches scratch space or state that runs share: ten runs take turns every month."""
    assert run_side_by_side(busy, [start(busy, replicate) for replicate in range(10)]) == alone[:10]


@pytest.mark.parametrize("shared", ["seen", "school", "knowledge"])
def test_twin_sharing_state_is_caught(busy, alone, shared):
    """The planted defect: two runs share one array."""
    first = start(busy, 0)
    second = start(busy, 1)._replace(**{shared: getattr(first, shared)})
    assert run_side_by_side(busy, [first, second]) != alone[:2]


@pytest.mark.parametrize("cut", [1, 12, 37, 60, 71])
def test_two_halves_make_a_whole(busy, cut):
    """Catches state kept outside the record: a run stopped at a month and continued on a copy ends the same."""
    whole, half = simulate(busy, 3), start(busy, 3)
    engine.run_months(half, 0, cut)
    copied = half._replace(**{name: value.copy() for name, value in half._asdict().items()})
    for sim in (half, copied):
        engine.run_months(sim, cut, busy.months)
        engine.end(sim, busy.months)
        assert differences(whole, sim) == []


def test_twin_that_forgets_at_the_cut_is_caught(busy):
    """The planted defect: what was seen of peers is lost at the restart."""
    whole, half = simulate(busy, 3), start(busy, 3)
    engine.run_months(half, 0, 40)
    half.seen[:] = 0
    engine.run_months(half, 40, busy.months)
    engine.end(half, busy.months)
    assert differences(whole, half)


def collecting(inputs: Inputs, threshold: int, run: Batch = run_batch) -> list[str]:
    """Five replicates with garbage collected after so many objects (0: never)."""
    usual = gc.get_threshold()
    try:
        gc.set_threshold(threshold)
        return run(inputs, range(5))
    finally:
        gc.set_threshold(*usual)


@pytest.mark.parametrize("threshold", [0, 1, 700])
def test_garbage_collection(alone, busy, threshold):
    """Catches compiled code that reads freed arrays: collection off, at every step, and as usual."""
    assert collecting(busy, threshold) == alone[:5]


def test_twin_luck_that_sees_the_collector_is_caught(busy, alone):
    """The planted defect: the replicate depends on how garbage is collected."""

    def seeing(inputs: Inputs, replicates: Sequence[int]) -> list[str]:
        return run_batch(inputs, [replicate + gc.get_threshold()[0] for replicate in replicates])

    assert collecting(busy, 0, seeing) == alone[:5]
    assert collecting(busy, 1, seeing) != alone[:5]


ROWS = {name: make_rows(name, 14) for name in ("north", "south")}


def run_in_order(number: int, by_row: bool = False) -> str:
    """Fingerprint of a run on the places of two districts in an order of their own."""
    return run_of_places(shuffled_places(f"order {number}", SEED), SEED, by_row)


def test_order_of_schools():
    """Catches luck, ties or sums that follow the rows of a file: 20 shuffles of the places, one result (V26)."""
    orders = {tuple(place.id for place in shuffled_places(f"order {number}", SEED)) for number in range(20)}
    assert len(orders) == 20
    assert len({run_in_order(number) for number in range(20)}) == 1


def test_twin_with_luck_by_row_is_caught():
    """The planted defect: identity is the row in the file."""
    assert len({run_in_order(number, by_row=True) for number in range(3)}) == 3


def test_order_of_table_rows_and_of_districts():
    """Catches the same one step earlier: rows of the table shuffled 20 times, districts named in either order."""
    found = set()
    for seed in range(20):
        names = ("north", "south") if seed % 2 else ("south", "north")
        scenario = make_scenario(full_policy(), districts=names, practices=THREE[:2])
        rows = {name: random.Random(seed).sample(ROWS[name], len(ROWS[name])) for name in names}
        found.add(fingerprint(simulate(prepare(scenario, world_of(scenario, rows, SEED), SEED), 2)))
    assert len(found) == 1


def look(sim: Sim, t: int, burn_in: int) -> None:
    """Read, pool and stack outcomes after month t, and use up numpy's own luck."""
    o = Observations.of_sim(sim).until(t + 1)
    for outcome in OUTCOME_FUNCTIONS.values():
        outcome(o.pooled())
    if t >= burn_in:
        final_outcomes(Observations.stack([o, o]))
    np.random.seed(t)


def touch(sim: Sim, t: int, burn_in: int) -> None:
    """The planted defect: who counts the schools that tell of success in month 20 leaves one more."""
    if t == 20:
        sim.use["launched"][0, 0] = t


def watched(inputs: Inputs, how: Callable[[Sim, int, int], None]) -> str:
    """Fingerprint of replicate 4, looked at in every month."""
    sim = start(inputs, 4)
    for t in range(inputs.months):
        engine.run_months(sim, t, t + 1)
        how(sim, t, inputs.burn_in)
    engine.end(sim, inputs.months)
    return fingerprint(sim)


def test_watching_changes_nothing(busy, alone):
    """Catches an observer effect; one that is planted is seen."""
    assert watched(busy, look) == alone[4]
    assert watched(busy, touch) != alone[4]
