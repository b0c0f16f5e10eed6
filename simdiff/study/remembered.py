"""A long computation whose steps are kept: stopped at any moment, it goes on where it was."""

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simdiff.study.files import write_file

MOST_BYTES = 1_000_000_000
"""Of a step, unpacked."""
Floats = NDArray[np.float64]
Step = Callable[[Floats], tuple[Floats, Floats]]


def remembered(step: Step, folder: Path) -> Step:
    """The same function, whose calls are kept in ``folder`` one after the other.

    A call is taken from its file if it asks the same as then. What is asked may depend only on results before it, so a
    run that is repeated finds every file up to where it was stopped; the first call that differs, and all after it, are
    computed. Name the folder by all else that decides the results. Raises OSError.
    """
    number = 0

    def kept(points: Floats) -> tuple[Floats, Floats]:
        nonlocal number
        number += 1
        path = folder / f"step-{number:04d}.npz"
        known = _read(path)
        if known is not None and np.array_equal(known[0], points):
            return known[1], known[2]
        first, second = step(points)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, points=points, first=first, second=second)
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, buffer.getvalue())
        return first, second

    return kept


def _read(path: Path) -> tuple[Floats, Floats, Floats] | None:
    """What a file holds; None if there is none, or it cannot be read (it is then computed again)."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
                return None
        with np.load(path, allow_pickle=False) as kept:
            return kept["points"], kept["first"], kept["second"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
