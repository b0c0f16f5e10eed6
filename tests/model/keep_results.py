"""Results of every shipped scenario and structure, to be kept: ``python tests/model/keep_results.py`` writes them anew.

Whoever does so says under *Results change* in CHANGELOG.md which results change, why and how far.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from simdiff.analysis.verification.worlds import ALL_SWITCHES, THREE, full_policy, make_inputs, make_scenario
from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations
from simdiff.model.run import simulate
from simdiff.model.state import CONTAGIONS
from simdiff.scenario import load_scenario, shipped_scenarios

FILE = Path(__file__).parent / "kept_results.json"
SEED, REPLICATES = 20140701, (0, 1)
TOLD = tuple(OUTCOME_FUNCTIONS)
Kept = dict[str, list[list[str | float | None]]]
"""Name → a digest of every count and date, and every outcome at the end, for each replicate."""


def structures() -> dict[str, dict[str, object]]:
    """Each switch alone, all together, and each form of contagion."""
    off = dict.fromkeys(ALL_SWITCHES, False)
    found: dict[str, dict[str, object]] = {f"only {name}": off | {name: True} for name in ALL_SWITCHES}
    found |= {f"all with {name}": {**ALL_SWITCHES, "contagion": name} for name in CONTAGIONS}
    return found


def worlds() -> dict[str, Inputs]:
    """Shipped scenarios as they are, and a small busy world under each structure."""
    found = {}
    for name, path in shipped_scenarios().items():
        loaded = load_scenario(path)
        world = world_of(loaded.scenario, loaded.schools, SEED)
        found[name] = prepare(loaded.scenario, world, SEED)
    for name, structure in structures().items():
        scenario = make_scenario(full_policy(), practices=THREE[:2], structure=structure, years=6)
        found[f"structure: {name}"] = make_inputs(scenario, seed=SEED)
    return found


def results(inputs: Inputs) -> list[list[str | float | None]]:
    """What is kept of a world."""
    found = []
    for replicate in REPLICATES:
        sim = simulate(inputs, replicate)
        whole = [name for name in sim.use.dtype.names if sim.use[name].dtype.kind == "i"]
        digest = hashlib.blake2b(digest_size=8)
        for name in whole:
            digest.update(np.ascontiguousarray(sim.use[name]).tobytes())
        pooled = Observations.of_sim(sim).pooled()
        ends = [float(np.ravel(OUTCOME_FUNCTIONS[name](pooled))[-1]) for name in TOLD]
        found.append([digest.hexdigest(), *(float(f"{end:.12g}") if np.isfinite(end) else None for end in ends)])
    return found


def read() -> Kept:
    kept: Kept = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


if __name__ == "__main__":
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(results(inputs))}" for name, inputs in worlds().items())
    FILE.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
