"""The chart of Carlson's curve: the observed one, and what each model draws. No file is opened here."""

import textwrap
from collections.abc import Iterator, Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simdiff.analysis.leader_fit import ACCEPTED, OBSERVED, Span
from simdiff.analysis.leader_limit import FORMS, ISOLATES, YEARS
from simdiff.analysis.leader_trend import TREND, Bass
from simdiff.analysis.leaders import Carlson
from simdiff.report.charts import BLUE, GREEN, GREY, INK, ORANGE, STYLE
from simdiff.report.figure import Plate, Row
from simdiff.scenario.leaders import FIRST_YEAR, LEADERS

COLOURS = {"declared": BLUE, "leaders": ORANGE, "alternative": GREEN}
PRIORS = {"declared": "priors of schools", "leaders": "three times as wide"}
READINGS = {"alone": "isolates see nobody", "county": "isolates see all"}
BASS = "continuous, least squares"
TITLE = f"Modern mathematics among {LEADERS} superintendents: what the data say, and what each model draws"


def leaders_chart(found: Carlson, caveat: str, study: str) -> Plate:
    """Observed cumulative share; the 5–95 % band and median of each contagion form, a row for each treatment of
    isolates; and in the last column what needs no network, a Bass curve and a calendar trend. ``study``: a command."""
    said = f"{_note(found)} {caveat}"
    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 5.4), dpi=150, layout="constrained")
        axes = figure.subplots(len(ISOLATES), len(FORMS) + 1, sharex=True, sharey=True)
        for row, isolates in zip(axes, ISOLATES, strict=True):
            for axis, form in zip(row, FORMS, strict=False):
                for fit in found.fits:
                    if (fit.model, fit.isolates) == (form, isolates):
                        _draw_band(axis, fit.band, COLOURS[fit.prior])
                axis.set_title(f"{form}, {READINGS[isolates]}", loc="left", fontsize=9)
            row[0].set_ylabel("share of superintendents")
        _draw_bass(axes[0, -1], found)
        _draw_trend(axes[1, -1], found)
        for axis in axes.ravel():
            _draw_observed(axis)
        _name_lines(axes[0, 0])
        figure.suptitle(TITLE, x=0.01, ha="left", fontsize=11, weight="bold")
        figure.supxlabel("\n".join(textwrap.wrap(said, 170)), x=0.01, ha="left", fontsize=7, color=GREY)
    rows = tuple(_rows(found))
    last = "; ".join(f"{row['model']}, {row['isolates'] or '–'}, {row['prior'] or '–'}: {row['value']:.0%}"
                     for row in rows if row["year"] == FIRST_YEAR + YEARS - 1)  # fmt: skip
    alt = f"Curves of adoption, year by year. In the last year: {last}."
    return Plate(study, "carlson", TITLE, said, alt, figure, rows)


def _rows(found: Carlson) -> Iterator[Row]:
    for year, share in zip(_years(), OBSERVED, strict=True):
        yield _row("observed", "", "", year, share)
    for fit in found.fits:
        if fit.model in (*FORMS, TREND):
            for year, one in zip(_years(), fit.band, strict=True):
                yield _row(fit.model, fit.isolates, fit.prior, year, one.median, one.low, one.high)
    for year, share in zip(_years(), _bass(found).shares, strict=True):
        yield _row("Bass", "", "", year, share)


def _row(model: str, isolates: str, prior: str, year: int, value: float, low: float | None = None,
         high: float | None = None) -> Row:  # fmt: skip
    return {"model": model, "isolates": isolates, "prior": prior, "year": year, "value": float(value), "low": low,
            "high": high}  # fmt: skip


def _note(found: Carlson) -> str:
    return (
        f"Dots: observed (Carlson 1965). Bands: 5–95 % of {found.replicates} replicates of each of {ACCEPTED} draws "
        f"accepted (by weight, of {found.draws}): chance and parameters together; lines: medians. Panels differ in "
        "structure. A curve does not tell contagion from a trend: the trend knows no peers."
    )


def _years() -> Sequence[int]:
    return range(FIRST_YEAR, FIRST_YEAR + YEARS)


def _draw_band(axis: Axes, band: Sequence[Span], colour: str) -> None:
    axis.fill_between(_years(), [one.low for one in band], [one.high for one in band], color=colour, alpha=0.16, lw=0)
    axis.plot(_years(), [one.median for one in band], color=colour, linewidth=1.6)


def _bass(found: Carlson) -> Bass:
    return next(bass for bass in found.bass if bass.group == LEADERS and bass.kind == BASS)


def _draw_bass(axis: Axes, found: Carlson) -> None:
    one = _bass(found)
    axis.plot(_years(), one.shares, color=GREEN, linewidth=1.6)
    axis.set_title(f"Bass: p {one.p:.3f}, q {one.q:.2f} a year", loc="left", fontsize=9)


def _draw_trend(axis: Axes, found: Carlson) -> None:
    trend = next(fit for fit in found.fits if fit.model == TREND)
    _draw_band(axis, trend.band, COLOURS[trend.prior])
    axis.set_title("calendar trend, no peers", loc="left", fontsize=9)


def _draw_observed(axis: Axes) -> None:
    axis.plot(_years(), OBSERVED, "o", color=INK, markersize=3.5, zorder=3)
    axis.set_ylim(0, 1.02)
    axis.set_xticks(list(_years()), [f"’{year % 100}" for year in _years()])
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axis.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)


def _name_lines(axis: Axes) -> None:
    """Name the lines once, in the empty lower right of the first small chart."""
    named = [*((text, COLOURS[prior]) for prior, text in PRIORS.items()), ("observed", INK)]
    for n, (text, colour) in enumerate(reversed(named)):
        axis.text(0.99, 0.02 + 0.08 * n, text, color=colour, transform=axis.transAxes, ha="right", fontsize=7.5)
