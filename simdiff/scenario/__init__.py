"""The scenario room: from a YAML file (and a table of schools) to a checked scenario or experiment, or to problems.

``load_scenario`` and ``load_experiment`` are the ways in.
Whatever is wrong comes as one ScenarioError that holds every problem at its place.
"""

from simdiff.scenario.access import ResolvedPractice, resolve_practice, value_for
from simdiff.scenario.dump import to_yaml
from simdiff.scenario.experiment_load import LoadedExperiment, load_experiment
from simdiff.scenario.experiment_schema import Experiment, Keep, Plain, Until
from simdiff.scenario.folders import find_scenario, shipped_experiments, shipped_folder, shipped_scenarios
from simdiff.scenario.load import Loaded, load_scenario
from simdiff.scenario.posterior import read_posterior
from simdiff.scenario.problems import Problem, ScenarioError, nearest
from simdiff.scenario.schema import OTHERS, Scenario
from simdiff.scenario.schools import SchoolRow, read_schools

__all__ = [
    "OTHERS", "Experiment", "Keep", "Loaded", "LoadedExperiment", "Plain", "Problem", "ResolvedPractice", "Scenario",
    "ScenarioError", "SchoolRow", "Until", "find_scenario", "load_experiment", "load_scenario", "nearest",
    "read_posterior", "read_schools", "resolve_practice", "shipped_experiments", "shipped_folder", "shipped_scenarios",
    "to_yaml", "value_for",
]  # fmt: skip
