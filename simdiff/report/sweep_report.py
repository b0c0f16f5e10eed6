"""What a sweep shows: the table of its cells, its contrasts in sentences, and how it stands."""

import math
from pathlib import Path
from typing import Any

from simdiff.analysis.summary import Interval
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import BY_NAME, span
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows
from simdiff.study.plan import Plan
from simdiff.study.precision import Sharpness
from simdiff.study.sweep import Report

MOST_ROWS = 40
MOST_CONTRASTS = 20


def headline_table(plan: Plan, cells: list[tuple[Cell, dict[str, Interval]]]
                   ) -> tuple[list[str], list[list[str]], int]:  # fmt: skip
    """Heads and rows of the table of cells, and how many cells are left out."""
    if not cells:
        return [], [], 0
    outcomes = list(cells[0][1])
    years = sorted({cell.years for cell, _ in cells})
    heads = [f"year {years[0]}" if len(years) == 1 else "last year", *(BY_NAME[name].title for name in outcomes)]
    with_draws = len(plan.draws) > 1
    rows = [
        [cell.name, *(span(found[name], BY_NAME[name].unit, parameters=with_draws) for name in outcomes)]
        for cell, found in cells[:MOST_ROWS]
    ]
    return heads, rows, max(0, len(cells) - MOST_ROWS)


def layers_of(plan: Plan) -> str:
    """What the intervals are, in words."""
    replicates = sorted(set(plan.replicates().values()))
    told = f"{replicates[0]}" if len(replicates) == 1 else f"{replicates[0]}–{replicates[-1]}"
    if len(plan.draws) > 1 and replicates[-1] == 1:
        return f"Median and 5–95 % over {len(plan.draws)} parameter draws of one replicate each: chance is in it."
    if len(plan.draws) > 1:
        return (f"Median and 5–95 % over {len(plan.draws)} parameter draws (each draw's median of {told} matched "
                "replicates); chance is in the summary.")  # fmt: skip
    return (f"Median and 5–95 % over {told} replicates, the same luck in every cell: chance alone, at one set of "
            "parameters. Cells whose intervals overlap may still differ: compare them in pairs.")  # fmt: skip


def contrast_lines(report: Report) -> list[str]:
    """A sentence for each contrast of ``until``, and what it took."""
    until = report.plan.experiment.until
    if until is None or not report.sharpness:
        return []
    sharp = [one for one in report.sharpness if one.sharp]
    open_ones = [one for one in report.sharpness if not one.sharp]
    lines = [_contrast_line(report, one) for one in [*open_ones, *sharp][:MOST_CONTRASTS]]
    more = len(report.sharpness) - len(lines)
    spent = f"{len(sharp)} of {len(report.sharpness)} contrasts are sharp after {report.tally.done:,} runs"
    left = f"; {len(open_ones)} remain unresolved at {until.most:,} replicates" if open_ones else ""
    return [*lines, *([f"… and {more} more"] if more > 0 else []), f"{spent}{left}."]


def _contrast_line(report: Report, one: Sharpness) -> str:
    until = report.plan.experiment.until
    assert until is not None
    unit = BY_NAME[until.outcome].unit
    state = (
        f"sharp ({one.enough} replicates were enough)" if one.sharp else f"UNRESOLVED (asked: ± {until.halfwidth:g})"
    )
    return (f"{BY_NAME[until.outcome].title}, {one.first} − {one.second}: {one.difference:+.4g} ± {one.halfwidth:.2g} "
            f"({unit}; {until.confidence:.0%} interval of the mean over chance, {one.replicates} matched replicates)"
            f" – {state}")  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None  # JSON knows no other numbers


def standing(folder: Path, report: Report, *, check: bool = False) -> dict[str, Any]:
    """How a sweep stands, for scripts; with ``check``, the hash of its table too."""
    tally = report.tally
    said: dict[str, Any] = {
        "experiment": report.plan.experiment.name,
        "folder": str(folder),
        "caveat": CAVEAT,
        "cells": len(report.plan.cells),
        "draws": len(report.plan.draws),
        "planned": tally.planned,
        "done": tally.done,
        "failed": tally.failed,
        "computed_now": tally.fresh,
        "damaged": [str(path) for path in report.chunks.damaged],
        "foreign": [str(path) for path in report.chunks.foreign],
        "contrasts": [
            {"first": one.first, "second": one.second, "difference": _finite(one.difference),
             "halfwidth": _finite(one.halfwidth), "layer": "chance",
             "replicates": one.replicates, "enough": one.enough, "sharp": one.sharp}
            for one in report.sharpness
        ],
    }  # fmt: skip
    if check:
        said["table"] = Rows(report.plan, report.chunks).table_digest()
    return said
