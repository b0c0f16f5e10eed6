"""Everything that takes too long for every change, in one command with one report.

    pip install -e '.[dev,slow]'
    python benchmarks/slow_suite.py --out report.md

The tests marked slow (larger samples, fresh seeds), the whole suite in other orders, planted faults (``mutation.py``),
and thousands of runs in a row (``soak.py``). The full figures take a night: ``--orders 50 --mutants 60 --runs 10000``.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]


@dataclass(frozen=True)
class Part:
    """A part of the suite: what it is, its command, its exit code, how long it took, and the end of what it printed."""

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
    print(f"  exit code {part.code} after {part.minutes:.1f} min", flush=True)
    return part


def parts(orders: int, mutants: int, runs: int) -> list[Part]:
    """Every part, one after the other."""
    seed = int(datetime.now(UTC).strftime("%y%m%d"))
    found = [ran("Tests marked slow: fresh seeds, larger samples", [*PYTEST, "-p", "no:randomly", "-m", "slow"], 6)]
    for n in range(orders):
        words = [*PYTEST, f"--randomly-seed={seed + n}"]
        found.append(ran(f"The suite in another order, {n + 1} of {orders}", words, 4))
    mutation = [sys.executable, "benchmarks/mutation.py", "--most", str(mutants)]
    found += [ran("Planted faults", mutation, 400)] if mutants else []
    found += [ran("A day's use", [sys.executable, "benchmarks/soak.py", "--runs", str(runs)], 12)] if runs else []
    return found


def report(found: list[Part]) -> str:
    """The report as Markdown."""
    where = f"Python {platform.python_version()} on {platform.platform()}, {os.cpu_count()} cores"
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
    found = parts(asked.orders, asked.mutants, asked.runs)
    text = report(found)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    else:
        print(text)
    return max((part.code != 0 for part in found), default=0)


if __name__ == "__main__":
    sys.exit(main())
