"""Who is ahead: depth in the lowest- and the highest-need third of schools over time, and the gap between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simdiff.analysis.results import Results, narrowed
from simdiff.analysis.summary import intervals
from simdiff.report.asked import Asked, chosen_cells, chosen_place, chosen_practice
from simdiff.report.captions import caption, course, known_or_none, layer, layers, more_cells, titled, within
from simdiff.report.charts import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    Size,
    band,
    house,
    label_ends,
    left_labels,
    plain,
    rules,
    sheet,
    tick,
    years_axis,
)
from simdiff.report.figure import Chart, Row
from simdiff.study.again import look_again, tercile_depths
from simdiff.study.cells import Cell

MOST_CELLS = 4
TEACHING = "share of teaching"
GROUPS = {"lowest need": (BLUE, "-"), "highest need": (ORANGE, "--"), "gap": (INK, "-")}
"""What is drawn: terciles by share of low-income pupils within each district, and lowest minus highest."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One cell: median, low and high of each of ``GROUPS``, (3, months) by name."""

    cell: str
    bands: dict[str, NDArray[np.float64]]


def equity(results: Results, asked: Asked, size: Size) -> Chart:
    """Depth by need, and the equity gap, over time: a row for each cell; its runs are simulated again."""
    cells = chosen_cells(results, asked, MOST_CELLS if asked.cells else 1)
    place, practice = chosen_place(cells, asked), chosen_practice(cells, asked, single=True)
    gaps = [_gap(results, cell, place, practice) for cell in cells]
    where = within(cells, place)
    said = caption(results, f"Depth of {plain(practice, 60)}{where} in the third of schools with the smallest and with "
                   "the largest share of low-income pupils (thirds within districts), and their difference in each "
                   "run: above zero, schools with few low-income pupils are ahead.", layers(results, cells),
                   more_cells(results, len(cells)))  # fmt: skip
    title = titled(results, cells, ": equity gap")
    return Chart(
        title=title, caption=said, alt=_alt(gaps), figures=(draw(gaps, title, said, size),),
        table=tuple(_rows(gaps, place, practice, layer(results, cells))),
        asked=replace(asked, cells=tuple(cell.name for cell in cells), place=place, practice=practice),
        plan=narrowed(results.plan, cells, (), ()),
    )  # fmt: skip


def _gap(results: Results, cell: Cell, place: str, practice: str) -> Gap:
    depths = look_again(results.plan, cell, tercile_depths(place, practice), results.progress)
    three = np.concatenate([depths, depths[..., :1] - depths[..., 1:]], axis=-1)
    found = intervals(three)
    edges = (0, 3, 4) if three.shape[0] > 1 else (0, 1, 2)
    return Gap(cell.name, {name: found[list(edges), :, n] for n, name in enumerate(GROUPS)})


def draw(gaps: Sequence[Gap], title: str, said: str, size: Size) -> Figure:
    """The picture: on the left the two thirds of schools, on the right their difference with a line at zero."""
    height = 0.42 * size.width
    with house(size):
        figure = sheet(size, height * len(gaps), title, said)
        axes = figure.subplots(len(gaps), 2, sharex=True, sharey="col", squeeze=False)
        for (left, right), gap in zip(axes, gaps, strict=True):
            name = f"{plain(gap.cell, 26)}: " if len(gaps) > 1 else ""
            _draw_bands(left, gap, ["lowest need", "highest need"], size, height)
            _draw_bands(right, gap, ["gap"], size, height)
            right.axhline(0, color=GREY, linewidth=0.8)
            left.set_title(f"{name}depth by need", loc="left", fontsize=size.font)
            right.set_title("gap, lowest − highest need", loc="left", fontsize=size.font)
        left_labels(axes[:, 0].tolist(), 1, TEACHING)
        for (left, right), gap in zip(axes, gaps, strict=True):
            left.set_ylim(0, left.get_ylim()[1])
            ends = [(float(np.nan_to_num(gap.bands[name][0, -1])), name, GROUPS[name][0])
                    for name in ("lowest need", "highest need")]  # fmt: skip
            label_ends(left, ends, size, height * 0.7)
            right.annotate("lowest-need schools ahead", (0.03, 0.97), xycoords="axes fraction", va="top", color=GREY,
                           fontsize=0.85 * size.font)  # fmt: skip
            right.annotate("highest-need schools ahead", (0.03, 0.03), xycoords="axes fraction", va="bottom",
                           color=GREY, fontsize=0.85 * size.font)  # fmt: skip
    return figure


def _draw_bands(axis: Axes, gap: Gap, names: Sequence[str], size: Size, height: float) -> None:
    for name in names:
        (colour, dash), (median, low, high) = GROUPS[name], gap.bands[name]
        years = (np.arange(len(median)) + 1) / 12
        band(axis, years, low, high, colour)
        axis.plot(years, median, color=colour, linestyle=dash, linewidth=1.5, label=name)
        years_axis(axis, len(median) / 12, "years of policy")
    axis.yaxis.set_major_formatter(lambda value, _: tick(value, TEACHING))
    rules(axis, "y")


def _rows(gaps: Sequence[Gap], place: str, practice: str, which: str) -> list[Row]:
    return [
        {"cell": gap.cell, "district": place, "practice": practice, "group": name, "month": month,
         "median": known_or_none(median[month]), "low": known_or_none(low[month]), "high": known_or_none(high[month]),
         "interval": which}
        for gap in gaps for name, (median, low, high) in gap.bands.items() for month in range(len(median))
    ]  # fmt: skip


def _alt(gaps: Sequence[Gap]) -> str:
    """The chart in words: the course of each group, and whether the gap's interval holds zero at the end."""
    said = ["Line chart with bands: depth in the lowest- and the highest-need third of schools, and their difference."]
    for gap in gaps:
        said += [f"{plain(gap.cell, 50)}:"] if len(gaps) > 1 else []
        month = np.arange(len(gap.bands["gap"][0]))
        said += [course(f"Depth, {name}" if name != "gap" else "The gap", month, list(three), TEACHING)
                 for name, three in gap.bands.items()]  # fmt: skip
        _, low, high = (float(value) for value in gap.bands["gap"][:, -1])
        if low > 0 or high < 0:
            said.append(f"At the end its interval lies {'above' if low > 0 else 'below'} zero.")
        elif not np.isnan(low):
            said.append("At the end its interval holds zero: cannot tell which schools are ahead.")
    return " ".join(said)
