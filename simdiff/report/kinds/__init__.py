"""Every kind of chart by name: what it shows, what it needs, what may be asked of it, and the function that draws it.

A new kind is one function ``(results, asked, size) → Chart`` and one line here; files, metadata, the command line and
replay follow.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simdiff.analysis.results import Results
from simdiff.report.asked import Asked, ChartError
from simdiff.report.charts import Size
from simdiff.report.figure import Chart
from simdiff.report.kinds.curves import adoption, districts
from simdiff.report.kinds.equity import equity
from simdiff.report.kinds.levers import levers
from simdiff.report.kinds.maps import animation, map_, network
from simdiff.report.kinds.stages import stages
from simdiff.report.kinds.survival import survival
from simdiff.scenario import nearest

Draw = Callable[[Results, Asked, Size], Chart]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of chart. ``takes``: the fields of ``Asked`` that it looks at. ``again``: its runs are simulated again, so
    the folder has to be of this very code."""

    draw: Draw
    shows: str
    needs: str
    takes: tuple[str, ...]
    again: bool


WHERE = ("cells", "place", "practice")
KINDS: dict[str, Kind] = {
    "adoption": Kind(adoption, "spread and depth over time, a panel for each cell", "outcomes kept at several times",
                     ("outcomes", *WHERE), again=False),
    "districts": Kind(districts, "the same of one cell, a panel for each district", "several districts",
                      ("outcomes", "cells", "practice"), again=False),
    "stages": Kind(stages, "shares of schools in each stage, month by month", "any results", WHERE, again=True),
    "levers": Kind(levers, "a dot and an interval for each cell", "any results", ("outcomes", *WHERE, "months"),
                   again=False),
    "equity": Kind(equity, "depth by need, and the gap", "any results", WHERE, again=True),
    "survival": Kind(survival, "label and real use after support ends", "a scenario in which support ends", WHERE,
                     again=True),
    "map": Kind(map_, "the schools of one world at chosen months", "any results",
                (*WHERE, "months", "replicate"), again=True),
    "network": Kind(network, "the map with the ties among schools", "any results",
                    (*WHERE, "months", "replicate"), again=True),
    "animation": Kind(animation, "the map month by month, as a GIF", "any results",
                      (*WHERE, "months", "replicate"), again=True),
}  # fmt: skip
OPTIONS = {"outcomes": "--outcomes", "cells": "--cell", "place": "--place", "practice": "--practice",
           "months": "--years and --months", "replicate": "--replicate"}  # fmt: skip


def check(asked: Asked) -> Kind:
    """The kind asked for. Raises ChartError if there is none of that name, or if it does not take what is asked."""
    if asked.kind not in KINDS:
        hint = nearest(asked.kind, KINDS)
        meant = f", did you mean {hint}?" if hint else ""
        raise ChartError(f"no kind of chart `{asked.kind}`, expected one of {', '.join(KINDS)}{meant}")
    kind = KINDS[asked.kind]
    for name, option in OPTIONS.items():
        if name not in kind.takes and getattr(asked, name) not in ((), None):
            raise ChartError(f"{option}: the kind {asked.kind} takes no such option")
    return kind
