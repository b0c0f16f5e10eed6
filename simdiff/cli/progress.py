"""Long work in a terminal: where it is told, and what Ctrl-C does."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from rich.console import Console

from simdiff.report.terminal import PlainConsole

LOG_WIDTH = 120


def errors() -> Console:
    """Standard error, for people."""
    return PlainConsole(stderr=True, soft_wrap=True)


def terminal() -> Console:
    """Standard output, for people; files and pipes get wide lines."""
    console = PlainConsole()
    return console if console.is_terminal else PlainConsole(width=LOG_WIDTH)


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
