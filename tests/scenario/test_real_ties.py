"""A district's own network: read, refused with every fault at its place, and carried by the scenario."""

import json
from pathlib import Path

import networkx as nx
import pytest

from simdiff.scenario import Loaded, ScenarioError, dump, graphml, load_scenario, source, ties, to_yaml

HEADER = "district,code,staff,poor"
SCENARIO = """\
format: 1
name: tied
title: Tied
where:
  table:
    path: t.csv
    columns: {id: code, teachers: staff, low_income: poor}
  districts:
    north: {title: North, rows: {district: N}, fill: {coordinates: drawn, teachers: leave_out}, ties: TIES}
    south: {title: South, rows: {district: S}, fill: {coordinates: drawn, teachers: leave_out}}
practices: {learner-profiles: {}}
"""
TABLE = [HEADER, *(f"N,0{n},10,0.{n}" for n in range(1, 5)), "N,05,,0.5", "S,01,10,0.1", "S,09,10,0.9"]
"""North has schools 01 … 04, and 05 without teachers; South 01 and 09."""


@pytest.fixture
def load(write):
    """Load the scenario with these ties; a network file if there is one."""

    def loaded(network: str | bytes = "", name: str = "n.csv", said: str = "") -> Loaded:
        write("\n".join(TABLE) + "\n", "t.csv")
        if network:
            write(network, name)
        return load_scenario(write(SCENARIO.replace("TIES", said or f"{{path: {name}}}")))

    return loaded


@pytest.fixture
def refused(load):
    def lines(*given: str | bytes, **more: str) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            load(*given, **more)
        return str(caught.value).splitlines()

    return lines


def sees(loaded: Loaded) -> dict[str, dict[str, float]]:
    told = loaded.scenario.where.districts["north"].ties
    assert told is not None
    assert told.path is None
    return told.sees


def test_an_edge_list_ties_both_ways(load):
    """Catches ties one way only, a weight lost, ids as numbers, and a column that is dropped without a word."""
    loaded = load("Source,Target,Weight,Label\n01,02,2.5,x\n03,01,1,y\n")
    assert sees(loaded) == {"01": {"02": 2.5, "03": 1.0}, "02": {"01": 2.5}, "03": {"01": 1.0}}
    assert loaded.notes[-3:] == (
        "north: columns of n.csv not used: `Label`",
        "north: near ties are the given ones, from n.csv (4, each way counted; only relative weights count)",
        "north: 1 of 4 schools see nobody in the given network",
    )
    assert [file.name for file in loaded.files] == ["a.yaml", "t.csv", "n.csv"]


def test_directed_ties_go_one_way(load):
    text = "source,target\n01,02\n02,01\n"
    assert sees(load(text, said="{path: n.csv, directed: true}")) == {"01": {"02": 1.0}, "02": {"01": 1.0}}


def test_ties_may_stand_in_the_scenario(load):
    assert sees(load(said='{sees: {"01": {"02": 3.0}}}')) == {"01": {"02": 3.0}}


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_graphml_as_networkx_writes_it(load, tmp_path: Path, kind):
    """Catches a direction lost, weights of another key, and nodes told by an attribute."""
    graph = kind()
    graph.add_edge("a", "b", weight=2.0, other=9)
    graph.add_edge("b", "c")
    for node, code in (("a", "01"), ("b", "02"), ("c", "03")):
        graph.nodes[node].update(colour="red", code=code)
    nx.write_graphml(graph, tmp_path / "n.graphml")
    loaded = load((tmp_path / "n.graphml").read_bytes(), "n.graphml")
    one_way = {"01": {"02": 2.0}, "02": {"03": 1.0}}
    assert sees(loaded) == (
        one_way if kind is nx.DiGraph else {"01": {"02": 2.0}, "02": {"01": 2.0, "03": 1.0}, "03": {"02": 1.0}}
    )
    assert "north: schools of n.graphml read from the nodes' attribute `code`" in loaded.notes


def test_ties_of_schools_left_out_go_with_them(load):
    """Catches a school without teachers that is unknown, or that stays as somebody to see."""
    loaded = load("source,target\n01,02\n01,05\n")
    assert sees(loaded) == {"01": {"02": 1.0}, "02": {"01": 1.0}}
    assert "north: 1 of 2 ties left out with the schools they lead to" in loaded.notes


def test_every_fault_is_told_at_its_line(refused):
    """Catches a fault that hides another, and an unknown id told twice or without the nearest."""
    ties = ("01,02,1", "02,01,1", "03,03,1", "1,02,1", "<b>,1,1", "01,03,-2", "01,04,", "02,03,nan", "02,04,0",
            "03,04,1e9", "09,01,1")  # fmt: skip
    *lines, last = refused("\n".join(["source,target,weight", *ties]))
    limit = "expected a number above 0, at most 1,000,000"
    assert lines == [
        'n.csv:3:1: a second tie of "02" and "01" (first on line 2), expected each once',
        'n.csv:4:1: "03" is tied to itself, expected two schools',
        'n.csv:5:1: unknown school "1", expected an id of district `north`; did you mean `01`?',
        'n.csv:6:1: unknown school "<b>", expected an id of district `north`',
        f'n.csv:7:1: found the weight "-2", {limit}',
        f'n.csv:8:1: found the weight "", {limit}',
        f'n.csv:9:1: found the weight "nan", {limit}',
        f'n.csv:10:1: found the weight "0", {limit}',
        f'n.csv:11:1: found the weight "1e9", {limit}',
    ]
    assert last.startswith('n.csv:12:1: unknown school "09", expected an id of district `north`')


def test_many_unknown_schools_are_all_listed(refused):
    lines = refused("source,target\n" + "".join(f"01,x{n}\n" for n in range(300)))
    assert len(lines) == 300


BAD = [
    ("a,b\n01,02\n", "n.csv:1:1: no columns `source`, `target`, expected `source`, `target` and, if there are any, "
     "`weight`, each once, among `a`, `b`"),
    ("source,target\n", f"a.yaml:9:{SCENARIO.splitlines()[8].index('ties') + 1} where.districts.north.ties: no tie "
     "between two schools that are simulated"),
    ("source,target\n01,05\n", "no tie between two schools that are simulated, expected one at least"),
    ("source,target\n01\n", "n.csv:2:1: found 1 cells, expected 2 as in the header"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), BAD)
def test_networks_that_are_none_are_refused(refused, content, said):
    (line,) = refused(content)
    assert said in line


def test_weights_may_not_be_so_unequal_that_ties_vanish(refused, write, monkeypatch):
    """By hand: 2 × 1,000 and 2 × 1 over four schools are 500.5 in the mean; 1,000 is more than once that."""
    monkeypatch.setattr(ties, "UNEQUAL", 1.0)
    (line,) = refused("source,target,weight\n01,02,1000\n03,04,1\n")
    assert "one weight of 1000 where a school's ties have 500 in sum, expected weights less unequal" in line


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("{}", "neither `path` nor `sees`, expected one of them"),
        ('{path: n.csv, sees: {"01": {"02": 1.0}}}', "both `path` and `sees`, expected one of them"),
        ("{path: m.csv}", 'no such file "m.csv"; did you mean'),
        ("{path: ../n.csv}", '"../n.csv" leaves the project'),
        ("{path: /etc/passwd}", '"/etc/passwd" leaves the project'),
        ('{sees: {"01": {"02": -1.0}}}', "expected a number above 0, at most 1000000"),
        ('{sees: {"01": {"01": 1.0}}}', '"01" is tied to itself'),
        ('{sees: {"01": {"99": 1.0}}}', 'unknown school "99"'),
    ],
)
def test_ties_in_a_scenario_are_checked(refused, said, found):
    lines = refused("source,target\n01,02\n", said=said)
    assert len(lines) == 1
    assert lines[0].startswith("a.yaml:9:")
    assert found in lines[0]


def test_drawn_schools_have_no_real_ties(wrong, tiny):
    lines = wrong(tiny.replace("{title: North,", "{title: North, ties: {sees: {a: {b: 1.0}}},"))
    assert len(lines) == 1
    assert "where.districts.north.ties: real ties of drawn schools, expected its schools in a table" in lines[0]


GRAPH = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">{}</graph></graphml>'
PAIR = '<node id="01"/><node id="02"/>'
BOMB = ('<!DOCTYPE g [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + GRAPH.format(PAIR + '<edge source="01" target="&b;"/>'))  # fmt: skip
OUTSIDE = '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + GRAPH.format('<node id="&x;"/>')
BAD_XML = [
    (BOMB, "declares a document type or entities, which are not read"),
    (OUTSIDE, "declares a document type or entities, which are not read"),
    ('<!DOCTYPE g SYSTEM "http://example.org/g.dtd">' + GRAPH.format(PAIR), "declares a document type or entities"),
    (GRAPH.format(PAIR)[:-5], "not readable as GraphML: "),
    ("source,target\n01,02\n", "not readable as GraphML: "),
    ("<graphml/>", "no graphs, expected one"),
    (GRAPH.format("") + " ", "no tie between two schools"),
    (GRAPH.format('<node id="01"/><node id="01"/>'), 'a second node "01"'),
    (GRAPH.format('<edge source="01"/>'), "an element without `target`"),
    (GRAPH.format("<hyperedge/>"), "a hyperedge, expected nodes and edges only"),
    (GRAPH.format("<x>" * 30 + "</x>" * 30), "more than 20 elements inside each other"),
    (GRAPH.format(PAIR + '<edge source="01" target="02"/><edge source="02" target="01"/>'), "a second tie of"),
    (GRAPH.format(PAIR + '<edge source="01" target="01"/>'), "is tied to itself"),
    (GRAPH.format(PAIR + '<edge source="01" target="99"/>'), 'unknown school "99"'),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), BAD_XML)
def test_odd_graphml_is_refused(refused, content, said):
    """Catches an entity that is expanded, a file outside that is read, and a traceback."""
    (line,) = refused(content, "n.graphml")
    assert said in line


def test_large_networks_are_refused(refused, monkeypatch):
    monkeypatch.setattr(graphml, "LARGEST_GRAPHML", 50)
    (line,) = refused(GRAPH.format(PAIR), "n.graphml")
    assert "more than 50 bytes" in line
    monkeypatch.setattr(ties, "MOST_LINES", 1)
    (line,) = refused("source,target\n01,02\n01,03\n")
    assert "more than 1 ties" in line
    monkeypatch.setattr(ties, "MOST_LINES", 9)
    monkeypatch.setattr(dump, "LARGEST_FILE", 1_000)
    (line,) = refused("source,target\n01,02\n")
    assert "too many real ties, expected some 20,000 at most" in line


def test_the_resolved_scenario_carries_its_network(load, write):
    """Catches a resolved scenario that cannot be run without the network's file, or whose network is another."""
    loaded = load("source,target,weight\n01,02,2.5\n03,01,1\n")
    assert json.loads(json.dumps(loaded.text)) == loaded.text
    (Path.cwd() / "n.csv").unlink()
    again = load_scenario(write(to_yaml(loaded.text), "again.yaml"))
    assert again.text == loaded.text


def test_the_largest_network_that_is_taken_can_be_read_again(write, monkeypatch):
    """Catches a run whose scenario is too large for its own reader: data fits if, and only if, its file is read."""
    data = {"a": {"b": [1, "x y", None], "c": {}, "d": []}, "e": {"f": 1.5}}
    for limit in range(5, 40):
        for module in (dump, source):
            monkeypatch.setattr(module, "MOST_VALUES", limit)
        assert dump.fits_a_file(data) == (not source.read_source(write(to_yaml(data), "d.yaml")).problems), limit


def test_a_scenario_without_real_ties_keeps_its_text(load_tiny):
    """Catches a new key in the text of every scenario: its identity would change."""
    assert all("ties" not in district for district in load_tiny.text["where"]["districts"].values())


@pytest.fixture
def load_tiny(write, tiny) -> Loaded:
    return load_scenario(write(tiny))
