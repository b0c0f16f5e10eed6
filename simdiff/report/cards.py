"""What an object shows of itself in a console and in a notebook: a title, lines, tables and notes, all of it inert.

Names come from users' files. In a console no control character is printed; in a notebook everything is escaped, and no
dollar sign begins a formula.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from simdiff.report.charts import CONTROLS
from simdiff.report.parts import Part, Row

GAP = "   "
MOST_SHOWN = 40
"""Rows of a table that are shown."""


@dataclass(frozen=True, slots=True)
class Card:
    """``lines`` stand under the title, ``notes`` at the end: how to read it, and what it cannot say."""

    title: str
    lines: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()


def as_text(card: Card) -> str:
    """A card as plain text."""
    blocks = [[card.title, *card.lines], *(_part_lines(part) for part in card.parts), list(card.notes)]
    return "\n\n".join("\n".join(block) for block in ([_clean(line) for line in one] for one in blocks) if block)


def _part_lines(part: Part) -> list[str]:
    rows = [part.heads, *part.rows[:MOST_SHOWN]] if part.rows else []
    return [*([part.heading] if part.heading else []), *_aligned(rows), *_more(part), *filter(None, part.lines)]


def _aligned(rows: Sequence[Row]) -> list[str]:
    """Rows of cells under each other; a line break in a cell becomes a space."""
    cells = [[_clean(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _more(part: Part) -> list[str]:
    left = len(part.rows) - MOST_SHOWN
    return [f"… and {left:,} more rows"] if left > 0 else []


def _clean(text: str) -> str:
    """One line without control characters, nor marks that turn the direction of writing."""
    return CONTROLS.sub("", text.replace("\n", " "))


def as_html(card: Card) -> str:
    """A card as HTML: no scripts, no styles of its own but alignment, nothing fetched."""
    inside = [f"<p><strong>{escaped(card.title)}</strong>{''.join(f'<br>{escaped(line)}' for line in card.lines)}</p>"]
    inside += [_part_html(part) for part in card.parts]
    inside += [f"<p><small>{'<br>'.join(map(escaped, card.notes))}</small></p>"] if card.notes else []
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(inside)}</div>'


def _part_html(part: Part) -> str:
    heading = f"<p><em>{escaped(part.heading)}</em></p>" if part.heading else ""
    lines = "<br>".join(map(escaped, [*_more(part), *filter(None, part.lines)]))
    return heading + (_table(part) if part.rows else "") + (f"<p>{lines}</p>" if lines else "")


def _table(part: Part) -> str:
    heads = "".join(f'<th style="text-align:left">{escaped(head)}</th>' for head in part.heads)
    rows = "".join(
        f"<tr>{''.join(f'<td style={LEFT}>{escaped(cell)}</td>' for cell in row)}</tr>"
        for row in part.rows[:MOST_SHOWN]
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


LEFT = '"text-align:left"'


def escaped(text: str) -> str:
    """Text in HTML: a dollar sign in an element of its own, where notebooks see no formula."""
    return html.escape(_clean(text)).replace("$", "<span>$</span>").replace("\\", "<span>\\</span>")
