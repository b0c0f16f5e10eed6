"""``simdiff discover``."""

import json
from collections.abc import Sequence
from pathlib import Path

from simdiff.analysis.cell_values import AskError, check_asked
from simdiff.analysis.discovery import CHECKS, MissingExtraError, NothingToFindError, discover
from simdiff.analysis.points import parse_condition, points_of
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE
from simdiff.cli.effects import finished, partial, png, tell, write_all
from simdiff.cli.progress import errors, terminal
from simdiff.report.discovery_report import MEANING, discovery_chart, discovery_json, discovery_parts, failure
from simdiff.report.effects_report import about_line
from simdiff.study.chunk_folder import Rows, TwinChunksError
from simdiff.study.sheet import SheetError


def discover_command(folder: Path, fails: str, policy: str | None, against: str | None, columns: Sequence[str],
                     year: int | None, district: str, practice: str | None, box: int | None, out: Path | None,
                     as_json: bool) -> int:  # fmt: skip
    """Tell under which conditions a policy fails."""
    target = out or folder / "discover"
    try:
        condition = parse_condition(fails)
        report = finished(folder)
        plan = report.plan
        asked = check_asked(plan, condition.outcome, year, district, practice, "--fails")
        points = points_of(plan, Rows(plan, report.chunks), asked, condition, policy, against, columns)
        errors().print(f"Looking through {len(points.fails):,} points, and {2 * CHECKS} times to see how firm it is …")
        found = discover(points, plan.experiment.seed, box)
        about = {"experiment": plan.experiment.name, "policy": policy, "against": against, "year": year}
        said = discovery_json(found, points, condition, str(folder), about)
        title = f"{plan.experiment.title}: where it fails ({failure(condition, difference=against is not None)})"
        chart = discovery_chart(found, points, title, about_line(plan, asked))
        files = {"discover.json": (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode(),
                 "discover.png": png(chart, asked, folder, plan)}  # fmt: skip
        paths = write_all(target, files)
    except (SheetError, TwinChunksError, AskError, NothingToFindError, MissingExtraError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or target}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
    else:
        parts = list(discovery_parts(found, points, condition, difference=against is not None))
        who = f"{policy or 'all cells'}" + (f" less {against}" if against else "")
        tell(terminal(), report, f"{about_line(plan, asked)}; {who}", parts, [MEANING], paths)
    return partial(report)
