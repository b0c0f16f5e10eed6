"""A run's folder: written whole or not at all, never mixed with another run's files."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PROVENANCE = "provenance.json"


class FolderTakenError(Exception):
    """The folder holds something other than this very run."""


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as Parquet (zstd, page checksums)."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    return buffer.getvalue()


def csv_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows (all with the same columns) as CSV; None becomes empty."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def check_folder(folder: Path, run: str) -> None:
    """Raise FolderTakenError unless ``folder`` is new, empty or holds run ``run`` already."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FolderTakenError(f"{folder}: is a file, not a folder")
    if not any(folder.iterdir()):
        return
    try:
        known = json.loads((folder / PROVENANCE).read_text(encoding="utf-8")).get("run")
    except (OSError, ValueError, AttributeError):
        raise FolderTakenError(f"{folder}: holds files that are not a run of simdiff; choose another folder") from None
    if known != run:
        raise FolderTakenError(
            f"{folder}: holds another run ({known}); choose another folder, leave out --out, or delete it"
        )


def write_folder(folder: Path, files: Mapping[str, bytes], run: str) -> None:
    """Write ``files`` (name → content) into ``folder``, each in one step, the provenance last.

    Raises FolderTakenError if the folder holds another run, OSError (with the path) if it cannot be written.
    """
    check_folder(folder, run)
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(files, key=lambda name: name == PROVENANCE):
        _write(folder / name, files[name])


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
