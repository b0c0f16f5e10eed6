"""Cells as options in matched worlds: what is a choice, what is believed, which numbers stand where, what is wrong."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from simdiff.analysis.comparison import compare
from simdiff.analysis.matched import AS_IT_IS, Asked, CompareError, belief_kind, matched, options_of
from simdiff.model.inputs import BURN_IN, Inputs
from simdiff.model.state import Sim
from simdiff.scenario import load_experiment
from simdiff.study import chunks
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows
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
