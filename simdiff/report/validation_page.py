"""The page of a validation: one HTML file that needs no network; whatever it is told is escaped."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from simdiff.report.provenance import CAVEAT
from simdiff.report.validation_tables import Rows

STYLE = """
body { font: 15px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #222 }
body { max-width: 62em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
table { border-collapse: collapse; font-size: .85em; margin: 1em 0 }
th, td { text-align: left; vertical-align: top; padding: .3em .7em; border-bottom: 1px solid #ddd }
td.hit { color: #0072b2 } td.miss { color: #d55e00; font-weight: bold }
img { max-width: 100%; margin: .5em 0 } .note { color: #666; font-size: .85em }
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A section: a heading, paragraphs, tables, and pictures (a description of each, and its PNG)."""

    heading: str
    words: tuple[str, ...] = ()
    tables: tuple[Rows, ...] = ()
    pictures: tuple[tuple[str, bytes], ...] = ()


def page(title: str, words: Sequence[str], parts: Sequence[Part], story: Mapping[str, Any]) -> str:
    """The whole page; ``story`` is the provenance."""
    body = [f"<h1>{escape(title)}</h1>", *_paragraphs(words), f'<p class="note">{escape(CAVEAT)}</p>']
    for part in parts:
        body += [f"<h2>{escape(part.heading)}</h2>", *_paragraphs(part.words)]
        body += [_picture(text, png) for text, png in part.pictures]
        body += [_table(rows) for rows in part.tables]
    body += ["<h2>Where this comes from</h2>", _table(_origin(story)), f'<p class="note">{escape(CAVEAT)}</p>']
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>\n' + "\n".join(body) + "\n</body></html>\n"


def _paragraphs(words: Sequence[str]) -> list[str]:
    return [f"<p>{escape(text)}</p>" for text in words]


def _picture(text: str, png: bytes) -> str:
    return f'<img alt="{escape(text)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def _table(rows: Rows) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows.heads)
    lines = ["".join(_cell(cell) for cell in row) for row in rows.rows]
    return f"<table><tr>{head}</tr>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _cell(text: str) -> str:
    word = text.split(" ", 1)[0]
    kind = f' class="{word}"' if word in ("hit", "miss") else ""
    return f"<td{kind}>{escape(text)}</td>"


def _origin(story: Mapping[str, Any]) -> Rows:
    told = {"repeat it": story["reproduce"], "run": story["run"], "simdiff": story["simdiff"], "code": story["code"],
            "commit": story["commit"] or "unknown", "python": story["python"],
            "libraries": ", ".join(f"{name} {number}" for name, number in story["libraries"].items()),
            "files read": ", ".join(f"{name} {mark}" for name, mark in story["files"].items())}  # fmt: skip
    return Rows(("", ""), tuple((name, str(text)) for name, text in told.items()))
