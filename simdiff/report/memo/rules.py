"""Sentences from estimates, by rules that cannot say more than was found: the answer, who is left behind, the cost.

*Ahead* is said of a verdict alone (``simdiff.analysis.contrasts``): every structure, every interval and Holm's test on
one side of 0, and ahead in more worlds than behind. Nothing is called better; of an outcome of which neither more nor
less is better only *higher* is said. What cannot be told apart is said to be so, with its interval and with what it
hangs on. Literals here and in ``reasons`` hold no digit: each number comes from the ledger.
"""

import math

import numpy as np

from simdiff.analysis.contrasts import DISAGREE, DOUBTS, WINNERS, Contrast, ahead
from simdiff.analysis.direction import CENSORED, DIRECTIONS
from simdiff.analysis.gaps import Gap, gap_of
from simdiff.analysis.levels import Side
from simdiff.report.compare_words import interval_of
from simdiff.report.kinds.compared import capital
from simdiff.report.memo.nouns import link, noun, the
from simdiff.report.memo.pieces import Name, Words
from simdiff.report.memo.speaker import Speaker
from simdiff.report.steps import short
from simdiff.report.words import BY_NAME

MONTHS = 12
SAME_EVERYWHERE = "the same"
SEEN = 0.0005
"""Gaps nearer to even than this are printed as none."""


def stands(said: Speaker) -> Words:
    """How the headline option stands, beside the baseline."""
    found = said.found
    of: Words = (link(found.outcome), Name(found.practice)) if link(found.outcome) else ()
    words: Words = ("Under ", said.named(found.headline), ", ", said.title, *of, *said.where, " is ",
                    *said.level(found.headline, found.outcome), " at the end of year ", said.year())  # fmt: skip
    if found.baseline and found.baseline in found.levels and found.baseline != found.headline:
        words += ("; under ", said.named(found.baseline), " it is ", *said.level(found.baseline, found.outcome))
    return (*words, ". ")


def verdict(said: Speaker, pair: Contrast, outcome: str) -> Words:
    """What may be said of the headline option less the baseline, both named in the sentence before."""
    title, even = noun(outcome), DIRECTIONS[outcome].even is not None
    if even:
        title = f"distance of {the(title)} from even"
    if not pair.whole.worlds:
        return (f"In {title} the two cannot be told apart: the difference is not known in any world. ",)
    if outcome in CENSORED and never(said, pair):
        return ("Neither gets there in any world, so the two cannot be told apart. ",)
    if pair.why == SAME_EVERYWHERE:
        return (f"In {title} the two do not differ in any world. ",)
    told = said.difference(pair, outcome)
    if pair.verdict == DISAGREE:
        return (f"Structures of the model disagree on which of the two is {said.up} in {title} (mean difference ",
                *told, "), so no claim is made. ")  # fmt: skip
    if pair.verdict not in WINNERS:
        return (f"In {title} the two cannot be told apart: the mean difference, ", *told, ", ", *doubt(said, pair),
                ". ")  # fmt: skip
    up = WINNERS[pair.verdict] > 0
    first, that = "The first", "On average that"
    if said.alone:
        first, that = "At this one set of parameters the first", "At this one set of parameters that"
    if even:
        words: Words = (f"{that} is a {'smaller' if up else 'greater'} distance than under ",
                        said.named(pair.second), ": mean difference ", *told)  # fmt: skip
    else:
        words = (f"{first} is {said.up if up else said.down} in {title}: mean difference ", *told)
    scatter = "Scatter between worlds by itself makes a distance larger. " if even else ""
    return (*words, *in_how_many(said, pair, outcome), ". ", scatter)


def compared(said: Speaker, pair: Contrast) -> Words:
    """What may be said of the headline option less the baseline in the outcome that the memo tells of."""
    comparison = said.found.comparison
    if comparison is None or DIRECTIONS[pair.outcome].even is None:
        return verdict(said, pair, pair.outcome)
    return distances(said, gap_of(comparison.worlds, pair, comparison.confidence))


def never(said: Speaker, pair: Contrast) -> bool:
    """True if neither option gets there in any world: each counts with its whole length in all of them."""
    comparison = said.found.comparison
    assert comparison is not None
    worlds = comparison.worlds
    both = [worlds.values[pair.outcome][worlds.options.index(name)] for name in (pair.first, pair.second)]
    return all(bool((values[np.isfinite(values)] >= MONTHS * worlds.year).all()) for values in both)


def in_how_many(said: Speaker, pair: Contrast, outcome: str) -> Words:
    """In which share of worlds and draws the winner is ahead, and under how many structures."""
    up = WINNERS[pair.verdict] > 0
    worlds, draws = ahead(pair.whole, DIRECTIONS[outcome])
    what = f"in which {pair.first if up else pair.second} is ahead in {outcome}"

    def share(ahead: float, tied: float, layer: str) -> Words:
        told: Words = (said.book.part((ahead if up else 1 - ahead) - tied / 2, f"share of {layer} {what}"),)
        if tied:
            both = said.book.part(tied, f"share of {layer} in which the two are the same in {outcome}")
            told += (" (the same in ", both, ")")
        return (*told, f" of {layer}")

    words: Words = (", in ", *share(worlds, pair.whole.tied, "matched worlds"))
    if pair.whole.draws > 1:
        layer = "parameter draws" if len(pair.structures) < 2 else "pairs of parameter draw and structure"
        words += (" and ", *share(draws, pair.whole.draws_tied, layer))
    if len(pair.structures) > 1:
        words += (", under each of ", *said.several(len(pair.structures), "structure", "structures"))
    return words


def doubt(said: Speaker, pair: Contrast) -> Words:
    """Why a difference is not firm."""
    if pair.whole.worlds < 2:
        return ("is of one world, which tells nothing of chance",)
    if pair.why in DOUBTS:
        return (f"is not firm: {reason(pair.why)}",)
    if pair.why.startswith("defined"):
        share = said.book.part(pair.whole.defined, "share of worlds in which the difference is defined")
        least = min((part.defined for part in pair.structures), default=pair.whole.defined)
        if len(pair.structures) < 2:
            return ("is known in ", share, " of worlds only")
        fewest = said.book.part(least, "share of worlds in which it is defined under the structure that has fewest")
        return ("is known in ", share, " of worlds only, under one structure in ", fewest)
    if pair.why.startswith("firm under"):
        return ("is firm under some structures of the model and not under others",)
    return ("is not firm",)


def reason(why: str) -> str:
    """What leaves a difference open, in a sentence."""
    return "too few parameter draws to bound the confidence asked for" if why == "too few draws" else DOUBTS[why]


def lasts(said: Speaker) -> Words:
    """For how long: of the schools that launched, those still in use; of the deep ones, those two years later."""
    headline = said.found.headline
    told = said.found.levels[headline]
    words: Words = ()
    if said.found.outcome != "sustained" and "sustained" in told and not math.isnan(told["sustained"].median):
        words += ("Under ", said.named(headline), ", of the schools that ever launched the practice, ",
                  *said.level(headline, "sustained"), " are then still in real use. ")  # fmt: skip
    if said.found.outcome != "sustained_24" and "sustained_24" in told and not math.isnan(told["sustained_24"].median):
        words += ("Of those that were deep when support ended, ", *said.level(headline, "sustained_24"),
                  " still are two years later. ")  # fmt: skip
    return words


def gap(said: Speaker) -> Words:
    """The equity gap of the headline option, and whether it differs from the baseline's."""
    found, told = said.found, said.found.levels[said.found.headline]
    if "equity_gap" not in told:
        return ("These results keep no equity gap, so nothing is said of who is left behind. ",)
    of: Words = (" of ", Name(found.practice)) if len(said.practices) > 1 else ()
    words: Words = ("Depth", *of, " in the third of schools with the fewest low-income pupils, less that in the third "
                    "with the most, is ", *said.level(found.headline, "equity_gap"), *said.where, " under ",
                    said.named(found.headline), *_behind(said))  # fmt: skip
    if found.gap and found.outcome != "equity_gap" and not found.basis.single:
        words += distances(said, found.gap)
    return (*words, "Where little is in use, little can be uneven: read this beside depth. ")


def _behind(said: Speaker) -> Words:
    """Which schools are behind on average, with the mean that it rests on."""
    side = said.found.behind
    if side is None or not side.mean.worlds or said.found.basis.single:
        return (": which of the two is behind is open. ",)
    mean = _mean_gap(said, side)
    if not side.sign or abs(side.mean.mean) < SEEN:
        low, high = interval_of(side.mean)
        why = f" ({reason(side.why)})" if (low > 0 or high < 0) and side.why in DOUBTS else ""
        return ("; its mean is ", *mean, f", and which of the two is behind is open{why}. ")
    who, so = "more" if side.sign > 0 else "fewer", "at this one set of parameters " if said.alone else ""
    return ("; its mean is ", *mean, f", so {so}schools with {who} low-income pupils are behind on average. ")


def _mean_gap(said: Speaker, side: Side) -> Words:
    """The mean of an equity gap with the interval of that mean, which is another thing than the range of the gap."""
    one, unit, what = side.mean, BY_NAME["equity_gap"].unit, f"mean equity_gap, {said.found.headline}"
    low, high = interval_of(one)
    words: Words = (said.book.change(one.mean, unit, what),)
    if not math.isfinite(low):
        return words
    of = "of the draws’ own means" if one.draws > 1 else "interval of the mean, chance alone"
    level = one.parameters_level if one.draws > 1 else said.found.asked.confidence
    return (*words, " (", said.book.part(level, "confidence of a mean"), f" {of}: ",
            said.book.end(low, unit, f"low end: {what}"), " to ", said.book.end(high, unit, f"high end: {what}"),
            ")")  # fmt: skip


def distances(said: Speaker, gap: Gap) -> Words:
    """How far two options are from even on average, whichever side is ahead, and what may be said of that."""
    pair, outcome = gap.contrast, gap.contrast.outcome
    told = verdict(said, pair, outcome)
    if not pair.whole.worlds or pair.why == SAME_EVERYWHERE:
        return told
    means = [said.book.distance(one.mean, BY_NAME[outcome].unit, f"mean distance of {outcome} from even, {name}")
             for one, name in ((gap.first, pair.first), (gap.second, pair.second))]  # fmt: skip
    return (f"Whichever side is ahead, the mean distance of {the(noun(outcome))} from even is ", means[0], "; under ",
            said.named(pair.second), ", ", means[1], ". ", *told)  # fmt: skip


def places(said: Speaker) -> Words:
    """The districts with the highest and the lowest mean, and whether these two can be told apart."""
    found, outcome = said.found.districts, said.found.outcome
    if len(found.means) < 2:
        return ()
    (first, high), (last, low) = found.means[0], found.means[-1]
    count = said.book.count(len(found.means), "districts")
    if found.alike[0] == len(found.means):
        return (f"{capital(said.mean_title)} is the same in each of ", count, " simulated districts: ",
                said.mean(high, outcome, first), ". ")  # fmt: skip
    words: Words = (
        "Of ", count, f" simulated districts, {said.mean_title} is highest in ", Name(short(first)),
        *_others(said, found.alike[0]), ", ", said.mean(high, outcome, first), ", and lowest in ", Name(short(last)),
        *_others(said, found.alike[1]), ", ", said.mean(low, outcome, last),
    )  # fmt: skip
    if found.ends is None:
        words += ("; whether they differ was not judged",)
    elif found.told_apart:
        words += (": mean difference in matched worlds ", *said.difference(found.ends, said.found.outcome))
    else:
        words += ("; these two cannot be told apart: the mean difference, ",
                  *said.difference(found.ends, said.found.outcome), ", ", *doubt(said, found.ends))  # fmt: skip
    return (*words, ". This is the model’s picture of districts of such sizes and needs, not a forecast of them. ")


def _others(said: Speaker, alike: int) -> Words:
    """How many more districts are like one."""
    return (" and ", said.book.count(alike - 1, "more districts with this mean"), " more") if alike > 1 else ()
