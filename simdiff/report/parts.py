"""Parts of a report for people: a heading, a table of texts, sentences. And differences as words."""

import math
from dataclasses import dataclass

from simdiff.report.words import NOTHING, number

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a heading, column names and rows of text (perhaps none), and sentences under them."""

    heading: str
    heads: Row = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()


def points(unit: str) -> str:
    """What differences in a unit are called: those of shares are points, in hundredths."""
    return "points" if unit.startswith("share") else "$" if unit.startswith("$") else unit


def signed(value: float, unit: str) -> str:
    """A difference in its unit with its sign, such as ``+3.1`` (points), ``−$2.0M``, ``+0.25``."""
    if math.isnan(value):
        return NOTHING
    told = number(abs(value), unit).removesuffix("%")
    sign = "" if not told.strip("$0.") else "+" if value > 0 else "−"  # what is shown as nothing has no sign
    return sign + told


def between(low: float, high: float, unit: str) -> str:
    """Two ends of an interval of a difference; a dash where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOTHING
    return f"{signed(low, unit)} … {signed(high, unit)}"


def listing(names: list[str]) -> str:
    """Names as people list them: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
