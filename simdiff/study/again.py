"""Runs of a plan simulated once more, to see what no table holds: stages, schools one by one, what is left of support.

The same cell, draw and replicate give the same run as in the sweep, since luck is a function of its name.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model import engine
from simdiff.model.inputs import BURN_IN, Inputs, new_sim, prepare, world_of
from simdiff.model.outcomes import Observations, share
from simdiff.model.state import FULL, INITIAL, NEVER, STAGES, Sim
from simdiff.model.world import World
from simdiff.study.blocks import ALL, stacked
from simdiff.study.cells import Cell, scenario_of
from simdiff.study.plan import Plan

Look = Callable[[Inputs, int], NDArray[np.float64]]
"""What is asked of one run: an array of the same shape for every run of a cell."""
Progress = Callable[[int], None]


def asked_runs(plan: Plan, cell: Cell) -> list[tuple[int, int]]:
    """Every (draw, replicate) that the plan asks of a cell, in order."""
    return sorted({
        (draw, replicate)
        for stage in plan.stages
        for name, start, stop in stage.runs
        if name == cell.id
        for draw in range(*stage.draws)
        for replicate in range(start, stop)
    })  # fmt: skip


def world_again(plan: Plan, cell: Cell) -> World:
    """The world of a cell: its schools and their ties."""
    return world_of(scenario_of(cell.text), cell.schools, plan.experiment.seed)


def inputs_again(plan: Plan, cell: Cell, world: World, draw: int) -> Inputs:
    """What a replicate of a cell starts from, at one parameter draw."""
    scenario = scenario_of(cell.text)
    values = {name: value for name, value in plan.draws[draw].items() if name not in scenario.parameters}
    return prepare(scenario, world, plan.experiment.seed, values)


def look_again(plan: Plan, cell: Cell, look: Look, progress: Progress = lambda done: None) -> NDArray[np.float64]:
    """``look`` at every run that the plan asks of a cell, on all cores: (draws, replicates, …); not-a-number where no
    run was asked for."""
    runs, world = asked_runs(plan, cell), world_again(plan, cell)
    inputs = {draw: inputs_again(plan, cell, world, draw) for draw in dict.fromkeys(draw for draw, _ in runs)}

    def seen(run: tuple[int, int]) -> NDArray[np.float64]:
        found = look(inputs[run[0]], run[1])
        progress(1)
        return found

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(seen, runs))
    grid = np.full((len(plan.draws), 1 + max(replicate for _, replicate in runs), *found[0].shape), np.nan)
    for (draw, replicate), one in zip(runs, found, strict=True):
        grid[draw, replicate] = one
    return grid


def lived(inputs: Inputs, replicate: int) -> Iterator[tuple[int, Sim]]:
    """A run at the end of each of its months (the burn-in included); the record changes as it goes on."""
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    for t in range(inputs.months):
        engine.run_months(sim, t, t + 1)
        yield t, sim


def rows_of(world: World, place: str) -> slice:
    """Rows of the schools of a place."""
    if place == ALL:
        return slice(0, len(world.site))
    d = world.districts.index(place)
    return slice(int(world.first[d]), int(world.first[d + 1]))


def practice_row(inputs: Inputs, practice: str) -> int:
    """Row of a practice."""
    return [one.name for one in inputs.practices].index(practice)


def stage_shares(place: str, practice: str) -> Look:
    """Shares of a place's schools in each of ``STAGES`` by month of policy, (months, stages)."""

    def look(inputs: Inputs, replicate: int) -> NDArray[np.float64]:
        rows, p = rows_of(inputs.world, place), practice_row(inputs, practice)
        counts = np.zeros((inputs.months - inputs.burn_in, len(STAGES)))
        for t, sim in lived(inputs, replicate):
            if t >= inputs.burn_in:
                counts[t - inputs.burn_in] = np.bincount(sim.use["stage"][rows, p], minlength=len(STAGES))
        return np.asarray(counts / (rows.stop - rows.start))

    return look


def tercile_depths(place: str, practice: str) -> Look:
    """Depth in the lowest- and the highest-need tercile by month of policy, (months, 2); K φ f over all teachers."""

    def look(inputs: Inputs, replicate: int) -> NDArray[np.float64]:
        groups = stacked(inputs, [Observations.of_sim(_ended(inputs, replicate))]).groups
        reports = inputs.world.reports
        seen, r = (groups[0], 0) if place == ALL else (groups[-1], reports.index(place))
        p = practice_row(inputs, practice)
        depths = [share(seen.total(f"{end}_depth"), seen.total(f"{end}_teachers")) for end in ("low", "high")]
        return np.stack([depth[inputs.burn_in :, r, p] for depth in depths], axis=1)

    return look


def _ended(inputs: Inputs, replicate: int) -> Sim:
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    engine.run_months(sim, 0, inputs.months)
    return sim


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """When support ends for a place: ``months`` since the start of the burn-in by district (row), where it does;
    ``after``: months that can be seen after it in all of them; ``goes_on``: districts in which it never ends."""

    months: dict[int, int]
    after: int
    goes_on: int

    def policy_months(self) -> tuple[int, ...]:
        """The months of policy in which it ends."""
        return tuple(end - BURN_IN for end in self.months.values())


def support_end(inputs: Inputs, place: str) -> SupportEnd:
    """When support ends in the districts of a place (``SETTING.support_end``)."""
    districts = range(len(inputs.world.districts)) if place == ALL else [inputs.world.districts.index(place)]
    ends = {d: int(inputs.policy.setting["support_end"][inputs.policy.group[d]]) for d in districts}
    known = {d: end for d, end in ends.items() if end != NEVER and end < inputs.months}
    after = min((inputs.months - 1 - end for end in known.values()), default=0)
    return SupportEnd(known, after, len(ends) - len(known))


def kept_uses(place: str, practice: str, ends: SupportEnd) -> Look:
    """Of the schools that carry the label in the month in which their district's support ends: the share that still
    carries it, and the share in real use (teachers who use it ≥ ``real_use``), by months since; (after + 1, 2)."""

    def look(inputs: Inputs, replicate: int) -> NDArray[np.float64]:
        p, first = practice_row(inputs, practice), inputs.world.first
        kept, cohort = np.zeros((ends.after + 1, 2)), dict[int, NDArray[np.bool_]]()
        for t, sim in lived(inputs, replicate):
            for d, end in ends.months.items():
                if not end <= t <= end + ends.after:
                    continue
                use, teachers = sim.use[first[d] : first[d + 1], p], sim.site["teachers"][first[d] : first[d + 1]]
                label = (use["stage"] == INITIAL) | (use["stage"] == FULL)
                real = (use["mechanical"] + use["proficient"]) / teachers >= sim.par["real_use"][0]
                among = cohort.setdefault(d, label.copy())
                kept[t - end] += [(label & among).sum(), (real & among).sum()]
        total = sum(int(among.sum()) for among in cohort.values())
        return kept / total if total else np.full_like(kept, np.nan)

    return look


@dataclass(frozen=True, slots=True)
class Schools:
    """The schools of one place in one run at chosen months: ``stage`` and ``proficient`` (share of teachers), each
    (months, schools); ``rows`` of the world."""

    world: World
    rows: slice
    stage: NDArray[np.int8]
    proficient: NDArray[np.float64]


def schools_at(plan: Plan, cell: Cell, place: str, practice: str, replicate: int, months: tuple[int, ...]) -> Schools:
    """Look at the schools of a run (of the first parameter draw) at the ends of months of policy."""
    world = world_again(plan, cell)
    inputs, rows = inputs_again(plan, cell, world, 0), rows_of(world, place)
    p, teachers = practice_row(inputs, practice), world.site["teachers"][rows]
    stage, proficient = np.zeros((len(months), len(teachers)), np.int8), np.zeros((len(months), len(teachers)))
    for t, sim in lived(inputs, replicate):
        for m in (m for m, month in enumerate(months) if month + inputs.burn_in == t):
            stage[m] = sim.use["stage"][rows, p]
            proficient[m] = sim.use["proficient"][rows, p] / teachers
    return Schools(world, rows, stage, proficient)
