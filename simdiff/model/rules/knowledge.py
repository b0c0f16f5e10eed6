"""Codified knowledge (E21), design competitions (E12b) and adaptive redesign."""

import math

from simdiff.model.compile import kernel, rule
from simdiff.model.luck import ENTRY, draws, normal_quantile
from simdiff.model.rules.common import here, in_months, is_active, rows
from simdiff.model.rules.district import make_site, rank_schools, sites_affordable
from simdiff.model.rules.exposure import knowledge_here
from simdiff.model.rules.money import charge
from simdiff.model.rules.settle import integrity
from simdiff.model.state import COMPETITION, DESIGN, PILOT
from simdiff.register import AVAILABLE_DELAY, SCREENING_DELAY


@rule
def deep_experience(sim, i, p, t):
    """E21: A (K/n) φ f of school i, its deep experience in one month (0–1)."""
    use = sim.use[i, p]
    if not is_active(use):
        return 0.0
    me = here(sim, i, t)
    return use.proficient / me.site.teachers * use.fit * integrity(me, use, knowledge_here(sim, me, p))


@kernel
def learn(sim, d, t):
    """E21: E ← E + x_T3 c_E (.3 + .7 g) Σ A (K/n) φ f / max(1, S/60) − δ_E E; shared failures add lessons."""
    par, district = sim.par[0], sim.district[d]
    sharing = sim.acting[district.group, t].sharing
    size = max(1.0, (district.last - district.first) / par.knowledge_norm)
    clear = par.codify_base + (1.0 - par.codify_base) * district.clarity
    for p in range(sim.practice.shape[0]):
        known = sim.knowledge[d, p]
        gained = 0.0
        if sharing > 0.0:
            for i in rows(district.first, district.last):
                gained += deep_experience(sim, i, p, t)
            gained *= par.codify * clear / size
            if sim.setting[district.group].share_failures == 1:
                gained += par.failure_lesson * known.dropped
        known.stock += sharing * gained - par.forget * known.stock
        known.dropped = 0


@kernel
def learn_partner(sim, q, t):
    """E21: EX ← EX + c_X Σ_members A (K/n) φ f + r_X (EX* − EX). Acts only with the partner_stock switch."""
    par = sim.par[0]
    for p in range(sim.practice.shape[0]):
        gained = 0.0
        for i in range(sim.site.shape[0]):
            if sim.site[i].partner == q:
                gained += deep_experience(sim, i, p, t)
        stock = sim.partner_stock[q, p]
        gained *= sim.partner_level[q, t] * par.partner_codify
        sim.partner_stock[q, p] = stock + gained + par.partner_refresh * (sim.partner[q].target - stock)


@kernel
def redesign(sim, d, t):
    """E12b: hold the competitions that are due, bring waiting winners into use, redraw what disappoints (adaptive)."""
    district = sim.district[d]
    setting = sim.setting[district.group]
    for p in range(sim.practice.shape[0]):
        known = sim.knowledge[d, p]
        if known.available == t:
            known.quality = max(known.quality, known.next_quality)
            known.next_quality, known.available = known.later_quality, known.later
            known.later_quality, known.later = 0.0, -1
    if setting.entries > 0 and screens_now(setting, t):
        for p in range(sim.practice.shape[0]):
            compete(sim, d, p, t, int(setting.prizes), t + AVAILABLE_DELAY - SCREENING_DELAY)
    if setting.adaptive == 1 and in_months(sim.par[0].adaptive_months, t) and t >= sim.run[0].burn_in:
        for p in range(sim.practice.shape[0]):
            if results_disappoint(sim, d, p):
                compete(sim, d, p, t, 0 * setting.prizes, t)


@rule
def screens_now(setting, t):
    """True in the month (February) in which a round called in October is screened."""
    since = t - setting.call_start - SCREENING_DELAY
    return since >= 0 and since % 12 == 0 and since // 12 < setting.rounds


@rule
def results_disappoint(sim, d, p):
    """Section 0 (adaptive): mean ŷ of active schools is under y*; a practice nobody uses is left alone."""
    total, schools = 0.0, 0
    for i in range(sim.district[d].first, sim.district[d].last):
        if is_active(sim.use[i, p]):
            total += sim.use[i, p].results
            schools += 1
    return schools > 0 and total / schools < sim.par[0].aspiration


@kernel
def compete(sim, d, p, t, most_prizes, available):
    """E12b: entries z ~ N(r_q a, 1) are screened on ρ z + √(1−ρ²) ε; the winner's q = q̄ e^{s_q z}, never below 1.

    Winners of ``most_prizes`` become pilot sites; the winning variant is in use from month ``available`` (a design
    year later; at once, and without prizes, in an adaptive review). Designers enter first, the rest by lot.
    """
    run, district = sim.run[0], sim.district[d]
    setting = sim.setting[district.group]
    entries = min(max(1, setting.entries), district.last - district.first)
    for i in range(district.first, district.last):
        u0, _, _, _ = draws(run.key, sim.site[i].who, t, ENTRY, sim.practice[p].word, run.replicate)
        sim.score[i] = u0 + (1.0 if sim.school[i].role == DESIGN else 0.0)
    rank_schools(sim, d)
    for n in range(district.last - district.first):
        i = sim.order[district.first + n]
        sim.score[i] = jury_score(sim, i, p, t, setting.reliability) if n < entries else -math.inf
    rank_schools(sim, d)
    winner = sim.order[district.first]
    best = entry_quality(sim, winner, p, t)
    quality = sim.practice[p].quality * math.exp(sim.par[0].strength_networks * sim.par[0].quality_gain * best)
    prizes = sites_affordable(district, min(most_prizes, entries))
    award(sim, d, p, t, max(1.0, quality), available)
    for n in range(prizes):
        make_site(sim.school[sim.order[district.first + n]], PILOT, t + setting.prize_months)
    price = sim.par[0].price_finalist * entries + sim.par[0].price_prize * prizes
    charge(sim.ledger[t, district.report, COMPETITION], district, price, district.match)


@kernel
def entry_quality(sim, i, p, t):
    """z: true quality of school i's entry, SD."""
    run = sim.run[0]
    _, u1, _, _ = draws(run.key, sim.site[i].who, t, ENTRY, sim.practice[p].word, run.replicate)
    return sim.par[0].entry_capacity * sim.school[i].design + normal_quantile(u1)


@rule
def jury_score(sim, i, p, t, reliability):
    """What the jury sees of it: ρ z + √(1 − ρ²) ε."""
    run = sim.run[0]
    _, _, u2, _ = draws(run.key, sim.site[i].who, t, ENTRY, sim.practice[p].word, run.replicate)
    noise = math.sqrt(1.0 - reliability * reliability) * normal_quantile(u2)
    return reliability * entry_quality(sim, i, p, t) + noise


@rule
def award(sim, d, p, t, quality, available):
    """The winner is used by its district and offered to districts that share an outside partner (section 0, E12b)."""
    for other in range(sim.district.shape[0]):
        offered = other == d
        for q in range(sim.partner.shape[0]):
            linked = sim.partner_share[q, d] > 0.0 and sim.partner_share[q, other] > 0.0
            if linked and sim.partner_level[q, t] > 0.0:
                offered = True
        if offered:
            known = sim.knowledge[other, p]
            if available <= t:
                known.quality = max(known.quality, quality)
            elif known.available < 0 or known.available == available:
                known.next_quality = max(quality, known.next_quality)
                known.available = available
            else:
                known.later_quality = max(quality, known.later_quality)
                known.later = available
