"""``simdiff field-study``."""

import json
import shlex
from pathlib import Path

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from simdiff.analysis.field_sample import CITIES
from simdiff.analysis.field_study import Answered, Draws, Score, scores_of, study
from simdiff.analysis.field_worlds import mixes_of
from simdiff.analysis.parity import FAMILIES
from simdiff.analysis.worlds import Worlds
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.cli.validate import PRIORS
from simdiff.model.inputs import world_of
from simdiff.report.field_study_report import LEFT, blocks, files_of, layers_of, lines_of
from simdiff.report.provenance import CAVEAT, provenance, run_id
from simdiff.report.terminal import PlainConsole
from simdiff.scenario import LoadedExperiment, Problem, ScenarioError, load_experiment, read_posterior
from simdiff.study.draws import parameter_draws
from simdiff.study.run_folder import FolderTakenError, check_folder, write_folder

FEWEST, YEARS = 3, 3
"""Schools of a city, and years of a scenario, that the two visits ask for."""


def field_study_command(experiment: str, count: int, posterior: str, seed: int | None, threads: int | None,
                        out: Path | None, as_json: bool) -> int:  # fmt: skip
    """Study the worlds and write the folder; the exit code: 0, 1 (could not write) or 2 (bad input)."""
    try:
        loaded = load_experiment(experiment).with_changes({} if seed is None else {"seed": seed})
        check_mixes(loaded)
        check_cities(loaded)
        worlds = mixes_of(loaded)
        draws: Draws = parameter_draws(worlds.seed, count) if posterior == PRIORS else read_posterior(Path(posterior))
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    question = {"experiment": loaded.experiment.name, "worlds": count, "posterior": posterior, "draws": len(draws),
                "seed": worlds.seed}  # fmt: skip
    cells = {name: scenario.model_dump_json() for name, scenario in worlds.scenarios.items()}
    run = run_id(cells, [question, draws], ())
    folder = out or Path("results") / f"{loaded.experiment.name}-{run}"
    words = ["simdiff", "field-study", experiment, "--worlds", str(count), "--posterior", posterior, "--seed",
             str(worlds.seed)]  # fmt: skip
    try:
        check_folder(folder, run, LEFT)
        found = _studied(worlds, draws, count, threads)
        size = len(next(iter(worlds.places.values())).site)
        story = provenance(run, question, shlex.join(words), loaded.files, [], {"schools": size}, draws)
        scores, layers = scores_of(found), layers_of(count, min(len(draws), count), posterior)
        files = files_of(found, scores, layers, story)
        write_folder(folder, files, run, LEFT)
    except KeyboardInterrupt:
        errors().print("stopped; nothing was written")
        return INTERRUPTED
    except FolderTakenError as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or folder}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(json.dumps({"folder": str(folder), **json.loads(files[LEFT])}, ensure_ascii=False))
    else:
        _print(found, scores, layers, folder, run)
    return 0


def check_mixes(loaded: LoadedExperiment) -> None:
    """Raise ScenarioError unless the experiment has one scenario and an on-and-off factor for each lever family."""
    file, factors = str(loaded.files[0]), loaded.experiment.factors
    problems = []
    if len(loaded.bases) != 1:
        problems.append(Problem(file, 0, 0, "scenarios", f"{len(loaded.bases)} scenarios", "expected one"))
    if set(factors) != set(FAMILIES) or any(factors[name].on is None for name in factors):
        allowed = f"expected {', '.join(FAMILIES)}, each with `on`"
        problems.append(Problem(file, 0, 0, "factors", ", ".join(factors) or "none", allowed))
    if problems:
        raise ScenarioError(problems)


def check_cities(loaded: LoadedExperiment) -> None:
    """Raise ScenarioError unless there are cities, schools and years enough to visit."""
    (base,) = loaded.bases
    cell, file = loaded.cell(base, {}), str(loaded.files[0])
    sizes = np.bincount(world_of(cell.scenario, cell.schools, loaded.experiment.seed).site["district"])
    told = (
        (len(sizes) < CITIES, "where.districts", f"{len(sizes)} districts", f"expected at least {CITIES}"),
        (
            sizes.min() < FEWEST,
            "where.districts",
            f"{sizes.min()} schools in one",
            f"expected at least {FEWEST} in each",
        ),
        (cell.scenario.years < YEARS, "years", f"{cell.scenario.years} years", f"expected at least {YEARS}"),
    )
    if problems := [Problem(file, 0, 0, where, found, wanted) for wrong, where, found, wanted in told if wrong]:
        raise ScenarioError(problems)


def _studied(worlds: Worlds, draws: Draws, count: int, threads: int | None) -> list[dict[str, Answered]]:
    console = PlainConsole(stderr=True)
    say_if_compiling(console)
    columns = TextColumn("studying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count)
        return study(worlds, draws, count, threads, lambda done: bar.advance(task, done))


def _print(found: list[dict[str, Answered]], scores: list[Score], layers: str, folder: Path, run: str) -> None:
    console = terminal()
    for block in blocks(scores):
        table = Table(title=block.heading, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for head in block.head:
            table.add_column(head, overflow="fold")
        for row in block.rows:
            table.add_row(*row)
        console.print(table)
        console.print(block.note, style="dim")
        console.print()
    for line in (layers, *lines_of(found)):
        console.print(line)
    console.print(CAVEAT, style="dim")
    left = f"Picture: {folder / 'field-study.png'}. Tables: {folder / 'field-study.md'}; all: {folder / 'worlds.csv'}"
    console.print(f"\nRun {run}. {left}", soft_wrap=True)
