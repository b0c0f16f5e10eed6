"""Cells of an experiment: a scenario at factor levels, named for readers and known by the hash of what it holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simdiff.model.inputs import BURN_IN
from simdiff.model.world import MOST_REPORTS
from simdiff.scenario import Experiment, Loaded, LoadedExperiment, Plain, Scenario, ScenarioError, SchoolRow
from simdiff.scenario.design_rows import Levels
from simdiff.scenario.factors import OFF, ON
from simdiff.scenario.schema import District
from simdiff.scenario.translate import problem_at
from simdiff.study.blocks import ALL, ANY
from simdiff.study.design import design_points, is_named, point_count
from simdiff.study.files import digest

WORDS = ("name", "title", "about", "facts")
"""Keys of a scenario that no number depends on."""
MOST_CELLS = 100_000
Schools = dict[str, tuple[SchoolRow, ...]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``id`` is the hash of what decides numbers in ``text`` (the resolved scenario as JSON) and ``schools``;
    ``size`` the school-months (times practices) of one run; ``years`` its horizon."""

    id: str
    name: str
    scenario: str
    levels: Mapping[str, Plain]
    text: str
    schools: Schools
    size: int
    years: int


def cells_of(loaded: LoadedExperiment) -> list[Cell]:
    """Every cell of an experiment, scenario by scenario, each in the order of the design. Cells that say the same have
    the same ``id``, and are run once. Raises ScenarioError."""
    experiment = loaded.experiment
    if (count := point_count(experiment) * len(loaded.bases)) > MOST_CELLS:
        allowed = f"expected at most {MOST_CELLS:,}"
        raise ScenarioError([problem_at(loaded.root, ("design",), f"{count:,} cells", allowed, key=True)])
    points = design_points(loaded)
    named = is_named(experiment)
    cells: dict[str, Cell] = {}
    for scenario in loaded.bases:
        for number, levels in enumerate(points):
            short = label(experiment, levels) if named else f"point-{number + 1:0{len(str(len(points)))}d}"
            name = short if len(loaded.bases) == 1 and experiment.factors else scenario
            if len(loaded.bases) > 1 and experiment.factors:
                name = f"{scenario}/{short}"
            cell = make_cell(loaded.cell(scenario, levels), name, scenario, levels)
            known = cells.setdefault(name, cell)
            if known.id != cell.id:  # a table may hold a row twice, but no cell may go under another's name
                found = f"two different cells named `{name}`"
                raise ScenarioError([problem_at(loaded.root, ("factors",), found, "expected other names", key=True)])
    return list(cells.values())


def make_cell(loaded: Loaded, name: str, scenario: str, levels: Levels) -> Cell:
    """A cell from its checked scenario."""
    said = {key: value for key, value in loaded.text.items() if key not in WORDS}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))  # the first practice stays the first
    schools = sum(
        len(loaded.schools[name]) if name in loaded.schools else drawn_schools(district)
        for name, district in loaded.scenario.where.districts.items()
    )
    months = BURN_IN + 12 * loaded.scenario.years
    return Cell(
        id=digest(f"{json.dumps(_numbers(said), sort_keys=True)}\n{sorted(loaded.schools.items())!r}".encode())[:16],
        name=name,
        scenario=scenario,
        levels=dict(levels),
        text=text,
        schools=loaded.schools,
        size=schools * months * len(loaded.scenario.practices),
        years=loaded.scenario.years,
    )


def _numbers(said: dict[str, Any]) -> dict[str, Any]:
    """A scenario's data without titles, sources and reasons: mending one makes no other cell."""
    where = dict(said["where"])
    where["districts"] = {
        name: {**district, "title": "", "profile": district["profile"] and {**district["profile"], "source": ""}}
        for name, district in where["districts"].items()
    }
    practices = {name: {**practice, "title": ""} for name, practice in said["practices"].items()}
    parameters = {name: override["value"] for name, override in said["parameters"].items()}
    return {**said, "where": where, "practices": practices, "parameters": parameters}


def drawn_schools(district: District) -> int:
    """Schools that a district's profile gives."""
    if district.profile is None:
        return 0
    parts = (getattr(district.profile, level) for level in ("elementary", "middle", "high", "other"))
    return sum(part.schools for part in parts if part is not None)


def scenario_of(text: str) -> Scenario:
    """The scenario of a cell, from its text."""
    words: dict[str, Any] = {"name": "cell", "title": "cell"}
    return Scenario.model_validate(words | json.loads(text))


def places_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of places in results: all districts together, then each if there are several (but not very many)."""
    districts = sorted(scenario.where.districts)
    return (ALL, *districts) if 1 < len(districts) <= MOST_REPORTS else (ALL,)


def practices_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of practices in results; with several, *any* of them too."""
    names = tuple(scenario.practices)
    return names if len(names) == 1 else (*names, ANY)


def label(experiment: Experiment, levels: Levels) -> str:
    """A short name: the factors that are on, joined by +, and the levels of the others; *base* if nothing is set."""
    on = [name for name, level in levels.items() if experiment.factors[name].on is not None and level == ON]
    rest = [
        f"{name}={_said(level)}"
        for name, level in levels.items()
        if not (experiment.factors[name].on is not None and level in (ON, OFF))
    ]
    return ",".join([*(["+".join(on)] if on else []), *rest]) or "base"


def _said(level: Plain) -> str:
    return str(level).lower() if isinstance(level, bool) else str(level).removesuffix(".0")
