"""What use does to a school: full implementation (E17), results and commitment (E18), fit (E19), ownership (E20)."""

from simdiff.model.compile import entry, kernel, rule
from simdiff.model.rules.common import here, is_active, rows, rules_classroom
from simdiff.model.rules.exposure import experience, knowledge_here, net_of
from simdiff.model.state import FULL, INITIAL, NEVER, NO_SITE, Sim


@entry
def settle(sim: Sim, first: int, last: int, t: int) -> None:
    """Update what school i has made of each active practice, and note the dates that matter."""
    for i in rows(first, last):
        me = here(sim, i, t)
        for p in range(sim.practice.shape[0]):
            use = sim.use[i, p]
            if is_active(use):
                known = knowledge_here(sim, me, p)
                flag_full(me, use)
                commit(me, use, sim.knowledge[me.site.district, p].quality, known)
                _, usable = experience(net_of(sim), me, i, p)
                adapt(me, use, known, usable)
                own(me, use)
            if use.launched != NEVER:
                note_dates(me, use)


@rule
def flag_full(me, use):
    """E17: INITIAL → FULL when K/n ≥ θ_F; back when K/n < θ_h θ_F."""
    share = use.proficient / me.site.teachers
    if use.stage == INITIAL and share >= me.par.full_share:
        use.stage = FULL
        use.ever_full = 1
    elif use.stage == FULL and share < me.par.full_hysteresis * me.par.full_share:
        use.stage = INITIAL


@rule
def integrity(me, use, known):
    """E18: f = 1 − d_a (1 − g)(1 − Ẽ/(1+Ẽ)) self: self-made versions lose ambition. 1 without the switch."""
    if me.par.with_integrity == 0:
        return 1.0
    vague = (1.0 - me.district.clarity) * (1.0 - known / (1.0 + known))
    return 1.0 - me.par.ambition_lost * vague * use.self_made


@rule
def sponsorship(me):
    """E18: π = max(1{pilot or zone}, π_d, π_g g)."""
    if me.school.site != NO_SITE:
        return 1.0
    own = 0.0 if me.district.unsponsored == 1 else me.lever.sponsorship
    return max(own, me.par.sponsor_goals * me.district.clarity)


@rule
def next_commitment(par, commitment, results, aspiration, sponsored):
    """E18: C ← C + ρ_C C(1 − C)(ŷ − y*) + ν_N π(1 − C) − ν_S(1 − π) C, kept in [C_min, 1 − C_min]."""
    moved = commitment + par.commit_speed * commitment * (1.0 - commitment) * (results - aspiration)
    moved += par.sponsor_gain * sponsored * (1.0 - commitment) - par.sponsor_loss * (1.0 - sponsored) * commitment
    return min(max(moved, par.commit_floor), 1.0 - par.commit_floor)


@rule
def commit(me, use, quality, known):
    """E18: results y = Y q ν φ f K/n − δ (1 − e_dip x_T2) M/n, their smoothed form ŷ, and commitment C."""
    par, teachers, change = me.par, me.site.teachers, me.lever.change
    value = par.benefit * quality * use.relevance * use.fit * integrity(me, use, known) * use.proficient / teachers
    if par.with_dip == 1:
        value -= par.dip * (1.0 - par.change_dip * change) * use.mechanical / teachers
    use.results += (value - use.results) / par.results_months
    if par.with_commitment == 1:
        aspiration = par.aspiration * (1.0 - par.change_expectation * change)
        use.commitment = next_commitment(par, use.commitment, use.results, aspiration, sponsorship(me))


@rule
def room_to_adapt(me):
    """1 − B^C: what classroom rules leave free."""
    return 1.0 - rules_classroom(me.par, me.lever, me.setting, me.school.site)


@rule
def adapt(me, use, known, usable):
    """E19: φ ← φ + [l_A (1 − B^C) K/n + l_E Ẽ/(1+Ẽ) + l_X X] (φ_max − φ)."""
    par = me.par
    learning = par.adapt_own * room_to_adapt(me) * use.proficient / me.site.teachers
    learning += par.adapt_codified * known / (1.0 + known) + par.adapt_peers * usable
    use.fit += min(1.0, learning) * max(0.0, par.fit_max - use.fit)


@rule
def own(me, use):
    """E20: O ← O + o_K (K/n)(1 − B^C)(1 − O) − o_x ext O, ext = served/(served + c_int K)."""
    par, served = me.par, use.served
    outside = served / (served + par.own_hours * use.proficient) if served > 0.0 else 0.0
    gained = min(1.0, par.own_gain * use.proficient / me.site.teachers * room_to_adapt(me))
    use.ownership += gained * (1.0 - use.ownership) - min(1.0, par.own_loss * outside) * use.ownership


@kernel
def note_dates(me, use):
    """When real use began and ended, and when the school became deep (section 9)."""
    par, teachers = me.par, me.site.teachers
    using = (use.mechanical + use.proficient) / teachers
    if use.real_from == NEVER and using >= par.real_use:
        use.real_from = me.t
    elif use.real_from != NEVER and use.real_lost == NEVER and using < par.real_use:
        use.real_lost = me.t
    deep = use.proficient / teachers >= par.deep_share
    if deep and use.deep_from == NEVER:
        use.deep_from = me.t
    if deep and me.t == me.setting.support_end:
        use.deep_at_end = 1
