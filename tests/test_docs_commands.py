"""Every command and snippet of README and documents runs as it stands, and prints what the page says it prints."""

import re
import shutil
from pathlib import Path

import pytest
import typer
from docs_pages import Block, blocks_of, command, prints, read

from simdiff.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
USED = [name for name, text in TEXTS.items() if any(block.kind not in ("", "text") for block in blocks_of(text))]
SLOW = [name for name in USED if any(block.said("slow") for block in blocks_of(TEXTS[name]))]
PROSE = re.compile(r"`simdiff ([a-z][\w-]*)([^`]*)`")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh folder with the project's scenarios, as the current one."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("page", USED)
def test_what_a_page_says_works(page: str) -> None:
    """Catches a command, option, file or snippet that does not work, and output that is no longer printed."""
    read(TEXTS[page])


@pytest.mark.slow
@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("page", SLOW)
def test_what_a_page_says_works_at_full_size(page: str) -> None:
    read(TEXTS[page], slow=True)


@pytest.mark.parametrize("page", TEXTS)
def test_commands_in_running_text_exist(page: str) -> None:
    """Catches a renamed command or option that a sentence or a table still names."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, rest in PROSE.findall(TEXTS[page]):
        assert name in commands, f"simdiff {name}"
        options = {option for one in commands[name].params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
        assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", rest)) <= options, f"simdiff {name}{rest}"


def test_every_mark_stands_above_a_block() -> None:
    """Catches a mark that is lost or misspelt, and so does nothing."""
    for page, text in TEXTS.items():
        marks = re.findall(r"^ *<!-- (?!/?generated)", text, re.MULTILINE)
        assert len(marks) == sum(len(block.marks) for block in blocks_of(text)), page


def test_every_block_that_is_not_run_says_why() -> None:
    short = [(page, block.line) for page, text in TEXTS.items() for block in blocks_of(text)
             for mark, words in block.marks if mark in ("not run", "slow") and len(words) < 10]  # fmt: skip
    assert short == []


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("```sh\nsimdiff lst\n```\n", "line 1: simdiff lst: exit code 2, 0 was told"),
        ("\n```sh\nsimdiff list --no-such\n```\n", "line 2: .*exit code 2"),
        ("<!-- exit 2 -->\n```sh\nsimdiff --help\n```\n", "exit code 0, 2 was told"),
        ("```sh\ncurl example.org\n```\n", "no command of simdiff"),
        ("```ruby\nputs 1\n```\n", "a block of 'ruby'"),
        ("```yaml\nextends: goals\n```\n", "a file without a name"),
        ("```yaml\nextends: gaols\nformat: 1\nname: x\ntitle: X\n```\n", "exit code 2"),
        ("```python\nassert 1 == 2, 'sums'\n```\n", "sums"),
        ("```sh\nsimdiff check --no-trial goals\n```\n<!-- prints -->\n```text\ngoals: bad\n```\n", "was not printed"),
    ],
)  # fmt: skip
def test_a_page_that_does_not_work_is_found(
    page: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match=wrong):
        read(page)


def test_marks_are_read_in_order_and_generated_blocks_are_left_out() -> None:
    page = ("<!-- slow: an hour -->\n<!-- instead: simdiff list -->\n```sh\nsimdiff run x\n```\n"
            "<!-- generated: x -->\n```pycon\n>>> 1\n```\n<!-- /generated -->\n"
            "- a\n\n  ```text\n  b\n  ```\n")  # fmt: skip
    assert list(blocks_of(page)) == [
        Block(3, "sh", "simdiff run x\n", (("slow", "an hour"), ("instead", "simdiff list"))),
        Block(13, "text", "b\n"),
    ]


def test_an_ellipsis_stands_for_words_and_nothing_else() -> None:
    prints("a\n…\nd  e\n", "a\nb\n\nc\nd e\n")
    for told in ("d e\n…\na\n", "a\nc\n", "…\na\nd e\n"):
        with pytest.raises(AssertionError, match="was not printed"):
            prints(told, "a\nb\nc\nd e\n")


def test_a_command_gives_what_it_prints() -> None:
    assert command("simdiff check --no-trial goals  # good?") == "goals: good (Goals only)\n"
