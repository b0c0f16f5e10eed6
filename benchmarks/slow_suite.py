"""Everything that takes too long for every change, in one command with one report.

    pip install -e '.[dev,slow]'
    python benchmarks/slow_suite.py --out report.md

The tests marked slow (larger samples, fresh seeds) with what each of them measured, the whole suite in other orders,
planted faults (``mutation.py``), and thousands of runs in a row (``soak.py``). The report is written anew after each
part. The full figures take a night: ``--orders 50 --mutants 60 --runs 10000``.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
PYTEST = [sys.executable, "-m", "pytest"]
WHOLE = [*PYTEST, "-n", "2", "--dist", "loadfile"]
SLOW = ["-p", "no:randomly", "-m", "slow"]


@dataclass(frozen=True)
class Part:
    """A part of the suite: what it is, its command, its exit code, how long it took, and what is told of it."""

    what: str
    command: str
    code: int
    minutes: float
    said: str


def ran(what: str, words: list[str], lines: int) -> Part:
    """Run a part, and keep the last lines that it prints."""
    print(f"{what} …", flush=True)
    began = time.monotonic()
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = [line for line in (run.stdout + run.stderr).splitlines() if line.strip() and "it/s" not in line]
    part = Part(what, " ".join(["python", *words[1:]]), run.returncode, (time.monotonic() - began) / 60,
                "\n".join(said[-lines:]))  # fmt: skip
    print(f"  {what}: exit code {part.code} after {part.minutes:.1f} min", flush=True)
    return part


def slow_files() -> list[str]:
    """Files with tests marked slow."""
    run = subprocess.run([*PYTEST, *SLOW, "--collect-only"], cwd=ROOT, capture_output=True, text=True, check=True)
    return list(dict.fromkeys(line.partition(":")[0] for line in run.stdout.splitlines() if line.startswith("tests/")))


def slow_tests(file: str) -> Part:
    """The slow tests of a file: each with its outcome, its seconds and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.xml"
        keep = ["-o", "junit_logging=system-out", f"--junitxml={told}"]
        part = ran(f"Slow tests of {file}", [*PYTEST, *SLOW, file, *keep], 40)
        if not told.exists():
            return part
        tests = [line_of(test) for test in ElementTree.parse(told).iter("testcase")]
        short = " ".join(["python", *PYTEST[1:], *SLOW, file])
        return replace(part, command=short, said="\n".join([*tests, *([part.said] if part.code else [])]))


def line_of(test: ElementTree.Element) -> str:
    """One test of a JUnit report."""
    ends = {child.tag for child in test} & {"failure", "error", "skipped"}
    printed = [line.strip() for line in (test.findtext("system-out") or "").splitlines()
               if line.strip() and not line.startswith("---")]  # fmt: skip
    figures = f": {'; '.join(printed)}" if printed else ""
    return f"{next(iter(ends), 'passed')} {float(test.get('time', 0)):.1f} s {test.get('name')}{figures}"


def parts(orders: int, mutants: int, runs: int) -> Iterator[Part]:
    """Every part: files of slow tests two at a time, all else one after the other."""
    seed = int(datetime.now(UTC).strftime("%y%m%d"))
    with ThreadPoolExecutor(2) as pool:
        for job in as_completed([pool.submit(slow_tests, file) for file in slow_files()]):
            yield job.result()
    for n in range(orders):
        yield ran(f"The suite in another order, {n + 1} of {orders}", [*WHOLE, f"--randomly-seed={seed + n}"], 4)
    if mutants:
        yield ran("Planted faults", [sys.executable, "benchmarks/mutation.py", "--most", str(mutants)], 400)
    if runs:
        yield ran("A day's use", [sys.executable, "benchmarks/soak.py", "--runs", str(runs)], 12)


def report(found: list[Part]) -> str:
    """The report as Markdown."""
    where = f"Python {platform.python_version()} on {platform.system()}, {platform.machine()}, {os.cpu_count()} cores"
    lines = [f"# Slow suite, {datetime.now(UTC):%Y-%m-%d}", "", where, ""]
    for part in found:
        lines += [f"## {part.what}: {'good' if part.code == 0 else f'exit code {part.code}'}", "",
                  f"`{part.command}`, {part.minutes:.1f} minutes", "", "```text", part.said, "```", ""]  # fmt: skip
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1, help="times that the suite is run in another order")
    parser.add_argument("--mutants", type=int, default=10, help="planted faults of a module; 0: none")
    parser.add_argument("--runs", type=int, default=1_000, help="runs in a row; 0: none")
    parser.add_argument("--out", type=Path, help="file for the report; left out, it is printed")
    asked = parser.parse_args()
    found: list[Part] = []
    for part in parts(asked.orders, asked.mutants, asked.runs):
        found.append(part)
        if asked.out:
            asked.out.write_text(report(found), encoding="utf-8")
    if not asked.out:
        print(report(found))
    return max((part.code != 0 for part in found), default=0)


if __name__ == "__main__":
    sys.exit(main())
