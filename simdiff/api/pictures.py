"""Charts in Python: a picture in a notebook, with its numbers and its story."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from simdiff.analysis.results import Results
from simdiff.report import figure
from simdiff.report.asked import Asked, pick
from simdiff.report.cards import Card, as_text, escaped
from simdiff.report.charts import SIZES
from simdiff.report.drawn import chart_command_of, draw
from simdiff.report.picture import picture, save_chart
from simdiff.report.provenance import CAVEAT
from simdiff.report.story import story_of


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Chart:
    """A chart: a picture in a notebook, words elsewhere. ``chart()`` of a run or a sweep makes it."""

    drawn: figure.Chart
    results: Results
    size: str
    command: str

    @property
    def title(self) -> str:
        """What is shown."""
        return self.drawn.title

    @property
    def caption(self) -> str:
        """What the lines and bands are, and where they come from."""
        return self.drawn.caption

    @property
    def alt(self) -> str:
        """The chart in words, for those who cannot see it."""
        return self.drawn.alt

    @property
    def figure(self) -> Figure:
        """The matplotlib figure (of an animation, its last frame)."""
        return self.drawn.figure

    @property
    def table(self) -> pd.DataFrame:
        """Every number that is drawn."""
        return pd.DataFrame([dict(row) for row in self.drawn.table])

    def save(self, path: str | Path) -> list[Path]:
        """Write the picture (.png, .svg or .pdf; an animation: .gif), its story inside, and its numbers as CSV beside
        it; ``simdiff replay`` makes it again from the picture alone. Returns the files.

        Raises ChartError for another ending, OSError if it cannot be written.
        """
        return save_chart(self.drawn, Path(path), self._story(), SIZES[self.size])

    def _story(self) -> dict[str, Any]:
        return story_of(self.drawn, self.results, SIZES[self.size], self.command)

    def __repr__(self) -> str:
        notes = (self.caption, *([] if CAVEAT in self.caption else [CAVEAT]))
        return as_text(Card(self.title, (self.alt,), notes=notes))

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        return picture(self.drawn, "png", self._story(), SIZES[self.size]), {"alt": self.alt}

    def _repr_html_(self) -> str | None:
        """Only of an animation, which a still cannot show."""
        if len(self.drawn.figures) == 1:
            return None
        moving = base64.b64encode(picture(self.drawn, "gif", self._story(), SIZES[self.size])).decode()
        return f'<img alt="{escaped(self.alt)}" src="data:image/gif;base64,{moving}">'


def draw_chart(results: Results, kind: str, size: str, folder: Path, before: str, asked: Mapping[str, Any]) -> Chart:
    """Draw a chart of results that lie in ``folder``, once the command ``before`` has been run.

    ``asked``: fields of ``Asked`` by name, and ``years`` for months at their ends; where several are taken, one stands
    for a list of it. Raises ChartError for what no kind takes, ChangedError for results of other code.
    """
    told = dict(asked)
    ends = tuple(12 * year - 1 for year in listed(told.pop("years", ())))
    known = {one.name: one.default for one in fields(Asked) if one.name != "kind"}
    pick("chart", tuple(told), (*known, "years"), len(known))
    many: dict[str, Any] = {
        name: listed(value) if isinstance(known[name], tuple) else value for name, value in told.items()
    }
    many["months"] = (*ends, *many.get("months", ()))
    whole = Asked(kind, **many)
    command = chart_command_of(folder, whole, None, size)
    return Chart(draw(results, whole, size), results, size, " && ".join(filter(None, [before, command])))


def listed(value: Any) -> tuple[Any, ...]:
    """Several things, or one, as a tuple."""
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
