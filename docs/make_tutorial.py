"""Make ``docs/tutorial.ipynb`` from ``docs/tutorial.py``, and run it: ``python docs/make_tutorial.py``.

Cells begin with ``# %%``, those of text with ``# %% [markdown]``.
"""

import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

DOCS = Path(__file__).resolve().parent
SOURCE, NOTEBOOK = DOCS / "tutorial.py", DOCS / "tutorial.ipynb"
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
          "language_info": {"name": "python"}}  # fmt: skip


def cells_of(source: str) -> list[tuple[str, str]]:
    """Kind (code or markdown) and text of each cell."""
    found = []
    for kind, body in re.findall(r"^# %%( \[markdown\])?\n(.*?)(?=^# %%|\Z)", source, re.DOTALL | re.MULTILINE):
        text = re.sub(r"^# ?", "", body, flags=re.MULTILINE) if kind else body
        found.append(("markdown" if kind else "code", text.strip()))
    return found


def executed(source: str, folder: Path) -> nbformat.NotebookNode:
    """The notebook of a source, run in ``folder``; nothing in it depends on when or where."""
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    cells = [makers[kind](text, id=f"cell-{n}") for n, (kind, text) in enumerate(cells_of(source))]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
    client = NotebookClient(notebook, timeout=300, record_timing=False, resources={"metadata": {"path": str(folder)}})
    client.execute()
    notebook.metadata = nbformat.from_dict(KERNEL)
    return notebook


def main() -> None:
    """Write the notebook."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(SOURCE.read_text(encoding="utf-8"), Path(folder))
    NOTEBOOK.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    print(f"wrote {NOTEBOOK.name}")


if __name__ == "__main__":
    main()
