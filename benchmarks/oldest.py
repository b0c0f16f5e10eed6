"""The oldest libraries that the package allows: do they give the same numbers as those installed here?

    python benchmarks/oldest.py

Puts NumPy at the lower end of its range in ``pyproject.toml``, and then NumPy, SciPy and Numba at theirs, into a folder
that goes before the installed ones, runs a small sweep with parameter draws there and here, and prints a line for each:
the versions, a hash of the table, and whether it is the one found here. The exit code is 1 if one differs or cannot be
made. Takes some minutes, since the model is compiled anew for each, and needs a package index.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
TOLD = ("numpy", "scipy", "numba")
"""Libraries that a number may depend on."""
SWEEP = """\
import json, sys
from importlib.metadata import version
from pathlib import Path
from threading import Event
from simdiff.scenario import load_experiment
from simdiff.study.chunk_folder import Rows, scan
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import run_sweep

folder = Path(sys.argv[1])
(folder / "small.yaml").write_text('''\
format: 1
name: small
title: Two policies, three parameter draws, three years
scenarios:
  quo: {scenario: status-quo, set: {years: 3}}
  all: {scenario: all-sub-levers, set: {years: 3}}
replicates: 4
draws: 3
keep: {series: yearly}
''')
plan = make_plan(load_experiment(str(folder / "small.yaml")))
run_sweep(folder / "out", plan, "", LocalEngine(2), Event())
digest = Rows(plan, scan(folder / "out", plan, verify=True)).table_digest()
print(json.dumps({"table": digest, **{name: version(name) for name in sys.argv[2:]}}))
"""


def oldest() -> dict[str, str]:
    """The lower end of the range of every library that the package needs, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [Requirement(one) for one in project["dependencies"]]
    return {need.name: one.version for need in needs for one in need.specifier if one.operator == ">="}


def put(folder: Path, *words: str) -> None:
    """Put libraries into a folder, without what they need. Raises CalledProcessError."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]
    subprocess.run([*pip, "--target", str(folder), *words], check=True)


def old_libraries(folder: Path, pins: dict[str, str]) -> None:
    """Put libraries at a version (its newest repair) into a folder; Numba with the compiler that it asks for."""
    put(
        folder,
        *(f"{name}=={version}.*" if version.count(".") < 2 else f"{name}=={version}" for name, version in pins.items()),
    )
    needs = [need for found in distributions(path=[str(folder)]) for need in found.requires or ()]
    if compiler := [need.split(";")[0] for need in needs if need.startswith("llvmlite")]:
        put(folder, *compiler)


def table(before: Path | None = None) -> dict[str, str]:
    """What the sweep gives, with the libraries of a folder before those installed: the hash of its table, versions."""
    path = os.pathsep.join(map(str, [*([before] if before else []), ROOT]))
    with tempfile.TemporaryDirectory(prefix="simdiff-oldest-") as name:
        words = [sys.executable, "-c", SWEEP, name, *TOLD]
        done = subprocess.run(
            words, check=True, stdout=subprocess.PIPE, cwd=name, env={**os.environ, "PYTHONPATH": path}
        )
        said: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return said


def main() -> int:
    expected, low = table(), oldest()
    bad = 0
    print("here:", *(f"{name} {expected[name]}" for name in TOLD), expected["table"], flush=True)
    for names in (TOLD[:1], TOLD):
        with tempfile.TemporaryDirectory(prefix="simdiff-oldest-") as name:
            try:
                old_libraries(Path(name), {one: low[one] for one in names})
                found = table(Path(name))
            except subprocess.CalledProcessError as error:
                print(f"oldest {', '.join(names)}: cannot be made or run (exit code {error.returncode})", flush=True)
                bad += 1
                continue
        same = found["table"] == expected["table"]
        bad += not same
        verdict = "the same" if same else "DIFFERS"
        print("oldest:", *(f"{name} {found[name]}" for name in TOLD), found["table"], verdict, flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
