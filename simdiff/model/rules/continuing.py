"""Staying or not: the continuation review (E22), closing (E23), turnover (E24), and what peers see next month."""

import math

from simdiff.model.compile import entry, kernel, rule
from simdiff.model.luck import PRINCIPAL, REVIEW, TURNOVER, binomial, draws, happens
from simdiff.model.rules.common import here, in_months, is_active, rows, sigmoid
from simdiff.model.state import DROPPED, NEVER, USABLE, Sim


@entry
def continue_or_not(sim: Sim, first: int, last: int, t: int) -> None:
    """The yearly moments of school i, each in its months: review (May), closing (August), turnover (July)."""
    par = sim.par[0]
    if not in_months(par.review_months | par.close_months | par.turnover_months, t):
        return
    for i in rows(first, last):
        me = here(sim, i, t)
        if in_months(par.review_months, t):
            for p in range(sim.practice.shape[0]):
                if is_active(sim.use[i, p]):
                    review(me, sim.practice[p], sim.use[i, p], sim.knowledge[me.site.district, p])
            me.school.new_principal = 0
        if par.with_closing == 1 and in_months(par.close_months, t):
            for p in range(sim.practice.shape[0]):
                close(me, sim.practice[p], sim.use[i, p])
        if in_months(par.turnover_months, t):
            for p in range(sim.practice.shape[0]):
                if sim.use[i, p].mechanical + sim.use[i, p].proficient > 0:
                    teachers_leave(me, sim.practice[p], sim.use[i, p])
            if principal_leaves(me):
                for p in range(sim.practice.shape[0]):
                    if is_active(sim.use[i, p]):
                        succeed(me, sim.use[i, p])


@rule
def support_withdrawn(me):
    """True within ``withdrawn_months`` of the end of the school's site or of the district's support."""
    ended = me.school.support_ended
    if me.setting.support_end != NEVER and me.setting.support_end <= me.t:
        ended = max(ended, me.setting.support_end)
    return ended != NEVER and me.t - ended < me.par.withdrawn_months


@rule
def exit_hazard(me, practice, use, active_share):
    """E22: h = μ0 exp[−k_C(C−½) − k_O(O−½) + k_L Ω + k_W withdrawn (1−O) + k_P new principal − k_N F], per year."""
    par, school = me.par, me.school
    risk = -par.review_commitment * (use.commitment - par.review_centre)
    risk -= par.review_ownership * (use.ownership - par.review_centre)
    risk += par.review_overload * school.overload
    if support_withdrawn(me):
        risk += par.review_withdrawn * (1.0 - use.ownership)
    if school.new_principal == 1:
        risk += par.review_principal
    if par.with_critical_mass == 1:
        risk -= par.review_mass * active_share
    return practice.exit_hazard * math.exp(risk)


@kernel
def review(me, practice, use, known):
    """E22: in May an active practice is dropped w.p. 1 − e^{−h}, or if nobody uses it. Dropping does not zero use."""
    u0, _, _, _ = draws(me.run.key, me.site.who, me.t, REVIEW, practice.word, me.run.replicate)
    unused = use.mechanical + use.proficient == 0
    if unused or happens(exit_hazard(me, practice, use, known.active_share), u0):
        use.stage = DROPPED
        use.closed = 0
        known.dropped += 1
        if use.dropped == NEVER:
            use.dropped = me.t


@kernel
def close(me, practice, use):
    """E23: in August a principal may make a practice a school-wide expectation once enough teachers use it."""
    par = me.par
    using = (use.mechanical + use.proficient) / me.site.teachers
    if not is_active(use) or use.closed == 1 or using < par.close_share:
        return
    pull = par.close_intercept + par.close_capacity * me.school.capacity
    pull += par.close_change * me.lever.change + par.close_goals * me.district.clarity
    _, u1, _, _ = draws(me.run.key, me.site.who, me.t, REVIEW, practice.word, me.run.replicate)
    if u1 < sigmoid(pull):
        use.closed = 1


@kernel
def teachers_leave(me, practice, use):
    """E24: leavers Bin(·, τ) from U, M and K; hires are unengaged, except Bin(hires, o_b (K/n)(.4 + .6 x_T2))."""
    par, teachers = me.par, int(me.site.teachers)
    leaving = min(1.0, par.teacher_exit + par.teacher_exit_need * me.site.need)
    mechanical, proficient = int(use.mechanical), int(use.proficient)
    u0, u1, u2, u3 = draws(me.run.key, me.site.who, me.t, TURNOVER, practice.word, me.run.replicate)
    lost_mechanical = binomial(mechanical, leaving, u0)
    lost_proficient = binomial(proficient, leaving, u1)
    hires = lost_mechanical + lost_proficient + binomial(teachers - mechanical - proficient, leaving, u2)
    onboard = par.onboard * proficient / teachers
    onboard *= par.onboard_base + (1.0 - par.onboard_base) * me.lever.change
    use.mechanical = mechanical - lost_mechanical + binomial(hires, onboard, u3)
    use.proficient = proficient - lost_proficient


@kernel
def principal_leaves(me):
    """E24, E5: a new principal comes w.p. τP and partly believes again what was imagined; True if one came."""
    par, school = me.par, me.school
    u0, _, _, _ = draws(me.run.key, me.site.who, me.t, PRINCIPAL, 0, me.run.replicate)
    if u0 >= min(1.0, par.principal_exit + par.principal_exit_need * me.site.need):
        return False
    school.new_principal = 1
    school.phantom_school += par.phantom_principal * (par.phantom - school.phantom_school)
    school.phantom_classroom += par.phantom_principal * (par.phantom - school.phantom_classroom)
    return True


@kernel
def succeed(me, use):
    """E24, E23: succession resets commitment toward its mean and lowers ownership; a closed practice may re-open."""
    par = me.par
    if par.with_commitment == 1:
        reset = par.principal_reset * (1.0 - par.change_succession * me.lever.change)
        use.commitment = par.commit_mean + (1.0 - reset) * (use.commitment - par.commit_mean)
    use.ownership *= 1.0 - par.own_principal * (1.0 - use.proficient / me.site.teachers)
    _, u1, _, _ = draws(me.run.key, me.site.who, me.t, PRINCIPAL, 0, me.run.replicate)
    if use.closed == 1 and u1 < par.reopen:
        use.closed = 0


@entry
def show(sim: Sim, first: int, last: int, t: int) -> None:
    """What peers will see next month: active, inside a site, usable experience (K/n)·φ in fixed point."""
    for i in rows(first, last):
        teachers = sim.site[i].teachers
        for p in range(sim.practice.shape[0]):
            use, seen = sim.use[i, p], sim.seen[i, p]
            seen.active = 1 if is_active(use) else 0
            seen.inside = sim.school[i].site
            seen.usable = 0
            if use.proficient > 0:
                seen.usable = int(min(1.0, use.proficient / teachers * use.fit) * USABLE + 0.5)
