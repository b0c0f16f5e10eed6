"""One district followed closely: what its offices could have on file about one practice after some years.

More than ``panel.Panel`` sees, and one run only: surveys of commitment and of imagined constraint each May, and the
logs of coaches. Parameter recovery asks what could be learned from such files.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim
from simdiff.model.state import NO_SITE
from simdiff.study.panel import Panel

SURVEY_MONTH = 10
"""May: surveys and counts of teachers are taken once a year."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Followed:
    """A panel of one run, and what only surveys and logs can see.

    ``commitment`` (Y, S) of active schools, not-a-number elsewhere; ``imagined_school`` and ``imagined_classroom``
    (Y, S), constraint that schools and classrooms only imagine (shares of what is allowed); each in May, year 0 being
    the burn-in. ``served`` (T, S), coach hours of a month.
    """

    panel: Panel
    commitment: Floats
    imagined_school: Floats
    imagined_classroom: Floats
    served: Floats


def follow(inputs: Inputs, replicate: int, practice: int = 0) -> Followed:
    """Run one replicate and keep its files. Watching changes nothing."""
    months, schools = inputs.months, len(inputs.world.site)
    counts = np.zeros((3, months, schools), np.int16)
    site, served = np.zeros((months, schools), np.bool_), np.zeros((months, schools))
    surveys = np.full((3, -(-(months - SURVEY_MONTH) // 12), schools), np.nan)
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    use, school = sim.use[:, practice], sim.school
    for t in range(months):
        engine.run_months(sim, t, t + 1)
        counts[0, t], counts[1, t], counts[2, t] = use["stage"], use["mechanical"], use["proficient"]
        site[t], served[t] = school["site"] != NO_SITE, use["served"]
        if t % 12 == SURVEY_MONTH:
            surveys[:, t // 12] = use["commitment"], school["phantom_school"], school["phantom_classroom"]
    panel = Panel(
        stage=counts[:1].astype(np.int8), mechanical=counts[1:2], proficient=counts[2:], site=site[None],
        teachers=np.asarray(inputs.world.site["teachers"]), burn_in=inputs.burn_in,
    )  # fmt: skip
    active = panel.active[0, SURVEY_MONTH::12]
    return Followed(panel, np.where(active, surveys[0], np.nan), surveys[1], surveys[2], served)
