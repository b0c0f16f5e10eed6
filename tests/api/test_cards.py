"""What objects show of themselves is inert, whatever users' files call things."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

import simdiff
from simdiff.report.cards import Card, as_html, as_text
from simdiff.report.parts import Part

HOSTILE = ("<script>alert(1)</script>", "$x$ and $$y$$", "\\(z\\)", "=cmd|' /C calc'!A0", "../../etc", "🙂" * 3,
           "a" * 300, '" onload="x', "\x1b[31mred\x1b[0m", "\u202eabc", "two\nlines")  # fmt: skip
ALLOWED = {"div", "p", "strong", "br", "em", "table", "thead", "tbody", "tr", "th", "td", "small", "span"}


class Seen(HTMLParser):
    """Tags, attributes and texts of a piece of HTML."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.texts = list[str](), list[tuple[str, str | None]](), list[str]()
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_hostile_names_stay_texts() -> None:
    """Catches markup, formulas, terminal codes and turned writing in every place of a card."""
    card = Card(HOSTILE[0], HOSTILE, (Part(HOSTILE[0], HOSTILE, (HOSTILE,), HOSTILE),), HOSTILE)
    seen = Seen(as_html(card))
    assert set(seen.tags) <= ALLOWED
    assert set(seen.attributes) == {("class", "tex2jax_ignore mathjax_ignore"), ("style", "text-align:left")}
    assert not [text for text in seen.texts if ("$" in text or "\\" in text) and len(text) > 1]
    assert "".join(seen.texts).count(HOSTILE[0]) == 7
    for shown in (as_text(card), as_html(card)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert as_text(card).splitlines()[0] == HOSTILE[0]


def test_tables_are_aligned_and_cut() -> None:
    """Worked by hand: columns as wide as their widest cell; beyond forty rows, how many are left."""
    told = as_text(Card("T", parts=(Part("H", ("a", "bb"), (("xxx", "y"), ("z", "")), ("end",)),)))
    assert told == "T\n\nH\na     bb\nxxx   y\nz\nend"
    long = Card("T", parts=(Part("", ("n",), tuple((str(n),) for n in range(43))),))
    assert as_text(long).endswith("39\n… and 3 more rows")
    assert Seen(as_html(long)).tags.count("tr") == 41


def test_every_object_shows_its_caveat_and_escapes_its_title(tmp_path: Path) -> None:
    """Catches an object with an HTML of its own: a hostile title goes through load, run and chart."""
    file = tmp_path / "hostile.yaml"
    file.write_text("extends: goals\nformat: 1\nname: hostile\ntitle: '<script>alert(1)</script> $x$'\nyears: 2\n")
    scenario = simdiff.load(file)
    result = simdiff.run(scenario, replicates=2)
    for shown in (scenario._repr_html_(), result._repr_html_()):
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
        assert "does not forecast" in shown
    assert "chance alone" in result._repr_html_()
    assert result.chart().title.startswith("<script>")
    moving = result.chart("animation", years=[1, 2])._repr_html_()
    assert moving is not None
    assert "<script" not in moving


@pytest.mark.parametrize("path", ["titel", "policy.<script>", "where.districts.$x$"])
def test_hostile_paths_of_settings_stay_texts(path: str) -> None:
    """Catches an error that prints more than one line a problem."""
    with pytest.raises(ValueError) as error:
        simdiff.load("goals").with_settings({path: "\u202ex"})
    assert "\u202e" not in str(error.value)
