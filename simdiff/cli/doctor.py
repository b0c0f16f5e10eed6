"""``simdiff doctor``."""

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

import simdiff
from simdiff.cli import FAILED_TO_WRITE
from simdiff.cli.doctor_folder import BAD, GOOD, NOTE, Finding, look_at_folder
from simdiff.cli.progress import errors, terminal
from simdiff.scenario.folders import shipped_folder
from simdiff.scenario.json_schema import KINDS

OLDEST = (3, 11)
EXTRAS = {"cluster": ("distributed",), "discover": ("ema_workbench", "sklearn"), "explore": ("starlette", "uvicorn"),
          "optimize": ("optuna",)}  # fmt: skip
"""Extras of the package that users ask for, and the modules that they bring."""
KNOWN_CASE, KNOWN_SIZE = "V10", 0.05
"""A verification case that is quick, and its size."""


def doctor_command(folder: Path | None) -> int:
    """Look at the installation, or at a folder of results; 0 if nothing is bad, else 1."""
    found, console = [], terminal()
    for look in [lambda: look_at_folder(folder)] if folder is not None else LOOKS:
        for one in _looked(look):
            console.print(f"{one.verdict:<5} {one.what}: {one.told}", soft_wrap=True)
            found.append(one)
    bad = sum(one.verdict == BAD for one in found)
    console.print(f"{bad} of {len(found)} lines are BAD" if bad else "all is good")
    return FAILED_TO_WRITE if bad else 0


def _looked(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look finds; whatever goes wrong in it is a finding too, since that is what a doctor is for."""
    try:
        yield from look()
    except Exception as error:
        told = " ".join(str(error).split())[:300]
        yield Finding(BAD, look.__name__.strip("_<>"), f"{type(error).__name__}: {told}")


def _versions() -> Iterator[Finding]:
    python = sys.version_info[:2] >= OLDEST
    yield Finding(GOOD if python else BAD, "Python", f"{platform.python_version()} on {platform.platform()}")
    yield Finding(GOOD, "simdiff", f"{simdiff.__version__} in {Path(simdiff.__file__).parent}")
    wrong, told = [], []
    for need in _needed():
        try:
            told.append(f"{need.name} {version(need.name)}")
            wrong += [] if need.specifier.contains(version(need.name), prereleases=True) else [f"expected {need}"]
        except PackageNotFoundError:
            wrong.append(f"missing {need}")
    yield Finding(BAD if wrong else GOOD, "libraries", "; ".join([", ".join(told), *wrong]))


def _needed() -> list[Requirement]:
    """What the package needs without extras, as its installation says."""
    needs = [Requirement(one) for one in requires("simdiff") or []]
    return sorted((one for one in needs if one.marker is None or one.marker.evaluate({"extra": ""})), key=str)


def _extras() -> Iterator[Finding]:
    for extra, modules in EXTRAS.items():
        absent = [name for name in modules if find_spec(name) is None]
        told = f"not installed (pip install 'simdiff[{extra}]')" if absent else "installed"
        yield Finding(NOTE if absent else GOOD, f"extra {extra}", told)


def _cores() -> Iterator[Finding]:
    here = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else here
    told = f"{usable} of {here} may be used; simdiff runs one thread a core unless --threads says otherwise"
    yield Finding(GOOD, "cores", told)


def _cache() -> Iterator[Finding]:
    from simdiff.model.compile import cache_folder, is_compiled

    folder = cache_folder()
    lost = folder.parent == Path(tempfile.gettempdir())
    compiled = (
        "the model is compiled" if is_compiled() else "not compiled yet: the first run takes about 25 seconds more"
    )
    if lost:
        how = "each start copies what it holds" if is_compiled() else "each start compiles anew"
        told = f"the usual folder cannot be written, so {how} to {folder} (set NUMBA_CACHE_DIR)"
        yield Finding(NOTE if is_compiled() else BAD, "cache", told)
    else:
        yield Finding(GOOD if is_compiled() else NOTE, "cache", f"{folder} can be written; {compiled}")


def _shipped() -> Iterator[Finding]:
    for kind in ("scenarios", "experiments"):
        files = sorted(shipped_folder(kind).glob("*.yaml"))
        yield Finding(GOOD if files else BAD, f"shipped {kind}", f"{len(files)} files in {shipped_folder(kind)}")
    absent = [kind for kind in KINDS if not (shipped_folder("schema") / f"{kind}.json").is_file()]
    told = f"missing: {', '.join(absent)}" if absent else f"in {shipped_folder('schema')}"
    yield Finding(BAD if absent else GOOD, "JSON Schemas for editors", told)


def _writing() -> Iterator[Finding]:
    here = Path.cwd()
    writable = os.access(here, os.W_OK)
    told = f"{here / 'results'}, unless --out says otherwise"
    yield Finding(
        GOOD if writable else BAD, "results go to", told + ("" if writable else ": this folder cannot be written")
    )


def _known_answer() -> Iterator[Finding]:
    from simdiff.analysis.verification.cases import SHIPPED_SEED, chosen
    from simdiff.analysis.verification.judge import WRONG, verify
    from simdiff.cli.run import say_if_compiling

    say_if_compiling(errors())
    for check in chosen([KNOWN_CASE]):
        one = verify(check, SHIPPED_SEED, KNOWN_SIZE)
        told = f"{check.title}: {'the exact answer' if one.verdict != WRONG else 'WRONG (see simdiff verify)'}"
        yield Finding(BAD if one.verdict == WRONG else GOOD, f"known answer {check.name}", told)


LOOKS = (_versions, _extras, _cores, _cache, _shipped, _writing, _known_answer)
