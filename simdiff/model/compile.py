"""How rules are compiled: one decorator, one cache that no edit can leave stale.

Numba's disk cache looks only at the file a function is in, so an edit to a rule would leave a stale engine behind.
Here the cache folder is named by a hash of every source of ``model/`` and ``register/`` and of the versions involved.
"""

import atexit
import hashlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import njit
from numba.core.caching import IndexDataCacheFile

import simdiff

F = TypeVar("F", bound=Callable[..., object])
_Files: Any = IndexDataCacheFile
CHECKSUM = 16
"""Bytes of the checksum of a file in the cache."""


@cache
def code_hash() -> str:
    """Hash (16 hex digits) of everything that a compiled rule depends on."""
    digest = hashlib.blake2b(digest_size=8)
    package = Path(simdiff.__file__).parent
    for room in ("model", "register"):
        for source in sorted((package / room).rglob("*.py")):
            digest.update(source.relative_to(package).as_posix().encode())
            digest.update(source.read_bytes())
    digest.update(f"{numba.__version__} {np.__version__} {sys.version}".encode())
    return digest.hexdigest()


@cache
def cache_folder() -> Path:
    """Folder of the compiled rules: in the user's cache or, if that cannot be written, a private temporary folder with
    a copy of what is compiled there already (an installation that someone else made ready)."""
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "simdiff" / code_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(folder)
    except OSError:
        return _private_copy(folder)
    return folder


def _private_copy(shared: Path) -> Path:
    """A folder of this process alone with what is compiled in another; with nothing, if that cannot be copied."""
    folder = Path(tempfile.mkdtemp(prefix="simdiff-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        for file in sorted(shared.rglob("*")) if shared.is_dir() else ():
            if file.is_file():  # file by file: a copied tree could not be written either
                copy = folder / file.relative_to(shared)
                copy.parent.mkdir(exist_ok=True, parents=True)
                shutil.copyfile(file, copy)
    except OSError:
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
    return folder


def is_compiled() -> bool:
    """True if a compiled engine for this very code is in the cache."""
    return any(cache_folder().rglob("engine.run_months*.nbc"))


def rule(function: F) -> F:
    """Compile a rule by pasting it into its callers, where it costs nothing; it can also be called by itself.

    With ``NUMBA_DISABLE_JIT=1`` rules and kernels stay ordinary Python.
    """
    return _compile(function, inline="always")


def kernel(function: F) -> F:
    """Compile a function by itself: loops, and what several rules call. Only compiled code can call it."""
    return _compile(function, inline="never", no_cpython_wrapper=True)


def entry(function: F) -> F:
    """Compile a function by itself, to be called from Python."""
    return _compile(function, inline="never")


def _compile(function: F, **own_options: Any) -> F:
    """No reference counts (``_nrt``): kernels allocate nothing, and counting would cost more than the rules."""
    settings: Any = numba.config
    own = settings.CACHE_DIR
    settings.CACHE_DIR = str(cache_folder())
    try:
        options: dict[str, Any] = {
            "nogil": True,
            "cache": True,
            "error_model": "numpy",
            "_nrt": False,
            "no_cfunc_wrapper": True,
        }
        compiled: Any = njit(**options, **own_options)(function)
    finally:
        settings.CACHE_DIR = own
    if (kept := getattr(compiled, "_cache", None)) is not None:  # ordinary Python keeps nothing
        kept._cache_file = CheckedFiles(kept._cache_path, kept._impl.filename_base, kept._cache_file._source_stamp)
    return cast(F, compiled)


class CheckedFiles(_Files):  # type: ignore[misc]
    """The files of one function in the cache, each with its checksum at the end (which a reader of pickles skips).

    One that is torn, empty or has a bit flipped counts as none, and the function is compiled again: Numba itself would
    end in an error of its own, or run what is no longer what was compiled. What a disk has no room for is not kept.
    """

    def save(self, key: Any, data: Any) -> None:
        """Keep a compiled function, if the disk takes it."""
        with suppress(OSError):
            super().save(key, data)

    def _load_index(self) -> Any:
        return super()._load_index() if is_whole(self._index_path) else {}

    def _load_data(self, name: str) -> Any:
        if not is_whole(self._data_path(name)):
            raise FileNotFoundError(name)  # counts as not there
        return super()._load_data(name)

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        with super()._open_for_write(filepath) as file:
            content = io.BytesIO()
            yield content
            file.write(content.getvalue() + _checksum(content.getbuffer()))


def is_whole(path: str) -> bool:
    """True if a file ends with the checksum of the rest of it."""
    try:
        content = memoryview(Path(path).read_bytes())
    except OSError:
        return False
    return len(content) > CHECKSUM and _checksum(content[:-CHECKSUM]) == content[-CHECKSUM:]


def _checksum(content: memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=CHECKSUM).digest()
