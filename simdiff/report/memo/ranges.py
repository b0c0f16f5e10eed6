"""What the ranges of a memo hold, what firm rests on, and what options are compared with."""

import math

from simdiff.analysis.matched import Asked
from simdiff.analysis.results import Results
from simdiff.analysis.spending import cheapest
from simdiff.report.memo.pieces import Words, join
from simdiff.report.memo.speaker import RANGE, Speaker


def firmness(said: Speaker) -> Words:
    """On what firm rests, where that is less than a reader would take it to be."""
    comparison, parts = said.found.comparison, list[Words]()
    if comparison is None or said.found.basis.single:
        return ()
    if comparison.confidence < Asked().confidence:
        told = said.book.part(comparison.confidence, "confidence of differences")
        parts.append(("at a confidence of ", told, " only"))
    if said.alone:
        parts.append(("at one set of parameters, beyond chance alone",))
    return ("Firm means here: ", *join(parts), ". ") if parts else ()


def ranges(said: Speaker, results: Results) -> Words:
    """What the ranges are."""
    book, found = said.book, said.found
    basis = found.basis
    if basis.single:
        return ("One world at one set of parameters: it says nothing of what is likely. ",)
    part = book.part(RANGE, "central part in a range of levels")
    words: Words = ("Levels are medians; their ranges hold ", part, " of ")
    if said.few:
        words = ("Levels are medians; their ranges are about those of all ",)
    if basis.drawn:
        few, most = basis.sets
        sets = "parameter draw" if most == len(results.plan.draws) else "set"
        what = " of parameters" if sets == "set" else " (values that the parameters may have)"
        open_ = "what is not known of the parameters"
        if not found.draws:
            open_ = "the values that were given for some parameters, all others at their defaults"
        between: Words = (book.count(few, "fewest sets of parameters"), " to ") if few < most else ()
        one = basis.replicates[1] == 1
        luck = " (a world)" if one else " (worlds with other luck)"
        words += (*between, *said.several(most, sets, "sets of parameters"), f"{what} of ", *_replicates(said), luck,
                  " each", *_under(said), f": {open_}, ",
                  "and chance, which one replicate cannot tell apart from it. " if one else
                  "with what chance is left in a median of so many. ")  # fmt: skip
    else:
        words += (*_replicates(said), " (worlds with other luck)", *_under(said),
                  ": chance alone, at one set of parameters. ")  # fmt: skip
    if said.few:
        words += ("So few do not bound a range that holds ", part, ". ")
    if found.comparison is None:
        return words
    words += _baseline(said)
    words += ("Differences are means over matched worlds, the same luck for every option, and need not be the "
              "difference of two medians; ", *_intervals(said))  # fmt: skip
    if results.partial:
        words += ("The runs are not complete: levels are of all runs that an option has, differences of the worlds "
                  "that both have. ",)  # fmt: skip
    return words


def _baseline(said: Speaker) -> Words:
    """What options are compared with, and why with that."""
    found, comparison = said.found, said.found.comparison
    assert comparison is not None
    why = "as asked for"
    if cheapest(comparison.worlds) == comparison.baseline:
        why = "the option that costs least" if "cost" in comparison.worlds.values else "the first option"
    return ("The baseline is ", said.named(found.baseline), f", {why}. ")


def _replicates(said: Speaker) -> Words:
    """How many replicates were run."""
    few, many = said.found.basis.replicates
    if few == many:
        return said.several(few, "replicate", "replicates")
    return (said.book.count(few, "fewest replicates"), " to ", *said.several(many, "replicate", "most replicates"))


def _under(said: Speaker) -> Words:
    """Of several structures, what a range is."""
    count = len(said.found.basis.structures)
    if count < 2:
        return ()
    return (", under each of ", *said.several(count, "structure", "structures"), " of the model (from the lowest end "
            "to the highest)")  # fmt: skip


def _intervals(said: Speaker) -> Words:
    """What the ranges of differences are, with the confidence that so many draws bound."""
    found, book = said.found, said.book
    comparison = found.comparison
    assert comparison is not None
    pairs = [pair.whole for pair in comparison.outcomes[0].contrasts if pair.whole.worlds]
    if not pairs:
        return ("none is known here. ",)
    told = book.part(comparison.confidence, "confidence of differences")
    under = "; of several structures, from the lowest end to the highest" if len(found.basis.structures) > 1 else ""
    attained = min((one.parameters_level for one in pairs if one.draws > 1), default=comparison.confidence)
    if attained < comparison.confidence - 1e-9:
        return ("their ranges run from the lowest to the highest of the draws’ own means, which bounds ",
                book.part(attained, "confidence that so few draws bound"), " and not the ", told,
                f" asked for{under}. ")  # fmt: skip
    which = "of the draws’ own means" if all(one.draws > 1 for one in pairs) else "of the mean (chance alone)"
    if not any(math.isfinite(one.chance_low) or one.draws > 1 for one in pairs):
        return ("of one replicate they have no range. ",)
    return ("their ranges are ", told, f" {which}{under}. ")
