"""``simdiff effects``."""

import io
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from simdiff.analysis.cell_values import Asked, AskError, check_asked, held_levels, usual_outcome
from simdiff.analysis.results_of import of_sweep_folder
from simdiff.analysis.sweep_effects import SweepEffects, read_effects
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.report.charts import PRINT
from simdiff.report.effect_charts import effect_charts
from simdiff.report.effects_report import effect_parts, head_line
from simdiff.report.effects_tables import effect_rows, effects_json
from simdiff.report.effects_words import legend
from simdiff.report.parts import Part
from simdiff.report.provenance import CAVEAT
from simdiff.report.saving import save_charts
from simdiff.study.blocks import ALL
from simdiff.study.chunk_folder import Rows, TwinChunksError
from simdiff.study.files import csv_bytes, write_file
from simdiff.study.plan import Plan
from simdiff.study.sheet import SheetError
from simdiff.study.sweep import Report, status


def effects_command(folder: Path, outcome: str | None, year: int | None, district: str, practice: str | None,
                    held: Sequence[str], reach: float | None, out: Path | None, as_json: bool) -> int:  # fmt: skip
    """Tell what the factors of a sweep do."""
    target = out or folder / "effects"
    try:
        report = finished(folder)
        asked = check_asked(report.plan, outcome or usual_outcome(report.plan), year, district, practice)
        found = read_effects(report.plan, Rows(report.plan, report.chunks), asked, held_levels(held), reach)
        said = effects_json(found, str(folder))
        paths = write_all(target, _files(found, said))
        results, command = of_sweep_folder(report, folder), _command(folder, asked, year, held, reach, out)
        paths += save_charts(effect_charts(results, found, PRINT), target / "charts", results, PRINT, command)
    except (SheetError, TwinChunksError, AskError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or target}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
    else:
        console = terminal()
        tell(console, report, head_line(found), list(effect_parts(found)), legend(found), paths)
    return partial(report)


def finished(folder: Path) -> Report:
    """How a folder stands, every byte checked. Raises SheetError, TwinChunksError, OSError, and AskError if nothing has
    been run."""
    report = status(folder, verify=True)
    if not report.tally.done:
        raise AskError(f"{folder}: no run is done yet")
    return report


def partial(report: Report) -> int:
    """Say so if the sweep is not whole; the exit code."""
    tally = report.tally
    if tally.failed or tally.done < tally.planned:
        hurt = f", {len(report.chunks.damaged)} damaged chunks are left out" if report.chunks.damaged else ""
        errors().print(
            f"PARTIAL: {tally.done:,} of {tally.planned:,} runs are done, {tally.failed:,} of them failed{hurt}"
        )
        return SOME_FAILED
    return 0


def write_all(target: Path, files: dict[str, bytes]) -> list[Path]:
    """Write files into a folder, each in one step. Raises OSError with the path."""
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_file(target / name, content)
    return [target / name for name in files]


def tell(console: Console, report: Report, head: str, parts: Sequence[Part], notes: Sequence[str],
         paths: Sequence[Path]) -> None:  # fmt: skip
    """Print a report for people."""
    plan, tally = report.plan, report.tally
    console.print(f"\n{plan.experiment.title}", style="bold")
    console.print(head)
    if tally.failed:
        console.print(f"{tally.failed:,} of {tally.planned:,} runs FAILED; they are left out below", style="bold red")
    for part in parts:
        console.print()
        if part.heading:
            console.print(part.heading, style="italic")
        if part.rows:
            console.print(_table(part))
        for line in part.lines:
            if line:
                console.print(line)
    console.print()
    for line in (*notes, CAVEAT):
        console.print(line, style="dim")
    for path in paths:
        console.print(str(path), soft_wrap=True)


def _table(part: Part) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in part.heads:
        table.add_column(head, overflow="fold")
    for row in part.rows:
        table.add_row(*row)
    return table


def _files(found: SweepEffects, said: dict[str, Any]) -> dict[str, bytes]:
    files = {"effects.json": (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()}
    rows = effect_rows(found)
    return {**files, "effects.csv": csv_bytes(rows)} if rows else files


def _command(folder: Path, asked: Asked, year: int | None, held: Sequence[str], reach: float | None, out: Path | None
             ) -> str:  # fmt: skip
    """What tells the same again, but for the folder that it is written to."""
    words = ["simdiff", "effects", str(folder), "--outcome", asked.outcome, "--practice", asked.practice]
    words += ["--district", asked.district] if asked.district != ALL else []
    words += ["--year", str(year)] if year is not None else []
    words += [word for one in held for word in ("--at", one)]
    words += ["--reach", f"{reach:g}"] if reach is not None else []
    return shlex.join([*words, *(["--out", out.name] if out else [])])


def png(figure: Figure, asked: Asked, folder: Path, plan: Plan) -> bytes:
    """A figure as PNG that says in itself where it comes from."""
    picture = io.BytesIO()
    about = {"experiment": plan.experiment.name, "folder": str(folder), "outcome": asked.outcome, "year": asked.year,
             "district": asked.district, "practice": asked.practice, "seed": plan.experiment.seed,
             "code": plan.question.code, "caveat": CAVEAT}  # fmt: skip
    figure.savefig(picture, format="png", metadata={"Software": None, "Description": json.dumps(about)})
    return picture.getvalue()
