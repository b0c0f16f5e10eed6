"""Figures drawn again from their stories: is the story whole, are the numbers the same, is the picture the same?"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simdiff.analysis.results import Results
from simdiff.report.asked import Asked, ChartError
from simdiff.report.charts import SIZES
from simdiff.report.figure import Chart
from simdiff.report.kinds import KINDS
from simdiff.report.picture import picture, suffix_of
from simdiff.report.story import StoryError, checksum, drawn_with, plan_of, told_ids
from simdiff.study.files import digest
from simdiff.study.plan import Plan
from simdiff.study.sheet import cell_changes
from simdiff.study.version import version_changes, versions

MOST_CHANGES = 6
MOST_BESIDE = 200_000_000
"""Bytes of the table of numbers beside a figure."""
TEXTS = ("title", "caption", "alt", "partial", "results", "results_digest", "numbers_digest")
"""What has to be a text in a story."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a replay found. ``differs``: what is not the same, a sentence each; ``notes``: what a reader should know
    besides, such as another version that gives the same numbers; ``rows`` of numbers compared; ``picture``: True if it
    was compared too, and is the same."""

    differs: tuple[str, ...]
    notes: tuple[str, ...]
    rows: int
    picture: bool


def of_study(story: Mapping[str, Any]) -> str:
    """Of a picture of a long study what it is, and the command that draws it again; empty for a chart. Raises
    StoryError if it cannot be understood."""
    if "study" not in story:
        return ""
    try:
        for name in ("study", "title", "caption", "alt", "command", "numbers_digest"):
            _check(story[name], str)
        _check(story["numbers"], str | None)
    except (KeyError, TypeError) as error:
        raise StoryError(f"its story cannot be understood ({type(error).__name__})") from None
    return (f"{story['title']}: a picture of `simdiff {story['study']}`, a study of many worlds that a replay does not "
            f"run. It is drawn again by: {story['command']}")  # fmt: skip


def read_plan(story: Mapping[str, Any]) -> tuple[Plan, Asked]:
    """What a story asks to be run and drawn. Raises StoryError if it cannot be understood."""
    try:
        for name in TEXTS:
            _check(story[name], str)
        for name in ("versions", "drawn_with"):
            _check(story[name], dict)
        _check(story["numbers"], str | None)
        asked = Asked.of(story["asked"])
        if asked.kind not in KINDS or story["size"] not in SIZES:
            raise StoryError(f"its kind of chart ({asked.kind}, {story['size']}) is of another version of simdiff")
        return plan_of(story), asked
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        raise StoryError(f"its story cannot be understood ({type(error).__name__})") from None


def _check(value: Any, kind: Any) -> None:
    if not isinstance(value, kind):
        raise TypeError(value)


def replay(path: Path, story: Mapping[str, Any], asked: Asked, results: Results) -> Verdict:
    """Draw a figure again from runs that were made anew, and compare. Raises StoryError if it cannot be drawn."""
    try:
        chart = KINDS[asked.kind].draw(results, asked, SIZES[story["size"]])
    except (ChartError, KeyError, TypeError, ValueError, LookupError) as error:
        raise StoryError(f"it cannot be drawn again ({error})") from None
    differs, notes = edits(story), list[str]()
    other = other_code(story)
    now = chart.csv()
    if digest(now) != story["numbers_digest"] or (story["numbers"] or now.decode()) != now.decode():
        differs.append(f"numbers: {first_difference(_numbers(path, story), now)}")
        differs += [f"version: {line}" for line in other]
        if story["partial"]:
            notes.append(f"the figure was drawn from a part of its runs ({story['partial']})")
    elif other:
        notes += [f"made by other code, which gives the same numbers: {'; '.join(other)}"]
    seen = picture_difference(path, story, chart)
    if seen is not None:
        (differs if seen.startswith("picture") and not differs else notes).append(seen)
    return Verdict(tuple(differs), tuple(notes), len(chart.table), picture=seen is None)


def edits(story: Mapping[str, Any]) -> list[str]:
    """What of a story was changed after it was written."""
    found = []
    if story["numbers"] is not None and digest(story["numbers"].encode()) != story["numbers_digest"]:
        found.append("story: its numbers were edited (their digest does not fit)")
    cells = plan_of(story).cells if "plan" in story else ()
    found += [
        f"story: the scenario of cell {cell.name} was edited (its hash does not fit)"
        for cell, (_, told) in zip(cells, told_ids(story) if cells else (), strict=True)
        if cell.id != told
    ]
    if not found and checksum(story) != story.get("checksum"):
        found.append("story: it was edited (its checksum does not fit)")
    return found


def other_code(story: Mapping[str, Any]) -> list[str]:
    """How the code that made the runs differs from this one, a line each."""
    lines = version_changes(dict(story["versions"]), versions())
    return lines[:MOST_CHANGES] + ([f"and {len(lines) - MOST_CHANGES} more"] if len(lines) > MOST_CHANGES else [])


def _numbers(path: Path, story: Mapping[str, Any]) -> bytes | None:
    """The figure's numbers: its own, else those of the CSV beside it if they are the ones; None if there are none."""
    if story["numbers"] is not None:
        return str(story["numbers"]).encode()
    beside = path.with_suffix(".csv")
    content = beside.read_bytes() if beside.is_file() and beside.stat().st_size <= MOST_BESIDE else b""
    return content if digest(content) == story["numbers_digest"] else None


def first_difference(then: bytes | None, now: bytes) -> str:
    """The first cell in which two tables differ, in words."""
    if then is None:
        return "not those of the figure (which carries their digest only)"
    before, after = (list(csv.reader(io.StringIO(content.decode()))) for content in (then, now))
    if before[:1] != after[:1]:
        return "other columns"
    for number, (old, new) in enumerate(zip(before, after, strict=False)):
        for column, a, b in zip(after[0], old, new, strict=False):
            if a != b:
                row = ", ".join(part for part in new[: after[0].index(column)] if part)
                return f"row {number}, column {column}: figure {a or 'nothing'}, now {b or 'nothing'} ({row})"
    return f"{len(before) - 1} rows in the figure, {len(after) - 1} now"


def picture_difference(path: Path, story: Mapping[str, Any], chart: Chart) -> str | None:
    """None if drawing the chart gives the very file; else a sentence that begins with *picture* if it should have."""
    if dict(story["drawn_with"]) != drawn_with():
        return "its picture was not compared: it was drawn by other code or libraries"
    try:
        again = picture(chart, suffix_of(chart, path), story, SIZES[story["size"]])
    except ChartError:
        return "its picture was not compared: the file's name does not say its format"
    return None if again == path.read_bytes() else "picture: not the one that these numbers draw"


def against(plan: Plan, other: Plan) -> list[str]:
    """How the runs of a figure differ from those that results ask for now, a line each."""
    told = [] if plan.experiment.seed == other.experiment.seed else [
        f"seed: figure {plan.experiment.seed}, results {other.experiment.seed}"
    ]  # fmt: skip
    told += [
        line.replace("no longer asked for", "not in the results") for line in cell_changes(plan, other, growing=True)
    ]
    if plan.draws != other.draws[: len(plan.draws)]:
        told.append(f"parameter draws: figure {len(plan.draws)}, results {len(other.draws)} (or other values)")
    return [f"scenario: {line}" for line in told]
