"""The manual of commands says what the parser takes."""

import re

import pytest
import typer

from simdiff.cli import app
from simdiff.cli.manual import manual

PARTS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^### |\Z)", manual(), re.MULTILINE | re.DOTALL))
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_every_command_has_its_part_and_only_those() -> None:
    assert sorted(COMMANDS) == list(PARTS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_part_names_all_that_the_parser_takes(name: str) -> None:
    """Catches an option under another name, one that is left out, and one that is wrongly said to be required."""
    rows = {
        row[0].split("/")[0].strip("`…"): row
        for row in re.findall(r"^\| (`.*?`) \| (.*?) \| (.*?) \| ", PARTS[name], re.M)
    }
    taken = {one.opts[0] if one.opts[0].startswith("-") else one.metavar or one.name.upper(): one
             for one in COMMANDS[name].params if one.name != "help"}  # fmt: skip
    assert set(rows) == set(taken)
    assert {key for key, row in rows.items() if row[2] == "**required**"} == {
        key for key, one in taken.items() if one.required
    }


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("memo", "| `--confidence` | number 0.5 to 0.9999 | `0.95` | Of differences and verdicts. |"),
        ("memo", "| `--format` | text | `html` | html, pdf, docx, by commas (pdf and docx: simdiff[memo]). |"),
        ("run", "| `--json` | switch | off | Print the summary as JSON, and nothing else. |"),
        ("compare", "| `--cell` | text, again for more | — | Cell to compare; again for more. Left out, all. |"),
        ("check", "| `FILES…` | text | **required** | Scenario or experiment files, or names of shipped ones. |"),
    ],
)
def test_rows_are_in_words(name: str, row: str) -> None:
    assert row in PARTS[name]


def test_usage_names_what_is_required() -> None:
    assert "simdiff discover FOLDER --fails TEXT [OPTIONS]\n" in PARTS["discover"]
    assert "simdiff import-schools FILES… --out PATH [OPTIONS]\n" in PARTS["import-schools"]
    assert "simdiff doctor [FOLDER]\n" in PARTS["doctor"]
