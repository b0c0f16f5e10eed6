"""Scenario discovery: a planted box is found again, chance is told from it, and points are what they say."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from cells import cell, noise

from simdiff.analysis import discovery
from simdiff.analysis.cell_values import Asked, AskError
from simdiff.analysis.discovery import (
    MissingExtraError,
    NothingToFindError,
    discover,
    order,
    quality,
    quasi_p,
    tree_leaves,
    trimmed,
)
from simdiff.analysis.points import Column, Points, parse_condition, points_of

ASKED = Asked("depth", None, "all", "p")


def points(count: int, fails: np.ndarray, table: np.ndarray) -> Points:
    names = ["x", "y", "z", "form"]
    columns = tuple(Column(name, "hazard" if name == "form" else None, table[:, n]) for n, name in enumerate(names))
    return Points(columns, np.zeros(count), fails, 0.0, 0)


@pytest.fixture(scope="module")
def planted() -> Points:
    """240 even points that fail where x ≤ .4 and form is hazard, 3 in 100 labels turned round."""
    lots = np.random.default_rng(5).random((240, 5))
    table = np.column_stack([lots[:, :3], (lots[:, 3] < 0.5).astype(float)])
    inside = (table[:, 0] <= 0.4) & (table[:, 3] == 1)
    return points(240, inside ^ (lots[:, 4] < 0.03), table)


def test_a_planted_box_is_found_again(planted: Points) -> None:
    """Catches limits of another column, restrictions that mean nothing kept, and measures that are not of the box."""
    found = discover(planted, seed=1, checks=3)
    assert {one.column for one in found.box.restrictions} == {"x", "form"}
    by = {one.column: one for one in found.box.restrictions}
    assert by["x"].high == pytest.approx(0.4, abs=0.06)
    assert (by["x"].low, by["form"].low, by["form"].high) == (-math.inf, pytest.approx(0.5, abs=0.51), math.inf)
    assert found.box.coverage > 0.8
    assert found.box.density > 0.85
    assert found.fresh_density > 0.75
    assert [one.again for one in found.box.restrictions] == pytest.approx([1.0, 1.0])
    assert found.as_good == 0
    assert found.failing == pytest.approx(planted.fails.mean())
    assert found.path[0].coverage == 1.0
    assert all(one.p < 1e-6 for one in found.box.restrictions)


def test_the_tree_finds_it_too(planted: Points) -> None:
    """Catches leaves with left and right taken for each other."""
    table = np.column_stack([one.values for one in planted.columns])
    leaf = next(tree_leaves(table, planted.fails, planted.columns))
    by = {one.column: one for one in leaf.restrictions}
    assert by["x"].high == pytest.approx(0.4, abs=0.06)
    assert by["form"].low == 0.5
    assert leaf.density > 0.85


def test_nothing_is_made_of_labels_without_pattern() -> None:
    """Labels by lot: boxes as good are found in shuffled labels too. Catches a box that chance explains."""
    lots = np.random.default_rng(6).random((100, 5))
    found = discover(points(100, lots[:, 4] < 0.3, np.round(lots[:, :4], 3)), seed=1, checks=6)
    assert found.as_good >= 2
    assert found.fresh_density < 0.5


def test_too_few_failures_are_not_looked_into(planted: Points) -> None:
    """Catches boxes around a handful of points."""
    table = np.column_stack([one.values for one in planted.columns])
    for count in (9, 231):
        with pytest.raises(NothingToFindError, match=f"{count} of 240"):
            discover(points(240, np.arange(240) < count, table), seed=1)


def test_missing_libraries_are_told(planted: Points, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback where the extra is not installed."""
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis", None)
    with pytest.raises(MissingExtraError, match=r"simdiff\[discover\]"):
        discover(planted, seed=1)
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(MissingExtraError, match=r"simdiff\[discover\]"):
        next(discovery.tree_leaves(np.zeros((9, 1)), np.arange(9) > 3, ()))


def test_coverage_and_density_by_hand() -> None:
    """Five points, three fail; the box x ≤ 3 holds two failures and one other."""
    table, fails = np.array([[1.0], [2], [3], [4], [5]]), np.array([True, True, False, False, True])
    assert quality(table, fails, {0: (-math.inf, 3.0)}) == pytest.approx((2 / 3, 2 / 3))
    assert quality(table, fails, {}) == (1.0, 0.6)


def test_the_quasi_p_value_is_a_binomial_tail() -> None:
    """Ten points, five fail; x ≤ 4 holds four, all failing. Without it 5 of 10 fail: P(Bin(4, ½) ≥ 4) = 1/16. Catches a
    tail without its own end (it would be 0)."""
    table = np.arange(1.0, 11)[:, None]
    fails = np.arange(1, 11) <= 5
    assert quasi_p(table, fails, {0: (-math.inf, 4.0)}, 0) == pytest.approx(1 / 16)
    assert trimmed(table, fails, {0: (-math.inf, 4.0)}) == {}
    assert trimmed(table, fails, {0: (-math.inf, 5.0)}) == {0: (-math.inf, 5.0)}  # 1/32


def test_orders_are_the_same_for_the_same_name_and_seed() -> None:
    """Catches luck that is not keyed."""
    assert sorted(order(1, "a", 50)) == list(range(50))
    np.testing.assert_array_equal(order(1, "a", 50), order(1, "a", 50))
    assert (order(1, "a", 50) != order(1, "b", 50)).any()
    assert (order(1, "a", 50) != order(2, "a", 50)).any()


# Points.


@pytest.mark.parametrize(("text", "sign", "value"), [("depth<0.1", "<", 0.1), (" cost >= 2e7 ", ">=", 2e7),
                                                      ("equity_gap>-0.5", ">", -0.5)])  # fmt: skip
def test_conditions_are_read(text: str, sign: str, value: float) -> None:
    """Catches ``<=`` read as ``<``."""
    found = parse_condition(text)
    assert (found.sign, found.value) == (sign, value)
    assert found.holds(np.array([value])).tolist() == ["=" in sign]


@pytest.mark.parametrize("text", ["depth", "depth=1", "depth<", "depth<1..2", "<0.1", "depth<0.1; rm"])
def test_conditions_that_are_none_are_refused(text: str) -> None:
    """Catches a condition half read."""
    with pytest.raises(AskError, match="expected an outcome"):
        parse_condition(text)


class FakeRows:
    """Values of cells by name."""

    def __init__(self, plan: SimpleNamespace, values: dict[str, np.ndarray]) -> None:
        self.plan, self.kept = plan, values

    def values(self, one, *asked) -> np.ndarray:  # type: ignore[no-untyped-def]
        return self.kept[one.id]


def sweep() -> tuple[SimpleNamespace, FakeRows]:
    """Two scenarios at three points each, two draws, four replicates; the second scenario's cells in another order. The
    outcome of ``new`` is x + .1·draw + luck, of ``old`` luck alone."""
    xs = [0.0, 0.5, 1.0]
    new = [cell({"x": x, "form": "a" if x else "b", "flag": True}, "new") for x in xs]
    old = [cell({"x": x, "form": "a" if x else "b", "flag": True}, "old") for x in reversed(xs)]
    luck = noise(1, 2, 4)
    values = {}
    for one in (*new, *old):
        object.__setattr__(one, "id", f"{one.scenario}/{one.name}")
        gain = float(one.levels["x"]) + 0.1 * np.arange(2)[:, None] if one.scenario == "new" else 0.0
        values[one.id] = luck + gain
    draws = ({"p": 1.0, "q": 2.0}, {"p": 3.0, "q": 2.0})
    factors = dict.fromkeys(("x", "form", "flag"))
    plan = SimpleNamespace(cells=tuple(new + old), draws=draws, experiment=SimpleNamespace(factors=factors))
    return plan, FakeRows(plan, values)


def test_points_are_cells_at_draws_and_differences_are_of_the_cell_with_the_same_levels() -> None:
    """Gains are exactly x + .1·draw, whatever the luck. Catches cells paired by their order, columns that do not vary,
    and values that stand beside another cell's levels."""
    plan, rows = sweep()
    found = points_of(plan, rows, ASKED, parse_condition("depth<0.55"), "new", "old")
    np.testing.assert_allclose(found.values, [0, 0.1, 0.5, 0.6, 1, 1.1], atol=1e-12)
    assert found.fails.tolist() == [True, True, True, False, False, False]
    columns = {(one.name, one.level): one.values.tolist() for one in found.columns}
    assert columns == {("x", None): [0, 0, 0.5, 0.5, 1, 1], ("form", "a"): [0, 0, 1, 1, 1, 1],
                       ("p", None): [1, 3, 1, 3, 1, 3]}  # fmt: skip
    assert (found.unsure, found.left_out, found.draws) == (0, 0, 2)
    chosen = points_of(plan, rows, ASKED, parse_condition("depth<0.55"), "new", "old", ["p"])
    assert [one.name for one in chosen.columns] == ["p"]


def test_points_that_chance_may_have_decided_are_counted() -> None:
    """Without the other scenario the luck (about 1) stays in: no point is sure. Catches labels taken for certain."""
    plan, rows = sweep()
    found = points_of(plan, rows, ASKED, parse_condition("depth<0.5"), "new", None)
    assert found.unsure == 1.0
    rows.kept[plan.cells[0].id] = np.full((2, 4), np.nan)
    found = points_of(plan, rows, ASKED, parse_condition("depth<0.5"), "new", None)
    assert (len(found.values), found.left_out) == (4, 2)


@pytest.mark.parametrize(("policy", "against", "columns", "said"), [
    (None, None, (), "--policy: expected one of the scenarios `new`, `old`"),
    ("nwe", None, (), "did you mean `new`"),
    ("new", "old", ("xx",), "nothing named `xx` varies"),
    ("new", "old", ("flag",), "nothing varies"),
])  # fmt: skip
def test_points_that_are_not_there_are_told(policy: str, against: str, columns: tuple[str, ...], said: str) -> None:
    """Catches a traceback, and an analysis of other cells than those asked for."""
    plan, rows = sweep()
    with pytest.raises(AskError, match=said):
        points_of(plan, rows, ASKED, parse_condition("depth<0.5"), policy, against, columns)
