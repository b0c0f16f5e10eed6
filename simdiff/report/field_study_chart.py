"""The picture of a virtual field study: estimates beside truth, coverage, wrong conclusions. No file is opened here."""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simdiff.analysis.field_claims import CLAIMS
from simdiff.analysis.field_sample import CITIES, MANNERS, SCHOOLS
from simdiff.analysis.field_study import Score
from simdiff.report.charts import BLUE, GREY, INK, ORANGE, STYLE
from simdiff.report.figure import Plate

COLOURS = {"as made": ORANGE, "no selection": BLUE}
"""Manners drawn whole; the two with exact answers are hollow marks of the same colours."""
EXACT = {"exact answers": ORANGE, "neither": BLUE}
LABELS = {"as made": "as such a study is made", "no selection": "without selection",
          "exact answers": "as made, but answers exact", "neither": "neither"}  # fmt: skip
APART = 0.17


def field_study_chart(scores: Sequence[Score], note: str) -> Plate:
    """A row for each conclusion: at the left truth and estimates, in the middle how often nominal intervals hold the
    truth, at the right how often the conclusion is wrong."""
    with rc_context(STYLE):
        figure = Figure(figsize=(10.5, 6.4), dpi=150, layout="constrained")
        left, middle, right = figure.subplots(1, 3, sharey=True, width_ratios=(1.5, 1, 1))
        _estimates(left, scores)
        _shares(middle, scores, "coverage", "nominal 95 % interval holds the truth")
        middle.axvline(0.95, color=INK, linewidth=0.8, linestyle=":")
        _shares(right, scores, "wrong", "conclusion is wrong")
        left.set_yticks(range(len(CLAIMS)), [f"{claim.title}\n{claim.figure}" for claim in CLAIMS], fontsize=7.5)
        left.set_ylim(len(CLAIMS) - 0.5, -0.6)
        for axis in (left, middle, right):
            axis.grid(axis="y", color="#f2f2f2", linewidth=0.6)
            axis.tick_params(axis="y", length=0)
            axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        title = f"What a study of {SCHOOLS} schools in {CITIES} cities would conclude, and how often it is right"
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, weight="bold")
        left.legend(loc="lower right", frameon=False, fontsize=7.5)
        told = (
            "Black: truth of the same figure in all schools of all cities, mean over worlds. Bars: 5–95 % of estimates "
            f"over worlds; marks: their mean. {note}"
        )
        figure.supxlabel("\n".join(textwrap.wrap(told, 170)), x=0.01, ha="left", fontsize=7, color=GREY)
    wrong = {manner: sum(one.wrong for one in _of(scores, manner)) / len(CLAIMS) for manner in COLOURS}
    means = ", ".join(f"{LABELS[manner]} {share:.0%}" for manner, share in wrong.items())
    alt = f"{len(CLAIMS)} conclusions: estimates beside truth, coverage, and wrong in how many worlds; mean: {means}."
    rows = tuple({**asdict(one), "wrong": one.wrong} for one in scores)
    return Plate("field-study", "field-study", title, told, alt, figure, rows)


def _estimates(axis: Axes, scores: Sequence[Score]) -> None:
    for manner, colour in COLOURS.items():
        for row, one in enumerate(_of(scores, manner)):
            at = row + _shift(manner)
            axis.plot([one.low, one.high], [at, at], color=colour, linewidth=3.5, alpha=0.35, solid_capstyle="butt")
    _marks(axis, scores, "estimate")
    for row, one in enumerate(_of(scores, "as made")):
        axis.plot([one.truth] * 2, [row - 0.32, row + 0.32], color=INK, linewidth=1.8,
                  label="truth" if row == 0 else None)  # fmt: skip
    axis.axvline(0.0, color=GREY, linewidth=0.6)
    axis.set_title("truth and estimate", loc="left", fontsize=9)


def _shares(axis: Axes, scores: Sequence[Score], field: str, title: str) -> None:
    _marks(axis, scores, field)
    axis.set_xlim(-0.04, 1.04)
    axis.set_title(title, loc="left", fontsize=9)


def _marks(axis: Axes, scores: Sequence[Score], field: str) -> None:
    for manner in MANNERS:
        colour = (COLOURS | EXACT)[manner]
        found = [getattr(one, field) for one in _of(scores, manner)]
        rows = [row + _shift(manner) for row in range(len(found))]
        axis.plot(found, rows, "o", color=colour, markersize=4.5, label=LABELS[manner],
                  markerfacecolor="white" if manner in EXACT else colour)  # fmt: skip


def _shift(manner: str) -> float:
    return -APART if (COLOURS | EXACT)[manner] == ORANGE else APART


def _of(scores: Sequence[Score], manner: str) -> list[Score]:
    return [one for one in scores if one.manner == manner]
