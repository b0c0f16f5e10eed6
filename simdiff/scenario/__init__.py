"""The scenario room: from a YAML file (and a table of schools) to a checked scenario, or to a list of problems.

``load_scenario`` is the way in. Whatever is wrong comes as one ScenarioError that holds every problem at its place.
"""

from simdiff.scenario.access import ResolvedPractice, resolve_practice, value_for
from simdiff.scenario.dump import to_yaml
from simdiff.scenario.folders import find_scenario, shipped_folder, shipped_scenarios
from simdiff.scenario.load import Loaded, load_scenario
from simdiff.scenario.problems import Problem, ScenarioError, nearest
from simdiff.scenario.schema import OTHERS, Scenario
from simdiff.scenario.schools import SchoolRow, read_schools

__all__ = [
    "OTHERS", "Loaded", "Problem", "ResolvedPractice", "Scenario", "ScenarioError", "SchoolRow", "find_scenario",
    "load_scenario", "nearest", "read_schools", "resolve_practice", "shipped_folder", "shipped_scenarios", "to_yaml",
    "value_for",
]  # fmt: skip
