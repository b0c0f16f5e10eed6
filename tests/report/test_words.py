"""Numbers and names as words, each by hand, on both sides of every edge where the words change."""

import math

import pytest

from simdiff.analysis.summary import Interval
from simdiff.report import steps, words

NAN, INF = math.nan, math.inf
LONG = "A name that is exactly forty-four letters   |"[:44]


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0994, "share of schools", "9.9%"), (0.0995, "share of schools", "10%"), (-0.0994, "share", "-9.9%"),
        (-0.0001, "share", "0.0%"), (0.004, "share", "0.4%"), (3.2, "month", "3"), (0.4, "month", "0"),
        (-0.4, "month", "0"), (-0.6, "month", "-1"), (9.94, "schools", "9.9"), (12.4, "schools", "12"),
        (1.234, "ratio", "1.23"), (9.994, "ratio", "9.99"), (9.996, "ratio", "10"), (10.0, "ratio", "10"),
        (1234.4, "ratio", "1,234"),
        (-9.994, "ratio", "-9.99"), (0.6212, "share of schools", "62%"), (44_500_000, "$", "$44M"),
        (NAN, "share", "–"), (NAN, "$", "–"),
    ],
)  # fmt: skip
def test_numbers_in_their_unit(value: float, unit: str, said: str) -> None:
    assert words.number(value, unit) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "$0"), (999.0, "$999"), (1e3, "$1.0k"), (999.4, "$999"), (999.5, "$1.0k"), (999_400.0, "$999k"),
        (999_500.0, "$1.0M"), (999.4e6, "$999M"), (-999.6e6, "−$1.0bn"), (9_940.0, "$9.9k"), (9_960.0, "$10k"),
        (1e6, "$1.0M"), (-18e6, "−$18M"), (1e9, "$1.0bn"), (2.5e9, "$2.5bn"), (-0.3, "$0"), (-1.0, "−$1"),
        (-1e3, "−$1.0k"),
    ],
)  # fmt: skip
def test_dollars(value: float, said: str) -> None:
    assert words.money(value) == said


@pytest.mark.parametrize(
    ("one", "unit", "parameters", "said"),
    [
        (Interval(0.62, 0.48, 0.73, 0.2, 0.9, 1.0), "share", False, "62% (48–73)"),
        (Interval(0.62, 0.48, 0.73, 0.2, 0.9, 1.0), "share", True, "62% (20–90)"),
        (Interval(3.0, 1.0, 7.0, NAN, NAN, 1.0), "month", False, "3 (1–7)"),
        (Interval(0.0, -0.02, 0.03, NAN, NAN, 1.0), "share", False, "0.0% (-2.0…3.0)"),
        (Interval(-2e6, -3e6, -1e6, NAN, NAN, 1.0), "$", False, "−$2.0M (−3.0…−1.0)"),
        (Interval(2e3, 500.0, 4e3, NAN, NAN, 1.0), "$ per school", False, "$2.0k (0.5–4.0)"),
        (Interval(8.2e6, 7.5e6, 8.9e6, NAN, NAN, 1.0), "$", False, "$8.2M (7.5–8.9)"),
        (Interval(1.1e6, 0.72e6, 14e6, NAN, NAN, 1.0), "$", False, "$1.1M (0.7–14)"),
        (Interval(NAN, 0.1, 0.2, NAN, NAN, 0.1), "share", False, "–"),
    ],
)  # fmt: skip
def test_medians_with_their_intervals(one: Interval, unit: str, parameters: bool, said: str) -> None:
    assert words.span(one, unit, parameters=parameters) == said


@pytest.mark.parametrize(
    ("value", "unit", "sign", "said"),
    [
        (0.031, "share of schools", False, "3.1 points"), (0.031, "share", True, "+3.1 points"),
        (-0.031, "share", True, "-3.1 points"), (0.0, "share", True, "0.0 points"), (2.0, "month", True, "+2 months"),
        (2.0, "schools", False, "2.0 schools"), (5e5, "$", True, "+$500k"), (0.5, "ratio", False, "0.50 ratio"),
        (NAN, "share", True, "–"),
    ],
)  # fmt: skip
def test_differences(value: float, unit: str, sign: bool, said: str) -> None:
    assert words.difference(value, unit, sign=sign) == said


@pytest.mark.parametrize(
    ("values", "unit", "said"),
    [
        ([0.031, 0.09], "share", "3.1 and 9.0 points"), ([0.031], "share", "3.1 points"),
        ([1.0, 2.0, 3.0], "month", "1, 2 and 3 months"), ([1e3, 2e3], "$", "$1.0k and $2.0k"),
        ([1.0, 2.0], "schools", "1.0 and 2.0 schools"),
    ],
)  # fmt: skip
def test_several_differences_name_the_unit_once(values: list[float], unit: str, said: str) -> None:
    assert words.differences(values, unit) == said


@pytest.mark.parametrize(
    ("value", "unit", "sign", "said"),
    [
        (0.0994, "share", True, "+9.9"), (0.0996, "share", True, "+10"), (-0.0996, "share", True, "-10"),
        (0.0094, "share", True, "+0.94"), (0.0096, "share", True, "+1.0"), (-0.0096, "share", False, "-1.0"),
        (0.00001, "share", True, "0"), (-0.00001, "share", False, "0"), (0.0, "month", True, "0"),
        (2.0, "month", True, "+2.0"), (2.0, "month", False, "2.0"), (12.3, "month", True, "+12"),
        (2e6, "$", True, "+$2.0M"), (2e6, "$", False, "$2.0M"), (-2e6, "$", False, "-$2.0M"), (0.0, "$", True, "+$0"),
        (NAN, "share", True, "–"), (INF, "$", True, "–"),
    ],
)  # fmt: skip
def test_steps(value: float, unit: str, sign: bool, said: str) -> None:
    assert steps.step(value, unit, sign=sign) == said


def test_intervals_of_steps() -> None:
    """An end that rounds to 0 keeps its side; 0 itself is 0."""
    assert steps.steps(-0.02, 0.031, "share") == "-2.0…+3.1"
    assert steps.steps(0.00001, 0.02, "share") == ">0…+2.0"
    assert steps.steps(-0.02, -0.00001, "share") == "-2.0…<0"
    assert steps.steps(0.0, 0.02, "share") == "0…+2.0"
    assert steps.steps(NAN, 0.02, "share") == steps.steps(0.02, INF, "share") == "–"


@pytest.mark.parametrize(
    ("unit", "said"), [("share of schools", "points"), ("month", "months"), ("schools", "schools")]
)
def test_units_of_steps(unit: str, said: str) -> None:
    assert steps.step_unit(unit) == said


def test_shares_as_percent() -> None:
    assert [steps.percent(value) for value in (0.0, 0.126, 1.0, NAN)] == ["0%", "13%", "100%", "–"]


def test_few_replicates_are_warned_of() -> None:
    assert steps.few_words(10) == ""
    assert steps.few_words(9).startswith("WARNING: with 9 replicates chance is measured roughly")
    assert steps.few_words(1).startswith("WARNING: with 1 replicate chance ")


def test_long_names_are_cut_and_many_are_counted() -> None:
    """44 letters stay, a longer name keeps 43 and says so; of eight names six are told."""
    assert len(LONG) == 44
    assert steps.short(LONG) == LONG
    assert steps.short(LONG + "x") == LONG[:43] + "…"
    assert steps.named("abcdef") == "a, b, c, d, e, f"
    assert steps.named("abcdefgh") == "a, b, c, d, e, f and 2 more"
    assert steps.named("abc", most=1) == "a and 2 more"


def test_dollars_per_unit() -> None:
    assert steps.ratio_words(99_000, "share of schools") == "$990 per point"
    assert steps.ratio_words(2e6, "schools") == "$2.0M per schools"
