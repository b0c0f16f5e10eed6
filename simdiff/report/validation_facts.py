"""Real points that the pictures of validation show beside the model. Few enough to stand here, each with its source."""

from dataclasses import dataclass

# fmt: off


@dataclass(frozen=True, slots=True)
class Point:
    """Schools of a district in a fall: ``schools`` of ``of`` in the programme, or (``light``) only touched by it."""

    fall: int
    schools: float
    of: int
    light: bool
    source: str
    sure: bool = True


ROLL_OUTS: dict[str, tuple[Point, ...]] = {
    "dallas": (
        Point(2015, 5, 240, False, "unverified (recalled)", sure=False),
        Point(2018, 10, 240, False, "EdSurge, 1 November 2018: wall-to-wall schools"),
        Point(2018, 140, 240, True, "EdSurge, 1 November 2018: those ten and 130 with light-touch blended learning"),
    ),
    "denver": (
        Point(2017, 90, 200, True, "imaginarium.dpsk12.org, about 2017: schools ever served"),
        Point(2019, 0, 200, True, '"The Future is Personalized", issuu: the lab was phased out (year unverified)',
              sure=False),
    ),
    "henry": (
        Point(2014, 2.5, 50, False, "masterydesign.org: two or three blended schools before the grant"),
    ),
    "lake": (
        Point(2014, 5, 40, False, "Orlando Sentinel, 15 January 2016"),
        Point(2015, 5, 40, False, "Orlando Sentinel, 15 January 2016"),
        Point(2017, 0, 40, False, "reimaginED, July 2017: discontinued, practices partly persist"),
    ),
    "pinellas": (
        Point(2015, 5, 121, False, "Tampa Bay Times, 21 December 2014"),
    ),
    "riverside": (
        Point(2014, 5, 46, False, "Press-Enterprise, 3 July 2014: some teachers in five schools"),
        Point(2015, 5, 46, False, "All4Ed: 120–150 pupils in each of five schools"),
        Point(2016, 8, 46, False, "All4Ed: three more schools, planned", sure=False),
    ),
}
"""Personalized-learning roll-outs of the six districts; stated goals are no facts and are left out."""

TITLES = {"dallas": "Dallas ISD", "denver": "Denver Public Schools", "henry": "Henry County", "lake": "Lake County",
          "pinellas": "Pinellas County", "riverside": "Riverside USD"}


@dataclass(frozen=True, slots=True)
class Survived:
    """Share of ``schools`` that had kept a reform after so many ``years``: its label, or (``real``) its strong use."""

    study: str
    years: float
    share: float
    schools: int
    real: bool


SURVIVALS: dict[str, tuple[Survived, ...]] = {
    "developer-tied": (
        Survived("Datnow 2005", 3, 7 / 13, 13, real=False),
        Survived("Datnow 2005, strong use", 3, 5 / 13, 13, real=True),
        Survived("Taylor 2006", 2.25, 2 / 3, 395, real=False),  # nearly a third ended the tie in about 2–2.5 years
    ),
    "internal-framework": (
        Survived("Nese et al. 2016", 5, 0.93, 915, real=False),
    ),
}
"""Studies of how long reforms last (model specification, section 8; C4 to C6 of docs/validation.md)."""
