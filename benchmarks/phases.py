"""Where a school-month goes: processor time by phase (``run.py`` prints it).

Phases are called from here, one at a time over all schools of one large district, so that what a call costs is small
beside what it does; least of several replicates. four-levers, one practice, ten years after the burn-in.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim

LARGE, REPLICATES = 6000, 3
ORDER = ("open_month", "look", "decide", "admit_schools", "enter", "ask", "coach", "work", "settle", "learn_from_use",
         "continue_or_not", "close_month", "show")  # fmt: skip
DISTRICTS = ("open_month", "admit_schools", "coach", "learn_from_use", "close_month")
PHASES = {
    "look": ("look",),
    "decide": ("decide", "admit_schools", "enter"),
    "coaches": ("ask", "coach"),
    "install, teach": ("work",),
    "settle": ("settle",),
    "turnover, review": ("continue_or_not",),
    "districts": ("open_month", "learn_from_use"),
    "outcomes, money": ("close_month",),
    "show": ("show",),
}
"""Rows of the table, and the phases of ``engine`` that each holds."""


def costs(inputs: Inputs) -> dict[str, float]:
    """Nanoseconds a school-month by row of the table."""
    schools, districts = len(inputs.world.site), len(inputs.world.districts)
    least = dict.fromkeys(ORDER, np.inf)
    for replicate in range(REPLICATES):
        sim, spent = new_sim(inputs, replicate), dict.fromkeys(ORDER, 0.0)
        engine.begin(sim)
        for t in range(inputs.months):
            for name in ORDER:
                phase: Callable[..., Any] = getattr(engine, name)
                began = time.process_time()
                phase(sim, 0, districts if name in DISTRICTS else schools, t)
                spent[name] += time.process_time() - began
        least = {name: min(least[name], spent[name]) for name in ORDER}
    return {row: 1e9 * sum(least[n] for n in one) / inputs.months / schools for row, one in PHASES.items()}
