"""Sweeps in Python: run, gone on with, opened, compared, taken apart."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pandas as pd
import pyarrow as pa

from simdiff.analysis import comparison, matched, sweep_effects
from simdiff.analysis.cell_values import AskError, check_asked, usual_outcome
from simdiff.analysis.layer_rows import sweep_splits
from simdiff.analysis.results_of import of_sweep_folder
from simdiff.analysis.sweep_rows import headlines, summarise
from simdiff.api.pictures import Chart, draw_chart, listed
from simdiff.api.runs import as_frame, is_shown
from simdiff.report.cards import Card, as_html, as_text
from simdiff.report.compare_files import option_rows, pair_rows
from simdiff.report.compare_words import ranking_part, sections, where
from simdiff.report.effects_report import effect_parts, head_line
from simdiff.report.effects_tables import effect_rows
from simdiff.report.effects_words import legend
from simdiff.report.export import choose, tables_of
from simdiff.report.layer_report import split_lines
from simdiff.report.parts import Part
from simdiff.report.progress import sweep_bar
from simdiff.report.provenance import CAVEAT
from simdiff.report.sweep_files import changed_text, commands_of, finish_sweep, sweep_command_of
from simdiff.report.sweep_report import MOST_ROWS, contrast_lines, headline_table, layers_of
from simdiff.report.terminal import PlainConsole
from simdiff.study.chunk_folder import Rows
from simdiff.study.engines import LocalEngine
from simdiff.study.lease import lease
from simdiff.study.plan import load_plan
from simdiff.study.sheet import ChangedError
from simdiff.study.sweep import Report, check_place, open_folder, run_sweep, status


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Comparison:
    """Options of a sweep, compared world by world. ``Sweep.compare`` makes it."""

    found: comparison.Comparison
    title: str
    partial: str

    @property
    def table(self) -> pd.DataFrame:
        """Every pair on every outcome: difference, its intervals by layer of uncertainty, ``verdict`` and why."""
        return pd.DataFrame(pair_rows(self.found))

    @property
    def options(self) -> pd.DataFrame:
        """Every option on every outcome: mean, its place in the ranking, cost, frontier, regret."""
        return pd.DataFrame(option_rows(self.found))

    @property
    def ranking(self) -> str:
        """The ranking as far as it is firm, in words; with several outcomes, one after the other."""
        parts = (ranking_part(self.found, one) for one in self.found.outcomes)
        return "\n\n".join("\n".join([part.heading, *part.lines]) for part in parts)

    def __repr__(self) -> str:
        return as_text(self._card())

    def _repr_html_(self) -> str:
        return as_html(self._card())

    def _card(self) -> Card:
        parts = tuple(Part(one.heading, one.columns, one.rows, one.lines) for one in sections(self.found))
        return Card(self.title, tuple(filter(None, (where(self.found), self.partial))), parts, (CAVEAT,))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Effects:
    """What each factor of a sweep does to an outcome. ``Sweep.effects`` makes it."""

    found: sweep_effects.SweepEffects
    title: str
    partial: str

    @property
    def table(self) -> pd.DataFrame:
        """Every effect: main effects, interactions, Shapley shares, one at a time, gains over doses; with intervals of
        chance and of parameters, and ``firm``: 1 or −1 if both leave out 0, else 0."""
        return pd.DataFrame(effect_rows(self.found))

    def __repr__(self) -> str:
        return as_text(self._card())

    def _repr_html_(self) -> str:
        return as_html(self._card())

    def _card(self) -> Card:
        lines = tuple(filter(None, (head_line(self.found), self.partial)))
        return Card(self.title, lines, tuple(effect_parts(self.found)), (*legend(self.found), CAVEAT))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Sweep:
    """A sweep and its folder, as it stood when it was run or opened."""

    folder: Path
    report: Report

    @property
    def _rows(self) -> Rows:
        """What is stored. Raises AskError if that is nothing."""
        if not self.report.tally.done:
            raise AskError(f"{self.folder}: no run is done yet")
        return Rows(self.report.plan, self.report.chunks)

    @property
    def summary(self) -> pd.DataFrame:
        """Every outcome of every cell at the end of every year kept: ``median``, 5–95 % of chance (over replicates) and
        of parameters (over the draws' medians), as in ``summary.csv``."""
        content, _ = summarise(self.report.plan, self._rows)
        return pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])

    def table(self, outcomes: str | Iterable[str] = (), years: int | Iterable[int] = ()) -> pd.DataFrame:
        """Every value, one a row: cell, scenario, factors, draw, replicate, district, practice, year, outcome, value.

        ``outcomes`` and ``years`` (months of a monthly series): left out, all that are kept. Raises ExportError for
        what is not kept. Large sweeps make large tables: ask for what you need.
        """
        chosen = choose(self.report.plan, listed(outcomes), listed(years))
        long = next(one for one in tables_of(self.report, self._rows, chosen) if one.name == "long")
        return as_frame(pa.concat_tables(long.parts()))

    def compare(self, outcome: str | Iterable[str] = (), *, year: int | None = None, place: str = "all",
                practice: str | None = None, cells: str | Iterable[str] = (), baseline: str | None = None,
                confidence: float = 0.95) -> Comparison:  # fmt: skip
        """Compare its options world by world, as ``simdiff compare`` does.

        ``outcome``: one or several (left out: depth); ``year``: left out, the last; ``cells``: left out, all;
        ``baseline``: left out, the cheapest. Raises CompareError with all that is wrong.
        """
        asked = matched.Asked(listed(outcome), year, place, practice, listed(cells), baseline, confidence)
        found = comparison.compare(self.report.plan, self._rows, asked)
        return Comparison(found, self.report.plan.experiment.title, self._partial())

    def effects(self, outcome: str | None = None, *, year: int | None = None, district: str = "all",
                practice: str | None = None, at: Mapping[str, Any] | None = None, reach: float | None = None
                ) -> Effects:  # fmt: skip
        """What each factor does, as ``simdiff effects`` says it: effects, interactions, Shapley shares, doses.

        ``at``: factor → level to look at alone; ``reach``: value that doses shall reach. Raises AskError where the
        design does not allow it.
        """
        plan = self.report.plan
        asked = check_asked(plan, outcome or usual_outcome(plan), year, district, practice)
        held = {name: str(level).lower() if isinstance(level, bool) else str(level)
                for name, level in (at or {}).items()}  # fmt: skip
        return Effects(sweep_effects.read_effects(plan, self._rows, asked, held, reach), plan.experiment.title,
                       self._partial())  # fmt: skip

    def chart(self, kind: str = "levers", *, size: str = "screen", **asked: Any) -> Chart:
        """A chart (docs/charts.md has every kind); ``size`` screen or print.

        ``asked``: what the kind takes of ``outcomes``, ``cells``, ``place``, ``practice``, ``years``, ``months``,
        ``replicate``, ``baseline``, ``confidence``, ``factors``, ``at``, ``reach``. Raises ChartError, and ChangedError
        if runs must be simulated again that other code made.
        """
        results = of_sweep_folder(self.report, self.folder)
        return draw_chart(results, kind, size, self.folder, "", asked)

    def _partial(self) -> str:
        tally = self.report.tally
        if self.report.complete and not tally.failed:
            return ""
        more = "" if self.report.complete else f"; continue: simdiff resume {self.folder}"
        return f"PARTIAL: {tally.done:,} of {tally.planned:,} runs are done, {tally.failed:,} of them failed{more}"

    def __repr__(self) -> str:
        return as_text(self._card())

    def _repr_html_(self) -> str:
        return as_html(self._card())

    def _card(self) -> Card:
        plan, tally = self.report.plan, self.report.tally
        rows = Rows(plan, self.report.chunks)
        cells = headlines(plan, rows, plan.cells[:MOST_ROWS])
        heads, table, _ = headline_table(plan, cells)
        more = len(plan.cells) - MOST_ROWS
        lines = (plan.experiment.question, f"{tally.done:,} runs of {len(plan.cells):,} cells", self._partial())
        splits = split_lines(sweep_splits(plan, rows)) if cells else []
        notes = (*splits, *contrast_lines(self.report), *([layers_of(plan)] if cells else []), CAVEAT,
                 f"Folder: {self.folder}")  # fmt: skip
        left = (f"… and {more:,} more cells",) if more > 0 else ()
        parts = (Part("", tuple(heads), tuple(map(tuple, table)), left),) if cells else ()
        return Card(plan.experiment.title, tuple(filter(None, lines)), parts, notes)


def sweep(experiment: str | Path, folder: str | Path | None = None, *, replicates: int | None = None,
          draws: int | None = None, posterior: str | Path | None = None, seed: int | None = None,
          schools: str | Path | None = None, threads: int | None = None, progress: bool | None = None
          ) -> Sweep:  # fmt: skip
    """Run an experiment (a YAML file, or the name of a shipped one) into a folder, as ``simdiff sweep`` does.

    A folder that holds it already is gone on with, so a sweep that was stopped is not begun anew; ``folder`` None:
    results/NAME. What is left out is as the file says. Raises ScenarioError, FolderTakenError, ChangedError if the
    folder holds a sweep of something else, FolderOwnedError if another process works on it, OSError.

    >>> import simdiff
    >>> sweep = simdiff.sweep("equal-spend", "equal", replicates=2, draws=0)
    >>> len(sweep.table("depth", years=10))
    22
    >>> pair = simdiff.open("equal").compare("depth", cells=["policy=goals", "policy=talent"]).table
    >>> print(pair["verdict"].item())
    cannot tell apart
    """
    table = Path(schools) if schools is not None else None
    file = Path(posterior) if posterior is not None else None
    changes = {"replicates": replicates, "draws": draws, "posterior": file, "seed": seed}
    plan = load_plan(str(experiment), table, changes)
    where = Path(folder or Path("results") / plan.experiment.name)
    command = sweep_command_of(str(experiment), changes, table, Path(folder) if folder is not None else None)
    console = PlainConsole(stderr=True)
    check_place(where)
    where.mkdir(parents=True, exist_ok=True)
    try:
        with lease(where), sweep_bar(console, shown=is_shown(progress, console)) as told:
            known, _ = open_folder(where, plan)
            report = run_sweep(where, known, commands_of(where, command, adds=False), LocalEngine(threads), Event(),
                               told)  # fmt: skip
            finish_sweep(where, report)
    except ChangedError as problem:
        raise ChangedError(changed_text(where, str(problem))) from None
    return Sweep(where, report)


def open_sweep(folder: Path) -> Sweep:
    """A sweep from its folder; every byte is checked. Raises SheetError, TwinChunksError."""
    return Sweep(folder, status(folder, verify=True))
