"""What parameter recovery asks for: every parameter with a prior, and composites of them that data may tell apart."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simdiff.register import CATALOGUE

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Composite:
    """A combination of parameters; ``of`` gives it, as a log or logit, from all parameter values."""

    name: str
    title: str
    of: Callable[[Values], float]


PRACTICE = CATALOGUE["personal-learning-paths"]
"""The practice that is followed."""


def attention(values: Values) -> float:
    """E6 for an average school with one new practice: α = min(1, cap0/(w + w_b λ_b τ_b/12))."""
    background = values["mandate_load"] * values["mandates_rate"] * values["mandates_months"] / 12.0
    return min(1.0, values["capacity"] / (PRACTICE.load + background))


def decide_alone(values: Values) -> float:
    """E11, logit: an average exploring school without peers, β (b0 − b_X ψS (B + (1 − B) Φ0))."""
    seen = values["rules_school"] + (1.0 - values["rules_school"]) * values["phantom"]
    obstacle = values["decide_obstacle"] * PRACTICE.school_flexibility * seen
    return values["decide_slope"] * (values["decide_intercept"] - obstacle)


def pace(values: Values) -> float:
    """E14: sub-steps of installation a month, α k_I/T_I."""
    return attention(values) * values["install_steps"] / values["install_months"]


def early_growth(values: Values) -> float:
    """Log of p0 · P(decide) · P(start-up), the schools that a year without peers starts: P(start-up) is the chance that
    each sub-step comes before the installation is abandoned."""
    step = pace(values) / (pace(values) + values["abandon"])
    decided = -math.log1p(math.exp(-decide_alone(values)))
    return math.log(values["explore_base"]) + decided + values["install_steps"] * math.log(step)


COMPOSITES = (
    Composite("early_growth", "early growth: p0 · P(decide) · P(start-up)", early_growth),
    Composite("installing_pace", "pace of installing: attention / T_I", lambda v: math.log(pace(v))),
    Composite("decide_alone", "decision without peers: β (b0 − b_X obstacle)", decide_alone),
    Composite("explore_tenth", "exploring where a tenth is active: p0 + .1 q_E",
              lambda v: math.log(v["explore_base"] + 0.1 * v["explore_contact"])),
    Composite("waiting_use", "use before launch: a_0 ζ_E attention / (r_M r_D)",
              lambda v: math.log(v["takeup_alone"] * v["takeup_exploring"] * attention(v)
                                 / (v["revert"] * v["decay_inactive"]))),
    Composite("mastering", "mastery: λ_K attention φ_min^γ",
              lambda v: math.log(v["master"] * attention(v)) + v["master_fit"] * math.log(v["fit_min"])),
    Composite("commitment_pull", "pull of results on commitment: ρ_C y*",
              lambda v: math.log(v["commit_speed"] * v["aspiration"])),
    Composite("clearing", "clarifying: s_F η_F", lambda v: math.log(v["strength_flexibility"] * v["phantom_cleared"])),
)  # fmt: skip
"""Combinations that the equations suggest, for lack of data that tell their parts apart."""
