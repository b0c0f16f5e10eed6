"""Validation in words: its tables as rows of text, for the terminal, the page and Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simdiff.analysis.checks import ELSEWHERE, FEW, HIT, HOLDS, LEAST_DRAWS, Checked, span
from simdiff.analysis.interactions import OUTCOMES, SCALES, TERMS, Floats, effects_of
from simdiff.analysis.leader_fit import Span
from simdiff.analysis.leaders import NOT_RUN
from simdiff.analysis.patterns import CHECKED_AGAINST, Target
from simdiff.analysis.plateau import CHANGES, PARTS, Plateau
from simdiff.analysis.surveys import MOST_RATIO
from simdiff.analysis.validation import Scores
from simdiff.register.tables import table
from simdiff.report.words import NOTHING, number

Scored = Mapping[str, Mapping[str, Checked]]
"""Variant → pattern → how it is scored."""
RULE = (
    "Hit: the median over draws lies in the target's range; of a pattern that holds or not, it holds in at least half "
    "of the draws. Anything else is a miss. Patterns that are a mere sign (P10, P12, P13) hold in half of the draws by "
    "chance alone. Nothing was tuned to these patterns, and no draw was chosen by them."
)


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of text."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def markdown(rows: Rows) -> str:
    """A table as Markdown. One of ``tables`` in validation.json is ``markdown(Rows(**told))``."""
    return table(rows.heads, rows.rows)


def value(one: float, target: Target) -> str:
    """A figure in the target's unit."""
    if target.unit == "ratio":
        return NOTHING if np.isnan(one) else f"{one:.1f}" if one < MOST_RATIO else f"≥ {MOST_RATIO:.0f}"
    return number(one, "share" if target.unit == HOLDS else target.unit)


def range_of(target: Target) -> str:
    """The target's range in words."""
    if target.unit == HOLDS:
        return f"holds in ≥ {value(target.low, target)} of draws"
    if target.high > 1e6:
        return f"≥ {value(target.low, target)}"
    return f"{value(target.low, target).removesuffix('%')} to {value(target.high, target)}"


def figure_of(one: Checked, target: Target) -> str:
    """Median and 5–95 %."""
    if np.isnan(one.figure.median):
        return NOTHING
    return f"{value(one.figure.median, target)} ({value(one.figure.low, target)} to {value(one.figure.high, target)})"


def pattern_table(checked: Mapping[str, Checked]) -> Rows:
    """Every pattern with its figure, its target and the verdict, in the structure that is checked."""
    rows = []
    for target in CHECKED_AGAINST:
        one = checked.get(target.name)
        measured = (figure_of(one, target), range_of(target), f"{one.inside:.0%}", one.verdict) if one else (
            NOTHING, range_of(target), NOTHING, NOT_RUN)  # fmt: skip
        rows.append((target.name, target.title, *measured))
    return Rows(("", "pattern", "model (5–95 %)", "target", "draws inside", "verdict"), tuple(rows))


def variant_table(scored: Scored) -> Rows:
    """Patterns by structural variants: the verdict and the share of draws inside."""
    rows = []
    for target in CHECKED_AGAINST:
        cells = [_cell(patterns.get(target.name)) for patterns in scored.values()]
        if any(cell != NOTHING for cell in cells):
            rows.append((target.name, *cells))
    hits = [_hits(found) for found in scored.values()]
    return Rows(("", *scored), (*rows, ("hits", *hits)))


def _hits(found: Mapping[str, Checked]) -> str:
    """How many patterns hit; nothing where draws are too few to say so of some."""
    verdicts = [one.verdict for one in found.values()]
    return NOTHING if FEW in verdicts else f"{verdicts.count(HIT)} of {len(verdicts)}"


def _cell(one: Checked | None) -> str:
    return NOTHING if one is None else f"{one.verdict} {one.inside:.0%}"


def parts_table(checked: Mapping[str, Checked]) -> Rows:
    """What stands behind the patterns: medians and 5–95 % over draws."""
    rows = [(name, part, _plain(part, one.parts[part])) for name, one in checked.items() for part in one.parts]
    return Rows(("", "what", "median (5–95 %)"), tuple(rows))


def _plain(part: str, one: Span) -> str:
    if np.isnan(one.median):
        return NOTHING
    if part.startswith("slope") or part == "replication":
        return f"{one.median:.2f} ({one.low:.2f} to {one.high:.2f})"
    return f"{number(one.median, 'share')} ({number(one.low, 'share')} to {number(one.high, 'share')})"


def plateau_table(found: Sequence[Plateau]) -> Rows:
    """Shares of draws that show each part of the familiar pattern, and what a switched mechanism does to the index."""
    rows = []
    for one in found:
        shares = [f"{one.shares[part].median:.0%}" for part in PARTS]
        first = one is found[0]
        moved = ("", "") if first else (f"{one.removed:.0%}", f"{one.made:.0%}")
        rows.append((CHANGES[one.name].title, *shares, f"{one.course['runs'].median:.0%}", *moved))
    heads = ("", *PARTS.values(), "Index in single runs (median)", "Index removed", "Index made")
    return Rows(heads, tuple(rows))


def course_table(found: Sequence[Plateau]) -> Rows:
    """What the plateau index looks at."""
    names = {
        "pilots": "pilots active at their end", "beyond": "attributable spread beyond them, 36 months later",
        "growth": "its growth in the last 24 months", "yearly": "its growth a year after year 5",
        "deep": "deep schools, year 4", "engaged": "engaged schools, year 4", "replication": "replication ratio",
    }  # fmt: skip
    rows = [(CHANGES[one.name].title, *(_plain(name, one.course[name]) for name in names)) for one in found]
    return Rows(("", *names.values()), tuple(rows))


def interaction_table(counts: Mapping[str, Floats], outcome: str = OUTCOMES[0]) -> Rows:
    """Effects on both scales in the default structure (median, 5–95 % over draws), the range of medians over
    structures, and the share of draws and structures in which the effect is above zero."""
    rows = [
        (term, *(text for scale in SCALES for text in _effect(counts, outcome, scale, n)))
        for n, term in enumerate(TERMS)
    ]
    heads = tuple(f"{scale}{what}" for scale in SCALES for what in
                  (" (5–95 % over draws)", ", medians of the structures", ", above zero"))  # fmt: skip
    return Rows(("", *heads), tuple(rows))


def _effect(counts: Mapping[str, Floats], outcome: str, scale: str, term: int) -> Iterator[str]:
    effects = {name: effects_of(one, outcome, scale)[:, term] for name, one in counts.items()}
    first = span(next(iter(effects.values())))
    medians = [float(np.median(one)) for one in effects.values()]
    yield f"{effect(first.median, scale)} ({effect(first.low, scale)} to {effect(first.high, scale)})"
    yield f"{effect(min(medians), scale)} to {effect(max(medians), scale)}"
    yield f"{np.mean([one > 0 for one in effects.values()]):.0%}"


def effect(one: float, scale: str) -> str:
    """An effect with its sign: points of per cent, or log-odds."""
    return f"{100 * one:+.1f}" if scale == "points" else f"{one:+.2f}"


def sentences(scores: Scores, counts: Mapping[str, Floats], draws: int) -> list[str]:
    """What came out, in a few sentences for the terminal; of too few draws, that nothing did."""
    if draws < LEAST_DRAWS:
        return [f"WARNING: {draws} draws are too few to conclude anything: 5–95 % takes {LEAST_DRAWS}. Nothing is "
                "called a hit or a miss; this is a trial of the command."]  # fmt: skip
    checked, plateau = scores.patterns["default"], scores.plateau
    misses = [t.name for t in CHECKED_AGAINST if t.name in checked and checked[t.name].verdict != HIT]
    said = [f"{len(checked) - len(misses)} of {len(checked)} patterns hit; missed: {', '.join(misses) or 'none'}."]
    if missing := [name for name in ELSEWHERE if name not in checked]:
        said.append(f"{', '.join(missing)}: {NOT_RUN} (Carlson's network).")
    familiar, index, nearly = (plateau[0].shares[part] for part in ("familiar", "index", "nearly"))
    said.append(
        f"pilot-then-scale shows the familiar pattern in {familiar.median:.0%} of draws ({familiar.low:.0%} to "
        f"{familiar.high:.0%}, counting error), the plateau index in {index.median:.0%}; if growth has to stall "
        f"only as in P3, the familiar pattern in {nearly.median:.0%} ({nearly.low:.0%} to {nearly.high:.0%})."
    )
    odds, points = (next(_effect(counts, OUTCOMES[0], scale, len(TERMS) - 1)) for scale in SCALES)
    said.append(f"Four levers, whole less parts on depth at year 10: {odds} in log-odds, {points} in points.")
    return said
