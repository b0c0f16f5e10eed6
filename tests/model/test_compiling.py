"""Compiled rules: one cache for several processes, installations that cannot be written, nothing compiled twice."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import simdiff
from simdiff.model import compile as compiling
from simdiff.model import engine
from simdiff.model.compile import cache_folder
from simdiff.model.inputs import prepare, world_of
from simdiff.model.run import simulate
from simdiff.scenario import load_scenario

SMALL = """
import sys
from simdiff.model.compile import entry
@entry
def cube(x):
    return x * x * x
print(cube(int(sys.argv[1])), sum(cube.stats.cache_hits.values()), sum(cube.stats.cache_misses.values()))
"""
RUN = """
from simdiff.model.inputs import prepare, world_of
from simdiff.model.run import simulate
from simdiff.scenario import load_scenario
from pathlib import Path
import hashlib
scenario = load_scenario(Path("status-quo")).scenario
sim = simulate(prepare(scenario, world_of(scenario, {}, 1), 1), 0)
from simdiff.model import engine
print(hashlib.blake2b(sim.use.tobytes()).hexdigest(), sum(engine.run_months.stats.cache_misses.values()))
"""


def started(words: list[str], **settings: str) -> "subprocess.Popen[str]":
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    return subprocess.Popen([sys.executable, "-B", *words], env=kept | settings, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip


def ended(child: "subprocess.Popen[str]") -> str:
    out, errors = child.communicate()
    assert child.returncode == 0, errors
    return out


def files_in(folder: Path) -> Mapping[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts}  # fmt: skip


def test_several_processes_may_compile_into_one_new_cache(tmp_path: Path) -> None:
    """None is disturbed by another that writes the same rule, and the next finds it compiled."""
    script = tmp_path / "cube.py"
    script.write_text(SMALL)
    cache = str(tmp_path / "cache")
    children = [started([str(script), "7"], XDG_CACHE_HOME=cache) for _ in range(4)]
    assert {ended(child).split()[0] for child in children} == {"343"}
    assert ended(started([str(script), "5"], XDG_CACHE_HOME=cache)).split() == ["125", "1", "0"]


def test_several_processes_run_from_one_cache_and_write_neither_it_nor_the_package() -> None:
    scenario = load_scenario(Path("status-quo")).scenario
    simulate(prepare(scenario, world_of(scenario, {}, 1), 1), 0)
    package = Path(simdiff.__file__).parent
    before = files_in(cache_folder()), files_in(package)
    children = [started(["-c", RUN]) for _ in range(3)]
    told = {ended(child) for child in children}
    assert len(told) == 1
    assert told.pop().split()[1:] == ["0"], "nothing was compiled"
    kept = files_in(cache_folder())  # to which tests beside this one may add what they compile
    assert ({path: kept[path] for path in before[0]}, files_in(package)) == before


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "a bit flipped": lambda content: bytes([*content[:-40], content[-40] ^ 1, *content[-39:]]),
    "made by another": lambda _: b"cos\nsystem\n(S'echo harm'\ntR.",
}


DAMAGED = {("a bit flipped", ".nbc"), ("made by another", ".nbi")}
"""Harms of each change; compiling takes its time, and the other six are the slow suite's."""


@pytest.mark.parametrize(
    ("harm", "suffix"),
    [pytest.param(harm, suffix, marks=[] if (harm, suffix) in DAMAGED else pytest.mark.slow)
     for harm in HARMS for suffix in (".nbi", ".nbc")],
)  # fmt: skip
def test_a_damaged_file_of_the_cache_is_compiled_anew(tmp_path: Path, suffix: str, harm: str) -> None:
    """Catches a traceback after a power cut, and a run of what is no longer what was compiled."""
    script, cache = tmp_path / "cube.py", tmp_path / "cache"
    script.write_text(SMALL)
    assert ended(started([str(script), "7"], XDG_CACHE_HOME=str(cache))).split() == ["343", "0", "1"]
    (file,) = cache.rglob(f"*cube*{suffix}")
    file.write_bytes(HARMS[harm](file.read_bytes()))
    assert ended(started([str(script), "7"], XDG_CACHE_HOME=str(cache))).split() == ["343", "0", "1"]
    assert ended(started([str(script), "7"], XDG_CACHE_HOME=str(cache))).split() == ["343", "1", "0"], (
        "it is whole again"
    )


def test_what_numba_would_do_with_half_a_file(tmp_path: Path) -> None:
    """The same damage to a cache without checksums: the test above can fail."""
    script, cache = tmp_path / "cube.py", tmp_path / "cache"
    script.write_text(
        SMALL.replace("from simdiff.model.compile import entry", "import numba\nentry = numba.njit(cache=True)")
    )
    ended(started([str(script), "7"], NUMBA_CACHE_DIR=str(cache)))
    (file,) = cache.rglob("*cube*.nbc")
    file.write_bytes(HARMS["cut"](file.read_bytes()))
    child = started([str(script), "7"], NUMBA_CACHE_DIR=str(cache))
    assert "UnpicklingError" in child.communicate()[1]
    assert child.returncode != 0


def test_a_full_disk_keeps_nothing_and_stops_nobody(tmp_path: Path) -> None:
    full = "import os\ndef full(*_): raise OSError(28, 'No space left on device')\nos.replace = full\n"
    script, cache = tmp_path / "cube.py", tmp_path / "cache"
    script.write_text(full + SMALL)
    assert ended(started([str(script), "7"], XDG_CACHE_HOME=str(cache))).split() == ["343", "0", "1"]
    assert not list(cache.rglob("*.nb?"))


@pytest.mark.parametrize("names", [("four-levers", "mandate"), ("dallas", "developer-tied")])
def test_another_scenario_compiles_nothing(names: tuple[str, ...]) -> None:
    """Scenarios differ in data, never in types."""
    base = load_scenario(Path("status-quo")).scenario
    simulate(prepare(base, world_of(base, {}, 1), 1), 0)
    kinds = list(engine.run_months.signatures)  # type: ignore[attr-defined]
    for name in names:
        scenario = load_scenario(Path(name)).scenario
        simulate(prepare(scenario, world_of(scenario, {}, 1), 1), 0)
    assert engine.run_months.signatures == kinds  # type: ignore[attr-defined]
    assert len(kinds) == 1


def test_a_cache_that_cannot_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an administrator has compiled is used by those who may only read it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    shared = cache_folder.__wrapped__()
    (shared / "engine").mkdir()
    (shared / "engine" / "engine.run_months-1.py311.1.nbc").write_bytes(b"compiled")
    (shared / "engine").chmod(0o500)
    before = files_in(shared)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != shared)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(compiling.tempfile, "tempdir", str(tmp_path))
    own = cache_folder.__wrapped__()
    assert own.parent == tmp_path
    assert (own / "engine" / "engine.run_months-1.py311.1.nbc").read_bytes() == b"compiled"
    assert (own / "engine").stat().st_mode & 0o200, "rules that are not there yet are added"
    assert files_in(shared) == before


def test_where_no_cache_can_be_made_a_private_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(compiling.tempfile, "tempdir", str(tmp_path))
    own = cache_folder.__wrapped__()
    assert own.parent == tmp_path
    assert list(own.iterdir()) == []


def test_a_cache_that_cannot_be_copied_whole_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches half a compiled rule that is left behind by a full disk."""
    shared = tmp_path / "shared" / "engine"
    shared.mkdir(parents=True)
    for name in ("a.nbc", "b.nbc"):
        (shared / name).write_bytes(b"compiled")

    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"comp")
        if source.name == "b.nbc":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiling.shutil, "copyfile", full)
    monkeypatch.setattr(compiling.tempfile, "tempdir", str(tmp_path))
    assert list(compiling._private_copy(shared.parent).iterdir()) == []
