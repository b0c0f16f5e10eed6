"""``simdiff plan``."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from simdiff.cli import BAD_INPUT
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.progress import spoken
from simdiff.scenario import ScenarioError
from simdiff.study.plan import Plan, load_plan
from simdiff.study.probe import Estimate, estimate


def plan_command(experiment: str, schools: Path | None, changes: dict[str, Any], threads: int | None,
                 as_json: bool) -> int:  # fmt: skip
    """Print what a sweep would take."""
    try:
        plan = load_plan(experiment, schools, changes)
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    say_if_compiling(errors())
    found = estimate(plan, threads or os.cpu_count() or 1)
    if as_json:
        print(json.dumps({"experiment": plan.experiment.name, **asdict(found)}))
        return 0
    console = terminal()
    console.print(f"\n{plan.experiment.title}", style="bold")
    if plan.experiment.question:
        console.print(plan.experiment.question)
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in _estimate_rows(plan, found):
        table.add_row(*row)
    console.print(table)
    for line in _cell_lines(plan):
        console.print(line, style="dim")
    return 0


def _estimate_rows(plan: Plan, found: Estimate) -> list[tuple[str, str]]:
    same = len(plan.cells) - len(plan.unique)
    rows = [("cells", f"{found.cells:,}" + (f" ({same:,} say the same as others and are run once)" if same else ""))]
    if found.draws > 1:
        rows.append(("parameter draws", f"{found.draws:,}"))
    until = plan.experiment.until
    rows += [
        ("runs", f"{found.runs:,}" + (" to begin with" if until else "")),
        ("school-months", f"{found.school_months:,}"),
        ("time", f"about {spoken(found.seconds)} on {found.threads} threads (from {found.probed} measured runs)"),
        ("disk", f"about {found.disk / 1e6:,.1f} MB"),
    ]
    if until:
        rows.append(("until", f"half-width {until.halfwidth:g} of {until.outcome}; at most {until.most:,} replicates"))
    return rows


def _cell_lines(plan: Plan) -> list[str]:
    names = [cell.name for cell in plan.cells]
    return [f"cells: {', '.join(names[:16])}" + (f" and {len(names) - 16:,} more" if len(names) > 16 else "")]
