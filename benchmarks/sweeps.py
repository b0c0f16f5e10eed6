"""Sweeps (``run.py`` prints them): beside the bare kernel, over threads and Dask, their memory, what common luck gains.

Each figure is measured in processes of its own on this machine; ratios within one run, in alternation.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PAIRS = 3
OVERHEAD = """
import sys, time
from pathlib import Path
from threading import Event
from simdiff.model.inputs import prepare, world_of
from simdiff.model.run import simulate
from simdiff.scenario import load_experiment
from simdiff.study.cells import scenario_of
from simdiff.study.dask_engine import DaskEngine
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import run_sweep

replicates, threads, kind, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
loaded = load_experiment("four-levers")
plan = make_plan(loaded.with_changes({"replicates": replicates, "draws": 0}))
cells = [scenario_of(cell.text) for cell in plan.unique.values()]
inputs = [prepare(cell, world_of(cell, {}, 1), 1) for cell in cells[:1]]
simulate(inputs[0], 0)
chunks = 0
if kind == "dask":
    engine = DaskEngine(None, threads)
    run_sweep(folder / "warm", make_plan(loaded.with_changes({"replicates": 1, "draws": 0})), "", engine, Event())
began = time.perf_counter()
if kind == "kernel":
    for cell in cells:
        one = prepare(cell, world_of(cell, {}, 1), 1)
        for replicate in range(replicates):
            simulate(one, replicate)
else:
    report = run_sweep(folder / "sweep", plan, "", engine if kind == "dask" else LocalEngine(threads), Event())
    chunks = len(list((folder / "sweep" / "chunks").iterdir()))
print(time.perf_counter() - began, chunks)
if kind == "dask":
    engine.__exit__(None, None, None)
"""
CONTRASTS = {
    "pilots in 6 of 60 schools": ("status-quo", {"policy.flexibility.pilots.sites": 6}),
    "a mild parameter change (decide_slope + 5 %)": ("four-levers", {"parameters.decide_slope": None}),
    "coaching everywhere (0.8 per 100 teachers)": ("status-quo", {"policy.talent.coaching.per_100_teachers": 0.8}),
}
LUCK_REPLICATES = 400

Row = tuple[str, str, str]


def timed(replicates: int, threads: int, kind: str) -> tuple[float, int]:
    """Seconds, and chunks stored, of the cells of `four-levers`: as a sweep, by Dask, or simulated and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", OVERHEAD, str(replicates), str(threads), kind, folder]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return float(said[0]), int(said[1])


def overhead(replicates: int) -> list[Row]:
    """Sweep over kernel, and two threads over one, each the median of pairs."""
    ratios, speed_ups = [], []
    for _ in range(PAIRS):
        kernel, one, two = (timed(replicates, *how) for how in ((1, "kernel"), (1, "sweep"), (2, "sweep")))
        ratios.append(one[0] / kernel[0])
        speed_ups.append(one[0] / two[0] / 2)
    return [
        ("sweep ÷ kernel alone, one thread", f"{statistics.median(ratios):.3f}", "≤ 1.15"),
        ("parallel efficiency, two threads", f"{statistics.median(speed_ups):.3f}", "≥ 0.9"),
    ]


def dask_overhead(replicates: int = 24) -> list[Row]:
    """What a chunk costs more on one Dask worker than on one thread, its cluster started and warm."""
    more = []
    for _ in range(PAIRS):
        local, dask = timed(replicates, 1, "sweep"), timed(replicates, 1, "dask")
        more.append((dask[0] - local[0]) / dask[1])
    return [(f"Dask, one worker: more than a thread takes, a chunk ({dask[1]} chunks)",
             f"{1000 * statistics.median(more):.0f} ms", "reported")]  # fmt: skip


def peak_memory(words: Sequence[str]) -> tuple[float, float]:
    """Seconds, and the largest memory in MiB, of a command."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, "
        "stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    began = time.perf_counter()
    said = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True).stdout
    return time.perf_counter() - began, int(said) / 1024


def memory(counts: Sequence[int]) -> list[Row]:
    """Peak memory of the whole command at different numbers of runs."""
    rows = []
    for replicates in counts:
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-m", "simdiff", "sweep", "four-levers", "--draws", "0", "--quiet",
                     "--replicates", str(replicates), "--out", f"{folder}/out"]  # fmt: skip
            seconds, peak = peak_memory(words)
        runs = 16 * replicates
        rows.append((f"`four-levers`, {runs:,} runs, two threads: time, peak memory",
                     f"{seconds:.0f} s, {peak:.0f} MiB", "≤ 300 s (3,200 runs), < 1024 MiB and flat"))  # fmt: skip
    return rows


def common_luck() -> list[Row]:
    """Variance of a difference with independent luck over that with common luck, spread and depth at year 10."""
    from simdiff.register import PARAMETERS
    from simdiff.scenario import load_experiment
    from simdiff.study.plan import make_plan

    rows = []
    for name, (scenario, settings) in CONTRASTS.items():
        told = {path: PARAMETERS["decide_slope"].default * 1.05 if v is None else v for path, v in settings.items()}
        text = json.dumps({
            "format": 1, "name": "luck", "title": "Luck", "replicates": LUCK_REPLICATES,
            "keep": {"outcomes": ["spread", "depth"], "series": "last"},
            "scenarios": {"a": scenario, "b": {"scenario": scenario, "set": told}},
        })  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "luck.yaml"
            file.write_text(text)
            values = swept_values(make_plan(load_experiment(str(file))), Path(folder) / "out")
        for outcome, (a, b) in values.items():
            ratio, low, high = variance_ratio(a, b)
            rows.append((f"common luck: {name}, {outcome}", f"× {ratio:.1f} ({low:.1f}–{high:.1f})", "reported"))
    return rows


def swept_values(plan: "object", folder: Path) -> dict[str, list[NDArray[np.float64]]]:
    """Outcomes of each cell by replicate."""
    from threading import Event

    from simdiff.study.chunk_folder import Rows
    from simdiff.study.engines import LocalEngine
    from simdiff.study.plan import Plan
    from simdiff.study.sweep import run_sweep

    assert isinstance(plan, Plan)
    report = run_sweep(folder, plan, "", LocalEngine(), Event())
    rows = Rows(plan, report.chunks)
    return {
        outcome: [rows.values(cell, outcome, None, "all", None)[0] for cell in plan.cells]
        for outcome in plan.question.outcomes
    }


def variance_ratio(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float, float]:
    """(var a + var b) / var (a − b), with a 95 % interval by the jackknife on its logarithm."""

    def log_ratio(keep: NDArray[np.bool_]) -> float:
        x, y = a[keep], b[keep]
        return float(np.log((x.var(ddof=1) + y.var(ddof=1)) / (x - y).var(ddof=1)))

    n = len(a)
    whole = log_ratio(np.ones(n, dtype=bool))
    each = np.array([log_ratio(np.arange(n) != k) for k in range(n)])
    error = float(np.sqrt((n - 1) / n * ((each - each.mean()) ** 2).sum()))
    low, middle, high = np.exp([whole - 1.96 * error, whole, whole + 1.96 * error])
    return float(middle), float(low), float(high)


def sweep_rows() -> list[Row]:
    """Every figure of sweeps."""
    return [*overhead(80), *dask_overhead(), *memory((20, 200)), *common_luck()]
