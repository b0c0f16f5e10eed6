"""Is every number of a memo what its results say? The memo is written again, and compared number by number, word by
word, picture by picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simdiff.analysis.matched import CompareError
from simdiff.analysis.results import Results
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.files import CHART, MOST_FILE, NUMBERS, memo_bytes, memo_plan
from simdiff.report.memo.pieces import Memo
from simdiff.report.memo.seen import seen_in
from simdiff.report.replay import other_code
from simdiff.report.story import StoryError, checksum, drawn_with, told_ids
from simdiff.study.files import digest
from simdiff.study.plan import Plan
from simdiff.study.reading import read_bytes
from simdiff.study.sheet import sheet_checksum

MOST_TOLD = 12
MOST_MORE = 1_000
"""Words that a file may have besides twice those of its memo, and still be compared word by word."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found. ``differs``: what is not as the results say, a sentence each; ``notes``: what a reader
    should know besides; ``numbers`` derived anew; ``words`` compared; ``whole``: the very file comes out again."""

    differs: tuple[str, ...]
    notes: tuple[str, ...]
    numbers: int
    words: int
    whole: bool


def read_wish(story: Mapping[str, Any]) -> Wish:
    """What a memo was asked. Raises StoryError if its story cannot be understood."""
    try:
        for name, kind in (("asked", dict), ("numbers", list), ("results_digest", str), ("results", str),
                           ("partial", str), ("drawn_with", dict), ("versions", dict), ("title", str)):  # fmt: skip
            if not isinstance(story[name], kind):
                raise TypeError(name)
        return Wish.of(dict(story["asked"]))
    except (KeyError, TypeError, ValueError) as error:
        raise StoryError(f"its story cannot be understood ({type(error).__name__}: {error})") from None


def plan_in(story: Mapping[str, Any]) -> Plan:
    """The runs that a memo rests on. Raises StoryError if they cannot be understood."""
    try:
        return memo_plan(story)
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        raise StoryError(f"its story cannot be understood ({type(error).__name__})") from None


def other_runs(story: Mapping[str, Any], plan: Plan) -> list[str]:
    """How a memo's plan is not that of the runs that the memo names, a line each: so it was edited, or its parts were
    packed by another pyarrow. Only a sweep's name is of all that it asks for; of a run the scenario is checked."""
    told = story["results_digest"]
    found = [
        f"runs: the scenario of cell {name} was edited (its hash does not fit)"
        for cell, (name, was) in zip(plan.cells, told_ids(story), strict=True)
        if cell.id != was
    ]
    if not found and len(told) == len(digest(b"")) and sheet_checksum(plan, story["results"]) != told:
        found = [f"runs: what the memo asks to be run is not what it names ({told[:12]})"]
    return found


def audit(path: Path, story: Mapping[str, Any], results: Results) -> Audit:
    """Derive a memo anew from results, and compare it with the file. Raises StoryError if it cannot be derived."""
    wish, suffix = read_wish(story), path.suffix.lower().removeprefix(".")
    try:
        memo = write_memo(results, wish)
    except (CompareError, KeyError, TypeError, ValueError, LookupError) as error:
        raise StoryError(f"it cannot be written again from these results ({error})") from None
    again = memo_bytes(memo, story, suffix)
    try:
        content = read_bytes(path, MOST_FILE)
        then, now = seen_in(content, suffix), seen_in(again, suffix)
    except (ValueError, KeyError) as problem:
        raise StoryError(f"{path}: what a reader meets cannot be read ({problem})") from None
    differs = [*_story(story, results), *_numbers(story, memo), *_words(then.words, now.words)]
    if not differs and then.pictures != now.pictures:
        differs.append("picture: not the one that these numbers draw")
    differs += _beside(path, memo)
    notes, same_program = list[str](), dict(story["drawn_with"]) == drawn_with()
    if other := other_code(story):
        (differs if differs else notes).append(f"version: made by other code ({'; '.join(other)})")
    if not same_program:
        notes.append("the memo says that another version of simdiff or of its libraries wrote it; then words and "
                     "pictures may differ for that alone")  # fmt: skip
    if not differs and content != again:  # what is not compared (styles, scripts, drawings) can hide a number
        differs.append("file: its numbers and words are these, but it is not the very file that is written from them; "
                       "how it looks cannot be vouched for")  # fmt: skip
    return Audit(tuple(_first(differs)), tuple(notes), len(memo.facts), len(now.words), content == again)


def _story(story: Mapping[str, Any], results: Results) -> Iterator[str]:
    if checksum(story) != story.get("checksum"):
        yield "story: it was edited (its checksum does not fit)"
    if story["results_digest"] != results.digest:
        yield f"results: the memo is of {story['results_digest'][:12]}, these are {results.digest[:12]}"


def _numbers(story: Mapping[str, Any], memo: Memo) -> Iterator[str]:
    """Rows of the memo's table that are not what is derived now."""
    told = [one if isinstance(one, dict) else {} for one in story["numbers"]]
    for then, fact in zip(told, memo.facts, strict=False):
        now = asdict(fact)
        if then != now:
            yield (f"number {fact.id} ({fact.section}): memo {then.get('shown')} = {then.get('value')}, derived "
                   f"{now['shown']} = {now['value']} ({fact.what})")  # fmt: skip
    if len(told) != len(memo.facts):
        yield f"numbers: {len(told)} in the memo's table, {len(memo.facts)} derived"


def _words(then: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """Places where the words of the file are not those that are derived."""
    if then == now:
        return
    if len(then) > 2 * len(now) + MOST_MORE:  # finding where they differ would take long
        yield f"text: {len(then):,} words, derived {len(now):,}"
        return
    for kind, a, b, c, d in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if kind != "equal":
            before = " ".join(then[max(0, a - 5) : a])
            yield (f"text: “… {before} [{' '.join(then[a:b]) or 'nothing'}] …”, derived "
                   f"[{' '.join(now[c:d]) or 'nothing'}]")  # fmt: skip


def _beside(path: Path, memo: Memo) -> Iterator[str]:
    """The tables of numbers beside the memo, if they are there."""
    for name, content in ((NUMBERS, memo.csv()), (CHART, memo.chart.csv())):
        table = path.with_name(f"{path.stem}-{name}")
        if table.is_file() and (table.stat().st_size != len(content) or table.read_bytes() != content):
            yield f"table: {table.name} is not the table of numbers that is derived"


def _first(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_TOLD
    return [*lines[:MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
