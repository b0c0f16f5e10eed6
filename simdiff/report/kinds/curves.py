"""Outcomes over time with bands: a panel for each cell or practice (``adoption``), or for each district."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simdiff.analysis.results import Results, Series, narrowed
from simdiff.analysis.summary import intervals
from simdiff.report.asked import Asked, ChartError, chosen_cells, chosen_outcomes, chosen_place, chosen_practice
from simdiff.report.captions import (
    caption,
    course,
    extremes,
    known_or_none,
    layer,
    layers,
    more_cells,
    place_title,
    titled,
    when,
    within,
)
from simdiff.report.charts import (
    BLUE,
    MOST_PANELS,
    ORANGE,
    PALE,
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
from simdiff.report.words import BY_NAME
from simdiff.study.blocks import ALL
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of

USUAL = ("spread", "depth")
MOST_LINES = 2
"""More than two bands in a panel turn to mud."""
LOOKS: tuple[tuple[str, Any], ...] = ((BLUE, "-"), (ORANGE, (0, (4, 1.5))))
"""Colour and dashes of the lines of a panel."""
MOST_TOLD = 4
"""Panels whose every line is told in words; of more, the extremes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome in one panel: months of policy, median, low and high of its band, and the share of runs in which it
    is defined; each (months,)."""

    outcome: str
    month: NDArray[np.int64]
    median: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    defined: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: a cell, place and practice, and its lines."""

    title: str
    cell: str
    place: str
    practice: str
    lines: tuple[Line, ...]


def adoption(results: Results, asked: Asked, size: Size) -> Chart:
    """Spread and depth (or other outcomes) over time: a panel for each cell; of a single cell, for each practice."""
    cells = chosen_cells(results, asked, MOST_PANELS)
    place = chosen_place(cells, asked)
    several = len(cells) == 1 and asked.practice is None
    practices = practices_of(scenario_of(cells[0].text)) if several else (chosen_practice(cells, asked, single=False),)
    outcomes = _outcomes(results, asked)
    panels = [
        Panel(_title(cell, practice, cells, practices), cell.name, place, practice, lines)
        for cell in cells
        for practice, lines in _lines(results, cell, outcomes, [(place, one) for one in practices], asked)
    ]
    drawn = replace(asked, outcomes=outcomes, cells=tuple(cell.name for cell in cells), place=place,
                    practice=None if several else practices[0])  # fmt: skip
    return _chart(results, drawn, panels, cells, size, more_cells(results, len(cells)))


def districts(results: Results, asked: Asked, size: Size) -> Chart:
    """The same of one cell, with a panel for each district."""
    cells = chosen_cells(results, asked, 1)
    scenario = scenario_of(cells[0].text)
    places = [place for place in places_of(scenario) if place != ALL]
    if not places:
        raise ChartError("districts: expected results of several districts (at most 60); see the kind `adoption`")
    practice, outcomes = chosen_practice(cells, asked, single=False), _outcomes(results, asked)
    shown = places[:MOST_PANELS]
    each = _lines(results, cells[0], outcomes, [(place, practice) for place in shown], asked)
    panels = [
        Panel(place_title(cells[0], place), cells[0].name, place, practice, lines)
        for place, (_, lines) in zip(shown, each, strict=False)
    ]
    drawn = replace(asked, outcomes=outcomes, cells=(cells[0].name,), practice=practice)
    left = len(places) - len(shown)
    more = f"{left} more districts are in the results. " if left else ""
    return _chart(results, drawn, panels, cells, size, f"{more}{more_cells(results, 1)}")


def _outcomes(results: Results, asked: Asked) -> tuple[str, ...]:
    """Outcomes to draw over time. Raises ChartError unless one axis can hold them."""
    outcomes = chosen_outcomes(results, asked, USUAL, MOST_LINES if asked.outcomes else len(USUAL))
    if len({BY_NAME[name].unit.split()[0] for name in outcomes}) > 1:
        raise ChartError(f"--outcomes: {' and '.join(outcomes)} have different units; draw a chart of each")
    return outcomes


def _title(cell: Cell, practice: str, cells: Sequence[Cell], practices: Sequence[str]) -> str:
    return plain(cell.name if len(cells) > 1 else practice if len(practices) > 1 else "", 60)


def _lines(results: Results, cell: Cell, outcomes: Sequence[str], where: Sequence[tuple[str, str]], asked: Asked
           ) -> list[tuple[str, tuple[Line, ...]]]:  # fmt: skip
    """The lines of a cell at each (place, practice), with the practice's name; none if no run is done yet."""
    read, scenario = results.source.series(cell, outcomes), scenario_of(cell.text)
    found = []
    for place, practice in where if read else ():
        at = places_of(scenario).index(place), practices_of(scenario).index(practice)
        found.append((practice, tuple(_line(name, read[name], at, asked) for name in outcomes)))
    return found


def _line(outcome: str, series: Series, at: tuple[int, int], asked: Asked) -> Line:
    shown = np.isin(series.months, asked.months) if asked.months else np.ones(len(series.months), bool)
    if shown.sum() < 2:
        raise ChartError(f"{asked.kind}: `{outcome}` is kept at one time only, so it has no course")
    found = intervals(series.values[:, :, shown, at[0], at[1]])
    low, high = (3, 4) if series.values.shape[0] > 1 else (1, 2)
    return Line(outcome, series.months[shown], found[0], found[low], found[high], found[5])


def _chart(results: Results, asked: Asked, panels: Sequence[Panel], cells: Sequence[Cell], size: Size, more: str
           ) -> Chart:  # fmt: skip
    if not panels:
        raise ChartError(f"{asked.kind}: no run of these cells is done yet")
    months = sorted({int(month) for panel in panels for line in panel.lines for month in line.month})
    drawn = replace(asked, months=tuple(months))
    names = " and ".join(BY_NAME[name].title.lower() for name in asked.outcomes)
    where = within(cells, asked.place or ALL, asked.practice)
    grey = "Grey: the medians of the other panels." if len(panels) > 1 and len(asked.outcomes) == 1 else ""
    said = caption(results, f"{names.capitalize()} over time{where}.", layers(results, cells), grey, more)
    title = titled(results, cells)
    return Chart(
        title=title,
        caption=said,
        alt=_alt(panels, results),
        figures=(draw(panels, title, said, size),),
        table=tuple(_rows(panels, layer(results, cells))),
        asked=drawn,
        plan=narrowed(results.plan, cells, asked.outcomes, months),
    )


def draw(panels: Sequence[Panel], title: str, said: str, size: Size) -> Figure:
    """The picture: medians as lines, their intervals as bands; lines are named at their ends, or once in words."""
    columns = columns_of(len(panels))
    height = 0.55 * size.width if columns == 1 else (0.4 if columns == 2 else 0.34) * size.width
    with house(size):
        figure = sheet(size, height * -(-len(panels) // columns), title, said)
        axes = grid(figure, len(panels), columns)
        for axis, panel in zip(axes, panels, strict=True):
            _draw_panel(axis, panel, panels, size)
        _scale(axes, panels)
        if columns == 1:
            ends = [(_end(line), BY_NAME[line.outcome].title, LOOKS[n][0]) for n, line in enumerate(panels[0].lines)]
            label_ends(axes[0], ends, size, height * 0.8)
        elif len(panels[0].lines) > 1:
            _key(axes[0], panels[0].lines, size)
        units = list(dict.fromkeys(BY_NAME[line.outcome].unit for line in panels[0].lines))
        left_labels(axes, columns, " / ".join([units[0], *(unit.removeprefix("share ") for unit in units[1:])]))
    return figure


def _draw_panel(axis: Axes, panel: Panel, panels: Sequence[Panel], size: Size) -> None:
    if len(panel.lines) == 1:
        for other in panels:
            if other is not panel:
                line = other.lines[0]
                axis.plot((line.month + 1) / 12, line.median, color=PALE, linewidth=0.7)
    for line, (colour, dash) in zip(panel.lines, LOOKS, strict=False):
        years = (line.month + 1) / 12
        band(axis, years, line.low, line.high, colour)
        axis.plot(years, line.median, color=colour, linestyle=dash, linewidth=1.5, label=line.outcome)
    if panel.title:
        axis.set_title(panel.title, loc="left", fontsize=size.font)
    rules(axis, "y")


def _scale(axes: Sequence[Axes], panels: Sequence[Panel]) -> None:
    """One scale for all panels, from zero unless something is below it."""
    lines = [line for panel in panels for line in panel.lines]
    unit = BY_NAME[lines[0].outcome].unit
    low = min(0.0, float(np.nanmin([np.nanmin(line.low, initial=0.0) for line in lines])))
    high = max(0.0, float(np.nanmax([np.nanmax(line.high, initial=0.0) for line in lines])))
    room = 0.05 * (high - low or 1.0)
    top = min(1.0, high + room) if unit.startswith("share") else high + room
    for axis in axes:
        axis.set_ylim(low - room if low < 0 else 0.0, top)
        years_axis(axis, (max(int(line.month[-1]) for line in lines) + 1) / 12, "years of policy")
        axis.yaxis.set_major_formatter(lambda value, _: tick(value, unit))


def _key(axis: Axes, lines: Sequence[Line], size: Size) -> None:
    """Name the lines once, in the upper left of the first panel, where charts of spread are empty."""
    for n, (line, (colour, _)) in enumerate(zip(lines, LOOKS, strict=False)):
        axis.text(0.04, 0.95 - 0.13 * n, BY_NAME[line.outcome].title, color=readable(colour), va="top",
                  transform=axis.transAxes, fontsize=0.95 * size.font)  # fmt: skip


def _end(line: Line) -> float:
    known = line.median[np.isfinite(line.median)]
    return float(known[-1]) if len(known) else 0.0


def _rows(panels: Sequence[Panel], which: str) -> list[Row]:
    return [
        {"cell": panel.cell, "district": panel.place, "practice": panel.practice, "outcome": line.outcome,
         "unit": BY_NAME[line.outcome].unit, "month": int(month), "median": known_or_none(line.median[m]),
         "low": known_or_none(line.low[m]), "high": known_or_none(line.high[m]), "interval": which,
         "defined_share": float(line.defined[m])}
        for panel in panels for line in panel.lines for m, month in enumerate(line.month)
    ]  # fmt: skip


def _alt(panels: Sequence[Panel], results: Results) -> str:
    """The chart in words: the course of each line of a few panels, and which panel ends highest and lowest."""
    count = "one panel" if len(panels) == 1 else f"{len(panels)} panels"
    said = [f"Line chart with bands, {count}: {plain(results.title, 120)}."]
    for panel in panels if len(panels) <= MOST_TOLD else ():
        said += [f"{panel.title}:"] if panel.title else []
        said += [course(BY_NAME[line.outcome].title, line.month, [line.median, line.low, line.high],
                        BY_NAME[line.outcome].unit) for line in panel.lines]  # fmt: skip
    for n, line in enumerate(panels[0].lines):
        one = BY_NAME[line.outcome]
        ends = [(panel.title, float(panel.lines[n].median[-1])) for panel in panels]
        told = extremes(f"{when(int(line.month[-1])).capitalize()}, {one.title.lower()}", ends, one.unit)
        said += [told] if told else []
    return " ".join(said)
