"""One sweep, whatever surrounds the process: language, time zone, clock, permissions, hash seed, folders, the
processor's features, threads. Each machine below is a fresh process that differs from the first in several of them.

The planted twin of each surrounding is a sweep whose luck sees it: its numbers must differ, which shows that the
surrounding reached the process and that the comparison bites.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from PIL import Image

EXPERIMENT = """\
format: 1
name: drawn
title: "Two policies – İki politika, zwei Züge"
scenarios:
  quo: {scenario: status-quo, set: {years: 2}}
  all: {scenario: four-levers, set: {years: 2}}
replicates: 3
draws: 2
keep: {series: yearly, outcomes: [spread, cost, depth]}
"""
"""Twelve runs, in which real numbers vary: the parameters are drawn."""
LIFE = """
import dataclasses, json, os, sys, zlib
prelude, file, out, threads, plants, helpers = json.loads(sys.argv[1])
sys.path.append(helpers)
exec(prelude)
from pathlib import Path
import simdiff.cli
from simdiff.model.run import simulate
from simdiff.scenario import load_experiment
from simdiff.study import chunks
from simdiff.study.plan import make_plan, tasks_of
from tiny_runs import ALL_SWITCHES, THREE, fingerprint, full_policy, make_inputs, make_scenario

busy = make_scenario(full_policy(), practices=THREE, structure=ALL_SWITCHES, years=5)
print(fingerprint(simulate(make_inputs(busy), 1)))
for words in (["sweep", file, "--out", out, "--threads", str(threads), "--json"],
              *(["export", out, "--to", kind, "--out", f"{out}-{kind}"] for kind in ("csv", "xlsx", "dta")),
              ["compare", out, "--json"]):
    sys.argv = ["simdiff", *words]
    try:
        simdiff.cli.main()
    except SystemExit as end:
        assert not end.code, words
honest, tasks, found = chunks._inputs, [*tasks_of(make_plan(load_experiment(file)))], {}
for seen in plants:
    salt = zlib.crc32(str(eval(seen)).encode("utf-8", "replace"))
    def lucky(task, piece, scenario):
        question = dataclasses.replace(task.question, seed=task.question.seed + salt)
        return honest(dataclasses.replace(task, question=question), piece, scenario)
    chunks._inputs = lucky
    found[seen] = [chunks.compute(task).file for task in tasks]
Path(out).with_name("planted.json").write_bytes(json.dumps(found).encode())
"""
"""What each process does: a run with every lever and switch, a sweep, its files for others, and sweeps with a planted
defect: luck that sees something."""
CLOCK = """
import datetime, itertools, time
import matplotlib.pyplot, numba, pandas, pyarrow.parquet, xlsxwriter  # compiled code wants the system's own dates
real, looks = time.time, itertools.count()
time.time = lambda: real() + {offset} - 3600 * (next(looks) % 2)
time.time_ns = lambda: int(time.time() * 1e9)
class Stepping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)
datetime.datetime = Stepping
"""
"""A clock that is wrong by some seconds, and an hour back at every other look."""
YEAR = 365 * 86_400
BEGAN = time.time()
HELPERS = Path(__file__).parent.parent / "model"
FEATURES = " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])
"""What NumPy uses of this processor beyond what every such processor has."""
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Around:
    """Something around a process: what it changes (``seen``, an expression), what the environment says, what the
    process lives through before it imports anything, its threads, its folder, and from where it works there."""

    seen: str
    environment: Mapping[str, str] = field(default_factory=dict)
    prelude: str = ""
    threads: int = 2
    home: str = "home"
    away: bool = False


LANGUAGE = "__import__('locale').setlocale(__import__('locale').LC_ALL), open(file).encoding"
ZONE = "__import__('time').timezone"
DATE = f"round((__import__('time').time() - {BEGAN}) / {YEAR})"
SPEAK = "import locale; locale.setlocale(locale.LC_ALL, '')"
WIDE = "ein weiter Weg, geniş dünya, 広い世界 " * 2
AROUND = {
    "ascii": Around(LANGUAGE, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "turkish": Around(LANGUAGE, {"LC_ALL": "tr_TR.UTF-8"}, SPEAK),
    "german": Around(LANGUAGE, {"LC_ALL": "de_DE.UTF-8"}, SPEAK),
    "east": Around(ZONE, {"TZ": "EAST-14"}),
    "west": Around(ZONE, {"TZ": "WEST+12"}),
    "past": Around(DATE, prelude=CLOCK.format(offset=-10 * YEAR)),
    "future": Around(DATE, prelude=CLOCK.format(offset=10 * YEAR)),
    "private": Around("Path(out).stat().st_mode", prelude="os.umask(0o077)"),
    "public": Around("Path(out).stat().st_mode", prelude="os.umask(0)"),
    "hash 0": Around("hash('salt')", {"PYTHONHASHSEED": "0"}),
    "hash 1": Around("hash('salt')", {"PYTHONHASHSEED": "1"}),
    "one thread": Around("threads", threads=1),
    "eight threads": Around("threads", threads=8),
    "pools of one": Around(f"[os.environ.get(name) for name in {POOLS}]", dict.fromkeys(POOLS, "1")),
    "far": Around("Path.cwd()", home="/".join([WIDE] * 3)),
    "away": Around("Path.cwd()", away=True),
    "read-only": Around("Path(file).stat().st_mode"),
    "plain arithmetic": Around("__import__('numpy')._core._multiarray_umath.__cpu_features__",
                               {"NPY_DISABLE_CPU_FEATURES": FEATURES}),
    "any processor": Around("__import__('numba').config.CPU_NAME", {"NUMBA_CPU_NAME": "generic"}),
}  # fmt: skip
MACHINES = (
    ("ascii", "east", "past", "private", "hash 0", "one thread", "pools of one", "far"),
    ("turkish", "west", "future", "public", "hash 1", "eight threads"),
    ("read-only", "away", "plain arithmetic"),
)


@dataclass(frozen=True)
class Lived:
    """What a machine left: its files' content by name, and the chunks of its planted sweeps by what their luck saw."""

    files: dict[str, object]
    planted: dict[str, list[str]]


def live(root: Path, names: tuple[str, ...], plants: list[str], tongues: Path | None) -> Lived:
    """The life of a process among some surroundings."""
    around = [AROUND[name] for name in names]
    home = root / next((one.home for one in around if one.home != "home"), "home")
    given = home / "given"
    given.mkdir(parents=True)
    (given / "drawn.yaml").write_text(EXPERIMENT, encoding="utf-8")
    if "read-only" in names:
        (given / "drawn.yaml").chmod(0o444)
        given.chmod(0o555)
    before = (given / "drawn.yaml").stat()
    away = any(one.away for one in around)
    start = f"{home}/" if away else ""
    threads = next((one.threads for one in around if one.threads != 2), 2)
    asked = ["import os\n" + "\n".join(one.prelude for one in around), f"{start}given/drawn.yaml", f"{start}out",
             threads, plants, str(HELPERS)]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    environment |= {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "2", "PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= {"LOCPATH": str(tongues)} if tongues else {}
    for one in around:
        environment |= one.environment
    if "any processor" in names:  # compiled code of its own, which takes a while to make
        environment["NUMBA_CACHE_DIR"] = str(root / "cache")
    done = subprocess.run([sys.executable, "-c", LIFE, json.dumps(asked)], cwd="/" if away else home, env=environment,
                          capture_output=True, check=False)  # fmt: skip
    given.chmod(0o755)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    after = (given / "drawn.yaml").stat()
    assert (before.st_mtime_ns, before.st_mode, before.st_size) == (after.st_mtime_ns, after.st_mode, after.st_size)
    kept = [path for top in home.glob("out*") for path in top.rglob("*") if path.is_file()]
    files = {str(path.relative_to(home)): content(path) for path in kept if path.name != "owner.lock"}
    said = done.stdout.decode().replace(f"{home}/", "")
    return Lived({**files, "said": said}, json.loads((home / "planted.json").read_bytes()))


def content(path: Path) -> object:
    """What a file holds, but for how it was asked for: the command in a sheet and the origin in a picture."""
    if path.suffix == ".png":
        return Image.open(path).tobytes()
    if path.name == "sweep.json":
        said = json.loads(path.read_bytes())
        return {key: value for key, value in said.items() if key not in ("reproduce", "checksum")}
    return path.read_bytes()


@pytest.fixture(scope="module")
def tongues(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A folder with the languages, made from the system's sources; None where there are none to make them of."""
    if not (tool := shutil.which("localedef")) or not Path("/usr/share/i18n/locales/tr_TR").exists():
        return None
    folder = tmp_path_factory.mktemp("tongues")
    for name in ("tr_TR", "de_DE"):
        subprocess.run(
            [tool, "-c", "-i", name, "-f", "UTF-8", folder / f"{name}.UTF-8"], check=False, capture_output=True
        )
    return folder


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The usual machine, with every planted sweep."""
    return live(tmp_path_factory.mktemp("usual"), (), sorted({one.seen for one in AROUND.values()}), None)


def possible(names: tuple[str, ...], tongues: Path | None) -> tuple[str, ...]:
    """Surroundings that this system can make."""
    absent = set() if tongues else {"turkish", "german"}
    absent |= set() if FEATURES else {"plain arithmetic"}
    return tuple(name for name in names if name not in absent)


def same_on(machine: tuple[str, ...], usual: Lived, tongues: Path | None, root: Path) -> None:
    """Same bytes; and each surrounding was there, as the planted sweeps show."""
    names = possible(machine, tongues)
    seen = [AROUND[name].seen for name in names]
    found = live(root, names, seen, tongues)
    print(f"{len(found.files)} files the same, {len(seen)} planted sweeps that differ")
    assert set(found.files) == set(usual.files)
    told = ".png" if "away" in names else "nothing"  # a picture shows the command, in which the folder is named
    assert [name for name, held in found.files.items() if held != usual.files[name] and not name.endswith(told)] == []
    assert [name for name, what in zip(names, seen, strict=True) if found.planted[what] == usual.planted[what]] == []


@pytest.mark.parametrize("machine", MACHINES, ids=lambda names: names[0])
def test_other_machines(machine: tuple[str, ...], usual: Lived, tongues: Path | None, tmp_path: Path) -> None:
    """Catches language, zone, clock, permissions, hash seed, folders, processor or threads in a number or a file."""
    same_on(machine, usual, tongues, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", AROUND)
def test_each_surrounding_alone(name: str, usual: Lived, tongues: Path | None, tmp_path: Path) -> None:
    """The same, one by one: says which it is."""
    if not possible((name,), tongues):
        pytest.skip("this system cannot make it")
    same_on((name,), usual, tongues, tmp_path)
