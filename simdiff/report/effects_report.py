"""What factors do, as tables and sentences. Nothing is called larger, or there at all, unless it is firm."""

import math
from collections.abc import Iterator, Sequence

from simdiff.analysis.aliases import Word
from simdiff.analysis.cell_values import Asked, said
from simdiff.analysis.dose import Curve, Threshold, enough, first_gain
from simdiff.analysis.effects import TIMES, Factorial, Reading, Tornado
from simdiff.analysis.factor_contrasts import CLIP, Effect
from simdiff.analysis.sweep_effects import BlockEffects, SweepEffects
from simdiff.report.parts import Part, Row, between, listing, points, signed
from simdiff.report.words import BY_NAME, NOTHING, number, span
from simdiff.study.plan import Plan

ODDS = "log-odds"
ROMAN = {3: "III", 4: "IV"}


def head_line(found: SweepEffects) -> str:
    """What is told about, in one line."""
    return about_line(found.plan, found.asked)


def about_line(plan: Plan, asked: Asked) -> str:
    """An outcome, when, where, of which practice."""
    when = f"at year {asked.year}" if asked.year is not None else f"at the end (year {last_year(plan)})"
    where = "all districts" if asked.district == "all" else asked.district
    return f"{BY_NAME[asked.outcome].title} {when}, {where}, {asked.practice}"


def last_year(plan: Plan) -> str:
    """The last year of the cells."""
    years = sorted({cell.years for cell in plan.cells})
    return f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"


def effect_parts(found: SweepEffects) -> Iterator[Part]:
    """Everything found, block by block, and how far the blocks agree."""
    unit = BY_NAME[found.asked.outcome].unit
    for one in found.blocks:
        yield from _block_parts(found, one, unit)
    if len(found.blocks) > 1 and found.signs:
        yield Part("Across blocks", lines=tuple(_agreement(found)))


def _block_parts(found: SweepEffects, one: BlockEffects, unit: str) -> Iterator[Part]:
    name = f" ({one.block.name})" if len(found.blocks) > 1 else ""
    if one.factorial is not None:
        yield _main_part(one.factorial, unit, name)
        if one.factorial.own.interactions:
            yield _pair_part(one.factorial, unit, name)
        if one.factorial.shapley:
            yield _shapley_part(one.factorial, unit, name)
    if one.tornado is not None:
        yield _tornado_part(one.tornado, unit, name)
    for curve, threshold in one.curves:
        yield dose_part(curve, threshold, unit, name)
    if one.empty:
        yield Part("", lines=(f"Without a value in any run: {listing(list(one.empty[:8]))}"
                              + (f" and {len(one.empty) - 8} more" if len(one.empty) > 8 else ""),))  # fmt: skip
    elif one.defined < 1.0:
        told = f"{1 - one.defined:.1%} of the runs have no value (failed, or undefined); their worlds are left out"
        yield Part("", lines=(told,))


def _heads(unit: str, *, odds: bool) -> Row:
    return ("", points(unit), "chance", "parameters", "above 0", *((ODDS, "") if odds else ()), "")


def effect_row(effect: Effect, unit: str, odds: Effect | None = None) -> Row:
    """One effect as a row of its table."""
    share = effect.draws_above if effect.draws > 1 else effect.above
    above = NOTHING if math.isnan(share) else f"{share:.0%}"
    more = () if odds is None else (signed(odds.mean, ODDS), _ends(odds))
    return (effect.name, signed(effect.mean, unit), between(effect.chance_low, effect.chance_high, unit),
            between(effect.parameters_low, effect.parameters_high, unit), above, *more, verdict(effect))  # fmt: skip


def _ends(odds: Effect) -> str:
    low, high = odds.parameters_low, odds.parameters_high
    if math.isnan(low):
        low, high = odds.chance_low, odds.chance_high
    return between(low, high, ODDS)


def verdict(effect: Effect) -> str:
    """What may be said of an effect."""
    if math.isnan(effect.mean):
        return "undefined in most worlds"
    if effect.why == "the same":
        return "none at all"
    return {1: "raises it", -1: "lowers it"}.get(effect.sign, f"cannot be told from none ({effect.why})")


def _main_part(read: Factorial, unit: str, name: str) -> Part:
    odds = read.odds.main if read.odds is not None else (None,) * len(read.own.main)
    rows = tuple(effect_row(one, unit, other) for one, other in zip(read.own.main, odds, strict=True))
    lines = [*_compared(read), order_line(read.own), *_odds_lines(read), *_alias_lines(read)]
    heads = _heads(unit, odds=read.odds is not None)
    return Part(f"Main effects, averaged over the other factors{name}", heads, rows, tuple(lines))


def _compared(read: Factorial) -> Iterator[str]:
    """What a level is compared with, where it is not *off*."""
    told = [f"{name}: with {said(levels[0])}" for name, levels in read.levels.items() if levels[0] != "off"]
    if told:
        yield f"Compared {'; '.join(told)}."


def order_line(read: Reading) -> str:
    """The firm order of the main effects."""
    return firm_order_line([one.name for one in read.main if not math.isnan(one.mean)], read.order)


def firm_order_line(names: Sequence[str], order: Sequence[tuple[str, str]]) -> str:
    """A partial order in words: who is firmly above whom, and that the rest cannot be told apart."""
    if len(names) < 2:
        return ""
    above = [f"{name} above {listing([low for high, low in order if high == name])}"
             for name in names if any(high == name for high, _ in order)]  # fmt: skip
    open_pairs = len(names) * (len(names) - 1) // 2 - len(order)
    if not above:
        return "Order: no two can be told apart."
    rest = f"; {open_pairs} of {open_pairs + len(order)} pairs cannot be told apart" if open_pairs else ""
    return f"Firm order: {'; '.join(above)}{rest}."


def _odds_lines(read: Factorial) -> Iterator[str]:
    if read.odds is None:
        return
    clipped = f"; {read.odds.clipped:.0%} of the values were" if read.odds.clipped else "; no value was"
    yield f"Log-odds of shares kept between {CLIP:.1%} and {1 - CLIP:.1%}{clipped} moved for it."


def _alias_lines(read: Factorial) -> Iterator[str]:
    if not read.aliased:
        return
    told = ROMAN.get(read.resolution or 0, "below III")
    yield f"A fraction of resolution {told}. One number stands for all that is joined by = in:"
    seen: set[Word] = set()
    for effect, others in read.aliased.items():
        if others and effect not in seen:
            seen |= {effect, *(other for other, _ in others)}
            joined = [_word(effect), *(("−" if sign < 0 else "") + _word(other) for other, sign in others)]
            yield "  " + " = ".join(joined)


def _word(effect: Word) -> str:
    return TIMES.join(sorted(effect))


def _pair_part(read: Factorial, unit: str, name: str) -> Part:
    odds = read.odds.interactions if read.odds is not None else (None,) * len(read.own.interactions)
    both = list(zip(read.own.interactions, odds, strict=True))
    rows = tuple((*effect_row(one, unit, other)[:-1], pair_verdict(one)) for one, other in both)
    lines = ["How much more the first does where the second is there (twice the textbooks' interaction effect)."]
    bent = [one.name for one, other in both if one.sign and other is not None and other.sign != one.sign]
    if bent:
        lines.append(f"Not firm in log-odds: {listing(bent)}. An S-curve is steep in the middle, which alone makes "
                     "levers look as if they helped each other.")  # fmt: skip
    return Part(f"Interactions of two{name}", _heads(unit, odds=read.odds is not None), rows, tuple(lines))


def pair_verdict(effect: Effect) -> str:
    """What may be said of an interaction."""
    if math.isnan(effect.mean) or effect.sign == 0:
        return verdict(effect)
    return "more together" if effect.sign > 0 else "less together"


def _shapley_part(read: Factorial, unit: str, name: str) -> Part:
    rows = tuple(
        (one.effect.name, signed(one.effect.mean, unit),
         between(one.effect.chance_low, one.effect.chance_high, unit),
         between(one.effect.parameters_low, one.effect.parameters_high, unit), percent(one.share),
         NOTHING if math.isnan(one.share_low) else f"{one.share_low:.0%} … {one.share_high:.0%}")
        for one in read.shapley
    )  # fmt: skip
    total = read.total
    assert total is not None
    lines = [f"All together less none: {signed(total.mean, unit)} {points(unit)} "
             f"({between(total.parameters_low, total.parameters_high, unit)} over draws)."
             if not math.isnan(total.parameters_low) else
             f"All together less none: {signed(total.mean, unit)} {points(unit)}."]  # fmt: skip
    if total.sign == 0:
        lines.append("That cannot be told from none, so no shares of it are given.")
    lines.append(firm_order_line([one.effect.name for one in read.shapley], read.shapley_order))
    heads = ("", points(unit), "chance", "parameters", "share", "share, parameters")
    return Part(f"Shapley values: each factor's part, averaged over all orders of adding them{name}", heads, rows,
                tuple(lines))  # fmt: skip


def percent(share: float) -> str:
    """A share, or a dash."""
    return NOTHING if math.isnan(share) else f"{share:.0%}"


def _tornado_part(read: Tornado, unit: str, name: str) -> Part:
    rows = tuple(effect_row(one, unit) for one in read.bars)
    order = firm_order_line(list(read.compared), read.order)
    lines = ("One change at a time cannot show interactions.", order)
    return Part(f"One at a time, from “{read.base}”{name}", _heads(unit, odds=False), rows, lines)


def dose_part(curve: Curve, threshold: Threshold | None, unit: str, name: str = "") -> Part:
    """A curve as a table over doses, and its thresholds in sentences."""
    rows = []
    parameters = not math.isnan(curve.at[0].parameter_low)
    for n, dose in enumerate(curve.doses):
        gain = curve.gains[n]
        more = (percent(threshold.suffices[n]),) if threshold is not None else ()
        rows.append((f"{dose:g}", span(curve.at[n], unit, parameters=parameters), signed(gain.mean, unit),
                     between(gain.chance_low, gain.chance_high, unit),
                     between(gain.parameters_low, gain.parameters_high, unit), *more))  # fmt: skip
    goal = (f"≥ {number(threshold.goal, unit)} in",) if threshold is not None else ()
    heads = (curve.factor, "median (5–95 %)", f"gain over {curve.doses[0]:g}, {points(unit)}", "chance", "parameters",
             *goal)  # fmt: skip
    rest = ", ".join(f"{other}={said(level)}" for other, level in curve.others.items())
    title = f"Dose–response of {curve.factor}" + (f" at {rest}" if rest else "") + name
    return Part(title, heads, tuple(rows), tuple(dose_lines(curve, threshold, unit)))


def dose_lines(curve: Curve, threshold: Threshold | None, unit: str) -> Iterator[str]:
    """What the tested doses allow to say."""
    tested = f"(tested: {', '.join(f'{dose:g}' for dose in curve.doses)})"
    first, last = first_gain(curve), enough(curve)
    lead = curve.leads[last]
    if first is None:
        why = listing(list(dict.fromkeys(gain.why for gain in curve.gains[1:])))
        yield f"No tested dose has a firm gain over {curve.doses[0]:g} {tested}: {why}."
    else:
        yield f"{curve.factor} {first:g} is the smallest tested dose with a firm gain over {curve.doses[0]:g} {tested}."
        if last == len(curve.doses) - 1:
            yield f"The highest tested dose, {curve.doses[-1]:g}, still has a firm lead over every lower one."
        else:
            yield (f"From {curve.doses[last]:g} on, no higher tested dose has a firm lead; the largest on average is "
                   f"{signed(lead.mean, unit)} {points(unit)} ({_wider(lead, unit)}).")  # fmt: skip
    if threshold is not None:
        yield from _threshold_lines(curve, threshold, unit)


def _threshold_lines(curve: Curve, found: Threshold, unit: str) -> Iterator[str]:
    goal = number(found.goal, unit)
    what = "draws" if not math.isnan(curve.at[0].parameter_low) else "replicates"
    if found.half is None:
        yield f"No tested dose of {curve.factor} suffices for {goal} in half of the {what}."
    elif found.half == curve.doses[0]:
        yield f"Already the lowest tested dose, {found.half:g}, suffices for {goal} in half of the {what}."
    else:
        yield f"At least {found.half:g} {curve.factor} before {goal} is reached in half of the {what}."
    if found.half is not None:
        low, middle, high = ("none" if math.isinf(x) else f"{x:.3g}" for x in found.between)
        yield f"Between tested doses, by straight lines: {middle} ({low} … {high}, 5–95 % of {what})."
    if found.nearly_all is None:
        yield f"No tested dose suffices in 95 % of the {what}; in {found.never:.0%} of them none does at all."
    else:
        yield f"{found.nearly_all:g} suffices in 95 % of the {what}."


def _wider(effect: Effect, unit: str) -> str:
    """The interval over draws, or without draws that of chance, and which it is."""
    if math.isnan(effect.parameters_low):
        return f"{between(effect.chance_low, effect.chance_high, unit)}, chance"
    return f"{between(effect.parameters_low, effect.parameters_high, unit)}, parameters"


def _agreement(found: SweepEffects) -> Iterator[str]:
    """In which main effects the blocks agree."""
    by = f" (scenario, {', '.join(found.apart)})" if found.apart else " (scenario)"
    firm = [f"{name} {'raises' if sign > 0 else 'lowers'} it" for name, sign in found.signs.items() if sign]
    rest = [name for name, sign in found.signs.items() if not sign]
    if firm:
        yield f"Firm, and the same, in all {len(found.blocks)} blocks{by}: {listing(firm)}."
    if rest:
        yield f"Not firm in all of them, or not the same: {listing(rest)}. Of these nothing is claimed."
