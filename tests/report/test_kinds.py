"""Every kind of chart: the numbers beside it are what is drawn, its words are true, hostile names are only names."""

import csv
import io
import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from small_results import run_pair, sweep_pair, write_pair

from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.model.state import STAGES
from simdiff.report.asked import Asked, ChartError
from simdiff.report.captions import course, extremes, when
from simdiff.report.charts import PRINT, SIZES, STAGE_COLOURS
from simdiff.report.figure import Chart
from simdiff.report.kinds import KINDS, check
from simdiff.report.picture import picture, read_story
from simdiff.report.provenance import CAVEAT
from simdiff.report.story import story_of
from simdiff.study.run import HEADLINES
from simdiff.study.run_folder import read_run

PAIRED = ("differences", "frontier", "acceptability", "regret", "effects", "interactions", "shapley", "tornado", "dose")
"""Kinds that compare cells; of one factor with three names there are neither interactions nor doses."""
OF_RUN = [kind for kind in KINDS if kind not in PAIRED]
OF_SWEEP = [kind for kind in KINDS if kind not in ("animation", "interactions", "shapley", "dose")]
HOSTILE = [
    "$x$ \\frac{1}{0} $",
    "<script>alert(1)</script>&amp;<!--",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "two\nlines\tand a tab",
    "\u202egnirts desrever\u202c שלום مرحبا",
    "\U0001f600\U0001f9d1\u200d\U0001f3eb \u0000 \x1b[31m ]]> %s {0} {{",
    "x" * 300,
]


@pytest.fixture(scope="module")
def run(run_folder: Path) -> Results:
    return read_results(run_folder)


@pytest.fixture(scope="module")
def sweep(sweep_folder: Path) -> Results:
    return read_results(sweep_folder)


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """A glyph that the font lacks, or an empty slice, is a warning: there shall be none."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def drawn(results: Results, kind: str, **asked: object) -> Chart:
    return KINDS[kind].draw(results, Asked(kind, **asked), PRINT)  # type: ignore[arg-type]


def rows(chart: Chart, **where: str) -> list[dict[str, str]]:
    """Rows of the chart's CSV with these values."""
    table = list(csv.DictReader(io.StringIO(chart.csv().decode())))
    return [row for row in table if all(row[name] == value for name, value in where.items())]


def column(chart: Chart, name: str, **where: str) -> list[float]:
    return [float(row[name] or "nan") for row in rows(chart, **where)]


def band(axis: object, at: int) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edge of a filled band (collection number ``at``) by time."""
    points = axis.collections[at].get_paths()[0].vertices  # type: ignore[attr-defined]
    times = sorted(set(points[:, 0]))
    edges = [points[points[:, 0] == time, 1] for time in times]
    return np.array([edge.min() for edge in edges]), np.array([edge.max() for edge in edges])


def test_every_kind_is_documented() -> None:
    """Catches a kind that nobody can find, and a picture of the documents that carries no story."""
    docs = Path(__file__).resolve().parents[2] / "docs"
    page = (docs / "charts.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"\n| `{kind}` |" not in page] == []
    kinds = {
        name: read_story(docs / name)["kind"]
        for name in (
            "four-levers.png",
            "four-levers-sweep.png",
            "animation.gif",
            "equal-spend-comparison.png",
            "rollouts.png",
        )
    }
    assert list(kinds.values()) == ["adoption", "levers", "animation", "differences", "rollouts"]


@pytest.mark.parametrize("kind", OF_RUN)
def test_every_kind_draws_a_run(run: Results, kind: str) -> None:
    """Catches a kind that fails on a run, that has no numbers, or does not say what its intervals are and are not."""
    chart = drawn(run, kind)
    assert chart.table
    assert len(chart.alt) > 60
    assert CAVEAT in chart.caption
    assert f"runs {run.digest[:12]}" in chart.caption
    if kind in ("map", "network", "animation"):
        assert "one world of many" in chart.caption
    else:
        assert "6 replicates: chance alone" in chart.caption
    for figure in chart.figures[:1]:
        figure.draw_without_rendering()


@pytest.mark.parametrize("kind", PAIRED)
def test_a_run_has_nothing_to_compare(run: Results, kind: str) -> None:
    """Catches a traceback, or a chart of one cell against nothing."""
    with pytest.raises(ChartError, match=r"results of one run, .*expected a folder of simdiff sweep"):
        drawn(run, kind)


@pytest.mark.parametrize("kind", OF_SWEEP)
def test_every_kind_draws_a_sweep(sweep: Results, kind: str) -> None:
    """Catches a kind that fails on cells, at the other size, or does not name the cell that it shows."""
    chart = KINDS[kind].draw(sweep, Asked(kind), SIZES["screen"])
    chart.figure.draw_without_rendering()
    assert chart.figure.get_size_inches()[0] == pytest.approx(9.6)
    assert chart.asked.cells or kind in PAIRED
    if kind in PAIRED:
        assert "6 replicates" in chart.caption or "6 matched replicates" in chart.caption
        assert "one set of parameters" in chart.caption
    if len(chart.asked.cells) == 1:
        assert chart.asked.cells[0] in chart.title
        assert "2 more cells are in the results: --cell NAME shows others." in chart.caption


@pytest.mark.parametrize("kind", ["adoption", "districts", "levers", "stages", "equity", "survival"])
def test_bands_over_draws_say_so(drawn_folder: Path, kind: str) -> None:
    """Catches parameter uncertainty that is called chance, and the other way round."""
    chart = drawn(read_results(drawn_folder), kind)
    assert "4 parameter draws" in chart.caption
    assert "chance alone" not in chart.caption
    assert {row["interval"] for row in rows(chart)} == {"parameters"}


def test_draws_of_one_replicate_hold_chance_too(tmp_path: Path) -> None:
    """Catches chance that is said not to be in an interval in which it is."""
    write_pair(tmp_path)
    chart = drawn(read_results(run_pair(tmp_path, replicates=1, draws=3)), "levers")
    assert "3 parameter draws of one replicate each: what is not known of the parameters, and chance." in chart.caption
    assert {row["interval"] for row in rows(chart)} == {"parameters and chance"}


def test_adoption_draws_its_numbers(run: Results, run_folder: Path) -> None:
    """Catches a line or band that is not in the CSV, and medians that are not those of the runs."""
    chart = drawn(run, "adoption", place="north")
    result, _, _ = read_run(run_folder)
    axis = chart.figure.axes[0]
    for n, name in enumerate(("spread", "depth")):
        line = axis.get_lines()[n]
        np.testing.assert_allclose(line.get_xdata(), (np.array(column(chart, "month", outcome=name)) + 1) / 12)
        np.testing.assert_allclose(line.get_ydata(), column(chart, "median", outcome=name))
        low, high = band(axis, n)
        np.testing.assert_allclose(low, column(chart, "low", outcome=name), atol=1e-12)
        np.testing.assert_allclose(high, column(chart, "high", outcome=name), atol=1e-12)
        runs = result.monthly[0, :, HEADLINES.index(name), 12:, 1, 0]
        np.testing.assert_allclose(line.get_ydata(), np.median(runs, axis=0))
        np.testing.assert_allclose(high, np.quantile(runs, 0.95, axis=0), atol=1e-12)


def test_panels_of_one_outcome_show_the_others_in_grey(sweep: Results) -> None:
    """Catches a comparison without the others, and more than one band in a panel."""
    chart = drawn(sweep, "adoption", outcomes=("depth",))
    assert "Grey: the medians of the other panels" in chart.caption
    for axis, cell in zip(chart.figure.axes, chart.asked.cells, strict=True):
        assert len(axis.collections) == 1
        ours, *_ = (line for line in axis.get_lines() if line.get_linewidth() > 1)
        np.testing.assert_allclose(ours.get_ydata(), column(chart, "median", cell=cell))
        assert len(axis.get_lines()) == 3


def test_districts_have_a_panel_each(run: Results) -> None:
    """Catches districts in another order, or the pool among them."""
    chart = drawn(run, "districts")
    assert [axis.get_title(loc="left") for axis in chart.figure.axes] == ["North", "South"]
    assert {row["district"] for row in rows(chart)} == {"north", "south"}


def test_stages_stack_to_one(run: Results) -> None:
    """Catches areas that leave a gap or overlap, or are not the means of the CSV."""
    chart = drawn(run, "stages")
    order = list(STAGE_COLOURS)
    assert sorted(order) == sorted(STAGES)
    floor = np.zeros(36)
    for n, name in enumerate(order):
        low, high = band(chart.figure.axes[0], n)
        np.testing.assert_allclose(low, floor, atol=1e-9)
        np.testing.assert_allclose(high - low, column(chart, "mean", stage=name), atol=1e-9)
        floor = high
    np.testing.assert_allclose(floor, 1.0)


def test_levers_draw_their_numbers(sweep: Results) -> None:
    """Catches dots of another cell, or intervals that do not hold their median."""
    chart = drawn(sweep, "levers", outcomes=("spread", "cost"), months=(23,))
    for axis, name in zip(chart.figure.axes, ("spread", "cost"), strict=True):
        dots = [line.get_xdata()[0] for line in axis.get_lines() if line.get_marker() == "o"]
        spans = [line.get_xdata() for line in axis.get_lines() if line.get_marker() != "o"]
        np.testing.assert_allclose(dots, column(chart, "median", outcome=name))
        np.testing.assert_allclose([span[0] for span in spans], column(chart, "low", outcome=name))
        np.testing.assert_allclose([span[1] for span in spans], column(chart, "high", outcome=name))
        assert all(low <= dot <= high for (low, high), dot in zip(spans, dots, strict=True))
    assert [label.get_text() for label in chart.figure.axes[0].get_yticklabels()] == [c.name for c in sweep.plan.cells]
    assert {row["month"] for row in rows(chart)} == {"23"}


def test_cells_that_are_not_drawn_are_told(sweep: Results) -> None:
    """Forty-eight cells, of which forty fit. Catches eight that are dropped without a word, or without the way to see
    them."""
    cells = tuple(replace(sweep.plan.cells[n % 3], name=f"cell-{n}") for n in range(48))
    chart = drawn(replace(sweep, plan=replace(sweep.plan, cells=cells)), "levers")
    assert len(chart.figure.axes[0].get_yticklabels()) == 40
    assert "8 more cells are in the results: --cell NAME shows others." in chart.caption


def test_differences_and_effects_draw_their_numbers(sweep: Results) -> None:
    """Of one factor, what a level does is the difference of its cell from the first: both charts have it. Catches dots
    of another cell, and two charts that do not agree."""
    effects = drawn(sweep, "effects", outcomes=("spread",))
    name = "support=ends"
    pairs = drawn(sweep, "differences", outcomes=("spread",), baseline=name)
    for chart in (effects, pairs):
        dots = [line.get_xdata()[0] for line in chart.figure.axes[0].get_lines() if line.get_marker() == "o"]
        np.testing.assert_allclose(dots, [row["mean"] for row in chart.table[: len(dots)]])
    told = {
        row["effect"]: (row["mean"], row["chance_low"], row["why"]) for row in effects.table if row["scale"] == "points"
    }
    for row in pairs.table:
        mean, low, why = told[row["option"]]
        assert (mean, low) == (pytest.approx(row["mean"]), pytest.approx(row["chance_low"]))
        assert why == row["why"]
    assert pairs.asked.baseline == name
    assert pairs.asked.months == (35,)


def test_equity_draws_its_numbers(run: Results) -> None:
    """Catches a gap with the wrong sign in its words, and terciles in each other's colour."""
    chart = drawn(run, "equity")
    left, right = chart.figure.axes
    drawn_lines = {line.get_label(): line.get_ydata() for axis in (left, right) for line in axis.get_lines()}
    for name in ("lowest need", "highest need", "gap"):
        np.testing.assert_allclose(drawn_lines[name], column(chart, "median", group=name))
    low, high = column(chart, "low", group="gap")[-1], column(chart, "high", group="gap")[-1]
    said = "holds zero" if low <= 0 <= high else "above zero" if low > 0 else "below zero"
    assert said in chart.alt


def test_survival_is_of_the_cells_in_which_support_ends(sweep: Results) -> None:
    """Catches a panel for support that goes on, and a curve that does not begin with all labels."""
    chart = drawn(sweep, "survival")
    assert chart.asked.cells == ("support=ends",)
    assert column(chart, "median", line="label")[0] == 1.0
    assert chart.figure.axes[0].get_title(loc="left").endswith("ends after year 1.5")
    with pytest.raises(ChartError, match="support does not end in support=goes-on"):
        drawn(sweep, "survival", cells=("support=ends", "support=goes-on"))
    with pytest.raises(ChartError, match="in which support ends"):
        drawn(sweep, "survival", cells=("support=none",))


def test_maps_show_every_school_where_it_lies(run: Results) -> None:
    """Catches schools that are lost between stages, another district's, or ties that the world does not have."""
    chart = drawn(run, "network", place="south", months=(11, 35), replicate=2)
    places = {row["school"]: (float(row["x_km"]), float(row["y_km"])) for row in rows(chart, what="school")}
    assert len(places) == 6
    for axis, month in zip(chart.figure.axes[:2], ("11", "35"), strict=True):
        marks = [one for one in axis.collections if isinstance(one, PathCollection)]
        shown = {(stage, *map(float, at)) for one, stage in zip(marks, STAGES, strict=True) for at in one.get_offsets()}
        assert shown == {(row["stage"], *places[row["school"]]) for row in rows(chart, what="state", month=month)}
    ties = {(row["school"], row["peer"]) for row in rows(chart) if row["what"].endswith("tie")}
    assert ties
    assert {name for pair in ties for name in pair} <= set(places)
    assert all(a < b for a, b in ties)
    assert len(chart.plan.stages[0].runs) == 1
    assert chart.plan.runs == 1


def test_words_name_the_right_extremes(sweep: Results) -> None:
    """Catches an alternative text in which highest and lowest are swapped, or of another time."""
    chart = drawn(sweep, "levers", outcomes=("spread",))
    values = {row["cell"]: float(row["median"]) for row in rows(chart)}
    highest, lowest = max(values, key=lambda c: values[c]), min(values, key=lambda c: values[c])
    assert f"highest in {highest} (" in chart.alt
    assert f"lowest in {lowest} (" in chart.alt
    assert "at the end of year 3" in chart.alt
    month = np.array([11, 23, 35, 47])
    told = course("Depth", month, [np.array([0.1, 0.9, 0.3, 0.5]), np.full(4, 0.05), np.full(4, 0.95)], "share")
    assert told == ("Depth rises from 10% to 50% (5.0% to 95%) at the end of year 4, with a peak of 90% at the end of "
                    "year 2.")  # fmt: skip
    told = course("Depth", month, [np.array([0.9, 0.5, np.nan, 0.2]), np.full(4, 0.1), np.full(4, 0.3)], "share")
    assert told == "Depth falls from 90% to 20% (10% to 30%) at the end of year 4."
    assert "stays at 20%" in course("Depth", month, [np.full(4, 0.2)] * 3, "share")
    assert course("Depth", month, [np.full(4, np.nan)] * 3, "share") == "Depth is undefined."
    assert extremes("It", [("a", 0.3), ("b", np.nan), ("c", 0.1)], "share") == (
        "It is highest in a (30%) and lowest in c (10%)."
    )
    assert [when(month) for month in (-1, 0, 11, 12)] == [
        "before policy", "in month 1 of year 1", "at the end of year 1", "in month 1 of year 2",
    ]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_only_names(run: Results, name: str) -> None:
    """Catches names that become markup, mathematics, formulas or paths, that turn the line round, or fail to draw."""
    plan = run.plan
    text = plan.cells[0].text.replace('"North"', json.dumps(name))
    bad = replace(plan.cells[0], name=name, text=text)
    experiment = plan.experiment.model_copy(update={"title": name})
    hostile = replace(run, plan=replace(plan, experiment=experiment, cells=(bad,), unique={bad.id: bad}), beyond=1)
    for kind, suffix in (("districts", "svg"), ("map", "pdf")):
        chart = drawn(hostile, kind)
        story = story_of(chart, hostile, PRINT, f"simdiff chart x {kind}")
        content = picture(chart, suffix, story, PRINT)
        assert content
        assert "\u202e" not in chart.title + chart.caption + chart.alt
        assert "\n" not in chart.title
        assert not any(line.startswith(("=", "+", "@")) for line in chart.csv().decode().splitlines())
        if suffix == "svg":
            tree = ElementTree.fromstring(content)
            assert not [one.tag for one in tree.iter() if str(one.tag).endswith("}script")]
            assert not [key for one in tree.iter() for key in one.attrib if key.lower().startswith("on")]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("adaption"), "no kind of chart `adaption`, expected one of adoption, .* did you mean adoption?"),
        (Asked("stages", outcomes=("spread",)), "--outcomes: the kind stages takes no such option"),
        (Asked("adoption", replicate=1), "--replicate: the kind adoption takes no such option"),
        (Asked("adoption", outcomes=("sprad",)), "unknown `sprad`, .* did you mean spread"),
        (Asked("adoption", outcomes=("spread", "depth", "cost")), "3 asked for, expected at most 2"),
        (Asked("adoption", outcomes=("spread", "cost")), "different units"),
        (Asked("adoption", outcomes=("survival_real",)), "kept at one time only"),
        (Asked("adoption", cells=("support=end",)), "--cell: unknown `support=end`, .* did you mean support=ends"),
        (Asked("adoption", place="nort"), "--place: unknown `nort`, .* did you mean north"),
        (Asked("stages", practice="any"), "--practice: unknown `any`"),
        (Asked("levers", months=(11, 23)), "expected one year or month"),
        (Asked("levers", months=(5,)), "known in every cell: the ends of years 0, 1, 2, 3"),
        (Asked("levers", outcomes=("survival_real", "spread"), months=(11,)), "the ends of years 3"),
        (Asked("map", months=(36,)), "from 0 to 35"),
        (Asked("map", months=tuple(range(7))), "7 asked for, expected at most 6"),
        (Asked("map", replicate=6), "--replicate: 6, expected 0 to 5"),
    ],
)
def test_what_cannot_be_drawn_is_told(sweep: Results, asked: Asked, said: str) -> None:
    """Catches an option that is ignored without a word, and a name that is not suggested."""
    with pytest.raises(ChartError, match=said):
        check(asked).draw(sweep, asked, PRINT)


def test_one_district_has_no_districts(tmp_path: Path) -> None:
    """Catches a chart of districts with nothing to compare."""
    write_pair(tmp_path)
    sweep_pair(tmp_path, "format: 1\nname: one\ntitle: One\nscenarios: {s: {scenario: status-quo, set: {years: 1}}}\n"
                         "replicates: 2\n")  # fmt: skip
    with pytest.raises(ChartError, match="expected results of several districts"):
        drawn(read_results(tmp_path / "sweep"), "districts")


def test_several_practices_have_a_panel_each(tmp_path: Path) -> None:
    """Catches the practices of a run pooled under the name of one, and *any* where a stage is asked for."""
    write_pair(tmp_path, practices="{learner-profiles: {}, personal-learning-paths: {}}")
    results = read_results(run_pair(tmp_path, replicates=2))
    titles = [axis.get_title(loc="left") for axis in drawn(results, "adoption").figure.axes if axis.get_visible()]
    assert titles == ["learner-profiles", "personal-learning-paths", "any"]
    assert drawn(results, "stages").asked.practice == "learner-profiles"
