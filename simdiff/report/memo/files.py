"""Memos as files, each with its story inside; and what a reader sees in such a file, read back.

====== =================================================================
file   where the story is
====== =================================================================
HTML   ``<script type="application/json" id="simdiff-story">``, not run
PDF    attachment ``story.json`` (and ``numbers.csv``, ``chart.csv``)
DOCX   custom XML part
====== =================================================================
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from simdiff.analysis.results import Results
from simdiff.report.charts import PRINT
from simdiff.report.memo.content import Wish
from simdiff.report.memo.html import html_bytes
from simdiff.report.memo.pdf import pdf_bytes
from simdiff.report.memo.pieces import Memo
from simdiff.report.memo.word import STORY, docx_bytes
from simdiff.report.picture import picture
from simdiff.report.provenance import CAVEAT, commit
from simdiff.report.story import FORMAT, StoryError, checksum, drawn_with, plan_of, plan_said
from simdiff.scenario import Experiment
from simdiff.study.plan import Plan

Writer = Callable[[Memo, Mapping[str, Any], bytes], bytes]
WRITERS: dict[str, tuple[Writer, str]] = {
    "html": (html_bytes, "svg"), "pdf": (pdf_bytes, "svg"), "docx": (docx_bytes, "png"),
}  # fmt: skip
"""Format → what writes it, and the format of the chart in it."""
NUMBERS, CHART = "numbers.csv", "chart.csv"
"""Tables beside a memo: every number of its words, and every number that its chart draws."""
MOST_FILE = 100_000_000
MOST_UNZIPPED = 200_000_000
KIND = "memo"


def story_of_memo(memo: Memo, results: Results, wish: Wish) -> dict[str, Any]:
    """All that is needed to make a memo again, and to see whether it was changed."""
    plan = results.plan
    story: dict[str, Any] = {
        "program": "simdiff", "format": FORMAT, "kind": KIND, "title": memo.title, "caveat": CAVEAT,
        "command": wish.command, "results": results.reproduce, "results_digest": results.digest,
        "partial": results.partial, "asked": wish.said(), "beyond": results.beyond,
        "numbers": [asdict(fact) for fact in memo.facts], "experiment": plan.experiment.model_dump(mode="json"),
        "plan": plan_said(plan), "versions": dict(plan.versions), "drawn_with": drawn_with(), "commit": commit(),
    }  # fmt: skip
    return story | {"checksum": checksum(story)}


def memo_bytes(memo: Memo, story: Mapping[str, Any], suffix: str) -> bytes:
    """A memo as a file of one of ``WRITERS``. Raises ModuleNotFoundError where its library is missing."""
    write, drawn = WRITERS[suffix]
    said = {"title": memo.chart.title, "alt": memo.chart.alt, "caption": memo.chart.caption}
    return write(memo, story, picture(memo.chart, drawn, said, PRINT))


def memo_plan(story: Mapping[str, Any]) -> Plan:
    """The plan of a memo's story, to run again. Raises StoryError, or what pydantic and Python raise."""
    return replace(plan_of(story), experiment=Experiment.model_validate(story["experiment"]))


def is_memo(path: Path) -> bool:
    """True if a file looks like a memo; a PDF if it has a memo's attachment. Raises OSError."""
    suffix = path.suffix.lower()
    if suffix != ".pdf":
        return suffix.removeprefix(".") in WRITERS
    try:
        return path.stat().st_size <= MOST_FILE and bool(_pdf_story(path.read_bytes()))
    except (ValueError, KeyError, ModuleNotFoundError):
        return False


def read_memo_story(path: Path) -> dict[str, Any]:
    """The story inside a memo. Nothing in the file is run or fetched.

    Raises StoryError if it is no memo of simdiff, or was saved anew by another program; OSError.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in WRITERS:
        raise StoryError(f"{path}: expected a memo, a name that ends in {', '.join(f'.{one}' for one in WRITERS)}")
    if path.stat().st_size > MOST_FILE:
        raise StoryError(f"{path}: larger than any memo of simdiff")
    content = path.read_bytes()
    try:
        told = {"html": _html_story, "pdf": _pdf_story, "docx": _docx_story}[suffix](content)
        story = json.loads(told) if told else None
    except (ValueError, RecursionError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as problem:
        raise StoryError(f"{path}: its story cannot be read ({problem})") from None
    if not isinstance(story, dict) or story.get("program") != "simdiff" or story.get("kind") != KIND:
        raise StoryError(f"{path}: carries no story of a memo of simdiff (other programs drop it when they save)")
    if story.get("format") != FORMAT:
        raise StoryError(f"{path}: of another version of simdiff (format {story.get('format')}); use that version")
    return story


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader of a memo's file meets: its words in order, alternative texts among them, and its pictures."""

    words: tuple[str, ...]
    pictures: tuple[bytes, ...]


def seen_in(content: bytes, suffix: str) -> Seen:
    """What a reader meets in a file. Raises ValueError and its like for a broken one."""
    return {"html": _html_seen, "pdf": _pdf_seen, "docx": _docx_seen}[suffix](content)


class _Page(HTMLParser):
    """Words, pictures and the story of an HTML memo."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside, self.words, self.pictures, self.story = "", list[str](), list[bytes](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in ("script", "style"):
            self.inside = f"{tag} {known.get('id')}"
        for name in ("alt", "title", "value"):
            self.words += (known.get(name) or "").split()
        self.pictures += [str(known["src"]).encode()] if "src" in known else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = "" if tag in ("script", "style") else self.inside

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.words += data.split()
        elif self.inside == "script simdiff-story":
            self.story += data


def _page(content: bytes) -> _Page:
    page = _Page()
    page.feed(content.decode())
    page.close()
    return page


def _html_story(content: bytes) -> str:
    return _page(content).story


def _html_seen(content: bytes) -> Seen:
    page = _page(content)
    return Seen(tuple(page.words), tuple(page.pictures))


def _pdf_story(content: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        found = PdfReader(io.BytesIO(content)).attachments.get("story.json")
    except PyPdfError as problem:
        raise ValueError(str(problem)) from None
    return found[0].decode() if found else ""


def _pdf_seen(content: bytes) -> Seen:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content)).pages
    return Seen(tuple(word for page in pages for word in page.extract_text().split()), ())


def _docx_part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.getinfo(name).file_size > MOST_UNZIPPED:
            raise ValueError("larger than any memo of simdiff")
        told = archive.read(name)
    if b"<!DOCTYPE" in told or b"<!ENTITY" in told:
        raise ValueError("declares entities, which no memo of simdiff does")
    return told


def _docx_story(content: bytes) -> str:
    return ElementTree.fromstring(_docx_part(content, STORY.removeprefix("/"))).text or ""


def _docx_seen(content: bytes) -> Seen:
    words = list[str]()
    for node in ElementTree.fromstring(_docx_part(content, "word/document.xml")).iter():
        name = node.tag.rpartition("}")[2]
        if name == "t":
            words += (node.text or "").split()
        elif name == "docPr":
            words += node.get("descr", "").split()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("word/media/"))
        return Seen(tuple(words), tuple(archive.read(name) for name in names))
