"""The engine of many: whole replicates inside one compiled function that holds no Python lock.

A month, in order (model specification, section 3); the Mesa twin walks the same phases agent by agent:

1. ``open_month``   per district: budget, clarity, leadership, mandates (E1–E3), hiring (E13), competitions (E12b),
   invitations of pilots and zones, roles
2. ``look``         per school: imagined constraint, load, attention, out-of-school trials (E4–E6)
3. ``decide``       per school: exploring and, in March, the wish to install, from start-of-month exposure (E7–E11)
4. ``admit_schools`` per district: quota (E11)
5. ``enter``        per school: route and starting fit; lapse (E10, E12)
6. ``ask`` per school, then ``coach`` per district: finite coaches (E13)
7. ``work``         per school: installation, launch, teachers' transitions (E14–E16)
8. ``settle``       per school: results, commitment, fit, ownership (E17–E20)
9. ``learn_from_use`` per district, then ``partners_learn``: codified knowledge (E21)
10. ``continue_or_not`` per school: review in May, closing in August, turnover in July (E22–E24)
11. ``close_month`` per district: money (E25), what is observed
12. ``show``        per school: what peers will see next month
"""

from typing import Any

from simdiff.model.compile import entry, kernel
from simdiff.model.rules.adoption import admit, decide, enter
from simdiff.model.rules.coaching import ask, hire, share_coaches
from simdiff.model.rules.common import rows
from simdiff.model.rules.continuing import continue_or_not, show
from simdiff.model.rules.district import begin_district, invite, steer
from simdiff.model.rules.exposure import match_ties
from simdiff.model.rules.knowledge import learn, learn_partner, redesign
from simdiff.model.rules.look import look
from simdiff.model.rules.money import open_books, pay
from simdiff.model.rules.observe import finish, observe
from simdiff.model.rules.settle import settle
from simdiff.model.rules.traits import begin_school
from simdiff.model.rules.work import work
from simdiff.model.state import Sim

BLOCK = 256
"""Schools lived together: their records fit the second-level cache."""


@entry
def match_contexts(sim: Sim) -> None:
    """Note how well the contexts of schools and their peers match; again, if contexts were set by hand."""
    for i in rows(0, sim.site.shape[0]):
        match_ties(sim, i)


@entry
def begin(sim: Sim) -> None:
    """Set every school, district and partner to its start."""
    for i in range(sim.site.shape[0]):
        begin_school(sim, i)
    match_contexts(sim)
    for d in range(sim.district.shape[0]):
        begin_district(sim, d)
    for q in range(sim.partner.shape[0]):
        for p in range(sim.practice.shape[0]):
            sim.partner_stock[q, p] = sim.partner[q].target


@entry
def open_month(sim: Sim, first: int, last: int, t: int) -> None:
    """Phase 1."""
    for d in range(first, last):
        share_active(sim, d)
        open_books(sim, d, t)
        steer(sim, d, t)
        hire(sim, d, t)
        redesign(sim, d, t)
        invite(sim, d, t)


@kernel
def share_active(sim, d):
    """E22: F_d, the share of the district's schools that are active, at the start of the month."""
    first, last = sim.district[d].first, sim.district[d].last
    for p in range(sim.practice.shape[0]):
        active = 0
        for i in rows(first, last):
            active += sim.seen[i, p].active
        sim.knowledge[d, p].active_share = active / (last - first)


@entry
def admit_schools(sim: Sim, first: int, last: int, t: int) -> None:
    """Phase 4."""
    for d in range(first, last):
        admit(sim, d, t)


@entry
def coach(sim: Sim, first: int, last: int, t: int) -> None:
    """Phase 6, after schools have asked."""
    for d in range(first, last):
        share_coaches(sim, d, t)


@entry
def learn_from_use(sim: Sim, first: int, last: int, t: int) -> None:
    """Phase 9, districts."""
    for d in range(first, last):
        learn(sim, d, t)


@entry
def partners_learn(sim: Sim, t: int) -> None:
    """Phase 9, partners, after all schools have worked."""
    if sim.par[0].with_partner_stock == 1:
        for q in range(sim.partner.shape[0]):
            learn_partner(sim, q, t)


@entry
def close_month(sim: Sim, first: int, last: int, t: int) -> None:
    """Phase 11."""
    for d in range(first, last):
        pay(sim, d, t)
        observe(sim, d, t)


@entry
def run_months(sim: Sim, start: int, stop: int) -> None:
    """Advance one replicate from month ``start`` to month ``stop`` (exclusive).

    Between opening and showing, no school or district writes what another reads (partners' learning apart). So a
    month is lived block by block of districts, whose records stay in the cache from phase to phase.
    """
    schools, districts = sim.site.shape[0], sim.district.shape[0]
    apart = sim.par[0].with_partner_stock == 1
    for t in range(start, stop):
        open_month(sim, 0, districts, t)
        d = 0
        while d < districts:
            first, after = sim.district[d].first, end_of_block(sim, d)
            last = sim.district[after - 1].last
            look(sim, first, last, t)
            decide(sim, first, last, t)
            admit_schools(sim, d, after, t)
            enter(sim, first, last, t)
            ask(sim, first, last, t)
            coach(sim, d, after, t)
            work(sim, first, last, t)
            settle(sim, first, last, t)
            learn_from_use(sim, d, after, t)
            if not apart:
                continue_or_not(sim, first, last, t)
                close_month(sim, d, after, t)
            d = after
        if apart:
            partners_learn(sim, t)
            continue_or_not(sim, 0, schools, t)
            close_month(sim, 0, districts, t)
        show(sim, 0, schools, t)


@kernel
def end_of_block(sim, d):
    """The district after the last of the block that starts with district d: whole districts, ``BLOCK`` schools or more
    if there are as many."""
    first = sim.district[d].first
    while d < sim.district.shape[0] and sim.district[d].first - first < BLOCK:
        d += 1
    return d


@entry
def watch_months(sim: Sim, practice: int, stage: Any, mechanical: Any, proficient: Any, site: Any) -> None:
    """Run a replicate from its first month to its last, and note one practice in every school at the end of each month:
    four arrays (months, schools)."""
    for t in range(stage.shape[0]):
        run_months(sim, t, t + 1)
        for i in range(stage.shape[1]):
            use = sim.use[i, practice]
            stage[t, i] = use.stage
            mechanical[t, i] = use.mechanical
            proficient[t, i] = use.proficient
            site[t, i] = sim.school[i].site


@entry
def end(sim: Sim, months: int) -> None:
    """After the last month: lifetimes and waiting times."""
    for d in range(sim.district.shape[0]):
        finish(sim, d, months)
