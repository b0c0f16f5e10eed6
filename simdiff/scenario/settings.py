"""Settings laid over a scenario: a path and a value, as a file that extends the scenario would say them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simdiff.scenario.chain import Chain, merge
from simdiff.scenario.problems import Problem, ScenarioError, shown
from simdiff.scenario.source import BAD_IN_TEXT, Node, Spot
from simdiff.scenario.translate import Place


@dataclass(frozen=True, slots=True)
class Setting:
    """A path of the scenario file and the value that holds there, each with its place in the experiment file."""

    path: Place
    node: Node

    def overlaps(self, other: "Setting") -> bool:
        """True if one path leads to or through the other."""
        shorter = min(len(self.path), len(other.path))
        return self.path[:shorter] == other.path[:shorter]


def setting(path: str, value: Any, key: Spot, spot: Spot, reason: str) -> Setting:
    """A setting from text and plain value; a bare value for a parameter gets ``reason``."""
    steps: Place = tuple(int(step) if step.isdecimal() else step for step in path.split("."))
    node = as_node(value, spot, key)
    if len(steps) == 2 and steps[0] == "parameters" and isinstance(value, bool | int | float | str):
        node = Node({"value": node, "reason": Node(reason, spot, key)}, spot, key)
    return Setting(steps, node)


def settings_from(changes: Mapping[str, Any], source: str, reason: str) -> list[Setting]:
    """Settings said in Python, path → value; problems with them are told at ``source`` and their path.

    Raises ScenarioError for a path that is none, and for what no file could say: values that are not numbers, texts,
    true/false, None, lists and mappings of these, or not finite.
    """
    spot, found, problems = Spot(Path(source), 0, 0), list[Setting](), list[Problem]()
    for path, value in changes.items():
        if not isinstance(path, str) or not all(path.split(".")):
            problems.append(Problem(source, 0, 0, "", f"found the path {shown(path)}", "expected `key.key.…`"))
        elif wrong := _unsayable(value):
            problems.append(Problem(source, 0, 0, path, wrong, "expected what a scenario file could say"))
        else:
            found.append(setting(path, value, spot, spot, reason))
    if problems:
        raise ScenarioError(problems)
    return found


def _unsayable(value: Any) -> str:
    """What no file could say in a value; empty if there is nothing."""
    if isinstance(value, dict):
        wrong = [f"found the key {shown(key)}" for key in value if not isinstance(key, str) or BAD_IN_TEXT.search(key)]
        return next(iter([*wrong, *filter(None, map(_unsayable, value.values()))]), "")
    if isinstance(value, list):
        return next(filter(None, map(_unsayable, value)), "")
    if isinstance(value, str):
        return "found a control character" if BAD_IN_TEXT.search(value) else ""
    if isinstance(value, float) and not math.isfinite(value):
        return f"found {value}"
    return "" if value is None or type(value) in (bool, int, float) else f"found a {type(value).__name__}"


def as_node(value: Any, spot: Spot, key: Spot) -> Node:
    """Plain data as a tree whose every value stands at ``spot``."""
    if isinstance(value, dict):
        return Node({name: as_node(child, spot, spot) for name, child in value.items()}, spot, key)
    if isinstance(value, list):
        return Node([as_node(child, spot, spot) for child in value], spot, key)
    return Node(value, spot, key)


def laid(chain: Chain, settings: list[Setting]) -> Chain:
    """Lay settings over a scenario that was read."""
    root = chain.root
    for one in settings:
        root = None if root is None else _lay(root, one.path, one.node)
    return replace(chain, root=root)


def _lay(base: Node, path: Place, node: Node) -> Node:
    step, rest = path[0], path[1:]
    if isinstance(base.value, list) and isinstance(step, int) and step < len(base.value):
        items = list(base.value)
        items[step] = _lay(items[step], rest, node) if rest else merge(items[step], node)
        return replace(base, value=items)
    if rest and isinstance(base.value, dict) and str(step) in base.value:
        return replace(base, value=base.value | {str(step): _lay(base.value[str(step)], rest, node)})
    for outer in reversed(rest):
        node = Node({str(outer): node}, node.key, node.key)
    return merge(base, Node({str(step): node}, node.key, base.key))
