"""Every command that writes, on a disk that fails: whichever write, flush or rename it is, nothing is ever half there.

Sweeps, which can be gone on with, have tests of their own (``tests/study/test_store_faults.py``).
"""

import ast
import errno
import io
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from disks import Disk, FullDisk, disk

import simdiff
from simdiff.analysis.matched import Asked
from simdiff.cli.chart import chart_command
from simdiff.cli.compare import compare_command
from simdiff.cli.effects import effects_command
from simdiff.cli.export import export_command
from simdiff.cli.fmt import fmt_command
from simdiff.cli.import_schools import import_command
from simdiff.cli.memo import memo_command
from simdiff.cli.new import new_command
from simdiff.cli.run import run_command
from simdiff.report.asked import Asked as AskedChart
from simdiff.study import files
from simdiff.study.files import TEMPORARY
from simdiff.study.run_folder import BEGUN

SMALL = """\
format: 1
name: small
title: A small district
where:
  districts:
    d:
      title: D
      profile:
        elementary: {schools: 6, teachers: [12, 20, 30, 40, 50], low_income: [0.1, 0.3, 0.5, 0.7, 0.9]}
        spacing: {nearest_km: 1.0, pairwise_km: 8.0}
        source: made up
practices: {personal-learning-paths: {}}
policy: {goals: {goals: 0.9}}
years: 1
"""
SWEEP = """\
format: 1
name: pair
title: Goals or none
scenarios: {base: {scenario: small.yaml, set: {policy: null}}}
factors: {goals: {on: {policy.goals: {goals: 0.9}}}}
design: {kind: factorial}
replicates: 2
keep: {outcomes: [depth, spread, cost]}
"""
PUBLIC = """\
NCES School ID,NCES District ID,School Name,District,Students*,Teachers*,Free Lunch*,Reduced Lunch*,Status
120156000001,1201560,Oak School,PINE,300.00000,20.00000,100.00000,20.00000,Open
120156000002,1201560,Elm School,PINE,400.00000,30.00000,50.00000,10.00000,Open
"""
UNTIDY = SMALL.replace("title: A small district", "title:    'A small district'")
BEFORE = b"what was there before"
SEVERAL = 8
"""Of so many steps all are made to fail; of more, the first and the last half of so many."""


@dataclass(frozen=True)
class Made:
    """Results that commands read, and the folder that they write into."""

    place: Path

    @property
    def out(self) -> Path:
        return self.place / "out"


Call = Callable[[Made], int]


def _new(made: Made) -> int:
    return new_command("Our plan", None, [], made.out / "our-plan.yaml")


def _fmt(made: Made) -> int:
    return fmt_command([made.out / "untidy.yaml"], False)


CALLS: dict[str, Call] = {
    "run": lambda made: run_command(str(made.place / "small.yaml"), 2, 0, None, 2, 1, None, made.out / "run", True),
    "memo": lambda made: memo_command(made.place / "run", "How far?", Asked(), ["html"], made.out / "memo"),
    "chart": lambda made: chart_command(made.place / "run", AskedChart("adoption"), made.out / "chart.png", "print"),
    "compare": lambda made: compare_command(made.place / "sweep", Asked(), False, made.out / "compared"),
    "effects": lambda made: effects_command(made.place / "sweep", None, None, "all", None, [], None,
                                            made.out / "effects", False),
    "export csv": lambda made: export_command(made.place / "sweep", "csv", made.out / "csv", [], []),
    "export parquet": lambda made: export_command(made.place / "sweep", "parquet", made.out / "parquet", [], []),
    "export xlsx": lambda made: export_command(made.place / "sweep", "xlsx", made.out / "xlsx", [], []),
    "export dta": lambda made: export_command(made.place / "sweep", "dta", made.out / "dta", [], []),
    "import-schools": lambda made: import_command([made.place / "public.csv"], made.out / "mine", [], [], None, False),
    "new": _new,
    "fmt": _fmt,
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A run, a sweep, a public file."""
    place = tmp_path_factory.mktemp("made")
    (place / "small.yaml").write_text(SMALL, encoding="utf-8")
    (place / "pair.yaml").write_text(SWEEP, encoding="utf-8")
    (place / "public.csv").write_text(PUBLIC, encoding="utf-8")
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        assert run_command(str(place / "small.yaml"), 3, 0, None, 1, 1, None, place / "run", True) == 0
        simdiff.sweep(place / "pair.yaml", folder=place / "sweep")
    return Made(place)


def quiet(call: Call, made: Made) -> tuple[int, str]:
    """Exit code and what was said on standard error."""
    err = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(err):
        code = call(made)
    return code, err.getvalue()


class Killed(BaseException):
    """The process ends here."""


class Kill(FullDisk):
    """A disk on which the process is killed at a step."""

    def fail(self) -> None:
        self.at = None
        raise Killed


def fresh(made: Made, there: dict[str, bytes]) -> None:
    """The folder that is written into, with some files in it."""
    shutil.rmtree(made.out, ignore_errors=True)
    made.out.mkdir()
    for name, content in there.items():
        (made.out / name).parent.mkdir(parents=True, exist_ok=True)
        (made.out / name).write_bytes(content)


def found(made: Made) -> dict[str, bytes]:
    """What is there under a final name."""
    return {str(path.relative_to(made.out)): path.read_bytes() for path in made.out.rglob("*")
            if path.is_file() and not path.name.startswith(TEMPORARY)}  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """A command without a fault: what was there before, what it writes, and in how many steps."""

    before: dict[str, bytes]
    after: dict[str, bytes]
    steps: int

    def chosen(self) -> list[int]:
        """Steps to fail at."""
        if self.steps <= SEVERAL:
            return list(range(1, self.steps + 1))
        return [*range(1, SEVERAL // 2 + 1), *range(self.steps - SEVERAL // 2 + 1, self.steps + 1)]


FIRST = {"fmt": {"untidy.yaml": UNTIDY.encode()}}
NEW_ONLY = ("run", "import-schools", "new", "fmt")
"""Commands that write nothing over, but what is the same (and ``fmt``, which reads what it writes over)."""


def whole(name: str, made: Made) -> Whole:
    """Run a command as it should be, twice: into an empty folder, and over other files."""
    first = FIRST.get(name, {})
    fresh(made, first)
    with disk(Disk()) as counted:
        assert quiet(CALLS[name], made)[0] == 0
    after = found(made)
    assert len(after) > 0
    return Whole(first if name in NEW_ONLY else dict.fromkeys(after, BEFORE), after, counted.step)


@pytest.mark.parametrize("name", list(CALLS))
def test_a_disk_that_is_full(name: str, made: Made) -> None:
    """Catches half a file under a final name, an error that does not say where, litter, a traceback, and a command that
    does not work when there is room again."""
    good = whole(name, made)
    fails_whole(name, made, good, good.chosen(), errno.ENOSPC)
    if name == "new":  # it writes nothing over, and its one file was there, whole, when the last flush failed
        fresh(made, {})
    with disk(Disk()):
        assert quiet(CALLS[name], made)[0] == 0
    assert found(made) == good.after


@pytest.mark.parametrize("name", ["memo", "fmt", "export csv", "import-schools"])
def test_a_kill_at_any_step(name: str, made: Made) -> None:
    """Catches a file that was there before and is lost, and one that cannot be told from a whole one."""
    good = whole(name, made)
    is_killed_whole(name, made, good, good.chosen())


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CALLS))
def test_every_step_of_every_command(name: str, made: Made) -> None:
    """As above at each step there is: no room, a broken disk, no more quota, a kill."""
    good = whole(name, made)
    every = range(1, good.steps + 1)
    for error in (errno.ENOSPC, errno.EIO, errno.EDQUOT):
        fails_whole(name, made, good, every, error)
    is_killed_whole(name, made, good, every)
    print(f"{good.steps} steps, 4 faults at each")


def fails_whole(name: str, made: Made, good: Whole, steps: Iterable[int], error: int) -> None:
    """Nothing is half there, whichever of some steps the disk refuses, and the command says so."""
    for step in steps:
        fresh(made, good.before)
        with disk(FullDisk(step, error)):
            code, err = quiet(CALLS[name], made)
        assert code == 1, (step, err)
        assert f"{made.out}{os.sep}" in err
        assert os.strerror(error) in err
        for file, content in found(made).items():
            assert content in (good.after.get(file), good.before.get(file)), (step, file)
        assert {path.name for path in made.out.rglob(f"{TEMPORARY}*")} <= {BEGUN}


def is_killed_whole(name: str, made: Made, good: Whole, steps: Iterable[int]) -> None:
    """Nothing that was there is lost, and nothing is half there, at whichever of some steps the process ends."""
    for step in steps:
        fresh(made, good.before)
        with disk(Kill(step, errno.EIO)), pytest.raises(Killed):
            quiet(CALLS[name], made)
        now = found(made)
        assert set(good.before) <= set(now)
        for file, content in now.items():
            assert content in (good.after.get(file), good.before.get(file)), (step, file)


def test_a_writer_that_makes_room_first_is_caught(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect planted: what was there is removed before the new file is written."""
    real = files._mode

    def mode(path: Path) -> int:
        kept = real(path)
        path.unlink(missing_ok=True)
        return kept

    monkeypatch.setattr(files, "_mode", mode)
    good = whole("export csv", made)
    with pytest.raises(AssertionError):
        is_killed_whole("export csv", made, good, good.chosen())


# ----- one module writes

WRITER = "simdiff/study/files.py"
WRITES = {"write_text", "write_bytes", "fdopen", "mkstemp", "to_csv", "to_parquet", "to_excel", "savetxt"}  # fmt: skip


def writes_of(tree: ast.AST) -> Iterator[str]:
    """Calls that write to a path, by line."""
    for node in sorted((one for one in ast.walk(tree) if isinstance(one, ast.Call)), key=lambda one: one.lineno):
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        on = owner.id if isinstance(owner, ast.Name) else ""
        if (
            name in WRITES
            or (name == "open" and set(mode_of(node, method=owner is not None)) & set("wax+"))
            or (on == "shutil" and name != "which")
            or (name in ("replace", "rename") and on in ("os", "path"))
        ):
            yield f"{name} in line {node.lineno}"


def mode_of(call: ast.Call, *, method: bool) -> str:
    """How a file is opened: the mode as it is written, if it is."""
    told = [key.value for key in call.keywords if key.arg == "mode"] or call.args[0 if method else 1 :][:1]
    return str(told[0].value) if told and isinstance(told[0], ast.Constant) else ""


def test_one_module_writes() -> None:
    """Catches a writer that goes round the one that the tests above make fail."""
    root = Path(simdiff.__file__).parent
    told = {}
    for path in sorted(root.rglob("*.py")):
        name = f"simdiff/{path.relative_to(root).as_posix()}"
        calls = list(writes_of(ast.parse(path.read_text(encoding="utf-8"))))
        if calls and name != WRITER:
            told[name] = [call.partition(" ")[0] for call in calls]
    into_a_text, compiled_rules = "simdiff/cli/import_schools.py", "simdiff/model/compile.py"
    assert told == {into_a_text: ["to_csv"], compiled_rules: ["copyfile", "rmtree"]}


@pytest.mark.parametrize("planted", [
    "open('x', 'w')", "Path('x').open(mode='ab')", "path.write_text('x')", "os.replace('a', 'b')", "frame.to_csv('x')",
    "path.replace(other)", "shutil.move('a', 'b')",
])  # fmt: skip
def test_the_lint_sees_a_planted_writer(planted: str) -> None:
    assert list(writes_of(ast.parse(planted)))


@pytest.mark.parametrize("fine", ["open('x')", "open('x', 'rb')", "text.replace('a', 'b')", "Path('x').open()"])
def test_the_lint_leaves_readers_alone(fine: str) -> None:
    assert not list(writes_of(ast.parse(fine)))
