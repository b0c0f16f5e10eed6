"""The optimiser on problems with a known front, and what is said of a frontier."""

import math
import sys
from collections.abc import Sequence

import numpy as np
import pytest
from cells import noise

from simdiff.analysis.cell_values import AskError
from simdiff.analysis.discovery import MissingExtraError
from simdiff.analysis.factor_contrasts import Effect, effect_of
from simdiff.analysis.optimise import (
    POPULATION,
    Decision,
    Levels,
    Objective,
    Tried,
    decisions_of,
    dominates,
    frontier,
    late_share,
    objectives_of,
    robust,
    search,
    spread_out,
)
from simdiff.analysis.second_look import (
    FIRST,
    HALF,
    OPEN,
    SECOND,
    TRADE,
    Candidate,
    compare_pairs,
    knee,
    label_of,
    look_again,
    trade_offs,
    verdict_of,
)
from simdiff.scenario import Experiment

X = Decision("x", -4.0, 4.0, False, ())
KIND = Decision("kind", 0.0, 0.0, False, ("bad", "good"))
WHOLE = Decision("n", 0.0, 5.0, True, ())


def schaffer(mixes: Sequence[Levels]) -> tuple[np.ndarray, np.ndarray]:
    """Schaffer's problem: x² and (x − 2)², whose Pareto set is 0 ≤ x ≤ 2; a bad kind and each n cost 5 in both. The
    budget is x ≤ 1."""
    x = np.array([float(mix["x"]) for mix in mixes])
    extra = np.array([5.0 * (mix["kind"] == "bad") + 5.0 * float(mix["n"]) for mix in mixes])
    return np.stack([x**2 + extra, (x - 2) ** 2 + extra], axis=1), x - 1.0


def tried(count: int, seed: int = 1) -> list[Tried]:
    return search([X, KIND, WHOLE], 2, schaffer, count, seed)


def test_the_front_of_a_known_problem_is_found_within_the_budget() -> None:
    """The front is x from 0 to 1 (in steps of .08) with the good kind and n = 0. Catches a search that ignores the
    budget, or an objective, and levels or whole numbers that are mixed up."""
    found = tried(16 * POPULATION)
    front = [found[n] for n in frontier(found)]
    xs = [float(one.levels["x"]) for one in front]
    assert len(front) >= 6
    assert all(one.levels["kind"] == "good" and one.levels["n"] == 0 for one in front)
    assert -0.05 <= min(xs) < 0.15
    assert 0.85 < max(xs) <= 1.0
    assert all(one.excess <= 0 for one in front)


def test_a_longer_search_begins_as_a_shorter_and_another_seed_differs() -> None:
    """So that what is stored is used again. Catches luck that is not seeded, and a population that depends on the
    number of evaluations."""
    short, long = tried(POPULATION + 10), tried(2 * POPULATION)
    assert [one.levels for one in long[: len(short)]] == [one.levels for one in short]
    assert short[0].levels == {"x": -4.0, "kind": "bad", "n": 0}
    assert [one.levels for one in tried(POPULATION, seed=2)] != [one.levels for one in short[:POPULATION]]


def test_an_undefined_score_is_no_mix_of_the_frontier() -> None:
    """Catches a crash, or undefined taken for best."""

    def undefined(mixes: Sequence[Levels]) -> tuple[np.ndarray, np.ndarray]:
        losses, excess = schaffer(mixes)
        losses[[float(mix["x"]) < 0 for mix in mixes], 0] = np.nan
        return losses, excess

    found = search([X, KIND, WHOLE], 2, undefined, 2 * POPULATION, 1)
    assert len(found) == 2 * POPULATION
    assert any(math.isnan(one.losses[0]) for one in found)
    assert all(float(found[n].levels["x"]) >= 0 for n in frontier(found))


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback where the extra is not installed."""
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"simdiff\[optimize\]"):
        tried(1)


def test_decisions_are_the_factors_and_nobody_decides_a_prior() -> None:
    """Catches ends of a range that cannot be chosen, and an optimum over what is not known."""
    data = {"format": 1, "name": "e", "title": "E", "scenarios": ["status-quo"], "factors": {
        "a": {"path": "policy.talent.coaching.per_100_teachers", "low": 0, "high": 1.2},
        "b": {"path": "policy.flexibility.pilots.sites", "low": 2, "high": 6},
        "c": {"on": {"policy.goals": {}}}}}  # fmt: skip
    a, b, c = decisions_of(Experiment.model_validate(data))
    assert [a.value(0), a.value(50), a.value(a.choices() - 1)] == [0.0, 0.6, 1.2]
    assert [b.value(n) for n in range(b.choices())] == [2, 3, 4, 5, 6]
    assert [c.value(n) for n in range(c.choices())] == ["off", "on"]
    for unknown in ({"prior": "master"}, {"path": "structure.contagion", "values": ["logit", "hazard"]}):
        told = {**data, "factors": {**data["factors"], "d": unknown}}  # type: ignore[dict-item]
        with pytest.raises(AskError, match="d: nobody decides this"):
            decisions_of(Experiment.model_validate(told))


def test_objectives_have_their_sense() -> None:
    """Deep schools are to be many, costs small, a gap near zero. Catches a maximised cost."""
    found = objectives_of(["deep_schools", "cost", "equity_gap"], ["deep_schools", "cost", "equity_gap"])
    assert [one.sense for one in found] == [-1, 1, 0]
    values = np.array([[[-0.2, 0.1]]])
    assert [one.losses(values).tolist() for one in found] == [[[[0.2, -0.1]]], [[[-0.2, 0.1]]], [[[0.2, 0.1]]]]
    with pytest.raises(AskError, match="did you mean `cost`"):
        objectives_of(["deep_schools", "costs"], ["deep_schools", "cost"])
    with pytest.raises(AskError, match="two or more"):
        objectives_of(["cost", "cost"], ["cost"])


def test_robust_scores_by_hand() -> None:
    """Draws' mean losses 1, 2, 3, 4, 5: mean 3; all but a quarter of the draws stay at 4 or below."""
    losses = np.array([[1.0, 2, 3, 4, 5]])[:, :, None] + np.array([-1.0, 1.0])
    assert robust(losses, None) == pytest.approx([3.0])
    assert robust(losses, 0.25) == pytest.approx([4.0])
    assert np.isnan(robust(np.array([[[np.nan], [1.0]]]), None)).all()


def test_frontiers_by_hand() -> None:
    """Of (1, 3), (2, 2), (3, 1), (2, 3) and a free lunch above the budget, the first three; a mix tried twice counts
    once. Catches weak dominance, and mixes above the budget."""
    points = [((1, 3), 0), ((2, 2), 0), ((3, 1), -1), ((2, 3), 0), ((0, 0), 1), ((2, 2), 0)]
    found = [Tried({"x": str(losses)}, losses, over) for losses, over in points]
    assert frontier(found) == [0, 1, 2]
    assert dominates((1, 2), (1, 3))
    assert not dominates((1, 2), (1, 2))
    assert not dominates((1, 3), (2, 1))
    assert late_share([*found, Tried({"x": "late"}, (0.5, 3.5), 0)]) == pytest.approx(1 / 4)


def test_shown_mixes_are_the_ends_and_what_lies_far_apart() -> None:
    """Catches a frontier cut at one end, and scales in which dollars outweigh shares."""
    losses = [(n / 10, 1e6 * (10 - n)) for n in range(11)]
    assert spread_out(losses, 3) == [0, 5, 10]
    assert spread_out(losses, 20) == list(range(11))


# The second look.


def test_a_bend_is_where_leaving_loses_most() -> None:
    """Losses (0, 1), (.1, .1), (1, 0): leaving the middle loses .9 to gain .1 either way, 9 times. The ends have
    nothing to lose so dearly: 1/9. On a straight front every trade is even."""
    assert trade_offs(np.array([[0, 1], [0.1, 0.1], [1, 0]])) == pytest.approx([1 / 9, 9, 1 / 9])
    assert trade_offs(np.array([[0, 2], [1, 1], [2, 0.0]])) == pytest.approx([1, 1, 1])


def look(values: np.ndarray, cost: np.ndarray, budget: float = 10.0):  # type: ignore[no-untyped-def]
    objectives = [Objective("deep_schools", -1), Objective("cost", 1)]
    candidates = [Candidate(f"mix-{n}", {"x": n}, (0.0, 0.0)) for n in range(len(values))]
    return objectives, look_again(candidates, objectives, [values, cost], cost, budget, None)


def test_what_mixes_reach_is_told_from_the_fresh_runs() -> None:
    """Three mixes in twenty draws: shares .9, .8, .1, costs 1, 2 and 9 to 12. Catches losses told for outcomes, a bad
    case on the wrong side, and a share over the budget that is of runs."""
    spread = np.linspace(0, 3, 20)[:, None] + np.zeros((20, 4))
    values = np.array([0.9, 0.8, 0.1])[:, None, None] + 0.01 * spread
    cost = np.stack([1 + 0 * spread, 2 + 0 * spread, 9 + spread])
    objectives, mixes = look(values, cost)
    assert [one.label for one in mixes] == ["A", "B", "C"]
    assert mixes[0].reached[0].mean == pytest.approx(0.915)
    assert mixes[0].bad[0] == pytest.approx(0.9 + 0.01 * np.quantile(spread[:, 0], 0.1))
    assert mixes[2].bad[1] == pytest.approx(9 + np.quantile(spread[:, 0], 0.9))
    assert [one.over for one in mixes] == [0, 0, pytest.approx(np.mean(spread[:, 0] > 1))]
    assert [one.dominated for one in mixes] == [False, True, True]
    pairs = compare_pairs(mixes, objectives, [values, cost])
    assert {(one.first, one.second): one.verdict for one in pairs} == {
        ("A", "B"): FIRST, ("A", "C"): FIRST, ("B", "C"): FIRST}  # fmt: skip
    assert pairs[0].differences[0].mean == pytest.approx(0.1)


def test_the_knee_is_no_end_and_no_beaten_mix() -> None:
    """Catches a knee at doing nothing, which is best in cost."""
    values = np.array([1.0, 0.9, 0.0, 0.2])[:, None, None] + np.zeros((1, 3))
    cost = np.array([9.0, 2.0, 1.0, 5.0])[:, None, None] + np.zeros((1, 3))
    best = knee(look(values, cost)[1])
    assert best is not None
    assert best.label == "B"
    assert knee(look(values[[0, 2]], cost[[0, 2]])[1]) is None
    assert knee([]) is None


def effect(mean: float, sign: int) -> Effect:
    """An effect that is firm in every world, or (``sign`` 0) open."""
    found = effect_of("", mean + (0 if sign else 10) * np.array([[-1.0, 0.0, 1.0]]))
    assert (round(found.mean, 9), found.sign) == (mean, sign)
    return found


@pytest.mark.parametrize(("losses", "said"), [
    ([(-1, -1), (1, 1)], TRADE), ([(-1, -1), (-0.1, 0)], FIRST), ([(1, 1), (0, 0)], SECOND),
    ([(-1, -1), (0.4, 0)], HALF), ([(1, 1), (-0.4, 0)], HALF), ([(0.5, 0), (-0.5, 0)], OPEN),
])  # fmt: skip
def test_verdicts_of_pairs(losses: list[tuple[float, int]], said: str) -> None:
    """A mix that is firmly cheaper and has fewer deep schools, if not firmly so, is not the better one. Catches a claim
    from what is merely not shown."""
    assert verdict_of([effect(*one) for one in losses]) == said


def test_the_second_look_is_free_of_the_winners_curse() -> None:
    """Twelve hundred mixes that are all worth .5: the best-looking twelve score far above it in the search, and .5 on
    fresh luck. Catches figures that were used for choosing."""
    seen = 0.5 + 0.1 * noise(8, 1200, 1, 4)
    best = np.argsort(-seen.mean(axis=(1, 2)))[:12]
    fresh = 0.5 + 0.1 * noise(9, 1200, 1, 16)
    _, mixes = look(fresh[best], np.ones((12, 1, 16)))
    assert seen[best].mean() > 0.6
    assert np.mean([one.reached[0].mean for one in mixes]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([one.reached[0].mean for one in mixes]) == pytest.approx(fresh[best].mean())


def test_labels_are_letters_that_do_not_repeat() -> None:
    """Catches two mixes under one letter."""
    assert [label_of(n) for n in (0, 25, 26, 53)] == ["A", "Z", "A2", "B3"]
    assert effect_of("x", np.ones((1, 3))).sign == 1
