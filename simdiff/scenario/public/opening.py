"""From a file as downloaded (plain, .gz, or a .zip with one table in it) to bytes, its encoding and its header."""

import codecs
import csv
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from simdiff.scenario.problems import Problem, ScenarioError, listed, show_path
from simdiff.scenario.public.layouts import LAYOUTS, Layout, Match, match_layout
from simdiff.scenario.table import largest

LARGEST = 4_000_000_000
"""Bytes, uncompressed; the largest published file (membership, long) has some 2.5 billion."""
FIRST_BYTES = 262_144
FIRST_LINES = 40
"""Where the header is looked for; ELSI puts half a dozen lines before it."""
MOST_COLUMNS = 2_000
SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, lzma.LZMAError, NotImplementedError, RuntimeError)
"""What the libraries raise on damaged, locked or foreign archives."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a file's header stands (0: its first line) and what it says."""

    layout: Layout
    columns: tuple[str, ...]
    line: int
    separator: str
    encoding: str


def refusal(path: Path, found: str, allowed: str = "", line: int = 0) -> ScenarioError:
    """An error with one problem of a file."""
    return ScenarioError([Problem(show_path(path), line, 1 if line else 0, "", found, allowed)])


class _Capped(io.RawIOBase):
    """A stream that gives up after ``largest`` bytes, whatever an archive's directory says."""

    def __init__(self, inner: IO[bytes], path: Path) -> None:
        self.inner, self.path, self.most = inner, path, largest(path, LARGEST)
        self.left = self.most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.inner.read(len(buffer))
        self.left -= len(data)
        if self.left < 0:
            raise refusal(self.path, f"more than {self.most:,} bytes", "expected a smaller file")
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of the table in a file, unpacked; its first bytes, not its name, say whether it is packed.

    Raises ScenarioError.
    """
    try:
        with path.open("rb") as handle:
            start = handle.read(4)
            handle.seek(0)
            if start[:2] == b"\x1f\x8b":
                with gzip.open(handle) as inner:
                    yield _capped(cast(IO[bytes], inner), path)
            elif start == b"PK\x03\x04":
                with zipfile.ZipFile(handle) as archive, archive.open(_member(archive, path)) as inner:
                    yield _capped(inner, path)
            else:
                yield _capped(handle, path)
    except UNREADABLE as error:
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise refusal(path, f"cannot be read ({told})") from error


def _capped(inner: IO[bytes], path: Path) -> IO[bytes]:
    return io.BufferedReader(_Capped(inner, path), 1 << 20)


def _member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    tables = [
        one for one in archive.infolist()
        if one.filename.lower().endswith((".csv", ".txt", ".tsv")) and not one.filename.startswith("__MACOSX")
    ]  # fmt: skip
    if len(tables) != 1:
        names = listed([one.filename[-80:] for one in tables or archive.infolist()], 6)
        raise refusal(path, f"{len(tables) or 'no'} tables in the archive ({names})", "expected one .csv or .txt")
    return tables[0]


def read_head(path: Path) -> Head:
    """Recognise a file by its header, which may stand below a preamble. Raises ScenarioError: what is lacking."""
    with opened(path) as stream:
        start = stream.read(FIRST_BYTES)
    encoding = _encoding(start)
    lines = codecs.getincrementaldecoder(encoding)("replace").decode(start).split("\n")[:FIRST_LINES]
    best: tuple[float, int, int, str, list[str], Match] | None = None
    for number, line in enumerate(lines):
        separator = max(SEPARATORS, key=line.count)
        columns = _columns(line, separator)
        if not 2 <= len(columns) <= MOST_COLUMNS:
            continue
        match = match_layout(columns)
        if not match.missing:
            _check_twice(path, columns, number)
            return Head(match.layout, tuple(columns), number, separator, encoding)
        rank = (len(match.found) / len(match.layout.needs), len(columns), -number, separator, columns, match)
        best = rank if best is None or rank[:3] > best[:3] else best
    raise _unknown(path, best)


def _columns(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r")], delimiter=separator), [])
    except csv.Error:
        return []


def _check_twice(path: Path, columns: list[str], number: int) -> None:
    twice = sorted({name for name in columns if name.strip() and columns.count(name) > 1})
    if twice:
        raise refusal(path, f"columns that stand twice: {listed(twice, 6)}", "expected each once", number + 1)


def _unknown(path: Path, best: tuple[float, int, int, str, list[str], Match] | None) -> ScenarioError:
    titles = "expected one of: " + "; ".join(layout.title for layout in LAYOUTS)
    if best is None:
        return refusal(path, "no header with columns in its first lines", titles)
    _, _, number, _, columns, match = best
    seen = f"columns seen: {listed([name[:60] for name in columns], 12)}"
    if not match.found:
        return refusal(path, f"unknown layout; {seen}", titles, 1 - number)
    found, missing = (listed([_readable(need) for need in needs]) for needs in (match.found, match.missing))
    near = f"nearest is {match.layout.title}: found {found}, without {missing}"
    return refusal(path, f"unknown layout; {near}; {seen}", line=1 - number)


def _readable(need: str) -> str:
    """A pattern of column names as a reader would write it."""
    return re.sub(r"\\d\*|\(.*\)\?|\\", "", need).replace("|", " or ")


def _encoding(start: bytes) -> str:
    """UTF-16 and UTF-8 by their marks; else UTF-8 if the start is, Windows-1252 if not."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
