"""A run as it is asked for and as it is kept: its identity, its provenance, and the files of its folder."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simdiff.analysis.report_rows import summary_rows
from simdiff.analysis.results import OfRun, Results
from simdiff.model.world import World, describe
from simdiff.report.asked import Asked
from simdiff.report.charts import PRINT
from simdiff.report.kinds import KINDS
from simdiff.report.picture import picture
from simdiff.report.provenance import provenance, run_id
from simdiff.report.run_report import warnings
from simdiff.report.story import story_of
from simdiff.scenario import Loaded, to_yaml
from simdiff.study.files import csv_bytes, parquet_bytes
from simdiff.study.run import RunResult
from simdiff.study.run_folder import PROVENANCE, SCENARIO, SCHOOLS, run_plan, schools_bytes, sealed
from simdiff.study.tables import final_table, ledger_table, monthly_table, yearly_table


@dataclass(frozen=True, slots=True)
class RunAsked:
    """What is asked of a scenario. ``posterior``: the file of its parameter draws, ``given``: those that it holds."""

    loaded: Loaded
    replicates: int
    draws: int
    seed: int
    posterior: Path | None = None
    given: tuple[dict[str, float], ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        """As plain data."""
        plain = {"scenario": self.loaded.scenario.name, "replicates": self.replicates, "draws": self.draws,
                 "seed": self.seed}  # fmt: skip
        return plain | ({"posterior": str(self.posterior)} if self.posterior is not None else {})

    @property
    def run(self) -> str:
        """Identity of the run, 12 hex digits."""
        loaded = self.loaded
        return run_id(loaded.text, [self.said, self.given[: self.draws]], sorted(loaded.schools.items()))

    @property
    def folder(self) -> Path:
        """Where it is kept if nothing else is said."""
        return Path("results") / f"{self.loaded.scenario.name}-{self.run}"


def run_command_of(scenario: str, said: Mapping[str, Any], schools: Path | None) -> str:
    """The command that repeats a run of a scenario file."""
    words = ["simdiff", "run", scenario]
    for name in ("replicates", "draws", "posterior", "seed"):
        words += [f"--{name}", str(said[name])] if name in said else []
    if schools is not None:
        words += ["--schools", str(schools)]
    return shlex.join(words)


def story_of_run(asked: RunAsked, result: RunResult, world: World, command: str) -> dict[str, Any]:
    """The provenance of a run; ``command`` is what repeats it."""
    loaded = asked.loaded
    notes = [*loaded.notes, *warnings(result, loaded.scenario)]
    return provenance(asked.run, asked.said, command, loaded.files, notes, describe(world), result.draws)


def results_of_run(loaded: Loaded, result: RunResult, story: Mapping[str, Any]) -> Results:
    """A run as charts take it."""
    asked = story["asked"]
    plan = run_plan(loaded, asked["replicates"], result.draws, asked["seed"], story["versions"])
    return Results(plan, OfRun(result), story["run"], story["reproduce"])


def run_files(loaded: Loaded, result: RunResult, story: Mapping[str, Any], rows: Sequence[dict[str, Any]] | None = None
              ) -> dict[str, bytes]:  # fmt: skip
    """The files of a run's folder by name; ``rows``: its summary, if it is there already."""
    schools = {SCHOOLS: schools_bytes(loaded.schools)} if loaded.schools else {}
    files = {
        "summary.csv": csv_bytes(summary_rows(result) if rows is None else rows),
        "yearly.parquet": parquet_bytes(yearly_table(result)),
        "monthly.parquet": parquet_bytes(monthly_table(result)),
        "whole_run.parquet": parquet_bytes(final_table(result)),
        "ledger.parquet": parquet_bytes(ledger_table(result)),
        SCENARIO: to_yaml(loaded.text).encode(),
        **schools,
        **_chart(results_of_run(loaded, result, story), several=len(result.places) > 1),
    }
    return files | {PROVENANCE: sealed(story, files)}


def _chart(results: Results, *, several: bool) -> dict[str, bytes]:
    """The chart of the folder: spread and depth over time, of each district if there are several."""
    kind = "districts" if several else "adoption"
    chart = KINDS[kind].draw(results, Asked(kind), PRINT)
    return {"chart.png": picture(chart, "png", story_of(chart, results, PRINT, results.reproduce), PRINT),
            "chart.csv": chart.csv()}  # fmt: skip
