"""The unseen traits of schools, drawn per replicate: capacity, design capacity, context, relevance, thresholds."""

import math

from simdiff.model.compile import rule
from simdiff.model.luck import CAPACITY, RELEVANCE, SIGNAL, draws, interpolate, normal_quantile
from simdiff.model.state import NEVER


@rule
def correlate(strength, with_z, own_z):
    """A z-score correlated by ``strength`` with another: r z + √(1 − r²) ε."""
    return strength * with_z + math.sqrt(1.0 - strength * strength) * own_z


@rule
def begin_school(sim, i):
    """Draw what is not in any table (section 2.1), before the first month; the rest of the state starts empty."""
    par, run, site, school = sim.par[0], sim.run[0], sim.site[i], sim.school[i]
    u0, u1, u2, u3 = draws(run.key, site.who, 0, CAPACITY, 0, run.world_replicate)
    school.capacity = correlate(par.need_capacity, site.need_z, normal_quantile(u0))
    school.vigour = math.exp(par.capacity_slope * school.capacity)
    school.design = correlate(par.design_adopt, school.capacity, normal_quantile(u1))
    school.context_1 = correlate(par.need_context, site.need_z, normal_quantile(u2))
    school.context_2 = normal_quantile(u3)
    u0, u1, u2, u3 = draws(run.key, site.who, 0, SIGNAL, 0, run.world_replicate)
    school.adopt_noise = normal_quantile(u0)
    school.design_noise = normal_quantile(u1)
    school.order = u2
    rest = (u3 - par.threshold_zero) / (1.0 - par.threshold_zero) if par.threshold_zero < 1.0 else 0.0
    school.threshold = 0.0 if u3 < par.threshold_zero else interpolate(sim.threshold_law, max(rest, 0.0))
    school.phantom_school = par.phantom
    school.phantom_classroom = par.phantom
    school.site_until = NEVER
    school.support_ended = NEVER
    for p in range(sim.practice.shape[0]):
        begin_use(sim, i, p)


@rule
def begin_use(sim, i, p):
    """No practice is in use at the start; its relevance to the school is drawn."""
    run, use = sim.run[0], sim.use[i, p]
    u0, _, _, _ = draws(run.key, sim.site[i].who, 0, RELEVANCE, sim.practice[p].word, run.world_replicate)
    use.relevance = interpolate(sim.relevance_law, u0)
    use.commitment = sim.par[0].commit_start
    use.fit = sim.par[0].fit_min
    use.launched = NEVER
    use.dropped = NEVER
    use.real_from = NEVER
    use.real_lost = NEVER
    use.deep_from = NEVER
