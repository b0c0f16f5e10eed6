"""Progress of long work: a bar where somebody watches, else a line now and then, or nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from simdiff.study.sweep import Tally

STEP = 0.1
"""In logs, a line at each of these shares of the work."""


@contextmanager
def runs_bar(console: Console, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar that is told of runs as they are done; nothing unless ``shown``."""
    columns = TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.advance(task, done)


@contextmanager
def progress_of(console: Console, *, quiet: bool) -> Iterator[Callable[[Tally], None]]:
    """A bar with the time left on a terminal; else a line now and then."""
    if quiet or not console.is_terminal:
        yield _Log(console)
        return
    with sweep_bar(console, shown=True) as told:
        yield told


@contextmanager
def sweep_bar(console: Console, *, shown: bool) -> Iterator[Callable[[Tally], None]]:
    """A bar that is told how a sweep stands; nothing unless ``shown``."""
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]}"),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("", total=None, failed="")

        def told(tally: Tally) -> None:
            failed = f"{tally.failed} failed" if tally.failed else ""
            bar.update(task, total=tally.planned, completed=tally.done, failed=failed)

        yield told


class _Log:
    """Progress as plain lines."""

    def __init__(self, console: Console) -> None:
        self.console, self.began, self.last = console, time.monotonic(), -1

    def __call__(self, tally: Tally) -> None:
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
