"""A served page, and a browser whose network ends at this machine."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from served import SMALL, Served, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


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
