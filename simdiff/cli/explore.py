"""``simdiff explore``."""

import gc
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from simdiff.analysis.results_of import read_results
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED
from simdiff.cli.check import load_or_none
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.model.compile import is_compiled
from simdiff.report.provenance import CAVEAT
from simdiff.scenario.folders import is_folder
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.run_folder import RunFolderError
from simdiff.study.sheet import SheetError

if TYPE_CHECKING:
    from simdiff.explore.server import Explorer


def explore_command(what: str, schools: Path | None, seed: int, port: int, *, browser: bool) -> int:
    """Open a page on this machine for a scenario, or for a folder of results. Ctrl-C is how a page is closed (0);
    before its address is told, it interrupts (130)."""
    if missing := [name for name in ("starlette", "uvicorn") if find_spec(name) is None]:
        errors().print(f"simdiff explore needs {' and '.join(missing)}: pip install 'simdiff[explore]'")
        return BAD_INPUT
    if not 0 <= port <= 65535:
        errors().print(f"--port: {port}, expected a number from 0 (any that is free) to 65535")
        return BAD_INPUT
    from simdiff.explore.safety import new_token
    from simdiff.explore.server import serve

    try:
        explorer = _explorer(what, schools, seed)
        if explorer is None:
            return BAD_INPUT
        if not is_compiled():
            say_if_compiling(errors())
            explorer.warm()
    except KeyboardInterrupt:
        errors().print("stopped before the page was there")
        return INTERRUPTED

    def ready(address: str) -> None:
        terminal().print(f"Exploring {what} at {address}", soft_wrap=True)
        terminal().print("Only this machine can open it, and only with this address. Stop with Ctrl-C.")
        terminal().print(CAVEAT, style="dim")
        if browser:
            webbrowser.open(address)

    gc.enable()  # off for commands that end soon
    try:
        serve(explorer, new_token(), port, ready)
    except KeyboardInterrupt:
        return 0
    except OSError as problem:
        errors().print(f"--port {port}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    return 0


def _explorer(what: str, schools: Path | None, seed: int) -> "Explorer | None":
    """What is explored; None after saying what is wrong."""
    from simdiff.explore.base import Base
    from simdiff.explore.finished import Finished
    from simdiff.explore.server import Explorer

    if is_folder(Path(what)):
        try:
            finished = Finished(read_results(Path(what)), Path(what))
        except (RunFolderError, SheetError, TwinChunksError, OSError) as problem:
            errors().print(str(problem))
            return None
        return Explorer(finished.base(), finished)
    loaded = load_or_none(what, schools)
    return None if loaded is None else Explorer(Base(what, loaded, seed))
