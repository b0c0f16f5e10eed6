"""Engines: where chunks are computed. One small interface; every engine gives the same bytes."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event
from typing import Protocol

from simdiff.study.chunks import Done, Task, compute

PATIENCE = 0.2
"""Seconds between looks at whether to stop."""
Work = Callable[[Task], Done]


class EngineError(Exception):
    """The engine cannot be used, or was lost; what is stored is good."""


class Engine(Protocol):
    """Computes chunks, in whatever order."""

    def run(self, tasks: Iterable[Task], stop: Event) -> Iterator[Done]:
        """Yield each chunk as it is done. After ``stop`` is set, finish what has begun and begin nothing new."""
        ...


class LocalEngine:
    """Threads of this process: the simulation holds no Python lock."""

    def __init__(self, threads: int | None = None, work: Work = compute) -> None:
        self.threads = threads or os.cpu_count() or 1
        self.work = work

    def run(self, tasks: Iterable[Task], stop: Event) -> Iterator[Done]:
        """Yield each chunk as it is done; a few wait in line, so that memory does not grow with their number."""
        waiting = iter(tasks)
        with ThreadPoolExecutor(self.threads) as pool:
            running: set[Future[Done]] = set()
            try:
                while True:
                    if not stop.is_set():
                        room = 2 * self.threads - len(running)
                        running |= {pool.submit(self.work, task) for task in islice(waiting, room)}
                    else:
                        running = {future for future in running if not future.cancel()}
                    if not running:
                        return
                    done, running = wait(running, PATIENCE, FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
            finally:
                for future in running:
                    future.cancel()
