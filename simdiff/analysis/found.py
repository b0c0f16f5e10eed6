"""What one parameter draw shows of a pattern."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern's figure at one draw (of one that holds or not: 1 or 0; not-a-number where it cannot be told), and what
    stands behind it, by name."""

    figure: float
    parts: Mapping[str, float] = field(default_factory=dict)


def held(pattern: bool, parts: Mapping[str, float]) -> Found:
    """A pattern that holds or does not."""
    return Found(float(pattern), parts)
