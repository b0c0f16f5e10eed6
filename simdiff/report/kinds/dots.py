"""Names from top to bottom with dots and intervals beside them: the sheet that such charts share."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from simdiff.analysis.contrasts import Estimate
from simdiff.report.captions import known_or_none
from simdiff.report.charts import BLUE, EM, GREY, LINE, Size, rules, sheet
from simdiff.report.figure import Row

MOST_ROWS = 40
LONGEST = 40
"""Letters of a name that are shown."""


def dotted(size: Size, names: Sequence[str], count: int, title: str, said: str) -> tuple[Figure, list[Axes]]:
    """A figure with a row for each name and ``count`` panels, beside each other as far as the width allows."""
    label = max(len(name) for name in names) * EM * size.font / 72
    columns = count if size.width - label > 1.05 * count else min(2, count)
    rows = -(-count // columns)
    height = (len(names) * LINE * 1.1 * size.font / 72 + 0.55) * rows
    figure = sheet(size, height, title, said)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axis in grid.ravel()[count:]:
        axis.set_visible(False)
    grid[0, 0].set_yticks(range(len(names)), list(names))
    grid[0, 0].set_ylim(len(names) - 0.5, -0.5)
    return figure, list(grid.ravel()[:count])


def across(axis: Axes, title: str, shown: Callable[[float], str], size: Size) -> None:
    """The numbers of a panel under it, and its title."""
    axis.set_title(title, loc="left", fontsize=size.font)
    axis.xaxis.set_major_formatter(lambda value, _: shown(value))
    axis.xaxis.set_major_locator(MaxNLocator(3))
    rules(axis, "x")
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)


def undefined(axis: Axes, row: float, size: Size) -> None:
    """A row without a value."""
    axis.text(0.02, row, "undefined", va="center", fontsize=0.8 * size.font, color=GREY,
              transform=axis.get_yaxis_transform())  # fmt: skip


def layered(axis: Axes, row: float, one: Estimate, size: Size, *, firm: bool) -> None:
    """A difference: thin line parameters, thick line chance, a dot that is open and grey unless it is firm."""
    if np.isnan(one.mean):
        undefined(axis, row, size)
        return
    colour = BLUE if firm else GREY
    for low, high, width in ((one.parameters_low, one.parameters_high, 0.12), (one.chance_low, one.chance_high, 0.42)):
        if np.isfinite(low) and np.isfinite(high):
            axis.plot([low, high], [row, row], color=colour, linewidth=width * size.font, solid_capstyle="butt")
    axis.plot(one.mean, row, "o", color=colour, markersize=0.6 * size.font, markerfacecolor=colour if firm else "white")


def layer_cells(one: Estimate) -> Row:
    """An estimate as columns of a chart's table; nothing where an interval is not bounded."""
    ends = {"mean": one.mean, "chance_low": one.chance_low, "chance_high": one.chance_high,
            "parameters_low": one.parameters_low, "parameters_high": one.parameters_high,
            "parameters_level": one.parameters_level, "defined_share": one.defined}  # fmt: skip
    known = {name: known_or_none(value) if np.isfinite(value) else None for name, value in ends.items()}
    return {**known, "worlds": one.worlds, "draws": one.draws}
