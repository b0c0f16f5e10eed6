"""Options compared world by world: differences from a baseline, and what is lost by choosing each."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from simdiff.analysis.comparison import Comparison, OutcomeCompared
from simdiff.analysis.contrasts import A_ABOVE, B_ABOVE, Contrast, against, draws_needed
from simdiff.analysis.results import Results
from simdiff.report.asked import Asked, ChartError
from simdiff.report.captions import known_or_none
from simdiff.report.charts import BLUE, GREY, PALE, Size, house, plain
from simdiff.report.compare_legend import layer_of
from simdiff.report.compare_words import label_of
from simdiff.report.figure import Chart, Row
from simdiff.report.kinds.compared import (
    at_when,
    capital,
    captioned,
    comparison_of,
    heading,
    month_of,
    one_only,
    option_names,
    part_of,
    settled,
)
from simdiff.report.kinds.dots import LONGEST, MOST_ROWS, across, dotted, layer_cells, layered
from simdiff.report.steps import step, step_unit, steps
from simdiff.report.words import BY_NAME

MOST_OUTCOMES, MOST_PANELS = 20, 4


def differences(results: Results, asked: Asked, size: Size) -> Chart:
    """Every option minus the baseline: mean, chance (thick) and parameters (thin), filled where it is firm."""
    return draw_differences(results, comparison_of(results, asked, MOST_OUTCOMES), size)


def draw_differences(results: Results, found: Comparison, size: Size, labels: Mapping[str, str] | None = None,
                     options: Sequence[str] = ()) -> Chart:  # fmt: skip
    """The chart of a comparison's differences from its baseline: of all options, or of some in that order, under their
    names or ``labels`` (option → what it is called). Its table has all, by name."""
    baseline = found.worlds.options[found.baseline]
    others = [name for name in found.worlds.options if name != baseline]
    chosen = [name for name in options if name != baseline] if options else others
    drawn, called = chosen[:MOST_ROWS], dict(labels or {})
    panels = [(one, {pair.first: pair for pair in against(one.contrasts, baseline)}) for one in found.outcomes]
    shown = panels[:MOST_PANELS]
    names = [plain(called.get(name, name), LONGEST) for name in drawn]
    base = plain(called.get(baseline, baseline), LONGEST)
    title = heading(results, found, f"difference from {base}")
    said = captioned(results, found, f"Mean difference from {base}{at_when(found)}, world by world. {_layers(found)}",
                     _left_out(len(others) - len(drawn), len(panels)))  # fmt: skip
    with house(size):
        figure, axes = dotted(size, names, len(shown), title, said)
        for axis, (one, pairs) in zip(axes, shown, strict=True):
            axis.axvline(0, color=GREY, linewidth=0.8, zorder=0)
            for row, name in enumerate(drawn):
                layered(axis, row, pairs[name].whole, size, firm=is_firm(pairs[name]))
            unit = BY_NAME[one.name].unit
            across(axis, f"{capital(label_of(one))} ({step_unit(unit)})", partial(_tick, unit), size)
    outcomes, told = found.worlds.outcomes, {name: called.get(name, name) for name in chosen}
    return Chart(
        title=title, caption=said, alt=_alt(found, base, told, panels), figures=(figure,),
        table=tuple(_row(found, one, pairs[name]) for one, pairs in panels for name in others),
        asked=settled("differences", found, outcomes), plan=part_of(results.plan, found, outcomes),
    )  # fmt: skip


def is_firm(pair: Contrast) -> bool:
    """True if one of the two is called better."""
    return pair.verdict in (A_ABOVE, B_ABOVE)


def _tick(unit: str, value: float) -> str:
    return step(value, unit).replace("-", "−")


def _layers(found: Comparison) -> str:
    level = f"{100 * found.confidence:.4g}%"
    thin, thick = "", f"Thick: {level} interval of chance (hidden where narrower than its dot)"
    if found.worlds.ran.shape[2] < 2:
        thick = "Chance is not measured, of one replicate"
    if found.worlds.draws > 1:
        whole = found.worlds.least_draws >= draws_needed(found.confidence)
        thin = f"thin: {f'central {level}' if whole else 'range'} of the {layer_of(found)}s; "
        apart = "both from the lowest end of the structures' to the highest; "
        thin += apart if len(found.worlds.structures) > 1 else ""
    judged = f" ({found.comparisons:,} comparisons judged together)" if found.comparisons > 1 else ""
    return f"{thick}; {thin}filled: firm{judged}; open: cannot be told apart."


def _left_out(options: int, outcomes: int) -> str:
    told = [f"{options} more option{'' if options == 1 else 's'}"] if options else []
    told += [f"{outcomes - MOST_PANELS} more outcomes"] if outcomes > MOST_PANELS else []
    return f"Not drawn, but in the chart's numbers: {' and '.join(told)}." if told else ""


def _row(found: Comparison, one: OutcomeCompared, pair: Contrast) -> Row:
    return {
        "outcome": one.name, "unit": BY_NAME[one.name].unit, "month": month_of(found), "district": found.worlds.place,
        "practice": found.worlds.practice, "option": pair.first, "baseline": pair.second, **layer_cells(pair.whole),
        "confidence": found.confidence, "verdict": pair.verdict, "why": pair.why,
    }  # fmt: skip


def _alt(found: Comparison, base: str, others: Mapping[str, str],
         panels: Sequence[tuple[OutcomeCompared, dict[str, Contrast]]]) -> str:  # fmt: skip
    """The chart in words: how many differences are firm, and the largest each way."""
    each = f"{len(others)} options, each" if len(others) > 1 else "one option,"
    told = [f"Dots with intervals for {each} minus {base}{at_when(found)}."]
    for one, pairs in panels:
        unit = BY_NAME[one.name].unit
        firm = sum(is_firm(pairs[name]) for name in others)
        known = sorted((pairs[name].whole.mean, name) for name in others if np.isfinite(pairs[name].whole.mean))
        ends = [known[-1], known[0]] if len(known) > 1 else known
        said = " to ".join(f"{plain(others[name], LONGEST)} {_span(pairs[name], unit)}" for _, name in ends)
        from_to = "from " if len(ends) > 1 else ""
        count = f"{firm} of {len(others)} differ{'s' if firm == 1 else ''} firmly"
        told.append(f"{capital(label_of(one))}, in {step_unit(unit)}: {count}; "
                    f"{from_to}{said}." if known else f"{capital(label_of(one))} is undefined.")  # fmt: skip
    return " ".join(told)


def _span(pair: Contrast, unit: str) -> str:
    low, high = pair.whole.parameters_low, pair.whole.parameters_high
    if pair.whole.draws < 2:
        low, high = pair.whole.chance_low, pair.whole.chance_high
    return (
        f"{step(pair.whole.mean, unit)} ({steps(low, high, unit)}{'' if is_firm(pair) else ', cannot be told apart'})"
    )


def regret(results: Results, asked: Asked, size: Size) -> Chart:
    """What is lost by choosing each option and not the best of each draw: expected, 90 % and most."""
    found = comparison_of(results, asked, 1)
    return draw_regret(results, found, one_only(asked, found), size)


def draw_regret(results: Results, found: Comparison, one: OutcomeCompared, size: Size) -> Chart:
    """The chart of regret in one outcome of a comparison."""
    if not one.regret:
        raise ChartError(f"regret: {one.name} is defined for every option in {one.shared:.0%} of the worlds only")
    options = found.worlds.options
    names, lost = option_names(found)[:MOST_ROWS], one.regret[:MOST_ROWS]
    unit, layer, what = BY_NAME[one.name].unit, layer_of(found), label_of(one)
    title = heading(results, found, f"regret in {what}")
    said = captioned(results, found, f"How much worse than the best of each {layer}{at_when(found)}, whatever options "
                     f"cost. Filled: expected; bar: in 90 % of {layer}s it is less; open: the most.",
                     _left_out(max(0, len(options) - MOST_ROWS), 1))  # fmt: skip
    with house(size):
        figure, (axis,) = dotted(size, names, 1, title, said)
        for row, of_one in enumerate(lost):
            axis.plot([of_one.expected, of_one.most], [row, row], color=PALE, linewidth=1.0, zorder=1)
            axis.plot(of_one.expected, row, "o", color=BLUE, markersize=0.6 * size.font)
            axis.plot(of_one.ninety, row, "|", color=BLUE, markersize=size.font, markeredgewidth=1.6)
            axis.plot(of_one.most, row, "o", color=BLUE, markersize=0.6 * size.font, markerfacecolor="white")
        axis.set_xlim(left=0)
        shown = f"{capital(what)} ({step_unit(unit)}) lost"
        across(axis, shown, lambda value: step(value, unit, sign=False), size)
    order = sorted(range(len(options)), key=lambda n: one.regret[n].expected)
    best, worst = order[0], order[-1]
    alt = (f"Dots for {len(options)} options: regret in {what}{at_when(found)}. Least is lost on average with "
           f"{plain(options[best], LONGEST)} ({_lost(one, best, unit)}), most with {plain(options[worst], LONGEST)} "
           f"({_lost(one, worst, unit)}).")  # fmt: skip
    return Chart(
        title=title, caption=said, alt=alt, figures=(figure,),
        table=tuple({"outcome": one.name, "unit": unit, "month": month_of(found), "district": found.worlds.place,
                     "practice": found.worlds.practice, "option": name, "expected": known_or_none(each.expected),
                     "ninety": known_or_none(each.ninety), "most": known_or_none(each.most), "over": f"{layer}s"}
                    for name, each in zip(options, one.regret, strict=True)),
        asked=settled("regret", found, (one.name,)), plan=part_of(results.plan, found, (one.name,)),
    )  # fmt: skip


def _lost(one: OutcomeCompared, n: int, unit: str) -> str:
    each = one.regret[n]
    expected, most = (step(value, unit, sign=False) for value in (each.expected, each.most))
    return f"{expected} expected, {most} at most, {step_unit(unit)}"
