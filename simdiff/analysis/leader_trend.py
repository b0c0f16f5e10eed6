"""What else draws Carlson's curve: a Bass curve, and a calendar trend with or without peers.

An adoption curve does not tell contagion from a time trend (Van den Bulte & Lilien 1997; Shalizi & Thomas 2011). Here
both are fitted alike, as plain discrete-time hazards outside the engine: a leader who has not adopted does so in year y
with probability

    h = w σ(c + d F) + (1 − w) σ(a + b (y − 1)/5),

F the share of its peers who had adopted by the end of the year before. ``peers only`` is w = 1, ``trend only`` w = 0
(no network at all), ``peers and trend`` has w uniform on 0–1. Both sides have the same priors: intercepts a, c normal
with mean −3 (a chance of .05 a year) and SD 1.5; slopes b, d, the rise in log-odds from the first year to the last and
from nobody to all peers, log-normal with median 3 and SD of the log 1.5 (the register's law of b_S with the leaders'
spread).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize
from scipy.special import expit, ndtri

from simdiff.analysis.leader_fit import Sampled
from simdiff.analysis.leader_limit import LATER, YEARS
from simdiff.model.luck import seed_key
from simdiff.model.places import lots
from simdiff.scenario.leaders import ADOPTED, LEADERS, WIDER_ADOPTED, WIDER_LEADERS
from simdiff.study.draws import PARAMETER_DRAW

TREND, PEERS, BOTH = "trend only", "peers only", "peers and trend"
WEIGHT = {TREND: 0.0, PEERS: 1.0, BOTH: None}
"""Weight of contagion; None: uniform on 0–1."""
ACTING = {TREND: ("a", "b"), PEERS: ("c", "d"), BOTH: ("a", "b", "c", "d", "weight")}
INTERCEPT, SLOPE = (-3.0, 1.5), (3.0, 1.5)
"""Mean and SD of a, c; median and SD of the log of b, d."""
LANES = 4


@dataclass(frozen=True, slots=True)
class Bass:
    """A Bass curve: hazard p + q F a year. ``rmse`` is that of the cumulative share of the group it is fitted to;
    ``p_error`` and ``q_error`` are standard errors (not-a-number for least squares). ``shares``: its curve (YEARS,)."""

    group: int
    kind: str
    p: float
    q: float
    p_error: float
    q_error: float
    rmse: float
    shares: tuple[float, ...]


def bass_steps(p: float, q: float) -> NDArray[np.float64]:
    """Discrete Bass: F ← F + min(1, p + q F)(1 − F), from 0, at the end of each year."""
    shares = [0.0]
    for _ in range(YEARS):
        shares.append(shares[-1] + min(1.0, p + q * shares[-1]) * (1.0 - shares[-1]))
    return np.array(shares[1:])


def bass_curve(p: float, q: float) -> NDArray[np.float64]:
    """Continuous Bass (1969): F(t) = (1 − e^{−(p+q)t}) / (1 + (q/p) e^{−(p+q)t}) at t = 1 … YEARS."""
    fallen = np.exp(-(p + q) * np.arange(1, YEARS + 1))
    return np.asarray((1.0 - fallen) / (1.0 + q / p * fallen))


def bass_likelihood(counts: NDArray[np.float64], group: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """p, q of h = p + q F by maximum binomial likelihood of each year's new adopters among those left, F and those left
    as observed at the end of the year before; and their standard errors (observed information)."""
    before = np.concatenate([[0.0], counts[:-1]])
    new, left = np.diff(counts, prepend=0.0), group - before

    def loss(pair: NDArray[np.float64]) -> float:
        hazard = np.clip(pair[0] + pair[1] * before / group, 1e-9, 1.0 - 1e-12)
        return -float((new * np.log(hazard) + (left - new) * np.log1p(-hazard)).sum())

    found = minimize(loss, [0.05, 0.8], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}).x
    hazard = found[0] + found[1] * before / group
    inside = hazard < 1.0
    worth = (new / hazard**2 + (left - new) / (1.0 - hazard) ** 2)[inside]
    design = np.column_stack([np.ones(YEARS), before / group])[inside]
    return found, np.sqrt(np.diag(np.linalg.inv(design.T @ (design * worth[:, None]))))


def bass_least_squares(shape: Callable[[float, float], NDArray[np.float64]], shares: NDArray[np.float64]
                       ) -> NDArray[np.float64]:  # fmt: skip
    """p, q of a Bass curve by least squares of the cumulative share."""

    def misses(pair: NDArray[np.float64]) -> NDArray[np.float64]:
        return shape(float(pair[0]), float(pair[1])) - shares

    found = least_squares(misses, [0.05, 0.8], bounds=([1e-6, 0.0], [1.0, 5.0]), xtol=1e-12, ftol=1e-12)
    return np.asarray(found.x)


def bass_fits() -> tuple[Bass, ...]:
    """Three fits to the 38 adopters, and to all 61 if the wider group's 51 adopters had the same timing."""
    fits = []
    for group, adopted in ((LEADERS, LEADERS), (WIDER_LEADERS, WIDER_ADOPTED)):
        counts = np.array(ADOPTED) * adopted / LEADERS
        pair, errors = bass_likelihood(counts, group)
        fits.append(_bass(group, "discrete, likelihood", pair, bass_steps(*pair), counts, errors))
        for kind, shape in (("discrete, least squares", bass_steps), ("continuous, least squares", bass_curve)):
            pair = bass_least_squares(shape, counts / group)
            fits.append(_bass(group, kind, pair, shape(*pair), counts, np.full(2, np.nan)))
    return tuple(fits)


def _bass(group: int, kind: str, pair: NDArray[np.float64], shares: NDArray[np.float64], counts: NDArray[np.float64],
          errors: NDArray[np.float64]) -> Bass:  # fmt: skip
    error = float(np.sqrt(((shares - counts / group) ** 2).mean()))
    p, q, p_error, q_error = (float(value) for value in (*pair, *errors))
    return Bass(group, kind, p, q, p_error, q_error, error, tuple(float(share) for share in shares))


def keyed_luck(seed: int, draws: int, replicates: int, leaders: int, name: str) -> NDArray[np.float64]:
    """A uniform for every draw, replicate and leader, (draws, replicates, leaders)."""
    blocks = -(-replicates // LANES)
    names = [(name, str(n), str(k), str(i)) for n in range(draws) for k in range(blocks) for i in range(leaders)]
    lot = lots(seed_key(seed), names, PARAMETER_DRAW).reshape(draws, blocks, leaders, LANES)
    return np.moveaxis(lot, 3, 2).reshape(draws, blocks * LANES, leaders)[:, :replicates]


def hazard_years(shares: NDArray[np.float64], values: dict[str, NDArray[np.float64]], luck: NDArray[np.float64]
                 ) -> NDArray[np.int8]:  # fmt: skip
    """Years of adoption (draws, replicates, S) under the hazard above. ``values``: a, b, c, d, weight, each (draws,).

    A leader adopts in the first year in which the probability of having waited so long falls below its luck.
    """
    a, b, c, d, weight = (values[name][:, None, None] for name in ("a", "b", "c", "d", "weight"))
    years, waited = np.full(luck.shape, LATER, dtype=np.int8), np.ones(luck.shape)
    for year in range(1, YEARS + 1):
        exposure = (years < year) @ shares.T
        hazard = weight * expit(c + d * exposure) + (1.0 - weight) * expit(a + b * (year - 1) / (YEARS - 1))
        waited = waited * (1.0 - hazard)
        years[(years == LATER) & (luck > waited)] = year
    return years


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plain hazard model on a network of peer shares, with its prior; ``model``: TREND, PEERS or BOTH."""

    model: str
    shares: NDArray[np.float64]
    seed: int

    def prior(self, draws: int) -> dict[str, NDArray[np.float64]]:
        """Each parameter on its prior's scale (a, c; logs of b, d; the weight), (draws,)."""
        names = ("a", "b", "c", "d", "weight")
        lot = lots(seed_key(self.seed), [("alternative", name, str(n)) for name in names for n in range(draws)],
                   PARAMETER_DRAW)[:, 0].reshape(len(names), draws)  # fmt: skip
        z = ndtri(lot)
        fixed = WEIGHT[self.model]
        weight = lot[4] if fixed is None else np.full(draws, fixed)
        return {"a": INTERCEPT[0] + INTERCEPT[1] * z[0], "b": np.log(SLOPE[0]) + SLOPE[1] * z[1],
                "c": INTERCEPT[0] + INTERCEPT[1] * z[2], "d": np.log(SLOPE[0]) + SLOPE[1] * z[3],
                "weight": weight}  # fmt: skip

    def values(self, scaled: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        """The parameters themselves."""
        return scaled | {name: np.exp(scaled[name]) for name in ("b", "d")}

    def sample(self, draws: int, replicates: int, again: int) -> Sampled:
        """Draws of the prior and their histories; ``again`` new ones of a draw where they are asked for."""
        scaled = self.prior(draws)
        values, leaders = self.values(scaled), len(self.shares)
        luck = keyed_luck(self.seed, draws, replicates, leaders, "alternative")
        acting = ACTING[self.model]

        def simulate_again(draw: int) -> NDArray[np.int8]:
            fresh = keyed_luck(self.seed, 1, again, leaders, "alternative again")
            one = {name: column[draw : draw + 1] for name, column in values.items()}
            return np.asarray(hazard_years(self.shares, one, fresh)[0])

        return Sampled(hazard_years(self.shares, values, luck), {name: values[name] for name in acting},
                       {name: scaled[name] for name in acting}, simulate_again)  # fmt: skip
