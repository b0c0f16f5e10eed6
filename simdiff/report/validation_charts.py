"""Real data beside the model: roll-outs of the six districts, survival of reforms. No file is opened here."""

import textwrap
from collections.abc import Iterator, Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simdiff.analysis.checks import counted
from simdiff.analysis.summary import HIGH, LOW, quantiles
from simdiff.analysis.validation import DISTRICTS, REFORMS, Floats, Series
from simdiff.report.charts import BLUE, GREEN, GREY, INK, ORANGE, STYLE, readable
from simdiff.report.figure import Plate, Row
from simdiff.report.validation_facts import ROLL_OUTS, SURVIVALS, TITLES, Survived

FIRST = 2014.5
"""Month 0 of the six districts: July 2014."""
FALL = 0.79
"""Mid-October, as a part of the calendar year."""
LINES = (("Any engagement", BLUE), ("Implementing (label)", ORANGE), ("Deep", GREEN))
RECORDS = (("on record, in the programme", INK, 1.0), ("touched lightly", "white", 1.0),
           ("uncertain or planned", INK, 0.4))  # fmt: skip
CLOCK_LINES = (("Label", BLUE), ("Real use", ORANGE))
OF_ROLLOUTS = (
    "Bands: 5–95 % of all runs of all draws (chance and parameters together), lines: medians; each district under its "
    "own policy as far as it is on record. Dots: schools in the programme; rings: schools touched lightly; pale: "
    "uncertain or planned. Self-reported numbers from press and grantees; stated goals are left out. In the model a "
    "site invited in one July launches in the September of the next year, so its starts lag."
)
OF_SURVIVAL = (
    "Bands: 5–95 % over draws (parameters), lines: medians, each draw all runs together. The label counts from launch, "
    "real use (30 % of teachers) from the first May in which it is there. Bars of studies: 5–95 % counting error of "
    "their schools alone. The labels were calibrated to these studies (C4, C6): they are no check. Strong use is of "
    "all 13 schools, not only of those that ever had it."
)
REFORM_TITLES = {"developer-tied": "Developer-tied reform", "internal-framework": "Internal framework"}


def rollouts_chart(series: Series, note: str) -> Plate:
    """The six districts: bands over all runs of all draws, and the points on record."""
    title, said = "Roll-outs on record, and the same districts in the model", f"{OF_ROLLOUTS} {note}"
    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 6.0), dpi=150, layout="constrained")
        axes = figure.subplots(2, 3, sharex=True, sharey=True)
        for axis, name in zip(axes.ravel(), DISTRICTS, strict=True):
            _draw_district(axis, name, series.rollouts[name])
        for axis in axes[:, 0]:
            axis.set_ylabel("share of schools")
        _key(axes[0, 0], axes[0, 1])
        finish(figure, title, said)
    ends = {name: np.median(series.rollouts[name][..., -1].reshape(-1, len(LINES)), axis=0) for name in DISTRICTS}
    told = "; ".join(f"{TITLES[name]} {engaged:.0%} engaged, {label:.0%} implementing, {deep:.0%} deep"
                     for name, (engaged, label, deep) in ends.items())  # fmt: skip
    return Plate("validate", "rollouts", title, said, f"Medians of the model at the end: {told}.", figure,
                 tuple(_rollout_rows(series)))  # fmt: skip


def _key(lines: Axes, points: Axes) -> None:
    """What lines and points are, once, in the empty corners of two panels."""
    for n, (label, colour) in enumerate(LINES):
        lines.text(0.03, 0.97 - 0.09 * n, label, color=readable(colour), transform=lines.transAxes, va="top")
    marks = [Line2D([], [], linestyle="none", marker="o", color=INK, markerfacecolor=inside, alpha=alpha, label=label)
             for label, inside, alpha in RECORDS]  # fmt: skip
    points.legend(handles=marks, loc="upper left", frameon=False, fontsize=8, handletextpad=0.2, borderaxespad=0.1)


def _rollout_rows(series: Series) -> Iterator[Row]:
    for name in DISTRICTS:
        shares = series.rollouts[name]
        low, middle, high = quantiles(shares.reshape(-1, *shares.shape[2:]), (LOW, 0.5, HIGH))
        for n, (label, _) in enumerate(LINES):
            for month in range(shares.shape[-1]):
                yield {"district": name, "what": label, "year": round(FIRST + (month + 1) / 12, 3),
                       "value": float(middle[n, month]), "low": float(low[n, month]),
                       "high": float(high[n, month])}  # fmt: skip
        for point in ROLL_OUTS[name]:
            what = f"on record, {'touched lightly' if point.light else 'in the programme'}" \
                   f"{'' if point.sure else ', uncertain or planned'}"  # fmt: skip
            yield {"district": name, "what": what, "year": round(point.fall + FALL, 3),
                   "value": point.schools / point.of, "low": None, "high": None}  # fmt: skip


def _draw_district(axis: Axes, name: str, shares: Floats) -> None:
    low, middle, high = quantiles(shares.reshape(-1, *shares.shape[2:]), (LOW, 0.5, HIGH))
    years = FIRST + (np.arange(shares.shape[-1]) + 1) / 12
    for n, (_, colour) in enumerate(LINES):
        axis.fill_between(years, low[n], high[n], color=colour, alpha=0.16, linewidth=0)
        axis.plot(years, middle[n], color=colour, linewidth=1.4)
    for point in ROLL_OUTS[name]:
        axis.plot(point.fall + FALL, point.schools / point.of, "o", color=INK, markersize=5.5, clip_on=False, zorder=5,
                  markerfacecolor="white" if point.light else INK, alpha=1.0 if point.sure else 0.4)  # fmt: skip
    axis.set_title(TITLES[name], loc="left", fontsize=9)
    axis.set_ylim(0, 1)
    axis.set_xlim(FIRST, FIRST + shares.shape[-1] / 12)
    axis.set_xticks(range(2015, 2021))
    axis.tick_params(labelbottom=True)
    _shares(axis)


def survival_chart(series: Series, note: str) -> Plate:
    """Kaplan–Meier curves of label and real use of both kinds of reform, and what studies found."""
    title, said = "How long reforms last: the label and real use", f"{OF_SURVIVAL} {note}"
    with rc_context(STYLE):
        figure = Figure(figsize=(8.2, 4.2), dpi=150, layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        for axis, name in zip(axes, REFORMS, strict=True):
            _draw_survival(axis, name, series.survival)
        axes[0].set_ylabel("share of schools that still have it")
        finish(figure, title, said)
    rows = tuple(_survival_rows(series.survival))
    told = "; ".join(f"{row['reform']}, {row['what']} {row['value']:.0%}" for row in rows
                     if row["year"] == 5.0 and row["low"] is not None and row["value"] is not None)  # fmt: skip
    return Plate("validate", "survival", title, said, f"Shares of schools that still have it after five years: {told}.",
                 figure, rows)  # fmt: skip


def _survival_rows(survival: Mapping[str, Floats]) -> Iterator[Row]:
    for name in REFORMS:
        ends = quantiles(survival[name], (LOW, 0.5, HIGH))
        for n, (label, _) in enumerate(CLOCK_LINES):
            for month in range(0, min(8 * 12, survival[name].shape[-1] - 1) + 1):
                low, middle, high = (float(end[n, month]) if np.isfinite(end[n, month]) else None for end in ends)
                yield {"reform": name, "what": label, "year": round(month / 12, 3), "value": middle, "low": low,
                       "high": high}  # fmt: skip
        for study in SURVIVALS[name]:
            found = counted(study.share * study.schools, study.schools)
            yield {"reform": name, "what": f"{study.study} ({'real use' if study.real else 'label'})",
                   "year": study.years, "value": study.share, "low": found.low, "high": found.high}  # fmt: skip


def _draw_survival(axis: Axes, name: str, survival: Mapping[str, Floats]) -> None:
    low, middle, high = quantiles(survival[name], (LOW, 0.5, HIGH))
    years = np.arange(survival[name].shape[-1]) / 12
    shown = years <= 8
    ends = []
    for n, (label, colour) in enumerate(CLOCK_LINES):
        known = shown & np.isfinite(middle[n])
        axis.fill_between(
            years[known], low[n][known], high[n][known], color=colour, alpha=0.16, linewidth=0, step="post"
        )
        axis.plot(years[known], middle[n][known], color=colour, linewidth=1.6, drawstyle="steps-post")
        if known.any():
            ends.append((float(middle[n][known][-1]), label, colour))
    for height, label, colour in apart(ends, 0.07):
        axis.annotate(label, (1.02, height), xycoords=("axes fraction", "data"), color=colour, va="center",
                      annotation_clip=False)  # fmt: skip
    for study in SURVIVALS[name]:
        _draw_study(axis, study)
    axis.set_title(REFORM_TITLES[name], loc="left", fontsize=9)
    axis.set_xlabel("years")
    axis.set_xlim(0, 8)
    axis.set_ylim(0, 1.02)
    _shares(axis)


def apart(ends: list[tuple[float, str, str]], gap: float) -> list[tuple[float, str, str]]:
    """Heights of labels, pushed up where they would overlap."""
    placed, last = [], -np.inf
    for height, label, colour in sorted(ends):
        last = max(height, last + gap)
        placed.append((last, label, colour))
    return placed


def _draw_study(axis: Axes, study: Survived) -> None:
    colour = ORANGE if study.real else BLUE
    found = counted(study.share * study.schools, study.schools)
    axis.plot([study.years] * 2, [found.low, found.high], color=INK, linewidth=1.0)
    axis.plot(study.years, study.share, "o", color=INK, markerfacecolor=colour, markersize=6, zorder=5)
    axis.annotate(study.study, (study.years, study.share), xytext=(7, -3), textcoords="offset points", fontsize=7.5,
                  va="top", zorder=6,
                  bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.8})  # fmt: skip


def _shares(axis: Axes) -> None:
    axis.yaxis.set_major_formatter(lambda one, _: f"{one:.0%}")
    axis.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)


def finish(figure: Figure, title: str, note: str) -> None:
    """Title above, what is shown below."""
    width = figure.get_size_inches()[0]
    figure.suptitle("\n".join(textwrap.wrap(title, int(width * 9))), x=0.01, ha="left", fontsize=11, weight="bold")
    figure.supxlabel("\n".join(textwrap.wrap(note, int(width * 17))), x=0.01, ha="left", fontsize=7, color=GREY)
