"""Outcomes of one run as named functions (model specification, section 9), used by both drivers.

Each function takes ``Observations`` and returns an array (months, reports, practices) of that month's value, or of the
value so far; not-a-number where nothing can be said (such as ownership where nobody uses the practice).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.model.inputs import BURN_IN
from simdiff.model.state import DISTRICT_PAYS, IN_KIND, OBSERVED, PARTNER_PAYS, SUMS, Records, Sim

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observations:
    """What was written down in one replicate: monthly sums (T, R, P), conditions (T, R), ledger (T, R, lines, payers),
    lifetimes (R, P, 2, T + 1, 2), waiting times (R, P, 2, 2), depth kept after support (R, P, horizons, 2), and what
    outcomes need of the parameters."""

    observed: Records
    condition: Records
    ledger: NDArray[np.float64]
    survival: NDArray[np.int64]
    waiting: NDArray[np.float64]
    own_hours: float
    discount: float
    kept: NDArray[np.float64]

    @classmethod
    def of_sim(cls, sim: Sim) -> "Observations":
        """Observations of a run, or of what has been lived of it."""
        return cls(
            observed=sim.observed,
            condition=sim.condition,
            ledger=sim.ledger,
            survival=sim.survival,
            waiting=sim.waiting,
            own_hours=float(sim.par["own_hours"][0]),
            discount=float(sim.par["discount"][0]),
            kept=_kept(sim),
        )

    @classmethod
    def stack(cls, runs: Sequence["Observations"]) -> "Observations":
        """Several runs of one scenario side by side along the report axis."""
        first = runs[0]
        return cls(
            observed=np.concatenate([run.observed for run in runs], axis=1),
            condition=np.concatenate([run.condition for run in runs], axis=1),
            ledger=np.concatenate([run.ledger for run in runs], axis=1),
            survival=np.concatenate([run.survival for run in runs]),
            waiting=np.concatenate([run.waiting for run in runs]),
            own_hours=first.own_hours,
            discount=first.discount,
            kept=np.concatenate([run.kept for run in runs]),
        )

    def pooled(self, size: int | None = None) -> "Observations":
        """Each ``size`` consecutive reports (left out: all) as one: sums add up, the best version is the best."""
        months, reports, slots = self.observed.shape
        size = size or reports
        groups = reports // size
        observed = np.zeros((months, groups, slots), dtype=OBSERVED)
        condition = np.zeros((months, groups), dtype=self.condition.dtype)
        for name in SUMS:
            observed[name] = self.observed[name].reshape(months, groups, size, slots).sum(axis=2)
        observed["ranked"] = observed["ranked_all"]
        observed["best"] = self.observed["best"].reshape(months, groups, size, slots).max(axis=2)
        for name in self.condition.dtype.names or ():
            condition[name] = self.condition[name].reshape(months, groups, size).sum(axis=2)

        def added(values: NDArray[Any], axis: int) -> NDArray[Any]:
            shape = values.shape
            return np.asarray(values.reshape(*shape[:axis], groups, size, *shape[axis + 1 :]).sum(axis=axis + 1))

        return Observations(
            observed, condition, added(self.ledger, 1), added(self.survival, 0), added(self.waiting, 0),
            self.own_hours, self.discount, added(self.kept, 0),
        )  # fmt: skip

    def until(self, month: int) -> "Observations":
        """Only the first ``month`` months (at least one)."""
        stop = max(1, month)
        return Observations(
            self.observed[:stop], self.condition[:stop], self.ledger[:stop], self.survival, self.waiting,
            self.own_hours, self.discount, self.kept,
        )  # fmt: skip

    def total(self, name: str) -> Series:
        """A monthly sum by name, (T, R, P)."""
        return np.asarray(self.observed[name], dtype=float)


def share(part: Series, whole: Series) -> Series:
    """part / whole, not-a-number where whole is 0."""
    out = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.asarray(np.divide(part, whole, out=out, where=whole != 0))


def _per_school(name: str) -> Callable[[Observations], Series]:
    return lambda o: share(o.total(name), o.total("schools"))


def reach_teachers(o: Observations) -> Series:
    """Σ(M + K) / Σ n."""
    return share(o.total("mechanical") + o.total("proficient"), o.total("teachers"))


def sustained(o: Observations) -> Series:
    """Of schools that ever launched, those in real use."""
    return share(o.total("launched_real"), o.total("ever"))


def ownership(o: Observations) -> Series:
    """Ow = Σ A K O / Σ A K."""
    return share(o.total("owned"), o.total("active_proficient"))


def internal_hours(o: Observations) -> Series:
    """Σ c_int K / (Σ c_int K + Σ served)."""
    inside = o.own_hours * o.total("active_proficient")
    return share(inside, inside + o.total("served"))


def peer_seeded(o: Observations) -> Series:
    """Share of launches so far whose first interest came from contact with active schools."""
    return share(np.cumsum(o.total("peer_launches"), axis=0), np.cumsum(o.total("launches"), axis=0))


def equity_gap(o: Observations) -> Series:
    """Depth in the lowest-need tercile minus depth in the highest (terciles within districts)."""
    return share(o.total("low_depth"), o.total("low_teachers")) - share(o.total("high_depth"), o.total("high_teachers"))


def concentration(o: Observations) -> Series:
    """CI = 2/(S μ) Σ x R − 1 = 2 Σ x R / Σ x − 1, x = K/n, R the fractional rank by need."""
    return 2.0 * share(o.total("ranked"), o.total("share")) - 1.0


def coach_ratio(o: Observations) -> Series:
    """High-need tercile's share of coach hours over its share of teachers."""
    return share(share(o.total("high_served"), o.total("served")), share(o.total("high_teachers"), o.total("teachers")))


def transferability(o: Observations) -> Series:
    """T̄, weighted by schools."""
    value = share(np.asarray(o.condition["transfer"]), np.asarray(o.condition["schools"]))
    return np.broadcast_to(value[:, :, None], o.observed.shape)


def _money(o: Observations) -> Series:
    """Money by month and report, all payers, in-kind time apart; shaped for every practice."""
    month = o.ledger[:, :, :IN_KIND, :].sum(axis=(2, 3))
    return np.broadcast_to(month[:, :, None], o.observed.shape)


def cost(o: Observations) -> Series:
    """Money spent so far by all payers, dollars, undiscounted."""
    return np.cumsum(_money(o), axis=0)


def cost_discounted(o: Observations) -> Series:
    """Money so far, discounted to the start of policy."""
    years = np.maximum(0, np.arange(len(o.ledger)) - BURN_IN) / 12.0
    return np.cumsum(_money(o) * ((1.0 + o.discount) ** -years)[:, None, None], axis=0)


def cost_in_kind(o: Observations) -> Series:
    """Teachers' own time so far, dollars."""
    return np.broadcast_to(np.cumsum(o.ledger[:, :, IN_KIND, DISTRICT_PAYS], axis=0)[:, :, None], o.observed.shape)


def cost_partner(o: Observations) -> Series:
    """Part of the money so far that partners paid."""
    theirs = o.ledger[:, :, :IN_KIND, PARTNER_PAYS].sum(axis=2)
    return np.broadcast_to(np.cumsum(theirs, axis=0)[:, :, None], o.observed.shape)


def cost_per_deep_teacher_year(o: Observations) -> Series:
    """Money so far over proficient teacher-years so far."""
    return share(cost(o), np.cumsum(o.total("proficient"), axis=0) / 12.0)


def cost_per_deep_student_year(o: Observations) -> Series:
    """Money so far over student-years with proficient teachers so far."""
    return share(cost(o), np.cumsum(o.total("deep_students"), axis=0) / 12.0)


def assimilation_gap(o: Observations) -> Series:
    """Mean over months of policy so far of ever launched minus ever full, per school."""
    gap = share(o.total("ever") - o.total("ever_full"), o.total("schools"))
    gap[:BURN_IN] = 0.0
    months = np.maximum(1, np.arange(1, len(gap) + 1) - BURN_IN)
    return np.cumsum(gap, axis=0) / months[:, None, None]


OUTCOME_FUNCTIONS: dict[str, Callable[[Observations], Series]] = {
    "spread": _per_school("active"),
    "ever": _per_school("ever"),
    "reach_teachers": reach_teachers,
    "reach_students": lambda o: share(o.total("deep_students"), o.total("students")),
    "depth": lambda o: share(o.total("depth"), o.total("teachers")),
    "depth_adopters": lambda o: share(o.total("active_depth"), o.total("active_teachers")),
    "deep_schools": _per_school("deep"),
    "real_use": _per_school("in_use"),
    "sustained": sustained,
    "ownership": ownership,
    "internal_hours": internal_hours,
    "peer_seeded": peer_seeded,
    "equity_gap": equity_gap,
    "concentration": concentration,
    "coach_ratio": coach_ratio,
    "overload": _per_school("overloaded"),
    "transferability": transferability,
    "variants": lambda o: o.total("variants"),
    "best_version": lambda o: o.total("best"),
    "cost": cost,
    "cost_discounted": cost_discounted,
    "cost_in_kind": cost_in_kind,
    "cost_partner": cost_partner,
    "cost_per_deep_teacher_year": cost_per_deep_teacher_year,
    "cost_per_deep_student_year": cost_per_deep_student_year,
    "assimilation_gap": assimilation_gap,
}
"""Monthly outcomes by the names of the register."""


def survival_at(lives: NDArray[np.int64], months: int) -> float:
    """Kaplan–Meier share surviving ``months`` months; ``lives`` (T + 1, 2) counts losses and censorings by age."""
    at_risk, alive = lives.sum(), 1.0
    if at_risk == 0 or months >= len(lives):
        return float("nan")
    for age in range(months + 1):
        if at_risk > 0:
            alive *= 1.0 - lives[age, 0] / at_risk
        at_risk -= lives[age].sum()
    return alive if at_risk > 0 or lives[months + 1 :, :].sum() > 0 or alive == 0.0 else float("nan")


HORIZONS = (24, 36)
"""Months after the end of support at which sustained depth is asked for."""


def _kept(sim: Sim) -> Series:
    """Schools deep at the end of support that still are, and all that were; (R, P, horizons, 2), by each report's own
    end. Zero where support goes on, ends too late to tell, or ends at different times within one report."""
    months, reports, slots = sim.observed.shape
    kept = np.zeros((reports, slots, len(HORIZONS), 2))
    for report in range(reports):
        districts = sim.district["report"] == report
        ends = np.unique(sim.setting["support_end"][sim.district["group"][districts]])
        for h, later in enumerate(HORIZONS):
            if len(ends) == 1 and ends[0] >= 0 and ends[0] + later < months:
                row = sim.observed[ends[0] + later, report]
                kept[report, :, h] = np.column_stack([row["deep_kept"], row["deep_at_end"]])
    return kept


def kept_after(o: Observations, months: int) -> Series:
    """Sus(h): of schools deep at the end of their district's support, those deep ``months`` later; (R, P)."""
    at = o.kept[:, :, HORIZONS.index(months)]
    return share(at[..., 0], at[..., 1])


def months_to(o: Observations, level: float) -> Series:
    """Months of policy until spread first reaches ``level``; not-a-number (censored) if it never does; (R, P)."""
    reached = OUTCOME_FUNCTIONS["spread"](o)[BURN_IN:] >= level
    if not len(reached):
        return np.full(o.observed.shape[1:], np.nan)
    return np.where(reached.any(axis=0), reached.argmax(axis=0).astype(float), np.nan)


def final_outcomes(o: Observations) -> dict[str, Series]:
    """Outcomes of the whole run, each (R, P); lifetimes and waiting times have no *any* practice."""
    reports, practices = o.survival.shape[:2]
    lives = {
        name: np.array([[survival_at(o.survival[r, p, clock], 36) for p in range(practices)] for r in range(reports)])
        for clock, name in enumerate(("survival_formal", "survival_real"))
    }
    waiting = share(o.waiting[..., 0], o.waiting[..., 1])
    slots = o.observed.shape[2]
    lives["time_to_deep_gap"] = waiting[:, :, 1] - waiting[:, :, 0]
    padded = {name: np.pad(v, ((0, 0), (0, slots - practices)), constant_values=np.nan) for name, v in lives.items()}
    return padded | {
        "sustained_24": kept_after(o, 24),
        "sustained_36": kept_after(o, 36),
        "months_to_quarter": months_to(o, 0.25),
        "months_to_half": months_to(o, 0.5),
    }
