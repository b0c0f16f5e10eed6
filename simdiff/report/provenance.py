"""Where a result comes from: versions, commit, seed, hashes, and how to reproduce it."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import simdiff
from simdiff.model.compile import code_hash
from simdiff.study.files import digest
from simdiff.study.version import versions

CAVEAT = "simdiff explores and ranks policies; it does not forecast a named district."
LIBRARIES = ("numpy", "numba", "scipy", "mesa", "pyarrow", "pydantic", "matplotlib")


def run_id(text: Mapping[str, Any], question: Any, schools: Any) -> str:
    """Identity of a run: hash of the resolved scenario, what is asked, the schools read from a table, and the code."""
    said = json.dumps([text, question, repr(schools), code_hash()], sort_keys=True, ensure_ascii=False)
    return digest(said.encode())[:12]


def commit() -> str | None:
    """The commit the code was run from, if it lies in a git checkout."""
    root = Path(simdiff.__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        asked = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5)
        dirty = subprocess.run(
            ["git", "-C", str(root), "status", "--porcelain"], capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if asked.returncode != 0:
        return None
    return asked.stdout.strip() + (" with uncommitted changes" if dirty.stdout.strip() else "")


def provenance(run: str, question: Mapping[str, Any], command: str, files: Sequence[Path], notes: Sequence[str],
               world: Mapping[str, int], draws: Sequence[Mapping[str, float]]) -> dict[str, Any]:  # fmt: skip
    """All that is needed to know, trust and repeat a run."""
    return {
        "run": run,
        "caveat": CAVEAT,
        "reproduce": command,
        "asked": dict(question),
        "world": dict(world),
        "notes": list(notes),
        "files": {path.name: digest(path.read_bytes()) for path in files},
        "parameter_draws": [dict(draw) for draw in draws],
        "simdiff": simdiff.__version__,
        "code": code_hash(),
        "versions": versions(),
        "commit": commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
