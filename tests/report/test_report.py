"""Words and pictures: digits, intervals, labels, provenance."""

from pathlib import Path

import pytest

from simdiff.analysis.summary import Interval
from simdiff.report.provenance import run_id
from simdiff.report.run_report import layers, shown_years, summary
from simdiff.report.words import number, span
from simdiff.scenario import load_scenario
from simdiff.study.run import RunResult, run_scenario

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.6212, "share of schools", "62%"),
        (0.0123, "share of schools", "1.2%"),
        (-0.00001, "share", "0.0%"),
        (44_500_000, "$", "$44M"),
        (1_870_000, "$", "$1.9M"),
        (950, "$", "$950"),
        (NAN, "share", "–"),
        (86.0, "month", "86"),
        (-0.3, "month", "0"),
    ],
)
def test_numbers_have_no_more_digits_than_they_deserve(value: float, unit: str, said: str) -> None:
    """Catches a percent that is a hundred times too small, and a minus zero."""
    assert number(value, unit) == said


def test_an_interval_comes_with_every_median() -> None:
    """Catches a span that mixes up chance and parameters."""
    one = Interval(0.62, 0.48, 0.73, 0.2, 0.9, 1.0)
    assert span(one, "share", parameters=False) == "62% (48–73)"
    assert span(one, "share", parameters=True) == "62% (20–90)"
    assert span(Interval(0.01, -0.02, 0.03, NAN, NAN, 1.0), "share", parameters=False) == "1.0% (-2.0…3.0)"
    assert span(Interval(8.2e6, 7.5e6, 8.9e6, NAN, NAN, 1.0), "$", parameters=False) == "$8.2M (7.5–8.9)"
    assert span(Interval(1.1e6, 0.72e6, 14e6, NAN, NAN, 1.0), "$", parameters=False) == "$1.1M (0.7–14)"
    assert span(Interval(NAN, NAN, NAN, NAN, NAN, 0.1), "share", parameters=False) == "–"


def test_years_shown_end_with_the_horizon() -> None:
    """Catches a summary that asks for years beyond the horizon."""
    assert shown_years(10) == (1, 3, 5, 10)
    assert shown_years(4) == (1, 3, 4)
    assert shown_years(1) == (1,)


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run_scenario(load_scenario(Path("four-levers")), replicates=6, seed=1)[0]


def test_the_summary_says_what_its_intervals_are(result: RunResult) -> None:
    """Catches a table without headline outcomes, and intervals of an unnamed kind."""
    first = summary(result)[0]
    assert [row[0] for row in first.rows] == [
        "Spread",
        "Depth",
        "Deep schools",
        "Sustained",
        "Ownership",
        "Equity gap",
        "Cost",
    ]
    assert first.columns == ("", "year 1", "year 3", "year 5", "year 10")
    assert "chance alone" in layers(result)


def test_a_run_is_named_by_all_that_decides_it() -> None:
    """Catches two different questions, or two tables, under one name."""
    base = run_id({"a": 1}, {"seed": 1}, [("d", (70,))])
    assert base == run_id({"a": 1}, {"seed": 1}, [("d", (70,))])
    assert base != run_id({"a": 2}, {"seed": 1}, [("d", (70,))])
    assert base != run_id({"a": 1}, {"seed": 2}, [("d", (70,))])
    assert base != run_id({"a": 1}, {"seed": 1}, [("d", (210,))])
