"""Who has contact with whom: sparse ties, a bounded number a school (E7)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.model.luck import TIES
from simdiff.model.places import lots
from simdiff.model.state import NEAR, POINT, TIE, Records

EVERYONE = 256
"""District size up to which every school is a candidate for a tie and no KD-tree (nor SciPy's import) is needed."""
FEEDERS_KEPT = 3
"""Feeder schools that an upper school keeps ties to, so that ties stay bounded."""

Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Rows of those who look, rows of those they see, weights (contact)."""


@dataclass(frozen=True, slots=True)
class Ties:
    """All ties, grouped by school and layer: ``start`` (S, 4) bounds the near, convened and partner layers of each."""

    start: NDArray[np.uint32]
    tie: Records
    near_sum: NDArray[np.float64]


def near_ties(x: NDArray[np.float64], y: NDArray[np.float64], need: NDArray[np.float64],
              scale_km: float, scale_need: float, count: int) -> Edges:  # fmt: skip
    """Each school's ``count`` nearest by dist/ξ + |Δh|/ω_h, weights e^{−cost}, normalised to mean row sum 1.

    Candidates are everyone in small districts, else the nearest by Euclidean distance (a KD-tree), which never exceeds
    the cost; rows whose last candidate does not prove that none was missed are asked again with more candidates.
    """
    schools = len(x)
    count = min(count, schools - 1)
    if count <= 0:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, np.zeros(0)
    points = np.column_stack([x / scale_km, y / scale_km, need / scale_need])
    peers = np.zeros((schools, count), dtype=np.int64)
    costs = np.zeros((schools, count))
    open_rows = np.arange(schools)
    ask = schools if schools <= EVERYONE else min(schools, 2 * count + 9)
    while len(open_rows):
        radius, found = _candidates(points, open_rows, ask)
        gap = np.abs(points[found] - points[open_rows][:, None, :])
        cost = np.hypot(gap[:, :, 0], gap[:, :, 1]) + gap[:, :, 2]
        cost[found == open_rows[:, None]] = np.inf
        order = np.lexsort((found, cost), axis=1)[:, :count]
        rows = np.arange(len(open_rows))[:, None]
        peers[open_rows], costs[open_rows] = found[rows, order], cost[rows, order]
        open_rows, ask = open_rows[costs[open_rows, -1] > radius], min(schools, 2 * ask)
    weights = np.exp(-costs)
    mean = float(weights.sum() / schools)
    weights = weights / mean if mean > 0 else weights
    return np.repeat(np.arange(schools), count), peers.ravel(), weights.ravel()


def _candidates(points: NDArray[np.float64], rows: NDArray[np.int64], ask: int
                ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:  # fmt: skip
    """The ``ask`` nearest of each row by Euclidean distance, and the distance that bounds all others from below."""
    if ask == len(points):
        return np.full(len(rows), np.inf), np.broadcast_to(np.arange(ask), (len(rows), ask))
    from scipy.spatial import cKDTree

    found: Any = cKDTree(points).query(points[rows], k=ask)
    return found[0][:, -1], found[1]


def feeder_ties(x: NDArray[np.float64], y: NDArray[np.float64], level: NDArray[np.int64], weight: float) -> Edges:
    """Elementary–middle and middle–high ties: up to the nearest upper school, down to the nearest schools it serves."""
    from scipy.spatial import cKDTree

    pairs: list[tuple[int, int]] = []
    for lower in (0, 1):
        below, above = np.flatnonzero(level == lower), np.flatnonzero(level == lower + 1)
        if not len(below) or not len(above):
            continue
        tree: Any = cKDTree(np.column_stack([x[above], y[above]]))
        distance, nearest = tree.query(np.column_stack([x[below], y[below]]))
        by_upper = np.lexsort((distance, nearest))
        bounds = np.searchsorted(nearest[by_upper], np.arange(len(above) + 1))
        for n, upper in enumerate(above):
            served = below[by_upper[bounds[n] : bounds[n + 1]]]
            pairs += [(int(upper), int(school)) for school in served[:FEEDERS_KEPT]]
        pairs += [(int(school), int(above[n])) for school, n in zip(below, nearest, strict=True)]
    looks, sees = (np.array(side, dtype=np.int64) for side in (zip(*pairs, strict=True) if pairs else ((), ())))
    return looks, sees, np.full(len(looks), weight)


def ring_ties(position: NDArray[np.float64], group: NDArray[np.int64], count: int, apart: bool) -> Edges:
    """Each school sees the next ``count`` schools on a ring in the order of keyed lots (``position``).

    A newcomer on the ring changes at most one tie of each of its predecessors. With ``apart`` only schools of another
    ``group`` (district) count. A school's ties share a weight of one evenly.
    """
    ring = np.argsort(position, kind="stable")
    alike = steps_out(group[ring])
    looks: list[int] = []
    sees: list[int] = []
    weights: list[float] = []
    reach = 0 if apart and len(np.unique(group)) < 2 else len(ring)
    for n, school in enumerate(ring):
        found: list[int] = []
        step = 1
        while step < reach and len(found) < count:
            at = (n + step) % len(ring)
            if apart and group[ring[at]] == group[school]:
                step += alike[at]
            else:
                found.append(int(ring[at]))
                step += 1
        looks += [int(school)] * len(found)
        sees += found
        weights += [1.0 / max(1, len(found))] * len(found)
    return np.array(looks, dtype=np.int64), np.array(sees, dtype=np.int64), np.array(weights)


def steps_out(group: NDArray[np.int64]) -> list[int]:
    """From each place on a ring, the steps to the next place of another group (the whole ring if there is none)."""
    size = len(group)
    ends = np.flatnonzero(group != np.roll(group, -1))
    if not len(ends):
        return [size] * size
    places = np.arange(size)
    following = np.append(ends, ends[0] + size)[np.searchsorted(ends, places)]
    return [int(steps) for steps in following - places + 1]


def bundle(schools: int, layers: Sequence[tuple[int, Edges]]) -> Ties:
    """Sort edges by school, layer and peer; merge doubles; weights to fixed point."""
    looks = np.concatenate([edges[0] for _, edges in layers])
    sees = np.concatenate([edges[1] for _, edges in layers])
    layer = np.concatenate([np.full(len(edges[0]), kind, dtype=np.int64) for kind, edges in layers])
    weight = np.concatenate([edges[2] for _, edges in layers])
    order = np.lexsort((sees, layer, looks))
    looks, sees, layer, weight = looks[order], sees[order], layer[order], weight[order]
    fresh = np.ones(len(looks), dtype=bool)
    fresh[1:] = (looks[1:] != looks[:-1]) | (layer[1:] != layer[:-1]) | (sees[1:] != sees[:-1])
    at = np.cumsum(fresh) - 1
    fixed = np.bincount(at, weights=np.rint(weight * POINT), minlength=int(fresh.sum())).astype(np.int64)
    tie = np.zeros(int(fresh.sum()), dtype=TIE).view(np.recarray)
    tie["peer"], tie["weight"] = sees[fresh], np.minimum(fixed, 2**31 - 1)
    slot = looks[fresh] * 3 + layer[fresh]
    bounds = np.searchsorted(slot, np.arange(schools * 3 + 1))
    start = np.column_stack([bounds[:-1].reshape(schools, 3), bounds[3::3]])
    near = layer[fresh] == NEAR
    near_sum = np.bincount(looks[fresh][near], weights=tie["weight"][near] / POINT, minlength=schools)
    return Ties(np.ascontiguousarray(start, dtype=np.uint32), tie, near_sum.astype(float))


def edges_from(pairs: Mapping[tuple[int, int], float]) -> Edges:
    """Edges from an explicit network: (who looks, who is seen) → contact."""
    keys = sorted(pairs)
    return (
        np.array([a for a, _ in keys], dtype=np.int64),
        np.array([b for _, b in keys], dtype=np.int64),
        np.array([pairs[key] for key in keys], dtype=float),
    )


def given_edges(names: Sequence[tuple[str, str]], given: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Edges:
    """Edges of given networks: district → school → school it sees → weight, by rows of ``names`` (district, id).

    As near ties, the weights of a district are divided by its schools' mean row sum, which becomes 1.
    """
    row = {name: n for n, name in enumerate(names)}
    schools = Counter(district for district, _ in names)
    pairs: dict[tuple[int, int], float] = {}
    for district, sees in given.items():
        mean = sum(sum(seen.values()) for seen in sees.values()) / schools[district]
        for looks, seen in sees.items():
            pairs |= {(row[district, looks], row[district, peer]): weight / mean for peer, weight in seen.items()}
    return edges_from(pairs)


def shift(edges: Edges, rows: NDArray[np.int64]) -> Edges:
    """Edges among a subset, numbered within it, as edges among all rows."""
    return rows[edges[0]], rows[edges[1]], edges[2]


def ring_positions(key: int, names: Sequence[tuple[str, ...]], lane: int) -> NDArray[np.float64]:
    """Keyed lots on the ring: lane 0 for convened networks, 1 for partners."""
    return np.asarray(lots(key, names, TIES)[:, lane])
