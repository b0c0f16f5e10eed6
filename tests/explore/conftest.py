"""A served page, and a browser whose network ends at this machine."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
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


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Iterator[Served]:
    """A served scenario of twelve schools and three years."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.yaml").write_text(SMALL.format(title="Small", practice="Paths"), encoding="utf-8")
    with serving(folder / "small.yaml", folder / "log") as served:
        yield served


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; tests that need it are skipped, saying so, where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium here: the page was not tested in a browser")
    with playwright.sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--js-flags=--expose-gc"]
        found = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()


@pytest.fixture
def opened(browser):
    """Open a page: ``opened(served, width)``. Whatever it asks of the internet, logs as an error or throws, fails."""
    contexts, wrong = [], []

    def open_page(address: str, width: int = 1280, context=None):
        if context is None:
            context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
            contexts.append(context)

            def route(one):
                if urlsplit(one.request.url).hostname == "127.0.0.1":
                    one.continue_()
                else:
                    wrong.append(one.request.url)
                    one.abort()

            context.route(lambda url: not url.startswith(("data:", "blob:")), route)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append("dialog"))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
