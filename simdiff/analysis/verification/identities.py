"""What may not change a result: levers at zero, the order of rows, the driver (V24, V26, V27)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from simdiff.analysis.verification.case import Case, Check, times
from simdiff.analysis.verification.limits import uniforms
from simdiff.analysis.verification.worlds import (
    ALL_SWITCHES,
    THREE,
    differences,
    fingerprint,
    full_policy,
    make_inputs,
    make_rows,
    make_scenario,
    start,
)
from simdiff.model import engine
from simdiff.model.inputs import Inputs, parameter_values, prepare, tie_rules
from simdiff.model.luck import seed_key
from simdiff.model.places import Place, places_of
from simdiff.model.run import simulate
from simdiff.model.state import CONTAGIONS, Sim
from simdiff.model.world import build_world
from simdiff.register import LEVERS, Lever

LATE = 1000
"""A start (months of policy) beyond every horizon here."""
DISTRICTS = ("north", "south")


def put(path: str, value: Any, policy: dict[str, Any] | None = None) -> dict[str, Any]:
    """A copy of a policy with a value at a dotted path."""
    first, _, rest = path.partition(".")
    policy = dict(policy or {})
    policy[first] = put(rest, value, policy.get(first)) if rest else value
    return policy


def live(policy: dict[str, Any], seed: int) -> Sim:
    """Six years of twelve schools, two practices and every switch under a policy."""
    said = make_scenario(policy, practices=THREE[:2], structure=ALL_SWITCHES, years=6)
    return simulate(make_inputs(said, seed=seed), 1)


def neutral_and_acting(lever: Lever) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """A sub-lever left alone, in ways that must change nothing (level 0, a start beyond the horizon), and in full."""
    level = "per_100_teachers" if lever.name == "coaches" else "level"
    more = {"share": 0.3, "not_yet": 0.3} if lever.name == "identify" else {}
    neutral = [
        {level: 0.0, "start": 5, "ramp": 3, **more},
        {level: lever.high, "start": LATE, "ramp": 0, **more},
        {level: lever.high, "start": LATE, "stop": LATE + 12, **more},
    ]
    return {level: 0.0}, neutral, {level: lever.high, "ramp": 0, **more}


def null_lever(lever: Lever, base: dict[str, Any], seed: int) -> tuple[list[str], bool]:
    """Arrays that a neutral setting of a sub-lever changes under a policy, and whether the full one changes any."""
    alone, neutral, full = neutral_and_acting(lever)
    without = live(put(lever.path, alone, base), seed)
    changed = [name for said in neutral for name in differences(without, live(put(lever.path, said, base), seed))]
    return changed, bool(differences(without, live(put(lever.path, full, base), seed)))


def null_levers(seed: int, size: float) -> Case:
    """V24. Every sub-lever, under a policy without levers and under one with every other lever."""
    found = {
        (lever.name, n): null_lever(lever, base, seed) for lever in LEVERS for n, base in enumerate(({}, full_policy()))
    }
    acting = [f"{name} changes {', '.join(changed)}" for (name, _), (changed, _) in found.items() if changed]
    blind = [f"{name} changes nothing in full" for (name, _), (_, acts) in found.items() if not acts]
    told = "; ".join(acting + blind) or f"{3 * len(found)} pairs of runs, 84 months, every byte"
    return Case([len(acting), len(blind)], 0.0, [0.0, 0.0], compared=told)


def shuffled_places(name: str, seed: int) -> list[Place]:
    """The schools of two districts, in an order of their own for every name."""
    said = make_scenario(districts=DISTRICTS)
    places = [place for district, one in said.where.districts.items()
              for place in places_of(district, one, make_rows(district, 14), seed_key(seed))]  # fmt: skip
    return [places[n] for n in np.argsort(uniforms(name, len(places)), kind="stable")]


def run_of_places(places: Sequence[Place], seed: int, by_row: bool = False) -> str:
    """Fingerprint of a run on these places; ``by_row`` takes a school's row in the file for its identity."""
    policy = full_policy()
    policy["networks"]["partners"][0]["members"] = {"north": "all", "south": 5}
    said = make_scenario(policy, districts=DISTRICTS, practices=THREE[:2], structure=ALL_SWITCHES)
    rules = tie_rules(parameter_values(said), said.structure)
    world = build_world(places, said.policy.networks.partners, rules, seed_key(seed))
    if by_row:
        row_of = {(place.district, place.id): n for n, place in enumerate(places)}
        world.site["who"] = [row_of[place.district, place.id] for place in world.places]
    return fingerprint(simulate(prepare(said, world, seed), 2))


def relabelled(seed: int, size: float) -> Case:
    """V26. The same schools in other orders give the same bytes."""
    orders = times(20, size)
    found = [run_of_places(shuffled_places(f"v26 {seed} {order}", seed), seed) for order in range(orders)]
    return Case(sum(one != found[0] for one in found), 0.0, 0.0, compared=f"{orders} orders of 28 schools, every byte")


def first_difference(inputs: Inputs, make: Callable[[Inputs], Any] | None = None) -> str:
    """Step the engine and a Mesa twin (``make``; left out, the package's) side by side; where they first differ, or an
    empty text."""
    if make is None:
        from simdiff.model.mesa_model import DistrictModel

        make = DistrictModel
    model, sim = make(inputs), start(inputs)
    if found := differences(sim, model.sim):
        return f"before the first month: {found}"
    for t in range(inputs.months):
        engine.run_months(sim, t, t + 1)
        model.step()
        if t == inputs.months - 1:
            engine.end(sim, inputs.months)
        if found := differences(sim, model.sim):
            return f"month {t}: {found}"
    return ""


def rich_inputs(structure: dict[str, Any] | None = None, practices: Sequence[str] = THREE, years: int = 6,
                seed: int = 7) -> Inputs:  # fmt: skip
    """Two districts that pull every lever at once."""
    policy = full_policy()
    policy["networks"]["partners"][0]["members"] = {"north": "all", "south": 5}
    said = make_scenario(policy, districts=DISTRICTS, practices=practices, structure=structure, years=years)
    return make_inputs(said, schools=14, seed=seed)


def mesa_twin(seed: int, size: float) -> Case:
    """V27. The engine and the Mesa model month by month, for each form of contagion, with every switch and lever; and
    worlds in which nobody ever explored (where equality would say nothing)."""
    worlds = [rich_inputs(ALL_SWITCHES | {"contagion": form}, seed=seed) for form in CONTAGIONS]
    found = [first_difference(inputs) for inputs in worlds]
    still = sum(not simulate(inputs, 0).observed["exploring"].any() for inputs in worlds)
    told = "; ".join(one for one in found if one) or f"{sum(one.months for one in worlds)} months, every array and byte"
    return Case([*(float(one != "") for one in found), still], 0.0, np.zeros(len(found) + 1), compared=told)


CHECKS = (
    Check(
        24, "sub-levers at zero or too late", "a lever that draws luck, costs money or acts unasked",
        "identity: none", null_levers, ("that change something after all", "that change nothing even in full"),
    ),
    Check(
        26, "rows in another order: runs that differ", "luck, ties or sums that follow the rows of a file",
        "identity: none", relabelled,
    ),
    Check(
        27, "Mesa model and engine: worlds that differ in any month", "a rule, phase or order that one driver lacks",
        "identity: none", mesa_twin, (*CONTAGIONS, "still worlds"),
    ),
)  # fmt: skip
