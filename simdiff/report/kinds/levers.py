"""Cells side by side: a dot and an interval for each, one panel an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simdiff.analysis.results import Results, Series, narrowed
from simdiff.analysis.summary import Interval, interval, intervals
from simdiff.analysis.sweep_rows import SHOWN, WHOLE_RUN
from simdiff.report.asked import Asked, ChartError, chosen_cells, chosen_outcomes, chosen_place, chosen_practice
from simdiff.report.captions import caption, extremes, known_or_none, layer, layers, more_cells, titled, when, within
from simdiff.report.charts import BLUE, Size, house, plain, tick
from simdiff.report.figure import Chart, Row
from simdiff.report.kinds.dots import LONGEST, MOST_ROWS, across, dotted, undefined
from simdiff.report.words import BY_NAME, number
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of

MOST_OUTCOMES = 4
PAIRS = "Cells whose intervals overlap may still differ: the same luck is in all, compare them in pairs."


@dataclass(frozen=True, slots=True)
class Dots:
    """One panel: an outcome, and an interval for each cell."""

    outcome: str
    intervals: tuple[Interval, ...]


def levers(results: Results, asked: Asked, size: Size) -> Chart:
    """Median and interval of each cell at one time (left out: the last), one panel an outcome."""
    cells = chosen_cells(results, asked, MOST_ROWS)
    place, practice = chosen_place(cells, asked), chosen_practice(cells, asked, single=False)
    outcomes = chosen_outcomes(results, asked, SHOWN, MOST_OUTCOMES)
    if not outcomes:
        raise ChartError("levers: the results keep no outcome to draw")
    read = {cell.name: results.source.series(cell, outcomes) for cell in cells}
    done = [cell for cell in cells if read[cell.name]]
    if not done:
        raise ChartError("levers: no run of these cells is done yet")
    month = _month(asked, [(cell, list(read[cell.name].values())) for cell in done])
    panels = [
        Dots(name, tuple(_interval(name, read[cell.name][name], cell, place, practice, month) for cell in done))
        for name in outcomes
    ]
    where = within(done, place, practice)
    names = [plain(cell.name, LONGEST) for cell in done]
    time = when(month) if month is not None else "at the end of each cell's horizon"
    title = titled(results, done, f", {time.removeprefix('at the end of ') if month is not None else time}")
    said = caption(results, f"Outcomes{where} {time}.", layers(results, done), PAIRS if len(done) > 1 else "",
                   more_cells(results, len(done)))  # fmt: skip
    return Chart(
        title=title, caption=said, alt=_alt(names, panels, time),
        figures=(draw(names, panels, title, said, size, parameters=len(results.plan.draws) > 1),),
        table=tuple(_rows(done, panels, place, practice, month, layer(results, done))),
        asked=replace(asked, outcomes=outcomes, cells=tuple(cell.name for cell in done), place=place,
                      practice=practice, months=() if month is None else (month,)),
        plan=narrowed(results.plan, done, outcomes, [month] if month is not None else [11]),
    )  # fmt: skip


def _month(asked: Asked, read: Sequence[tuple[Cell, Sequence[Series]]]) -> int | None:
    """The month to show: the one asked for, else the last; None if cells end at different times."""
    if len(asked.months) > 1:
        raise ChartError("levers: expected one year or month, it shows one time")
    if not asked.months:
        lasts = {12 * cell.years - 1 for cell, _ in read}
        return lasts.pop() if len(lasts) == 1 else None
    kept = set.intersection(*(set(series.months.tolist()) for _, each in read for series in each))
    if asked.months[0] not in kept:
        years = ", ".join(str((month + 1) // 12) for month in sorted(kept) if month % 12 == 11)
        raise ChartError("levers: expected a time at which every outcome is known in every cell: the ends of years "
                         f"{years or 'none'}")  # fmt: skip
    return asked.months[0]


def _interval(name: str, series: Series, cell: Cell, place: str, practice: str, month: int | None) -> Interval:
    scenario = scenario_of(cell.text)
    at = places_of(scenario).index(place), practices_of(scenario).index(practice)
    time = -1 if month is None or name in WHOLE_RUN else int(np.flatnonzero(series.months == month)[0])
    return interval(intervals(series.values[:, :, [time], at[0], at[1]])[:, 0])


def draw(names: Sequence[str], panels: Sequence[Dots], title: str, said: str, size: Size, *, parameters: bool
         ) -> Figure:  # fmt: skip
    """The picture: cells from top to bottom in their order."""
    with house(size):
        figure, axes = dotted(size, names, len(panels), title, said)
        for axis, panel in zip(axes, panels, strict=True):
            _draw_panel(axis, panel, size, parameters=parameters)
    return figure


def _draw_panel(axis: Axes, panel: Dots, size: Size, *, parameters: bool) -> None:
    unit = BY_NAME[panel.outcome].unit
    for row, one in enumerate(panel.intervals):
        if np.isnan(one.median):
            undefined(axis, row, size)
            continue
        low, high = edges(one, parameters=parameters)
        axis.plot([low, high], [row, row], color=BLUE, linewidth=1.3, solid_capstyle="butt")
        axis.plot(one.median, row, "o", color=BLUE, markersize=0.45 * size.font)
    across(axis, BY_NAME[panel.outcome].title, lambda value: tick(value, unit), size)


def edges(one: Interval, *, parameters: bool) -> tuple[float, float]:
    """The ends of the interval that is drawn."""
    return (one.parameter_low, one.parameter_high) if parameters else (one.low, one.high)


def _rows(cells: Sequence[Cell], panels: Sequence[Dots], place: str, practice: str, month: int | None, which: str
          ) -> list[Row]:  # fmt: skip
    rows: list[Row] = []
    for panel in panels:
        for cell, one in zip(cells, panel.intervals, strict=True):
            low, high = edges(one, parameters=which != "chance")
            rows.append({
                "cell": cell.name, "district": place, "practice": practice, "outcome": panel.outcome,
                "unit": BY_NAME[panel.outcome].unit, "month": 12 * cell.years - 1 if month is None else month,
                "median": known_or_none(one.median), "low": known_or_none(low), "high": known_or_none(high),
                "interval": which, "defined_share": one.defined,
            })  # fmt: skip
    return rows


def _alt(names: Sequence[str], panels: Sequence[Dots], time: str) -> str:
    """The chart in words: which cell is highest and lowest in each outcome; with one cell, its values."""
    said = [f"Dots with intervals for {len(names)} cells, {time}."]
    for panel in panels:
        one = BY_NAME[panel.outcome]
        values = [(name, found.median) for name, found in zip(names, panel.intervals, strict=True)]
        told = extremes(f"Median {one.title.lower()}", values, one.unit)
        said.append(told or f"{one.title}: {', '.join(number(value, one.unit) for _, value in values)}.")
    return " ".join(said)
