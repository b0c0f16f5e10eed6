"""A memo as one HTML file: no script, nothing fetched; it prints on two pages."""

import base64
import json
from collections.abc import Mapping
from html import escape
from typing import Any

from simdiff.report.memo.pieces import Block, Code, Fact, Memo, Name, Number, Paragraph, Picture, Points, Table, Words

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light; }
body { font: 11pt/1.42 "Source Sans 3", "Segoe UI", Helvetica, Arial, sans-serif; color: #222; background: #fff;
  max-width: 50rem; margin: 1.6rem auto; padding: 0 1rem; }
h1 { font-size: 1.55em; line-height: 1.2; margin: 0 0 .2em; }
h2 { font-size: 1.04em; margin: 1em 0 .2em; color: #00507d; }
p, ul { margin: .25em 0 .5em; }
ul { padding-left: 1.2em; }
.lead, .small { color: #555; font-size: .9em; }
.strong { font-size: 1.06em; }
.question { font-style: italic; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .86em; width: 100%; }
caption { text-align: left; color: #555; padding-bottom: .2em; }
th, td { text-align: left; vertical-align: top; padding: .22em .7em .22em 0; border-bottom: 1px solid #d8d8d8; }
thead th { border-bottom: 2px solid #888; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
td { font-variant-numeric: tabular-nums; }
figure { margin: .7em 0; }
img { max-width: 100%; height: auto; }
pre { background: #f3f3f3; padding: .5em .7em; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85em; }
details { margin: 1em 0; }
details table { font-size: .78em; }
@media print { @page { size: letter; margin: 14mm 16mm; } body { font-size: 8.6pt; line-height: 1.3; margin: 0;
  padding: 0; max-width: none; } details { display: none; } img { max-height: 52mm; }
  h2 { margin-top: .6em; break-after: avoid; }
  table, figure, pre { break-inside: avoid; } }
"""


def html_bytes(memo: Memo, story: Mapping[str, Any], picture: bytes) -> bytes:
    """The file; ``picture``: the chart as SVG. The same memo gives the same bytes."""
    parts = [
        "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="simdiff {escape(story["drawn_with"]["simdiff"])}">',
        f"<title>{escape(memo.title)}</title>", f"<style>{STYLE}</style>", "</head>", "<body>", "<main>",
        f"<h1>{escape(memo.title)}</h1>", f'<p class="lead">{_words(memo, memo.lead)}</p>',
    ]  # fmt: skip
    for n, section in enumerate(memo.sections):
        parts.append(f'<section aria-labelledby="h{n}"><h2 id="h{n}">{escape(section.heading)}</h2>')
        parts += [_block(memo, block, picture, question=n == 0) for block in section.blocks]
        parts.append("</section>")
    told = json.dumps(story).replace("<", "\\u003c")
    parts += [
        _numbers(memo.facts), "</main>", f'<script type="application/json" id="simdiff-story">{told}</script>',
        "</body>", "</html>", "",
    ]  # fmt: skip
    return "\n".join(parts).encode()


def _words(memo: Memo, words: Words) -> str:
    facts = {fact.id: fact for fact in memo.facts}
    return "".join(_piece(facts, piece) for piece in words).strip()


def _piece(facts: Mapping[str, Fact], piece: str | Number | Name) -> str:
    if isinstance(piece, Number):
        return f'<data value="{escape(str(facts[piece.id].value))}" title="{escape(facts[piece.id].what)}">{escape(piece.shown)}</data>'  # noqa: E501
    return escape(piece.text if isinstance(piece, Name) else piece)


def _block(memo: Memo, block: Block, picture: bytes, *, question: bool) -> str:
    match block:
        case Paragraph():
            kind = "question" if question else "strong" if block.strong else "plain"
            return f'<p class="{kind}">{_words(memo, block.words)}</p>'
        case Points():
            return "<ul>" + "".join(f"<li>{_words(memo, point)}</li>" for point in block.points) + "</ul>"
        case Table():
            heads = "".join(f'<th scope="col">{_words(memo, head)}</th>' for head in block.heads)
            rows = "\n".join(
                f'<tr><th scope="row">{_words(memo, row[0])}</th>'
                + "".join(f"<td>{_words(memo, cell)}</td>" for cell in row[1:]) + "</tr>"
                for row in block.rows
            )  # fmt: skip
            return (f'<div class="wide" role="region" aria-label="table of options" tabindex="0"><table>'
                    f"<caption>{_words(memo, block.caption)}</caption><thead><tr>{heads}</tr></thead>"
                    f"<tbody>{rows}</tbody></table></div>")  # fmt: skip
        case Picture():
            coded = base64.b64encode(picture).decode()
            return f'<figure><img alt="{escape(block.chart.alt)}" src="data:image/svg+xml;base64,{coded}"></figure>'
        case Code():
            return f"<pre>{escape(chr(10).join(block.lines))}</pre>"


def _numbers(facts: tuple[Fact, ...]) -> str:
    """Every number of the memo, with what it is, folded away; paper does without."""
    rows = "\n".join(
        f'<tr><th scope="row">{fact.id}</th><td>{escape(fact.section)}</td><td>{escape(fact.shown)}</td>'
        f"<td>{escape(str(fact.value))}</td><td>{escape(fact.unit)}</td><td>{escape(fact.what)}</td></tr>"
        for fact in facts
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Number", "Section", "Shown", "Value", "Unit", "What"))
    return (f'<details><summary>All {len(facts)} numbers of this memo</summary><div class="wide" role="region" '
            f'aria-label="table of numbers" tabindex="0"><table><caption>Every number, as computed</caption><thead><tr>'
            f"{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>")  # fmt: skip
