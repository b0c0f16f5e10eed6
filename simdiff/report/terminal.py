"""What is printed for people: names and titles come from files, and no text of theirs can command a terminal."""

import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
"""Control characters (escape among them), marks that turn the direction of writing, halves of pairs."""


class PlainConsole(Console):
    """A console that takes texts as they are: no markup, no names of emoji, and no characters that command."""

    def __init__(self, **asked: Any) -> None:
        super().__init__(**{"highlight": False, "markup": False, "emoji": False, **asked})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Pieces of text and style; pieces of rich's own that steer the terminal are left alone."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else Segment(COMMANDS.sub("", piece.text), piece.style)
