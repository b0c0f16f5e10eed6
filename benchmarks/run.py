"""Benchmarks: ``python benchmarks/run.py [--points FILE] [--others] [--out FILE]`` prints a table.

Costs are processor time of one thread per school and month, measured in pairs within this one run; a ratio is the
median over pairs. FILE of ``--points``: a CSV (plain or .gz) with columns lat, lon, county_fips, one row a school.
``--others`` runs the Bass limit in NDlib and Starsim too, in throw-away environments. Sweeps: ``benchmarks/sweeps.py``.
"""

import argparse
import csv
import gzip
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numba
import numpy as np
from bass import bass_rows
from numba import njit
from phases import LARGE, costs

from simdiff.model.inputs import Inputs, new_sim, parameter_values, prepare, tie_rules, world_of
from simdiff.model.luck import philox, seed_key
from simdiff.model.mesa_model import DistrictModel
from simdiff.model.places import KM_PER_DEGREE, Place
from simdiff.model.run import simulate
from simdiff.model.world import build_world
from simdiff.scenario.load import load_scenario
from simdiff.scenario.schema import Scenario

SEED = 1
PAIRS = 5
SCHOOLS = 240
MANY = 102_000
SIZES = (200, 2000, 20_000, 100_000)
NATION_YEARS = 20
REPLICATES = 200
PHILOX_CALLS = 20_000_000
FURTHER = 16
WORLD_ARRAYS = ("site", "tie_from", "tie")
REPLICATE_ARRAYS = ("school", "use", "seen", "match", "order", "score")
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
"""What is measured, the figure, what is required."""


def four_levers(schools: int) -> Scenario:
    """The shipped scenario four-levers with its 60 schools scaled to ``schools``."""
    text: dict[str, Any] = load_scenario(Path("four-levers")).text
    profile = text["where"]["districts"]["district"]["profile"]
    for level in ("elementary", "middle", "high"):
        profile[level]["schools"] = profile[level]["schools"] * schools // 60
    return Scenario.model_validate(text)


def one_district() -> Inputs:
    """Four levers, one practice, 240 schools, 120 months of policy after 12 of burn-in."""
    scenario = four_levers(SCHOOLS)
    return prepare(scenario, world_of(scenario, {}, SEED), SEED)


def many_districts(points: Path | None, schools: int = MANY, years: int = 10) -> Inputs:
    """The same policy and practice where each county is a district, the first ``schools`` of all."""
    places = (read_points(points) if points else invent_points())[:schools]
    districts = sorted({place.district for place in places})
    text: dict[str, Any] = four_levers(SCHOOLS).model_dump(mode="json") | {"years": years}
    text["where"]["districts"] = {d: {"title": d, "profile": {"spacing": {"nearest_km": 1, "pairwise_km": 9}}}
                                  for d in districts}  # fmt: skip
    text["policy"]["networks"]["partners"][0]["members"] = dict.fromkeys(districts[:20], "all")
    scenario = Scenario.model_validate(text)
    rules = tie_rules(parameter_values(scenario), scenario.structure)
    world = build_world(places, scenario.policy.networks.partners, rules, seed_key(SEED))
    return prepare(scenario, world, SEED)


def read_points(path: Path) -> list[Place]:
    """Schools at given coordinates; teachers and need are drawn, since such files do not say them."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:  # type: ignore[operator]
        rows = list(csv.DictReader(lines))[:MANY]
    lot = random.Random(SEED)
    return [place(lot, f"c{row['county_fips']}", n, float(row["lat"]), float(row["lon"]))
            for n, row in enumerate(rows)]  # fmt: skip


def invent_points() -> list[Place]:
    """Schools in 3,000 made-up counties of very unlike sizes."""
    lot = random.Random(SEED)
    counties = [(lot.uniform(30, 48), lot.uniform(-120, -75), lot.paretovariate(1.0)) for _ in range(3000)]
    chosen = lot.choices(range(3000), [size for _, _, size in counties], k=MANY)
    return [place(lot, f"c{c:05d}", n, counties[c][0] + lot.gauss(0, 0.2), counties[c][1] + lot.gauss(0, 0.2))
            for n, c in enumerate(chosen)]  # fmt: skip


def place(lot: random.Random, district: str, number: int, lat: float, lon: float) -> Place:
    """One school; positions in km by a plain local projection."""
    teachers = min(200, max(3, round(lot.lognormvariate(3.4, 0.5))))
    x = KM_PER_DEGREE * lon * float(np.cos(np.radians(lat)))
    return Place(district, str(number), str(number), lot.choice((0, 0, 0, 1, 2)), teachers, 16 * teachers,
                 lot.betavariate(2, 2), x, KM_PER_DEGREE * lat)  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """Processor time of ``work``."""
    began = time.process_time()
    work()
    return time.process_time() - began


def engine_cost(inputs: Inputs, replicates: int) -> float:
    """Seconds per school-month of whole replicates by the engine."""

    def work() -> None:
        for replicate in range(replicates):
            simulate(inputs, replicate)

    return seconds(work) / (replicates * inputs.months * len(inputs.world.site))


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


def scale_rows(points: Path | None) -> list[Row]:
    """(c): what all schools of a country cost, and how cost grows with their number."""
    built = seconds(lambda: many_districts(points))
    many = [many_districts(points, size) for size in SIZES]
    runs = [[engine_cost(one, max(1, SIZES[-1] // len(one.world.site) // 10)) for one in many] for _ in range(PAIRS)]
    whole = [[cost * len(one.world.site) for cost, one in zip(run, many, strict=True)] for run in runs]
    exponents = [np.polyfit(np.log(SIZES), np.log(run), 1)[0] for run in whole]
    nation = many_districts(points, years=NATION_YEARS)
    schools = len(nation.world.site)
    engine_cost(nation, 1)
    cost = min(engine_cost(nation, 1) for _ in range(PAIRS - 2))
    what = f"{schools:,} schools in {len(nation.world.districts):,} districts, {NATION_YEARS} years"
    return [
        ("schools read, tied and prepared", f"{built:.1f} s for {schools:,}", ""),
        (f"engine, {what}", f"{cost * 1e9:.0f} ns a school-month", "≤ 250"),
        ("the same, one replicate", f"{cost * schools * nation.months:.1f} s of one core", ""),
        (f"cost grows with schools to the power, {SIZES[0]} … {SIZES[-1]:,}", f"{median(exponents):.3f}", "1"),
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


def memory(points: Path | None) -> dict[str, Any]:
    """Bytes a school: array by array, peak growth of the whole process, growth with each further replicate.

    To be run in a process of its own, since memory once taken is rarely given back.
    """
    simulate(one_district(), 0)
    before = peak_bytes()
    many = many_districts(points)
    schools = len(many.world.site)
    sim = simulate(many, 0)
    peak, resident = peak_bytes() - before, resident_bytes()
    sims = [new_sim(many, replicate) for replicate in range(FURTHER)]
    for further in sims:
        for name in REPLICATE_ARRAYS:
            getattr(further, name).view(np.uint8).fill(1)  # memory counts as resident once it is written
    arrays = {name: getattr(sim, name).nbytes / schools for name in WORLD_ARRAYS + REPLICATE_ARRAYS}
    grown = (resident_bytes() - resident) / FURTHER / schools
    return {"arrays": arrays, "resident": grown, "peak": peak / schools}


def peak_bytes() -> int:
    """Largest resident memory of this process so far (Linux; 0 elsewhere). ``getrusage`` would count its parent's."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def resident_bytes() -> int:
    """Resident memory of this process (Linux; 0 elsewhere)."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0


def memory_rows(points: Path | None) -> list[Row]:
    """(c): memory a school, from a fresh process."""
    command = [sys.executable, __file__, "--memory", *(["--points", str(points)] if points else [])]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    arrays: dict[str, float] = found["arrays"]
    shared, own = (sum(arrays[name] for name in names) for names in (WORLD_ARRAYS, REPLICATE_ARRAYS))
    rows = [(f"memory: {name}", f"{size:.0f} bytes a school", "") for name, size in arrays.items()]
    return [
        *rows,
        ("memory: shared by all replicates", f"{shared:.0f} bytes a school", ""),
        ("memory: of each replicate", f"{own:.0f} bytes a school", ""),
        ("memory: both", f"{shared + own:.0f} bytes a school", ""),
        ("resident memory, each further replicate", f"{found['resident']:.0f} bytes a school", ""),
        (
            "peak of the process, Python's own records of schools and first replicate included",
            f"{found['peak']:.0f} bytes a school",
            "",
        ),
        (
            f"the same for {MANY:,} schools",
            f"{found['peak'] * MANY / 2**20:.0f} MiB",
            "< 1 GiB",
        ),
    ]


def start_rows() -> list[Row]:
    """(d): time to the end of the first replicate, cold and with compiled rules cached."""
    with tempfile.TemporaryDirectory() as folder:
        cold, cached = first_run(folder), [first_run(folder) for _ in range(PAIRS)]
    middle = [median(column) for column in zip(*cached, strict=True)]
    return [
        ("first replicate, nothing compiled", f"{cold[1]:.1f} s (and {cold[0]:.1f} s to build the world)", ""),
        ("`simdiff --help`", f"{command_cost('--help'):.2f} s", ""),
        ("`simdiff memo --help`", f"{command_cost('memo', '--help'):.2f} s", ""),
        ("first replicate, rules cached", f"{middle[1]:.2f} s (and {middle[0]:.2f} s to build the world)", ""),
    ]


def command_cost(*words: str) -> float:
    """Processor seconds of a command, least of several."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "simdiff", *words], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(PAIRS))


def first_run(folder: str) -> tuple[float, float]:
    """Wall-clock seconds to a prepared world, and from there to the first finished replicate, in a fresh process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    command = [sys.executable, "-c", START]
    run = subprocess.run(command, env=kept | {"XDG_CACHE_HOME": folder}, check=True, capture_output=True, text=True)
    ready, done = run.stdout.split()
    return float(ready), float(done)


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
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory:
        print(json.dumps(memory(asked.points)))
        return
    load = os.getloadavg()[0]
    inputs = one_district()
    rows = engine_rows(inputs) + policy_rows(inputs) + phase_rows() + scale_rows(asked.points)
    rows += bass_rows(asked.others) + memory_rows(asked.points) + start_rows()
    text = f"{machine(load)}\n\n{table(rows)}\n"
    print(text)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
