"""Cost against effect: frontiers of published sets, acceptability, loss and regret by hand, ratios and their intervals,
equal spend, budgets."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from compare_worlds import worlds_of
from numpy.typing import NDArray

from simdiff.analysis.comparison import judge
from simdiff.analysis.cost import (
    acceptability,
    complete,
    cost_effect,
    fieller,
    frontier,
    ratio,
    ratio_under,
    regrets,
    wtp_grid,
)
from simdiff.analysis.matched import Asked
from simdiff.analysis.spending import allowed_money, cheapest, slack, spending
from simdiff.scenario import Scenario
from simdiff.study.cells import scenario_of

Floats = NDArray[np.float64]


def test_the_frontier_of_hiv_screening() -> None:
    """Paltiel et al. 2006 (Annals of Internal Medicine 145:797): no programme, once, every five, three and one year(s);
    dollars and quality-adjusted months of life. Yearly screening costs more and does less than every three years; the
    steps cost 1000/.32, 1020/.21 and 420/.05 dollars a month."""
    cost = np.array([26000.0, 27000.0, 28020.0, 28440.0, 29440.0])
    months = np.array([277.25, 277.57, 277.78, 277.83, 277.76])
    found = frontier(cost, months / 12)
    assert found.order == (0, 1, 2, 3)
    assert found.ratios[1:] == pytest.approx((37500, 58285.714, 100800), rel=1e-6)
    assert math.isnan(found.ratios[0])
    assert found.status == ("frontier",) * 4 + ("dominated",)


def test_extended_dominance_again_and_again() -> None:
    """Frick 2007 (Johns Hopkins, Decision rules, table 2): 5 is dominated; 1 by a mix of 2 and 4 (20,000 and then 5,000
    a unit); with 1 gone, 4 by a mix of 2 and 3 (8,750, then 7,500). What is left: 2, and 3 at 250,000/30 more."""
    cost = np.array([300e3, 200e3, 450e3, 375e3, 400e3])
    effect = np.array([25.0, 20.0, 50.0, 40.0, 15.0])
    found = frontier(cost, effect)
    assert found.order == (1, 2)
    assert found.ratios[1] == pytest.approx(8333.333, rel=1e-6)
    assert found.status == ("extended", "frontier", "frontier", "extended", "dominated")


@pytest.mark.parametrize(
    ("cost", "effect", "status", "order"),
    [
        ([1, 2], [1, 1], ["frontier", "dominated"], (0,)),
        ([1, 1], [1, 2], ["dominated", "frontier"], (1,)),
        ([2, 1], [1, 2], ["dominated", "frontier"], (1,)),
        ([1, 1], [1, 1], ["frontier", "same"], (0,)),
        ([1, 3, 3], [1, 2, 2], ["frontier", "frontier", "same"], (0, 1)),
        ([0, 1, 2], [0, 1, 2], ["frontier"] * 3, (0, 1, 2)),
        ([0, 1.1, 2], [0, 1, 2], ["frontier", "extended", "frontier"], (0, 2)),
        ([5], [1], ["frontier"], (0,)),
        ([-1, 0], [-3, -2], ["frontier", "frontier"], (0, 1)),
    ],
)
def test_dominance_by_hand(cost: list[float], effect: list[float], status: list[str], order: tuple[int, ...]) -> None:
    """Equal cost, equal effect, twins, three on a line (none is dominated), one just off it, one alone, below 0."""
    found = frontier(np.array(cost, float), np.array(effect, float))
    assert (list(found.status), found.order) == (status, order)


def test_the_frontier_is_what_is_best_for_some_worth() -> None:
    """The independent definition: an option is on the frontier if for some worth of effect it has the highest net
    benefit. Random sets; the worths tried are just below and above every ratio of two options."""
    luck = np.random.default_rng(1)
    for _ in range(150):
        cost, effect = luck.uniform(0, 1, (2, 7))
        steps = [(cost[a] - cost[b]) / (effect[a] - effect[b]) for a in range(7) for b in range(a)]
        tried = [worth for step in steps if step > 0 for worth in (step * (1 - 1e-9), step * (1 + 1e-9))]
        best = {int((worth * effect - cost).argmax()) for worth in [0.0, *tried, 1e9]}
        found = frontier(cost, effect)
        assert set(found.order) == best
        assert list(found.ratios[1:]) == sorted(found.ratios[1:])
        for n, status in enumerate(found.status):
            beaten = any(cost[m] <= cost[n] and effect[m] >= effect[n] for m in range(7) if m != n)
            assert (status == "dominated") == beaten


COST = np.array([[[0.0], [0.0], [0.0], [0.0]], [[10.0], [10.0], [30.0], [20.0]]])
EFFECT = np.array([[[0.0], [0.0], [0.0], [0.0]], [[1.0], [2.0], [1.0], [0.0]]])


def test_acceptability_of_two_options_by_hand() -> None:
    """B costs 10, 10, 30, 20 more in four draws and does 1, 2, 1, 0 more. It is the best where worth times effect is
    above its cost: at a worth of 0 never; 5: tied in draw 2; 10: draw 2, tied in 1; 20: draws 1, 2; 40: 1, 2, 3. On
    average it does 1 for 17.5. Loss at 20: of A (10 + 30)/4, of B (10 + 20)/4."""
    grid = np.array([0.0, 5.0, 10.0, 20.0, 40.0])
    found = acceptability(COST, EFFECT, grid)
    assert found.draws[1].tolist() == [0, 0.125, 0.375, 0.5, 0.75]
    assert found.draws[0].tolist() == [1, 0.875, 0.625, 0.5, 0.25]
    assert found.best.tolist() == [0, 0, 0, 1, 1]
    assert found.loss[:, 3].tolist() == [10, 7.5]
    assert found.worlds.tolist() == found.draws.tolist()


def test_draws_and_worlds_are_kept_apart() -> None:
    """One draw of two replicates in which B does 3 or −1 for 1: on average it is worth it, in one world of two it is
    not. Catches replicates taken for draws. Two draws alike, so that a draw is a mean."""
    cost = np.stack([np.zeros((2, 2)), np.ones((2, 2))])
    effect = np.stack([np.zeros((2, 2)), np.array([[3.0, -1.0], [3.0, -1.0]])])
    found = acceptability(cost, effect, np.array([2.0]))
    assert found.draws[:, 0].tolist() == [0, 1]
    assert found.worlds[:, 0].tolist() == [0.5, 0.5]


def test_regret_by_hand() -> None:
    """Merits of two options in ten draws: B lacks 1, 2, … 9 to A in nine, A lacks 5 in the last. The 90 % of 0, 1, … 9
    is 8.1."""
    second = np.zeros(10)
    first = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, -5.0])
    a, b = regrets(np.stack([first, second]))
    assert (a.expected, a.ninety, a.most) == (0.5, pytest.approx(0.5), 5)
    assert (b.expected, b.ninety, b.most) == (4.5, pytest.approx(8.1), 9)


def test_incomplete_worlds_and_empty_draws_go() -> None:
    """A world in which one option lacks a value is left out for all; a draw without any world altogether."""
    cost = np.ones((2, 3, 2))
    effect = np.array([[[1.0, np.nan], [2.0, 3.0], [np.nan, 1.0]], [[1.0, 1.0], [2.0, 3.0], [1.0, np.nan]]])
    found_cost, found_effect = complete(cost, effect)
    assert found_cost.shape == (2, 2, 2)
    assert np.isnan(found_cost[:, 0, 1]).all()
    assert np.isnan(found_effect).sum() == 2


def test_the_grid_reaches_past_the_frontier() -> None:
    """To twice the highest ratio, rounded up to two digits; from 0; where one option is cheapest and best, to twice
    what the dearest costs for the range of effects."""
    cost, effect = np.array([0.0, 10.0, 70.0]), np.array([0.0, 1.0, 3.0])
    grid = wtp_grid(cost, frontier(cost, effect), effect)
    assert (grid[0], grid[-1], len(grid)) == (0, 60, 41)
    worse = np.array([0.0, -1.0, -2.0])
    assert wtp_grid(cost, frontier(cost, worse), worse)[-1] == 70
    same = np.zeros(3)
    assert wtp_grid(same, frontier(same, same), same)[-1] > 0


def test_ratios_of_draws_by_hand() -> None:
    """Nine draws whose ratios are 1 … 9 (their replicates differ): the ratio of means is not the mean of ratios, the
    interval is the draws'. A denominator of both signs leaves it unbounded."""
    below = np.arange(1.0, 10.0)[:, None] * [0.5, 1.5]
    above = np.arange(1.0, 10.0)[:, None] ** 2 * [1.5, 0.5]
    found = ratio(above, below, 0.8)
    assert found.value == pytest.approx(285 / 45)
    assert (found.low, found.high) == pytest.approx((1, 9))
    below[0] = -0.1
    assert math.isnan(ratio(above, below, 0.8).low)


def test_fieller_covers() -> None:
    """Interval of a ratio of paired means over 12 replicates: 95 % of 2,500 data sets cover the true ratio of 2
    (standard error .44 points), though numerator and denominator go together. Catches a covariance left out: the
    planted defect covers 99.9 %."""
    luck, inside, naive, count = np.random.default_rng(2), 0, 0, 2500
    for _ in range(count):
        below = luck.normal(5, 1, 12)
        above = 2 * below + luck.normal(0, 0.5, 12)
        low, high = fieller(above, below, 0.95)
        inside += low <= 2 <= high
        low, high = fieller(luck.permutation(above), below, 0.95)
        naive += low <= 2 <= high
    assert inside / count == pytest.approx(0.95, abs=0.0135)
    assert naive / count > 0.99


def test_fieller_by_hand_and_without_bounds() -> None:
    """A denominator without spread: Student's interval of the numerator over it (t = 4.302653 of 2 degrees of freedom).
    A denominator that may be 0 bounds nothing; nor do fewer than two replicates."""
    low, high = fieller(np.array([1.0, 2.0, 3.0]), np.full(3, 2.0), 0.95)
    half = 4.302653 / 3**0.5
    assert (low, high) == pytest.approx(((2 - half) / 2, (2 + half) / 2), rel=1e-6)
    assert all(map(math.isnan, fieller(np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.5, 1.0]), 0.95)))
    assert all(map(math.isnan, fieller(np.array([1.0]), np.array([2.0]), 0.95)))


def test_costs_and_effects_put_together() -> None:
    """Three options in 40 draws: B does 10 points for $2M more than A in every draw, C 15 for $10M. Gains for a
    million: 5 and 1.5 points; the steps of the frontier cost $20M and $160M a unit. Catches another baseline or unit.
    """
    effect = np.array([0.1, 0.2, 0.25])[:, None, None] + np.linspace(-0.05, 0.05, 40)[:, None] + np.zeros((1, 1, 3))
    cost = np.array([1e6, 3e6, 11e6])[:, None, None] + np.linspace(0, 1e6, 40)[:, None] + np.zeros((1, 1, 3))
    found = cost_effect(worlds_of({"depth": effect, "cost": cost}), "depth", 0, 0.95)
    assert found is not None
    assert [one.value for one in found.per_million[1:]] == pytest.approx([0.05, 0.015])
    assert [one.low for one in found.per_million[1:]] == pytest.approx([0.05, 0.015])
    assert found.frontier.order == (0, 1, 2)
    assert [one.value for one in found.ratios[1:]] == pytest.approx([20e6, 160e6])
    assert found.on_frontier.tolist() == [1, 1, 1]
    assert [one.mean for one in found.extra_cost] == pytest.approx([0, 2e6, 10e6])
    assert found.cost[0].mean == pytest.approx(1.5e6)
    assert found.clouds.shape == (3, 40, 2)
    assert found.acceptability.best[-1] == 2


def test_less_is_better_turns_the_plane_over() -> None:
    """Of an outcome of which less is better, the option with less is the one that does more."""
    values = {"overload": np.array([[[0.3, 0.3]], [[0.1, 0.1]]]), "cost": np.array([[[1.0, 1.0]], [[2.0, 2.0]]])}
    found = cost_effect(worlds_of(values), "overload", 0, 0.95)
    assert found is not None
    assert found.frontier.order == (0, 1)
    assert found.ratios[1].value == pytest.approx(5)


def test_without_costs_there_is_no_frontier() -> None:
    """Nor of the cost itself; and an outcome that most worlds lack has neither frontier nor regret."""
    values = {"depth": np.ones((2, 1, 2))}
    assert cost_effect(worlds_of(values), "depth", 0, 0.95) is None
    assert spending(worlds_of(values), 0) is None
    assert cost_effect(worlds_of({"cost": np.ones((2, 1, 2))}), "cost", 0, 0.95) is None
    rare = np.ones((2, 1, 5))
    rare[1, 0, 1:4] = np.nan
    found = judge(worlds_of({"sustained": rare, "cost": np.ones((2, 1, 5))}, keep=["sustained"]), Asked())
    assert found.outcomes[0].cost is None
    assert found.outcomes[0].regret == ()
    assert found.outcomes[0].shared == 0.4


@pytest.mark.parametrize(
    ("cost", "equal", "all_equal"),
    [
        ([1.0, 20.0, 20.9], True, False),
        ([1.0, 20.0, 21.1], False, False),
        ([20.0, 20.5, 20.9], True, True),
        ([1.0, 19.0, 20.0], True, False),
        ([20.0, 20.9], False, True),
        ([1.0, 20.0], False, False),
    ],
)
def test_equal_spend(cost: list[float], equal: bool, all_equal: bool) -> None:
    """Within 5 % of the highest, the baseline apart; with two options there are no others to be equal."""
    found = spending(worlds_of({"cost": np.array(cost)[:, None, None] * np.ones((1, 1, 2))}), 0)
    assert found is not None
    assert (found.equal, found.all_equal) == (equal, all_equal)


@pytest.mark.parametrize("cost", [[[[1.0, 1.0]], [[None, None]]], [[[None, 1.0]], [[1.0, None]]]])
def test_costs_without_a_world_in_common(cost: list[list[list[float | None]]]) -> None:
    assert spending(worlds_of({"cost": np.array(cost, dtype=float)}), 0) is None


def test_equal_on_average_is_not_equal_in_every_draw() -> None:
    """B and C cost 20 on average; in the second draw of two B costs 18 and C 22, in the first B costs 15 and 27 in its
    two worlds, 21 on average, and C 20."""
    cost = np.array([[[1.0, 1.0], [1.0, 1.0]], [[15.0, 27.0], [18.0, 18.0]], [[20.0, 20.0], [22.0, 22.0]]])
    found = spending(worlds_of({"cost": cost}), 0)
    assert found is not None
    assert found.mean == (1, 19.5, 21)
    assert (found.equal, found.equal_draws) == (False, 0.5)
    cost[2, 0] = 21.0
    cost[2, 1] = 18.0
    found = spending(worlds_of({"cost": cost}), 0)
    assert found is not None
    assert (found.equal, found.equal_draws) == (True, 1)


def test_the_baseline_is_the_cheapest_unless_told() -> None:
    """Catches the first taken for it, and a name that is not heard."""
    worlds = worlds_of({"cost": np.array([5.0, 1.0, 3.0])[:, None, None] * np.ones((1, 1, 2))})
    assert cheapest(worlds) == 1
    assert judge(worlds, Asked(baseline="C")).baseline == 2
    assert judge(worlds, Asked()).baseline == 1
    assert cheapest(worlds_of({"depth": np.ones((2, 1, 2))})) == 0


def with_budget(annual: object, partners: tuple[object, ...] = (), districts: tuple[str, ...] = ()) -> Scenario:
    """A scenario of one district, or of several alike, with a budget and partners."""
    text = worlds_of({"cost": np.ones((2, 1, 2))}).cells[0].text
    known = scenario_of(text).model_dump(mode="json")
    known["policy"]["budget"] = {"annual": annual}
    known["policy"]["networks"]["partners"] = list(partners)
    if districts:
        (one,) = known["where"]["districts"].values()
        known["where"]["districts"] = dict.fromkeys(districts, one)
    return Scenario.model_validate(known)


def test_what_a_budget_allows() -> None:
    """Annual money times years; of one district or of all; none where a district has none."""
    scenario = with_budget({"others": 2e6})
    district = next(iter(scenario.where.districts))
    assert allowed_money(scenario, "all", 10) == 20e6
    assert allowed_money(scenario, district, 3) == 6e6
    assert allowed_money(with_budget({"elsewhere": 2e6}), "all", 10) is None
    several = with_budget({"east": 1e6, "west": 2e6}, districts=("east", "west"))
    assert [allowed_money(several, place, 2) for place in ("all", "east", "west")] == [6e6, 2e6, 4e6]
    assert allowed_money(with_budget({"east": 1e6}, districts=("east", "west")), "all", 2) is None


@pytest.mark.parametrize(
    ("spent", "partner", "over", "under"),
    [(20.0, 0.0, 0, 0), (19.5, 0.0, 0, 0), (22.0, 0.0, 1, 0), (18.0, 0.0, 0, 1), (22.0, 2.0, 0, 0), (20.9, 0.0, 0, 0)],
)
def test_budgets_that_do_not_bind(spent: float, partner: float, over: float, under: float) -> None:
    """$2M a year for ten years: more than 5 % above or below is told, what a partner pays is not the district's."""
    worlds = worlds_of({"cost": np.full((2, 1, 4), spent * 1e6), "cost_partner": np.full((2, 1, 4), partner * 1e6)})
    text = json.dumps(with_budget({"others": 2e6}).model_dump(mode="json"))
    cells = (replace(worlds.cells[0], text=text), worlds.cells[1])
    found = slack(replace(worlds, cells=cells))
    told = [(one.option, one.allowed, one.spent, one.over, one.under) for one in found]
    assert told == ([("A", 20e6, (spent - partner) * 1e6, over, under)] if over or under else [])


@pytest.mark.parametrize(("member", "kept", "told"), [(True, False, 0), (True, True, 1), (False, False, 1)])
def test_what_partners_pay_has_to_be_known(member: bool, kept: bool, told: int) -> None:
    """Where a partner may pay and that is not kept, nothing is said of a budget."""
    values = {"cost": np.full((2, 1, 4), 30e6)} | ({"cost_partner": np.zeros((2, 1, 4))} if kept else {})
    worlds = worlds_of(values)
    (district,) = with_budget({"others": 2e6}).where.districts
    partners = ({"name": "fund", "members": {district: "all"}},) if member else ()
    text = json.dumps(with_budget({"others": 2e6}, partners).model_dump(mode="json"))
    assert len(slack(replace(worlds, cells=(replace(worlds.cells[0], text=text), worlds.cells[1])))) == told


def test_a_ratio_under_structures_runs_over_the_ratios_of_each() -> None:
    """Three draws under each: ratios 1, 2, 3 and 5, 10, 15 (of 2 each), whose central halves are their whole ranges.
    The value is that of all sums, 66 over 9. Where one structure's denominators have both signs, there is no bound."""
    above = np.array([1.0, 2.0, 3.0, 10.0, 20.0, 30.0])[:, None]
    below = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])[:, None]
    structure = np.array([0, 0, 0, 1, 1, 1])
    found = ratio_under(above, below, structure, 0.5)
    assert found.value == pytest.approx(66 / 9)
    assert (found.low, found.high) == (1.0, 15.0)
    assert ratio_under(above[::-1], below[::-1], structure, 0.5) == found
    assert ratio_under(above, below, np.zeros(6, dtype=int), 0.5) == ratio(above, below, 0.5)
    open_ended = ratio_under(above, np.where(above == 10, -below, below), structure, 0.5)
    assert np.isnan([open_ended.low, open_ended.high]).all()
    assert open_ended.value == pytest.approx(66 / 5)
