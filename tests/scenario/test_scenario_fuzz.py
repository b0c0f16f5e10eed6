"""Whatever the bytes, a scenario file gives a scenario or problems with a place, never a traceback."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simdiff.scenario import Loaded, ScenarioError, load_scenario

BASE = b"""format: 1
name: fuzz
title: "Fuzz"
where:
  districts:
    north: {title: N, profile: {high: {schools: 2, teachers: [9, 15, 20, 25, 40], low_income: [0, .2, .5, .7, 1]},
      spacing: {nearest_km: 1, pairwise_km: 8}}}
practices:
  x: {like: developer-tied, load: 1.5}
policy:
  goals: {problems: {north: .5}, goals: {level: 1, start: 0, stop: 60}}
  superintendent: {exits: [1, 20]}
  networks: {partners: [{name: p, members: {north: all}}]}
parameters:
  lapse: {value: 1e-2, reason: "because"}
facts:
  - {what: a, value: 3, source: b}
"""

SPLICES = st.one_of(
    st.sampled_from([
        b":", b"{", b"}", b"[", b"]", b"\n", b"- ", b"? ", b"'", b'"', b"|\n", b">-\n", b"%", b"*a", b"&a ", b"!a ",
        b"#",
        b"<<: ", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"---\n", b"...\n", b"\\", b"null", b"-1", b"1e999", b".nan",
        b"level", b"others", b"stop: 3, ", b"extends: b\n", b"%YAML 9.9\n---\n", b'"\\U99999999"',
        b"table: {path: ..}\n",
        "é\u2028".encode(), b"   ", b"9" * 50, b"true",
    ]),
    st.binary(min_size=1, max_size=4),
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    text = BASE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 1, 2, 5, 40]))
        text = text[:start] + draw(SPLICES) + text[start + cut :]
    return text


def outcome(path: Path) -> Loaded | ScenarioError:
    """What loading ends in; any other exception fails the test."""
    try:
        return load_scenario(path)
    except ScenarioError as error:
        return error


@settings(max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(spoilt())
def test_any_bytes_end_well(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(content)
        found = outcome(path)
        if isinstance(found, ScenarioError):
            assert found.problems
            assert all(problem.line >= 1 and problem.column >= 1 for problem in found.problems)
            assert len(str(found).splitlines()) == len(set(map(str, found.problems)))
            assert str(found).encode()
        else:
            assert isinstance(found, Loaded)


def test_the_unspoilt_scenario_loads(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(BASE)
    assert load_scenario(tmp_path / "a.yaml").scenario.name == "fuzz"
