"""Every parameter, sub-lever and outcome by name: symbol, unit, default, range, prior, meaning, source, grade."""

from simdiff.register.kinds import GRADES, Calendar, Lever, Outcome, Parameter
from simdiff.register.levers import LEVERS
from simdiff.register.outcomes import FINAL_OUTCOMES, OUTCOMES
from simdiff.register.practices import CATALOGUE, CataloguePractice
from simdiff.register.spreading import SPREADING
from simdiff.register.system import AVAILABLE_DELAY, CALENDARS, SCREENING_DELAY, SYSTEM
from simdiff.register.using import USING

PARAMETERS: dict[str, Parameter] = {p.name: p for p in SPREADING + USING + SYSTEM}
"""Every number of the model by name, in the order of the equations."""

__all__ = [
    "AVAILABLE_DELAY", "CALENDARS", "CATALOGUE", "FINAL_OUTCOMES", "GRADES", "LEVERS", "OUTCOMES", "PARAMETERS",
    "SCREENING_DELAY",
    "Calendar", "CataloguePractice", "Lever", "Outcome", "Parameter",
]  # fmt: skip
