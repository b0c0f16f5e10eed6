"""``simdiff memo``, and the audit of a memo."""

from pathlib import Path

from simdiff.analysis.matched import Asked, CompareError
from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.report.memo.audit import Audit, audit
from simdiff.report.memo.files import read_memo_story
from simdiff.report.memo.written import EXTRA, written
from simdiff.report.story import StoryError
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.files import write_file
from simdiff.study.run_folder import RunFolderError, has_run
from simdiff.study.sheet import SheetError, has_sheet


def memo_command(folder: Path, question: str, asked: Asked, formats: list[str], out: Path | None) -> int:
    """Write a memo about finished results, in each of the formats."""
    try:
        results = read_results(folder)
        found = written(results, folder, question, asked, formats)
        stem = out or folder / "memo" / "memo"
        files = {stem.with_name(f"{stem.name}{end}"): content for end, content in found.files.items()}
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
    terminal().print(found.answer, markup=False)
    for path in files:
        terminal().print(str(path), soft_wrap=True, markup=False)
    if results.partial:
        errors().print(results.partial, markup=False)
    return SOME_FAILED if results.partial else 0


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
