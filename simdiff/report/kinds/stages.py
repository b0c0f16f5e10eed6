"""How schools move through the stages of implementation: shares of schools in each, stacked, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simdiff.analysis.results import Results, narrowed
from simdiff.analysis.summary import intervals
from simdiff.model.state import STAGES
from simdiff.report.asked import Asked, chosen_cells, chosen_place, chosen_practice
from simdiff.report.captions import (
    caption,
    counted,
    extremes,
    known_or_none,
    layer,
    more_cells,
    spread_over,
    titled,
    when,
    within,
)
from simdiff.report.charts import (
    STAGE_COLOURS,
    Size,
    columns_of,
    grid,
    house,
    label_ends,
    left_labels,
    plain,
    sheet,
    tick,
    years_axis,
)
from simdiff.report.figure import Chart, Row
from simdiff.report.words import number
from simdiff.study.again import look_again, stage_shares
from simdiff.study.cells import Cell

MOST_CELLS = 4
WORDS = {"full": "Full", "initial": "Initial", "install": "Installing", "explore": "Exploring", "none": "None",
         "dropped": "Dropped"}  # fmt: skip
"""Stages from the bottom of the stack: full and initial together are the spread."""
SHARE = "share of schools"


@dataclass(frozen=True, slots=True)
class Flow:
    """One cell: mean, low and high share of schools, each (months, stages in the order of ``STAGES``)."""

    cell: str
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def stages(results: Results, asked: Asked, size: Size) -> Chart:
    """Stacked shares of schools in each stage over time, a panel for each cell; its runs are simulated again."""
    cells = chosen_cells(results, asked, MOST_CELLS if asked.cells else 1)
    place, practice = chosen_place(cells, asked), chosen_practice(cells, asked, single=True)
    flows = [_flow(results, cell, place, practice) for cell in cells]
    over = spread_over(results, cells)
    where = within(cells, place)
    said = caption(results, f"Schools by stage of {plain(practice, 60)}{where}.",
                   f"Areas: mean share of schools over {counted(results, cells)} replicates"
                   f"{' of each parameter draw' if len(results.plan.draws) > 1 else ''} (means add up to 100%). "
                   f"{'In brackets, at the end' if len(cells) == 1 else 'In the CSV'}: 5–95 % over {over}. "
                   "Initial and full together are the spread.", more_cells(results, len(cells)))  # fmt: skip
    title = titled(results, cells, ": stages of implementation")
    return Chart(
        title=title, caption=said, alt=_alt(flows, practice), figures=(draw(flows, title, said, size),),
        table=tuple(_rows(flows, place, practice, layer(results, cells))),
        asked=replace(asked, cells=tuple(cell.name for cell in cells), place=place, practice=practice),
        plan=narrowed(results.plan, cells, (), ()),
    )  # fmt: skip


def _flow(results: Results, cell: Cell, place: str, practice: str) -> Flow:
    shares = look_again(results.plan, cell, stage_shares(place, practice), results.progress)
    found = intervals(shares)
    low, high = (3, 4) if shares.shape[0] > 1 else (1, 2)
    return Flow(cell.name, np.nanmean(np.nanmean(shares, axis=1), axis=0), found[low], found[high])


def draw(flows: Sequence[Flow], title: str, said: str, size: Size) -> Figure:
    """The picture: areas from the deepest stage up, named at their right ends."""
    columns = columns_of(len(flows)) if len(flows) != 3 else 2
    height = (0.55 if columns == 1 else 0.4) * size.width
    with house(size):
        figure = sheet(size, height * -(-len(flows) // columns), title, said)
        axes = grid(figure, len(flows), columns)
        for axis, flow in zip(axes, flows, strict=True):
            _draw_panel(axis, flow, size, height * 0.8, whole=len(flows) == 1)
            if len(flows) > 1:
                axis.set_title(plain(flow.cell, 50), loc="left", fontsize=size.font)
        left_labels(axes, columns, SHARE)
    return figure


def _draw_panel(axis: Axes, flow: Flow, size: Size, height: float, *, whole: bool) -> None:
    years = (np.arange(len(flow.mean)) + 1) / 12
    order = [STAGES.index(name) for name in WORDS]
    colours = [STAGE_COLOURS[name] for name in WORDS]
    axis.stackplot(years, flow.mean[:, order].T, colors=colours, edgecolor="white", linewidth=0.5)
    axis.set_ylim(0, 1)
    years_axis(axis, len(flow.mean) / 12, "years of policy")
    axis.yaxis.set_major_formatter(lambda value, _: tick(value, SHARE))
    below, labels = 0.0, []
    for name, stage, colour in zip(WORDS, order, colours, strict=True):
        share = float(flow.mean[-1, stage])
        low, high = (number(float(edge[-1, stage]), SHARE).removesuffix("%") for edge in (flow.low, flow.high))
        words = f"{WORDS[name]} {number(share, SHARE)} ({low}–{high})" if whole else WORDS[name]
        labels.append((below + share / 2, words, colour if name != "none" else "#6b6b6b"))
        below += share
    label_ends(axis, labels, size, height)


def _rows(flows: Sequence[Flow], place: str, practice: str, which: str) -> list[Row]:
    return [
        {"cell": flow.cell, "district": place, "practice": practice, "month": month, "stage": name,
         "mean": known_or_none(flow.mean[month, stage]), "low": known_or_none(flow.low[month, stage]),
         "high": known_or_none(flow.high[month, stage]), "interval": which}
        for flow in flows for month in range(len(flow.mean)) for stage, name in enumerate(STAGES)
    ]  # fmt: skip


def _alt(flows: Sequence[Flow], practice: str) -> str:
    """The chart in words: the first and last mix of each cell, and which cell ends with most full schools."""
    said = [f"Stacked areas: shares of schools in each stage of {plain(practice, 60)} over time."]
    for flow in flows:
        last = len(flow.mean) - 1
        mix = [", ".join(f"{WORDS[name].lower()} {number(float(flow.mean[m, STAGES.index(name)]), SHARE)}"
                         for name in WORDS) for m in (0, last)]  # fmt: skip
        head = f"{plain(flow.cell, 50)}: " if len(flows) > 1 else ""
        said.append(f"{head}{when(0).capitalize()}: {mix[0]}. {when(last).capitalize()}: {mix[1]}.")
    full = [(plain(flow.cell, 50), float(flow.mean[-1, STAGES.index("full")])) for flow in flows]
    told = extremes("The final share of full schools", full, SHARE)
    return " ".join([*said, *([told] if told else [])])
