"""Pictures of what was measured: patterns beside their targets, the plateau, interactions. No file is opened here."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from simdiff.analysis.checks import FEW, HIT, HOLDS, Checked, span
from simdiff.analysis.interactions import OUTCOMES, SCALES, TERMS, Floats, effects_of
from simdiff.analysis.leader_fit import Span
from simdiff.analysis.patterns import CHECKED_AGAINST, Target
from simdiff.analysis.plateau import CHANGES, PARTS, Plateau
from simdiff.analysis.surveys import MOST_RATIO
from simdiff.report.charts import BLUE, GREEN, GREY, INK, ORANGE, STYLE
from simdiff.report.figure import Plate
from simdiff.report.validation_charts import finish

SKY, PURPLE = "#56B4E9", "#CC79A7"
STRUCTURE_COLOURS = (INK, BLUE, ORANGE, GREEN, PURPLE, SKY)
OF_PATTERNS = (
    "Grey: target range. Dot and bar: the model's median and 5–95 % over draws (parameters; each draw pools its runs); "
    "of a pattern that holds or not, the share of draws in which it holds and its counting error. Blue: hit, orange: "
    "miss."
)
OF_PLATEAU = (
    "Share of draws in which each part holds, all runs of a draw together; bars: counting error of so many draws "
    "(5–95 %). One mechanism switched at a time, same draws and luck."
)
OF_INTERACTIONS = (
    "Proficient teachers over all teachers after ten years (points: per cent of teachers), 2⁴ factorial in one "
    "district, the same luck in all cells. Dots and bars: median and 5–95 % over draws (parameters), a colour a "
    "structure. An interaction is how much more one family adds where the other is on. Lever effects are priors, not "
    "estimates from data: no family is best by this."
)


def patterns_chart(checked: Mapping[str, Checked], note: str) -> Plate:
    """One strip a pattern: the target's range, the model's figure and interval, the verdict."""
    title, said = "Patterns that nothing was tuned to", f"{OF_PATTERNS} {note}"
    shown = [target for target in CHECKED_AGAINST if target.name in checked]
    with rc_context(STYLE):
        figure = Figure(figsize=(8.2, 0.62 * len(shown) + 1.2), dpi=150, layout="constrained")
        axes = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
        for axis, target in zip(axes, shown, strict=True):
            _draw_pattern(axis, target, checked[target.name])
        finish(figure, title, said)
    alt = f"Strips for {len(shown)} patterns: " + "; ".join(
        f"{target.name} {checked[target.name].verdict}, {checked[target.name].inside:.0%} of draws inside"
        for target in shown) + "."  # fmt: skip
    return Plate("validate", "patterns", title, said, alt, figure, tuple(
        {"pattern": target.name, "title": target.title, "unit": target.unit, "target_low": target.low,
         "target_high": target.high, **span_cells(checked[target.name].figure),
         "inside_share": checked[target.name].inside, "verdict": checked[target.name].verdict}
        for target in shown
    ))  # fmt: skip


def span_cells(one: Span) -> dict[str, float | None]:
    """A median and its interval as columns; nothing where undefined."""
    ends = {"median": one.median, "low": one.low, "high": one.high}
    return {name: float(value) if np.isfinite(value) else None for name, value in ends.items()}


def _draw_pattern(axis: Axes, target: Target, one: Checked) -> None:
    colour = BLUE if one.verdict == HIT else GREY if one.verdict == FEW else ORANGE
    _scale(axis, target, one)
    left, right = axis.get_xlim()
    axis.axvspan(max(target.low, left), min(target.high, right), color="#dddddd", linewidth=0)
    if np.isnan(one.figure.median):
        axis.text(0.5, 0.5, "cannot be told", transform=axis.transAxes, ha="center", va="center", color=colour)
    else:
        axis.plot([one.figure.low, one.figure.high], [0, 0], color=colour, linewidth=2, solid_capstyle="butt")
        axis.plot(one.figure.median, 0, "o", color=colour, markersize=6, clip_on=False)
    unit = "share of draws" if target.unit == HOLDS else target.unit
    title = "\n".join(textwrap.wrap(f"{target.name}  {target.title} ({unit})", 62))
    axis.set_ylabel(title, rotation=0, ha="right", va="center", fontsize=7.5, color=INK)
    axis.annotate(f"{one.verdict}\n{one.inside:.0%} of draws", (1.035, 0.5), xycoords="axes fraction", va="center",
                  color=colour, fontsize=7.5, annotation_clip=False)  # fmt: skip
    axis.set_ylim(-1, 1)
    axis.yaxis.set_major_locator(NullLocator())
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="x", labelsize=7, length=2)


def _scale(axis: Axes, target: Target, one: Checked) -> None:
    """The x axis of a strip: all of 0–1 where a pattern holds or not, logarithmic for ratios."""
    if target.unit == "ratio":
        axis.set_xscale("log")
        axis.set_xlim(0.5, MOST_RATIO)
        axis.xaxis.set_major_locator(FixedLocator([1, 2, 5, 10, 20, 50, 100]))
        axis.xaxis.set_minor_locator(NullLocator())
    elif target.unit == HOLDS:
        axis.set_xlim(0, 1)
    else:
        known = [x for x in (target.low, target.high, one.figure.low, one.figure.high) if np.isfinite(x)]
        least = min(0.0, *known)
        axis.set_xlim(least, least + 1.08 * (max(known) - least))
        axis.xaxis.set_major_locator(MaxNLocator(6))
    axis.xaxis.set_major_formatter(lambda x, _: _tick(x, target))


def _tick(x: float, target: Target) -> str:
    if target.unit == "ratio":
        return f"{x:g}" if x < MOST_RATIO else f"≥ {x:g}"
    return f"{x:g}" if target.unit == "r" else f"{x:.0%}"


def plateau_chart(found: Sequence[Plateau], note: str) -> Plate:
    """Share of draws with each part of the familiar pattern, and with the index, by mechanism switched."""
    title, said = "How often pilot-then-scale shows the familiar pattern, and what removes it", f"{OF_PLATEAU} {note}"
    with rc_context(STYLE):
        figure = Figure(figsize=(11.0, 3.3), dpi=150, layout="constrained")
        axes = figure.subplots(1, len(PARTS), sharex=True, sharey=True)
        for axis, (part, words) in zip(axes, PARTS.items(), strict=True):
            whole = part in ("familiar", "index", "nearly")
            for row, one in enumerate(found):
                share = one.shares[part]
                colour = BLUE if whole else GREY
                axis.plot([share.low, share.high], [row, row], color=colour, linewidth=1.4, solid_capstyle="butt")
                axis.plot(share.median, row, "o", color=colour, markersize=4.5, clip_on=False)
            axis.set_title("\n".join(textwrap.wrap(words, 14)), loc="left", fontsize=8, color=BLUE if whole else INK)
            axis.set_xlim(0, 1)
            axis.set_xticks([0, 0.5, 1], ["0", "50", "100"], fontsize=8)
            axis.set_xlabel("% of draws", fontsize=8)
            axis.grid(axis="x", color="#e6e6e6", linewidth=0.6)
            axis.set_axisbelow(True)
            axis.tick_params(axis="y", length=0)
            axis.spines["left"].set_visible(False)
        axes[0].set_yticks(range(len(found)), [CHANGES[one.name].title for one in found])
        axes[0].set_ylim(len(found) - 0.5, -0.5)
        finish(figure, title, said)
    familiar = "; ".join(f"{CHANGES[one.name].title} {one.shares['familiar'].median:.0%}" for one in found)
    return Plate("validate", "plateau", title, said, f"Shares of draws with the familiar pattern: {familiar}.", figure,
                 tuple({"change": one.name, "part": part, **span_cells(one.shares[part])}
                       for one in found for part in PARTS))  # fmt: skip


def interactions_chart(counts: Mapping[str, Floats], note: str) -> Plate:
    """Main effects, two-way interactions, and the whole less its parts, on depth, on both scales, by structure."""
    title, said = (
        "Four families of levers: what each adds, and what they add to each other",
        f"{OF_INTERACTIONS} {note}",
    )
    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 5.8), dpi=150, layout="constrained")
        axes = figure.subplots(1, len(SCALES), sharey=True)
        for axis, scale in zip(axes, SCALES, strict=True):
            for n, (name, colour) in enumerate(zip(counts, STRUCTURE_COLOURS, strict=False)):
                _draw_effects(axis, effects_of(counts[name], OUTCOMES[0], scale), n, len(counts), colour)
            axis.axvline(0, color=GREY, linewidth=0.8)
            axis.xaxis.set_major_formatter(partial(_effect_tick, scale))
            axis.set_title(f"{scale} of depth", loc="left", fontsize=9)
            axis.grid(axis="x", color="#e6e6e6", linewidth=0.6)
            axis.set_axisbelow(True)
            axis.tick_params(axis="y", length=0)
            axis.spines["left"].set_visible(False)
        axes[0].set_yticks(range(len(TERMS)), TERMS)
        axes[0].set_ylim(len(TERMS) - 0.5, -0.5)
        for n, (name, colour) in enumerate(zip(counts, STRUCTURE_COLOURS, strict=False)):
            axes[1].text(0.98, 0.985 - 0.042 * n, name, color=colour, transform=axes[1].transAxes, ha="right", va="top",
                         fontsize=8)  # fmt: skip
        finish(figure, title, said)
    rows = tuple({"structure": name, "scale": scale, "term": term, **span_cells(span(effects[:, n]))}
                 for name, each in counts.items() for scale in SCALES
                 for effects in [effects_of(each, OUTCOMES[0], scale)] for n, term in enumerate(TERMS))  # fmt: skip
    first = [row for row in rows if (row["structure"], row["scale"]) == (next(iter(counts)), SCALES[0])]
    told = "; ".join(f"{row['term']} {row['median'] or 0:+.2f}" for row in first)
    return Plate("validate", "interactions", title, said, f"Medians in log-odds, first structure: {told}.", figure, rows
                 )  # fmt: skip


def _effect_tick(scale: str, x: float, place: float) -> str:
    return f"{100 * x if scale == 'points' else x:+g}" if x else "0"


def _draw_effects(axis: Axes, effects: Floats, n: int, structures: int, colour: str) -> None:
    for row in range(len(TERMS)):
        one, at = span(effects[:, row]), row + 0.7 * ((n + 0.5) / structures - 0.5)
        axis.plot([one.low, one.high], [at, at], color=colour, linewidth=1.2, solid_capstyle="butt")
        axis.plot(one.median, at, "o", color=colour, markersize=3)
