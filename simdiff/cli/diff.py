"""``simdiff diff``."""

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from simdiff.cli import BAD_INPUT
from simdiff.cli.check import load_or_none
from simdiff.cli.explain import paragraph
from simdiff.cli.progress import terminal
from simdiff.register.tables import number
from simdiff.report.explain import explained
from simdiff.scenario import Loaded
from simdiff.scenario.differences import Difference, differences
from simdiff.scenario.reference import default_words


def diff_command(first: str, second: str, as_json: bool) -> int:
    """Say what differs between two scenarios, in sentences and as a table."""
    a, b = load_or_none(first, None), load_or_none(second, None)
    if a is None or b is None:
        return BAD_INPUT
    found, told = differences(a, b), _sentences(a, b)
    if as_json:
        said = {"a": first, "b": second, "differences": [asdict(one) for one in found],
                "sentences": [{"path": path, "a": one, "b": two} for path, one, two in told]}  # fmt: skip
        print(json.dumps(said, ensure_ascii=False))
        return 0
    console = terminal()
    if not found:
        console.print(f"{first} and {second} say the same.")
        return 0
    _print(console, first, second, told)
    _table(console, first, second, found)
    return 0


def _sentences(a: Loaded, b: Loaded) -> list[tuple[str, str, str]]:
    """Settings of which different things hold: path, and the sentence of each scenario (empty: nothing)."""
    one, two = ({said.path: said.text for said in explained(loaded) if not said.path.startswith("facts.")}
                for loaded in (a, b))  # fmt: skip
    return [(path, one.get(path, ""), two.get(path, "")) for path in {**one, **two} if one.get(path) != two.get(path)]


def _print(console: Console, first: str, second: str, told: list[tuple[str, str, str]]) -> None:
    parts = {
        f"Only {first}": [one for _, one, two in told if not two],
        f"Only {second}": [two for _, one, two in told if not one],
        "Both, but differently": [f"{first}: {one}\n{second}: {two}" for _, one, two in told if one and two],
    }
    for heading, sentences in parts.items():
        console.print(f"\n{heading}", style="bold")
        for text in sentences or ["nothing"]:
            for n, line in enumerate(text.splitlines()):
                paragraph(console, line, "- " if n == 0 else "  ")
    if not told:
        paragraph(console, "Only in words or details that the sentences leave out; see the table.")


def _table(console: Console, first: str, second: str, found: list[Difference]) -> None:
    console.print()
    table = Table(box=None, pad_edge=False)
    for head in ("setting", "unit", "default", first, second):
        table.add_column(head, overflow="fold")
    for one in found:
        table.add_row(one.path, one.unit, _shown(one.default), _shown(one.a), _shown(one.b))
    console.print(table)


def _shown(value: Any) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return f"{len(value)} items"
    text = " ".join(_words(value).split())
    return "–" if value is None else text if len(text) <= 60 else f"{text[:57]}..."


def _words(value: Any) -> str:
    if isinstance(value, dict) and value:
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items())
    return default_words(value)
