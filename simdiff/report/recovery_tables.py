"""What parameter recovery found, as tables: the same rows for the terminal, for Markdown and as a CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis import sbc
from simdiff.analysis.district_figures import ABOUT
from simdiff.analysis.quantities import COMPOSITES
from simdiff.analysis.recovery import LEVELS, RETURNED, TOLD, coverage_error
from simdiff.analysis.recovery_study import FINER, PLANTED, Found, Situation, Study
from simdiff.register import PARAMETERS
from simdiff.register.tables import table

CLAIMED = (
    "decide_peers", "takeup_peers", "takeup_coached", "master_coached", "review_commitment", "review_ownership",
    "variant_spread", "transfer_length", "strength_goals", "strength_flexibility", "strength_talent",
    "strength_networks",
)  # fmt: skip
"""Parameters that claims about policy rest on: shown whether data tell them or not."""
LEAST_TRUTHS, LEAST_BANK = 200, 2_000
"""Simulated districts with fewer of which a study concludes nothing: a coverage of 95 % is then known to 3 points at
best, and posteriors rest on a handful of points. Judgement."""
TITLES = {one.name: one.title for one in COMPOSITES} | {name: one.meaning for name, one in PARAMETERS.items()}
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A table with its heading and, below it, what it says."""

    heading: str
    head: Row
    rows: tuple[Row, ...]
    note: str


def blocks(study: Study) -> tuple[Block, ...]:
    """All tables, in the order in which they are read."""
    found = [_situations(study), _directions(study), _quantities(study), _coverage(study), _uniform(study)]
    return (*found, *([_sampler(study)] if study.sampled else []), _intervals(study))


def markdown(study: Study) -> str:
    """All tables as Markdown."""
    return (
        "\n\n".join(f"### {one.heading}\n\n{table(one.head, one.rows)}\n\n{one.note}" for one in blocks(study)) + "\n"
    )


def csv_rows(study: Study) -> list[dict[str, Any]]:
    """A row for each quantity and situation."""
    return [
        {
            "quantity": one.quantity, "situation": one.situation, "contraction": round(one.contraction, 4),
            **{f"coverage_{level * 100:.0f}": round(held, 4) for level, held in zip(LEVELS, one.coverage, strict=True)},
            "p_uniform": one.p, "p_planted_20": one.p_planted, "p_planted_10": one.p_finer,
            "smallest_effective_sample": round(one.effective, 1), "median_error_in_sd": round(one.error, 4),
        }
        for situation in study.situations for one in situation.found
    ]  # fmt: skip


def by_quantity(study: Study) -> dict[str, tuple[Found, ...]]:
    """What was found of each quantity, situation by situation."""
    rows = zip(*(situation.found for situation in study.situations), strict=True)
    return {row[0].quantity: row for row in rows}


def shown(study: Study) -> list[str]:
    """Quantities that some situation tells a little, the best told first; then the claimed ones that none does."""
    found = by_quantity(study)
    little = [name for name, row in found.items() if min(one.contraction for one in row) < RETURNED]
    little.sort(key=lambda name: found[name][-1].contraction)
    return little + [name for name in CLAIMED if name not in little]


def _situations(study: Study) -> Block:
    rows = tuple(
        (one.name, ABOUT[one.name], str(one.figures), str(one.beat), str(one.told), str(one.returned))
        for one in study.situations
    )
    count = len(study.situations[0].parameters)
    return Block(
        f"What one district's data tell of {count} parameters",
        ("", "data", "figures", "directions in which data beat the prior", f"told (SD < {TOLD:g} of prior)",
         f"return their prior (≥ {RETURNED:g})"), rows,
        f"Ten years of one district of 60 schools, all {count} parameters unknown at once; a bank of "
        f"{study.size.bank:,} districts, {study.size.truths:,} truths. Data beat the prior in a direction if they "
        "halve its variance.",
    )  # fmt: skip


def _directions(study: Study) -> Block:
    names = [one.quantity for one in study.situations[0].parameters]
    rows = tuple(
        (situation.name, f"{one.contraction:.2f}", loadings(one.weights, names))
        for situation in study.situations for one in situation.directions[:3]
    )  # fmt: skip
    note = "Weights on parameters in units of their prior SD (squares add up to 1); the six largest."
    return Block("Combinations that data tell best", ("", "posterior SD / prior SD", "weights"), rows, note)


def loadings(weights: NDArray[np.float64], names: Sequence[str], most: int = 6) -> str:
    """The largest weights with their names, signed so that the first is positive."""
    order = sorted(range(len(names)), key=lambda k: -abs(weights[k]))[:most]
    sign = 1.0 if weights[order[0]] >= 0 else -1.0
    return ", ".join(f"{sign * weights[k]:+.2f} {names[k]}" for k in order)


def _quantities(study: Study) -> Block:
    found = by_quantity(study)
    rows = []
    for name in shown(study):
        row, last = found[name], found[name][-1]
        cells = [f"{one.contraction:.2f}" for one in row] + [f"{100 * held:.1f}" for held in last.coverage]
        rows.append((f"`{name}`", TITLES[name], *cells, f"{last.p:.2g}"))
    errors = ", ".join(f"{100 * coverage_error(level, study.size.truths):.1f}" for level in LEVELS)
    return Block(
        "Posterior SD over prior SD, by situation; coverage and uniformity with all data",
        ("quantity", "meaning", *(one.name for one in study.situations), *(f"{100 * level:.0f} %" for level in LEVELS),
         "p of ranks"), tuple(rows),
        f"Told in some situation (< {RETURNED:g}), the best told first; then parameters that claims about policy rest "
        f"on. Standard errors of the coverages: {errors} points.",
    )  # fmt: skip


def _coverage(study: Study) -> Block:
    rows = []
    for situation in study.situations:
        held = 100 * np.array([one.coverage for one in situation.found])
        cells = (f"{level.mean():.1f} ({level.min():.1f}–{level.max():.1f})" for level in held.T)
        rows.append((situation.name, *cells, f"{np.median([one.error for one in situation.found]):.2f}"))
    return Block(
        "Coverage of central posterior intervals, percent",
        ("", *(f"{100 * level:.0f} %" for level in LEVELS), "median error in posterior SD"), tuple(rows),
        f"Mean over {len(study.situations[0].found)} quantities, with the least and the most of any; "
        f"{study.size.truths:,} truths each. A normal posterior has a median error of .67.",
    )  # fmt: skip


def _uniform(study: Study) -> Block:
    rows = tuple(_uniform_row(situation) for situation in study.situations)
    chances = [
        f"{100 * sbc.power(study.size.truths, by):.0f} % at {100 * by:.0f} % too narrow" for by in (PLANTED, FINER)
    ]
    return Block(
        "Simulation-based calibration: are the ranks of truths among posterior draws uniform?",
        ("", "quantities", "smallest p", f"p below {sbc.ALARM:g}", f"planted {100 * PLANTED:.0f} % too narrow: found",
         "largest p of these", f"planted {100 * FINER:.0f} % too narrow: found", "smallest effective sample"), rows,
        f"{study.size.truths:,} truths, {sbc.DRAWS} draws, {sbc.BINS} bins, chi-square. Power by theory (normal "
        f"posterior, one quantity): {', '.join(chances)}.",
    )  # fmt: skip


def _uniform_row(situation: Situation) -> Row:
    ps, planted, finer = (
        np.array([getattr(one, name) for one in situation.found]) for name in ("p", "p_planted", "p_finer")
    )
    count = len(ps)
    found = [f"{(some < sbc.ALARM).sum()} of {count}" for some in (planted, finer)]
    return (situation.name, str(count), f"{ps.min():.2g}", str((ps < sbc.ALARM).sum()), found[0],
            f"{planted.max():.1g}", found[1], f"{min(one.effective for one in situation.found):.0f}")  # fmt: skip


def _sampler(study: Study) -> Block:
    rows = tuple(
        (f"`{one.quantity}`", f"{sum(one.held)} of {len(one.held)}", f"{np.median(one.error):.2f}",
         f"{np.median(one.apart):.2f}", f"{np.median(one.width):.2f}")
        for one in study.sampled
    )  # fmt: skip
    size = study.size.sampler
    return Block(
        f"The sampler of calibration on {study.size.districts} synthetic districts",
        ("composite", "truth inside 95 %", "median error in posterior SD", "median distance from exact mean, SD",
         "median width over exact"), rows,
        f"Sequential Monte Carlo with {size.wave} first points and {size.kept} draws a district, all parameters free; "
        "*exact*: the weighted bank given the same data (smallest effective sample "
        f"{min(one.effective for one in study.sampled):.0f}).",
    )  # fmt: skip


def _intervals(study: Study) -> Block:
    rows = tuple(
        (one.what, one.outcome, f"{one.replicates}", f"{100 * one.level:.0f} %",
         f"{100 * one.held:.1f} ± {100 * one.error:.1f}")
        for one in study.intervals
    )  # fmt: skip
    return Block(
        "Reported intervals about chance: how often they hold what they should, percent",
        ("interval of", "outcome", "replicates", "level", "held"), rows,
        f"{study.size.truths:,} intervals each, from a long run of {study.size.bank:,} replicates of two scenarios "
        "(goals, talent) in the last year; ± is the binomial standard error at the level.",
    )  # fmt: skip


def lines_of(study: Study) -> Iterator[str]:
    """The answer in a few sentences; of a study that is too small, that there is none."""
    size = study.size
    if size.truths < LEAST_TRUTHS or size.bank < LEAST_BANK:
        yield (f"WARNING: {size.truths:,} truths and a bank of {size.bank:,} are too few to conclude anything (at "
               f"least {LEAST_TRUTHS:,} and {LEAST_BANK:,}); this is a trial of the command.")  # fmt: skip
        return
    last = study.situations[-1]
    told = sorted((one for one in last.parameters if one.contraction < TOLD), key=lambda one: one.contraction)
    yield f"With all data, told: {', '.join(one.quantity for one in told) or 'none'}."
    lost = [name for name in CLAIMED if by_quantity(study)[name][-1].contraction >= RETURNED]
    yield f"Claims about policy rest on these, which return their priors: {', '.join(lost) or 'none'}."
