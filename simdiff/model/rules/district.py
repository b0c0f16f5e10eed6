"""Clarity, superintendents, background mandates (E2, E3), and who is invited where (pilots, zones, roles)."""

import math

from simdiff.model.compile import kernel, rule
from simdiff.model.luck import LEADER, MANDATES, SITES, binomial, chance, draws, poisson
from simdiff.model.rules.common import in_months
from simdiff.model.state import (
    ADOPT,
    BY_NEED,
    BY_SIGNAL,
    DESIGN,
    NO_SITE,
    NOT_YET,
    PILOT,
    UNTOLD,
    ZONE,
)


@rule
def mandates_stay(par):
    """Probability that a background mandate outlives a month."""
    return math.exp(-1.0 / par.mandates_months)


@rule
def begin_district(sim, d):
    """Before the first month: no clarity, background mandates from their stationary law (E3)."""
    par, run, district = sim.par[0], sim.run[0], sim.district[d]
    u0, _, _, _ = draws(run.key, district.who, 0, MANDATES, 1, run.replicate)
    district.mandates = poisson(par.mandates_rate / 12.0 / (1.0 - mandates_stay(par)), u0)
    district.clarity = 0.0 if par.with_coherence == 1 else 1.0
    district.transfer = transfer_between(par, district.clarity, district.clarity)
    district.coach_scale = 1.0
    district.site_scale = 1.0
    for p in range(sim.practice.shape[0]):
        sim.knowledge[d, p].quality = sim.practice[p].quality
        sim.knowledge[d, p].available = -1
        sim.knowledge[d, p].later = -1


@rule
def transfer_between(par, clarity_1, clarity_2):
    """E8: T̄ = 1/(1 + (s² + s'²)/ℓ²), s = s_0 (1 − g): what unlike local variants leave of others' experience."""
    spread_1 = par.variant_spread * (1.0 - clarity_1)
    spread_2 = par.variant_spread * (1.0 - clarity_2)
    return 1.0 / (1.0 + (spread_1 * spread_1 + spread_2 * spread_2) / (par.transfer_length * par.transfer_length))


@kernel
def steer(sim, d, t):
    """E2, E3: clarity follows clear goals; a superintendent may leave; background mandates come and go."""
    par, run, district = sim.par[0], sim.run[0], sim.district[d]
    lever = sim.acting[district.group, t]
    if par.with_coherence == 1:
        district.clarity += (lever.goals - district.clarity) / par.clarity_months
    change_leader(par, run, district, lever, sim.setting[district.group], t)
    district.transfer = transfer_between(par, district.clarity, district.clarity)
    u0, u1, _, _ = draws(run.key, district.who, t, MANDATES, 0, run.replicate)
    arriving = par.mandates_rate * (1.0 - par.mandates_goals * lever.goals) / 12.0
    district.mandates = binomial(district.mandates, mandates_stay(par), u0) + poisson(arriving, u1)


@kernel
def change_leader(par, run, district, lever, setting, t):
    """A superintendent leaves (each July by hazard, or on a given date): clarity falls, sponsorship may end."""
    u0, u1, _, _ = draws(run.key, district.who, t, LEADER, 0, run.replicate)
    by_hazard = setting.exit_hazard == 1 and in_months(par.turnover_months, t)
    if not (lever.exit == 1 or (by_hazard and u0 < chance(par.leader_exit))):
        return
    if par.with_coherence == 1:
        district.clarity *= 1.0 - par.leader_clarity
    if lever.sponsorship > 0.0 and u1 < par.leader_sponsorship:
        district.unsponsored = 1


@rule
def adopt_signal(school, accuracy):
    """The district's noisy signal of capacity to adopt and adapt, z-score."""
    return accuracy * school.capacity + math.sqrt(1.0 - accuracy * accuracy) * school.adopt_noise


@rule
def design_signal(school, accuracy):
    """E12, N1: the noisy signal of design capacity, s = r a + √(1 − r²) ε."""
    return accuracy * school.design + math.sqrt(1.0 - accuracy * accuracy) * school.design_noise


@rule
def comes_before(sim, i, j):
    """True if row i ranks before row j: higher score first, then lower row."""
    return sim.score[i] > sim.score[j] or (sim.score[i] == sim.score[j] and i < j)


@kernel
def rank_schools(sim, d):
    """Order the district's rows by ``sim.score``, highest first, into ``sim.order`` (both at its rows).

    A Shell sort in place: kernels allocate nothing.
    """
    first, last = sim.district[d].first, sim.district[d].last
    for i in range(first, last):
        sim.order[i] = i
    gap = (last - first) // 2
    while gap > 0:
        for n in range(first + gap, last):
            row = sim.order[n]
            at = n
            while at - gap >= first and comes_before(sim, row, sim.order[at - gap]):
                sim.order[at] = sim.order[at - gap]
                at -= gap
            sim.order[at] = row
        gap //= 2


@rule
def invite(sim, d, t):
    """Open pilots and zones in their month; say who designs and who adopts when identification starts."""
    district = sim.district[d]
    setting = sim.setting[district.group]
    if setting.pilots > 0 and t == setting.pilot_start:
        open_pilots(sim, d, t)
    if setting.zone > 0 and t == setting.zone_start:
        open_zone(sim, d, t)
    level = sim.acting[district.group, t].identify
    if level > 0.0 and district.identified == 0:
        identify(sim, d)
    elif level == 0.0 and district.identified == 1:
        district.identified = 0
        for i in range(district.first, district.last):
            sim.school[i].role = UNTOLD


@rule
def sites_affordable(district, wanted):
    """Sites left of those wanted after the budget's cut, at most the district's schools."""
    return min(int(wanted * district.site_scale + 1e-9), district.last - district.first)


@rule
def make_site(school, site, until):
    """Invite a school as a pilot (until a month) or into a zone; it is asked at the next decision (section 0).

    A school that already is a site keeps its terms and is only asked again.
    """
    school.invited = 1
    if school.site == NO_SITE:
        school.site = site
        school.site_until = until


@kernel
def open_pilots(sim, d, t):
    """Pick pilot sites by signal of capacity, by need or by lot."""
    district, run = sim.district[d], sim.run[0]
    setting = sim.setting[district.group]
    for i in range(district.first, district.last):
        u0, _, _, _ = draws(run.key, sim.site[i].who, 0, SITES, 0, run.replicate)
        sim.score[i] = u0
        if setting.pilot_select == BY_SIGNAL:
            sim.score[i] = adopt_signal(sim.school[i], sim.par[0].signal_reliability)
        elif setting.pilot_select == BY_NEED:
            sim.score[i] = sim.site[i].need + 1e-9 * u0
    rank_schools(sim, d)
    for n in range(sites_affordable(district, setting.pilots)):
        make_site(sim.school[sim.order[district.first + n]], PILOT, t + setting.pilot_months)


@kernel
def open_zone(sim, d, t):
    """A zone: the schools nearest to one drawn by lot."""
    district, run = sim.district[d], sim.run[0]
    setting = sim.setting[district.group]
    centre, lowest = district.first, 2.0
    for i in range(district.first, district.last):
        _, u1, _, _ = draws(run.key, sim.site[i].who, 0, SITES, 0, run.replicate)
        if u1 < lowest:
            centre, lowest = i, u1
    for i in range(district.first, district.last):
        across = float(sim.site[i].x) - float(sim.site[centre].x)
        along = float(sim.site[i].y) - float(sim.site[centre].y)
        sim.score[i] = -(across * across + along * along)
    rank_schools(sim, d)
    for n in range(sites_affordable(district, setting.zone)):
        make_site(sim.school[sim.order[district.first + n]], ZONE, setting.zone_stop)


@kernel
def identify(sim, d):
    """N1: the top share by design signal is told to design; the lowest on the adopt signal wait; the rest adopt."""
    district = sim.district[d]
    setting = sim.setting[district.group]
    size = district.last - district.first
    accuracy = setting.identify_accuracy if setting.identify_accuracy >= 0.0 else sim.par[0].signal_reliability
    district.identified = 1
    for i in range(district.first, district.last):
        sim.school[i].role = ADOPT
        sim.score[i] = -adopt_signal(sim.school[i], accuracy)
    rank_schools(sim, d)
    for n in range(round(setting.identify_not_yet * size)):
        sim.school[sim.order[district.first + n]].role = NOT_YET
    for i in range(district.first, district.last):
        sim.score[i] = design_signal(sim.school[i], accuracy)
    rank_schools(sim, d)
    for n in range(round(setting.identify_share * size)):
        sim.school[sim.order[district.first + n]].role = DESIGN
