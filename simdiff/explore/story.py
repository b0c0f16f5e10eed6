"""The story of one school in one world: what happened when, and the terms of the equations behind each turn.

The world is lived again by the engine's phases, in its order, and looked at just before each phase reads it, so every
term is the number that the rule used. Of teachers only counts are known: their moves are binomial draws.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simdiff.explore import terms
from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim
from simdiff.model.rules.adoption import decide, enter
from simdiff.model.rules.coaching import ask
from simdiff.model.rules.continuing import continue_or_not, show
from simdiff.model.rules.look import look
from simdiff.model.rules.settle import settle
from simdiff.model.rules.work import work
from simdiff.model.state import (
    DROPPED,
    EXPLORE,
    FULL,
    HAZARD,
    INITIAL,
    INSTALL,
    NO_SITE,
    NONE,
    PILOT,
    THRESHOLD,
    Sim,
)
from simdiff.report.explain import month_words

Terms = tuple[tuple[str, float], ...]
PEERS_NAMED = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: month of policy (negative: before it), what happened, why, and the terms of the equation: names and
    numbers. ``chance`` and ``luck``: the probability that was met, and the draw (it happens where luck is lower)."""

    month: int
    when: str
    what: str
    why: str = ""
    terms: Terms = ()
    chance: float | None = None
    luck: float | None = None


def story_of_school(inputs: Inputs, replicate: int, until: int, i: int, p: int = 0) -> list[Turn]:
    """Every turn of school row ``i`` with practice ``p`` before month ``until`` (from the start of the burn-in)."""
    sim, schools = new_sim(inputs, replicate), len(inputs.world.site)
    engine.begin(sim)
    found = list[Turn]()
    for t in range(until):
        month = t - inputs.burn_in
        when = month_words(month) if month >= 0 else f"{-month} month{'s' if month < -1 else ''} before policy"
        for one in _month(inputs, sim, schools, t, i, p):
            found.append(Turn(month, when, *one))
    return found


def _month(inputs: Inputs, sim: Sim, schools: int, t: int, i: int, p: int) -> Iterator[tuple[Any, ...]]:
    """One month, phase by phase as in ``engine.run_months``, and the turns in it."""
    use, school, par, districts = sim.use[i, p], sim.school[i], sim.par[0], len(sim.district)
    site = int(school.site)
    engine.open_month(sim, 0, districts, t)
    look(sim, 0, schools, t)
    if school.site != site:
        if school.site == NO_SITE:
            yield "Its time as a site ended.", "Support is withdrawn; some of the rules come back."
        else:
            yield f"It became a {'pilot' if school.site == PILOT else 'zone'} school.", "The district invited it."
    before, invited, read = int(use.stage), bool(school.invited), terms.deciding(sim, i, p, t)
    decide(sim, 0, schools, t)
    if before in (NONE, DROPPED) and use.stage == EXPLORE:
        yield _heard(inputs, sim, i, p, read, invited, scarred=before == DROPPED)
    wished, deciding = int(use.wish), bool((par.decide_months >> (t % 12)) & 1)
    engine.admit_schools(sim, 0, districts, t)
    if deciding and (use.stage == EXPLORE or wished):
        yield _decided(sim, i, p, read, wished, admitted=bool(use.wish), invited=invited)
    stage = int(use.stage)
    enter(sim, 0, schools, t)
    if stage == EXPLORE and use.stage == NONE:
        chance = 1 - math.exp(-float(par.lapse))
        yield "It lost interest.", "The same chance every month; nothing about the school enters it.", (), chance
    if stage != INSTALL and use.stage == INSTALL:
        route = "invents its own version" if use.self_made == 1 else "adopts and adapts a version"
        yield f"It began to install: it {route}.", "", (("starting fit", float(use.fit)),
                                                        ("ownership", float(use.ownership)))  # fmt: skip
    ask(sim, 0, schools, t)
    engine.coach(sim, 0, districts, t)
    steps, stage = int(use.sub), int(use.stage)
    pace = terms.installing(sim, i, p, t) if stage == INSTALL else {}
    work(sim, 0, schools, t)
    yield from _worked(sim, i, p, stage, steps, pace)
    stage = int(use.stage)
    settle(sim, 0, schools, t)
    share = float(use.proficient) / float(sim.site[i].teachers)
    if use.stage != stage:
        what = "Full use: enough teachers are proficient." if use.stage == FULL else "It fell back from full use."
        yield what, "", (("share of teachers proficient", share), ("needed", float(par.full_share)))
    engine.learn_from_use(sim, 0, districts, t)
    engine.partners_learn(sim, t)
    yield from _ended(sim, schools, t, i, p)
    engine.close_month(sim, 0, districts, t)
    show(sim, 0, schools, t)


def _heard(inputs: Inputs, sim: Sim, i: int, p: int, read: dict[str, float], invited: bool, scarred: bool
           ) -> tuple[Any, ...]:  # fmt: skip
    if invited:
        return "It heard of the practice and explores it.", "The district invited it."
    par, use = sim.par[0], sim.use[i, p]
    told: Terms = (
        ("by itself", float(par.explore_base)),
        ("the outside partner", float(par.explore_partner) * read["partner"]),
        ("contact with active schools", float(par.explore_contact) * read["contact"]),
        ("clear problems that it matches", read["hazard"] - float(par.explore_base)
         - float(par.explore_partner) * read["partner"] - float(par.explore_contact) * read["contact"]),
        ("sum, per month" + (", before the scar of having dropped it" if scarred else ""), read["hazard"]),
    )  # fmt: skip
    peers = _active_peers(inputs, sim, i, p)
    why = f"{float(use.peer_share):.0%} of the hazard came from peers" + (f" ({', '.join(peers)})." if peers else ".")
    return "It heard of the practice and explores it.", why, told, read["chance"], read["luck"]


def _active_peers(inputs: Inputs, sim: Sim, i: int, p: int) -> list[str]:
    """Active schools nearby that it has ties with, the strongest first."""
    ties = sim.tie[sim.tie_from[i, 0] : sim.tie_from[i, 1]]
    active = [(int(one.weight), int(one.peer)) for one in ties if sim.seen[one.peer, p].active]
    return [inputs.world.places[peer].name for _, peer in sorted(active, reverse=True)[:PEERS_NAMED]]


def _decided(sim: Sim, i: int, p: int, read: dict[str, float], wished: int, *, admitted: bool, invited: bool
             ) -> tuple[Any, ...]:  # fmt: skip
    par, school = sim.par[0], sim.school[i]
    if wished and not admitted:
        return "It wished to install, and a quota stopped it.", "Others ranked higher.", (), read["probability"]
    what = "It decided to install." if wished else "It looked at the practice and decided not to install yet."
    if wished == 2:
        return what, "The district ordered it to.", (("order reaches schools below", read["mandate"]),)
    if par.contagion == THRESHOLD:
        told: Terms = (("share of contact with active schools", read["peer_share"]),
                       ("its threshold", float(school.threshold)))  # fmt: skip
        return what, "It follows once enough of its contact is with active schools.", told
    parts: Terms = (
        ("where it starts", float(par.decide_intercept)),
        ("peers with success that transfers", float(par.decide_peers) * read["legitimate"]),
        ("how relevant it looks", float(par.decide_relevance) * read["relevance"]),
        ("the obstacle that it sees in the rules", -float(par.decide_obstacle) * read["obstacle"]),
        ("overload", -float(par.decide_overload) * float(school.overload)),
        ("its capacity", float(par.decide_capacity) * float(school.capacity)),
        ("an invitation", float(par.decide_invited) * invited),
    )
    if par.contagion == HAZARD:
        return what, "Hazard form: peers and start act as a hazard, not as terms of a sum.", parts[2:], \
            read["probability"], read["decision_luck"]  # fmt: skip
    whole = float(par.decide_slope) * (sum(value for _, value in parts))
    return what, "", (*parts, (f"sum, times slope {float(par.decide_slope):.3g}", whole)), read["probability"], \
        read["decision_luck"]  # fmt: skip


def _worked(sim: Sim, i: int, p: int, stage: int, steps: int, pace: dict[str, float]) -> Iterator[tuple[Any, ...]]:
    use, par = sim.use[i, p], sim.par[0]
    if stage != INSTALL:
        return
    if use.stage == DROPPED:
        chance = 1 - math.exp(-float(par.abandon))
        yield "It gave up while installing.", "The same chance every month before the steps are done.", (), chance
    elif use.sub > steps:
        yield f"Installing: step {int(use.sub)} of {int(par.install_steps)}.", "", (), pace["chance"], pace["luck"]
    if use.stage == INITIAL:
        who = f"{int(use.mechanical)} of {int(sim.site[i].teachers)} teachers began"
        yield f"It launched: {who}.", "Teachers are a binomial draw of those the classroom rules leave free."


def _ended(sim: Sim, schools: int, t: int, i: int, p: int) -> Iterator[tuple[Any, ...]]:
    """Review, closing, turnover."""
    use, school, par = sim.use[i, p], sim.school[i], sim.par[0]
    stage, closed, principal = int(use.stage), int(use.closed), int(school.new_principal)
    mechanical, proficient = int(use.mechanical), int(use.proficient)
    reviewed = bool((par.review_months >> (t % 12)) & 1) and stage in (INITIAL, FULL)
    read, told = (terms.reviewing(sim, i, p, t), _review_terms(sim, i, p)) if reviewed else ({}, ())
    unused = mechanical + proficient == 0
    continue_or_not(sim, 0, schools, t)
    if reviewed:
        risk = float(par.review_withdrawn) * (1 - float(use.ownership)) * read["withdrawn"]
        mass = -float(par.review_mass) * read["active_share"] * float(par.with_critical_mass)
        told += (("support was withdrawn", risk), ("new principal", float(par.review_principal) * principal),
                 ("many active schools", mass),
                 ("hazard per year: e^sum times the practice's own", read["hazard"]))  # fmt: skip
        gone = use.stage == DROPPED
        why = "Nobody used it any more." if gone and unused else ""
        what = f"It {'dropped' if gone else 'kept'} the practice at its review."
        yield (what, why, told) if why else (what, why, told, read["chance"], read["luck"])
    if use.closed > closed:
        yield "The principal made it a school-wide expectation.", "Enough teachers used it."
    turnover = bool((par.turnover_months >> (t % 12)) & 1)
    if turnover and school.new_principal > principal:
        yield "A new principal came.", "Commitment falls back; some imagined rules return."
    lost = mechanical + proficient - int(use.mechanical) - int(use.proficient)
    if turnover and lost > 0:
        what = f"{lost} more of its users left than new ones came ({proficient - int(use.proficient)} proficient)."
        yield what, "Turnover is a binomial draw; single teachers are not followed."


def _review_terms(sim: Sim, i: int, p: int) -> Terms:
    par, use, school = sim.par[0], sim.use[i, p], sim.school[i]
    return (("commitment", -float(par.review_commitment) * (float(use.commitment) - float(par.review_centre))),
            ("ownership", -float(par.review_ownership) * (float(use.ownership) - float(par.review_centre))),
            ("overload", float(par.review_overload) * float(school.overload)))  # fmt: skip
