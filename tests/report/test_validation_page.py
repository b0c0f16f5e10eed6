"""The page and the tables of a validation: inert whatever they are told, and true to what was measured."""

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import simdiff
from simdiff.analysis.checks import Checked, Span
from simdiff.analysis.patterns import CHECKED_AGAINST, TARGETS
from simdiff.report.validation_facts import ROLL_OUTS, TITLES
from simdiff.report.validation_page import Part, page
from simdiff.report.validation_tables import Rows, markdown, pattern_table, range_of, variant_table

HOSTILE = "<script>alert('x')</script> \" onload=\"x & 'y' 🙂"
STORY = {"reproduce": HOSTILE, "run": "r", "simdiff": "1", "code": "c", "commit": None, "python": "3",
         "libraries": {"numpy": "2"}, "files": {HOSTILE: "d"}}  # fmt: skip
FACTS = Path(simdiff.__file__).parents[2] / "shared" / "data" / "diffusion" / "pl_rollout_series.csv"


class Tags(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def test_hostile_names_are_inert() -> None:
    """In title, headings, words, tables, descriptions of pictures and provenance. Catches one place that is not
    escaped."""
    rows = Rows((HOSTILE,), ((HOSTILE,),))
    text = page(HOSTILE, (HOSTILE,), [Part(HOSTILE, (HOSTILE,), (rows,), ((HOSTILE, b"png"),))], STORY)
    found = Tags(text)
    assert "script" not in found.tags
    assert "<script" not in text
    assert {name for name, _ in found.attributes} <= {"lang", "charset", "class", "alt", "src"}
    assert text.count("&lt;script&gt;") == 10


def test_the_page_needs_no_network() -> None:
    """Catches a link, a font or a picture from elsewhere."""
    text = page("t", (), [Part("h", pictures=(("d", b"png"),))], STORY)
    assert not re.search(r"https?:|//|url\(|@import|<link", text)
    assert 'src="data:image/png;base64,cG5n"' in text
    assert "does not forecast" in text


def checked(name: str, figure: float, verdict: str, inside: float) -> Checked:
    return Checked(name, Span(figure, figure / 2, figure * 2), inside, 1.0, verdict)


def test_the_table_of_patterns() -> None:
    """Catches a miss that is not shown as one, a pattern left out because nothing was measured, and shares that are a
    hundred times too small."""
    table = pattern_table({"P1": checked("P1", 0.02, "miss", 0.25), "P2b": checked("P2b", 60, "hit", 1.0)})
    rows = {row[0]: row[2:] for row in table.rows}
    assert rows["P1"] == ("2.0% (1.0% to 4.0%)", "4.0 to 17%", "25%", "miss")
    assert rows["P2b"][0] == "60.0 (30.0 to ≥ 100)"
    assert rows["P7"] == ("–", "-0.60 to -0.20", "–", "not run: data absent")
    assert len(rows) == len(CHECKED_AGAINST)


def test_ranges_in_words() -> None:
    """Catches an open end told as a billion."""
    assert range_of(TARGETS["P5"]) == "≥ 4.0"
    assert range_of(TARGETS["P3"]) == "holds in ≥ 50% of draws"


def test_the_table_of_variants_counts_hits() -> None:
    """Catches hits of one variant counted in another."""
    scored = {"default": {"P1": checked("P1", 0.1, "hit", 0.9)}, "other": {"P1": checked("P1", 0.5, "miss", 0.0)}}
    table = variant_table(scored)
    assert table.heads == ("", "default", "other")
    assert table.rows == (("P1", "hit 90%", "miss 0%"), ("hits", "1 of 1", "0 of 1"))
    assert markdown(table).splitlines()[2] == "| P1 | hit 90% | miss 0% |"


def test_points_of_the_roll_outs_are_those_on_record() -> None:
    """Catches a mistyped point, one left out, and a goal told as a fact."""
    if not FACTS.exists():
        pytest.skip("not run: data absent")
    names = {title.split()[0]: name for name, title in TITLES.items()}
    with FACTS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "GOAL" not in row["depth"]]
    record = sorted((names[row["system"].split()[0]], int(row["fall_year"]), float(row["n_schools"]),
                     int(row["total_schools"])) for row in rows if row["system"].split()[0] in names)  # fmt: skip
    shown = sorted((name, one.fall, one.schools, one.of) for name, points in ROLL_OUTS.items() for one in points)
    assert record == shown
