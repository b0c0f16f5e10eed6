"""Rankings only as far as they are firm: a partial order of options, never more.

Firm pairs need not fit together: A may be firmly above B and B above C while A and C cannot be told apart, or three
options may go round in a circle. An order that contained such pairs would say more than was found, so all pairs of such
a triple are taken out of the order, again and again until it is transitive. They stay in the table of pairs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.contrasts import A_ABOVE, B_ABOVE, Contrast

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ranking:
    """``above``: pairs (better, worse) of the order, transitive and without circles; ``covers``: those without another
    option between. ``pairs``: compared; ``firm``: of them firm; ``left_out``: firm pairs that fit into no order.
    ``together``: share of draws (without draws: of worlds) in which all pairs of the order hold at once."""

    options: tuple[str, ...]
    above: frozenset[Pair]
    covers: tuple[Pair, ...]
    pairs: int
    firm: int
    left_out: tuple[Pair, ...]
    together: float

    @property
    def top(self) -> tuple[str, ...]:
        """Options that nothing is firmly above."""
        beaten = {worse for _, worse in self.above}
        return tuple(name for name in self.options if name not in beaten)

    def places(self, option: str) -> tuple[int, int]:
        """The best and the worst place that the order leaves open for an option."""
        better = sum(worse == option for _, worse in self.above)
        worse = sum(first == option for first, _ in self.above)
        return 1 + better, len(self.options) - worse


def firm_pairs(found: Iterable[Contrast]) -> set[Pair]:
    """Pairs (better, worse) of contrasts that are firm."""
    return {(one.first, one.second) if one.verdict == A_ABOVE else (one.second, one.first)
            for one in found if one.verdict in (A_ABOVE, B_ABOVE)}  # fmt: skip


def ranked(options: Sequence[str], firm: set[Pair], merit: NDArray[np.float64], pairs: int) -> Ranking:
    """The partial order of firm pairs; ``merit`` (options, draws, replicates), more is better."""
    above = transitive(firm)
    place = {name: n for n, name in enumerate(options)}

    def in_order(pair: Pair) -> tuple[int, int]:
        return place[pair[0]], place[pair[1]]

    return Ranking(
        tuple(options), frozenset(above), tuple(sorted(covers(above), key=in_order)), pairs, len(firm),
        tuple(sorted(firm - above, key=in_order)), _together(place, above, merit),
    )  # fmt: skip


def transitive(firm: set[Pair]) -> set[Pair]:
    """The pairs that make an order: every chain of two among them is closed by a firm pair that is kept too."""
    names = sorted({name for pair in firm for name in pair})
    place = {name: n for n, name in enumerate(names)}
    kept = np.zeros((len(names), len(names)), dtype=np.int64)
    for first, second in firm:
        kept[place[first], place[second]] = 1
    while True:
        missing = 1 - kept
        open_first = kept * (missing @ kept.T)  # (a, b) where b is above some c and a is not
        open_second = kept * (kept.T @ missing)  # (b, c) where some a is above b and not above c
        wrong = open_first + open_second > 0
        if not wrong.any():
            return {(names[a], names[b]) for a, b in np.argwhere(kept)}
        kept[wrong] = 0


def covers(above: set[Pair]) -> set[Pair]:
    """The transitive reduction of an order: pairs with nothing between them."""
    below: dict[str, set[str]] = {}
    for better, worse in above:
        below.setdefault(better, set()).add(worse)
    return {(a, b) for a, b in above if not any(b in below.get(c, ()) for c in below[a])}


def _together(place: dict[str, int], above: set[Pair], merit: NDArray[np.float64]) -> float:
    """Share of draws in which the means of all pairs are in order; of worlds, where there is one draw."""
    if not above:
        return float("nan")
    shown = merit[:, 0] if merit.shape[1] == 1 else _draw_means(merit)
    better, worse = (shown[[place[pair[n]] for pair in sorted(above)]] for n in (0, 1))
    known = np.isfinite(better) & np.isfinite(worse)
    whole = np.logical_and.reduce(known)
    held = np.logical_and.reduce(better > worse)
    return float(held[whole].mean()) if whole.any() else float("nan")


def _draw_means(merit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over the replicates in which every option is defined, (options, draws)."""
    whole = np.isfinite(merit).all(axis=0)
    total = np.where(whole, merit, 0.0).sum(axis=2)
    count = whole.sum(axis=1)
    return np.where(count > 0, total / np.maximum(1, count), np.nan)
