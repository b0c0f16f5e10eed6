"""Parts of the model by hand: ramps, ranks, ties, laws, lifetimes, and the order in which schools are picked."""

import math
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_runs import make_inputs, make_rows, make_scenario, start

from simdiff.model import engine, ties
from simdiff.model.inputs import beta_law, match_hazard, parameter_values
from simdiff.model.luck import SITES, draws
from simdiff.model.outcomes import survival_at
from simdiff.model.places import quantile
from simdiff.model.policy import ramp
from simdiff.model.rules.adoption import decision_probability
from simdiff.model.state import INSTALL, NEVER, PILOT, POINT, ZONE
from simdiff.model.ties import bundle, edges_from, feeder_ties, near_ties, ring_ties
from simdiff.model.world import fractional_rank

known = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((0.8, 2, NEVER, 4), [0, 0, 0, 0.2, 0.4, 0.6, 0.8, 0.8]),
        ((0.8, 2, 5, 4), [0, 0, 0, 0.2, 0.4, 0, 0, 0]),
        ((0.8, 2, NEVER, 0), [0, 0, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]),
        ((1.0, 0, 1, 0), [1, 0, 0, 0, 0, 0, 0, 0]),
        ((1.0, 3, NEVER, 1), [0, 0, 0, 0, 1, 1, 1, 1]),
        ((1.0, 9, 12, 0), [0] * 8),
    ],
)
def test_ramp(said, expected):
    """E1, x(t) = L clip((t − t0)/ramp, 0, 1) for t0 ≤ t < t1. Catches a ramp that starts or stops a month off."""
    assert ramp(*said, 8) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("lever", ["sponsorship", "mandate"])
def test_sponsorship_and_mandates_start_at_once(lever):
    """Catches a documented default that is lost as soon as a level is given."""
    inputs = make_inputs(make_scenario({lever: 0.5}))
    assert inputs.policy.lever[lever][0, 11:14].tolist() == [0.0, 0.5, 0.5]


def test_quantile():
    """Straight lines between published quantiles, the outer ones continued by .05, then cut to the range."""
    published = [10.0, 20.0, 30.0, 40.0, 50.0]
    u = np.array([0.0, 0.05, 0.15, 0.25, 0.5, 0.75, 0.85, 0.95, 1.0])
    assert quantile(published, u, 0, 100) == pytest.approx([7.5, 10, 15, 20, 30, 40, 45, 50, 52.5])
    assert quantile(published, u, 9, 51) == pytest.approx([9, 10, 15, 20, 30, 40, 45, 50, 51])


def test_fractional_rank():
    """(position − ½)/S, lowest first; equal values share. Any ranking has mean ½."""
    assert fractional_rank(np.array([0.3, 0.1, 0.9, 0.3])) == pytest.approx([0.5, 0.125, 0.875, 0.5])
    assert fractional_rank(np.array([2.0, 2.0, 2.0])).tolist() == [0.5, 0.5, 0.5]
    assert fractional_rank(np.array([1.0])).tolist() == [0.5]
    values = np.floor(np.random.default_rng(1).random(97) * 20)
    assert fractional_rank(values).mean() == pytest.approx(0.5, abs=1e-12)


def brute_costs(x, y, need, scale_km, scale_need):
    """dist/ξ + |Δh|/ω_h between all pairs, infinite with oneself."""
    cost = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y)) / scale_km
    cost += np.abs(np.subtract.outer(need, need)) / scale_need
    np.fill_diagonal(cost, np.inf)
    return cost


@known
@given(
    st.integers(2, 200), st.integers(1, 14), st.sampled_from([0.2, 8.0, 1e6]), st.sampled_from([0.01, 0.35, 1e6]),
    st.integers(0, 10_000), st.booleans(), st.booleans(),
)  # fmt: skip
def test_near_ties_are_the_nearest(schools, count, scale_km, scale_need, seed, doubled, by_tree):
    """Catches a neighbour missed by the tree search: costs equal brute force, also with schools at one point."""
    with patch.object(ties, "EVERYONE", 0 if by_tree else ties.EVERYONE):
        check_nearest(schools, count, scale_km, scale_need, seed, doubled)


@pytest.mark.parametrize("seed", range(4))
def test_near_ties_of_a_large_district(seed):
    """The same in a district of the size for which the tree is there; its first candidates do not always suffice."""
    check_nearest(2 * ties.EVERYONE, 12, 8.0, 0.35, seed, False)


def check_nearest(schools, count, scale_km, scale_need, seed, doubled):
    """Ties of random points against brute force; ``doubled``: several schools to a point."""
    rng = np.random.default_rng(seed)
    x, y, need = rng.random(schools) * 20, rng.random(schools) * 5, rng.random(schools)
    if doubled:
        same = rng.integers(0, max(1, schools // 3), schools)
        x, y, need = x[same], y[same], need[same]
    looks, sees, weight = near_ties(x, y, need, scale_km, scale_need, count)
    kept = min(count, schools - 1)
    cost = brute_costs(x, y, need, scale_km, scale_need)
    assert looks.tolist() == np.repeat(np.arange(schools), kept).tolist()
    assert (looks != sees).all()
    assert all(len(set(row)) == kept for row in sees.reshape(schools, kept))
    expected = np.sort(cost, axis=1)[:, :kept]
    assert np.sort(cost[looks, sees].reshape(schools, kept), axis=1) == pytest.approx(expected, abs=1e-9)
    raw = np.exp(-cost[looks, sees])
    assert weight.sum() / schools == pytest.approx(1.0, rel=1e-12)
    assert weight == pytest.approx(raw / raw.sum() * schools, rel=1e-9, abs=1e-15)


def test_near_ties_by_hand():
    """Three schools on a line at 0, 8 and 24 km, ξ = 8: costs 1, 3 and 2; two ties each; mean row sum 1."""
    looks, sees, weight = near_ties(np.array([0.0, 8, 24]), np.zeros(3), np.full(3, 0.5), 8.0, 0.35, 2)
    raw = {(0, 1): 1, (0, 2): 3, (1, 0): 1, (1, 2): 2, (2, 0): 3, (2, 1): 2}
    total = sum(math.exp(-cost) for cost in raw.values())
    found = dict(zip(zip(looks.tolist(), sees.tolist(), strict=True), weight.tolist(), strict=True))
    assert found == pytest.approx({pair: 3 * math.exp(-cost) / total for pair, cost in raw.items()}, rel=1e-12)


@known
@given(st.integers(0, 40), st.integers(0, 12), st.integers(1, 4), st.booleans(), st.integers(0, 10_000))
def test_ring_ties(schools, count, groups, apart, seed):
    """Catches ties to oneself, to one peer twice, or within a district where they are to cross; and wrong counts."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, schools)
    looks, sees, weight = ring_ties(rng.random(schools), group, count, apart)
    for school in range(schools):
        peers = sees[looks == school]
        possible = (group != group[school]).sum() if apart else schools - 1
        assert len(set(peers.tolist())) == len(peers) == min(count, possible)
        assert school not in peers
        assert not apart or (group[peers] != group[school]).all()
        assert weight[looks == school].sum() == pytest.approx(1.0 if len(peers) else 0.0)


def test_ring_is_in_the_order_of_lots():
    """Lots .7, .1, .9, .4 make the ring 1, 3, 0, 2: each sees the next two."""
    looks, sees, _ = ring_ties(np.array([0.7, 0.1, 0.9, 0.4]), np.zeros(4, dtype=np.int64), 2, False)
    found = {school: sees[looks == school].tolist() for school in range(4)}
    assert found == {1: [3, 0], 3: [0, 2], 0: [2, 1], 2: [1, 3]}


def test_ring_passes_over_its_own_by_runs():
    """Ring order 0 … 7 in districts a a a b a a a c: a's schools meet 3 and 7 whatever stands between; b and c, the
    next two of others. Catches a run that ends a step early, late, or at the seam of the ring."""
    group = np.array([0, 0, 0, 1, 0, 0, 0, 2])
    looks, sees, _ = ring_ties(np.arange(8) / 8, group, 2, True)
    found = {school: sees[looks == school].tolist() for school in range(8)}
    assert found == {0: [3, 7], 1: [3, 7], 2: [3, 7], 3: [4, 5], 4: [7, 3], 5: [7, 3], 6: [7, 3], 7: [0, 1]}


def test_feeder_ties_by_hand():
    """Elementary schools at 0, 1 and 10 km, middle schools at 2 and 9, one high school: up to the nearest, and back."""
    x = np.array([0.0, 1.0, 10.0, 2.0, 9.0, 5.0])
    looks, sees, weight = feeder_ties(x, np.zeros(6), np.array([0, 0, 0, 1, 1, 2]), 0.4)
    pairs = {(0, 3), (1, 3), (2, 4), (3, 5), (4, 5)}
    assert set(zip(looks.tolist(), sees.tolist(), strict=True)) == pairs | {(b, a) for a, b in pairs}
    assert weight.tolist() == [0.4] * 10


def test_bundle_merges_doubles_and_keeps_layers():
    """Catches a tie counted twice, or weights that lose more than the fixed point's 2⁻²⁵."""
    near = edges_from({(0, 1): 0.25, (1, 0): 0.5, (1, 2): 0.125})
    again, meet = edges_from({(0, 1): 0.5}), edges_from({(0, 2): 1 / 3})
    bundled = bundle(3, [(0, near), (0, again), (1, meet)])
    assert bundled.start.tolist() == [[0, 1, 2, 2], [2, 4, 4, 4], [4, 4, 4, 4]]
    assert bundled.tie["peer"].tolist() == [1, 2, 0, 2]
    assert (bundled.tie["weight"] / POINT).tolist() == pytest.approx([0.75, 1 / 3, 0.5, 0.125], abs=2.0**-25)
    assert bundled.near_sum.tolist() == [0.75, 0.625, 0.0]


def test_a_tie_is_as_strong_as_its_field_can_hold():
    """Catches a weight that turns negative: 2³¹ − 1 is the most, 128 less a part in 2²⁴."""
    bundled = bundle(2, [(0, edges_from({(0, 1): 1000.0, (1, 0): 127.5}))])
    assert bundled.tie["weight"].tolist() == [2**31 - 1, 127.5 * POINT]


def test_survival_by_hand():
    """Kaplan–Meier: 10 lives; 2 lost at age 1, 1 censored at 1, 1 lost at 3, the rest censored at 5."""
    lives = np.zeros((8, 2), dtype=np.int64)
    lives[1], lives[3, 0], lives[5, 1] = (2, 1), 1, 6
    expected = {0: 1.0, 1: 0.8, 2: 0.8, 3: 0.8 * 6 / 7, 4: 0.8 * 6 / 7}
    for age, share in expected.items():
        assert survival_at(lives, age) == pytest.approx(share, rel=1e-12)
    assert math.isnan(survival_at(lives, 6))  # nobody was watched that long
    assert math.isnan(survival_at(lives, 8))  # beyond the run
    assert math.isnan(survival_at(np.zeros((8, 2), dtype=np.int64), 3))
    lives[5] = (6, 0)
    assert survival_at(lives, 7) == 0.0  # everybody was seen to end


@known
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 1), st.floats(-2, 3), st.floats(0, 8))
def test_hazard_form_equals_the_logit(flexibility, rules, match, intercept, peers):
    """E11: at ρ = 0 and ρ = ρ* for an average school, to 1e-12. Catches a match to the wrong school or ρ."""
    values = parameter_values(make_scenario(parameters={}), {
        "rules_school": rules, "hazard_match": match, "decide_intercept": intercept, "decide_peers": peers,
    })  # fmt: skip
    at_none, slope = match_hazard(values, flexibility)
    seen = flexibility * (rules + (1 - rules) * values["phantom"])
    for legitimate in (0.0, match):
        z = values["decide_intercept"] + peers * legitimate - values["decide_obstacle"] * seen
        logit = 1 / (1 + math.exp(-values["decide_slope"] * z))
        hazard = (at_none + slope * legitimate) * math.exp(-values["decide_obstacle"] * seen)
        assert -math.expm1(-hazard) == pytest.approx(logit, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("legitimate", [0.0, 0.3])
def test_hazard_form_equals_the_logit_in_the_rule(legitimate):
    """The same, asked of the compiled rule itself, for a school with ν̂ = ν̄, k = 0, no overload, not invited."""
    found = []
    for contagion in ("logit", "hazard"):
        sim = start(make_inputs(make_scenario(structure={"contagion": contagion}, parameters={})))
        sim.school["capacity"], sim.use["relevance"] = 0.0, 4 / 7
        found.append(asked(sim, legitimate))
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    assert 0.01 < found[0] < 0.99


def asked(sim, legitimate: float) -> float:
    """Probability of the first school's decision, outside any run."""
    from simdiff.model.rules.common import Here

    me = Here(sim.par[0], sim.run[0], sim.site[0], sim.school[0], sim.district[0], sim.lever[0, 0], sim.setting[0],
              0.0, 20)  # fmt: skip
    return decision_probability(me, sim.practice[0], sim.use[0, 0], legitimate)


def test_beta_laws_have_the_stated_middles():
    """Thresholds have median .4 and relevance mean 4/7 ≈ .57 (section 0; section 2.1); laws rise from 0 to 1."""
    values = parameter_values(make_scenario(parameters={}))
    threshold = beta_law(values["threshold_alpha"], values["threshold_beta"])
    relevance = beta_law(values["relevance_alpha"], values["relevance_beta"])
    assert threshold[512] == pytest.approx(0.4, abs=1e-4)
    assert np.trapezoid(relevance, dx=1 / 1024) == pytest.approx(4 / 7, abs=1e-4)
    for law in (threshold, relevance):
        assert (law[0], law[-1]) == (0.0, 1.0)
        assert (np.diff(law) > 0).all()


def pilots_of(select: str, reliability: float = 0.6, schools: int = 37, sites: int = 9) -> tuple:
    """A run just after its pilots were picked, and their rows."""
    policy = {"flexibility": {"pilots": {"sites": sites, "select": select}}}
    sim = start(make_inputs(make_scenario(policy, parameters={"signal_reliability": reliability}), schools=schools), 3)
    engine.open_month(sim, 0, len(sim.district), 12)
    return sim, set(np.flatnonzero(sim.school["site"] == PILOT).tolist())


def best(score: np.ndarray, count: int) -> set[int]:
    """Rows of the highest scores."""
    return set(np.argsort(-score, kind="stable")[:count].tolist())


@pytest.mark.parametrize("schools", [9, 10, 37, 64])
def test_pilots_by_signal(schools):
    """The nine highest on r k + √(1 − r²) ε; at r = 1 the most capable. Catches a wrong or unfinished order."""
    for reliability in (0.6, 1.0, 0.0):
        sim, chosen = pilots_of("signal", reliability, schools)
        noise = math.sqrt(1 - reliability**2) * sim.school["adopt_noise"].astype(float)
        assert chosen == best(reliability * sim.school["capacity"].astype(float) + noise, 9)


def test_pilots_by_need_and_by_lot():
    """The neediest, equal needs by lot; and by the lots themselves."""
    sim, chosen = pilots_of("need")
    lot = np.array([draws(sim.run[0].key, who, 0, SITES, 0, sim.run[0].replicate)[0] for who in sim.site["who"]])
    assert chosen == set(np.lexsort((-lot, -sim.site["need"]))[:9].tolist())
    assert pilots_of("random")[1] == best(lot, 9)


def test_a_zone_is_a_centre_and_its_nearest():
    """Catches a zone that is scattered: its schools are the nearest to the one with the lowest lot."""
    sim = start(make_inputs(make_scenario({"flexibility": {"zone": {"schools": 5}}}), schools=20), 3)
    engine.open_month(sim, 0, len(sim.district), 12)
    lot = [draws(sim.run[0].key, who, 0, SITES, 0, sim.run[0].replicate)[1] for who in sim.site["who"]]
    centre = int(np.argmin(lot))
    x, y = sim.site["x"].astype(float), sim.site["y"].astype(float)
    zone = set(np.flatnonzero(sim.school["site"] == ZONE).tolist())
    assert zone == best(-np.hypot(x - x[centre], y - y[centre]), 5)
    assert centre in zone


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9])
def test_slots_go_to_the_highest_scores(weight):
    """E11: of the schools that wish, the quota takes the highest (1 − w) signal + w z(need)."""
    policy = {"slots": {"per_year": 4, "need_weight": weight}}
    rows = {"north": make_rows("north", 25)}
    keen = {"explore_base": 1.0, "decide_intercept": 1000.0, "abandon": 0.0, "signal_reliability": 1.0}
    sim = start(make_inputs(make_scenario(policy, parameters=keen), rows), 2)
    engine.run_months(sim, 0, 9)
    wishing = np.flatnonzero(sim.use["stage"][:, 0] > 0)
    score = (1 - weight) * sim.school["capacity"].astype(float) + weight * sim.site["need_z"].astype(float)
    chosen = np.flatnonzero(sim.use["stage"][:, 0] == INSTALL)
    assert set(chosen.tolist()) == set(wishing[np.argsort(-score[wishing], kind="stable")[:4]].tolist())
