"""The frontier of best mixes: tables, sentences, a picture. Two mixes are called different only where that is firm."""

import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from simdiff.analysis.cell_values import said
from simdiff.analysis.factor_contrasts import Effect
from simdiff.analysis.optimise import Objective, Tried, late_share
from simdiff.analysis.second_look import CONFIDENCE, FIRST, HALF, OPEN, SECOND, TRADE, Mix, PairVerdict, knee
from simdiff.analysis.summary import Interval
from simdiff.report.charts import BLUE, GREY, ORANGE, STYLE, framed
from simdiff.report.effects_tables import clean
from simdiff.report.parts import Part, listing
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import BY_NAME, NOTHING, money, number, span

WANTED = {-1: "more", 1: "less", 0: "near 0"}
STILL_FINDING = 0.25
FEW_DRAWS = 20
MOST_PAIRS = 30


@dataclass(frozen=True, slots=True)
class Search:
    """A search and its second look, to be told. ``share``: of draws that may do worse than what was optimised (None:
    the mean was). ``draws`` and ``replicates``: of each look, first and second."""

    title: str
    question: str
    budget: float
    objectives: tuple[Objective, ...]
    share: float | None
    tried: tuple[Tried, ...]
    mixes: tuple[Mix, ...]
    pairs: tuple[PairVerdict, ...]
    on_frontier: int
    draws: int
    replicates: tuple[int, int]
    seed: int


def search_parts(found: Search) -> Iterator[Part]:
    """Everything found."""
    yield Part("The search", lines=tuple(_search_lines(found)))
    if not found.mixes:
        return
    names = list(found.mixes[0].levels)
    rows = tuple((one.label, *(said(one.levels[name]) for name in names)) for one in found.mixes)
    yield Part("Mixes on the frontier", ("mix", *names), rows)
    yield Part("What they reach, on fresh replicates" + (" and draws" if found.draws else ""), _heads(found),
               tuple(_reached(found, one) for one in found.mixes), tuple(_reached_lines(found)))  # fmt: skip
    yield Part("Which pairs are firm", lines=tuple(_pair_lines(found)))
    yield Part("Where it bends", lines=tuple(_knee_lines(found)))


def _search_lines(found: Search) -> Iterator[str]:
    good = sum(one.feasible for one in found.tried)
    what = [f"{BY_NAME[one.outcome].title} ({WANTED[one.sense]})" for one in found.objectives]
    how = "the mean over" if found.share is None else f"the value that {1 - found.share:.0%} reach, of"
    units = f"{found.draws} parameter draws" if found.draws else "the replicates, at the default parameters"
    yield f"Objectives: {listing(what)}; judged by {how} {units}."
    each = " of each draw" if found.draws else ""
    yield (f"{len(found.tried):,} mixes were tried on the same {found.replicates[0]} replicates{each}; {good:,} keep "
           f"to {money(found.budget)} in expectation.")  # fmt: skip
    if not found.mixes:
        yield "None keeps to it, so there is no frontier: raise --budget, or widen the factors' low ends."
        return
    more = "" if found.on_frontier == len(found.mixes) else f", {len(found.mixes)} of them, far apart, are shown"
    yield f"{found.on_frontier} are on the frontier (no other is better in one objective and worse in none){more}."
    late = late_share(found.tried)
    if late > STILL_FINDING:
        yield (f"{late:.0%} of the frontier was found by the last fifth of the evaluations: more --evaluations would "
               "find better mixes.")  # fmt: skip


def _heads(found: Search) -> tuple[str, ...]:
    heads = ["mix"]
    for one in found.objectives:
        heads += [_name(one), "bad case"]
    return (*heads, *(() if _has_cost(found) else ("Cost",)), "over budget", "")


def _name(one: Objective) -> str:
    return BY_NAME[one.outcome].title + (", either way" if one.sense == 0 else "")


def _has_cost(found: Search) -> bool:
    return any(one.outcome == "cost" for one in found.objectives)


def _reached(found: Search, one: Mix) -> tuple[str, ...]:
    cells = [one.label]
    for effect, bad, objective in zip(one.reached, one.bad, found.objectives, strict=True):
        unit = BY_NAME[objective.outcome].unit
        cells += [level_span(effect, unit), NOTHING if math.isnan(bad) else number(bad, unit)]
    if not _has_cost(found):
        cells.append(level_span(one.spent, "$"))
    note = "beaten by another" if one.dominated else ""
    if one.spent.mean > found.budget:
        note = "above the budget"
    return (*cells, f"{one.over:.0%}", note)


def level_span(effect: Effect, unit: str) -> str:
    """A mean with its interval over draws, or without draws that of chance."""
    low, high = effect.parameters_low, effect.parameters_high
    if math.isnan(low):
        low, high = effect.chance_low, effect.chance_high
    if math.isnan(low):
        return number(effect.mean, unit)
    return span(Interval(effect.mean, low, high, math.nan, math.nan, effect.defined), unit, parameters=False)


def _reached_lines(found: Search) -> Iterator[str]:
    count = found.replicates[1]
    if found.draws:
        few = f" With only {found.draws} draws all this is rough." if found.draws < FEW_DRAWS else ""
        level = min(CONFIDENCE, (found.draws - 1) / (found.draws + 1))
        yield (f"Means and the central {level:.0%} of {found.draws} parameter draws that the search did not see, "
               f"{count} fresh replicates each. Bad case: 10 % of these draws do worse. Over budget: share of "
               f"them.{few}")  # fmt: skip
    else:
        yield (f"Means and their {CONFIDENCE:.0%} intervals of chance over {count} fresh replicates, at the default "
               "parameters: they say nothing of other parameters. Bad case: 10 % of replicates do worse.")  # fmt: skip
    yield "The search's own scores of its best mixes are too good (winner's curse); these are not."
    still = sum(not one.dominated for one in found.mixes)
    yield f"{still} of these {len(found.mixes)} are still on a frontier of their own."


def _pair_lines(found: Search) -> Iterator[str]:
    count = Counter(one.verdict for one in found.pairs)
    if not found.pairs:
        yield "There is one mix only."
        return
    yield (f"Of {len(found.pairs)} pairs, {count[TRADE]} are firm trade-offs (each is firmly better in something); in "
           f"{count[HALF]} only one side of the trade is firm; in {count[FIRST] + count[SECOND]} one is firmly better "
           f"in something and worse in nothing; {count[OPEN]} cannot be told apart.")  # fmt: skip
    better = [(one.first, one.second) if one.verdict == FIRST else (one.second, one.first)
              for one in found.pairs if one.verdict in (FIRST, SECOND)]  # fmt: skip
    if better:
        yield "Better: " + _few([f"{one} than {other}" for one, other in better])
    unclear = [f"{one.first} and {one.second}" for one in found.pairs if one.verdict == OPEN]
    if unclear:
        yield "Cannot be told apart: " + _few(unclear)


def _few(told: Sequence[str]) -> str:
    more = f" and {len(told) - MOST_PAIRS} more" if len(told) > MOST_PAIRS else ""
    return ", ".join(told[:MOST_PAIRS]) + more + "."


def _knee_lines(found: Search) -> Iterator[str]:
    best = knee(found.mixes)
    if best is None:
        yield "Nowhere between the ends: from every mix there is a move that gains more than it loses."
        return
    apart = [one for one in found.pairs if best.label in (one.first, one.second)]
    firm = sum(one.verdict == TRADE for one in apart)
    yield (f"At {best.label}: leaving it for any other mix loses at least {best.trade:.1f} times what it gains, each "
           f"objective scaled to its range on the frontier. {firm} of its {len(apart)} pairs are firm "
           "trade-offs.")  # fmt: skip


def frontier_chart(found: Search, note: str) -> Figure:
    """All tried mixes, grey; the frontier on fresh runs, with intervals; one panel for each pair with the last
    objective (cost, if it is one)."""
    across = next((n for n, one in enumerate(found.objectives) if one.outcome == "cost"), len(found.objectives) - 1)
    others = [n for n in range(len(found.objectives)) if n != across]
    with rc_context(STYLE):
        figure = Figure(figsize=(4.4 * len(others) + 0.6, 4.4), dpi=150, layout="constrained")
        axes = figure.subplots(1, len(others), sharex=True, squeeze=False)[0]
        for axis, up in zip(axes, others, strict=True):
            _draw_front(axis, found, across, up)
        framed(figure, f"{found.title}: best mixes within {money(found.budget)}", f"{note} {CAVEAT}")
    return figure


def _draw_front(axis: Axes, found: Search, across: int, up: int) -> None:
    best = knee(found.mixes)
    good = [one for one in found.tried if one.feasible]
    x, y = (np.array([_shown(found.objectives[n], one.losses[n]) for one in good]) for n in (across, up))
    axis.scatter(x, y, s=8, color="#cccccc", linewidths=0, label="tried")
    for one in found.mixes:
        colour = ORANGE if best is not None and one.label == best.label else GREY if one.dominated else BLUE
        at = [_spread(one.reached[n]) for n in (across, up)]
        (cx, lx, hx), (cy, ly, hy) = at
        axis.plot([lx, hx], [cy, cy], color=colour, linewidth=0.8, alpha=0.6)
        axis.plot([cx, cx], [ly, hy], color=colour, linewidth=0.8, alpha=0.6)
        axis.plot(cx, cy, "o", color=colour, markersize=5)
        axis.annotate(one.label, (cx, cy), xytext=(4, 4), textcoords="offset points", color=colour, fontsize=8.5)
    for which, objective in ((axis.xaxis, found.objectives[across]), (axis.yaxis, found.objectives[up])):
        which.set_major_formatter(_formatter(BY_NAME[objective.outcome].unit))
        which.set_major_locator(MaxNLocator(5))
        which.set_label_text("\n".join(textwrap.wrap(_axis_name(objective), 44)))
    axis.grid(color="#e6e6e6", linewidth=0.6)
    axis.set_axisbelow(True)


def _formatter(unit: str) -> FuncFormatter:
    return FuncFormatter(lambda value, _: number(value, unit))


def _axis_name(one: Objective) -> str:
    return f"{_name(one)} ({WANTED[one.sense]} is better)"


def _shown(objective: Objective, loss: float) -> float:
    return -loss if objective.sense < 0 else loss


def _spread(effect: Effect) -> tuple[float, float, float]:
    low, high = effect.parameters_low, effect.parameters_high
    if math.isnan(low):
        low, high = effect.chance_low, effect.chance_high
    return effect.mean, low, high


def chart_note(found: Search) -> str:
    """What the picture shows."""
    look = f"{found.draws} draws that the search did not see" if found.draws else "fresh replicates (chance alone)"
    level = min(CONFIDENCE, (found.draws - 1) / (found.draws + 1))
    kind = f"central {level:.0%}" if found.draws else f"{CONFIDENCE:.0%} interval of the mean"
    return (f"Grey: mixes tried within the budget, as the search saw them. Letters: the frontier on {look}, {kind}. "
            f"Orange: where it bends; grey letters: beaten by another. Seed {found.seed}.")  # fmt: skip


def search_json(found: Search, folder: str) -> dict[str, Any]:
    """Everything found, for scripts; undefined numbers are null."""
    best = knee(found.mixes)
    said = {**asdict(found), "folder": folder, "caveat": CAVEAT,
            "tried": [{"levels": dict(one.levels), "losses": one.losses, "excess": one.excess} for one in found.tried],
            "late": late_share(found.tried), "knee": best.label if best else None}  # fmt: skip
    return {key: clean(value) for key, value in said.items()}


def frontier_rows(found: Search) -> list[dict[str, Any]]:
    """The frontier as a tidy table: a row for each mix and objective."""
    rows = []
    for one in found.mixes:
        extra = () if _has_cost(found) else ((one.spent, math.nan),)
        for effect, bad in (*zip(one.reached, one.bad, strict=True), *extra):
            numbers = {key: value for key, value in asdict(effect).items() if key != "name"}
            rows.append({"mix": one.label, "cell": one.cell, **{f"factor_{k}": v for k, v in one.levels.items()},
                         "outcome": effect.name, **clean(numbers), "bad_case": clean(bad), "over_budget": one.over,
                         "dominated": one.dominated})  # fmt: skip
    return rows
