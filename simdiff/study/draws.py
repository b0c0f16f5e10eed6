"""Parameter draws from the declared priors, by keyed luck: draw n of a seed is the same whatever else is asked."""

import math
from statistics import NormalDist

from simdiff.model.luck import seed_key
from simdiff.model.places import lots
from simdiff.register import PARAMETERS, Parameter

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
    drawn = [parameter for parameter in PARAMETERS.values() if parameter.prior != "fixed"]
    names = [("draw", str(n), parameter.name) for n in range(count) for parameter in drawn]
    lot = lots(seed_key(seed), names, PARAMETER_DRAW)[:, 0].reshape(count, len(drawn))
    return [
        {parameter.name: prior_quantile(parameter, float(lot[n, k])) for k, parameter in enumerate(drawn)}
        for n in range(count)
    ]
