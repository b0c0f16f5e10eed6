"""Runs of one scenario in Python: as ``simdiff run`` computes them, in memory until they are saved."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from rich.console import Console

from simdiff.analysis.layer_rows import run_splits
from simdiff.analysis.report_rows import summary_rows
from simdiff.api.pictures import Chart, draw_chart
from simdiff.api.scenarios import Scenario, load
from simdiff.report.captions import layer
from simdiff.report.cards import Card, as_html, as_text
from simdiff.report.layer_report import split_lines
from simdiff.report.parts import Part
from simdiff.report.progress import runs_bar
from simdiff.report.provenance import CAVEAT
from simdiff.report.run_files import (
    RunAsked,
    results_of_run,
    run_command_of,
    run_files,
    story_of_run,
)
from simdiff.report.run_report import layers, size_line, summary
from simdiff.report.terminal import PlainConsole
from simdiff.scenario import Loaded
from simdiff.study.counts import check_counts, given_draws
from simdiff.study.run import RunResult, run_scenario
from simdiff.study.run_folder import check_folder, read_loaded, read_run, write_folder
from simdiff.study.tables import final_table, ledger_table, monthly_table, yearly_table

NAMES = ["district", "practice", "outcome", "unit", "year"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Result:
    """What a scenario came to. ``run`` makes it, or ``open`` of a folder that a run was saved in (``folder``, else
    None); ``story``: its provenance, with the command that repeats it."""

    loaded: Loaded
    outcomes: RunResult
    story: dict[str, Any]
    folder: Path | None = None

    @property
    def summary(self) -> pd.DataFrame:
        """Median and 5–95 % (``low``, ``high``) of every outcome at the end of every year, by district and practice.

        ``interval`` says which uncertainty the interval shows: *chance* (over replicates, at one set of parameters),
        *parameters* (over the draws' medians) or both; ``defined_share``: share of runs in which the outcome is
        defined. ``summary.csv`` of a saved run has both layers side by side.

        >>> import simdiff
        >>> result = simdiff.run("goals", replicates=20)
        >>> depth = result.summary.query("outcome == 'depth' and year == 10").iloc[0]
        >>> print(f"{depth['median']:.1%} ({depth['low']:.1%} to {depth['high']:.1%}), {depth['interval']}")
        1.4% (0.8% to 2.0%), chance
        """
        found = pd.DataFrame(summary_rows(self.outcomes))
        results = results_of_run(self.loaded, self.outcomes, self.story)
        kind = layer(results, results.plan.cells)
        low, high = (f"{'chance' if kind == 'chance' else 'parameters'}_{end}" for end in ("05", "95"))
        named = found.rename(columns={low: "low", high: "high"}).assign(interval=kind)
        return named[[*NAMES, "median", "low", "high", "interval", "defined_share"]]

    @property
    def yearly(self) -> pd.DataFrame:
        """Every outcome of every replicate at the end of every year (0: before policy), one value a row: draw,
        replicate, outcome, year, district, practice, value. Undefined values are missing."""
        return as_frame(yearly_table(self.outcomes))

    @property
    def monthly(self) -> pd.DataFrame:
        """The headline outcomes by month (0: the first of policy), else as ``yearly``."""
        return as_frame(monthly_table(self.outcomes))

    @property
    def whole_run(self) -> pd.DataFrame:
        """Outcomes of the whole run: draw, replicate, outcome, district, practice, value."""
        return as_frame(final_table(self.outcomes))

    @property
    def ledger(self) -> pd.DataFrame:
        """Dollars over the whole run: draw, replicate, district, line, payer, value."""
        return as_frame(ledger_table(self.outcomes))

    def chart(self, kind: str = "adoption", *, size: str = "screen", **asked: Any) -> Chart:
        """A chart (docs/charts.md has every kind); ``size`` screen or print.

        ``asked``: what the kind takes of ``outcomes``, ``place``, ``practice``, ``years``, ``months``, ``replicate``.
        Raises ChartError.

        >>> import simdiff
        >>> simdiff.run("goals", replicates=5).chart("levers", outcomes="spread", years=5).title
        'Goals only, year 5'
        """
        name = f"{self.loaded.scenario.name}-{self.story['run']}"
        folder = self.folder or Path("results") / name
        before = "" if self.folder else self.story["reproduce"]
        return draw_chart(results_of_run(self.loaded, self.outcomes, self.story), kind, size, folder, before, asked)

    def save(self, folder: str | Path | None = None) -> Path:
        """Write the folder that ``simdiff run --out`` writes, and return it; None: results/NAME-RUN.

        Raises FolderTakenError if it holds anything else, OSError if it cannot be written.
        """
        where = Path(folder or Path("results") / f"{self.loaded.scenario.name}-{self.story['run']}")
        check_folder(where, self.story["run"])
        write_folder(where, run_files(self.loaded, self.outcomes, self.story), self.story["run"])
        return where

    def __repr__(self) -> str:
        return as_text(self._card())

    def _repr_html_(self) -> str:
        return as_html(self._card())

    def _card(self) -> Card:
        result, story = self.outcomes, self.story
        parts = tuple(Part(block.heading, block.columns, block.rows) for block in summary(result))
        splits = split_lines(run_splits(result, story["asked"]["seed"]))
        told = f"Run {story['run']}. Repeat: {story['reproduce']}"
        notes = (*splits, layers(result), *(f"Note: {note}" for note in story["notes"]), CAVEAT, told)
        return Card(result.title, (size_line(story["world"], result.years),), parts, notes)


def run(scenario: Scenario | str | Path, *, replicates: int = 200, draws: int = 0, posterior: str | Path | None = None,
        seed: int = 1, threads: int | None = None, progress: bool | None = None) -> Result:  # fmt: skip
    """Run a scenario, as ``simdiff run`` does: the same numbers for the same seed.

    ``replicates``: worlds with other luck, at least 1; ``draws``: parameter draws (0: the default values, else at least
    2) from the declared priors, or from ``posterior``, a CSV or ``"calibrated"``; ``threads``: left out, one a core;
    ``progress``: show a bar (left out: where a terminal shows it). Raises ScenarioError.

    >>> import simdiff
    >>> result = simdiff.run("four-levers", replicates=20, seed=1)
    >>> result.yearly.shape
    (5720, 7)
    >>> simdiff.run("four-levers", replicates=0, draws=1)
    Traceback (most recent call last):
    simdiff.scenario.problems.ScenarioError: --draws: 1, expected 0 (default values) or a whole number of at least 2
    --replicates: 0, expected a whole number of at least 1
    """
    check_counts(replicates, draws, seed, threads)
    file = Path(posterior) if posterior is not None else None
    given = given_draws(file, draws)
    chosen = scenario if isinstance(scenario, Scenario) else load(scenario)
    asked = RunAsked(chosen.loaded, replicates, draws, seed, file, given)
    console = PlainConsole(stderr=True)
    with runs_bar(console, replicates * max(1, draws), shown=is_shown(progress, console)) as told:
        result, world = run_scenario(chosen.loaded, replicates=replicates, draws=draws, posterior=given, seed=seed,
                                     threads=threads, progress=told)  # fmt: skip
    return Result(chosen.loaded, result, story_of_run(asked, result, world, _command(chosen, asked)))


def as_frame(table: pa.Table) -> pd.DataFrame:
    """A table as pandas takes it."""
    frame: pd.DataFrame = table.to_pandas()
    return frame


def is_shown(progress: bool | None, console: Console) -> bool:
    """Whether a bar is shown: as asked, else where a person sits at a terminal."""
    return console.is_terminal and not console.is_jupyter if progress is None else progress


def _command(scenario: Scenario, asked: RunAsked) -> str:
    """What repeats the run: a command, or (for settings that no file holds) a line of Python."""
    if not scenario.settings:
        return run_command_of(scenario.told, asked.said, scenario.schools)
    more = "" if scenario.schools is None else f", schools={str(scenario.schools)!r}"
    given = "" if asked.posterior is None else f", posterior={str(asked.posterior)!r}"
    changed = f"simdiff.load({scenario.told!r}{more}).with_settings({dict(scenario.settings)!r})"
    asks = f"replicates={asked.replicates}, draws={asked.draws}{given}, seed={asked.seed}"
    code = f"import simdiff; simdiff.run({changed}, {asks}).save()"
    return shlex.join(["python", "-c", code])


def open_run(folder: Path) -> Result:
    """A run that was saved. Raises RunFolderError."""
    result, _, story = read_run(folder)
    return Result(read_loaded(folder), result, story, folder)
