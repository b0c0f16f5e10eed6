"""A calibration as tables, a chart and files."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simdiff.analysis.calibration import SCORED, Calibration
from simdiff.report.figure import Plate
from simdiff.report.provenance import CAVEAT
from simdiff.report.targets_chart import TargetRow, targets_chart

HEADS = ("target", "what", "range", "before: median (5–95 %)", "in range", "after: median (5–95 %)", "in range")
LEADER_HEADS = ("C9: model", "prior", "isolates", "RMSE: posterior mean (5–95 %), best draw", "t50: median (5–95 %)",
                "contagion or slope learnt", "verdict")  # fmt: skip
PARITY_HEADS = ("lever family alone", "at draws of the priors: median (5–95 %)", "at accepted draws: median (5–95 %)")
CONFLICT = 0.5
"""Share of accepted draws inside a target's range below which it is told as not reached."""
NOTE = (
    "Green: range of the target. Grey: the priors alone; blue: accepted draws; dots are medians, lines 5–95 % over "
    "draws (parameter uncertainty with the chance of a few pooled runs)."
)


def target_rows(found: Calibration) -> list[TargetRow]:
    """Every scored target with its figures before and after."""
    before = found.posterior.wave_figures.reshape(-1, len(SCORED), 2)[..., 0]
    return [
        TargetRow(target.name, target.title, target.unit, target.low, target.high, _three(before[:, k]),
                  _three(found.figures[:, k]))
        for k, target in enumerate(SCORED)
    ]  # fmt: skip


def _three(values: Any) -> tuple[float, float, float]:
    low, middle, high = np.nanquantile(values, (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)


def table_rows(found: Calibration) -> list[tuple[str, ...]]:
    """One row a target, as text, in the order of ``HEADS``."""
    before = found.posterior.wave_figures.reshape(-1, len(SCORED), 2)[..., 0]
    return [
        (row.name, row.title, f"{row.low:g}–{row.high:g}", _said(row.before), _share(before[:, k], row),
         _said(row.after), _share(found.figures[:, k], row))
        for k, row in enumerate(target_rows(found))
    ]  # fmt: skip


def _said(three: tuple[float, float, float]) -> str:
    low, middle, high = three
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def _share(values: Any, row: TargetRow) -> str:
    return f"{np.mean((values >= row.low) & (values <= row.high)):.0%}"


def told(found: Calibration) -> list[str]:
    """What a reader must know of a calibration, a line each."""
    ancestors = len(np.unique(found.posterior.ancestors))
    wrong = [row.name for k, row in enumerate(target_rows(found))
             if np.mean((found.figures[:, k] >= row.low) & (found.figures[:, k] <= row.high)) < CONFLICT]  # fmt: skip
    learnt = sorted((one for one in found.contraction.items() if one[1] < found.told), key=lambda one: one[1])
    lines = [
        f"{len(found.draws)} accepted draws from {ancestors} different prior points; of the first wave, "
        f"{found.not_ruled_out:.1%} were not ruled out (worst implausibility below 3).",
        "Not reached by most draws, in conflict with the others: " + (", ".join(wrong) if wrong else "none") + ".",
        "Told from their priors by themselves (posterior SD over prior SD): "
        + (", ".join(f"{n} {x:.2f}" for n, x in learnt) or "none")
        + ".",
        f"{len(found.contraction) - len(learnt)} of {len(found.contraction)} parameters cannot be told from their "
        f"prior (ratio above {found.told:.2f}, three standard errors with so many ancestors); what is learnt is of "
        "combinations.",
    ]
    return [*lines, CAVEAT]


def calibration_chart(found: Calibration) -> Plate:
    """Targets before and after."""
    return targets_chart(target_rows(found), "Calibration targets, before and after", f"{NOTE} {CAVEAT}")


def draw_rows(draws: Sequence[dict[str, float]]) -> list[dict[str, str]]:
    """Accepted draws with six digits, as they are shipped and read."""
    return [{name: f"{value:.6g}" for name, value in draw.items()} for draw in draws]


def leader_rows(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Carlson's curve in the leader-level limit, a row a model, as text in the order of ``LEADER_HEADS``; ``rows`` as
    ``leaders.carlson_rows`` gives them."""
    return [(row["model"], *([""] * 5), row["verdict"]) if len(row) == 2 else _leader_row(row) for row in rows]


def _leader_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    learnt = {name.removeprefix("contraction_"): value for name, value in row.items()
              if name in ("contraction_decide_peers", "contraction_weight") and value is not None}  # fmt: skip
    return (
        row["model"], row["prior"], row["isolates"],
        f"{row['rmse']:.3f} ({row['rmse_05']:.3f}–{row['rmse_95']:.3f}), {row['rmse_best']:.3f}",
        f"{_year(row['t50'])} ({_year(row['t50_05'])}–{_year(row['t50_95'])})",
        ", ".join(f"{name} {value:.2f}" for name, value in learnt.items()),
        row["verdict"],
    )  # fmt: skip


def _year(value: float | None) -> str:
    return "later" if value is None else f"{value:.2f}"


def parity_rows(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Change in the log-odds of deep schools, each family alone against none, before and after; in the order of
    ``PARITY_HEADS``."""
    said = {(row["family"], row["when"]): _said((row["low"], row["median"], row["high"])) for row in rows}
    families = dict.fromkeys(row["family"] for row in rows)
    return [(family, said[family, "priors"], said[family, "calibrated"]) for family in families]
