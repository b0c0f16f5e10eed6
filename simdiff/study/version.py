"""Which code made a result: versions of what decides numbers, and how two of them differ."""

import hashlib
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import simdiff
from simdiff.model.compile import code_hash

LIBRARIES = ("numpy", "numba", "scipy")
"""Libraries that a number may depend on."""
OWN = ("study/blocks.py", "study/cells.py", "study/chunks.py", "study/draws.py", "scenario/access.py")
"""Sources outside ``model/`` and ``register/`` that decide numbers."""


def versions() -> dict[str, str]:
    """Everything that decides a number, by name: the package, its rooms and files, Python and the libraries."""
    package = Path(simdiff.__file__).parent
    sources = sorted([*package.glob("model/**/*.py"), *package.glob("register/*.py"), *(package / one for one in OWN)])
    found = {"simdiff": simdiff.__version__, "python": platform.python_version(), "compiled": code_hash()}
    found |= {name: version(name) for name in LIBRARIES}
    found["compiler"] = "off" if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0") else "on"
    for source in sources:
        content = hashlib.blake2b(source.read_bytes(), digest_size=6).hexdigest()
        found[f"simdiff/{source.relative_to(package).as_posix()}"] = content
    return found


def code_digest(known: Mapping[str, str]) -> str:
    """One hash of versions, 16 hex digits."""
    return hashlib.blake2b(repr(sorted(known.items())).encode(), digest_size=8).hexdigest()


def version_changes(then: dict[str, str], now: dict[str, str]) -> list[str]:
    """What differs between two versions, a line each."""
    names = sorted({*then, *now} - {"compiled"})
    told = [
        f"{name}: then {then.get(name, 'absent')}, now {now.get(name, 'absent')}"
        for name in names
        if then.get(name) != now.get(name)
    ]
    compiled = then.get("compiled") != now.get("compiled")
    return told or (["the compiled code: another build of Python or its libraries"] if compiled else [])
