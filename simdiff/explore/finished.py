"""A finished run or sweep, looked through: cells, comparisons in words, charts with their story, and single worlds."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from simdiff.analysis.comparison import compare
from simdiff.analysis.matched import Asked as Compared
from simdiff.analysis.matched import CompareError, common_times, options_of, whole_years
from simdiff.analysis.results import Results, Series
from simdiff.analysis.summary import interval, intervals
from simdiff.explore.base import Base, place_titles, practice_titles
from simdiff.model.inputs import Inputs
from simdiff.report.asked import Asked
from simdiff.report.charts import SIZES
from simdiff.report.compare_words import sections, where
from simdiff.report.drawn import chart_command_of, draw
from simdiff.report.kinds import KINDS
from simdiff.report.memo.written import EXTRA, memo_command_of, written
from simdiff.report.picture import picture
from simdiff.report.provenance import CAVEAT
from simdiff.report.story import story_of
from simdiff.report.words import BY_NAME, number, span
from simdiff.scenario import Loaded, Scenario
from simdiff.study.again import inputs_again, world_again
from simdiff.study.blocks import ALL
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.sheet import check_code

MOST_POINTS = 60
"""Worlds of a cell that are shown as points; of more, those of the first draws and replicates."""
SIZE = "screen"
SPREAD_AND_DEPTH = ("adoption", "districts")
DRAWING = Lock()
"""Matplotlib's style is one for the whole process, so one chart is drawn at a time."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Results and the folder they lie in."""

    results: Results
    folder: Path

    def base(self) -> Base:
        """The scenario of the first cell, to go on from."""
        return self.base_of(self.results.plan.cells[0])

    def base_of(self, cell: Cell) -> Base:
        """The scenario of a cell."""
        scenario = scenario_of(cell.text)
        return Base(cell.name, Loaded(scenario, scenario.model_dump(mode="json"), (), cell.schools, ()),
                    self.results.plan.experiment.seed)  # fmt: skip

    def overview(self) -> dict[str, Any]:
        """What there is: cells with their levels, outcomes kept, kinds of chart."""
        plan = self.results.plan
        return {
            "title": self.results.title, "question": plan.experiment.question, "partial": self.results.partial,
            "cells": [{"name": cell.name, "scenario": cell.scenario, "levels": dict(cell.levels),
                       "option": option} for option, cell in self._options()],
            "outcomes": [{"name": name, "title": BY_NAME[name].title} for name in self.results.source.outcomes()],
            "kinds": {name: kind.shows for name, kind in KINDS.items() if name != "animation"},
            "draws": len(plan.draws), "reproduce": self.results.reproduce, "years": self._years(),
            "places": self._shared(place_titles), "practices": self._shared(practice_titles),
        }  # fmt: skip

    def _options(self) -> list[tuple[str, Cell]]:
        """Every cell, with the option that it is seen as when cells are compared."""
        known = [(name, cell) for name, cells in options_of(self.results.plan).items() for cell in cells.values()]
        same = {cell.id: name for name, cell in reversed(known)}  # levels that are set already are the first option's
        option = {cell.name: name for name, cell in known}
        return [(option.get(cell.name, same[cell.id]), cell) for cell in self.results.plan.cells]

    def _years(self) -> list[int]:
        """Years whose end every cell keeps, the last of them last."""
        plan = self.results.plan
        return whole_years(plan, common_times(plan, plan.cells))

    def _shared(self, titles_of: Callable[[Scenario], dict[str, str]]) -> list[dict[str, str]]:
        """Names that all scenarios have, with the titles of the first."""
        first, *rest = [titles_of(scenario_of(text)) for text in {cell.text: None for cell in self.results.plan.cells}]
        return [{"name": name, "title": title} for name, title in first.items() if all(name in one for one in rest)]

    def points(self, asked: Compared) -> dict[str, Any]:
        """Every cell at the end of a year: median and interval, and single worlds (draw, replicate, value). Raises
        CompareError, KeyError, ValueError for what is not there."""
        (outcome,), draws, rows = asked.outcomes, len(self.results.plan.draws), []
        unit = BY_NAME[outcome].unit
        for cell in self.results.plan.cells:
            series = self.results.source.series(cell, [outcome]).get(outcome)
            if series is None:
                continue
            last = series.values[(..., *_at(series, scenario_of(cell.text), asked))]
            one = interval(intervals(last))
            low, high = (one.low, one.high) if draws < 2 else (one.parameter_low, one.parameter_high)
            worlds = [[d, r, float(last[d, r])] for d, r in np.argwhere(np.isfinite(last))[:MOST_POINTS]]
            rows.append({"cell": cell.name, "worlds": [[int(d), int(r), v, number(v, unit)] for d, r, v in worlds],
                         "median": _or_none(one.median), "low": _or_none(low), "high": _or_none(high),
                         "text": span(one, unit, parameters=draws > 1)})  # fmt: skip
        kind = (
            "5–95 % over parameter draws (each draw's median)" if draws > 1 else "5–95 % over replicates: chance alone"
        )
        return {"outcome": outcome, "title": BY_NAME[outcome].title, "unit": unit, "rows": rows,
                "layer": f"Dots: single worlds (at most {MOST_POINTS} a cell). Bars: median and {kind}."}  # fmt: skip

    def comparison(self, asked: Compared) -> dict[str, Any]:
        """Contrasts and rankings as far as they are firm, in the words of ``simdiff compare``. Raises CompareError."""
        kept = self.results.source.rows()
        if kept is None:
            raise CompareError("one scenario has nothing to be compared with: open a sweep")
        found = compare(self.results.plan, kept, asked)
        return {"where": where(found), "parts": [
            {"heading": part.heading, "columns": part.columns, "rows": part.rows, "lines": part.lines}
            for part in sections(found)]}  # fmt: skip

    def chart(self, asked: Asked) -> dict[str, Any]:
        """A chart as SVG and PNG, with caption, words for those who cannot see it, and its numbers. Raises ChartError,
        ChangedError."""
        with DRAWING:
            made, size = draw(self.results, asked, SIZE), SIZES[SIZE]
            story = story_of(made, self.results, size, chart_command_of(self.folder, made.asked, None, SIZE))
            files = {suffix: base64.b64encode(picture(made, suffix, story, size)).decode() for suffix in ("svg", "png")}
        return {"title": made.title, "caption": made.caption, "alt": made.alt, "csv": made.csv().decode(),
                "command": story["command"], "caveat": CAVEAT, **files}  # fmt: skip

    def memo(self, question: str, asked: Compared, suffix: str) -> dict[str, Any]:
        """The memo that ``simdiff memo`` writes for the same, its files as the command names them, and the command.
        Raises CompareError."""
        with DRAWING:
            try:
                found = written(self.results, self.folder, question, asked, [suffix])
            except ModuleNotFoundError as problem:
                raise CompareError(f"{suffix} {EXTRA} ({problem.name} is missing)") from None
        command = memo_command_of(self.folder, question, asked)
        return {"answer": found.answer, "command": command if suffix == "html" else f"{command} --format {suffix}",
                "files": {f"memo{end}": base64.b64encode(content).decode() for end, content in found.files.items()},
                }  # fmt: skip

    def world(self, name: str, draw_: int) -> Inputs:
        """What the worlds of a cell start from, at one parameter draw. Raises ChangedError, KeyError."""
        check_code(self.results.plan)
        cell = self.results.cell(name)
        return inputs_again(self.results.plan, cell, world_again(self.results.plan, cell), draw_)


def compared(said: Mapping[str, Any]) -> Compared:
    """What a page may ask of cells: outcome, year, place and practice; of a memo its options and baseline too. Raises
    TypeError or ValueError for what is none."""
    year, cells = said.get("year"), tuple(map(str, said.get("cells", ())))
    return Compared((str(said["outcome"]),), None if year is None else int(year), str(said.get("place") or ALL),
                    _text(said, "practice"), cells, _text(said, "baseline"))  # fmt: skip


def chart_asked(said: Mapping[str, Any]) -> Asked:
    """A chart of the same, as far as its kind looks at it; two kinds draw spread and depth whatever is asked."""
    asked, kind = compared(said), str(said["kind"])
    takes = KINDS[kind].takes
    return Asked(
        kind,
        outcomes=asked.outcomes if "outcomes" in takes and kind not in SPREAD_AND_DEPTH else (),
        place=asked.place if "place" in takes and asked.place != ALL else None,
        practice=asked.practice if "practice" in takes else None,
        months=(12 * asked.year - 1,) if "months" in takes and asked.year is not None else (),
    )


def _text(said: Mapping[str, Any], name: str) -> str | None:
    return str(said[name]) if said.get(name) else None


def _at(series: Series, scenario: Scenario, asked: Compared) -> tuple[int, int, int]:
    """Where a year, a place and a practice stand in a series."""
    times = list(series.months)
    if asked.year is not None and 12 * asked.year - 1 not in times:
        raise CompareError(f"{BY_NAME[asked.outcomes[0]].title} is not kept at the end of year {asked.year}")
    time = -1 if asked.year is None else times.index(12 * asked.year - 1)
    practice = 0 if asked.practice is None else practices_of(scenario).index(asked.practice)
    return time, places_of(scenario).index(asked.place), practice


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
