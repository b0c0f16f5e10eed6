"""A valid scenario to spoil, and two verbs: write a file, and say what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simdiff.scenario import Loaded, ScenarioError, load_scenario

QUANTILES = "teachers: [9, 15, 20, 25, 40], low_income: [0, .2, .5, .7, 1]"
SPACING = "spacing: {nearest_km: 1, pairwise_km: 8}"
TINY = f"""\
format: 1
name: tiny
title: Tiny
where:
  districts:
    north: {{title: North, profile: {{elementary: {{schools: 4, {QUANTILES}}}, {SPACING}}}}}
    south: {{title: South, profile: {{high: {{schools: 2, {QUANTILES}}}, {SPACING}}}}}
practices:
  learner-profiles: {{}}
policy:
  goals:
    problems: {{level: .5, start: 12}}
"""


@pytest.fixture
def tiny() -> str:
    """A valid scenario of two drawn districts, twelve lines long."""
    return TINY


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project's folder, which is also the working folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(project: Path) -> Callable[..., Path]:
    """Write a file of the project: ``write(text)`` or ``write(text, name)``."""

    def write_file(text: str | bytes, name: str = "a.yaml") -> Path:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_file


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Loaded]:
    """Load a scenario text that is expected to be right."""
    return lambda text, schools=None: load_scenario(write(text), schools)


@pytest.fixture
def wrong(write: Callable[..., Path]) -> Callable[..., list[str]]:
    """Return the lines said about a scenario text that is expected to be wrong."""

    def lines(text: str | bytes, schools: Path | None = None) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            load_scenario(write(text), schools)
        return str(caught.value).splitlines()

    return lines
