"""What a declaration says: the record types of the register."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["E", "M", "A"]
Prior = Literal["lognormal", "logitnormal", "normal", "beta", "fixed"]

GRADES: dict[str, str] = {
    "E": "anchored in a published estimate",
    "M": "mapped from a published estimate by a stated rule",
    "A": "assumption",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model.

    ``low`` and ``high`` bound what a scenario may set. ``prior`` names the law that parameter draws use: *lognormal*
    (median at the centre, ``spread`` = SD of the log), *logitnormal* (``spread`` = SD of the logit), *normal*
    (``spread`` = SD), *beta* (``spread`` = a + b, mean at the centre) or *fixed*. ``about`` is that centre where it is
    not the default.
    """

    group: str
    name: str
    symbol: str
    default: float
    unit: str
    low: float
    high: float
    prior: Prior
    spread: float
    meaning: str
    source: str
    grade: Grade
    about: float | None = None

    @property
    def centre(self) -> float:
        """Centre of the prior: its median, or its mean for *beta*."""
        return self.default if self.about is None else self.about


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of the school year in which a process may happen (0 = July … 11 = June)."""

    name: str
    months: tuple[int, ...]
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Lever:
    """One sub-lever: a level between ``low`` and ``high`` that follows start, stop and ramp in every month.

    ``handle`` is its short name in the equations; ``price`` the parameter that prices it, if any.
    """

    family: Literal["goals", "flexibility", "talent", "networks", "context"]
    name: str
    path: str
    handle: str
    unit: str
    low: float
    high: float
    price: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One named outcome of a run: what is reported, in which unit, by which formula."""

    name: str
    title: str
    unit: str
    formula: str
    meaning: str
    headline: bool = False
