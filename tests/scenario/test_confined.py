"""A file names other files only inside its project: whatever it tries, nothing outside is opened, and it is refused."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simdiff.scenario import ScenarioError, load_experiment, load_scenario

SECRET = "id,teachers,low_income\nsecret,20,.5\n"
SCENARIO = """\
format: 1
name: mine
title: Mine
years: 1
where:
  districts:
    north: {title: North, rows: {}, fill: {coordinates: drawn}, ties: {path: TIES}}
  table: {path: TABLE, columns: {id: id, teachers: teachers, low_income: low_income}}
practices: {personal-learning-paths: {}}
"""
EXPERIMENT = """\
format: 1
name: mine
title: Mine
scenarios: SCENARIOS
factors: {x: {path: years, values: [1, 2]}}
design: {kind: table, file: DESIGN}
draws: 2
posterior: POSTERIOR
"""
GOOD = {"TIES": "ties.csv", "TABLE": "table.csv", "SCENARIOS": "[status-quo]", "DESIGN": "design.csv",
        "POSTERIOR": "draws.csv"}  # fmt: skip
ATTACKS = [
    "../outside/secret.csv", "../outside/secret.yaml", "sub/../../outside/secret.csv", "./../outside/secret.csv",
    "{outside}/secret.csv", "{outside}/secret.yaml", "link.csv", "link.yaml", "folder/secret.csv", "folder/secret.yaml",
    "sub/link-to-link.csv", "/etc/passwd", "/dev/zero", "/dev/stdin", "/proc/self/environ", "pipe.csv", "pipe.yaml",
    "loop.csv", "loop.yaml", "CON", "con.yaml", "a:b", "a:b.yaml", "C:\\outside\\secret.yaml", "\\\\server\\x.yaml",
    "file:///etc/passwd", "~/.bashrc", "$HOME/x.yaml", "%2e%2e/outside/secret.yaml", "．．/outside/secret.yaml",
    "a\0b.yaml", "a\nb.yaml", "x" * 300, "x" * 300 + ".yaml", "sub", "sub/", ".", "..", "", " ",
    "sub/" * 2000 + "x.yaml", "-rf", "*.csv", "table.csv/../../outside/secret.csv",
]  # fmt: skip
"""Forty and some: up, absolute, through links, devices, pipes, loops, reserved names, other systems' and web addresses,
characters that end or split names, long names, folders, patterns."""
PLACES = ("extends", "TABLE", "TIES", "SCENARIOS", "SCENARIO", "DESIGN", "POSTERIOR")
OPENED: list[str] = []
WATCHING = [False]


def watch(event: str, told: tuple[object, ...]) -> None:
    if WATCHING[0] and event == "open" and isinstance(told[0], str | bytes | os.PathLike):
        OPENED.append(os.fsdecode(told[0]))


sys.addaudithook(watch)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project beside a folder that it must not reach, with links, a pipe and loops in it."""
    top = tmp_path_factory.mktemp("confined")
    project, outside = top / "project", top / "outside"
    (project / "sub").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.csv").write_text(SECRET)
    (outside / "secret.yaml").write_text("format: 1\nname: secret\ntitle: Secret\nextends: status-quo\n")
    (project / "pyproject.toml").touch()
    (project / "table.csv").write_text(SECRET.replace("secret,", "a,") + "b,30,.4\n")
    (project / "ties.csv").write_text("source,target\na,b\n")
    (project / "design.csv").write_text("x\n1\n")
    (project / "draws.csv").write_text("master\n.1\n.2\n")
    for kind in ("csv", "yaml"):
        (project / f"link.{kind}").symlink_to(outside / f"secret.{kind}")
        (project / f"loop.{kind}").symlink_to(project / f"loop.{kind}")
        os.mkfifo(project / f"pipe.{kind}")
    (project / "folder").symlink_to(outside)
    (project / "sub" / "link-to-link.csv").symlink_to(project / "link.csv")
    return project


def text_of(place: str, told: str) -> tuple[str, str]:
    """An attack at a place: the file's name and text."""
    said = json.dumps(told)
    if place == "extends":
        return "mine.yaml", f"format: 1\nname: mine\ntitle: Mine\nextends: {said}\n"
    values = GOOD | {place: f"[{said}]" if place == "SCENARIOS" else said}
    text = EXPERIMENT if place in ("SCENARIOS", "SCENARIO", "DESIGN", "POSTERIOR") else SCENARIO
    if place == "SCENARIO":
        values["SCENARIOS"] = f"{{a: {{scenario: {said}}}}}"
    for name, value in values.items():
        text = text.replace(name, value)
    return "mine.yaml", text


def loaded(project: Path, place: str, told: str) -> None:
    name, text = text_of(place, told)
    (project / name).write_text(text, encoding="utf-8")
    experiment = place in ("SCENARIOS", "SCENARIO", "DESIGN", "POSTERIOR")
    load_experiment(str(project / name)) if experiment else load_scenario(project / name)


@pytest.fixture
def opened(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Files that are opened meanwhile, links followed."""
    monkeypatch.chdir(project)
    OPENED.clear()
    WATCHING[0] = True
    yield OPENED
    WATCHING[0] = False


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_nothing_outside_the_project_is_opened(project: Path, opened: list[str], place: str, number: int) -> None:
    """Catches a way out of the project, a device or a pipe that is read, and a traceback."""
    told = ATTACKS[number].format(outside=project.parent / "outside") if "{" in ATTACKS[number] else ATTACKS[number]
    with pytest.raises(ScenarioError) as refused:
        loaded(project, place, told)
    reached = {os.path.realpath(name) for name in opened if "\0" not in name}
    away = [str(project.parent / "outside"), "/etc/passwd", "/dev/", "/proc/self/environ", str(project / "pipe")]
    assert [name for name in reached if name.startswith(tuple(away))] == []
    assert "secret," not in str(refused.value)
    assert all(str(problem).isprintable() for problem in refused.value.problems)


@pytest.mark.parametrize("place", PLACES)
def test_the_same_files_load_without_an_attack(project: Path, place: str) -> None:
    """Catches attacks that are refused for another reason."""
    loaded(project, place, GOOD.get(place, "status-quo").strip("[]"))


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/x",
        "a/b",
        "a\\b",
        "CON",
        "con",
        "nul",
        "com1",
        "lpt9",
        "a:b",
        "a\0b",
        "x" * 300,
        "..",
        ".",
        "",
        "-x",
        "é",
        " x",
    ],
)
@pytest.mark.parametrize("kind", ["scenario", "experiment"])
def test_names_of_outputs_are_plain(project: Path, kind: str, name: str) -> None:
    """Catches a name that would make a folder of results somewhere else: ``results/NAME``."""
    said = json.dumps(name)
    text = f"format: 1\nname: {said}\ntitle: Mine\n" + (
        "extends: status-quo\n" if kind == "scenario" else "scenarios: [status-quo]\n"
    )
    (project / "named.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"name|control character"):
        load_scenario(project / "named.yaml") if kind == "scenario" else load_experiment(str(project / "named.yaml"))
