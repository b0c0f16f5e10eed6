"""The terms of the equations behind one school's turns, by the model's own compiled rules on the state they read."""

from typing import Any

import numpy as np

from simdiff.model.compile import entry
from simdiff.model.luck import DECIDE, INSTALL, REVIEW, chance, draws
from simdiff.model.luck import EXPLORE as EXPLORE_LUCK
from simdiff.model.rules.adoption import decision_probability, decision_rest, explore_hazard, seen_relevance
from simdiff.model.rules.common import here, obstacle_school
from simdiff.model.rules.continuing import exit_hazard, support_withdrawn
from simdiff.model.rules.exposure import contact, experience, net_of, peer_share
from simdiff.model.rules.work import advance_probability
from simdiff.model.state import DROPPED, Sim

DECIDING = ("contact", "hazard", "chance", "luck", "legitimate", "usable", "relevance", "obstacle", "rest",
            "probability", "decision_luck", "order_luck", "peer_share", "partner", "problems", "mandate")  # fmt: skip
INSTALLING = ("chance", "luck")
REVIEWING = ("hazard", "chance", "luck", "withdrawn", "active_share")


def deciding(sim: Sim, i: int, p: int, t: int) -> dict[str, float]:
    """What ``decide`` is about to read for school i (E7–E11): hazards per month, shares and probabilities 0–1, luck."""
    return _read(_deciding, DECIDING, sim, i, p, t)


def installing(sim: Sim, i: int, p: int, t: int) -> dict[str, float]:
    """The chance of advancing a step this month (E14), and the luck that it meets."""
    return _read(_installing, INSTALLING, sim, i, p, t)


def reviewing(sim: Sim, i: int, p: int, t: int) -> dict[str, float]:
    """What a review is about to read (E22): hazard per year, chance, luck."""
    return _read(_reviewing, REVIEWING, sim, i, p, t)


def _read(fill: Any, names: tuple[str, ...], sim: Sim, i: int, p: int, t: int) -> dict[str, float]:
    out = np.zeros(len(names))
    fill(sim, i, p, t, out)
    return dict(zip(names, out.tolist(), strict=True))


@entry
def _deciding(sim: Sim, i: int, p: int, t: int, out: Any) -> None:
    me, net, use, practice = here(sim, i, t), net_of(sim), sim.use[i, p], sim.practice[p]
    touch = contact(net, me, i, p)
    hazard = explore_hazard(me, use, touch)
    legitimate, usable = experience(net, me, i, p)
    explored, _, _, _ = draws(me.run.key, me.site.who, t, EXPLORE_LUCK, practice.word, me.run.replicate)
    decided, _, _, ordered = draws(me.run.key, me.site.who, t, DECIDE, practice.word, me.run.replicate)
    out[0], out[1] = touch, hazard
    out[2] = chance(me.par.scar * hazard if use.stage == DROPPED else hazard)
    out[3], out[4], out[5] = explored, legitimate, usable
    out[6], out[7] = seen_relevance(me, use), obstacle_school(me, practice)
    out[8], out[9] = decision_rest(me, practice, use), decision_probability(me, practice, use, legitimate)
    out[10], out[11], out[12] = decided, ordered, peer_share(net, me, i, p)
    out[13], out[14], out[15] = me.partner, me.lever.problems, me.lever.mandate


@entry
def _installing(sim: Sim, i: int, p: int, t: int, out: Any) -> None:
    me, practice = here(sim, i, t), sim.practice[p]
    _, advance, _, _ = draws(me.run.key, me.site.who, t, INSTALL, practice.word, me.run.replicate)
    out[0], out[1] = advance_probability(me, practice), advance


@entry
def _reviewing(sim: Sim, i: int, p: int, t: int, out: Any) -> None:
    me, use, practice = here(sim, i, t), sim.use[i, p], sim.practice[p]
    share = sim.knowledge[me.site.district, p].active_share
    hazard = exit_hazard(me, practice, use, share)
    luck, _, _, _ = draws(me.run.key, me.site.who, t, REVIEW, practice.word, me.run.replicate)
    out[0], out[1], out[2] = hazard, chance(hazard), luck
    out[3], out[4] = 1.0 if support_withdrawn(me) else 0.0, share
