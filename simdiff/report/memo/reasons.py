"""Sentences on what drives an answer and on which assumption could turn it, by the rules of ``rules``."""

import math
from collections.abc import Mapping, Sequence

from simdiff.analysis.bins import LEAST_DRAWS
from simdiff.analysis.claims import Claim, Edge
from simdiff.analysis.contrasts import WINNERS
from simdiff.analysis.direction import DIRECTIONS
from simdiff.analysis.effects import TIMES, Factorial
from simdiff.analysis.factor_contrasts import Effect
from simdiff.analysis.sweep_effects import BlockEffects, SweepEffects
from simdiff.report.compare_words import interval_of
from simdiff.report.memo.nouns import the
from simdiff.report.memo.order import MOST_NAMED
from simdiff.report.memo.pieces import Name, Words, join
from simdiff.report.memo.rules import SAME_EVERYWHERE
from simdiff.report.memo.speaker import Speaker
from simdiff.report.steps import is_share

MOST_SHARES = 6
MOST_BLOCKS = 3
WHYS = {"many comparisons": "firm, among all that are compared it may be luck",
        "most worlds": "farther from none than chance, not so in more worlds than the other way"}  # fmt: skip
"""Why an effect is open whose interval is not."""
MOST_FLIPS = 2
UNMEASURED = "assumptions without a published estimate"


def drivers(said: Speaker) -> list[Words]:
    """Points on what each factor does."""
    found = said.found.effects
    if found is None:
        return [("This cannot be taken apart: ", Name(said.found.no_effects), ".")]
    points: list[Words] = []
    if said.found.asked.cells:
        points.append(("This is of all options of the results, also of those that are not told of.",))
    if DIRECTIONS[said.found.outcome].even is not None:
        points.append((f"What is told here is what moves {the(said.title)} itself, not its distance from even.",))
    if len(found.blocks) > 1:
        return [*points, *_under_each(said, found)]
    effects = found.blocks[0]
    factorial, tornado = effects.factorial, effects.tornado
    if factorial is not None and factorial.shapley:
        return [*points, *_shares(said, factorial), *_interaction(said, factorial)]
    if tornado is not None:
        lead: Words = ("Each by itself, compared with ", said.named(tornado.base), ": ")
        return [*points, *_bars(said, tornado.bars, lead)]
    bars = factorial.own.main if factorial else ()
    return [*points, *_bars(said, bars, ("Each over the levels of the others, compared with its own first level: ",))]


def _under_each(said: Speaker, found: SweepEffects) -> list[Words]:
    """What factors do where cells are kept apart by what is believed: in each block, with its interval, and whether it
    is firm and the same way in all of them."""
    blocks = [block for block in found.blocks if block.factorial]
    parts: list[Words] = []
    for name, sign in found.signs.items():
        each = [(said.held(block.block.held), effect) for block in blocks for effect in main_effects(block)
                if effect.name == name]  # fmt: skip
        parts.append(_in_each(said, name, sign, each))
    apart, count = join([(said.factor(name),) for name in found.apart]), len(found.blocks)
    lead: Words = ("Each over the levels of the others, compared with its own first level, and kept apart by ", *apart,
                   " (", *said.several(count, "part", "parts of the results"), "): ")  # fmt: skip
    if not parts:
        return [("What factors do is not told under each of what is believed: see the command for effects.",)]
    return [(*lead, *join(parts, "; ", "; "), ".")]


def _in_each(said: Speaker, name: str, sign: int, each: Sequence[tuple[Name, Effect]]) -> Words:
    """What one factor does in each part of the results."""
    known = [(under, effect) for under, effect in each if not math.isnan(effect.mean)]
    if not known:
        return ("what ", said.factor(name), " does is not known")
    if all(effect.why == SAME_EVERYWHERE for _, effect in known):
        return (said.factor(name), f" moves {said.title} in no world")
    told = join([(*said.effect(effect, under), " under ", under) for under, effect in known[:MOST_BLOCKS]])
    if (more := len(known) - MOST_BLOCKS) > 0:
        told += (" and so on in ", *said.several(more, "more part", "more parts of the results"))
    if len(known) < len(each):
        told += ("; under ", *join([(under,) for under, effect in each if math.isnan(effect.mean)]), " it is not known")
    alone = " (chance alone, at one set of parameters each)" if known[0][1].draws < 2 else ""
    firm = f", firmly each time{alone}" if sign else ", not firmly the same way each time"
    return (said.factor(name), f" moves {said.title} by ", *told, firm)


def main_effects(block: BlockEffects) -> Sequence[Effect]:
    """Main effects of a block."""
    return block.factorial.own.main if block.factorial else ()


def _too_few(said: Speaker, bars: Sequence[Effect]) -> list[Words]:
    """A point where draws are too few for anything to be firm."""
    few = [bar for bar in bars if bar.why == "too few draws"]
    if not few or any(bar.sign for bar in bars):
        return []
    draws = said.book.count(few[0].draws, "draws of effects")
    asked = said.book.part(few[0].confidence, "confidence of effects")
    return [("So few draws (", draws, ") do not bound ", asked, ", so no effect can be called firm.")]


def _bars(said: Speaker, bars: Sequence[Effect], lead: Words) -> list[Words]:
    """What each factor does, the firm ones first; how many more there are is said."""
    unknown, none = sum(math.isnan(bar.mean) for bar in bars), sum(bar.why == SAME_EVERYWHERE for bar in bars)
    firm = sorted((bar for bar in bars if bar.sign), key=lambda bar: -abs(bar.mean))
    still = len(bars) - unknown - none - len(firm)
    points: list[Words] = [
        (said.factor(bar.name), f" moves {said.title} by ", *said.effect(bar)) for bar in firm[:MOST_NAMED]
    ]
    if (more := len(firm) - MOST_NAMED) > 0:
        does = " more does so firmly, by less" if more == 1 else " more do so firmly, by less"
        points.append((said.book.count(more, "further firm effects"), does))
    if still and firm:
        points.append((said.book.count(still, "effects that cannot be told from none"), " cannot be told from none"))
    elif still:
        points.append((f"no factor moves {said.title} so far that it can be told from none", *_why(bars)))
    if none:
        points.append((said.book.count(none, "effects that are none in every world"), f" moves {said.title} in no world"
                       if none == 1 else f" move {said.title} in no world"))  # fmt: skip
    if unknown:
        points.append(("of ", said.book.count(unknown, "effects that are not known"), " it is not known, for too few "
                       "runs have a value"))  # fmt: skip
    return [(*lead, *join(points, "; ", "; "), "."), *_too_few(said, bars)]


def _shares(said: Speaker, factorial: Factorial) -> list[Words]:
    """Shapley values, and their order as far as it is firm."""
    total = factorial.total
    if total is None or math.isnan(total.mean):
        return [("What the factors do is not known: too few runs have a value.",)]
    if not total.sign:
        none: Words = ("All factors together cannot be told from none (", *said.effect(total), *_why([total]),
                       "), so nothing is divided among them.")  # fmt: skip
        return [none, *_too_few(said, [total])]
    ordered = sorted(factorial.shapley, key=lambda one: -abs(one.effect.mean))
    parts: list[Words] = [
        (said.factor(one.effect.name), " ", *said.effect(one.effect),
         *(() if one.effect.sign else (", which cannot be told from none", *_why([one.effect]))))
        for one in ordered[:MOST_SHARES]
    ]  # fmt: skip
    if (more := len(ordered) - MOST_SHARES) > 0:
        parts.append(("less from each of ", said.book.count(more, "factors not named"), " more"))
    points: list[Words] = [
        (f"All factors together move {said.title} by ", *said.effect(total), ". Averaged over the orders in which they "
         "could be added (Shapley), this comes from ", *join(parts, "; ", "; "), ".")
    ]  # fmt: skip
    known = factorial.shapley_order
    means = {one.effect.name: one.effect.mean for one in ordered}
    order = [_in_order(said, larger, smaller, means) for larger, smaller in known[:MOST_NAMED]]
    if (more := len(known) - MOST_NAMED) > 0:
        pairs = " more pair is in order" if more == 1 else " more pairs are in order"
        order.append((said.book.count(more, "further firm orders"), pairs))
    if order:
        return [*points, ("Firm in their order: ", *join(order), ".")]
    return [*points, ("Which factor adds most cannot be told: no two of them are firmly in order.",)]


def _in_order(said: Speaker, larger: str, smaller: str, means: Mapping[str, float]) -> Words:
    """Two Shapley values whose difference is firm, so that what lowers an outcome more is not said to add less."""
    if means[larger] <= 0:
        return (said.factor(smaller), " takes away more than ", said.factor(larger))
    if means[smaller] < 0:
        return (said.factor(larger), f" moves {said.title} further up than ", said.factor(smaller))
    return (said.factor(larger), " adds more than ", said.factor(smaller))


def _why(effects: Sequence[Effect]) -> Words:
    """What leaves effects open whose intervals do not: else their numbers would look firm."""
    apart = [one for one in effects if interval_of(one)[0] > 0 or interval_of(one)[1] < 0]
    whys = {WHYS[one.why] for one in apart if one.why in WHYS}
    return (f" (although by itself {' or '.join(sorted(whys))})",) if whys else ()


def _interaction(said: Speaker, factorial: Factorial) -> list[Words]:
    """The largest firm interaction, and how many more there are."""
    firm = [one for one in factorial.own.interactions if one.sign]
    if not firm:
        return []
    largest = max(firm, key=lambda each: abs(each.mean))
    left, _, right = largest.name.partition(TIMES)
    over = ", averaged over the others" if len(factorial.levels) > 2 else ""
    words: Words = ("Together, ", said.factor(left), " and ", said.factor(right), f" move {said.title} by ",
                    *said.effect(largest), f" compared with the sum of what each does by itself{over}")  # fmt: skip
    if (more := len(firm) - 1) > 0:
        words += ("; ", *said.several(more, "more pair", "further firm interactions"), " firmly so, by less")
    if is_share(said.unit):
        words += (". On shares, the level alone can bring that about: the nearer to half, the further the same push "
                  "goes. It is no synergy yet",)  # fmt: skip
    return [(*words, ".")]


def hangs_on(said: Speaker) -> list[Words]:
    """Points on which assumption could turn the answer."""
    value = said.found.value
    lead = "Which assumption could turn the answer was not examined: "
    if value is None and not said.found.no_value:
        there: Words = ("none",)
        if said.found.draws:
            there = (said.book.count(said.found.draws, "parameter draws"),)
        needed = said.book.count(LEAST_DRAWS, "parameter draws that it takes")
        return [(f"{lead}that takes ", needed, " parameter draws, and there are ", *there, ".")]
    if value is None:
        return [(lead, Name(said.found.no_value), ".")]
    points = [_claim(said, one) for one in value.claims]
    told = [one for one in value.worths if one.gain.value > value.floor and one.gain.low > 0.0]
    if told:
        column = told[0].column
        gain = said.book.change(told[0].gain.value, said.unit, f"EVPPI of {column.name} on {said.found.outcome}")
        points.append(("Largest estimated gain from measuring before choosing: ",
                       Name(f"{column.name} ({column.evidence})"), "; to know it would gain ", gain,
                       " on average."))  # fmt: skip
    return points


def _claim(said: Speaker, one: Claim) -> Words:
    """Whether a claim flips at the edge of a weak assumption."""
    claim: Words = (said.named(one.winner), " ahead of ", said.named(one.loser))
    if not _is_firm(said, one):
        return (*claim, " is open over all draws, so there is no claim that an assumption could turn.")
    looked = said.book.count(one.looked, "weak assumptions looked at")
    if one.flips:
        flips = said.book.count(len(one.flips), "edges at which the claim flips")
        return ("Assumption-driven: ", *claim, " does not hold at ", flips, " of the edges of ", looked,
                f" {UNMEASURED}, such as ", *join([_edge(said, edge) for edge in one.flips[:MOST_FLIPS]]),
                ".")  # fmt: skip
    return (*claim, ": no edge of ", looked, f" {UNMEASURED} was found at which it fails.")


def _is_firm(said: Speaker, one: Claim) -> bool:
    """True if the comparison of all options calls the claim firm; a memo claims nothing else."""
    comparison = said.found.comparison
    pairs = comparison.outcomes[0].contrasts if comparison else ()
    return any({pair.first, pair.second} == {one.winner, one.loser} and pair.verdict in WINNERS for pair in pairs)


def _edge(said: Speaker, edge: Edge) -> Words:
    """An edge at which a claim flips."""
    place = f"{edge.column.name}, {edge.place}"
    fate = "it turns" if edge.flip == "turns" else "it can no longer be told"
    there = said.book.change(edge.difference.value, said.unit, f"mean difference at {place}")
    return (Name(place), f" ({fate}: ", there, ")")
