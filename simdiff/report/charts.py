"""The house style: colours, sizes, sheets and labels that all charts share. No file is opened, no global style touched.

A kind of chart (``simdiff.report.kinds``) makes its figure inside ``house`` from a ``sheet``, names its lines at their
ends, and writes under the picture what its bands are.
"""

import math
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from simdiff.report.words import number

INK, GREY, PALE, RULE = "#222222", "#6b6b6b", "#c4c4c4", "#e6e6e6"
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
SKY, AMBER = "#56B4E9", "#E69F00"
OKABE_ITO = (BLUE, ORANGE, GREEN, "#CC79A7", AMBER, SKY, INK)
"""Okabe–Ito colours: told apart with any colour vision; without yellow, which is too light for lines."""
STAGE_COLOURS = {"full": BLUE, "initial": GREEN, "install": AMBER, "explore": SKY, "none": "#dcdcdc",
                 "dropped": ORANGE}  # fmt: skip
"""Colour of each implementation stage, from the deepest; ``dropped`` stands apart."""
FONT = "DejaVu Sans"
STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": "medium",
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "svg.fonttype": "none",
    "svg.hashsalt": "simdiff",
    "pdf.fonttype": 42,
}
MOST_PANELS = 12
BAND = 0.18
"""Opacity of a band."""
EM = 0.56
"""Width of an average character of ``FONT``, in font sizes."""
CONTRAST = 4.5
LINE = 1.35
"""Height of a line of text, in font sizes."""
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
"""Characters that are no letters: controls, marks that turn the direction of writing, halves of pairs."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a chart is made: width in inches, dots per inch, font size in points."""

    name: str
    width: float
    dpi: int
    font: float


SIZES = {"print": Size("print", 6.5, 300, 8.5), "screen": Size("screen", 9.6, 110, 11.5)}
"""``print``: a column of a page of paper; ``screen``: a slide or a web page."""
PRINT = SIZES["print"]


@contextmanager
def house(size: Size) -> Iterator[None]:
    """The house style at a size; figures are made and saved inside it."""
    with rc_context(STYLE | {"font.size": size.font}):
        yield


def sheet(size: Size, height: float, title: str, caption: str) -> Figure:
    """An empty figure, ``height`` inches of panels high, its title above and its caption below."""
    small = 0.78 * size.font
    above = wrapped(title, size.width, 1.2 * size.font)
    below = wrapped(caption, size.width, small)
    lines = (1.2 * size.font * (above.count("\n") + 1) + small * (below.count("\n") + 1)) * LINE / 72
    figure = Figure(figsize=(size.width, height + lines + 0.25), dpi=size.dpi, layout="constrained")
    figure.get_layout_engine().set(h_pad=0.07)  # type: ignore[union-attr, call-arg]
    figure.suptitle(above, x=0.01, ha="left", fontsize=1.2 * size.font, weight="bold")
    figure.supxlabel(below, x=0.01, ha="left", fontsize=small, color=GREY)
    return figure


def framed(figure: Figure, title: str, note: str) -> None:
    """A title above and a note below a figure that is no sheet, wrapped to its width."""
    width = figure.get_figwidth()
    figure.suptitle("\n".join(textwrap.wrap(title, int(width * 9))), x=0.01, ha="left", fontsize=11, weight="bold")
    figure.supxlabel("\n".join(textwrap.wrap(note, int(width * 14.5))), x=0.01, ha="left", fontsize=7, color=GREY)


def grid(figure: Figure, count: int, columns: int, *, share_y: bool = True) -> list[Axes]:
    """``count`` panels in rows of ``columns``; what is left over of the last row stays empty."""
    rows = -(-count // columns)
    axes = figure.subplots(rows, columns, sharex=True, sharey=share_y, squeeze=False).ravel()
    for axis in axes[count:]:
        axis.set_visible(False)
    for n, axis in enumerate(axes[:count]):
        axis.tick_params(labelbottom=n + columns >= count)
    return list(axes[:count])


def columns_of(count: int) -> int:
    """Panels in a row."""
    return count if count <= 2 else 2 if count == 4 else 3


def plain(text: str, most: int) -> str:
    """A user's text as a label: one line, letters that the font has, at most ``most`` of them (then …)."""
    spaced = re.sub(r"\s+", " ", text.encode("utf-8", "replace").decode())
    clean = re.sub(" +", " ", unicodedata.normalize("NFC", CONTROLS.sub("", spaced))).strip()
    letters = "".join(letter if is_drawable(letter) else "□" for letter in clean)
    return letters if len(letters) <= most else letters[: most - 1].rstrip() + "…"


@cache
def is_drawable(letter: str) -> bool:
    """True if the font of the house has the letter."""
    return get_font(findfont(FONT)).get_char_index(ord(letter)) != 0


def wrapped(text: str, width: float, font: float) -> str:
    """Text in lines that fit ``width`` inches at a font size."""
    letters = max(10, int(width * 72 / (font * EM)))
    return "\n".join(textwrap.wrap(text, letters))


def years_axis(axis: Axes, last: float, name: str) -> None:
    """Time in whole years, to ``last``; the axis is named where its numbers are shown."""
    axis.set_xlim(0, last)
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if axis.xaxis.get_tick_params().get("labelbottom", True):
        axis.set_xlabel(name)


def left_labels(axes: Sequence[Axes], columns: int, words: str) -> None:
    """Name the vertical axis, once a row."""
    for axis in axes[::columns]:
        axis.set_ylabel(words)


def rules(axis: Axes, direction: Literal["x", "y"]) -> None:
    """Faint lines behind the picture, across the axis ``direction``."""
    axis.grid(axis=direction, color=RULE, linewidth=0.6)
    axis.set_axisbelow(True)


def readable(colour: str) -> str:
    """The colour for words on white: darker, where needed for a contrast of 4.5 (WCAG 2.2, level AA)."""
    channels = np.array(to_rgb(colour))
    while 1.05 / (0.05 + _luminance(channels)) < CONTRAST:
        channels = 0.96 * channels
    return to_hex(channels.tolist())


def _luminance(channels: NDArray[np.float64]) -> float:
    """Relative luminance of an sRGB colour, 0–1 (WCAG 2.2)."""
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def tick(value: float, unit: str) -> str:
    """A number beside an axis: without decimals that say nothing, and with a true minus."""
    return number(value, unit).replace(".0%", "%").replace("-", "−")


def band(axis: Axes, x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], colour: str) -> None:
    """A band between two lines, with edges, so that two that overlap can be told apart."""
    axis.fill_between(x, low, high, facecolor=to_rgba(colour, BAND), edgecolor=to_rgba(colour, 0.5), linewidth=0.5)


def label_ends(axis: Axes, labels: Sequence[tuple[float, str, str]], size: Size, height: float) -> None:
    """Name lines at their right ends: (value, words, colour) each, pushed apart where they would overlap.

    ``height``: about how many inches the panel is high.
    """
    low, high = axis.get_ylim()
    gap = (high - low) * LINE * size.font * 0.92 / (72 * height)
    at = [max(low, min(high, value)) for value, _, _ in sorted(labels)]
    for n in range(1, len(at)):
        at[n] = max(at[n], at[n - 1] + gap)
    over = max(0.0, at[-1] - high - gap / 3) if at else 0.0
    for n in reversed(range(len(at))):
        ceiling = at[n + 1] - gap if n + 1 < len(at) else at[n] - over
        at[n] = min(at[n], ceiling)
    for value, (_, words, colour) in zip(at, sorted(labels), strict=True):
        axis.annotate(words, (1.015, value), xycoords=("axes fraction", "data"), color=readable(colour), va="center",
                      fontsize=0.92 * size.font, annotation_clip=False)  # fmt: skip


def spread_out(wanted: Sequence[float], gap: float, least: float = -math.inf) -> list[float]:
    """Heights at least ``gap`` apart and not below ``least``, in the order of those wanted and near them: what is too
    close becomes a block about its own middle."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    blocks: list[list[int]] = []

    def middle(block: list[int]) -> float:
        lowest_middle = least + gap * (len(block) - 1) / 2
        return max(lowest_middle, sum(wanted[n] for n in block) / len(block))

    for n in order:
        block = [n]
        while blocks and middle(block) - middle(blocks[-1]) < gap * (len(block) + len(blocks[-1])) / 2:
            block = blocks.pop() + block
        blocks.append(block)
    heights = [0.0] * len(wanted)
    for block in blocks:
        for rank, n in enumerate(block):
            heights[n] = middle(block) + gap * (rank - (len(block) - 1) / 2)
    return heights
