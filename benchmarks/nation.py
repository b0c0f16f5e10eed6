"""All schools of a country: what they cost, how cost grows with their number, what memory they take.

``--points``: a CSV (plain or .gz) with columns lat, lon, county_fips, one row a school; without it they are made up.
"""

import csv
import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from cases import PAIRS, SCHOOLS, SEED, Row, engine_cost, four_levers, one_district, seconds

from simdiff.model.inputs import Inputs, new_sim, parameter_values, prepare, tie_rules
from simdiff.model.luck import seed_key
from simdiff.model.places import KM_PER_DEGREE, Place
from simdiff.model.run import simulate
from simdiff.model.world import build_world
from simdiff.scenario.schema import Scenario

MANY = 102_000
SIZES = (200, 2000, 20_000, 100_000)
NATION_YEARS = 20
FURTHER = 16
WORLD_ARRAYS = ("site", "tie_from", "tie")
REPLICATE_ARRAYS = ("school", "use", "seen", "match", "order", "score")


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
    command = [sys.executable, __file__, *([str(points)] if points else [])]
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


if __name__ == "__main__":
    print(json.dumps(memory(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
