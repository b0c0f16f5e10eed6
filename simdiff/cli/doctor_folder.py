"""What ``simdiff doctor FOLDER`` looks at: each file of a run or a sweep, what is wrong with it, and what to do."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simdiff.analysis.results_of import no_results
from simdiff.analysis.sweep_rows import summarise
from simdiff.report.sweep_files import CHART, SUMMARY
from simdiff.study.chunk_folder import DAMAGED, Rows, TwinChunksError
from simdiff.study.files import TEMPORARY
from simdiff.study.lease import LOCK, OWNER, is_owned, owner
from simdiff.study.reading import UnfitError, read_json
from simdiff.study.run_folder import BEGUN, PROVENANCE, TABLES, RunFolderError, has_run, read_run, unsound
from simdiff.study.sheet import CHUNKS, SHEET, WAY_OUT, ChangedError, SheetError, check_code, has_sheet, is_part
from simdiff.study.sweep import Report, status

GOOD, NOTE, BAD = "good", "note", "BAD"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: whether it is good, what was looked at, and what was found."""

    verdict: str
    what: str
    told: str


def look_at_folder(folder: Path) -> Iterator[Finding]:
    """Whether a folder of results is whole; nothing is changed."""
    if not folder.is_dir():
        yield Finding(BAD, str(folder), "is no folder" if folder.exists() else no_results(folder))
        return
    closed = [*_closed(folder)]
    yield from closed
    if closed:
        yield Finding(NOTE, str(folder), "the rest was not looked at")
        return
    parts = any(is_part(path.name) for path in sorted(folder.iterdir()))
    if has_sheet(folder):
        yield from _sweep(folder)
    elif has_run(folder):
        yield from _run(folder)
    elif parts or (folder / CHUNKS).is_dir():
        yield Finding(BAD, str(folder / SHEET), f"missing; {WAY_OUT}")
    elif (folder / BEGUN).exists() or any((folder / name).exists() for name in TABLES):
        yield Finding(BAD, str(folder / PROVENANCE), "missing: a run that was stopped, or damaged; run it again")
    else:
        yield Finding(BAD, str(folder), no_results(folder))
        return
    yield from _left(folder)
    yield from _owned(folder)


def _closed(folder: Path) -> Iterator[Finding]:
    """What the system does not let us read, or what is no file where one should be."""
    try:
        inside = sorted([*folder.iterdir(), *((folder / CHUNKS).iterdir() if (folder / CHUNKS).is_dir() else ())])
    except OSError as error:
        yield Finding(BAD, str(error.filename), f"cannot be read ({error.strerror}): {_whose(Path(error.filename))}")
        return
    for path in inside:
        ours = path.parent.name == CHUNKS or is_part(path.name) or path.name in (SHEET, PROVENANCE, *TABLES)
        try:
            if path.name == LOCK or not (ours or path.is_file()):
                continue
            if not stat.S_ISREG(path.stat().st_mode):
                yield Finding(BAD, str(path), "not an ordinary file: move it away, and look at the folder again")
                continue
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            yield Finding(BAD, str(path), f"cannot be read ({error.strerror}): {_whose(path)}")


def _whose(path: Path) -> str:
    """To whom a file belongs, and what to do about it."""
    try:
        about = path.lstat()
    except OSError:
        return "ask for the right to read it"
    return f"it belongs to user {about.st_uid}, mode {stat.S_IMODE(about.st_mode):o}; ask for the right to read it"


def _sweep(folder: Path) -> Iterator[Finding]:
    if not (folder / CHUNKS).is_dir():
        yield Finding(BAD, str(folder / CHUNKS), f"missing (simdiff resume {folder} computes every run again)")
    try:
        report = status(folder, verify=True)
    except (SheetError, TwinChunksError) as problem:
        yield Finding(BAD, str(folder), str(problem))
        return
    tally = report.tally
    done = f"a sweep: {tally.done:,} of {tally.planned:,} runs done"
    yield Finding(GOOD if report.complete else NOTE, str(folder),
                  done + ("" if report.complete else f" (continue: simdiff resume {folder})"))  # fmt: skip
    why = " (the column `reason` of simdiff export says why)" if tally.failed else ""
    yield Finding(BAD if tally.failed else GOOD, "failed runs", f"{tally.failed:,}{why}")
    for path in report.chunks.damaged:
        yield Finding(BAD, str(path), "damaged (simdiff resume computes it again)")
    for path in report.chunks.foreign:
        yield Finding(NOTE, str(path), "belongs to no run of this sweep; it is not read, and may be deleted")
    yield from _made_of_chunks(folder, report)


def _made_of_chunks(folder: Path, report: Report) -> Iterator[Finding]:
    """Whether the code is the same, and if it is, whether the summary is what the chunks give."""
    try:
        check_code(report.plan)
    except ChangedError as changes:
        first = str(changes).splitlines()[0]
        yield Finding(NOTE, "code", f"of another version ({first}): it can be read; to go on, use that version")
        return
    if not report.complete:
        return
    again = f"(simdiff resume {folder} writes it anew)"
    for name in (SUMMARY, CHART):
        if not (folder / name).exists():
            yield Finding(NOTE, str(folder / name), f"missing {again}")
    try:
        table, cells = summarise(report.plan, Rows(report.plan, report.chunks))
    except SheetError as problem:
        yield Finding(BAD, str(folder), str(problem))
        return
    if (folder / SUMMARY).exists() and cells and (folder / SUMMARY).read_bytes() != table:
        yield Finding(BAD, str(folder / SUMMARY), f"not what the chunks give {again}")


def _run(folder: Path) -> Iterator[Finding]:
    try:
        story = read_json(folder / PROVENANCE)
        wrong = [*unsound(folder, story)]
    except UnfitError as error:
        yield Finding(BAD, str(folder / PROVENANCE), f"{error}; run it again")
        return
    except (ValueError, TypeError, KeyError, AttributeError):
        yield Finding(BAD, str(folder / PROVENANCE), "damaged, or of another version of simdiff; run it again")
        return
    for name, told in wrong:
        yield Finding(BAD, str(folder / name), f"{told}; run it again: {story.get('reproduce')} --out …")
    if wrong:
        return
    try:
        _, plan, _ = read_run(folder)
    except (RunFolderError, OSError) as problem:
        yield Finding(BAD, str(folder), str(problem))
        return
    yield Finding(GOOD, str(folder), f"a run ({plan.experiment.title}), whole and readable")
    try:
        check_code(plan)
    except ChangedError as changes:
        first = str(changes).splitlines()[0]
        yield Finding(
            NOTE, "code", f"of another version ({first}): it can be read; to simulate again, use that version"
        )


def _left(folder: Path) -> Iterator[Finding]:
    """What is no part of the results."""
    inside, known = folder / CHUNKS, _known(folder)
    for path in sorted([*folder.iterdir(), *(inside.iterdir() if inside.is_dir() else ())]):
        if path.name.startswith(TEMPORARY):
            yield Finding(
                NOTE, str(path), "unfinished, left by a stop: harmless, removed when the folder is gone on with"
            )
        elif path.name.endswith(DAMAGED):
            yield Finding(NOTE, str(path), "set aside as damaged before, and computed again; may be deleted")
        elif path.is_file() and not (path.name in known or (path.parent == inside and path.suffix == ".parquet")):
            yield Finding(NOTE, str(path), "no part of these results: it is not looked at, and may be deleted")
    if not all(os.access(path, os.W_OK | os.X_OK) for path in (folder, inside) if path.is_dir()):
        told = "may be read, not written: simdiff resume and charts need another folder, or the right to write"
        yield Finding(NOTE, str(folder), told)


def _known(folder: Path) -> set[str]:
    """Names of the files that belong to what a folder holds; none of a folder that does not say."""
    try:
        said = read_json(folder / (SHEET if has_sheet(folder) else PROVENANCE))
        parts = {*said.get("parts", ()), *said.get("results", ())}
    except (OSError, ValueError, TypeError, AttributeError):
        parts = {path.name for path in folder.iterdir()}
    return {SHEET, PROVENANCE, LOCK, OWNER, SUMMARY, CHART, CHART.replace("png", "csv"), *parts}


def _owned(folder: Path) -> Iterator[Finding]:
    """Who works on the folder, or did."""
    known = owner(folder)
    who = f"process {known.get('process')} on {known.get('host')} since {known.get('since')}"
    try:
        owned = is_owned(folder)
    except OSError:
        owned = False
    if owned:
        yield Finding(NOTE, str(folder), f"in use by {who if known else 'another process'}: runs are being added")
    elif (folder / OWNER).exists():
        told = f"left by {who}" if known else "damaged"
        yield Finding(NOTE, str(folder / OWNER), f"{told}; once you are sure that it has stopped, delete this file")
