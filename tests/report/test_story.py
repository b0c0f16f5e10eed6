"""Stories in pictures: written, read back, the same bytes each time; and files that carry none, or a bad one."""

import json
import re
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.report.asked import Asked, ChartError
from simdiff.report.charts import PRINT
from simdiff.report.figure import Chart
from simdiff.report.kinds import KINDS
from simdiff.report.picture import picture, read_story, save_chart
from simdiff.report.story import MARK, StoryError, checksum, pack, plan_of, story_of, unpack
from simdiff.study.files import digest

FORMATS = {"png": "levers", "svg": "levers", "pdf": "levers", "gif": "animation"}


@pytest.fixture(scope="module")
def results(run_folder: Path) -> Results:
    return read_results(run_folder)


def chart_of(results: Results, kind: str) -> Chart:
    asked = Asked(kind, months=(5, 35) if kind == "animation" else ())
    return KINDS[kind].draw(results, asked, PRINT)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_story_comes_back_from_its_picture(results: Results, tmp_path: Path, suffix: str) -> None:
    """Catches a story that is cut, escaped or encoded on its way, and numbers that are not those beside it."""
    chart = chart_of(results, FORMATS[suffix])
    story = story_of(chart, results, PRINT, "simdiff chart run levers")
    files = save_chart(chart, tmp_path / "new" / f"figure.{suffix}", story, PRINT)
    assert [path.name for path in files] == [f"figure.{suffix}", "figure.csv"]
    back = read_story(files[0])
    assert back == story
    assert back["numbers"].encode() == files[1].read_bytes()
    assert back["numbers_digest"] == digest(files[1].read_bytes())
    assert back["checksum"] == checksum(back)
    assert plan_of(back).cells == chart.plan.cells
    assert plan_of(back).stages == chart.plan.stages
    assert "6 replicates" in back["caption"] or "replicate 0" in back["caption"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_chart_is_the_same_bytes(results: Results, suffix: str) -> None:
    """Catches dates, random ids and anything else in a file that is not in the chart."""
    story, files = None, []
    for _ in range(2):
        chart = chart_of(results, FORMATS[suffix])
        story = story_of(chart, results, PRINT, "simdiff chart run levers")
        files.append(picture(chart, suffix, story, PRINT))
    assert files[0] == files[1]
    assert not re.search(rb"CreationDate|<dc:date>", files[0])
    assert picture(chart, suffix, {**(story or {}), "command": "other"}, PRINT) != files[0]


def test_an_svg_speaks_to_those_who_cannot_see_it(results: Results) -> None:
    """Catches an SVG without a title, a description and the role of an image."""
    chart = chart_of(results, "levers")
    root = ElementTree.fromstring(picture(chart, "svg", story_of(chart, results, PRINT, "c"), PRINT))
    assert root.get("role") == "img"
    words = {str(one.tag).partition("}")[2]: one.text for one in root[:3]}
    assert words["title"] == chart.title
    assert words["desc"] == chart.alt


def test_parameter_draws_come_back(drawn_folder: Path) -> None:
    """Catches draws that are rounded on their way into a figure."""
    results = read_results(drawn_folder)
    chart = chart_of(results, "levers")
    story = story_of(chart, results, PRINT, "c")
    assert plan_of(json.loads(json.dumps(story))).draws == results.plan.draws
    assert len(results.plan.draws) == 4


def test_numbers_too_many_are_known_by_their_digest(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a figure of a hundred megabytes."""
    monkeypatch.setattr("simdiff.report.story.MOST_NUMBERS", 10)
    chart = chart_of(results, "levers")
    story = story_of(chart, results, PRINT, "c")
    assert story["numbers"] is None
    assert story["numbers_digest"] == digest(chart.csv())


@pytest.mark.parametrize(
    ("kind", "suffix"), [("levers", "gif"), ("animation", "png"), ("levers", "jpeg"), ("levers", "")]
)
def test_a_format_that_cannot_hold_a_chart_is_refused(results: Results, tmp_path: Path, kind: str, suffix: str) -> None:
    """Catches an animation that is written as its last frame, and files of a format without a story."""
    chart = chart_of(results, kind)
    with pytest.raises(ChartError, match="expected a name that ends in"):
        save_chart(chart, tmp_path / f"figure.{suffix}", {}, PRINT)
    assert list(tmp_path.iterdir()) == []


def png(chunk: bytes) -> bytes:
    """A 1 × 1 picture with one more chunk."""

    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")


def text_chunk(words: bytes) -> bytes:
    content = b"Description\0" + words
    return struct.pack(">I", len(content)) + b"tEXt" + content + struct.pack(">I", zlib.crc32(b"tEXt" + content))


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/">{}</svg>'
BAD = {
    "text": b"hello",
    "empty": b"",
    "png without": png(b""),
    "png of another": png(text_chunk(b'{"program": "other"}')),
    "png, no object": png(text_chunk(b"[1, 2]")),
    "png, no JSON": png(text_chunk(b"{")),
    "png, deep": png(text_chunk(b"[" * 100_000)),
    "png, other format": png(text_chunk(b'{"program": "simdiff", "format": 99}')),
    "png, cut": png(text_chunk(b'{"program": "simdiff"'))[:60],
    "svg without": SVG.format("").encode(),
    "svg, no JSON": SVG.format("<dc:description>{</dc:description>").encode(),
    "svg, broken": b"<svg><",
    "svg, entities": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'
    + SVG.format("<dc:description>&c;</dc:description>").encode(),
    "svg, file": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + SVG.format("<dc:description>&a;</dc:description>").encode(),
    "pdf without": b"%PDF-1.4\n<< /Keywords (hello) >>",
    "pdf, no base64": b"%PDF-1.4\n<< /Keywords (simdiff:!!) >>",
    "pdf, cut": f"%PDF-1.4\n<< /Keywords ({pack({'program': 'simdiff'})[:20]}==) >>".encode(),
    "gif, cut": b"GIF89a\x01\x00",
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_without_a_story_is_told(tmp_path: Path, name: str) -> None:
    """Catches a traceback, a file that is read in its entities' name, and another program's words taken for ours."""
    path = tmp_path / "figure"
    path.write_bytes(BAD[name])
    with pytest.raises(StoryError, match="figure: "):
        read_story(path)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a small word that unpacks into all memory."""
    assert unpack(pack({"a": [1.5, "x"]})) == {"a": [1.5, "x"]}
    monkeypatch.setattr("simdiff.report.story.MOST_BYTES", 1000)
    word = pack("x" * 100_000)
    assert word.startswith(MARK)
    assert len(word) < 400
    with pytest.raises(StoryError, match="larger than any"):
        unpack(word)
