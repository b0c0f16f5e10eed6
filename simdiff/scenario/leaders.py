"""Carlson's superintendents: the counts that anyone may cite, and the who-names-whom network where its files are.

Carlson, R. O. (1965), *Adoption of Educational Innovations*, University of Oregon: 38 school superintendents of
Allegheny County, in post at least a year before 1958, who had adopted modern mathematics by 1963. The yearly counts are
also in Rogers, *Diffusion of Innovations*. The network is the Pajek data set ModMath (CC BY-NC-SA): read, not shipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from simdiff.scenario.problems import Problem, ScenarioError, listed, nearest, show_path, shown
from simdiff.scenario.table import read_table

FIRST_YEAR = 1958
ADOPTED = (1, 5, 15, 27, 35, 38)
"""Superintendents who had adopted by the end of 1958 … 1963, of ``LEADERS``. Source: Carlson 1965; Rogers 2003."""
LEADERS = 38
WIDER_ADOPTED, WIDER_LEADERS = 51, 61
"""Adopters by 1963 among all superintendents interviewed (61 of 68): the 38 were selected on adoption. Carlson 1965."""
NODES, EDGES = "carlson_modmath_nodes.csv", "carlson_modmath_edges_directed.csv"


@dataclass(frozen=True, slots=True)
class Network:
    """Leaders by name, the year (1 … 6, 1 = 1958) in which each adopted, and who names whom, by position."""

    leaders: tuple[str, ...]
    year: tuple[int, ...]
    names: tuple[tuple[int, int], ...]


def read_network(folder: Path) -> Network | None:
    """The network from a folder with ``NODES`` and ``EDGES``; None if neither file is there.

    Raises ScenarioError with every problem: a file missing beside the other, a column missing, a leader twice or
    unknown, a year outside 1958–1963, a leader who names itself or somebody twice, or other counts than Carlson's.
    """
    nodes, edges = folder / NODES, folder / EDGES
    missing = [path for path in (nodes, edges) if not path.is_file()]
    if len(missing) == 2:
        return None
    if missing:
        raise ScenarioError([Problem(show_path(missing[0]), 0, 0, "", "no such file", "expected both or none")])
    problems = list[Problem]()
    leaders = _read_leaders(nodes, problems)
    names = _read_names(edges, leaders, problems)
    if problems:
        raise ScenarioError(problems)
    return Network(tuple(leaders), tuple(leaders.values()), names)


def _rows(path: Path, wanted: tuple[str, ...], problems: list[Problem]) -> list[tuple[int, list[str]]]:
    """Line and wanted cells of every row; none, and problems, if a column is missing."""
    lines = read_table(path)
    line, head = next(lines)
    lacking = [column for column in wanted if head.count(column) != 1]
    problems += [
        Problem(show_path(path), line, 1, "", f"{head.count(column) or 'no'} columns `{column}`",
                f"expected one among {listed(head)}", nearest(column, head))
        for column in lacking
    ]  # fmt: skip
    return [] if lacking else [(at, [cells[head.index(column)] for column in wanted]) for at, cells in lines]


def _read_leaders(path: Path, problems: list[Problem]) -> dict[str, int]:
    """Year of adoption by leader, in the order of the file."""
    leaders, last, before = dict[str, int](), FIRST_YEAR + len(ADOPTED) - 1, len(problems)
    years = {str(FIRST_YEAR + n): n + 1 for n in range(len(ADOPTED))}
    for line, (name, year) in _rows(path, ("id", "adoption_year"), problems):
        if not name.strip() or name in leaders:
            expected = "expected each leader once"
            problems.append(Problem(show_path(path), line, 1, "id", f"found {shown(name)}", expected))
        if year not in years:
            expected = f"expected a year from {FIRST_YEAR} to {last}"
            problems.append(Problem(show_path(path), line, 1, "adoption_year", f"found {shown(year)}", expected))
        leaders.setdefault(name, years.get(year, 0))
    if len(problems) == before:
        _check_counts(path, leaders, problems)
    return leaders


def _check_counts(path: Path, leaders: Mapping[str, int], problems: list[Problem]) -> None:
    counts = list(accumulate(list(leaders.values()).count(n + 1) for n in range(len(ADOPTED))))
    if counts != list(ADOPTED):
        found, expected = (", ".join(map(str, one)) for one in (counts, ADOPTED))
        told = f"found {found} adopters by the end of each year", f"expected Carlson's {expected}"
        problems.append(Problem(show_path(path), 0, 0, "", *told))


def _read_names(path: Path, leaders: Mapping[str, int], problems: list[Problem]) -> tuple[tuple[int, int], ...]:
    """Who names whom, by position of the leaders."""
    place = {name: n for n, name in enumerate(leaders)}
    pairs = dict[tuple[str, str], None]()
    for line, (chooser, chosen) in _rows(path, ("chooser", "chosen"), problems):
        unknown = [name for name in (chooser, chosen) if name not in place] if place else []
        problems += [
            Problem(show_path(path), line, 1, "", f"unknown leader {shown(name)}", f"expected an id of {NODES}")
            for name in unknown
        ]
        if chooser == chosen:
            problems.append(Problem(show_path(path), line, 1, "", f"{shown(chooser)} names itself", "expected another"))
        if (chooser, chosen) in pairs:
            found = f"{shown(chooser)} names {shown(chosen)} twice"
            problems.append(Problem(show_path(path), line, 1, "", found, "expected each tie once"))
        pairs[chooser, chosen] = None
    return tuple((place[a], place[b]) for a, b in pairs if a in place and b in place)
