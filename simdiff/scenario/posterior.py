"""Parameter draws from a file."""

from pathlib import Path

from simdiff.register import PARAMETERS
from simdiff.scenario.folders import is_file, like_file, shipped_draws
from simdiff.scenario.problems import Problem, ScenarioError, nearest, show_path, shown
from simdiff.scenario.table import number_of, read_table

MOST_PROBLEMS = 200
"""Problems after which a file is not read on."""
TIES = ("near_ties", "convened_ties", "partner_ties", "distance_scale", "need_scale", "feeder_weight")
"""Parameters that decide who is tied to whom: a world is built once, for all draws. A scenario may set them."""


def read_posterior(path: Path) -> tuple[dict[str, float], ...]:
    """Parameter draws from a CSV (or shipped draws, by name): a column a parameter, a row a draw.

    Raises ScenarioError with every problem.
    """
    shipped = shipped_draws()
    path = path if is_file(path) else shipped.get(str(path), path)
    if not is_file(path):
        hint = nearest(path.name, shipped) or like_file(path, shipped)
        raise ScenarioError([Problem(str(path), 0, 0, "", "no such file", hint=hint)])
    lines = read_table(path)
    first, head = next(lines)
    name = show_path(path)
    problems = [
        Problem(name, first, 1, column, f"unknown parameter `{column}`", "expected a parameter of the register",
                nearest(column, PARAMETERS))
        for column in head if column not in PARAMETERS
    ]  # fmt: skip
    problems += [
        Problem(name, first, 1, column, f"`{column}` decides ties", "expected none: ties are alike in all draws")
        for column in head if column in TIES
    ]  # fmt: skip
    if len(set(head)) < len(head):
        problems.append(Problem(name, first, 1, "", "a column twice", "expected each parameter once"))
    draws = list[dict[str, float]]()
    for line, cells in lines:
        draw = dict[str, float]()
        for column, text in zip(head, cells, strict=True):
            number, known = number_of(text), PARAMETERS.get(column)
            if known is not None and (number is None or not known.low <= number <= known.high):
                expected = f"expected a number from {known.low:.10g} to {known.high:.10g}"
                problems.append(Problem(name, line, 1, column, f"found {shown(text)}", expected))
            elif number is not None:
                draw[column] = number
        draws.append(draw)
        if len(problems) > MOST_PROBLEMS:
            break
    if not draws:
        problems.append(Problem(name, first, 1, "", "no draws", "expected a row for each draw"))
    if problems:
        raise ScenarioError(problems)
    return tuple(draws)
