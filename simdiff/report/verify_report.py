"""What verification shows: its table, its rows as data, and what they do not say."""

import math
from collections.abc import Sequence
from typing import Any

import simdiff
from simdiff.analysis.verification.cases import SHIPPED_SEED, SHIPPED_SIZE
from simdiff.analysis.verification.judge import WRONG, Judgement, Value, false_alarm, limit_of
from simdiff.model.compile import code_hash
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import NOTHING

VERIFIED = f"Verification shows that the program computes the stated model, not that the model is right. {CAVEAT}"
HEADS = ("case", "what", "expected", "got", "standard\nerror", "z", "detectable\nerror", "verdict")


def table_row(one: Judgement) -> tuple[str, ...]:
    """One line of the table: the worst value of a case with several."""
    value = one.value
    if value is None:
        return one.check.name, f"{one.check.title} ({one.told})", *[NOTHING] * 5, one.verdict
    several = f" (worst of {len(one.values)})" if len(one.values) > 1 else ""
    what = f"{one.check.title}, {value.element}{several}" if value.element else one.check.title
    told = f"; {one.told}" if one.told else ""
    z = value.z
    return (
        one.check.name, f"{what}{told}", figure(value.expected), figure(value.got),
        figure(value.error, 2) if value.error > 0 else NOTHING, NOTHING if z is None else f"{z:+.2f}",
        figure(value.detectable, 2), one.verdict,
    )  # fmt: skip


def figure(value: float, digits: int = 5) -> str:
    """A number in so many digits."""
    return NOTHING if math.isnan(value) else f"{value:.{digits}g}"


def closing_lines(judgements: Sequence[Judgement], seed: int, size: float) -> list[str]:
    """What the table says in sum, what its columns mean, and what it does not say."""
    wrong = sum(one.verdict == WRONG for one in judgements)
    limit = limit_of(seed, size)
    if (seed, size) == (SHIPPED_SEED, SHIPPED_SIZE):
        luck = f"Seed {seed} at size {size:g} is frozen: its luck is known to pass, so a WRONG is a fault."
    else:
        luck = (f"At seed {seed} and size {size:g} a program without fault shows some WRONG with probability "
                f"{false_alarm(judgements, limit):.1g} at most.")  # fmt: skip
    return [
        f"{len(judgements)} lines, {wrong} WRONG. {luck}",
        f"ok: within {limit:g} standard errors (chance alone) of the exact answer; without chance, within the "
        "detectable error. A true deviation of the detectable size is missed at most 5 % of the time.",
        VERIFIED,
    ]


def as_data(judgements: Sequence[Judgement], seed: int, size: float) -> dict[str, Any]:
    """The table as data, with all values of each case and what is needed to repeat it."""
    limit = limit_of(seed, size)
    return {
        "caveat": VERIFIED,
        "simdiff": simdiff.__version__,
        "code": code_hash(),
        "seed": seed,
        "size": size,
        "limit": limit,
        "false_alarm": false_alarm(judgements, limit),
        "wrong": sum(one.verdict == WRONG for one in judgements),
        "cases": [_case(one) for one in judgements],
    }


def _case(one: Judgement) -> dict[str, Any]:
    return {
        "case": one.check.name,
        "what": one.check.title,
        "verdict": one.verdict,
        "told": one.told,
        "catches": one.check.catches,
        "source": one.check.source,
        "planted_defect": one.check.defect,
        "worst": one.value and _value(one.value),
        "values": [_value(value) for value in one.values],
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "element": value.element,
        "expected": value.expected,
        "got": _finite(value.got),
        "standard_error": _finite(value.error),
        "z": None if value.z is None else _finite(value.z),
        "detectable_error": _finite(value.detectable),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None  # JSON knows no other numbers
