"""A comparison as files: tables of pairs and options, acceptability, all of it as JSON, and pictures."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from simdiff.analysis.comparison import Comparison, OutcomeCompared
from simdiff.analysis.contrasts import Contrast, Estimate, ahead
from simdiff.analysis.results import Results
from simdiff.analysis.results_of import of_sweep_folder
from simdiff.report.charts import PRINT, Size
from simdiff.report.figure import Chart
from simdiff.report.kinds.comparison import draw_differences, draw_regret
from simdiff.report.kinds.money import draw_acceptability, draw_frontier
from simdiff.report.provenance import CAVEAT
from simdiff.report.saving import save_charts
from simdiff.report.words import BY_NAME
from simdiff.study.files import csv_bytes, write_file
from simdiff.study.sweep import Report

Row = dict[str, Any]


def write_comparison(report: Report, found: Comparison, folder: Path, out: Path, command: str) -> list[Path]:
    """Write the tables of a comparison and, into ``charts``, its pictures; return the files. ``command``: what draws
    them. Raises OSError with the path."""
    out.mkdir(parents=True, exist_ok=True)
    about = said(report, found, folder)
    files = {"comparison.csv": _csv(pair_rows(found)), "cost.csv": _csv(option_rows(found))}
    if any(one.cost for one in found.outcomes):
        files["acceptability.csv"] = _csv(acceptability_rows(found))
    files["comparison.json"] = (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()
    for name, content in files.items():
        write_file(out / name, content)
    results = of_sweep_folder(report, folder)
    drawn = charts(results, found, PRINT)
    return [*(out / name for name in files), *save_charts(drawn, out / "charts", results, PRINT, command)]


def charts(results: Results, found: Comparison, size: Size) -> Iterator[tuple[str, Chart]]:
    """Name and chart of everything that there is to show of a comparison."""
    yield "differences", draw_differences(results, found, size)
    for one in found.outcomes:
        if one.cost is not None:
            yield f"frontier-{one.name}", draw_frontier(results, found, one, size)
            yield f"acceptability-{one.name}", draw_acceptability(results, found, one, size)
        if one.regret:
            yield f"regret-{one.name}", draw_regret(results, found, one, size)


def _csv(rows: Sequence[Row]) -> bytes:
    columns = dict.fromkeys(name for row in rows for name in row)
    return csv_bytes([{name: _plain(row.get(name)) for name in columns} for row in rows])


def _plain(value: Any) -> Any:
    """A value as JSON and CSV know it: no nan, no infinity, no numpy."""
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def _layers(one: Estimate) -> Row:
    return {
        "chance_low": one.chance_low, "chance_high": one.chance_high, "parameters_low": one.parameters_low,
        "parameters_high": one.parameters_high, "parameters_level": one.parameters_level,
    }  # fmt: skip


def pair_rows(found: Comparison) -> list[Row]:
    """Every pair on every outcome: in all worlds, and (if it is varied) under each structure."""
    return [row for one in found.outcomes for pair in one.contrasts for row in _rows_of_pair(found, one, pair)]


def _rows_of_pair(found: Comparison, one: OutcomeCompared, pair: Contrast) -> list[Row]:
    cost = found.cost_differences.get((pair.first, pair.second))
    names = found.worlds.structures
    parts = [("all", pair.whole)]
    if len(names) > 1:
        parts += zip(pair.structure_names, pair.structures, strict=True)
    rows = []
    for structure, part in parts:
        worlds, draws = ahead(part, one.direction)
        whole = structure == "all"
        rows.append({
            "outcome": one.name, "unit": BY_NAME[one.name].unit, "direction": one.direction.words,
            "year": found.worlds.year, "district": found.worlds.place, "practice": found.worlds.practice,
            "first": pair.first, "second": pair.second, "structure": structure, "difference": part.mean,
            "median": part.median, **_layers(part), "confidence": found.confidence,
            "first_ahead_worlds": worlds, "first_ahead_draws": draws, "worlds": part.worlds, "draws": part.draws,
            "defined_share": part.defined, "p": part.p, "p_holm": pair.p if whole else None,
            "comparisons": found.comparisons, "verdict": pair.verdict if whole else None,
            "why": pair.why if whole else None, "cost_difference": cost.mean if cost and whole else None,
        })  # fmt: skip
    return rows


def option_rows(found: Comparison) -> list[Row]:
    """Every option on every outcome: its place, cost, frontier and regret."""
    return [_option_row(found, one, n) for one in found.outcomes for n in range(len(found.worlds.options))]


def _option_row(found: Comparison, one: OutcomeCompared, n: int) -> Row:
    best, worst = one.ranking.places(found.worlds.options[n])
    regret, costs = one.regret[n] if one.regret else None, one.cost
    row: Row = {
        "outcome": one.name, "unit": BY_NAME[one.name].unit, "direction": one.direction.words,
        "year": found.worlds.year, "district": found.worlds.place, "practice": found.worlds.practice,
        "option": found.worlds.options[n], "mean": one.means[n].mean, **_layers(one.means[n]), "place_best": best,
        "place_worst": worst,
        "regret_expected": regret and regret.expected, "regret_90": regret and regret.ninety,
        "regret_most": regret and regret.most, "shared_worlds": one.shared,
    }  # fmt: skip
    if costs is None:
        return row
    at = costs.frontier.order.index(n) if n in costs.frontier.order else None
    means = {"cost": costs.cost, "effect": costs.effect, "extra_cost": costs.extra_cost,
             "extra_effect": costs.extra_effect}  # fmt: skip
    for name, of_options in means.items():
        layers = _layers(of_options[n])
        row |= {name: of_options[n].mean} | {f"{name}_{layer}": value for layer, value in layers.items()}
    per, step = costs.per_million[n], costs.ratios[at] if at is not None else None
    return row | {
        "baseline": found.worlds.options[found.baseline], "effect_per_extra_million": per.value,
        "effect_per_extra_million_low": per.low, "effect_per_extra_million_high": per.high,
        "frontier": costs.frontier.status[n], "ratio": step and step.value, "ratio_low": step and step.low,
        "ratio_high": step and step.high, "on_frontier_share": float(costs.on_frontier[n]),
    }  # fmt: skip


def acceptability_rows(found: Comparison) -> list[Row]:
    """Share of draws and worlds in which each option has the highest net benefit, by willingness to pay."""
    rows = []
    for one in found.outcomes:
        for n, option in enumerate(found.worlds.options if one.cost else ()):
            assert one.cost is not None
            curve = one.cost.acceptability
            for at, worth in enumerate(curve.grid):
                rows.append({
                    "outcome": one.name, "option": option, "dollars_per_unit": worth, "share_draws": curve.draws[n, at],
                    "share_worlds": curve.worlds[n, at], "expected_loss": curve.loss[n, at],
                    "best_on_average": bool(curve.best[at] == n),
                })  # fmt: skip
    return rows


def said(report: Report, found: Comparison, folder: Path) -> Row:
    """All of a comparison, as JSON takes it."""
    tally = report.tally
    return {
        "experiment": report.plan.experiment.name, "folder": str(folder), "caveat": CAVEAT,
        "seed": report.plan.experiment.seed, "code": report.plan.question.code, "planned": tally.planned,
        "done": tally.done, "failed": tally.failed, "options": list(found.worlds.options),
        "left_out": list(found.worlds.idle), "structures": list(found.worlds.structures),
        "draws": found.worlds.draws, "replicates": found.worlds.ran.shape[2], "confidence": found.confidence,
        "comparisons": found.comparisons, "baseline": found.worlds.options[found.baseline],
        "spending": _tree(asdict(found.spending)) if found.spending else None,
        "budgets_that_do_not_bind": [_tree(asdict(one)) for one in found.slack],
        "pairs": _tree(pair_rows(found)), "option_rows": _tree(option_rows(found)),
        "rankings": [
            {"outcome": one.name, "above": sorted(map(list, one.ranking.above)), "pairs": one.ranking.pairs,
             "firm": one.ranking.firm, "left_out": [list(pair) for pair in one.ranking.left_out],
             "together": _plain(one.ranking.together)}
            for one in found.outcomes
        ],
        "acceptability": _tree(acceptability_rows(found)),
    }  # fmt: skip


def _tree(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _tree(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tree(one) for one in value]
    return _plain(value)
