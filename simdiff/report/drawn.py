"""A chart of results as it is asked for by name: checked, drawn, and the command that draws it again."""

import shlex
from pathlib import Path

from simdiff.analysis.results import Results
from simdiff.report.asked import Asked, ChartError
from simdiff.report.charts import SIZES, Size
from simdiff.report.figure import Chart
from simdiff.report.kinds import Kind, check
from simdiff.study.sheet import check_code


def check_chart(asked: Asked, size: str) -> tuple[Kind, Size]:
    """The kind and the size asked for. Raises ChartError."""
    kind = check(asked)
    if size not in SIZES:
        raise ChartError(f"--size: {size}, expected one of {', '.join(SIZES)}")
    return kind, SIZES[size]


def draw(results: Results, asked: Asked, size: str) -> Chart:
    """Draw a chart. Raises ChartError, and ChangedError if runs must be simulated again that other code made."""
    kind, how = check_chart(asked, size)
    if kind.again:
        check_code(results.plan)
    return kind.draw(results, asked, how)


def chart_command_of(folder: Path, asked: Asked, out: Path | None, size: str) -> str:
    """What draws the chart again, but for the folder that it is written to."""
    words = ["simdiff", "chart", str(folder), asked.kind]
    words += ["--outcomes", ",".join(asked.outcomes)] if asked.outcomes else []
    for option, names in {"--cell": asked.cells, "--factor": asked.factors, "--at": asked.at}.items():
        words += [word for name in names for word in (option, name)]
    single = {"--place": asked.place, "--practice": asked.practice, "--replicate": asked.replicate,
              "--baseline": asked.baseline, "--confidence": asked.confidence, "--reach": asked.reach}  # fmt: skip
    for option, value in single.items():
        words += [option, f"{value:g}" if isinstance(value, float) else str(value)] if value is not None else []
    words += ["--months", ",".join(map(str, asked.months))] if asked.months else []
    words += ["--size", size] if size != "print" else []
    return shlex.join([*words, *(["--out", out.name] if out else [])])
