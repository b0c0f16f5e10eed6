"""How many runs are asked for: checked before anything is loaded or computed."""

from pathlib import Path

from simdiff.scenario import Problem, ScenarioError, read_posterior
from simdiff.scenario.problems import shown


def check_counts(replicates: int, draws: int, seed: int, threads: int | None) -> None:
    """Raise ScenarioError, with every problem, unless these are numbers of runs, a seed and a number of threads."""
    told = {
        "--replicates": (replicates, _whole(replicates) and replicates >= 1, "a whole number of at least 1"),
        "--draws": (draws, _whole(draws) and (draws == 0 or draws >= 2),
                    "0 (default values) or a whole number of at least 2"),
        "--seed": (seed, _whole(seed), "a whole number"),
        "--threads": (threads, threads is None or (_whole(threads) and threads >= 1), "a whole number of at least 1"),
    }  # fmt: skip
    wrong = [Problem(option, 0, 0, "", shown(value), f"expected {allowed}")
             for option, (value, good, allowed) in told.items() if not good]  # fmt: skip
    if wrong:
        raise ScenarioError(wrong)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def given_draws(file: Path | None, draws: int) -> tuple[dict[str, float], ...]:
    """Parameter draws of a file (or shipped ones, by name); none without one. Raises ScenarioError, also if ``draws``
    is more than there are."""
    if file is None:
        return ()
    given = read_posterior(file)
    if draws == 0:
        allowed = f"needs --draws too: how many of its draws to use, 2 to {len(given)}"
        raise ScenarioError([Problem("--posterior", 0, 0, "", str(file), allowed)])
    if not 2 <= draws <= len(given):
        allowed = f"expected a whole number from 2 to {len(given)}, the draws of {file}"
        raise ScenarioError([Problem("--draws", 0, 0, "", str(draws), allowed)])
    return given
