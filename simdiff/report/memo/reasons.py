"""Sentences on what drives an answer and on which assumption could turn it, by the rules of ``rules``."""

from simdiff.analysis.bins import LEAST_DRAWS
from simdiff.analysis.claims import Claim, Edge
from simdiff.analysis.effects import TIMES, Factorial
from simdiff.report.memo.pieces import Name, Words, join
from simdiff.report.memo.rules import MOST_NAMED, WINNERS
from simdiff.report.memo.speaker import Speaker

MOST_SHARES = 6
MOST_FLIPS = 2
WEAK = "assumptions without a published estimate"


def drivers(said: Speaker) -> list[Words]:
    """Points on what each factor does."""
    effects = said.found.effects
    if effects is None:
        return [("This cannot be taken apart: ", Name(said.found.no_effects), ".")]
    factorial = effects.factorial
    if factorial is not None and factorial.shapley:
        return [*_shares(said, factorial), *_interaction(said, factorial)]
    bars = effects.tornado.bars if effects.tornado else factorial.own.main if factorial else ()
    firm = [bar for bar in bars if bar.sign][:MOST_NAMED]
    if not firm:
        return [(f"No factor by itself moves {said.title} so far that it can be told from none.",)]
    return [(said.named(bar.name), f" moves {said.title} by ", *said.effect(bar), ".") for bar in firm]


def _shares(said: Speaker, factorial: Factorial) -> list[Words]:
    """Shapley values, and their order as far as it is firm."""
    total = factorial.total
    if total is None or not total.sign:
        return [("All factors together cannot be told from none, so nothing is divided among them.",)]
    ordered = sorted(factorial.shapley, key=lambda one: -abs(one.effect.mean))[:MOST_SHARES]
    parts: list[Words] = [
        (said.named(one.effect.name), " ", *said.effect(one.effect),
         *(() if one.effect.sign else (", which cannot be told from none",)))
        for one in ordered
    ]  # fmt: skip
    points: list[Words] = [
        (f"All factors together move {said.title} by ", *said.effect(total), ". Averaged over the orders in which they "
         "could be added (Shapley), this comes from ", *join(parts, "; ", "; "), ".")
    ]  # fmt: skip
    order: list[Words] = [(said.named(larger), " goes farther than ", said.named(smaller))
                          for larger, smaller in factorial.shapley_order[:MOST_NAMED]]  # fmt: skip
    if order:
        return [*points, ("Firm in their order: ", *join(order), ".")]
    return [*points, ("Which factor goes farthest cannot be told: no two of them are firmly in order.",)]


def _interaction(said: Speaker, factorial: Factorial) -> list[Words]:
    """The largest firm interaction."""
    firm = [one for one in factorial.own.interactions if one.sign]
    if not firm:
        return []
    largest = max(firm, key=lambda each: abs(each.mean))
    left, _, right = largest.name.partition(TIMES)
    return [(said.named(left), f" does {'more' if largest.sign > 0 else 'less'} where ", said.named(right), " is on: ",
             *said.effect(largest), ". On shares, that comes of itself where others have lifted the level; it is no "
             "synergy yet.")]  # fmt: skip


def hangs_on(said: Speaker) -> list[Words]:
    """Points on which assumption could turn the answer."""
    value, comparison = said.found.value, said.found.comparison
    lead = "Which assumption could turn the answer was not examined: "
    if value is None and comparison is not None and comparison.worlds.draws < LEAST_DRAWS:
        draws = said.book.count(comparison.worlds.draws, "parameter draws")
        needed = said.book.count(LEAST_DRAWS, "parameter draws that it takes")
        return [(f"{lead}that takes ", needed, " parameter draws, and there are ", draws, ".")]
    if value is None:
        return [(lead, Name(said.found.no_value), ".")]
    points = [_claim(said, one) for one in value.claims]
    told = [one for one in value.worths if one.gain.value > value.floor and one.gain.low > 0.0]
    if told:
        column = told[0].column
        gain = said.book.change(told[0].gain.value, said.unit, f"EVPPI of {column.name} on {said.found.outcome}")
        points.append(("Most worth measuring before choosing: ", Name(f"{column.name} ({column.evidence})"),
                       "; to know it would gain ", gain, " on average."))  # fmt: skip
    return points


def _claim(said: Speaker, one: Claim) -> Words:
    """Whether a claim flips at the edge of a weak assumption."""
    claim: Words = ("“", said.named(one.winner), " ahead of ", said.named(one.loser), "”")
    if not _is_firm(said, one):
        return (*claim, " is open, as it is over all draws: it hangs on no single assumption.")
    looked = said.book.count(one.looked, "weak assumptions looked at")
    if one.flips:
        flips = said.book.count(len(one.flips), "edges at which the claim flips")
        return ("Assumption-driven: ", *claim, " does not hold at ", flips, " of the edges of ", looked, f" {WEAK}, "
                "such as ", *join([_edge(said, edge) for edge in one.flips[:MOST_FLIPS]]), ".")  # fmt: skip
    return (*claim, ": no edge of ", looked, f" {WEAK} was found at which it fails.")


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
