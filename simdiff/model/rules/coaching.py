"""Finite coaches: hiring, quality, demand, and sharing out by an exact water level (E13)."""

import math

from simdiff.model.compile import entry, kernel, rule
from simdiff.model.luck import normal_density, normal_quantile
from simdiff.model.rules.common import here, in_months, is_active, rows
from simdiff.model.state import INSTALL, NO_SITE, Sim


@rule
def pool_quality(par, share):
    """E13: raw mean effect of the best ``share`` (0–1) of the coach pool, μ_Q + σ_Q φ(z)/s, z = Φ⁻¹(s) (φ is even)."""
    if share >= 1.0:
        return par.pool_mean
    return par.pool_mean + par.pool_spread * normal_density(normal_quantile(share)) / share


@rule
def coach_quality(par, fte, teachers):
    """E13: Q(s) relative to the reference share; more coaches reach deeper into the pool. 1 without the switch."""
    if par.with_dilution == 0 or fte <= 0.0 or teachers == 0:
        return 1.0
    share = fte / (par.pool_share * teachers)
    return pool_quality(par, share) / pool_quality(par, par.pool_reference)


@rule
def target_fte(sim, d, t):
    """Coaches that the district plans and its budget leaves, FTE."""
    district = sim.district[d]
    return sim.lever[district.group, t].coaches * district.teachers / 100.0 * district.coach_scale


@rule
def partner_fte(sim, d, t):
    """Coaches that outside partners bring to district d, FTE."""
    total = 0.0
    for q in range(sim.partner.shape[0]):
        total += sim.partner[q].fte * sim.partner_level[q, t] * sim.partner_share[q, d]
    return total


@rule
def hire(sim, d, t):
    """E13: hiring lags (only in the hiring months, time constant τ_H); posts that end, end at once."""
    par, district = sim.par[0], sim.district[d]
    target = target_fte(sim, d, t)
    if target < district.fte:
        district.fte = target
    elif in_months(par.hire_months, t):
        district.fte += (target - district.fte) / par.hire_lag
    district.partner_fte = partner_fte(sim, d, t)
    quality = coach_quality(par, district.fte + district.partner_fte, district.teachers)
    district.coach_quality = par.strength_talent * quality


@rule
def demand(me, use):
    """E13: coach hours that a practice can use in a month: c_I installing; c_M M + c_U min(U, n/4) active."""
    par, teachers = me.par, me.site.teachers
    if use.stage == INSTALL:
        return par.coach_install
    if not is_active(use):
        return 0.0
    unengaged = teachers - use.mechanical - use.proficient
    return par.coach_mechanical * use.mechanical + par.coach_unengaged * min(unengaged, par.coach_reach * teachers)


@entry
def ask(sim: Sim, first: int, last: int, t: int) -> None:
    """E13: school i's demand over all practices."""
    for i in rows(first, last):
        me = here(sim, i, t)
        asked = 0.0
        for p in range(sim.practice.shape[0]):
            asked += demand(me, sim.use[i, p])
        me.school.asked = asked


@rule
def claim(site, school, setting):
    """E13: weight of a school in sharing hours, exp(w_h (h − ½)) (1 + prio · site)."""
    weight = math.exp(setting.coach_need * (site.need - 0.5)) if setting.coach_need != 0.0 else 1.0
    return weight * (1.0 + setting.coach_priority) if school.site != NO_SITE else weight


@kernel
def share_coaches(sim, d, t):
    """E13: the water level L with Σ D min(1, w L) = min(H, ΣD), exactly: each pass fixes the schools it fills."""
    par, district = sim.par[0], sim.district[d]
    setting = sim.setting[district.group]
    hours = (district.fte + district.partner_fte) * par.coach_hours * par.coach_direct
    district.water = 0.0
    if hours <= 0.0:
        return
    level = 0.0
    while True:
        filled, open_claims = 0.0, 0.0
        for i in rows(district.first, district.last):
            asked = sim.school[i].asked
            if asked > 0.0:
                weight = claim(sim.site[i], sim.school[i], setting)
                if weight * level >= 1.0:
                    filled += asked
                else:
                    open_claims += weight * asked
        if open_claims == 0.0:
            district.water = math.inf
            return
        rising = (hours - filled) / open_claims
        if not rising > level:  # so put, a number that is none ends it too
            district.water = level
            return
        level = rising


@rule
def serve(me):
    """E13: κ = min(1, w L), share of a school's demand that is served."""
    if me.school.asked <= 0.0 or me.district.water == 0.0:
        return 0.0
    return min(1.0, claim(me.site, me.school, me.setting) * me.district.water)
