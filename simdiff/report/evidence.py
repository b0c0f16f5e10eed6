"""What is known and what is assumed, as Markdown tables: printed in ``docs/evidence.md`` and ``docs/validation.md``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simdiff.analysis.patterns import ANCHORS, CALIBRATED_TO, CHECKED_AGAINST, Target
from simdiff.register import GRADES, PARAMETERS, Parameter
from simdiff.register.tables import number, prior, table
from simdiff.report.calibration_report import LEADER_HEADS, PARITY_HEADS, leader_rows, parity_rows

Row = Mapping[str, Any]


def targets() -> str:
    """Every pattern that the model is calibrated to or checked against."""
    rows = [*((one, "calibrated to") for one in CALIBRATED_TO), *((one, "direct evidence") for one in ANCHORS),
            *((one, "only checked") for one in CHECKED_AGAINST)]  # fmt: skip
    heads = ("name", "use", "pattern", "range", "unit", "measured in", "source")
    return table(heads, ((t.name, use, t.title, ranged(t), t.unit, t.world, t.source) for t, use in rows))


def ranged(target: Target) -> str:
    """A target's range as people write it."""
    if target.high >= 1e6:
        return f"at least {target.low:g}"
    return f"{target.low:g} to {target.high:g}"


def sourced(grade: str, learnt: Mapping[str, float]) -> str:
    """Parameters of one grade with their priors, sources, and what calibration learnt of them."""
    return table(
        ("parameter", "meaning", "default", "prior", "posterior SD / prior SD", "source"),
        ((f"`{p.name}`", p.meaning, number(p.default), prior(p), _learnt(p, learnt), p.source) for p in _graded(grade)),
    )  # fmt: skip


def _graded(grade: str) -> Iterable[Parameter]:
    return (one for one in PARAMETERS.values() if one.grade == grade)


def _learnt(parameter: Parameter, learnt: Mapping[str, float]) -> str:
    if parameter.name not in learnt:
        return "fixed"
    return f"{learnt[parameter.name]:.2f}"


def standing(learnt: Mapping[str, float], told: float) -> str:
    """How many numbers of the model stand on what."""
    rows = []
    for grade, meaning in GRADES.items():
        names = [one.name for one in _graded(grade)]
        drawn = [learnt[name] for name in names if name in learnt]
        rows.append((grade, meaning, str(len(names)), str(len(drawn)), str(sum(x >= told for x in drawn))))
    return table(("grade", "meaning", "parameters", "with a prior", "of these, not told from the prior"), rows)


def calibration(rows: Sequence[Row]) -> str:
    """Targets before and after calibration; rows as ``simdiff calibrate`` writes them."""
    heads = (
        "target",
        "what",
        "range",
        "priors: median (5–95 %)",
        "in range",
        "calibrated: median (5–95 %)",
        "in range",
    )
    return table(heads, (tuple(str(cell) for cell in row.values()) for row in rows))


def leaders(rows: Sequence[Row]) -> str:
    """Carlson's curve, a row a model; rows as ``simdiff calibrate`` writes them."""
    return table(tuple(head.removeprefix("C9: ") for head in LEADER_HEADS), leader_rows(rows))


def verification(cases: Sequence[Row]) -> str:
    """Cases with an exact answer; ``cases`` as ``simdiff verify`` writes them."""
    heads = ("case", "what", "catches", "expected", "got", "z", "detectable error", "verdict")
    return table(heads, (_case(case) for case in cases))


def _case(case: Row) -> tuple[str, ...]:
    worst = case["worst"]
    what = ", ".join(part for part in (case["what"], worst and worst["element"], case["told"]) if part)
    if not worst:
        return case["case"], what, case["catches"], *["–"] * 4, case["verdict"]
    z = "–" if worst["z"] is None else f"{worst['z']:+.2f}"
    numbers = (f"{worst['expected']:.5g}", f"{worst['got']:.5g}", z, f"{worst['detectable_error']:.2g}")
    return case["case"], what, case["catches"], *numbers, case["verdict"]


def parity(rows: Sequence[Row]) -> str:
    """Lever families before and after; rows as ``simdiff calibrate`` writes them."""
    return table(PARITY_HEADS, parity_rows(rows))


def lines(texts: Sequence[str]) -> str:
    """Sentences as a list."""
    return "\n".join(f"- {text}" for text in texts)
