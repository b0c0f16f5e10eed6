"""The world: schools and ties as arrays. Built once a scenario and seed; the same for every replicate and policy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model.luck import TIES, identity
from simdiff.model.places import Place, lots
from simdiff.model.state import CONVENED, NEAR, PARTNERED, SITE, Records
from simdiff.model.ties import (
    Edges,
    Ties,
    bundle,
    feeder_ties,
    near_ties,
    ring_positions,
    ring_ties,
    shift,
)
from simdiff.scenario.schema import Partner

MOST_REPORTS = 60
"""Up to this many districts are reported one by one; more are reported as one."""


@dataclass(frozen=True, slots=True)
class World:
    """Schools sorted by district and id, their ties, and who belongs to which partner."""

    places: tuple[Place, ...]
    districts: tuple[str, ...]
    site: Records
    first: NDArray[np.int64]  # (D + 1,) first row of each district
    ties: Ties
    partner_share: NDArray[np.float64]  # (Q, D) share of the partner's member teachers in each district
    reports: tuple[str, ...]
    report_of: NDArray[np.int64]  # (D,)


@dataclass(frozen=True, slots=True)
class TieRules:
    """Numbers that decide ties (register: near_ties, convened_ties, partner_ties, distance_scale, need_scale,
    feeder_weight), and whether feeder ties exist."""

    near: int
    convened: int
    partner: int
    distance_scale: float
    need_scale: float
    feeder_weight: float
    feeder: bool


def build_world(places: Sequence[Place], partners: Sequence[Partner], tie_rules: TieRules, key: int,
                edges: Edges | None = None, given: Collection[str] | None = None) -> World:  # fmt: skip
    """Sort schools by stable identity, rank them by need, and tie them.

    ``edges`` (rows after sorting) replaces the near ties of the districts ``given``, left out all, by a network. Raises
    ValueError if two schools share an identity or there is no school.
    """
    ordered = tuple(sorted(places, key=lambda place: (place.district, place.id)))
    if not ordered:
        raise ValueError("a world needs at least one school")
    districts = tuple(sorted({place.district for place in ordered}))
    names = [place.district for place in ordered]
    first = np.searchsorted(np.array(names), np.array([*districts]))
    first = np.append(first, len(ordered)).astype(np.int64)
    site = _sites(ordered, districts, first)
    bounds = {name: (int(first[d]), int(first[d + 1])) for d, name in enumerate(districts)}
    _join_partners(site, ordered, bounds, partners, key)
    drawn = [edges is None or (given is not None and district not in given) for district in districts]
    ties = _tie(site, ordered, first, partners, tie_rules, key, edges, drawn)
    site["ties"] = ties.near_sum
    site["convened"] = ties.start[:, 2] > ties.start[:, 1]
    site["partnered"] = ties.start[:, 3] > ties.start[:, 2]
    single = len(districts) <= MOST_REPORTS
    return World(
        places=ordered,
        districts=districts,
        site=site,
        first=first,
        ties=ties,
        partner_share=_partner_share(site, len(partners), len(districts)),
        reports=districts if single else ("all",),
        report_of=np.arange(len(districts)) if single else np.zeros(len(districts), dtype=np.int64),
    )


def _sites(places: tuple[Place, ...], districts: tuple[str, ...], first: NDArray[np.int64]) -> Records:
    site = np.zeros(len(places), dtype=SITE).view(np.recarray)
    site["who"] = [identity(place.district, place.id) for place in places]
    if len(np.unique(site["who"])) < len(places):
        raise ValueError("two schools share an identity: ids must be unique within a district")
    for name in ("teachers", "students", "need", "x", "y", "level"):
        site[name] = [getattr(place, name) for place in places]
    site["partner"] = -1
    site["rank_all"] = fractional_rank(site["need"])
    for d in range(len(districts)):
        rows = slice(first[d], first[d + 1])
        site["district"][rows] = d
        need = site["need"][rows]
        spread = float(np.std(need))
        site["need_z"][rows] = (need - np.mean(need)) / spread if spread > 0 else 0.0
        site["rank"][rows] = fractional_rank(need)
    site["tercile"] = np.minimum(2, (3 * site["rank"]).astype(int))
    return site


def fractional_rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fractional rank (position − ½)/S, lowest first; equal values share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    return np.asarray((below + counts / 2)[inverse] / len(values))


def _join_partners(site: Records, places: tuple[Place, ...], bounds: Mapping[str, tuple[int, int]],
                   partners: Sequence[Partner], key: int) -> None:  # fmt: skip
    """Pick members by lot or by need. A school joins one partner, the first that picks it."""
    for q, partner in enumerate(partners):
        for district, number in partner.members.items():
            rows = np.arange(*bounds[district])
            rows = rows[site["partner"][rows] < 0]
            lot = lots(key, [(partner.name, district, places[i].id) for i in rows], TIES)[:, 2]
            order = np.argsort(lot if partner.select == "random" else -site["need"][rows], kind="stable")
            wanted = len(rows) if number == "all" else min(int(number), len(rows))
            site["partner"][rows[order[:wanted]]] = q


def _partner_share(site: Records, partners: int, districts: int) -> NDArray[np.float64]:
    share = np.zeros((partners, districts))
    for q in range(partners):
        members = site["partner"] == q
        teachers = np.bincount(
            site["district"][members], weights=site["teachers"][members].astype(float), minlength=districts
        )
        share[q] = teachers / max(1.0, teachers.sum())
    return share


def _tie(site: Records, places: tuple[Place, ...], first: NDArray[np.int64], partners: Sequence[Partner],
         tie_rules: TieRules, key: int, edges: Edges | None, drawn: Sequence[bool]) -> Ties:  # fmt: skip
    layers: list[tuple[int, Edges]] = []
    names = [(place.district, place.id) for place in places]
    position = ring_positions(key, names, 0)
    x, y = site["x"].astype(float), site["y"].astype(float)
    for d in range(len(first) - 1):
        rows = np.arange(first[d], first[d + 1])
        if drawn[d]:
            near = near_ties(
                x[rows], y[rows], site["need"][rows], tie_rules.distance_scale, tie_rules.need_scale, tie_rules.near
            )
            layers.append((NEAR, shift(near, rows)))
        if tie_rules.feeder:
            up = feeder_ties(x[rows], y[rows], site["level"][rows].astype(np.int64), tie_rules.feeder_weight)
            layers.append((NEAR, shift(up, rows)))
        layers.append((CONVENED, shift(ring_ties(position[rows], rows, tie_rules.convened, False), rows)))
    if edges is not None:
        layers.append((NEAR, edges))
    across = ring_positions(key, names, 1)
    for q in range(len(partners)):
        rows = np.flatnonzero(site["partner"] == q)
        ring = ring_ties(across[rows], site["district"][rows].astype(np.int64), tie_rules.partner, True)
        layers.append((PARTNERED, shift(ring, rows)))
    return bundle(len(site), layers)


def describe(world: World) -> Mapping[str, int]:
    """Counts for a reader: schools, districts, teachers, students, ties."""
    return {
        "schools": len(world.places),
        "districts": len(world.districts),
        "teachers": int(world.site["teachers"].sum()),
        "students": int(world.site["students"].sum()),
        "ties": len(world.ties.tie),
    }
