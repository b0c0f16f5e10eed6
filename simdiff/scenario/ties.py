"""Real ties between a district's schools: from an edge list, GraphML or the scenario itself; ids are checked."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from simdiff.scenario.graphml import Graph, read_graphml
from simdiff.scenario.problems import Problem, ScenarioError, listed, nearest, show_path, shown
from simdiff.scenario.schema import MOST_WEIGHT, RealTies
from simdiff.scenario.source import Node
from simdiff.scenario.table import number_of, read_table
from simdiff.scenario.translate import Place, problem_at

MOST_LINES = 200_000
MOST_PROBLEMS = 1_000
MOST_HINTS = 50
"""Unknown ids for which the nearest is looked up."""
UNEQUAL = 100.0
"""How much of the network's mean sum of weights one tie may be."""

Sees = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Known:
    """A district's schools: ids that are simulated, and ids of its rows that were left out."""

    district: str
    ids: Set[str]
    left: Set[str]


@dataclass(frozen=True, slots=True)
class _Tie:
    line: int
    source: str
    target: str
    weight: str | None
    directed: bool


def resolve_ties(told: RealTies, path: Path | None, known: Known, root: Node) -> tuple[RealTies, list[str]]:
    """Ties as the model takes them (``sees`` alone), and what to note about them; ``path``: their file.

    Raises ScenarioError with every problem: unknown ids, self loops, second ties, weights out of range, a file that
    cannot be read.
    """
    at: Place = ("where", "districts", known.district, "ties")
    if path is None:
        found = [
            _Tie(0, source, target, repr(weight), True)
            for source, seen in told.sees.items()
            for target, weight in seen.items()
        ]
        file, notes = root.spot.file, list[str]()
    else:
        found, notes = _from_graphml(path, known) if path.suffix == ".graphml" else _from_list(path)
        file = path
    if told.directed is not None and path is not None:
        found = [replace(tie, directed=told.directed) for tie in found]
    checked = _Checked(file, root, at if path is None else None)
    sees = checked.sees(found, known)
    if checked.problems:
        few = sorted(set(checked.problems))
        if more := few[MOST_PROBLEMS:]:
            few[MOST_PROBLEMS:] = [replace(more[0], found=f"… and {len(more):,} more", allowed="", hint="")]
        raise ScenarioError(few)
    if problem := _unfit(sees, known):
        raise ScenarioError([problem_at(root, at, *problem, key=True)])
    return RealTies(sees=sees), [f"{known.district}: {note}" for note in [*notes, *_notes(sees, known, found, path)]]


def _from_list(path: Path) -> tuple[list[_Tie], list[str]]:
    """Ties of an edge list, both ways; columns other than source, target and weight are not used."""
    lines = read_table(path)
    line, head = next(lines)
    names = [name.strip().lower() for name in head]
    lacking = [name for name in ("source", "target") if names.count(name) != 1]
    if lacking or names.count("weight") > 1:
        found = f"no columns {listed(lacking)}" if lacking else "two columns `weight`"
        expected = f"expected `source`, `target` and, if there are any, `weight`, each once, among {listed(head)}"
        raise ScenarioError([Problem(show_path(path), line, 1, "", found, expected)])
    at = [names.index("source"), names.index("target")]
    weight = names.index("weight") if "weight" in names else None
    ties = list[_Tie]()
    for line, cells in lines:
        _check_number(path, len(ties))
        source, target = (cells[n].strip() for n in at)
        ties.append(_Tie(line, source, target, None if weight is None else cells[weight].strip(), False))
    others = [head[n] for n, name in enumerate(names) if name not in ("source", "target", "weight")]
    return ties, [f"columns of {path.name} not used: {listed(others, 6)}"] if others else []


def _check_number(path: Path, ties: int) -> None:
    if ties >= MOST_LINES:
        raise ScenarioError([Problem(show_path(path), 0, 0, "", f"more than {MOST_LINES:,} ties")])


def _from_graphml(path: Path, known: Known) -> tuple[list[_Tie], list[str]]:
    """Ties of a graph. Schools are the nodes' ids, or the attribute of nodes in which more schools are known."""
    graph = read_graphml(path)
    _check_number(path, len(graph.edges) - 1)
    ids, by = _node_names(graph, known)
    ties = [
        _Tie(
            edge.line, ids.get(edge.source, edge.source), ids.get(edge.target, edge.target), edge.weight, edge.directed
        )
        for edge in graph.edges
    ]
    return ties, [f"schools of {path.name} read from the nodes' attribute `{by}`"] if by else []


def _node_names(graph: Graph, known: Known) -> tuple[dict[str, str], str]:
    schools = known.ids | known.left
    names = list(dict.fromkeys(name for said in graph.nodes.values() for name in said))
    best, by, most = {node: node for node in graph.nodes}, "", len(schools & graph.nodes.keys())
    for name in names:
        ids = {node: said.get(name, node) for node, said in graph.nodes.items()}
        if (count := len(schools & set(ids.values()))) > most:
            best, by, most = ids, name, count
    return best, by


@dataclass(slots=True)
class _Checked:
    """Checks ties one by one and gathers what is wrong, at its line of ``file`` or (``at``) in the scenario."""

    file: Path
    root: Node
    at: Place | None
    problems: list[Problem] = field(default_factory=list)

    def sees(self, ties: list[_Tie], known: Known) -> Sees:
        sees, unknown = Sees(), dict[str, _Tie]()
        given = dict[tuple[str, str], int]()
        for tie in ties:
            source, target = tie.source, tie.target
            for name in (source, target):
                if name not in known.ids and name not in known.left:
                    unknown.setdefault(name, tie)
            weight = 1.0 if tie.weight is None else number_of(tie.weight)
            if weight is None or not 0 < weight <= MOST_WEIGHT:
                found = f"found the weight {shown(tie.weight)}"
                self.wrong(tie, found, f"expected a number above 0, at most {MOST_WEIGHT:,.0f}")
            elif source == target:
                self.wrong(tie, f"{shown(source)} is tied to itself", "expected two schools")
            elif (source, target) in given or (not tie.directed and (target, source) in given):
                first = given.get((source, target)) or given.get((target, source))
                where = f" (first on line {first})" if first else ""
                self.wrong(tie, f"a second tie of {shown(source)} and {shown(target)}{where}", "expected each once")
            else:
                given[source, target] = tie.line
                for a, b in ((source, target),) if tie.directed else ((source, target), (target, source)):
                    if a in known.ids and b in known.ids:
                        sees.setdefault(a, {})[b] = weight
        for n, (name, tie) in enumerate(unknown.items()):
            near = nearest(name, known.ids) if n < MOST_HINTS else ""
            self.wrong(tie, f"unknown school {shown(name)}", f"expected an id of district `{known.district}`", near)
        return {source: dict(sorted(seen.items())) for source, seen in sorted(sees.items())}

    def wrong(self, tie: _Tie, found: str, allowed: str, hint: str = "") -> None:
        if self.at is not None:
            at = (*self.at, "sees", tie.source, tie.target)
            self.problems.append(problem_at(self.root, at, found, allowed, hint, key=True))
        else:
            self.problems.append(Problem(show_path(self.file), tie.line, 1, "", found, allowed, hint))


def _unfit(sees: Sees, known: Known) -> tuple[str, str] | None:
    """What is wrong with a network as a whole, and what is expected."""
    if not sees:
        return "no tie between two schools that are simulated", "expected one at least"
    weights = [weight for seen in sees.values() for weight in seen.values()]
    mean, top = sum(weights) / len(known.ids), max(weights)
    if top > UNEQUAL * mean:
        return f"one weight of {top:.6g} where a school's ties have {mean:.3g} in sum", "expected weights less unequal"
    return None


def _notes(sees: Sees, known: Known, found: list[_Tie], path: Path | None) -> Iterator[str]:
    from_file = f", from {path.name}" if path else ""
    number = sum(map(len, sees.values()))
    yield f"near ties are the given ones{from_file} ({number:,}, each way counted; only relative weights count)"
    lost = sum(tie.source in known.left or tie.target in known.left for tie in found)
    if lost:
        yield f"{lost:,} of {len(found):,} ties left out with the schools they lead to"
    alone = len(known.ids - sees.keys())
    if alone:
        yield f"{alone:,} of {len(known.ids):,} schools see nobody in the given network"
