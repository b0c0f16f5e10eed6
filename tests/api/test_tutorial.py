"""The tutorial says what really happens."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tutorial", DOCS / "make_tutorial.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words(cell: nbformat.NotebookNode) -> list[str]:
    """What a cell has put out, pictures apart (and the HTML of pandas, which its versions write differently). Names of
    runs are left open: they tell the versions of Python and the libraries apart, which the numbers do not."""
    found = []
    for one in cell.get("outputs", ()):
        html = one.get("data", {}).get("text/html", "")
        found += [one.get("text", ""), one.get("data", {}).get("text/plain", ""), "" if "dataframe" in html else html]
    return [re.sub(r"\b[0-9a-f]{12}\b", "RUN", word) for word in found]


def test_the_tutorial_says_what_it_finds(make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a notebook that is older than its source or the code, an error in it, and a warning or path in print."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "here").mkdir()
    kept = nbformat.read(make.NOTEBOOK, as_version=4)
    source = make.SOURCE.read_text(encoding="utf-8")
    assert [(cell.cell_type, cell.source) for cell in kept.cells] == make.cells_of(source), "run docs/make_tutorial.py"
    again = make.executed(source, tmp_path / "here")
    assert [words(cell) for cell in again.cells] == [words(cell) for cell in kept.cells], "run docs/make_tutorial.py"
    said = "\n".join(word for cell in kept.cells for word in (cell.source, *words(cell)))
    assert not re.search(r"Warning|/home/|/tmp/|/work/|site-packages", said)
    pictures = [one for cell in kept.cells for one in cell.get("outputs", ()) if "image/png" in one.get("data", {})]
    assert len(pictures) == 2
    assert all(one.metadata["image/png"]["alt"] for one in pictures)
