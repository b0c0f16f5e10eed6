"""What several rules ask: where a school stands this month, the calendar, whether a practice is active."""

import math
from typing import NamedTuple

import numpy as np

from simdiff.model.compile import rule
from simdiff.model.state import DROPPED, FULL, INITIAL, PILOT, ZONE, Record


class Here(NamedTuple):
    """One school in one month: the records that its rules read and write."""

    par: Record
    run: Record
    site: Record
    school: Record
    district: Record
    lever: Record
    setting: Record
    partner: float  # x_N3 · member: level at which its outside partner acts, 0 without one
    t: int


@rule
def rows(first, last):
    """Rows from ``first`` to ``last`` (exclusive), unsigned: no index is first asked whether it counts from the end."""
    return range(np.uint64(first), np.uint64(last))


@rule
def here(sim, i, t):
    """Gather what school i's rules need in month t."""
    site = sim.site[i]
    district = sim.district[site.district]
    partner = 0.0 if site.partner < 0 else sim.par[0].strength_networks * sim.partner_level[site.partner, t]
    return Here(sim.par[0], sim.run[0], site, sim.school[i], district, sim.acting[district.group, t],
                sim.setting[district.group], partner, t)  # fmt: skip


@rule
def in_months(mask, t):
    """True if month t (0 = the July the burn-in starts) is in a calendar's bit mask."""
    return (mask >> (t % 12)) & 1 == 1


@rule
def is_active(use):
    """A = 1: formally implemented (INITIAL or FULL)."""
    return use.stage == INITIAL or use.stage == FULL


@rule
def may_start(use):
    """True in the stages from which a school can be invited or ordered (NONE, EXPLORE, DROPPED)."""
    return use.stage < 2 or use.stage == DROPPED


@rule
def waiver(setting, site):
    """ω: share of actual constraint lifted in a school that is no site (0), a pilot or in a zone."""
    if site == PILOT:
        return setting.pilot_waiver
    if site == ZONE:
        return setting.zone_waiver
    return 0.0


@rule
def rules_school(par, lever, setting, site):
    """E4: actual school-level constraint B^S (share) of a school that is or is not a site."""
    return par.rules_school * (1.0 - lever.grant_school) * (1.0 - waiver(setting, site))


@rule
def rules_classroom(par, lever, setting, site):
    """E4: actual classroom-level constraint B^C (share)."""
    return par.rules_classroom * (1.0 - lever.grant_classroom) * (1.0 - waiver(setting, site))


@rule
def perceived(actual, phantom):
    """E5: perceived constraint B̂ = B + (1 − B) Φ."""
    return actual + (1.0 - actual) * phantom


@rule
def obstacle_school(me, practice):
    """E5: XS = ψS B̂^S, the obstacle that a school sees for a practice at school level."""
    actual = rules_school(me.par, me.lever, me.setting, me.school.site)
    return practice.school_flexibility * perceived(actual, me.school.phantom_school)


@rule
def obstacle_classroom(me, practice):
    """E5: XC = ψC B̂^C, the obstacle that its teachers see."""
    actual = rules_classroom(me.par, me.lever, me.setting, me.school.site)
    return practice.classroom_flexibility * perceived(actual, me.school.phantom_classroom)


@rule
def sigmoid(z):
    """1 / (1 + e^{−z}), without overflow."""
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    grown = math.exp(z)
    return grown / (1.0 + grown)
