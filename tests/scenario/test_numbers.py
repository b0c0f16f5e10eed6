"""Numbers that are none, in every place where a scenario takes a number: refused at their line, never passed on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simdiff.scenario import Loaded, ScenarioError, load_scenario
from simdiff.scenario.reference import LISTED, NAMED, Item, scenario_items

NONE = (".nan", ".inf", "-.inf", "1e999", "1e308", "-1e308", "true", "'0.5'", "half", "1:30")
"""What is no number, no finite one, one beyond every range, and texts that some readers take for one."""
TINY_ONES = ("-0.0", "5e-324")
NAMES = {("where", "districts"): "north", ("practices",): "learner-profiles",
         ("where", "districts", NAMED, "profile"): "elementary"}  # fmt: skip
HERE = "HERE"
ANY = {("parameters", NAMED, "value"), ("facts", LISTED, "value")}
"""A parameter's value is that of its own name, which is tried; a fact, which no rule reads, is any number."""
NUMBERS = [item for path, item in scenario_items().items()
           if "number" in item.allowed and item.inner is None and path not in ANY]  # fmt: skip


def said(tiny: str, item: Item) -> str:
    """A scenario that says something of an item and nothing else of what is not in ``tiny``, a setting a line."""
    data: dict[str, Any] = YAML(typ="safe").load(tiny)
    at: Any = data
    for depth, step in enumerate(item.path[:-1]):
        name = NAMES.get(item.path[:depth], "fund") if step == NAMED else step
        following = item.path[depth + 1]
        if step == LISTED:
            at = at[0]
        elif following == LISTED:
            at[name] = [{}]
            at = at[name]
        else:
            if not isinstance(at.get(name), dict):
                at[name] = {}
            at = at[name]
    at[item.name] = HERE
    return json.dumps(data, indent=1)


def problems(write: Callable[..., Path], text: str) -> list[str]:
    """What is said against a file; nothing if it is taken."""
    try:
        load_scenario(write(text))
    except ScenarioError as told:
        return [str(problem) for problem in told.problems]
    return []


@pytest.mark.parametrize("item", NUMBERS, ids=lambda item: ".".join(item.path))
def test_what_is_no_number_is_refused_at_its_line(item: Item, tiny: str, write: Callable[..., Path]) -> None:
    """Catches a check such as ``p < 0 or p > 1``, which lets not-a-number through, and *true* taken for 1."""
    text = said(tiny, item)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if HERE in row)
    for number in NONE:
        found = problems(write, text.replace(f'"{HERE}"', number))
        assert any(one.startswith(f"a.yaml:{line}:") for one in found), (number, found)


def test_there_are_as_many_numbers_as_the_schema_has() -> None:
    """Catches a test that runs over nothing: the parameters alone are over a hundred."""
    assert len(NUMBERS) > 150


@pytest.mark.parametrize("number", TINY_ONES)
def test_zeros_below_and_above_are_zero(number: str, tiny: str, load: Callable[..., Loaded]) -> None:
    """Minus nought, and the least number there is, are levels that do nothing."""
    loaded = load(tiny.replace("level: .5", f"level: {number}"))
    assert loaded.scenario.policy.goals.problems.level["others"] == pytest.approx(0.0, abs=1e-300)
