"""A memo as a Word file: real headings, a repeated table head, alternative text."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simdiff.report.memo.pieces import Block, Code, Memo, Paragraph, Picture, Points, Table, text_of
from simdiff.report.memo.seen import STORY
from simdiff.report.provenance import CAVEAT

if TYPE_CHECKING:
    from docx.document import Document

FONT, INK, GREY, COLOUR = "Calibri", (0x22, 0x22, 0x22), (0x55, 0x55, 0x55), (0x00, 0x50, 0x7D)
WIDTH, FIRST = 181.0, 40.0
"""Millimetres of a table, and of its first column."""
EPOCH = (1980, 1, 1, 0, 0, 0)


def docx_bytes(memo: Memo, story: Mapping[str, Any], picture: bytes) -> bytes:
    """The file; ``picture``: the chart as PNG. The same memo gives the same bytes.

    Raises ModuleNotFoundError without simdiff[memo].
    """
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    document = docx.Document()
    _page(document, memo)
    document.add_heading(_clean(memo.title), level=1)
    document.add_paragraph(_clean(text_of(memo.lead)).strip(), style="Caption")
    for section in memo.sections:
        document.add_heading(section.heading, level=2)
        for block in section.blocks:
            _block(document, block, picture)
    xml = f'<?xml version="1.0" encoding="UTF-8"?><story xmlns="urn:simdiff">{_escaped(json.dumps(story))}</story>'
    part = Part(PackURI(STORY), "application/xml", xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


def _page(document: "Document", memo: Memo) -> None:
    from datetime import datetime

    from docx.shared import Mm, Pt, RGBColor

    page = document.sections[0]
    page.page_width, page.page_height = Mm(215.9), Mm(279.4)
    page.left_margin = page.right_margin = Mm(17)
    page.top_margin = page.bottom_margin = Mm(13)
    for name, size in (("Normal", 9), ("Caption", 8), ("Heading 1", 15), ("Heading 2", 10.5), ("List Bullet", 9)):
        style: Any = document.styles[name]
        style.font.size, style.font.name = Pt(size), FONT
        style.font.bold = name.startswith("Heading")
        style.font.color.rgb = RGBColor(*(COLOUR if name == "Heading 2" else GREY if name == "Caption" else INK))
        style.paragraph_format.space_after = Pt(2)
        style.paragraph_format.space_before = Pt(6 if name == "Heading 2" else 0)
    about = document.core_properties
    about.title, about.author, about.subject, about.language = _clean(memo.title)[:255], "simdiff", CAVEAT, "en"
    about.created = about.modified = datetime(1980, 1, 1)
    about.last_modified_by, about.comments = "simdiff", ""


def _block(document: "Document", block: Block, picture: bytes) -> None:
    match block:
        case Paragraph():
            document.add_paragraph(_clean(text_of(block.words)).strip())
        case Points():
            for point in block.points:
                document.add_paragraph(_clean(text_of(point)).strip(), style="List Bullet")
        case Table():
            _table(document, block)
        case Picture():
            _picture(document, block, picture)
        case Code():
            from docx.shared import Pt

            for line in block.lines:
                run = document.add_paragraph().add_run(_clean(line))
                run.font.name, run.font.size = "Consolas", Pt(7.5)


def _table(document: "Document", block: Table) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    caption = document.add_paragraph(_clean(text_of(block.caption)), style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=len(block.heads), style="Light Shading")
    table.autofit = False
    for look in table._tbl.tblPr.findall(qn("w:tblLook")):
        table._tbl.tblPr.remove(look)
    table._tbl.tblPr.append(_no_bands())
    others = (WIDTH - FIRST) / (len(block.heads) - 1)
    for n, words in enumerate([block.heads, *block.rows]):
        row = table.add_row()
        for at, (cell, one) in enumerate(zip(row.cells, words, strict=True)):
            cell.width = Mm(others if at else FIRST)
            run = cell.paragraphs[0].add_run(_clean(text_of(one)))
            run.font.size, run.font.bold = Pt(8), n == 0 or at == 0
            cell.paragraphs[0].paragraph_format.keep_with_next = n < len(block.rows)
        if n == 0:
            head = OxmlElement("w:tblHeader")  # repeated on every page, and read out as the head
            row._tr.get_or_add_trPr().append(head)


def _no_bands() -> Any:
    """The look of a table with a head, rows that their first cell names, and lines; without grey bands."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    look = OxmlElement("w:tblLook")
    for name, value in (("val", "06A0"), ("firstRow", "1"), ("firstColumn", "1"), ("noHBand", "1"), ("noVBand", "1")):
        look.set(qn(f"w:{name}"), value)
    return look


def _picture(document: "Document", block: Picture, picture: bytes) -> None:
    from docx.shared import Mm, Pt

    shape = document.add_picture(io.BytesIO(picture), width=Mm(150))
    document.paragraphs[-1].paragraph_format.space_before = Pt(8)
    about = shape._inline.docPr
    about.set("descr", _clean(block.chart.alt))
    about.set("title", _clean(block.chart.title))


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(letter for letter in text if letter in "\t\n" or " " <= letter < "\ufffe")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _without_times(content: bytes) -> bytes:
    """The archive with no time of writing in it, so that the same memo is the same file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
