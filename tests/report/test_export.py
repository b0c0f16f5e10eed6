"""Exports: every format says the same, says what it means, and can do nothing to its reader."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simdiff.report import export as exports
from simdiff.report.export import Choice, ExportError, choose, dictionary, export, inert_column, stata_names, tables_of
from simdiff.report.provenance import CAVEAT
from simdiff.scenario import load_experiment
from simdiff.study.chunk_folder import Rows
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import Report, run_sweep

EXPERIMENT = """\
format: 1
name: small
title: Coaches, and =1+1
scenarios:
  quo: {scenario: status-quo, set: {years: 2}}
factors:
  coaching-per-100-teachers-of-the-district: {path: policy.talent.coaching.per_100_teachers, values: [0, 1.5]}
  sponsor: {on: {policy.sponsorship: 0.8}}
replicates: 3
draws: 2
keep: {outcomes: [spread, sustained, cost, survival_real]}
"""
CELLS, DRAWS, REPLICATES, YEARS = 4, 2, 3, 3
WIDE = CELLS * DRAWS * REPLICATES * YEARS
ALL = Choice(("spread", "sustained", "cost", "survival_real"), ())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("small")
    file = folder / "small.yaml"
    file.write_text(EXPERIMENT)
    return run_sweep(folder / "out", make_plan(load_experiment(str(file))), "", LocalEngine(2), Event())


@pytest.fixture(scope="module")
def wide(report: Report, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The wide table, by way of Parquet."""
    folder = tmp_path_factory.mktemp("parquet")
    export(report, folder, "parquet", ALL)
    frame: pd.DataFrame = pq.read_table(folder / "wide.parquet").to_pandas()
    return frame


def read_excel(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(folder / "sweep.xlsx", sheet_name=name, keep_default_na=False, na_values=[""])


READERS: dict[str, Callable[[Path, str], pd.DataFrame]] = {
    "csv": lambda folder, name: pd.read_csv(folder / f"{name}.csv"),
    "xlsx": read_excel,
    "dta": lambda folder, name: pd.read_stata(folder / f"{name}.dta"),
}


def test_the_wide_table_has_a_row_for_each_run_and_year(wide: pd.DataFrame) -> None:
    """Catches rows lost or doubled."""
    keys = ["cell", "draw", "replicate", "year", "district", "practice"]
    assert len(wide) == WIDE
    assert not wide.duplicated(keys).any()
    assert set(wide["cell"]) == {f"{on}coaching-per-100-teachers-of-the-district={n}" for on in ("", "sponsor,")
                                 for n in ("0", "1.5")}  # fmt: skip
    assert set(wide["year"]) == {0, 1, 2}
    assert set(wide["status"]) == {"ok"}
    assert wide["factor_coaching_per_100_teachers_of_the_district"].isin([0, 1.5]).all()


def test_the_numbers_are_those_of_the_chunks(report: Report, wide: pd.DataFrame) -> None:
    """Catches values under another cell's, draw's or replicate's name."""
    rows = Rows(report.plan, report.chunks)
    for cell in report.plan.cells:
        grid = rows.values(cell, "cost", 2, "all", None)
        mine = wide[(wide["cell"] == cell.name) & (wide["year"] == 2)].sort_values(["draw", "replicate"])
        assert np.array_equal(mine["cost"].to_numpy().reshape(DRAWS, REPLICATES), grid)


@pytest.mark.parametrize("kind", list(READERS))
def test_every_format_says_the_same(report: Report, wide: pd.DataFrame, tmp_path: Path, kind: str) -> None:
    """Catches a format that rounds, reorders, drops or renames."""
    paths = export(report, tmp_path, kind, ALL)
    found = READERS[kind](tmp_path, "wide")
    assert len(found) == WIDE
    names = stata_names(wide.columns) if kind == "dta" else {name: name for name in wide.columns}
    for column in wide.columns:
        here, there = wide[column], found[names[column]]
        if column in ("spread", "sustained", "cost", "survival_real"):
            # Excel's own writers keep 16 significant digits.
            np.testing.assert_allclose(there.astype(float), here, rtol=1e-14, equal_nan=True)
        elif here.dtype.kind in "if":
            assert (there.astype(float) == here).all()
        else:
            assert list(there.astype(object).where(there.notna(), "")) == list(here.astype(str))
    assert all(path.stat().st_size > 0 for path in paths)


@pytest.mark.parametrize("kind", list(READERS))
def test_the_long_table_is_the_wide_one_molten(report: Report, wide: pd.DataFrame, tmp_path: Path, kind: str) -> None:
    """Catches values beside another outcome's name."""
    export(report, tmp_path, kind, ALL)
    found = READERS[kind](tmp_path, "long")
    assert len(found) == 4 * WIDE
    for n, outcome in enumerate(("spread", "sustained", "cost", "survival_real")):
        mine = found[found["outcome"] == outcome]
        np.testing.assert_allclose(mine["value"].astype(float), wide[outcome], rtol=1e-14, equal_nan=True)
        assert found["outcome"].iloc[n] == outcome


def test_every_column_is_in_the_dictionary(report: Report, wide: pd.DataFrame) -> None:
    """Catches a column that nobody explains."""
    told = dictionary(report.plan, ALL)
    assert {*wide.columns, "outcome", "value", *report.plan.draws[0]} == {row["column"] for row in told}
    assert all(len(row["meaning"]) > 5 for row in told)
    assert next(row["unit"] for row in told if row["column"] == "cost") == "$"


def test_draws_and_origin_go_along(report: Report, tmp_path: Path) -> None:
    """Catches results that leave without their parameters, their caveat or their state."""
    export(report, tmp_path, "csv", ALL)
    draws = pd.read_csv(tmp_path / "draws.csv")
    assert len(draws) == DRAWS
    for n, draw in enumerate(report.plan.draws):
        assert draws.loc[n, "decide_slope"] == draw["decide_slope"]
    told = (tmp_path / "about.csv").read_text()
    assert CAVEAT in told
    assert f"{CELLS * DRAWS * REPLICATES} of {CELLS * DRAWS * REPLICATES} planned runs are done" in told
    assert "PARTIAL" not in told


def test_a_failure_is_on_every_export(report: Report, tmp_path: Path) -> None:
    """Catches a banner that gets lost downstream."""
    hurt = replace(report, tally=replace(report.tally, failed=2))
    export(hurt, tmp_path, "csv", ALL)
    assert "PARTIAL: 24 of 24 planned runs are done; 2 of them failed" in (tmp_path / "about.csv").read_text()


FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_in_csv(text: str) -> None:
    """Catches a text that a spreadsheet would run."""
    column = pa.chunked_array([[text, "plain", None]])
    assert inert_column(column).to_pylist() == [f"'{text}", "plain", None]


def test_numbers_stay_numbers() -> None:
    """Catches quoting that turns -3 into a text."""
    column = pa.chunked_array([[-3.0]])
    assert inert_column(column).to_pylist() == [-3.0]


@pytest.mark.parametrize("text", FORMULAS[:4])
def test_no_text_becomes_a_formula_in_excel(text: str, tmp_path: Path) -> None:
    """Catches live cells in a workbook."""
    from simdiff.report.excel import workbook

    with (tmp_path / "x.xlsx").open("wb") as file:
        workbook(file, [("sheet", ["a"], iter([pa.table({"a": [text, "http://example.org"]})]))], "=1+1")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["sheet"]
    assert [sheet["A2"].value, sheet["A2"].data_type] == [text, "s"]
    assert sheet["A3"].hyperlink is None


def test_excel_refuses_what_it_would_cut_off(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches rows that vanish at a sheet's end."""
    monkeypatch.setattr(exports, "MOST_ROWS", WIDE * 4 - 1)
    with pytest.raises(ExportError, match="nothing is cut off"):
        export(report, tmp_path, "xlsx", ALL)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(exports, "MOST_ROWS", WIDE * 4)
    assert [path.name for path in export(report, tmp_path, "xlsx", ALL)] == ["sweep.xlsx"]


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_the_same_sweep_gives_the_same_bytes(report: Report, tmp_path: Path, kind: str) -> None:
    """Catches a date or an order in the files."""
    first, second = (export(report, tmp_path / name, kind, ALL) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_choosing_outcomes_and_years(report: Report) -> None:
    """Catches a filter that filters nothing, or too much."""
    chosen = choose(report.plan, ["cost"], [2])
    tables = {table.name: table for table in tables_of(report, Rows(report.plan, report.chunks), chosen)}
    whole = pa.concat_tables(tables["wide"].parts())
    assert whole.num_rows == tables["wide"].rows == WIDE // YEARS
    assert set(whole["year"].to_pylist()) == {2}
    assert "spread" not in whole.column_names
    assert tables["long"].rows == WIDE // YEARS
    with pytest.raises(ExportError, match=r"does not keep depth; it keeps spread"):
        choose(report.plan, ["depth"], [])
    with pytest.raises(ExportError, match="years"):
        choose(report.plan, [], [7])


def test_names_that_stata_takes() -> None:
    """Catches names too long, alike after cutting, or with signs."""
    long = "factor_" + "a" * 40
    names = stata_names(["cell", long, long + "b", "x-y"])
    assert names["cell"] == "cell"
    assert names["x-y"] == "x_y"
    assert len(set(names.values())) == 4
    assert all(len(name) <= 32 for name in names.values())
