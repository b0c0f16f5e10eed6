"""What a chart says in words: which uncertainty its intervals show, how much they rest on, and its course in a line."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.results import Results
from simdiff.report.charts import plain
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import number
from simdiff.study.blocks import ALL
from simdiff.study.cells import Cell, practices_of, scenario_of

SAME = 0.005
"""Part of the range of a line below which it is said to stay."""


def layer(results: Results, cells: Sequence[Cell]) -> str:
    """Which uncertainty an interval shows, as tables say it."""
    if len(results.plan.draws) > 1:
        return "parameters and chance" if counted(results, cells) == "1" else "parameters"
    return "chance"


def counted(results: Results, cells: Sequence[Cell]) -> str:
    """How many replicates the cells have."""
    asked = results.plan.replicates()
    counts = sorted({asked[cell.id] for cell in cells})
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,}–{counts[-1]:,}"


def spread_over(results: Results, cells: Sequence[Cell]) -> str:
    """What an interval is taken over, and which uncertainty that is."""
    draws, replicates, which = len(results.plan.draws), counted(results, cells), layer(results, cells)
    if which == "parameters and chance":
        return f"{draws:,} parameter draws of one replicate each: what is not known of the parameters, and chance"
    if which == "parameters":
        return (f"{draws:,} parameter draws, each at its median of {replicates} replicates: what is not known of the "
                "parameters; chance is not in the interval")  # fmt: skip
    return f"{replicates} replicates: chance alone, at one set of parameters"


def layers(results: Results, cells: Sequence[Cell]) -> str:
    """What the lines and bands are, in words."""
    return f"Median and 5–95 % over {spread_over(results, cells)}."


def titled(results: Results, cells: Sequence[Cell], what: str = "") -> str:
    """A title: what was run, the cell if it is one of several, and what is shown."""
    one = f" ({plain(cells[0].name, 60)})" if len(cells) == 1 and results.count > 1 else ""
    return f"{plain(results.title, 160)}{one}{what}"


def within(cells: Sequence[Cell], place: str, practice: str | None = None) -> str:
    """Where, in words, and of which practice if there are several; nothing for all districts together."""
    several = practice is not None and len(practices_of(scenario_of(cells[0].text))) > 1
    of = f" ({plain(str(practice), 60)})" if several else ""
    return of if place == ALL else f"{of} in {place_title(cells[0], place)}"


def place_title(cell: Cell, place: str) -> str:
    """The title of a district."""
    return plain(scenario_of(cell.text).where.districts[place].title, 60)


def more_cells(results: Results, shown: int, option: str = "--cell NAME") -> str:
    """How many cells the chart does not show, and what asks for them, in words."""
    left = results.count - shown
    return (
        f"{left:,} more {'cell is' if left == 1 else 'cells are'} in the results: {option} shows others."
        if left
        else ""
    )


def caption(results: Results, *parts: str) -> str:
    """A caption: what is drawn, what its intervals are, what is missing, where it is from, what it cannot say."""
    from_where = f"Seed {results.plan.experiment.seed}, runs {results.digest[:12]}."
    return " ".join(part for part in (results.partial, *parts, from_where, CAVEAT) if part)


def course(name: str, months: NDArray[np.int64], band: Sequence[NDArray[np.float64]], unit: str) -> str:
    """A line in words: where it starts, how it moves, where it ends with its interval, and its extreme if inside.

    ``band``: middle, low and high, each (months,).
    """
    middle, low, high = band
    known = np.flatnonzero(np.isfinite(middle))
    if not len(known):
        return f"{name} is undefined."
    first, last = int(known[0]), int(known[-1])
    start, end = float(middle[first]), float(middle[last])
    scope = float(np.nanmax(middle) - np.nanmin(middle))
    moved = end - start
    verb = "stays at" if abs(moved) <= SAME * max(scope, 1e-12) else "rises from" if moved > 0 else "falls from"
    walk = number(start, unit) if verb == "stays at" else f"{number(start, unit)} to {number(end, unit)}"
    between = f" ({number(float(low[last]), unit)} to {number(float(high[last]), unit)})"
    return f"{name} {verb} {walk}{between} {when(int(months[last]))}{_extreme(middle, months, unit, scope)}."


def _extreme(middle: NDArray[np.float64], months: NDArray[np.int64], unit: str, scope: float) -> str:
    known = middle[np.isfinite(middle)]
    for word, at, far in (("peak", np.nanargmax, known.max()), ("low", np.nanargmin, known.min())):
        beyond = min(abs(far - known[0]), abs(far - known[-1]))
        if scope > 0 and beyond > 0.1 * scope:
            return f", with a {word} of {number(float(far), unit)} {when(int(months[at(middle)]))}"
    return ""


def when(month: int) -> str:
    """A month of policy in words: the end of a year, or a month within one."""
    year, rest = divmod(month + 1, 12)
    if rest == 0:
        return f"at the end of year {year}" if year else "before policy"
    return f"in month {rest} of year {year + 1}"


def extremes(name: str, values: Sequence[tuple[str, float]], unit: str) -> str:
    """Which of several is highest and which lowest, in words."""
    known = [(value, label) for label, value in values if not np.isnan(value)]
    if len(known) < 2:
        return ""
    low, high = min(known, key=lambda one: one[0]), max(known, key=lambda one: one[0])
    if low[0] == high[0]:
        return f"{name} is the same everywhere: {number(low[0], unit)}."
    return (f"{name} is highest in {high[1]} ({number(high[0], unit)}) and lowest in {low[1]} "
            f"({number(low[0], unit)}).")  # fmt: skip


def known_or_none(value: float) -> float | None:
    """A number for a table; nothing where it is undefined."""
    return None if np.isnan(value) else float(value)
