"""What a study that visits every school each month would see: stages and users, school by school.

Targets are measured on such panels, since studies follow schools from their own launch, not from the start of a policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim
from simdiff.model.state import FULL, INITIAL, NO_SITE


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
    stage, site = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    mechanical, proficient = np.zeros(shape, np.int16), np.zeros(shape, np.int16)
    for r, replicate in enumerate(replicates):
        sim = new_sim(inputs, replicate)
        engine.begin(sim)
        engine.watch_months(sim, practice, stage[r], mechanical[r], proficient[r], site[r])
    teachers = np.asarray(inputs.world.site["teachers"])
    return Panel(stage, mechanical, proficient, site != NO_SITE, teachers, inputs.burn_in)
