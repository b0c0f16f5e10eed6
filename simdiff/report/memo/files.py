"""Memos as files, each with its story inside; and stories read back.

====== =================================================================
file   where the story is
====== =================================================================
HTML   ``<script type="application/json" id="simdiff-story">``, not run
PDF    attachment ``story.json`` (and ``numbers.csv``, ``chart.csv``)
DOCX   custom XML part
====== =================================================================
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from simdiff.analysis.results import Results
from simdiff.report.charts import PRINT
from simdiff.report.memo.content import Wish
from simdiff.report.memo.html import html_bytes
from simdiff.report.memo.pdf import pdf_bytes
from simdiff.report.memo.pieces import Memo
from simdiff.report.memo.seen import pdf_story, story_in
from simdiff.report.memo.word import docx_bytes
from simdiff.report.picture import picture
from simdiff.report.provenance import CAVEAT, commit
from simdiff.report.story import FORMAT, StoryError, checksum, drawn_with, plan_of, plan_said
from simdiff.scenario import Experiment
from simdiff.study.plan import Plan
from simdiff.study.reading import parsed, read_bytes

Writer = Callable[[Memo, Mapping[str, Any], bytes], bytes]
WRITERS: dict[str, tuple[Writer, str]] = {
    "html": (html_bytes, "svg"), "pdf": (pdf_bytes, "svg"), "docx": (docx_bytes, "png"),
}  # fmt: skip
"""Format → what writes it, and the format of the chart in it."""
NUMBERS, CHART = "numbers.csv", "chart.csv"
"""Tables beside a memo: every number of its words, and every number that its chart draws."""
MOST_FILE = 100_000_000
KIND = "memo"


def story_of_memo(memo: Memo, results: Results, wish: Wish) -> dict[str, Any]:
    """All that is needed to make a memo again, and to see whether it was changed."""
    plan = results.plan
    story: dict[str, Any] = {
        "program": "simdiff", "format": FORMAT, "kind": KIND, "title": memo.title, "caveat": CAVEAT,
        "command": wish.command, "results": results.reproduce, "results_digest": results.digest,
        "partial": results.partial, "asked": wish.said(), "beyond": results.beyond,
        "numbers": [asdict(fact) for fact in memo.facts], "experiment": plan.experiment.model_dump(mode="json"),
        "plan": plan_said(plan), "versions": dict(plan.versions), "drawn_with": drawn_with(), "commit": commit(),
    }  # fmt: skip
    return story | {"checksum": checksum(story)}


def memo_bytes(memo: Memo, story: Mapping[str, Any], suffix: str) -> bytes:
    """A memo as a file of one of ``WRITERS``. Raises ModuleNotFoundError where its library is missing."""
    write, drawn = WRITERS[suffix]
    said = {"title": memo.chart.title, "alt": memo.chart.alt, "caption": memo.chart.caption}
    return write(memo, story, picture(memo.chart, drawn, said, PRINT))


def memo_plan(story: Mapping[str, Any]) -> Plan:
    """The plan of a memo's story, to run again. Raises StoryError, or what pydantic and Python raise."""
    return replace(plan_of(story), experiment=Experiment.model_validate(story["experiment"]))


def is_memo(path: Path) -> bool:
    """True if a file looks like a memo; a PDF if it has a memo's attachment. Raises OSError."""
    suffix = path.suffix.lower()
    if suffix != ".pdf":
        return suffix.removeprefix(".") in WRITERS
    try:
        return bool(pdf_story(read_bytes(path, MOST_FILE)))
    except (ValueError, ModuleNotFoundError):
        return False


def read_memo_story(path: Path) -> dict[str, Any]:
    """The story inside a memo. Nothing in the file is run or fetched.

    Raises StoryError if it is no memo of simdiff, or was saved anew by another program; OSError.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in WRITERS:
        raise StoryError(f"{path}: expected a memo, a name that ends in {', '.join(f'.{one}' for one in WRITERS)}")
    try:
        told = story_in(read_bytes(path, MOST_FILE), suffix)
        story = parsed(told) if told else None
    except (ValueError, KeyError) as problem:
        raise StoryError(f"{path}: its story cannot be read ({problem})") from None
    if not isinstance(story, dict) or story.get("program") != "simdiff" or story.get("kind") != KIND:
        raise StoryError(f"{path}: carries no story of a memo of simdiff (other programs drop it when they save)")
    if story.get("format") != FORMAT:
        raise StoryError(f"{path}: of another version of simdiff (format {story.get('format')}); use that version")
    return story
