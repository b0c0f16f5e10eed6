"""The picture of parameter recovery: what each data situation tells, and ranks that should be uniform."""

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simdiff.analysis import sbc
from simdiff.analysis.district_figures import ABOUT
from simdiff.analysis.quantities import COMPOSITES
from simdiff.analysis.recovery import RETURNED, TOLD
from simdiff.analysis.recovery_study import FINER, PLANTED, Study
from simdiff.report.charts import BLUE, GREY, INK, ORANGE, STYLE
from simdiff.report.figure import Plate, Row
from simdiff.report.provenance import CAVEAT
from simdiff.report.recovery_tables import by_quantity, shown

SHADES = ("#c6c6c6", "#8fb8d6", "#3b8bc2", "#08436b")
"""From the least data to the most."""
RANKED = ("early_growth", "waiting_use", "phantom", "takeup_coached")
"""Quantities whose ranks are drawn: told by little data, by teachers' counts, by surveys, and not at all."""


COMBINED = {one.name for one in COMPOSITES}


def recovery_chart(study: Study) -> Plate:
    """Contraction by situation at the left, histograms of ranks at the right, the planted failures last."""
    names = shown(study)
    with rc_context(STYLE):
        figure = Figure(figsize=(11.5, 0.185 * len(names) + 2.4), dpi=150, layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.25, 1.0), squeeze=False)[0]
        _contractions(left.subplots(), study, names)
        cells = right.subplots(3, 2, sharex=True, sharey=True).ravel()
        _histograms(cells, study)
        right.supxlabel("rank of the truth among 99 posterior draws", fontsize=8, color=GREY)
        title = "What a district's own data would tell, and whether posteriors keep their word"
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, weight="bold")
        note = (
            f"Left: posterior SD over prior SD, mean of {study.size.truths:,} simulated districts of 60 schools over "
            f"ten years, all parameters unknown; bold: combinations. Below {TOLD:g} data tell a quantity; from "
            f"{RETURNED:g} on it returns its prior. Right: ranks with all data; grey band: 99 % of uniform counts, "
            f"each bin by itself. Orange: the same posteriors, made too narrow on purpose. {CAVEAT}"
        )
        figure.supxlabel("\n".join(textwrap.wrap(note, 175)), x=0.01, ha="left", fontsize=7, color=GREY)
    best = sorted(study.situations[-1].found, key=lambda one: one.contraction)[:3]
    told = ", ".join(f"{one.quantity} {one.contraction:.2f}" for one in best)
    alt = (f"Left: posterior over prior SD of {len(names)} quantities in {len(study.situations)} data situations; best "
           f"told with all data: {told}. Right: histograms of ranks.")  # fmt: skip
    return Plate("recover", "recovery", title, note, alt, figure, tuple(_rows(study, names)))


def _rows(study: Study, names: Sequence[str]) -> Iterator[Row]:
    found = by_quantity(study)
    for name in names:
        for situation, one in zip(study.situations, found[name], strict=True):
            yield {"what": "contraction", "quantity": name, "situation": situation.name, "bin": None,
                   "value": float(one.contraction)}  # fmt: skip
    last = study.situations[-1].name
    for title, counts, _ in _ranked(study):
        for n, count in enumerate(counts):
            yield {"what": "rank", "quantity": title, "situation": last, "bin": n, "value": float(count)}


def _contractions(axis: Axes, study: Study, names: Sequence[str]) -> None:
    found = by_quantity(study)
    for at, colour in ((TOLD, INK), (RETURNED, GREY)):
        axis.axvline(at, color=colour, linewidth=0.8, linestyle=":")
        axis.text(at, -1.0, f"{at:g}", ha="center", va="bottom", fontsize=7, color=colour)
    for row, name in enumerate(names):
        values = [one.contraction for one in found[name]]
        axis.plot([min(values), max(values)], [row, row], color="#e0e0e0", linewidth=1.2, zorder=1)
        for value, shade in zip(values, SHADES, strict=True):
            axis.plot(value, row, "o", color=shade, markersize=4.5, zorder=2)
    for situation, shade in zip(study.situations, SHADES, strict=True):
        axis.plot([], [], "o", color=shade, markersize=4.5, label=f"{situation.name} {ABOUT[situation.name]}")
    axis.legend(loc="lower left", frameon=False, fontsize=7)
    axis.set_yticks(range(len(names)), names, fontsize=7)
    for label in axis.get_yticklabels():
        if label.get_text() in COMBINED:
            label.set(color=INK, weight="bold")
    axis.set_ylim(len(names) - 0.5, -0.8)
    axis.set_xlim(0.0, 1.05)
    axis.set_xlabel("posterior SD / prior SD", fontsize=8)
    axis.grid(axis="y", color="#f2f2f2", linewidth=0.6)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)


def _ranked(study: Study) -> Sequence[tuple[str, Sequence[int], str]]:
    """Title, counts by bin and colour of each histogram; the planted failures last."""
    found = {one.quantity: one for one in study.situations[-1].found}
    first = found[RANKED[0]]
    drawn = [(name, found[name].ranks, BLUE) for name in RANKED]
    return drawn + [(f"{RANKED[0]}, {100 * by:.0f} % too narrow", counts, ORANGE)
                    for by, counts in ((PLANTED, first.planted), (FINER, first.finer))]  # fmt: skip


def _histograms(axes: Sequence[Axes], study: Study) -> None:
    low, high = sbc.uniform_band(study.size.truths)
    for axis, (title, counts, colour) in zip(axes, _ranked(study), strict=True):
        axis.axhspan(low, high, color="#e6e6e6", linewidth=0)
        edges = np.linspace(0, sbc.DRAWS + 1, sbc.BINS + 1)
        axis.stairs(counts, edges, color=colour, fill=True, alpha=0.75)
        axis.axhline(study.size.truths / sbc.BINS, color=GREY, linewidth=0.6)
        axis.set_title(f"{title}: p = {sbc.uniform_p(np.array(counts)):.1g}", loc="left", fontsize=7.5)
        axis.tick_params(labelsize=7)
