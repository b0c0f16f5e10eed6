"""Charts of a comparison: differences, cost and effect, acceptability, regret. No file is opened here."""

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from simdiff.analysis.comparison import Comparison, OutcomeCompared
from simdiff.analysis.contrasts import A_ABOVE, B_ABOVE, Contrast, against
from simdiff.analysis.cost import CostEffect
from simdiff.report.charts import BLUE, GREY, INK, STYLE
from simdiff.report.compare_words import label_of, layer_of, layers_words
from simdiff.report.provenance import CAVEAT
from simdiff.report.steps import is_share, short, step, step_unit
from simdiff.report.words import BY_NAME, money, number
from simdiff.study.plan import Plan

MOST_CELLS, MOST_PANELS = 40, 4
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222")
"""Okabe–Ito without yellow, which is too light for lines."""
DASHES = ("-", "--", ":")
KEY_LINES = 22
SEEN = 0.05
"""Options that are best in fewer of the draws everywhere get no line of their own."""


def charts(plan: Plan, found: Comparison) -> Iterator[tuple[str, Figure]]:
    """Name and picture of every chart that there is something for."""
    yield "comparison", differences_chart(plan, found)
    for one in found.outcomes:
        if one.cost is not None:
            yield f"frontier-{one.name}", frontier_chart(plan, found, one, one.cost)
            yield f"acceptability-{one.name}", acceptability_chart(plan, found, one, one.cost)
        if one.regret:
            yield f"regret-{one.name}", regret_chart(plan, found, one)


def _note(plan: Plan, found: Comparison, told: str) -> str:
    return (f"{told} {layers_words(found)}{found.worlds.ran.shape[2]} replicates. Seed {plan.experiment.seed}, code "
            f"{plan.question.code}. {CAVEAT}")  # fmt: skip


def _titled(figure: Figure, title: str, note: str) -> None:
    width = figure.get_figwidth()
    figure.suptitle("\n".join(textwrap.wrap(title, int(width * 9))), x=0.01, ha="left", fontsize=11, weight="bold")
    figure.supxlabel("\n".join(textwrap.wrap(note, int(width * 14.5))), x=0.01, ha="left", fontsize=7, color=GREY)


def _rows(axis: Axes, names: Sequence[str]) -> None:
    axis.set_yticks(range(len(names)), list(map(short, names)))
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)


def _dotted(names: Sequence[str], panels: int) -> Figure:
    label = max(len(short(name)) for name in names) * 0.075
    size = (max(5.0, label + 2.6 * panels + 0.3), 0.26 * len(names) + 1.7)
    return Figure(figsize=size, dpi=150, layout="constrained")


def _grid(axis: Axes, unit: str, shown: Callable[[float, str], str]) -> None:
    axis.xaxis.set_major_formatter(lambda value, _: shown(value, unit))
    axis.xaxis.set_major_locator(MaxNLocator(4))
    axis.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)


def differences_chart(plan: Plan, found: Comparison) -> Figure:
    """Every option minus the baseline: mean, chance (thick) and parameters (thin); filled where firm."""
    baseline = found.worlds.options[found.baseline]
    panels = found.outcomes[:MOST_PANELS]
    names = [name for name in found.worlds.options if name != baseline]
    shown = names[:MOST_CELLS]
    with rc_context(STYLE):
        figure = _dotted(shown, len(panels))
        axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axis, one in zip(axes, panels, strict=True):
            pairs = {pair.first: pair for pair in against(one.contrasts, baseline)}
            unit = BY_NAME[one.name].unit
            axis.axvline(0, color=GREY, linewidth=0.8)
            for row, name in enumerate(shown):
                _draw_difference(axis, row, pairs[name])
            axis.set_title(f"{label_of(one).capitalize()} ({step_unit(unit)})", loc="left", fontsize=9)
            _grid(axis, unit, step)
        for axis in axes:
            _rows(axis, shown)
        told = f"Mean difference from {short(baseline)}, world by world. Thick: {100 * found.confidence:.4g}% " \
               f"interval of chance; {_thin(found)}filled: firm; open: cannot tell apart."  # fmt: skip
        more = f" {len(names) - len(shown)} more options are in the tables." if len(names) > len(shown) else ""
        year = f"year {found.worlds.year:g}"
        _titled(figure, f"{plan.experiment.title}: difference from {short(baseline)}, {year}",
                _note(plan, found, told + more))  # fmt: skip
    return figure


def _thin(found: Comparison) -> str:
    if found.worlds.draws < 2:
        return "at one set of parameters; "
    level = min(found.confidence, (found.worlds.draws - 1) / (found.worlds.draws + 1))
    return f"thin: central {100 * level:.3g}% of draws; "


def _draw_difference(axis: Axes, row: int, pair: Contrast) -> None:
    part = pair.whole
    if not math.isfinite(part.mean):
        axis.text(0.02, row, "undefined", va="center", fontsize=7, color=GREY, transform=axis.get_yaxis_transform())
        return
    firm = pair.verdict in (A_ABOVE, B_ABOVE)
    colour = BLUE if firm else GREY
    if part.draws > 1:
        axis.plot([part.parameters_low, part.parameters_high], [row, row], color=colour, linewidth=1.0)
    if math.isfinite(part.chance_low):
        axis.plot([part.chance_low, part.chance_high], [row, row], color=colour, linewidth=3.4, solid_capstyle="butt")
    axis.plot(part.mean, row, "o", color=colour, markersize=5, markerfacecolor=colour if firm else "white")


def frontier_chart(plan: Plan, found: Comparison, one: OutcomeCompared, costs: CostEffect) -> Figure:
    """The cost-effectiveness plane: a cloud of draws and a mean for each option, and the frontier of the means."""
    unit, sign, title = BY_NAME[one.name].unit, one.direction.sign, BY_NAME[one.name].title.lower()
    on = costs.frontier.order
    colours = {n: COLOURS[at % len(COLOURS)] for at, n in enumerate(on)}
    with rc_context(STYLE):
        figure = Figure(figsize=(6.8, 5.0), dpi=150, layout="constrained")
        axis = figure.subplots()
        means = costs.clouds.mean(axis=1) * (1, sign)
        for n in range(len(costs.options)):
            colour = colours.get(n, "#9a9a9a")
            cloud = costs.clouds[n] * (1, sign)
            axis.scatter(cloud[:, 0], cloud[:, 1], s=5, color=colour, alpha=0.3 if n in on else 0.16, linewidth=0)
        axis.plot(means[list(on), 0], means[list(on), 1], color=INK, linewidth=1.2, zorder=3)
        for n in range(len(costs.options)):
            axis.plot(*means[n], "o", color=colours.get(n, "#6f6f6f"), markersize=7 if n in on else 4.5, zorder=4)
        _window(axis, costs, sign)
        (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
        places = (means - (left, bottom)) / (right - left, top - bottom)
        rest = [n for n in range(len(costs.options)) if n not in on]
        for part, write in ((list(on), _name_frontier), (rest, _number_rest)):
            write(axis, [costs.options[n] for n in part], places[part], means[part])
        axis.set_xlabel(f"cost by year {found.worlds.year:g}, all payers")
        axis.set_ylabel(f"{label_of(one)} at year {found.worlds.year:g}")
        axis.xaxis.set_major_formatter(lambda value, _: money(value))
        axis.yaxis.set_major_formatter(lambda value, _: number(value, unit))
        axis.grid(color="#ececec", linewidth=0.6)
        axis.set_axisbelow(True)
        points = "draw (its mean)" if found.worlds.draws > 1 else "replicate"
        told = f"Large dots: means; line: frontier of means. A small dot is a {points}; the outermost are cut off."
        _titled(figure, f"{plan.experiment.title}: what the money buys in {title}", _note(plan, found, told))
    return figure


def _window(axis: Axes, costs: CostEffect, sign: int) -> None:
    """Limits that show nearly all points of the clouds, and all means."""
    limits = []
    for n in range(2):
        values = costs.clouds[:, :, n] * (1, sign)[n]
        low, high = np.quantile(values, [0.005, 0.995])
        means = values.mean(axis=1)
        low, high = min(low, means.min()), max(high, means.max())
        pad = 0.06 * (high - low) or 1.0
        limits.append((float(low - pad), float(high + pad)))
    axis.set_xlim(limits[0])
    axis.set_ylim(limits[1])


def _name_frontier(axis: Axes, names: Sequence[str], places: NDArray[np.float64], means: NDArray[np.float64]) -> None:
    """Names of the options on the frontier (all arrays in its order) above their points; ``places`` in axes' shares."""
    for right in (True, False):
        group = [n for n in range(len(names)) if (places[n, 0] > 0.4) == right]
        heights = spread_out([places[n, 1] + 0.06 for n in group], 0.045)
        for n, height in zip(group, heights, strict=True):
            axis.annotate(
                short(names[n]), means[n], (places[n, 0], height), textcoords="axes fraction", fontsize=8, va="center",
                color=COLOURS[n % len(COLOURS)], ha="right" if right else "left", zorder=5,
                path_effects=[withStroke(linewidth=2.4, foreground="white")],
                arrowprops={"arrowstyle": "-", "color": "#b0b0b0", "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3},
            )  # fmt: skip


def _number_rest(axis: Axes, names: Sequence[str], places: NDArray[np.float64], means: NDArray[np.float64]) -> None:
    """Numbers beside dominated options, from the best down, and a key to them right of the chart."""
    order = sorted(range(len(names)), key=lambda n: -places[n, 1])
    columns: list[list[int]] = []
    for n in sorted(order, key=lambda n: places[n, 0]):
        if columns and places[n, 0] - places[columns[-1][-1], 0] < 0.02:
            columns[-1].append(n)
        else:
            columns.append([n])
    for column in columns:
        right = max(places[n, 0] for n in column) + 0.028
        heights = spread_out([places[n, 1] for n in column], 0.034)
        for n, height in zip(column, heights, strict=True):
            axis.annotate(
                str(order.index(n) + 1), means[n], (right, height), textcoords="axes fraction", fontsize=7, color=INK,
                va="center", ha="center", zorder=5, path_effects=[withStroke(linewidth=2, foreground="white")],
                arrowprops={"arrowstyle": "-", "color": "#b0b0b0", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
    key = ["dominated", *(f"{at + 1:2d}  {short(names[n])}" for at, n in enumerate(order))] if order else []
    for line, text in enumerate(key[:KEY_LINES]):
        axis.annotate(text, (1.02, 1 - 0.045 * line), xycoords="axes fraction", fontsize=7, va="top", color=GREY,
                      annotation_clip=False)  # fmt: skip


def spread_out(wanted: Sequence[float], gap: float, least: float = -math.inf) -> list[float]:
    """Heights at least ``gap`` apart and not below ``least``, in the order of those wanted and near them: what is too
    close becomes a block about its own middle."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    blocks: list[list[int]] = []

    def middle(block: list[int]) -> float:
        lowest_middle = least + gap * (len(block) - 1) / 2
        return max(lowest_middle, sum(wanted[n] for n in block) / len(block))

    for n in order:
        block = [n]
        while blocks and middle(block) - middle(blocks[-1]) < gap * (len(block) + len(blocks[-1])) / 2:
            block = blocks.pop() + block
        blocks.append(block)
    heights = [0.0] * len(wanted)
    for block in blocks:
        for rank, n in enumerate(block):
            heights[n] = middle(block) + gap * (rank - (len(block) - 1) / 2)
    return heights


def acceptability_chart(plan: Plan, found: Comparison, one: OutcomeCompared, costs: CostEffect) -> Figure:
    """Share of draws in which each option has the highest net benefit, by what a unit of effect is worth."""
    curve, unit, title = costs.acceptability, BY_NAME[one.name].unit, BY_NAME[one.name].title.lower()
    scale = 100.0 if is_share(unit) else 1.0
    shown = [n for n in range(len(costs.options)) if curve.draws[n].max() >= SEEN]
    with rc_context(STYLE):
        figure = Figure(figsize=(6.8, 4.4), dpi=150, layout="constrained")
        axis = figure.subplots()
        for at, n in enumerate(shown):
            colour, dash = COLOURS[at % len(COLOURS)], DASHES[at // len(COLOURS) % len(DASHES)]
            axis.plot(curve.grid / scale, curve.draws[n], color=colour, linestyle=dash, linewidth=1.3)
            best = np.where(curve.best == n, curve.draws[n], np.nan)
            axis.plot(curve.grid / scale, best, color=colour, linewidth=3.4, alpha=0.55, solid_capstyle="round")
        _name_ends(axis, [(costs.options[n], curve.draws[n, -1], COLOURS[at % len(COLOURS)])
                          for at, n in enumerate(shown)])  # fmt: skip
        axis.set_xlim(0, float(curve.grid[-1]) / scale)
        axis.set_ylim(0, 1.02)
        axis.set_xlabel(f"what {'a point' if is_share(unit) else 'a unit'} of {title} is worth")
        axis.set_ylabel("share in which it is best")
        axis.xaxis.set_major_formatter(lambda value, _: money(value))
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axis.grid(axis="y", color="#e6e6e6", linewidth=0.6)
        points = "parameter draws" if found.worlds.draws > 1 else "replicates"
        few = len(costs.options) - len(shown)
        more = f" {few} options that are never best in {SEEN:.0%} are not drawn." if few else ""
        told = f"Share of {points} in which what an option is worth, less its cost, is highest; wide: best on average."
        _titled(figure, f"{plan.experiment.title}: best for the money in {title}", _note(plan, found, told + more))
    return figure


def _name_ends(axis: Axes, ends: Sequence[tuple[str, float, str]]) -> None:
    """Names of lines at their right ends, pushed apart where they would overlap."""
    heights = spread_out([height for _, height, _ in ends], 0.06, least=0.0)
    for (name, _, colour), height in zip(ends, heights, strict=True):
        axis.annotate(short(name), (1.01, height), xycoords="axes fraction", color=colour, va="center",
                      fontsize=7.5, annotation_clip=False)  # fmt: skip


def regret_chart(plan: Plan, found: Comparison, one: OutcomeCompared) -> Figure:
    """Regret of each option: expected, 90 % and most."""
    names, unit, title = found.worlds.options[:MOST_CELLS], BY_NAME[one.name].unit, BY_NAME[one.name].title.lower()
    with rc_context(STYLE):
        figure = _dotted(names, 1)
        axis = figure.subplots()
        for row, lost in enumerate(one.regret[:MOST_CELLS]):
            axis.plot([lost.expected, lost.most], [row, row], color="#c9c9c9", linewidth=1.0, zorder=1)
            axis.plot(lost.expected, row, "o", color=BLUE, markersize=5)
            axis.plot(lost.ninety, row, "|", color=BLUE, markersize=9, markeredgewidth=1.6)
            axis.plot(lost.most, row, "o", color=BLUE, markersize=5, markerfacecolor="white")
        _rows(axis, names)
        axis.set_xlim(left=0)
        _grid(axis, unit, lambda value, unit: step(value, unit, sign=False))
        axis.set_xlabel(f"{title} ({step_unit(unit)}) worse than the best of each {layer_of(found)}")
        told = "Filled: expected regret; bar: 90 % of draws lie below; open: the most. Whatever options cost."
        _titled(figure, f"{plan.experiment.title}: regret in {title}", _note(plan, found, told))
    return figure
