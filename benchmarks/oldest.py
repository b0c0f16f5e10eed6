"""The oldest libraries that the package allows: do they give the same numbers as those installed here?

    python benchmarks/oldest.py

Makes an environment in a temporary folder with every requirement at the lower end of its range in ``pyproject.toml``
(and another with the oldest NumPy alone), runs a small sweep and a run with parameter draws there and here, and prints
a line for each: the versions, a hash of the tables, and whether it is the one found here. The exit code is 1 if one
differs or cannot be made. Takes some minutes and needs a package index.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
TOLD = ("numpy", "scipy", "numba", "pandas", "pyarrow", "mesa")
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
    """The lower end of the range of every library that the package needs."""
    needs = [
        Requirement(one) for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    ]
    return {need.name: one.version for need in needs for one in need.specifier if one.operator == ">="}


def environment(folder: Path, pins: dict[str, str]) -> Path:
    """A Python with the package, as it stands here, and with some libraries at a version. Raises CalledProcessError."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    words = [f"{name}=={version}" for name, version in pins.items()]
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", ROOT, *words], check=True
    )
    return python


def table(python: Path | str) -> dict[str, str]:
    """What the sweep gives with a Python: the hash of its table, and versions."""
    with tempfile.TemporaryDirectory(prefix="simdiff-oldest-") as name:
        done = subprocess.run([python, "-c", SWEEP, name, *TOLD], check=True, stdout=subprocess.PIPE, cwd=name)
        said: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return said


def main() -> int:
    expected = table(sys.executable)
    bad = 0
    print("here", *(f"{name} {expected[name]}" for name in TOLD), expected["table"], flush=True)
    for what, pins in {"oldest NumPy": {"numpy": oldest()["numpy"]}, "all oldest": oldest()}.items():
        with tempfile.TemporaryDirectory(prefix="simdiff-oldest-") as name:
            try:
                found = table(environment(Path(name), pins))
            except subprocess.CalledProcessError as error:
                print(f"{what}: cannot be made or run ({error})", flush=True)
                bad += 1
                continue
        same = found["table"] == expected["table"]
        bad += not same
        print(
            what, *(f"{name} {found[name]}" for name in TOLD), found["table"], "same" if same else "DIFFERS", flush=True
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
