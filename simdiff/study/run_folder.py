"""A run's folder: written whole or not at all, never mixed with another run's files."""

import json
from collections.abc import Mapping
from pathlib import Path

from simdiff.study.files import write_file

PROVENANCE = "provenance.json"


class FolderTakenError(Exception):
    """The folder holds something other than this very run."""


def check_folder(folder: Path, run: str) -> None:
    """Raise FolderTakenError unless ``folder`` is new, empty or holds run ``run`` already."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FolderTakenError(f"{folder}: is a file, not a folder")
    if not any(folder.iterdir()):
        return
    try:
        known = json.loads((folder / PROVENANCE).read_text(encoding="utf-8")).get("run")
    except (OSError, ValueError, AttributeError):
        raise FolderTakenError(f"{folder}: holds files that are not a run of simdiff; choose another folder") from None
    if known != run:
        raise FolderTakenError(
            f"{folder}: holds another run ({known}); choose another folder, leave out --out, or delete it"
        )


def write_folder(folder: Path, files: Mapping[str, bytes], run: str) -> None:
    """Write ``files`` (name → content) into ``folder``, each in one step, the provenance last.

    Raises FolderTakenError if the folder holds another run, OSError (with the path) if it cannot be written.
    """
    check_folder(folder, run)
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(files, key=lambda name: name == PROVENANCE):
        write_file(folder / name, files[name])
