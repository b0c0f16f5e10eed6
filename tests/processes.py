"""Processes for tests: they can be watched, told, stopped and killed, and none outlives its test."""

import gc
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which a process that says nothing is taken to hang."""
Work = Callable[[], object]
Fork = Callable[[Work], "Child"]


class Child:
    """A forked copy of this process that does some work; an integer that the work returns is its exit code.

    What it prints can be waited for, and it can wait for what it is told (``os.read(0, 1)``).
    """

    def __init__(self, work: Work) -> None:
        (ear, self._mouth), (self._out, out), (self._err, err) = os.pipe(), os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _live(work, ear, out, err)
        for handle in (ear, out, err):
            os.close(handle)
        self.said = {self._out: b"", self._err: b""}
        self.code: int | None = None
        self.closed = False
        self.open = selectors.DefaultSelector()
        for handle in self.said:
            self.open.register(handle, selectors.EVENT_READ)

    @property
    def out(self) -> str:
        """Standard output so far."""
        return self.said[self._out].decode()

    @property
    def err(self) -> str:
        """Standard error so far."""
        return self.said[self._err].decode()

    def hear(self, *words: str) -> None:
        """Wait until the process has said one of some words. Raises AssertionError if it ends or hangs before."""
        deadline = time.monotonic() + PATIENCE
        while not any(word in self.out + self.err for word in words):
            if not self._listen(deadline - time.monotonic()):
                raise AssertionError(f"waited for {words}, heard {self.out}{self.err}")

    def tell(self, count: int = 1) -> None:
        """Let ``count`` reads of the process return."""
        os.write(self._mouth, b"." * count)

    def signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.code is None:
            os.kill(self.pid, number)

    def ends_within(self, seconds: float) -> bool:
        """Wait until the process ends, no longer than so many seconds."""
        deadline = time.monotonic() + seconds
        while self.open.get_map():
            if not self._listen(deadline - time.monotonic()):
                break
        if not self.open.get_map() and self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code is not None

    def end(self) -> int:
        """Wait for the end; the exit code, or the signal that killed it, below zero."""
        if not self.ends_within(PATIENCE):
            raise AssertionError(f"hangs after saying {self.out}{self.err}")
        assert self.code is not None
        return self.code

    def close(self) -> None:
        """Kill the process if it is still there."""
        self.signal(signal.SIGKILL)
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if not self.closed:
            self.closed = True
            self.open.close()
            for handle in (self._mouth, self._out, self._err):
                os.close(handle)

    def _listen(self, seconds: float) -> bool:
        """Take in what has been said; False if nothing came in time, or all is said."""
        ready = self.open.select(max(0.0, seconds)) if self.open.get_map() else []
        for key, _ in ready:
            heard = os.read(key.fd, 65536)
            self.said[key.fd] += heard
            if not heard:
                self.open.unregister(key.fd)
        return bool(ready)


def _live(work: Work, ear: int, out: int, err: int) -> None:
    """The whole life of the forked process."""
    code: object = 70
    gc.freeze()  # else collecting garbage would copy every page of the process that this one was forked from
    try:
        for handle, number in ((ear, 0), (out, 1), (err, 2)):
            os.dup2(handle, number)
            os.close(handle)
        sys.stdout, sys.stderr = open(1, "w", buffering=1), open(2, "w", buffering=1)  # noqa: SIM115
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have made this process deaf to it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        code = work()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)
