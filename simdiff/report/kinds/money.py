"""Costs beside effects: the frontier on the plane of both, and which option is best by what an effect is worth."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from simdiff.analysis.comparison import Comparison, OutcomeCompared
from simdiff.analysis.cost import CostEffect
from simdiff.analysis.results import Results
from simdiff.report.asked import Asked, ChartError
from simdiff.report.charts import (
    EM,
    GREY,
    INK,
    LINE,
    OKABE_ITO,
    Size,
    house,
    label_ends,
    plain,
    readable,
    rules,
    sheet,
    spread_out,
)
from simdiff.report.compare_legend import layer_of
from simdiff.report.compare_words import label_of
from simdiff.report.figure import Chart, Row
from simdiff.report.kinds.compared import (
    at_when,
    captioned,
    comparison_of,
    heading,
    month_of,
    one_only,
    option_names,
    part_of,
    settled,
)
from simdiff.report.steps import is_share, percent, ratio_words
from simdiff.report.words import BY_NAME, money, number

DASHES = ("-", "--", ":")
KEY_LINES = 22
SEEN = 0.05
"""Options that are best in fewer of the draws everywhere get no line of their own."""
OFF, OFF_DOT = "#9a9a9a", "#6f6f6f"
LEADER = "#b0b0b0"


def frontier(results: Results, asked: Asked, size: Size) -> Chart:
    """The cost–effect plane: a cloud of draws and a mean for each option, and the frontier of the means."""
    found = comparison_of(results, asked, 1)
    return draw_frontier(results, found, one_only(asked, found), size)


def acceptability(results: Results, asked: Asked, size: Size) -> Chart:
    """Share of draws in which each option has the highest net benefit, by what a unit of effect is worth."""
    found = comparison_of(results, asked, 1)
    return draw_acceptability(results, found, one_only(asked, found), size)


def _costs(kind: str, one: OutcomeCompared) -> CostEffect:
    if one.cost is None:
        raise ChartError(f"{kind}: {one.name} has no cost beside it (the sweep keeps no cost, {one.name} is one, or "
                         "the two are rarely defined for every option)")  # fmt: skip
    return one.cost


def draw_frontier(results: Results, found: Comparison, one: OutcomeCompared, size: Size) -> Chart:
    """The cost–effect plane of one outcome of a comparison."""
    costs = _costs("frontier", one)
    unit, sign = BY_NAME[one.name].unit, one.direction.sign
    clouds, on = costs.clouds * (1, sign), list(costs.frontier.order)
    means, names, what = clouds.mean(axis=1), option_names(found), label_of(one)
    colours = {n: OKABE_ITO[at % len(OKABE_ITO)] for at, n in enumerate(on)}
    points = f"{layer_of(found)}, at its mean" if found.worlds.draws > 1 else "replicate"
    title = heading(results, found, f"what the money buys in {what}")
    rest = [n for n in range(len(names)) if n not in on]
    few = len(rest) + 1 - KEY_LINES
    more = f"{few} more dominated options are named in the table only." if few > 0 else ""
    said = captioned(results, found, f"Large dots: means{at_when(found)}; line: the frontier of means; numbers: "
                     f"options that others, or a mix of two, dominate. A small dot is a {points}; the outermost are "
                     "cut off.",
                     more)  # fmt: skip
    with house(size):
        high = 0.62 * size.width
        figure = sheet(size, high, title, said)
        axis = figure.subplots()
        for n in range(len(names)):
            axis.scatter(clouds[n, :, 0], clouds[n, :, 1], s=(0.26 * size.font) ** 2, linewidth=0,
                         color=colours.get(n, OFF), alpha=0.3 if n in on else 0.16)  # fmt: skip
        axis.plot(means[on, 0], means[on, 1], color=INK, linewidth=1.2, zorder=3)
        for n in range(len(names)):
            axis.plot(*means[n], "o", color=colours.get(n, OFF_DOT), markersize=(0.85 if n in on else 0.5) * size.font,
                      zorder=4)  # fmt: skip
        _window(axis, clouds, means)
        (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
        places = (means - (left, bottom)) / (right - left, top - bottom)
        _name_frontier(axis, [names[n] for n in on], places[on], means[on], size, high)
        _number_rest(axis, [names[n] for n in rest], places[rest], means[rest], size, high)
        axis.set_xlabel(f"cost by year {found.worlds.year:g}, all payers")
        axis.set_ylabel(what)
        axis.xaxis.set_major_formatter(lambda value, _: money(value))
        axis.yaxis.set_major_formatter(lambda value, _: number(value, unit))
        rules(axis, "x")
        rules(axis, "y")
    return Chart(
        title=title, caption=said, alt=_frontier_alt(found, one, costs, names), figures=(figure,),
        table=tuple(_frontier_rows(found, one, costs, clouds)), asked=settled("frontier", found, (one.name,)),
        plan=part_of(results.plan, found, (one.name,)),
    )  # fmt: skip


def _window(axis: Axes, clouds: NDArray[np.float64], means: NDArray[np.float64]) -> None:
    """Limits that show nearly all points of the clouds, and all means."""
    limits = []
    for n in range(2):
        low, high = np.quantile(clouds[:, :, n], [0.005, 0.995])
        low, high = min(low, means[:, n].min()), max(high, means[:, n].max())
        pad = 0.06 * (high - low) or 1.0
        limits.append((float(low - pad), float(high + pad)))
    axis.set_xlim(limits[0])
    axis.set_ylim(limits[1])


def _name_frontier(axis: Axes, names: Sequence[str], places: NDArray[np.float64], means: NDArray[np.float64],
                   size: Size, high: float) -> None:  # fmt: skip
    """Names of the options on the frontier (all arrays in its order) above their points; ``places`` in axes' shares."""
    font = 0.92 * size.font
    gap = LINE * font / (72 * high)
    for right in (True, False):
        group = [n for n in range(len(names)) if (places[n, 0] > 0.4) == right]
        heights = spread_out([places[n, 1] + 1.3 * gap for n in group], gap)
        for n, height in zip(group, heights, strict=True):
            axis.annotate(
                names[n], means[n], (places[n, 0], height), textcoords="axes fraction", fontsize=font, va="center",
                color=readable(OKABE_ITO[n % len(OKABE_ITO)]), ha="right" if right else "left", zorder=5,
                path_effects=[withStroke(linewidth=2.4, foreground="white")],
                arrowprops={"arrowstyle": "-", "color": LEADER, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3},
            )  # fmt: skip


def _number_rest(axis: Axes, names: Sequence[str], places: NDArray[np.float64], means: NDArray[np.float64], size: Size,
                 high: float) -> None:  # fmt: skip
    """Numbers beside dominated options, from the best down, and a key to them right of the chart."""
    font = 0.78 * size.font
    gap = LINE * font / (72 * high)
    wide = 2.2 * EM * font / (72 * 0.6 * size.width)
    order = sorted(range(len(names)), key=lambda n: -places[n, 1])
    columns: list[list[int]] = []
    for n in sorted(order, key=lambda n: places[n, 0]):
        if columns and places[n, 0] - places[columns[-1][-1], 0] < wide:
            columns[-1].append(n)
        else:
            columns.append([n])
    for column in columns:
        right = max(places[n, 0] for n in column) + wide
        for n, height in zip(column, spread_out([places[n, 1] for n in column], gap), strict=True):
            axis.annotate(
                str(order.index(n) + 1), means[n], (right, height), textcoords="axes fraction", fontsize=font,
                color=INK, va="center", ha="center", zorder=5,
                path_effects=[withStroke(linewidth=2, foreground="white")],
                arrowprops={"arrowstyle": "-", "color": LEADER, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
    key = ["dominated", *(f"{at + 1}  {names[n]}" for at, n in enumerate(order))] if order else []
    for line, text in enumerate(key[:KEY_LINES]):
        axis.annotate(text, (1.02, 1 - gap * line), xycoords="axes fraction", fontsize=font, va="top", color=GREY,
                      annotation_clip=False)  # fmt: skip


def _frontier_rows(
    found: Comparison, one: OutcomeCompared, costs: CostEffect, clouds: NDArray[np.float64]
) -> list[Row]:
    """The mean of each option, and each point of its cloud."""
    where: Row = {"outcome": one.name, "unit": BY_NAME[one.name].unit, "month": month_of(found),
                  "district": found.worlds.place, "practice": found.worlds.practice}  # fmt: skip
    point, rows = layer_of(found) if found.worlds.draws > 1 else "replicate", list[Row]()
    for option, cloud, status, share in zip(
        costs.options, clouds, costs.frontier.status, costs.on_frontier, strict=True
    ):
        cost, effect = cloud.mean(axis=0)
        rows.append({**where, "option": option, "what": "mean", "cost": float(cost), "effect": float(effect),
                     "status": status, "on_frontier_share": float(share)})  # fmt: skip
    for option, cloud in zip(costs.options, clouds, strict=True):
        rows += [{**where, "option": option, "what": point, "cost": float(cost), "effect": float(effect),
                  "status": None, "on_frontier_share": None} for cost, effect in cloud]  # fmt: skip
    return rows


def _frontier_alt(found: Comparison, one: OutcomeCompared, costs: CostEffect, names: Sequence[str]) -> str:
    """The frontier in words: its steps and what each costs, with the share of draws in which each option is on it."""
    unit, layer = BY_NAME[one.name].unit, layer_of(found)
    told = []
    for n, ratio in zip(costs.frontier.order, costs.frontier.ratios, strict=True):
        extra = f" at {ratio_words(ratio, unit)} more" if np.isfinite(ratio) else ""
        mean = one.direction.sign * costs.effect[n].mean
        told.append(f"{names[n]}{extra} ({money(costs.cost[n].mean)}, {number(mean, unit)}; on it in "
                    f"{percent(float(costs.on_frontier[n]))} of {layer}s)")  # fmt: skip
    return (f"Costs against {label_of(one)} of {len(names)} options{at_when(found)}. The frontier of means: "
            f"{', then '.join(told)}. {len(names) - len(told)} options are dominated.")  # fmt: skip


def draw_acceptability(results: Results, found: Comparison, one: OutcomeCompared, size: Size) -> Chart:
    """Which option is best for the money in one outcome of a comparison."""
    costs = _costs("acceptability", one)
    curve, unit, names = costs.acceptability, BY_NAME[one.name].unit, option_names(found)
    per, what = "a point" if is_share(unit) else "a unit", label_of(one)
    worth = curve.grid / 100.0 if is_share(unit) else curve.grid
    shown = [n for n in range(len(names)) if curve.draws[n].max() >= SEEN]
    few = len(names) - len(shown)
    more = f"{few} options that are never best in {SEEN:.0%} are in the table only." if few else ""
    layers = {"draw": "parameter draws", "world": "replicates"}.get(layer_of(found), "structures")
    title = heading(results, found, f"best for the money in {what}")
    said = captioned(results, found, f"Share of {layers} in which what an option is worth, less its cost, is "
                     f"highest{at_when(found)}; wide: best on average. No interval: the shares are themselves the "
                     "uncertainty.", more)  # fmt: skip
    with house(size):
        high = 0.5 * size.width
        figure = sheet(size, high, title, said)
        axis = figure.subplots()
        for at, n in enumerate(shown):
            colour, dash = OKABE_ITO[at % len(OKABE_ITO)], DASHES[at // len(OKABE_ITO) % len(DASHES)]
            axis.plot(worth, curve.draws[n], color=colour, linestyle=dash, linewidth=1.3)
            best = np.where(curve.best == n, curve.draws[n], np.nan)
            axis.plot(worth, best, color=colour, linewidth=3.4, alpha=0.55, solid_capstyle="round")
        axis.set_xlim(0, float(worth[-1]))
        axis.set_ylim(0, 1.02)
        label_ends(axis, [(float(curve.draws[n, -1]), plain(names[n], 28), OKABE_ITO[at % len(OKABE_ITO)])
                          for at, n in enumerate(shown)], size, high)  # fmt: skip
        axis.set_xlabel(f"what {per} of {what} is worth")
        axis.set_ylabel("share in which it is best")
        axis.xaxis.set_major_formatter(lambda value, _: money(value))
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        rules(axis, "y")
    last = len(worth) - 1
    told = [f"{names[best]} at {ratio_words(float(curve.grid[at]), unit)} (best in "
            f"{percent(float(curve.draws[best, at]))})"
            for at in (last // 4, last // 2, last) for best in [int(curve.best[at])]]  # fmt: skip
    alt = (f"Lines for {len(shown)} options: share of {layers} in which each is best for the money, by what {per} of "
           f"{what} is worth. Best on average: {', '.join(told)}.")  # fmt: skip
    return Chart(
        title=title, caption=said, alt=alt, figures=(figure,),
        table=tuple({"outcome": one.name, "unit": unit, "month": month_of(found), "district": found.worlds.place,
                     "practice": found.worlds.practice, "option": name, "worth": float(of_one), "worth_of": per,
                     "best_share": float(curve.draws[n, at]), "best_on_average": int(curve.best[at] == n)}
                    for n, name in enumerate(found.worlds.options) for at, of_one in enumerate(worth)),
        asked=settled("acceptability", found, (one.name,)), plan=part_of(results.plan, found, (one.name,)),
    )  # fmt: skip
