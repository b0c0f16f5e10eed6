"""One table, however a sweep is cut, ordered, spread over threads or widened."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import pytest
from sweep_helpers import swept, table_digest, tiny_plan

from simdiff.study import plan as plan_module
from simdiff.study.chunks import Done, Task, compute
from simdiff.study.engines import LocalEngine, Work
from simdiff.study.plan import Plan, tasks_of

TEXT = """\
format: 1
name: drawn
title: Two policies, two parameter draws, two years kept
scenarios:
  quo: {scenario: status-quo, set: {years: 1}}
  all: {scenario: four-levers, set: {years: 1}}
replicates: 4
draws: 2
keep: {series: yearly, outcomes: [spread, cost, depth]}
"""
"""Sixteen runs."""
Order = Callable[[list[Task]], list[Task]]


@dataclass(frozen=True)
class Ordered:
    """Threads that are given the chunks in another order."""

    threads: int
    order: Order
    work: Work = compute

    def run(self, tasks: Iterable[Task], stop: Event) -> Iterator[Done]:
        yield from LocalEngine(self.threads, self.work).run(self.order([*tasks]), stop)


def forwards(tasks: list[Task]) -> list[Task]:
    return tasks


def backwards(tasks: list[Task]) -> list[Task]:
    return tasks[::-1]


def odd_ones_first(tasks: list[Task]) -> list[Task]:
    return [*tasks[1::2], *tasks[::2]]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return tiny_plan(tmp_path_factory.mktemp("plan"), TEXT)


@pytest.fixture(scope="module")
def expected(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Hash of the table as one thread makes it, a run at a time."""
    folder = tmp_path_factory.mktemp("one")
    assert len([*tasks_of(plan)]) == 16
    swept(folder, plan, LocalEngine(1))
    return table_digest(folder, plan)


@pytest.mark.parametrize("order", [forwards, backwards, odd_ones_first])
@pytest.mark.parametrize(("least", "chunks"), [(1, 1), (3, 4), (7, 8), (16, 16)])
@pytest.mark.parametrize("threads", [1, 2, 8])
def test_threads_chunks_and_order_do_not_matter(
    plan: Plan, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int, least: int, chunks: int,
    order: Order,
) -> None:  # fmt: skip
    """Catches numbers that depend on which runs are computed together, beside each other or after each other, and rows
    in the order in which chunks came. Chunks of one run, of two, across draws, across cells, and one of all."""
    monkeypatch.setattr(plan_module, "LEAST_CHUNKS", least)
    assert len([*tasks_of(plan)]) == chunks
    report = swept(tmp_path, plan, Ordered(threads, order))
    assert report.tally.fresh == plan.runs
    assert table_digest(tmp_path, plan) == expected


def test_small_chunks_by_their_size(plan: Plan, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a limit on the size of a chunk that loses or doubles runs where a cell does not divide evenly."""
    monkeypatch.setattr(plan_module, "LEAST_CHUNKS", 1)
    monkeypatch.setattr(plan_module, "CHUNK_SIZE", 3 * plan.cells[0].size)
    assert [sum(piece.stop - piece.start for piece in task.pieces) for task in tasks_of(plan)] == [3, 3, 3, 3, 3, 1]
    swept(tmp_path, plan)
    assert table_digest(tmp_path, plan) == expected


def luck_of_the_chunk(task: Task) -> Done:
    """Work with a defect: the seed sees which runs are computed together."""
    return compute(replace(task, question=replace(task.question, seed=task.question.seed + task.runs)))


def test_luck_of_the_chunk_is_caught(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect planted."""
    found = []
    for least in (1, 7, 16):
        monkeypatch.setattr(plan_module, "LEAST_CHUNKS", least)
        swept(tmp_path / str(least), plan, Ordered(2, forwards, luck_of_the_chunk))
        found.append(table_digest(tmp_path / str(least), plan))
    assert len(set(found)) == 3
