"""``simdiff sweep``, ``resume`` and ``extend``."""

import json
import os
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from simdiff.analysis.layer_rows import split_rows, sweep_splits
from simdiff.analysis.layers import Split
from simdiff.cli import BAD_INPUT, CHANGED, FAILED_TO_WRITE, INTERRUPTED, OWNED, SOME_FAILED, TERMINATED
from simdiff.cli.progress import Halt, errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.layer_report import split_lines
from simdiff.report.progress import progress_of
from simdiff.report.provenance import CAVEAT
from simdiff.report.sweep_files import CHART, SUMMARY, Cells, changed_text, commands_of, finish_sweep, sweep_command_of
from simdiff.report.sweep_report import contrast_lines, headline_table, layers_of, standing
from simdiff.scenario import LoadedExperiment, ScenarioError, load_experiment, read_posterior
from simdiff.scenario.folders import shipped_draws
from simdiff.study.chunk_folder import Rows, TwinChunksError, about, scan
from simdiff.study.dask_engine import DaskEngine, Keys, check_address
from simdiff.study.draws import parameter_draws
from simdiff.study.engines import Engine, EngineError, LocalEngine
from simdiff.study.lease import FolderOwnedError, lease
from simdiff.study.plan import Plan, load_plan, make_plan
from simdiff.study.run_folder import FolderTakenError
from simdiff.study.sheet import ChangedError, SheetError, check_code, check_same, check_sheet, read_sheet
from simdiff.study.sweep import Report, check_place, extended, open_folder, run_sweep

ENGINES = ("local", "dask")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where chunks are computed, as asked on the command line."""

    engine: str
    threads: int | None
    workers: int | None
    scheduler: str | None
    tls: tuple[Path | None, Path | None, Path | None]
    quiet: bool
    as_json: bool


def sweep_command(experiment: str, schools: Path | None, changes: dict[str, Any], out: Path | None, machine: Machine
                  ) -> int:  # fmt: skip
    """Run an experiment into a folder, or go on with it."""
    try:
        plan = load_plan(experiment, schools, changes)
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    folder = out or Path("results") / plan.experiment.name
    command = sweep_command_of(experiment, changes, schools, out)

    def begin() -> Plan:
        known, note = open_folder(folder, plan)
        if note:
            errors().print(note)
        return known

    return _work(folder, check_place, begin, command, machine)


def resume_command(folder: Path, machine: Machine, retry: bool) -> int:
    """Go on with a sweep from its folder alone."""

    def begin() -> Plan:
        plan = read_sheet(folder)[0]
        check_code(plan)
        if retry:
            drop_failed(folder, plan)
        return plan

    return _work(folder, check_sheet, begin, "", machine)


def drop_failed(folder: Path, plan: Plan) -> None:
    """Remove the chunks in which a run failed, so that they are computed again."""
    for path in scan(folder, plan, verify=True).files.values():
        if about(path)["failed"]:
            path.unlink()


def extend_command(folder: Path, experiment: str | None, schools: Path | None, replicates: int | None,
                   draws: int | None, posterior: Path | None, machine: Machine) -> int:  # fmt: skip
    """Widen a sweep: more replicates, draws or cells; only what is new is computed."""
    try:
        asked = load_experiment(experiment, schools) if experiment else None
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT

    def begin() -> Plan:
        known, _ = read_sheet(folder)
        check_code(known)
        return _extended(known, asked, replicates, _all_draws(known, draws, posterior))

    words = ["simdiff", "extend", str(folder), *([experiment] if experiment else [])]
    for name, value in {"replicates": replicates, "draws": draws, "posterior": posterior, "schools": schools}.items():
        words += [f"--{name}", str(value)] if value is not None else []
    return _work(folder, check_sheet, begin, shlex.join(words), machine, adds=True)


def _extended(known: Plan, asked: LoadedExperiment | None, replicates: int | None,
              draws: tuple[dict[str, float], ...]) -> Plan:  # fmt: skip
    """Raises ChangedError for what cannot be had by adding."""
    wider = None
    if asked is not None:
        had = {name: getattr(known.experiment, name) for name in ("seed", "draws", "replicates")}
        wider = make_plan(asked.with_changes(had, known.draws if known.experiment.draws else ()))
        check_same(known, wider, growing=True)
    plan = extended(known, wider, replicates, draws)
    if plan.stages == known.stages and plan.cells == known.cells:
        raise ChangedError("nothing to add: the folder has these cells (for more of each: --replicates, --draws)")
    return plan


def _all_draws(known: Plan, count: int | None, posterior: Path | None) -> tuple[dict[str, float], ...]:
    """Parameter draws to have, the known ones first. Raises ChangedError if those asked for do not begin so."""
    have = len(known.draws)
    if count is None:
        return known.draws
    if known.draws == ({},):
        raise ChangedError("the sweep has no parameter draws, it runs at the default values; draws need a new folder")
    if count < have:
        raise ChangedError(f"--draws: {count}, expected at least the {have} that there are")
    told = known.experiment.posterior
    given = posterior or (Path(told) if told in shipped_draws() else None)
    source = tuple(read_posterior(given) if given else parameter_draws(known.experiment.seed, count))
    if source[:have] != known.draws:
        raise ChangedError("the draws do not begin with those of the folder (give their file with --posterior)")
    if len(source) < count:
        raise ChangedError(f"--draws: {count}, expected at most the {len(source)} of {given}")
    return source[:count]


def _work(folder: Path, check: Callable[[Path], None], begin: Callable[[], Plan], command: str, machine: Machine, *,
          adds: bool = False) -> int:  # fmt: skip
    """Own the folder, compute what is missing, tell how it went; the exit code.

    ``check`` looks at the folder before anything is touched. ``command`` is what repeats the sweep (empty: as before);
    with ``adds``, after what repeated it so far.
    """
    console = errors()
    halt = Halt(console)
    wrong = _wrong_machine(machine)
    if wrong:
        console.print("\n".join(wrong))
        return BAD_INPUT
    try:
        check(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with lease(folder), halt.listening():
            plan: Plan = begin()
            say_if_compiling(console)
            with _engine(machine, console) as engine, progress_of(console, quiet=machine.quiet) as told:
                report = run_sweep(folder, plan, commands_of(folder, command, adds=adds), engine, halt.stop, told)
            cells = [] if halt.signal else finish_sweep(folder, report)
    except FolderOwnedError as problem:
        console.print(str(problem))
        return OWNED
    except ChangedError as problem:
        console.print(changed_text(folder, str(problem)))
        return CHANGED
    except (FolderTakenError, SheetError, ScenarioError) as problem:
        console.print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        console.print(f"{problem.filename or folder}: {problem.strerror or problem}; continue: simdiff resume {folder}")
        return FAILED_TO_WRITE
    except (TwinChunksError, EngineError) as problem:
        console.print(str(problem))
        return FAILED_TO_WRITE
    return _told(folder, report, cells, halt, machine)


def _wrong_machine(machine: Machine) -> list[str]:
    """What is wrong with the options of the engine."""
    wrong = []
    if machine.engine not in ENGINES:
        wrong.append(f"--engine: {machine.engine}, expected one of {', '.join(ENGINES)}")
    if machine.engine != "dask" and (machine.workers or machine.scheduler):
        wrong.append("--workers and --scheduler: expected only with --engine dask")
    if machine.workers and machine.scheduler:
        wrong.append("--workers: expected to start workers here, or --scheduler to use those of another, not both")
    if any(machine.tls) != all(machine.tls):
        wrong.append("--tls-ca, --tls-cert and --tls-key: expected all three, or none")
    wrong += [f"{file}: no such file" for file in machine.tls if file is not None and not file.is_file()]
    if machine.scheduler and not wrong:
        try:
            check_address(machine.scheduler, _keys(machine))
        except EngineError as problem:
            wrong.append(str(problem))
    return wrong


def _keys(machine: Machine) -> Keys | None:
    authority, certificate, key = machine.tls
    return Keys(authority, certificate, key) if authority and certificate and key else None


@contextmanager
def _engine(machine: Machine, console: Console) -> Iterator[Engine]:
    if machine.engine == "local":
        yield LocalEngine(machine.threads)
        return
    workers = machine.workers or os.cpu_count() or 1
    with DaskEngine(machine.scheduler, workers, _keys(machine), tell=console.print) as engine:
        yield engine


def _told(folder: Path, report: Report, cells: Cells, halt: Halt, machine: Machine) -> int:
    tally = report.tally
    for path in report.chunks.damaged:
        errors().print(f"{path}: damaged; set aside and computed again")
    for path in report.chunks.foreign:
        errors().print(f"{path}: belongs to no run of this sweep; left out")
    if halt.signal:
        errors().print(
            f"stopped: {tally.done:,} of {tally.planned:,} runs are stored; continue: simdiff resume {folder}"
        )
        return INTERRUPTED if halt.signal == signal.SIGINT else TERMINATED
    splits = sweep_splits(report.plan, Rows(report.plan, report.chunks)) if cells else []
    if machine.as_json:
        print(json.dumps(standing(folder, report) | {"layers": split_rows(splits)}, ensure_ascii=False))
    else:
        _print(folder, report, cells, splits)
    return SOME_FAILED if tally.failed else 0


def _print(folder: Path, report: Report, cells: Cells, splits: list[Split]) -> None:
    console = terminal()
    plan, tally = report.plan, report.tally
    console.print(f"\n{plan.experiment.title}", style="bold")
    if plan.experiment.question:
        console.print(plan.experiment.question)
    if tally.failed:
        console.print(f"{tally.failed:,} of {tally.planned:,} runs FAILED; they are left out below", style="bold red")
    console.print()
    if cells:
        heads, rows, more = headline_table(plan, cells)
        table = Table(box=None, pad_edge=False)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        if more:
            console.print(f"… and {more:,} more cells in {folder / SUMMARY}")
        console.print()
    for line in (*split_lines(splits), *contrast_lines(report)):
        console.print(line)
    console.print(layers_of(plan), style="dim")
    console.print(CAVEAT, style="dim")
    fresh = f", {tally.fresh:,} of them computed now" if tally.fresh != tally.done else ""
    console.print(f"\n{tally.done:,} runs{fresh}. Chart: {folder / CHART}", soft_wrap=True)
    console.print(f"Summary: {folder / SUMMARY}", soft_wrap=True)
    console.print(f"Tables: simdiff export {folder}", soft_wrap=True)
