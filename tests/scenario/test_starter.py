"""New scenarios: they load as they are, show every setting, and mean the same with every comment sign taken away."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simdiff.cli.new import _alone, _base, _over
from simdiff.register import PARAMETERS
from simdiff.scenario import Loaded, ScenarioError, load_scenario, shipped_scenarios
from simdiff.scenario.advice import idle, repeated
from simdiff.scenario.chain import read_chain
from simdiff.scenario.reference import items, note
from simdiff.scenario.schema import Partner, Policy, Scenario
from simdiff.scenario.starter import NameRefusedError, named, refitted, starter

LISTED = ("partners", "facts")


@pytest.fixture
def begun(project: Path) -> Callable[..., tuple[Path, Loaded]]:
    """Write a new scenario, and load it."""

    def write(source: str | None = None, districts: tuple[str, ...] = (), name: str = "mine") -> tuple[Path, Loaded]:
        file = project / f"{name}.yaml"
        base = _base(source, file) if source else None
        said = _over(base, list(districts)) if base else _alone(list(districts))
        file.write_text(starter(name, "Mine", "schema.json", "simdiff new", base, said), encoding="utf-8")
        return file, load_scenario(file)

    return write


def uncommented(text: str) -> str:
    """The file with every setting said: signs taken away, but for mappings that are absent unless said."""
    lines, skip = [], None
    for line in text.splitlines():
        if line.startswith("##") or re.match(r"# \S", line):
            continue
        bare = line.removeprefix("#") if line.startswith("#") else line
        indent = len(bare) - len(bare.lstrip())
        if skip is not None and indent > skip and bare.strip():
            continue
        skip = indent if line.startswith("#") and re.match(r" *(table|slots|budget):$", bare) else None
        lines += [bare] if skip is None else []
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("source", [None, *shipped_scenarios()])
def test_a_new_scenario_is_its_base_and_stays_so_with_every_setting_said(begun: Any, source: str | None) -> None:
    """Catches a starter that changes something, and a shown value that is not the one that holds."""
    file, loaded = begun(source)
    words = {"name", "title", "about"}
    before = {key: value for key, value in loaded.text.items() if key not in words}
    if source is not None:
        base = load_scenario(Path(source)).text
        assert before == {key: value for key, value in base.items() if key not in words}
    said = uncommented(file.read_text(encoding="utf-8"))
    if source == "all-six":  # its facts and partners are lists of mappings, said in flow style
        assert "partners: [{name: cross-district-network" in said
    file.write_text(said, encoding="utf-8")
    after = load_scenario(file).text
    assert {name: one["value"] for name, one in after["parameters"].items()} == {
        name: parameter.default for name, parameter in PARAMETERS.items()
    }
    assert {**after, "parameters": before["parameters"]} == {**before, **{key: after[key] for key in words}}


def test_every_setting_is_shown_with_unit_range_default_and_source(begun: Any) -> None:
    """Catches a setting that the starter leaves out."""
    text = " ".join(re.sub(r"^##? *", "", line) for line in begun()[0].read_text(encoding="utf-8").splitlines())
    for item in items(Policy, ("policy",)):
        assert f"{item.name}:" in text, item.path
        if item.inner is None and "[]" not in item.path:
            assert note(item)[1:] in text, item.path
        assert item.source in text, item.path
    for name, parameter in PARAMETERS.items():
        assert f"{name}: {{value: " in text
        assert " ".join(parameter.source.split()) in text, name
    assert all(f"{name}:" in text for one in (Scenario, Partner) for name in one.model_fields)


def test_a_base_is_told_where_it_says_something(begun: Any) -> None:
    """Catches a value of the base that looks like a default."""
    text = begun("four-levers")[0].read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if "SET by four-levers, line" in line and "level: 0.8" in line)
    number = int(re.findall(r"line (\d+)", row)[0])
    assert "0.8" in shipped_scenarios()["four-levers"].read_text(encoding="utf-8").splitlines()[number - 1]


@pytest.mark.parametrize(("source", "districts", "there"), [
    (None, ("lake", "henry"), {"lake", "henry"}),
    ("four-levers", ("lake",), {"lake"}),
    ("all-six", ("dallas", "lake"), {"dallas", "lake"}),
    ("lake", ("henry",), {"henry"}),
])  # fmt: skip
def test_districts_are_chosen_and_policies_refitted(begun: Any, source: Any, districts: Any, there: Any) -> None:
    """Catches a policy that speaks of districts that are gone."""
    file, loaded = begun(source, districts)
    assert set(loaded.scenario.where.districts) == there
    for partner in loaded.scenario.policy.networks.partners:
        assert set(partner.members) <= there
    root = read_chain(file).root
    assert root is not None
    assert repeated(file) == idle(loaded.scenario, root, file) == []


def test_a_partner_whom_no_member_is_left_goes() -> None:
    """By hand: one partner loses one of two members, the other its only one; a level by district is renamed."""
    policy = {
        "mandate": {"level": {"a": 0.5, "others": 0.1}},
        "networks": {"partners": [{"name": "p", "members": {"a": 1, "b": 2}}, {"name": "q", "members": {"b": 1}}]},
    }
    assert refitted(policy, {"b": None}) == {"networks": {"partners": [{"name": "p", "members": {"a": 1}}]}}
    assert refitted(policy, {"a": "c"}) == {
        "mandate": {"level": {"a": None, "c": 0.5}},
        "networks": {"partners": [{"name": "p", "members": {"c": 1, "b": 2}}, {"name": "q", "members": {"b": 1}}]},
    }


@pytest.mark.parametrize(("district", "source"), [("laek", None), ("lake", "all-seven"), ("nowhere", "all-six")])
def test_unknown_districts_and_bases_are_refused(begun: Any, district: str, source: str | None) -> None:
    """Catches a traceback, or a scenario of somewhere else."""
    with pytest.raises(ScenarioError):
        begun(source, (district,))


@pytest.mark.parametrize(("text", "name", "title"), [
    ("coaches-first", "coaches-first", "Coaches first"),
    ("My Coaches", "my-coaches", "My Coaches"),
    ("Ünï 🎉", "uni", "Ünï 🎉"),
    ("<script>alert(1)", "script-alert-1", "<script>alert(1)"),
    ("=cmd|' '!A1", "cmd-a1", "=cmd|' '!A1"),
    ("$x$", "x", "$x$"),
    ("yes", "yes", "Yes"),
])  # fmt: skip
def test_wishes_become_names(text: str, name: str, title: str) -> None:
    """Catches a name that a file or the schema would not take."""
    assert named(text) == (name, title)


@pytest.mark.parametrize("text", ["", ".", "..", "../x", "a/b", "a\\b", "a\0b", "a\nb", "🎉", "CON", "nul", "x" * 300])
def test_hostile_names_are_refused(text: str) -> None:
    """Catches a file outside the folder, or one that some system cannot have."""
    with pytest.raises(NameRefusedError):
        named(text)


@pytest.mark.parametrize("text", ["no", "1:30", "# x", "a: b", "'\"", "<script>", "true"])
def test_titles_stay_inert(project: Path, text: str) -> None:
    """Catches a title that becomes something else in the file."""
    file = project / "x.yaml"
    file.write_text(starter("x", text, "s", "simdiff new", None, _alone([])), encoding="utf-8")
    assert load_scenario(file).scenario.title == text
