"""The summary of a sweep against medians that pandas makes of the chunk files."""

import io
from threading import Event

import numpy as np
import pandas as pd
import pytest

from simdiff.analysis.sweep_rows import summarise
from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.scenario import load_experiment
from simdiff.study.chunk_folder import Rows
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import Report, run_sweep

QUANTILES = "teachers: [9, 15, 20, 25, 40], low_income: [0, .2, .5, .7, 1]"
SPACING = "spacing: {nearest_km: 1, pairwise_km: 8}"
SCENARIO = f"""\
format: 1
name: two
title: Two districts, two practices
where:
  districts:
    north: {{title: North, profile: {{elementary: {{schools: 9, {QUANTILES}}}, {SPACING}}}}}
    south: {{title: South, profile: {{high: {{schools: 5, {QUANTILES}}}, {SPACING}}}}}
practices: {{learner-profiles: {{}}, personal-learning-paths: {{}}}}
parameters:
  explore_base: {{value: 0.1, reason: much shall happen in two years}}
years: 2
"""
EXPERIMENT = """\
format: 1
name: e
title: E
scenarios: {one: two.yaml, short: {scenario: two.yaml, set: {years: 1}}}
factors:
  g: {path: policy.goals.problems.level, values: [0, 0.75]}
  same: {levels: {x: {}, y: {policy.goals.goals: {level: 0}}}}
replicates: 7
draws: 3
keep: {outcomes: [spread, sustained, equity_gap, cost, months_to_quarter]}
"""
LAYERS = ["median", "chance_05", "chance_95", "parameters_05", "parameters_95", "defined_share"]
KEYS = ["cell", "district", "practice", "outcome", "year"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A sweep of eight cells (four of them said twice), three draws, seven replicates."""
    folder = tmp_path_factory.mktemp("rows")
    (folder / "two.yaml").write_text(SCENARIO)
    (folder / "e.yaml").write_text(EXPERIMENT)
    plan = make_plan(load_experiment(str(folder / "e.yaml")))
    return run_sweep(folder / "out", plan, "", LocalEngine(2), Event())


@pytest.fixture(scope="module")
def summary(report: Report) -> pd.DataFrame:
    """The summary, read as a user reads it."""
    content, _ = summarise(report.plan, Rows(report.plan, report.chunks))
    return pd.read_csv(io.BytesIO(content))


@pytest.fixture(scope="module")
def values(report: Report) -> pd.DataFrame:
    """Every value of every chunk file, one a row, with the id of its cell."""
    folder = next(iter(report.chunks.files.values())).parent
    frame = pd.concat(pd.read_parquet(path) for path in sorted(folder.glob("*.parquet")))
    assert set(frame.status) == {"ok"}
    keys = ["cell", "draw", "replicate", "year", "district", "practice"]
    long = frame.melt(keys, report.plan.question.outcomes, "outcome", "value")
    return long.astype(dict.fromkeys(("cell", "district", "practice", "outcome"), str))


def by_pandas(values: pd.DataFrame) -> pd.DataFrame:
    """Medians and intervals, layer by layer: quantiles over replicates in each draw; then over draws."""
    keys = ["cell", "district", "practice", "outcome", "year"]
    inside = values.groupby([*keys, "draw"]).value.quantile([0.05, 0.5, 0.95]).unstack()
    groups = inside.groupby(keys)
    found = pd.DataFrame({
        "median": groups[0.5].median(),
        "chance_05": groups[0.05].median(),
        "chance_95": groups[0.95].median(),
        "parameters_05": groups[0.5].quantile(0.05),
        "parameters_95": groups[0.5].quantile(0.95),
        "defined_share": values.groupby(keys).value.apply(lambda column: column.notna().mean()),
    })  # fmt: skip
    found.loc[found.defined_share < 0.5, LAYERS[:5]] = np.nan
    return found.reset_index()


def test_every_figure_is_what_pandas_makes_of_the_chunks(
    report: Report, summary: pd.DataFrame, values: pd.DataFrame
) -> None:
    """Catches a figure under another cell's, year's, district's, practice's or outcome's name, replicates and draws
    mixed, and undefined values taken for zeros. The median is over draws of the draws' medians."""
    ids = {cell.name: cell.id for cell in report.plan.cells}
    expected = by_pandas(values)
    told = summary.assign(cell=summary.cell.map(ids))
    joined = told.merge(expected, on=KEYS, suffixes=("", "_pandas"), how="left", validate="many_to_one", indicator=True)
    assert (joined._merge == "both").all()
    for layer in LAYERS:
        np.testing.assert_allclose(joined[layer], joined[f"{layer}_pandas"], rtol=1e-12, atol=1e-15, err_msg=layer)
    assert joined["median"].isna().any()  # months to a quarter of schools: mostly never
    assert (joined["median"] > 0).sum() > 100
    assert (joined.parameters_95 > joined.parameters_05).sum() > 100


def test_the_summary_has_each_row_once(report: Report, summary: pd.DataFrame) -> None:
    """Cells by years (3 of two years, 2 of one) by places (all, two districts) by practices (two, and any); outcomes of
    a whole run at the last year only. Catches cells of one content that are told once, and rows told twice."""
    assert not summary.duplicated(KEYS).any()
    monthly, whole = 4, 1
    assert len(summary) == 4 * 3 * 3 * (monthly * 3 + whole) + 4 * 3 * 3 * (monthly * 2 + whole)
    assert set(summary.cell) == {cell.name for cell in report.plan.cells}
    assert len(report.plan.cells) == 8
    assert set(summary[summary.outcome == "months_to_quarter"].groupby("cell").year.unique().map(tuple)) == {(1,), (2,)}
    units = {outcome.name: outcome.unit for outcome in (*OUTCOMES, *FINAL_OUTCOMES)}
    assert (summary.unit == summary.outcome.map(units)).all()
    assert set(zip(summary.replicates, summary.draws, strict=True)) == {(7, 3)}


def test_levels_stand_beside_their_cells(summary: pd.DataFrame) -> None:
    """Catches levels of another row of the design, and scenarios that lose their name."""
    for cell, rows in summary.groupby("cell"):
        scenario, _, levels = str(cell).partition("/")
        told = dict(part.split("=") for part in levels.split(","))
        assert set(rows.scenario) == {scenario}
        assert set(rows.factor_g) == {float(told["g"])}
        assert set(rows.factor_same) == {told["same"]}


def test_the_table_on_screen_is_the_end_of_the_summary(report: Report, summary: pd.DataFrame) -> None:
    """Catches headlines of another year, of one district, or of *any* practice in place of the first."""
    _, cells = summarise(report.plan, Rows(report.plan, report.chunks))
    assert [cell.name for cell, _ in cells] == [cell.name for cell in report.plan.cells]
    for cell, shown in cells:
        assert list(shown) == ["spread", "sustained", "equity_gap", "cost"]
        rows = summary[(summary.cell == cell.name) & (summary.year == cell.years) & (summary.district == "all")]
        rows = rows[rows.practice == "learner-profiles"].set_index("outcome")
        for name, one in shown.items():
            np.testing.assert_array_equal([one.median, one.low, one.high], rows.loc[name, LAYERS[:3]].astype(float))


def test_a_cell_without_rows_is_left_out(report: Report) -> None:
    """Catches a cell that was not run, told with figures of none or of another cell."""
    missing = report.plan.cells[0].id
    rows = Rows(report.plan, report.chunks)
    del rows.by_cell[missing]
    content, cells = summarise(report.plan, rows)
    left = {cell.name for cell in report.plan.cells if cell.id != missing}
    assert {cell.name for cell, _ in cells} == left
    assert set(pd.read_csv(io.BytesIO(content)).cell) == left
