"""What factors do: main effects and interactions, single changes of a base, Shapley values."""

import math
from collections.abc import Sequence
from functools import partial

from matplotlib.figure import Figure

from simdiff.analysis.factor_contrasts import Effect
from simdiff.analysis.results import Results
from simdiff.report.asked import Asked, ChartError
from simdiff.report.captions import known_or_none
from simdiff.report.charts import BLUE, GREY, ORANGE, RULE, Size, house, plain
from simdiff.report.effects_report import ODDS
from simdiff.report.figure import Chart, Row
from simdiff.report.kinds.contrasted import (
    Shown,
    at_when,
    captioned,
    effect_cells,
    heading,
    layers,
    part_of,
    settled,
    shown_of,
    where_cells,
)
from simdiff.report.kinds.dots import LONGEST, MOST_ROWS, across, dotted, layered
from simdiff.report.parts import between, points, signed


def effects(results: Results, asked: Asked, size: Size) -> Chart:
    """Main effects and interactions of two with their intervals; of shares, in log-odds too."""
    return draw_effects(shown_of(results, asked), size)


def draw_effects(shown: Shown, size: Size) -> Chart:
    """The chart of a block's main effects and interactions."""
    read = shown.one.factorial
    if read is None:
        raise ChartError("effects: these cells are no factorial nor a regular fraction: see the kinds tornado and dose")
    sides = [(read.own, points(shown.unit), shown.unit), *([(read.odds, ODDS, ODDS)] if read.odds is not None else [])]
    told = [*read.own.main, *read.own.interactions]
    names = [plain(one.name, LONGEST) for one in told[:MOST_ROWS]]
    title = heading(shown, f"effects on {shown.what}")
    rest = " Below the line: how much more the first does where the second is there." if read.own.interactions else ""
    said = captioned(shown, f"Mean effects{at_when(shown)}, averaged over the other factors.{rest}", layers(shown),
                     _aliased(shown), left_out(len(told)))  # fmt: skip
    with house(size):
        figure, axes = dotted(size, names, len(sides), title, said)
        for axis, (reading, label, unit) in zip(axes, sides, strict=True):
            axis.axvline(0, color=GREY, linewidth=0.8, zorder=0)
            for row, effect in enumerate([*reading.main, *reading.interactions][:MOST_ROWS]):
                layered(axis, row, effect, size, firm=effect.sign != 0)
            across(axis, label, partial(_tick, unit), size)
            if len(reading.main) < len(names):
                axis.axhline(len(reading.main) - 0.5, color=RULE, linewidth=0.8)
    rows: list[Row] = [
        {**where_cells(shown), "kind": kind, "scale": label, **effect_cells(shown, effect)}
        for reading, label, _ in sides
        for kind, each in (("main", reading.main), ("interaction", reading.interactions))
        for effect in each
    ]
    return Chart(
        title=title, caption=said, alt=_alt(shown, "Dots with intervals for", told), figures=(figure,),
        table=tuple(rows), asked=settled(shown, "effects"), plan=part_of(shown),
    )  # fmt: skip


def _tick(unit: str, value: float) -> str:
    """A difference beside an axis, without decimals that say nothing."""
    told = signed(value, unit)
    head, point, digits = told.partition(".")
    return head if point and not digits.strip("0") else told


def _aliased(shown: Shown) -> str:
    read = shown.one.factorial
    if read is None or not any(read.aliased.values()):
        return ""
    return "A fraction of a factorial: some effects stand for others too (`simdiff effects` lists which)."


def left_out(count: int) -> str:
    """Says how many are not drawn."""
    return f"{count - MOST_ROWS} more are in the table." if count > MOST_ROWS else ""


def _alt(shown: Shown, begin: str, told: Sequence[Effect]) -> str:
    """Effects in words: how many are firm, and the largest."""
    known = [one for one in told if not math.isnan(one.mean)]
    firm = [one for one in known if one.sign]
    largest = sorted(known, key=lambda one: -abs(one.mean))[:3]
    said = "; ".join(f"{plain(one.name, LONGEST)} {_span(one, shown.unit)}" for one in largest)
    return (f"{begin} {len(told)} effects on {shown.what}{at_when(shown)}, in {points(shown.unit)}. {len(firm)} of "
            f"{len(told)} are firm. Largest: {said}.")  # fmt: skip


def _span(one: Effect, unit: str) -> str:
    low, high = (one.parameters_low, one.parameters_high) if one.draws > 1 else (one.chance_low, one.chance_high)
    return f"{signed(one.mean, unit)} ({between(low, high, unit)}{'' if one.sign else ', cannot be told from none'})"


def tornado(results: Results, asked: Asked, size: Size) -> Chart:
    """Single changes of a base cell, largest first."""
    return draw_tornado(shown_of(results, asked), size)


def draw_tornado(shown: Shown, size: Size) -> Chart:
    """The chart of a block's single changes."""
    read = shown.one.tornado
    if read is None:
        raise ChartError("tornado: no cell is a base: expected one in which nothing is set, or with every factor at "
                         "its first level, and cells that differ from it in one factor")  # fmt: skip
    base = plain(read.base, LONGEST)
    title = heading(shown, f"{shown.what}, one change at a time")
    said = captioned(shown, f"Mean difference from {base}{at_when(shown)}; one change at a time shows no interactions.",
                     layers(shown), left_out(len(read.bars)))  # fmt: skip
    figure = _bars(shown, read.bars[:MOST_ROWS], [""] * len(read.bars), title, said, points(shown.unit), size)
    return Chart(
        title=title, caption=said, alt=f"{_alt(shown, 'Bars for', read.bars)} The base is {base}.", figures=(figure,),
        table=tuple({**where_cells(shown), "base": read.base, **effect_cells(shown, bar)} for bar in read.bars),
        asked=settled(shown, "tornado"), plan=part_of(shown),
    )  # fmt: skip


def shapley(results: Results, asked: Asked, size: Size) -> Chart:
    """Each factor's part in what all do together, averaged over all orders of adding them."""
    return draw_shapley(shown_of(results, asked), size)


def draw_shapley(shown: Shown, size: Size) -> Chart:
    """The chart of a block's Shapley values."""
    read = shown.one.factorial
    if read is None or not read.shapley:
        raise ChartError("shapley: expected all combinations of two to ten factors with two levels each")
    ordered = sorted(read.shapley, key=lambda one: -one.effect.mean)
    shares = [f"{one.share:.0%}" if not math.isnan(one.share) else "" for one in ordered]
    title = heading(shown, f"what each factor does for {shown.what}")
    right = "right: share of all together." if any(shares) else "All together cannot be told from none: no shares."
    said = captioned(shown, "Shapley values: each factor's part in what all do together, averaged over all orders of "
                     f"adding them{at_when(shown)}; {right}", layers(shown))  # fmt: skip
    bars = [one.effect for one in ordered]
    figure = _bars(shown, bars, shares, title, said, points(shown.unit), size)
    return Chart(
        title=title, caption=said, alt=_alt(shown, "Bars for the parts of", bars), figures=(figure,),
        table=tuple({**where_cells(shown), **effect_cells(shown, one.effect), "share": known_or_none(one.share),
                     "share_low": known_or_none(one.share_low), "share_high": known_or_none(one.share_high)}
                    for one in ordered),
        asked=settled(shown, "shapley"), plan=part_of(shown),
    )  # fmt: skip


def _bars(shown: Shown, bars: Sequence[Effect], right: Sequence[str], title: str, said: str, label: str, size: Size
          ) -> Figure:  # fmt: skip
    """Bars with their intervals: blue up, orange down, pale where they cannot be told from none; words at the right."""
    with house(size):
        figure, (axis,) = dotted(size, [plain(bar.name, LONGEST) for bar in bars], 1, title, said)
        for row, (bar, words) in enumerate(zip(bars, right, strict=False)):
            if not math.isnan(bar.mean):
                axis.barh(row, bar.mean, height=0.62, color=BLUE if bar.mean > 0 else ORANGE,
                          alpha=0.45 if bar.sign else 0.15)  # fmt: skip
            layered(axis, row, bar, size, firm=bar.sign != 0)
            axis.annotate(words, (1.0, row), xycoords=("axes fraction", "data"), va="center", fontsize=0.92 * size.font,
                          color=GREY, annotation_clip=False)  # fmt: skip
        axis.axvline(0, color=GREY, linewidth=0.8, zorder=0)
        across(axis, label, partial(_tick, shown.unit), size)
    return figure
