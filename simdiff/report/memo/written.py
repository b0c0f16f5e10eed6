"""A memo as its files, the same bytes whoever asks for it: the command line or the page of ``simdiff explore``."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simdiff.analysis.matched import Asked, CompareError
from simdiff.analysis.results import Results
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.files import CHART, NUMBERS, WRITERS, memo_bytes, story_of_memo
from simdiff.report.memo.pieces import Memo, Paragraph, text_of
from simdiff.scenario import nearest

EXTRA = "needs the libraries of simdiff[memo]: pip install 'simdiff[memo]' (HTML needs none: --format html)"


@dataclass(frozen=True, slots=True)
class Written:
    """A memo's ``files``, by how their names end (``.html``, ``-numbers.csv`` …), and its ``answer`` in words."""

    files: Mapping[str, bytes]
    answer: str


def written(results: Results, folder: Path, question: str, asked: Asked, formats: Sequence[str]) -> Written:
    """The memo about results that lie in ``folder``, in each of the formats. Raises CompareError, and
    ModuleNotFoundError where the library of a format is missing."""
    if unknown := [name for name in formats if name not in WRITERS]:
        hint = nearest(unknown[0], list(WRITERS))
        raise CompareError(f"--format: unknown {', '.join(unknown)}, expected {', '.join(WRITERS)}"
                           f"{f'; did you mean {hint}?' if hint else ''}")  # fmt: skip
    wish = Wish(question, asked, memo_command_of(folder, question, asked), str(folder))
    memo = write_memo(results, wish)
    story = story_of_memo(memo, results, replace(wish, question=_question(memo)))
    files = {f".{name}": memo_bytes(memo, story, name) for name in formats}
    files |= {f"-{NUMBERS}": memo.csv(), f"-{CHART}": memo.chart.csv()}
    answer = next(block for block in memo.sections[1].blocks if isinstance(block, Paragraph))
    return Written(files, text_of(answer.words).strip())


def memo_command_of(folder: Path, question: str, asked: Asked) -> str:
    """What writes the memo again, but for its format and where it is written."""
    words = ["simdiff", "memo", str(folder), *(["--question", question] if question else [])]
    for name in asked.outcomes:
        words += ["--outcome", name]
    for option, value in (("--year", asked.year), ("--practice", asked.practice), ("--baseline", asked.baseline)):
        words += [option, str(value)] if value is not None else []
    words += ["--place", asked.place] if asked.place != "all" else []
    for name in asked.cells:
        words += ["--cell", name]
    words += ["--confidence", f"{asked.confidence:g}"] if asked.confidence != Asked().confidence else []
    return shlex.join(words)


def _question(memo: Memo) -> str:
    """The question as the memo has it."""
    block = memo.sections[0].blocks[0]
    return text_of(block.words) if isinstance(block, Paragraph) else ""
