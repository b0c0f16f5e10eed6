"""Carlson's modern-math diffusion as a check of the model's spread (target C9; patterns P7, P8).

``carlson`` fits the leader-level limit of the engine in each contagion form, under the register's priors and under wide
ones, and beside it what needs no engine: Bass curves and a calendar trend (``leader_trend``).

Priors. *declared*: the register's laws of the parameters that act in the limit. They are about schools. *leaders*: the
same laws with three times the spread (on the log, the logit or the parameter's own scale), since superintendents may be
quicker or slower than schools by an order of magnitude. Nothing in either comes from Carlson's curve, except that the
register's θ_0 is his.

Composites, as one curve can tell about two combinations at best: ``start``, the probability that a leader who knows no
adopter adopts within a year, [1 − e^{−12 p0}] D(0), and ``joined``, the same if all its peers have adopted,
[1 − e^{−12 (p0 + q_E)}] D(1).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from simdiff.analysis.leader_fit import Fit, Patterns, Sampled, Seen, fit_of, patterns
from simdiff.analysis.leader_limit import FORMS, ISOLATES, Limit, adoption_years, leader_limit, named_by, peer_shares
from simdiff.analysis.leader_trend import BOTH, PEERS, TREND, Alternative, Bass, bass_fits
from simdiff.model.inputs import match_hazard, parameter_values
from simdiff.model.luck import seed_key
from simdiff.model.places import lots
from simdiff.register import PARAMETERS, Parameter
from simdiff.scenario.leaders import Network
from simdiff.study.draws import PARAMETER_DRAW, prior_quantile

NOT_RUN = "not run: data absent"
REPLICATES, AGAIN = 20, 200
"""Replicates of each draw; new ones of the best draws."""
DECIDING = ("explore_base", "explore_contact", "decide_intercept", "decide_peers", "decide_slope")
ACTING = {"logit": DECIDING, "hazard": DECIDING, "threshold": ("explore_base", "explore_contact", "threshold_zero")}
"""Parameters with a prior that act in the limit, by contagion form."""
NEARLY = 1e-3
"""Composites nearer to 0 or 1 than this count as this far in log-odds."""
SPREADS = {"declared": 1.0, "leaders": 3.0}
"""Spread of each prior, in spreads of the register's."""


@dataclass(frozen=True, slots=True)
class Carlson:
    """All fits to Carlson's curve, and P7 and P8 of the real network. ``draws`` of each prior, ``replicates`` each."""

    fits: tuple[Fit, ...]
    bass: tuple[Bass, ...]
    observed: Patterns
    draws: int
    replicates: int
    seed: int


def carlson(network: Network, draws: int, seed: int, ties: str = "symmetrised") -> Carlson:
    """Fit every contagion form under both priors and both treatments of isolates, and the alternatives.

    ``draws`` of each prior, ``REPLICATES`` runs each: 240 runs a draw, some .2 s. ``ties``: see ``leader_limit``. The
    same seed gives the same figures, and a fit does not depend on what else is fitted.
    """
    seen = Seen(peer_shares(network), named_by(network))
    fits = list[Fit]()
    for isolates in ISOLATES:
        shares = peer_shares(network, ties, isolates)
        fits += [
            fit_of(form, prior, isolates, sample_form(shares, form, prior, draws, seed), seen, seed)
            for form in FORMS for prior in SPREADS
        ]  # fmt: skip
        fits += [_alternative(model, shares, isolates, seen, draws, seed) for model in (PEERS, BOTH)]
    fits.append(_alternative(TREND, peer_shares(network), "", seen, draws, seed))
    return Carlson(tuple(fits), bass_fits(), observed_patterns(network), draws, REPLICATES, seed)


def _alternative(model: str, shares: NDArray[np.float64], isolates: str, seen: Seen, draws: int, seed: int) -> Fit:
    sampled = Alternative(model, shares, seed).sample(draws, REPLICATES, AGAIN)
    return fit_of(model, "alternative", isolates, sampled, seen, seed)


def observed_patterns(network: Network) -> Patterns:
    """P7 and P8 of the real network: −.41; 23 % at zero, median .33 (30 leaders with peers)."""
    found = patterns(np.array(network.year), peer_shares(network), named_by(network))
    return Patterns(*(float(value) for value in found))


def sample_form(shares: NDArray[np.float64], form: str, prior: str, draws: int, seed: int) -> Sampled:
    """Draws of the prior ``declared`` or ``leaders`` and their histories by the engine, in one contagion form.

    Each draw has replicates of its own, so that none profits from another's luck.
    """
    limit, parameters = leader_limit(shares, form, seed), prior_of(form, prior)
    names = [("leaders", p.name, str(n)) for n in range(draws) for p in parameters]
    chances = lots(seed_key(seed), names, PARAMETER_DRAW)[:, 0].reshape(draws, len(parameters))
    drawn = [
        {p.name: prior_quantile(p, float(u)) for p, u in zip(parameters, row, strict=True)} for row in chances
    ]  # fmt: skip
    years = [adoption_years(limit, one, range(n * REPLICATES, (n + 1) * REPLICATES)) for n, one in enumerate(drawn)]
    new = range(draws * REPLICATES, draws * REPLICATES + AGAIN)
    both = composites(limit, form, drawn)
    log_odds = {name: logit(np.clip(one, NEARLY, 1.0 - NEARLY)) for name, one in both.items()}
    return Sampled(
        years=np.array(years),
        values={p.name: np.array([one[p.name] for one in drawn]) for p in parameters} | both,
        scaled={p.name: ndtri(chances[:, k]) for k, p in enumerate(parameters)} | log_odds,
        again=lambda draw: adoption_years(limit, drawn[draw], new),
    )


def prior_of(form: str, prior: str) -> list[Parameter]:
    """The parameters that act in a form, with the spreads of a prior."""
    found = [PARAMETERS[name] for name in ACTING[form]]
    return [replace(parameter, spread=SPREADS[prior] * parameter.spread) for parameter in found]


def composites(limit: Limit, form: str, drawn: Sequence[Mapping[str, float]]) -> dict[str, NDArray[np.float64]]:
    """``start`` and ``joined`` of each draw (see the head of this file)."""
    found: dict[str, list[float]] = {"start": [], "joined": []}
    for one in drawn:
        values = parameter_values(limit.said, one)
        alone, together = deciding(values, form)
        p0, contact = values["explore_base"], values["explore_contact"]
        found["start"].append(-math.expm1(-12 * p0) * alone)
        found["joined"].append(-math.expm1(-12 * (p0 + contact)) * together)
    return {name: np.array(column) for name, column in found.items()}


def deciding(values: Mapping[str, float], form: str) -> tuple[float, float]:
    """E11: probability D that an exploring leader decides, if none and if all of its peers have adopted."""
    if form == "threshold":
        return values["threshold_zero"], 1.0
    if form == "hazard":
        level, slope = match_hazard(values, 0.0)
        return -math.expm1(-level), -math.expm1(-level - slope)
    alone, peers, slope = (values[f"decide_{name}"] for name in ("intercept", "peers", "slope"))
    return float(expit(slope * alone)), float(expit(slope * (alone + peers)))


def carlson_rows(found: Carlson | None) -> list[dict[str, Any]]:
    """A row for each model, prior and treatment of isolates, numbers as they are (None: undefined, or not within the
    years); a single row that says ``NOT_RUN`` where there was no network."""
    if found is None:
        return [{"model": "all", "verdict": NOT_RUN}]
    return [_row(found, fit) for fit in found.fits]


def _row(found: Carlson, fit: Fit) -> dict[str, Any]:
    row: dict[str, Any] = {"model": fit.model, "prior": fit.prior, "isolates": fit.isolates}
    row |= {"rmse": fit.rmse, "rmse_05": fit.rmse_span.low, "rmse_95": fit.rmse_span.high, "rmse_best": fit.best}
    row |= {"t50_mean": fit.t50_mean, "t50_best": fit.best_t50}
    row |= {"prior_meets": fit.prior_meets, "posterior_meets": fit.posterior_meets}
    measured = ("correlation", "zero", "threshold")
    for name in ("t50", *measured):
        one = getattr(fit, name)
        row |= {name: one.median, f"{name}_05": one.low, f"{name}_95": one.high}
    row |= {f"{name}_inside": share for name, share in zip(measured, fit.inside, strict=True)}
    row |= {f"contraction_{name}": value for name, value in fit.contraction.items()}
    row |= {"evidence": fit.evidence, "evidence_error": fit.evidence_error, "effective_draws": fit.effective}
    row = {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in row.items()}
    return row | {"draws": found.draws, "replicates": found.replicates, "verdict": fit.verdict}
