"""Limits of the model with a known answer: how to build them.

Parameters under which nothing happens (``STILL``), plain practices and schools, given networks, and runs from a state
set by hand. A case switches on what it is about.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from simdiff.analysis.verification.case import Floats
from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim, prepare
from simdiff.model.luck import TIES, seed_key
from simdiff.model.places import Place, lots
from simdiff.model.rules.continuing import show
from simdiff.model.state import Sim
from simdiff.model.ties import Edges, edges_from
from simdiff.model.world import TieRules, World, build_world
from simdiff.scenario.schema import Partner, Scenario

EVERY = tuple(range(12))
"""A calendar: every month."""

STILL: dict[str, float] = {
    "explore_base": 0.0, "explore_contact": 0.0, "explore_partner": 0.0, "explore_problems": 0.0, "lapse": 0.0,
    "abandon": 0.0, "install_steps": 0.0, "decide_intercept": 1000.0, "capacity": 1e9, "capacity_slope": 0.0,
    "mandates_rate": 0.0, "takeup_alone": 0.0, "takeup_peers": 0.0, "takeup_coached": 0.0, "revert": 0.0,
    "master": 0.0, "master_peers": 0.0, "master_fit": 0.0, "drift": 0.0, "adapt_own": 0.0, "adapt_codified": 0.0,
    "adapt_peers": 0.0, "teacher_exit": 0.0, "teacher_exit_need": 0.0, "principal_exit": 0.0,
    "principal_exit_need": 0.0, "onboard": 0.0, "sponsor_gain": 0.0, "sponsor_loss": 0.0, "invent_rate": 0.0,
}  # fmt: skip
"""Parameters under which nothing happens; a case switches on what it is about."""
OPEN: dict[str, Sequence[int]] = {
    "decide_months": EVERY, "launch_months": EVERY, "review_months": (), "close_months": (), "turnover_months": (),
}  # fmt: skip
"""Calendars of the contagion limits: decide and launch in every month, no review, closing or turnover."""
PLAIN = {"school_flexibility": 0.0, "classroom_flexibility": 0.0, "load": 1.0, "quality": 1.0, "exit_hazard": 0.0}
"""A practice that no rule hinders."""
MECHANICS = {"commitment": False, "closing": False, "coherence": False}
"""Structure without commitment, closing and coherence (g = 1, so T̄ = 1)."""


def seed_of(name: str, seed: int | None = None) -> int:
    """A seed fixed by a case's name (and the user's seed) before anybody has seen what it gives."""
    text = name if seed is None else f"{name} {seed}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")


def uniforms(name: str, count: int) -> Floats:
    """``count`` numbers in (0, 1) that belong to a name: the luck of random networks, needs and policies."""
    return lots(seed_key(seed_of(name)), [(str(n),) for n in range(-(-count // 4))], TIES).ravel()[:count]


def schools(count: int, teachers: int = 8, need: Sequence[float] | None = None, district: str = "d") -> list[Place]:
    """Schools on a line; ids sort in the order of their numbers, so row n is school n."""
    needs = [0.5] * count if need is None else list(need)
    return [
        Place(district, f"{n:05d}", f"School {n}", 0, teachers, 16 * teachers, float(needs[n]), float(n), 0.0)
        for n in range(count)
    ]


def scenario(years: int = 1, districts: Iterable[str] = ("d",), policy: Mapping[str, Any] | None = None,
             structure: Mapping[str, Any] | None = None, practice: Mapping[str, float] | None = None,
             practices: Sequence[str] = ("one",)) -> Scenario:  # fmt: skip
    """A scenario of plain practices; superintendents never leave unless the policy says so."""
    return Scenario.model_validate({
        "format": 1, "name": "limit", "title": "Limit", "years": years,
        "where": {"districts": {name: {"title": name} for name in districts}},
        "practices": {name: PLAIN | dict(practice or {}) for name in practices},
        "policy": {"superintendent": {"exits": "never"}} | dict(policy or {}),
        "structure": MECHANICS | dict(structure or {}),
    })  # fmt: skip


def make_world(places: Sequence[Place], edges: Edges | None = None, seed: int = 0, partners: Sequence[Partner] = (),
               near: int = 0) -> World:  # fmt: skip
    """A world with the given network, or with ``near`` ties."""
    rules = TieRules(near, 1, 6, 8.0, 0.35, 0.0, False)
    return build_world(places, partners, rules, seed_key(seed), edges)


def limit(seed: int, world: World, draw: Mapping[str, float] | None = None,
          calendars: Mapping[str, Sequence[int]] | None = None, said: Scenario | None = None) -> Inputs:  # fmt: skip
    """Inputs of a limit: ``STILL`` parameters and ``OPEN`` calendars, with what the case changes."""
    return prepare(said or scenario(), world, seed, STILL | dict(draw or {}), OPEN | dict(calendars or {}))


def begun(inputs: Inputs, replicate: int = 0, set_up: Callable[[Sim], None] | None = None) -> Sim:
    """A state before its first month, changed by hand by ``set_up``."""
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    if set_up is not None:
        set_up(sim)
        engine.match_contexts(sim)
        show(sim, 0, len(sim.site), 0)
    return sim


def run(inputs: Inputs, replicate: int, months: int, set_up: Callable[[Sim], None] | None = None) -> Sim:
    """A run of some months from a state set by hand."""
    sim = begun(inputs, replicate, set_up)
    engine.run_months(sim, 0, months)
    return sim


def total(sim: Sim, name: str, practice: int = 0) -> Any:
    """An observed monthly sum over all reports, (T,)."""
    return sim.observed[name][:, :, practice].sum(axis=1)


def using(stage: int, mechanical: int = 0, proficient: int = 0, **more: float) -> Callable[[Sim], None]:
    """A hand that puts every school in a stage with so many users."""

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:] = stage
        sim.use["mechanical"][:] = mechanical
        sim.use["proficient"][:] = proficient
        sim.use["launched"][:] = 0 if stage >= 3 else -1
        for name, value in more.items():
            sim.use[name][:] = value

    return set_up


def complete(count: int, weight: float | None = None) -> Edges:
    """Everybody sees everybody else, each with weight 1/(S − 1)."""
    one = 1.0 / (count - 1) if weight is None else weight
    looks, sees = np.nonzero(~np.eye(count, dtype=bool))
    return looks.astype(np.int64), sees.astype(np.int64), np.full(len(looks), one)


def ring(count: int, reach: int, weight: float) -> Edges:
    """Everybody sees ``reach`` neighbours to either side."""
    steps = [step for step in range(-reach, reach + 1) if step]
    return edges_from({(n, (n + step) % count): weight for n in range(count) for step in steps})


def both_ways(pairs: Iterable[tuple[int, int]]) -> Edges:
    """An undirected network of ties of weight one."""
    return edges_from({tie: 1.0 for a, b in pairs for tie in ((a, b), (b, a)) if a != b})
