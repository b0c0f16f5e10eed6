"""What a memo rests on: how the options stand, how far they can be told apart, what drives that, and what it hangs on.

Levels are medians with their 5–95 %, as everywhere; differences are means world by world with the confidence asked
for, as ``simdiff compare`` has them. The *headline* option is the one a memo is about: the first that was asked for,
else, of those that nothing is firmly above, the one with the best mean. That choice is a way to begin, no finding.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simdiff.analysis.cell_values import Asked as AskedEffects
from simdiff.analysis.cell_values import AskError as EffectsError
from simdiff.analysis.comparison import Comparison, judge
from simdiff.analysis.contrasts import Contrast, against, contrasts
from simdiff.analysis.direction import DIRECTIONS
from simdiff.analysis.matched import Asked, CompareError, asked_time, default_outcomes, is_monthly, matched, options_of
from simdiff.analysis.results import Results
from simdiff.analysis.samples import Ask, AskError, utility
from simdiff.analysis.summary import Interval, interval, intervals
from simdiff.analysis.sweep_effects import BlockEffects, read_effects
from simdiff.analysis.value import Value, value_of_information
from simdiff.study.blocks import ALL
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows

TOLD = ("spread", "depth", "sustained", "sustained_24", "equity_gap", "cost")
"""Outcomes that every memo tells of, where they are kept."""
MOST_SHOWN = 6
"""Options in a memo's table; more do not fit on its pages."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """Everything a memo tells, in numbers.

    ``asked``: nothing left open but what a run of one option cannot have. ``shown``: the options told of, the best mean
    first. ``levels``: option → outcome → median and interval. ``comparison`` and ``gap`` (headline less baseline in
    ``equity_gap``, judged by itself) are None where nothing is compared; ``effects`` and ``value`` None where
    ``no_effects`` and ``no_value`` say why. ``places``: the headline option's outcome by district.
    """

    asked: Asked
    outcome: str
    year: float
    practice: str
    options: tuple[str, ...]
    shown: tuple[str, ...]
    headline: str
    levels: Mapping[str, Mapping[str, Interval]]
    comparison: Comparison | None
    gap: Contrast | None
    places: tuple[tuple[str, Interval], ...]
    effects: BlockEffects | None
    no_effects: str
    value: Value | None
    no_value: str

    @property
    def baseline(self) -> str | None:
        """The option that others are compared with."""
        return self.comparison.worlds.options[self.comparison.baseline] if self.comparison else None

    def against_baseline(self) -> dict[str, Contrast]:
        """Option → option less baseline, in the outcome."""
        if self.comparison is None or self.baseline is None:
            return {}
        return {pair.first: pair for pair in against(self.comparison.outcomes[0].contrasts, self.baseline)}


def brief(results: Results, rows: Rows | None, asked: Asked) -> Briefing:
    """What a memo about finished runs rests on; ``rows`` None: those of a single run, in which nothing is compared.

    ``asked``: at most one outcome. Raises CompareError for what is not there.
    """
    if rows is None or len(options_of(results.plan)) < 2:
        return _single(results, asked)
    worlds = matched(results.plan, rows, asked)
    found = judge(worlds, asked)
    headline, shown = _chosen(found, asked)
    whole = replace(asked, outcomes=worlds.outcomes[:1], practice=worlds.practice,
                    baseline=worlds.options[found.baseline])  # fmt: skip
    cells = {name: tuple(options_of(results.plan)[name].values()) for name in shown}
    month = asked_time(results.plan, asked.year, [cell for each in cells.values() for cell in each])
    month = month if is_monthly(results.plan) else 12 * month - 1
    effects, no_effects = _effects(results, rows, whole)
    value, no_value = _value(results, rows, whole, [headline, *_others(found, headline)])
    return Briefing(
        whole, worlds.outcomes[0], worlds.year, worlds.practice, worlds.options, shown, headline,
        {name: levels(results, cells[name], worlds.outcomes[0], month, whole) for name in shown}, found,
        _gap(results, rows, whole, headline), _places(results, cells[headline], worlds.outcomes[0], month, whole),
        effects, no_effects, value, no_value,
    )  # fmt: skip


def _single(results: Results, asked: Asked) -> Briefing:
    """One option: only how it stands."""
    cell, kept = results.plan.cells[0], results.source.outcomes()
    scenario = scenario_of(cell.text)
    outcome = (asked.outcomes or default_outcomes(results.plan))[0]
    practice, year = asked.practice or practices_of(scenario)[0], asked.year or cell.years
    wrong = [f"--{option}: unknown `{name}`, expected one of {', '.join(known)}"
             for option, name, known in (("outcome", outcome, kept), ("place", asked.place, places_of(scenario)),
                                         ("practice", practice, practices_of(scenario)))
             if name not in known]  # fmt: skip
    wrong += [] if year <= cell.years else [f"--year: {year}, expected at most {cell.years}"]
    wrong += [f"--cell: unknown `{name}`, expected {cell.name}" for name in asked.cells if name != cell.name]
    wrong += ["--baseline: there is one option only, nothing to compare it with"] if asked.baseline else []
    if wrong:
        raise CompareError("\n".join(wrong))
    whole = replace(asked, outcomes=(outcome,), year=year, practice=practice)
    told = levels(results, (cell,), outcome, 12 * year - 1, whole)
    why = "one option was run"
    where = _places(results, (cell,), outcome, 12 * year - 1, whole)
    return Briefing(whole, outcome, float(year), practice, (cell.name,), (cell.name,), cell.name, {cell.name: told},
                    None, None, where, None, why, None, why)  # fmt: skip


def _chosen(found: Comparison, asked: Asked) -> tuple[str, tuple[str, ...]]:
    """The headline option, and those to show."""
    one, names = found.outcomes[0], found.worlds.options
    sign = one.direction.sign
    merit = {name: sign * mean.mean if math.isfinite(mean.mean) else -math.inf
             for name, mean in zip(names, one.means, strict=True)}  # fmt: skip
    best_first = sorted(names, key=lambda name: -merit[name])
    baseline = names[found.baseline]
    named = [name for name in asked.cells if name in names and name != baseline]
    top = [name for name in best_first if name in one.ranking.top and name != baseline]
    headline = (named or top or [name for name in best_first if name != baseline])[0]
    frontier = [names[n] for n in one.cost.frontier.order] if one.cost else []
    wanted = list(dict.fromkeys([headline, baseline, *named, *top, *reversed(frontier), *best_first]))[:MOST_SHOWN]
    return headline, tuple(name for name in best_first if name in wanted)


def _others(found: Comparison, headline: str) -> list[str]:
    """What the headline option is judged against: the baseline, and the best mean of the rest."""
    one, names = found.outcomes[0], found.worlds.options
    rest = [(one.direction.sign * mean.mean, name) for name, mean in zip(names, one.means, strict=True)
            if name != headline and math.isfinite(mean.mean)]  # fmt: skip
    baseline = names[found.baseline]
    return list(dict.fromkeys([*([baseline] if baseline != headline else []), *([max(rest)[1]] if rest else [])]))


def levels(results: Results, cells: Sequence[Cell], outcome: str, month: int, asked: Asked) -> dict[str, Interval]:
    """Median and interval of the outcomes that are told, over everything that is believed (``cells`` of one option)."""
    kept = results.source.outcomes()
    names = [name for name in dict.fromkeys([outcome, *TOLD]) if name in kept]
    return {name: _level(results, cells, name, month, asked.place, str(asked.practice)) for name in names}


def _level(results: Results, cells: Sequence[Cell], name: str, month: int, place: str, practice: str) -> Interval:
    grids = []
    for cell in cells:
        series = results.source.series(cell, [name]).get(name)
        if series is not None:
            scenario = scenario_of(cell.text)
            time = int(np.flatnonzero(series.months == month)[-1]) if month in series.months else -1
            at = places_of(scenario).index(place), practices_of(scenario).index(practice)
            grids.append(series.values[:, :, time, at[0], at[1]])
    most = max((grid.shape[1] for grid in grids), default=0)
    if not most:
        return Interval(*(math.nan,) * 5, 0.0)
    padded = [np.pad(grid, ((0, 0), (0, most - grid.shape[1])), constant_values=np.nan) for grid in grids]
    return interval(intervals(np.concatenate(padded)))


def _places(results: Results, cells: Sequence[Cell], outcome: str, month: int, asked: Asked
            ) -> tuple[tuple[str, Interval], ...]:  # fmt: skip
    """The outcome in each district, the highest median first; none if one district is looked at, or there is one."""
    districts = scenario_of(cells[0].text).where.districts
    if asked.place != ALL or len(districts) < 2:
        return ()
    found = [(one.title, _level(results, cells, outcome, month, name, str(asked.practice)))
             for name, one in districts.items()]  # fmt: skip
    return tuple(sorted((one for one in found if math.isfinite(one[1].median)), key=lambda one: -one[1].median))


def _gap(results: Results, rows: Rows, asked: Asked, headline: str) -> Contrast | None:
    if "equity_gap" not in results.plan.question.outcomes or asked.baseline in (None, headline):
        return None
    pair = replace(asked, outcomes=("equity_gap",), cells=(headline, str(asked.baseline)))
    return contrasts(matched(results.plan, rows, pair), asked.confidence)[0]


def _effects(results: Results, rows: Rows, asked: Asked) -> tuple[BlockEffects | None, str]:
    ask = AskedEffects(asked.outcomes[0], asked.year, asked.place, str(asked.practice))
    try:
        found = read_effects(results.plan, rows, ask, {})
    except EffectsError as problem:
        return None, str(problem)
    if len(found.blocks) > 1:
        return None, "its cells are blocks that differ in what is believed or in scenario: see `simdiff effects`"
    return found.blocks[0], ""


def _value(results: Results, rows: Rows, asked: Asked, options: Sequence[str]) -> tuple[Value | None, str]:
    direction = DIRECTIONS[asked.outcomes[0]]
    if direction.even is not None or direction.neutral:
        return None, "of this outcome neither more nor less is better"
    ask = Ask(asked.outcomes[0], asked.year, asked.place, asked.practice)
    try:
        sides = [utility(results.plan, rows, name, ask, lowest=direction.sign < 0) for name in options]
        return value_of_information(sides, results.plan.experiment.seed), ""
    except AskError as problem:
        return None, str(problem)
