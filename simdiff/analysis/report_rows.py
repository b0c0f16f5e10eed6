"""The summary of a run as rows: one a place, practice, outcome and year."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.summary import Interval, interval, intervals
from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.study.run import RunResult

UNITS = {outcome.name: outcome.unit for outcome in (*OUTCOMES, *FINAL_OUTCOMES)}


def summary_rows(result: RunResult) -> list[dict[str, Any]]:
    """Every outcome at the end of every year, and every outcome of the whole run, with its intervals."""
    rows = _rows(result, result.yearly, list(result.outcomes), list(range(result.years + 1)))
    final = result.final[:, :, :, None]
    return rows + _rows(result, final, [outcome.name for outcome in FINAL_OUTCOMES], [result.years])


def _rows(
    result: RunResult, values: NDArray[np.float64], outcomes: list[str], years: list[int]
) -> list[dict[str, Any]]:
    found = intervals(values)
    rows = []
    for o, outcome in enumerate(outcomes):
        for y, year in enumerate(years):
            for d, place in enumerate(result.places):
                for p, practice in enumerate(result.practices):
                    one = interval(found[:, o, y, d, p])
                    rows.append(_row(result, outcome, year, place, practice, one))
    return rows


def _row(result: RunResult, outcome: str, year: int, place: str, practice: str, one: Interval) -> dict[str, Any]:
    return {
        "scenario": result.scenario,
        "district": place,
        "practice": practice,
        "outcome": outcome,
        "unit": UNITS[outcome],
        "year": year,
        "median": _said(one.median),
        "chance_05": _said(one.low),
        "chance_95": _said(one.high),
        "parameters_05": _said(one.parameter_low),
        "parameters_95": _said(one.parameter_high),
        "defined_share": one.defined,
        "replicates": result.yearly.shape[1],
        "draws": len(result.draws),
    }


def _said(value: float) -> float | None:
    return None if np.isnan(value) else value
