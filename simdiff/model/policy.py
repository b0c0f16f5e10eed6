"""Levers to monthly tables: what each district delivers in each month (E1), and what its policy sets once.

Months in a scenario count from the start of policy; here they count from the start of the burn-in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model.luck import identity
from simdiff.model.state import (
    BY_LOT,
    BY_NEED,
    BY_SIGNAL,
    CUT_COACHES,
    CUT_COACHES_FIRST,
    CUT_SITES,
    CUT_SITES_FIRST,
    LEVER,
    NEVER,
    PARTNER,
    SETTING,
    Records,
)
from simdiff.register import CALENDARS, LEVERS
from simdiff.scenario.access import value_for
from simdiff.scenario.schema import OTHERS, Coaching, LeverLevel, Policy, Schedule

SELECT = {"signal": BY_SIGNAL, "need": BY_NEED, "random": BY_LOT}
CUTS = {
    ("coaches", "sites"): CUT_COACHES_FIRST,
    ("sites", "coaches"): CUT_SITES_FIRST,
    ("coaches",): CUT_COACHES,
    ("sites",): CUT_SITES,
}
CALL_MONTH = next(calendar for calendar in CALENDARS if calendar.name == "call_months").months[0]
"""Month in which competitions call for entries; programmes are aligned to it here, so tests cannot move it."""

UNBOUNDED = ("convene", "sharing")
"""Levers that add contact or knowledge, of which there can be more than the equations' full level gives."""


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """Monthly levels and settings of each distinct policy, and which policy each district follows.

    ``lever`` is what is done and paid; ``acting`` what acts, after the strength of each family.
    """

    lever: Records  # (G, T) LEVER
    acting: Records  # (G, T) LEVER
    setting: Records  # (G,) SETTING
    group: NDArray[np.int64]  # (D,)
    partner: Records  # (Q,) PARTNER
    partner_level: NDArray[np.float64]  # (Q, T)


def ramp(level: float, start: int, stop: int, months: int, horizon: int) -> NDArray[np.float64]:
    """E1: x(t) = L clip((t − t0)/ramp, 0, 1) for t0 ≤ t < t1, shape (horizon,); ramp 0 is a step; stop −1 is never."""
    t = np.arange(horizon)
    share = (t >= start).astype(float) if months == 0 else np.clip((t - start) / months, 0.0, 1.0)
    running = (t >= start) & ((t < stop) if stop != NEVER else True)
    return np.where(running, level * share, 0.0)


def strengthened(lever: Records, strength: Mapping[str, float]) -> Records:
    """E1: levels that act, s x with s the strength of each lever's family (by family; left out: 1); at most 1 where the
    level is a share of something."""
    acting = lever.copy()
    for one in LEVERS:
        if one.family in strength and one.name != "coaches":
            most = np.inf if one.name in UNBOUNDED else 1.0
            acting[one.name] = np.minimum(most, strength[one.family] * lever[one.name])
    return acting


def build_policy(policy: Policy, districts: Sequence[str], burn_in: int, months: int,
                 strength: Mapping[str, float] | None = None) -> PolicyTable:  # fmt: skip
    """Compile a policy for these districts over ``months`` months, ``burn_in`` of them before policy starts.

    ``strength`` is how strongly each family of levers acts (left out: 1).
    """
    rows: dict[bytes, int] = {}
    levers: list[Records] = []
    settings: list[Records] = []
    group = np.zeros(len(districts), dtype=np.int64)
    for d, district in enumerate(districts):
        lever = _levers(policy, district, burn_in, months)
        setting = _setting(policy, district, burn_in)
        name = lever.tobytes() + setting.tobytes()
        if name not in rows:
            rows[name] = len(rows)
            levers.append(lever)
            settings.append(setting)
        group[d] = rows[name]
    partner, level = _partners(policy, burn_in, months)
    strength = strength or {}
    lever, setting = np.stack(levers).view(np.recarray), np.concatenate(settings).view(np.recarray)
    for waiver in ("pilot_waiver", "zone_waiver"):
        setting[waiver] = np.minimum(1.0, strength.get("flexibility", 1.0) * setting[waiver])
    return PolicyTable(
        lever=lever,
        acting=strengthened(lever, strength),
        setting=setting,
        group=group,
        partner=partner,
        partner_level=level,
    )


def _lever_of(policy: Policy, name: str) -> LeverLevel:
    flexibility, talent = policy.flexibility, policy.talent
    return {
        "problems": policy.goals.problems,
        "goals": policy.goals.goals,
        "clarify_school": flexibility.school.clarify,
        "clarify_classroom": flexibility.classroom.clarify,
        "grant_school": flexibility.school.grant,
        "grant_classroom": flexibility.classroom.grant,
        "out_of_school": flexibility.out_of_school,
        "change": talent.change,
        "sharing": talent.sharing,
        "convene": policy.networks.convene,
        "identify": policy.networks.identify,
        "sponsorship": policy.sponsorship,
        "mandate": policy.mandate,
    }[name]


def _levers(policy: Policy, district: str, burn_in: int, months: int) -> Records:
    lever = np.zeros(months, dtype=LEVER)
    for name in lever.dtype.names or ():
        if name == "exit":
            lever[name] = _exits(policy, district, burn_in, months)
        elif name == "coaches":
            coaching = policy.talent.coaching
            level = value_for(coaching.per_100_teachers, district, 0.0)
            lever[name] = _delivered(coaching, level, district, burn_in, months)
        else:
            said = _lever_of(policy, name)
            lever[name] = _delivered(said, value_for(said.level, district, 0.0), district, burn_in, months)
    return lever


def _delivered(
    said: LeverLevel | Coaching, level: float, district: str, burn_in: int, months: int
) -> NDArray[np.float64]:
    start = burn_in + value_for(said.start, district, 0)
    return ramp(
        level,
        start,
        _stop(said, district, burn_in),
        value_for(said.ramp, district, type(said).model_fields["ramp"].default[OTHERS]),
        months,
    )


def _stop(said: Schedule, district: str, burn_in: int) -> int:
    stop = value_for(said.stop, district, NEVER)
    return NEVER if stop == NEVER else burn_in + stop


def _exits(policy: Policy, district: str, burn_in: int, months: int) -> NDArray[np.int8]:
    exits = np.zeros(months, dtype=np.int8)
    said = value_for(policy.superintendent.exits, district, "hazard")
    if not isinstance(said, str):
        dated = [burn_in + month for month in said if burn_in + month < months]
        exits[dated] = 1
    return exits


def _setting(policy: Policy, district: str, burn_in: int) -> Records:
    setting = np.zeros(1, dtype=SETTING).view(np.recarray)
    row = setting[0]
    _set_space(row, policy, district, burn_in)
    _set_networks(row, policy, district, burn_in)
    row.slots = value_for(policy.slots.per_year, district, NEVER) if policy.slots else NEVER
    row.slot_need = policy.slots.need_weight if policy.slots else 0.0
    row.coach_need = policy.talent.coaching.need_weight
    row.coach_priority = policy.talent.coaching.site_priority
    row.budget = value_for(policy.budget.annual, district, float(NEVER)) if policy.budget else float(NEVER)
    row.cut = CUTS.get(tuple(policy.budget.cut_first), CUT_COACHES_FIRST) if policy.budget else CUT_COACHES_FIRST
    row.exit_hazard = value_for(policy.superintendent.exits, district, "hazard") == "hazard"
    row.adaptive = policy.adaptive
    row.share_failures = policy.share_failures
    row.support_end = support_end(policy, district, burn_in)
    return setting


def _set_space(row: Records, policy: Policy, district: str, burn_in: int) -> None:
    pilots, zone = policy.flexibility.pilots, policy.flexibility.zone
    row["pilots"] = value_for(pilots.sites, district, 0)
    row["pilot_start"] = burn_in + value_for(pilots.start, district, 0)
    row["pilot_months"] = 12 * pilots.years
    row["pilot_waiver"] = pilots.waiver
    row["pilot_select"] = SELECT[pilots.select]
    row["zone"] = value_for(zone.schools, district, 0)
    row["zone_start"] = burn_in + value_for(zone.start, district, 0)
    stop = value_for(zone.stop, district, NEVER)
    row["zone_stop"] = NEVER if stop == NEVER else burn_in + stop
    row["zone_waiver"] = zone.waiver


def _set_networks(row: Records, policy: Policy, district: str, burn_in: int) -> None:
    identify, competition = policy.networks.identify, policy.networks.competition
    row["identify_accuracy"] = NEVER if identify.accuracy is None else identify.accuracy
    row["identify_share"] = identify.share
    row["identify_not_yet"] = identify.not_yet
    row["entries"] = value_for(competition.entries, district, 0)
    row["prizes"] = competition.prizes
    row["reliability"] = competition.reliability
    start = burn_in + value_for(competition.start, district, 0)
    row["call_start"] = start + (CALL_MONTH - start) % 12
    row["rounds"] = competition.rounds
    row["prize_months"] = 12 * competition.years


def support_end(policy: Policy, district: str, burn_in: int) -> int:
    """t_w: the month in which the last of coaching, change management, sponsorship, pilots and partners ends; −1 if one
    of them goes on, or there was none."""
    ends: list[int] = []
    coaching, pilots = policy.talent.coaching, policy.flexibility.pilots
    if value_for(coaching.per_100_teachers, district, 0.0) > 0:
        ends.append(_stop(coaching, district, burn_in))
    for said in (policy.talent.change, policy.sponsorship):
        if value_for(said.level, district, 0.0) > 0:
            ends.append(_stop(said, district, burn_in))
    if value_for(pilots.sites, district, 0) > 0:
        ends.append(burn_in + value_for(pilots.start, district, 0) + 12 * pilots.years)
    for partner in policy.networks.partners:
        if district in partner.members and partner.level > 0:
            ends.append(NEVER if partner.stop is None else burn_in + partner.stop)
    return NEVER if NEVER in ends or not ends else max(ends)


def _partners(policy: Policy, burn_in: int, months: int) -> tuple[Records, NDArray[np.float64]]:
    said = policy.networks.partners
    partner = np.zeros(len(said), dtype=PARTNER).view(np.recarray)
    level = np.zeros((len(said), months))
    for q, one in enumerate(said):
        partner[q].who = identity("partner", one.name)
        partner[q].fte, partner[q].match, partner[q].target = one.fte, one.match, one.stock
        stop = NEVER if one.stop is None else burn_in + one.stop
        level[q] = ramp(one.level, burn_in + one.start, stop, one.ramp, months)
    return partner, level
