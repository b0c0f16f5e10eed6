"""The one list of settings that manual, starter, schemas, explanations and differences share."""

from simdiff.register import LEVERS, PARAMETERS
from simdiff.scenario.experiment_schema import Experiment
from simdiff.scenario.reference import item_at, items, note, parameters, scenario_items
from simdiff.scenario.schema import Closed, Scenario
from simdiff.scenario.words import describe

WITHOUT_UNIT = {"format", "value", "resolution", "low", "high", "halfwidth", "seed"}
"""Numbers that count nothing, or whose unit another setting decides."""


def test_every_field_is_an_item_and_every_number_has_a_unit() -> None:
    """Catches a field that is added without a unit, and one that the list leaves out."""
    for top in (Scenario, Experiment):
        found = list(items(top))
        classes: set[type[Closed]] = {top} | {item.inner for item in found if item.inner is not None}
        assert {name for one in classes for name in one.model_fields} == {item.name for item in found}
        bare = {item.name for item in found if "number" in item.allowed and not item.unit and item.inner is None}
        assert bare - WITHOUT_UNIT == {"values"} & bare
        assert all(item.meaning for item in found)


def test_levers_and_parameters_are_told_as_the_register_tells_them() -> None:
    """Catches a source or a default that is said twice, differently."""
    for lever in LEVERS:
        item = scenario_items()["policy", *lever.path.split(".")]
        assert item.source == lever.source
        assert lever.meaning[1:] in item.meaning
    for name, item in parameters().items():
        assert (item.default, item.unit) == (PARAMETERS[name].default, PARAMETERS[name].unit)
        assert PARAMETERS[name].source in item.source


def test_paths_with_real_names_lead_to_their_setting() -> None:
    """By hand: a district's value belongs to the setting, a partner's field to that of any partner."""
    for path, name in {
        ("policy", "talent", "coaching", "per_100_teachers", "lake"): "per_100_teachers",
        ("policy", "networks", "partners", 3, "fte"): "fte",
        ("where", "districts", "lake", "profile", "high", "teachers"): "teachers",
        ("parameters", "lapse", "value"): "lapse",
    }.items():
        item = item_at(path)
        assert item is not None
        assert item.name == name
    assert item_at(("nonsense",)) is None


def test_notes_say_unit_range_and_default() -> None:
    """By hand, from the schema's own words."""
    found = scenario_items()
    assert (
        note(found["policy", "flexibility", "pilots", "sites"])
        == "schools: whole number 0 to 100000; by district; default 0"
    )
    assert note(found["policy", "mandate", "ramp"]) == "month: whole number 0 to 1200; by district; default 0"
    assert note(found["policy", "goals", "goals", "ramp"]).endswith("default 12")
    assert note(found["policy", "mandate", "stop"]) == "month: whole number 0 to 1200; by district; default none"
    assert note(found["title",]) == "text of 1 to 120 characters; required"
    assert describe(found["years",].kind) == "a whole number from 1 to 100"
