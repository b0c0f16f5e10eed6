"""An outcome over the levels of factors: over the doses of one, and over two of them together."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes

from simdiff.analysis.cell_values import said as level_said
from simdiff.analysis.dose import Curve, Threshold, enough, first_gain
from simdiff.analysis.results import Results
from simdiff.analysis.summary import Interval
from simdiff.analysis.sweep_effects import pair_means, strongest_pair
from simdiff.report.asked import Asked, ChartError, pick
from simdiff.report.captions import known_or_none, layer, layers
from simdiff.report.charts import (
    BLUE,
    GREY,
    OKABE_ITO,
    ORANGE,
    Size,
    band,
    columns_of,
    grid,
    house,
    label_ends,
    left_labels,
    plain,
    readable,
    rules,
    sheet,
    tick,
)
from simdiff.report.figure import Chart, Row
from simdiff.report.kinds.contrasted import (
    Shown,
    at_when,
    captioned,
    heading,
    part_of,
    settled,
    shown_of,
    where_cells,
)
from simdiff.report.kinds.dots import LONGEST
from simdiff.report.kinds.levers import edges
from simdiff.report.words import number, span
from simdiff.scenario import Plain

MOST_CURVES = 6
DASHES = ("-", "--", "-.", ":")
Means = Mapping[tuple[Plain, Plain], Interval]


def dose(results: Results, asked: Asked, size: Size) -> Chart:
    """The outcome over the doses of a factor, a panel for each combination of the others."""
    shown = shown_of(results, asked)
    known = list(dict.fromkeys(curve.factor for curve, _ in shown.one.curves))
    if not known:
        raise ChartError("dose: expected a factor with three or more numbers as levels")
    return draw_dose(shown, pick("--factor", asked.factors, known, 1)[0], size)


def draw_dose(shown: Shown, factor: str, size: Size) -> Chart:
    """The chart of a block's curves over one factor; with a value to ``reach``, the doses that suffice."""
    curves = [pair for pair in shown.one.curves if pair[0].factor == factor]
    drawn, columns = curves[:MOST_CURVES], columns_of(min(len(curves), MOST_CURVES))
    name = plain(factor, LONGEST)
    title = heading(shown, f"{shown.what} over {name}")
    few = len(curves) - len(drawn)
    more = f"{few} more panels are in the table: --at FACTOR=LEVEL chooses." if few else ""
    said = captioned(shown, f"{shown.what.capitalize()}{at_when(shown)}, at the doses tested.{_goal(shown, curves)}",
                     layers(shown.results, shown.one.block.cells), more)  # fmt: skip
    with house(size):
        rows = -(-len(drawn) // columns)
        high = (0.42 if columns == 1 else 0.3) * size.width
        figure = sheet(size, high * rows, title, said)
        axes = grid(figure, len(drawn), columns)
        for axis, (curve, threshold) in zip(axes, drawn, strict=True):
            _draw_curve(axis, curve, threshold, size, parameters=shown.parameters)
            axis.yaxis.set_major_formatter(lambda value, _: tick(value, shown.unit))
            rules(axis, "y")
            axis.set_title("\n".join(textwrap.wrap(plain(curve.name, 90), 92 // columns)[:2]), loc="left",
                           fontsize=size.font)  # fmt: skip
            axis.set_xlabel(name if axis.xaxis.get_tick_params().get("labelbottom", True) else "")
        left_labels(axes, columns, shown.what)
    return Chart(
        title=title, caption=said, alt=_dose_alt(shown, name, curves), figures=(figure,),
        table=tuple(_dose_rows(shown, curves)), plan=part_of(shown),
        asked=replace(settled(shown, "dose", (factor,)), reach=shown.found.goal),
    )  # fmt: skip


def _goal(shown: Shown, curves: Sequence[tuple[Curve, Threshold | None]]) -> str:
    """What the lines of a value to reach are, in words."""
    if shown.found.goal is None:
        return ""
    units = "draws" if shown.parameters else "replicates"
    goal = number(shown.found.goal, shown.unit)
    if all(threshold is None or threshold.half is None for _, threshold in curves):
        return f" Dashed: {goal}; no tested dose suffices for it in half of the {units}."
    return (f" Dashed: {goal}; orange: the smallest tested doses that suffice for it in half, and in 95 %, of the "
            f"{units}.")  # fmt: skip


def _draw_curve(axis: Axes, curve: Curve, threshold: Threshold | None, size: Size, *, parameters: bool) -> None:
    ends = np.array([edges(one, parameters=parameters) for one in curve.at])
    doses = np.array(curve.doses)
    band(axis, doses, ends[:, 0], ends[:, 1], BLUE)
    axis.plot(doses, [one.median for one in curve.at], "-o", color=BLUE, markersize=0.4 * size.font, linewidth=1.4)
    if threshold is None:
        return
    axis.axhline(threshold.goal, color=GREY, linewidth=0.8, linestyle="--")
    for at, share in zip(curve.doses, threshold.suffices, strict=True):
        if at in (threshold.half, threshold.nearly_all):
            axis.axvline(at, color=ORANGE, linewidth=0.9, linestyle=":")
            axis.annotate(f" {at:g}: in {share:.0%}", (at, 0.98), xycoords=("data", "axes fraction"),
                          color=readable(ORANGE), va="top", fontsize=0.85 * size.font,
                          ha="right" if at == curve.doses[-1] else "left")  # fmt: skip


def _dose_rows(shown: Shown, curves: Sequence[tuple[Curve, Threshold | None]]) -> list[Row]:
    rows: list[Row] = []
    for curve, threshold in curves:
        for n, (at, gain) in enumerate(zip(curve.at, curve.gains, strict=True)):
            low, high = edges(at, parameters=shown.parameters)
            rows.append({
                **where_cells(shown), "factor": curve.factor, "others": curve.name, "dose": curve.doses[n],
                "median": known_or_none(at.median), "low": known_or_none(low), "high": known_or_none(high),
                "interval": layer(shown.results, shown.one.block.cells), "defined_share": at.defined,
                "gain": known_or_none(gain.mean), "gain_firm": gain.sign, "gain_why": gain.why,
                "goal": threshold.goal if threshold else None,
                "suffices_share": threshold.suffices[n] if threshold else None,
            })  # fmt: skip
    return rows


def _dose_alt(shown: Shown, name: str, curves: Sequence[tuple[Curve, Threshold | None]]) -> str:
    """Curves in words: their ends, the first dose with a firm gain, the dose from which no higher one leads."""
    told = [f"Curves of {shown.what} over {name}{at_when(shown)}, a panel each: {len(curves)}."]
    for curve, threshold in curves[:MOST_CURVES]:
        first, last = first_gain(curve), curve.doses[enough(curve)]
        ends = [f"{span(curve.at[n], shown.unit, parameters=shown.parameters)} at {curve.doses[n]:g}" for n in (0, -1)]
        gain = f"no tested dose has a firm gain ({curve.gains[-1].why or 'see the table'})"
        if first is not None:
            gain = f"firm gains from {first:g} on; from {last:g} on no higher dose has a firm lead"
        goal = ""
        if threshold is not None:
            goal = "; none suffices in half" if threshold.half is None else f"; {threshold.half:g} suffices in half"
        told.append(f"{plain(curve.name, 90)}: {ends[0]}, {ends[1]}; {gain}{goal}.")
    return " ".join(told)


def interactions(results: Results, asked: Asked, size: Size) -> Chart:
    """The outcome over the levels of one factor, a line for each level of another: parallel lines do not interact."""
    shown = shown_of(results, asked)
    pair = strongest_pair(shown.one)
    if pair is None or shown.one.factorial is None:
        raise ChartError("interactions: expected a factorial of two or more factors")
    if asked.factors:
        known = list(shown.one.factorial.levels)
        chosen = pick("--factor", asked.factors, known, 2)
        if len(chosen) != 2:
            raise ChartError(f"--factor: {len(chosen)} asked for, interactions shows two")
        pair = (chosen[0], chosen[1])
    return draw_interactions(shown, pair, size)


def draw_interactions(shown: Shown, pair: tuple[str, str], size: Size) -> Chart:
    """The chart of two factors of a block together."""
    one, other = pair
    means: Means = pair_means(shown.one, one, other)
    firsts, seconds = (list(dict.fromkeys(levels[n] for levels in means)) for n in (0, 1))
    if len(seconds) > len(firsts):
        firsts, seconds, one, other = seconds, firsts, other, one
        means = {(second, first): mean for (first, second), mean in means.items()}
    title = heading(shown, f"{shown.what} by {plain(one, LONGEST)} and {plain(other, LONGEST)}")
    said = captioned(shown, f"{shown.what.capitalize()}{at_when(shown)}, averaged world by world over the other "
                     "factors; lines that are parallel do not interact.", layers(shown.results, shown.one.block.cells),
                     "Whether they do, in pairs of worlds, the kind effects says.")  # fmt: skip
    with house(size):
        high = 0.45 * size.width
        figure = sheet(size, high, title, said)
        axis = figure.subplots()
        ends: list[tuple[float, str, str]] = []
        for n, second in enumerate(seconds):
            colour = OKABE_ITO[n % len(OKABE_ITO)]
            at = np.arange(len(firsts)) + 0.04 * (n - (len(seconds) - 1) / 2)
            found = [means[first, second] for first in firsts]
            axis.plot(at, [x.median for x in found], DASHES[n % len(DASHES)], color=colour, marker="o",
                      markersize=0.5 * size.font)  # fmt: skip
            for where, x in zip(at, found, strict=True):
                axis.plot([where, where], list(edges(x, parameters=shown.parameters)), color=colour, linewidth=1.0)
            if not math.isnan(found[-1].median):
                ends.append((found[-1].median, plain(f"{other}={level_said(second)}", 28), colour))
        axis.set_xticks(range(len(firsts)), [plain(f"{one}={level_said(first)}", 28) for first in firsts])
        axis.set_xlim(-0.3, len(firsts) - 0.7)
        axis.yaxis.set_major_formatter(lambda value, _: tick(value, shown.unit))
        axis.set_ylabel(shown.what)
        rules(axis, "y")
        label_ends(axis, ends, size, high)
    told = "; ".join(f"{plain(f'{one}={level_said(first)}, {other}={level_said(second)}', 60)} "
                     f"{span(mean, shown.unit, parameters=shown.parameters)}"
                     for (first, second), mean in means.items())  # fmt: skip
    rows: list[Row] = []
    for (first, second), mean in means.items():
        low, high_end = edges(mean, parameters=shown.parameters)
        rows.append({
            **where_cells(shown), "factor": one, "level": level_said(first), "by": other,
            "by_level": level_said(second), "median": known_or_none(mean.median), "low": known_or_none(low),
            "high": known_or_none(high_end), "interval": layer(shown.results, shown.one.block.cells),
            "defined_share": mean.defined,
        })  # fmt: skip
    return Chart(
        title=title, caption=said, alt=f"Lines of {shown.what}{at_when(shown)}: {told}.", figures=(figure,),
        table=tuple(rows), asked=settled(shown, "interactions", (one, other)), plan=part_of(shown),
    )  # fmt: skip
