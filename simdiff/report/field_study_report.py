"""What a virtual field study found, in words and tables: the same for the terminal, for Markdown and as files."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.field_claims import CLAIMS, LEAST, Claim, Estimate, average, quotient, wilson
from simdiff.analysis.field_sample import ASKED, CITIES, MANNERS, SCHOOLS
from simdiff.analysis.field_study import Answered, Score, Tally, study_rows, tally
from simdiff.analysis.parity import FAMILIES
from simdiff.register.tables import table
from simdiff.report.field_study_chart import field_study_chart
from simdiff.report.picture import plate_files
from simdiff.report.provenance import CAVEAT
from simdiff.report.recovery_tables import Block
from simdiff.report.words import NOTHING
from simdiff.study.files import csv_bytes, digest

LEFT = "field-study.json"
"""The file that says what a folder of a field study is."""
HEADINGS = {
    "as made": "As such a study is made: ready cities, nominated schools, answers as people give them",
    "no selection": "Without selection: cities and schools by lot, answers as people give them",
}
RULES = (
    "Drawn when: the rule, set before any world was run. Figure in truth: of all schools in all cities, mean over "
    f"worlds. A lever is true to help if it adds {LEAST:.0%} of teachers or more, mean over cities, their other levers "
    f"as they are; it takes all four if taking any one from all four loses {LEAST:.0%} or more. In brackets: 95 % "
    "counting intervals of shares of worlds (Wilson)."
)
COLUMNS = (
    "Truth and estimate: means over worlds; in brackets the 5–95 % of estimates over worlds, chance and parameters "
    "together. Off: estimate less truth, and its Monte Carlo error. Interval holds truth: coverage of the nominal 95 % "
    "interval. Wrong: drawn though false, or not drawn though true. Shares of worlds with 95 % counting intervals."
)


def blocks(scores: Sequence[Score]) -> tuple[Block, ...]:
    """The conclusions and their rules, a table for each manner that is shown whole, wrong conclusions of all four."""
    manners = (_manner(scores, manner, heading) for manner, heading in HEADINGS.items())
    return (_rules(scores), *manners, _wrong(scores))


def markdown(scores: Sequence[Score]) -> str:
    """All tables as Markdown."""
    parts = (f"### {one.heading}\n\n{table(one.head, one.rows)}\n\n{one.note}" for one in blocks(scores))
    return "\n\n".join(parts) + "\n"


def rule_of(claim: Claim) -> str:
    """When a conclusion is drawn, in words."""
    if claim.bound is None:
        return f"{claim.figure}: interval above 0"
    return f"{claim.figure} {'below' if claim.below else 'above'} {claim.bound:.0%}"


def _rules(scores: Sequence[Score]) -> Block:
    rows = tuple(
        (claim.title, rule_of(claim), _points(one.truth), _share(one.true, one.worlds))
        for claim, one in zip(CLAIMS, _of(scores, "as made"), strict=True)
    )
    return Block("Conclusions", ("conclusion", "drawn when", "figure in truth, %", "true in worlds"), rows, RULES)


def _manner(scores: Sequence[Score], manner: str, heading: str) -> Block:
    rows = tuple(_row(claim, one) for claim, one in zip(CLAIMS, _of(scores, manner), strict=True))
    head = ("conclusion", "truth, %", "estimate, %", "off, points", "interval holds truth", "drawn in", "wrong in")
    return Block(heading, head, rows, COLUMNS)


def _row(claim: Claim, one: Score) -> tuple[str, ...]:
    span = f"{_points(one.estimate)} ({_points(one.low)}…{_points(one.high)})" if one.asked else NOTHING
    off = f"{100 * one.bias:+.1f} ± {100 * one.bias_error:.1f}" if one.asked > 1 else NOTHING
    shares = (_share(one.coverage, one.asked), _share(one.drawn, one.worlds), _share(one.wrong, one.worlds))
    return claim.title, _points(one.truth), span, off, *shares


def _wrong(scores: Sequence[Score]) -> Block:
    by = {manner: _of(scores, manner) for manner in MANNERS}
    rows = tuple(
        (claim.title, *(_share(one[n].wrong, one[n].worlds) for one in by.values())) for n, claim in enumerate(CLAIMS)
    )
    note = (
        "Exact answers: the same ready cities and nominated schools, but teachers, principals and leaders say what is "
        "so (principals still take imagined rules for rules). Neither: by lot, and exact; what is left is the size of "
        "the sample, schools that count alike whatever their size, and imagined rules."
    )
    return Block("Wrong conclusions", ("conclusion", *MANNERS), rows, note)


def lines_of(found: Sequence[Mapping[str, Answered]]) -> tuple[str, ...]:
    """What was found, in sum, with 95 % intervals over worlds."""
    described = [claim for claim in CLAIMS if claim.bound is not None]
    levers = [claim for claim in CLAIMS if claim.name in FAMILIES]

    def both(what: Callable[[Tally], Estimate], claims: Sequence[Claim]) -> str:
        made, fair = (_interval(what(tally(found, manner, claims))) for manner in HEADINGS)
        return f"{made} as made, {fair} without selection"

    return (
        f"{len(found):,} worlds, each studied in {SCHOOLS} schools of {CITIES} cities, {ASKED} teachers a school. Of "
        f"{len(CLAIMS)} conclusions are wrong: {both(_wrong_share, CLAIMS)}.",
        f"What schools are like ({len(described)} conclusions), wrong: {both(_wrong_share, described)}. Nominal 95 % "
        f"intervals hold the truth: {both(lambda t: _ratio(t.covered & t.asked, t.asked), described)}.",
        "Whether a lever helps (four conclusions). A lever is credited where it helps: "
        f"{both(lambda t: _ratio(t.drawn & t.holds, t.holds), levers)}; where it does not: "
        f"{both(lambda t: _ratio(t.drawn & ~t.holds, ~t.holds), levers)}. Nominal 95 % intervals hold the truth: "
        f"{both(lambda t: _ratio(t.covered & t.asked, t.asked), levers)}.",
    )


def _wrong_share(one: Tally) -> Estimate:
    return average((one.drawn != one.holds).mean(axis=1))


def _ratio(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> Estimate:
    """Counts over counts, worlds as witnesses."""
    return quotient(part.sum(axis=1).astype(float), whole.sum(axis=1).astype(float))


def _interval(one: Estimate) -> str:
    if math.isnan(one[0]):
        return NOTHING
    low, high = max(0.0, one[1]), min(1.0, one[2])
    return f"{one[0]:.0%} ({100 * low:.0f}–{100 * high:.0f})"


def files_of(found: Sequence[Mapping[str, Answered]], scores: Sequence[Score], layers: str,
             story: Mapping[str, Any]) -> dict[str, bytes]:  # fmt: skip
    """Every file of the folder by name: the picture and its scores (CSV), worlds, tables (Markdown), and ``LEFT``."""
    files = {
        **plate_files("field-study", field_study_chart(scores, f"{layers} {CAVEAT}"), story["reproduce"]),
        "worlds.csv": csv_bytes(study_rows(found)),
        "field-study.md": markdown(scores).encode(),
    }
    tables = [asdict(one) for one in blocks(scores)]
    outputs = {name: digest(content) for name, content in files.items()}
    left = {**story, "told": [layers, *lines_of(found)], "tables": tables, "outputs": outputs}
    files[LEFT] = (json.dumps(left, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    return files


def layers_of(worlds: int, draws: int, posterior: str) -> str:
    """What the intervals are, in words."""
    return (
        f"{worlds:,} worlds: another replicate each, at one of {draws} parameter draws ({posterior}), so that chance "
        f"and parameters are together. A lever helps if it adds {LEAST:.0%} of teachers or more."
    )


def _of(scores: Sequence[Score], manner: str) -> list[Score]:
    return [one for one in scores if one.manner == manner]


def _points(value: float) -> str:
    digits = 1 if abs(value) < 0.0995 else 0
    return NOTHING if math.isnan(value) else f"{100 * value:.{digits}f}"


def _share(share: float, of: int) -> str:
    if math.isnan(share):
        return NOTHING
    _, low, high = wilson(share, of)
    return f"{share:.0%} ({100 * low:.0f}–{100 * high:.0f})"
