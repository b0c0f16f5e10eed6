"""Equations of work, use, knowledge, staying and money (E12b, E14–E25) by hand: every term has a value of its own.

Expected numbers are the specification's formulas with numbers put in; rules are called as plain Python (``by_hand``).
"""

import math
from types import SimpleNamespace as Record

import pytest
from by_hand import district, here, lever, par, plain_rules, practice, school, setting, site, use
from scipy import stats

from simdiff.model.rules import continuing, settle, work
from simdiff.model.state import (
    DROPPED,
    EXPLORE,
    FULL,
    INITIAL,
    INSTALL,
    NEVER,
    NO_SITE,
    NONE,
    PILOT,
)

close = pytest.approx
BUSY = {"mechanical": 10, "proficient": 6}
"""Users among 40 teachers."""


# ----- installing, taking up, deepening (E14–E16)


def test_pace_of_installing() -> None:
    """E14: (3/5)(1 − ψS B^S) α e^{γ k}(1 + .3 x_T2), at most 1."""
    me = here(school=school(attention=0.8, vigour=1.1), lever=lever(change=0.5, grant_school=0.25))
    expected = 0.6 * (1 - 0.6 * 0.2 * 0.75) * 0.8 * 1.1 * 1.15
    with plain_rules():
        assert work.advance_probability(me, practice()) == close(expected)
        assert work.advance_probability(here(school=school(vigour=9.0)), practice()) == 1.0


@pytest.mark.parametrize(
    ("sub", "lots", "month", "stage", "steps"),
    [
        (1, (0.04, 0.0), 0, DROPPED, 1), (1, (0.05, 0.5), 0, INSTALL, 2), (1, (0.05, 0.53), 0, INSTALL, 1),
        (2, (0.05, 0.5), 2, INITIAL, 3), (2, (0.05, 0.5), 3, INSTALL, 3), (3, (0.0, 0.9), 2, INITIAL, 3),
        (2, (0.05, 0.53), 2, INSTALL, 2),
    ],
)  # fmt: skip
def test_a_month_of_installing(sub: int, lots: tuple[float, float], month: int, stage: int, steps: int) -> None:
    """E14: given up with 1 − e^{−.05} = .0488, else a step with .6 (1 − .12) = .528; in use in September when all three
    are done."""
    me, one = here(par=par(launch_months=0b100), t=month), use(stage=INSTALL, sub=sub)
    with plain_rules(*lots, 0.5, 0.5):
        work.install(me, practice(), one)
    assert (one.stage, one.sub) == (stage, steps)


def test_the_first_users() -> None:
    """E14: M ← max(M, Bin(40, .12 (1 − XC)), 1), within those who are not proficient; the rest begins anew."""
    obstacle = 0.8 * (0.2 + 0.8 * 0.3)
    for lot, mechanical, proficient in ((0.7, 0, 0), (1e-9, 0, 0), (0.999, 0, 38), (0.5, 9, 0)):
        me = here(school=school(phantom_classroom=0.3))
        one = use(stage=INSTALL, mechanical=mechanical, proficient=proficient, results=0.3, closed=1, started=2)
        with plain_rules():
            work.launch(me, practice(), one, lot)
        tried = max(1, stats.binom.ppf(lot, 40, 0.12 * (1 - obstacle)))
        expected = max(mechanical, min(tried, 40 - proficient))
        assert (one.mechanical, one.started) == (expected, 2 + expected - mechanical)
        assert (one.stage, one.commitment, one.results, one.closed) == (INITIAL, 0.5, 0.0, 0)
        assert (one.launch_now, one.launched) == (1, 100)
    one = use(stage=INSTALL, launched=40)
    with plain_rules():
        work.launch(here(), practice(), one, 0.5)
    assert one.launched == 40


@pytest.mark.parametrize(
    ("stage", "scale"), [(NONE, 0), (EXPLORE, 0.4), (INSTALL, 0.4), (INITIAL, 1), (FULL, 1), (DROPPED, 0.25)]
)
def test_taking_up(stage: int, scale: float) -> None:
    """E15: ζ · 4^closed [.03 + .12 (M + K)/n + .06 Q κ](1 − XC) α C/C_ref."""
    me = here(school=school(phantom_classroom=0.3, attention=0.9), district=district(coach_quality=1.2))
    expected = scale * (0.03 + 0.12 * 0.4 + 0.06 * 1.2 * 0.7) * (1 - 0.8 * 0.44) * 0.9 * 0.6 / 0.5
    with plain_rules():
        for closed, times in ((0, 1), (1, 4)):
            one = use(stage=stage, commitment=0.6, closed=closed, **BUSY)
            assert work.takeup_hazard(me, practice(), one, 0.7) == close(times * expected)


@pytest.mark.parametrize(("stage", "times"), [(INITIAL, 1), (FULL, 1), (DROPPED, 2), (EXPLORE, 2)])
def test_reverting_and_drifting(stage: int, times: float) -> None:
    """E15: .09 (1 − .4 x_T2)(1 − C)/(1 − C_ref) .5^closed, twice without a formal home. E16: .012 (1 − .5 O) where
    active, twice .012 elsewhere."""
    me = here(lever=lever(change=0.5))
    with plain_rules():
        for closed, less in ((0, 1), (1, 0.5)):
            one = use(stage=stage, commitment=0.6, closed=closed)
            assert work.revert_hazard(me, one) == close(0.09 * 0.8 * 0.4 / 0.5 * less * times)
        drift = work.drift_hazard(me.par, use(stage=stage, ownership=0.3))
    assert drift == close(0.012 * 0.85 if times == 1 else 0.024)


@pytest.mark.parametrize(("stage", "times"), [(INITIAL, 1), (DROPPED, 0.5)])
def test_becoming_proficient(stage: int, times: float) -> None:
    """E16: .045 (φ/.5)^.5 (1 + Ẽ)^.15 (1 + .87 Q κ) α (1 − ψC B^C)(1 + .5 K/n), half without a formal home."""
    me = here(school=school(attention=0.9), district=district(coach_quality=1.2), lever=lever(grant_classroom=0.25))
    expected = (
        0.045 * math.sqrt(0.72 / 0.5) * (1 + 0.87 * 1.2 * 0.7) * 0.9 * (1 - 0.8 * 0.15) * (1 + 0.5 * 0.15) * times
    )
    one = use(stage=stage, fit=0.72, **BUSY)
    with plain_rules():
        assert work.master_hazard(me, practice(), one, 0.7, 2.0) == close(expected * 3**0.15)
        straight = me._replace(par=par(with_learning_curve=0))
        assert work.master_hazard(straight, practice(), one, 0.7, 2.0) == close(expected)


def test_a_month_of_teaching() -> None:
    """E15, E16: counts by inversion, all from the month's start; who deepens does not revert."""
    me, one = here(), use(started=1, **BUSY)
    lots = (0.83, 0.7, 0.9, 0.95)
    with plain_rules(*lots):
        hazards = (work.takeup_hazard(me, practice(), one, 0.5), work.master_hazard(me, practice(), one, 0.5, 1.0),
                   work.revert_hazard(me, one), work.drift_hazard(me.par, one))  # fmt: skip
        work.teach(me, practice(), one, 0.5, 1.0)
    p = [1 - math.exp(-hazard) for hazard in hazards]
    start, deepen = stats.binom.ppf(lots[0], 24, p[0]), stats.binom.ppf(lots[1], 10, p[1])
    revert, drift = stats.binom.ppf(lots[2], 10 - deepen, p[2]), stats.binom.ppf(lots[3], 6, p[3])
    assert min(start, deepen, revert, drift) > 0
    assert one.mechanical == 10 + start - deepen - revert + drift
    assert one.proficient == 6 + deepen - drift
    assert one.started == 1 + start


# ----- what use does (E17–E20)


@pytest.mark.parametrize(("stage", "proficient", "after"), [
    (INITIAL, 19, INITIAL), (INITIAL, 20, FULL), (FULL, 15, FULL), (FULL, 14, INITIAL), (FULL, 20, FULL)])  # fmt: skip
def test_full_implementation(stage: int, proficient: int, after: int) -> None:
    """E17: full at K/n ≥ .5; back below .75 · .5."""
    one = use(stage=stage, proficient=proficient)
    with plain_rules():
        settle.flag_full(here(), one)
    assert (one.stage, one.ever_full) == (after, int(stage == INITIAL and after == FULL))


def test_integrity_of_self_made_versions() -> None:
    """E18: f = 1 − .35 (1 − g)(1 − Ẽ/(1 + Ẽ)) self."""
    me = here(district=district(clarity=0.4))
    with plain_rules():
        assert settle.integrity(me, use(self_made=0.3), 2.0) == close(1 - 0.35 * 0.6 / 3 * 0.3)
        assert settle.integrity(me._replace(par=par(with_integrity=0)), use(self_made=0.3), 2.0) == 1.0


@pytest.mark.parametrize(("where", "unsponsored", "expected"), [(PILOT, 0, 1.0), (NO_SITE, 0, 0.6), (NO_SITE, 1, 0.35)])
def test_sponsorship(where: int, unsponsored: int, expected: float) -> None:
    """E18: π = max(1 at a site, π_d until it ends, .5 g)."""
    me = here(
        school=school(site=where), district=district(clarity=0.7, unsponsored=unsponsored), lever=lever(sponsorship=0.6)
    )
    with plain_rules():
        assert settle.sponsorship(me) == close(expected)


def test_commitment() -> None:
    """E18: y = 1.6 q ν φ f K/n − .08 (1 − .5 x_T2) M/n; ŷ ← ŷ + (y − ŷ)/6; C ← C + .3 C(1 − C)(ŷ − y*) + .03 π(1 − C)
    − .004 (1 − π) C with y* = .085 (1 − .2 x_T2), kept in [.01, .99]."""
    me = here(lever=lever(change=0.5, sponsorship=0.6), district=district(clarity=0.4))
    one = use(relevance=0.8, fit=0.7, self_made=0.3, commitment=0.6, results=0.05, **BUSY)
    value = 1.6 * 1.3 * 0.8 * 0.7 * (1 - 0.35 * 0.6 / 3 * 0.3) * 0.15 - 0.08 * 0.75 * 0.25
    results = 0.05 + (value - 0.05) / 6
    with plain_rules():
        settle.commit(me, one, 1.3, 2.0)
        assert one.results == close(results)
        expected = 0.6 + 0.3 * 0.24 * (results - 0.085 * 0.9) + 0.03 * 0.6 * 0.4 - 0.004 * 0.4 * 0.6
        assert one.commitment == close(expected)
        assert settle.next_commitment(par(), 0.98, 99.0, 0.0, 1.0) == 0.99
        assert settle.next_commitment(par(), 0.02, -99.0, 0.0, 0.0) == 0.01
        still = use(relevance=0.8, fit=0.7, commitment=0.6, **BUSY)
        settle.commit(me._replace(par=par(with_commitment=0, with_dip=0, with_integrity=0)), still, 1.3, 2.0)
    assert (still.results, still.commitment) == (close(1.6 * 1.3 * 0.8 * 0.7 * 0.15 / 6), 0.6)


def test_fit_and_ownership_grow() -> None:
    """E19: φ ← φ + [.03 (1 − B^C) K/n + .02 Ẽ/(1 + Ẽ) + .05 X](.95 − φ). E20: O ← O + .05 (K/n)(1 − B^C)(1 − O)
    − .03 ext O, ext = served/(served + 2 K)."""
    me = here(lever=lever(grant_classroom=0.25))
    one = use(fit=0.6, ownership=0.3, served=4.0, **BUSY)
    with plain_rules():
        settle.adapt(me, one, 2.0, 0.4)
        settle.own(me, one)
    assert one.fit == close(0.6 + (0.03 * 0.85 * 0.15 + 0.02 * 2 / 3 + 0.05 * 0.4) * 0.35)
    assert one.ownership == close(0.3 + 0.05 * 0.15 * 0.85 * 0.7 - 0.03 * 0.25 * 0.3)
    alone = use(ownership=0.3, **BUSY)
    with plain_rules():
        settle.own(me, alone)
    assert alone.ownership == close(0.3 + 0.05 * 0.15 * 0.85 * 0.7)


def test_dates_are_noted_once() -> None:
    """Section 9: real use from 30 % of teachers, lost below; deep from 50 % proficient; deep when support ended."""
    one = use(launched=10)
    with plain_rules():
        for month, mechanical, proficient in (
            (20, 11, 0),
            (21, 12, 0),
            (22, 0, 20),
            (23, 0, 19),
            (24, 11, 0),
            (25, 0, 30),
        ):
            one.mechanical, one.proficient = mechanical, proficient
            settle.note_dates(here(t=month, setting=setting(support_end=22)), one)
        assert (one.real_from, one.real_lost, one.deep_from, one.deep_at_end) == (21, 24, 22, 1)
        shallow = use(launched=10, mechanical=30, proficient=19)
        settle.note_dates(here(t=22, setting=setting(support_end=22)), shallow)
    assert (shallow.deep_from, shallow.deep_at_end) == (NEVER, 0)


# ----- staying or not (E22–E24)


def test_hazard_of_dropping() -> None:
    """E22: μ0 exp[−2 (C − ½) − 1.5 (O − ½) + .7 Ω + .8 withdrawn (1 − O) + .3 new principal − .6 F]."""
    one = use(commitment=0.7, ownership=0.2)
    for ended, new, mass, more in ((NEVER, 0, 0, 0), (89, 0, 0, 0.8 * 0.8), (88, 0, 0, 0), (NEVER, 1, 0, 0.3),
                                   (NEVER, 0, 1, -0.6 * 0.4)):  # fmt: skip
        me = here(par=par(with_critical_mass=mass), school=school(overload=0.3, support_ended=ended, new_principal=new))
        with plain_rules():
            found = continuing.exit_hazard(me, practice(), one, 0.4)
        assert found == close(0.1 * math.exp(-0.4 + 0.45 + 0.21 + more))
    for end, late in ((95, True), (88, False), (101, False)):
        with plain_rules():
            assert continuing.support_withdrawn(here(setting=setting(support_end=end))) == late


@pytest.mark.parametrize(("users", "lot", "dropped"), [(1, 0.092, True), (1, 0.096, False), (0, 0.999, True)])
def test_a_review(users: int, lot: float, dropped: bool) -> None:
    """E22: 1 − e^{−.1} = .0952, with C = O = ½; what nobody uses is dropped; use stays."""
    one, known = use(mechanical=users, ownership=0.5, closed=1), Record(active_share=0.0, dropped=2)
    me = here(par=par(with_critical_mass=0))
    with plain_rules(lot, 0.5, 0.5, 0.5):
        continuing.review(me, practice(), one, known)
    assert (one.stage, one.closed, one.dropped) == ((DROPPED, 0, 100) if dropped else (INITIAL, 1, NEVER))
    assert (known.dropped, one.mechanical) == (2 + dropped, users)


@pytest.mark.parametrize(("stage", "users", "closed", "lot", "after"), [
    (INITIAL, 12, 0, 0.699, 1), (INITIAL, 12, 0, 0.701, 0), (INITIAL, 11, 0, 0.0, 0), (DROPPED, 12, 0, 0.0, 0),
    (INITIAL, 11, 1, 0.9, 1)])  # fmt: skip
def test_closing(stage: int, users: int, closed: int, lot: float, after: int) -> None:
    """E23: from 30 % of teachers on, with σ(−1.5 + k + 2 x_T2 + 1.5 g) = σ(.85) = .7006."""
    me = here(school=school(capacity=0.95), lever=lever(change=0.4), district=district(clarity=0.4))
    one = use(stage=stage, mechanical=users - 4, proficient=4, closed=closed)
    with plain_rules(0.5, lot, 0.5, 0.5):
        continuing.close(me, practice(), one)
    assert one.closed == after


def test_teachers_leave_and_come() -> None:
    """E24: τ = .12 + .08 h; Bin(·, τ) leave of M, K and U; of the hires Bin(hires, .5 (K/n)(.4 + .6 x_T2)) use it."""
    lots = (0.8, 0.9, 0.7, 0.97)
    me, one = here(site=site(need=0.6), lever=lever(change=0.5)), use(mechanical=14, proficient=16)
    with plain_rules(*lots):
        continuing.teachers_leave(me, practice(), one)
    lost = [stats.binom.ppf(lot, n, 0.168) for lot, n in zip(lots, (14, 16, 10), strict=False)]
    come = stats.binom.ppf(lots[3], sum(lost), 0.5 * 0.4 * 0.7)
    assert min(*lost, come) > 0
    assert (one.mechanical, one.proficient) == (14 - lost[0] + come, 16 - lost[1])


@pytest.mark.parametrize(("lot", "comes"), [(0.207, True), (0.209, False)])
def test_a_new_principal_believes_again(lot: float, comes: bool) -> None:
    """E24, E5: with .16 + .08 h = .208; Φ ← Φ + .5 (.556 − Φ) at both levels."""
    me = here(site=site(need=0.6), school=school(phantom_school=0.1, phantom_classroom=0.3))
    with plain_rules(lot, 0.5, 0.5, 0.5):
        assert continuing.principal_leaves(me) == comes
    assert me.school.new_principal == comes
    assert me.school.phantom_school == close(0.328 if comes else 0.1)
    assert me.school.phantom_classroom == close(0.428 if comes else 0.3)


def test_succession() -> None:
    """E24, E23: C ← .35 + (1 − .5 (1 − .6 x_T2))(C − .35); O ← O (1 − .3 (1 − K/n)); re-opened with .3."""
    for lot, closed in ((0.29, 0), (0.3, 1)):
        me, one = here(lever=lever(change=0.5)), use(commitment=0.75, ownership=0.4, closed=1, **BUSY)
        with plain_rules(0.5, lot, 0.5, 0.5):
            continuing.succeed(me, one)
        assert one.commitment == close(0.35 + 0.65 * 0.4)
        assert one.ownership == close(0.4 * (1 - 0.3 * 0.85))
        assert one.closed == closed
    one = use(commitment=0.75, closed=0)
    with plain_rules(0.5, 0.0, 0.5, 0.5):
        continuing.succeed(here(par=par(with_commitment=0)), one)
    assert (one.commitment, one.closed) == (0.75, 0)
