"""``simdiff fmt``."""

from pathlib import Path

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE
from simdiff.cli.progress import errors, terminal
from simdiff.scenario import ScenarioError
from simdiff.scenario.folders import is_file, like_file
from simdiff.scenario.normal import normal_form
from simdiff.scenario.problems import Problem
from simdiff.study.files import write_file


def fmt_command(files: list[Path], check: bool) -> int:
    """Rewrite files in normal form, or none if one cannot be; with ``check``, only say which would change."""
    console = terminal()
    try:
        changed = {file: new for file in files if (new := _normal(file)) != file.read_bytes()}
        for file, new in changed.items():
            if not check:
                write_file(file.resolve(), new)
            console.print(f"{file}: {'not in normal form' if check else 'rewritten'}", soft_wrap=True)
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    return FAILED_TO_WRITE if check and changed else 0


def _normal(file: Path) -> bytes:
    if not is_file(file):
        raise ScenarioError([Problem(str(file), 0, 0, "", "no such file", hint=like_file(file))])
    return normal_form(file).encode()
