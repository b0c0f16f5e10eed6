"""What is written down each month, and at the end, about schools (section 9). Watching changes nothing."""

from simdiff.model.compile import kernel, rule
from simdiff.model.rules.common import here, is_active, rows
from simdiff.model.rules.exposure import knowledge_here
from simdiff.model.rules.settle import integrity
from simdiff.model.state import DROPPED, EXPLORE, INSTALL, NEVER, NONE

LOWEST, HIGHEST = 0, 2


@kernel
def observe(sim, d, t):
    """Add the schools of district d to the month's sums, by practice and, with several, for any practice."""
    practices = sim.practice.shape[0]
    district = sim.district[d]
    for i in rows(district.first, district.last):
        for p in range(practices):
            count_school(sim, i, p, sim.observed[t, district.report, p])
            count_teachers(sim, i, p, t, sim.observed[t, district.report, p])
        if practices > 1:
            count_any(sim, i, t, sim.observed[t, district.report, practices])
    note_condition(sim, d, t)


@rule
def note_condition(sim, d, t):
    """What the district is like, weighted by its schools."""
    district = sim.district[d]
    schools = district.last - district.first
    row = sim.condition[t, district.report]
    row.schools += schools
    row.clarity += schools * district.clarity
    row.transfer += schools * district.transfer
    row.mandates += schools * district.mandates
    row.fte += district.fte + district.partner_fte
    if district.unsponsored == 0:
        row.sponsorship += schools * sim.lever[district.group, t].sponsorship


@rule
def is_untouched(use):
    """True if a school has nothing to do with a practice, and never launched it."""
    return use.stage == NONE and use.launched == NEVER and use.mechanical + use.proficient == 0


@rule
def count_school(sim, i, p, row):
    """School counts of one practice."""
    par, use, teachers = sim.par[0], sim.use[i, p], sim.site[i].teachers
    row.schools += 1.0
    row.overloaded += 1.0 if sim.school[i].overload > 0.0 else 0.0
    if is_untouched(use) and par.real_use > 0.0 and par.deep_share > 0.0:
        return
    real = 1.0 if (use.mechanical + use.proficient) / teachers >= par.real_use else 0.0
    deep = 1.0 if use.proficient / teachers >= par.deep_share else 0.0
    row.exploring += 1.0 if use.stage == EXPLORE else 0.0
    row.installing += 1.0 if use.stage == INSTALL else 0.0
    row.dropped += 1.0 if use.stage == DROPPED else 0.0
    row.in_use += real
    row.deep += deep
    if use.launched == NEVER:
        return
    row.ever += 1.0
    row.ever_full += use.ever_full
    row.launched_real += real
    row.deep_at_end += use.deep_at_end
    row.deep_kept += deep * use.deep_at_end
    if use.launch_now == 1:
        row.launches += 1.0
        row.peer_launches += use.peer_share
    if is_active(use):
        row.active += 1.0
        row.variants += 1.0 if use.self_made == 1.0 else 0.0


@rule
def count_teachers(sim, i, p, t, row):
    """Teacher, student, depth, ownership, equity and coach-hour sums of one practice."""
    use, site = sim.use[i, p], sim.site[i]
    row.teachers += site.teachers
    row.students += site.students
    if site.tercile == LOWEST:
        row.low_teachers += site.teachers
    elif site.tercile == HIGHEST:
        row.high_teachers += site.teachers
    if use.mechanical + use.proficient > 0 or is_active(use) or use.served > 0.0:
        count_users(sim, i, p, t, row)


@rule
def count_users(sim, i, p, t, row):
    """The part of ``count_teachers`` that is zero where nobody uses the practice and no coach comes."""
    me, use, site = here(sim, i, t), sim.use[i, p], sim.site[i]
    proficient = int(use.proficient)
    share = proficient / site.teachers
    version = use.fit * integrity(me, use, knowledge_here(sim, me, p))
    depth = proficient * version
    row.mechanical += use.mechanical
    row.proficient += proficient
    row.deep_students += site.students * share
    row.depth += depth
    row.share += share
    row.ranked += share * site.rank
    row.ranked_all += share * site.rank_all
    row.served += use.served
    if is_active(use):
        row.best = max(row.best, sim.knowledge[site.district, p].quality * version)
        row.active_teachers += site.teachers
        row.active_depth += depth
        row.owned += proficient * use.ownership
        row.active_proficient += proficient
    if site.tercile == LOWEST:
        row.low_depth += depth
    elif site.tercile == HIGHEST:
        row.high_depth += depth
        row.high_served += use.served


@kernel
def count_any(sim, i, t, row):
    """Sums for any practice: school counts ask whether any practice qualifies; teacher counts take the deepest one."""
    deepest = 0
    par, teachers = sim.par[0], sim.site[i].teachers
    real, deep, active, ever, full, at_end = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for p in range(sim.practice.shape[0]):
        use = sim.use[i, p]
        real = 1.0 if (use.mechanical + use.proficient) / teachers >= par.real_use else real
        deep = 1.0 if use.proficient / teachers >= par.deep_share else deep
        active = 1.0 if is_active(use) else active
        ever = 1.0 if use.launched != NEVER else ever
        full = 1.0 if use.ever_full == 1 else full
        at_end = 1.0 if use.deep_at_end == 1 else at_end
        best = sim.use[i, deepest]
        if (use.proficient, use.mechanical) > (best.proficient, best.mechanical):
            deepest = p
        if is_active(use):
            row.variants += 1.0 if use.self_made == 1.0 else 0.0
        if use.launch_now == 1:
            row.launches += 1.0
            row.peer_launches += use.peer_share
    row.schools += 1.0
    row.active += active
    row.ever += ever
    row.ever_full += full
    row.in_use += real
    row.deep += deep
    row.launched_real += real * ever
    row.overloaded += 1.0 if sim.school[i].overload > 0.0 else 0.0
    row.deep_at_end += at_end
    row.deep_kept += at_end * deep
    count_teachers(sim, i, deepest, t, row)


@rule
def finish(sim, d, t):
    """After the last month (t months in all): lifetimes from launch, and time to deep by need."""
    district = sim.district[d]
    for i in range(district.first, district.last):
        for p in range(sim.practice.shape[0]):
            use = sim.use[i, p]
            note_life(sim, district.report, p, 0, use.launched, use.dropped, t)
            note_life(sim, district.report, p, 1, use.real_from, use.real_lost, t)
            tercile = sim.site[i].tercile
            if tercile == LOWEST or tercile == HIGHEST:
                months = t - sim.run[0].burn_in
                if use.deep_from != NEVER:
                    months = max(0, use.deep_from - sim.run[0].burn_in)
                sim.waiting[district.report, p, tercile // 2, 0] += months
                sim.waiting[district.report, p, tercile // 2, 1] += 1.0


@rule
def note_life(sim, report, p, clock, born, lost, t):
    """One lifetime for the Kaplan–Meier count: lost at an age, or censored at the end."""
    if born == NEVER:
        return
    if lost != NEVER:
        sim.survival[report, p, clock, lost - born, 0] += 1
    else:
        sim.survival[report, p, clock, t - 1 - born, 1] += 1
