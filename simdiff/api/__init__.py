"""The front door for notebooks: scenarios, runs, sweeps and charts in a few lines of Python.

Everything here is reached from the package itself: ``simdiff.load``, ``simdiff.run``, ``simdiff.sweep``,
``simdiff.open``. Results are pandas objects; whatever a notebook shows says which uncertainty its intervals are, and
what it cannot say. What goes wrong with what is asked is a ValueError with the text of the command line.
"""

from pathlib import Path

from simdiff.analysis.results_of import no_results
from simdiff.api.pictures import Chart
from simdiff.api.runs import Result, open_run, run
from simdiff.api.scenarios import Scenario, load
from simdiff.api.sweeps import Comparison, Effects, Sweep, open_sweep, sweep
from simdiff.scenario import ScenarioError
from simdiff.study.run_folder import RunFolderError, has_run
from simdiff.study.sheet import has_sheet

__all__ = ["Chart", "Comparison", "Effects", "Result", "Scenario", "ScenarioError", "Sweep", "load", "open", "run",
           "sweep"]  # fmt: skip


def open(folder: str | Path) -> Result | Sweep:
    """Open the folder of a run or of a sweep, finished or not.

    Raises RunFolderError (a ValueError) if it holds neither, or cannot be read; SheetError for a damaged sweep.

    >>> import simdiff
    >>> kept = simdiff.run("goals", replicates=5).save("here")
    >>> simdiff.open("here").story["reproduce"]
    'simdiff run goals --replicates 5 --draws 0 --seed 1'
    >>> simdiff.open("ther")
    Traceback (most recent call last):
    simdiff.study.run_folder.RunFolderError: ther: holds no results, did you mean here; ...
    """
    where = Path(folder)
    if has_sheet(where):
        return open_sweep(where)
    if has_run(where):
        return open_run(where)
    raise RunFolderError(no_results(where))
