"""Equations of knowledge, competitions, sites and money (E12b, E21, E25) by hand: every term has a value of its own.

Expected numbers are the specification's formulas with numbers put in; rules are called as plain Python (``by_hand``).
"""

import math
from types import SimpleNamespace as Record
from typing import Any

import numpy as np
import pytest
from by_hand import district, lever, par, plain_rules, practice, school, setting, several, site, use
from scipy.special import ndtri

from simdiff.model import state
from simdiff.model.rules import district as steering
from simdiff.model.rules import knowledge, money
from simdiff.model.state import (
    ADOPT,
    DESIGN,
    DISTRICT_PAYS,
    EXPLORE,
    IN_KIND,
    INITIAL,
    NO_SITE,
    NOT_YET,
    PARTNER_PAYS,
    PILOT,
    ZONE,
)

close = pytest.approx
MONTHS = 200


def known(**changed: Any) -> Record:
    none = {"stock": 0.0, "dropped": 0, "active_share": 0.0, "quality": 1.0, "available": -1, "next_quality": 0.0,
            "later": -1, "later_quality": 0.0}  # fmt: skip
    return Record(**(none | changed))


def world(schools: int = 4, uses: list[Record] | None = None, *, acting: Record | None = None,
          said: Record | None = None, given: Record | None = None, own: Record | None = None, partners: int = 1,
          level: float = 0.5) -> Record:  # fmt: skip
    """A district of schools with one practice, and its partner at a level."""
    one = np.empty((schools, 1), dtype=object)
    for i in range(schools):
        one[i, 0] = (uses or [use(stage=0)] * schools)[i]
    levers = np.empty((1, MONTHS), dtype=object)
    levers[:] = acting or lever()
    return Record(
        par=several(given or par()), run=several(Record(key=0, replicate=0, burn_in=12)),
        practice=several(practice(quality=1.2)),
        site=several(*(site(who=i, need=0.2 * i, partner=i % 2 - 1, x=float(i), y=0.0) for i in range(schools))),
        school=several(*(school(design=0.1 * i, capacity=0.2 * i) for i in range(schools))), use=one,
        district=several(own or district(last=schools, teachers=40 * schools)), acting=levers, lever=levers,
        setting=several(said or setting()), knowledge=np.array([[known()]], dtype=object),
        partner=several(*(Record(fte=3.0, match=0.25, target=5.0) for _ in range(partners))),
        partner_level=np.full((partners, MONTHS), level), partner_share=np.full((partners, 1), 0.4),
        partner_stock=np.full((partners, 1), 2.0), score=np.zeros(schools), order=np.zeros(schools, dtype=int),
        ledger=np.zeros((MONTHS, 1, len(state.LINES), 2)),
    )  # fmt: skip


ACTIVE = {"stage": INITIAL, "proficient": 10, "fit": 0.8, "self_made": 0.5}


# ----- knowledge (E21)


def test_knowledge_is_codified_and_forgotten() -> None:
    """E21: E ← E + x_T3 [.02 (.3 + .7 g) Σ (K/n) φ f / max(1, S/60) + .5 dropped] − .02 E; 120 schools count as two.
    f = 1 − .35 (1 − g)(1 − Ẽ/(1 + Ẽ)) self; here Ẽ = T̄ E = .5 · 1.5 (the partner's stock is switched off)."""
    for schools, size in ((2, 1.0), (120, 2.0)):
        for shared, lessons in ((0, 0.0), (1, 1.5)):
            uses = [use(**ACTIVE), use(**(ACTIVE | {"stage": EXPLORE})), *[use(stage=0) for _ in range(schools - 2)]]
            own = district(clarity=0.4, transfer=0.5, last=schools)
            sim = world(schools, uses, acting=lever(sharing=0.6), said=setting(share_failures=shared), own=own,
                        given=par(with_partner_stock=0))  # fmt: skip
            sim.knowledge[0, 0] = known(stock=1.5, dropped=3)
            with plain_rules():
                knowledge.learn(sim, 0, 5)
            deep = 0.25 * 0.8 * (1 - 0.35 * 0.6 / 1.75 * 0.5)
            expected = 1.5 + 0.6 * (0.02 * 0.58 * deep / size + lessons) - 0.02 * 1.5
            assert sim.knowledge[0, 0].stock == close(expected)
            assert sim.knowledge[0, 0].dropped == 0


def test_nothing_is_codified_without_sharing() -> None:
    sim = world(2, [use(**ACTIVE), use(**ACTIVE)], said=setting(share_failures=1))
    sim.knowledge[0, 0] = known(stock=1.5, dropped=3)
    with plain_rules():
        knowledge.learn(sim, 0, 5)
    assert sim.knowledge[0, 0].stock == close(1.47)


def test_partners_learn_from_their_members() -> None:
    """E21: EX ← EX + x_N3 .02 Σ_members (K/n) φ f + .02 (EX* − EX): of four schools the second and fourth are its."""
    sim = world(4, [use(**ACTIVE) for _ in range(4)], given=par(with_integrity=0))
    with plain_rules():
        knowledge.learn_partner(sim, 0, 5)
    assert sim.partner_stock[0, 0] == close(2.0 + 0.5 * 0.02 * 2 * 0.25 * 0.8 + 0.02 * 3.0)


# ----- competitions (E12b)


def test_rounds_are_screened_each_february() -> None:
    """Section 0: called in month 15 (October), screened four months on, again a year later, as often as asked."""
    with plain_rules():
        months = [t for t in range(MONTHS) if knowledge.screens_now(setting(call_start=15, rounds=3), t)]
    assert months == [19, 31, 43]


def test_a_competition_is_won_and_paid() -> None:
    """E12b: entries by lot, designers first; z = .5 a + Φ⁻¹(u1); the jury sees .8 z + .6 Φ⁻¹(u2); the winner's
    q = 1.2 e^{.15 z}, in use from the month given; prizes become pilots; 100,000 an entry and 300,000 a prize, of
    which the partner pays its match."""
    lots = {0: (0.9, 0.5, 0.5), 1: (0.8, 0.2, 0.3), 2: (0.7, 0.9, 0.4), 3: (0.1, 0.6, 0.8)}
    said = setting(entries=3, prizes=1, reliability=0.8, prize_months=24)
    sim = world(said=said, own=district(last=4, match=0.25))
    sim.school[3].role = DESIGN
    with plain_rules(0.5, 0.5, 0.5, 0.5) as patch:
        patch.setattr(knowledge, "draws", lambda key, who, *name: (*lots[who], 0.5))
        knowledge.compete(sim, 0, 0, 19, 1, 36)
    z = {i: 0.5 * 0.1 * i + ndtri(lots[i][1]) for i in lots}
    seen = {i: 0.8 * z[i] + 0.6 * ndtri(lots[i][2]) for i in (3, 0, 1)}  # the third has the lowest lot of the rest
    winner = max(seen, key=lambda i: seen[i])
    assert winner == 3
    found = sim.knowledge[0, 0]
    assert (found.next_quality, found.available) == (close(1.2 * math.exp(0.15 * z[3])), 36)
    assert [one.site for one in sim.school] == [NO_SITE, NO_SITE, NO_SITE, PILOT]
    assert (sim.school[3].site_until, sim.school[3].invited) == (43, 1)
    page = sim.ledger[19, 0, state.COMPETITION]
    assert page.tolist() == [close(600_000 * 0.75), close(600_000 * 0.25)]
    assert sim.district[0].spent == close(450_000)


def test_winners_wait_for_their_design_year() -> None:
    """The next comes into use in its month, the one after it moves up; what is worse than what is there is not used."""
    sim = world(said=setting())
    sim.knowledge[0, 0] = known(quality=1.3, next_quality=1.5, available=36, later_quality=1.4, later=48)
    with plain_rules():
        knowledge.redesign(sim, 0, 35)
        assert sim.knowledge[0, 0].quality == 1.3
        knowledge.redesign(sim, 0, 36)
        one = sim.knowledge[0, 0]
        assert (one.quality, one.next_quality, one.available, one.later) == (1.5, 1.4, 48, -1)
        knowledge.redesign(sim, 0, 48)
    assert (sim.knowledge[0, 0].quality, sim.knowledge[0, 0].available) == (1.5, -1)


@pytest.mark.parametrize(("available", "before", "after"), [
    (20, {}, {"quality": 1.4}), (36, {}, {"next_quality": 1.4, "available": 36}),
    (36, {"next_quality": 1.6, "available": 36}, {"next_quality": 1.6, "available": 36}),
    (48, {"next_quality": 1.6, "available": 36},
     {"next_quality": 1.6, "available": 36, "later_quality": 1.4, "later": 48})])  # fmt: skip
def test_what_is_won_is_offered(available: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    sim = world()
    sim.knowledge[0, 0] = known(**before)
    with plain_rules():
        knowledge.award(sim, 0, 0, 20, 1.4, available)
    assert vars(sim.knowledge[0, 0]) == vars(known(**(before | after)))


def test_linked_districts_are_offered_what_one_has_won() -> None:
    """Section 0, E12b: to districts that share an active partner."""
    for level, share, quality in ((0.5, 0.3, 1.4), (0.0, 0.3, 1.0), (0.5, 0.0, 1.0)):
        sim = world(level=level)
        sim.district = several(district(), district())
        sim.knowledge = np.array([[known()], [known()]], dtype=object)
        sim.partner_share = np.array([[0.4, share]])
        with plain_rules():
            knowledge.award(sim, 0, 0, 20, 1.4, 20)
        assert [one.quality for one in sim.knowledge[:, 0]] == [1.4, quality]


def test_disappointing_results() -> None:
    """Section 0 (adaptive): the mean of active schools under .085; of none, nothing."""
    for results, stages, low in (
        ((0.08, 0.085), (INITIAL, INITIAL), True), ((0.085, 0.09), (INITIAL, INITIAL), False),
        ((0.01, 0.2), (EXPLORE, INITIAL), False), ((0.0, 0.0), (EXPLORE, EXPLORE), False),
    ):  # fmt: skip
        uses = [use(stage=stage, results=result) for stage, result in zip(stages, results, strict=True)]
        with plain_rules():
            assert knowledge.results_disappoint(world(2, uses), 0, 0) == low


# ----- who is picked (N1, pilots, zones)


def test_who_designs_and_who_waits() -> None:
    """N1: of five by capacity 0 … .8 and design 0 … .4: the lowest fifth waits, the top two design, the rest adopt."""
    sim = world(5, said=setting(identify_accuracy=1.0, identify_share=0.4, identify_not_yet=0.2))
    with plain_rules():
        steering.identify(sim, 0)
    assert [one.role for one in sim.school] == [NOT_YET, ADOPT, ADOPT, DESIGN, DESIGN]
    assert sim.district[0].identified == 1


def test_signals_are_seen_with_error() -> None:
    """r k + √(1 − r²) ε at r = .6: .6 and .8."""
    one = school(capacity=1.0, design=2.0, adopt_noise=0.5, design_noise=-1.0)
    with plain_rules():
        assert steering.adopt_signal(one, 0.6) == close(0.6 + 0.4)
        assert steering.design_signal(one, 0.6) == close(1.2 - 0.8)


def test_sites_keep_their_terms() -> None:
    one, other = school(), school(site=ZONE, site_until=50)
    with plain_rules():
        steering.make_site(one, PILOT, 40)
        steering.make_site(other, PILOT, 40)
        assert steering.sites_affordable(district(last=9, site_scale=0.5), 7) == 3
        assert steering.sites_affordable(district(last=2), 7) == 2
    assert (one.site, one.site_until, one.invited) == (PILOT, 40, 1)
    assert (other.site, other.site_until, other.invited) == (ZONE, 50, 1)


# ----- money (E25)


def test_a_cost_is_shared_with_the_partner() -> None:
    page, one = np.array([5.0, 7.0]), district(spent=10.0)
    with plain_rules():
        money.charge(page, one, 100.0, 0.25)
    assert page.tolist() == [5.0 + 75, 7.0 + 25]
    assert one.spent == 85.0


def test_desks_cost_what_their_levels_say() -> None:
    """E25: half of a desk's yearly price for each of its two levels."""
    levels = lever(problems=0.2, goals=0.5, clarify_school=0.3, clarify_classroom=0.1, grant_school=0.6,
                   grant_classroom=0.8, sharing=0.4)  # fmt: skip
    with plain_rules():
        found = money.desk_costs(par(), levels)
    assert found == close((100_000 * 0.35, 80_000 * 0.2, 120_000 * 0.7, 150_000 * 0.4))


FULL_POLICY = {"problems": 0.2, "goals": 0.5, "clarify_school": 0.3, "grant_school": 0.6, "sharing": 0.4, "change": 0.5,
               "out_of_school": 0.7, "convene": 0.9, "coaches": 2.0}  # fmt: skip
MONTHLY = {"GOALS": 100_000 * 0.35 / 12, "CLARIFY": 80_000 * 0.15 / 12, "GRANT": 120_000 * 0.3 / 12,
           "SHARING": 150_000 * 0.4 / 12, "CONVENE": 2_000 * 0.9 * 4 / 12, "CHANGE": 15_000 * 0.5 * 2 / 12,
           "OUT_OF_SCHOOL": 50_000 * 0.7 * 1 / 12}  # fmt: skip


def users() -> list[Record]:
    """Two active schools, one that explores, one that does nothing."""
    active = (use(stage=INITIAL, mechanical=5, started=2), use(stage=INITIAL, mechanical=7, started=1))
    return [*active, use(stage=EXPLORE), use(stage=0)]


@pytest.mark.parametrize(("month", "teaching"), [(20, 1), (19, 0)])
def test_a_month_is_paid(month: int, teaching: int) -> None:
    """E25: every line by its price; 3 coaches and the partner's 2; the partner's fee with its match; 3 new users of
    1,500; 12 mechanical users of 4 hours at 45 where it is taught; two pilots and a zone of one in their month, cut by
    half; identification once."""
    own = district(last=4, teachers=160, fte=3.0, partner_fte=2.0, match=0.25, site_scale=0.5, identified=1)
    said = setting(pilots=4, pilot_start=20, zone=2, zone_start=20)
    sim = world(4, users(), acting=lever(**FULL_POLICY), said=said, own=own, given=par(teach_months=1 << (20 % 12)))
    with plain_rules():
        money.pay(sim, 0, month)
        book = sim.ledger[month, 0].copy()
        money.pay(sim, 0, month)
    ours = MONTHLY | {"COACHES": 3 * 110_000 / 12, "TRAINING": 4_500, "PARTNERS": 250_000 * 0.5 * 0.4 / 12 * 0.75,
                      "IN_KIND": 45 * 4 * 12 * teaching, "PILOTS": 350_000 * 2 * 0.75 * teaching,
                      "ZONES": 150_000 * 0.75 * teaching, "IDENTIFY": 4_000}  # fmt: skip
    theirs = {"COACHES": 2 * 110_000 / 12, "PARTNERS": 250_000 * 0.5 * 0.4 / 12 * 0.25,
              "PILOTS": 350_000 * 2 * 0.25 * teaching, "ZONES": 150_000 * 0.25 * teaching}  # fmt: skip
    for payer, expected in ((DISTRICT_PAYS, ours), (PARTNER_PAYS, theirs)):
        lines = np.zeros(len(state.LINES))
        for name, dollars in expected.items():
            lines[getattr(state, name)] = dollars
        assert book[:, payer] == close(lines)
    assert sim.district[0].spent == close(2 * (sum(ours.values()) - ours["IN_KIND"]) - 4_000)
    assert IN_KIND == state.IN_KIND


def test_a_year_is_planned() -> None:
    """E25: coaches 2 a hundred of 160 teachers; sites, of which the partner pays a quarter; and the rest. Months beyond
    the horizon are not planned for."""
    said = setting(pilots=4, pilot_start=20, zone=2, zone_start=31, entries=3, prizes=2, rounds=3, call_start=16)
    for first, months, sites, screened in ((12, 12, 4 * 350_000, 1), (20, 12, 4 * 350_000 + 2 * 150_000, 1),
                                           (21, 12, 2 * 150_000, 1), (32, 12, 0, 1), (44, 12, 0, 1), (45, 12, 0, 0),
                                           (MONTHS - 5, 5, 0, 0)):  # fmt: skip
        sim = world(4, users(), acting=lever(**FULL_POLICY), said=said, own=district(last=4, teachers=160, match=0.25))
        with plain_rules():
            coaches, for_sites, rest = money.planned_costs(sim, 0, first)
        assert coaches == close(2 * 1.6 * 110_000 * months / 12)
        assert for_sites == close(sites * 0.75)
        assert rest == close(sum(MONTHLY.values()) * months + screened * (300_000 + 600_000) * 0.75)


@pytest.mark.parametrize(
    ("cut", "coaches", "sites"),
    [
        (state.CUT_COACHES_FIRST, 0.0, 0.5), (state.CUT_SITES_FIRST, 0.5, 0.0), (state.CUT_COACHES, 0.0, 1.0),
        (state.CUT_SITES, 1.0, 0.0),
    ],
)  # fmt: skip
def test_what_a_budget_cuts(cut: int, coaches: float, sites: float) -> None:
    """E25: planned 100 of coaches, 100 of sites, 50 of the rest, and 100 to spend with 20 carried over less 20 spent
    beyond: 150 too much, cut in the order given."""
    own = district(last=4, cash=20.0, spent=120.0)
    sim = world(said=setting(budget=100.0, cut=cut), own=own, given=par(budget_months=1))
    with plain_rules() as patch:
        patch.setattr(money, "planned_costs", lambda sim, d, t: (100.0, 100.0, 50.0))
        money.open_books(sim, 0, 24)
    assert (own.coach_scale, own.site_scale) == (close(coaches), close(sites))
    assert (own.cash, own.spent, own.match) == (0.0, 0.0, 0.25)


def test_books_are_opened_in_july_under_a_budget() -> None:
    """Not in other months, not without a budget; in the first year nothing is carried over."""
    for budget, month, cash, spent in (
        (-1.0, 24, 5.0, 7.0),
        (100.0, 25, 5.0, 7.0),
        (100.0, 12, 5.0, 0.0),
        (100.0, 24, 98.0, 0.0),
    ):
        own = district(last=4, cash=5.0, spent=7.0)
        with plain_rules():
            money.open_books(world(said=setting(budget=budget), own=own, given=par(budget_months=1)), 0, month)
        assert (own.cash, own.spent) == (cash, spent)
        assert (own.coach_scale, own.site_scale) == (1.0, 1.0)


def test_the_largest_match_of_active_partners() -> None:
    sim = world(partners=3)
    for one, match in zip(sim.partner, (0.2, 0.6, 0.9), strict=True):
        one.match = match
    sim.partner_level[2] = 0.0
    with plain_rules():
        assert money.matched_share(sim, 0, 5) == 0.6
        sim.partner_share[1, 0] = 0.0
        assert money.matched_share(sim, 0, 5) == 0.2
