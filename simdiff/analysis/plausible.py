"""Whether a scenario's own parameter values lie where the register's evidence puts them."""

from simdiff.register import GRADES, PARAMETERS
from simdiff.register.tables import number
from simdiff.scenario import Problem, Scenario
from simdiff.scenario.source import Node
from simdiff.scenario.translate import problem_at
from simdiff.study.draws import prior_quantile

TAIL = 0.025
"""Share of the prior on each side beyond which a value is told."""


def outside_evidence(scenario: Scenario, root: Node) -> list[Problem]:
    """Values of parameters beyond the middle 95 % of their priors; parameters without a prior have no range."""
    found = []
    for name, override in scenario.parameters.items():
        known = PARAMETERS[name]
        if known.prior == "fixed":
            continue
        low, high = prior_quantile(known, TAIL), prior_quantile(known, 1.0 - TAIL)
        if not low <= override.value <= high:
            said = f"{override.value:g} {known.unit} lies outside {number_of(low)} to {number_of(high)}"
            grade = GRADES[known.grade]
            allowed = f"where 95 % of the register's prior lies (source: {known.source}; grade {known.grade}, {grade})"
            found.append(problem_at(root, ("parameters", name, "value"), said, allowed))
    return found


def number_of(value: float) -> str:
    """Three digits of a number."""
    return number(float(f"{value:.3g}"))
