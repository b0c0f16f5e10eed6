"""How often pilot-then-scale shows the familiar pattern without being told to, and what removes it.

The familiar pattern, at one draw, all runs together: pilots do well, few schools go deep, light use is several times
wider than deep, growth stalls. The plateau index (model specification, section 9) is its first and last part: of pilot
sites at least 40 % are active at the end of the pilots; 36 months later the attributable spread of other schools (that
of the policy minus that of no policy, same schools and luck) is under 10 points; in the last 24 months it grew by less
than 2 points. No ceiling is coded anywhere in the model, so something in it makes the plateau; mechanisms are switched
one at a time to see what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simdiff.analysis.checks import counted, span
from simdiff.analysis.checks_districts import SLOW, SMALL_SPREAD
from simdiff.analysis.leader_fit import Span
from simdiff.analysis.patterns import TARGETS
from simdiff.analysis.structures import restructured
from simdiff.analysis.surveys import deep, engaged, over, year_end
from simdiff.analysis.targets import ratio
from simdiff.analysis.worlds import Progress, Worlds, at_each
from simdiff.study.panel import Panel

POLICY, NO_POLICY = "pilot-then-scale", "status-quo"
PILOTS_WELL = 0.4
"""Active share of pilots at their end from which they do well. Source: model specification, section 9."""
TURNOVER = ("teacher_exit", "teacher_exit_need", "principal_exit", "principal_exit_need")
EXTRA_RUNS = 2
"""Runs of each world at a draw, in those of the patterns: attributable spread is a small difference."""


@dataclass(frozen=True, slots=True)
class Change:
    """One mechanism switched: structural switches, and parameters with their values; the rest is as it was."""

    title: str
    switches: Mapping[str, str | bool]
    values: Mapping[str, float]


CHANGES: dict[str, Change] = {
    "as it is": Change("The model as it is", {}, {}),
    "coherence off": Change("Variants alike everywhere (coherence off)", {"coherence": False}, {}),
    "dilution on": Change("More coaches, weaker coaches (dilution on)", {"dilution": True}, {}),
    "turnover off": Change("No teacher or principal leaves (turnover off)", {}, dict.fromkeys(TURNOVER, 0.0)),
    "regime on": Change("Experience under waivers transfers less (regime on)", {"regime": True}, {}),
}
PARTS: dict[str, str] = {
    "pilots": "Pilots do well",
    "deep": "Few schools go deep",
    "light": "Light use far wider",
    "growth": "Growth stalls",
    "familiar": "All four: familiar pattern",
    "index": "Plateau index",
    "slow": "Growth slow by P3",
    "nearly": "All four, growth by P3",
}
"""What is asked of each draw. P3 asks less of growth than the index: under 2 points a year after year five."""


@dataclass(frozen=True, slots=True)
class Course:
    """What the index looks at, all runs of a draw together: active share of sites at their end; attributable spread of
    other schools 36 months later, its growth over the last 24 months, and its growth a year after year five; deep and
    engaged schools four years on;
    schools outside the pilots that are active 36 months after them for each pilot active at their end (replication
    ratio); and the share of single runs in which the index holds."""

    pilots: float
    beyond: float
    growth: float
    yearly: float
    deep: float
    engaged: float
    replication: float
    runs: float


@dataclass(frozen=True, slots=True)
class Plateau:
    """One setting: by part of the pattern the share of draws in which it holds (with its counting error); the course
    over draws; and, draw by draw, the shares of draws in which the change takes the index away and brings it about."""

    name: str
    shares: Mapping[str, Span]
    course: Mapping[str, Span]
    removed: float
    made: float


def course(policy: Panel, without: Panel) -> Course:
    """What one draw shows. Sites are known by the policy's panel; the same schools are looked at without it."""
    singles = [_course(_run(policy, r), _run(without, r), 0.0) for r in range(len(policy.stage))]
    return _course(policy, without, float(np.mean([parts_of(one)["index"] for one in singles])))


def _run(panel: Panel, r: int) -> Panel:
    """The panel of one run."""
    one = slice(r, r + 1)
    seen = {name: getattr(panel, name)[one] for name in ("stage", "mechanical", "proficient", "site")}
    return replace(panel, **seen)


def _course(policy: Panel, without: Panel, runs: float) -> Course:
    sites = policy.site.any(axis=1)
    end = int(np.flatnonzero(policy.site.any(axis=(0, 2)))[-1])
    gained = policy.active.astype(float) - without.active

    def others(month: int) -> float:
        return ratio(float(gained[:, month][~sites].sum()), float((~sites).sum()))

    last, four = policy.stage.shape[1] - 1, year_end(policy, 4)
    well = float(policy.active[:, end][sites].sum())
    later = policy.active[:, end + 36]
    return Course(
        pilots=ratio(well, float(sites.sum())),
        beyond=others(end + 36),
        growth=others(last) - others(last - 24),
        yearly=(others(last) - others(year_end(policy, 5))) / ((last - year_end(policy, 5)) / 12),
        deep=float(deep(policy)[:, four].mean()),
        engaged=float(engaged(policy)[:, four].mean()),
        replication=over(float(later[~sites].sum()), well),
        runs=runs,
    )


def parts_of(one: Course) -> dict[str, bool]:
    """Which parts of the pattern hold. Few: not more than the upper end of P1; several times: the lower end of P2b."""
    pilots = one.pilots >= PILOTS_WELL
    few, light = one.deep <= TARGETS["P1"].high, over(one.engaged, one.deep) >= TARGETS["P2b"].low
    stalls, slow = (one.beyond < SMALL_SPREAD and growth < SLOW for growth in (one.growth, one.yearly))
    others = pilots and few and light
    return {"pilots": pilots, "deep": few, "light": light, "growth": stalls, "familiar": others and stalls,
            "index": pilots and stalls, "slow": slow, "nearly": others and slow}  # fmt: skip


def study_plateau(worlds: Worlds, draws: Sequence[Mapping[str, float]], threads: int | None = None,
                  progress: Progress = lambda done: None) -> dict[str, list[Course]]:  # fmt: skip
    """Change → draw → course, on the same draws and luck."""
    pair = {world: worlds.scenarios[world] for world in (POLICY, NO_POLICY)}
    found = dict[str, list[Course]]()
    for name, change in CHANGES.items():
        there = restructured(Worlds(pair, worlds.places, worlds.seed, EXTRA_RUNS * worlds.replicates), change.switches)

        def at(values: Mapping[str, float], there: Worlds = there, change: Change = change) -> Course:
            changed = {**values, **change.values}
            return course(there.panel(POLICY, changed), there.panel(NO_POLICY, changed))

        found[name] = at_each(draws, at, threads, progress)
    return found


def summarise_plateau(found: Mapping[str, Sequence[Course]]) -> list[Plateau]:
    """Shares of draws and courses, change by change; the first is what the others are compared with."""
    first = np.array([parts_of(one)["index"] for one in next(iter(found.values()))])
    return [_summary(name, courses, first) for name, courses in found.items()]


def _summary(name: str, courses: Sequence[Course], first: np.ndarray) -> Plateau:
    holds = [parts_of(one) for one in courses]
    index = np.array([one["index"] for one in holds])
    fields = Course.__dataclass_fields__
    return Plateau(
        name=name,
        shares={part: counted(float(sum(one[part] for one in holds)), len(holds)) for part in PARTS},
        course={field: span(np.array([getattr(one, field) for one in courses])) for field in fields},
        removed=float((first & ~index).mean()),
        made=float((~first & index).mean()),
    )
