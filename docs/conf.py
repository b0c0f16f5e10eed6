"""How the pages become a site: ``sphinx-build docs site``. Nothing is fetched, while it is built or when it is read."""

import json
from typing import Any

from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from simdiff import __version__

project = "simdiff"
author = "simdiff developers"
release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["runs"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "simdiff"
html_copy_source = False
html_show_copyright = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]


class NotebookParser(MystParser):
    """The notebook as it was run: text, code, and what the cells have put out."""

    supported = ("ipynb",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a notebook as the Markdown of its cells."""
        super().parse("\n\n".join(part(cell) for cell in json.loads(inputstring)["cells"]), document)


def part(cell: dict[str, Any]) -> str:
    """A cell as Markdown."""
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return text
    return "\n\n".join([f"```python\n{text}\n```", *(shown(one) for one in cell["outputs"])])


def shown(output: dict[str, Any]) -> str:
    """What a cell has put out, as Markdown: a picture with its words, else HTML, else text."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    if "image/png" in data:
        words = output["metadata"].get("image/png", {}).get("alt", "").replace("[", "(").replace("]", ")")
        return f"![{' '.join(words.split())}](data:image/png;base64,{''.join(data['image/png']).strip()})"
    if "text/html" in data:
        return '```{raw} html\n<div class="output">\n' + "".join(data["text/html"]) + "\n</div>\n```"
    return f"```text\n{''.join(data['text/plain'])}\n```"


def setup(app: Sphinx) -> None:
    """Let notebooks be pages, and tables be shown as they are."""
    app.add_lexer("csv", TextLexer)
    app.add_source_suffix(".ipynb", "ipynb")
    app.add_source_parser(NotebookParser)
