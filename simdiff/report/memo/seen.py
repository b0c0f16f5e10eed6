"""What is in a memo's file: its story, and what a reader meets. Files may come from anybody: nothing in them is run or
fetched, and what no memo of simdiff has (entities, bombs, tags without end) is refused with ValueError."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from xml.parsers import expat

MOST_UNZIPPED = 100_000_000
"""Bytes of a part of a Word file, and of all its pictures."""
MOST_PARTS = 1_000
MOST_PAGES = 40
MOST_ELEMENTS, MOST_WORDS = 300_000, 300_000
MOST_ODD = 100
"""Comments, declarations and tags without end in an HTML file: a reader may look through the rest of it for each."""
ODD = re.compile(rb"<!|<\?|<(?=[^<>]*(?:<|\Z))")
LONG = re.compile(rb'<(?!img alt="[^"<>]*" src="data:[\w/+;=,]*">)[^<>]{10000}')
"""A long tag, unless it is a picture."""
WORDS, TEXT, PICTURE = "word/document.xml", "t", "docPr"
STORY = "/customXml/simdiff-story.xml"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader of a memo's file meets: its words in order, alternative texts among them, and its pictures."""

    words: tuple[str, ...]
    pictures: tuple[bytes, ...]


def story_in(content: bytes, suffix: str) -> str:
    """The story in a file, empty if there is none. Raises ValueError or KeyError for a broken one."""
    return {"html": _html_story, "pdf": pdf_story, "docx": _docx_story}[suffix](content)


def seen_in(content: bytes, suffix: str) -> Seen:
    """What a reader meets in a file. Raises ValueError or KeyError for a broken one."""
    return {"html": _html_seen, "pdf": _pdf_seen, "docx": _docx_seen}[suffix](content)


class _Page(HTMLParser):
    """Words, pictures and the story of an HTML memo."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside, self.words, self.pictures, self.story = "", list[str](), list[bytes](), list[str]()

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
            _check_words(self.words)
        elif self.inside == "script simdiff-story":
            self.story.append(data)


def _check_words(words: list[str]) -> None:
    if len(words) > MOST_WORDS:
        raise ValueError("more words than any memo of simdiff")


def _page(content: bytes) -> _Page:
    if LONG.search(content) or len(ODD.findall(content)) > MOST_ODD:
        raise ValueError("not HTML as simdiff writes it")
    page = _Page()
    page.feed(content.decode())
    page.close()
    return page


def _html_story(content: bytes) -> str:
    return "".join(_page(content).story)


def _html_seen(content: bytes) -> Seen:
    page = _page(content)
    return Seen(tuple(page.words), tuple(page.pictures))


def pdf_story(content: bytes) -> str:
    """The story attached to a PDF file, empty if there is none. Raises ValueError for a broken one."""
    from pypdf import PdfReader

    try:
        found = PdfReader(io.BytesIO(content)).attachments.get("story.json")
        return found[0].decode() if found else ""
    except Exception as problem:  # whatever the library meets in a file that was made to break it
        raise ValueError(f"not readable as PDF: {type(problem).__name__}") from None


def _pdf_seen(content: bytes) -> Seen:
    from pypdf import PdfReader

    try:
        pages = PdfReader(io.BytesIO(content)).pages
        if len(pages) > MOST_PAGES:
            raise ValueError("more pages than any memo of simdiff")
        words = [word for page in pages for word in page.extract_text().split()]
        _check_words(words)
        return Seen(tuple(words), ())
    except Exception as problem:
        raise ValueError(f"not readable as PDF: {type(problem).__name__}") from None


def _docx_parts(content: bytes, *names: str, folder: str = "") -> dict[str, bytes]:
    """Parts of a Word file by name: those named, and all in a folder. How large they are is looked at before."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [archive.getinfo(name) for name in names]
            wanted += [one for one in archive.infolist() if folder and one.filename.startswith(folder)]
            if len(wanted) > MOST_PARTS or sum(one.file_size for one in wanted) > MOST_UNZIPPED:
                raise ValueError("larger than any memo of simdiff")
            return {one.filename: _unzipped(archive, one) for one in wanted}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
        raise ValueError(f"not readable as a Word file: {problem}") from None


def _unzipped(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    """A part of an archive; no more is unpacked than its directory tells."""
    with archive.open(one) as part:
        return part.read(one.file_size + 1)


class _Part:
    """Texts of an XML part as it is read; document types and entities are refused."""

    def __init__(self, content: bytes) -> None:
        self.inside, self.count = "", 0
        self.words, self.text, self.story = list[str](), list[str](), list[str]()
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.begin, self.end
        parser.CharacterDataHandler = self.data
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self.refuse
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError) as problem:
            raise ValueError(f"not readable as XML: {problem}") from None

    def refuse(self, *_: object) -> None:
        raise ValueError("declares entities, which no memo of simdiff does")

    def begin(self, whole: str, said: Mapping[str, Any]) -> None:
        self.inside, self.text, self.count = whole.rsplit(" ", 1)[-1], [], self.count + 1
        if self.count > MOST_ELEMENTS:
            raise ValueError("more elements than any memo of simdiff")
        if self.inside == PICTURE:
            self.words += said.get("descr", "").split()

    def data(self, words: str) -> None:
        if self.inside in (TEXT, "story"):
            self.text.append(words)

    def end(self, _: str) -> None:
        if self.inside == TEXT:
            self.words += "".join(self.text).split()
            _check_words(self.words)
        elif self.inside == "story":
            self.story += self.text
        self.inside = ""


def _docx_story(content: bytes) -> str:
    name = STORY.removeprefix("/")
    return "".join(_Part(_docx_parts(content, name)[name]).story)


def _docx_seen(content: bytes) -> Seen:
    parts = _docx_parts(content, WORDS, folder="word/media/")
    return Seen(tuple(_Part(parts.pop(WORDS)).words), tuple(parts[name] for name in sorted(parts)))
