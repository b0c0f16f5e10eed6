"""What a run shows: the summary table of the terminal."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.budget import overspent
from simdiff.analysis.summary import Interval, interval, intervals
from simdiff.register import FINAL_OUTCOMES
from simdiff.report.words import BY_NAME, money, span
from simdiff.scenario import Scenario
from simdiff.study.blocks import ANY
from simdiff.study.run import HEADLINES, RunResult

YEARS = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Block:
    """One table of the summary: a heading, column names, rows of text."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def shown_years(years: int) -> tuple[int, ...]:
    """Years 1, 3, 5, 10 within the horizon, and the last year."""
    return tuple(sorted({year for year in YEARS if year <= years} | {years}))


def size_line(world: Mapping[str, int], years: int) -> str:
    """How large the world of a run is, and how long it runs; ``world`` as provenance counts it."""
    counts = ", ".join(count(world[name], name) for name in ("schools", "teachers", "districts"))
    return f"{counts}; {count(years, 'years')}"


def count(number: int, plural: str) -> str:
    """A number of things; one of them is one thing."""
    return f"{number:,} {plural if number != 1 else plural.removesuffix('s')}"


def glossary() -> list[str]:
    """What each headline outcome is, a line each."""
    return [f"{BY_NAME[name].title}: {BY_NAME[name].meaning} ({BY_NAME[name].unit})" for name in HEADLINES]


def warnings(result: RunResult, scenario: Scenario) -> list[str]:
    """What a reader must know before trusting a figure: districts that spend more than their budget."""
    return [
        f"{one.district}: spends {money(one.spent)} (median) of the {money(one.allowed)} that its budget allows over "
        f"{result.years} years; over it in {one.share:.0%} of runs. Only coaches and new sites are cut."
        for one in overspent(result, scenario)
    ]


def layers(result: RunResult) -> str:
    """What the intervals are, in words."""
    replicates = result.yearly.shape[1]
    if result.draws and replicates == 1:
        return f"Median and 5–95 % over {len(result.draws)} parameter draws of one replicate each: chance is in it."
    if result.draws:
        return (f"Median and 5–95 % over {len(result.draws)} parameter draws (each draw's median of {replicates} "
                "replicates); chance is in the tables.")  # fmt: skip
    return f"Median and 5–95 % over {replicates} replicates: chance alone, at one set of parameters."


def summary(result: RunResult) -> list[Block]:
    """Headline outcomes by year for each practice over all districts, then, with several, each district at the end."""
    found = intervals(result.yearly)
    blocks = [_practice_block(result, found, p) for p in range(len(result.practices))]
    if len(result.places) > 1:
        blocks.append(_district_block(result, found))
    blocks.append(_final_block(result))
    return blocks


def _cell(result: RunResult, one: Interval, outcome: str) -> str:
    return span(one, BY_NAME[outcome].unit, parameters=bool(result.draws))


def _practice_block(result: RunResult, found: NDArray[np.float64], p: int) -> Block:
    years = shown_years(result.years)
    rows = []
    for name in HEADLINES:
        o = result.outcomes.index(name)
        cells = [_cell(result, interval(found[:, o, year, 0, p]), name) for year in years]
        rows.append((BY_NAME[name].title, *cells))
    where = "all districts" if len(result.places) > 1 else ""
    heading = " · ".join(part for part in (result.practices[p], where) if part)
    return Block(heading, ("", *(f"year {year}" for year in years)), tuple(rows))


def _district_block(result: RunResult, found: NDArray[np.float64]) -> Block:
    names = ("spread", "deep_schools", "depth", "sustained", "cost")
    last = len(result.practices) - 1
    rows = []
    for d, place in enumerate(result.places[1:], start=1):
        cells = [_cell(result, interval(found[:, result.outcomes.index(n), result.years, d, last]), n) for n in names]
        rows.append((place, *cells))
    heading = f"districts at year {result.years}" + (" · any practice" if result.practices[last] == ANY else "")
    return Block(heading, ("", *(BY_NAME[name].title for name in names)), tuple(rows))


def _final_block(result: RunResult) -> Block:
    found = intervals(result.final[:, :, :, None])
    rows = []
    for o, outcome in enumerate(FINAL_OUTCOMES):
        one = interval(found[:, o, 0, 0, 0])
        if not np.isnan(one.median):
            rows.append((outcome.title, _cell(result, one, outcome.name)))
    return Block(f"whole run · {result.practices[0]}", ("", "over all years"), tuple(rows))
