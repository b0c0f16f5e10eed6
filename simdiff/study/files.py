"""Writing files so that none is ever half there: temporary file, flush to disk, rename, flush the folder."""

import csv
import errno
import hashlib
import io
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
    with writing(path) as handle:
        _write_all(handle, content)


@contextmanager
def writing(path: Path) -> Iterator[int]:
    """A file descriptor to write into; ``path`` appears, whole, when the context is left without an error.

    Raises OSError, with ``path`` as its file name.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
        try:
            try:
                yield handle
                os.fsync(handle)
            finally:
                os.close(handle)
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_all(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


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
