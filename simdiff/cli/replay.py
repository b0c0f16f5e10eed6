"""``simdiff replay``."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from simdiff.analysis.results import Results
from simdiff.analysis.results_of import RunAgain, read_results
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.memo import tell
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.memo.audit import Audit, audit, other_runs, plan_in, read_wish
from simdiff.report.memo.files import is_memo, read_memo_story
from simdiff.report.picture import read_story
from simdiff.report.progress import progress_of
from simdiff.report.replay import Verdict, against, edits, of_study, read_plan, replay
from simdiff.report.story import StoryError
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import Plan
from simdiff.study.run_folder import RunFolderError
from simdiff.study.sheet import SheetError


def replay_command(figure: Path, results: Path | None, threads: int | None) -> int:
    """Run the scenarios of a figure or memo again, make it again, and say whether it is the same."""
    try:
        if is_memo(figure):
            return tell(_memo_again(figure, read_memo_story(figure), results, threads))
        story = read_story(figure)
        if told := of_study(story):
            return _not_run(figure, told, edits(story))
        changed = against(read_plan(story)[0], read_results(results).plan) if results else []
        verdict = _again(figure, story, threads)
    except StoryError as problem:
        said = str(problem)
        errors().print(said if said.startswith(str(figure)) else f"{figure}: {said}")
        return BAD_INPUT
    except (RunFolderError, SheetError, TwinChunksError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or figure}: {problem.strerror or problem}")
        return FAILED_TO_WRITE if figure.is_file() else BAD_INPUT
    return _told(verdict, changed)


def _not_run(figure: Path, told: str, edited: list[str]) -> int:
    """Say what a picture of a long study is, and whether it was edited; nothing is run."""
    for line in edited:
        terminal().print(f"differs: {line}", soft_wrap=True)
    errors().print(f"{figure}: {told}", soft_wrap=True)
    return SOME_FAILED if edited else BAD_INPUT


def _again(figure: Path, story: dict[str, Any], threads: int | None) -> Verdict:
    plan, asked = read_plan(story)
    with _run_again(plan, story, threads) as results:
        return replay(figure, story, asked, results)


def _memo_again(memo: Path, story: dict[str, Any], folder: Path | None, threads: int | None) -> Audit:
    read_wish(story)
    plan = plan_in(story)
    changed = other_runs(story, plan)
    changed += against(plan, read_results(folder).plan) if folder else []
    with _run_again(plan, story, threads) as results:
        found = audit(memo, story, results)
    return replace(found, differs=(*found.differs, *changed))


@contextmanager
def _run_again(plan: Plan, story: dict[str, Any], threads: int | None) -> Iterator[Results]:
    """The runs of a story, made anew in a folder that goes when they have been read."""
    console = errors()
    console.print(f"{story['kind']}: {story['title']}. Simulating again (runs: {plan.runs:,}) …", markup=False)
    say_if_compiling(console)
    with tempfile.TemporaryDirectory(prefix="simdiff-replay-") as folder, progress_of(console, quiet=True) as told:
        source = RunAgain(plan, Path(folder), LocalEngine(threads), told)
        yield Results(plan, source, story["results_digest"], story["results"], story["partial"], story["beyond"])


def _told(verdict: Verdict, changed: list[str]) -> int:
    console = terminal()
    differs = [*verdict.differs, *changed]
    for line in differs:
        console.print(f"differs: {line}", soft_wrap=True)
    for note in verdict.notes:
        console.print(f"note: {note}", soft_wrap=True)
    if not differs:
        console.print(f"same: {verdict.rows:,} rows of numbers{', and the picture' if verdict.picture else ''}")
    return SOME_FAILED if differs else 0
