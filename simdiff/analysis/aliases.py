"""What a fraction of a two-level factorial cannot tell apart.

In a regular fraction some products of factor columns are constant (its *words*). An effect times a word is its alias:
one contrast estimates both. Source: Box, Hunter & Hunter 2005, *Statistics for Experimenters*, ch. 6.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

LONGEST_WORD = 4
"""Words of up to four letters decide what main effects and two-way interactions are aliased with among themselves."""
Word = frozenset[str]


def words_of(signs: Mapping[str, NDArray[np.int64]]) -> dict[Word, int]:
    """Words of up to four factors whose column products are constant, with that constant (1 or −1).

    ``signs``: a column of −1 and 1 for each factor, a row a cell.
    """
    found = {}
    for length in range(1, LONGEST_WORD + 1):
        for names in combinations(signs, length):
            product = np.prod([signs[name] for name in names], axis=0)
            if (product == product[0]).all():
                found[frozenset(names)] = int(product[0])
    return found


def is_regular(signs: Mapping[str, NDArray[np.int64]]) -> bool:
    """True if every column is balanced and every two are orthogonal: then no word is shorter than three letters."""
    columns = list(signs.values())
    balanced = all(column.sum() == 0 for column in columns)
    return balanced and all((one * other).sum() == 0 for one, other in combinations(columns, 2))


def resolution(words: Mapping[Word, int]) -> int | None:
    """Length of the shortest word; None if none has up to four letters: resolution V or more, or no fraction."""
    return min(map(len, words), default=None)


def aliases(words: Mapping[Word, int], names: Sequence[str]) -> dict[Word, list[tuple[Word, int]]]:
    """For each main effect and two-way interaction, those it is estimated together with, and with which sign."""
    effects = [frozenset(pair) for size in (1, 2) for pair in combinations(names, size)]
    found: dict[Word, list[tuple[Word, int]]] = {effect: [] for effect in effects}
    for effect in effects:
        for word, sign in words.items():
            other = effect ^ word
            if other in found and other != effect:
                found[effect].append((other, sign))
    return found
