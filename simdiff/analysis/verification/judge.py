"""Which cases the program passes: each result beside its exact answer, with its error and what it could have missed."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from simdiff.analysis.verification.case import FRESH, TOLERANCE, Case, Check, allowed, detectable
from simdiff.analysis.verification.cases import SHIPPED_SEED, SHIPPED_SIZE

OK, WRONG, NOT_APPLICABLE = "ok", "WRONG", "n.a."


@dataclass(frozen=True, slots=True)
class Value:
    """One answer: what it is of, what was expected and what came, its standard error (0: no chance involved), the
    independent samples behind it, and the smallest true deviation that would be missed at most 5 % of the time."""

    element: str
    expected: float
    got: float
    error: float
    samples: int
    detectable: float

    @property
    def z(self) -> float | None:
        """Deviation in standard errors; None where no chance is involved."""
        return (self.got - self.expected) / self.error if self.error > 0 else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A check, its values, which of them is the worst, and the verdict; ``told`` says what was compared, or why not."""

    check: Check
    values: tuple[Value, ...]
    worst: int
    verdict: str
    told: str

    @property
    def value(self) -> Value | None:
        """The worst value; None if there is none."""
        return self.values[self.worst] if self.values else None


def limit_of(seed: int, size: float) -> float:
    """Standard errors allowed: 3.3 for what is shipped and frozen, 5 for luck that nobody has seen."""
    return TOLERANCE if (seed, size) == (SHIPPED_SEED, SHIPPED_SIZE) else FRESH


def judge(check: Check, case: Case, limit: float) -> Judgement:
    """Compare each value of a case with its exact answer."""
    parts = (case.simulated, case.error, case.exact, detectable(case, limit, check.tolerance),
             allowed(case, limit, check.tolerance))  # fmt: skip
    rows = np.stack(np.broadcast_arrays(*(np.atleast_1d(np.asarray(part, dtype=float)) for part in parts)))
    got, error, exact, missed, most = rows
    share = np.nan_to_num(np.abs(got - exact) / most, nan=np.inf)
    names = check.elements or ("",) * len(got)
    values = tuple(
        Value(name, float(exact[n]), float(got[n]), float(error[n]), case.samples if error[n] > 0 else 0,
              float(missed[n]))
        for n, name in enumerate(names)
    )  # fmt: skip
    return Judgement(check, values, int(np.argmax(share)), OK if (share <= 1).all() else WRONG, case.compared)


def verify(check: Check, seed: int, size: float) -> Judgement:
    """Run one check and judge it. A case that cannot be run to its end is wrong: the others must still be told."""
    if check.run is None:
        return Judgement(check, (), 0, NOT_APPLICABLE, check.reason)
    try:
        return judge(check, check.run(seed, size), limit_of(seed, size))
    except Exception as error:
        return Judgement(check, (), 0, WRONG, f"stopped: {type(error).__name__}: {error}")


def false_alarm(judgements: Iterable[Judgement], limit: float) -> float:
    """Chance that a right program shows at least one WRONG, at most: the sum over all values that chance is in
    (Student's law with the replicates of each)."""
    from scipy.stats import t

    samples = [value.samples for one in judgements for value in one.values if value.samples > 1]
    return float(min(1.0, sum(2 * t.sf(limit, count - 1) for count in samples)))
