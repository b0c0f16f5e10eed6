"""The documents say what the register, the schema and the rules say."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from simdiff.analysis.leaders import NOT_RUN
from simdiff.register import CALENDARS, CATALOGUE, FINAL_OUTCOMES, LEVERS, OUTCOMES, PARAMETERS
from simdiff.report.replay import edits
from simdiff.scenario import load_scenario
from simdiff.scenario.schema import Scenario

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "CHANGELOG.md", ROOT / "README.md", ROOT / "SECURITY.md"]
MACHINE = re.compile(r"(?<![\w.:/])/(?:work|home|root|tmp|usr|var|mnt|opt|Users)/|[A-Z]:\\|\.\./shared")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def model_page() -> str:
    return (DOCS / "model.md").read_text(encoding="utf-8")


def test_generated_blocks_are_up_to_date(generate: ModuleType) -> None:
    assert generate.stale() == [], "run python docs/generate.py"


def test_an_edited_block_is_stale(generate: ModuleType, tmp_path: Path) -> None:
    for name in generate.FILES:
        text = (DOCS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    page = tmp_path / "model.md"
    page.write_text(page.read_text(encoding="utf-8").replace("| 0.006 |", "| 0.007 |"), encoding="utf-8")
    assert generate.stale(tmp_path) == ["model.md"]


def test_every_block_is_printed_somewhere(generate: ModuleType) -> None:
    names = [found["name"] for page in generate.FILES for found in generate.BLOCK.finditer((DOCS / page).read_text())]
    assert sorted(names) == sorted(generate.BLOCKS)


@pytest.mark.parametrize("kind", ["parameters", "outcomes", "sub-levers", "calendars", "practices"])
def test_all_that_is_registered_is_on_the_model_page(kind: str, model_page: str) -> None:
    names = {
        "parameters": list(PARAMETERS),
        "outcomes": [outcome.name for outcome in (*OUTCOMES, *FINAL_OUTCOMES)],
        "sub-levers": [f"policy.{lever.path}" for lever in LEVERS],
        "calendars": [calendar.name for calendar in CALENDARS],
        "practices": list(CATALOGUE),
    }[kind]
    assert [name for name in names if f"`{name}` |" not in model_page] == []


def test_every_parameter_row_gives_its_default_and_source(model_page: str) -> None:
    rows = {row.split("|")[2].strip(" `"): row for row in model_page.splitlines() if row.count("|") == 10}
    absent = [p.name for p in PARAMETERS.values() if p.source.replace("|", "\\|") not in rows[p.name]]
    assert absent == []


def test_every_equation_has_its_heading(model_page: str) -> None:
    headings = re.findall(r"^### E(\d+) ", model_page, re.MULTILINE)
    assert headings == [str(n) for n in range(1, 26)]


def test_every_field_of_the_schema_is_in_the_reference(generate: ModuleType) -> None:
    page = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    for one in generate.classes(Scenario):
        part = page.split(f"### {one.__name__}\n")[1].split("\n### ")[0]
        assert [name for name in one.model_fields if f"| `{name}` |" not in part] == [], one.__name__


def test_example_scenarios_load(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (DOCS / "scenarios.md").read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        file = tmp_path / "example.yaml"
        file.write_text(example, encoding="utf-8")
        assert load_scenario(file).scenario.policy.talent.coaching.per_100_teachers == {"others": 0.8}


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in PAGES:
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", prose):
            assert not target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_what_was_kept_of_long_runs_says_how_to_repeat_it() -> None:
    """Catches a command that repeats less: rows of Carlson's network, which is not shipped, and none in the command."""
    validation = json.loads((DOCS / "runs" / "validation.json").read_text())
    model = {row[0]: row[2] for row in validation["tables"]["patterns"]["rows"]}
    calibrated = json.loads((ROOT / "experiments" / "calibrated.json").read_text())
    assert not {NOT_RUN, ""} & {model[name] for name in ("P7", "P8a", "P8b")}
    assert all("rmse" in row for row in calibrated["carlson"])
    for kept in (validation, calibrated):
        assert kept["reproduce"].endswith(" --network FOLDER")


STUDIES = {
    "docs/runs/validation.json": ("patterns", "rollouts", "survival", "plateau"),
    "docs/runs/field-study.json": ("field-study",),
    "docs/runs/recovery.json": ("recovery",),
    "experiments/calibrated.json": ("calibration", "carlson"),
}
"""What was kept of each long run, and the pictures of it."""


@pytest.mark.parametrize("kept", STUDIES)
def test_pictures_of_long_runs_carry_the_command_that_their_page_prints(kept: str) -> None:
    """Catches a picture whose story leads to another run than the figures beside it: without the network, or smaller.
    Those of calibration and recovery are older, and say only how to repeat the run."""
    command = json.loads((ROOT / kept).read_text())["reproduce"]
    for name in STUDIES[kept]:
        with Image.open(DOCS / f"{name}.png") as picture:
            story = json.loads(picture.info["Description"])
        assert story.get("command", story.get("reproduce")) == command, name
        if "checksum" in story:
            assert edits(story) == [], name


def test_no_long_run_is_without_its_pictures() -> None:
    """Catches a picture of a study, shown in the documents, that the test above does not look at."""
    shown = set()
    for file in DOCS.glob("*.png"):
        with Image.open(file) as picture:
            told = json.loads(picture.info.get("Description", "{}"))
        shown |= {file.stem} if {"study", "reproduce"} & told.keys() else set()
    assert shown == {name for names in STUDIES.values() for name in names}


def test_commands_are_kept_without_the_place_of_a_network() -> None:
    spec = importlib.util.spec_from_file_location("keep_runs", DOCS / "keep_runs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.anywhere("simdiff validate v --network 'my data/carlson' --draws 6") == (
        "simdiff validate v --network FOLDER --draws 6")  # fmt: skip
    assert module.anywhere("simdiff recover x") == "simdiff recover x"


def test_no_document_mentions_a_machine() -> None:
    assert [page.name for page in PAGES if MACHINE.search(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("planted", ["see /home/me/file", "in /tmp/x", "C:\\data", "../shared/x"])
def test_the_search_for_machines_finds_one(planted: str) -> None:
    assert MACHINE.search(planted)
