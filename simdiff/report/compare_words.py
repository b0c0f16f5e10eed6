"""What a comparison shows in a terminal: differences, the ranking in words, costs, and what each interval is."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from simdiff.analysis.comparison import Comparison, OutcomeCompared
from simdiff.analysis.contrasts import A_ABOVE, B_ABOVE, Contrast, Estimate, against, ahead, draws_needed
from simdiff.analysis.cost import CostEffect, Ratio
from simdiff.analysis.ranking import Ranking
from simdiff.analysis.spending import EQUAL
from simdiff.analysis.summary import Interval
from simdiff.report.compare_legend import layer_of, layers_words, legend, parameters_words
from simdiff.report.steps import is_share, named, percent, ratio_words, short, step, step_unit, steps
from simdiff.report.words import BY_NAME, NOTHING, money, number, span

MOST_PAIRS = 10
"""Pairs that are all shown; of more, those with the baseline."""
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: a heading, a table (it may have no rows) and lines under it."""

    heading: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


def sections(found: Comparison) -> list[Section]:
    """The whole report. Where options do not cost the same, costs come before differences."""
    unequal = found.spending is not None and not (found.spending.equal or found.spending.all_equal)
    parts = [_spend(found)] if found.spending else []
    for one in found.outcomes:
        costs = [_costs(found, one, one.cost)] if one.cost else []
        parts += [*(costs if unequal else []), _differences(found, one), ranking_part(found, one), _options(found, one),
                  *([] if unequal else costs)]  # fmt: skip
    return [*parts, Section("How to read this", lines=tuple(legend(found)))]


def where(found: Comparison) -> str:
    """Year, place, practice and worlds of a comparison."""
    worlds = found.worlds
    return (f"Year {worlds.year:g}, {'all districts' if worlds.place == 'all' else worlds.place}, {worlds.practice}. "
            f"{len(worlds.options)} options in {_worlds(found)}.")  # fmt: skip


def _worlds(found: Comparison) -> str:
    worlds = found.worlds
    count = f"{int(worlds.ran.any(axis=0).sum()):,} matched worlds"
    replicates = f"{worlds.ran.shape[2]} replicate{'' if worlds.ran.shape[2] == 1 else 's'}"
    return f"{count} ({layers_words(found)}{replicates}{'' if worlds.draws > 1 else ': chance alone'})"


def _spend(found: Comparison) -> Section:
    """Whether options cost the same, and budgets that do not bind."""
    spending, names = found.spending, found.worlds.options
    assert spending is not None
    others = [cost for n, cost in enumerate(spending.mean) if n != spending.baseline]
    low, high = money(min(others)), money(max(others))
    there = f"{names[spending.baseline]} (baseline) costs {money(spending.mean[spending.baseline])}"
    rest = f"the other {len(others)} cost {low}–{high}" if len(others) > 1 else f"the other costs {high}"
    if spending.all_equal:
        told = f"They cost the same, {low}–{high} on average (within {EQUAL:.0%}): differences are at equal spend."
    elif spending.equal:
        told = (f"{there}; {rest}: the same within {EQUAL:.0%} on average (each by itself, in "
                f"{percent(spending.equal_draws)} of {layer_of(found)}s). Differences among them are at equal spend on "
                "average.")  # fmt: skip
    else:
        told = (f"These options do NOT cost the same: {there}; {rest}. A difference says what the money buys, not "
                "which is the better use of it: see the frontier.")  # fmt: skip
    return Section("Spend", lines=(told, *_slack(found)))


def _slack(found: Comparison) -> list[str]:
    """Budgets that do not bind, in one sentence."""
    told = []
    for one in found.slack:
        over = f"over it in {percent(one.over)}" if one.over else ""
        under = f"under it in {percent(one.under)}" if one.under else ""
        how = " and ".join(part for part in (over, under) if part)
        told.append(f"{short(one.option)} (median {one.spent / one.allowed:.0%} of it; {how} of worlds)")
    return [f"Budgets that do not bind, missed by more than {EQUAL:.0%}: {'; '.join(told)}."] if told else []


def _differences(found: Comparison, one: OutcomeCompared) -> Section:
    """Pairs: all if they are few, else those with the baseline."""
    all_pairs = len(one.contrasts) <= MOST_PAIRS
    baseline, unit = found.worlds.options[found.baseline], BY_NAME[one.name].unit
    pairs = list(one.contrasts) if all_pairs else against(one.contrasts, baseline)
    layers = _layer_columns(found)
    columns = ("A − B" if all_pairs else "option", "mean", *(head for head, _ in layers), "cost", "verdict")
    rows = tuple(
        (f"{short(pair.first)}\n− {short(pair.second)}" if all_pairs else short(pair.first),
         step(pair.whole.mean, unit), *(tell(pair, one, unit) for _, tell in layers), _cost_step(found, pair),
         verdict(pair, plain=not all_pairs))
        for pair in pairs[:MOST_ROWS]
    )  # fmt: skip
    which = "every pair" if all_pairs else f"minus {short(baseline)}"
    return Section(f"{_heading(one)}: differences, {which}", columns, rows, _more(len(pairs)))


def _more(count: int) -> tuple[str, ...]:
    """A line if a table has more rows than are shown."""
    return (f"… and {count - MOST_ROWS} more (--out writes all)",) if count > MOST_ROWS else ()


def _heading(one: OutcomeCompared) -> str:
    known = BY_NAME[one.name]
    return f"{known.title} in {step_unit(known.unit)} ({one.direction.words})"


def label_of(one: OutcomeCompared) -> str:
    """What is compared, within a sentence."""
    title = BY_NAME[one.name].title.lower()
    return title if one.direction.even is None else f"{title}, distance from {one.direction.even:g}"


Tell = Callable[[Contrast, OutcomeCompared, str], str]


def _layer_columns(found: Comparison) -> list[tuple[str, Tell]]:
    """Columns of the layers of uncertainty that there are."""
    told = f"{100 * found.confidence:.4g}%"
    columns: list[tuple[str, Tell]] = [
        (f"chance {told}", lambda pair, one, unit: steps(pair.whole.chance_low, pair.whole.chance_high, unit))
    ]
    if found.worlds.draws > 1:
        known = found.worlds.least_draws >= draws_needed(found.confidence)
        head = f"{parameters_words(found)} {told}" if known else f"range of {layer_of(found)}s"
        columns.append(
            (head, lambda pair, one, unit: steps(pair.whole.parameters_low, pair.whole.parameters_high, unit))
        )
    columns.append(("worlds", lambda pair, one, unit: percent(ahead(pair.whole, one.direction)[0])))
    if layer_of(found) == "draw":
        columns.append(("draws", lambda pair, one, unit: percent(ahead(pair.whole, one.direction)[1])))
    if len(found.worlds.structures) > 1:
        columns.append(("structures", _structures))
    return columns


def _structures(pair: Contrast, one: OutcomeCompared, unit: str) -> str:
    first = sum(one.direction.sign * part.mean > 0 for part in pair.structures)
    return f"{first} of {len(pair.structures)}" if pair.structures else NOTHING


def _cost_step(found: Comparison, pair: Contrast) -> str:
    known = found.cost_differences
    if (pair.first, pair.second) in known:
        return step(known[pair.first, pair.second].mean, "$")
    return step(-known[pair.second, pair.first].mean, "$") if known else NOTHING


def verdict(pair: Contrast, *, plain: bool = False) -> str:
    """The verdict in words; ``plain``: of the first option alone, against a baseline that is named elsewhere."""
    if pair.why:
        return f"{pair.verdict} ({pair.why})"
    return {A_ABOVE: "above", B_ABOVE: "below"}.get(pair.verdict, pair.verdict) if plain else pair.verdict


def ranking_part(found: Comparison, one: OutcomeCompared) -> Section:
    """The ranking by one outcome, as far as it is firm."""
    lines = ranking_lines(one.ranking, layer_of(found) + "s")
    return Section(f"Ranking by {BY_NAME[one.name].title.lower()}, as far as it is firm", lines=tuple(lines))


def ranking_lines(ranking: Ranking, layer: str) -> list[str]:
    """The partial order in words; ``layer``: what its options were compared in, draws or worlds."""
    open_pairs = ranking.pairs - ranking.firm
    if not ranking.above:
        return [f"None: none of {ranking.pairs:,} pairs can be told apart."
                if not ranking.firm else f"None: the {ranking.firm} firm pairs fit into no order."]  # fmt: skip
    lines = [f"{ranking.firm:,} of {ranking.pairs:,} pairs are firm; the other {open_pairs:,} cannot be told apart."]
    if len(ranking.above) == len(ranking.options) * (len(ranking.options) - 1) // 2:
        chain = sorted(ranking.options, key=lambda name: ranking.places(name)[0])
        return [f"{' above '.join(map(short, chain))}: every pair is firm."]
    lines.append(f"Nothing is firmly above {named(ranking.top)}.")
    below: dict[tuple[str, ...], list[str]] = {}
    for name in ranking.options:
        covered = tuple(worse for better, worse in ranking.covers if better == name)
        if covered:
            below.setdefault(covered, []).append(name)
    for covered, names in below.items():
        lines.append(f"{named(names)}: {'each ' if len(names) > 1 else ''}above {named(covered, 12)}")
    lines.append("What is above an option is above all that the option is above.")
    if not math.isnan(ranking.together):
        lines.append(f"The whole order holds at once in {percent(ranking.together)} of {layer}.")
    if ranking.left_out:
        lines.append(f"{len(ranking.left_out)} firm pairs fit into no order with the others and are left out of it.")
    return lines


def _options(found: Comparison, one: OutcomeCompared) -> Section:
    """A row for each option: its mean, its place, its regret."""
    unit = BY_NAME[one.name].unit
    columns = ("option", "mean", "place", "regret: mean", "90%", "most")
    rows = []
    for n, name in enumerate(found.worlds.options[:MOST_ROWS]):
        best, worst = one.ranking.places(name)
        lost = one.regret[n] if one.regret else None
        told = (lost.expected, lost.ninety, lost.most) if lost else (math.nan,) * 3
        rows.append((short(name), mean_words(one.means[n], unit), f"{best}" if best == worst else f"{best}–{worst}",
                     *(step(value, unit, sign=False) for value in told)))  # fmt: skip
    line = ("place: what the ranking leaves open. Regret: what an option lacks to the best of each "
            f"{layer_of(found)}, whatever they cost.")  # fmt: skip
    if one.shared < 1:
        line += f" Every option is defined in {percent(one.shared)} of worlds; regret and frontiers are of those."
    if not one.regret:
        line = f"Every option is defined in {percent(one.shared)} of worlds only: no regret and no frontier."
    return Section(f"{_heading(one)}: every option", columns, tuple(rows), (*_more(len(one.means)), line))


def mean_words(one: Estimate, unit: str) -> str:
    """A mean with its widest interval."""
    low, high = interval_of(one)
    if not math.isfinite(low):
        return number(one.mean, unit)
    return span(Interval(one.mean, low, high, math.nan, math.nan, 1.0), unit, parameters=False)


def _costs(found: Comparison, one: OutcomeCompared, costs: CostEffect) -> Section:
    """A row for each option: what it costs, what that buys, the frontier."""
    title, unit = BY_NAME[one.name].title, BY_NAME[one.name].unit
    baseline = found.worlds.options[found.baseline]
    columns = ("option", "cost", "gained per extra $M", "frontier", "on it in")
    rows = tuple(
        (short(name), mean_words(costs.cost[n], "$"), per_million(costs.per_million[n], unit),
         on_frontier(costs, n, unit), percent(float(costs.on_frontier[n])))
        for n, name in enumerate(found.worlds.options[:MOST_ROWS])
    )  # fmt: skip
    line = (f"Gained ({step_unit(unit)}) and extra: over {short(baseline)}. On it in: share of {layer_of(found)}s in "
            "which an option is on the frontier.")  # fmt: skip
    lines = (*_more(len(costs.options)), *_frontier_lines(found, one, costs), line)
    return Section(f"{title} and what it costs", columns, rows, lines)


def per_million(one: Ratio, unit: str) -> str:
    """Effect per $ million with its interval."""
    if math.isnan(one.value):
        return NOTHING
    told = step(one.value, unit)
    return f"{told} ({steps(one.low, one.high, unit)})" if math.isfinite(one.low) else told


def on_frontier(costs: CostEffect, n: int, unit: str) -> str:
    """Status of an option, and what the step to it costs."""
    if n in costs.frontier.order:
        at = costs.frontier.order.index(n)
        return ratio_words(costs.frontier.ratios[at], unit) if at else "yes, cheapest"
    words = {"dominated": "dominated", "extended": "dominated by a mix", "same": "yes, as another"}
    return words[costs.frontier.status[n]]


def _frontier_lines(found: Comparison, one: OutcomeCompared, costs: CostEffect) -> list[str]:
    names, unit = found.worlds.options, BY_NAME[one.name].unit
    told = names[costs.frontier.order[0]]
    for n, ratio in zip(costs.frontier.order[1:], costs.ratios[1:], strict=True):
        scale = 100 if is_share(unit) else 1
        known = math.isfinite(ratio.low)
        span = f" ({money(ratio.low / scale)}–{money(ratio.high / scale)})" if known else " (not bounded)"
        told += f" → {names[n]} at {ratio_words(ratio.value, unit)}{span}"
    return [f"Frontier of means: {told}.", _best_line(found, one, costs)]


def _best_line(found: Comparison, one: OutcomeCompared, costs: CostEffect) -> str:
    """The best for the money at a quarter, at half and at the end of the grid of willingness to pay."""
    curve, unit = costs.acceptability, BY_NAME[one.name].unit
    last = len(curve.grid) - 1
    told = []
    for at in (last // 4, last // 2, last):
        best = int(curve.best[at])
        told.append(f"{ratio_words(float(curve.grid[at]), unit)} {short(costs.options[best])} (best in "
                    f"{percent(float(curve.draws[best, at]))} of {layer_of(found)}s)")  # fmt: skip
    return f"Best on average, if it is worth {'; '.join(told)}."


def interval_of(one: Estimate) -> tuple[float, float]:
    """The widest interval there is: over draws, or of chance."""
    if one.draws > 1:
        return one.parameters_low, one.parameters_high
    return one.chance_low, one.chance_high
