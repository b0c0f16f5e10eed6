"""A memo as PDF/UA-1 (tagged, with alternative text), set by Typst from strings: no text is read as markup."""

import json
from collections.abc import Mapping
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib

from simdiff.report.memo.pieces import Block, Code, Memo, Paragraph, Picture, Points, Table, text_of
from simdiff.report.provenance import CAVEAT

SIZES = (9.4, 9.0, 8.6, 8.2, 7.8, 7.4)
"""Font sizes in points. Taken is the largest with which the memo takes ``PAGES`` pages and its chart stands on the
first, at the larger of ``WIDTHS`` where that can be; else the largest with which it takes so many; or the smallest."""
WIDTHS = (100, 80)
"""Widths of the chart, in percent of the column."""
PAGES = 2


def pdf_bytes(memo: Memo, story: Mapping[str, Any], picture: bytes) -> bytes:
    """The file; ``picture``: the chart as SVG. The same memo gives the same bytes with the same Typst.

    Raises ModuleNotFoundError without simdiff[memo].
    """
    import typst

    fonts: list[Path] = [Path(matplotlib.get_data_path()) / "fonts" / "ttf"]
    given: dict[str, Any] = {
        "main": files(__package__).joinpath("memo.typ").read_bytes(), "chart.svg": picture,
        "story.json": json.dumps(story).encode(), "numbers.csv": memo.csv(), "chart.csv": memo.chart.csv(),
    }  # fmt: skip
    fitting = b""
    for width, size in product(WIDTHS, SIZES):
        content: bytes = typst.compile(
            given | {"memo.json": json.dumps(_said(memo, story, size, width)).encode()},  # type: ignore[call-overload]
            format="pdf", font_paths=fonts, ignore_system_fonts=True, pdf_standards=["ua-1"], timestamp=0,
        )  # fmt: skip
        pages, chart = _pages(content)
        if pages <= PAGES:
            fitting = fitting or content
            if chart == 1:
                return content
    return fitting or content


def _pages(content: bytes) -> tuple[int, int]:
    """How many pages there are, and on which of them the chart stands; 0 if there is none."""
    from io import BytesIO

    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    numbers = {page.indirect_reference: n for n, page in enumerate(reader.pages, 1)}
    left: list[Any] = [reader.root_object["/StructTreeRoot"]]
    while left:
        node = left.pop()
        if node.get("/S") == "/Figure" and "/Alt" in node:
            return len(numbers), numbers[node.raw_get("/Pg")]
        children = node.get("/K", [])
        left += [child.get_object() for child in (children if isinstance(children, list) else [children])
                 if isinstance(child.get_object(), dict)]  # fmt: skip
    return len(numbers), 0


def _said(memo: Memo, story: Mapping[str, Any], size: float, width: int) -> dict[str, Any]:
    return {
        "title": memo.title, "caveat": CAVEAT, "lead": text_of(memo.lead).strip(), "size": size,
        "footer": f"simdiff {story['drawn_with']['simdiff']}, runs {story['results_digest'][:12]}",
        "sections": [{"heading": section.heading, "blocks": [_block(block, width) for block in section.blocks]}
                     for section in memo.sections],
    }  # fmt: skip


def _block(block: Block, width: int) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", "strong": block.strong, "text": text_of(block.words).strip()}
        case Points():
            return {"kind": "points", "points": [text_of(point).strip() for point in block.points]}
        case Table():
            heads, rows = map(text_of, block.heads), [[text_of(cell) for cell in row] for row in block.rows]
            return {"kind": "table", "caption": text_of(block.caption), "heads": list(heads), "rows": rows}
        case Picture():
            return {"kind": "picture", "alt": block.chart.alt, "width": width}
        case Code():
            return {"kind": "code", "lines": list(block.lines)}
