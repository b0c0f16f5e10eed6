"""Differences, ratios and names as words."""

import math
from collections.abc import Iterable

from simdiff.report.words import NOTHING, money

LONGEST_NAME = 44
MOST_NAMES = 6
FEW_REPLICATES = 10
"""Replicates with fewer of which readers are warned: t at 95 % is then 2.3 standard errors and more. Judgement."""


def few_words(replicates: int) -> str:
    """A warning where replicates are few; nothing where they are not."""
    if replicates >= FEW_REPLICATES:
        return ""
    told = "1 replicate" if replicates == 1 else f"{replicates} replicates"
    return (f"WARNING: with {told} chance is measured roughly, and what cannot be told now may "
            f"be told with {FEW_REPLICATES} or more.")  # fmt: skip


def percent(value: float) -> str:
    """A share as percent; – if it is undefined."""
    return NOTHING if math.isnan(value) else f"{100 * value:.0f}%"


def is_share(unit: str) -> bool:
    """True if an outcome is a share: its differences are in points of 100."""
    return unit.startswith("share")


def step_unit(unit: str) -> str:
    """Unit of a difference."""
    return "points" if is_share(unit) else "months" if unit == "month" else unit


def step(value: float, unit: str, *, sign: bool = True) -> str:
    """A difference in its unit: points of a share, money, or a plain number; – if it is not known."""
    if not math.isfinite(value):
        return NOTHING
    if unit.startswith("$"):
        return f"{'-' if value < 0 else '+' if sign else ''}{money(abs(value))}"
    scaled = 100 * value if is_share(unit) else value
    digits = 0 if abs(scaled) >= 9.95 else 1 if abs(scaled) >= 0.95 else 2
    told = f"{scaled:+.{digits}f}" if sign else f"{scaled:.{digits}f}"
    return "0" if float(told) == 0 else told


def end(value: float, unit: str) -> str:
    """An end of an interval of differences: what rounds to 0 keeps its side."""
    told = step(value, unit)
    return (">0" if value > 0 else "<0") if told == "0" and value else told


def steps(low: float, high: float, unit: str) -> str:
    """An interval of differences; – if it is not known."""
    return f"{end(low, unit)}…{end(high, unit)}" if math.isfinite(low) and math.isfinite(high) else NOTHING


def short(name: str) -> str:
    """A name that fits into a column."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def named(names: Iterable[str], most: int = MOST_NAMES) -> str:
    """Names in a sentence, the first few of them."""
    names = list(map(short, names))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def ratio_words(value: float, unit: str) -> str:
    """Dollars per unit of effect: of a share, per point."""
    return f"{money(value / 100)} per point" if is_share(unit) else f"{money(value)} per {unit}"
