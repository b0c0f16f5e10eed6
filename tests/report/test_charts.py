"""The house style: labels that do not overlap, colours that all can tell apart, names as plain text."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from simdiff.report.charts import (
    BLUE,
    CONTROLS,
    GREEN,
    GREY,
    ORANGE,
    PRINT,
    SIZES,
    STAGE_COLOURS,
    grid,
    house,
    label_ends,
    plain,
    readable,
    sheet,
    tick,
)

VISION = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""What is seen of linear RGB: Machado, Oliveira & Fernandes 2009, severity 1."""


def linear(colour: str) -> np.ndarray:
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear sRGB."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.where((t := xyz / [0.9505, 1.0, 1.089]) > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("colours", [list(STAGE_COLOURS.values()), [BLUE, ORANGE, GREEN]], ids=["stages", "lines"])
def test_colours_are_told_apart_with_any_vision(vision: str, colours: list[str]) -> None:
    """Catches two colours of one chart that some readers see as one (difference below 10 CIELAB units)."""
    seen = [lab(np.asarray(VISION[vision]) @ linear(colour)) for colour in colours]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 10


def test_red_and_green_would_be_caught() -> None:
    """The check itself: a red and a green of the same lightness are one colour to a protanope."""
    red, green = (lab(np.asarray(VISION["deuteranopia"]) @ linear(colour)) for colour in ("#b45f4a", "#8a7a3c"))
    assert np.linalg.norm(lab(linear("#b45f4a")) - lab(linear("#8a7a3c"))) > 25
    assert np.linalg.norm(red - green) < 15


@pytest.mark.parametrize("colour", [*STAGE_COLOURS.values(), GREY, BLUE])
def test_words_are_dark_enough_to_read(colour: str) -> None:
    """Catches words in a pale colour: contrast with white below 4.5 (WCAG 2.2, AA); dark ones stay as they are."""
    contrast = 1.05 / (0.05 + float(linear(readable(colour)) @ [0.2126, 0.7152, 0.0722]))
    assert contrast >= 4.5
    if colour in (GREY, BLUE):
        assert readable(colour) == colour.lower()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_labels_do_not_overlap(size) -> None:
    """Catches labels on top of each other, out of order, or far from the panel."""
    values = [0.0, 0.004, 0.5, 0.502, 0.51, 1.0]
    with house(size):
        figure = sheet(size, 3.5, "Title", "Caption")
        axis = grid(figure, 1, 1)[0]
        axis.set_ylim(0, 1)
        label_ends(axis, [(value, f"line {n}", BLUE) for n, value in enumerate(values)], size, 2.8)
        figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in axis.texts]
    assert [text.get_text() for text in axis.texts] == [f"line {n}" for n in range(6)]
    assert all(below.y1 <= above.y0 + 1 for below, above in pairwise(boxes))
    frame = axis.get_window_extent()
    assert boxes[0].y1 > frame.y0 - 20
    assert boxes[-1].y0 < frame.y1 + 20
    assert all(box.x1 < figure.bbox.x1 for box in boxes)


def test_title_and_caption_have_room() -> None:
    """Catches a long caption that runs out of the picture or over the panel."""
    with house(PRINT):
        figure = sheet(PRINT, 3.0, "A title of many words " * 8, "A caption that goes on and on. " * 20)
        axis = grid(figure, 1, 1)[0]
        axis.set_xlabel("years")
        figure.draw_without_rendering()
        title, caption = (text.get_window_extent() for text in (figure._suptitle, figure._supxlabel))  # type: ignore[attr-defined]
        panel = axis.get_tightbbox()
    assert title.y1 <= figure.bbox.y1
    assert caption.y0 >= 0
    assert max(title.x1, caption.x1) <= figure.bbox.x1
    assert caption.y1 <= panel.y0
    assert title.y0 >= panel.y1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("two\nlines\t and  spaces ", "two lines and spaces"),
        ("a\u202eb\u2066c\u200d\x00d\x1b", "abcd"),
        ("abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrs…"),
        ("kept", "kept"),
        ("\ud800x", "?x"),
        ("\U0001f9d1", "□"),
        ("é", "é"),
        ("$x$ <b> =1", "$x$ <b> =1"),
    ],
)
def test_names_become_plain_text(text: str, said: str) -> None:
    """Catches controls, turned writing, halves of letters and letters that the font lacks in a label."""
    assert plain(text, 20) == said


@given(st.text(max_size=400), st.integers(2, 60))
@example("0\r\x1b 0", 4)
@example("0 \x1b\r0", 4)
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_a_label(text: str, most: int) -> None:
    """Catches a text that is not cut, keeps a control, changes when it is cleaned again, or cannot be encoded."""
    said = plain(text, most)
    assert len(said) <= most
    assert not CONTROLS.search(said)
    assert said.encode().decode() == said
    assert plain(said, most) == said


def test_ticks_have_no_idle_decimals() -> None:
    """Catches `0.0%` beside an axis, and a hyphen for a minus."""
    assert [tick(value, "share of schools") for value in (0.0, 0.05, -0.05, 0.025, 1.0)] == [
        "0%", "5%", "−5%", "2.5%", "100%",
    ]  # fmt: skip
