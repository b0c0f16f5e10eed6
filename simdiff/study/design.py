"""Which combinations of factor levels a design runs: one mapping factor → level for each point."""

import math
from collections.abc import Iterator
from itertools import product

from simdiff.register import PARAMETERS
from simdiff.scenario import Experiment, LoadedExperiment, Plain, Problem, ScenarioError
from simdiff.scenario.design_rows import Levels
from simdiff.scenario.experiment_schema import Factor
from simdiff.scenario.factors import OFF, is_range, is_whole, named_levels
from simdiff.study.draws import prior_quantile

PRIOR_TAIL = 0.005
"""Priors are varied between this quantile and its mirror: their ends may lie at infinity."""
RANDOM = ("latin-hypercube", "sobol", "morris")


def design_points(loaded: LoadedExperiment) -> list[Levels]:
    """The points of the experiment's design, in its order; one empty point if it has no factors."""
    experiment = loaded.experiment
    factors, design = experiment.factors, experiment.design
    if not factors:
        return [{}]
    match design.kind:
        case "table":
            return list(loaded.rows)
        case "one-at-a-time":
            return list(_one_at_a_time(factors))
        case "zip":
            return [dict(zip(factors, row, strict=True)) for row in zip(*map(levels, factors.values()), strict=True)]
        case "factorial":
            return [dict(zip(factors, row, strict=True)) for row in product(*map(levels, factors.values()))]
        case "fractional":
            return list(_fractional(experiment))
        case _:
            return [
                {name: level_at(factors[name], share) for name, share in zip(factors, row, strict=True)}
                for row in _unit_points(experiment)
            ]


def point_count(experiment: Experiment) -> int:
    """How many points a design has, where they are quickly too many to be written down; else 0."""
    design, factors = experiment.design, experiment.factors
    match design.kind:
        case "factorial":
            return math.prod(len(levels(factor)) for factor in factors.values())
        case "sobol":
            return (design.points or 0) * ((2 if design.second_order else 1) * len(factors) + 2)
        case "morris":
            return (design.points or 0) * (len(factors) + 1)
    return design.points or 0


def levels(factor: Factor) -> list[Plain]:
    """The levels of a factor; of a range, ``steps`` even ones (whole numbers where it takes only those)."""
    if factor.prior is not None:
        return [level_at(factor, (n + 0.5) / factor.steps) for n in range(factor.steps)]
    if factor.low is None or factor.high is None:
        return named_levels(factor)
    even = [factor.low + (factor.high - factor.low) * n / (factor.steps - 1) for n in range(factor.steps)]
    return list(dict.fromkeys(map(round, even))) if is_whole(factor) else [*even[:-1], factor.high]


def level_at(factor: Factor, share: float) -> Plain:
    """The level at ``share`` (0–1) of the way through a factor; levels that are no range take equal shares."""
    if factor.prior is not None:
        return prior_quantile(PARAMETERS[factor.prior], min(max(share, PRIOR_TAIL), 1.0 - PRIOR_TAIL))
    if factor.low is not None and factor.high is not None:
        if is_whole(factor):
            low, high = math.ceil(factor.low), math.floor(factor.high)
            return min(low + int(share * (high - low + 1)), high)
        return min(factor.low + share * (factor.high - factor.low), factor.high)
    named = named_levels(factor)
    return named[min(int(share * len(named)), len(named) - 1)]


def _one_at_a_time(factors: dict[str, Factor]) -> Iterator[Levels]:
    yield {}
    for name, factor in factors.items():
        for level in levels(factor):
            if factor.on is None or level != OFF:
                yield {name: level}


def _fractional(experiment: Experiment) -> Iterator[Levels]:
    """A regular two-level fraction of the asked resolution (pyDOE)."""
    from pydoe import fracfact_by_res

    factors, resolution = experiment.factors, experiment.design.resolution
    try:
        rows = fracfact_by_res(len(factors), resolution)
    except ValueError as error:
        found = f"no design of resolution {resolution} for {len(factors)} factors ({error})"
        raise ScenarioError([Problem(experiment.name, 0, 0, "design.resolution", found)]) from None
    for row in rows:
        yield {name: levels(factors[name])[int(sign > 0)] for name, sign in zip(factors, row, strict=True)}


def _unit_points(experiment: Experiment) -> list[list[float]]:
    """Points in the unit cube, by the libraries' own samplers."""
    design, count = experiment.design, len(experiment.factors)
    seed = experiment.seed % 2**64  # the samplers take no negative seeds
    assert design.points is not None
    if design.kind == "latin-hypercube":
        from scipy.stats import qmc

        points: list[list[float]] = qmc.LatinHypercube(count, rng=seed).random(design.points).tolist()
        return points
    problem = {"num_vars": count, "names": list(experiment.factors), "bounds": [[0.0, 1.0]] * count}
    if design.kind == "sobol":
        from SALib.sample import sobol

        sampled = sobol.sample(problem, design.points, calc_second_order=design.second_order, seed=seed)
    else:
        from SALib.sample import morris

        sampled = morris.sample(problem, design.points, num_levels=design.grid, seed=seed)
    points = sampled.tolist()
    return points


def is_named(experiment: Experiment) -> bool:
    """True if the levels of a point make a name; points of random designs are numbered."""
    return experiment.design.kind not in RANDOM and not any(map(is_range, experiment.factors.values()))
