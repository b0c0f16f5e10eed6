"""``simdiff import-schools``."""

import hashlib
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE
from simdiff.cli.check import print_problems
from simdiff.report.import_report import import_lines, import_record
from simdiff.report.terminal import PlainConsole
from simdiff.scenario import Problem, ScenarioError
from simdiff.scenario.public.joining import join_files, pick_districts
from simdiff.scenario.public.reading import read_public
from simdiff.scenario.public.stub import TABLE, stub_of
from simdiff.scenario.public.tidying import Imported, tidy_schools
from simdiff.study.files import digest
from simdiff.study.run_folder import FolderTakenError, write_folder

STORY = "report.json"


def import_command(files: Sequence[Path], out: Path, districts: Sequence[str], states: Sequence[str],
                   name: str | None, as_json: bool) -> int:  # fmt: skip
    """Read public files and write table, scenario and report; the exit code: 0, 1 (could not write) or 2."""
    errors = PlainConsole(stderr=True, soft_wrap=True)
    try:
        imported = _imported(files, districts, states, name)
        chosen = name or (imported.districts[0].slug if len(imported.districts) == 1 else "imported-schools")
        stub = stub_of(imported, chosen, _title(imported)).encode()
    except ScenarioError as error:
        print_problems(error)
        return BAD_INPUT
    lines = import_lines(imported)
    table = imported.table.to_csv(index=False, lineterminator="\n").encode()
    run = digest(table + stub)[:12]
    try:
        record = import_record(imported, run, _command(files, out, districts, states, name), _digests(files))
        story = (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()
        text = ("\n".join(lines) + "\n").encode()
        content = {TABLE: table, f"{chosen}.yaml": stub, "report.txt": text, STORY: story}
        write_folder(out, content, run, STORY)
    except FolderTakenError as problem:
        errors.print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors.print(f"{problem.filename or out}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(story.decode(), end="")
        return 0
    console = PlainConsole(soft_wrap=True)
    for line in lines:
        console.print(line)
    path = shlex.quote(str(out / f"{chosen}.yaml"))
    console.print(f"\nWritten to {out}: {', '.join(sorted(content))}\nRun it: simdiff run {path}")
    return 0


def _imported(files: Sequence[Path], districts: Sequence[str], states: Sequence[str], name: str | None) -> Imported:
    problems = list[Problem]()
    if name is not None and not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", name):
        expected = "expected a short name (small letters, digits, - and _)"
        problems.append(Problem("--name", 0, 0, "", f'found "{name[:80]}"', expected))
    read = []
    for file in files:
        try:
            read.append(read_public(file))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    joined = join_files(read)
    return tidy_schools(read, joined, pick_districts(joined, districts, states))


def _title(imported: Imported) -> str:
    one = imported.districts[0]
    return f"{one.name} ({one.state})"[:120] if len(imported.districts) == 1 else "Imported schools"


def _digests(files: Sequence[Path]) -> dict[str, str]:
    """Digests of files, which may be too large to be held in memory."""
    found = {}
    for file in files:
        with file.open("rb") as handle:
            found[str(file)] = hashlib.file_digest(handle, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    return found


def _command(
    files: Sequence[Path], out: Path, districts: Sequence[str], states: Sequence[str], name: str | None
) -> str:
    words = ["simdiff", "import-schools", *map(str, files), "--out", str(out)]
    for option, values in (("--district", districts), ("--state", states), ("--name", [name] if name else [])):
        words += [word for value in values for word in (option, value)]
    return shlex.join(words)
