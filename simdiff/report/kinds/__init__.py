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
from simdiff.report.kinds.comparison import differences, regret
from simdiff.report.kinds.curves import adoption, districts
from simdiff.report.kinds.doses import dose, interactions
from simdiff.report.kinds.effects import effects, shapley, tornado
from simdiff.report.kinds.equity import equity
from simdiff.report.kinds.levers import levers
from simdiff.report.kinds.maps import animation, map_, network
from simdiff.report.kinds.money import acceptability, frontier
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
COMPARED = ("outcomes", *WHERE, "months", "baseline", "confidence")
BLOCK = ("outcomes", "place", "practice", "months", "at")
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
    "differences": Kind(differences, "every option minus a baseline, world by world", "a sweep of several cells",
                        COMPARED, again=False),
    "frontier": Kind(frontier, "what options cost and do, and the best for their cost", "a sweep that keeps cost",
                     COMPARED, again=False),
    "acceptability": Kind(acceptability, "which option is best, by what an effect is worth", "a sweep that keeps cost",
                          COMPARED, again=False),
    "regret": Kind(regret, "what is lost by choosing each option", "a sweep of several cells", COMPARED, again=False),
    "effects": Kind(effects, "main effects and interactions of factors", "a factorial, or a regular fraction", BLOCK,
                    again=False),
    "interactions": Kind(interactions, "an outcome over two factors together", "a factorial", (*BLOCK, "factors"),
                         again=False),
    "shapley": Kind(shapley, "each factor's part in what all do", "all combinations of two-level factors", BLOCK,
                    again=False),
    "tornado": Kind(tornado, "single changes of a base, largest first", "a base cell, and cells one change from it",
                    BLOCK, again=False),
    "dose": Kind(dose, "an outcome over the doses of a factor", "a factor with three or more numbers",
                 (*BLOCK, "factors", "reach"), again=False),
}  # fmt: skip
OPTIONS = {"outcomes": "--outcomes", "cells": "--cell", "place": "--place", "practice": "--practice",
           "months": "--years and --months", "replicate": "--replicate",
           "baseline": "--baseline", "confidence": "--confidence", "factors": "--factor", "at": "--at",
           "reach": "--reach"}  # fmt: skip


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
