"""A sweep that grows by cells: what is there is never computed again, what is stopped goes on, nothing is mixed."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from simdiff.scenario import LoadedExperiment, ScenarioError, load_experiment
from simdiff.study.chunks import Done, Task
from simdiff.study.engines import LocalEngine
from simdiff.study.growth import Grown, Runs, StoppedError, grow, mix_cell, open_growing
from simdiff.study.plan import Plan
from simdiff.study.run_folder import FolderTakenError
from simdiff.study.sheet import ChangedError, read_sheet
from simdiff.study.sweep import status

TEXT = """\
format: 1
name: grown
title: Grown
scenarios: {quo: {scenario: status-quo, set: {years: 1}}}
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, low: 0, high: 2}
draws: 2
replicates: 3
keep: {series: last, outcomes: [spread, cost]}
"""
FIRST, SECOND = Runs((0, 3), (0, 2)), Runs((3, 8), (2, 4))


class Counting:
    """An engine that counts the runs it is given, and stops after some chunks."""

    def __init__(self, most: int = 10**9) -> None:
        self.runs, self.most = 0, most

    def run(self, tasks: Iterable[Task], stop: Event) -> Iterator[Done]:
        for n, done in enumerate(LocalEngine(1).run(tasks, stop)):
            self.runs += done.runs
            yield done
            if n + 1 >= self.most:
                return


def loaded(folder: Path, text: str = TEXT) -> LoadedExperiment:
    file = folder / "grown.yaml"
    file.write_text(text)
    return load_experiment(str(file))


def grown(folder: Path, one: LoadedExperiment, plan: Plan, doses: list[float], runs: Runs, engine: Counting) -> Grown:
    cells = [mix_cell(one, "quo", {"coaches": dose}) for dose in doses]
    return grow(folder, plan, cells, runs, "", engine, Event())


def test_only_what_is_new_is_computed(tmp_path: Path) -> None:
    """Two mixes of 2 draws × 3 replicates, then one more; the first two again cost nothing. Catches runs done twice,
    and a folder that forgets."""
    one, out, engine = loaded(tmp_path), tmp_path / "out", Counting()
    plan = open_growing(out, one, "quo")
    out.mkdir()
    first = grown(out, one, plan, [0.0, 1.0], FIRST, engine)
    assert engine.runs == 12
    again = grown(out, one, open_growing(out, one, "quo"), [1.0, 2.0, 1.0], FIRST, engine)
    assert engine.runs == 18
    grown(out, one, again.plan, [0.0, 1.0, 2.0], FIRST, engine)
    assert engine.runs == 18
    cell = mix_cell(one, "quo", {"coaches": 1.0})
    values = [grown.rows.values(cell, "cost", None, "all", None) for grown in (first, again)]
    np.testing.assert_array_equal(*values)
    assert status(out, verify=True).complete
    assert [cell.levels for cell in read_sheet(out)[0].cells] == [{"coaches": dose} for dose in (0, 1, 2)]


def test_the_second_look_sees_other_replicates_and_draws(tmp_path: Path) -> None:
    """Catches figures that the search has seen: none of the second look's draws or replicates is among the first."""
    one, out, engine = loaded(tmp_path), tmp_path / "out", Counting()
    out.mkdir()
    plan = open_growing(out, one, "quo")
    assert len({tuple(sorted(draw.items())) for draw in plan.draws}) == 4
    first = grown(out, one, plan, [1.0], FIRST, engine)
    second = grown(out, one, first.plan, [1.0], SECOND, engine)
    cell = mix_cell(one, "quo", {"coaches": 1.0})
    seen, fresh = (np.isfinite(part.rows.values(cell, "cost", None, "all", None)) for part in (first, second))
    assert seen.shape == (4, 3)
    assert seen[:2].all()
    assert not seen[2:].any()
    assert fresh.shape == (4, 8)
    assert fresh[2:, 3:].all()
    assert fresh.sum() == 2 * 5


def test_what_was_stopped_goes_on(tmp_path: Path) -> None:
    """Catches computed runs that are lost when a search is stopped, and half a generation taken for a whole."""
    one, out, engine = loaded(tmp_path), tmp_path / "out", Counting(most=2)
    out.mkdir()
    with pytest.raises(StoppedError):
        grown(out, one, open_growing(out, one, "quo"), [0.0, 1.0], FIRST, engine)
    had = engine.runs
    assert 0 < had < 12
    rest = Counting()
    grown(out, one, open_growing(out, one, "quo"), [0.0, 1.0], FIRST, rest)
    assert had + rest.runs == 12


@pytest.mark.parametrize(("old", "new", "said"), [
    ("high: 2", "high: 3", "experiment"), ("draws: 2", "draws: 3", "draws"), ("years: 1", "years: 2", "experiment"),
])  # fmt: skip
def test_another_question_in_the_folder_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Catches mixes of another experiment, or of other draws, mixed in."""
    one, out = loaded(tmp_path), tmp_path / "out"
    out.mkdir()
    grown(out, one, open_growing(out, one, "quo"), [1.0], FIRST, Counting())
    with pytest.raises(ChangedError, match=said):
        open_growing(out, loaded(tmp_path, TEXT.replace(old, new)), "quo")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """Catches files of others overwritten."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(FolderTakenError):
        open_growing(tmp_path / "out", loaded(tmp_path), "quo")


def test_a_file_of_draws_must_leave_half_for_the_second_look(tmp_path: Path) -> None:
    """Catches a second look at the draws that were optimised on."""
    (tmp_path / "draws.csv").write_text("leader_exit\n0.1\n0.2\n0.3\n")
    one = loaded(tmp_path, TEXT + "posterior: draws.csv\n")
    with pytest.raises(ScenarioError, match="expected at least 4"):
        open_growing(tmp_path / "out", one, "quo")
