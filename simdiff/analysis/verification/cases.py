"""All verification cases, in the order of the model specification's section 7."""

from collections.abc import Iterable

from simdiff.analysis.verification import (
    bounds,
    cascade,
    decision,
    district,
    identities,
    money,
    spread,
    support,
    use,
)
from simdiff.analysis.verification.case import Check

TOPICS = (spread, cascade, use, decision, support, district, bounds, identities, money)
CHECKS: tuple[Check, ...] = tuple(
    sorted((check for topic in TOPICS for check in topic.CHECKS), key=lambda check: check.number)
)
"""One or several lines for each of V1 … V28."""
NAMES = tuple(dict.fromkeys(check.name for check in CHECKS))
SHIPPED_SEED, SHIPPED_SIZE = 1, 1.0
"""What the tests run: frozen, and known to pass."""


def chosen(names: Iterable[str]) -> tuple[Check, ...]:
    """The checks of these cases, all if none is named; capitals do not count. Unknown names choose nothing."""
    wanted = {name.upper() for name in names}
    return tuple(check for check in CHECKS if not wanted or check.name in wanted)


def unknown(names: Iterable[str]) -> list[str]:
    """Names that are no case's, in their order."""
    return [name for name in dict.fromkeys(names) if name.upper() not in NAMES]
