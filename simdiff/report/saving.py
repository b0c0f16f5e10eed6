"""Several charts of the same results, each into its file with its story."""

from collections.abc import Iterable
from pathlib import Path

from simdiff.analysis.results import Results
from simdiff.report.charts import Size
from simdiff.report.figure import Chart
from simdiff.report.picture import save_chart
from simdiff.report.story import story_of


def save_charts(charts: Iterable[tuple[str, Chart]], folder: Path, results: Results, size: Size, command: str
                ) -> list[Path]:  # fmt: skip
    """Write charts by name into a folder, as PNG with the numbers beside them; return the pictures. Raises OSError."""
    return [save_chart(chart, folder / f"{name}.png", story_of(chart, results, size, command), size)[0]
            for name, chart in charts]  # fmt: skip
