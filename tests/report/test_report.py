"""Words and pictures: labels, layers, provenance."""

from pathlib import Path

import pytest

from simdiff.report.provenance import run_id
from simdiff.report.run_report import layers, shown_years, summary
from simdiff.scenario import load_scenario
from simdiff.study.run import RunResult, run_scenario


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
