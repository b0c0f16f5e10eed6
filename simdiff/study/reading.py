"""Reading files that somebody else may have made: ordinary files only, never more than is told, and as plain data."""

import errno
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MOST_JSON = 100_000_000
"""Bytes of a JSON file."""
MOST_MARKS = 3_000_000
"""Commas and opening brackets of a JSON text: there are no more values than these, of some 70 bytes each."""
MOST_PARQUET = 2_000_000_000
"""Bytes of a Parquet file."""
MOST_CELLS = 200_000_000
"""Rows × columns that are read of a Parquet file: a file of some kilobytes may declare billions."""
MOST_LETTERS = 500_000_000
"""Bytes of the texts of a Parquet file, each as often as it stands there."""
MOST_PIECES = 100_000
"""Columns × row groups of a Parquet file."""
PHYSICAL = ("BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE", "BYTE_ARRAY")


class UnfitError(ValueError):
    """The file holds what is not read: too much, nested, or something else than it should."""


def check_file(path: Path, most: int) -> None:
    """Raise UnfitError if a file is a pipe or a device, or has more than ``most`` bytes; OSError if there is none."""
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(about.st_mode):
        raise UnfitError("not an ordinary file")
    if about.st_size > most:
        raise UnfitError(f"more than {most:,} bytes")


def read_bytes(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file of at most ``most``. Raises UnfitError, OSError."""
    check_file(path, most)
    return path.read_bytes()


def read_json(path: Path) -> Any:
    """The data of a JSON file. Raises ValueError (UnfitError if there is too much of it), OSError."""
    return parsed(read_bytes(path, MOST_JSON))


def parsed(text: str | bytes) -> Any:
    """The data of a JSON text. Raises ValueError; UnfitError if there is too much of it, or it is nested too deeply."""
    marks: Iterable[Any] = ",[{" if isinstance(text, str) else (b",", b"[", b"{")
    if sum(map(text.count, marks)) > MOST_MARKS:
        raise UnfitError(f"more than {MOST_MARKS:,} values")
    try:
        return json.loads(text)
    except RecursionError:
        raise UnfitError("nested too deeply") from None


def read_parquet(source: Path | bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """Columns (left out: all) of a flat Parquet table. How much it holds is looked at before it is read.

    Raises UnfitError: damaged, a column missing, nested, or larger than anything of simdiff; OSError.
    """
    try:
        with _opened(source) as file:
            wanted = file.schema_arrow.names if columns is None else list(columns)
            _check_size(file, wanted)
            table = file.read(wanted)
            _check_letters(table)
            kept = [file.metadata.schema.to_arrow_schema().field(name) for name in wanted]
            return table.cast(pa.schema(kept, table.schema.metadata))
    except (pa.ArrowException, LookupError, OSError) as error:
        raise _unfit(error) from None


def parquet_about(path: Path) -> Mapping[bytes, bytes]:
    """What a Parquet file says of itself beside its columns. Raises UnfitError, OSError."""
    try:
        with _opened(path) as file:
            return dict(file.schema_arrow.metadata or {})
    except (pa.ArrowException, LookupError, OSError) as error:
        raise _unfit(error) from None


@contextmanager
def _opened(source: Path | bytes) -> Iterator[pq.ParquetFile]:
    """The file; its texts are read as numbers of a list of different ones, so that no text takes room twice."""
    if isinstance(source, Path):
        check_file(source, MOST_PARQUET)
    with pa.OSFile(str(source)) if isinstance(source, Path) else pa.BufferReader(source) as handle:
        about = pq.read_metadata(handle)
        kinds = [about.schema.column(n) for n in range(min(about.num_columns, MOST_PIECES))]
        texts = [kind.name for kind in kinds if kind.physical_type == "BYTE_ARRAY"]
        yield pq.ParquetFile(handle, metadata=about, read_dictionary=texts)


def _check_size(file: pq.ParquetFile, wanted: Sequence[str]) -> None:
    about = file.metadata
    if about.num_columns * max(1, about.num_row_groups) > MOST_PIECES:
        raise UnfitError(f"more than {MOST_PIECES:,} columns and groups of rows")
    kinds = [about.schema.column(n) for n in range(about.num_columns)]
    if any(kind.max_repetition_level or kind.path != kind.name or kind.physical_type not in PHYSICAL for kind in kinds):
        raise UnfitError("not a flat table of texts and numbers")
    names = [kind.name for kind in kinds]
    if missing := [name for name in wanted if names.count(name) != 1]:
        raise UnfitError(f"no column {missing[0]!r}")
    groups = [about.row_group(n) for n in range(about.num_row_groups)]
    told = [[group.column(n).num_values for n in range(group.num_columns)] for group in groups]
    if any(value != group.num_rows for group, values in zip(groups, told, strict=True) for value in values):
        raise UnfitError("columns of different lengths")
    if sum(group.num_rows for group in groups) * len(wanted) > MOST_CELLS:
        raise UnfitError(f"{sum(group.num_rows for group in groups):,} rows, more than any table of simdiff")


def _check_letters(table: pa.Table) -> None:
    letters = 0
    for column in table.columns:
        for part in column.chunks if pa.types.is_dictionary(column.type) else ():
            lengths = pc.binary_length(part.dictionary)
            most = pc.max(lengths).as_py() or 0
            if len(part) * most > MOST_LETTERS:
                letters += pc.sum(lengths.take(part.indices)).as_py() or 0
    if letters > MOST_LETTERS:
        raise UnfitError(f"{letters:,} letters, more than any table of simdiff")


def _unfit(error: Exception) -> Exception:
    """An error of the system as it is, one of the library as ours: it calls both the same."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return UnfitError(f"cannot be read as a table ({(str(error).splitlines() or [type(error).__name__])[0][:200]})")
