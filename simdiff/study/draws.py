"""Parameter draws from the declared priors, by keyed luck: draw n of a seed is the same whatever else is asked."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from simdiff.model.luck import seed_key
from simdiff.model.places import lots
from simdiff.register import PARAMETERS, Parameter

Floats = NDArray[np.float64]
NORMAL = NormalDist()
PARAMETER_DRAW = 32
"""Decision word of parameter draws; no rule uses it."""


def prior_quantile(parameter: Parameter, u: float) -> float:
    """Quantile at u in (0, 1) of a parameter's prior, cut to its range; the default for a fixed one."""
    value, spread = parameter.centre, parameter.spread
    if parameter.prior == "lognormal":
        value *= math.exp(spread * NORMAL.inv_cdf(u))
    elif parameter.prior == "logitnormal":
        odds = value / (1.0 - value) * math.exp(spread * NORMAL.inv_cdf(u))
        value = odds / (1.0 + odds)
    elif parameter.prior == "normal":
        value += spread * NORMAL.inv_cdf(u)
    elif parameter.prior == "beta":
        from scipy.special import betaincinv  # only draws need it, and it costs a fifth of a second

        value = float(betaincinv(value * spread, (1.0 - value) * spread, u))
    return min(max(value, parameter.low), parameter.high)


def parameter_draws(seed: int, count: int) -> list[dict[str, float]]:
    """``count`` independent draws of all parameters that have a prior."""
    drawn = free_parameters()
    names = [("draw", str(n), parameter.name) for n in range(count) for parameter in drawn]
    lot = lots(seed_key(seed), names, PARAMETER_DRAW)[:, 0].reshape(count, len(drawn))
    return [
        {parameter.name: prior_quantile(parameter, float(lot[n, k])) for k, parameter in enumerate(drawn)}
        for n in range(count)
    ]


def free_parameters() -> tuple[Parameter, ...]:
    """Parameters that have a prior, in the order of the register."""
    return tuple(parameter for parameter in PARAMETERS.values() if parameter.prior != "fixed")


def values_at(z: Floats, parameters: Sequence[Parameter]) -> dict[str, float]:
    """Parameter values at standard normal coordinates ``z`` (one each): prior quantiles of Φ(z)."""
    return {one.name: prior_quantile(one, min(max(NORMAL.cdf(float(at)), 1e-12), 1.0 - 1e-12))
            for one, at in zip(parameters, z, strict=True)}  # fmt: skip


def normal_luck(key: int, dimensions: int) -> Callable[[int, int, int], tuple[Floats, Floats]]:
    """Keyed luck of a sampler: stage, move, n → standard normals (n, dimensions) and uniforms (n,)."""
    columns = -(-(dimensions + 1) // 4)

    def luck(stage: int, move: int, count: int) -> tuple[Floats, Floats]:
        names = [("point", f"{stage}/{move}/{n}", str(c)) for n in range(count) for c in range(columns)]
        lot = lots(key, names, PARAMETER_DRAW).reshape(count, 4 * columns)
        return np.vectorize(NORMAL.inv_cdf)(lot[:, :dimensions]), lot[:, dimensions]

    return luck


def keyed_uniforms(key: int, name: str, rows: int, columns: int) -> Floats:
    """Uniforms in (0, 1), (rows, columns): a row is the same however many rows are asked for."""
    names = [(name, str(row), str(c)) for row in range(rows) for c in range(-(-columns // 4))]
    return lots(key, names, PARAMETER_DRAW).reshape(rows, -1)[:, :columns]
