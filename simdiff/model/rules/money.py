"""What it costs, who pays, and what a budget cuts (E25)."""

from simdiff.model.compile import kernel, rule
from simdiff.model.rules.common import in_months, is_active, rows
from simdiff.model.state import (
    CHANGE,
    CLARIFY,
    COACHES,
    CONVENE,
    CUT_COACHES,
    CUT_COACHES_FIRST,
    CUT_SITES_FIRST,
    DISTRICT_PAYS,
    EXPLORE,
    GOALS,
    GRANT,
    IDENTIFY,
    IN_KIND,
    OUT_OF_SCHOOL,
    PARTNER_PAYS,
    PARTNERS,
    PILOTS,
    SHARING,
    TRAINING,
    ZONES,
)
from simdiff.register import SCREENING_DELAY


@kernel
def charge(page, district, dollars, matched):
    """Book a cost of a district on a line's page (an entry a payer); partners pay the ``matched`` share (0–1)."""
    page[PARTNER_PAYS] += dollars * matched
    page[DISTRICT_PAYS] += dollars - dollars * matched
    district.spent += dollars - dollars * matched


@rule
def matched_share(sim, d, t):
    """Largest share of matched lines that an active partner of district d pays."""
    match = 0.0
    for q in range(sim.partner.shape[0]):
        if sim.partner_share[q, d] > 0.0 and sim.partner_level[q, t] > 0.0:
            match = max(match, sim.partner[q].match)
    return match


@rule
def desk_costs(par, lever):
    """Yearly cost at these levels of the goal process, clarify desk, waiver desk and knowledge platform, dollars."""
    goals = par.price_goals * 0.5 * (lever.problems + lever.goals)
    clarify = par.price_clarify * 0.5 * (lever.clarify_school + lever.clarify_classroom)
    grant = par.price_grant * 0.5 * (lever.grant_school + lever.grant_classroom)
    return goals, clarify, grant, par.price_sharing * lever.sharing


@kernel
def open_books(sim, d, t):
    """At the start of a fiscal year: carry over, and cut coaches and sites in the declared order to fit the money."""
    district = sim.district[d]
    setting = sim.setting[district.group]
    district.match = matched_share(sim, d, t)
    if setting.budget < 0.0 or not in_months(sim.par[0].budget_months, t):
        return
    if t > sim.run[0].burn_in:
        district.cash += setting.budget - district.spent
    district.spent = 0.0
    money = setting.budget + district.cash
    coaches, sites, rest = planned_costs(sim, d, t)
    over = coaches + sites + rest - money
    district.coach_scale, district.site_scale = 1.0, 1.0
    if over <= 0.0:
        return
    if setting.cut == CUT_COACHES_FIRST or setting.cut == CUT_COACHES:
        district.coach_scale, over = cut(coaches, over)
    if setting.cut != CUT_COACHES:
        district.site_scale, over = cut(sites, over)
    if setting.cut == CUT_SITES_FIRST:
        district.coach_scale, over = cut(coaches, over)


@rule
def cut(planned, over):
    """Scale back a planned cost by what is over the money: the scale left (0–1), and what is still over."""
    if planned <= 0.0 or over <= 0.0:
        return 1.0, over
    return max(0.0, 1.0 - over / planned), max(0.0, over - planned)


@kernel
def planned_costs(sim, d, t):
    """What the district plans to pay in the twelve months from t: coaches, new sites, the rest; dollars."""
    par, district = sim.par[0], sim.district[d]
    setting = sim.setting[district.group]
    schools = district.last - district.first
    active, exploring = count_schools(sim, d)
    coaches, rest = 0.0, 0.0
    for month in range(t, min(t + 12, sim.lever.shape[1])):
        lever = sim.lever[district.group, month]
        coaches += lever.coaches * district.teachers / 100.0 * par.price_coach / 12.0
        goals, clarify, grant, sharing = desk_costs(par, lever)
        rest += (goals + clarify + grant + sharing + par.price_change * lever.change * active) / 12.0
        rest += (par.price_out_of_school * lever.out_of_school * exploring) / 12.0
        rest += par.price_convene * lever.convene * schools / 12.0
    sites = 0.0
    if setting.pilots > 0 and t <= setting.pilot_start < t + 12:
        sites += par.price_pilot * min(setting.pilots, schools)
    if setting.zone > 0 and t <= setting.zone_start < t + 12:
        sites += par.price_zone * min(setting.zone, schools)
    for n in range(setting.rounds if setting.entries > 0 else 0):
        if t <= setting.call_start + 12 * n + SCREENING_DELAY < t + 12:
            prizes = par.price_finalist * setting.entries + par.price_prize * setting.prizes
            rest += prizes * sim.practice.shape[0] * (1.0 - district.match)
    return coaches, sites * (1.0 - district.match), rest


@kernel
def count_schools(sim, d):
    """Schools of district d that are active, and that only explore, in any practice."""
    active, exploring = 0, 0
    for i in rows(sim.district[d].first, sim.district[d].last):
        any_active, any_exploring = False, False
        for p in range(sim.practice.shape[0]):
            any_active = any_active or is_active(sim.use[i, p])
            any_exploring = any_exploring or sim.use[i, p].stage == EXPLORE
        active += 1 if any_active else 0
        exploring += 1 if any_exploring else 0
    return active, exploring


@kernel
def pay(sim, d, t):
    """E25: book the month's costs of district d."""
    par, district = sim.par[0], sim.district[d]
    lever = sim.lever[district.group, t]
    schools = district.last - district.first
    book = sim.ledger[t, district.report]
    active, exploring = count_schools(sim, d)
    goals, clarify, grant, sharing = desk_costs(par, lever)
    charge(book[COACHES], district, district.fte * par.price_coach / 12.0, 0.0)
    book[COACHES, PARTNER_PAYS] += district.partner_fte * par.price_coach / 12.0
    charge(book[CHANGE], district, par.price_change * lever.change * active / 12.0, 0.0)
    charge(book[SHARING], district, sharing / 12.0, 0.0)
    charge(book[GOALS], district, goals / 12.0, 0.0)
    charge(book[CLARIFY], district, clarify / 12.0, 0.0)
    charge(book[GRANT], district, grant / 12.0, 0.0)
    charge(book[OUT_OF_SCHOOL], district, par.price_out_of_school * lever.out_of_school * exploring / 12.0, 0.0)
    charge(book[CONVENE], district, par.price_convene * lever.convene * schools / 12.0, 0.0)
    for q in range(sim.partner.shape[0]):
        fee = par.price_partner * sim.partner_level[q, t] * sim.partner_share[q, d] / 12.0
        charge(book[PARTNERS], district, fee, district.match)
    pay_for_users(sim, d, t)
    pay_for_sites(par, district, sim.setting[district.group], book, t)


@rule
def pay_for_users(sim, d, t):
    """Training of new users, and the time of mechanical users in kind (in teaching months)."""
    par, district = sim.par[0], sim.district[d]
    started, mechanical = 0, 0
    for i in rows(district.first, district.last):
        for p in range(sim.practice.shape[0]):
            started += sim.use[i, p].started
            mechanical += sim.use[i, p].mechanical
    book = sim.ledger[t, district.report]
    charge(book[TRAINING], district, par.price_training * started, 0.0)
    if in_months(par.teach_months, t):
        book[IN_KIND, DISTRICT_PAYS] += par.teacher_wage * par.teacher_hours * mechanical


@rule
def pay_for_sites(par, district, setting, book, t):
    """Launch of pilots and zone schools in their month; identification once."""
    schools = district.last - district.first
    if setting.pilots > 0 and t == setting.pilot_start:
        sites = min(int(setting.pilots * district.site_scale + 1e-9), schools)
        charge(book[PILOTS], district, par.price_pilot * sites, district.match)
    if setting.zone > 0 and t == setting.zone_start:
        sites = min(int(setting.zone * district.site_scale + 1e-9), schools)
        charge(book[ZONES], district, par.price_zone * sites, district.match)
    if district.identified == 1 and district.identified_paid == 0:
        district.identified_paid = 1
        charge(book[IDENTIFY], district, par.price_identify * schools, 0.0)
