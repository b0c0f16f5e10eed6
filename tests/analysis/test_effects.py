"""Effects against planted ones, Shapley values of known games, aliases from the textbook, thresholds by hand."""

import math
from itertools import permutations

import numpy as np
import pytest
from cells import block, cell, grid, is_on, noise, on_off
from compare_worlds import worlds_of

from simdiff.analysis import dose, effects
from simdiff.analysis.aliases import aliases, is_regular, resolution, words_of
from simdiff.analysis.cell_values import AskError, Block
from simdiff.analysis.contrasts import contrasts
from simdiff.analysis.dose import Curve, crossing, enough, first_gain, threshold
from simdiff.analysis.effects import Factorial, Share, Tornado, shapley_contrasts
from simdiff.analysis.factor_contrasts import (
    CLIP,
    Contrast,
    Effect,
    Look,
    Values,
    draw_means,
    effect_of,
    is_share,
    log_odds,
    together,
)
from simdiff.analysis.summary import Interval
from simdiff.analysis.sweep_effects import BlockEffects, agreed, pair_means, strongest_pair
from simdiff.scenario.experiment_schema import Factor


def read_factorial(here: Block, values: Values, factors: dict[str, Factor], outcome: str) -> Factorial:
    return together(values, lambda look: effects.read_factorial(here, values, factors, outcome, look))[0]


def read_tornado(here: Block, values: Values, factors: dict[str, Factor]) -> Tornado | None:
    return together(values, lambda look: effects.read_tornado(here, factors, look))[0]


def read_curves(here: Block, values: Values, factors: dict[str, Factor]) -> list[Curve]:
    return together(values, lambda look: list(dose.read_curves(here, values, factors, look)))[0]


def shapley_shares(values: Values, games: list[Contrast]) -> tuple[list[Share], Effect]:
    return together(values, lambda look: effects.shapley_shares(values, games, look))[0]


def estimate(values: Values, contrast: Contrast) -> Effect:
    return together(values, lambda look: look(contrast))[0]


def planted(names: str, luck: np.ndarray) -> np.ndarray:
    """y = 10 + 2a + 3b + 1.5ab (+ 0 c), the same luck in every cell."""
    rows = [is_on(point) for point in grid(names)]
    return np.array([10 + 2 * x["a"] + 3 * x["b"] + 1.5 * x["a"] * x["b"] + luck for x in rows])


# Contrasts.


def test_effects_of_a_factorial_are_the_planted_ones_and_common_luck_cancels() -> None:
    """Averaged over b (half on), a adds 2 + 1.5/2. Catches contrasts of unpaired worlds (their widths would be those of
    the luck), an interaction halved, and effects under another's name."""
    values = planted("abc", 5 * noise(1, 40, 6))
    read = read_factorial(block(grid("abc")), values, on_off("abc"), "best_version")
    assert [(one.name, round(one.mean, 9)) for one in read.own.main] == [("a", 2.75), ("b", 3.75), ("c", 0.0)]
    assert {one.name: round(one.mean, 9) for one in read.own.interactions} == {"a × b": 1.5, "a × c": 0, "b × c": 0}
    for one in (*read.own.main, *read.own.interactions):
        assert one.chance_high - one.chance_low < 1e-9
        assert one.parameters_high - one.parameters_low < 1e-9
    assert set(read.own.order) == {("a", "c"), ("b", "c"), ("b", "a")}
    assert read.odds is None  # no share


def test_chance_and_parameters_are_kept_apart() -> None:
    """Draws' effects 1, 2, 3 and 4 without chance: four draws bound 3/5 with their whole range, chance has no width.
    Then chance without draws. Catches the two mixed up."""
    values = np.zeros((2, 4, 5))
    values[1] = np.array([1.0, 2.0, 3.0, 4.0])[:, None]
    one = estimate(values, Contrast("x", {1: 1.0, 0: -1.0}))
    assert (one.mean, one.chance_low, one.chance_high) == (2.5, 2.5, 2.5)
    assert (one.parameters_low, one.parameters_high, one.parameters_level) == pytest.approx((1, 4, 3 / 5))
    alone = effect_of("x", np.array([[1.0, 2.0, 3.0]]))
    assert (alone.chance_low, alone.chance_high) == pytest.approx((2 - 2.4841, 2 + 2.4841), abs=1e-3)  # t(.975, 2) / √3
    assert math.isnan(alone.parameters_low)


def test_the_chance_interval_covers_as_often_as_it_says() -> None:
    """4,000 samples of two draws with ten replicates around known means; the standard error of .95 is .0034."""
    luck = noise(7, 4000, 2, 10) * np.array([1.0, 3.0])[:, None] + np.array([1.0, 5.0])[:, None]
    hits = [one.chance_low <= 3.0 <= one.chance_high for one in (effect_of("x", sample) for sample in luck)]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.014)


def test_a_sign_needs_draws_enough_and_nearly_all_of_them() -> None:
    """Thirty-nine draws bound 95 % (Wilks): one of them below zero leaves it open, 38 that agree are too few. Catches a
    claim that a draw contradicts, and one that is chance alone."""
    draws = np.array([-0.01] + [1.0] * 38)[:, None] + np.zeros((39, 2))
    assert (effect_of("x", draws).sign, effect_of("x", draws).why) == (0, "parameters")
    assert effect_of("x", np.abs(draws)).sign == 1
    assert effect_of("x", -np.abs(draws)).sign == -1
    assert effect_of("x", np.abs(draws)[1:]).why == "too few draws"
    assert effect_of("x", np.abs(draws)[20:], confidence=0.9).sign == 1  # 19 draws bound 90 %
    assert effect_of("x", noise(3, 1, 40)).why == "chance"
    assert effect_of("x", np.ones((39, 1))).sign == 1  # one replicate a draw: chance is in the draws


def test_effects_that_are_told_together_are_judged_together() -> None:
    """Differences 0.9 and 1.1: t = 10 with one degree of freedom, p = .063; with 1.0, t = 17.3 with two, p = .0033,
    which is firm alone and, among twenty (p .066), not. Turned round it is the same contrast.
    Catches a firm effect that luck among many explains, and a contrast that is counted twice."""
    values = np.zeros((21, 1, 3))
    values[1:] = np.array([0.9, 1.1, 1.0])
    assert effect_of("x", values[1, :, :2]).why == "chance"
    assert effect_of("x", values[1]).p == pytest.approx(0.0033, abs=1e-4)
    some = [Contrast(f"{n}", {n: 1.0, 0: -1.0}) for n in range(1, 21)]
    alone, count = together(values, lambda look: (look(some[0]), look(Contrast("back", {0: 1.0, 1: -1.0}))))
    assert ([one.sign for one in alone], count) == ([1, -1], 1)
    among, count = together(values, lambda look: [look(one) for one in some])
    assert ({one.why for one in among}, count) == ({"many comparisons"}, 20)


@pytest.mark.parametrize(("draws", "replicates"), [(1, 2), (1, 3), (1, 30), (12, 5), (40, 5)])
def test_a_sweep_of_doses_is_judged_as_compare_judges_its_cells(draws: int, replicates: int) -> None:
    """The pairs of doses are those of the cells, so every verdict, p and interval is the same. Catches a dose that one
    command calls firm and the other does not."""
    values = 0.1 + 0.02 * np.arange(4)[:, None, None] + 0.01 * noise(1, 4, draws, replicates)
    points = [{"dose": dose} for dose in DOSES]
    look_all = [Contrast("", {m: 1.0, n: -1.0}) for m in range(4) for n in range(m)]
    curve, count = together(values, lambda look: (
        next(iter(dose.read_curves(block(points), values, {"dose": Factor(path="p", values=list(DOSES))}, look))),
        [look(one) for one in look_all]))  # fmt: skip
    pairs = {(one.second, one.first): one for one in contrasts(worlds_of({"depth": values}), 0.95)}
    assert count == len(pairs) == 6
    for one, effect in zip(look_all, curve[1], strict=True):
        low, high = sorted(one.weights)
        pair = pairs["ABCD"[high], "ABCD"[low]]
        assert effect.mean == pytest.approx(-pair.whole.mean)
        assert effect.chance_high == pytest.approx(-pair.whole.chance_low)
        assert effect.p_holm == pytest.approx(pair.p)
        assert (effect.why, effect.sign) == (pair.why, {"B above A": 1, "A above B": -1}.get(pair.verdict, 0))
    assert curve[0].gains[3].sign == curve[1][3].sign


def test_a_lever_that_does_nothing_is_none_at_all() -> None:
    """Thirds of shares that cancel leave their rounding, in every world the same. Catches a firm effect of 1e-17."""
    values = np.array([0.1 + 0.2 * x["a"] + 0.7 * x["b"] / 3 + np.zeros((1, 5)) for x in map(is_on, grid("abc"))])
    read = read_factorial(block(grid("abc")), values, on_off("abc"), "depth")
    assert [(one.name, one.why) for one in read.own.main] == [("a", ""), ("b", ""), ("c", "the same")]
    assert {one.why for one in read.own.interactions} == {"the same"}


def test_worlds_without_a_value_are_left_out_of_every_cell() -> None:
    """Catches undefined values taken for zeros, and a rest that is told as if it were the whole."""
    values = planted("ab", noise(2, 1, 8))
    values[0, 0, :3] = np.nan
    one = read_factorial(block(grid("ab")), values, on_off("ab"), "best_version").own.main[0]
    assert (round(one.mean, 9), one.defined) == (2.75, 5 / 8)
    values[0, 0, :5] = np.nan
    one = read_factorial(block(grid("ab")), values, on_off("ab"), "best_version").own.main[0]
    assert math.isnan(one.mean)
    assert one.defined == 3 / 8


def test_an_s_curve_makes_an_interaction_that_log_odds_do_not_have() -> None:
    """Shares whose log-odds are −2 + a + b: no interaction in log-odds, one in points. Catches scales mixed up."""
    rows = [is_on(point) for point in grid("ab")]
    logits = np.array([-2 + x["a"] + x["b"] + 0.1 * noise(4, 39, 5) for x in rows])
    read = read_factorial(block(grid("ab")), 1 / (1 + np.exp(-logits)), on_off("ab"), "depth")
    assert read.odds is not None
    assert [round(one.mean, 9) for one in (*read.odds.main, *read.odds.interactions)] == [1, 1, 0]
    assert read.odds.clipped == 0
    assert read.own.interactions[0].sign == 1


def test_log_odds_are_taken_of_clipped_shares() -> None:
    """ln(.005/.995) = −5.2933. Catches infinities, and clipping that is not told."""
    found, moved = log_odds(np.array([0.0, 0.5, 1.0, np.nan]))
    np.testing.assert_allclose(found[:3], [-5.2933, 0, 5.2933], atol=1e-4)
    assert np.isnan(found[3])
    assert (moved, CLIP) == (pytest.approx(2 / 3), 0.005)
    assert is_share("depth")
    assert not is_share("equity_gap")
    assert not is_share("cost")


def test_levels_with_names_are_compared_with_the_first_and_numbers_by_their_ends() -> None:
    """y = a·1 + (0, 4, 6 for never, hazard, early) + dose². Catches another reference, and an average that forgets a
    level."""
    steps = {"never": 0.0, "hazard": 4.0, "early": 6.0}
    points = [{"a": a, "exits": exits, "dose": dose} for a in ("off", "on") for exits in steps for dose in (2, 0, 1)]
    values = np.array([float(x["a"] == "on") + steps[x["exits"]] + x["dose"] ** 2 for x in points])[:, None, None]
    exits, dose = Factor(levels={name: {} for name in steps}), Factor(path="p", values=[2, 0, 1])
    factors = {**on_off("a"), "exits": exits, "dose": dose}
    read = read_factorial(block(points), values + np.zeros((18, 1, 3)), factors, "best_version")
    assert {one.name: round(one.mean, 9) for one in read.own.main} == {
        "a": 1, "exits=hazard": 4, "exits=early": 6, "dose=2": 4}  # fmt: skip
    assert read.levels["dose"] == (0, 1, 2)
    assert read.shapley == ()


def test_points_that_are_no_factorial_are_refused() -> None:
    """Catches effects of a lopsided table, which would be aliased with one another."""
    with pytest.raises(AskError, match="neither all combinations"):
        read_factorial(block(grid("abc")[:5]), np.zeros((5, 1, 2)), on_off("abc"), "depth")
    with pytest.raises(AskError, match="no factor varies"):
        read_factorial(block([{"a": "on"}]), np.zeros((1, 1, 2)), on_off("a"), "depth")


# Aliases.


def signs(rows: list[list[int]], names: str) -> dict[str, np.ndarray]:
    return {name: np.array([row[n] for row in rows]) for n, name in enumerate(names)}


def test_a_half_fraction_of_four_factors_has_the_aliases_of_the_textbook() -> None:
    """d = abc: resolution IV, ab = cd, ac = bd, ad = bc (Box, Hunter & Hunter 2005, table 6.2)."""
    rows = [[a, b, c, a * b * c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    words = words_of(signs(rows, "abcd"))
    assert words == {frozenset("abcd"): 1}
    assert resolution(words) == 4
    told = aliases(words, "abcd")
    assert told[frozenset("ab")] == [(frozenset("cd"), 1)]
    assert told[frozenset("ad")] == [(frozenset("bc"), 1)]
    assert all(told[frozenset(name)] == [] for name in "abcd")


def test_a_fraction_cannot_tell_an_effect_from_its_alias_and_says_so() -> None:
    """c = −ab: y = 2·ab alone (in signs) shows as an effect of c of −4 points (−2 per unit of sign). Catches aliases
    with the wrong sign, or none."""
    rows = [[a, b, -a * b] for a in (-1, 1) for b in (-1, 1)]
    points = [dict(zip("abc", ("on" if x > 0 else "off" for x in row), strict=True)) for row in rows]
    values = np.array([2.0 * row[0] * row[1] for row in rows])[:, None, None] + noise(5, 1, 4)
    read = read_factorial(block(points), values, on_off("abc"), "best_version")
    assert read.resolution == 3
    assert read.aliased[frozenset("c")] == [(frozenset("ab"), -1)]
    assert {one.name: round(one.mean, 9) for one in read.own.main} == {"a": 0, "b": 0, "c": -4}
    assert read.shapley == ()  # not all combinations are there


def test_unbalanced_columns_are_not_regular() -> None:
    """Catches a fraction taken for one because its columns are balanced one by one."""
    assert is_regular(signs([[-1, -1], [1, -1], [-1, 1], [1, 1]], "ab"))
    assert not is_regular(signs([[-1, -1], [1, 1], [-1, -1], [1, 1]], "ab"))
    assert not is_regular(signs([[-1, -1], [1, 1], [1, -1], [1, 1]], "ab"))


# Shapley values.


def shapley_of(worth: dict[frozenset[str], float], names: str) -> dict[str, float]:
    points = grid(names)
    values = np.array([worth[frozenset(n for n in names if x[n] == "on")] for x in points])[:, None, None]
    games = shapley_contrasts(points, dict.fromkeys(names, ("off", "on")))
    return {one.name: float(estimate(values + np.zeros((1, 2)), one).mean) for one in games}


def coalitions(names: str) -> list[frozenset[str]]:
    return [frozenset(n for n in names if x[n] == "on") for x in grid(names)]


def test_the_glove_game() -> None:
    """Two left gloves (a, b), one right (c); a pair is worth 1: Shapley values 1/6, 1/6, 4/6."""
    worth = {team: float("c" in team and len(team) > 1) for team in coalitions("abc")}
    assert shapley_of(worth, "abc") == pytest.approx({"a": 1 / 6, "b": 1 / 6, "c": 4 / 6})


def test_the_airport_game() -> None:
    """Runways of length 1, 2 and 3: 1/3, 1/3 + 1/2, 1/3 + 1/2 + 1 (Littlechild & Owen 1973)."""
    cost = {"a": 1.0, "b": 2.0, "c": 3.0}
    worth = {team: max((cost[name] for name in team), default=0.0) for team in coalitions("abc")}
    assert shapley_of(worth, "abc") == pytest.approx({"a": 1 / 3, "b": 5 / 6, "c": 11 / 6})


def test_shapley_values_are_averages_over_all_orders_of_adding() -> None:
    """Four factors at random worths, against the definition by permutations; together they are the whole."""
    lots = noise(11, 16)
    worth = dict(zip(coalitions("abcd"), map(float, lots), strict=True))
    expected = dict.fromkeys("abcd", 0.0)
    for order in permutations("abcd"):
        for n, name in enumerate(order):
            before = frozenset(order[:n])
            expected[name] += (worth[before | {name}] - worth[before]) / 24
    found = shapley_of(worth, "abcd")
    assert found == pytest.approx(expected)
    assert sum(found.values()) == pytest.approx(worth[frozenset("abcd")] - worth[frozenset()])


def test_shares_are_of_each_draws_whole_and_none_are_given_of_nothing() -> None:
    """a adds 1 in every draw and b 1, 3, 1, 3 …: shares of a are 1/2 and 1/4, of the means 1/3. With a whole that
    crosses zero no share is told. Catches shares of means put in place of the draws'."""
    twice = np.tile([1.0, 3.0], 20)
    values = np.array([x["a"] + x["b"] * twice[:, None] + noise(1, 40, 3) for x in map(is_on, grid("ab"))])
    games = shapley_contrasts(grid("ab"), {"a": ("off", "on"), "b": ("off", "on")})
    shares, total = shapley_shares(values, games)
    assert total.mean == pytest.approx(3)
    assert shares[0].share == pytest.approx(1 / 3)
    assert (shares[0].share_low, shares[0].share_high) == pytest.approx((1 / 4, 1 / 2))
    flat, total = shapley_shares(np.array([x["a"] * noise(2, 40, 3) for x in map(is_on, grid("ab"))]), games)
    assert total.sign == 0
    assert all(math.isnan(one.share) for one in flat)


# One at a time.


def test_a_tornado_takes_differences_from_the_base_largest_first() -> None:
    """Catches a base that is the first cell whatever it holds, combinations taken for single changes, and an order that
    is not firm."""
    points = [{"b": 2}, {"a": "on"}, {}, {"b": 3}, {"a": "on", "b": 3}]
    values = np.array([4.0, 1.0, 0.0, -7.0, 100.0])[:, None, None] + noise(1, 1, 4)
    factors = {**on_off("a"), "b": Factor(path="p", values=[2, 3])}
    read = read_tornado(block(points), values, factors)
    assert isinstance(read, Tornado)
    assert read.base == "base"
    assert [(one.name, round(one.mean, 9)) for one in read.bars] == [("b=3", -7), ("b=2", 4), ("a", 1)]
    assert read_tornado(block(points[:2]), values[:2], factors) is None


def test_the_base_of_a_factorial_is_all_at_their_first_levels() -> None:
    """Of doses only the highest is a bar: the curve shows the rest. Catches a base that is whichever cell is first."""
    points = [{"a": a, "dose": dose} for dose in (2, 1, 0) for a in ("on", "off")]
    values = np.array([10.0 * (x["a"] == "on") + x["dose"] for x in points])[:, None, None] + noise(1, 1, 4)
    read = read_tornado(block(points), values, {**on_off("a"), "dose": Factor(path="p", values=[2, 1, 0])})
    assert read is not None
    assert [(one.name, round(one.mean, 9)) for one in read.bars] == [("a", 10), ("dose=2", 2)]
    assert read.order == (("a", "dose=2"),)


# Doses.

DOSES = (0.0, 1.0, 2.0, 4.0)


def curve_of(units: np.ndarray, *, draws: bool = True) -> Curve:
    """A curve over four doses; a unit a column of (doses, units)."""
    points = [{"dose": dose} for dose in DOSES]
    values = units[:, :, None] + np.zeros((4, units.shape[1], 2)) if draws else units[:, None, :]
    return read_curves(block(points), values, {"dose": Factor(path="p", values=list(DOSES))})[0]


def test_the_smallest_dose_that_suffices_in_half_and_in_nearly_all_draws() -> None:
    """Ten draws reach .5 at doses 1 (six of them), 2 (three) and never (one). By hand: shares 0, .6, .9, .9; lines
    between (0, 0) and (1, 1) cross .5 at .5."""
    early, late, never = [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0.4]
    found = threshold(curve_of(np.array([early] * 6 + [late] * 3 + [never], dtype=float).T), 0.5)
    assert found is not None
    assert found.suffices == (0, 0.6, 0.9, 0.9)
    assert (found.half, found.nearly_all, found.never) == (1.0, None, 0.1)
    assert found.between == (0.5, 0.5, math.inf)


def test_a_dose_beyond_which_it_falls_back_does_not_suffice() -> None:
    """Catches a threshold at a dose that a larger one undoes (more, but weaker, coaches)."""
    found = threshold(curve_of(np.array([[0, 1, 0, 1.0]] * 4).T), 0.5)
    assert found is not None
    assert found.half == 4.0
    assert found.suffices == (0, 1, 0, 1)


def test_no_tested_dose_suffices_is_told() -> None:
    """Catches a threshold extrapolated beyond the doses."""
    found = threshold(curve_of(np.array([[0, 0.1, 0.2, 0.3]] * 4).T), 0.5)
    assert found is not None
    assert (found.half, found.nearly_all, found.never) == (None, None, 1.0)
    assert found.between[1] == math.inf


def test_a_crossing_lies_on_the_line_between_tested_doses() -> None:
    """From .2 at dose 1 to .6 at dose 2, .3 is a quarter of the way."""
    assert crossing(DOSES, np.array([0.0, 0.2, 0.6, 0.7]), 0.3) == pytest.approx(1.25)
    assert crossing(DOSES, np.array([0.4, 0.2, 0.6, 0.7]), 0.3) == 0.0
    assert crossing(DOSES, np.array([0.0, 0.1, 0.1, 0.2]), 0.3) == math.inf


def test_a_curve_says_from_which_dose_it_gains_and_when_it_gains_no_more() -> None:
    """Gains 0, 1, 2, 2 in every draw, with luck shared by the doses and a little of their own. Catches a gain over the
    dose before taken for one over the lowest, and a plateau told from a lead that is chance."""
    shape = np.array([0.0, 1.0, 2.0, 2.0])[:, None]
    curve = curve_of(shape + noise(3, 1, 40) + 0.01 * noise(4, 4, 40))
    assert first_gain(curve) == 1.0
    assert curve.doses[enough(curve)] == 2.0
    assert curve.leads[1].mean == pytest.approx(1.0, abs=0.05)
    flat = curve_of(np.zeros((4, 1)) + noise(5, 4, 30), draws=False)
    assert first_gain(flat) is None
    assert flat.worlds.shape == (4, 30)  # without draws, worlds are the units


def test_curves_are_kept_apart_by_the_other_factors() -> None:
    """Catches levels of another factor averaged into one curve."""
    points = [{"a": a, "dose": dose} for a in ("off", "on") for dose in (0, 1, 2)]
    values = np.array([x["dose"] * (10.0 if x["a"] == "on" else 1.0) for x in points])[:, None, None] + np.zeros((1, 3))
    found = list(read_curves(block(points), values, {**on_off("a"), "dose": Factor(path="p", values=[0, 1, 2])}))
    assert [(one.name, [x.mean for x in one.gains]) for one in found] == [("a=off", [0, 1, 2]), ("a=on", [0, 10, 20])]


# Blocks.


def block_effects(values: np.ndarray) -> BlockEffects:
    read = read_factorial(block(grid("ab")), values, on_off("ab"), "best_version")
    return BlockEffects(block(grid("ab")), read, None, (), values, (), 1.0, 1)


def test_what_structures_disagree_about_is_not_claimed() -> None:
    """b raises the outcome in one structure and lowers it in the other. Catches an average over structures."""
    one = block_effects(np.array([x["a"] + x["b"] for x in map(is_on, grid("ab"))])[:, None, None] + noise(1, 1, 9))
    other = block_effects(np.array([x["a"] - x["b"] for x in map(is_on, grid("ab"))])[:, None, None] + noise(1, 1, 9))
    assert agreed([one]) == {"a": 1, "b": 1}
    assert agreed([one, other]) == {"a": 1, "b": 0}


def test_the_pair_that_is_drawn_is_the_firmest_and_its_means_are_averages_of_the_rest() -> None:
    """a × b is 1.5; by hand the means of (a, b) are 10, 13, 12 and 16.5. Catches a picture of another pair."""
    read = read_factorial(block(grid("abc")), planted("abc", np.zeros((1, 3))), on_off("abc"), "best_version")
    found = BlockEffects(block(grid("abc")), read, None, (), planted("abc", np.zeros((1, 3))), (), 1.0, 1)
    assert strongest_pair(found) == ("a", "b")
    means = pair_means(found, "a", "b")
    assert {key: one.median for key, one in means.items()} == {
        ("off", "off"): 10, ("off", "on"): 13, ("on", "off"): 12, ("on", "on"): 16.5}  # fmt: skip
    assert all(isinstance(one, Interval) for one in means.values())


def test_means_of_draws_leave_out_what_is_undefined() -> None:
    """Catches a zero for an undefined run."""
    np.testing.assert_array_equal(draw_means(np.array([[1.0, np.nan, 3.0], [np.nan] * 3])), [2.0, np.nan])
    assert isinstance(effect_of("x", np.array([[1.0, 2.0]])), Effect)
    assert cell({"a": "on"}).levels == {"a": "on"}


def test_a_contrast_turned_round_is_its_mirror() -> None:
    """Three draws of four worlds: means 1.25, .75 and −1, six worlds above 0 and one at it. Looked at both ways it is
    one comparison, and all that is told is turned."""
    first = np.array([[1.0, 2.0, -1.0, 3.0], [2.0, -2.0, 1.0, 2.0], [-1.0, -1.0, -2.0, 0.0]])
    values = np.stack([first, np.zeros_like(first)])

    def read(look: Look) -> tuple[Effect, Effect]:
        return look(Contrast("a", {0: 1.0, 1: -1.0})), look(Contrast("b", {0: -1.0, 1: 1.0}))

    (one, other), count = together(values, read)
    assert (count, one.name, other.name) == (1, "a", "b")
    assert (one.mean, other.mean) == pytest.approx(((1.25 + 0.75 - 1.0) / 3, -(1.25 + 0.75 - 1.0) / 3))
    assert (one.above, other.above) == pytest.approx((6.5 / 12, 5.5 / 12)), "ties half"
    assert (one.draws_above, other.draws_above) == pytest.approx((2 / 3, 1 / 3))
    assert (one.median, other.median) == (0.5, -0.5)
    for low, high in (("chance_low", "chance_high"), ("parameters_low", "parameters_high")):
        assert (getattr(other, low), getattr(other, high)) == (-getattr(one, high), -getattr(one, low))
    assert (one.parameters_low, one.parameters_high) == (-1.0, 1.25)
    assert other.p == one.p


def test_what_is_mostly_undefined_is_no_effect() -> None:
    """Four of ten worlds: no mean, no interval, and a p that counts for nothing. Five of ten are enough."""
    each = np.full((1, 10), np.nan)
    each[0, :4] = 1.0
    found = effect_of("x", each)
    assert (found.p, found.p_holm, found.worlds, found.draws, found.defined) == (1.0, 1.0, 0, 0, 0.4)
    assert all(math.isnan(getattr(found, name)) for name in ("mean", "median", "chance_low", "above", "draws_above"))
    each[0, 4] = 2.0
    found = effect_of("x", each)
    assert (found.mean, found.worlds, found.draws, found.defined) == (1.2, 5, 1, 0.5)
