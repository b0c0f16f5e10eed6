"""Charts: table in, Figure out. No file is opened here and no global style is touched."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

INK, GREY = "#222222", "#777777"
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
"""Okabe–Ito colours: told apart with any colour vision."""
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "svg.fonttype": "none",
    "svg.hashsalt": "simdiff",
}
MOST_PANELS = 12


@dataclass(frozen=True, slots=True)
class Band:
    """One line with its band over months of policy: median, 5 % and 95 %, each (months,)."""

    label: str
    colour: str
    dash: str
    month: NDArray[np.int64]
    median: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: a place (or place and practice) and its lines."""

    title: str
    bands: tuple[Band, ...]


def spread_and_depth(panels: Sequence[Panel], title: str, note: str, caveat: str) -> Figure:
    """Spread and depth over time with bands, one panel a place; ``note`` says what the bands are, under the chart."""
    shown = list(panels)[:MOST_PANELS]
    columns = 1 if len(shown) == 1 else 2 if len(shown) <= 4 else 3
    rows = -(-len(shown) // columns)
    with rc_context(STYLE):
        size = (6.8, 4.6) if columns == 1 else (3.2 * columns + 0.6, 2.3 * rows + 1.6)
        figure = Figure(figsize=size, dpi=150, layout="constrained")
        axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        top = _ceiling(shown)
        for n, axis in enumerate(axes.ravel()):
            if n >= len(shown):
                axis.set_visible(False)
                continue
            _draw_panel(axis, shown[n], top, direct=columns == 1)
        for axis in axes[:, 0]:
            axis.set_ylabel("share of schools / of teaching")
        for n in range(max(0, len(shown) - columns), len(shown)):
            axes.ravel()[n].set_xlabel("years of policy")
            axes.ravel()[n].tick_params(labelbottom=True)
        wide = int(size[0] * 13)
        figure.suptitle(
            "\n".join(textwrap.wrap(title, int(size[0] * 9))), x=0.01, ha="left", fontsize=11, weight="bold"
        )
        if columns > 1:
            _label_inside(axes[0, 0], shown[0].bands)
        left = len(panels) - len(shown)
        said = note + (f" {left} more panels are in the tables." if left else "")
        figure.supxlabel("\n".join(textwrap.wrap(f"{said} {caveat}", wide)), x=0.01, ha="left", fontsize=7, color=GREY)
    return figure


def _ceiling(panels: Sequence[Panel]) -> float:
    highest = max(float(np.nanmax(band.high)) for panel in panels for band in panel.bands)
    return min(1.0, max(0.1, float(np.ceil(highest * 10.5)) / 10))


def _draw_panel(axis: Axes, panel: Panel, top: float, *, direct: bool) -> None:
    for band in panel.bands:
        years = (band.month + 1) / 12
        axis.fill_between(years, band.low, band.high, color=band.colour, alpha=0.16, linewidth=0)
        axis.plot(years, band.median, color=band.colour, linestyle=band.dash, linewidth=1.6, label=band.label)
    axis.set_ylim(0, top)
    axis.set_xlim(0, float(panel.bands[0].month[-1] + 1) / 12)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axis.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)
    if panel.title:
        axis.set_title("\n".join(textwrap.wrap(panel.title, 44)), loc="left", fontsize=9)
    if direct:
        _label_ends(axis, panel.bands, top)


def _label_inside(axis: Axes, bands: Sequence[Band]) -> None:
    """Name the lines once, in the empty upper left of the first small chart."""
    for n, band in enumerate(bands):
        axis.text(0.04, 0.95 - 0.1 * n, band.label, color=band.colour, transform=axis.transAxes, va="top", fontsize=8.5)


def _label_ends(axis: Axes, bands: Sequence[Band], top: float) -> None:
    """Name the lines at their right ends, pushed apart where they would overlap."""
    gap, last = top * 0.065, -np.inf
    for band in sorted(bands, key=lambda band: float(band.median[-1])):
        height = max(float(band.median[-1]), last + gap)
        last = height
        axis.annotate(band.label, (1.01, height), xycoords=("axes fraction", "data"), color=band.colour, va="center",
                      fontsize=8.5, annotation_clip=False)  # fmt: skip
