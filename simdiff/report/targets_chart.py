"""Targets beside what the model gives: before calibration and after."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simdiff.report.charts import BLUE, GREEN, GREY, STYLE, readable
from simdiff.report.figure import Plate


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target: its range, and 5, 50, 95 % of the figure over prior points and over accepted draws."""

    name: str
    title: str
    unit: str
    low: float
    high: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]


def targets_chart(rows: Sequence[TargetRow], title: str, note: str) -> Plate:
    """One strip a target, each on its own scale: green the range, grey before calibration, blue after."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.8, 0.7 * len(rows) + 1.5), dpi=150, layout="constrained")
        axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
        for axis, row in zip(axes, rows, strict=True):
            _strip(axis, row)
        _key(axes[0], rows[0])
        figure.suptitle("\n".join(textwrap.wrap(title, 60)), x=0.01, ha="left", fontsize=11, weight="bold")
        figure.supxlabel("\n".join(textwrap.wrap(note, 95)), x=0.01, ha="left", fontsize=7, color=GREY)
    inside = [row.name for row in rows if row.low <= row.after[1] <= row.high]
    alt = (f"Strips for {len(rows)} targets. After calibration the median lies in the target's range for "
           f"{', '.join(inside) or 'none'}.")  # fmt: skip
    return Plate("calibrate", "calibration", title, note, alt, figure, tuple(
        {"target": row.name, "title": row.title, "unit": row.unit, "range_low": row.low, "range_high": row.high,
         **{f"{when}_{name}": value for when, three in (("before", row.before), ("after", row.after))
            for name, value in zip(("low", "median", "high"), three, strict=True)}}
        for row in rows
    ))  # fmt: skip


def _key(axis: Axes, row: TargetRow) -> None:
    """Name the two lines once, at their right ends."""
    for height, words, colour, at in (
        (0.7, "priors", GREY, row.before[2]),
        (0.3, "accepted draws", BLUE, row.after[2]),
    ):
        axis.annotate(words, (at, height), xytext=(5, 0), textcoords="offset points", color=colour, va="center",
                      fontsize=7)  # fmt: skip
    axis.annotate("range", (row.low, 0.0), xytext=(3, 3), textcoords="offset points", color=readable(GREEN), fontsize=7)


def _axis_name(unit: str) -> str:
    """What the numbers of an axis are; shares are percent, and say so."""
    return {"share": "", "1/year": "per year", "ratio": "ratio"}.get(unit, unit)


def _strip(axis: Axes, row: TargetRow) -> None:
    axis.axvspan(row.low, row.high, color=GREEN, alpha=0.25, linewidth=0)
    for height, colour, (low, middle, high) in ((0.7, GREY, row.before), (0.3, BLUE, row.after)):
        axis.plot([low, high], [height, height], color=colour, linewidth=2.0, solid_capstyle="butt")
        axis.plot([middle], [height], marker="o", color=colour, markersize=4)
    ends = [row.low, row.high, row.before[0], row.before[2], row.after[0], row.after[2]]
    margin = 0.04 * (max(ends) - min(ends))
    axis.set_xlim(min(ends) - margin, max(ends) + margin)
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.tick_params(labelsize=7)
    if row.unit == "share":
        axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
    axis.set_xlabel(_axis_name(row.unit), loc="right", fontsize=7, color=GREY, labelpad=1)
    axis.set_title(f"{row.name}  {row.title}", loc="left", fontsize=7.5, pad=2)
