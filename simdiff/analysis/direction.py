"""Which way each outcome is better: more, less, or nearer to even.

A judgement, but for the arithmetic: the table says it once, for every comparison and ranking. An outcome for which
neither way is better (``peer_seeded``, ``variants``) can be compared, and "above" then means more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MORE = ("spread", "ever", "reach_teachers", "reach_students", "depth", "depth_adopters", "deep_schools", "real_use",
        "sustained", "ownership", "internal_hours", "transferability", "best_version", "survival_formal",
        "survival_real", "sustained_24", "sustained_36")  # fmt: skip
LESS = ("overload", "cost", "cost_discounted", "cost_in_kind", "cost_partner", "cost_per_deep_teacher_year",
        "cost_per_deep_student_year", "assimilation_gap", "months_to_quarter", "months_to_half")  # fmt: skip
EVEN = {"equity_gap": 0.0, "concentration": 0.0, "coach_ratio": 1.0, "time_to_deep_gap": 0.0}
"""Outcomes of which the distance from this value is compared: less is better. Nothing is even where nothing happens, so
read them beside depth."""
NEITHER = ("peer_seeded", "variants")
CENSORED = ("months_to_quarter", "months_to_half")
"""Waiting times: a run that never gets there counts with its whole length, so that what is compared is the restricted
mean (Royston & Parmar 2013, BMC Medical Research Methodology 13:152), not the mean of those that got there."""


def waited(outcome: str, values: NDArray[np.float64], ran: NDArray[np.bool_], years: int) -> NDArray[np.float64]:
    """Values of an outcome in runs of ``years``, a wait that did not end with its whole length; nan stays where there
    was no run, and in every other outcome."""
    return np.where(np.isnan(values) & ran, 12.0 * years, values) if outcome in CENSORED else values


@dataclass(frozen=True, slots=True)
class Direction:
    """``sign``: 1 if more is better, −1 if less. ``even``: the distance from it is compared. ``neutral``: no way is
    better, and ``sign`` only says which is called above."""

    sign: int
    even: float | None = None
    neutral: bool = False

    @property
    def words(self) -> str:
        """As a reader is told."""
        if self.even is not None:
            return f"distance from {self.even:g}: less is better"
        if self.neutral:
            return "neither way is better; above means more"
        return "more is better" if self.sign > 0 else "less is better"

    def compared(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is compared: the values, or their distance from even."""
        return values if self.even is None else np.abs(values - self.even)

    def merit(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is compared, turned so that more is better."""
        return self.sign * self.compared(values)


DIRECTIONS: dict[str, Direction] = (
    dict.fromkeys(MORE, Direction(1))
    | dict.fromkeys(LESS, Direction(-1))
    | {name: Direction(-1, even) for name, even in EVEN.items()}
    | dict.fromkeys(NEITHER, Direction(1, neutral=True))
)
"""Outcome → which way is better."""
