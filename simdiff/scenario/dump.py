"""Plain data as YAML, always the same for the same data, and read back as the same data."""

import json
import re
from typing import Any

from simdiff.scenario.source import LARGEST_FILE, MOST_VALUES

FRAME = 4
"""Beginning and end of the file and of its document, which the reader counts too."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*")
_TAKEN = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_yaml(data: dict[str, Any]) -> str:
    """Return plain data (mappings, lists, scalars) as YAML text; keys keep their order."""
    return "".join(f"{line}\n" for line in _block(data))


def fits_a_file(data: dict[str, Any]) -> bool:
    """True if plain data, written as YAML, is a file that may be read again."""
    return _events(data) + FRAME <= MOST_VALUES and len(to_yaml(data).encode()) <= LARGEST_FILE


def _events(data: Any) -> int:
    """What the reader counts: every key and scalar, the beginning and end of every mapping and list."""
    if isinstance(data, dict):
        return 2 + sum(1 + _events(value) for value in data.values())
    return 2 + sum(map(_events, data)) if isinstance(data, list) else 1


def _block(data: Any) -> list[str]:
    if isinstance(data, dict) and data:
        return [line for key, value in data.items() for line in _entry(f"{scalar(key)}:", value)]
    if isinstance(data, list) and data:
        return [line for item in data for line in _item(_block(item))]
    return [scalar(data)]


def _entry(head: str, value: Any) -> list[str]:
    below = _block(value)
    return (
        [head, *(f"  {line}" for line in below)] if isinstance(value, dict | list) and value else [f"{head} {below[0]}"]
    )


def _item(lines: list[str]) -> list[str]:
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def flow(data: Any) -> str:
    """Plain data as YAML on one line."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(value)}" for key, value in data.items()) + "}"
    return f"[{', '.join(map(flow, data))}]" if isinstance(data, list) else scalar(data)


def scalar(value: Any) -> str:
    """A text, number, true, false or null as YAML."""
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _TAKEN:
            return value
        # JSON's quotes are YAML's; a few characters that JSON lets stand bare are not.
        return _ESCAPED.sub(lambda bad: f"\\u{ord(bad[0]):04x}", json.dumps(value, ensure_ascii=False))
    return json.dumps(value)
