"""Pictures of effects: dots of main effects and interactions, a pair, a tornado, Shapley bars, dose–response.

Records in, Figure out. Thick lines are chance, thin ones parameters; hollow dots cannot be told from zero.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from simdiff.analysis.cell_values import said
from simdiff.analysis.dose import Curve, Threshold
from simdiff.analysis.effects import Factorial, Share, Tornado
from simdiff.analysis.factor_contrasts import Effect
from simdiff.analysis.summary import Interval
from simdiff.report.charts import BLUE, GREEN, GREY, ORANGE, STYLE
from simdiff.report.parts import points, signed
from simdiff.report.words import number
from simdiff.scenario import Plain

LONGEST_NAME = 40
DRAWN = "Thick: chance. Thin: parameters. Hollow: cannot be told from zero."
MOST_BARS = 40
MOST_CURVES = 6
COLOURS = (BLUE, ORANGE, GREEN, GREY)
DASHES = ("-", "--", "-.", ":")


def titled(figure: Figure, title: str, note: str) -> None:
    """Title above and note below, wrapped to the figure's width."""
    width = figure.get_figwidth()
    figure.suptitle("\n".join(textwrap.wrap(title, int(width * 9))), x=0.01, ha="left", fontsize=11, weight="bold")
    figure.supxlabel("\n".join(textwrap.wrap(note, int(width * 14.5))), x=0.01, ha="left", fontsize=7, color=GREY)


def effects_chart(read: Factorial, unit: str, title: str, note: str) -> Figure:
    """Main effects and interactions with their intervals, in the outcome's unit and, of shares, in log-odds."""
    sides = [(read.own, points(unit), unit)] + ([(read.odds, "log-odds", "")] if read.odds is not None else [])
    names = [one.name for one in (*read.own.main, *read.own.interactions)][:MOST_BARS]
    with rc_context(STYLE):
        figure, axes = _rows_figure(names, len(sides))
        for axis, (reading, label, its) in zip(axes, sides, strict=True):
            for row, effect in enumerate([*reading.main, *reading.interactions][:MOST_BARS]):
                dot(axis, row, effect)
            zero_axis(axis, label, its)
            if len(reading.main) < len(names):
                axis.axhline(len(reading.main) - 0.5, color="#e6e6e6", linewidth=0.8)
        titled(figure, title, note + left_out(len(read.own.main) + len(read.own.interactions), MOST_BARS))
    return figure


def left_out(count: int, most: int) -> str:
    """Says how many are not drawn."""
    return f" {count - most} more are in the tables." if count > most else ""


def _rows_figure(names: Sequence[str], panels: int) -> tuple[Figure, list[Axes]]:
    """A figure with a row for each name and one panel beside another."""
    label = max(min(len(name), LONGEST_NAME) for name in names) * 0.075
    figure = Figure(figsize=(max(5.5, label + 2.9 * panels + 0.4), 0.27 * len(names) + 1.7), dpi=150,
                    layout="constrained")  # fmt: skip
    axes = figure.subplots(1, panels, sharey=True, squeeze=False)[0]
    axes[0].set_yticks(range(len(names)), [name[:LONGEST_NAME] for name in names])
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    return figure, list(axes)


def dot(axis: Axes, row: float, effect: Effect, colour: str = BLUE) -> None:
    """One effect: thin line parameters, thick line chance, a dot that is hollow unless the effect is firm."""
    if math.isnan(effect.mean):
        axis.text(0.02, row, "undefined", va="center", fontsize=7, color=GREY, transform=axis.get_yaxis_transform())
        return
    if not math.isnan(effect.parameters_low):
        axis.plot([effect.parameters_low, effect.parameters_high], [row, row], color=colour, linewidth=1.0)
    if not math.isnan(effect.chance_low):
        axis.plot([effect.chance_low, effect.chance_high], [row, row], color=colour, linewidth=3.2, alpha=0.55,
                  solid_capstyle="butt")  # fmt: skip
    axis.plot(effect.mean, row, "o", color=colour, markersize=5, markerfacecolor=colour if effect.sign else "white")


def zero_axis(axis: Axes, label: str, unit: str) -> None:
    """A line at zero, and numbers as differences."""
    axis.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    axis.set_xlabel(label)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(lambda value, _: signed(value, unit or "odds"))
    axis.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)


def tornado_chart(read: Tornado, unit: str, title: str, note: str) -> Figure:
    """Differences from the base, largest first, as bars with their intervals."""
    bars = read.bars[:MOST_BARS]
    with rc_context(STYLE):
        figure, (axis,) = _rows_figure([bar.name for bar in bars], 1)
        for row, bar in enumerate(bars):
            if not math.isnan(bar.mean):
                axis.barh(row, bar.mean, height=0.62, color=BLUE if bar.mean > 0 else ORANGE,
                          alpha=0.45 if bar.sign else 0.15)  # fmt: skip
            dot(axis, row, bar, "#222222")
        zero_axis(axis, f"difference from “{read.base[:LONGEST_NAME]}”, {points(unit)}", unit)
        titled(figure, title, note + left_out(len(read.bars), MOST_BARS))
    return figure


def shapley_chart(shares: Sequence[Share], unit: str, title: str, note: str) -> Figure:
    """Shapley values as bars, largest first, with their intervals and their shares of the whole."""
    ordered = sorted(shares, key=lambda one: -one.effect.mean)
    with rc_context(STYLE):
        figure, (axis,) = _rows_figure([one.effect.name for one in ordered], 1)
        for row, one in enumerate(ordered):
            axis.barh(row, one.effect.mean, height=0.62, color=BLUE, alpha=0.45 if one.effect.sign else 0.15)
            dot(axis, row, one.effect, "#222222")
            if not math.isnan(one.share):
                axis.annotate(f"{one.share:.0%}", (1.0, row), xycoords=("axes fraction", "data"), va="center",
                              ha="left", fontsize=8, color=GREY)  # fmt: skip
        zero_axis(axis, f"Shapley value, {points(unit)}; right: share of all together", unit)
        titled(figure, title, note)
    return figure


def pair_chart(means: Mapping[tuple[Plain, Plain], Interval], one: str, other: str, unit: str, title: str, note: str, *,
               parameters: bool) -> Figure:  # fmt: skip
    """The outcome over the levels of one factor, a line for each level of the other (that with fewer): parallel lines
    do not interact."""
    firsts, seconds = (list(dict.fromkeys(pair[n] for pair in means)) for n in (0, 1))
    if len(seconds) > len(firsts):
        firsts, seconds, one, other = seconds, firsts, other, one
        means = {(second, first): mean for (first, second), mean in means.items()}
    with rc_context(STYLE):
        figure = Figure(figsize=(5.6, 3.9), dpi=150, layout="constrained")
        axis = figure.subplots()
        ends: list[tuple[float, str, str]] = []
        for n, second in enumerate(seconds):
            colour, shift = COLOURS[n % len(COLOURS)], 0.04 * (n - (len(seconds) - 1) / 2)
            at = np.arange(len(firsts)) + shift
            found = [means[first, second] for first in firsts]
            axis.plot(at, [x.median for x in found], DASHES[n % len(DASHES)], color=colour, marker="o", markersize=4)
            for where, x in zip(at, found, strict=True):
                low, high = (x.parameter_low, x.parameter_high) if parameters else (x.low, x.high)
                axis.plot([where, where], [low, high], color=colour, linewidth=1.0)
            ends.append((found[-1].median, f"{other}={said(second)}"[:LONGEST_NAME], colour))
        axis.set_xticks(range(len(firsts)), [f"{one}={said(first)}"[:LONGEST_NAME] for first in firsts])
        axis.set_xlim(-0.3, len(firsts) - 0.7)
        share_axis(axis, unit)
        _name_ends(axis, ends)
        titled(figure, title, note)
    return figure


def _name_ends(axis: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Name the lines at their right ends, pushed apart where the names would overlap."""
    low, high = axis.get_ylim()
    gap, last = 0.06 * (high - low), -math.inf
    for height, name, colour in sorted(end for end in ends if not math.isnan(end[0])):
        last = max(height, last + gap)
        axis.annotate(name, (1.01, last), xycoords=("axes fraction", "data"), color=colour, va="center", fontsize=8.5,
                      annotation_clip=False)  # fmt: skip


def share_axis(axis: Axes, unit: str) -> None:
    """Numbers of the outcome on the upright axis."""
    axis.yaxis.set_major_formatter(lambda value, _: number(value, unit))
    axis.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)


def dose_chart(curves: Sequence[tuple[Curve, Threshold | None]], unit: str, title: str, note: str) -> Figure:
    """Median and band over the doses, a panel for each curve; a goal as a line, with the doses that suffice."""
    shown = list(curves)[:MOST_CURVES]
    columns = min(2, len(shown))
    rows = -(-len(shown) // columns)
    with rc_context(STYLE):
        size = (6.4 if columns == 1 else 7.6, 3.9 if rows == 1 else 2.5 * rows + 1.3)
        figure = Figure(figsize=size, dpi=150, layout="constrained")
        axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axis, (curve, threshold) in zip(axes.ravel(), shown, strict=False):
            _draw_curve(axis, curve, threshold)
            share_axis(axis, unit)
            axis.set_title("\n".join(textwrap.wrap(curve.name, 46)[:2]), loc="left", fontsize=8.5)
        for axis in axes.ravel()[len(shown) :]:
            axis.set_visible(False)
        for axis in axes[-1]:
            axis.set_xlabel(shown[0][0].factor)
        titled(figure, title, note + left_out(len(curves), MOST_CURVES))
    return figure


def _draw_curve(axis: Axes, curve: Curve, threshold: Threshold | None) -> None:
    parameters = not math.isnan(curve.at[0].parameter_low)
    low = [x.parameter_low if parameters else x.low for x in curve.at]
    high = [x.parameter_high if parameters else x.high for x in curve.at]
    axis.fill_between(curve.doses, low, high, color=BLUE, alpha=0.16, linewidth=0)
    axis.plot(curve.doses, [x.median for x in curve.at], "-o", color=BLUE, markersize=3.5, linewidth=1.4)
    if threshold is None:
        return
    axis.axhline(threshold.goal, color=GREY, linewidth=0.8, linestyle="--")
    for dose, share in zip(curve.doses, threshold.suffices, strict=True):
        if dose in (threshold.half, threshold.nearly_all):
            axis.axvline(dose, color=ORANGE, linewidth=0.9, linestyle=":")
            axis.annotate(f" {dose:g}: in {share:.0%}", (dose, 0.98), xycoords=("data", "axes fraction"), color=ORANGE,
                          va="top", fontsize=7.5)  # fmt: skip
