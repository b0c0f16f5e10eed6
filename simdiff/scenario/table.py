"""One CSV file (plain or .gz) as rows of text, read line by line so that no file can fill the memory."""

import csv
import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from simdiff.scenario.problems import Problem, ScenarioError, show_path

LARGEST_TABLE = 200_000_000
"""Bytes, uncompressed."""
LONGEST_LINE = 100_000
"""Bytes."""
MOST_ROWS, MOST_CELLS = 500_000, 6_000_000
"""Lines, blank ones too, and cells: the country's 102,000 schools at nearly sixty columns each."""
MOST_COLUMNS = 2_000
MOST_PACKED, ALWAYS_READ = 100, 10_000_000
"""Times that a packed table may be larger than its file (school tables: 3 to 40), and bytes that it may always have."""


class _UnfitError(Exception):
    """The file is no table that can be read."""


def read_table(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the header, then each row, as line number (the header's is 1) and cells, all text; blank lines are skipped.

    Raises ScenarioError at the first line that cannot be read: too large, not UTF-8, not gzip, cells missing.
    """
    line, width, count = 0, 0, 0
    try:
        with _opened(path) as handle:
            reader = csv.reader(_lines(handle, largest(path)), strict=True)
            for cells in reader:
                line, count = reader.line_num, count + len(cells)
                if count > MOST_CELLS:
                    raise _UnfitError(f"a table of more than {MOST_CELLS:,} cells")
                if cells:
                    width = width or len(cells)
                    if width > MOST_COLUMNS:
                        raise _UnfitError(f"a table of more than {MOST_COLUMNS:,} columns")
                    _check_width(cells, width)
                    yield line, cells
        if not width:
            raise _UnfitError("the table is empty")
    except UnicodeDecodeError as error:
        raise _unreadable(path, line + 1, "not UTF-8 text") from error
    except csv.Error as error:
        raise _unreadable(path, line + 1, f"not readable as CSV: {error}") from error
    except _UnfitError as error:
        raise _unreadable(path, max(line, 1), str(error)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, line + 1, f"cannot be read ({error})") from error


def _unreadable(path: Path, line: int, found: str) -> ScenarioError:
    return ScenarioError([Problem(show_path(path), line, 1, "", found)])


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def largest(path: Path, most: int | None = None) -> int:
    """Bytes that a table may have, unpacked. Whatever a small file unpacks to, it is no more than ``MOST_PACKED`` times
    as large. Raises OSError."""
    return min(LARGEST_TABLE if most is None else most, max(ALWAYS_READ, MOST_PACKED * path.stat().st_size))


def _lines(handle: BinaryIO, most: int) -> Iterator[str]:
    size = lines = 0
    while line := handle.readline(LONGEST_LINE + 1):
        lines += 1
        if lines > MOST_ROWS:
            raise _UnfitError(f"a table of more than {MOST_ROWS:,} lines")
        if len(line) > LONGEST_LINE:
            raise _UnfitError(f"a line of more than {LONGEST_LINE:,} bytes")
        first = size == 0
        size += len(line)
        if size > most:
            raise _UnfitError(f"a table of more than {most:,} bytes")
        yield line.decode("utf-8-sig" if first else "utf-8")


def _check_width(cells: list[str], width: int) -> None:
    if len(cells) != width:
        raise _UnfitError(f"found {len(cells)} cells, expected {width} as in the header")


def number_of(cell: str | float) -> float | None:
    """A finite number from a cell; None if it is none."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
