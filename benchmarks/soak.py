"""A day's use in an hour: thousands of runs through Python, the command line and the explorer, and what they leave.

    python benchmarks/soak.py --runs 10000

Runs of a small district, in turn: by ``simdiff.run`` (some saved and opened), by the commands (run, check, memo, audit)
in this process, and as questions to a served page (64 runs or more each). Memory, open files, threads, sockets and
temporary files are looked at again and again. Exit code 1 if the memory of the last fifth is more than 5 % above that
of the second fifth, or if anything else grows.
"""

import argparse
import gc
import http.client
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from tqdm import tqdm

import simdiff
from simdiff.cli import app

GROWTH = 0.05
LOOKS = 50
SMALL = """\
format: 1
name: small
title: A small district
where:
  districts:
    lake:
      title: Lake
      profile:
        elementary: {schools: 12, teachers: [20, 30, 40, 50, 60], low_income: [0.2, 0.4, 0.5, 0.6, 0.8]}
        spacing: {nearest_km: 2, pairwise_km: 15}
practices: {personal-learning-paths: {}}
policy: {talent: {coaching: {per_100_teachers: 1}}, goals: {goals: 0.6}}
years: 3
"""


def by_python(folder: Path, n: int) -> None:
    """A run in Python; every tenth is saved and opened again."""
    result = simdiff.run(folder / "small.yaml", replicates=2, seed=n)
    assert len(result.summary)
    if n % 10 == 0:
        result.save(folder / "kept")
        assert simdiff.open(folder / "kept").story["run"] == result.story["run"]
        shutil.rmtree(folder / "kept")


def by_command(folder: Path, n: int) -> None:
    """A run by the command line, in this process; every tenth becomes a memo that is audited."""
    asked = ["run", str(folder / "small.yaml"), "--replicates", "2", "--seed", str(n), "--out", str(folder / "run")]
    command(asked)
    if n % 10 == 0:
        command(["memo", str(folder / "run"), "--question", "How far?", "--format", "html"])
        command(["audit", str(folder / "run" / "memo" / "memo.html")])
        command(["check", str(folder / "small.yaml"), "--no-trial"])
    shutil.rmtree(folder / "run")


def command(words: list[str]) -> None:
    """A command, quietly; raises if it fails."""
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told):
        try:
            app(words, standalone_mode=False)
        except Exception as problem:
            if getattr(problem, "exit_code", 1) != 0:
                raise RuntimeError(f"{words}: {told.getvalue()}") from problem


class Served:
    """A page that is served, and questions to it."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.parts = process, urlsplit(address)

    def ask(self, n: int) -> None:
        """A what-if of two policies: 64 runs at least."""
        said = {"a": {}, "b": {"policy.goals.goals.level": n % 100 / 100}, "tab": f"tab{n % 2}", "question": n}
        connection = http.client.HTTPConnection("127.0.0.1", self.parts.port, timeout=120)
        connection.request("POST", f"{self.parts.path}ask/whatif", json.dumps(said), {
            "content-type": "application/json", "origin": f"http://127.0.0.1:{self.parts.port}"})  # fmt: skip
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status == 200, content
        assert content.count(b"\n") >= 1


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """``simdiff explore`` in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "simdiff", "explore", str(folder / "small.yaml"), "--no-browser"],
                               stdout=subprocess.PIPE, text=True, cwd=folder,
                               env=os.environ | {"COLUMNS": "300"})  # fmt: skip
    assert process.stdout is not None
    try:
        yield Served(process, process.stdout.readline().split(" at ")[1].strip())
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def look(served: Served) -> dict[str, int]:
    """Memory in bytes and what is open, here and in the server; what is in the temporary folder."""
    gc.collect()
    here, there = psutil.Process(), psutil.Process(served.process.pid)
    found = {}
    for name, one in (("python", here), ("server", there)):
        found |= {f"{name} memory": one.memory_info().rss, f"{name} files": one.num_fds(),
                  f"{name} threads": one.num_threads(), f"{name} sockets": len(one.net_connections())}  # fmt: skip
    return found | {"temporary files": len(os.listdir(tempfile.gettempdir()))}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    asked = parser.parse_args()
    looks = []
    with tempfile.TemporaryDirectory(prefix="simdiff-soak-") as name:
        folder = Path(name)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder / "temporary")
        (folder / "temporary").mkdir()
        (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
        with serving(folder) as served:
            for n in tqdm(range(asked.runs), unit="run", mininterval=5):
                (lambda n: by_python(folder, n), lambda n: by_command(folder, n), served.ask)[n % 3](n)
                if n % max(1, asked.runs // LOOKS) == 0:
                    looks.append(look(served))
    failed = []
    fifth = len(looks) // 5
    for what in looks[0]:
        early, late = ([one[what] for one in looks[a:b]] for a, b in ((fifth, 2 * fifth), (-fifth, None)))
        before, after = sum(early) / len(early), sum(late) / len(late)
        grown = after / before - 1 if before else float(after > 0)
        bad = grown > GROWTH if what.endswith("memory") else min(late) > max(early)
        failed += [what] if bad else []
        unit = f"{before / 2**20:.1f} → {after / 2**20:.1f} MiB" if "memory" in what else f"{before:.1f} → {after:.1f}"
        print(f"{what:16} {unit} ({grown:+.1%}){'  GROWS' if bad else ''}")
    print(f"{asked.runs:,} runs: {'grows: ' + ', '.join(failed) if failed else 'nothing grows'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
