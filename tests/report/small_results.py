"""Small results for the tests of charts: a run of two small districts, and a sweep of three policies over them."""

import io
from contextlib import redirect_stdout
from pathlib import Path
from threading import Event

from simdiff.cli.run import run_command
from simdiff.scenario import load_experiment
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import run_sweep

PAIR = """\
format: 1
name: pair
title: TITLE
where:
  districts:
    north:
      title: NORTH
      profile:
        elementary: {schools: 9, teachers: [12, 20, 30, 40, 50], low_income: [0.1, 0.3, 0.5, 0.7, 0.9]}
        spacing: {nearest_km: 1.0, pairwise_km: 8.0}
        source: made up
    south:
      title: South
      profile:
        elementary: {schools: 6, teachers: [12, 20, 30, 40, 50], low_income: [0.1, 0.3, 0.5, 0.7, 0.9]}
        spacing: {nearest_km: 1.0, pairwise_km: 8.0}
        source: made up
practices: PRACTICES
policy:
  goals: {goals: 0.9}
  flexibility: {school: {grant: 0.9}, classroom: {grant: 0.9}}
  talent: {coaching: {per_100_teachers: 3.0, stop: 18}}
  networks: {convene: 0.9}
years: 3
parameters:
  explore_base: {value: 0.2, reason: so that much happens soon}
  decide_intercept: {value: 1.5, reason: so that much happens soon}
"""
SWEEP = """\
format: 1
name: trio
title: Three policies
scenarios: {ends: pair.yaml}
factors:
  support:
    levels:
      ends: {}
      goes-on: {policy.talent.coaching: {per_100_teachers: 3.0, stop: null}}
      none: {policy: null}
replicates: 6
"""


def write_pair(folder: Path, title: str = "Two small districts", north: str = "North",
               practices: str = "{personal-learning-paths: {}}") -> Path:  # fmt: skip
    """The scenario file; texts as YAML."""
    path = folder / "pair.yaml"
    text = PAIR.replace("TITLE", title).replace("NORTH", north).replace("PRACTICES", practices)
    path.write_text(text, encoding="utf-8")
    return path


def run_pair(folder: Path, replicates: int = 6, draws: int = 0) -> Path:
    """A folder of results of the scenario in ``folder``."""
    out = folder / "run"
    with redirect_stdout(io.StringIO()):
        assert run_command(str(folder / "pair.yaml"), replicates, draws, None, 1, 2, None, out, True) == 0
    return out


def sweep_pair(folder: Path, text: str = SWEEP) -> Path:
    """A folder of a sweep over the scenario in ``folder``."""
    (folder / "trio.yaml").write_text(text, encoding="utf-8")
    plan = make_plan(load_experiment(str(folder / "trio.yaml")))
    run_sweep(folder / "sweep", plan, "simdiff sweep trio.yaml", LocalEngine(2), Event())
    return folder / "sweep"
