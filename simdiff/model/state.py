"""The whole state of a run as one record, field by field.

``Sim`` bundles NumPy record arrays: what never changes (world, policy, parameters) and what does (schools, uses,
districts, knowledge). Rules read and write one row; a row's fields are plain numbers. Units stand beside each field.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simdiff.register import CALENDARS, LEVERS, PARAMETERS

Records = NDArray[Any]
Record = Any
"""One row of a record array; its fields are plain numbers."""

NONE, EXPLORE, INSTALL, INITIAL, FULL, DROPPED = 0, 1, 2, 3, 4, 5
STAGES = ("none", "explore", "install", "initial", "full", "dropped")

UNTOLD, DESIGN, ADOPT, NOT_YET = 0, 1, 2, 3
NO_SITE, PILOT, ZONE = 0, 1, 2
NEVER = -1
"""A month that has not come."""

LOGIT, HAZARD, THRESHOLD = 0, 1, 2
CONTAGIONS = {"logit": LOGIT, "hazard": HAZARD, "threshold": THRESHOLD}
SWITCHES = ("coherence", "commitment", "closing", "dip", "integrity", "critical_mass", "dilution", "learning_curve",
            "regime", "feeder", "partner_stock")  # fmt: skip

POINT = 1 << 24
"""Fixed point of tie weights; exposures add up as integers, so their order cannot matter."""
NEAR, CONVENED, PARTNERED = 0, 1, 2
"""Layers of ties."""
USABLE = 65535
"""Fixed point of usable experience (K/n)·φ."""

LINES = ("coaches", "training", "change", "sharing", "goals", "clarify", "grant", "pilots", "zone", "out_of_school",
         "convene", "identify", "competition", "partners", "in_kind")  # fmt: skip
"""Lines of the ledger; the last, teachers' own time, is not money."""
(COACHES, TRAINING, CHANGE, SHARING, GOALS, CLARIFY, GRANT, PILOTS, ZONES, OUT_OF_SCHOOL, CONVENE, IDENTIFY,
 COMPETITION, PARTNERS, IN_KIND) = range(15)  # fmt: skip
DISTRICT_PAYS, PARTNER_PAYS = 0, 1

PARAMETER = np.dtype(
    [(name, "f8") for name in PARAMETERS]
    + [(calendar.name, "i8") for calendar in CALENDARS]
    + [("contagion", "i8")]
    + [(f"with_{switch}", "i8") for switch in SWITCHES]
)
"""Parameters by name; calendars as bit masks (bit m = month m, 0 = July); structure switches 0/1."""

PRACTICE = np.dtype([
    ("word", "i8"),  # practice word of the luck
    ("school_flexibility", "f8"), ("classroom_flexibility", "f8"),  # ψS, ψC, share
    ("load", "f8"), ("quality", "f8"),  # w, q; ratio
    ("exit_hazard", "f8"),  # μ0, 1/year
    ("hazard_0", "f8"), ("hazard_1", "f8"),  # a_0, a_1 of the hazard form of E11
])  # fmt: skip

SITE = np.dtype([
    ("who", "u8"),  # identity
    ("district", "u4"), ("partner", "i2"),  # row of each; -1 = no partner
    ("teachers", "i4"), ("students", "i4"),
    ("need", "f8"), ("need_z", "f4"),  # low-income share; the same standardised within the district
    ("rank", "f4"), ("rank_all", "f4"),  # fractional rank by need in the district, in the world
    ("ties", "f8"),  # summed weight of near ties, contact
    ("x", "f4"), ("y", "f4"),  # km
    ("convened", "i1"), ("partnered", "i1"),  # 1 if it has such ties
    ("tercile", "i1"), ("level", "i1"),  # 0 lowest need … 2 highest; 0 elementary … 3 other
])  # fmt: skip
"""What a school is: one row a school, sorted by district and id; never redrawn."""

TIE = np.dtype([("peer", "u4"), ("weight", "i4")])
"""A tie to a peer's row; weight in fixed point."""

SCHOOL = np.dtype([
    ("capacity", "f4"), ("design", "f4"),  # k, a; z-scores
    ("context_1", "f4"), ("context_2", "f4"),  # c, context SD
    ("threshold", "f4"),  # θ, share
    ("order", "f4"),  # lot by which mandates reach schools, 0–1
    ("adopt_noise", "f4"), ("design_noise", "f4"),  # errors of the district's signals, z
    ("phantom_school", "f8"), ("phantom_classroom", "f8"),  # Φ, share
    ("attention", "f4"), ("overload", "f4"),  # α, Ω
    ("vigour", "f8"),  # e^{γ_k k}, by which capacity multiplies what a school can do
    ("asked", "f8"),  # coach hours asked for this month
    ("site_until", "i2"), ("support_ended", "i2"),  # months
    ("site", "i1"), ("role", "i1"), ("invited", "i1"), ("new_principal", "i1"),
])  # fmt: skip

USE = np.dtype([
    ("relevance", "f8"),  # ν, share
    ("commitment", "f8"), ("fit", "f8"), ("ownership", "f8"),  # C, φ, O; share
    ("results", "f8"),  # ŷ, benefit
    ("served", "f8"),  # coach hours this month
    ("trial", "f4"),  # φ_oos, share
    ("self_made", "f4"),  # 1 invented, self_a adapted, 0 not begun
    ("peer_share", "f4"),  # part of the exploring hazard that came from peers
    ("mechanical", "i2"), ("proficient", "i2"), ("started", "i2"),  # M, K, new users this month; teachers
    ("launched", "i2"), ("dropped", "i2"), ("real_from", "i2"), ("real_lost", "i2"), ("deep_from", "i2"),  # months
    ("stage", "i1"), ("sub", "i1"), ("closed", "i1"), ("ever_full", "i1"), ("wish", "i1"), ("deep_at_end", "i1"),
    ("launch_now", "i1"),  # launched this month
])  # fmt: skip
"""What a school does with one practice."""

SEEN = np.dtype([("active", "i1"), ("inside", "i1"), ("usable", "u2")])
"""What peers see of a school and practice at the start of the month: A, pilot or zone, (K/n)·φ in fixed point."""

DISTRICT = np.dtype([
    ("who", "u8"),
    ("first", "i8"), ("last", "i8"), ("group", "u4"), ("report", "u4"),  # rows of its schools; policy; report
    ("teachers", "i8"),
    ("clarity", "f8"), ("transfer", "f8"),  # g, T̄ within the district
    ("mandates", "i8"), ("unsponsored", "i1"),  # b; sponsorship ended by an exit
    ("fte", "f8"), ("partner_fte", "f8"), ("coach_quality", "f8"), ("water", "f8"),  # FTE; Q; level L of E13
    ("match", "f8"),  # share of matched lines that partners pay now
    ("identified", "i1"), ("identified_paid", "i1"),  # somebody has said who designs and who adopts; paid for it
    ("cash", "f8"), ("spent", "f8"),  # carried over; spent by the district this fiscal year, $
    ("coach_scale", "f8"), ("site_scale", "f8"),  # what the budget leaves of coaches and sites, 0–1
])  # fmt: skip

KNOWLEDGE = np.dtype([
    ("stock", "f8"),  # E, school-years
    ("quality", "f8"), ("next_quality", "f8"), ("available", "i4"),  # q; the winner waiting; its month
    ("later_quality", "f8"), ("later", "i4"),  # next year's winner waiting behind it; its month
    ("active_share", "f8"),  # F_d, at the start of the month
    ("dropped", "i4"),  # schools dropped this month
])  # fmt: skip
"""What a district knows of one practice."""

PARTNER = np.dtype([("who", "u8"), ("fte", "f8"), ("match", "f8"), ("target", "f8")])
"""An outside partner: identity, coaches, share of matched lines it pays, outside experience (school-years)."""

LEVER = np.dtype([(lever.name, "f8") for lever in LEVERS] + [("exit", "i1")])
"""Delivered level of each sub-lever in one month; ``exit``: the superintendent leaves on a given date."""

SETTING = np.dtype([
    ("pilots", "i4"), ("pilot_start", "i4"), ("pilot_months", "i4"), ("pilot_waiver", "f8"), ("pilot_select", "i1"),
    ("zone", "i4"), ("zone_start", "i4"), ("zone_stop", "i4"), ("zone_waiver", "f8"),
    ("identify_accuracy", "f8"), ("identify_share", "f8"), ("identify_not_yet", "f8"),
    ("entries", "i4"), ("prizes", "i4"), ("reliability", "f8"), ("call_start", "i4"), ("rounds", "i4"),
    ("prize_months", "i4"),
    ("slots", "i4"), ("slot_need", "f8"),
    ("coach_need", "f8"), ("coach_priority", "f8"),
    ("budget", "f8"), ("cut", "i1"),
    ("exit_hazard", "i1"), ("adaptive", "i1"), ("share_failures", "i1"),
    ("support_end", "i4"),
])  # fmt: skip
"""What a policy sets once; months count from the start of the burn-in; -1 = never, none or unlimited."""
BY_SIGNAL, BY_NEED, BY_LOT = 0, 1, 2
CUT_COACHES_FIRST, CUT_SITES_FIRST, CUT_COACHES, CUT_SITES = 0, 1, 2, 3

RUN = np.dtype([("key", "u8"), ("replicate", "i8"), ("world_replicate", "i8"), ("burn_in", "i8")])
"""Which run: key of the seed, replicate word, replicate word of the unseen traits, months before policy."""

SUMS = (
    "schools", "active", "ever", "ever_full", "deep", "in_use", "launched_real", "overloaded", "variants",
    "exploring", "installing", "dropped", "teachers", "active_teachers", "mechanical", "proficient", "students",
    "deep_students", "depth", "active_depth", "owned", "active_proficient", "low_depth", "low_teachers", "high_depth",
    "high_teachers", "share", "ranked", "ranked_all", "served", "high_served", "launches", "peer_launches",
    "deep_at_end", "deep_kept",
)  # fmt: skip
"""Monthly sums over schools, by report and practice; ``best`` beside them is a maximum."""
OBSERVED = np.dtype([(name, "f8") for name in SUMS] + [("best", "f8")])
CONDITION = np.dtype([(name, "f8") for name in ("schools", "clarity", "transfer", "mandates", "fte", "sponsorship")])
"""Monthly sums over schools of what their district is like (divide by ``schools``)."""


class Sim(NamedTuple):
    """Everything a rule may read or write. S schools, P practices, D districts, G policies, Q partners, T months,
    R reports, Z ties."""

    par: Records  # (1,) PARAMETER
    practice: Records  # (P,) PRACTICE
    site: Records  # (S,) SITE
    tie_from: NDArray[np.uint32]  # (S, 4) where near, convened and partner ties start, and where the last end
    tie: Records  # (Z,) TIE
    lever: Records  # (G, T) LEVER: what is done and paid
    acting: Records  # (G, T) LEVER: what acts, after the strength of each family
    setting: Records  # (G,) SETTING
    partner: Records  # (Q,) PARTNER
    partner_level: NDArray[np.float64]  # (Q, T)
    partner_share: NDArray[np.float64]  # (Q, D) share of a partner's member teachers in each district
    relevance_law: NDArray[np.float64]  # quantiles of ν
    threshold_law: NDArray[np.float64]  # quantiles of non-zero θ
    run: Records  # (1,) RUN
    school: Records  # (S,) SCHOOL
    use: Records  # (S, P) USE
    seen: Records  # (S, P) SEEN
    match: NDArray[np.int32]  # (Z,) weight of each tie times how well contexts match, fixed point
    district: Records  # (D,) DISTRICT
    knowledge: Records  # (D, P) KNOWLEDGE
    partner_stock: NDArray[np.float64]  # (Q, P) EX, school-years
    order: NDArray[np.int32]  # (S,) scratch: a ranking of schools
    score: NDArray[np.float64]  # (S,) scratch: what it ranks by
    observed: Records  # (T, R, P or P + 1) OBSERVED; the last is any practice
    condition: Records  # (T, R) CONDITION
    ledger: NDArray[np.float64]  # (T, R, lines, 2) dollars by line and payer
    survival: NDArray[np.int64]  # (R, P, 2, T + 1, 2) losses and censorings by age; label, real use
    waiting: NDArray[np.float64]  # (R, P, 2, 2) months to deep (restricted) and schools; lowest, highest need
