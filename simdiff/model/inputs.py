"""From a scenario to what the rules read: parameters, world, policy; and a fresh state for one replicate."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model.luck import MAX_MONTHS, WORLD_REPLICATE, identity, practice_word, seed_key
from simdiff.model.places import places_of
from simdiff.model.policy import PolicyTable, build_policy
from simdiff.model.state import (
    CONDITION,
    CONTAGIONS,
    DISTRICT,
    KNOWLEDGE,
    LINES,
    OBSERVED,
    PARAMETER,
    PRACTICE,
    RUN,
    SCHOOL,
    SEEN,
    SWITCHES,
    USE,
    Records,
    Sim,
)
from simdiff.model.ties import given_edges
from simdiff.model.world import TieRules, World, build_world
from simdiff.register import CALENDARS, PARAMETERS
from simdiff.scenario.access import ResolvedPractice, resolve_practice
from simdiff.scenario.schema import Scenario, Structure
from simdiff.scenario.schools import SchoolRow

BURN_IN = 12
"""Months before policy starts (section 0)."""
LAW_POINTS = 1025
"""Points at which the quantiles of relevance and thresholds are tabulated."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that one scenario, seed and parameter set give to a replicate. ``months`` includes the burn-in."""

    world: World
    policy: PolicyTable
    par: Records
    practice: Records
    relevance_law: NDArray[np.float64]
    threshold_law: NDArray[np.float64]
    practices: tuple[ResolvedPractice, ...]
    months: int
    burn_in: int
    key: int
    fixed_world: bool


def parameter_values(scenario: Scenario, draw: Mapping[str, float] | None = None) -> dict[str, float]:
    """Every parameter's value: a scenario's own value, else the draw's, else the default."""
    values = {name: parameter.default for name, parameter in PARAMETERS.items()}
    values.update(draw or {})
    values.update({name: override.value for name, override in scenario.parameters.items()})
    return values


def parameter_record(values: Mapping[str, float], structure: Structure,
                     months: Mapping[str, Sequence[int]] | None = None) -> Records:  # fmt: skip
    """The (1,) PARAMETER record; ``months`` replaces calendars by name (tests and limits)."""
    par = np.zeros(1, dtype=PARAMETER).view(np.recarray)
    for name, value in values.items():
        par[name] = value
    for calendar in CALENDARS:
        chosen = (months or {}).get(calendar.name, calendar.months)
        par[calendar.name] = sum(1 << month for month in chosen)
    par["contagion"] = CONTAGIONS[structure.contagion]
    for switch in SWITCHES:
        par[f"with_{switch}"] = int(getattr(structure, switch))
    return par


def practice_records(practices: Sequence[ResolvedPractice], values: Mapping[str, float]) -> Records:
    """The (P,) PRACTICE record. Raises ValueError if two practices share a word of luck (rename one)."""
    practice = np.zeros(len(practices), dtype=PRACTICE).view(np.recarray)
    for p, one in enumerate(practices):
        row = practice[p]
        row.word = practice_word(one.name)
        row.school_flexibility, row.classroom_flexibility = one.school_flexibility, one.classroom_flexibility
        row.load, row.quality, row.exit_hazard = one.load, one.quality, one.exit_hazard
        row.hazard_0, row.hazard_1 = match_hazard(values, one.school_flexibility)
    if len(set(practice["word"])) < len(practices):
        raise ValueError("two practices share a word of luck: rename one of them")
    return practice


def match_hazard(values: Mapping[str, float], school_flexibility: float) -> tuple[float, float]:
    """E11: a_0, a_1 that make the hazard form equal the logit at ρ = 0 and ρ = ρ* for an average school (ν̂ = ν̄, k = 0,
    no overload, not invited, constraint as perceived before any lever)."""
    actual = values["rules_school"]
    seen = school_flexibility * (actual + (1 - actual) * values["phantom"])
    rest = -values["decide_obstacle"] * seen

    def needed(peers: float) -> float:
        z = values["decide_slope"] * (values["decide_intercept"] + values["decide_peers"] * peers + rest)
        return float(np.logaddexp(0.0, z)) / math.exp(rest)  # −ln(1 − σ(z)) = ln(1 + e^z)

    at_none, at_match = needed(0.0), needed(values["hazard_match"])
    return at_none, (at_match - at_none) / values["hazard_match"]


def beta_law(alpha: float, beta: float) -> NDArray[np.float64]:
    """Quantiles of Beta(alpha, beta), shapes .5–50, at ``LAW_POINTS`` equal steps of probability (error < 1e-6).

    With x = sin² θ the density is sin^{2α−1} θ cos^{2β−1} θ, which the trapezoid rule integrates without trouble at the
    ends. SciPy would do it too, but importing it costs a fifth of a second at every start.
    """
    theta = np.linspace(0.0, np.pi / 2, 20_001)
    inside = theta[1:-1]
    logs = (2 * alpha - 1) * np.log(np.sin(inside)) + (2 * beta - 1) * np.log(np.cos(inside))
    density = np.exp(logs - logs.max())
    ends = [1.0 if shape == 0.5 else 0.0 for shape in (alpha, beta)]
    density = np.concatenate([[ends[0] * density[0]], density, [ends[1] * density[-1]]])
    mass = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    at = np.interp(np.linspace(0.0, 1.0, LAW_POINTS), mass / mass[-1], theta)
    return np.asarray(np.sin(at) ** 2)


def tie_rules(values: Mapping[str, float], structure: Structure) -> TieRules:
    """The numbers that decide ties."""
    return TieRules(
        near=int(values["near_ties"]),
        convened=int(values["convened_ties"]),
        partner=int(values["partner_ties"]),
        distance_scale=values["distance_scale"],
        need_scale=values["need_scale"],
        feeder_weight=values["feeder_weight"],
        feeder=structure.feeder,
    )


def world_of(scenario: Scenario, schools: Mapping[str, Sequence[SchoolRow]], seed: int) -> World:
    """The world of a scenario: table rows where there are some, profiles elsewhere; near ties are given or made."""
    key = seed_key(seed)
    places = [
        place
        for name, district in scenario.where.districts.items()
        for place in places_of(name, district, schools.get(name, ()), key)
    ]
    rules = tie_rules(parameter_values(scenario), scenario.structure)
    given = {name: district.ties.sees for name, district in scenario.where.districts.items() if district.ties}
    names = sorted((place.district, place.id) for place in places) if given else []
    edges = given_edges(names, given) if given else None
    return build_world(places, scenario.policy.networks.partners, rules, key, edges, given)


def strengths(values: Mapping[str, float]) -> dict[str, float]:
    """How strongly each family of levers acts, by family."""
    return {
        "goals": values["strength_goals"],
        "flexibility": values["strength_flexibility"],
        "talent": values["strength_talent"],
        "networks": values["strength_networks"],
    }


def prepare(scenario: Scenario, world: World, seed: int, draw: Mapping[str, float] | None = None,
            calendars: Mapping[str, Sequence[int]] | None = None) -> Inputs:  # fmt: skip
    """Compile a scenario on a world. Raises ValueError if the horizon exceeds what the luck can name (341 years), and
    for a world of other partners, whose memberships rules would look up where there are none."""
    months = BURN_IN + 12 * scenario.years
    if months > MAX_MONTHS:
        raise ValueError(f"a run may last {MAX_MONTHS} months at most")
    if len(world.partner_share) != (partners := len(scenario.policy.networks.partners)):
        raise ValueError(f"the world is one of {len(world.partner_share)} partners, the scenario has {partners}")
    values = parameter_values(scenario, draw)
    practices = tuple(resolve_practice(name, practice) for name, practice in scenario.practices.items())
    return Inputs(
        world=world,
        policy=build_policy(scenario.policy, world.districts, BURN_IN, months, strengths(values)),
        par=parameter_record(values, scenario.structure, calendars),
        practice=practice_records(practices, values),
        relevance_law=beta_law(values["relevance_alpha"], values["relevance_beta"]),
        threshold_law=beta_law(values["threshold_alpha"], values["threshold_beta"]),
        practices=practices,
        months=months,
        burn_in=BURN_IN,
        key=seed_key(seed),
        fixed_world=scenario.where.world == "fixed",
    )


def _empty(shape: int | tuple[int, ...], dtype: np.dtype[np.void]) -> Records:
    return np.zeros(shape, dtype=dtype).view(np.recarray)


def _districts(inputs: Inputs) -> Records:
    world = inputs.world
    district = _empty(len(world.districts), DISTRICT)
    district["who"] = [identity("district", name) for name in world.districts]
    district["first"], district["last"] = world.first[:-1], world.first[1:]
    district["group"], district["report"] = inputs.policy.group, world.report_of
    district["teachers"] = np.add.reduceat(world.site["teachers"].astype(np.int64), world.first[:-1])
    return district


def new_sim(inputs: Inputs, replicate: int) -> Sim:
    """A fresh state for one replicate (0 ≤ replicate < 2³² − 1); arrays of ``inputs`` are shared, the rest is new."""
    if not 0 <= replicate < WORLD_REPLICATE:
        raise ValueError(f"a replicate is a number from 0 to {WORLD_REPLICATE - 1}")
    world, months = inputs.world, inputs.months
    schools, practices, districts = len(world.site), len(inputs.practice), len(world.districts)
    partners, reports = len(inputs.policy.partner), len(world.reports)
    slots = practices + 1 if practices > 1 else 1
    run = _empty(1, RUN)
    run[0] = (inputs.key, replicate, 0 if inputs.fixed_world else replicate, inputs.burn_in)
    return Sim(
        par=inputs.par,
        practice=inputs.practice,
        site=world.site,
        tie_from=world.ties.start,
        tie=world.ties.tie,
        lever=inputs.policy.lever,
        acting=inputs.policy.acting,
        setting=inputs.policy.setting,
        partner=inputs.policy.partner,
        partner_level=inputs.policy.partner_level,
        partner_share=world.partner_share,
        relevance_law=inputs.relevance_law,
        threshold_law=inputs.threshold_law,
        run=run,
        school=_empty(schools, SCHOOL),
        use=_empty((schools, practices), USE),
        seen=_empty((schools, practices), SEEN),
        match=np.zeros(len(world.ties.tie), dtype=np.int32),
        district=_districts(inputs),
        knowledge=_empty((districts, practices), KNOWLEDGE),
        partner_stock=np.zeros((partners, practices)),
        order=np.zeros(schools, dtype=np.int32),
        score=np.zeros(schools),
        observed=_empty((months, reports, slots), OBSERVED),
        condition=_empty((months, reports), CONDITION),
        ledger=np.zeros((months, reports, len(LINES), 2)),
        survival=np.zeros((reports, practices, 2, months + 1, 2), dtype=np.int64),
        waiting=np.zeros((reports, practices, 2, 2)),
    )
