"""One YAML file, read safely into a tree that knows where everything stands.

The tree is built from the event stream, by the YAML 1.2 core rules (``no`` is a text, ``012`` is twelve). Nothing can
be constructed but mappings, lists, texts, numbers, true/false and null; aliases, anchors and tags are refused.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from simdiff.scenario.problems import Problem, show_path

LARGEST_FILE = 1_000_000
"""Bytes."""
MOST_VALUES = 50_000
"""Keys and values of a file: reading more would take more than a second or two."""
MOST_PROBLEMS = 200
"""Problems of form after which a file is not read on."""
DEEPEST = 50
"""Levels of nesting."""
LONGEST_KEY = 200
LONGEST_NUMBER = 40
MOST_BAD_CHARACTERS = 20

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {"": None, "~": None, "true": True, "false": False, "null": None}
_BAD_CHARACTER = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
BAD_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: file, line and column, both from 1."""

    file: Path
    line: int
    column: int

    def problem(self, found: str, allowed: str = "", hint: str = "", path: str = "") -> Problem:
        """Return a problem at this place."""
        return Problem(show_path(self.file), self.line, self.column, path, found, allowed, hint)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place; ``key`` is the place of the key that holds it. ``broken``: already reported."""

    value: "dict[str, Node] | list[Node] | str | int | float | bool | None"
    spot: Spot
    key: Spot
    broken: bool = False

    def plain(self) -> Any:
        """Return the value as ordinary mappings, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        return [child.plain() for child in self.value] if isinstance(self.value, list) else self.value


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read: its tree (none if it cannot be read at all) and every problem of form."""

    root: Node | None
    problems: tuple[Problem, ...]


class _StopReadingError(Exception):
    """The file cannot be read beyond this point."""


def read_source(path: Path) -> Source:
    """Read one YAML file. Problems are returned, never raised."""
    start = Spot(path, 1, 1)
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST_FILE + 1)
    except OSError as error:
        return Source(None, (start.problem(f"cannot be read ({error.strerror})"),))
    if len(content) > LARGEST_FILE:
        return Source(None, (start.problem("file too large", f"expected at most {LARGEST_FILE:,} bytes"),))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line_start = content.rfind(b"\n", 0, error.start) + 1
        spot = Spot(path, content.count(b"\n", 0, error.start) + 1, error.start - line_start + 1)
        return Source(None, (spot.problem("not UTF-8 text", "expected a file saved as UTF-8"),))
    return read_text(text, path)


def read_text(text: str, path: Path) -> Source:
    """Read YAML text that stands in ``path``, or shall. Problems are returned, never raised."""
    text = plain_lines(text)
    bad = _bad_characters(text, path)
    return Source(None, tuple(bad)) if bad else _Reader(path).read(text)


def plain_lines(text: str) -> str:
    """Text without a byte order mark, its lines ended by line feeds alone."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _bad_characters(text: str, path: Path) -> list[Problem]:
    problems = []
    for match in _BAD_CHARACTER.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        spot = Spot(path, line, match.start() - text.rfind("\n", 0, match.start()))
        name = "a tab" if match[0] == "\t" else f"the control character U+{ord(match[0]):04X}"
        problems.append(spot.problem(f"found {name}", "expected spaces" if match[0] == "\t" else "expected plain text"))
        if len(problems) == MOST_BAD_CHARACTERS:
            break
    return problems


class _Reader:
    """Builds the tree of one file and gathers what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.last = Spot(path, 1, 1)
        self.events: Iterator[Any] = iter(())
        self.count = 0

    def read(self, text: str) -> Source:
        root = None
        try:
            self.events = YAML(typ="safe", pure=True).parse(text)
            root = self.documents()
        except _StopReadingError:
            pass
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            spot = Spot(self.path, mark.line + 1, mark.column + 1) if mark else self.last
            self.say(spot, f"not readable as YAML: {' '.join(str(error.problem or error.context).split())}")
        except Exception as error:
            # The parser raises ValueError, IndexError and others on some malformed files; a reader of the file should
            # see a place, not a traceback.
            self.say(self.last, f"not readable as YAML ({type(error).__name__})")
        return Source(root, tuple(self.problems))

    def say(self, spot: Spot, found: str, allowed: str = "") -> None:
        self.problems.append(spot.problem(found, allowed))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _StopReadingError

    def next(self) -> Any:
        event = next(self.events)
        self.last = Spot(self.path, event.start_mark.line + 1, event.start_mark.column + 1)
        self.count += 1
        if self.count > MOST_VALUES:
            self.say(self.last, "too much in one file", f"expected at most {MOST_VALUES:,} keys and values")
            raise _StopReadingError
        return event

    def documents(self) -> Node | None:
        self.next()
        first = self.next()
        if type(first).__name__ == "StreamEndEvent":
            self.say(Spot(self.path, 1, 1), "the file is empty", "expected a mapping")
            return None
        if first.version or first.tags:
            self.say(self.last, "found a directive (%)", "expected none")
        root = self.node(self.next(), None, 1)
        self.next()
        if type(self.next()).__name__ != "StreamEndEvent":
            self.say(self.last, "found a second document (---)", "expected one document in a file")
        if isinstance(root.value, dict):
            return root
        if root.value is None:
            self.say(Spot(self.path, 1, 1), "the file is empty", "expected a mapping")
        elif not root.broken:
            self.say(root.spot, "the file holds no mapping", "expected `key: value` lines")
        return None

    def node(self, event: Any, key: Spot | None, depth: int) -> Node:
        spot = self.last
        if depth > DEEPEST:
            self.say(spot, "nested too deeply", f"expected at most {DEEPEST} levels")
            raise _StopReadingError
        broken = self.refuse_marks(event, spot)
        match type(event).__name__:
            case "MappingStartEvent":
                return Node(self.mapping(depth), spot, key or spot, broken)
            case "SequenceStartEvent":
                return Node(self.sequence(depth), spot, key or spot, broken)
            case "ScalarEvent":
                before = len(self.problems)
                value = self.scalar(event.value, plain=not event.style, spot=spot)
                if not event.value and not event.style and key:
                    spot = key  # a value left out has no place of its own
                return Node(value, spot, key or spot, broken or len(self.problems) > before)
        return Node(None, spot, key or spot, broken)

    def refuse_marks(self, event: Any, spot: Spot) -> bool:
        if type(event).__name__ == "AliasEvent":
            self.say(spot, f"found the alias `*{event.anchor}`", "expected the value itself (or use `extends:`)")
            return True
        if event.anchor:
            self.say(spot, f"found the anchor `&{event.anchor}`", "expected none (use `extends:`)")
        if event.tag:
            self.say(spot, f"found the tag `{event.tag}`", "expected a value without a tag")
        return bool(event.anchor or event.tag)

    def mapping(self, depth: int) -> dict[str, Node]:
        children: dict[str, Node] = {}
        while type(event := self.next()).__name__ != "MappingEndEvent":
            spot = self.last
            key = self.key(event, spot, depth)
            child = self.node(self.next(), spot, depth + 1)
            if key in children:
                first = children[key].key.line
                self.say(spot, f"found the key `{key}` again", f"expected it once (first on line {first})")
            elif key is not None:
                children[key] = child
        return children

    def key(self, event: Any, spot: Spot, depth: int) -> str | None:
        if type(event).__name__ != "ScalarEvent":
            if not self.node(event, spot, depth + 1).broken:
                self.say(spot, "found a key that is a list or mapping", "expected a word")
            return None
        self.refuse_marks(event, spot)
        if len(event.value) > LONGEST_KEY:
            self.say(spot, "key too long", f"expected at most {LONGEST_KEY} characters")
            return None
        return str(self.scalar(event.value, plain=False, spot=spot))

    def sequence(self, depth: int) -> list[Node]:
        children = []
        while type(event := self.next()).__name__ != "SequenceEndEvent":
            children.append(self.node(event, None, depth + 1))
        return children

    def scalar(self, text: str, *, plain: bool, spot: Spot) -> str | int | float | bool | None:
        if bad := BAD_IN_TEXT.search(text):
            self.say(spot, f"found the control character U+{ord(bad[0]):04X} in a text", "expected plain text")
            return BAD_IN_TEXT.sub("?", text)
        if not plain:
            return text
        if text in _WORDS or (text.lower() in _WORDS and text in (text.upper(), text.capitalize())):
            return _WORDS[text.lower()]
        if not (_INTEGER.fullmatch(text) or _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text)):
            return text
        if len(text) > LONGEST_NUMBER:
            self.say(spot, "number too long", f"expected at most {LONGEST_NUMBER} digits")
            return 0
        if _INTEGER.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        number = float(text.replace(".i", "i").replace(".I", "I").replace(".n", "n").replace(".N", "N"))
        if not math.isfinite(number):
            self.say(spot, f"found {text}", "expected a finite number")
            return 0
        return number
