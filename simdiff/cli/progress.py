"""Long work in a terminal: progress, and what Ctrl-C does."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:  # short commands have no need of what a sweep imports
    from simdiff.study.sweep import Tally

LOG_WIDTH = 120
STEP = 0.1
"""In logs, a line at each of these shares of the work."""


def errors() -> Console:
    """Standard error, for people."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def terminal() -> Console:
    """Standard output, for people; files and pipes get wide lines."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=LOG_WIDTH)


class Halt:
    """What a signal asks: the first, to finish what has begun; the second, to stop at once."""

    def __init__(self, console: Console) -> None:
        self.stop, self.signal, self.console = Event(), 0, console

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.stop.is_set():
            os._exit(128 + number)  # threads cannot be stopped otherwise; what is stored is whole
        self.signal = number
        self.stop.set()
        self.console.print("stopping: finishing the chunks in hand (once more to stop at once)")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answer SIGINT and SIGTERM while in the context."""
        before = {number: signal.signal(number, self) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def progress_of(console: Console, *, quiet: bool) -> Iterator["Callable[[Tally], None]"]:
    """A bar with the time left on a terminal; else a line now and then."""
    if quiet or not console.is_terminal:
        yield _Log(console)
        return
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]}"),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, failed="")

        def told(tally: "Tally") -> None:
            failed = f"{tally.failed} failed" if tally.failed else ""
            bar.update(task, total=tally.planned, completed=tally.done, failed=failed)

        yield told


class _Log:
    """Progress as plain lines."""

    def __init__(self, console: Console) -> None:
        self.console, self.began, self.last = console, time.monotonic(), -1

    def __call__(self, tally: "Tally") -> None:
        step = int(tally.done / max(1, tally.planned) / STEP)
        if step == self.last:
            return
        self.last = step
        seconds = time.monotonic() - self.began
        left = seconds / tally.fresh * (tally.planned - tally.done) if tally.fresh else None
        about = f", about {spoken(left)} left" if left and tally.done < tally.planned else ""
        failed = f", {tally.failed} failed" if tally.failed else ""
        self.console.print(f"{tally.done:,} of {tally.planned:,} runs{failed}{about}")


def spoken(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
