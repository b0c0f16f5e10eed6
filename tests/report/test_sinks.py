"""Whatever files call things, it stays a name: in spreadsheets, pages, drawings, PDF, Word and in the terminal."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from small_results import SWEEP, sweep_pair, write_pair

from simdiff.analysis.matched import Asked
from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.report.asked import Asked as Wanted
from simdiff.report.charts import PRINT, STYLE
from simdiff.report.excel import workbook
from simdiff.report.kinds import KINDS
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.files import memo_bytes, story_of_memo
from simdiff.report.memo.html import html_bytes
from simdiff.report.memo.pieces import Memo, Picture
from simdiff.report.memo.seen import seen_in
from simdiff.report.picture import picture
from simdiff.report.story import story_of
from simdiff.report.terminal import PlainConsole
from simdiff.study.files import csv_bytes, inert

FORMULAS = [
    *(f"{sign}{rest}" for sign in "=+-@\t\r\n＝＋－＠" for rest in ("1+1", "cmd|' /C calc'!A0", "HYPERLINK(\"http://x\")")),
    "=1", "-1+1", "--1", "-x", "+1", "@SUM(A1)", "=", "-", "+", "@", "-1e5", "=\"\"", "\t", "-0x1", "-1,2",
]  # fmt: skip
PAGES = [
    f"{before}{attack}{after}"
    for before, after in (("", ""), ('">', "<b"), ("</script>", ""), ("-->", "<!--"), ("]]>", ""))
    for attack in (
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
        "<a href=javascript:alert(1)>",
        "<iframe src=//x.org>", "<link rel=stylesheet href=//x.org/a.css>", "<style>@import '//x.org'</style>",
        "<meta http-equiv=refresh content='0;url=//x.org'>", "<base href=//x.org>", "<form action=//x.org><input>",
        "<object data=//x.org>", "&lt;script&gt;alert(1)&#60;/script&#62;",
    )
]  # fmt: skip
"""Sixty ways to bring a page to run, load or send something."""
TYPESET = ("#read(\"/etc/passwd\")", "#import \"x.typ\"", "$x^2$ \\frac{1}{2}", "#let x = 1; #x", "= A heading",
           "\\u{1F600}", "*bold* _it_ @ref <label> `raw`", "//comment /* x */", "]#text(red)[x")  # fmt: skip
FIELDS = ("{ INCLUDETEXT \"/etc/passwd\" }", "DDEAUTO c:\\\\windows\\\\calc.exe", "<w:fldSimple w:instr=\"DDE\"/>",
          "</w:t></w:r><w:r><w:instrText>DDE</w:instrText></w:r>")  # fmt: skip
COMMANDS = ("\x1b[31mred", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\link", "\x9b31m", "\x9d0;t\x9c", "\u202egnp.exe",
            "\u2066x\u2069",
            "a\rb", "a\bb", "\x7f", "\udcff", "\u200f")  # fmt: skip


class Looked(HTMLParser):
    """Everything of a page that could act."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.acts = list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            told = (value or "").strip().lower()
            loads = name in ("src", "href", "action", "data", "srcset", "poster", "formaction", "background")
            if name.startswith("on") or (loads and not told.startswith(("data:image/", "#"))):
                self.acts.append(f"{tag} {name}={value}")


@pytest.fixture(scope="module")
def results(sweep_folder: Path) -> Results:
    return read_results(sweep_folder)


@pytest.fixture(scope="module")
def memo(results: Results) -> Memo:
    return write_memo(results, Wish("How far?", Asked(), "simdiff memo x"))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(text: str) -> None:
    """Catches a cell or a column's name that a spreadsheet runs, in the one place that writes rows as CSV."""
    [names, cells] = csv.reader(io.StringIO(csv_bytes([{text: text, "b": 1}]).decode(), newline=""))
    assert names[0] == cells[0] == "'" + text.replace("\r", "\n")


@pytest.mark.parametrize("value", [-3, -3.5, 0, None, True, "-3", "-0.25", "a=b", "a-b", " =1", "", "'=1"])
def test_numbers_and_plain_texts_stay(value: object) -> None:
    """Catches negative numbers that become texts, and texts that change without need."""
    assert inert(value) == value


@pytest.mark.parametrize("text", ["a\r=1+1", "a\n=1+1", "a\r\n=1+1", 'a",=1+1', "a;=1"])
def test_no_text_begins_a_row_of_its_own(text: str) -> None:
    """Catches a carriage return that is written bare: a spreadsheet begins a row there, with a formula in front."""
    content = csv_bytes([{"a": text, "b": 1}])
    assert b"\r" not in content
    [_, cells] = csv.reader(io.StringIO(content.decode(), newline=""))
    assert cells == [text.replace("\r\n", "\n").replace("\r", "\n"), "1"]


def test_rows_are_written_as_csv_in_one_place() -> None:
    """Catches an exporter that writes texts past the place that makes them inert."""
    import simdiff

    writers = {
        path.name for path in Path(simdiff.__file__).parent.rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)|\.to_csv\(|write_csv\(", path.read_text())
    }  # fmt: skip
    assert writers == {"files.py", "sweep_rows.py", "export.py", "import_schools.py"}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula_or_link_in_a_workbook(text: str) -> None:
    import pyarrow as pa

    buffer = io.BytesIO()
    table = pa.table({text: [text], "url": ["http://x.org"], "n": [-3.0]})
    workbook(buffer, [("sheet", table.column_names, iter([table]))], text)
    xml = zipfile.ZipFile(buffer).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    cells = list(load_workbook(buffer).active.iter_rows(values_only=True, min_row=2))
    assert cells[0][1:] == ("http://x.org", -3)


@pytest.mark.parametrize("attack", PAGES)
def test_a_page_runs_and_loads_nothing(results: Results, memo: Memo, attack: str) -> None:
    """Catches markup that gets out of any text of a memo: heads, numbers' names, alternative texts, the story."""
    chart = replace(memo.chart, title=attack, alt=attack)
    facts = tuple(replace(fact, what=attack, section=attack, unit=attack) for fact in memo.facts)
    sections = tuple(
        replace(section, heading=attack, blocks=tuple(replace(one, chart=chart) if isinstance(one, Picture) else one
                                                      for one in section.blocks))
        for section in memo.sections
    )  # fmt: skip
    hostile = replace(memo, title=attack, lead=(attack,), facts=facts, sections=sections)
    story = story_of_memo(hostile, results, Wish(attack, Asked(), attack)) | {"title": attack, attack: attack}
    text = html_bytes(hostile, story, b"<svg/>").decode()
    seen = Looked()
    seen.feed(text)
    seen.close()
    assert seen.acts == []
    assert seen.tags.count("script") == 1
    assert not {"iframe", "object", "embed", "link", "base", "form", "input", "svg"} & set(seen.tags)
    assert seen.tags.count("meta") == 4
    assert seen.tags.count("style") == 1
    assert "default-src 'none'" in text.split("</head>")[0]
    assert attack.split()[0] in " ".join(seen_in(text.encode(), "html").words)


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Memo]:
    """A memo whose titles and question are attacks on typesetters and word processors."""
    folder = tmp_path_factory.mktemp("strange")
    title = json.dumps(" ".join(TYPESET)[:110])
    write_pair(folder, title=title, north=json.dumps(" ".join(FIELDS)[:110]))
    results = read_results(sweep_pair(folder, SWEEP.replace("title: Three policies", f"title: {title}")))
    return results, write_memo(results, Wish(" ".join((*TYPESET, *FIELDS)), Asked(), "simdiff memo x"))


def test_typst_reads_no_text_as_markup(strange: tuple[Results, Memo]) -> None:
    """Catches a file that is read, a formula that is set, a label that is taken for one."""
    results, memo = strange
    content = memo_bytes(memo, story_of_memo(memo, results, Wish("", Asked(), "")), "pdf")
    seen = " ".join(seen_in(content, "pdf").words)
    for text in TYPESET:
        assert " ".join(text.split()) in seen, text
    assert "root:" not in seen
    assert set(PdfReader(io.BytesIO(content)).attachments) == {"story.json", "numbers.csv", "chart.csv"}
    for mark in (b"/JavaScript", b"/Launch", b"/URI", b"/SubmitForm", b"/OpenAction"):
        assert mark not in content


def test_word_files_have_no_fields_and_no_links(strange: tuple[Results, Memo]) -> None:
    results, memo = strange
    content = memo_bytes(memo, story_of_memo(memo, results, Wish("", Asked(), "")), "docx")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tags = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(parts["word/document.xml"]).iter()}
    assert not tags & {"fldSimple", "instrText", "fldChar", "hyperlink", "object", "control", "altChunk"}
    assert not [name for name, part in parts.items() if name.endswith(".rels") and b'TargetMode="External"' in part]
    assert not [name for name in parts if "vba" in name.lower() or "activex" in name.lower()]
    words = " ".join(seen_in(content, "docx").words)
    for text in FIELDS:
        assert " ".join(text.split()) in words, text


def test_a_drawing_runs_and_loads_nothing(results: Results) -> None:
    """The same sixty in a chart as SVG: in its title, its words for those who cannot see it, its story, and among what
    is drawn, whether a browser reads it as a file of its own or as a part of a page."""
    chart = KINDS["levers"].draw(results, Wanted("levers"), PRINT)
    figure, attacks = chart.figure, "".join(PAGES)
    for n, attack in enumerate(PAGES):
        figure.text(0.5, n / len(PAGES), attack, gid=attack, url=None)
    hostile = replace(chart, title=attacks, alt=attacks, caption=attacks)
    content = picture(hostile, "svg", story_of(hostile, results, PRINT, attacks), PRINT)
    root = ElementTree.fromstring(content)
    tags = {str(one.tag).rpartition("}")[2] for one in root.iter()}
    acting = {"script", "foreignObject", "image", "a", "iframe", "set", "animate", "handler", "embed", "object", "img"}
    assert not tags & acting
    for one in root.iter():
        for name, value in one.attrib.items():
            plain = name.rpartition("}")[2].lower()
            assert not plain.startswith("on"), (one.tag, name)
            assert plain not in ("href", "src") or value.startswith("#"), (one.tag, value)
            assert "url(" not in value or "url(#" in value, (one.tag, value)
    seen = Looked()
    seen.feed(content.decode())
    seen.close()
    assert seen.acts == []
    assert not {name.lower() for name in acting} & {*seen.tags}
    assert b"<!ENTITY" not in content
    words = {str(one.tag).rpartition("}")[2]: one.text for one in root[:3]}
    assert words["title"] == words["desc"] == attacks


def test_charts_set_no_mathematics() -> None:
    assert STYLE["text.parse_math"] is False
    assert STYLE["text.usetex"] is False


@pytest.mark.parametrize("text", COMMANDS)
def test_no_text_commands_the_terminal(text: str) -> None:
    """Catches colours, titles, links and turned writing that come out of a name, wherever in what is printed."""
    from rich.table import Table

    for terminal in (False, True):
        buffer = io.StringIO()
        console = PlainConsole(file=buffer, force_terminal=terminal, no_color=True, width=200)
        table = Table(text, title=text, box=None)
        table.add_row(f"[red]{text}[/red] :bomb:")
        console.print(text)
        console.print(f"x {text}", soft_wrap=True)
        console.print(table)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", buffer.getvalue()) if terminal else buffer.getvalue()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", shown)
        assert "[red]" in shown
        assert ":bomb:" in shown
        assert "\x1b[31m" not in buffer.getvalue()


def test_words_are_printed_by_one_kind_of_console() -> None:
    """Catches a command that prints names past the console that makes them plain."""
    import simdiff

    package = Path(simdiff.__file__).parent
    own = {path.name for path in package.rglob("*.py") if re.search(r"(?<!Plain)\bConsole\(", path.read_text())}
    assert own == set()
