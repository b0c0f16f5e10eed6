"""``simdiff doctor FOLDER`` on every kind of damage: the file is named and what to do with it, nothing on disk changes,
and nobody is shown a traceback."""

import errno
import json
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from sweep_commands import chunks_of, small_folder

from simdiff.cli import FAILED_TO_WRITE
from simdiff.cli.doctor import BAD, GOOD, NOTE, doctor_command
from simdiff.report.run_files import RunAsked, run_files, story_of_run
from simdiff.report.sweep_files import finish_sweep
from simdiff.scenario import load_scenario
from simdiff.study.chunk_folder import scan
from simdiff.study.chunks import as_done, compute
from simdiff.study.files import checksum
from simdiff.study.lease import OWNER, lease
from simdiff.study.plan import tasks_of
from simdiff.study.reading import read_parquet
from simdiff.study.run import run_scenario
from simdiff.study.run_folder import write_folder
from simdiff.study.sheet import CHUNKS, SHEET, read_sheet
from simdiff.study.sweep import status

Printed = pytest.CaptureFixture[str]
Harm = Callable[[Path], Path]
"""Does damage to a folder; the path that must be named."""


@pytest.fixture(scope="module")
def whole_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of twenty chunks with its summary and chart."""
    folder = small_folder(tmp_path_factory.mktemp("sweep"))
    finish_sweep(folder, status(folder, verify=True))
    with lease(folder):
        pass
    return folder


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one replicate."""
    folder = tmp_path_factory.mktemp("run") / "run"
    loaded = load_scenario("status-quo")
    result, world = run_scenario(loaded, replicates=1, draws=0, seed=1)
    asked = RunAsked(loaded, 1, 0, 1)
    story = story_of_run(asked, result, world, "simdiff run status-quo")
    write_folder(folder, run_files(loaded, result, story), asked.run)
    return folder


def every_byte(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Each thing in a folder: its bytes, its mode, and when it was changed."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        about = path.lstat()
        found[str(path)] = (path.read_bytes() if path.is_file() else b"", about.st_mode, about.st_mtime_ns)
    return found


def looked(folder: Path, capsys: Printed) -> tuple[int, list[str]]:
    """The exit code of a look at a folder, and its lines but for the last; nothing may change."""
    before = every_byte(folder)
    code = doctor_command(folder)
    said = capsys.readouterr()
    assert every_byte(folder) == before
    assert "Traceback" not in said.out + said.err
    assert "Error:" not in said.out, "an error that nobody has put into words"
    *lines, last = said.out.splitlines()
    bad = sum(line.startswith(BAD) for line in lines)
    assert last == (f"{bad} of {len(lines)} lines are BAD" if bad else "all is good")
    assert code == (FAILED_TO_WRITE if bad else 0)
    return code, lines


def told(verdict: str, path: Path, words: str, lines: list[str]) -> bool:
    """True if a line says it."""
    return any(line.startswith(f"{verdict:<5} ") and str(path) in line and words in line for line in lines)


def first(folder: Path) -> Path:
    return chunks_of(folder)[0]


def part(name: str) -> Harm:
    return lambda folder: next(folder.glob(f"{name}-*.parquet"))


def at(name: str) -> Harm:
    return lambda folder: folder / name


def flipped(which: Harm, share: float = 0.5) -> Harm:
    """One bit of a file is another."""

    def harm(folder: Path) -> Path:
        path = which(folder)
        content = bytearray(path.read_bytes())
        content[int(share * len(content))] ^= 4
        path.write_bytes(bytes(content))
        return path

    return harm


def cut(which: Harm, kept: float = 0.6) -> Harm:
    """The end of a file is missing."""

    def harm(folder: Path) -> Path:
        path = which(folder)
        path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
        return path

    return harm


def gone(which: Harm) -> Harm:
    """A file, or a folder, is not there."""

    def harm(folder: Path) -> Path:
        path = which(folder)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return path

    return harm


def replaced(which: Harm, make: Callable[[Path], None]) -> Harm:
    """Something else stands in the place of a file."""

    def harm(folder: Path) -> Path:
        path = gone(which)(folder)
        make(path)
        return path

    return harm


def added(name: str, content: bytes = b"?") -> Harm:
    """A file that nobody asked for."""

    def harm(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return harm


def said_otherwise(name: str, change: Callable[[dict[str, Any]], object], *, sealed: bool) -> Harm:
    """A file of JSON in which somebody changed something; ``sealed``: the checksum too."""

    def harm(folder: Path) -> Path:
        said = json.loads((folder / name).read_text())
        change(said)
        if sealed:
            said["checksum"] = checksum(said)
        (folder / name).write_text(json.dumps(said, ensure_ascii=False))
        return folder / name

    return harm


def twin(folder: Path) -> Path:
    """A second chunk of the same runs, with other numbers."""
    plan, _ = read_sheet(folder)
    task = next(tasks_of(plan))
    table = read_parquet(next(folder.glob(f"{CHUNKS}/{task.name}-*")))
    other = as_done(task, table.set_column(table.column_names.index("cost"), "cost", pc.add(table["cost"], 1.0)), 0)
    (folder / CHUNKS / other.file).write_bytes(other.content)
    return Path(other.file)


def stranger(folder: Path) -> Path:
    """A whole chunk of a sweep with another seed."""
    small_text = (folder.parent / "small.yaml").read_text()
    (folder.parent / "other.yaml").write_text(small_text + "seed: 7\n")
    from simdiff.scenario import load_experiment
    from simdiff.study.plan import make_plan

    done = compute(next(tasks_of(make_plan(load_experiment(str(folder.parent / "other.yaml"))))))
    (folder / CHUNKS / done.file).write_bytes(done.content)
    return folder / CHUNKS / done.file


def failed(folder: Path) -> Path:
    """A run that failed."""
    plan, _ = read_sheet(folder)
    task = next(tasks_of(plan))
    path = next(folder.glob(f"{CHUNKS}/{task.name}-*"))
    other = as_done(task, read_parquet(path), failed=1)
    path.unlink()
    (folder / CHUNKS / other.file).write_bytes(other.content)
    return Path("failed runs")


def another_machines_note(folder: Path) -> Path:
    return added(OWNER, json.dumps({"host": f"not-{platform.node()}", "process": 4711, "since": "2026"}).encode())(
        folder
    )


def summary_edited(folder: Path) -> Path:
    path = folder / "summary.csv"
    path.write_text(path.read_text().replace("spread", "depth", 1))
    return path


def seed_of(said: dict[str, Any]) -> None:
    said["experiment"]["seed"] = 2


def other_code(said: dict[str, Any]) -> None:
    said["versions"]["numpy"] = "1.26.4"


SWEEP: dict[str, tuple[Harm, str, str]] = {
    "the sheet is missing": (gone(at(SHEET)), BAD, "missing; run `simdiff sweep` again with the experiment"),
    "the sheet is cut": (cut(at(SHEET)), BAD, "run `simdiff sweep` again"),
    "the sheet is empty": (cut(at(SHEET), 0), BAD, "run `simdiff sweep` again"),
    "a bit of the sheet": (flipped(at(SHEET)), BAD, "run `simdiff sweep` again"),
    "the plan was edited": (said_otherwise(SHEET, seed_of, sealed=False), BAD, "checksum does not fit"),
    "the sheet of another format": (said_otherwise(SHEET, lambda said: said.pop("stages"), sealed=True), BAD,
                                    "of another version of simdiff"),
    "other code": (said_otherwise(SHEET, other_code, sealed=True), NOTE, "numpy: then 1.26.4"),
    "a part is missing": (gone(part("design")), BAD, "run `simdiff sweep` again"),
    "a part is cut": (cut(part("schools")), BAD, "damaged"),
    "a bit of a part": (flipped(part("draws")), BAD, "damaged"),
    "an old part": (added("design-" + "0" * 32 + ".parquet"), NOTE, "may be deleted"),
    "a foreign file": (added("notes.txt"), NOTE, "no part of these results"),
    "no chunks": (gone(at(CHUNKS)), BAD, "computes every run again"),
    "a chunk is missing": (lambda folder: gone(first)(folder).parents[1], NOTE,
                           "19 of 20 runs done (continue: simdiff resume"),
    "a chunk is cut": (cut(first), BAD, "damaged (simdiff resume computes it again)"),
    "a chunk is empty": (cut(first, 0), BAD, "damaged"),
    "a bit of a chunk": (flipped(first), BAD, "damaged"),
    "the digest in a chunk's name": (lambda folder: first(folder).rename(first(folder).with_name(
        first(folder).name.replace("-", "-0", 1))), BAD, "damaged"),
    "a chunk is a folder": (replaced(first, Path.mkdir), BAD, "not an ordinary file"),
    "a chunk is a pipe": (replaced(first, os.mkfifo), BAD, "not an ordinary file"),
    "a chunk leads nowhere": (replaced(first, lambda path: path.symlink_to("nowhere")), BAD, "cannot be read"),
    "a chunk of another sweep": (stranger, NOTE, "belongs to no run of this sweep"),
    "two results": (twin, BAD, "delete both"),
    "a chunk of rubbish": (added(f"{CHUNKS}/rubbish-1.parquet"), BAD, "damaged"),
    "a file among the chunks": (added(f"{CHUNKS}/notes.txt"), NOTE, "no part of these results"),
    "a file half-written": (added(f"{CHUNKS}/.writing-abc"), NOTE, "unfinished, left by a stop"),
    "a sheet half-written": (added(".writing-xyz"), NOTE, "unfinished, left by a stop"),
    "set aside before": (added(f"{CHUNKS}/a-b.parquet.damaged"), NOTE, "may be deleted"),
    "a failed run": (failed, BAD, "1 (the column `reason`"),
    "the summary was edited": (summary_edited, BAD, "not what the chunks give (simdiff resume"),
    "the summary is missing": (gone(at("summary.csv")), NOTE, "missing (simdiff resume"),
    "the chart is missing": (gone(at("chart.png")), NOTE, "missing (simdiff resume"),
    "another machine's lock": (another_machines_note, NOTE, "process 4711"),
    "a lock of rubbish": (added(OWNER), NOTE, "delete this file"),
}  # fmt: skip
RUN: dict[str, tuple[Harm, str, str]] = {
    **{f"{name} is missing": (gone(at(name)), BAD, "missing; run it again: simdiff run status-quo")
       for name in ("yearly.parquet", "monthly.parquet", "whole_run.parquet", "ledger.parquet", "scenario.yaml",
                    "summary.csv", "chart.png")},
    **{f"a bit of {name}": (flipped(at(name), share), BAD, "checksum does not fit; run it again")
       for name in ("yearly.parquet", "monthly.parquet", "ledger.parquet", "scenario.yaml", "summary.csv", "chart.csv")
       for share in (0.3,)},
    "a table is cut": (cut(at("monthly.parquet")), BAD, "run it again"),
    "a table is a folder": (replaced(at("yearly.parquet"), Path.mkdir), BAD, "not an ordinary file"),
    "the origin is missing": (gone(at("provenance.json")), BAD, "missing: a run that was stopped, or damaged"),
    "the origin is cut": (cut(at("provenance.json")), BAD, "run it again"),
    "the origin was edited": (said_otherwise("provenance.json", lambda said: said["asked"].update(seed=9),
                                             sealed=False), BAD, "checksum does not fit"),
    "another format": (said_otherwise("provenance.json", lambda said: said.pop("results"), sealed=True), BAD,
                       "of another version"),
    "other code": (said_otherwise("provenance.json", other_code, sealed=True), NOTE, "numpy: then 1.26.4"),
    "a file half-written": (added(".writing-run"), NOTE, "unfinished"),
    "a foreign file": (added("notes.parquet"), NOTE, "no part of these results"),
}  # fmt: skip


@pytest.mark.parametrize("name", SWEEP)
def test_a_damaged_sweep(whole_sweep: Path, tmp_path: Path, capsys: Printed, name: str) -> None:
    """Catches damage that is not told, or told without the file, the way out or the exit code; a repair by a look."""
    harm, verdict, words = SWEEP[name]
    shutil.copy(whole_sweep.with_name("small.yaml"), tmp_path)
    folder = shutil.copytree(whole_sweep, tmp_path / "sweep")
    path = harm(folder)
    code, lines = looked(folder, capsys)
    assert told(verdict, path if name != "other code" else Path("code"), words, lines), lines
    assert code == (FAILED_TO_WRITE if verdict == BAD else 0)


@pytest.mark.parametrize("name", RUN)
def test_a_damaged_run(whole_run: Path, tmp_path: Path, capsys: Printed, name: str) -> None:
    """The same for a run, whose tables are named by no digest."""
    harm, verdict, words = RUN[name]
    folder = shutil.copytree(whole_run, tmp_path / "run")
    path = harm(folder)
    code, lines = looked(folder, capsys)
    assert told(verdict, path if name != "other code" else Path("code"), words, lines), lines
    assert code == (FAILED_TO_WRITE if verdict == BAD else 0)


def test_whole_folders_are_good(whole_sweep: Path, whole_run: Path, capsys: Printed) -> None:
    """Catches an alarm where nothing is wrong."""
    for folder, count in ((whole_sweep, 2), (whole_run, 1)):
        code, lines = looked(folder, capsys)
        assert code == 0
        assert [line.split()[0] for line in lines] == [GOOD] * count, lines


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: None], ids=["empty", "a file", "nothing"])
def test_no_results(tmp_path: Path, capsys: Printed, make: Callable[[Path], None]) -> None:
    """Catches "all is good" of nothing."""
    make(tmp_path / "here")
    assert doctor_command(tmp_path / "here") == FAILED_TO_WRITE
    assert str(tmp_path / "here") in capsys.readouterr().out


def test_a_folder_in_use(whole_sweep: Path, tmp_path: Path, capsys: Printed) -> None:
    """Catches a look that takes the folder from its owner, or does not say that it has one."""
    folder = shutil.copytree(whole_sweep, tmp_path / "sweep")
    with lease(folder):
        code, lines = looked(folder, capsys)
        assert (folder / OWNER).exists()
    assert code == 0
    assert told(NOTE, folder, f"in use by process {os.getpid()}", lines), lines


@pytest.mark.parametrize("which", [at(SHEET), first, part("design")], ids=["sheet", "chunk", "part"])
def test_a_file_of_somebody_else(whole_sweep: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch,
                                 which: Harm) -> None:  # fmt: skip
    """A file that the system does not let us read: whose it is, and what to do. (Root may read everything, so the
    system is played.)"""
    folder = shutil.copytree(whole_sweep, tmp_path / "sweep")
    path, usual = which(folder), Path.open
    path.chmod(0o640)

    def refused(self: Path, *rest: Any, **more: Any) -> Any:
        if self == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return usual(self, *rest, **more)

    before = every_byte(folder)
    monkeypatch.setattr(Path, "open", refused)
    code = doctor_command(folder)
    monkeypatch.undo()
    assert every_byte(folder) == before
    assert code == FAILED_TO_WRITE
    said = capsys.readouterr().out
    assert f"{path}: cannot be read (Permission denied): it belongs to user {os.getuid()}, mode 640" in said


def test_a_folder_that_cannot_be_written(whole_sweep: Path, tmp_path: Path, capsys: Printed,
                                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Results on a disk that is read only are good, and a note says that nothing can be added."""
    folder = shutil.copytree(whole_sweep, tmp_path / "sweep")
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode & os.W_OK == 0)
    code, lines = looked(folder, capsys)
    assert code == 0
    assert told(NOTE, folder, "may be read, not written", lines), lines


def test_what_the_way_out_says_helps(whole_sweep: Path, tmp_path: Path, capsys: Printed) -> None:
    """After what is told for damaged chunks was done, only the chunk set aside is left to tell."""
    from threading import Event

    from simdiff.study.engines import LocalEngine
    from simdiff.study.sweep import run_sweep

    folder = shutil.copytree(whole_sweep, tmp_path / "sweep")
    path = flipped(first)(folder)
    plan, said = read_sheet(folder)
    run_sweep(folder, plan, said["reproduce"], LocalEngine(1), Event())
    code, lines = looked(folder, capsys)
    assert code == 0
    assert told(NOTE, path.with_name(path.name + ".damaged"), "may be deleted", lines)
    assert scan(folder, plan, verify=True).damaged == ()
