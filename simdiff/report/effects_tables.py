"""Effects for scripts and other programs: one JSON, one tidy table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from simdiff.analysis.dose import Curve, Threshold, enough, first_gain
from simdiff.analysis.factor_contrasts import CLIP, Effect
from simdiff.analysis.sweep_effects import BlockEffects, SweepEffects
from simdiff.report.effects_words import layer_lines
from simdiff.report.provenance import CAVEAT


def effects_json(found: SweepEffects, folder: str) -> dict[str, Any]:
    """Everything found, for scripts; undefined numbers are null."""
    said = {
        "experiment": found.plan.experiment.name, "folder": folder, "caveat": CAVEAT, "asked": asdict(found.asked),
        "draws": len(found.plan.draws), "replicates": sorted(set(found.plan.replicates().values())),
        "intervals": layer_lines(found.plan),
        "signs": dict(found.signs),
        "blocks": [_block_json(one) for one in found.blocks],
    }  # fmt: skip
    return {key: clean(value) for key, value in said.items()}


def _block_json(one: BlockEffects) -> dict[str, Any]:
    read = one.factorial
    said: dict[str, Any] = {"block": one.block.name, "held": dict(one.block.held), "cells": len(one.block.cells),
                            "empty": one.empty, "defined": one.defined}  # fmt: skip
    if read is not None:
        said |= {
            "levels": {name: list(levels) for name, levels in read.levels.items()},
            "effects": asdict(read.own), "log_odds": asdict(read.odds) if read.odds is not None else None,
            "clip": CLIP, "shapley": [asdict(share) for share in read.shapley], "shapley_order": read.shapley_order,
            "total": asdict(read.total) if read.total is not None else None, "resolution": read.resolution,
            "aliases": [{"effect": sorted(effect), "with": [[sorted(other), sign] for other, sign in others]}
                        for effect, others in read.aliased.items() if others],
        }  # fmt: skip
    if one.tornado is not None:
        said["tornado"] = {"base": one.tornado.base, "bars": [asdict(bar) for bar in one.tornado.bars],
                           "order": one.tornado.order}  # fmt: skip
    said["curves"] = [_curve_json(curve, threshold) for curve, threshold in one.curves]
    return said


def _curve_json(curve: Curve, threshold: Threshold | None) -> dict[str, Any]:
    return {"factor": curve.factor, "others": dict(curve.others), "doses": curve.doses,
            "at": [asdict(one) for one in curve.at], "gains": [asdict(one) for one in curve.gains],
            "leads": [asdict(one) for one in curve.leads], "led": curve.led, "first_gain": first_gain(curve),
            "enough": curve.doses[enough(curve)],
            "threshold": asdict(threshold) if threshold is not None else None}  # fmt: skip


def clean(value: Any) -> Any:
    """The same for JSON, which knows no infinite and no undefined numbers."""
    if isinstance(value, Mapping):
        return {str(key): clean(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inside) for inside in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def effect_rows(found: SweepEffects) -> list[dict[str, Any]]:
    """Every effect as a row of one tidy table."""
    rows = []
    for one in found.blocks:
        kinds: list[tuple[str, Sequence[Effect]]] = []
        if one.factorial is not None:
            kinds += [("main", one.factorial.own.main), ("interaction", one.factorial.own.interactions),
                      ("shapley", [share.effect for share in one.factorial.shapley])]  # fmt: skip
            if one.factorial.odds is not None:
                kinds += [("main, log-odds", one.factorial.odds.main),
                          ("interaction, log-odds", one.factorial.odds.interactions)]  # fmt: skip
        if one.tornado is not None:
            kinds.append(("one at a time", one.tornado.bars))
        rows += [{"block": one.block.name, "kind": kind, **clean(asdict(effect)), "firm": effect.sign,
                  "why": effect.why}
                 for kind, effects in kinds for effect in effects]  # fmt: skip
        rows += [{"block": one.block.name, "kind": f"dose of {curve.factor}, {curve.name}",
                  **clean(asdict(gain)), "name": f"{dose:g}", "firm": gain.sign, "why": gain.why}
                 for curve, _ in one.curves for dose, gain in zip(curve.doses, curve.gains, strict=True)]  # fmt: skip
    return rows
