"""A run's folder: written whole or not at all, never mixed with another run's files."""

import json
from collections.abc import Mapping
from pathlib import Path

from simdiff.study.files import write_file

PROVENANCE = "provenance.json"


class FolderTakenError(Exception):
    """The folder holds something other than this very run."""


def check_folder(folder: Path, run: str, story: str = PROVENANCE) -> None:
    """Raise FolderTakenError unless ``folder`` is new, empty or holds run ``run`` already, as file ``story`` says."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FolderTakenError(f"{folder}: is a file, not a folder")
    if not any(folder.iterdir()):
        return
    try:
        known = json.loads((folder / story).read_text(encoding="utf-8")).get("run")
    except (OSError, ValueError, AttributeError):
        raise FolderTakenError(f"{folder}: holds files that are not a run of simdiff; choose another folder") from None
    if known != run:
        raise FolderTakenError(
            f"{folder}: holds another run ({known}); choose another folder, leave out --out, or delete it"
        )


def write_folder(folder: Path, files: Mapping[str, bytes], run: str, story: str = PROVENANCE) -> None:
    """Write ``files`` (name → content) into ``folder``, each in one step, the provenance (``story``) last.

    Raises FolderTakenError if the folder holds another run, OSError (with the path) if it cannot be written.
    """
    check_folder(folder, run, story)
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(files, key=lambda name: name == story):
        write_file(folder / name, files[name])
