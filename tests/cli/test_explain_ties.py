"""Sentences about a district's own network: what ``simdiff explain`` says of it, and whether that is so."""

import ast
from pathlib import Path

import pytest
from processes import Fork
from sweep_commands import done

import simdiff.model.rules
from simdiff.report.explain import explained
from simdiff.scenario import load_scenario, shipped_scenarios

TABLE = "district,code,staff,poor\nN,01,10,.1\nN,02,10,.2\nN,03,10,.3\nN,04,10,.4\nS,01,10,.1\nS,09,10,.9\n"
SCENARIO = """\
format: 1
name: tied
title: Tied
where:
  table:
    path: t.csv
    columns: {id: code, teachers: staff, low_income: poor}
  districts:
    north: {title: North, rows: {district: N}, fill: {coordinates: drawn}, ties: TIES}
    south: {title: South, rows: {district: S}, fill: {coordinates: drawn}}
practices: {learner-profiles: {}}
"""
NETWORK = "source,target,weight\n01,02,2.5\n03,01,1\n"
"""Two ties, each way: 01 and 02, 03 and 01; 04 has none."""


def write(here: Path, ties: str, more: str = "", name: str = "n.csv", network: str = NETWORK) -> Path:
    (here / "t.csv").write_text(TABLE)
    (here / name).write_text(network)
    (here / "a.yaml").write_text(SCENARIO.replace("TIES", ties) + more)
    return here / "a.yaml"


def said(file: Path) -> dict[str, str]:
    return {one.path: one.text for one in explained(load_scenario(file))}


def test_where_ties_come_from_and_how_many_there_are(tmp_path: Path) -> None:
    """Catches ties counted one way, a file that is not named, and schools without ties that nobody hears of. Sources of
    an edge list tie both ways; with ``directed``, 01 and 03 alone see others."""
    given = "North (north): near ties between its schools are real ones, given by {}, not made from distance and need; "
    told = said(write(tmp_path, "{path: n.csv}"))
    assert told["where.districts.north.ties"] == given.format("the file n.csv") + (
        "4, each way counted, so that 3 of 4 schools see others and 1 sees nobody."
    )
    assert "where.districts.south.ties" not in told
    told = said(write(tmp_path, "{path: n.csv, directed: true}"))
    assert told["where.districts.north.ties"].endswith(
        "; 2, each way counted, so that 2 of 4 schools see others and 2 see nobody."
    )
    ring = '{sees: {"01": {"02": 1}, "02": {"03": 1}, "03": {"04": 1}, "04": {"01": 1}}}'
    told = said(write(tmp_path, ring))
    assert told["where.districts.north.ties"] == given.format("the scenario itself") + (
        "4, each way counted, so that 4 of 4 schools see others."
    )


def test_graphml_is_named_too(tmp_path: Path) -> None:
    """Catches a file that is known only if it is an edge list. An undirected graph: each sees the other."""
    graph = ('<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected"><node id="01"/>'
             '<node id="02"/><edge source="01" target="02"/></graph></graphml>')  # fmt: skip
    told = said(write(tmp_path, "{path: n.graphml}", name="n.graphml", network=graph))["where.districts.north.ties"]
    assert "given by the file n.graphml" in told
    assert "; 2, each way counted, so that 2 of 4 schools see others and 2 see nobody." in told


@pytest.mark.parametrize(
    ("structure", "decision"),
    [("", "(E11: the share of contact with active schools whose success carries over)"),
     ("structure: {contagion: hazard}\n", "(E11: the share of contact with active schools whose success carries over)"),
     ("structure: {contagion: threshold}\n",
      "(E11: whether the share of contact with active schools reaches a threshold)")],
    ids=["logit", "hazard", "threshold"],
)  # fmt: skip
def test_which_rules_read_them(tmp_path: Path, structure: str, decision: str) -> None:
    """Catches a decision that is told as another form of the model takes it."""
    told = said(write(tmp_path, "{path: n.csv}", structure))["where.ties"]
    assert decision in told
    assert told.endswith("Nothing else reads them. In the other districts near ties are made from distance and need.")


def test_feeder_ties_are_told_and_other_districts_only_where_there_are_any(tmp_path: Path) -> None:
    file = write(tmp_path, "{path: n.csv}", "structure: {feeder: true}\n")
    file.write_text("".join(line for line in file.read_text().splitlines(True) if "South" not in line))
    assert said(file)["where.ties"].endswith("Nothing else reads them. Feeder ties are added to them.")


def test_nothing_is_said_where_the_model_makes_ties() -> None:
    for name in ("lake", "all-six"):
        assert not [path for path in said(shipped_scenarios()[name]) if path.endswith("ties")]


def test_no_other_rule_reads_ties() -> None:
    """What is told of readers is so: exploring, the decision, the start and fit are the callers of exposure. Catches a
    rule that comes to read ties and is not told."""
    exposure = {"contact", "experience", "peer_share", "layer_experience", "active_weight"}
    readers = set()
    for file in sorted(Path(simdiff.model.rules.__file__).parent.glob("*.py")):
        if file.stem == "exposure":
            continue
        for rule in (one for one in ast.parse(file.read_text()).body if isinstance(one, ast.FunctionDef)):
            names = {node.func.id for node in ast.walk(rule)
                     if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
            attributes = {node.attr for node in ast.walk(rule) if isinstance(node, ast.Attribute)}
            if names & exposure or {"tie", "tie_from"} & attributes:
                readers.add(rule.name)
    assert readers == {"explore", "wish", "start_installing", "settle"}


def test_the_command_tells_files_that_are_read_from_those_built_on(fork: Fork, tmp_path: Path) -> None:
    """Catches a table and a network among the scenarios that a file builds on."""
    write(tmp_path, "{path: n.csv}")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nformat: 1\nname: b\ntitle: B\n")
    told = done(fork, tmp_path, "explain", "b.yaml")
    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert "- It builds on a.yaml." in lines
    assert "- It reads t.csv, n.csv." in lines
    assert "given by the file n.csv" in " ".join(told.out.split())
