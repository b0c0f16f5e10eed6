"""The plan of a sweep: which runs are asked for, and how they are cut into chunks. It says nothing of what is done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.scenario import (
    Experiment,
    LoadedExperiment,
    Problem,
    ScenarioError,
    load_experiment,
    nearest,
    read_posterior,
)
from simdiff.scenario.problems import listed, show_path
from simdiff.scenario.translate import problem_at
from simdiff.study.cells import Cell, cells_of, places_of, practices_of, scenario_of
from simdiff.study.chunks import Piece, Question, Task, chunk_name
from simdiff.study.draws import parameter_draws
from simdiff.study.version import code_digest, versions

CHUNK_SIZE = 3_000_000
"""School-months of a chunk: about a second of work, so that storing it costs little and losing it does not hurt."""
MOST_REPLICATES = 1_000_000
"""Of a cell and draw; experiments may not ask for more either."""
LEAST_CHUNKS = 16
"""Chunks that a stage is cut into if it has runs enough, so that every core has work to the end."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Runs that were asked for together: replicates ``start`` … ``stop`` − 1 of cells (by id), each at the draws from
    ``draws[0]`` to ``draws[1]`` − 1."""

    runs: tuple[tuple[str, int, int], ...]
    draws: tuple[int, int]

    @property
    def count(self) -> int:
        """Number of runs."""
        return sum(stop - start for _, start, stop in self.runs) * (self.draws[1] - self.draws[0])


def stages_told(said: Any, cells: Set[str], draws: int) -> tuple[Stage, ...]:
    """Stages as a file has them. Raises ValueError or TypeError unless all are of ``cells`` at ``draws`` draws."""
    stages = tuple(
        Stage(tuple((cell, start, stop) for cell, start, stop in one["runs"]), (one["draws"][0], one["draws"][1]))
        for one in said
    )
    for stage in stages:
        ends = [(*stage.draws, draws), *((start, stop, MOST_REPLICATES) for _, start, stop in stage.runs)]
        if not all(type(one) is int for told in ends for one in told):
            raise TypeError("no number of runs")
        if not all(0 <= start <= stop <= most for start, stop, most in ends):
            raise ValueError("runs that nobody can ask for")
        if not {cell for cell, _, _ in stage.runs} <= cells:
            raise ValueError("runs of an unknown cell")
    return stages


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked. ``cells``: a row of the design each; ``draws``: parameters of each draw, one empty draw for the
    default values; ``stages`` in the order they were asked; ``versions`` of the code."""

    experiment: Experiment
    cells: tuple[Cell, ...]
    draws: tuple[dict[str, float], ...]
    stages: tuple[Stage, ...]
    versions: Mapping[str, str]
    unique: Mapping[str, Cell] = field(compare=False)

    @property
    def question(self) -> Question:
        """What all runs share."""
        keep = self.experiment.keep
        names = keep.outcomes or [outcome.name for outcome in (*OUTCOMES, *FINAL_OUTCOMES)]
        code = code_digest(self.versions)
        return Question(self.experiment.seed, keep, tuple(dict.fromkeys(names)), code)

    @property
    def runs(self) -> int:
        """Runs asked for so far."""
        return sum(stage.count for stage in self.stages)

    def replicates(self) -> dict[str, int]:
        """Replicates asked for of each cell, by id."""
        asked = dict.fromkeys(self.unique, 0)
        for stage in self.stages:
            for cell, _, stop in stage.runs:
                asked[cell] = max(asked[cell], stop)
        return asked

    def with_stage(self, stage: Stage) -> "Plan":
        """The plan with further runs."""
        return replace(self, stages=(*self.stages, stage)) if stage.count else self

    def with_cells(self, experiment: Experiment, cells: Sequence[Cell]) -> "Plan":
        """The plan of an experiment that grew: all its ``cells`` in its order, the known ones among them; the runs of
        the others are not asked for yet."""
        return replace(self, experiment=experiment, cells=tuple(cells), unique={cell.id: cell for cell in cells})

    def with_draws(self, draws: Sequence[dict[str, float]]) -> "Plan":
        """The plan with other parameter draws, of which the first are those it had; runs are not asked for yet."""
        return replace(self, draws=tuple(draws))

    def size(self, stage: Stage) -> int:
        """School-months of a stage."""
        draws = stage.draws[1] - stage.draws[0]
        return sum(self.unique[cell].size * (stop - start) for cell, start, stop in stage.runs) * draws


def make_plan(loaded: LoadedExperiment) -> Plan:
    """The plan of an experiment, to begin with. Raises ScenarioError."""
    experiment = loaded.experiment
    cells = tuple(cells_of(loaded))
    problems = [*draw_problems(loaded), *until_problems(loaded, cells), *year_problems(loaded, cells)]
    if problems:
        raise ScenarioError(problems)
    draws = tuple(loaded.posterior[: experiment.draws]) or tuple(parameter_draws(experiment.seed, experiment.draws))
    unique = {cell.id: cell for cell in cells}
    first = Stage(tuple((cell, 0, experiment.replicates) for cell in unique), (0, max(1, experiment.draws)))
    return Plan(experiment, cells, draws or ({},), (first,), versions(), unique)


def load_plan(experiment: str, schools: Path | None, changes: Mapping[str, Any]) -> Plan:
    """The plan of an experiment file (or shipped one, by name), with what is asked differently: ``replicates``,
    ``draws``, ``seed``, ``posterior`` (a file of draws); None: as the file says. Raises ScenarioError."""
    loaded = load_experiment(experiment, schools)
    told = {key: value for key, value in changes.items() if value is not None}
    posterior = read_posterior(told.pop("posterior")) if "posterior" in told else ()
    return make_plan(loaded.with_changes(told, posterior))


def draw_problems(loaded: LoadedExperiment) -> Iterator[Problem]:
    """Yield what is wrong with the number of draws (which the command line may change)."""
    count, most = loaded.experiment.draws, len(loaded.posterior)
    file = show_path(loaded.files[0])
    if count == 1:
        yield Problem(file, 0, 0, "draws", "found 1", "expected 0 (the default values) or at least 2")
    elif most and not 2 <= count <= most:
        yield Problem(file, 0, 0, "draws", f"found {count}", f"expected 2 to {most}, the draws of the file")


def until_problems(loaded: LoadedExperiment, cells: Sequence[Cell]) -> Iterator[Problem]:
    """Yield what ``until`` names that no cell has."""
    until = loaded.experiment.until
    if until is None:
        return
    told = until.contrast if isinstance(until.contrast, list) else [until.contrast]
    touched = [scenario_of(cell.text) for cell in cells if len(told) == 1 or cell.name in told] or [
        scenario_of(cells[0].text)
    ]
    places = [place for place in places_of(touched[0]) if all(place in places_of(one) for one in touched)]
    practices = [name for name in practices_of(touched[0]) if all(name in practices_of(one) for one in touched)]
    asked = [(("contrast", n), "cell", name, [cell.name for cell in cells]) for n, name in enumerate(told)]
    asked.append((("district", 0), "district", until.district, places))
    if until.practice is not None:
        asked.append((("practice", 0), "practice", until.practice, practices))
    elif len({practices_of(one)[0] for one in touched}) > 1:
        found = "cells begin with different practices"
        yield problem_at(loaded.root, ("until",), found, "expected `practice`: the one to compare", key=True)
    for place, kind, name, known in asked:
        if name not in known:
            allowed = f"expected one of {listed(known)}"
            yield problem_at(loaded.root, ("until", *place), f"unknown {kind} `{name}`", allowed, nearest(name, known))
    if until.year is not None and loaded.experiment.keep.series == "last":
        yield problem_at(loaded.root, ("until", "year"), "a year of a `last` series", "expected none", key=True)


def year_problems(loaded: LoadedExperiment, cells: Sequence[Cell]) -> Iterator[Problem]:
    """Yield years asked for that no cell reaches, or that ``until`` needs and nobody keeps."""
    keep, until = loaded.experiment.keep, loaded.experiment.until
    longest, shortest = max(cell.years for cell in cells), min(cell.years for cell in cells)
    for n, year in enumerate(keep.years or ()):
        if year > longest:
            yield problem_at(loaded.root, ("keep", "years", n), f"found {year}", f"expected at most {longest}")
    if until is not None and until.year is not None:
        if until.year > shortest:
            yield problem_at(loaded.root, ("until", "year"), f"found {until.year}", f"expected at most {shortest}")
        elif keep.years is not None and until.year not in (*keep.years, shortest):
            yield problem_at(loaded.root, ("until", "year"), f"found {until.year}", "expected one of `keep.years`")


def tasks_of(plan: Plan) -> Iterator[Task]:
    """Every chunk of the plan, in order."""
    for stage in plan.stages:
        yield from stage_tasks(plan, stage)


def stage_tasks(plan: Plan, stage: Stage) -> Iterator[Task]:
    """The chunks of a stage: the same whatever has been computed already."""
    target = min(CHUNK_SIZE, plan.size(stage) // LEAST_CHUNKS)
    for pieces in _cut(plan, stage, target):
        yield make_task(plan, pieces)


def make_task(plan: Plan, pieces: Sequence[Piece]) -> Task:
    """A chunk of given pieces."""
    cells = {piece.cell: plan.unique[piece.cell] for piece in pieces}
    draws = {piece.draw: dict(plan.draws[piece.draw]) for piece in pieces}
    question = plan.question
    return Task(
        name=chunk_name(question, pieces, draws),
        question=question,
        pieces=tuple(pieces),
        texts={name: cell.text for name, cell in cells.items()},
        schools={name: cell.schools for name, cell in cells.items()},
        draws=draws,
    )


def _cut(plan: Plan, stage: Stage, target: int) -> Iterator[list[Piece]]:
    """Cut a stage into lists of pieces of about ``target`` school-months each."""
    pieces, size = list[Piece](), 0
    for piece in _pieces(stage):
        one = plan.unique[piece.cell].size
        start = piece.start
        while start < piece.stop:
            room = max(1, (target - size) // one)
            stop = min(piece.stop, start + room)
            pieces.append(replace(piece, start=start, stop=stop))
            size += one * (stop - start)
            start = stop
            if size + one > target:
                yield pieces
                pieces, size = [], 0
    if pieces:
        yield pieces


def _pieces(stage: Stage) -> Iterable[Piece]:
    for cell, start, stop in stage.runs:
        for draw in range(*stage.draws):
            yield Piece(cell, draw, start, stop)
