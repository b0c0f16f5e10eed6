"""What is left when support ends: of the schools that carry the label then, how many keep it, and how many use it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simdiff.analysis.results import Results, narrowed
from simdiff.analysis.summary import intervals
from simdiff.report.asked import Asked, ChartError, chosen_cells, chosen_place, chosen_practice
from simdiff.report.captions import caption, extremes, known_or_none, layer, layers, more_cells, titled, within
from simdiff.report.charts import (
    BLUE,
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
    years_axis,
)
from simdiff.report.figure import Chart, Row
from simdiff.report.words import number
from simdiff.study.again import SupportEnd, inputs_again, kept_uses, look_again, support_end, world_again
from simdiff.study.cells import Cell

MOST_CELLS = 6
SHARE = "share of schools"
LINES = {"label": ("Label kept", ORANGE, "--"), "real_use": ("Real use", BLUE, "-")}


@dataclass(frozen=True, slots=True)
class Left:
    """One cell: median, low and high of each of ``LINES`` by months since the end of support, (3, months) by name;
    ``ended``: the month of policy in which support ended, in each district."""

    cell: str
    ended: tuple[int, ...]
    bands: dict[str, NDArray[np.float64]]


def survival(results: Results, asked: Asked, size: Size) -> Chart:
    """Label and real use after support ends, a panel for each cell in which it ends; its runs are simulated again."""
    named = chosen_cells(results, asked, len(results.plan.cells))
    place, practice = chosen_place(named, asked), chosen_practice(named, asked, single=True)
    ends = [(cell, _ends(results, cell, place)) for cell in named]
    ending = [(cell, end) for cell, end in ends if end.after > 0]
    if not ending:
        raise ChartError("survival: expected a cell in which support ends (coaching, leaders' support, sponsorship, "
                         "pilots and partners with a `stop`), before the last month")  # fmt: skip
    if asked.cells and len(ending) < len(named):
        on = ", ".join(cell.name for cell, end in ends if end.after == 0)
        raise ChartError(f"survival: support does not end in {on}")
    shown = ending[:MOST_CELLS]
    cells = [cell for cell, _ in shown]
    lefts = [_left(results, cell, place, practice, end) for cell, end in shown]
    title, said = _words(results, cells, place, practice, shown)
    return Chart(
        title=title, caption=said, alt=_alt(lefts), figures=(draw(lefts, title, said, size),),
        table=tuple(_rows(lefts, place, practice, layer(results, cells))),
        asked=replace(asked, cells=tuple(cell.name for cell in cells), place=place, practice=practice),
        plan=narrowed(results.plan, cells, (), ()),
    )  # fmt: skip


def _ends(results: Results, cell: Cell, place: str) -> SupportEnd:
    return support_end(inputs_again(results.plan, cell, world_again(results.plan, cell), 0), place)


def _left(results: Results, cell: Cell, place: str, practice: str, end: SupportEnd) -> Left:
    kept = look_again(results.plan, cell, kept_uses(place, practice, end), results.progress)
    found = intervals(kept)
    edges = (0, 3, 4) if kept.shape[0] > 1 else (0, 1, 2)
    return Left(cell.name, end.policy_months(), {name: found[list(edges), :, n] for n, name in enumerate(LINES)})


def _words(results: Results, cells: Sequence[Cell], place: str, practice: str, ends: Sequence[tuple[Cell, SupportEnd]]
           ) -> tuple[str, str]:  # fmt: skip
    on = sum(end.goes_on for _, end in ends)
    where = within(cells, place)
    said = caption(
        results,
        f"Of the schools{where} that carry the label of {plain(practice, 60)} in the month in which support ends (the "
        "last of coaching, leaders' support, sponsorship, pilots and partners): those that still carry it, and those "
        "in real use (by default, by at least 30 % of teachers). Undefined where most runs have no such school.",
        layers(results, cells),
        f"{on} districts in which support goes on are left out." if on else "",
        more_cells(results, len(cells)),
    )
    return titled(results, cells, ": use after support ends"), said


def draw(lefts: Sequence[Left], title: str, said: str, size: Size) -> Figure:
    """The picture: both lines from the month in which support ends."""
    columns = columns_of(len(lefts))
    height = 0.55 * size.width if columns == 1 else (0.4 if columns == 2 else 0.34) * size.width
    with house(size):
        figure = sheet(size, height * -(-len(lefts) // columns), title, said)
        axes = grid(figure, len(lefts), columns)
        for axis, left in zip(axes, lefts, strict=True):
            _draw_panel(axis, left, size)
            longest = max(len(one.bands["label"][0]) - 1 for one in lefts)
            years_axis(axis, longest / 12, "years since support ended")
        if columns == 1:
            ends = [(_last(lefts[0].bands[name]), words, colour) for name, (words, colour, _) in LINES.items()]
            label_ends(axes[0], ends, size, height * 0.8)
        else:
            for n, (words, colour, _) in enumerate(LINES.values()):
                axes[0].text(0.04, 0.17 - 0.13 * n, words, color=readable(colour), va="bottom",
                             transform=axes[0].transAxes, fontsize=0.95 * size.font)  # fmt: skip
        left_labels(axes, columns, SHARE)
    return figure


def _draw_panel(axis: Axes, left: Left, size: Size) -> None:
    for name, (_, colour, dash) in LINES.items():
        median, low, high = left.bands[name]
        years = np.arange(len(median)) / 12
        band(axis, years, low, high, colour)
        axis.plot(years, median, color=colour, linestyle=dash, linewidth=1.5, label=name)
    when = sorted({month / 12 for month in left.ended})
    told = f"year {when[0]:g}" if len(when) == 1 else f"years {when[0]:g}–{when[-1]:g}"
    axis.set_title(f"{plain(left.cell, 34)}: ends after {told}", loc="left", fontsize=size.font)
    axis.set_ylim(0, 1.02)
    axis.yaxis.set_major_formatter(lambda value, _: tick(value, SHARE))
    rules(axis, "y")


def _last(band: NDArray[np.float64]) -> float:
    known = band[0][np.isfinite(band[0])]
    return float(known[-1]) if len(known) else 0.0


def _rows(lefts: Sequence[Left], place: str, practice: str, which: str) -> list[Row]:
    return [
        {"cell": left.cell, "district": place, "practice": practice, "line": name, "months_since": month,
         "median": known_or_none(median[month]), "low": known_or_none(low[month]), "high": known_or_none(high[month]),
         "interval": which}
        for left in lefts for name, (median, low, high) in left.bands.items() for month in range(len(median))
    ]  # fmt: skip


def _alt(lefts: Sequence[Left]) -> str:
    """The chart in words: what is kept at the end of each panel, and where most and least real use is left."""
    said = ["Line chart with bands: label and real use of the schools that carry the label when support ends."]
    for left in lefts:
        parts = []
        for name, (words, _, _) in LINES.items():
            median, low, high = (float(value) for value in left.bands[name][:, -1])
            parts.append(f"{words.lower()} {number(median, SHARE)} ({number(low, SHARE)} to {number(high, SHARE)})")
        years = (len(left.bands["label"][0]) - 1) / 12
        said.append(f"{plain(left.cell, 50)}, {years:g} years after: {', '.join(parts)}.")
    told = extremes("Real use at the end", [(plain(one.cell, 50), float(one.bands["real_use"][0, -1]))
                                            for one in lefts], SHARE)  # fmt: skip
    return " ".join([*said, *([told] if told else [])])
