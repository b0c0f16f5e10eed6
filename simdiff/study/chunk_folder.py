"""The chunks of a sweep's folder: which are there and whole, and their rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simdiff.study.cells import Cell
from simdiff.study.chunks import OK, Done, is_whole
from simdiff.study.files import digest, move, write_file
from simdiff.study.plan import Plan, tasks_of
from simdiff.study.reading import MOST_PARQUET, UnfitError, parquet_about, parsed, read_bytes, read_parquet
from simdiff.study.sheet import CHUNKS, SheetError

DAMAGED = ".damaged"


class TwinChunksError(Exception):
    """The same runs gave two results: the code is not deterministic, and no number of the folder can be trusted."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """Whole chunk files of a folder by the name of their task, and what else was found: damaged files, and files that
    belong to no task of the plan."""

    files: dict[str, Path]
    damaged: tuple[Path, ...]
    foreign: tuple[Path, ...]


def scan(folder: Path, plan: Plan, *, verify: bool) -> Chunks:
    """Look through the chunk files; with ``verify``, every byte of every file is checked.

    Raises TwinChunksError if a chunk has two different results.
    """
    wanted = {task.name: task.runs for task in tasks_of(plan)}
    files, damaged, foreign = dict[str, Path](), list[Path](), list[Path]()
    for path in sorted((folder / CHUNKS).glob("[!.]*.parquet")):
        name = path.name.partition("-")[0]
        if verify and not _is_sound(path, name, wanted.get(name)):
            damaged.append(path)
        elif name not in wanted:
            foreign.append(path)
        elif name in files:
            raise TwinChunksError(
                f"{files[name]} and {path.name}: the same runs with two results. Neither can be trusted: delete both, "
                "and look for what differs between the machines that made them"
            )
        else:
            files[name] = path
    return Chunks(files, tuple(damaged), tuple(foreign))


def _is_sound(path: Path, name: str, runs: int | None) -> bool:
    """True if a file holds the bytes that its name says, and says that it is chunk ``name`` of ``runs`` runs (None: of
    any number)."""
    try:
        if not is_whole(path.name, read_bytes(path, MOST_PARQUET)):
            return False
        said = about(path)
    except ValueError:
        return False
    counts = said.get("runs"), said.get("failed")
    return said.get("chunk") == name and all(type(n) is int for n in counts) and runs in (None, counts[0])


def set_aside(damaged: Sequence[Path]) -> None:
    """Rename damaged chunks, so that they are computed again and can still be looked at."""
    for path in damaged:
        move(path, path.with_name(path.name + DAMAGED))


def keep_chunk(folder: Path, done: Done) -> None:
    """Store a computed chunk; storing it twice changes nothing. Raises OSError with the path."""
    path = folder / CHUNKS / done.file
    if not path.exists():
        write_file(path, done.content)


def about(path: Path) -> dict[str, Any]:
    """What a chunk file says of itself: its runs, how many failed, and which they are. Raises ValueError, OSError."""
    said = parsed(parquet_about(path).get(b"simdiff", b"{}"))
    return said if isinstance(said, dict) else {}


class Rows:
    """The rows of a sweep, cell by cell; no more than a few chunks are in memory at once."""

    def __init__(self, plan: Plan, chunks: Chunks) -> None:
        self.plan, self.asked = plan, plan.replicates()
        self.by_cell: dict[str, list[Path]] = {}
        for task in tasks_of(plan):
            if task.name in chunks.files:
                for cell in dict.fromkeys(piece.cell for piece in task.pieces):
                    self.by_cell.setdefault(cell, []).append(chunks.files[task.name])

    def of_cell(self, cell: Cell, columns: Sequence[str] | None = None) -> pa.Table | None:
        """Rows of a cell by draw, replicate, time, district and practice; None if there are none yet.

        Raises SheetError for a chunk of another form.
        """
        parts = []
        for path in self.by_cell.get(cell.id, ()):
            read = None if columns is None else list(dict.fromkeys(["cell", "draw", "replicate", *columns]))
            parts.append(self._part(path, cell, read))
        if not parts:
            return None
        table = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
        order = np.lexsort((table["replicate"].to_numpy(), table["draw"].to_numpy()))
        return table.take(pa.array(order)) if (np.diff(order) != 1).any() else table

    def _part(self, path: Path, cell: Cell, columns: list[str] | None) -> pa.Table:
        try:
            table = read_parquet(path, columns)
            part = table.filter(pc.equal(table["cell"].cast(pa.string()), cell.id))
            for name, most in (("draw", len(self.plan.draws)), ("replicate", self.asked[cell.id])):
                ends = pc.min_max(part[name].cast(pa.int64()))
                if len(part) and not 0 <= ends["min"].as_py() <= ends["max"].as_py() < most:
                    raise UnfitError(f"a {name} that was not asked for")
        except (UnfitError, pa.ArrowException, TypeError) as error:
            raise SheetError(f"{path}: not a chunk of this sweep ({error}); delete it, and `simdiff resume`") from None
        return part

    def cells(self, columns: Sequence[str] | None = None) -> Iterator[tuple[Cell, pa.Table]]:
        """Every cell of the plan that has rows, once each, with its rows."""
        for cell in self.plan.unique.values():
            table = self.of_cell(cell, columns)
            if table is not None:
                yield cell, table

    def values(self, cell: Cell, outcome: str, year: int | None, district: str, practice: str | None
               ) -> NDArray[np.float64]:  # fmt: skip
        """One outcome of a cell at the end of a year (left out: the last), (draws, replicates); nan where failed."""
        time = "month" if self.plan.experiment.keep.series == "monthly" else "year"
        table = self.of_cell(cell, [time, "district", "practice", outcome])
        if table is None:
            return np.full((len(self.plan.draws), 0), np.nan)
        at = max(table[time].to_pylist()) if year is None else (12 * year - 1 if time == "month" else year)
        who = practice if practice is not None else table["practice"][0].as_py()
        here = pc.and_(pc.equal(table[time], at), pc.equal(table["district"].cast(pa.string()), district))
        kept = table.filter(pc.and_(here, pc.equal(table["practice"].cast(pa.string()), who)))
        draws, replicates = kept["draw"].to_numpy(), kept["replicate"].to_numpy()
        grid = np.full((len(self.plan.draws), int(replicates.max()) + 1 if len(replicates) else 0), np.nan)
        grid[draws, replicates] = kept[outcome].to_numpy(zero_copy_only=False)
        return grid

    def ran(self, cell: Cell) -> NDArray[np.bool_]:
        """Which runs of a cell are done and did not fail, (draws, replicates)."""
        table = self.of_cell(cell, ["status"])
        if table is None:
            return np.zeros((len(self.plan.draws), 0), dtype=np.bool_)
        draws, replicates = table["draw"].to_numpy(), table["replicate"].to_numpy()
        found = np.zeros((len(self.plan.draws), int(replicates.max()) + 1 if len(replicates) else 0), dtype=np.bool_)
        found[draws, replicates] = pc.equal(table["status"].cast(pa.string()), OK).to_numpy(zero_copy_only=False)
        return found

    def table_digest(self) -> str:
        """Hash of every row of the sweep in its order: the same however the sweep was cut, ordered or interrupted."""
        said = []
        for cell, table in self.cells():
            for name in table.column_names:
                column = table[name]
                if pa.types.is_dictionary(column.type):
                    plain = column.cast(pa.string()).combine_chunks().to_pylist()
                    said.append(digest("\x1f".join(plain).encode()))
                else:
                    said.append(digest(np.ascontiguousarray(column.to_numpy(zero_copy_only=False)).tobytes()))
            said.append(cell.id)
        return digest("".join(said).encode())
