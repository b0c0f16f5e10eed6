"""Rankings: partial orders by hand, circles, and chains that do not close."""

import numpy as np
import pytest
from compare_worlds import worlds_of

from simdiff.analysis.contrasts import contrasts
from simdiff.analysis.ranking import covers, firm_pairs, ranked, transitive

CHAIN = {("A", "B"), ("B", "C"), ("A", "C")}
NO_MERIT = np.zeros((4, 1, 1))


def pairs(words: str) -> set[tuple[str, str]]:
    """``AB CD``: A above B, C above D."""
    return {(word[0], word[1]) for word in words.split()}


@pytest.mark.parametrize(
    ("firm", "order", "reduced"),
    [
        ("AB BC AC", "AB BC AC", "AB BC"),
        ("AB AC", "AB AC", "AB AC"),
        ("AB CD", "AB CD", "AB CD"),
        ("AB AC AD BD CD", "AB AC AD BD CD", "AB AC BD CD"),
        ("", "", ""),
        ("AB BC CA", "", ""),
        ("AB BC", "", ""),
        ("AB BC CD DA", "", ""),
        ("AB BC CA AD BD CD", "AD BD CD", "AD BD CD"),
        ("AB BC AC DB", "AB AC", "AB AC"),
        ("AB BC DC", "DC", "DC"),
    ],
)
def test_partial_orders_by_hand(firm: str, order: str, reduced: str) -> None:
    """Catches an order made from a circle (A B C A, or of four), one that says A above C from A above B above C though
    A and C cannot be told apart, and a reduction that keeps what follows or drops what does not. Of a circle whose
    three stand all above D, that much is left. D above B above C with D and C open: both pairs go, and A above B and C
    stays."""
    found = transitive(pairs(firm))
    assert found == pairs(order)
    assert covers(found) == pairs(reduced)


def test_an_order_is_always_transitive_without_circles() -> None:
    """Random relations: what is left is an order, and nothing is left that was not there. Catches a step too few."""
    luck = np.random.default_rng(1)
    names = "ABCDEFG"
    left = 0
    for _ in range(400):
        firm = set()
        for a in range(7):
            for b in range(a + 1, 7):
                kind = luck.random()
                firm |= {(names[a], names[b])} if kind < 0.45 else {(names[b], names[a])} if kind < 0.5 else set()
        kept = transitive(firm)
        left += bool(kept)
        assert kept <= firm
        assert all((a, d) in kept for a, b in kept for c, d in kept if b == c)
        assert not any((b, a) in kept for a, b in kept)
        closed = set(reduced := covers(kept))
        for _ in names:
            closed |= {(a, d) for a, b in closed for c, d in reduced if b == c}
        assert closed == kept
    assert left > 200


def test_a_majority_circle_gives_no_order() -> None:
    """In a third of the worlds A beats B beats C, in a third B C A, in a third C A B: each beats the next in two thirds
    of the worlds. Catches a ranking by majorities, which goes round."""
    values = np.array([[3.0, 1.0, 2.0], [2.0, 3.0, 1.0], [1.0, 2.0, 3.0]])
    values = np.tile(values, 40)[:, None] + 0.01 * np.random.default_rng(2).normal(size=(3, 1, 120))
    found = contrasts(worlds_of({"depth": values}), 0.95)
    ahead = {(one.first, one.second): one.whole.above for one in found}
    assert ahead == pytest.approx({("A", "B"): 2 / 3, ("A", "C"): 1 / 3, ("B", "C"): 2 / 3})
    assert firm_pairs(found) == set()
    majority = {pair if share > 0.5 else pair[::-1] for pair, share in ahead.items()}
    assert majority == {("A", "B"), ("B", "C"), ("C", "A")}
    assert transitive(majority) == set()


def test_places_and_the_top() -> None:
    """A above B, C and D; B above D; C open to B and D. A is first; B second or third; C second to fourth; D third or
    fourth. Catches levels read as a total order."""
    firm = pairs("AB AC AD BD")
    found = ranked("ABCD", firm, NO_MERIT, 6)
    assert found.top == ("A",)
    assert {name: found.places(name) for name in "ABCD"} == {"A": (1, 1), "B": (2, 3), "C": (2, 4), "D": (3, 4)}
    assert found.covers == (("A", "B"), ("A", "C"), ("B", "D"))
    assert (found.pairs, found.firm, found.left_out) == (6, 4, ())


def test_what_fits_into_no_order_is_said() -> None:
    """A circle beside a firm pair: the pair is the order, the circle is left out, and said to be."""
    found = ranked("ABCD", pairs("AB BC CA AD BD CD"), NO_MERIT, 6)
    assert found.left_out == (("A", "B"), ("B", "C"), ("C", "A"))
    assert (found.firm, len(found.above)) == (6, 3)
    assert found.top == ("A", "B", "C")


def test_how_often_the_whole_order_holds() -> None:
    """Merits of three options in four draws (two replicates each): A B C in draws 1 and 2, A C B in draw 3, B A C in
    draw 4. The order A above B above C holds at once in two of four, though each pair in three or more. A world in
    which one is undefined does not count."""
    draws = np.array([[3.0, 3.0, 3.0, 2.0], [2.0, 2.0, 1.0, 3.0], [1.0, 1.0, 2.0, 1.0]])
    merit = np.repeat(draws[:, :, None], 2, axis=2)
    merit[0, 0, 1], merit[1, 0, 1] = 0.0, np.nan
    assert ranked("ABC", CHAIN, merit, 3).together == 0.5
    assert ranked("ABC", pairs("AC"), merit, 3).together == 1
    one_draw = draws[:, None, :]
    assert ranked("ABC", CHAIN, one_draw, 3).together == 0.5
    assert np.isnan(ranked("ABC", set(), merit, 3).together)


def test_firm_pairs_have_the_better_first() -> None:
    """B is 0.3 deeper than A in each of forty worlds, and C as deep as A: B above A and above C, and nothing of A
    and C. Of a cost, B is the worse."""
    luck = np.random.default_rng(4).normal(0.0, 0.01, size=(3, 1, 40))
    values = np.array([0.2, 0.5, 0.2])[:, None, None] + luck - luck.mean(axis=2, keepdims=True)
    assert firm_pairs(contrasts(worlds_of({"depth": values}), 0.95)) == {("B", "A"), ("B", "C")}
    assert firm_pairs(contrasts(worlds_of({"cost": values}), 0.95)) == {("A", "B"), ("C", "B")}


def test_options_that_lack_runs() -> None:
    """Three options. Draw 1: B was not run at all; draw 2: A only in the second of two replicates, where it is behind;
    draw 3: whole, and in order. A above B holds in one of the two draws that have a world of all; where no draw has
    one, nobody knows. With one draw, worlds count: those in which the two are defined, whatever a third is."""
    nan = np.nan
    merit = np.array([[[3, 3], [nan, 1], [3, 3]], [[nan, nan], [2, 2], [2, 2]], [[1, 1], [1, 1], [1, 1]]], dtype=float)
    assert ranked("ABC", pairs("AB"), merit, 3).together == 0.5
    assert ranked("ABC", pairs("AC"), merit, 3).together == 0.5, "a world counts if every option is defined in it"
    assert np.isnan(ranked("ABC", pairs("AB"), merit[:, :1].repeat(2, axis=1), 3).together)
    one_draw = np.array([[[3, 1, nan, 4]], [[2, 2, 2, nan]], [[nan, nan, 1, 1]]], dtype=float)
    assert ranked("ABC", pairs("AB"), one_draw, 3).together == 0.5
    assert np.isnan(ranked("ABC", pairs("AB"), one_draw[:, :, 2:], 3).together)


def test_the_same_is_not_in_order() -> None:
    """As good in one of four draws, better in three. Catches ties that are counted for the order."""
    merit = np.array([[2.0, 2.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0]])[:, :, None]
    assert ranked("AB", pairs("AB"), merit, 1).together == 0.75
    assert ranked("AB", pairs("AB"), merit.swapaxes(1, 2), 1).together == 0.75


def test_a_draw_counts_with_the_mean_of_its_worlds() -> None:
    """A leads by 3 in one replicate and is behind by 1 in two others: ahead on average. By 1 and behind by 1 twice:
    not. Catches shares of worlds in place of draws, and worlds of which one is missing."""
    nan = np.nan
    merit = np.array([[[3, 0, 0, 9], [1, 0, 0, 9]], [[0, 1, 1, nan], [0, 1, 1, nan]]], dtype=float)
    assert ranked("AB", pairs("AB"), merit, 1).together == 0.5


def test_pairs_are_told_in_the_order_of_the_options() -> None:
    """Options named against the alphabet: C and B are above each other, so C, which is above A where B is not, is not
    in order with A either. Catches an order by name, which changes when a name does."""
    found = ranked("DCBA", pairs("DC DB DA CB BC CA"), NO_MERIT, 6)
    assert found.left_out == (("C", "B"), ("C", "A"), ("B", "C"))
    assert found.covers == (("D", "C"), ("D", "B"), ("D", "A"))
    assert found.options == ("D", "C", "B", "A")
    nothing = ranked("BA", set(), NO_MERIT, 1)
    assert (nothing.top, nothing.covers, nothing.firm, nothing.places("A")) == (("B", "A"), (), 0, (1, 2))
