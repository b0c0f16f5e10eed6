"""What a study that visits every school each month would see: stages and users, school by school.

Targets are measured on such panels, since studies follow schools from their own launch, not from the start of a policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim
from simdiff.model.state import FULL, INITIAL, NO_SITE

SEEN = ("stage", "mechanical", "proficient")


@dataclass(frozen=True, slots=True)
class Panel:
    """One practice in every school and month, at the end of the month.

    ``stage``, ``mechanical``, ``proficient`` (runs, T, S); ``site`` (runs, T, S), true inside a pilot, zone or prize;
    ``teachers`` (S,). Month 0 is the July in which the burn-in starts; policy starts in month ``burn_in``.
    """

    stage: NDArray[np.int8]
    mechanical: NDArray[np.int16]
    proficient: NDArray[np.int16]
    site: NDArray[np.bool_]
    teachers: NDArray[np.int32]
    burn_in: int

    @property
    def active(self) -> NDArray[np.bool_]:
        """Formally implemented (INITIAL or FULL); (runs, T, S)."""
        return np.asarray((self.stage == INITIAL) | (self.stage == FULL))

    @property
    def using(self) -> NDArray[np.float64]:
        """(M + K)/n; (runs, T, S)."""
        return (self.mechanical + self.proficient) / self.teachers

    @property
    def proficiency(self) -> NDArray[np.float64]:
        """K/n; (runs, T, S)."""
        return self.proficient / self.teachers


def watch(inputs: Inputs, replicates: Sequence[int], practice: int = 0) -> Panel:
    """Run some replicates and look at every school in every month. Watching changes nothing."""
    shape = (len(replicates), inputs.months, len(inputs.world.site))
    seen: dict[str, NDArray[Any]] = {
        "stage": np.zeros(shape, np.int8), "mechanical": np.zeros(shape, np.int16),
        "proficient": np.zeros(shape, np.int16), "site": np.zeros(shape, np.bool_),
    }  # fmt: skip
    for r, replicate in enumerate(replicates):
        sim = new_sim(inputs, replicate)
        engine.begin(sim)
        use, site = sim.use[:, practice], sim.school["site"]
        columns = [(seen[name][r], use[name]) for name in SEEN]
        for t in range(inputs.months):
            engine.run_months(sim, t, t + 1)
            for into, column in columns:
                into[t] = column
            seen["site"][r, t] = site != NO_SITE
    return Panel(**seen, teachers=np.asarray(inputs.world.site["teachers"]), burn_in=inputs.burn_in)
