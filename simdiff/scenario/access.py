"""Reading a scenario: a district's value of a field, a practice with the catalogue's values filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from simdiff.register import CATALOGUE
from simdiff.scenario.schema import OTHERS, Practice

T = TypeVar("T")
D = TypeVar("D")

ATTRIBUTES = ("school_flexibility", "classroom_flexibility", "load", "quality", "exit_hazard")
"""The numbers that make up a practice."""


@dataclass(frozen=True, slots=True)
class ResolvedPractice:
    """A practice with every number known: shares that need school- and classroom-level flexibility (0–1), load weight
    and quality (1 = reference), base hazard of a continuation review (1/year)."""

    name: str
    title: str
    school_flexibility: float
    classroom_flexibility: float
    load: float
    quality: float
    exit_hazard: float


def value_for(mapping: Mapping[str, T] | None, district: str, default: D) -> T | D:
    """Return a district's value of a by-district field: its own, else that of ``others``, else ``default``."""
    if mapping is None:
        return default
    return mapping[district] if district in mapping else mapping.get(OTHERS, default)


def resolve_practice(name: str, practice: Practice) -> ResolvedPractice:
    """Fill in what a practice leaves out from the catalogue entry it is like, or of its own name.

    Raises ValueError if a number is said nowhere; a loaded scenario has no such practice.
    """
    entry = CATALOGUE.get(practice.like or name)
    numbers = {field: _first(getattr(practice, field), getattr(entry, field, None)) for field in ATTRIBUTES}
    known = {field: number for field, number in numbers.items() if number is not None}
    if len(known) < len(ATTRIBUTES):
        raise ValueError(
            f"practice {name}: nothing says {', '.join(field for field in ATTRIBUTES if field not in known)}"
        )
    own_title = entry.title if entry and practice.like in (None, name) else name.replace("-", " ").capitalize()
    return ResolvedPractice(name, practice.title or own_title, **known)


def _first(own: float | None, inherited: float | None) -> float | None:
    return inherited if own is None else own
