"""The normal form of a file: two spaces a level, lists set in by two, ``null`` in full, flow style only where it fits
on a line. Values, their spelling, their order and comments stay; a file that could not keep them is refused."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from simdiff.scenario.problems import Problem, ScenarioError, show_path
from simdiff.scenario.source import Node, plain_lines, read_source, read_text

WIDEST = 120
"""Columns that a line in flow style may take."""
UNFOLDED = 1_000_000
"""Columns at which the library would break lines: beyond any line."""


def normal_form(path: Path) -> str:
    """The text of a scenario or experiment file in normal form.

    Raises ScenarioError if the file cannot be read, or cannot be rewritten without changing a value or a comment.
    """
    source = read_source(path)
    if source.root is None or source.problems:
        raise ScenarioError(source.problems)
    old = plain_lines(path.read_text(encoding="utf-8"))
    try:
        new = _written(_unflowed(_loaded(old)))
    except (YAMLError, AttributeError, TypeError, ValueError, KeyError, IndexError) as error:
        raise _refused(path, type(error).__name__) from None
    again = read_text(new, path)
    if again.problems or again.root is None or _said(again.root) != _said(source.root):
        raise _refused(path, "a value would change")
    if _comments(new) != _comments(old):
        raise _refused(path, "a comment would be lost or change")
    return new


def _refused(path: Path, why: str) -> ScenarioError:
    allowed = "expected comments on lines of their own or after a value, outside brackets"
    return ScenarioError([Problem(show_path(path), 1, 1, "", f"cannot be put in normal form: {why}", allowed)])


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = UNFOLDED
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _loaded(text: str) -> Any:
    return _yaml().load(text)


def _written(data: Any) -> str:
    buffer = io.StringIO()
    _yaml().dump(data, buffer)
    return buffer.getvalue()


def _unflowed(data: Any) -> Any:
    """The same data with block style wherever flow style takes more than a line."""
    while True:
        text = _written(data)
        long = {n for n, line in enumerate(text.splitlines()) if len(line) > WIDEST}
        data = _loaded(text)
        wide = [one for one in _flows(data) if one.lc.line in long]
        if not wide:
            return data
        for one in wide:
            one.fa.set_block_style()


def _flows(data: Any) -> Iterator[Any]:
    """Mappings and lists in flow style that are not empty and not inside another."""
    if isinstance(data, dict | list) and data and _style(data).flow_style():
        yield data
    elif isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from _flows(one)


def _style(data: Any) -> Any:
    return data.fa


def _said(node: Node) -> Any:
    """What a tree says, numbers told apart from other numbers that are equal to them (1, 1.0, true)."""
    value = node.value
    if isinstance(value, dict):
        return [(key, _said(child)) for key, child in value.items()]
    return [_said(child) for child in value] if isinstance(value, list) else (type(value).__name__, value)


def _comments(text: str) -> list[str]:
    """What may be comments: whatever stands after a # at the start of a line or after a space."""
    return sorted(found.strip() for found in re.findall(r"(?:^|(?<=\s))#.*", text, re.MULTILINE))
