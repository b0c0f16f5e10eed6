"""``simdiff effects``."""

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from simdiff.analysis.cell_values import Asked, AskError, check_asked, usual_outcome
from simdiff.analysis.sweep_effects import BlockEffects, SweepEffects, pair_means, read_effects, strongest_pair
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.report.effects_charts import DRAWN, dose_chart, effects_chart, pair_chart, shapley_chart, tornado_chart
from simdiff.report.effects_report import bands_line, effect_parts, head_line, layer_lines
from simdiff.report.effects_tables import effect_rows, effects_json
from simdiff.report.parts import Part
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import BY_NAME
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
        found = read_effects(report.plan, Rows(report.plan, report.chunks), asked, pairs_of(held), reach)
        said = effects_json(found, str(folder))
        paths = write_all(target, {**_files(found, said), **_pictures(found, folder)})
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
        tell(console, report, head_line(found), list(effect_parts(found)), layer_lines(report.plan), paths)
    return partial(report)


def finished(folder: Path) -> Report:
    """How a folder stands, every byte checked. Raises SheetError, TwinChunksError, OSError, and AskError if nothing has
    been run."""
    report = status(folder, verify=True)
    if not report.tally.done:
        raise AskError(f"{folder}: no run is done yet")
    return report


def pairs_of(told: Sequence[str]) -> dict[str, str]:
    """NAME=LEVEL texts as a mapping. Raises AskError."""
    wrong = [one for one in told if "=" not in one]
    if wrong:
        raise AskError(f"--at: {wrong[0]}, expected FACTOR=LEVEL")
    return {one.partition("=")[0].strip(): one.partition("=")[2].strip() for one in told}


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


def _pictures(found: SweepEffects, folder: Path) -> dict[str, bytes]:
    """Every chart that there is something to show in, by file name."""
    unit, pictures = BY_NAME[found.asked.outcome].unit, {}
    for n, one in enumerate(found.blocks):
        tail = f"-{n + 1}" if len(found.blocks) > 1 else ""
        where = f" ({one.block.name})" if len(found.blocks) > 1 else ""
        for name, figure in _figures(found, one, unit, head_line(found) + where):
            pictures[f"{name}{tail}.png"] = png(figure, found.asked, folder, found.plan)
    return pictures


def _figures(found: SweepEffects, one: BlockEffects, unit: str, about: str) -> list[tuple[str, Figure]]:
    plan = found.plan
    source = f"Seed {plan.experiment.seed}, code {plan.question.code}. {CAVEAT}"
    note = " ".join([DRAWN, *layer_lines(plan), source])
    bands = f"{bands_line(plan)} {source}"
    figures = []
    if one.factorial is not None:
        figures.append(("effects", effects_chart(one.factorial, unit, f"Effects on {about}", note)))
        if one.factorial.shapley:
            shares = shapley_chart(one.factorial.shapley, unit, f"Shapley values of {about}", note)
            figures.append(("shapley", shares))
        if pair := strongest_pair(one):
            title = f"{' and '.join(pair)}: {about}"
            chart = pair_chart(pair_means(one, *pair), *pair, unit, title, bands, parameters=len(plan.draws) > 1)
            figures.append(("interaction", chart))
    if one.tornado is not None:
        figures.append(("tornado", tornado_chart(one.tornado, unit, f"One at a time: {about}", note)))
    for factor in dict.fromkeys(curve.factor for curve, _ in one.curves):
        curves = [pair for pair in one.curves if pair[0].factor == factor]
        name = re.sub(r"[^a-z0-9_-]", "", factor)[:60]
        figures.append((f"dose-{name}", dose_chart(curves, unit, f"{factor}: {about}", bands)))
    return figures


def png(figure: Figure, asked: Asked, folder: Path, plan: Plan) -> bytes:
    """A figure as PNG that says in itself where it comes from."""
    picture = io.BytesIO()
    about = {"experiment": plan.experiment.name, "folder": str(folder), "outcome": asked.outcome, "year": asked.year,
             "district": asked.district, "practice": asked.practice, "seed": plan.experiment.seed,
             "code": plan.question.code, "caveat": CAVEAT}  # fmt: skip
    figure.savefig(picture, format="png", metadata={"Software": None, "Description": json.dumps(about)})
    return picture.getvalue()
