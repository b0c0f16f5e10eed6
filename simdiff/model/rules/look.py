"""What a school faces: imagined constraint (E5), load and attention (E6), out-of-school trials (E12)."""

from simdiff.model.compile import entry, rule
from simdiff.model.rules.common import here, rows
from simdiff.model.state import EXPLORE, FULL, INITIAL, INSTALL, NO_SITE, Sim


@entry
def look(sim: Sim, first: int, last: int, t: int) -> None:
    """Update what school i believes and how much it can attend to, before it decides."""
    for i in rows(first, last):
        me = here(sim, i, t)
        close_site(me)
        clear_phantoms(me)
        load = 0.0
        for p in range(sim.practice.shape[0]):
            load += practice_load(me.par, sim.practice[p], sim.use[i, p])
            if me.lever.out_of_school > 0.0 and sim.use[i, p].stage == EXPLORE:
                try_out_of_school(me, sim.use[i, p])
        weigh_load(me, load)


@rule
def close_site(me):
    """End of a pilot or zone: the school's support is withdrawn."""
    if me.school.site != NO_SITE and me.t == me.school.site_until:
        me.school.site = NO_SITE
        me.school.support_ended = me.t


@rule
def clear_phantoms(me):
    """E5: clarifying removes imagined constraint; it returns slowly. A site is told all."""
    school, told = me.school, 0.0 if me.school.site == NO_SITE else 1.0
    school.phantom_school = next_phantom(me.par, school.phantom_school, max(me.lever.clarify_school, told))
    school.phantom_classroom = next_phantom(me.par, school.phantom_classroom, max(me.lever.clarify_classroom, told))


@rule
def next_phantom(par, phantom, told):
    """E5: Φ ← Φ − η_F x Φ + η_R (Φ0 − Φ)."""
    return phantom - par.phantom_cleared * told * phantom + par.phantom_return * (par.phantom - phantom)


@rule
def practice_load(par, practice, use):
    """E6: load of one practice, w while new, f_w w once fully implemented."""
    if use.stage == INSTALL or use.stage == INITIAL:
        return practice.load
    return practice.load * par.full_load if use.stage == FULL else 0.0


@rule
def weigh_load(me, load):
    """E6: Λ = (1 − ov g) load + w_b b; attention α = min(1, Cap/Λ); overload Ω = max(0, Λ/Cap − 1)."""
    par, school, district = me.par, me.school, me.district
    load = (1.0 - par.goals_overlap * district.clarity) * load + par.mandate_load * district.mandates
    room = par.capacity * school.vigour * (1.0 + par.change_capacity * me.lever.change)
    school.attention = 1.0 if load <= room else room / load
    school.overload = 0.0 if load <= room else load / room - 1.0


@rule
def try_out_of_school(me, use):
    """E12: an exploring school learns in out-of-school trials: φ_oos ← φ_oos + r_o x (θ_oos − φ_oos)."""
    use.trial += me.par.trial_speed * me.lever.out_of_school * (me.par.trial_fit - use.trial)
