"""``simdiff optimize``."""

import io
import json
import shlex
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simdiff.analysis.cell_values import AskError
from simdiff.analysis.discovery import MissingExtraError
from simdiff.analysis.mixes import Found, Judge, Question, for_search, only_scenario, optimise
from simdiff.analysis.optimise import Tried, decisions_of, objectives_of
from simdiff.cli import BAD_INPUT, CHANGED, FAILED_TO_WRITE, INTERRUPTED, OWNED, TERMINATED
from simdiff.cli.effects import partial, tell, write_all
from simdiff.cli.progress import Halt, errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.report.optimise_report import Search, chart_note, frontier_chart, frontier_rows, search_json, search_parts
from simdiff.scenario import LoadedExperiment, ScenarioError, load_experiment, read_posterior
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows, TwinChunksError
from simdiff.study.engines import EngineError, LocalEngine
from simdiff.study.files import csv_bytes
from simdiff.study.growth import Runs, StoppedError, grow, open_growing
from simdiff.study.lease import FolderOwnedError, lease
from simdiff.study.plan import Plan
from simdiff.study.run_folder import FolderTakenError
from simdiff.study.sheet import ChangedError, SheetError
from simdiff.study.sweep import status

KNOWN = tuple(outcome.name for outcome in (*OUTCOMES, *FINAL_OUTCOMES))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked on the command line."""

    budget: float
    objectives: Sequence[str]
    evaluations: int
    share: float | None
    changes: dict[str, Any]
    threads: int | None
    as_json: bool


def optimize_command(experiment: str, schools: Path | None, wish: Wish, out: Path | None) -> int:
    """Search the best mixes of an experiment's factors within a budget."""
    try:
        loaded, question = _asked(experiment, schools, wish)
        scenario = only_scenario(loaded.experiment)
    except (ScenarioError, AskError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    folder = out or Path("results") / f"{loaded.experiment.name}-optimized"
    halt = Halt(errors())
    try:
        open_growing(folder, loaded, scenario)
        folder.mkdir(parents=True, exist_ok=True)
        with lease(folder), halt.listening():
            say_if_compiling(errors())
            plan = open_growing(folder, loaded, scenario)
            grower = Grower(folder, plan, _command(experiment, schools, wish, out), wish.threads, halt)
            judge = Judge(loaded, question, grower.rows)
            found = _told(judge, optimise(judge, lambda tried: say_how_far(tried, wish.evaluations)))
            paths = write_all(folder, _files(found, folder))
        report = status(folder, verify=False)
    except StoppedError:
        errors().print("stopped; what has been computed is stored: the same command goes on")
        return INTERRUPTED if halt.signal == signal.SIGINT else TERMINATED
    except FolderOwnedError as problem:
        errors().print(str(problem))
        return OWNED
    except ChangedError as problem:
        errors().print(f"{folder}: holds something else:\n{problem}\nNothing was changed. Use another folder (--out).")
        return CHANGED
    except (FolderTakenError, SheetError, ScenarioError, AskError, MissingExtraError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or folder}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    except (TwinChunksError, EngineError) as problem:
        errors().print(str(problem))
        return FAILED_TO_WRITE
    if wish.as_json:
        print(json.dumps(search_json(found, str(folder)), ensure_ascii=False))
    else:
        tell(terminal(), report, found.question, list(search_parts(found)), [], paths)
    return partial(report)


def _asked(experiment: str, schools: Path | None, wish: Wish) -> tuple[LoadedExperiment, Question]:
    """The experiment as it is searched, and the question. Raises ScenarioError, AskError."""
    objectives = objectives_of(wish.objectives, KNOWN)
    told = {key: value for key, value in wish.changes.items() if value is not None}
    posterior = read_posterior(told.pop("posterior")) if "posterior" in told else ()
    loaded = for_search(load_experiment(experiment, schools).with_changes(told, posterior), objectives)
    decisions_of(loaded.experiment)
    return loaded, Question(tuple(objectives), wish.budget, wish.share, wish.evaluations)


class Grower:
    """Runs cells into the folder, which it knows the plan of."""

    def __init__(self, folder: Path, plan: Plan, reproduce: str, threads: int | None, halt: Halt) -> None:
        self.folder, self.plan, self.reproduce, self.halt = folder, plan, reproduce, halt
        self.engine = LocalEngine(threads)

    def rows(self, cells: Sequence[Cell], runs: Runs) -> Rows:
        """Make sure that the runs are there. Raises StoppedError, OSError."""
        grown = grow(self.folder, self.plan, cells, runs, self.reproduce, self.engine, self.halt.stop)
        self.plan = grown.plan
        return grown.rows


def say_how_far(tried: Sequence[Tried], of: int) -> None:
    """A line a generation."""
    good = sum(one.feasible for one in tried)
    errors().print(f"{len(tried):,} of {of:,} mixes tried, {good:,} of them within the budget")


def _told(judge: Judge, found: Found) -> Search:
    """What was found, with what it takes to tell it."""
    experiment, question = judge.loaded.experiment, judge.question
    return Search(experiment.title, experiment.question, question.budget, question.objectives, question.share,
                  found.tried, found.mixes, found.pairs, found.on_frontier, experiment.draws,
                  (experiment.replicates, judge.second_runs().count), experiment.seed)  # fmt: skip


def _command(experiment: str, schools: Path | None, wish: Wish, out: Path | None) -> str:
    """The command that repeats the search."""
    words = ["simdiff", "optimize", experiment, "--budget", f"{wish.budget:g}", "--objectives",
             ",".join(wish.objectives), "--evaluations", str(wish.evaluations)]  # fmt: skip
    told = {**wish.changes, "quantile": wish.share, "schools": schools, "out": out}
    for name, value in told.items():
        words += [f"--{name}", str(value)] if value is not None else []
    return shlex.join(words)


def _files(found: Search, folder: Path) -> dict[str, bytes]:
    said = json.dumps(search_json(found, str(folder)), indent=1, ensure_ascii=False) + "\n"
    files = {"frontier.json": said.encode()}
    if not found.mixes:
        return files
    picture = io.BytesIO()
    about = json.dumps({"folder": str(folder), "budget": found.budget, "seed": found.seed, "note": chart_note(found)})
    chart = frontier_chart(found, chart_note(found))
    chart.savefig(picture, format="png", metadata={"Software": None, "Description": about})
    return {**files, "frontier.csv": csv_bytes(frontier_rows(found)), "frontier.png": picture.getvalue()}
