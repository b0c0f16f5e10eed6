"""The study of parameter recovery: what would a district's own data tell, and do posteriors keep their word?

``recovery`` does the arithmetic; here it is applied to the districts of ``recovery_bank``, quantity by quantity. The
sampler's own check (``recovery_sampler``) and that of reported intervals (``interval_coverage``) belong to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from simdiff.analysis import sbc
from simdiff.analysis.abc import Floats, Sizes
from simdiff.analysis.district_figures import SITUATIONS
from simdiff.analysis.interval_coverage import CELLS, Coverage, interval_coverage, long_run, replicated
from simdiff.analysis.quantities import COMPOSITES
from simdiff.analysis.recovery import (
    LEVELS,
    OFF,
    RETURNED,
    TOLD,
    Direction,
    beat_prior,
    covered,
    directions,
    percentile,
    recover,
)
from simdiff.analysis.recovery_bank import BANK, NOISE, TRUTHS, Known, Step, known, simulated, watched
from simdiff.analysis.recovery_sampler import Sampled, sampled
from simdiff.analysis.worlds import Worlds, at_each
from simdiff.model.luck import seed_key
from simdiff.study.draws import keyed_uniforms, normal_luck

PLANTED, FINER = 0.2, 0.1
"""Defects planted in the test itself: posteriors a fifth, and a tenth, too narrow."""
SAMPLERS = Sizes(wave=500, kept=100, moves=2, last_moves=5)
TINY = 1e-12
SHOWN = 5
"""Directions that are kept for each situation."""
Remember = Callable[[Step, str], Step]
"""Wraps a step, by name, so that what it computed is kept."""
Tell = Callable[[str, int], Callable[[int], None]]
"""Told what begins and about how much of it there is; gives back what is told each piece that is done."""


@dataclass(frozen=True, slots=True)
class Size:
    """Districts of the bank (also replicates of the long run), truths (also intervals tested), and truths that are
    given to the sampler (0: left out), each with a sampler of its own, hence its small size."""

    bank: int = 20_000
    truths: int = 2_000
    districts: int = 50
    sampler: Sizes = SAMPLERS

    @property
    def looked_at(self) -> int:
        """About how many points the samplers look at: two or three steps each."""
        one = self.sampler
        return self.districts * (one.wave + one.kept * (2 * one.moves + one.last_moves))


@dataclass(frozen=True, slots=True)
class Found:
    """One quantity in one situation.

    ``contraction``: mean posterior SD over prior SD; ``coverage`` at ``LEVELS``; counts of ranks, and of ranks had
    posteriors been too narrow by ``PLANTED`` and ``FINER``; ``effective``: smallest effective sample; ``error``: median
    distance of posterior mean and truth in posterior SDs.
    """

    quantity: str
    situation: str
    contraction: float
    coverage: tuple[float, ...]
    ranks: tuple[int, ...]
    planted: tuple[int, ...]
    finer: tuple[int, ...]
    effective: float
    error: float

    @property
    def p(self) -> float:
        """p of uniform ranks."""
        return sbc.uniform_p(np.array(self.ranks))

    @property
    def p_planted(self) -> float:
        """The same for posteriors a fifth too narrow."""
        return sbc.uniform_p(np.array(self.planted))

    @property
    def p_finer(self) -> float:
        """The same for posteriors a tenth too narrow."""
        return sbc.uniform_p(np.array(self.finer))


@dataclass(frozen=True, slots=True)
class Situation:
    """What one data situation tells: number of ``figures``, directions of parameters in which data ``beat`` the prior,
    the best told ``directions``, and what was found of each quantity."""

    name: str
    figures: int
    beat: int
    directions: tuple[Direction, ...]
    found: tuple[Found, ...]

    @property
    def parameters(self) -> tuple[Found, ...]:
        """Single parameters, composites left out."""
        return self.found[len(COMPOSITES) :]

    @property
    def told(self) -> int:
        """Parameters that data tell."""
        return sum(one.contraction < TOLD for one in self.parameters)

    @property
    def returned(self) -> int:
        """Parameters that return their prior."""
        return sum(one.contraction >= RETURNED for one in self.parameters)


@dataclass(frozen=True, slots=True)
class Study:
    """All that was found."""

    size: Size
    seed: int
    situations: tuple[Situation, ...]
    sampled: tuple[Sampled, ...]
    intervals: tuple[Coverage, ...]


def recovery_study(worlds: Worlds, size: Size, seed: int, *, threads: int | None = None, tell: Tell,
                   remember: Remember = lambda step, name: step) -> Study:  # fmt: skip
    """Simulate districts, recover their parameters, test posteriors, sampler and intervals."""
    districts = size.bank + size.truths
    step = remember(watched(worlds, threads, tell("districts", districts + size.looked_at)), "districts")
    bank = simulated(step, BANK, size.bank, 0, seed)
    one = known(worlds, bank, simulated(step, TRUTHS, size.truths, size.bank, seed))
    draws = sampled(worlds, one, step, size.districts, size.sampler, seed, districts)
    runs = remember(replicated(worlds, threads, tell("replicates", size.bank * len(CELLS))), "replicates")
    held = interval_coverage(long_run(runs, size.bank), size.truths, seed)
    done = tell("posteriors", len(one.names) * len(SITUATIONS))
    found = tuple(situation(one, name, seed, threads, done) for name in SITUATIONS)
    return Study(size, seed, found, draws, held)


def situation(one: Known, name: str, seed: int, threads: int | None, progress: Callable[[int], None]) -> Situation:
    """Recover every quantity in one situation."""
    learnt, weighted, truths = one.estimates(name, one.lines(name))
    noise, _ = normal_luck(seed_key(seed), len(one.names))(NOISE, list(SITUATIONS).index(name), len(truths))
    lot = keyed_uniforms(seed_key(seed), f"posterior draws {name}", len(truths), sbc.DRAWS)
    _, values, sought = one.quantities

    def work(k: int) -> Found:
        figure, seen = (percentile(part[:, k], learnt[:, k]) for part in (weighted, truths))
        observed = seen + OFF * noise[:, k]
        return found_of(one.names[k], name, values[:, k], figure, sought[:, k], observed, lot)

    found = at_each(range(len(one.names)), work, threads, progress)
    single = slice(len(COMPOSITES), None)  # composites are combinations themselves
    told = directions(learnt[:, single], truths[:, single], sought[:, single])
    return Situation(name, one.columns[name], beat_prior(told), told[:SHOWN], tuple(found))


def found_of(quantity: str, name: str, values: Floats, figure: Floats, truths: Floats, observed: Floats, lot: Floats
             ) -> Found:  # fmt: skip
    """Recover one quantity (in prior SDs) from one figure, and test its posteriors; shapes as in ``recover``."""
    got = recover(values, figure, truths, observed, OFF, lot)
    counted = partial(_counted, truths)
    return Found(
        quantity=quantity,
        situation=name,
        contraction=float(got.sd.mean()),
        coverage=tuple(covered(got.below, level) for level in LEVELS),
        ranks=counted(got.draws),
        planted=counted(sbc.narrowed(got.draws, got.mean, PLANTED)),
        finer=counted(sbc.narrowed(got.draws, got.mean, FINER)),
        effective=float(got.effective.min()),
        error=float(np.median(np.abs(got.mean - truths) / np.maximum(got.sd, TINY))),
    )


def _counted(truths: Floats, draws: Floats) -> tuple[int, ...]:
    return tuple(int(count) for count in sbc.rank_counts(sbc.ranks(draws, truths)))
