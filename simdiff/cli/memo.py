"""``simdiff memo``, and the audit of a memo."""

import shlex
from dataclasses import replace
from pathlib import Path

from simdiff.analysis.matched import Asked, CompareError
from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.report.memo.audit import Audit, audit
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.files import CHART, NUMBERS, WRITERS, memo_bytes, read_memo_story, story_of_memo
from simdiff.report.memo.pieces import Memo, Paragraph, text_of
from simdiff.report.story import StoryError
from simdiff.scenario import nearest
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.files import write_file
from simdiff.study.run_folder import RunFolderError, has_run
from simdiff.study.sheet import SheetError, has_sheet

EXTRA = "needs the libraries of simdiff[memo]: pip install 'simdiff[memo]' (HTML needs none: --format html)"


def memo_command(folder: Path, question: str, asked: Asked, formats: list[str], out: Path | None) -> int:
    """Write a memo about finished results, in each of the formats."""
    try:
        if unknown := [name for name in formats if name not in WRITERS]:
            hint = nearest(unknown[0], list(WRITERS))
            raise CompareError(f"--format: unknown {', '.join(unknown)}, expected {', '.join(WRITERS)}"
                               f"{f'; did you mean {hint}?' if hint else ''}")  # fmt: skip
        results = read_results(folder)
        wish = Wish(question, asked, _command(folder, question, asked))
        memo = write_memo(results, wish)
        wish = replace(wish, question=_question(memo))
        story = story_of_memo(memo, results, wish)
        stem = out or folder / "memo" / "memo"
        files = {stem.with_name(f"{stem.name}.{name}"): memo_bytes(memo, story, name) for name in formats}
        files[stem.with_name(f"{stem.name}-{NUMBERS}")] = memo.csv()
        files[stem.with_name(f"{stem.name}-{CHART}")] = memo.chart.csv()
        stem.parent.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            write_file(path, content)
    except (CompareError, RunFolderError, SheetError, TwinChunksError) as problem:
        errors().print(str(problem), markup=False)
        return BAD_INPUT
    except ModuleNotFoundError as problem:
        errors().print(f"--format: {', '.join(formats)} {EXTRA} ({problem.name} is missing)", markup=False)
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or folder}: {problem.strerror or problem}", markup=False)
        return FAILED_TO_WRITE
    answer = next(block for block in memo.sections[1].blocks if isinstance(block, Paragraph))
    terminal().print(text_of(answer.words).strip(), markup=False)
    for path in files:
        terminal().print(str(path), soft_wrap=True, markup=False)
    if results.partial:
        errors().print(results.partial, markup=False)
    return SOME_FAILED if results.partial else 0


def _question(memo: Memo) -> str:
    """The question as the memo has it."""
    block = memo.sections[0].blocks[0]
    return text_of(block.words) if isinstance(block, Paragraph) else ""


def _command(folder: Path, question: str, asked: Asked) -> str:
    """What writes the memo again, but for where it is written."""
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


def audit_memo(memo: Path, folder: Path | None) -> int:
    """Derive every number of a memo again from its results, and say whether the memo is as they say."""
    try:
        story = read_memo_story(memo)
        found = audit(memo, story, _results(memo, folder))
    except (StoryError, RunFolderError, SheetError, TwinChunksError, ValueError) as problem:
        errors().print(str(problem), markup=False)
        return BAD_INPUT
    except ModuleNotFoundError as problem:
        errors().print(f"{memo.suffix} {EXTRA} ({problem.name} is missing)", markup=False)
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or memo}: {problem.strerror or problem}", markup=False)
        return BAD_INPUT
    return tell(found)


def tell(found: Audit) -> int:
    """Print what an audit found."""
    console = terminal()
    for line in found.differs:
        console.print(f"differs: {line}", soft_wrap=True, markup=False)
    for line in found.notes:
        console.print(f"note: {line}", soft_wrap=True, markup=False)
    if not found.differs:
        console.print(f"same: {found.numbers:,} numbers derived again, {found.words:,} words compared"
                      f"{', the file to the byte' if found.whole else ''}")  # fmt: skip
    return SOME_FAILED if found.differs else 0


def _results(memo: Path, folder: Path | None) -> Results:
    """The results that a memo is about: those told, or those of the folder that it lies in."""
    if folder is not None:
        return read_results(folder)
    here = memo.resolve().parent
    for place in (here, here.parent):
        if has_sheet(place) or has_run(place):
            return read_results(place)
    raise StoryError(f"{memo}: lies in no folder of results: say --results DIR, or make the runs again with `simdiff "
                     f"replay {memo.name}`")  # fmt: skip
