"""Whatever the bytes, an experiment file gives an experiment or problems with a place, never a traceback."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simdiff.scenario import LoadedExperiment, ScenarioError, load_experiment
from simdiff.study.plan import make_plan, tasks_of

BASE = b"""format: 1
name: fuzz
title: "Fuzz"
scenarios:
  one: {scenario: tiny.yaml, set: {policy.networks: {partners: [{name: p, members: {north: all}}]}, years: 3}}
  two: tiny.yaml
factors:
  a: {path: policy.goals.problems.level, values: [0, .5]}
  b: {path: policy.talent.change.start, low: 0, high: 3, steps: 2}
  c: {on: {policy.talent.sharing: {level: .5, start: 3}}}
  d: {levels: {low: {}, high: {policy.mandate: .5}}}
design: {kind: table, rows: [{a: .5, c: on}, {d: high}, {b: 2}]}
replicates: 3
until: {outcome: spread, contrast: one/point-1, halfwidth: .1, most: 9}
draws: 2
keep: {outcomes: [spread, depth], series: yearly, years: [1, 3]}
seed: 3
"""
ROWS = b"table, rows: [{a: .5, c: on}, {d: high}, {b: 2}]"
DESIGNS = ("factorial", "zip", "one-at-a-time", "fractional, resolution: 4", "latin-hypercube, points: 3",
           "sobol, points: 2", "morris, points: 2", "table, file: rows.csv")  # fmt: skip
WORDS = (b"path", b"values", b"low", b"high", b"steps", b"prior: lapse", b"on", b"off", b"levels", b"set", b"scenario",
         b"policy", b"policy.goals", b"policy.networks.partners.0.fte", b"parameters.lapse", b"years", b"name", b"..",
         b"", b"0", b".5", b"2", b"x", b"true", b"posterior: p.csv", b"null", b"-1", b"1e999", b".nan", b"{}", b"[]",
         b"status-quo", b"tiny.yaml", b"/", b"9" * 30, b"one/point-1", b"two")  # fmt: skip
SPLICES = st.one_of(
    st.sampled_from([
        b":", b"{", b"}", b"[", b"]", b"\n", b"- ", b"? ", b"'", b'"', b"*a", b"&a ", b"!a ", b"#", b"\t", b"\0",
        b"\xff", b"---\n", b"\\", b", ", b".",
    ]),
    st.sampled_from(WORDS),
    st.binary(min_size=1, max_size=4),
)  # fmt: skip
TABLES = st.one_of(
    st.sampled_from([b"", b"a,b\n", b"a\n0\n", b"a,a\n0,0\n", b"a,b,c\n.5,1,on\n,,\n", b"a\n1,2\n", b'"\n', b"\xff"]),
    st.binary(max_size=12),
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """The experiment with another design and a few words replaced, bytes put in or cut out."""
    text = BASE.replace(ROWS, draw(st.sampled_from([ROWS.decode(), *DESIGNS])).encode())
    if draw(st.booleans()):  # else a contrast of cells that most designs do not have
        text = text.replace(b"until:", b"#")
    for _ in range(draw(st.integers(1, 3))):  # whole words, so that the form stays good and the sense does not
        words = re.split(rb"([\w./-]+)", text)
        place = draw(st.integers(0, len(words) // 2 - 1))
        words[2 * place + 1] = draw(st.sampled_from(WORDS))
        text = b"".join(words)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        start = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 1, 2, 5, 40]))
        text = text[:start] + draw(SPLICES) + text[start + cut :]
    return text


def ends(folder: Path) -> tuple[str, ScenarioError | None]:
    """How loading and laying out end, and with which problems; any other exception fails the test."""
    try:
        loaded = load_experiment(str(folder / "e.yaml"))
    except ScenarioError as error:
        return "refused", error
    assert isinstance(loaded, LoadedExperiment)
    try:
        plan = make_plan(loaded)
    except ScenarioError as error:
        return "not laid out", error
    assert plan.cells
    assert all(task.runs >= 1 for task, _ in zip(tasks_of(plan), range(3), strict=False))
    return "plan", None


@settings(max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(content=spoilt(), table=TABLES)
def test_any_bytes_end_well(tiny: str, content: bytes, table: bytes) -> None:
    """Catches a mistake that the loader meets with a traceback, or with a problem that has no place."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tiny.yaml").write_text(tiny)
        (folder / "rows.csv").write_bytes(table)
        (folder / "p.csv").write_bytes(table.replace(b"a", b"lapse"))
        (folder / "e.yaml").write_bytes(content)
        end, error = ends(folder)
    if error is not None:
        assert end != "plan"
        assert error.problems
        assert all(problem.line >= 1 and problem.column >= 1 for problem in error.problems)
        assert str(error).encode()


def test_the_unspoilt_experiments_load(tmp_path: Path, tiny: str) -> None:
    """Catches a fuzz test that only ever sees one mistake: its base loads, with every design that fits its factors."""
    (tmp_path / "tiny.yaml").write_text(tiny)
    (tmp_path / "rows.csv").write_text("a,c\n.5,on\n")
    (tmp_path / "e.yaml").write_bytes(BASE)
    assert ends(tmp_path) == ("plan", None)
    for kind in DESIGNS:
        text = BASE.replace(ROWS, kind.encode()).replace(b"until:", b"#")
        (tmp_path / "e.yaml").write_bytes(text)
        assert ends(tmp_path) == ("plan", None), kind
