"""What a school-month costs, without a clock: operations of the rules on a fixed case, counted in plain Python.

The figures are the same on every machine. A change that moves one by more than 5 % either way is to be meant: then the
figure here is changed with it, and docs/benchmarks.md tells why.
"""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys
from collections import Counter
from pathlib import Path

from simdiff.analysis.verification.identities import rich_inputs
from simdiff.analysis.verification.worlds import start
from simdiff.model import engine

inputs = rich_inputs(years=4, practices=("personal-learning-paths",))
sim = start(inputs)
model = str(Path(engine.__file__).parent)
counts = Counter()


def line(frame, event, arg):
    counts["lines"] += event == "line"
    return line


def call(frame, event, arg):
    if frame.f_code.co_filename.startswith(model):
        counts["rules"] += 1
        counts[frame.f_code.co_name] += 1
        return line


def builtin(frame, event, arg):
    counts["mathematics"] += event == "c_call" and getattr(arg, "__module__", "") == "math"


sys.setprofile(builtin)
sys.settrace(call)
engine.run_months(sim, 0, inputs.months)
sys.settrace(None)
sys.setprofile(None)
size = len(sim.site) * inputs.months
print(json.dumps({name: count / size for name, count in counts.items()}))
"""

RECORDED = {
    "lines": 619,
    "rules": 78.4,
    "mathematics": 4.47,
    "philox": 1.88,
    "_count": 0.574,
    "_lower_binomial": 0.25,
    "contact": 0.0488,
    "experience": 0.409,
}
"""Counts a school-month: source lines run, rules called, functions of ``math``, calls of Philox, binomials drawn in
full, sums over a school's peers."""


@pytest.fixture(scope="module")
def counted() -> dict[str, float]:
    """Counts a school-month of 28 schools, 60 months, one practice, every lever."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}
    )
    assert run.returncode == 0, run.stderr
    counts: dict[str, float] = json.loads(run.stdout)
    return counts


@pytest.mark.parametrize("name", RECORDED)
def test_cost_of_a_school_month(counted: dict[str, float], name: str) -> None:
    """Catches work that crept into the month: a draw made twice, peers asked in vain, an exponential for nothing."""
    assert counted[name] == pytest.approx(RECORDED[name], rel=0.05)
