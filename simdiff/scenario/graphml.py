"""GraphML files as nodes and edges, read by a small reader of our own: a document type or an entity is refused, nothing
outside the file is read."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from simdiff.scenario.problems import Problem, ScenarioError, show_path

LARGEST_GRAPHML = 20_000_000
"""Bytes."""
MOST_ELEMENTS, MOST_KEYS = 1_000_000, 100
"""Nodes, edges and values of them; kinds of values that may be declared."""
DEEPEST = 20
LONGEST_TEXT = 1_000
_BEYOND = {"hyperedge": "a hyperedge", "port": "a port"}


class _RefusedError(Exception):
    """The file says something that is not read."""


@dataclass(slots=True)
class Edge:
    """An edge at its line; ``weight`` as text, None where there is none."""

    line: int
    source: str
    target: str
    directed: bool
    weight: str | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """``nodes``: the values of each node's attributes by name, by the node's id in the file."""

    nodes: dict[str, dict[str, str]]
    edges: list[Edge]


def read_graphml(path: Path) -> Graph:
    """Nodes and edges of a file with one graph. Raises ScenarioError with the place of what cannot be read."""
    reader = _Reader()
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST_GRAPHML + 1)
        if len(content) > LARGEST_GRAPHML:
            raise _RefusedError(f"more than {LARGEST_GRAPHML:,} bytes")
        reader.parser.Parse(content, True)
        if reader.graphs != 1:
            raise _RefusedError(f"{reader.graphs or 'no'} graphs, expected one")
    except expat.ExpatError as error:
        place, told = (error.lineno, error.offset + 1), f"not readable as GraphML: {expat.ErrorString(error.code)}"
    except _RefusedError as error:
        place, told = (max(reader.parser.CurrentLineNumber, 1), 1), str(error)
    except (OSError, ValueError, LookupError) as error:
        place, told = (1, 1), f"cannot be read ({error})"
    else:
        return Graph(reader.nodes, reader.edges)
    raise ScenarioError([Problem(show_path(path), *place, "", told)])


@dataclass(slots=True)
class _Key:
    name: str
    weight: bool


@dataclass(slots=True)
class _Reader:
    """Gathers what expat tells; names are read without their namespace."""

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    graphs: int = 0
    count: int = 0
    keys: dict[str, _Key] = field(default_factory=dict)
    directed: bool = False
    open: list[str] = field(default_factory=list)
    node: str = ""
    key: str = ""
    text: str = ""
    parser: expat.XMLParserType = field(init=False)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.begin, self.end
        self.parser.CharacterDataHandler = self.words
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self.refuse

    def refuse(self, *_: object) -> None:
        raise _RefusedError("declares a document type or entities, which are not read")

    def begin(self, whole: str, said: dict[str, str]) -> None:
        name = whole.rsplit(" ", 1)[-1]
        if name in _BEYOND:
            raise _RefusedError(f"{_BEYOND[name]}, expected nodes and edges only")
        self.open.append(name)
        if len(self.open) > DEEPEST:
            raise _RefusedError(f"more than {DEEPEST} elements inside each other")
        self.count += 1
        if self.count > MOST_ELEMENTS or len(self.keys) > MOST_KEYS:
            raise _RefusedError(f"more than {MOST_ELEMENTS:,} elements or {MOST_KEYS} kinds of values")
        if name == "key" and "id" in said:
            label = said.get("attr.name", said["id"])
            self.keys[said["id"]] = _Key(label, label.lower() == "weight" and said.get("for", "all") in ("edge", "all"))
        elif name == "graph":
            self.graphs += 1
            self.directed = said.get("edgedefault", "undirected") == "directed"
        elif name == "node":
            self.node = self.told(said, "id")
            if self.node in self.nodes:
                raise _RefusedError(f'a second node "{self.node[:80]}"')
            self.nodes[self.node] = {}
        elif name == "edge":
            directed = {"true": True, "false": False}.get(said.get("directed", ""), self.directed)
            line = self.parser.CurrentLineNumber
            self.edges.append(Edge(line, self.told(said, "source"), self.told(said, "target"), directed))
        elif name == "data":
            self.key, self.text = said.get("key", ""), ""

    def told(self, said: dict[str, str], name: str) -> str:
        if not said.get(name):
            raise _RefusedError(f"an element without `{name}`")
        return said[name]

    def words(self, text: str) -> None:
        if self.open and self.open[-1] == "data" and len(self.text) <= LONGEST_TEXT:
            self.text += text

    def end(self, _: str) -> None:
        name = self.open.pop()
        holder = self.open[-1] if self.open else ""
        if name != "data" or self.key not in self.keys:
            return
        if holder == "edge" and self.keys[self.key].weight:
            self.edges[-1].weight = self.text.strip()
        elif holder == "node":
            self.nodes[self.node][self.keys[self.key].name] = self.text.strip()
