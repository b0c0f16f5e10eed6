"""How long commands take to start, and the first replicate: cold, and with compiled rules cached."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

TIMES = 5
START = """
import time; began = time.perf_counter()
from pathlib import Path
from simdiff.scenario.load import load_scenario
from simdiff.model.inputs import prepare, world_of
scenario = load_scenario(Path("four-levers")).scenario
inputs = prepare(scenario, world_of(scenario, {}, 1), 1)
ready = time.perf_counter()
from simdiff.model import engine
from simdiff.model.run import simulate
simulate(inputs, 0)
print(ready - began, time.perf_counter() - ready)
"""

Row = tuple[str, str, str]


def start_rows() -> list[Row]:
    """Processor time of commands, and clock to the end of the first replicate."""
    with tempfile.TemporaryDirectory() as folder:
        cold, cached = first_run(folder), [first_run(folder) for _ in range(TIMES)]
        results = Path(folder) / "results"
        simdiff = [sys.executable, "-m", "simdiff"]
        subprocess.run([*simdiff, "run", "four-levers", "--replicates", "32", "--out", str(results)], check=True,
                       capture_output=True)  # fmt: skip
        run = [*simdiff, "run", "four-levers", "--replicates", "1", "--out", f"{folder}/one"]
        memo = [*simdiff, "memo", str(results), "--question", "How far?"]
        costs = [command_cost(words) for words in ([*simdiff, "--help"], [*simdiff, "memo", "--help"], run, memo)]
    middle = [median(column) for column in zip(*cached, strict=True)]
    names = ("`simdiff --help`", "`simdiff memo --help`", "`simdiff run four-levers --replicates 1`, picture included",
             "`simdiff memo` about a run, in HTML")  # fmt: skip
    return [
        ("first replicate, nothing compiled", f"{cold[1]:.1f} s (and {cold[0]:.1f} s to build the world)", "≤ 20 s"),
        ("first replicate, rules cached", f"{middle[1]:.2f} s (and {middle[0]:.2f} s to build the world)", ""),
        *((name, f"{cost:.2f} s", "") for name, cost in zip(names, costs, strict=True)),
    ]


def command_cost(words: Sequence[str]) -> float:
    """Processor seconds of a command, least of several."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(TIMES))


def first_run(folder: str) -> tuple[float, float]:
    """Wall-clock seconds to a prepared world, and from there to the first finished replicate, in a fresh process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    command = [sys.executable, "-c", START]
    run = subprocess.run(command, env=kept | {"XDG_CACHE_HOME": folder}, check=True, capture_output=True, text=True)
    ready, done = run.stdout.split()
    return float(ready), float(done)
