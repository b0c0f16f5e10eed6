"""Conservation, bounds and windows over random worlds, policies, structures and parameters (V23)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from simdiff.analysis.verification.case import Case, Check, times
from simdiff.analysis.verification.limits import make_world, scenario, schools, seed_of, uniforms
from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim, prepare
from simdiff.model.state import CONTAGIONS, DROPPED, EXPLORE, FULL, INITIAL, INSTALL, NONE, SWITCHES, Sim
from simdiff.register import PARAMETERS

MARCH, SEPTEMBER, MAY, AUGUST = 8, 2, 10, 1
TEACHING = range(2, 11)
ACTIVE = {INITIAL, FULL}
STARTING = {NONE, EXPLORE, DROPPED}
LAWS = [name for name, law in PARAMETERS.items() if law.prior != "fixed"]
MOST_PICKS = 200
Pick = Callable[[Sequence[Any]], Any]
"""Chooses one of several: keyed luck here, a search for counterexamples in the tests."""


def windowed(before: int, after: int, month: int) -> bool:
    """True if a stage may change so in this month of the school year (section 3)."""
    if before in STARTING and after in (NONE, EXPLORE):
        return True
    if before in STARTING:
        return month == MARCH and after in (INSTALL, DROPPED)  # a start may be abandoned in its first month
    if before == INSTALL:
        return after == DROPPED or (after in ACTIVE and month == SEPTEMBER)
    return after in ACTIVE or (after == DROPPED and month == MAY)


def faults(sim: Sim, old: Any, t: int) -> list[str]:
    """What is out of bounds after month t; ``old`` is the use record before it."""
    use, month = sim.use, t % 12
    teachers = sim.site["teachers"][:, None]
    people = (use["mechanical"] >= 0) & (use["proficient"] >= 0) & (use["mechanical"] + use["proficient"] <= teachers)
    moved = (use["mechanical"] != old["mechanical"]) | (use["proficient"] != old["proficient"])
    changed = np.argwhere(use["stage"] != old["stage"])
    asked, served = sim.school["asked"], sim.use["served"].sum(axis=1)
    hours = (sim.district["fte"] + sim.district["partner_fte"]) * sim.par["coach_hours"] * sim.par["coach_direct"]
    given = np.add.reduceat(served, sim.district["first"])
    checks = {
        "U + M + K = n": people.all(),
        "shares": all(((use[x] >= 0) & (use[x] <= 1)).all() for x in ("commitment", "fit", "ownership", "trial")),
        "phantoms": all(((sim.school[f"phantom_{x}"] >= 0) & (sim.school[f"phantom_{x}"] <= 1)).all()
                        for x in ("school", "classroom")),
        "attention": ((sim.school["attention"] > 0) & (sim.school["attention"] <= 1)).all(),
        "overload": (sim.school["overload"] >= 0).all(),
        "clarity": ((sim.district["clarity"] >= 0) & (sim.district["clarity"] <= 1)).all(),
        "mandates": (sim.district["mandates"] >= 0).all(),
        "kappa": ((served >= 0) & (served <= asked * (1 + 1e-12))).all(),
        "hours": (given <= hours * (1 + 1e-9) + 1e-9).all(),
        "stock": (sim.knowledge["stock"] >= 0).all() and np.isfinite(sim.knowledge["stock"]).all(),
        "results": np.isfinite(use["results"]).all(),
        "ledger": (sim.ledger[t] >= 0).all() and np.isfinite(sim.ledger[t]).all(),
        "windows": all(windowed(old["stage"][i, p], use["stage"][i, p], month) for i, p in changed),
        "teaching": month in TEACHING or month == 0 or not moved.any(),
        "closing": month == AUGUST or (use["closed"] <= old["closed"]).all(),
    }  # fmt: skip
    return [name for name, held in checks.items() if not held]


def first_faults(inputs: Inputs, replicate: int) -> tuple[int, list[str]]:
    """Month and names of the first faults of a run; (−1, []) if there is none."""
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    for t in range(inputs.months):
        old = sim.use.copy()
        engine.run_months(sim, t, t + 1)
        found = faults(sim, old, t)
        if found:
            return t, found
    return -1, []


def some_policy(pick: Pick) -> dict[str, Any]:
    """A policy that may pull any lever."""

    def level() -> dict[str, Any]:
        return {"level": pick((0.0, 0.3, 1.0)), "start": pick(range(21)), "ramp": pick((0, 12))}

    def count() -> Any:
        return pick(range(5))

    partner = {"name": "fund", "members": {"a": "all", "b": "all"}, "level": pick((0.5, 1.0)), "fte": pick((0.0, 2.0)),
               "match": pick((0.0, 0.5))}  # fmt: skip
    policy: dict[str, Any] = {
        "goals": {"problems": level(), "goals": level()},
        "flexibility": {
            "school": {"clarify": level(), "grant": level()}, "classroom": {"clarify": level(), "grant": level()},
            "out_of_school": level(), "pilots": {"sites": count(), "start": pick(range(13)), "years": 1},
            "zone": {"schools": count(), "start": 3, "stop": 15},
        },
        "talent": {
            "coaching": {"per_100_teachers": pick((0.0, 1.0, 20.0)), "need_weight": 2.0},
            "change": level(), "sharing": level(),
        },
        "networks": {
            "convene": level(), "identify": level(), "partners": pick(([], [partner])),
            "competition": {"entries": count(), "prizes": count()},
        },
        "sponsorship": level(), "mandate": level(), "adaptive": pick((False, True)),
        "share_failures": pick((False, True)), "superintendent": {"exits": pick(("hazard", "never", [5, 14]))},
    }  # fmt: skip
    limits: dict[str, Any] = {}
    if pick((False, True)):
        limits["slots"] = {"per_year": count(), "need_weight": 0.5}
    if pick((False, True)):
        limits["budget"] = {"annual": pick((0.0, 5e5, 1e8))}
    return policy | limits


def some_values(pick: Pick) -> dict[str, float]:
    """Up to twelve parameters, each up to e^1.5 from its default, in range; and a world in which much happens."""
    names = {pick(LAWS) for _ in range(pick(range(13)))}
    factors = {name: float(np.exp(pick(range(-15, 16)) / 10)) for name in sorted(names)}
    values = {name: PARAMETERS[name].default * factor for name, factor in factors.items()}
    lively = {"explore_base": 0.1, "takeup_alone": 0.1, "master": 0.1}
    return lively | {name: min(max(x, PARAMETERS[name].low), PARAMETERS[name].high) for name, x in values.items()}


def some_inputs(pick: Pick) -> Inputs:
    """A small world of two districts under some policy, structure and parameters."""
    structure: dict[str, Any] = {switch: pick((False, True)) for switch in SWITCHES}
    structure["contagion"] = pick(tuple(CONTAGIONS))
    practice = {"school_flexibility": pick((0.0, 0.6, 1.0)), "classroom_flexibility": 0.8, "exit_hazard": 0.3}
    said = scenario(2, ("a", "b"), some_policy(pick), structure, practice, ("one", "two"))
    sizes = [pick((1, 2, 9, 40)) for _ in range(pick(range(2, 10)))]
    need = list(uniforms(f"v23 need {len(sizes)}", len(sizes)))
    places = [
        replace(schools(len(sizes), size, need, "a" if n == 0 else "b")[n], students=16 * size)
        for n, size in enumerate(sizes)
    ]
    world = make_world(places, None, seed_of("v23"), said.policy.networks.partners, near=3)
    return prepare(said, world, pick(range(1000)), some_values(pick))


def picker(name: str) -> Pick:
    """Picks by the keyed luck of a name."""
    lot: Iterator[float] = iter(uniforms(name, MOST_PICKS))
    return lambda options: options[int(next(lot) * len(options))]


def conservation(seed: int, size: float) -> Case:
    """V23. Runs in which something is out of bounds in some month."""
    runs = [some_inputs(picker(f"v23 {seed} {number}")) for number in range(times(40, size))]
    found = [first_faults(inputs, 0) for inputs in runs]
    told = "; ".join(f"month {t}: {', '.join(names)}" for t, names in found if names)
    months = sum(inputs.months for inputs in runs)
    return Case(sum(t >= 0 for t, _ in found), 0.0, 0.0, compared=told or f"{len(runs)} random runs, {months:,} months")


CHECKS = (
    Check(
        23, "random worlds and policies: runs out of bounds",
        "a count taken twice, an update beyond its bound, a gate that ignores its calendar",
        "identities: U + M + K = n, shares in 0–1, stages change in their months", conservation,
    ),
)  # fmt: skip
