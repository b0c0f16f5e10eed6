"""Numbers as words: a value, its interval, its unit, with no more digits than it deserves."""

import math
from collections.abc import Sequence

from simdiff.analysis.summary import Interval
from simdiff.register import FINAL_OUTCOMES, OUTCOMES, Outcome

BY_NAME: dict[str, Outcome] = {outcome.name: outcome for outcome in (*OUTCOMES, *FINAL_OUTCOMES)}
NOTHING = "–"


def number(value: float, unit: str) -> str:
    """One value in its unit: shares as percent, money in thousands or millions of dollars."""
    if math.isnan(value):
        return NOTHING
    if unit.startswith("share"):
        return f"{_short(100 * value)}%"
    if unit.startswith("$"):
        return money(value)
    if unit == "month":
        return f"{value:.0f}".replace("-0", "0") if abs(value) < 0.5 else f"{value:.0f}"
    if unit == "schools":
        return _short(value)
    return f"{value:.2f}" if abs(value) < 9.995 else f"{value:,.0f}"


SCALES = ((1e9, "bn"), (1e6, "M"), (1e3, "k"), (1.0, ""))


def _scale(value: float) -> tuple[float, str]:
    """The scale in which a value is said: what rounds to a thousand of one is one of the next."""
    return next((scale for scale in SCALES if abs(value) >= 0.9995 * scale[0]), SCALES[-1])


def money(value: float) -> str:
    """Dollars, two digits or three; below zero the minus stands before the sign of the dollar: ``−$18M``."""
    scale, name = _scale(value)
    said = _short(abs(value) / scale) if name else f"{abs(value):.0f}"
    return f"{'−' if value < 0 and float(said) else ''}${said}{name}"


def _short(value: float) -> str:
    said = f"{value:.1f}" if abs(value) < 9.95 else f"{value:.0f}"
    return said.removeprefix("-") if float(said) == 0 else said


def span(one: Interval, unit: str, *, parameters: bool) -> str:
    """Median and interval, such as ``62% (48–73)``; ``parameters`` takes the interval over parameter draws."""
    if math.isnan(one.median):
        return NOTHING
    low, high = (one.parameter_low, one.parameter_high) if parameters else (one.low, one.high)
    if unit.startswith("$"):
        scale, _ = _scale(one.median)
        left, right = (_short(end / scale).replace("-", "−") for end in (low, high))
    else:
        left, right = (number(value, unit).removesuffix("%") for value in (low, high))
    joiner = "…" if {"-", "−"} & {*left, *right} else "–"
    return f"{number(one.median, unit)} ({left}{joiner}{right})"


def difference(value: float, unit: str, *, sign: bool = False) -> str:
    """A difference in its unit: shares as percentage points; with ``sign``, + before what is above 0."""
    if math.isnan(value):
        return NOTHING
    said = f"{_short(100 * value)} points" if unit.startswith("share") else f"{number(value, unit)}{_named(unit)}"
    return f"+{said}" if sign and value > 0 else said


def differences(values: Sequence[float], unit: str) -> str:
    """Several of them, the unit once: ``3.1 and 9.0 points``."""
    said = [difference(value, unit) for value in values]
    name = " points" if unit.startswith("share") else _named(unit)
    bare = [one.removesuffix(name) for one in said]
    return " and ".join([part for part in (", ".join(bare[:-1]), bare[-1]) if part]) + name


def _named(unit: str) -> str:
    """The unit after a number, where the number does not say it."""
    if unit.startswith(("share", "$")):
        return ""
    return f" {unit}s" if unit == "month" else f" {unit}"
