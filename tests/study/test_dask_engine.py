"""The cluster engine: the same bytes as threads, whoever dies; nothing listens where it should not."""

import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from logging.handlers import BufferingHandler
from pathlib import Path
from threading import Event

import psutil
import pytest
import trustme
from sweep_helpers import POISON, TINY, homely, poisonous, slow, swept, table_digest, tiny_plan

from simdiff.study.chunk_folder import Rows
from simdiff.study.dask_engine import DaskEngine, Keys, check_address
from simdiff.study.engines import EngineError
from simdiff.study.plan import Plan
from simdiff.study.sheet import CHUNKS
from simdiff.study.sweep import Tally, run_sweep


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return tiny_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def expected(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """Hash of the table and names of the chunks, from threads."""
    folder = tmp_path_factory.mktemp("threads")
    report = swept(folder, plan)
    return table_digest(folder, plan), sorted(path.name for path in report.chunks.files.values())


@pytest.fixture(scope="module")
def cluster() -> Iterator[DaskEngine]:
    with DaskEngine(None, 4, work=slow) as engine:
        yield engine


def children() -> list[psutil.Process]:
    """Processes of Dask workers."""
    found = []
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has died meanwhile
            found += [one] if "spawn_main" in " ".join(one.cmdline()) else []
    return found


def test_the_same_bytes_when_a_worker_is_killed(
    plan: Plan, expected: tuple[str, list[str]], cluster: DaskEngine, tmp_path: Path
) -> None:
    """Catches results that depend on the engine, runs lost with a worker, and runs stored twice."""
    killed = []

    def kill_one(tally: object) -> None:
        if not killed:
            killed.append(children()[0])
            killed[0].kill()

    report = run_sweep(tmp_path, plan, "", cluster, Event(), kill_one)
    assert killed
    assert report.complete
    assert report.tally.failed == 0
    assert sorted(path.name for path in report.chunks.files.values()) == expected[1]
    assert table_digest(tmp_path, plan) == expected[0]


@pytest.mark.slow
def test_the_same_bytes_whenever_workers_are_killed(
    plan: Plan, expected: tuple[str, list[str]], tmp_path: Path
) -> None:
    """Fifty kills: of a worker at each turn of chunks coming in, sweep after sweep. Two may die of one run before it
    counts as failed, so no more than two are killed in a sweep."""
    kills = sweeps = 0
    with DaskEngine(None, 4, work=slow) as engine:
        while kills < 50:
            moments = {1 + sweeps % 5, 6 + sweeps % 7}
            turn = itertools.count()

            def kill_one(tally: object, turn: Iterator[int] = turn, moments: set[int] = moments) -> None:
                nonlocal kills
                if next(turn) in moments and (alive := children()):
                    alive[kills % len(alive)].kill()
                    kills += 1

            folder = tmp_path / str(sweeps)
            report = run_sweep(folder, plan, "", engine, Event(), kill_one)
            assert report.complete
            assert report.tally.failed == 0
            assert sorted(path.name for path in report.chunks.files.values()) == expected[1]
            assert table_digest(folder, plan) == expected[0]
            sweeps += 1
    print(f"{kills} kills in {sweeps} sweeps")


def test_luck_that_sees_its_process_is_caught(plan: Plan, expected: tuple[str, list[str]], tmp_path: Path) -> None:
    """The defect planted: the seed is the number of the worker's process."""
    with DaskEngine(None, 1, work=homely) as engine:
        report = run_sweep(tmp_path, plan, "", engine, Event())
    assert report.complete
    assert sorted(path.name for path in report.chunks.files.values()) != expected[1]
    assert table_digest(tmp_path, plan) != expected[0]


def test_nothing_listens_beyond_this_machine(cluster: DaskEngine) -> None:
    """Catches a scheduler, worker or dashboard that strangers can reach."""
    processes = [psutil.Process(), *children()]
    open_ports = [
        connection.laddr
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(open_ports) >= 2  # the scheduler's and a worker's at least
    assert {address.ip for address in open_ports} <= {"127.0.0.1", "::1"}


def test_stopping_begins_nothing_new(plan: Plan, cluster: DaskEngine, tmp_path: Path) -> None:
    """Catches a stop that waits for the whole sweep."""
    stop = Event()
    report = run_sweep(tmp_path, plan, "", cluster, stop, lambda tally: stop.set())
    assert not report.complete
    assert report.tally.done < report.tally.planned


def test_a_run_that_kills_its_worker_is_a_failed_run(tmp_path: Path) -> None:
    """Catches a sweep that hangs on a poison run, gives up, or loses the runs beside it."""
    plan = tiny_plan(tmp_path, TINY.replace("  quo: {scenario: status-quo, set: {years: 2}}\n", ""))
    told: list[str] = []
    with DaskEngine(None, 2, work=poisonous, tell=told.append) as engine:
        report = swept(tmp_path / "sweep", plan, engine)
    assert report.complete
    assert report.tally.failed == 1
    assert any("workers died" in line for line in told)
    for cell in plan.cells:
        table = Rows(plan, report.chunks).of_cell(cell)
        assert table is not None
        rows = table.to_pylist()
        assert [row["replicate"] for row in rows if row["status"] == "failed"] == [POISON]
        assert [row["replicate"] for row in rows] == list(range(12))
        assert all(row["spread"] is not None for row in rows if row["status"] == "ok")
        assert rows[POISON]["spread"] is None
        assert rows[POISON]["reason"] == "3 workers died of this run"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://10.0.0.5:8786", "not encrypted"),
        ("tcp://scheduler:8786", "not encrypted"),
        ("tcp://0.0.0.0:8786", "not encrypted"),
        ("tls://10.0.0.5:8786", "--tls-ca"),
        ("10.0.0.5:8786", "expected tcp://"),
        ("http://localhost:1", "expected tcp://"),
        ("tcp://localhost", "expected tcp://"),
    ],
)
def test_addresses_that_are_refused(address: str, said: str) -> None:
    """Catches code sent in the clear to another machine."""
    with pytest.raises(EngineError, match=said):
        check_address(address, None)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_addresses_on_this_machine(address: str) -> None:
    """Catches a check that refuses loopback."""
    check_address(address, None)
    check_address("tls://far.example:8786", Keys(Path("a"), Path("b"), Path("c")))


def test_a_scheduler_that_is_not_there(tmp_path: Path) -> None:
    """Catches a hang or a traceback where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(EngineError, match="cannot be reached"):
        DaskEngine(f"tcp://127.0.0.1:{port}", 1, patience=2)


@pytest.fixture
def told() -> Iterator[BufferingHandler]:
    """What the library says of its own accord."""
    handler = BufferingHandler(10_000)
    logging.getLogger("distributed").addHandler(handler)
    yield handler
    logging.getLogger("distributed").removeHandler(handler)


SCHEDULER = """\
import time
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
    print(cluster.scheduler_address, flush=True)
    time.sleep(600)
"""


def test_a_scheduler_that_is_lost(
    plan: Plan, expected: tuple[str, list[str]], tmp_path: Path, told: BufferingHandler
) -> None:
    """Catches a sweep that waits for ever, or says that it is done, when scheduler and workers are killed after the
    first chunk, and pages of a library's tracebacks; what is stored is gone on with by other means."""
    script, folder = tmp_path / "scheduler.py", tmp_path / "sweep"
    script.write_text(SCHEDULER)
    stored: list[Tally] = []
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as cluster:
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        family = [*psutil.Process(cluster.pid).children(recursive=True), psutil.Process(cluster.pid)]

        def kill_all(tally: Tally) -> None:
            if tally.fresh and not stored:
                stored.append(tally)
                for process in family:
                    process.kill()

        with DaskEngine(address, 0) as engine, pytest.raises(EngineError, match=r"scheduler was lost.*simdiff resume"):
            run_sweep(folder, plan, "", engine, Event(), kill_all)
    assert told.buffer == []
    chunks = {path.name for path in (folder / CHUNKS).iterdir()}
    assert 1 <= len(chunks) < len(expected[1])
    assert chunks < set(expected[1])
    assert swept(folder, plan).complete
    assert table_digest(folder, plan) == expected[0]


def test_an_encrypted_scheduler(plan: Plan, expected: tuple[str, list[str]], tmp_path: Path) -> None:
    """Catches keys that are not used: the scheduler here takes encrypted connections only."""
    from distributed import LocalCluster, Security

    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    files = [tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")]
    authority.cert_pem.write_to_path(str(files[0]))
    certificate.cert_chain_pems[0].write_to_path(str(files[1]))
    certificate.private_key_pem.write_to_path(str(files[2]))
    ca, cert, key = map(str, files)
    security = Security(tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, tls_scheduler_cert=cert,
                        tls_scheduler_key=key, tls_worker_cert=cert, tls_worker_key=key,
                        require_encryption=True)  # fmt: skip
    with LocalCluster(n_workers=1, threads_per_worker=1, host="tls://127.0.0.1", security=security,
                      dashboard_address=None) as outside:  # fmt: skip
        address = outside.scheduler_address
        assert address.startswith("tls://")
        with DaskEngine(address, 0, Keys(*files)) as engine:
            folder = tmp_path / "sweep"
            swept(folder, plan, engine)
    assert table_digest(folder, plan) == expected[0]


def test_workers_do_not_outlive_their_owner(tmp_path: Path) -> None:
    """Catches orphans after the owner is killed: they would compute for nobody."""
    script = tmp_path / "owner.py"
    script.write_text(
        "import time\n"
        "from simdiff.study.dask_engine import DaskEngine\n"
        "if __name__ == '__main__':\n"
        "    engine = DaskEngine(None, 2)\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        workers = psutil.Process(owner.pid).children(recursive=True)
        assert len(workers) >= 2
        os.kill(owner.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
