"""The documents as their readers use them: files written, commands typed and snippets run, in the order of the page.

A comment above a fenced block, which no reader sees, says what cannot be told from the block:

- ``<!-- not run: WHY -->``: nobody runs it here;
- ``<!-- slow: WHY -->``: only ``pytest -m slow`` runs it, and ``<!-- instead: COMMAND -->`` stands in for it otherwise;
- ``<!-- first: COMMAND -->``: what a reader has done before;
- ``<!-- exit N -->``: the last command of the block ends so; others end with 0;
- ``<!-- prints -->``: the block is what the block of commands before it prints, word for word; a line that holds
  nothing but an ellipsis stands for any number of words. ``<!-- prints: at full size -->``: in the slow suite;
- ``<!-- file: NAME -->``: the block is that file. A YAML block is a file named by its ``name``.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from simdiff.cli import app

FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[\w{}]*)[^\n]*\n(?P<text>.*?)^ *```", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"<!-- (not run|slow|instead|first|exit|prints|file)(?:: | )?((?:(?!-->).)*?) ?-->\s*\Z", re.DOTALL)
GENERATED = re.compile(r"<!-- generated: [\w -]+ -->.*?<!-- /generated -->", re.DOTALL)
ENVIRONMENT = ("python3 -m venv ", ". .venv/bin/activate", "pip install ")
"""How commands begin that make an environment: the one of the tests stands in for it."""
SHOWN = ("", "text", "{toctree}")
"""Blocks that only show something."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its line, its language, its text, and what is said of it (mark → words, in order)."""

    line: int
    kind: str
    text: str
    marks: tuple[tuple[str, str], ...] = ()

    def said(self, mark: str) -> list[str]:
        """The words of a mark, once for each time it is set."""
        return [words for name, words in self.marks if name == mark]


@dataclass
class Reader:
    """Who reads a page, in the current folder: what was printed last, the names of Python."""

    slow: bool = False
    printed: str = ""
    names: dict[str, Any] = field(default_factory=dict)


def blocks_of(page: str) -> Iterator[Block]:
    """The blocks of a page, but for generated ones (those are examples of docstrings, which have a test)."""
    text = GENERATED.sub(lambda found: "\n" * found[0].count("\n"), page)
    for found in FENCE.finditer(text):
        before, marks = text[: found.start()], []
        while mark := MARK.search(before):
            marks.insert(0, (mark[1], " ".join(mark[2].split())))
            before = before[: mark.start()]
        lines = [line.removeprefix(found["indent"]) for line in found["text"].splitlines(keepends=True)]
        yield Block(text[: found.start()].count("\n") + 1, found["kind"], "".join(lines), tuple(marks))


def read(page: str, slow: bool = False) -> None:
    """Do what a page says, in the current folder. Raises AssertionError with the line of what does not work."""
    blocks, reader = list(blocks_of(page)), Reader(slow)
    for block in blocks:
        if block.kind == "csv" and block.said("file"):
            Path(block.said("file")[0]).write_text(block.text, encoding="utf-8")
    for block in blocks:
        try:
            follow(block, reader)
        except AssertionError as wrong:
            raise AssertionError(f"line {block.line}: {wrong}") from None


def follow(block: Block, reader: Reader) -> None:
    """Do what a block says."""
    for words in block.said("first"):
        command(words)
    if block.said("not run"):
        return
    if block.said("slow") and not reader.slow:
        for words in block.said("instead"):
            command(words)
    elif block.kind == "sh":
        lines = block.text.replace("\\\n", " ").splitlines()
        parts = [one for line in lines for one in line.split(" && ")]
        commands = [one for one in parts if one.strip() and not one.startswith(("#", *ENVIRONMENT))]
        end = int((block.said("exit") or ["0"])[0])
        reader.printed = "".join(command(one, end if one is commands[-1] else 0) for one in commands)
    elif block.kind == "python":
        exec(compile(block.text, "snippet", "exec"), reader.names)
    elif block.kind in ("yaml", "csv"):
        keep(block)
    elif block.said("prints"):
        if reader.slow or block.said("prints") == [""]:
            prints(block.text, reader.printed)
    else:
        assert block.kind in SHOWN, f"a block of {block.kind!r}: mark it as not run, and say why"


def command(words: str, code: int = 0) -> str:
    """Run a command of simdiff; returns what it printed."""
    name, *rest = shlex.split(words, comments=True)
    assert name == "simdiff", f"{words!r} is no command of simdiff: mark it as not run, and say why"
    said = CliRunner().invoke(app, rest)
    if said.exception is not None and not isinstance(said.exception, SystemExit):
        raise said.exception
    assert said.exit_code == code, f"{words}: exit code {said.exit_code}, {code} was told\n{said.output}"
    return said.output


def keep(block: Block) -> None:
    """Write a block as a file; scenarios and experiments are checked."""
    named = re.search(r"^name: (\S+)$", block.text, re.MULTILINE)
    assert block.said("file") or named, "a file without a name: mark it as not run, and say why"
    name = block.said("file")[0] if block.said("file") else f"{named[1]}.yaml" if named else ""
    Path(name).write_text(block.text, encoding="utf-8")
    if block.kind == "yaml":
        command(f"simdiff check --no-trial {name}")


def prints(told: str, printed: str) -> None:
    """Assert that what a page tells was printed, in this order. Spaces and the ends of lines do not count."""
    at, words = 0, printed.split()
    for part in re.split(r"^…$", told, flags=re.MULTILINE):
        want = part.split()
        while want and words[at : at + len(want)] != want:
            at += 1
            assert at < len(words), f"was not printed (in this order):\n{part}\n--- but:\n{printed}"
        at += len(want)
