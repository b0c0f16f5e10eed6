"""A sensitivity analysis in words: its table, what to keep in mind, its rows for scripts, its chart."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from simdiff.analysis.samples import Ask, Sample
from simdiff.analysis.sensitivity import MEASURES, Estimate, Method, Sensitivity
from simdiff.register import PARAMETERS
from simdiff.report.figure import Plate
from simdiff.report.provenance import CAVEAT
from simdiff.report.sensitivity_chart import Dots, sensitivity_chart
from simdiff.report.words import BY_NAME, difference
from simdiff.study.plan import Plan

MOST_ROWS = 20
MOST_PAIRS = 5
NAMES: dict[Method, str] = {
    "sobol": "Sobol' indices: shares of variance",
    "morris": "Morris' elementary effects: change of the outcome over the whole range of an input",
    "given-data": "first-order indices from given data: shares of variance",
}
HEADS = {"total": "total", "first": "first order", "mu_star": "mu*", "sigma": "sigma", "mu": "mu"}


def headline(found: Sample, ask: Ask) -> str:
    """What is asked, as a title."""
    where = "" if ask.district == "all" else f", {ask.district}"
    practice = "" if ask.practice is None else f", {ask.practice}"
    when = "last year" if found.year is None else f"year {found.year}"
    return f"What moves {BY_NAME[ask.outcome].title} of {found.name}, {when}{where}{practice}"


def sensitivity_table(found: Sensitivity, unit: str) -> tuple[list[str], list[list[str]], int]:
    """Heads and rows, the strongest input first, and how many are left out."""
    names = MEASURES[found.method]
    said = _said(found, unit)
    rows = [
        [
            column.name,
            column.grade or column.kind,
            *(_span(measures[name], said) for name in names),
            {True: "yes", False: "no", None: ""}[_above(found, measures)],
        ]
        for column, measures in zip(found.columns[:MOST_ROWS], found.measures, strict=False)
    ]
    return (
        ["input", "grade", *(HEADS[name] for name in names), "above luck"],
        rows,
        max(0, len(found.columns) - MOST_ROWS),
    )


def _said(found: Sensitivity, unit: str) -> Callable[[float], str]:
    if found.method == "morris":
        return lambda value: difference(value, unit)
    return lambda value: f"{100 * value:.0f} %".replace("-0 %", "0 %")


def _span(one: Estimate, said: Callable[[float], str]) -> str:
    low, high = said(one.low), said(one.high)
    joiner = "…" if "-" in low + high else "–"
    unit = next((tail for tail in (" points", " %") if low.endswith(tail) and high.endswith(tail)), "")
    return f"{said(one.value)} ({low.removesuffix(unit)}{joiner}{high.removesuffix(unit)})"


def sensitivity_lines(found: Sensitivity, unit: str) -> list[str]:
    """What the table is, and how much of it is noise."""
    said = _said(found, unit)
    things = {"sobol": "points", "morris": "points", "given-data": "draws"}[found.method]
    lines = [f"{NAMES[found.method][0].upper()}{NAMES[found.method][1:]}, of means of {_replicates(found)} at "
             f"{found.rows:,} {things}{_dropped(found)}."]  # fmt: skip
    lines.append(f"Noise: {_noise(found, said)}")
    unsure = "trajectories" if found.method == "morris" else "base points" if found.method == "sobol" else "draws"
    lines.append(f"Intervals: 5–95 % over bootstrap resamples of the {unsure}; the luck of the replicates is the same "
                 "at all of them.")  # fmt: skip
    return lines


def pair_lines(found: Sensitivity, unit: str) -> list[str]:
    """The pairs whose interaction matters most, where they were sampled."""
    said = _said(found, unit)
    return [f"Together: {one} × {other} {_span(index, said)}" for one, other, index in found.pairs[:MOST_PAIRS]]


def _replicates(found: Sensitivity) -> str:
    return "1 replicate" if found.replicates == 1 else f"{found.replicates} replicates"


def _dropped(found: Sensitivity) -> str:
    return f" ({found.dropped:,} more are left out: no such figure in some of their runs)" if found.dropped else ""


def _noise(found: Sensitivity, said: Callable[[float], str]) -> str:
    if math.isnan(found.noise):
        share = "one replicate cannot tell luck from effect."
    else:
        share = f"{100 * found.noise:.1f} % of the variance of these means is luck of replicates."
    floor = said(found.floor) if math.isfinite(found.floor) else ""
    return share + {
        "sobol": f" A total index up to {floor} cannot be told from none." if floor else "",
        "morris": f" It alone gives a mu* of {floor}." if floor else "",
        "given-data": f" Shuffled draws give their strongest input up to {floor} (in 19 of 20 shuffles): what is not "
                      "above that cannot be told from none.",
    }[found.method]  # fmt: skip


def sensitivity_rows(found: Sensitivity) -> list[dict[str, Any]]:
    """A row for each input: what it is, and each measure with its interval."""
    rows = []
    for column, measures in zip(found.columns, found.measures, strict=True):
        row: dict[str, Any] = {"input": column.name, "kind": column.kind, "grade": column.grade}
        for name in MEASURES[found.method]:
            one = measures[name]
            row |= {name: one.value, f"{name}_05": one.low, f"{name}_95": one.high}
        meaning = PARAMETERS[column.parameter].meaning if column.parameter else ""
        rows.append(row | {"above_floor": _above(found, measures), "meaning": meaning})
    return rows


def _above(found: Sensitivity, measures: Mapping[str, Estimate]) -> bool | None:
    return bool(measures[MEASURES[found.method][0]].value > found.floor) if math.isfinite(found.floor) else None


def sensitivity_record(plan: Plan, sample: Sample, ask: Ask, found: Sensitivity) -> dict[str, Any]:
    """Everything for scripts."""
    return {
        "experiment": plan.experiment.name, "of": sample.name, "outcome": ask.outcome,
        "unit": BY_NAME[ask.outcome].unit, "year": sample.year, "district": ask.district, "method": found.method,
        "caveat": CAVEAT, "seed": plan.experiment.seed, "code": plan.question.code,
        "points": found.rows, "left_out": found.dropped, "replicates": found.replicates,
        "noise_share": _finite(found.noise), "floor": _finite(found.floor),
        "intervals": "5–95 % over bootstrap resamples of the points or draws (layer: parameters)",
        "inputs": sensitivity_rows(found),
        "pairs": [{"first": one, "second": other, "index": index.value, "index_05": index.low, "index_95": index.high}
                  for one, other, index in found.pairs],
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def sensitivity_plate(plan: Plan, sample: Sample, ask: Ask, found: Sensitivity) -> Plate:
    """The chart: the first two measures of each input; its numbers are the table."""
    unit = BY_NAME[ask.outcome].unit
    names = MEASURES[found.method][:2]
    measures = [Dots(HEADS[name], tuple(one[name] for one in found.measures)) for name in names]
    axis = {"sobol": "share of variance", "given-data": "share of variance (first order)",
            "morris": f"change over the input's range ({difference(1.0, unit).partition(' ')[2] or unit})"}  # fmt: skip
    origin = f"Seed {plan.experiment.seed}, code {plan.question.code}."
    note, said = " ".join([*sensitivity_lines(found, unit), origin, CAVEAT]), _said(found, unit)
    inputs, title = [column.name for column in found.columns], headline(sample, ask)
    figure = sensitivity_chart(inputs, measures, found.floor, axis[found.method], title, note,
                               lambda value: said(value).removesuffix(" points"))  # fmt: skip
    first = found.measures[0]
    told = "; ".join(f"{name} {said(one[names[0]].value)} ({said(one[names[0]].low)} to {said(one[names[0]].high)})"
                     for name, one in list(zip(inputs, found.measures, strict=True))[:3])  # fmt: skip
    alt = f"Dots with intervals for {len(inputs)} inputs, by {HEADS[names[0]]}. Strongest: {told}." if first else title
    return Plate("sensitivity", "sensitivity", title, note, alt, figure, tuple(sensitivity_rows(found)))
