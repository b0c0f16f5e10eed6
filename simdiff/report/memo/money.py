"""Sentences on what the headline option costs, and what that buys, by the rules of ``rules``."""

import math

from simdiff.analysis.direction import DIRECTIONS
from simdiff.analysis.spending import alike
from simdiff.report.compare_words import interval_of
from simdiff.report.memo.pieces import Words
from simdiff.report.memo.speaker import Speaker

MILLION = 1e6
"""Extra dollars below which nothing is said of what a million goes with: that would be far from what was run."""


def cost(said: Speaker) -> Words:
    """What the headline option costs, and what that buys."""
    found = said.found
    if "cost" not in found.levels[found.headline]:
        return ("These results keep no costs. ",)
    words: Words = ("The cost of ", said.named(found.headline), *said.where, " is ",
                    *said.level(found.headline, "cost"), " by the end of year ", said.year(),
                    ", all payers, teachers’ own time apart",
                    ", of all practices together. " if len(said.practices) > 1 else ". ")  # fmt: skip
    return words + extra_cost(said) + spend(said) + frontier(said)


def extra_cost(said: Speaker) -> Words:
    """Cost over the baseline, and the gain for a million."""
    found = said.found
    if found.extra_cost is None:
        return ()
    pair = found.extra_cost
    low, high = interval_of(pair.whole)
    how = "In this world that is " if found.basis.single else "On average that is "
    words: Words = (how, *said.more(pair.whole, pair.first, pair.second), " than ", said.named(found.baseline))
    if low < 0 < high:
        words += (", so which of the two costs less is open",)
    gained = found.per_million
    apart = found.extra_cost.whole.mean >= MILLION and not found.outcome.startswith("cost")
    if gained is not None and apart and math.isfinite(gained.low):
        direction = DIRECTIONS[found.outcome]
        low, high = sorted((direction.sign * gained.low, direction.sign * gained.high))
        what = f"{found.outcome} per extra $ million, {found.headline} over {found.baseline}"
        words += ("; on average an extra million dollars goes with ",
                  said.book.change(direction.sign * gained.value, said.unit, what), " (",
                  said.book.end(low, said.unit, f"low end: {what}"), " to ",
                  said.book.end(high, said.unit, f"high end: {what}"), f") in {said.compared}")  # fmt: skip
    return (*words, ". ")


def spend(said: Speaker) -> Words:
    """Whether differences are at equal spend."""
    found, comparison = said.found, said.found.comparison
    spending = comparison.spending if comparison else None
    if comparison is None or spending is None:
        return ()
    costs = dict(zip(comparison.worlds.options, spending.mean, strict=True))
    if alike([costs[name] for name in found.shown]):
        words: Words = ("The options told of cost about the same on average, so differences among them are at equal "
                        "spend on average. ",)  # fmt: skip
    elif spending.equal and not found.asked.cells:
        each = said.book.part(spending.equal_draws, f"share of {said.layers} in which the others cost the same")
        words = ("The options, the baseline apart, cost about the same on average; all of them do at once in ", each,
                 f" of {said.layers}. Differences among them are at equal spend on average, those from the baseline "
                 "are not. ")  # fmt: skip
    else:
        words = ("The options told of do not cost the same: a difference says what the money goes with, not which use "
                 "of it goes farther. ",)  # fmt: skip
    if slack := [one.option for one in comparison.slack]:
        words += ("The budget does not bind in ",
                  *said.several(len(slack), "option", "options whose budget does not bind"), ". ")  # fmt: skip
    return words


def frontier(said: Speaker) -> Words:
    """Whether another option does as much for less."""
    costs = said.found.comparison.outcomes[0].cost if said.found.comparison else None
    known = said.found.outcome.startswith("cost") or DIRECTIONS[said.found.outcome].neutral
    if costs is None or known or said.found.basis.single:
        return ()
    n, layer = costs.options.index(said.found.headline), said.layers
    what = f"share of {layer} in which {said.found.headline} is on the frontier of cost and {said.found.outcome}"
    means = {
        "frontier": "no other option or mix of two gains as much for less",
        "same": "another option costs and gains the same",
        "dominated": "another option costs no more and gains no less",
        "extended": "a mix of two other options gains as much for less",
    }[costs.frontier.status[n]]
    share = said.book.part(float(costs.on_frontier[n]), what)
    return (f"On means, {means}; it is on the frontier (nothing gains as much for less) in ", share, f" of {layer}. ")
