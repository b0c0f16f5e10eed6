"""Benchmarks: ``python benchmarks/run.py [--points FILE] [--others] [--out FILE]`` prints the table.

Costs are processor time of one thread per school and month, measured in pairs within this one run; a ratio is the
median over pairs. FILE of ``--points``: a CSV (plain or .gz) with columns lat, lon, county_fips, one row a school.
``--others`` runs the Bass limit in NDlib and Starsim too, in throw-away environments. ``--only PART`` (engine, nation,
bass, starts, sweeps; again for more) measures only that.
"""

import argparse
import os
import platform
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numba
import numpy as np
from bass import bass_rows
from cases import PAIRS, SCHOOLS, SEED, Row, engine_cost, four_levers, one_district, seconds
from nation import memory_rows, scale_rows
from numba import njit
from phases import LARGE, costs
from starts import start_rows
from sweeps import sweep_rows

from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.luck import philox
from simdiff.model.mesa_model import DistrictModel
from simdiff.model.run import simulate

REPLICATES = 200
PHILOX_CALLS = 20_000_000


def mesa_cost(inputs: Inputs) -> float:
    """Seconds per school-month of the Mesa twin, first step apart."""
    model = DistrictModel(inputs, 0)
    model.step()
    months = inputs.months - 1

    def work() -> None:
        for _ in range(months):
            model.step()

    return seconds(work) / (months * len(inputs.world.site))


@njit
def philox_loop(key: Any, calls: Any) -> Any:
    """Call Philox ``calls`` times; the exclusive or keeps the compiler from leaving any out."""
    found = np.uint64(0)
    for n in range(calls):
        a, b, c, d = philox(key, np.uint64(n), np.uint64(7), np.uint64(11), np.uint64(13))
        found ^= a ^ b ^ c ^ d
    return found


def philox_cost() -> float:
    """Seconds per Philox call (four draws)."""
    return seconds(lambda: philox_loop(np.uint64(SEED), PHILOX_CALLS)) / PHILOX_CALLS


def engine_rows(inputs: Inputs) -> list[Row]:
    """(a), (b): engine against the Mesa twin, and against its own source of luck."""
    engine_cost(inputs, 1), philox_loop(np.uint64(1), 1)
    runs = [(engine_cost(inputs, REPLICATES), mesa_cost(inputs), philox_cost()) for _ in range(PAIRS)]
    engine, mesa, luck = (median(column) for column in zip(*runs, strict=True))
    return [
        (f"engine, {SCHOOLS} schools, {REPLICATES} replicates", f"{engine * 1e9:.0f} ns a school-month", ""),
        ("Mesa twin", f"{mesa * 1e6:.1f} µs a school-month", "≤ 150 µs"),
        ("Mesa twin ÷ engine", f"{median(m / e for e, m, _ in runs):.0f}", "≥ 200"),
        ("Philox call", f"{luck * 1e9:.1f} ns", ""),
        ("engine school-month ÷ Philox call", f"{median(e / p for e, _, p in runs):.0f}", "≤ 40"),
    ]


def policy_rows(inputs: Inputs) -> list[Row]:
    """Two policies on the same schools, 32 replicates each."""
    cost = min(seconds(lambda: [simulate(inputs, replicate) for replicate in range(32)]) for _ in range(PAIRS))
    return [("two policies, 32 replicates, 240 schools, 10 years", f"{2 * cost:.2f} s of one core", "≤ 0.5 s")]


def phase_rows() -> list[Row]:
    """Where a school-month goes."""
    scenario = four_levers(LARGE)
    found = costs(prepare(scenario, world_of(scenario, {}, SEED), SEED))
    return [(f"of a school-month: {name}", f"{cost:.0f} ns", "") for name, cost in found.items()]


def machine(load: float) -> str:
    """What the figures were measured on, and when; ``load`` is the load average at the start."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((x.split(":")[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")), cpu)
    return (
        f"{date.today()}; {cpu}, {os.cpu_count()} cores, {platform.system()}; load average {load:.1f} at the start, "
        f"{os.getloadavg()[0]:.1f} at the end.\n"
        f"Python {platform.python_version()}, NumPy {np.__version__}, Numba {numba.__version__}; {PAIRS} pairs."
    )


def table(rows: list[Row]) -> str:
    """Rows as a Markdown table."""
    lines = ["| measured | figure | required |", "|---|---:|---:|"]
    return "\n".join(lines + [f"| {what} | {figure} | {required} |" for what, figure, required in rows])


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=Path, help="CSV of coordinates for the 100,000 schools")
    parser.add_argument("--others", action="store_true", help="NDlib and Starsim too, in throw-away environments")
    parser.add_argument("--out", type=Path, help="write the table to this file too")
    parts: dict[str, Callable[[], list[Row]]] = {
        "engine": lambda: engine_rows(one_district()) + policy_rows(one_district()) + phase_rows(),
        "nation": lambda: scale_rows(asked.points) + memory_rows(asked.points),
        "bass": lambda: bass_rows(asked.others),
        "starts": start_rows,
        "sweeps": sweep_rows,
    }
    parser.add_argument("--only", action="append", choices=list(parts), help="one part; again for more")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    rows = [row for name in asked.only or parts for row in parts[name]()]
    text = f"{machine(load)}\n\n{table(rows)}\n"
    print(text)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
