"""The chart of a sweep's cells: a dot and an interval for each, one panel an outcome. No file is opened here."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from simdiff.analysis.summary import Interval
from simdiff.report.charts import BLUE, GREY, STYLE
from simdiff.report.words import number

MOST_CELLS = 40
LONGEST_NAME = 44


@dataclass(frozen=True, slots=True)
class Dots:
    """One panel: an outcome's title and unit, and an interval for each row of the chart."""

    title: str
    unit: str
    intervals: tuple[Interval, ...]


def dots(names: Sequence[str], panels: Sequence[Dots], title: str, note: str, *, parameters: bool) -> Figure:
    """Medians and 5–95 % intervals of cells, top to bottom in their order; ``parameters``: over parameter draws.

    ``note`` says what the intervals are, under the chart. Cells after the first ``MOST_CELLS`` are not drawn; the note
    then says how many.
    """
    shown = list(names)[:MOST_CELLS]
    more = f" {len(names) - len(shown)} more cells are in the summary." if len(names) > len(shown) else ""
    with rc_context(STYLE):
        label = max(min(len(name), LONGEST_NAME) for name in shown) * 0.075
        width, height = label + 2.3 * len(panels) + 0.3, 0.24 * len(shown) + 1.5
        figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
        axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axis, panel in zip(axes, panels, strict=True):
            _draw(axis, panel, len(shown), parameters=parameters)
        axes[0].set_yticks(range(len(shown)), [name[:LONGEST_NAME] for name in shown])
        axes[0].set_ylim(len(shown) - 0.5, -0.5)
        figure.suptitle("\n".join(textwrap.wrap(title, int(width * 9))), x=0.01, ha="left", fontsize=11, weight="bold")
        told = "\n".join(textwrap.wrap(note + more, int(width * 15)))
        figure.supxlabel(told, x=0.01, ha="left", fontsize=7, color=GREY)
    return figure


def _draw(axis: Axes, panel: Dots, rows: int, *, parameters: bool) -> None:
    for row, one in enumerate(panel.intervals[:rows]):
        if np.isnan(one.median):
            axis.text(0.02, row, "undefined", va="center", fontsize=7, color=GREY, transform=axis.get_yaxis_transform())
            continue
        low, high = (one.parameter_low, one.parameter_high) if parameters else (one.low, one.high)
        axis.plot([low, high], [row, row], color=BLUE, linewidth=1.4, solid_capstyle="butt")
        axis.plot(one.median, row, "o", color=BLUE, markersize=4)
    axis.set_title(panel.title, loc="left", fontsize=9)
    axis.xaxis.set_major_formatter(lambda value, _: number(value, panel.unit))
    axis.xaxis.set_major_locator(MaxNLocator(4))
    axis.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
