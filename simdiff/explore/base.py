"""What is explored: a scenario, and the same with settings laid over it, as a file that extends it would say them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simdiff.scenario import OTHERS, Loaded, Scenario, ScenarioError, to_yaml
from simdiff.scenario.access import resolve_practice
from simdiff.scenario.chain import Chain
from simdiff.scenario.checks import cross_problems
from simdiff.scenario.folders import shipped_scenarios
from simdiff.scenario.problems import Problem
from simdiff.scenario.settings import as_node, laid, settings_from
from simdiff.scenario.source import BAD_IN_TEXT, Spot
from simdiff.scenario.translate import translated
from simdiff.study.cells import places_of, practices_of

SOURCE = "the page"
Changes = Mapping[str, Any]
"""Path of a setting → number, or None for what is to be left out."""


@dataclass(frozen=True, slots=True)
class Base:
    """A scenario that was loaded, what it was called when asked for, and the seed of all luck."""

    told: str
    loaded: Loaded
    seed: int = 1

    @property
    def shipped(self) -> bool:
        """True if a file elsewhere can extend it by name."""
        return shipped_scenarios().get(self.told) in self.loaded.files


def changed(base: Base, changes: Changes, name: str = "", title: str = "") -> Loaded:
    """The scenario with settings laid over it, checked as a file is. Raises ScenarioError with every problem."""
    if not changes and not name:
        return base.loaded
    words = {key: value for key, value in (("name", name), ("title", title)) if value}
    return _checked(base, as_settings(base, changes) | words)


def as_settings(base: Base, changes: Changes) -> dict[str, Any]:
    """Changes as settings of a file: a value for all districts replaces those of single districts too."""
    found = dict[str, Any]()
    for path, value in changes.items():
        said = _at(base.loaded.text, path)
        own = [name for name in said if name != OTHERS] if isinstance(said, dict) else []
        found[path] = {OTHERS: value, **dict.fromkeys(own, value)} if own and value is not None else value
    return found


def place_titles(scenario: Scenario) -> dict[str, str]:
    """What to call the places of results."""
    titles = {name: district.title for name, district in scenario.where.districts.items()}
    return {name: titles.get(name, "all districts") for name in places_of(scenario)}


def practice_titles(scenario: Scenario) -> dict[str, str]:
    """What to call the practices of results."""
    titles = {name: resolve_practice(name, practice).title for name, practice in scenario.practices.items()}
    return {name: titles.get(name, "any practice") for name in practices_of(scenario)}


def _at(data: Any, path: str) -> Any:
    for step in path.split(".") if isinstance(path, str) else ():
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _checked(base: Base, settings: Mapping[str, Any]) -> Loaded:
    spot = Spot(Path(SOURCE), 0, 0)
    whole = Chain(as_node(base.loaded.text, spot, spot), (Path(SOURCE),), (), whole=True)
    root = laid(whole, settings_from(settings, SOURCE, "set on the page")).root
    assert root is not None
    try:
        scenario = Scenario.model_validate(root.plain())
    except ValidationError as error:
        raise ScenarioError(translated(error, root, Scenario, whole=True)[0]) from None
    problems = [one for _, one in cross_problems(scenario, root, has_table=bool(base.loaded.schools))]
    if problems:
        raise ScenarioError(problems)
    return replace(base.loaded, scenario=scenario, text=scenario.model_dump(mode="json"))


def as_file(base: Base, changes: Changes, name: str, title: str) -> str:
    """A scenario file that ``simdiff run`` turns into the numbers of the page: short where it can extend a shipped
    scenario by name, else whole. Raises ScenarioError for what no file may say."""
    if BAD_IN_TEXT.search(title):
        raise ScenarioError([Problem(SOURCE, 0, 0, "title", "found a control character", "expected a text")])
    loaded = changed(base, changes, name, title)
    if not base.shipped:
        return to_yaml(loaded.text)
    said: dict[str, Any] = {"extends": base.told, "format": 1, "name": name, "title": title}
    for path, value in as_settings(base, changes).items():
        holder, *steps = said, *path.split(".")
        for step in steps[:-1]:
            holder = holder.setdefault(step, {})
        holder[steps[-1]] = value
    return to_yaml(said)


def minus(text: str) -> str:
    """Numbers in words, with the minus sign that money has."""
    return text.replace("-", "−")
