"""Sweeps that go on until contrasts are sharp: where replicates are added, and that stops and restarts do not show."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from sweep_helpers import swept, table_digest, tiny_plan

from simdiff.report.sweep_report import contrast_lines
from simdiff.study.chunk_folder import Rows
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import Plan
from simdiff.study.precision import halfwidths, sharp_at
from simdiff.study.sheet import read_sheet
from simdiff.study.sweep import Report, Tally, run_sweep, status

HEAD = """\
format: 1
name: until
title: Until
scenarios:
  quo: {scenario: status-quo, set: {years: 2}}
  all: {scenario: four-levers, set: {years: 2}}
  zero: {scenario: status-quo, set: {years: 2, policy.goals.problems: {level: 0, start: 24}}}
replicates: 10
keep: {outcomes: [spread, depth], series: last}
"""
"""*zero* pulls its lever by nothing: another content, the same numbers as *quo*."""
AGAINST_QUO = HEAD + "until: {outcome: spread, contrast: quo, halfwidth: 0.008, most: 200}\n"
Make = Callable[[str], Plan]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """The plan of an experiment's text."""
    return lambda text: tiny_plan(tmp_path, text)


def replicates(report: Report) -> dict[str, int]:
    """Replicates of each cell by its name."""
    had = report.plan.replicates()
    return {cell.name: had[cell.id] for cell in report.plan.cells}


def values(report: Report, name: str, outcome: str = "spread") -> np.ndarray:
    """One outcome of a cell by replicate, read from the chunks."""
    rows = Rows(report.plan, report.chunks)
    cell = next(cell for cell in report.plan.cells if cell.name == name)
    found: np.ndarray = rows.values(cell, outcome, None, "all", None)
    return found


def test_replicates_are_added_only_where_a_contrast_is_not_sharp(make: Make, tmp_path: Path) -> None:
    """*zero* equals *quo* in every replicate: its contrast has width 0 from the start, and is sharp as soon as the
    look-ahead of 5 replicates is there. Catches a sweep that lifts all cells together, one that stops at the first
    contrast, and a report that is not what the rows say."""
    report = swept(tmp_path / "out", make(AGAINST_QUO))
    assert report.complete
    had = replicates(report)
    assert had["zero"] == 10 + 5
    assert had["all"] == had["quo"] > 20
    sharp = {one.first: one for one in report.sharpness}
    assert set(sharp) == {"all", "zero"}
    assert (sharp["zero"].difference, sharp["zero"].halfwidth, sharp["zero"].enough) == (0.0, 0.0, 10)
    difference = values(report, "all") - values(report, "quo")
    assert difference.shape == (1, had["all"])
    widths = halfwidths(difference, 0.95)
    assert sharp["all"].difference == pytest.approx(difference.mean(), abs=1e-15)
    assert sharp["all"].halfwidth == widths[-1]
    assert sharp["all"].enough == sharp_at(widths, 0.008, 10) is not None
    assert widths[9] > 0.008  # else there was nothing to do
    assert not any("unresolved" in line.lower() for line in contrast_lines(report))


def test_two_cells_named_leave_the_others_alone(make: Make, tmp_path: Path) -> None:
    """Catches replicates for a cell that is in no contrast, and a difference taken the other way round."""
    text = AGAINST_QUO.replace("contrast: quo", "contrast: [quo, all]")
    report = swept(tmp_path / "out", make(text))
    had = replicates(report)
    assert had["zero"] == 10
    assert had["all"] == had["quo"] > 20
    (one,) = report.sharpness
    assert (one.first, one.second) == ("quo", "all")
    assert one.difference == pytest.approx((values(report, "quo") - values(report, "all")).mean(), abs=1e-15)
    assert one.difference < 0  # four levers spread more than none


def test_a_sweep_gives_up_at_the_most_and_says_so(make: Make, tmp_path: Path) -> None:
    """A half-width that 24 replicates cannot reach. Catches a sweep that goes on, and one that calls it sharp."""
    text = AGAINST_QUO.replace("halfwidth: 0.008, most: 200", "halfwidth: 0.0001, most: 24")
    report = swept(tmp_path / "out", make(text))
    assert report.complete
    assert replicates(report) == {"quo": 24, "all": 24, "zero": 15}
    sharp = {one.first: one for one in report.sharpness}
    assert (sharp["all"].replicates, sharp["all"].enough, sharp["all"].sharp) == (24, None, False)
    assert sharp["zero"].sharp
    first, second, last = contrast_lines(report)
    assert "all − quo" in first
    assert "UNRESOLVED" in first
    assert "zero − quo" in second
    assert "UNRESOLVED" not in second
    assert "1 remain unresolved at 24 replicates" in last
    again = swept(tmp_path / "out", report.plan)
    assert again.tally.fresh == 0
    assert again.plan.stages == report.plan.stages


def test_every_draw_gets_the_replicates(make: Make, tmp_path: Path) -> None:
    """With parameter draws, a further round runs at each draw. Catches differences taken across draws."""
    text = AGAINST_QUO.replace("halfwidth: 0.008", "halfwidth: 0.02") + "draws: 2\n"
    report = swept(tmp_path / "out", make(text))
    assert all(stage.draws == (0, 2) for stage in report.plan.stages)
    difference = values(report, "all") - values(report, "quo")
    assert difference.shape == (2, replicates(report)["all"])
    assert np.isfinite(difference).all()
    (one,) = (one for one in report.sharpness if one.first == "all")
    assert one.halfwidth == pytest.approx(halfwidths(difference, 0.95)[-1])
    assert one.sharp


def stopped_after(chunks: int, stop: Event) -> Callable[[Tally], None]:
    """Progress that sets ``stop`` once a few chunks were stored."""
    seen = []

    def told(tally: Tally) -> None:
        seen.append(tally.fresh)
        if len(seen) > chunks:
            stop.set()

    return told


@pytest.mark.parametrize("chunks", [3, 8])
def test_stops_and_restarts_do_not_show(make: Make, tmp_path: Path, chunks: int) -> None:
    """A sweep stopped after every few chunks, each time gone on with from its folder alone, asks for the same rounds
    and holds the same rows as one that was left in peace. Catches a round that is decided on what happened to be
    done, replicates that are lost at a stop, and a round that a stop leaves out."""
    plan = make(AGAINST_QUO)
    whole = swept(tmp_path / "whole", plan)
    folder, stops = tmp_path / "stopped", 0
    following = plan
    while True:
        stop = Event()
        report = run_sweep(folder, following, "", LocalEngine(1), stop, stopped_after(chunks, stop))
        if not stop.is_set():
            break
        stops += 1
        assert stops < 50
        following, _ = read_sheet(folder)
    assert stops >= 3
    assert len(report.plan.stages) >= 3
    assert report.plan.stages == whole.plan.stages
    assert report.sharpness == whole.sharpness
    assert status(folder, verify=True).sharpness == whole.sharpness
    assert table_digest(folder, report.plan) == table_digest(tmp_path / "whole", whole.plan)
    assert {path.name for path in report.chunks.files.values()} == {path.name for path in whole.chunks.files.values()}


def test_a_round_is_not_decided_before_the_one_before_is_done(make: Make, tmp_path: Path) -> None:
    """Catches contrasts of half a round: stopped at once, the plan has its first stage and no verdict."""
    stop = Event()
    report = run_sweep(tmp_path / "out", make(AGAINST_QUO), "", LocalEngine(1), stop, stopped_after(1, stop))
    assert not report.complete
    assert report.sharpness == ()
    assert len(report.plan.stages) == 1


# ---- common luck -----------------------------------------------------------------------------------------------------

COMMON = """\
format: 1
name: common
title: Common
scenarios:
  quo: {scenario: status-quo, set: {years: 2}}
  zero:
    scenario: status-quo
    set: {years: 2, policy.talent.change: {level: 0, start: 3}, policy.networks.convene: {level: 0, ramp: 1}}
  mild: {scenario: status-quo, set: {years: 2, policy.goals.problems: 0.2}}
replicates: 60
keep: {outcomes: [spread, depth, reach_teachers, cost], series: last}
"""


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Sixty replicates of no policy, of levers at level 0, and of a mild policy."""
    folder = tmp_path_factory.mktemp("common")
    return swept(folder / "out", tiny_plan(folder, COMMON))


def test_levers_at_level_zero_leave_every_replicate_as_it_is(common: Report) -> None:
    """Catches luck that hangs on the cell, on its place in a chunk, or on what the policy says."""
    ids = {cell.name: cell.id for cell in common.plan.cells}
    assert ids["quo"] != ids["zero"]
    for outcome in common.plan.question.outcomes:
        quo = values(common, "quo", outcome)
        assert (values(common, "zero", outcome) == quo).all()
        assert outcome == "cost" or len(np.unique(quo)) > 3  # replicates differ from one another


def test_pairing_by_replicate_narrows_a_mild_contrast(common: Report) -> None:
    """The variance of a paired difference is (1 − ρ) of the unpaired sum of two equal variances. With common luck ρ is
    near 1 for a mild change; asked for is ρ > .75. Catches replicates that are paired wrongly: shifted by one, the
    gain is gone."""
    for outcome in ("spread", "depth", "reach_teachers"):
        quo, mild = values(common, "quo", outcome)[0], values(common, "mild", outcome)[0]
        unpaired = quo.var(ddof=1) + mild.var(ddof=1)
        assert 0 < (mild - quo).var(ddof=1) < 0.25 * unpaired, outcome
        assert (mild - np.roll(quo, 1)).var(ddof=1) > 0.5 * unpaired, outcome
