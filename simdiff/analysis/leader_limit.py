"""The leader-level limit: each superintendent is one school of the real engine on a network of who names whom.

What is left of the model. No constraint, load, relevance, context or capacity differences; no lapse, abandoning,
dropping or turnover; whoever decides installs and launches in the same month. A leader goes NONE → EXPLORE → active.

The year. Month 0 is January of year 1 (1958). Leaders explore month by month and decide once a year, in December, so
all decisions of a year see only what was adopted in earlier years. With F_i the share of i's peers who have adopted by
the end of the year before, a year is exactly

- E10: NONE → EXPLORE with probability 1 − exp[−12 (p0 + q_E F_i)];
- E11: EXPLORE → active with probability D_i, where exposure ρ_i = F_i and

  - ``logit``      D = 1/(1 + exp[−β (b0 + b_S F)]): a new draw each year;
  - ``hazard``     D = 1 − exp[−(a_0 + a_1 F)], a_0 and a_1 matched so that D equals the logit at F = 0 and F = ρ* = .3;
  - ``threshold``  D = 1 if F ≥ θ_i, else 0: θ_i is drawn once a leader and run, zero with probability θ_0, else from
    Beta(1.5, 2.0983). An exploring leader under its threshold waits.

Both steps may happen in one year. In all forms contact enters twice, by exploring and by deciding. Only the products
β b0 and β b_S act. Weights of a leader's ties are equal and add up to 1, as the mean row of the model's own ties does.

Peers. ``symmetrised``: i and j are peers if either names the other (as personal thresholds are measured: leaders could
name three at most, and ties of those never named are missing). ``directed``: i sees only those whom i names. Eight
leaders neither name anybody nor are named. ``alone``: they have exposure 0, the model's own rule for a school without
ties, so by ``threshold`` only those with threshold zero can ever adopt. ``county``: they see all others alike.

The 38 were selected because they had adopted by 1963; simulated leaders are not. So these fits ask for faster adoption
than the whole county showed (51 of 61).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simdiff.model.inputs import Inputs, parameter_record, parameter_values, practice_records, prepare
from simdiff.model.luck import seed_key
from simdiff.model.places import Place
from simdiff.model.run import simulate
from simdiff.model.world import TieRules, build_world
from simdiff.scenario import Scenario
from simdiff.scenario.leaders import ADOPTED, Network

FORMS = ("logit", "hazard", "threshold")
ISOLATES = ("alone", "county")
YEARS = len(ADOPTED)
LATER = YEARS + 1
"""Year of adoption of a leader who has not adopted by the end of the last year."""
DECIDE_MONTH = 11
NEUTRAL: dict[str, float] = {
    "lapse": 0.0, "abandon": 0.0, "install_steps": 0.0, "capacity": 1e9, "capacity_slope": 0.0, "mandates_rate": 0.0,
    "decide_relevance": 0.0, "decide_capacity": 0.0, "decide_obstacle": 0.0, "decide_overload": 0.0,
    "transfer_length": 1e9,
}  # fmt: skip
"""Parameters under which nothing but E10, the peers' term of E11 and personal thresholds acts."""
CALENDAR: dict[str, Sequence[int]] = {
    "decide_months": (DECIDE_MONTH,), "launch_months": (DECIDE_MONTH,), "teach_months": (), "review_months": (),
    "close_months": (), "turnover_months": (), "hire_months": (),
}  # fmt: skip
DISTRICT = "leaders"


def peer_shares(network: Network, ties: str = "symmetrised", isolates: str = "alone") -> NDArray[np.float64]:
    """Who sees whom with which weight, (S, S): rows add up to 1, or to 0 for isolates that are alone.

    ``ties``: symmetrised or directed. ``isolates``: alone, or county (all others with equal weight).
    """
    count = len(network.leaders)
    seen = np.zeros((count, count))
    for i, j in network.names:
        seen[i, j] = 1.0
        if ties == "symmetrised":
            seen[j, i] = 1.0
    if isolates == "county":
        seen[seen.sum(axis=1) == 0] = 1.0
        np.fill_diagonal(seen, 0.0)
    return np.asarray(seen / np.maximum(seen.sum(axis=1, keepdims=True), 1.0))


def named_by(network: Network) -> NDArray[np.int64]:
    """In-degree: how many leaders name each, (S,)."""
    return np.asarray(np.bincount([j for _, j in network.names], minlength=len(network.leaders)))


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit on one network in one contagion form, before any parameter is set."""

    said: Scenario
    inputs: Inputs


def leader_limit(shares: NDArray[np.float64], form: str, seed: int) -> Limit:
    """The limit on a network of peer shares (S, S), in the form ``logit``, ``hazard`` or ``threshold``."""
    said = Scenario.model_validate({
        "format": 1, "name": DISTRICT, "title": "Leader-level limit", "years": YEARS - 1,
        "where": {"districts": {DISTRICT: {"title": "Leaders"}}},
        "practices": {"one": {"school_flexibility": 0.0, "classroom_flexibility": 0.0, "load": 1.0, "quality": 1.0,
                              "exit_hazard": 0.0}},
        "policy": {"superintendent": {"exits": "never"}},
        "structure": {"contagion": form, "commitment": False, "closing": False, "coherence": False},
    })  # fmt: skip  # the burn-in is the first of the years
    places = [Place(DISTRICT, f"{n:05d}", f"Leader {n + 1}", 0, 1, 0, 0.5, 0.0, 0.0) for n in range(len(shares))]
    looks, sees = np.nonzero(shares)
    edges = (looks.astype(np.int64), sees.astype(np.int64), shares[looks, sees])
    rules = TieRules(near=0, convened=0, partner=0, distance_scale=1.0, need_scale=1.0, feeder_weight=0.0, feeder=False)
    world = build_world(places, (), rules, seed_key(seed), edges)
    return Limit(said, prepare(said, world, seed, NEUTRAL, CALENDAR))


def adoption_years(limit: Limit, draw: Mapping[str, float], replicates: range) -> NDArray[np.int8]:
    """Year (1 … ``YEARS``, else ``LATER``) in which each leader adopts, (replicates, S), under a draw of parameters."""
    values = parameter_values(limit.said, NEUTRAL | dict(draw))
    inputs = replace(
        limit.inputs,
        par=parameter_record(values, limit.said.structure, CALENDAR),
        practice=practice_records(limit.inputs.practices, values),
    )
    launched = np.array([simulate(inputs, r).use["launched"][:, 0] for r in replicates])
    return np.where(launched < 0, LATER, launched // 12 + 1).astype(np.int8)
