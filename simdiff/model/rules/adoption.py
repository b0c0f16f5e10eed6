"""Exploring, deciding, entering installation (E10–E12)."""

import math

from simdiff.model.compile import entry, kernel, rule
from simdiff.model.luck import DECIDE, chance, draws, happens, normal_cdf
from simdiff.model.luck import EXPLORE as EXPLORE_LUCK
from simdiff.model.rules.common import here, in_months, may_start, obstacle_school, rows, sigmoid
from simdiff.model.rules.district import adopt_signal, rank_schools
from simdiff.model.rules.exposure import contact, experience, full_contact, knowledge_here, net_of, peer_share
from simdiff.model.state import DESIGN, DROPPED, EXPLORE, HAZARD, INSTALL, NONE, NOT_YET, THRESHOLD, Sim

NO_WISH, WISHES, ORDERED = 0, 1, 2
ROUNDED_UP = 1.001
"""Above what rounding tie weights to fixed point can add to contact."""
NO_PLACE = -1e6
"""Score of a school that is to come last in a quota."""


@rule
def relevance_mean(par):
    """ν̄: mean of the Beta law of relevance."""
    return par.relevance_alpha / (par.relevance_alpha + par.relevance_beta)


@rule
def seen_relevance(me, use):
    """E10: ν̂ − ν̄, perceived relevance above its mean; clear problems sharpen it."""
    sharp = me.par.relevance_seen + (1.0 - me.par.relevance_seen) * me.lever.problems
    return sharp * (use.relevance - relevance_mean(me.par))


@rule
def explore_hazard(me, use, touch):
    """E10: h = p0 + p_G x_G1 ν̂ + p_X x_N3 member + q_E Σ W A, per month."""
    par = me.par
    hazard = par.explore_base + par.explore_partner * me.partner + par.explore_contact * touch
    return hazard + par.explore_problems * me.lever.problems * (relevance_mean(par) + seen_relevance(me, use))


@entry
def decide(sim: Sim, first: int, last: int, t: int) -> None:
    """E10, E11: invitations, exploring, and in the decision month the wish to install."""
    for i in rows(first, last):
        me, net = here(sim, i, t), net_of(sim)
        deciding = in_months(me.par.decide_months, t)
        for p in range(sim.practice.shape[0]):
            use = sim.use[i, p]
            use.wish = NO_WISH
            if may_start(use):
                if use.stage != EXPLORE:
                    explore(net, me, sim.practice[p], use, i, p)
                if deciding:
                    wish(net, me, sim.practice[p], use, i, p)
        if deciding:
            me.school.invited = 0


@rule
def explore(net, me, practice, use, i, p):
    """E10: NONE or DROPPED → EXPLORE, by invitation or by hazard; a dropped practice leaves a scar."""
    if me.school.invited == 1:
        use.stage = EXPLORE
        use.peer_share = 0.0
        return
    u0, _, _, _ = draws(me.run.key, me.site.who, me.t, EXPLORE_LUCK, practice.word, me.run.replicate)
    if u0 > ROUNDED_UP * explore_hazard(me, use, full_contact(me)):
        return  # not even if every peer were active
    touch = contact(net, me, i, p)
    hazard = explore_hazard(me, use, touch)
    if happens(me.par.scar * hazard if use.stage == DROPPED else hazard, u0):
        use.stage = EXPLORE
        use.peer_share = me.par.explore_contact * touch / hazard


@rule
def decision_rest(me, practice, use):
    """E11: b_ν(ν̂ − ν̄) − b_X XS − b_L Ω + b_k k + b_D D, all but intercept and peers."""
    par, school = me.par, me.school
    return (
        par.decide_relevance * seen_relevance(me, use)
        - par.decide_obstacle * obstacle_school(me, practice)
        - par.decide_overload * school.overload
        + par.decide_capacity * school.capacity
        + par.decide_invited * school.invited
    )


@rule
def decision_probability(me, practice, use, legitimate):
    """E11: probability that an exploring school decides to install, logit or hazard form; ``legitimate`` is ρ."""
    par, rest = me.par, decision_rest(me, practice, use)
    if par.contagion == HAZARD:
        return chance((practice.hazard_0 + practice.hazard_1 * legitimate) * math.exp(rest))
    return sigmoid(par.decide_slope * (par.decide_intercept + par.decide_peers * legitimate + rest))


@kernel
def wish(net, me, practice, use, i, p):
    """E11: an ordered school complies by lot; an exploring one wishes by its probability, or at its threshold."""
    ordered = me.school.order < me.lever.mandate
    if not ordered and use.stage != EXPLORE:
        return
    u0, _, _, u3 = draws(me.run.key, me.site.who, me.t, DECIDE, practice.word, me.run.replicate)
    if ordered and u3 < me.par.mandate_compliance:
        use.wish = ORDERED
        use.peer_share = 0.0
    elif use.stage == EXPLORE and me.par.contagion == THRESHOLD:
        use.wish = WISHES if peer_share(net, me, i, p) >= me.school.threshold else NO_WISH
    elif use.stage == EXPLORE:
        legitimate, _ = experience(net, me, i, p)
        use.wish = WISHES if u0 < decision_probability(me, practice, use, legitimate) else NO_WISH


@kernel
def admit(sim, d, t):
    """E11: a quota takes wishing schools in order of score = (1 − w) signal + w z(need); *not yet* schools last."""
    district, run = sim.district[d], sim.run[0]
    setting = sim.setting[district.group]
    if setting.slots < 0 or not in_months(sim.par[0].decide_months, t):
        return
    for p in range(sim.practice.shape[0]):
        for i in range(district.first, district.last):
            _, _, u2, _ = draws(run.key, sim.site[i].who, t, DECIDE, sim.practice[p].word, run.replicate)
            signal = adopt_signal(sim.school[i], sim.par[0].signal_reliability)
            score = (1.0 - setting.slot_need) * signal + setting.slot_need * sim.site[i].need_z
            score += NO_PLACE if sim.school[i].role == NOT_YET else 0.0
            sim.score[i] = score + 1e-9 * u2 if sim.use[i, p].wish == WISHES else 2.0 * NO_PLACE
        rank_schools(sim, d)
        for n in range(district.first + min(setting.slots, district.last - district.first), district.last):
            use = sim.use[sim.order[n], p]
            if use.wish == WISHES:
                use.wish = NO_WISH


@entry
def enter(sim: Sim, first: int, last: int, t: int) -> None:
    """E10, E12: admitted schools start installing; other exploring schools may lose interest."""
    for i in rows(first, last):
        me = here(sim, i, t)
        for p in range(sim.practice.shape[0]):
            use = sim.use[i, p]
            if use.wish != NO_WISH:
                start_installing(net_of(sim), me, sim.practice[p], use, knowledge_here(sim, me, p), i, p)
            elif use.stage == EXPLORE:
                lapse(me, sim.practice[p], use)


@kernel
def lapse(me, practice, use):
    """E10: EXPLORE → NONE at hazard h_L."""
    _, u1, _, _ = draws(me.run.key, me.site.who, me.t, EXPLORE_LUCK, practice.word, me.run.replicate)
    if happens(me.par.lapse, u1):
        use.stage = NONE


@kernel
def start_installing(net, me, practice, use, known, i, p):
    """E12: route (invent, or adopt and adapt), starting fit and ownership."""
    par = me.par
    _, u1, _, _ = draws(me.run.key, me.site.who, me.t, DECIDE, practice.word, me.run.replicate)
    use.stage = INSTALL
    use.sub = 0
    if me.school.role == DESIGN or u1 < par.invent_rate * (1.0 - me.lever.identify):
        use.self_made = 1.0
        use.ownership = par.own_invented
        fit = normal_cdf(par.invent_mean + par.invent_slope * me.school.design)
    else:
        use.self_made = par.self_adapted
        use.ownership = par.own_adapted
        _, usable = experience(net, me, i, p)
        gained = 1.0 - math.exp(-par.fit_codified * known - par.fit_peers * usable)
        fit = par.fit_min + (par.fit_max - par.fit_min) * gained
    use.fit = max(fit, use.trial)
