"""One owner to a folder: a lock of the operating system, and a note that says who holds it."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from simdiff.study.files import write_file
from simdiff.study.reading import read_json

LOCK, OWNER = "owner.lock", "owner.json"
PATIENCE = 1.0
"""Seconds to wait for the lock: a look at it (``is_owned``) holds it for a moment, and a new owner writes its note."""


class FolderOwnedError(Exception):
    """Another process works on the folder, or may do so."""


@contextmanager
def lease(folder: Path) -> Iterator[None]:
    """Own a folder while in the context. Raises FolderOwnedError if another process owns it.

    The system frees the lock of a process that died, however it died. Locks may not reach across machines, so a note
    left by another machine is never taken to be stale: only a person can know.
    """
    lock = FileLock(folder / LOCK, timeout=PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise FolderOwnedError(f"{folder}: in use by {_told(owner(folder))}; wait for it, or stop it") from None
    try:
        known = owner(folder)
        if known and known.get("host") != platform.node():
            raise FolderOwnedError(
                f"{folder}: in use by {_told(known)}, or left by it; once you are sure that it has stopped, "
                f"delete {folder / OWNER}"
            )
        mine = {"host": platform.node(), "process": os.getpid(), "since": datetime.now(UTC).isoformat("T", "seconds")}
        write_file(folder / OWNER, json.dumps(mine).encode())
        try:
            yield
        finally:
            (folder / OWNER).unlink(missing_ok=True)
    finally:
        lock.release()


def owner(folder: Path) -> dict[str, str | int]:
    """What the note in the folder says of its owner; empty if there is none."""
    try:
        known = read_json(folder / OWNER)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def is_owned(folder: Path) -> bool:
    """True if a process on this machine holds the folder now."""
    if not (folder / LOCK).exists():
        return False
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def _told(known: dict[str, str | int]) -> str:
    if not known:
        return "another process"
    return f"process {known.get('process')} on {known.get('host')} since {known.get('since')}"
