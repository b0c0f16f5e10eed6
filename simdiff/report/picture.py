"""Charts as files: PNG, SVG, PDF, and GIF for what moves, each with its story inside; and stories read back."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin

from simdiff.report.asked import ChartError
from simdiff.report.charts import INK, STAGE_COLOURS, Size, house
from simdiff.report.figure import Chart, Plate
from simdiff.report.story import FORMAT, MARK, StoryError, pack, plate_story, unpack
from simdiff.study.files import write_file
from simdiff.study.reading import UnfitError, parsed, read_bytes

STILL, MOVING = ("png", "svg", "pdf"), ("gif",)
DESCRIPTION = "http://purl.org/dc/elements/1.1/ description"
"""The element of an SVG file that holds the story."""
FRAME, LAST_FRAME = 400, 2500
"""Milliseconds of a frame of an animation, and of its last: slower than anything that flickers."""
MOST_ZIPPED = 1_000_000
"""Letters of a text in a PNG that Pillow reads back when they are compressed; longer ones are not compressed."""
MOST_FILE = 200_000_000
"""Bytes of a file that is looked into."""


def save_chart(chart: Chart, path: Path, story: Mapping[str, Any], size: Size) -> list[Path]:
    """Write a chart (format by the name's end) and its numbers as CSV beside it; return the files.

    The same chart and story give the same bytes. Raises ChartError for a format that cannot hold it, OSError with the
    path.
    """
    content = picture(chart, suffix_of(chart, path), story, size)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, content)
    write_file(path.with_suffix(".csv"), chart.csv())
    return [path, path.with_suffix(".csv")]


def suffix_of(chart: Chart, path: Path) -> str:
    """The format that a file's name asks for. Raises ChartError if the chart has no such format."""
    suffix, allowed = path.suffix.lower().removeprefix("."), MOVING if len(chart.figures) > 1 else STILL
    if suffix not in allowed:
        names = ", ".join(f".{one}" for one in allowed)
        raise ChartError(f"--out: {path.name}, expected a name that ends in {names}")
    return suffix


def picture(chart: Chart, suffix: str, story: Mapping[str, Any], size: Size) -> bytes:
    """The bytes of a chart's file, its story inside; the same however often it was drawn before."""
    with house(size):
        for figure in chart.figures:
            settle(figure)
        if suffix == "gif":
            return _gif(chart.figures, story)
        buffer = io.BytesIO()
        if suffix == "png":
            return png(chart.figure, story)
        if suffix == "svg":
            about = {"Title": story["title"], "Description": json.dumps(story), "Date": None}
            chart.figure.savefig(buffer, format="svg", metadata=about)
            return _with_words(buffer.getvalue(), story["alt"])
        about = {"Title": story["title"], "Subject": f"{story['caption']} {story['alt']}", "Keywords": pack(story),
                 "CreationDate": None}  # fmt: skip
        chart.figure.savefig(buffer, format="pdf", metadata=about)
        return buffer.getvalue()


def settle(figure: Figure) -> None:
    """Lay a figure out once: a layout that starts from an earlier one would end a hair's breadth elsewhere."""
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


def png(figure: Figure, story: Mapping[str, Any]) -> bytes:
    """A figure as PNG, its story inside."""
    buffer, words, told = io.BytesIO(), PngImagePlugin.PngInfo(), json.dumps(story)
    words.add_itxt("Title", story["title"])
    words.add_itxt("Description", told, zip=len(told) < MOST_ZIPPED)
    figure.savefig(buffer, format="png", pil_kwargs={"pnginfo": words})
    return buffer.getvalue()


def plate_files(name: str, plate: Plate, command: str) -> dict[str, bytes]:
    """The files of a picture of a long study: a PNG with its story, and its numbers."""
    return {f"{name}.png": png(plate.figure, plate_story(plate, command)), f"{name}.csv": plate.csv()}


def _with_words(svg: bytes, alt: str) -> bytes:
    """An SVG that screen readers read: its title is there already; add what it shows."""
    head, title, rest = svg.partition(b"</title>")
    head = head.replace(b"<svg ", b'<svg role="img" ', 1)
    return head + title + f"\n <desc>{escape(alt)}</desc>".encode() + rest


def _gif(figures: Sequence[Figure], story: Mapping[str, Any]) -> bytes:
    """Frames in the house's own colours, so that nothing flickers and little has to be stored."""
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette())
    plain = [_image(figure).quantize(palette=palette, dither=Image.Dither.NONE) for figure in figures]
    times = [FRAME] * (len(plain) - 1) + [LAST_FRAME]
    buffer = io.BytesIO()
    plain[0].save(buffer, format="GIF", save_all=True, append_images=plain[1:], duration=times, loop=0,
                  comment=pack(story).encode())  # fmt: skip
    return buffer.getvalue()


def _palette() -> list[int]:
    """Ink, the colours of stages, and their blends with white, as red, green, blue, red, …"""
    inks = [to_rgb(colour) for colour in dict.fromkeys((INK, *STAGE_COLOURS.values()))]
    shades = [1 - share * (1 - channel) for ink in inks for share in np.linspace(0.25, 1, 6) for channel in ink]
    return [255, 255, 255, *(round(255 * shade) for shade in shades)]


def _image(figure: Figure) -> Image.Image:
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def read_story(path: Path) -> dict[str, Any]:
    """The story inside a picture's file. Nothing in the file is run or fetched.

    Raises StoryError if it is no figure of simdiff, or was saved anew by another program; OSError.
    """
    try:
        said = _said(read_bytes(path, MOST_FILE))
    except (StoryError, UnfitError) as problem:
        raise StoryError(f"{path}: {problem}") from None
    if isinstance(said, dict) and "program" not in said and isinstance(said.get("reproduce"), str):
        raise StoryError(f"{path}: a picture of simdiff that carries no numbers to compare; it is drawn again by: "
                         f"{said['reproduce']}")  # fmt: skip
    if not isinstance(said, dict) or said.get("program") != "simdiff":
        raise StoryError(f"{path}: carries no story of simdiff (other programs drop it when they save a picture)")
    if said.get("format") != FORMAT:
        raise StoryError(f"{path}: of another version of simdiff (format {said.get('format')}); use that version")
    return said


def _said(content: bytes) -> Any:
    """The story as it stands in a file; None if there is none."""
    if content.startswith((b"\x89PNG", b"GIF8")):
        return _said_in_image(content)
    if content.startswith(b"%PDF"):
        found = re.search(rb"/Keywords \((" + MARK.encode() + rb"[A-Za-z0-9+/=]+)\)", content)
        return unpack(found[1].decode()) if found else None
    if content.lstrip().startswith((b"<?xml", b"<svg")):
        return _said_in_svg(content)
    return None


def _said_in_image(content: bytes) -> Any:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "GIF")) as image:
            text, comment = image.info.get("Description"), image.info.get("comment", b"")
        packed = comment.decode("ascii", "replace") if isinstance(comment, bytes) else ""
        return parsed(text) if text else unpack(packed) if packed.startswith(MARK) else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise StoryError(f"its story cannot be read ({error})") from None


def _said_in_svg(content: bytes) -> Any:
    """The text of ``dc:description``; entities are refused, nothing outside the file is read."""
    parser = expat.ParserCreate(namespace_separator=" ")
    inside, found = [False], list[str]()

    def begin(name: str, _: Mapping[str, str]) -> None:
        inside[0] = name == DESCRIPTION

    def end(name: str) -> None:
        inside[0] = False

    def text(words: str) -> None:
        if inside[0]:
            found.append(words)

    def refuse(*_: object) -> None:
        raise StoryError("its story cannot be read (it declares entities)")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
        return parsed("".join(found)) if found else None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise StoryError(f"its story cannot be read ({error})") from None
