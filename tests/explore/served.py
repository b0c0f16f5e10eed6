"""A page served as a user serves it, and what is served: a small scenario, and a name that would do harm."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SMALL = """\
format: 1
name: small
title: "{title}"
where:
  districts:
    lake:
      title: Lake
      profile:
        elementary:
          schools: 12
          teachers: [20, 30, 40, 50, 60]
          low_income: [0.2, 0.4, 0.5, 0.6, 0.8]
        spacing: {{nearest_km: 2, pairwise_km: 15}}
practices:
  personal-learning-paths: {{title: "{practice}"}}
policy:
  talent: {{coaching: {{per_100_teachers: 1}}}}
  goals: {{goals: 0.6}}
  flexibility: {{pilots: {{sites: 4}}}}
years: 3
"""
HOSTILE = "<script>document.title='broken'</script><img src=x onerror=alert(1)> =cmd $x$ ../ 🏫 " + "a" * 300


@dataclass(frozen=True)
class Served:
    """A page that ``simdiff explore`` serves, its process, and what it says on standard error."""

    address: str
    process: subprocess.Popen
    log: Path

    @property
    def port(self) -> int:
        return int(urlsplit(self.address).port or 0)

    @property
    def token(self) -> str:
        return urlsplit(self.address).path.strip("/")


@contextmanager
def serving(what: Path | str, log: Path) -> Iterator[Served]:
    """Serve a scenario or results on any free port, as a user does; the log is empty at the end."""
    with log.open("wb") as told:
        process = subprocess.Popen([sys.executable, "-m", "simdiff", "explore", str(what), "--no-browser"],
                                   stdout=subprocess.PIPE, stderr=told, text=True, cwd=log.parent,
                                   env=os.environ | {"COLUMNS": "300"})  # fmt: skip
        try:
            line = process.stdout.readline()
            assert " at http://127.0.0.1:" in line, log.read_text()
            yield Served(line.split(" at ")[1].strip(), process, log)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(120) == 0
            process.stdout.close()
    said = [line for line in log.read_text().splitlines() if "Compiling the model" not in line]
    assert said == []
