"""Chunks, piece by piece: what they are called, which months they keep, and each number where it belongs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sweep_helpers import tiny_plan

from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations, final_outcomes
from simdiff.model.run import simulate
from simdiff.scenario import Keep
from simdiff.study import chunks
from simdiff.study.blocks import ANY
from simdiff.study.cells import scenario_of
from simdiff.study.chunks import (
    Done,
    Piece,
    Question,
    Task,
    check_finite,
    chunk_name,
    compute,
    failed_table,
    file_name,
    is_whole,
    kept_times,
    labels_of_times,
)
from simdiff.study.files import digest
from simdiff.study.plan import Plan, make_task

TEXT = """\
format: 1
name: two
title: Two practices, two years
scenarios:
  two:
    scenario: four-levers
    set: {years: 2, practices: {learner-profiles: {}, personal-learning-paths: {}}}
replicates: 4
draws: 2
keep: {series: yearly, outcomes: [spread, time_to_deep_gap, cost]}
"""
OUTCOMES, WHOLE = ("spread", "time_to_deep_gap", "cost"), "time_to_deep_gap"
"""What is kept; one is of a whole run."""
PRACTICES = ("personal-learning-paths", "learner-profiles", ANY)
NAMED = Question(1, Keep(series="last"), ("spread",), "code")
DRAWS = {0: {"phantom": 0.2, "takeup_coached": 0.1}, 1: {"phantom": 0.3}}
PIECE = Piece("cell", 0, 2, 5)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return tiny_plan(tmp_path_factory.mktemp("chunks"), TEXT)


@pytest.fixture(scope="module")
def inputs(plan: Plan) -> Inputs:
    """The cell at its second draw, prepared without the help of chunks."""
    cell = plan.cells[0]
    scenario = scenario_of(cell.text)
    return prepare(
        scenario, world_of(scenario, cell.schools, plan.experiment.seed), plan.experiment.seed, plan.draws[1]
    )


@pytest.fixture(scope="module")
def runs(inputs: Inputs) -> dict[int, Observations]:
    return {replicate: Observations.of_sim(simulate(inputs, replicate)) for replicate in (1, 2)}


def task_of(plan: Plan, keep: Keep | None = None) -> Task:
    """Replicates 1 and 2 of the second draw; what is kept may be another thing."""
    task = make_task(plan, [Piece(plan.cells[0].id, 1, 1, 3)])
    return task if keep is None else replace(task, question=replace(task.question, keep=keep))


def rows_of(done: Done) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = pq.ParquetFile(pa.BufferReader(done.content)).read().to_pydict()
    return found


# ----- which months, and what they are called


@pytest.mark.parametrize(
    ("keep", "months", "labels"),
    [
        (Keep(series="monthly"), [*range(12, 36)], [*range(24)]),
        (Keep(series="last"), [35], [2]),
        (Keep(), [11, 23, 35], [0, 1, 2]),
        (Keep(years=[1]), [23, 35], [1, 2]),
        (Keep(years=[0, 2, 9]), [11, 35], [0, 2]),
        (Keep(years=[9]), [35], [2]),
    ],
)  # fmt: skip
def test_months_kept_of_two_years(keep: Keep, months: list[int], labels: list[int]) -> None:
    """The burn-in's year comes before month 12; the last month of the horizon is always kept."""
    assert kept_times(keep, 2).tolist() == months
    assert labels_of_times(keep, 2) == tuple(labels)


# ----- names


def test_names_tell_all_that_decides_numbers() -> None:
    """Catches a chunk that is taken for another's. The order in which parameters are said decides nothing."""

    def name(piece: Piece = PIECE, draws: dict[int, dict[str, float]] = DRAWS, **changed: Any) -> str:
        return chunk_name(replace(NAMED, **changed), [piece], draws)

    others = [
        name(seed=2), name(keep=Keep(series="monthly")), name(keep=Keep(series="last", years=[1])),
        name(outcomes=("cost",)), name(code="another"), name(replace(PIECE, cell="other")),
        name(replace(PIECE, draw=1)), name(replace(PIECE, start=1)), name(replace(PIECE, stop=6)),
        name(draws={0: DRAWS[0] | {"phantom": 0.21}}), chunk_name(NAMED, [PIECE, PIECE], DRAWS),
    ]  # fmt: skip
    assert len({name(), *others}) == 12
    assert name(draws={0: dict(reversed(DRAWS[0].items()))}) == name()
    assert len(name()) == 20


def test_files_are_named_by_their_bytes() -> None:
    name = file_name("task", b"content")
    assert name == f"task-{digest(b'content')}.parquet"
    assert is_whole(name, b"content")
    assert not is_whole(name, b"Content")
    assert not is_whole(f"-{digest(b'content')}.parquet", b"content")
    assert not is_whole(f"{digest(b'content')}.parquet", b"content")
    for told in ("0" * 32, "f" * 32):
        assert not is_whole(f"task-{told}.parquet", b"content")


def test_runs_of_a_chunk_are_counted() -> None:
    task = Task("name", NAMED, (PIECE, replace(PIECE, start=9, stop=10)), {}, {}, {})
    assert task.runs == 4


# ----- numbers


def expected(runs: dict[int, Observations], months: list[int]) -> dict[str, list[Any]]:
    """Columns by the definition of each outcome, a run, month and practice at a time; what is no number is nothing."""
    rows = [(replicate, month, p) for replicate in runs for month in months for p in range(len(PRACTICES))]

    def values(name: str) -> list[float | None]:
        found = [
            final_outcomes(runs[r])[name][0, p] if month == months[-1] else None
            for r, month, p in rows
        ] if name == WHOLE else [OUTCOME_FUNCTIONS[name](runs[r])[month, 0, p] for r, month, p in rows]  # fmt: skip
        return [None if one is None or np.isnan(one) else float(one) for one in found]

    size = len(rows)
    return {
        "draw": [1] * size, "replicate": [r for r, _, _ in rows], "status": ["ok"] * size, "reason": [""] * size,
        "district": ["all"] * size, "practice": [PRACTICES[p] for _, _, p in rows],
    } | {name: values(name) for name in OUTCOMES}  # fmt: skip


@pytest.mark.parametrize(
    ("keep", "time", "months"), [(None, "year", [11, 23, 35]), (Keep(series="monthly"), "month", [*range(12, 36)])]
)
def test_each_number_stands_in_its_row(
    plan: Plan, runs: dict[int, Observations], keep: Keep | None, time: str, months: list[int]
) -> None:
    """By replicate, time, place and practice. What is of a whole run stands with its last time alone."""
    task = task_of(plan, keep)
    done = compute(task)
    rows, wanted = rows_of(done), expected(runs, months)
    size = len(wanted["draw"])
    assert rows.pop("cell") == [plan.cells[0].id] * size
    assert rows.pop(time) == [
        label for _ in runs for label in labels_of_times(task.question.keep, 2) for _ in PRACTICES
    ]
    assert rows == wanted
    assert list(rows) == list(wanted)
    assert all(len(set(rows[name])) > 1 for name in OUTCOMES)  # zeros everywhere would be no check
    assert (done.task, done.runs, done.failed) == (task.name, 2, 0)
    assert is_whole(done.file, done.content)


def test_outcomes_of_one_kind_alone(plan: Plan, runs: dict[int, Observations]) -> None:
    """Catches a chunk that counts on both kinds of outcomes being asked for."""
    task = task_of(plan)
    for name in ("spread", WHOLE):
        rows = rows_of(compute(replace(task, question=replace(task.question, outcomes=(name,)))))
        assert rows[name] == expected(runs, [11, 23, 35])[name]


# ----- failures


def broken(replicate: int) -> Callable[..., Any]:
    """A simulation that fails at one replicate, with more words than a row has room for."""

    def simulate_or_fail(inputs: Inputs, number: int) -> Any:
        if number == replicate:
            raise RuntimeError("x" * 400 + "\nsecond line")
        return simulate(inputs, number)

    return simulate_or_fail


@pytest.mark.parametrize("bad", [1, 2])
def test_one_bad_run_ruins_no_other(
    plan: Plan, runs: dict[int, Observations], bad: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are all there, without a value, and say why in one line of at most 300 letters."""
    monkeypatch.setattr(chunks, "simulate", broken(bad))
    done = compute(task_of(plan))
    rows = rows_of(done)
    assert (done.runs, done.failed) == (2, 1)
    half = len(rows["status"]) // 2
    failed, good = (slice(half), slice(half, None)) if bad == 1 else (slice(half, None), slice(half))
    assert set(rows["status"][failed]) == {"failed"}
    assert set(rows["status"][good]) == {"ok"}
    assert set(rows["reason"][failed]) == {"RuntimeError: " + "x" * 286}
    assert set(rows["reason"][good]) == {""}
    assert {value for name in OUTCOMES for value in rows[name][failed]} == {None}
    assert rows["spread"][good] == expected(runs, [11, 23, 35])["spread"][good]


def test_a_cell_that_cannot_be_prepared(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Inputs:
        raise ValueError("no such cell")

    monkeypatch.setattr(chunks, "prepare", fail)
    done = compute(task_of(plan))
    rows = rows_of(done)
    assert done.failed == 2
    assert set(zip(rows["status"], rows["reason"], strict=True)) == {("failed", "ValueError: no such cell")}
    assert rows["replicate"] == [1] * 9 + [2] * 9


def test_runs_given_up_have_their_rows(plan: Plan) -> None:
    table = failed_table(task_of(plan), Piece(plan.cells[0].id, 1, 1, 3), "the worker died").to_pydict()
    assert table["replicate"] == [1] * 9 + [2] * 9
    assert set(zip(table["status"], table["reason"], strict=True)) == {("failed", "the worker died")}
    assert set(table["spread"]) == {None}


def test_numbers_that_are_none_are_found(inputs: Inputs) -> None:
    """In the last cell of any sum, and in the first of the ledger."""
    for name in Observations.of_sim(simulate(inputs, 0)).observed.dtype.names or ():
        run = Observations.of_sim(simulate(inputs, 0))
        check_finite(run)
        run.observed[name].flat[-1] = np.nan
        with pytest.raises(ArithmeticError, match=f"`{name}` is not finite"):
            check_finite(run)
    run = Observations.of_sim(simulate(inputs, 0))
    run.ledger.flat[0] = np.inf
    with pytest.raises(ArithmeticError, match="ledger"):
        check_finite(run)
