"""The chart of a sensitivity analysis: a row for each input, dots with intervals, and the floor of noise."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from simdiff.analysis.sensitivity import Estimate
from simdiff.report.charts import BLUE, GREY, ORANGE, STYLE

MOST_INPUTS = 20
LONGEST_NAME = 36
MARKS = (("o", BLUE, BLUE), ("s", "white", ORANGE))
"""Marker, its fill and its colour of the first and second measure: told apart in grey too."""


@dataclass(frozen=True, slots=True)
class Dots:
    """One measure: its name in the legend, and an estimate for each row."""

    label: str
    estimates: tuple[Estimate, ...]


def sensitivity_chart(names: Sequence[str], measures: Sequence[Dots], floor: float, axis_title: str, title: str,
                      note: str, said: Callable[[float], str]) -> Figure:  # fmt: skip
    """Inputs top to bottom, the strongest first; ``floor`` shades what nothing at all would show (nan: unknown).

    ``said`` writes a value of the axis. Inputs after the first ``MOST_INPUTS`` are not drawn; the note says how many.
    """
    shown = list(names)[:MOST_INPUTS]
    more = f" {len(names) - len(shown)} weaker inputs are in the table." if len(names) > len(shown) else ""
    with rc_context(STYLE):
        width, height = 6.8, 0.27 * len(shown) + 1.9
        figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
        axis = figure.subplots()
        if np.isfinite(floor) and floor > 0.0:
            axis.axvspan(
                0.0, floor, color="#e6e6e6", linewidth=0, label=f"no more than luck gives ({measures[0].label})"
            )
        for n, one in enumerate(measures[: len(MARKS)]):
            _draw(axis, one, len(shown), n, len(measures))
        axis.axvline(0.0, color=GREY, linewidth=0.8)
        axis.set_yticks(range(len(shown)), [name[:LONGEST_NAME] for name in shown])
        axis.set_ylim(len(shown) - 0.4, -0.6)
        axis.set_xlabel(axis_title)
        axis.xaxis.set_major_formatter(lambda value, _: said(value))
        axis.xaxis.set_major_locator(MaxNLocator(6))
        axis.grid(axis="x", color="#e6e6e6", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
        axis.legend(loc="lower right", frameon=False, fontsize=8)
        figure.suptitle("\n".join(textwrap.wrap(title, int(width * 9))), x=0.01, ha="left", fontsize=11, weight="bold")
        told = "\n".join(textwrap.wrap(note + more, int(width * 15)))
        figure.supxlabel(told, x=0.01, ha="left", fontsize=7, color=GREY)
    return figure


def _draw(axis: Axes, one: Dots, rows: int, place: int, places: int) -> None:
    marker, fill, colour = MARKS[place]
    offset = 0.0 if places == 1 else (-0.14, 0.14)[place]
    at = np.arange(rows) + offset
    shown = one.estimates[:rows]
    axis.hlines(at, [e.low for e in shown], [e.high for e in shown], color=colour, linewidth=1.4)
    axis.plot([e.value for e in shown], at, marker, color=colour, markerfacecolor=fill, markersize=4, linestyle="none",
              label=one.label)  # fmt: skip
