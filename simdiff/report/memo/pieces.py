"""What a memo is made of: sentences whose numbers all stand in one table, and the blocks they are set in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from simdiff.report.figure import Chart
from simdiff.report.steps import end, percent, step, step_unit
from simdiff.report.words import difference, number
from simdiff.study.files import csv_bytes

WORDS = {"points": " points", "months": " months", "schools": " schools"}
"""Units that stand after a difference; ratios, indices and dollars say theirs otherwise."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of a memo: ``id``; ``section`` it stands in; ``shown``, as it is printed; ``value``, as it was
    computed (a seed or a name of runs as text); ``unit``; ``what`` it is, in words."""

    id: str
    section: str
    shown: str
    value: float | str | None
    unit: str
    what: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence: which fact, and how it is printed."""

    id: str
    shown: str


@dataclass(frozen=True, slots=True)
class Name:
    """A word of the user's, or of the program's, that may hold anything: an option, a district, a question."""

    text: str


Piece = str | Number | Name
Words = tuple[Piece, ...]
"""A sentence, or a few. Plain pieces are literals of the rules and hold no digit."""


@dataclass(slots=True)
class Ledger:
    """The table of a memo's numbers, as they are written down; ``section`` is where the next ones stand."""

    section: str = ""
    facts: list[Fact] = field(default_factory=list)

    def _put(self, shown: str, value: float | str | None, unit: str, what: str) -> Number:
        for fact in self.facts:  # the same number twice in a section is one fact
            if (fact.section, fact.shown, fact.value, fact.unit, fact.what) == (self.section, shown, value, unit, what):
                return Number(fact.id, shown)
        self.facts.append(Fact(f"n{len(self.facts) + 1}", self.section, shown, value, unit, what))
        return Number(self.facts[-1].id, shown)

    def level(self, value: float, unit: str, what: str) -> Number:
        """A value in its unit."""
        return self._put(number(value, unit), value, unit, what)

    def change(self, value: float, unit: str, what: str) -> Number:
        """A difference with its sign and unit; of dollars, with its sign."""
        return self._put(minus(step(value, unit)) + WORDS.get(step_unit(unit), ""), value, unit, what)

    def distance(self, value: float, unit: str, what: str) -> Number:
        """A difference of which only the size counts."""
        return self._put(step(value, unit, sign=False) + WORDS.get(step_unit(unit), ""), value, unit, what)

    def gap(self, value: float, unit: str, what: str, *, bare: bool = False) -> Number:
        """A difference that is an outcome of its own; ``bare``: its unit stands before."""
        shown = minus(difference(value, unit))
        return self._put(shown.removesuffix(" points").removesuffix(" months") if bare else shown, value, unit, what)

    def wait(self, value: float, unit: str, what: str, *, most: float, bare: bool = False) -> Number:
        """A wait in months; one that does not end in the whole run is over its length, and one that nearly takes it is
        not rounded to it. ``bare``: the unit stands before."""
        shown = f"over {most:.0f}" if value >= most else f"{value:.{int(value >= most - 0.5)}f}"
        return self._put(shown if bare else f"{shown} months", value, unit, what)

    def end(self, value: float, unit: str, what: str) -> Number:
        """An end of an interval of differences; its unit stands before. What rounds to 0 keeps its side."""
        return self._put(minus(end(value, unit)), value, unit, what)

    def part(self, value: float, what: str) -> Number:
        """A share as percent; nearly none and nearly all are never rounded to none and all."""
        shown = "<1%" if 0 < value < 0.005 else ">99%" if 0.995 <= value < 1 else percent(value)
        return self._put(shown, value, "share", what)

    def count(self, value: int, what: str) -> Number:
        """How many."""
        return self._put(f"{value:,}", float(value), "", what)

    def plain(self, shown: str, what: str) -> Number:
        """A number that is a name: a seed, a year, a hash."""
        return self._put(shown, shown, "", what)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; ``strong``: the answer."""

    words: Words
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list of points."""

    points: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a caption, heads, rows whose first cell names the row."""

    caption: Words
    heads: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The chart."""

    chart: Chart


@dataclass(frozen=True, slots=True)
class Code:
    """Commands, a line each."""

    lines: tuple[str, ...]


Block = Paragraph | Points | Table | Picture | Code


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Memo:
    """A memo: ``title``; ``lead`` in small print under it; the ``sections``; and its numbers."""

    title: str
    lead: Words
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...]

    @property
    def chart(self) -> Chart:
        """Its one chart."""
        return next(block.chart for one in self.sections for block in one.blocks if isinstance(block, Picture))

    def csv(self) -> bytes:
        """The table of numbers as CSV; no spreadsheet takes a text of it for a formula."""
        return csv_bytes([asdict(fact) for fact in self.facts])


def minus(shown: str) -> str:
    """A number with the sign of minus, at which no line ends, in place of a hyphen."""
    return shown.replace("-", "−")


def text_of(words: Words) -> str:
    """A sentence as plain text."""
    return "".join(piece if isinstance(piece, str) else piece.text if isinstance(piece, Name) else piece.shown
                   for piece in words)  # fmt: skip


def join(parts: Sequence[Words], between: str = ", ", last: str = " and ") -> Words:
    """Several in a row: *a, b and c*."""
    found: list[Piece] = []
    for n, part in enumerate(parts):
        found += [last if n == len(parts) - 1 else between] if n else []
        found += part
    return tuple(found)
