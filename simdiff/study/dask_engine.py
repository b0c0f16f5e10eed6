"""The cluster engine: chunks computed by Dask workers, on this machine or on many. Only the owner of the folder writes.

Dask runs a task at least once. That is enough here: a chunk is a pure function of its task, and its file is named by
its content, so a second copy is the same file.
"""

import logging
import re
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from simdiff.study.chunks import Done, Piece, Task, as_done, compute, failed_table
from simdiff.study.engines import PATIENCE, EngineError, Work
from simdiff.study.reading import read_parquet
from simdiff.study.version import code_digest, versions

ATTEMPTS = 3
"""Times that a chunk may take its worker down before its runs are tried one by one."""
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
"""Run by workers of our own: a terminal's Ctrl-C reaches them too, and the owner is to decide what it means."""
LOST = "the scheduler was lost; what is stored is good: continue with `simdiff resume`"
IN_LINE = 4
"""Chunks in line for each worker."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Files for encrypted connections: the authority's certificate, and one's own certificate and key."""

    authority: Path
    certificate: Path
    key: Path


def check_address(scheduler: str, keys: Keys | None) -> None:
    """Raise EngineError unless an address is on this machine, or encrypted (``tls://`` with keys)."""
    parts = urlsplit(scheduler)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or not re.search(r":\d{1,5}$", parts.netloc):
        raise EngineError(f"--scheduler: found {scheduler}, expected tcp://HOST:PORT or tls://HOST:PORT")
    if parts.scheme == "tls" and keys is None:
        raise EngineError("--scheduler: tls:// needs --tls-ca, --tls-cert and --tls-key")
    if parts.scheme == "tcp" and not _is_loopback(parts.hostname):
        raise EngineError(
            f"--scheduler: {scheduler} is on another machine and not encrypted; use tls:// with --tls-ca, --tls-cert "
            "and --tls-key (anybody who reaches a Dask scheduler can run code on it)"
        )


def checked(task: Task) -> Done:
    """Compute a chunk, if this worker has the very code that the sweep is made with. Raises EngineError if not."""
    if code_digest(versions()) != task.question.code:
        raise EngineError("a worker has other code or libraries than the owner of the sweep; install the same")
    return compute(task)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class DaskEngine(AbstractContextManager["DaskEngine"]):
    """Chunks on Dask workers: those of ``scheduler``, or ``workers`` processes of its own on loopback.

    Raises EngineError if Dask is not installed or the scheduler cannot be reached within ``patience`` seconds.
    """

    def __init__(self, scheduler: str | None, workers: int, keys: Keys | None = None, work: Work = checked,
                 tell: Callable[[str], None] = lambda line: None, patience: float = 20.0) -> None:  # fmt: skip
        self.work, self.tell = work, tell
        try:
            import distributed
        except ImportError:
            raise EngineError("--engine dask needs an extra: pip install 'simdiff[cluster]'") from None
        import dask

        self.dask: Any = distributed

        for name in ("distributed", "distributed.client"):  # what is lost is told once, in our own words
            logging.getLogger(name).setLevel(logging.CRITICAL)
        dask.config.set({
            "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
            "distributed.admin.tick.limit": "30s",
            # a worker that is being restarted when this has passed since a death is given up, at last all of them
            "distributed.deploy.lost-worker-timeout": "1000 days",
        })  # fmt: skip
        self.cluster: Any = None
        try:
            if scheduler is None:
                self.cluster = self.dask.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                    dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False}, silence_logs=50,
                    preload=[DEAF],
                )  # fmt: skip
                self.client: Any = self.dask.Client(self.cluster)
            else:
                check_address(scheduler, keys)
                self.client = self.dask.Client(scheduler, security=_security(keys, self.dask), timeout=patience)
        except (OSError, TimeoutError, ssl.SSLError) as error:
            raise EngineError(f"{scheduler or 'local workers'}: cannot be reached ({error})") from None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()

    def run(self, tasks: Iterable[Task], stop: Event) -> Iterator[Done]:
        """Yield each chunk as it is done. Raises EngineError if the scheduler is lost."""
        chunks = self._chunks(tasks, stop)
        while True:
            try:
                done = next(chunks)
            except StopIteration:
                return
            except (OSError, self.dask.CancelledError) as error:
                raise EngineError(LOST) from error
            yield done

    def _chunks(self, tasks: Iterable[Task], stop: Event) -> Iterator[Done]:
        waiting, running = iter(tasks), dict[Any, Task]()
        if not self.client.nthreads():
            self.tell("waiting for the first worker")
        while True:
            room = 0 if stop.is_set() else IN_LINE * max(1, sum(self.client.nthreads().values())) - len(running)
            for task in islice(waiting, max(0, room)):
                running[self._submit(task)] = task
            if stop.is_set():
                self._drop_waiting(running)
            if not running:
                return
            for future in self._ready(list(running)):
                task = running.pop(future)
                done = self._done(task, future)
                if done is None:
                    running[self._submit(task)] = task
                else:
                    yield done

    def _submit(self, task: Task) -> Any:
        return self.client.submit(self.work, task, pure=False)

    def _ready(self, running: list[Any]) -> list[Any]:
        """Futures that have ended, one way or another; perhaps none yet."""
        with suppress(self.dask.TimeoutError):
            self.dask.wait(running, timeout=PATIENCE, return_when="FIRST_COMPLETED")
        if self.client.status != "running":
            raise EngineError(LOST)
        return [future for future in running if future.status != "pending"]

    def _drop_waiting(self, running: dict[Any, Task]) -> None:
        """Give up what no worker has begun."""
        begun = {key for keys in self.client.processing().values() for key in keys}
        for future in [future for future in running if future.key not in begun and future.status == "pending"]:
            del running[future]
            future.cancel()

    def _done(self, task: Task, future: Any) -> Done | None:
        """What became of a chunk; None if its result went down with a worker before it was fetched."""
        killed = self._killed(future)
        if killed is False:
            with suppress(self.dask.CancelledError):
                done: Done = future.result()
                return done
        if not killed:
            return None
        self.tell(f"chunk {task.name}: {ATTEMPTS} workers died of it; its runs are tried one by one")
        tables, failed = [], 0
        for piece in task.pieces:
            for replicate in range(piece.start, piece.stop):
                alone = replace(task, pieces=(replace(piece, start=replicate, stop=replicate + 1),))
                table, bad = self._alone(alone)
                tables.append(table)
                failed += bad
        return as_done(task, pa.concat_tables(tables), failed)

    def _killed(self, future: Any) -> bool | None:
        """True if a task took its workers down, False if it is finished, None if it has to be done again."""
        if future.status == "finished":
            return False
        error = future.exception() if future.status == "error" else None
        if error is None or isinstance(error, self.dask.CancelledError):
            return None
        if isinstance(error, self.dask.scheduler.KilledWorker):
            return True
        raise EngineError(f"a worker cannot do its work ({type(error).__name__}: {error})")

    def _alone(self, task: Task) -> tuple[pa.Table, int]:
        """Rows of a task of one run, and whether it failed."""
        piece: Piece = task.pieces[0]
        while True:
            future = self._submit(task)
            while not self._ready([future]):
                pass
            killed = self._killed(future)
            if killed:
                self.tell(f"replicate {piece.start} of cell {piece.cell}: {ATTEMPTS} workers died of it: a failed run")
                return failed_table(task, piece, f"{ATTEMPTS} workers died of this run"), 1
            if killed is False:
                with suppress(self.dask.CancelledError):
                    done: Done = future.result()
                    return read_parquet(done.content), done.failed


def _security(keys: Keys | None, distributed: Any) -> Any:
    if keys is None:
        return None
    return distributed.Security(
        tls_ca_file=str(keys.authority), tls_client_cert=str(keys.certificate), tls_client_key=str(keys.key),
        require_encryption=True,
    )  # fmt: skip
