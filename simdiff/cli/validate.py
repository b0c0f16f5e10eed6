"""``simdiff validate``."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from simdiff.analysis.leaders import Carlson, carlson
from simdiff.analysis.validation import NEEDED, STEPS, Scores, Validation, draws_of, scores_of, validate
from simdiff.analysis.worlds import Worlds, worlds_of
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.provenance import CAVEAT, provenance, run_id
from simdiff.report.terminal import PlainConsole
from simdiff.report.validation_report import LEFT, files_of, layers_of
from simdiff.report.validation_tables import RULE, Rows, pattern_table, sentences, variant_table
from simdiff.scenario import LoadedExperiment, Problem, ScenarioError, load_experiment, nearest, read_posterior
from simdiff.scenario.leaders import Network, read_network
from simdiff.study.draws import parameter_draws
from simdiff.study.run_folder import FolderTakenError, check_folder, write_folder

PRIORS = "priors"
LEADER_DRAWS = 200
"""Draws of each prior for P7 and P8."""
Draws = tuple[dict[str, float], ...]


def validate_command(experiment: str, posterior: str, draws: int | None, replicates: int | None, threads: int | None,
                     network: Path | None, out: Path | None, as_json: bool) -> int:  # fmt: skip
    """Measure the patterns and write the folder; the exit code: 0, 1 (could not write) or 2 (bad input)."""
    asked = {name: number for name, number in (("draws", draws), ("replicates", replicates)) if number is not None}
    try:
        loaded = load_experiment(experiment).with_changes(asked)
        check_worlds(loaded)
        chosen = chosen_draws(posterior, loaded.experiment.draws, loaded.experiment.seed)
        leaders = read_network(network) if network else None
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    question = {"experiment": loaded.experiment.name, "posterior": posterior, "draws": len(chosen),
                "replicates": loaded.experiment.replicates, "seed": loaded.experiment.seed,
                "network": leaders is not None}  # fmt: skip
    cells = {name: loaded.cell(name, {}).text for name in loaded.bases}
    run = run_id(cells, [question, chosen], ())
    folder = out or Path("results") / f"{loaded.experiment.name}-{run}"
    words = ["simdiff", "validate", experiment, "--posterior", posterior, "--draws", str(len(chosen)),
             "--replicates", str(question["replicates"])]  # fmt: skip
    command = shlex.join(words + (["--network", str(network)] if network else []))
    try:
        check_folder(folder, run, LEFT)
        worlds = worlds_of(loaded)
        found, curve = _measure(worlds, chosen, threads, leaders)
        story = provenance(run, question, command, loaded.files, [], _sizes(worlds), chosen)
        layers = layers_of(len(chosen), posterior, worlds.replicates)
        scores = scores_of(found, curve)
        files = files_of(found, scores, curve, f"{loaded.experiment.title}: validation", layers, story)
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


def check_worlds(loaded: LoadedExperiment) -> None:
    """Raise ScenarioError unless the experiment has every world that is looked at, and nothing is varied in them."""
    file = str(loaded.files[0])
    missing = [name for name in NEEDED if name not in loaded.bases]
    allowed = "expected the ids of experiments/validation.yaml"
    problems = [
        Problem(file, 0, 0, "scenarios", f"no scenario `{name}`", allowed, nearest(name, loaded.bases))
        for name in missing
    ]
    if loaded.experiment.factors:
        problems.append(Problem(file, 0, 0, "factors", "factors", "expected none: each scenario is a world"))
    if problems:
        raise ScenarioError(problems)


def chosen_draws(posterior: str, count: int, seed: int) -> Draws:
    """``count`` parameter draws: of the declared ``priors``, or evenly spaced among those of a file or a shipped name,
    since neighbours may be alike. Raises ScenarioError."""
    priors = posterior == PRIORS
    given = tuple(parameter_draws(seed, count)) if priors else read_posterior(Path(posterior))
    if not 2 <= count <= len(given):
        expected = "expected at least 2" if priors else f"expected from 2 to {len(given)}, the draws of {posterior}"
        raise ScenarioError([Problem("--draws", 0, 0, "", f"found {count}", expected)])
    return tuple(given[n * len(given) // count] for n in range(count))


def _measure(worlds: Worlds, draws: Draws, threads: int | None, leaders: Network | None
             ) -> tuple[Validation, Carlson | None]:  # fmt: skip
    console = PlainConsole(stderr=True)
    say_if_compiling(console)
    columns = TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=STEPS * len(draws) + (leaders is not None))
        found = validate(worlds, draws, threads, lambda done: bar.advance(task, done))
        return found, carlson(leaders, LEADER_DRAWS, worlds.seed) if leaders else None


def _sizes(worlds: Worlds) -> Mapping[str, int]:
    return {name: len(place.site) for name, place in worlds.places.items()}


def _print(found: Validation, scores: Scores, layers: str, folder: Path, run: str) -> None:
    console, scored = terminal(), scores.patterns
    for title, rows in (("Patterns", pattern_table(scored["default"])), ("In other structures", variant_table(scored))):
        console.print(_table(title, rows))
        console.print()
    for line in sentences(scores, found.interactions, draws_of(found)):
        console.print(line)
    for line in (layers, RULE, CAVEAT):
        console.print(line, style="dim")
    console.print(f"\nRun {run}. Page: {folder / 'validation.html'}", soft_wrap=True)


def _table(title: str, rows: Rows) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for head in rows.heads:
        table.add_column(head)
    for row in rows.rows:
        table.add_row(*row)
    return table
