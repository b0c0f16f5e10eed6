"""Small busy worlds, in which everything happens within a few years, and byte-for-byte comparison of runs."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim, prepare, world_of
from simdiff.model.state import SWITCHES, Sim
from simdiff.scenario import Scenario, SchoolRow

SEED = 7
CHANGING = ("school", "use", "seen", "district", "knowledge", "partner_stock")
WRITTEN = ("observed", "condition", "ledger", "survival", "waiting")
EVERYTHING = CHANGING + WRITTEN
"""Arrays that a run writes: state, and what was observed."""
KEEN = {"explore_base": 0.08, "decide_intercept": 1.5, "principal_exit": 0.3}
"""Parameters under which a handful of schools do everything within a few years."""
ALL_SWITCHES = dict.fromkeys(SWITCHES, True)
THREE = ("learner-profiles", "personal-learning-paths", "flexible-learning-environments")


def full_policy(member: str = "north") -> dict[str, Any]:
    """A policy in which every sub-lever, programme and limit acts."""
    return {
        "goals": {"problems": 0.6, "goals": 0.7},
        "flexibility": {
            "school": {"clarify": 0.5, "grant": 0.4},
            "classroom": {"clarify": 0.6, "grant": 0.3},
            "out_of_school": 0.5,
            "pilots": {"sites": 2, "start": 6, "years": 2},
            "zone": {"schools": 2, "start": 14, "stop": 40},
        },
        "talent": {"coaching": {"per_100_teachers": 2.0, "need_weight": 1.0}, "change": 0.5, "sharing": 0.6},
        "networks": {
            "convene": 0.7,
            "identify": {"level": 0.8, "share": 0.2, "not_yet": 0.2},
            "competition": {"entries": 3, "prizes": 1, "rounds": 2},
            "partners": [{"name": "fund", "members": {member: "all"}, "fte": 1.0, "match": 0.5}],
        },
        "sponsorship": 0.6,
        "mandate": 0.1,
        "slots": {"per_year": 4, "need_weight": 0.3},
        "budget": {"annual": 2e6},
        "adaptive": True,
        "share_failures": True,
    }


def make_scenario(policy: Mapping[str, Any] | None = None, *, districts: Sequence[str] = ("north",), years: int = 5,
                  practices: Sequence[str] = ("personal-learning-paths",), structure: Mapping[str, Any] | None = None,
                  parameters: Mapping[str, float] | None = None, world: str = "redrawn") -> Scenario:  # fmt: skip
    """A scenario whose schools come from rows; parameters are ``KEEN`` unless given."""
    values = KEEN if parameters is None else parameters
    return Scenario.model_validate({
        "format": 1,
        "name": "tiny",
        "title": "Tiny",
        "where": {"districts": {name: {"title": name} for name in districts}, "world": world},
        "practices": {name: {} if name in THREE else {"like": THREE[0]} for name in practices},
        "policy": dict(policy or {}),
        "structure": dict(structure or {}),
        "years": years,
        "parameters": {name: {"value": value, "reason": "verification"} for name, value in values.items()},
    })  # fmt: skip


def make_rows(district: str, schools: int, *, teachers: Sequence[int] = (12, 30, 45), same_need: bool = False,
              same_place: bool = False) -> tuple[SchoolRow, ...]:  # fmt: skip
    """Schools of one district on a crooked line, of three levels, with needs from .1 to .9."""
    return tuple(
        SchoolRow(
            district=district, id=f"s{n:03d}", name=f"School {n}", level=("elementary", "middle", "high")[n % 3],
            teachers=teachers[n % len(teachers)], students=16 * teachers[n % len(teachers)],
            low_income=0.5 if same_need else 0.1 + 0.8 * ((n * 7) % 11) / 10,
            latitude=40.0 if same_place else 40.0 + 0.011 * n, longitude=-80.0 if same_place else -80 + 0.009 * (n % 4),
        )
        for n in range(schools)
    )  # fmt: skip


def make_inputs(scenario: Scenario, rows: Mapping[str, Sequence[SchoolRow]] | None = None, *, schools: int = 12,
                seed: int = SEED) -> Inputs:  # fmt: skip
    """Inputs on the rows given, else on ``schools`` schools a district."""
    chosen = rows or {name: make_rows(name, schools) for name in scenario.where.districts}
    return prepare(scenario, world_of(scenario, chosen, seed), seed)


def start(inputs: Inputs, replicate: int = 0) -> Sim:
    """A run before its first month."""
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    return sim


def parts(sim: Sim, names: Sequence[str] = EVERYTHING) -> dict[str, bytes]:
    """State and observations by name (``array.field`` where there are fields), as bytes."""
    found: dict[str, bytes] = {}
    for name in names:
        array = getattr(sim, name)
        for field in array.dtype.names or ():
            found[f"{name}.{field}"] = np.ascontiguousarray(array[field]).tobytes()
        if not array.dtype.names:
            found[name] = array.tobytes()
    return found


def differences(a: Sim, b: Sim, names: Sequence[str] = EVERYTHING, besides: Sequence[str] = ()) -> list[str]:
    """Names of what differs between two runs in any byte, except ``besides``."""
    ours, theirs = parts(a, names), parts(b, names)
    return [name for name in ours if ours[name] != theirs[name] and name not in besides]


def fingerprint(sim: Sim) -> str:
    """One hash of state and observations."""
    digest = hashlib.blake2b(digest_size=16)
    for name, content in parts(sim).items():
        digest.update(name.encode() + content)
    return digest.hexdigest()
