"""What a validation leaves behind: its page, pictures, table of figures, and what scripts read."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from simdiff.analysis.checks import Checked, span
from simdiff.analysis.interactions import OUTCOMES, SCALES, TERMS, Floats, effects_of
from simdiff.analysis.leader_fit import Span
from simdiff.analysis.leaders import NOT_RUN, Carlson
from simdiff.analysis.patterns import TARGETS
from simdiff.analysis.validation import Scores, Validation, draws_of, validation_rows
from simdiff.report.leaders_chart import leaders_chart
from simdiff.report.pattern_charts import interactions_chart, patterns_chart, plateau_chart
from simdiff.report.picture import plate_files
from simdiff.report.provenance import CAVEAT
from simdiff.report.validation_charts import rollouts_chart, survival_chart
from simdiff.report.validation_page import Part, page
from simdiff.report.validation_tables import (
    RULE,
    Rows,
    course_table,
    interaction_table,
    parts_table,
    pattern_table,
    plateau_table,
    sentences,
    variant_table,
)
from simdiff.study.files import csv_bytes, digest

LEFT = "validation.json"
"""The file that says what a folder of a validation is."""
LEADERS = "carlson.png"
LEADER_WORDS = (
    "P7 and P8 are measured in the leader-level limit of the model on Carlson's network of superintendents, with draws "
    "accepted by his adoption curve (C9); of each form of contagion, the fit that follows the curve best. Their "
    "intervals are 5–95 % over all runs of those draws, chance and parameters together, and their shares are of runs. "
    "P8 is no clean check of the threshold form: the prior of its share of leaders at zero is Carlson's own."
)
PATTERN_WORDS = (
    "Intervals of figures are 5–95 % over parameter draws; each draw pools its replicates, so that chance hardly "
    "enters. Intervals of shares of draws are their counting error."
)
STRUCTURE_WORDS = (
    "What nobody has measured is not one model's: the same draws and luck in other structures. Labels-only reads the "
    "default's histories as a model of labels would: it has no runs of its own, and no use apart from the label."
)
PLATEAU_WORDS = (
    "The familiar pattern: at the end of the pilots at least 40 % of them are active; four years on at most 17 % of "
    "schools are deep, and at least five times as many are engaged; 36 months after the pilots, attributable spread "
    "beyond them is under 10 points, and in the last 24 months it grew by less than 2 points. The plateau index is the "
    "first and the last part. Attributable: minus the same schools without the policy, same luck. No ceiling is coded "
    "in the model. P3 asks less of growth: under 2 points a year after year five. A change removes (or makes) the "
    "index in those draws that have it before and not after (or the other way round)."
)
INTERACTION_WORDS = (
    "The source holds that its four families of levers work together. The model has no term for that: interactions are "
    "outcomes here. On shares, a lever adds more where others have lifted the level, because every S-curve is steep in "
    "the middle; so look at log-odds before you call that synergy. Lever effects are priors, at doses that are "
    "judgement and far from equal in money: no family is best by this.",
    "First table: proficient teachers over all teachers. Second: deep schools; where few are deep, log-odds rest on "
    "single schools.",
)


def layers_of(draws: int, posterior: str, replicates: int) -> str:
    """What the intervals are, in words."""
    return f"{draws} draws ({posterior}), {replicates} replicates of a world at each, the same luck in all structures."


def files_of(found: Validation, scores: Scores, curve: Carlson | None, title: str, layers: str,
             story: Mapping[str, Any]) -> dict[str, bytes]:  # fmt: skip
    """Every file of the folder by name: figures by draw (CSV), pictures (PNG), the page, and ``LEFT``."""
    note = f"{layers} {CAVEAT}"
    plates = [patterns_chart(scores.patterns["default"], note), rollouts_chart(found.series, note),
              survival_chart(found.series, note), plateau_chart(scores.plateau, note),
              interactions_chart(found.interactions, note)]  # fmt: skip
    plates += [leaders_chart(curve, CAVEAT, "validate")] if curve else []
    files: dict[str, bytes] = {}
    for plate in plates:
        files |= plate_files(plate.kind, plate, story["reproduce"])
    files["validation.csv"] = csv_bytes(list(validation_rows(found)))
    words = (layers, *sentences(scores, found.interactions, draws_of(found)))
    files["validation.html"] = page(title, words, _parts(found, scores, files), story).encode()
    outputs = {name: digest(content) for name, content in files.items()}
    left = {**story, "told": list(words), **summary_of(scores, found), "outputs": outputs}
    files[LEFT] = (json.dumps(left, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    return files


def _parts(found: Validation, scores: Scores, files: Mapping[str, bytes]) -> list[Part]:
    def shown(name: str, text: str) -> tuple[tuple[str, bytes], ...]:
        return ((text, files[name]),) if name in files else ()

    tables = tables_of(scores, found)
    return [
        Part("Patterns", (RULE, PATTERN_WORDS), (tables["patterns"],),
             shown("patterns.png", "Each pattern beside its target")),
        Part("Other structures", (STRUCTURE_WORDS,), (tables["structures"],)),
        Part("What stands behind the patterns", (), (tables["parts"],)),
        Part("Roll-outs", pictures=shown("rollouts.png", "Six districts: model bands over points on record")),
        Part("Survival", pictures=shown("survival.png", "Label and real use over time, with studies")),
        Part("Leaders", (LEADER_WORDS if LEADERS in files else NOT_RUN,),
             pictures=shown(LEADERS, "Carlson's curve, and what each form of contagion draws")),
        Part("The familiar pattern", (PLATEAU_WORDS,), (tables["plateau"], tables["course"]),
             shown("plateau.png", "Shares of draws that show the familiar pattern")),
        Part("Four families of levers", INTERACTION_WORDS,
             tuple(tables[f"interactions, {outcome}"] for outcome in OUTCOMES),
             shown("interactions.png", "Main effects and interactions on two scales")),
    ]  # fmt: skip


def summary_of(scores: Scores, found: Validation) -> dict[str, Any]:
    """What came out, for scripts: numbers that are not finite are null."""
    return {
        "rule": RULE,
        "patterns": {
            variant: {name: _pattern(one) for name, one in patterns.items()}
            for variant, patterns in scores.patterns.items()
        },
        "plateau": {
            one.name: {"shares": _spans(one.shares), "course": _spans(one.course), "index_removed": one.removed,
                       "index_made": one.made} for one in scores.plateau
        },
        "interactions": {
            structure: {outcome: {scale: _effects(effects_of(counts, outcome, scale)) for scale in SCALES}
                        for outcome in OUTCOMES} for structure, counts in found.interactions.items()
        },
        "tables": {name: {"heads": list(rows.heads), "rows": [list(row) for row in rows.rows]}
                   for name, rows in tables_of(scores, found).items()},
    }  # fmt: skip


def tables_of(scores: Scores, found: Validation) -> dict[str, Rows]:
    """Every table by name, as the page and the documents print it."""
    first, plateau = scores.patterns["default"], scores.plateau
    return {
        "patterns": pattern_table(first),
        "structures": variant_table(scores.patterns),
        "parts": parts_table(first),
        "plateau": plateau_table(plateau),
        "course": course_table(plateau),
        **{f"interactions, {outcome}": interaction_table(found.interactions, outcome) for outcome in OUTCOMES},
    }


def _effects(effects: Floats) -> dict[str, Any]:
    return {term: _span(span(effects[:, n])) for n, term in enumerate(TERMS)}


def _pattern(one: Checked) -> dict[str, Any]:
    target = TARGETS[one.name]
    return {
        "title": target.title, "unit": target.unit, "target": [target.low, target.high], "figure": _span(one.figure),
        "inside": one.inside, "defined": one.defined, "verdict": one.verdict, "source": target.source,
        "parts": _spans(one.parts),
    }  # fmt: skip


def _spans(spans: Mapping[str, Span]) -> dict[str, Any]:
    return {name: _span(one) for name, one in spans.items()}


def _span(one: Span) -> dict[str, float | None]:
    told: Sequence[tuple[str, float]] = (("median", one.median), ("low", one.low), ("high", one.high))
    return {name: number if math.isfinite(number) else None for name, number in told}
