"""``simdiff explain``."""

import textwrap
from pathlib import Path

from rich.console import Console

from simdiff.cli import BAD_INPUT
from simdiff.cli.check import load_or_none
from simdiff.cli.progress import terminal
from simdiff.register import PARAMETERS
from simdiff.register.tables import number
from simdiff.report.explain import by_heading, explained, not_done
from simdiff.scenario import Loaded
from simdiff.scenario.chain import read_chain
from simdiff.scenario.folders import known_as
from simdiff.scenario.leaves import Own, own_values
from simdiff.scenario.reference import default_words, item_at

WIDEST = 100


def explain_command(scenario: str, schools: Path | None) -> int:
    """Tell a scenario in plain sentences: what holds in it, and what its file changes."""
    loaded = load_or_none(scenario, schools)
    if loaded is None:
        return BAD_INPUT
    console = terminal()
    _print(console, loaded)
    return 0


def _print(console: Console, loaded: Loaded) -> None:
    said = loaded.scenario
    console.print(f"{said.title} ({said.name})", style="bold")
    if said.about:
        paragraph(console, " ".join(said.about.split()), "", "")
    for heading, sentences in by_heading(explained(loaded)).items():
        console.print(f"\n{heading}", style="bold")
        for one in sentences:
            paragraph(console, one.text)
    built_on = read_chain(loaded.files[0]).files
    console.print(f"\nWhat {known_as(built_on[0])} says", style="bold")
    if len(built_on) > 1:
        paragraph(console, f"It builds on {', then '.join(map(known_as, built_on[1:]))}.")
    if read := loaded.files[len(built_on) :]:
        paragraph(console, f"It reads {', '.join(map(known_as, read))}.")
    own = [one for one in own_values(loaded.files[0]) if one.leaf.path[0] != "where"]
    for value in own:
        paragraph(console, _own(value))
    if not own:
        paragraph(console, "Nothing of what is done: all of it is inherited or by default.")
    console.print("\nBy default", style="bold")
    if idle := not_done(said):
        paragraph(console, f"Nothing is done of: {', '.join(idle)}.")
    usual = f"{len(PARAMETERS) - len(said.parameters)} of {len(PARAMETERS)} parameters are at the register's defaults"
    paragraph(console, f"{usual} (`simdiff new` shows every setting and its default).")
    for note in loaded.notes:
        paragraph(console, f"Note: {note}")


def paragraph(console: Console, text: str, first: str = "- ", rest: str = "  ") -> None:
    """Print a text in lines that are good to read."""
    for line in textwrap.wrap(text, WIDEST, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False):
        console.print(line, soft_wrap=True)


def _own(own: Own) -> str:
    """One value that the file says, and what would hold without it."""
    item = item_at(own.leaf.path)
    unit = f" ({item.unit})" if item is not None and item.unit else ""
    if not own.known:
        before = "new here"
    elif own.spot is not None:
        before = f"in place of {_shown(own.before)} of {known_as(own.spot.file)}"
    else:
        before = f"in place of the default, {_shown(own.before)}"
    before = before if own.changes else f"as {'inherited' if own.spot else 'by default'}"
    return f"{own.leaf.shown}: {_shown(own.leaf.value)}{unit}, {before} (line {own.leaf.spot.line})"


def _shown(value: object) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return f"{len(value)} item{'s' if len(value) > 1 else ''}"
    return default_words(value)
