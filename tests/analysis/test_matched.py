"""Cells as options in matched worlds: what is a choice, what is believed, which numbers stand where, what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa
import pytest

from simdiff.analysis import matched as matched_module
from simdiff.analysis.comparison import compare
from simdiff.analysis.matched import (
    AS_IT_IS,
    Asked,
    CompareError,
    asked_time,
    belief_kind,
    common_times,
    default_outcomes,
    matched,
    options_of,
    structure_name,
    whole_years,
)
from simdiff.model.inputs import BURN_IN, Inputs
from simdiff.model.state import Sim
from simdiff.scenario import load_experiment
from simdiff.study import chunks
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Chunks, Rows
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import Plan, make_plan
from simdiff.study.sweep import Report, run_sweep

EXPERIMENT = """\
format: 1
name: beliefs
title: Choices and beliefs
scenarios: {quo: {scenario: status-quo, set: {years: 2}}}
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, values: [0, 1.5]}
  sponsor: {on: {policy.sponsorship: 0.8}}
  contagion: {path: structure.contagion, values: [logit, hazard]}
  explore: {path: parameters.explore_base, values: [0.01, 0.1, 0.3]}
replicates: 3
draws: 2
keep: {outcomes: [spread, sustained, cost, months_to_quarter]}
"""
OPTIONS = ("coaches=0", "sponsor,coaches=0", "coaches=1.5", "sponsor,coaches=1.5")
QUANTILES = "teachers: [9, 15, 20, 25, 40], low_income: [0, .2, .5, .7, 1]"
SPACING = "spacing: {nearest_km: 1, pairwise_km: 8}"
TWO = f"""\
format: 1
name: two
title: Two districts, two practices
where:
  districts:
    north: {{title: North, profile: {{elementary: {{schools: 9, {QUANTILES}}}, {SPACING}}}}}
    south: {{title: South, profile: {{high: {{schools: 5, {QUANTILES}}}, {SPACING}}}}}
practices: {{learner-profiles: {{}}, personal-learning-paths: {{}}}}
years: 1
"""
FEW = """\
format: 1
name: few
title: Few
scenarios:
  quo: {scenario: status-quo, set: {years: 1}}
  all: {scenario: four-levers, set: {years: 2}}
  two: two.yaml
replicates: 2
keep: {outcomes: [spread, cost, survival_real]}
"""


def planned(folder: Path, text: str) -> Plan:
    (folder / "e.yaml").write_text(text)
    (folder / "two.yaml").write_text(TWO)
    return make_plan(load_experiment(str(folder / "e.yaml")))


def swept(folder: Path, text: str) -> Report:
    return run_sweep(folder / "out", planned(folder, text), "", LocalEngine(2), Event())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Four options under two structures and six sets of parameters."""
    return swept(tmp_path_factory.mktemp("beliefs"), EXPERIMENT)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Scenarios of different length, places and practices."""
    return swept(tmp_path_factory.mktemp("few"), FEW)


def rows(report: Report) -> Rows:
    return Rows(report.plan, report.chunks)


def test_choices_and_beliefs(report: Report) -> None:
    """Catches structures or parameters taken for choices, and cells of one option that lose one another."""
    experiment = report.plan.experiment
    kinds = {name: belief_kind(experiment, name) for name in experiment.factors}
    assert kinds == {"coaches": "", "sponsor": "", "contagion": "structure", "explore": "parameters"}
    options = options_of(report.plan)
    assert tuple(options) == OPTIONS
    assert [len(cells) for cells in options.values()] == [6] * 4


FORMS = """\
format: 1
name: forms
title: Forms
scenarios: [status-quo]
factors:
  prior: {prior: master}
  switches: {levels: {as-it-is: {}, none: {structure.commitment: false, structure.closing: false}}}
  switch: {on: {structure.dip: true}}
  mixed: {levels: {a: {structure.regime: true, policy.goals: {goals: 0.5}}, b: {}}}
"""


def test_every_form_of_a_factor_is_understood(tmp_path: Path) -> None:
    """Priors are parameters; a level that sets a structure *and* a policy is a choice."""
    experiment = planned(tmp_path, FORMS).experiment
    assert {name: belief_kind(experiment, name) for name in experiment.factors} == {
        "prior": "parameters", "switches": "structure", "switch": "structure", "mixed": ""}  # fmt: skip


def cells_by_belief(plan: Plan) -> Iterator[tuple[str, str, str, Cell]]:
    for cell in plan.cells:
        option, rest = cell.name.split(",contagion=")
        contagion, explore = rest.split(",explore=")
        yield option, contagion, explore, cell


def test_values_are_those_of_their_cells(report: Report) -> None:
    """Every number of every option, structure, set of parameters and replicate against the store's own reader, in one
    order of draws for all options. Catches draws of two options that do not match."""
    found = matched(report.plan, rows(report), Asked(outcomes=("spread", "sustained")))
    assert found.options == OPTIONS
    assert found.structures == ("contagion=logit", "contagion=hazard")
    assert found.values["spread"].shape == (4, 12, 3)
    assert (found.draws, found.least_draws, found.year) == (12, 6, 2)
    seen = dict.fromkeys(OPTIONS, 0)
    beliefs = list(dict.fromkeys((contagion, explore) for _, contagion, explore, _ in cells_by_belief(report.plan)))
    for option, contagion, explore, cell in cells_by_belief(report.plan):
        first = 2 * beliefs.index((contagion, explore))
        for name in ("spread", "sustained", "cost"):
            mine = found.values[name][OPTIONS.index(option), first : first + 2]
            np.testing.assert_array_equal(mine, rows(report).values(cell, name, 2, "all", None))
        assert {found.structures[n] for n in found.structure[first : first + 2]} == {f"contagion={contagion}"}
        seen[option] += 1
    assert set(seen.values()) == {6}


def test_waiting_times_that_never_end_last_the_whole_run(report: Report) -> None:
    """Catches means of those alone that got there. Two years are 24 months."""
    found = matched(report.plan, rows(report), Asked(outcomes=("months_to_quarter",)))
    stored = [rows(report).values(cell, "months_to_quarter", None, "all", None) for cell in report.plan.cells]
    never = sum(int(np.isnan(one).sum()) for one in stored)
    values = found.values["months_to_quarter"]
    assert never > 0
    assert int((values == 24).sum()) == never
    assert not np.isnan(values).any()


def test_a_year_may_be_chosen(report: Report) -> None:
    """Catches the last year in place of the one asked for."""
    found = matched(report.plan, rows(report), Asked(outcomes=("cost",), year=1))
    last = matched(report.plan, rows(report), Asked(outcomes=("cost",)))
    assert found.year == 1
    assert (found.values["cost"] < last.values["cost"]).all()


def test_cells_may_be_chosen(report: Report) -> None:
    """Two of four, in the order named."""
    found = matched(report.plan, rows(report), Asked(outcomes=("cost",), cells=(OPTIONS[3], OPTIONS[0])))
    assert found.options == (OPTIONS[3], OPTIONS[0])


def test_a_whole_comparison_counts_its_structures(report: Report) -> None:
    """Four options: six pairs, each under two structures."""
    found = compare(report.plan, rows(report), Asked(outcomes=("spread",)))
    assert found.comparisons == 6
    assert all(len(pair.structures) == 2 for pair in found.outcomes[0].contrasts)
    assert len(found.cost_differences) == 6
    assert found.spending is not None
    assert not found.spending.equal


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(outcomes=("sprad",)), "--outcome: unknown outcome `sprad`, expected one of `spread`, `sustained`, "
                                     "`cost`, `months_to_quarter`; did you mean `spread`?"),
        (Asked(cells=("coaches=1",)), "--cell: unknown cell `coaches=1`"),
        (Asked(baseline="coaches=1.4"), "did you mean `coaches=1.5`?"),
        (Asked(baseline="coaches=0", cells=OPTIONS[1:]), "--baseline: unknown cell `coaches=0`"),
        (Asked(year=3), "--year: found 3, expected one of 1, 2"),
        (Asked(outcomes=("months_to_quarter",), year=1), "--year: `months_to_quarter` stand with the last year"),
        (Asked(place="lake"), "--place: unknown place `lake`, expected `all`"),
        (Asked(practice="none"), "--practice: unknown practice `none`"),
        (Asked(cells=("coaches=0",)), "nothing to compare: 1 cell with runs, expected two or more"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(report: Report, asked: Asked, words: str) -> None:
    """With what is allowed and the nearest name."""
    with pytest.raises(CompareError) as told:
        matched(report.plan, rows(report), asked)
    assert words in str(told.value)


def test_everything_wrong_is_told_at_once(report: Report) -> None:
    """Catches a reader who has to ask again for each mistake; a name with a line break stays on its line."""
    asked = Asked(outcomes=("x", "y\nz"), cells=("a",), year=9, place="p", practice="q")
    with pytest.raises(CompareError) as told:
        matched(report.plan, rows(report), asked)
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == [
        "--cell", "--outcome", "--outcome", "--place", "--practice", "--year"]  # fmt: skip


def test_scenarios_of_different_length_meet_at_their_last_common_year(few: Report) -> None:
    """One and two years: the first. Other practices first: one must be named. Outcomes of whole runs do not meet."""
    with pytest.raises(CompareError, match="--practice: the cells begin with different practices, expected"):
        matched(few.plan, rows(few), Asked())
    asked = Asked(outcomes=("spread",), practice="personal-learning-paths")
    found = matched(few.plan, rows(few), asked)
    assert (found.year, found.options, found.structures) == (1, ("quo", "all", "two"), (AS_IT_IS,))
    first = rows(few).values(few.plan.cells[1], "spread", 1, "all", None)
    np.testing.assert_array_equal(found.values["spread"][1], first)
    with pytest.raises(CompareError, match="`survival_real` stand with the last year of a run"):
        matched(few.plan, rows(few), replace(asked, outcomes=("survival_real",)))
    with pytest.raises(CompareError, match="--place: unknown place `north`"):
        matched(few.plan, rows(few), replace(asked, place="north"))


def test_beliefs_alone_are_no_choice(tmp_path: Path) -> None:
    """Catches structures ranked as if one could choose them."""
    factors = "factors: {contagion: {path: structure.contagion, values: [logit, hazard]}}\nreplicates: 1\n"
    text = f"format: 1\nname: x\ntitle: X\nscenarios: {{quo: {{scenario: status-quo, set: {{years: 1}}}}}}\n{factors}"
    found = swept(tmp_path, text)
    with pytest.raises(CompareError, match=r"differ only in what is believed \(`contagion`\), which is no choice"):
        matched(found.plan, rows(found), Asked())


def test_failed_runs_leave_their_worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replicate 1 of the longer scenario fails: its world is not compared, and is not taken for undefined."""
    real = chunks.simulate

    def simulate(inputs: Inputs, replicate: int) -> Sim:
        if replicate == 1 and inputs.months == BURN_IN + 24:
            raise ZeroDivisionError("planted")
        return real(inputs, replicate)

    monkeypatch.setattr(chunks, "simulate", simulate)
    text = (
        "format: 1\nname: x\ntitle: X\nreplicates: 4\nkeep: {outcomes: [spread, cost]}\nscenarios:\n"
        "  quo: {scenario: status-quo, set: {years: 1}}\n"
        "  pilots: {scenario: status-quo, set: {years: 2, policy.flexibility.pilots: {sites: 6, years: 1}}}\n"
    )
    found = swept(tmp_path, text)
    assert found.tally.failed == 1
    worlds = matched(found.plan, rows(found), Asked(outcomes=("spread",)))
    assert worlds.ran.tolist() == [[[True] * 4], [[True, False, True, True]]]
    one = compare(found.plan, rows(found), Asked(outcomes=("spread",))).outcomes[0].contrasts[0]
    assert (one.whole.worlds, one.whole.defined) == (3, 1.0)


# ----- rows made by hand


class Written(Rows):
    """Rows from a list: option (number of the cell), draw, replicate, status, time, district, practice, value, which is
    that of every outcome."""

    def __init__(self, plan: Plan, written: list[tuple[int, int, int, str, int, str, str, float]]) -> None:
        super().__init__(plan, Chunks({}, (), ()))
        self.written = written

    def of_cell(self, cell: Cell, columns: Sequence[str] | None = None) -> pa.Table | None:
        """As ``Rows.of_cell``."""
        mine = [row for row in self.written if self.plan.cells[row[0]].id == cell.id]
        time = "month" if self.plan.experiment.keep.series == "monthly" else "year"
        heads = ("draw", "replicate", "status", time, "district", "practice")
        said = {head: pa.array([row[n] for row in mine]) for n, head in enumerate(heads, start=1)}
        values = {name: pa.array([row[7] for row in mine], pa.float64()) for name in columns or () if name not in said}
        return pa.table({**said, **values}) if mine else None


PATHS = "personal-learning-paths"


def monthly(years: tuple[int, ...]) -> str:
    """Scenarios of so many years, kept month by month."""
    named = "".join(f"  s{n}: {{scenario: status-quo, set: {{years: {one}, policy.sponsorship: 0.{n + 1}}}}}\n"
                    for n, one in enumerate(years))  # fmt: skip
    return ("format: 1\nname: m\ntitle: M\nreplicates: 2\nkeep: {series: monthly, outcomes: [spread, cost, "
            f"months_to_quarter]}}\nscenarios:\n{named}")  # fmt: skip


def by_month(plan: Plan) -> list[tuple[int, int, int, str, int, str, str, float]]:
    """Each number says where it stands: 1000 × option + 100 × replicate + month."""
    return [
        (n, 0, replicate, "ok", month, "all", PATHS, 1000.0 * n + 100 * replicate + month)
        for n, cell in enumerate(plan.cells)
        for replicate in range(2)
        for month in range(12 * cell.years)
    ]


def test_years_of_a_monthly_series(tmp_path: Path) -> None:
    """Months count from 0, so a year ends with month 11, 23, 35. One and three years have the first in common; two and
    three the first two. Catches the month after or before, and months taken for years."""
    plan = planned(tmp_path, monthly((1, 3)))
    found = matched(plan, Written(plan, by_month(plan)), Asked(outcomes=("spread",)))
    assert found.year == 1.0
    assert found.values["spread"].tolist() == [[[11.0, 111.0]], [[1011.0, 1111.0]]]
    with pytest.raises(CompareError, match=r"--year: found 2, expected one of 1$"):
        matched(plan, Written(plan, by_month(plan)), Asked(outcomes=("spread",), year=2))
    plan = planned(tmp_path, monthly((2, 3)))
    rows = Written(plan, by_month(plan))
    assert matched(plan, rows, Asked(outcomes=("spread",))).year == 2.0
    found = matched(plan, rows, Asked(outcomes=("cost",), year=1))
    assert (found.year, found.values["cost"][1].tolist()) == (1.0, [[1011.0, 1111.0]])
    assert matched(plan, rows, Asked(outcomes=("cost",), year=2)).values["cost"][0].tolist() == [[23.0, 123.0]]
    with pytest.raises(CompareError, match=r"--year: found 3, expected one of 1, 2$"):
        matched(plan, rows, Asked(outcomes=("cost",), year=3))
    with pytest.raises(CompareError, match="`months_to_quarter` stand with the last year of a run, expected that year"):
        matched(plan, rows, Asked(outcomes=("months_to_quarter",), year=2))
    assert common_times(plan, plan.cells) == list(range(24))
    assert whole_years(plan, range(10, 36)) == [1, 2, 3]
    assert whole_years(plan, range(12, 23)) == []
    assert (asked_time(plan, None, plan.cells), asked_time(plan, 2, plan.cells)) == (23, 23)


def test_years_of_a_yearly_series(few: Report) -> None:
    """Ends of years; year 0 is before the policy, and no year of it."""
    assert common_times(few.plan, few.plan.cells) == [0, 1]
    assert common_times(few.plan, few.plan.cells[1:2]) == [0, 1, 2]
    assert whole_years(few.plan, [0, 1, 2]) == [1, 2]
    assert (asked_time(few.plan, None, few.plan.cells[1:2]), asked_time(few.plan, 1, few.plan.cells)) == (2, 1)


def test_what_was_not_run_is_left_open(tmp_path: Path) -> None:
    """Option s0 has three replicates, s1 two of which one failed, s2 none, s3 failed ones alone. The last two are left
    out and named; where s1 lacks a replicate it is not run and undefined. A district and a practice of other rows are
    not read."""
    plan = planned(tmp_path, monthly((1, 1, 1, 1)).replace("series: monthly, ", ""))
    rows = [(0, 0, r, "ok", 1, "all", PATHS, 10.0 + r) for r in range(3)]
    rows += [(0, 0, r, "ok", 1, "all", "other", 99.0) for r in range(3)]
    rows += [(0, 0, r, "ok", 1, "north", PATHS, 99.0) for r in range(3)]
    rows += [(0, 0, r, "ok", 0, "all", PATHS, 99.0) for r in range(3)]
    rows += [(1, 0, 0, "failed", 1, "all", PATHS, 99.0), (1, 0, 1, "ok", 1, "all", PATHS, 21.0)]
    rows += [(3, 0, 0, "failed", 1, "all", PATHS, 99.0)]
    found = matched(plan, Written(plan, rows), Asked(outcomes=("spread",)))
    assert (found.options, found.idle) == (("s0", "s1"), ("s2", "s3"))
    np.testing.assert_array_equal(found.values["spread"], [[[10, 11, 12]], [[np.nan, 21, np.nan]]])
    assert found.ran.tolist() == [[[True] * 3], [[False, True, False]]]
    assert (found.place, found.practice, found.outcomes, sorted(found.values)) == (
        "all", PATHS, ("spread",), ["cost", "spread"])  # fmt: skip
    assert [cell.name for cell in found.cells] == ["s0", "s1"]
    one = [row for row in rows if row[0] == 0]
    for some, words in ((one, "nothing to compare: 1 cell with runs, expected two or more"),
                        ([], "nothing to compare: 0 cells with runs, expected two or more")):  # fmt: skip
        with pytest.raises(CompareError, match=words):
            matched(plan, Written(plan, some), Asked(outcomes=("spread",)))


def test_an_option_may_lack_what_is_believed(tmp_path: Path) -> None:
    """Two options, two structures, two draws each; the second option was run under the first structure alone, and there
    in the second draw. Draws stand in one order for both."""
    text = """\
format: 1
name: x
title: X
scenarios: {quo: {scenario: status-quo, set: {years: 1}}, all: {scenario: four-levers, set: {years: 1}}}
factors: {contagion: {path: structure.contagion, values: [logit, hazard]}}
replicates: 1
draws: 2
keep: {outcomes: [spread]}
"""
    plan = planned(tmp_path, text)
    named = {cell.name: n for n, cell in enumerate(plan.cells)}
    assert list(named) == ["quo/contagion=logit", "quo/contagion=hazard", "all/contagion=logit", "all/contagion=hazard"]
    rows = [(n, draw, 0, "ok", 1, "all", PATHS, 10.0 * n + draw) for n in (0, 1) for draw in (0, 1)]
    rows += [(2, 1, 0, "ok", 1, "all", PATHS, 21.0)]
    found = matched(plan, Written(plan, rows), Asked())
    assert found.options == ("quo", "all")
    np.testing.assert_array_equal(found.values["spread"][:, :, 0], [[0, 1, 10, 11], [np.nan, 21, np.nan, np.nan]])
    assert found.ran[:, :, 0].tolist() == [[True] * 4, [False, True, False, False]]
    assert found.structure.tolist() == [0, 0, 1, 1]
    assert found.structures == ("contagion=logit", "contagion=hazard")
    assert (found.draws, found.least_draws, found.year) == (4, 2, 1.0)
    assert replace(found, structure=np.array([0, 0, 0, 1])).least_draws == 1


def test_names_of_options(tmp_path: Path) -> None:
    """Of several scenarios with a choice and a belief: the scenario and the choice. Levels that set the same are one
    option, the first. What a structure is called."""
    text = """\
format: 1
name: x
title: X
scenarios: {quo: {scenario: status-quo, set: {years: 1}}, all: {scenario: four-levers, set: {years: 1}}}
factors:
  dose: {levels: {as-is: {}, the-same: {}, more: {policy.sponsorship: 0.9}}}
  dip: {path: structure.dip, values: [true, false]}
"""
    assert list(options_of(planned(tmp_path, text))) == [
        "quo/dose=as-is", "quo/dose=more", "all/dose=as-is", "all/dose=more"]  # fmt: skip
    plain = planned(tmp_path, text.replace("  dip: {path: structure.dip, values: [true, false]}\n", ""))
    assert [(name, [*cells]) for name, cells in options_of(plain).items()][:2] == [
        ("quo/dose=as-is", [((), ())]), ("quo/dose=more", [((), ())])]  # fmt: skip
    assert structure_name((("dip", True), ("contagion", "logit"))) == "dip=true, contagion=logit"
    assert structure_name(()) == AS_IT_IS


@pytest.mark.parametrize(
    ("kept", "first"),
    [("spread, depth, cost", "depth"), ("cost, spread, ever", "spread"), ("cost, cost_partner", "cost")],
)
def test_what_is_compared_if_nothing_is_said(tmp_path: Path, kept: str, first: str) -> None:
    """Depth; else the first that is no cost; else a cost."""
    text = f"format: 1\nname: x\ntitle: X\nscenarios: [status-quo, goals]\nkeep: {{outcomes: [{kept}]}}\n"
    assert default_outcomes(planned(tmp_path, text)) == (first,)


def test_too_many_options(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four at a limit of four are compared, at a limit of three they are refused, and two of them may be named."""
    monkeypatch.setattr(matched_module, "MOST_OPTIONS", 4)
    assert len(matched(report.plan, rows(report), Asked(outcomes=("cost",))).options) == 4
    monkeypatch.setattr(matched_module, "MOST_OPTIONS", 3)
    with pytest.raises(CompareError, match="--cell: 4 to compare, expected at most 3: name some"):
        matched(report.plan, rows(report), Asked(outcomes=("cost",)))
    assert len(matched(report.plan, rows(report), Asked(outcomes=("cost",), cells=OPTIONS[:2])).options) == 2


def test_practices_and_places_that_all_have(few: Report) -> None:
    """A practice that one scenario lacks is refused, with those that all have; so is a place."""
    with pytest.raises(CompareError, match="--practice: unknown practice `learner-profiles`, expected `personal-learn"):
        matched(few.plan, rows(few), Asked(outcomes=("spread",), practice="learner-profiles"))
    with pytest.raises(CompareError, match="--place: unknown place `south`, expected `all`"):
        matched(few.plan, rows(few), Asked(outcomes=("spread",), practice=PATHS, place="south"))


def test_the_practice_that_all_begin_with(tmp_path: Path) -> None:
    """One practice, or that one and another: both begin with the same, which is compared. The other way round they do
    not, and one must be named."""
    text = "format: 1\nname: x\ntitle: X\nscenarios: {one: one.yaml, two: two.yaml}\nreplicates: 1\n"
    both = "practices: {learner-profiles: {}, personal-learning-paths: {}}"
    (tmp_path / "one.yaml").write_text(TWO.replace(both, "practices: {learner-profiles: {}}"))
    found = swept(tmp_path, text)
    worlds = matched(found.plan, rows(found), Asked())
    assert (worlds.practice, worlds.options) == ("learner-profiles", ("one", "two"))
    (tmp_path / "one.yaml").write_text(TWO.replace(both, "practices: {personal-learning-paths: {}}"))
    plan = planned(tmp_path, text)
    with pytest.raises(
        CompareError, match="--practice: the cells begin with different practices, expected `personal-l"
    ):
        matched(plan, Written(plan, []), Asked())
