"""A chart as one record: its pictures, what they show in words, and the numbers that are drawn. A plate is the same of
a long study (``validate``, ``calibrate`` …), which is not run again to draw it."""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure

from simdiff.report.asked import Asked
from simdiff.study.files import csv_bytes
from simdiff.study.plan import Plan

Row = Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """``figures``: one picture, or the frames of an animation. ``caption`` says what is drawn and what the intervals
    are; ``alt`` tells it to those who cannot see it; ``table``: every number drawn, rows of the same columns;
    ``asked``: what was drawn, nothing left open; ``plan``: the runs it rests on, with the outcomes and times needed."""

    title: str
    caption: str
    alt: str
    figures: tuple[Figure, ...]
    table: tuple[Row, ...]
    asked: Asked
    plan: Plan

    @property
    def figure(self) -> Figure:
        """The picture, or the last frame."""
        return self.figures[-1]

    def csv(self) -> bytes:
        """The numbers as CSV: the same numbers are the same bytes."""
        return csv_bytes(self.table)


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture of a long study; ``study`` is the command that makes it. The rest as in ``Chart``."""

    study: str
    kind: str
    title: str
    caption: str
    alt: str
    figure: Figure
    table: tuple[Row, ...]

    def csv(self) -> bytes:
        """The numbers as CSV."""
        return csv_bytes(self.table)
