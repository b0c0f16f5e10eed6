"""Equations of districts, constraint, exposure and decisions (E2–E13) by hand: every term has a value of its own.

Expected numbers are the specification's formulas with numbers put in; rules are called as plain Python (``by_hand``).
"""

import math
from types import SimpleNamespace as Record

import numpy as np
import pytest
from by_hand import district, here, lever, par, plain_rules, practice, school, setting, several, site, use
from scipy import stats

from simdiff.model.rules import adoption, coaching, common, exposure, look
from simdiff.model.rules import district as steering
from simdiff.model.state import (
    DESIGN,
    DROPPED,
    EXPLORE,
    FULL,
    HAZARD,
    INITIAL,
    INSTALL,
    NEVER,
    NO_SITE,
    NONE,
    PILOT,
    ZONE,
)

close = pytest.approx


# ----- district: clarity, superintendents, mandates (E2, E3)


def world(**parts: object) -> Record:
    """One district of one school, with what a rule reads of the whole."""
    base = {"par": [par()], "run": [Record(key=0, replicate=0, burn_in=12)], "district": [district(who=1)],
            "acting": np.array([[lever()] * 200], dtype=object), "lever": np.array([[lever()] * 200], dtype=object),
            "setting": [setting()]}  # fmt: skip
    return Record(**(base | parts))


def test_clarity_follows_goals_and_falls_with_a_superintendent() -> None:
    """E2: g ← g + (x_G2 − g)/τ_g, from .3 toward .9 in 12 months: .35; an exit leaves 1 − .6 of it, and ends
    sponsorship where the second lot is below .6."""
    acting = np.array([[lever(goals=0.9, sponsorship=0.5)] * 200], dtype=object)
    for exits, lots, clarity, unsponsored in (
        (0, (0.1, 0.1), 0.35, 0),
        (1, (0.9, 0.59), 0.14, 1),
        (1, (0.9, 0.6), 0.14, 0),
    ):
        sim = world(acting=acting, district=[district(who=1, clarity=0.3)])
        sim.acting[0, 5] = lever(goals=0.9, sponsorship=0.5, exit=exits)
        with plain_rules(*lots, 0.5, 0.5):
            steering.steer(sim, 0, 5)
        assert sim.district[0].clarity == close(clarity)
        assert sim.district[0].unsponsored == unsponsored
        assert sim.district[0].transfer == close(1 / (1 + 2 * (1 - clarity) ** 2))


@pytest.mark.parametrize(
    ("month", "hazard", "lot", "leaves"),
    [(12, 1, 0.18, True), (12, 1, 0.19, False), (13, 1, 0.0, False), (12, 0, 0.0, False)],
)
def test_superintendents_leave_in_july_by_their_hazard(month: int, hazard: int, lot: float, leaves: bool) -> None:
    """Section 0: each July with 1 − e^{−.2} = .1813, if the policy leaves it to the hazard."""
    one, given = district(clarity=0.5), par(turnover_months=1)
    with plain_rules(lot, 0.9, 0.9, 0.9):
        steering.change_leader(given, Record(key=0, replicate=0), one, lever(), setting(exit_hazard=hazard), month)
    assert one.clarity == close(0.2 if leaves else 0.5)


def test_sponsorship_that_is_not_there_cannot_end() -> None:
    one = district()
    with plain_rules(0.0, 0.0, 0.0, 0.0):
        steering.change_leader(par(), Record(key=0, replicate=0), one, lever(exit=1), setting(), 0)
    assert one.unsponsored == 0


def test_background_mandates_come_and_go() -> None:
    """E3: b ← Bin(b, e^{−1/30}) + Poisson(3 (1 − .5 x_G2)/12), at given lots; at the start
    Poisson(.25/(1 − e^{−1/30}))."""
    stay = math.exp(-1 / 30)
    acting = np.array([[lever(goals=0.8)] * 200], dtype=object)
    for u0, u1 in ((0.3, 0.2), (0.05, 0.97), (0.6, 0.999)):
        sim = world(acting=acting, district=[district(who=1, mandates=9)])
        with plain_rules(u0, u1, 0.5, 0.5):
            steering.steer(sim, 0, 5)
        assert sim.district[0].mandates == stats.binom.ppf(u0, 9, stay) + stats.poisson.ppf(u1, 3 * 0.6 / 12)
        sim = world(practice=several(practice(quality=1.3)), knowledge=np.array([[Record()]], dtype=object))
        with plain_rules(u0, u1, 0.5, 0.5):
            steering.begin_district(sim, 0)
        assert sim.district[0].mandates == stats.poisson.ppf(u0, 0.25 / (1 - stay))
        assert (sim.district[0].clarity, sim.knowledge[0, 0].quality, sim.knowledge[0, 0].available) == (0.0, 1.3, -1)


# ----- constraint, load (E4–E6), trials (E12)


@pytest.mark.parametrize(("where", "left"), [(NO_SITE, 1.0), (PILOT, 0.2), (ZONE, 0.4)])
def test_actual_and_imagined_constraint(where: int, left: float) -> None:
    """E4, E5: B = B0 (1 − x_F2)(1 − ω); XS = ψS [B + (1 − B) Φ], each level with its own numbers."""
    me = here(par=par(rules_school=0.5, rules_classroom=0.7), lever=lever(grant_school=0.3, grant_classroom=0.1),
              school=school(site=where, phantom_school=0.4, phantom_classroom=0.25))  # fmt: skip
    at_school, at_classroom = 0.5 * 0.7 * left, 0.7 * 0.9 * left
    with plain_rules():
        assert common.rules_school(me.par, me.lever, me.setting, where) == close(at_school)
        assert common.rules_classroom(me.par, me.lever, me.setting, where) == close(at_classroom)
        assert common.obstacle_school(me, practice()) == close(0.6 * (at_school + (1 - at_school) * 0.4))
        assert common.obstacle_classroom(me, practice()) == close(0.8 * (at_classroom + (1 - at_classroom) * 0.25))


@pytest.mark.parametrize(("where", "told_school", "told_classroom"), [(NO_SITE, 0.4, 0.7), (ZONE, 1.0, 1.0)])
def test_imagined_constraint_is_cleared_and_returns(where: int, told_school: float, told_classroom: float) -> None:
    """E5: Φ ← Φ − .15 x Φ + .02 (.556 − Φ); a site is told all."""
    me = here(lever=lever(clarify_school=0.4, clarify_classroom=0.7),
              school=school(site=where, phantom_school=0.5, phantom_classroom=0.3))  # fmt: skip
    with plain_rules():
        look.clear_phantoms(me)
    assert me.school.phantom_school == close(0.5 - 0.15 * told_school * 0.5 + 0.02 * 0.056)
    assert me.school.phantom_classroom == close(0.3 - 0.15 * told_classroom * 0.3 + 0.02 * 0.256)


def test_a_site_ends_in_its_month() -> None:
    for month, ended in ((99, NEVER), (100, 100), (101, NEVER)):
        me = here(school=school(site=PILOT, site_until=100), t=month)
        with plain_rules():
            look.close_site(me)
        assert (me.school.site == NO_SITE, me.school.support_ended) == (ended == 100, ended)


@pytest.mark.parametrize(
    ("stage", "load"), [(NONE, 0), (EXPLORE, 0), (INSTALL, 1.5), (INITIAL, 1.5), (FULL, 0.6), (DROPPED, 0)]
)
def test_load_of_a_practice(stage: int, load: float) -> None:
    """E6: w while it is new, .4 w once it is fully implemented."""
    with plain_rules():
        assert look.practice_load(par(), practice(load=1.5), use(stage=stage)) == close(load)


def test_attention_and_overload() -> None:
    """E6: Λ = (1 − .4 · .5) load + .14 · 3, Cap = 1.6 · 1.2 (1 + .3 · .25) = 2.064; α = min(1, Cap/Λ) and
    Ω = max(0, Λ/Cap − 1)."""
    for load, total in ((1.0, 1.22), (4.0, 3.62)):
        me = here(school=school(vigour=1.2), district=district(clarity=0.5, mandates=3), lever=lever(change=0.25))
        with plain_rules():
            look.weigh_load(me, load)
        assert me.school.attention == close(min(1.0, 2.064 / total))
        assert me.school.overload == close(max(0.0, total / 2.064 - 1))


def test_out_of_school_trials() -> None:
    """E12: φ_oos ← φ_oos + .05 x (.6 − φ_oos)."""
    me, one = here(lever=lever(out_of_school=0.5)), use(trial=0.2)
    with plain_rules():
        look.try_out_of_school(me, one)
    assert one.trial == close(0.2 + 0.05 * 0.5 * 0.4)


# ----- exposure (E7–E9)


def test_contact_of_all_ties() -> None:
    """E7: Σ W + .8 x_N0 + .6 x_N3, of the networks that a school is in."""
    for convened, partnered, total in (
        (1, 1, 0.9 + 0.8 * 0.5 + 0.6 * 0.7),
        (0, 1, 0.9 + 0.42),
        (1, 0, 1.3),
        (0, 0, 0.9),
    ):
        me = here(site=site(ties=0.9, convened=convened, partnered=partnered), lever=lever(convene=0.5), partner=0.7)
        with plain_rules():
            assert exposure.full_contact(me) == close(total)


def test_contexts_and_variants() -> None:
    """E8: Sx = exp(−(.3² + .4²)/(2 · .8²)); T̄ = 1/(1 + (s² + s'²)/ℓ²) with s = 1.2 (1 − g)."""
    given = par(transfer_length=0.8, variant_spread=1.2)
    one, other = school(context_1=0.1, context_2=0.9), school(context_1=0.4, context_2=0.5)
    with plain_rules():
        assert exposure.context_match(given, one, other) == close(math.exp(-0.25 / 1.28))
        assert steering.transfer_between(given, 0.25, 0.5) == close(1 / (1 + (0.81 + 0.36) / 0.64))


def test_codified_knowledge_that_can_be_used() -> None:
    """E9: T̄ E + x_N3 T̄_x EX; the partner's version is clear: s' = 0."""
    me = here(district=district(clarity=0.5, transfer=0.6), partner=0.7)
    with plain_rules():
        assert exposure.codified(me, 2.0, 3.0) == close(0.6 * 2 + 0.7 * 3 / (1 + 0.25))
        assert exposure.codified(me._replace(par=par(with_partner_stock=0)), 2.0, 3.0) == close(1.2)
        assert exposure.codified(me._replace(partner=0.0), 2.0, 3.0) == close(1.2)


# ----- exploring and deciding (E10–E12)


def test_hazard_of_exploring() -> None:
    """E10: .006 + .008 x_G1 ν̂ + .006 x_N3 + .05 touch, ν̂ = ν̄ + [.3 + .7 x_G1](ν − ν̄), ν̄ = 4/7."""
    me = here(lever=lever(problems=0.5), partner=0.7)
    sharp = 0.65 * (0.8 - 4 / 7)
    with plain_rules():
        assert adoption.seen_relevance(me, use(relevance=0.8)) == close(sharp)
        found = adoption.explore_hazard(me, use(relevance=0.8), 0.4)
    assert found == close(0.006 + 0.006 * 0.7 + 0.05 * 0.4 + 0.008 * 0.5 * (4 / 7 + sharp))


@pytest.mark.parametrize(("stage", "lot", "explores"), [
    (NONE, 0.0256, True), (NONE, 0.0258, False), (DROPPED, 0.0077, True), (DROPPED, 0.0079, False)])  # fmt: skip
def test_exploring_at_its_edge(stage: int, lot: float, explores: bool) -> None:
    """E10: 1 − e^{−.026} = .02566 (one school in contact with .4); after dropping 1 − e^{−.3 · .026} = .00777."""
    me, one = here(), use(stage=stage, relevance=0.8)
    with plain_rules(lot, 0.5, 0.5, 0.5) as patch:
        patch.setattr(adoption, "contact", lambda net, me, i, p: 0.4)
        adoption.explore(None, me, practice(), one, 0, 0)
    assert one.stage == (EXPLORE if explores else stage)
    assert one.peer_share == (close(0.02 / 0.026) if explores else 0.0)


def test_the_invited_explore_at_once() -> None:
    one = use(stage=DROPPED, peer_share=0.7)
    with plain_rules(0.999, 0.5, 0.5, 0.5):
        adoption.explore(None, here(school=school(invited=1)), practice(), one, 0, 0)
    assert (one.stage, one.peer_share) == (EXPLORE, 0.0)


def test_probability_of_deciding() -> None:
    """E11: σ(β [b0 + b_S ρ + b_ν(ν̂ − ν̄) − b_X XS − b_L Ω + b_k k + b_D D]), and in hazard form
    1 − exp(−(h_0 + h_1 ρ) e^{rest})."""
    me = here(par=par(decide_slope=1.3), lever=lever(problems=0.5),
              school=school(phantom_school=0.4, overload=0.2, capacity=0.6, invited=1))  # fmt: skip
    obstacle = 0.6 * (0.2 + 0.8 * 0.4)
    rest = 3 * 0.65 * (0.8 - 4 / 7) - 3 * obstacle - 0.2 + 0.5 * 0.6 + 2.5
    one = use(relevance=0.8)
    with plain_rules():
        assert adoption.decision_rest(me, practice(), one) == close(rest)
        assert adoption.decision_probability(me, practice(), one, 0.3) == close(
            1 / (1 + math.exp(-1.3 * (0.1 + 0.9 + rest))))  # fmt: skip
        by_hazard = me._replace(par=par(contagion=HAZARD))
        found = adoption.decision_probability(by_hazard, practice(hazard_0=0.01, hazard_1=0.05), one, 0.3)
    assert found == close(1 - math.exp(-(0.01 + 0.05 * 0.3) * math.exp(rest)))


@pytest.mark.parametrize("known", [0.5, 6.0])
def test_starting_fit_and_ownership(known: float) -> None:
    """E12: invented Φ(−.6 + .5 a), ownership .35; adapted .3 + .65 (1 − e^{−.35 Ẽ − X}), ownership .1; never below
    what was tried. Inventing has .7 (1 − x_N1), and designers invent."""
    adapted = 0.3 + 0.65 * (1 - math.exp(-0.35 * known - 0.4))
    for role, lot, trial, invented, fit in (
        (0, 0.41, 0.0, True, stats.norm.cdf(-0.6 + 0.5 * 0.8)), (0, 0.43, 0.0, False, adapted),
        (DESIGN, 0.9, 0.0, True, stats.norm.cdf(-0.2)), (0, 0.43, 0.99, False, 0.99),
    ):  # fmt: skip
        me = here(lever=lever(identify=0.4), school=school(role=role, design=0.8))
        one = use(stage=EXPLORE, sub=2, trial=trial)
        with plain_rules(0.5, lot, 0.5, 0.5) as patch:
            patch.setattr(adoption, "experience", lambda net, me, i, p: (0.1, 0.4))
            adoption.start_installing(None, me, practice(), one, known, 0, 0)
        assert (one.stage, one.sub, one.self_made) == (INSTALL, 0, 1.0 if invented else 0.3)
        assert one.fit == close(fit)
        assert one.ownership == (0.35 if invented else 0.1)


# ----- coaches (E13)


def test_demand_for_coaches() -> None:
    """E13: 15 while installing; 2 M + 1 min(U, n/4) where active: U = 22 of 40, so 10; nothing elsewhere."""
    me = here()
    with plain_rules():
        for stage, hours in ((INSTALL, 15.0), (INITIAL, 2 * 12 + 10), (FULL, 34), (EXPLORE, 0), (DROPPED, 0)):
            assert coaching.demand(me, use(stage=stage, mechanical=12, proficient=6)) == hours
        assert coaching.demand(me, use(mechanical=20, proficient=13)) == 40 + 7


@pytest.mark.parametrize(("where", "prior"), [(NO_SITE, 1.0), (PILOT, 4.0)])
def test_claims_on_coaches(where: int, prior: float) -> None:
    """E13: exp(w_h (h − ½)) (1 + prio · site)."""
    with plain_rules():
        one = school(site=where)
        assert coaching.claim(site(need=0.8), one, setting(coach_need=2.0, coach_priority=3.0)) == close(
            math.exp(0.6) * prior
        )
        assert coaching.claim(site(need=0.8), one, setting(coach_priority=3.0)) == close(prior)


def test_hours_are_shared_out() -> None:
    """E13: 10 coaches of 130 · .45 = 58.5 hours. Demands 100, 400, 300 with weights 4, 1, 1: the first is served whole
    at L = 485/700, so (585 − 100)/700; a school that asks for nothing gets nothing."""
    schools = [
        school(asked=asked, site=where) for asked, where in ((100, PILOT), (400, NO_SITE), (300, NO_SITE), (0, PILOT))
    ]
    sim = world(district=[district(fte=8.0, partner_fte=2.0, last=4)], school=schools, site=[site() for _ in schools],
                setting=[setting(coach_priority=3.0)])  # fmt: skip
    with plain_rules():
        coaching.share_coaches(sim, 0, 5)
        assert sim.district[0].water == close(485 / 700)
        served = [coaching.serve(here(school=one, district=sim.district[0], setting=sim.setting[0])) for one in schools]
        sim.district[0].fte = 20.0
        coaching.share_coaches(sim, 0, 5)
    assert served == close([1.0, 485 / 700, 485 / 700, 0.0])
    assert sim.district[0].water == math.inf


@pytest.mark.parametrize(("month", "fte", "after"), [(0, 1.0, 1.5), (5, 1.0, 1.0), (5, 9.0, 4.0), (0, 4.0, 4.0)])
def test_hiring_lags_and_posts_end_at_once(month: int, fte: float, after: float) -> None:
    """E13: 5 a hundred teachers of 100, cut to .8, are 4 posts; a sixth of what is missing is hired, in July."""
    acting = np.array([[lever(coaches=5.0)] * 200], dtype=object)
    sim = world(par=[par(hire_months=1)], district=[district(fte=fte, teachers=100, coach_scale=0.8)], lever=acting,
                partner=several(Record(fte=3.0)), partner_level=np.full((1, 200), 0.5),
                partner_share=np.array([[0.25]]))  # fmt: skip
    with plain_rules():
        coaching.hire(sim, 0, month)
    assert sim.district[0].fte == close(after)
    assert sim.district[0].partner_fte == close(3 * 0.5 * 0.25)
    share, ref = (after + 0.375) / 6, 0.05
    quality = [0.35 + 0.35 * stats.norm.pdf(stats.norm.ppf(s)) / s if s < 1 else 0.35 for s in (share, ref)]
    assert sim.district[0].coach_quality == close(quality[0] / quality[1])
