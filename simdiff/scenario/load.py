"""Loading a scenario: read, merge, validate, check, and read the schools of its table. All problems come at once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simdiff.scenario.chain import Chain, read_chain
from simdiff.scenario.checks import cross_problems, is_read_from_table
from simdiff.scenario.dump import fits_a_file
from simdiff.scenario.folders import find_scenario, is_file, is_inside, like_file, project_folder
from simdiff.scenario.problems import Problem, ScenarioError
from simdiff.scenario.schema import Scenario
from simdiff.scenario.schools import LeftOut, SchoolRow, Schools, read_schools
from simdiff.scenario.source import Node
from simdiff.scenario.ties import Known, resolve_ties
from simdiff.scenario.translate import Place, place, problem_at, translated, without

TABLE_PATH: Place = ("where", "table", "path")
DISTRICTS: Place = ("where", "districts")
ROUNDS = 3
"""How often values may be set aside because what they need was set aside."""
OWN_KEYS = {"extends", "where", "practices"}
"""Keys of which a scenario has at least one, and an experiment none."""
STAND_INS = {"format": 1, "name": "unnamed", "title": "unnamed"}
"""What the checks of the rest may take for granted where the file is wrong about it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario ready to run.

    ``text`` is the whole scenario as plain data, every default said and given networks in it; ``files`` every file that
    was read, the top one first, the school table and networks last; ``schools`` the rows of each district that is read
    from the table; ``notes`` the sentences that say what was done about its blanks; ``networks`` the file of each
    district whose ties one gives.
    """

    scenario: Scenario
    text: dict[str, Any]
    files: tuple[Path, ...]
    schools: dict[str, tuple[SchoolRow, ...]]
    notes: tuple[str, ...]
    networks: dict[str, Path] = field(default_factory=dict)


def load_scenario(path: Path, schools: Path | None = None) -> Loaded:
    """Load a scenario file (or shipped scenario, by name); ``schools`` replaces the table that it names.

    Raises ScenarioError with every problem found.
    """
    file = find_scenario(str(path))
    chain = read_chain(file)
    said = chain.root.value if chain.root is not None else None
    if chain.root is not None and isinstance(said, dict) and "scenarios" in said and not OWN_KEYS & said.keys():
        raise ScenarioError([chain.root.spot.problem("an experiment", f"use simdiff sweep {path}")])
    return load_chain(chain, schools)


def load_chain(chain: Chain, schools: Path | None = None) -> Loaded:
    """Load what has been read and merged already. Raises ScenarioError with every problem found."""
    problems = list(chain.problems)
    if chain.root is None:
        raise ScenarioError(problems)
    if schools is not None and not is_file(schools):
        problems.append(Problem(str(schools), 0, 0, "", "no such file", hint=like_file(schools)))
    scenario, more = _validated(chain, has_schools=schools is not None)
    problems += more
    table = schools or _named_file(chain.root, chain.files[0], TABLE_PATH, problems)
    networks = _network_files(chain.root, chain.files[0], problems)
    if scenario is None or problems:
        raise ScenarioError(problems)
    rows, left, notes = _read_table(scenario, table, chain.root)
    files = chain.files + ((table,) if table and rows else ()) + tuple(networks.values())
    scenario, more_notes = _with_ties(scenario, networks, rows, left, chain.root)
    return Loaded(scenario, scenario.model_dump(mode="json"), files, rows, (*notes, *more_notes), networks)


def _validated(chain: Chain, *, has_schools: bool) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario if it is valid, and its problems.

    Where some values are wrong, the rest is validated without them, so that what fails to fit together is told in the
    same breath; what may only follow from a wrong value is left for later.
    """
    assert chain.root is not None
    data = chain.root.plain()
    problems, bad = list[Problem](), list[Place]()
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        problems, bad = translated(error, chain.root, Scenario, whole=chain.whole)
        rest = _rest_of(data, bad, chain.root)
        if rest is None:
            return None, problems
        scenario = rest
    has_table = has_schools or (scenario.where.table is not None and scenario.where.table.path is not None)
    for loc, problem in cross_problems(scenario, chain.root, has_table=has_table):
        if not _follows(place(chain.root, loc)[0], bad) and chain.whole:
            problems.append(problem)
    if has_schools and scenario.where.table is None and not bad:
        problems.append(
            problem_at(chain.root, ("where",), "no `table`", "expected one, to read --schools by", key=True)
        )
    return (None if bad else scenario), problems


def _rest_of(data: Any, bad: list[Place], root: Node) -> Scenario | None:
    """Return the scenario without its bad values, or None if too little is left; adds to ``bad`` what must go too."""
    for _ in range(ROUNDS):
        if any(path[:2] == ("where", "districts") and len(path) <= 3 for path in bad):
            return None  # without a district, every mention of it would look wrong
        try:
            return Scenario.model_validate(STAND_INS | without(data, bad))
        except ValidationError as error:
            bad += translated(error, root, Scenario, whole=True)[1]
    return None


def _follows(path: Place, bad: list[Place]) -> bool:
    """True if a problem at ``path`` may only follow from a value known to be wrong, beside it or in it."""
    scope = path[:-1] if path[-1:] in (("stop",), ("prizes",), ("not_yet",), ("like",)) else path
    return any(place[: len(scope)] == scope or path[: len(place)] == place for place in bad)


def _named_file(root: Node, top: Path, at: Place, problems: list[Problem]) -> Path | None:
    """Return the file that the scenario names at ``at``, after adding to ``problems`` what is wrong with its path."""
    path, nodes = place(root, at)
    told = nodes[-1].value
    if path != at or not isinstance(told, str):
        return None
    file = nodes[-1].spot.file.resolve().parent / told
    if Path(told).is_absolute() or not is_inside(file, project_folder(top)):
        more = " (give others with --schools)" if at == TABLE_PATH else ""
        expected = f"expected a file in {project_folder(top)}{more}"
        problems.append(problem_at(root, at, f'"{told}" leaves the project', expected))
        return None
    if not is_file(file):
        problems.append(problem_at(root, at, f'no such file "{told}"', hint=like_file(file)))
    return file


def _network_files(root: Node, top: Path, problems: list[Problem]) -> dict[str, Path]:
    """Return the files of real ties by district, after adding to ``problems`` what is wrong with their paths."""
    path, nodes = place(root, DISTRICTS)
    told = nodes[-1].value
    names = list(told) if path == DISTRICTS and isinstance(told, dict) else []
    found = {name: _named_file(root, top, (*DISTRICTS, name, "ties", "path"), problems) for name in names}
    return {name: file for name, file in found.items() if file is not None}


def _with_ties(
    scenario: Scenario, networks: dict[str, Path], rows: Schools, left: LeftOut, root: Node
) -> tuple[Scenario, list[str]]:
    """Return the scenario with its given networks in it, and notes. Raises ScenarioError with all their problems."""
    districts, notes, problems = dict(scenario.where.districts), list[str](), list[Problem]()
    for name, district in districts.items():
        if district.ties is None:
            continue
        known = Known(name, {row.id for row in rows[name]}, left[name])
        try:
            ties, more = resolve_ties(district.ties, networks.get(name), known, root)
        except ScenarioError as error:
            problems += error.problems
            continue
        districts[name] = district.model_copy(update={"ties": ties})
        notes += more
    if problems:
        raise ScenarioError(problems)
    where = scenario.where.model_copy(update={"districts": districts})
    whole = scenario.model_copy(update={"where": where})
    if notes and not fits_a_file(whole.model_dump(mode="json")):
        expected = (
            "expected some 20,000 at most, each way counted: a scenario carries its network, and must be readable"
        )
        raise ScenarioError([problem_at(root, DISTRICTS, "too many real ties", expected, key=True)])
    return whole, notes


def _read_table(scenario: Scenario, table: Path | None, root: Node) -> tuple[Schools, LeftOut, tuple[str, ...]]:
    where = scenario.where
    districts = {
        name: district
        for name, district in where.districts.items()
        if is_read_from_table(district, has_table=table is not None)
    }
    if table is None or where.table is None or not districts:
        return {}, {}, ()
    return read_schools(where.table, districts, table, root)
