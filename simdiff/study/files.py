"""Writing files so that none is ever half there: temporary file, flush to disk, rename, flush the folder."""

import csv
import errno
import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of texts that a spreadsheet might run."""
NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")
"""A number that is written as a text."""
TEMPORARY = ".writing-"
"""How the names of unfinished files begin."""


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step: after a crash at any moment it is whole, or as it was before.

    Raises OSError, with ``path`` as its file name.
    """
    with writing(path) as file:
        file.write(content)


@contextmanager
def writing(path: Path) -> Iterator["Unfinished"]:
    """A file to write into; ``path`` appears, whole, when the context is left without an error.

    A file that was there keeps who may read and write it. Raises OSError, with ``path`` as its file name.
    """
    try:
        mode = _mode(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
        file = Unfinished(handle)
        try:
            try:
                yield file
                os.fsync(handle)
            finally:
                file.close()  # a library that has not given up must not write into what has the handle next
                os.close(handle)
            os.chmod(temporary, mode)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def move(path: Path, to: Path) -> None:
    """Rename a file, in place of one that has the name. Raises OSError, with ``path`` as its file name."""
    try:
        os.replace(path, to)
        _flush_folder(to.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


class Unfinished(io.RawIOBase):
    """The file behind ``writing``, as libraries like to have one. What they write, they write all of."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def writable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True: formats with an index go back to write it."""
        return True

    def write(self, content: Any) -> int:
        """Write all of some bytes; their number. Raises ValueError if the file is closed."""
        if self.closed:
            raise ValueError("write to a closed file")
        left = memoryview(content).cast("B")
        count = len(left)
        while left:
            left = left[os.write(self._handle, left) :]
        return count

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file; the place. Raises ValueError if the file is closed."""
        if self.closed:
            raise ValueError("seek in a closed file")
        return os.lseek(self._handle, offset, whence)


def _mode(path: Path) -> int:
    """Who may read and write a file: of one that is there, as it says. Raises PermissionError for one that may not be
    written: a rename would not ask."""
    if not os.path.lexists(path):
        return 0o666 & ~_umask()
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return os.stat(path).st_mode & 0o777


def _flush_folder(folder: Path) -> None:
    """A rename lasts only when its folder is on disk; systems that cannot flush folders do so by themselves."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some shares cannot flush a folder
            raise
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def digest(content: bytes) -> str:
    """BLAKE2b of some bytes, 32 hex digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def checksum(said: Mapping[str, Any]) -> str:
    """BLAKE2b of plain data, but for what it says under ``checksum`` itself."""
    rest = {key: value for key, value in said.items() if key != "checksum"}
    return digest(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode())


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as Parquet (zstd, page checksums)."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    return buffer.getvalue()


def csv_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows (all with the same columns) as CSV, no text of which is taken for a formula; None becomes empty."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([inert(name) for name in rows[0]])
    writer.writerows([inert(row[name]) for name in rows[0]] for row in rows)
    return buffer.getvalue().encode()


def inert(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula: an apostrophe comes before texts that might be one, and no bare
    carriage return, which ``csv`` does not quote, begins a row of its own."""
    if not isinstance(value, str):
        return value
    risky = value.startswith(FORMULA) and not NEGATIVE.fullmatch(value)
    return ("'" if risky else "") + value.replace("\r\n", "\n").replace("\r", "\n")
