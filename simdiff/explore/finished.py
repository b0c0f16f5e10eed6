"""A finished run or sweep, looked through: cells, comparisons in words, charts with their story, and single worlds."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from simdiff.analysis.comparison import compare
from simdiff.analysis.matched import Asked as Compared
from simdiff.analysis.matched import CompareError
from simdiff.analysis.results import Results
from simdiff.analysis.summary import interval, intervals
from simdiff.explore.base import Base
from simdiff.model.inputs import Inputs
from simdiff.report.asked import Asked
from simdiff.report.charts import SIZES
from simdiff.report.compare_words import sections, where
from simdiff.report.drawn import chart_command_of, draw
from simdiff.report.kinds import KINDS
from simdiff.report.picture import picture
from simdiff.report.provenance import CAVEAT
from simdiff.report.story import story_of
from simdiff.report.words import BY_NAME, number, span
from simdiff.scenario import Loaded
from simdiff.study.again import inputs_again, world_again
from simdiff.study.cells import Cell, scenario_of
from simdiff.study.sheet import check_code

MOST_POINTS = 60
"""Worlds of a cell that are shown as points; of more, those of the first draws and replicates."""
SIZE = "screen"
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
            "cells": [{"name": cell.name, "scenario": cell.scenario, "levels": dict(cell.levels)}
                      for cell in plan.cells],
            "outcomes": [{"name": name, "title": BY_NAME[name].title} for name in self.results.source.outcomes()],
            "kinds": {name: kind.shows for name, kind in KINDS.items() if name != "animation"},
            "draws": len(plan.draws), "reproduce": self.results.reproduce,
        }  # fmt: skip

    def points(self, outcome: str) -> dict[str, Any]:
        """Every cell at the last time kept: median and interval, and single worlds (draw, replicate, value)."""
        draws, rows = len(self.results.plan.draws), []
        unit = BY_NAME[outcome].unit
        for cell in self.results.plan.cells:
            series = self.results.source.series(cell, [outcome]).get(outcome)
            if series is None:
                continue
            last = series.values[:, :, -1, 0, 0]
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

    def comparison(self, outcome: str) -> dict[str, Any]:
        """Contrasts and rankings as far as they are firm, in the words of ``simdiff compare``. Raises CompareError."""
        kept = self.results.source.rows()
        if kept is None:
            raise CompareError("one scenario has nothing to be compared with: open a sweep")
        found = compare(self.results.plan, kept, Compared((outcome,)))
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

    def world(self, name: str, draw_: int) -> Inputs:
        """What the worlds of a cell start from, at one parameter draw. Raises ChangedError, StopIteration."""
        check_code(self.results.plan)
        cell = self.results.cell(name)
        return inputs_again(self.results.plan, cell, world_again(self.results.plan, cell), draw_)


def chart_asked(said: Mapping[str, Any]) -> Asked:
    """What a page may ask of a chart."""
    return Asked(str(said["kind"]), outcomes=tuple(map(str, said.get("outcomes", ()))))


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
