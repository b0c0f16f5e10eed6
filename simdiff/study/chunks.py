"""Chunks: some runs of a sweep, computed together and kept in one immutable file that is named by what it holds.

A chunk's file is ``NAME-DIGEST.parquet``. NAME is the hash of everything that decides its numbers: for each piece the
cell, the parameters and the replicates, and the seed, what is kept, and the code. DIGEST is the hash of the file's
bytes, so that a flipped bit, a torn file or a file under another's name is always noticed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simdiff.model.inputs import BURN_IN, Inputs, prepare, world_of
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations
from simdiff.model.run import simulate
from simdiff.model.world import World
from simdiff.scenario import Keep, Scenario
from simdiff.study.blocks import outcome_values, places_of_world, practice_names, stacked
from simdiff.study.cells import Schools, places_of, practices_of, scenario_of
from simdiff.study.files import digest, parquet_bytes
from simdiff.study.tables import column, texts

OK, FAILED = "ok", "failed"
ROW_KEYS = ("cell", "draw", "replicate", "status", "reason", "district", "practice")
"""Columns of a chunk that are no outcomes, besides the time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Replicates ``start`` … ``stop`` − 1 of one cell at one parameter draw."""

    cell: str
    draw: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Question:
    """What all runs of a sweep share: the seed, the outcomes and times kept, and the hash of the code."""

    seed: int
    keep: Keep
    outcomes: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Task:
    """All that is needed to compute a chunk, here or on another machine. ``texts`` and ``schools`` hold each cell of
    ``pieces`` by id; ``draws`` the parameters of each draw by number."""

    name: str
    question: Question
    pieces: tuple[Piece, ...]
    texts: dict[str, str]
    schools: dict[str, Schools]
    draws: dict[int, dict[str, float]]

    @property
    def runs(self) -> int:
        """Number of runs."""
        return sum(piece.stop - piece.start for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Done:
    """A computed chunk: the file's name and bytes, its runs, and how many of them failed."""

    task: str
    file: str
    content: bytes
    runs: int
    failed: int


def chunk_name(question: Question, pieces: Sequence[Piece], draws: dict[int, dict[str, float]]) -> str:
    """Name of a chunk: the hash of all that decides its numbers."""
    said = [
        question.seed, question.keep.model_dump(mode="json"), question.outcomes, question.code,
        [[piece.cell, sorted(draws[piece.draw].items()), piece.draw, piece.start, piece.stop] for piece in pieces],
    ]  # fmt: skip
    return digest(json.dumps(said, sort_keys=True).encode())[:20]


def file_name(task: str, content: bytes) -> str:
    """Name of a chunk's file."""
    return f"{task}-{digest(content)}.parquet"


def is_whole(name: str, content: bytes) -> bool:
    """True if a file's bytes are what its name says."""
    stem, _, told = name.removesuffix(".parquet").partition("-")
    return bool(stem) and told == digest(content)


def compute(task: Task) -> Done:
    """Simulate a chunk and make its file. A run that fails becomes rows that say why; the others are not affected."""
    tables, failed = [], 0
    for piece in task.pieces:
        table, bad = _piece_table(task, piece)
        tables.append(table)
        failed += bad
    return as_done(task, pa.concat_tables(tables), failed)


def as_done(task: Task, table: pa.Table, failed: int) -> Done:
    """A computed chunk from its rows."""
    about = {"chunk": task.name, "runs": task.runs, "failed": failed, "seed": task.question.seed,
             "code": task.question.code,
             "pieces": [[p.cell, p.draw, p.start, p.stop] for p in task.pieces]}  # fmt: skip
    content = parquet_bytes(table.unify_dictionaries().replace_schema_metadata({"simdiff": json.dumps(about)}))
    return Done(task.name, file_name(task.name, content), content, task.runs, failed)


def _piece_table(task: Task, piece: Piece) -> tuple[pa.Table, int]:
    """Rows of one piece, and how many of its runs failed."""
    scenario = scenario_of(task.texts[piece.cell])
    times = kept_times(task.question.keep, scenario.years)
    replicates = range(piece.start, piece.stop)
    try:
        values, reasons = _values(task, _inputs(task, piece, scenario), replicates, times)
    except Exception as error:  # whatever is wrong with a cell, its runs are rows that say so
        values, reasons = None, dict.fromkeys(replicates, _reason(error))
    return _table(task, piece, scenario, reasons, values, times), len(reasons)


def failed_table(task: Task, piece: Piece, reason: str) -> pa.Table:
    """Rows of runs that all failed."""
    scenario = scenario_of(task.texts[piece.cell])
    reasons = dict.fromkeys(range(piece.start, piece.stop), reason)
    return _table(task, piece, scenario, reasons, None, kept_times(task.question.keep, scenario.years))


def _values(task: Task, inputs: Inputs, replicates: range, times: NDArray[np.int64]
            ) -> tuple[NDArray[np.float64] | None, dict[int, str]]:  # fmt: skip
    """Outcomes of the runs that went well, (runs, outcomes, times, places, practices), and why the others failed."""
    runs, reasons = list[Observations](), dict[int, str]()
    for replicate in replicates:
        try:
            run = Observations.of_sim(simulate(inputs, replicate))
            check_finite(run)
            runs.append(run)
        except Exception as error:  # one bad run must not ruin the others
            reasons[replicate] = _reason(error)
    if not runs:
        return None, reasons
    names = task.question.outcomes
    everything = stacked(inputs, runs)
    monthly = [name for name in names if name in OUTCOME_FUNCTIONS]
    places, practices = len(places_of_world(inputs.world)), len(practice_names(inputs))
    values = np.full((len(runs), len(names), len(times), places, practices), np.nan)
    if monthly:
        at = [names.index(name) for name in monthly]
        values[:, at] = outcome_values(everything, monthly)[:, :, times]
    whole = [name for name in names if name not in OUTCOME_FUNCTIONS]
    if whole:
        at = [names.index(name) for name in whole]
        values[:, at, -1] = outcome_values(everything, whole)[:, :, 0]
    return values, reasons


def check_finite(run: Observations) -> None:
    """Raise ArithmeticError if a sum or a dollar of a run is no finite number: no number is better than a wrong one."""
    for name in run.observed.dtype.names or ():
        if not np.isfinite(run.observed[name]).all():
            raise ArithmeticError(f"`{name}` is not finite")
    if not np.isfinite(run.ledger).all():
        raise ArithmeticError("the ledger is not finite")


def _table(task: Task, piece: Piece, scenario: Scenario, reasons: dict[int, str],
           values: NDArray[np.float64] | None, times: NDArray[np.int64]) -> pa.Table:  # fmt: skip
    """Rows by replicate, time, district and practice; a failed run has all its rows too, without values."""
    places, practices = places_of(scenario), practices_of(scenario)
    replicates = range(piece.start, piece.stop)
    runs, shape = len(replicates), (len(replicates), len(times), len(places), len(practices))
    good = [n for n, replicate in enumerate(replicates) if replicate not in reasons]
    whole = np.full((runs, len(task.question.outcomes), *shape[1:]), np.nan)
    if values is not None:
        whole[good] = values
    size = int(np.prod(shape))
    words = sorted({"", *reasons.values()})
    time = "month" if task.question.keep.series == "monthly" else "year"
    unit = np.array(labels_of_times(task.question.keep, scenario.years))
    of_run = np.array([words.index(reasons.get(replicate, "")) for replicate in replicates])
    columns = {
        "cell": _named([piece.cell], np.zeros(size, dtype=np.int64)),
        "draw": column(np.full(size, piece.draw, dtype=np.int32), pa.int32()),
        "replicate": column(_spread(np.array(replicates), 0, shape).astype(np.int32), pa.int32()),
        "status": _named([OK, FAILED], _spread((of_run > 0).astype(np.int64), 0, shape)),
        "reason": _named(words, _spread(of_run, 0, shape)),
        time: column(_spread(unit, 1, shape).astype(np.int32), pa.int32()),
        "district": _named(places, _spread(np.arange(len(places)), 2, shape)),
        "practice": _named(practices, _spread(np.arange(len(practices)), 3, shape)),
    }
    for n, name in enumerate(task.question.outcomes):
        columns[name] = column(whole[:, n].ravel(), pa.float64())
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _spread(labels: NDArray[np.int64], axis: int, shape: tuple[int, ...]) -> NDArray[np.int64]:
    index = labels.reshape([-1 if k == axis else 1 for k in range(len(shape))])
    return np.broadcast_to(index, shape).ravel()


def _named(names: Sequence[str], index: NDArray[np.int64]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(column(index.astype(np.int32), pa.int32()), texts(names))


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


def kept_times(keep: Keep, years: int) -> NDArray[np.int64]:
    """Months (burn-in included) of which outcomes are kept, in order; the horizon's last month is always among them."""
    last = BURN_IN + 12 * years - 1
    if keep.series == "monthly":
        return np.arange(BURN_IN, last + 1)
    if keep.series == "last":
        return np.array([last])
    chosen = (
        range(years + 1) if keep.years is None else sorted({year for year in keep.years if year <= years} | {years})
    )
    return np.array([BURN_IN - 1 + 12 * year for year in chosen])


def labels_of_times(keep: Keep, years: int) -> tuple[int, ...]:
    """What the kept months are called: months of policy from 0, or ends of years (0: before the policy)."""
    times = kept_times(keep, years)
    return tuple((times - BURN_IN if keep.series == "monthly" else (times + 1 - BURN_IN) // 12).tolist())


@dataclass(frozen=True, slots=True)
class _Key:
    """A cell and a seed; two with the same ``cell`` and ``seed`` are the same, whatever carries their content."""

    cell: str
    seed: int
    text: str = field(compare=False)
    schools: Schools = field(compare=False)


@lru_cache(maxsize=4)
def _world(key: _Key) -> World:
    return world_of(scenario_of(key.text), key.schools, key.seed)


def _inputs(task: Task, piece: Piece, scenario: Scenario) -> Inputs:
    said, seed = scenario.parameters, task.question.seed
    world = _world(_Key(piece.cell, seed, task.texts[piece.cell], task.schools[piece.cell]))
    draw = {name: value for name, value in task.draws[piece.draw].items() if name not in said}
    return prepare(scenario, world, seed, draw)
