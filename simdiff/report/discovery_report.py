"""What scenario discovery found: tables, sentences, a picture."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simdiff.analysis.discovery import SIGNIFICANT, Box, Discovered, Restriction
from simdiff.analysis.points import Column, Condition, Points
from simdiff.report.charts import BLUE, GREY, ORANGE, STYLE, framed
from simdiff.report.effects_tables import clean
from simdiff.report.parts import Part, listing, signed
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import BY_NAME, number

LONGEST_NAME = 40
USUAL_AGAIN = 0.5
MEANING = ("Coverage: share of all failures that the box holds. Density: share of the box's points that fail. Mass: "
           "share of all points that it holds. These are shares of the points of the sweep, that is of our priors; "
           "they are no probabilities in the world.")  # fmt: skip


def failure(condition: Condition, *, difference: bool) -> str:
    """What failing means, in words."""
    title, unit = BY_NAME[condition.outcome].title, BY_NAME[condition.outcome].unit
    sign = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}[condition.sign]
    if not difference:
        return f"{title} {sign} {number(condition.value, unit)}"
    points = " points" if unit.startswith("share") else ""
    return f"gain in {title.lower()} {sign} {signed(condition.value, unit)}{points}"


def restriction_said(one: Restriction) -> str:
    """One side condition in words."""
    if one.level is not None:
        return f"{one.column} is {'' if math.isinf(one.high) else 'not '}{one.level}"
    if math.isinf(one.low):
        return f"{one.column} ≤ {one.high:.3g}"
    if math.isinf(one.high):
        return f"{one.column} ≥ {one.low:.3g}"
    return f"{one.column} from {one.low:.3g} to {one.high:.3g}"


def discovery_parts(found: Discovered, points: Points, condition: Condition, *, difference: bool) -> Iterator[Part]:
    """What was found, in words and tables."""
    what = failure(condition, difference=difference)
    count = int(points.fails.sum())
    lines = [f"It fails ({what}) in {count:,} of {found.points:,} points, {found.failing:.0%}."]
    if points.unsure:
        lines.append(f"In {points.unsure:.0%} of the points chance may have decided which (95 % interval of the mean "
                     "over replicates): more replicates would tell.")  # fmt: skip
    if points.left_out:
        lines.append(f"{points.left_out:,} points without a value are left out.")
    if 0 < points.draws < found.points:
        lines.append(f"These points share {points.draws} parameter draws: what is found about parameters rests on "
                     f"{points.draws} witnesses, not on {found.points:,}; p, halves and shuffles make too much of it. "
                     "Vary priors as factors to be sure.")  # fmt: skip
    yield Part("Failures", lines=tuple(lines))
    yield _box_part(found)
    yield Part("PRIM's path", ("box", "coverage", "density", "mass", "restrictions"),
               tuple(_path_row(n, one, found.chosen) for n, one in enumerate(found.path)))  # fmt: skip
    if found.leaves:
        rows = tuple((leaf_said(one), f"{one.coverage:.0%}", f"{one.density:.0%}", f"{one.mass:.0%}")
                     for one in found.leaves)  # fmt: skip
        heads = ("where", "coverage", "density", "mass")
        yield Part("Leaves of a tree (CART) in which failures are denser", heads, rows)


def _path_row(n: int, one: Box, chosen: int) -> tuple[str, ...]:
    return (f"{n}{' *' if n == chosen else ''}", f"{one.coverage:.0%}", f"{one.density:.0%}", f"{one.mass:.0%}",
            str(len(one.restrictions)))  # fmt: skip


def leaf_said(one: Box) -> str:
    """A box in words."""
    return ", ".join(restriction_said(part) for part in one.restrictions) or "everywhere"


def _box_part(found: Discovered) -> Part:
    box = found.box
    if not box.restrictions:
        return Part("The box", lines=("No condition found: none of PRIM's restrictions is more than chance.",))
    rows = tuple(
        (restriction_said(one), f"{one.p:.2g}", f"{one.again:.0%}",
         "" if one.again >= USUAL_AGAIN else "not found again in most halves")
        for one in box.restrictions
    )  # fmt: skip
    return Part("The box", ("where", "p", "found again", ""), rows, tuple(box_lines(found)))


def box_lines(found: Discovered) -> Iterator[str]:
    """The box in sentences, and how firm it is."""
    box = found.box
    where = listing([restriction_said(one) for one in box.restrictions])
    yield (f"Failures are dense where {where}: {box.coverage:.0%} of all failures lie there, and {box.density:.0%} of "
           f"the points there fail (of all points {found.failing:.0%}).")  # fmt: skip
    yield (f"p: chance of so many failures without the restriction (those above {SIGNIFICANT:g} are dropped). Boxes "
           f"found in random halves hold, on the other half, {found.fresh_coverage:.0%} of the failures at a density "
           f"of {found.fresh_density:.0%} (medians of {found.checks}).")  # fmt: skip
    luck = (f"With shuffled labels, where there is nothing to find, a box as good was found in {found.as_good} of "
            f"{found.checks} tries")  # fmt: skip
    yield luck + (": this box may be chance." if found.as_good > SIGNIFICANT * found.checks else ".")


def discovery_chart(found: Discovered, points: Points, title: str, note: str) -> Figure:
    """Coverage and density along PRIM's path, and the box: its side conditions, or its points on two of them."""
    with rc_context(STYLE):
        figure = Figure(figsize=(9.2, 4.2), dpi=150, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
        _trade_off(left, found)
        _scatter(right, found, points)
        framed(figure, title, f"{note}. {MEANING} {CAVEAT}")
    return figure


def _trade_off(axis: Axes, found: Discovered) -> None:
    axis.plot([one.coverage for one in found.path], [one.density for one in found.path], "-o", color=GREY,
              markersize=3.5, linewidth=1.0)  # fmt: skip
    axis.plot(found.box.coverage, found.box.density, "o", color=ORANGE, markersize=9)
    axis.annotate("the box", (found.box.coverage, found.box.density), xytext=(6, 8), textcoords="offset points",
                  color=ORANGE)  # fmt: skip
    axis.plot(found.fresh_coverage, found.fresh_density, "s", color=BLUE, markersize=6)
    axis.annotate("boxes of halves,\non other halves", (found.fresh_coverage, found.fresh_density), xytext=(-8, -4),
                  textcoords="offset points", color=BLUE, fontsize=8, ha="right")  # fmt: skip
    axis.axhline(found.failing, color=GREY, linewidth=0.8, linestyle=":")
    axis.annotate("all points", (0.02, found.failing), xytext=(0, 3), textcoords="offset points", color=GREY,
                  fontsize=8)  # fmt: skip
    axis.set(xlim=(0, 1.05), ylim=(0, 1.05), xlabel="coverage", ylabel="density")
    axis.set_title("PRIM's path", loc="left", fontsize=9)
    for one in (axis.xaxis, axis.yaxis):
        one.set_major_formatter(lambda value, _: f"{value:.0%}")


def _scatter(axis: Axes, found: Discovered, points: Points) -> None:
    """Points on the two most significant side conditions; failures filled; the box as an outline."""
    firmest = sorted(found.box.restrictions, key=lambda one: one.p)[:2]
    columns = {(one.name, one.level): one for one in points.columns}
    chosen = [columns[one.column, one.level] for one in firmest]
    chosen += [one for one in points.columns if one not in chosen and one.level is None][: 2 - len(chosen)]
    chosen += [one for one in points.columns if one not in chosen][: 2 - len(chosen)]
    across, up = _place(chosen[0]), _place(chosen[1] if len(chosen) > 1 else chosen[0])
    for fails, colour, face, label in ((False, GREY, "none", "holds"), (True, ORANGE, ORANGE, "fails")):
        axis.scatter(across[points.fails == fails], up[points.fails == fails], s=14, edgecolors=colour, facecolors=face,
                     linewidths=0.6, alpha=0.8, label=label)  # fmt: skip
    for n, one in enumerate(firmest):
        draw = axis.axvline if n == 0 else axis.axhline
        for end in (one.low, one.high):
            if not math.isinf(end):
                draw(end, color=BLUE, linewidth=1.2)
    labels = [f" (box: {restriction_said(one)})" for one in firmest] + ["", ""]
    told = ["\n".join(textwrap.wrap(f"{_named(one)}{label}", 52)) for one, label in zip(chosen, labels, strict=False)]
    axis.set_xlabel(told[0])
    axis.set_ylabel(told[-1])
    _name_levels(axis, chosen)
    axis.legend(loc="upper left", bbox_to_anchor=(0, 1.09), ncols=2, frameon=False, fontsize=8, handletextpad=0.2)


def _named(column: Column) -> str:
    return column.name[:LONGEST_NAME]


def _place(column: Column) -> Any:
    """Values of a column; those of a level fanned out, so that points do not hide each other."""
    if column.level is None:
        return column.values
    fan = (0.35 / max(1, len(column.values) - 1)) * (2.0 * _ranks(len(column.values)) - len(column.values) + 1)
    return column.values + fan


def _ranks(count: int) -> Any:
    """0 … count − 1 in a fixed order that looks irregular (multiples of the golden ratio)."""
    return np.argsort(np.argsort((np.arange(count) * 0.6180339887) % 1.0, kind="stable"), kind="stable")


def _name_levels(axis: Axes, columns: Sequence[Column]) -> None:
    for column, one in zip(columns, (axis.xaxis, axis.yaxis), strict=False):
        if column.level is not None:
            one.set_ticks([0, 1], labels=[f"not {column.level}"[:LONGEST_NAME], column.level[:LONGEST_NAME]])


def discovery_json(found: Discovered, points: Points, condition: Condition, folder: str, about: dict[str, Any]
                   ) -> dict[str, Any]:  # fmt: skip
    """What was found, for scripts; open ends and undefined numbers are null."""
    said = {"folder": folder, "caveat": CAVEAT, "meaning": MEANING, **about, "fails": asdict(condition),
            "unsure": points.unsure, "left_out": points.left_out,
            "columns": [{"name": one.name, "level": one.level} for one in points.columns],
            "said": leaf_said(found.box), **asdict(found)}  # fmt: skip
    return {key: clean(value) for key, value in said.items()}
