"""What a memo rests on: how the options stand, how far they can be told apart, what drives that, and what it hangs on.

Levels are medians with their 5–95 % (``simdiff.analysis.levels``); differences are means world by world with the
confidence asked for, as ``simdiff compare`` has them. The *headline* option is the one a memo is about: the first that
was asked for, else, of those that nothing is firmly above, the one with the best mean. That choice is a way to begin,
no finding.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simdiff.analysis.bins import LEAST_DRAWS
from simdiff.analysis.cell_values import Asked as AskedEffects
from simdiff.analysis.cell_values import AskError as EffectsError
from simdiff.analysis.comparison import Comparison, judge
from simdiff.analysis.contrasts import Contrast, against, contrast, contrasts
from simdiff.analysis.cost import Ratio
from simdiff.analysis.direction import DIRECTIONS
from simdiff.analysis.gaps import Gap, gap_of
from simdiff.analysis.levels import At, Basis, Beliefs, Districts, Side, basis, districts, level, side
from simdiff.analysis.matched import (
    Asked,
    CompareError,
    Matched,
    asked_time,
    common_times,
    default_outcomes,
    is_monthly,
    matched,
    options_of,
    whole_years,
)
from simdiff.analysis.results import Results
from simdiff.analysis.samples import Ask, AskError, utility
from simdiff.analysis.summary import Interval
from simdiff.analysis.sweep_effects import SweepEffects, read_effects
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

    ``asked``: nothing left open but what a run of one option cannot have; ``place`` is its title, empty of all.
    ``shown``: the options told of, the best mean first; ``next_best``: of those that are neither the headline nor the
    baseline, the one with the best mean. ``levels``: option → outcome → median and interval, which rest on ``basis``.
    ``comparison`` is None where nothing is compared; ``apart``: options of the results that it leaves out, because they
    have no figures in common. Of the headline option less the baseline: ``gap`` in ``equity_gap``, judged by itself,
    ``extra_cost``, and ``per_million``, what an extra $ million goes with. ``behind``: the side of 0 that the
    headline's equity gap is on; None where none is kept. ``draws``: sets of parameters that were drawn, 0 for one that
    was not. ``effects`` and ``value`` are None where ``no_effects`` and ``no_value`` say why; ``no_value`` is empty if
    it is only that draws are fewer than ``LEAST_DRAWS``.
    """

    asked: Asked
    outcome: str
    year: float
    place: str
    practice: str
    options: tuple[str, ...]
    shown: tuple[str, ...]
    headline: str
    levels: Mapping[str, Mapping[str, Interval]]
    basis: Basis
    districts: Districts
    behind: Side | None
    draws: int
    no_effects: str
    no_value: str
    comparison: Comparison | None = None
    apart: int = 0
    next_best: str | None = None
    gap: Gap | None = None
    extra_cost: Contrast | None = None
    per_million: Ratio | None = None
    effects: SweepEffects | None = None
    value: Value | None = None

    @property
    def baseline(self) -> str | None:
        """The option that others are compared with."""
        return self.comparison.worlds.options[self.comparison.baseline] if self.comparison else None

    @property
    def idle(self) -> tuple[str, ...]:
        """Options without a run, of which nothing is told."""
        return self.comparison.worlds.idle if self.comparison else ()

    def against_baseline(self) -> dict[str, Contrast]:
        """Option → option less baseline, in the outcome."""
        if self.comparison is None or self.baseline is None:
            return {}
        return {pair.first: pair for pair in against(self.comparison.outcomes[0].contrasts, self.baseline)}


def brief(results: Results, rows: Rows | None, asked: Asked) -> Briefing:
    """What a memo about finished runs rests on; ``rows`` None: those of a single run, in which nothing is compared.

    ``asked``: at most one outcome; the cells are those to tell of, while all options are judged together, so that
    naming a few makes nothing firm. Raises CompareError for what is not there.
    """
    options = options_of(results.plan)
    if rows is None or len(options) < 2:
        return _single(results, asked)
    worlds = _family(results, rows, asked)
    found = judge(worlds, asked)
    headline, shown = _chosen(found, asked)
    baseline = worlds.options[found.baseline]
    whole = replace(asked, outcomes=worlds.outcomes[:1], practice=worlds.practice, baseline=baseline,
                    year=_whole_year(worlds.year))  # fmt: skip
    cells = [cell for name in worlds.options for cell in options[name].values()]
    month = asked_time(results.plan, asked.year, cells)
    at = At(month if is_monthly(results.plan) else 12 * month - 1, worlds.place, worlds.practice)
    effects, no_effects = _effects(results, rows, whole)
    others = best_first(found, but=(headline,))
    value, no_value = _value(results, rows, whole, list(dict.fromkeys([headline, baseline, *others[:1]])))
    base = _basis(results, options, shown, worlds.outcomes[0], at)
    return Briefing(
        whole, worlds.outcomes[0], worlds.year, _title_of(worlds.cells[0], worlds.place), worlds.practice,
        worlds.options, shown, headline,
        {name: levels(results, options[name], worlds.outcomes[0], at) for name in shown}, base,
        districts(results, options[headline], worlds.outcomes[0], at, asked.confidence),
        _behind(results, options[headline], at, asked.confidence), _drawn(results), no_effects, no_value, found,
        len(options) - len(worlds.options) - len(worlds.idle),
        next((name for name in others if name != baseline), None), _gap(results, rows, whole, headline),
        *_extra_cost(worlds, found, headline), effects, value,
    )  # fmt: skip


def _family(results: Results, rows: Rows, asked: Asked) -> Matched:
    """The options that are judged together: all or, where they have nothing in common, those named."""
    known = options_of(results.plan)
    if not asked.cells or any(name not in known for name in asked.cells):
        return matched(results.plan, rows, asked)
    try:
        worlds = matched(results.plan, rows, replace(asked, cells=()))
    except CompareError:
        worlds = matched(results.plan, rows, asked)
    if none := [name for name in asked.cells if name in worlds.idle]:
        raise CompareError("\n".join(f"--cell: `{name}` has no run yet" for name in none))
    return worlds


def _title_of(cell: Cell, place: str) -> str:
    """What a place is called; empty of all districts."""
    return "" if place == ALL else scenario_of(cell.text).where.districts[place].title


def _drawn(results: Results) -> int:
    """Sets of parameters that were drawn."""
    draws = len(results.plan.draws)
    return draws if draws > 1 else 0


def _whole_year(year: float) -> int | None:
    """The year to ask other analyses about; None for a month within one, the last that is kept."""
    return int(year) if year == int(year) else None


def _single(results: Results, asked: Asked) -> Briefing:
    """One option: only how it stands, whatever is believed."""
    ((name, beliefs),) = options_of(results.plan).items()
    cells, kept = list(beliefs.values()), results.source.outcomes()
    scenario = scenario_of(cells[0].text)
    outcome = (asked.outcomes or default_outcomes(results.plan))[0]
    practice = asked.practice or practices_of(scenario)[0]
    times = common_times(results.plan, cells)
    known = whole_years(results.plan, times)
    wrong = [f"--{option}: unknown `{told}`, expected one of {', '.join(there)}"
             for option, told, there in (("outcome", outcome, kept), ("place", asked.place, places_of(scenario)),
                                         ("practice", practice, practices_of(scenario)))
             if told not in there]  # fmt: skip
    if asked.year is not None and asked.year not in known:
        wrong.append(f"--year: {asked.year}, expected one of {', '.join(map(str, known))}")
    wrong += [f"--cell: unknown `{told}`, expected {name}" for told in asked.cells if told != name]
    wrong += ["--baseline: there is one option only, nothing to compare it with"] if asked.baseline else []
    if wrong:
        raise CompareError("\n".join(wrong))
    time = asked_time(results.plan, asked.year, cells)
    at = At(time if is_monthly(results.plan) else 12 * time - 1, asked.place, practice)
    year = (at.month + 1) / 12
    whole, why = replace(asked, outcomes=(outcome,), year=_whole_year(year), practice=practice), "one option was run"
    found = Briefing(
        whole, outcome, year, _title_of(cells[0], asked.place), practice, (name,), (name,), name,
        {name: levels(results, beliefs, outcome, at)},
        _basis(results, {name: beliefs}, (name,), outcome, at),
        districts(results, beliefs, outcome, at, asked.confidence),
        _behind(results, beliefs, at, asked.confidence), _drawn(results), why, why,
    )  # fmt: skip
    if not found.basis.units:
        raise CompareError(f"{name}: there is no run of it yet, so nothing to tell")
    return found


def _chosen(found: Comparison, asked: Asked) -> tuple[str, tuple[str, ...]]:
    """The headline option, and those to show."""
    one, names = found.outcomes[0], found.worlds.options
    baseline, every = names[found.baseline], best_first(found)
    named = [name for name in asked.cells if name in names and name != baseline]
    if asked.cells and not named:
        raise CompareError(f"--cell: `{baseline}` is what options are compared with, expected another; or another "
                           "--baseline")  # fmt: skip
    top = [name for name in every if name in one.ranking.top and name != baseline]
    headline = (named or top or [name for name in every if name != baseline])[0]
    frontier = [names[n] for n in one.cost.frontier.order] if one.cost else []
    wanted = [headline, baseline, *named]
    wanted += [] if asked.cells else [*top, *reversed(frontier), *every]
    wanted = list(dict.fromkeys(wanted))[:MOST_SHOWN]
    return headline, tuple(name for name in every if name in wanted)


def best_first(found: Comparison, but: Sequence[str] = ()) -> list[str]:
    """Options by their means in the first outcome, those without one last, but for some."""
    one, names = found.outcomes[0], found.worlds.options
    merit = {name: one.direction.sign * mean.mean if math.isfinite(mean.mean) else -math.inf
             for name, mean in zip(names, one.means, strict=True)}  # fmt: skip
    return sorted((name for name in names if name not in but), key=lambda name: -merit[name])


def levels(results: Results, beliefs: Beliefs, outcome: str, at: At) -> dict[str, Interval]:
    """Median and interval of the outcomes that are told of an option, over everything that is believed."""
    kept = results.source.outcomes()
    return {name: level(results, beliefs, name, at) for name in dict.fromkeys([outcome, *TOLD]) if name in kept}


def _basis(results: Results, options: Mapping[str, Beliefs], names: Sequence[str], outcome: str, at: At) -> Basis:
    return basis(results, [options[name] for name in dict.fromkeys(names)], outcome, at)


def _behind(results: Results, beliefs: Beliefs, at: At, confidence: float) -> Side | None:
    kept = "equity_gap" in results.source.outcomes()
    return side(results, beliefs, "equity_gap", at, confidence) if kept else None


def _gap(results: Results, rows: Rows, asked: Asked, headline: str) -> Gap | None:
    if "equity_gap" not in results.plan.question.outcomes or asked.baseline in (None, headline):
        return None
    pair = replace(asked, outcomes=("equity_gap",), cells=(headline, str(asked.baseline)))
    worlds = matched(results.plan, rows, pair)
    return gap_of(worlds, contrasts(worlds, asked.confidence)[0], asked.confidence)


def _extra_cost(worlds: Matched, found: Comparison, headline: str) -> tuple[Contrast | None, Ratio | None]:
    """Cost of the headline over the baseline, not judged, and what an extra $ million goes with."""
    one, n = found.outcomes[0], worlds.options.index(headline)
    if "cost" not in worlds.values or n == found.baseline:
        return None, None
    extra = contrast(worlds, "cost", n, found.baseline, found.confidence)
    return extra, one.cost.per_million[n] if one.cost else None


def _effects(results: Results, rows: Rows, asked: Asked) -> tuple[SweepEffects | None, str]:
    ask = AskedEffects(asked.outcomes[0], asked.year, asked.place, str(asked.practice))
    try:
        found = read_effects(results.plan, rows, ask, {}, confidence=asked.confidence)
    except EffectsError as problem:
        return None, str(problem)
    if len({block.block.scenario for block in found.blocks}) > 1:
        return None, "its cells are of several scenarios: see `simdiff effects`"
    return found, ""


def _value(results: Results, rows: Rows, asked: Asked, options: Sequence[str]) -> tuple[Value | None, str]:
    direction = DIRECTIONS[asked.outcomes[0]]
    if direction.even is not None:
        return None, "what counts is how far this outcome is from even, for which it is not worked out"
    if direction.neutral:
        return None, "of this outcome neither more nor less is better"
    if any(len(beliefs) > 1 for beliefs in options_of(results.plan).values()):
        return None, "factors say what is believed, such as structures, and it is worked out for draws alone"
    if _drawn(results) < LEAST_DRAWS:
        return None, ""
    ask = Ask(asked.outcomes[0], asked.year, asked.place, asked.practice)
    try:
        sides = [utility(results.plan, rows, name, ask, lowest=direction.sign < 0) for name in options]
        return value_of_information(sides, results.plan.experiment.seed), ""
    except AskError as problem:
        return None, str(problem)
