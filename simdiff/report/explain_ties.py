"""Real ties in sentences: where they come from, how many there are, and which rules read them."""

from simdiff.scenario import Loaded, Scenario
from simdiff.scenario.schema import RealTies

SUCCESS = "the share of contact with active schools whose success carries over"
READ = {
    "logit": SUCCESS,
    "hazard": SUCCESS,
    "threshold": "whether the share of contact with active schools reaches a threshold",
}
"""What the decision to install reads of ties, by form of contagion."""


def ties_told(loaded: Loaded, district: str) -> str:
    """Where the near ties of a district come from, and how many there are; empty where the model makes them."""
    told = loaded.scenario.where.districts[district]
    if told.ties is None:
        return ""
    file = loaded.networks.get(district)
    source = f"the file {file.name}" if file else "the scenario itself"
    return (f"{told.title} ({district}): near ties between its schools are real ones, given by {source}, not made from "
            f"distance and need; {_count(loaded, district, told.ties)}")  # fmt: skip


def _count(loaded: Loaded, district: str, ties: RealTies) -> str:
    number, schools = sum(map(len, ties.sees.values())), len(loaded.schools[district])
    alone = schools - len(ties.sees)
    nobody = f" and {alone:,} {'sees' if alone == 1 else 'see'} nobody" if alone else ""
    return f"{number:,}, each way counted, so that {len(ties.sees):,} of {schools:,} schools see others{nobody}."


def readers_told(scenario: Scenario) -> str:
    """Which rules read real ties; empty if there are none."""
    given = [district.ties is not None for district in scenario.where.districts.values()]
    if not any(given):
        return ""
    feeder = " Feeder ties are added to them." if scenario.structure.feeder else ""
    others = "" if all(given) else " In the other districts near ties are made from distance and need."
    return (
        "Real ties are read by the rules that read made ones: in exploring (E10: contact with active schools), in the "
        f"decision to install (E11: {READ[scenario.structure.contagion]}) and, as experience of peers that can be "
        "used, in how well an adopted version fits at the start (E12) and how far it is fitted later (E19). Only "
        "relative weights count; ties of convened networks and partners come on top. Nothing else reads them."
        f"{feeder}{others}"
    )
