"""Installing (E14), taking up and reverting (E15), deepening and drifting (E16)."""

import math

from simdiff.model.compile import entry, kernel, rule
from simdiff.model.luck import INSTALL as INSTALL_LUCK
from simdiff.model.luck import TEACH, binomial, draws, happens, how_many
from simdiff.model.rules.coaching import demand, serve
from simdiff.model.rules.common import (
    here,
    in_months,
    is_active,
    obstacle_classroom,
    rows,
    rules_classroom,
    rules_school,
)
from simdiff.model.rules.exposure import knowledge_here
from simdiff.model.state import DROPPED, INITIAL, INSTALL, NEVER, NONE, Sim


@entry
def work(sim: Sim, first: int, last: int, t: int) -> None:
    """A month of work in school i: coaches come, installation advances or launches, teachers move."""
    for i in rows(first, last):
        me = here(sim, i, t)
        served = serve(me)
        teaching = in_months(me.par.teach_months, t)
        for p in range(sim.practice.shape[0]):
            practice, use = sim.practice[p], sim.use[i, p]
            use.served = served * demand(me, use)
            use.started = 0
            use.launch_now = 0
            if use.stage == INSTALL:
                install(me, practice, use)
            if teaching and (use.stage != NONE or use.mechanical + use.proficient > 0):
                teach(me, practice, use, served, knowledge_here(sim, me, p))


@rule
def advance_probability(me, practice):
    """E14: p_adv = clip((k_I/T_I)(1 − ψS B^S) α e^{γ_k k}(1 + e_I x_T2), 0, 1), per month and sub-step."""
    par, school = me.par, me.school
    blocked = practice.school_flexibility * rules_school(par, me.lever, me.setting, school.site)
    pace = par.install_steps / par.install_months * (1.0 - blocked) * school.attention
    pace *= school.vigour * (1.0 + par.install_change * me.lever.change)
    return min(1.0, pace)


@kernel
def install(me, practice, use):
    """E14: abandon, or advance one sub-step; launch in the launch month once all steps are done."""
    par = me.par
    u0, u1, u2, _ = draws(me.run.key, me.site.who, me.t, INSTALL_LUCK, practice.word, me.run.replicate)
    steps = int(par.install_steps)
    if use.sub < steps:
        if happens(par.abandon, u0):
            use.stage = DROPPED
            return
        if u1 < advance_probability(me, practice):
            use.sub += 1
    if use.sub >= steps and in_months(par.launch_months, me.t):
        launch(me, practice, use, u2)


@kernel
def launch(me, practice, use, u):
    """E14: INSTALL → INITIAL, M ← max(M, Bin(n, m0 (1 − XC)), 1); commitment starts at its reference (section 0)."""
    par, teachers = me.par, me.site.teachers
    tried = max(1, binomial(teachers, par.launch_share * (1.0 - obstacle_classroom(me, practice)), u))
    using = max(use.mechanical, min(tried, teachers - use.proficient))
    use.started += using - use.mechanical
    use.mechanical = using
    use.stage = INITIAL
    use.commitment = par.commit_start
    use.results = 0.0
    use.closed = 0
    use.launch_now = 1
    if use.launched == NEVER:
        use.launched = me.t


@rule
def stage_takeup(par, stage):
    """E15: ζ by stage: nobody starts in NONE; some start alone while the school explores or after it dropped."""
    if stage == NONE:
        return 0.0
    if stage == DROPPED:
        return par.takeup_dropped
    return 1.0 if stage >= INITIAL else par.takeup_exploring


@rule
def takeup_hazard(me, practice, use, served):
    """E15: h_UM = ζ e_cl^closed [a_0 + a_S (M+K)/n + a_C Q κ] (1 − XC) α C/C_ref, per month."""
    par = me.par
    scale = stage_takeup(par, use.stage)
    if scale == 0.0:
        return 0.0
    using = (use.mechanical + use.proficient) / me.site.teachers
    hazard = par.takeup_alone + par.takeup_peers * using + par.takeup_coached * me.district.coach_quality * served
    if use.closed == 1:
        hazard *= par.closed_takeup
    hazard *= scale * (1.0 - obstacle_classroom(me, practice)) * me.school.attention
    return hazard * use.commitment / par.commit_start


@rule
def revert_hazard(me, use):
    """E15: h_MU = r_M (1 − e_rev x_T2)(1 − C)/(1 − C_ref) r_cl^closed, times r_D where there is no formal home."""
    par = me.par
    hazard = par.revert * (1.0 - par.change_revert * me.lever.change)
    hazard *= (1.0 - use.commitment) / (1.0 - par.commit_start)
    if use.closed == 1:
        hazard *= par.closed_revert
    return hazard if is_active(use) else hazard * par.decay_inactive


@rule
def master_hazard(me, practice, use, served, known):
    """E16: h_MK = λ_K (φ/φ_ref)^γ (1+Ẽ)^b (1 + e_C Q κ) α (1 − ψC B^C)(1 + e_S K/n), times ½ without a formal home."""
    par, school = me.par, me.school
    hazard = par.master * math.pow(use.fit / par.fit_reference, par.master_fit)
    if par.with_learning_curve == 1:
        hazard *= math.pow(1.0 + known, par.learning_curve)
    hazard *= 1.0 + par.master_coached * me.district.coach_quality * served
    hazard *= school.attention * (1.0 + par.master_peers * use.proficient / me.site.teachers)
    hazard *= 1.0 - practice.classroom_flexibility * rules_classroom(par, me.lever, me.setting, school.site)
    return hazard if is_active(use) else hazard * par.master_inactive


@rule
def drift_hazard(par, use):
    """E16: h_KM = r_K (1 − o_r O) where active, r_K r_D elsewhere."""
    if is_active(use):
        return par.drift * (1.0 - par.drift_owned * use.ownership)
    return par.drift * par.decay_inactive


@kernel
def teach(me, practice, use, served, known):
    """E15, E16: teachers start, become proficient, revert and drift, all from the month's starting counts."""
    mechanical, proficient = int(use.mechanical), int(use.proficient)
    unengaged = int(me.site.teachers) - mechanical - proficient
    u0, u1, u2, u3 = draws(me.run.key, me.site.who, me.t, TEACH, practice.word, me.run.replicate)
    starting, deepening, reverting, drifting = 0, 0, 0, 0
    if unengaged > 0:
        starting = how_many(unengaged, takeup_hazard(me, practice, use, served), u0)
    if mechanical > 0:
        deepening = how_many(mechanical, master_hazard(me, practice, use, served, known), u1)
        reverting = how_many(mechanical - deepening, revert_hazard(me, use), u2)
    if proficient > 0:
        drifting = how_many(proficient, drift_hazard(me.par, use), u3)
    use.mechanical = mechanical + starting - deepening - reverting + drifting
    use.proficient = proficient + deepening - drifting
    use.started += starting
