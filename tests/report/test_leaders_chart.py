"""The chart of Carlson's curve."""

import io

import numpy as np
import pytest

from simdiff.analysis import leaders
from simdiff.report.leaders_chart import leaders_chart
from simdiff.scenario.leaders import ADOPTED, Network


def test_every_form_has_its_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made on a ring of 38: eight panels, each with the observed dots, the forms' with two bands; the note says what
    the bands are. Catches a form without panel, a prior that is not drawn, and a band nobody explains."""
    monkeypatch.setattr(leaders, "REPLICATES", 4)
    monkeypatch.setattr(leaders, "AGAIN", 4)
    years = tuple(int(year) for year in np.repeat(np.arange(1, 7), np.diff(ADOPTED, prepend=0)))
    ring = Network(tuple(map(str, range(38))), years, tuple((n, (n + 1) % 38) for n in range(38)))
    plate = leaders_chart(leaders.carlson(ring, 2, 1), "a caveat.", "validate")
    figure = plate.figure
    assert [row["value"] for row in plate.table if row["model"] == "observed"] == [
        n / 38 for n in (1, 5, 15, 27, 35, 38)
    ]
    assert "a caveat." in plate.caption
    titles = [axis.get_title(loc="left") for axis in figure.axes]
    assert [sum(form in title for title in titles) for form in ("logit", "hazard", "threshold")] == [2, 2, 2]
    assert [any(word in title for title in titles) for word in ("Bass", "calendar trend")] == [True, True]
    bands = {title: len(axis.collections) for title, axis in zip(titles, figure.axes, strict=True)}
    assert sorted(bands.values()) == [0, 1, 2, 2, 2, 2, 2, 2]
    for axis in figure.axes:
        shown = [line.get_ydata() for line in axis.lines if line.get_marker() == "o"]
        np.testing.assert_allclose(shown, [np.array([1, 5, 15, 27, 35, 38]) / 38])
    note = figure.get_supxlabel()
    assert "4 replicates of each of 200 draws accepted" in note.replace("\n", " ")
    assert note.endswith("a caveat.")
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    assert len(picture.getvalue()) > 20_000
