"""Sentences on the order of options, as far as it is firm, and on how the one that a memo is about was picked."""

from collections.abc import Sequence

from simdiff.analysis.contrasts import DISAGREE, WINNERS, against, negated
from simdiff.report.memo.pieces import Words, join
from simdiff.report.memo.rules import SAME_EVERYWHERE, doubt, in_how_many
from simdiff.report.memo.speaker import Speaker

MOST_NAMED = 4


def top(said: Speaker) -> Words:
    """What is known of the order of all options, and how the one that is told of was picked."""
    comparison = said.found.comparison
    assert comparison is not None
    ranking, headline = comparison.outcomes[0].ranking, said.found.headline
    if len(ranking.options) < 3:
        return ()
    beaten = sum(better == headline for better, _ in ranking.above)
    if beaten == len(ranking.options) - 1:
        count = said.several(beaten, "option", "options that it is firmly ahead of")
        return (f"It is firmly {said.over} each of the other ", *count, ". ", *beside_next(said))
    all_of = said.several(len(ranking.options), "option", "options compared")
    if said.found.idle:
        all_of = (*all_of, " with runs")
    if not ranking.above:
        words: Words = ("Of ", *all_of, f" none is firmly {said.over} any other. ")
    elif ranking.top == (headline,):
        count = said.several(beaten, "option", "options that it is firmly ahead of")
        words = ("Of ", *all_of, f" the first is the only one that nothing is firmly {said.over}; it is firmly "
                 f"{said.over} ", *count, ". ")  # fmt: skip
    else:
        words = ("Of ", *all_of, f", nothing is firmly {said.over} ")
        if len(ranking.top) > 1:
            words += ("these ", said.book.count(len(ranking.top), "options that nothing is ahead of"), ": ")
        words += (*named(said, ranking.top), ". ")
    if not said.found.asked.cells and ranking.top != (headline,):
        words += picked(said, headline in ranking.top)
    return (*words, *beside_next(said))


def picked(said: Speaker, of_top: bool) -> Words:
    """How the option that is told of was picked, and what its mean is worth."""
    comparison = said.found.comparison
    assert comparison is not None
    if not any(mean.worlds for mean in comparison.outcomes[0].means):
        return ("As the example, ", said.named(said.found.headline), " was taken; none has a mean. ")
    extreme, way = said.extreme
    luck = f"the {extreme} of several means is on average too {way}. "
    words: Words = (f"As the example, by its {said.mean_of}, ", said.named(said.found.headline), " was picked: ")
    one = comparison.outcomes[0]
    means = {
        name: one.direction.sign * mean.mean for name, mean in zip(comparison.worlds.options, one.means, strict=True)
    }
    ahead = {name for name, mean in means.items() if mean > means[said.found.headline]}
    if ahead - {said.found.baseline}:
        words += (f"of those that nothing is firmly {said.over}, the baseline apart, it has the {extreme}; ",)
    elif ahead:
        words += ("after ", said.named(said.found.baseline), f" it has the {extreme}; ")
    if of_top:
        return (*words, f"that it is {said.over} all others is not established, and {luck}")
    return (*words, luck)


def beside_next(said: Speaker) -> Words:
    """The headline option beside the one with the best mean of the rest, the baseline apart."""
    found = said.found
    if found.comparison is None or found.next_best is None:
        return ()
    pair = next((one for one in against(found.comparison.outcomes[0].contrasts, found.next_best)
                 if one.first == found.headline), None)  # fmt: skip
    if pair is None or not pair.whole.worlds:
        return ()
    words: Words = ("Of the others, the baseline apart, ", said.named(found.next_best), f" has the {said.extreme[0]} "
                    f"{said.mean_of}")  # fmt: skip
    if pair.whole.defined < 1 or said.found.basis.sets[0] < said.found.basis.sets[1]:
        words += (" of its own worlds; in those that both have",)
    words += (": ",)
    if pair.why == SAME_EVERYWHERE:
        return (*words, said.named(found.headline), " does not differ from it in any world. ")
    difference = said.difference(pair, found.outcome)
    if pair.verdict == DISAGREE:
        return (*words, "structures of the model disagree which of the two is ", said.up, " (", *difference, "). ")
    if pair.verdict not in WINNERS:
        main = found.against_baseline().get(found.headline)
        why: Words = () if main is not None and main.why == pair.why else (", which ", *doubt(said, pair))
        return (*words, said.named(found.headline), " cannot be told apart from it (mean difference ", *difference,
                *why, "). ")  # fmt: skip
    over = said.over if WINNERS[pair.verdict] > 0 else said.under
    return (*words, said.named(found.headline), f" is firmly {over} it, mean difference ", *difference,
            *in_how_many(said, pair, found.outcome), *_at_what_cost(said), ". ")  # fmt: skip


def _at_what_cost(said: Speaker) -> Words:
    """What the headline option costs more than the next best."""
    comparison, one, other = said.found.comparison, said.found.headline, str(said.found.next_best)
    known = comparison.cost_differences if comparison else {}
    if said.found.outcome.startswith("cost") or not {(one, other), (other, one)} & set(known):
        return ()
    whole = known[one, other] if (one, other) in known else negated(known[other, one])
    return ("; on average it costs ", *said.more(whole, one, other)) if whole.worlds and whole.mean else ()


def named(said: Speaker, names: Sequence[str]) -> Words:
    """Options in a row, the first few."""
    told: list[Words] = [(said.named(name),) for name in names[:MOST_NAMED]]
    if (rest := len(names) - MOST_NAMED) > 0:
        told.append((said.book.count(rest, "options not named"), " more"))
    return join(told)
