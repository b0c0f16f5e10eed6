"""The site builds without a warning, holds every page, and asks for nothing on the net."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
FETCHED = re.compile(r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=[\"'](?:https?:)?//|"
                     r"<link\b(?![^>]*rel=[\"']canonical)[^>]*\bhref=[\"'](?:https?:)?//|"
                     r"(?:@import\s+|url\()\s*[\"']?(?:https?:)?//")  # fmt: skip
NO_NET = """
import socket, sys
def refuse(*_): raise OSError("the network is cut")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built without a network; a warning (a lost page, a dead link) is an error."""
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-c", NO_NET, "-q", "-W", "--keep-going", "-d", folder / "kept", DOCS, folder / "site"]
    built = subprocess.run(words, capture_output=True, text=True, cwd=folder, check=False)
    assert built.returncode == 0, built.stderr
    return folder / "site"


def test_every_page_is_there_and_in_the_contents(site: Path) -> None:
    contents = (site / "index.html").read_text(encoding="utf-8")
    pages = [path.stem for path in DOCS.iterdir() if path.suffix in (".md", ".ipynb")]
    assert [page for page in pages if f'href="{page}.html"' not in contents and page != "index"] == []


def test_nothing_is_fetched(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > 20
    assert [path.name for path in files if FETCHED.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "planted",
    ['<script async src="https://x.org/a.js">', "<link rel='stylesheet' href='//x.org/a.css'>",
     "@import 'https://x.org'", "src: url(https://x.org/f.woff2)", '<img alt="" src="http://x.org/a.png">'],
)  # fmt: skip
def test_the_search_for_fetches_finds_one(planted: str) -> None:
    assert FETCHED.search(planted)


def test_search_works_from_the_disk(site: Path) -> None:
    """The index is a script that the page loads, not a file that it fetches: browsers refuse that without a server."""
    assert "searchindex.js" in (site / "search.html").read_text(encoding="utf-8")
    assert '"shapley"' in (site / "searchindex.js").read_text(encoding="utf-8")
