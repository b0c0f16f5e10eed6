"""simdiff: how promising teaching practices spread, deepen, last and fade across the schools of a district.

In Python: ``simdiff.load`` a scenario, ``simdiff.run`` it, ``simdiff.sweep`` an experiment, ``simdiff.open`` what was
kept (docs/python.md). They come from ``simdiff.api`` when first asked for, so that the command line answers at once.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simdiff.api import (
        Chart,
        Comparison,
        Effects,
        Result,
        Scenario,
        ScenarioError,
        Sweep,
        load,
        open,
        run,
        sweep,
    )

__version__ = "0.1.0"
__all__ = ["Chart", "Comparison", "Effects", "Result", "Scenario", "ScenarioError", "Sweep", "load", "open", "run",
           "sweep"]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'simdiff' has no attribute {name!r}")
    from simdiff import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
