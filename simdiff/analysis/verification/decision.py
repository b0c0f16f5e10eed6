"""Transfer of experience between schools (V11)."""

import math

import numpy as np

from simdiff.analysis.verification.case import Case, Check
from simdiff.analysis.verification.limits import complete, limit, make_world, run, scenario, schools, using
from simdiff.model.state import EXPLORE, INITIAL, INSTALL, Sim

CLARITIES = (0.0, 0.5, 0.8, 1.0)


def reused(distance: float, clarity: float) -> float:
    """V11: X of a school whose only peer is fully proficient at this context distance, read off its starting fit;
    not-a-number if the school did not start."""
    inputs = limit(
        0, make_world(schools(2), complete(2)),
        {"fit_min": 0.0, "fit_max": 1.0, "fit_peers": 1.0, "fit_codified": 0.0, "clarity_months": 1e15,
         "install_steps": 9.0},
        said=scenario(structure={"coherence": True}),
    )  # fmt: skip

    def set_up(sim: Sim) -> None:
        using(EXPLORE)(sim)
        sim.use["stage"][1], sim.use["proficient"][1], sim.use["fit"][1] = INITIAL, 8, 1.0
        sim.school["context_1"], sim.school["context_2"] = [0.0, distance], 0.0
        sim.district["clarity"] = clarity

    use = run(inputs, 0, 1, set_up).use[0, 0]
    return -math.log(1 - use["fit"]) if use["stage"] == INSTALL else math.nan


def separable(distance: float, clarity: float) -> float:
    """V11, section 0: e^{−d²/2}/(1 + 2(1 − g)²)."""
    return math.exp(-(distance**2) / 2) / (1 + 2 * (1 - clarity) ** 2)


def transferability(seed: int, size: float) -> Case:
    """V11. Usable experience at context distance 1."""
    return Case([reused(1.0, g) for g in CLARITIES], 0.0, np.array([separable(1.0, g) for g in CLARITIES]))


CHECKS = (
    Check(
        11, "usable experience at context distance 1", "T̄ applied twice or not at all, variance for SD, a missing ½",
        "closed form of the separable kernel (weights are fixed-point: allowance 3e-6)", transferability,
        tuple(f"clarity {clarity:g}" for clarity in CLARITIES), (".2022", ".4044", ".5616", ".6065"), tolerance=3e-6,
    ),
)  # fmt: skip
