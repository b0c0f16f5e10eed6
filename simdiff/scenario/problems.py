"""What is wrong with a file, said the way a compiler says it: file, line, column, path, found, expected, suggestion."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

DECIMAL = re.compile(r"\d{1,15}\.\d{0,15}(?!\d)")
LONGEST_WORD = 100
"""Words longer than this get no suggestion: comparing them would cost more than it helps."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem. ``line`` and ``column`` count from 1 (0: the problem has no place inside the file).

    ``found`` and ``allowed`` are whole phrases ("found 1.2", "expected a number from 0 to 1"); ``hint`` is a single
    word to suggest. Parts that are empty are left out in print.
    """

    file: str
    line: int
    column: int
    path: str
    found: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        told = ", ".join(part for part in (self.found, self.allowed) if part)
        hint = f"; did you mean `{self.hint}`?" if self.hint else ""
        line = f"{place} {self.path}: {told}{hint}" if self.path else f"{place}: {told}{hint}"
        return "".join(c if c.isprintable() else "?" for c in line)  # one problem stays on one line


class ScenarioError(ValueError):
    """Every problem found, sorted by place and without repeats; ``str()`` gives one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return the allowed word most like ``word``, or an empty text if none is close. Capitals do not count, nor does
    how a number is written: ``coaches=0.`` is ``coaches=0``."""
    if len(word) > LONGEST_WORD:
        return ""
    by_lower = {_plain(option): option for option in allowed}
    found = get_close_matches(_plain(word), by_lower, n=1)
    return by_lower[found[0]] if found else ""


def _plain(word: str) -> str:
    """A word in small letters, its decimals without zeros that say nothing."""
    return DECIMAL.sub(lambda found: f"{float(found[0]):g}", word.lower())


def listed(words: Iterable[str], most: int = 12) -> str:
    """Return words in backticks, separated by commas; after ``most`` of them, how many more there are."""
    words = list(words)
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(f"`{word}`" for word in words[:most]) + more


def shown(value: object) -> str:
    """Return a value as a reader of the file would name it, in at most some 60 characters."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping" if value else "an empty mapping"
        case list():
            return "a list" if value else "an empty list"
        case str():
            text = value if len(value) <= 50 else value[:47] + "..."
            return f'"{text}"'
    return str(value)


def show_path(path: Path) -> str:
    """Return a file's name for print: relative to the working folder if it lies inside, otherwise whole."""
    whole, here = path.absolute(), Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)
