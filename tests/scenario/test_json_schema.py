"""The JSON Schemas for editors, judged by a validator that is not ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from simdiff.register import PARAMETERS
from simdiff.scenario import load_scenario, shipped_experiments, shipped_folder, shipped_scenarios
from simdiff.scenario.json_schema import KINDS, json_schema, schema_text
from simdiff.scenario.source import read_source

VALIDATORS = {kind: Draft7Validator(json_schema(kind)) for kind in KINDS}
SHIPPED = {"scenario": shipped_scenarios(), "experiment": shipped_experiments()}
FILES = [(kind, name) for kind, files in SHIPPED.items() for name in files]


def refused(kind: str, data: Any) -> bool:
    return not VALIDATORS[kind].is_valid(data)


def plain(path: Path) -> Any:
    root = read_source(path).root
    assert root is not None
    return root.plain()


@pytest.mark.parametrize("kind", KINDS)
def test_published_schemas_are_valid_and_up_to_date(kind: str) -> None:
    """Catches a schema that no editor can use, and one that was not published anew (`python docs/generate.py`)."""
    Draft7Validator.check_schema(json_schema(kind))
    published = shipped_folder("schema") / f"{kind}.json"
    assert published.read_text(encoding="utf-8") == schema_text(kind)


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_shipped_files_are_good_and_lead_editors_to_their_schema(kind: str, name: str) -> None:
    """Catches a schema that is stricter than the loader, and a modeline that leads nowhere."""
    path = SHIPPED[kind][name]
    assert [error.message for error in VALIDATORS[kind].iter_errors(plain(path))] == []
    modeline = path.read_text(encoding="utf-8").splitlines()[0]
    assert modeline.startswith("# yaml-language-server: $schema=")
    assert json.loads((path.parent / modeline.partition("$schema=")[2]).read_text(encoding="utf-8"))["title"].endswith(
        kind
    )


@pytest.mark.parametrize("name", shipped_scenarios())
def test_resolved_scenarios_are_good(name: str) -> None:
    """Catches a default or a full form that the schema does not know: what a run writes down is a scenario too."""
    assert [error.message for error in VALIDATORS["scenario"].iter_errors(load_scenario(Path(name)).text)] == []


MISTAKES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "unknown key": lambda told: told | {"polcy": {}},
    "unknown key deep inside": lambda told: told | {"policy": {"talent": {"coching": {}}}},
    "misspelt field of a lever": lambda told: told | {"policy": {"talent": {"change": {"stat": 3}}}},
    "share above 1": lambda told: told | {"policy": {"mandate": 1.2}},
    "level above 1": lambda told: told | {"policy": {"goals": {"goals": {"level": 8}}}},
    "district's level above 1": lambda told: told | {"policy": {"goals": {"goals": {"district": 8}}}},
    "fraction of a month": lambda told: told | {"policy": {"mandate": {"start": 1.5}}},
    "month before the start": lambda told: told | {"policy": {"mandate": {"start": -1}}},
    "text for a number": lambda told: told | {"years": "ten"},
    "true for a number": lambda told: told | {"policy": {"mandate": True}},
    "word that is no choice": lambda told: told | {"structure": {"contagion": "logistic"}},
    "unknown parameter": lambda told: told | {"parameters": {"laps": {"value": 0.1, "reason": "why"}}},
    "parameter out of range": lambda told: told | {"parameters": {"lapse": {"value": -1, "reason": "why"}}},
    "parameter without a reason": lambda told: told | {"parameters": {"lapse": {"value": 0.1}}},
    "no practice": lambda told: told | {"practices": {}},
    "practice unlike any": lambda told: told | {"practices": {"x": {"like": "nothing"}}},
    "name with a space": lambda told: told | {"name": "a b"},
    "other format": lambda told: told | {"format": 2},
    "four quantiles": lambda told: told | {"where": {"districts": {"d": {"title": "D", "profile": {
        "high": {"schools": 3, "teachers": [1, 2, 3, 4], "low_income": [0, 0, 0, 0, 0]},
        "spacing": {"nearest_km": 1, "pairwise_km": 2}}}}}},
    "partner without members": lambda told: told | {"policy": {"networks": {"partners": [{"name": "p"}]}}},
    "no place": lambda told: {key: value for key, value in told.items() if key != "where"},
    "no title": lambda told: {key: value for key, value in told.items() if key != "title"},
}  # fmt: skip
NEEDS_A_WHOLE_FILE = ("no practice", "no place", "no title", "parameter without a reason")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_known_mistakes_are_refused(mistake: str) -> None:
    """Catches a schema that lets a mistake pass which the loader refuses; in files that extend another, too."""
    whole = plain(shipped_scenarios()["status-quo"])
    assert not refused("scenario", whole)
    assert refused("scenario", MISTAKES[mistake](whole))
    part = {"extends": "status-quo", "name": "x", "title": "X"}
    assert not refused("scenario", part)
    if mistake not in NEEDS_A_WHOLE_FILE:
        assert refused("scenario", MISTAKES[mistake](part))


def test_a_file_that_extends_another_may_take_out_what_it_inherits() -> None:
    """Catches a schema that refuses null where `extends` gives it a meaning, or allows it where there is nothing."""
    data = {"practices": {"personal-learning-paths": None}, "policy": {"talent": None}}
    assert not refused("scenario", {"extends": "x"} | data)
    assert refused("scenario", plain(shipped_scenarios()["status-quo"]) | data)


@pytest.mark.parametrize(
    "change",
    [
        {"factors": {"a": {"paths": "policy.mandate", "values": [0, 1]}}},
        {"factors": {"a": {"prior": "laps"}}},
        {"design": {"kind": "factorals"}},
        {"replicates": 0},
        {"keep": {"outcomes": ["depht"]}},
        {"until": {"outcome": "depth", "contrast": "a"}},
        {"scenarios": []},
        {"scenarios": {"a": {"set": {}}}},
        {"seed": "one"},
    ],
)
def test_mistakes_in_experiments_are_refused(change: dict[str, Any]) -> None:
    """The same for experiments."""
    good = {"format": 1, "name": "x", "title": "X", "scenarios": ["goals"]}
    assert not refused("experiment", good)
    assert refused("experiment", good | change)


def test_descriptions_carry_unit_range_default_and_source() -> None:
    """Catches a schema that tells an editor nothing: what a hover shows is what the manual says."""
    found = json_schema("scenario")["definitions"]
    months = found["LeverLevel"]["properties"]["ramp"]
    assert "Month: whole number 0 to 1200; by district; default 12." in months["description"]
    assert months["default"] == 12
    lapse, known = found["parameter_lapse"], PARAMETERS["lapse"]
    for told in (known.unit, known.source, str(known.default), known.meaning):
        assert told in lapse["description"]
