"""Comparisons in words, tables and pictures: what may be said, and names that would do harm."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from compare_worlds import worlds_of
from matplotlib.figure import Figure

from simdiff.analysis.comparison import Comparison, judge
from simdiff.analysis.matched import Asked
from simdiff.analysis.ranking import ranked
from simdiff.analysis.results import OfSweep, Results
from simdiff.analysis.spending import Slack
from simdiff.report.charts import PRINT, spread_out
from simdiff.report.compare_files import _csv, acceptability_rows, charts, option_rows, pair_rows
from simdiff.report.compare_words import MOST_PAIRS, Section, ranking_lines, sections, where
from simdiff.report.figure import Chart
from simdiff.report.steps import LONGEST_NAME, named, short, step, steps
from simdiff.scenario import load_experiment
from simdiff.study.chunk_folder import Chunks, Rows
from simdiff.study.plan import Plan, make_plan

HOSTILE = ("=cmd|' /C calc'!A0", "<script>alert(1)</script>", "$x^2$ and $\\frac$", "../../etc", "a" * 300, "🙂 [bold]",
           "+1")  # fmt: skip
TITLE = "$x$ <b>=1+1</b> \\\\undefined{"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    file = tmp_path_factory.mktemp("plan") / "e.yaml"
    title = TITLE.replace("\\", "\\\\")
    file.write_text(f'format: 1\nname: e\ntitle: "{title}"\nscenarios: [status-quo]\n')
    return make_plan(load_experiment(str(file)))


def compared(options: int, draws: int, names: tuple[str, ...] = (), outcomes: tuple[str, ...] = ("depth",),
             gap: float = 0.05, cost: bool = True) -> Comparison:  # fmt: skip
    """Options that do a little more and cost a little more, one after the other, in draws of seven replicates."""
    luck = np.random.default_rng(1)
    steps_ = np.arange(options)[:, None, None]
    shape = (options, draws, 7)
    values = {name: gap * steps_ + 0.01 * luck.normal(size=shape) + 0.1 for name in outcomes}
    if cost:
        values["cost"] = 1e6 * (1 + steps_) + 1e4 * luck.normal(size=shape)
    return judge(worlds_of(values, names, keep=outcomes), Asked())


def texts(found: Comparison) -> str:
    """All that is printed."""
    parts = [where(found)]
    for one in sections(found):
        parts += [one.heading, *one.columns, *(cell for row in one.rows for cell in row), *one.lines]
    return "\n".join(parts)


def section(found: Comparison, words: str) -> Section:
    return next(one for one in sections(found) if words in one.heading)


def test_differences_as_words() -> None:
    """Shares in points, money in its scale, signs kept, nothing lost to rounding but what is nothing."""
    assert [step(value, "share of teaching") for value in (0.123, -0.0456, 0.00123, 0.0, -0.00001, np.nan, np.inf)] == [
        "+12", "-4.6", "+0.12", "0", "0", "–", "–"]  # fmt: skip
    assert [step(value, "$") for value in (1.5e6, -2e7)] == ["+$1.5M", "-$20M"]
    assert step(0.5, "index", sign=False) == "0.50"
    assert steps(-0.01, 0.02, "share") == "-1.0…+2.0"
    assert steps(-np.inf, np.inf, "share") == "–"


def test_names_are_cut_to_fit() -> None:
    """300 characters must not push the numbers off the screen."""
    assert len(short("a" * 300)) == LONGEST_NAME
    assert named(list("abcdefgh")) == "a, b, c, d, e, f and 2 more"


def test_rankings_in_words() -> None:
    """A chain as a chain; a circle as none; a partial order without a word on what is open."""
    nothing = np.zeros((3, 1, 1))
    chain = {("A", "B"), ("B", "C"), ("A", "C")}
    assert ranking_lines(ranked("ABC", chain, nothing, 3), "worlds") == ["A above B above C: every pair is firm."]
    circle = {("A", "B"), ("B", "C"), ("C", "A")}
    assert ranking_lines(ranked("ABC", circle, nothing, 3), "worlds") == ["None: the 3 firm pairs fit into no order."]
    assert ranking_lines(ranked("ABC", set(), nothing, 3), "worlds") == ["None: none of 3 pairs can be told apart."]
    lines = ranking_lines(ranked("ABC", {("A", "C"), ("B", "C")}, nothing, 3), "worlds")
    assert "Nothing is firmly above A, B." in lines
    assert "A, B: each above C" in lines
    assert "2 of 3 pairs are firm; the other 1 cannot be told apart." in lines


def test_few_pairs_are_all_shown_and_many_against_the_baseline() -> None:
    """Ten pairs of five options; of six, five rows, each minus the cheapest."""
    assert len(section(compared(5, 40), "every pair").rows) == MOST_PAIRS
    found = section(compared(6, 40), "minus A")
    assert [row[0] for row in found.rows] == list("BCDEF")
    assert {row[-1] for row in found.rows} == {"above"}


def test_nothing_is_called_above_when_it_is_not_firm() -> None:
    """Equal options: every verdict is "cannot tell apart", with the reason, and no order is told."""
    told = texts(compared(6, 40, gap=0.0))
    assert "cannot tell apart (parameters)" in told
    assert "None: none of 15 pairs can be told apart." in told
    assert "above" not in section(compared(6, 40, gap=0.0), "minus A").rows[0][-1]


def test_few_draws_are_told_with_the_way_out() -> None:
    """Twelve draws bound 11/13 at most; 39 are needed."""
    told = texts(compared(3, 12))
    assert "12 draws bound 85% at most; 95% takes 39: `simdiff extend` --draws 39" in told
    assert "cannot tell apart (too few draws)" in told
    assert "range of draws" in told


def test_every_interval_says_what_it_is() -> None:
    """With draws: chance given the draws, and parameters; without: chance alone. The comparisons are counted."""
    told = texts(compared(6, 40))
    assert "chance: 95% interval of the mean difference, the draws given." in told
    assert "parameters: central 95% of the 40 draws' mean differences." in told
    assert "15 comparisons" in told
    alone = texts(compared(6, 1))
    assert "at one set of parameters, not a finding" in alone
    assert "draws" not in section(compared(6, 1), "minus A").columns


def test_structures_without_draws_are_not_called_draws() -> None:
    """Two structures at one set of parameters each, as after ``--draws 0``. Catches structures told as draws."""
    luck = np.random.default_rng(1).normal(size=(3, 2, 7))
    values = {"depth": 0.05 * np.arange(3)[:, None, None] + 0.01 * luck + 0.1}
    found = judge(worlds_of(values, structure=[0, 1], structures=("form=a", "form=b")), Asked())
    told = texts(found)
    assert "(2 structures, each at one set of parameters, × 7 replicates)" in told
    assert "range of structures" in told
    assert "draw" not in told


def test_costs_come_first_only_where_they_differ() -> None:
    """Unequal spend: the frontier before the differences, and the warning. Without costs: neither."""
    headings = [one.heading for one in sections(compared(6, 40))]
    assert headings.index("Depth and what it costs") < headings.index(next(h for h in headings if "differences" in h))
    assert "do NOT cost the same" in texts(compared(6, 40))
    told = texts(compared(6, 40, cost=False))
    assert "cost the same" not in told
    assert "frontier" not in told.split("How to read this")[0]


def test_budgets_that_do_not_bind_are_named() -> None:
    """With how much of the budget is spent, and in how many worlds it is missed; whole, however many there are."""
    found = compared(3, 40)
    loose = tuple(Slack(name * 30, 20e6, 22e6, 0.5, 0.0) for name in "AB")
    told = texts(replace(found, slack=loose))
    one = "(median 110% of it; over it in 50% of worlds)"
    assert f"missed by more than 5%: {'A' * 30} {one}; {'B' * 30} {one}." in told


def test_names_do_nothing_in_tables() -> None:
    """Formulas are inert in every CSV; the JSON and the terminal take them as they are."""
    found = compared(len(HOSTILE), 3, HOSTILE)
    for rows in (pair_rows(found), option_rows(found), acceptability_rows(found)):
        for row in csv.reader(io.StringIO(_csv(rows).decode())):
            assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in row)
    assert {row["first"] for row in pair_rows(found)} <= set(HOSTILE)
    assert "<script>" in texts(found)


def drawn(plan: Plan, found: Comparison) -> dict[str, Chart]:
    """The charts of a comparison made by hand; its options are cells of the plan."""
    cells = tuple(replace(plan.cells[0], name=name, id=f"{n}") for n, name in enumerate(found.worlds.options))
    whole = replace(plan, cells=cells, unique={cell.id: cell for cell in cells})
    source = OfSweep(whole, Rows(plan, Chunks({}, [], [])))
    return dict(charts(Results(whole, source, "d" * 64, "simdiff sweep e"), found, PRINT))


def test_pictures_take_any_name(plan: Plan) -> None:
    """Names with $, braces, 300 characters or an emoji are drawn as they are, in pictures of ordinary size, and do
    nothing in the numbers beside them. Catches mathematics read into a name, which would raise."""
    made = drawn(plan, compared(len(HOSTILE), 3, HOSTILE))
    assert list(made) == ["differences", "frontier-depth", "acceptability-depth", "regret-depth"]
    for name, chart in made.items():
        chart.figure.draw_without_rendering()
        assert max(chart.figure.get_size_inches()) < 8
        assert "does not forecast a named district" in " ".join(words(chart.figure).split())
        assert name == "acceptability-depth" or "$x^2$ and $\\frac$" in words(chart.figure)
        assert not any(cell.startswith(("=", "+", "@"))
                       for row in csv.reader(io.StringIO(chart.csv().decode())) for cell in row)  # fmt: skip


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text")))  # type: ignore[attr-defined]


@pytest.mark.parametrize("draws", [1, 12, 40])
def test_pictures_say_what_they_show(plan: Plan, draws: int) -> None:
    """The layers of uncertainty and the number of worlds are under each; firm differences are filled, and twelve draws
    are too few for any. The numbers beside it are those drawn."""
    chart = drawn(plan, compared(4, draws))["differences"]
    assert ("thin: central 95% of the draws" in chart.caption) == (draws == 40)
    assert ("thin: range of the draws" in chart.caption) == (draws == 12)
    assert ("chance alone" in chart.caption) == (draws == 1)
    assert "7 replicates" in chart.caption
    assert "6 comparisons judged together" in chart.caption
    dots = [line for line in chart.figure.axes[0].lines if line.get_marker() == "o"]
    assert [line.get_markerfacecolor() == "white" for line in dots] == [draws == 12] * 3
    assert [line.get_xdata()[0] for line in dots] == [row["mean"] for row in chart.table]
    assert {row["why"] for row in chart.table} == ({"too few draws"} if draws == 12 else {""})
    assert f"{0 if draws == 12 else 3} of 3 differ firmly" in chart.alt


def test_the_frontier_and_the_acceptability_draw_their_numbers(plan: Plan) -> None:
    """Means, clouds and shares are in the tables; the words name the steps of the frontier. Catches a picture of other
    numbers than those beside it."""
    found = compared(3, 40)
    made = drawn(plan, found)
    plane = made["frontier-depth"]
    means = [(row["cost"], row["effect"]) for row in plane.table if row["what"] == "mean"]
    dots = {tuple(map(float, (*line.get_xdata(), *line.get_ydata()))) for line in plane.figure.axes[0].lines
            if line.get_marker() == "o"}  # fmt: skip
    assert dots == set(means)
    clouds = [tuple(map(float, at)) for marks in plane.figure.axes[0].collections for at in marks.get_offsets()]
    assert clouds == [(row["cost"], row["effect"]) for row in plane.table if row["what"] == "draw"]
    assert len(clouds) == 3 * 40
    assert plane.alt.index("A (") < plane.alt.index("B at $") < plane.alt.index("C at $")
    curves = made["acceptability-depth"]
    for option in "ABC":
        shares = [row["best_share"] for row in curves.table if row["option"] == option]
        drawn_lines = [line.get_ydata().tolist() for line in curves.figure.axes[0].lines if line.get_linewidth() < 2]
        assert shares in drawn_lines or max(shares) < 0.05
    assert curves.asked.outcomes == ("depth",)
    assert curves.asked.cells == ("A", "B", "C")


def test_options_that_are_not_drawn_are_counted(plan: Plan) -> None:
    """Forty-two options against one: forty are drawn, and the caption says that one is in the table only; so it is."""
    chart = drawn(plan, compared(42, 2, tuple(f"o{n}" for n in range(42))))["differences"]
    assert "Not drawn, but in the chart's numbers: 1 more option." in chart.caption
    assert len({row["option"] for row in chart.table}) == 41
    assert len(chart.figure.axes[0].get_yticklabels()) == 40


def test_a_chart_without_costs_is_not_drawn(plan: Plan) -> None:
    """Catches an empty plane."""
    assert list(drawn(plan, compared(3, 2, cost=False))) == ["differences", "regret-depth"]


def test_labels_keep_their_distance() -> None:
    """By hand: .5 and .5 at a gap of .1 go to .45 and .55; a third at .3 stays; at the floor a block moves up; three
    that overlap go about their middle."""
    assert spread_out([0.5, 0.5, 0.3], 0.1) == pytest.approx([0.45, 0.55, 0.3])
    assert spread_out([0.0, 0.0], 0.1, least=0.0) == pytest.approx([0.0, 0.1])
    assert spread_out([0.2, 0.24, 0.22], 0.1) == pytest.approx([0.12, 0.32, 0.22])
    assert spread_out([], 0.1) == []


def test_what_is_undefined_everywhere_is_said_to_be(plan: Plan) -> None:
    """An outcome without a value: no number, no order, no regret, and a word for it in the table and the picture."""
    found = judge(worlds_of({"sustained": np.full((2, 3, 2), np.nan), "cost": np.ones((2, 3, 2))}, keep=["sustained"]),
                  Asked())  # fmt: skip
    told = texts(found)
    assert "cannot tell apart (defined in 0%)" in told
    assert "Every option is defined in 0% of worlds only: no regret and no frontier." in told
    assert "nan" not in told
    made = drawn(plan, found)
    assert list(made) == ["differences"]
    assert "undefined" in words(made["differences"].figure)
    assert "undefined" in made["differences"].alt
