"""Rows of a table design, from the experiment file or a CSV beside it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from simdiff.scenario.experiment_schema import Experiment, Plain
from simdiff.scenario.factors import is_range, is_whole, named_levels, range_of
from simdiff.scenario.folders import is_file, is_inside, like_file, project_folder
from simdiff.scenario.problems import Problem, ScenarioError, listed, nearest, shown
from simdiff.scenario.source import Node, Spot
from simdiff.scenario.table import number_of, read_table
from simdiff.scenario.translate import Place, place, problem_at

MOST_PROBLEMS = 1_000
"""Problems after which a table is not read on."""
Levels = Mapping[str, Plain]
"""Factor → level; a factor that is left out stays as the scenario has it."""


def design_rows(experiment: Experiment, root: Node, file: Path, problems: list[Problem]) -> tuple[Levels, ...]:
    """Rows of a table design, checked: levels that its factors have."""
    design = experiment.design
    if design.kind != "table":
        return ()
    rows = list[Levels]()
    if design.rows is not None:
        for n, row in enumerate(design.rows):
            found = dict[str, Plain]()
            for name, told in row.items():
                spot = place(root, ("design", "rows", n, name))[1][-1].spot
                _add_level(experiment, found, name, told, spot, f"design.rows[{n}].{name}", problems)
            rows.append(found)
    elif design.file is not None:
        path = table_file(root, ("design", "file"), design.file, file, problems)
        if path is not None:
            try:
                rows += _csv_rows(experiment, path, problems)
            except ScenarioError as error:
                problems += error.problems
    return tuple(rows)


def _csv_rows(experiment: Experiment, path: Path, problems: list[Problem]) -> Iterator[Levels]:
    lines = read_table(path)
    first, head = next(lines)
    line, top = first, Spot(path, first, 1)
    for name in dict.fromkeys(name for name in head if head.count(name) > 1):
        problems.append(top.problem(f"found the column `{name}` again", "expected each factor once"))
    for name in head:
        if name not in experiment.factors:
            problems.append(_unknown(experiment, name, top, name))
    for line, cells in lines:
        found = dict[str, Plain]()
        for name, text in zip(head, cells, strict=True):
            if text and name in experiment.factors:
                _add_level(experiment, found, name, text, Spot(path, line, 1), name, problems)
        yield found
        if len(problems) > MOST_PROBLEMS:
            return
    if line == first:
        problems.append(top.problem("no rows", "expected a row for each combination"))


def _add_level(experiment: Experiment, row: dict[str, Plain], name: str, told: Plain, spot: Spot, path: str,
               problems: list[Problem]) -> None:  # fmt: skip
    """Put the level that ``told`` means into a row; texts from a CSV mean the level that reads the same."""
    factor = experiment.factors.get(name)
    if factor is None:
        problems.append(_unknown(experiment, name, spot, path))
    elif is_range(factor):
        number, (low, high), whole = number_of(told), range_of(factor), is_whole(factor)
        if number is None or not low <= number <= high or (whole and number != int(number)):
            expected = f"expected a {'whole ' if whole else ''}number from {low:.10g} to {high:.10g}"
            problems.append(spot.problem(f"found {shown(told)}", expected, "", path))
        else:
            row[name] = int(number) if whole else number
    else:
        levels = named_levels(factor)
        match = next((level for level in levels if level == told and type(level) is type(told)), None)
        match = match if match is not None else next((x for x in levels if _reads_as(told, x)), None)
        if match is None:
            expected = f"expected one of {listed(map(str, levels))}"
            problems.append(spot.problem(f"found {shown(told)}", expected, nearest(str(told), map(str, levels)), path))
        else:
            row[name] = match


def _unknown(experiment: Experiment, name: str, spot: Spot, path: str) -> Problem:
    expected = f"expected one of {listed(experiment.factors)}"
    return spot.problem(f"unknown factor `{name}`", expected, nearest(name, experiment.factors), path)


def _reads_as(told: Plain, level: Plain) -> bool:
    """True if what a table says means a level: the same number, or the same text (capitals do not count)."""
    if isinstance(level, int | float) and not isinstance(level, bool) and not isinstance(told, bool):
        return number_of(told) == level
    return str(told).lower() == str(level).lower()


def table_file(root: Node, at: Place, told: str, top: Path, problems: list[Problem],
               shipped: Mapping[str, Path] | None = None, otherwise: str = "") -> Path | None:  # fmt: skip
    """A CSV that the experiment file ``top`` names, or None after saying what is wrong with it.

    ``shipped``: files that go by a name where there is no file called so, and ``otherwise`` what may stand there.
    """
    file = top.resolve().parent / told
    if Path(told).is_absolute() or not is_inside(file, project_folder(top)):
        expected = f"expected a file in {project_folder(top)}"
        problems.append(problem_at(root, at, f'"{told}" leaves the project', expected))
        return None
    if is_file(file):
        return file
    known = shipped or {}
    if told not in known:
        hint = nearest(told, known) or like_file(file, shipped)
        problems.append(problem_at(root, at, f'no such file "{told}"', otherwise, hint))
    return known.get(told)
