"""What can be moved on the page: every sub-lever and programme, with its dates, unit, range and price, from the
register and the schema; nothing is listed by hand but the programmes."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from simdiff.model.inputs import parameter_values
from simdiff.register import LEVERS, PARAMETERS
from simdiff.report.explain import FAMILIES, PROGRAMME_PRICES
from simdiff.report.words import money
from simdiff.scenario import Scenario, value_for
from simdiff.scenario.advice import part_at
from simdiff.scenario.reference import scenario_items, sentence
from simdiff.study.cells import drawn_schools

PROGRAMMES = {"flexibility.pilots": "sites", "flexibility.zone": "schools", "networks.competition": "entries"}
"""Programmes by place, and what counts them."""
MOST_COACHES = 4.0
"""The slider's end; more can be said in a file (the field spends below 2)."""
MOST_SITES = 60


@dataclass(frozen=True, slots=True)
class Knob:
    """One slider: the path of its setting, what it is, its range and step, what it stands at (``None``: never).
    ``lever``: the path of the sub-lever it belongs to; ``part``: amount, start or stop."""

    path: str
    lever: str
    part: str
    family: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    value: float | None
    price: str
    meaning: str
    source: str


def knobs_of(scenario: Scenario, schools: int) -> list[dict[str, Any]]:
    """Every slider of a scenario, as plain data, in the order of the register. Where districts differ, a slider stands
    at the first district's value."""
    found = list[Knob]()
    for lever in LEVERS:
        amount = "per_100_teachers" if lever.name == "coaches" else "level"
        high = MOST_COACHES if lever.name == "coaches" else lever.high
        found += _group(scenario, lever.path, lever.family, amount, lever.low, high, 0.05, (lever.price,),
                        lever.meaning)  # fmt: skip
    most = min(MOST_SITES, schools)
    for path, amount in PROGRAMMES.items():
        found += _group(scenario, path, path.split(".")[0], amount, 0, most, 1, PROGRAMME_PRICES[path],
                        "")  # fmt: skip
    order = list(FAMILIES)
    return [asdict(knob) for knob in sorted(found, key=lambda knob: order.index(knob.family))]


def _group(scenario: Scenario, path: str, family: str, amount: str, low: float, high: float, step: float,
           prices: tuple[str, ...], meaning: str) -> list[Knob]:  # fmt: skip
    """The amount of a sub-lever or programme and its dates; a programme may have no last month."""
    part, items = part_at(scenario.policy, path), scenario_items()
    first, months = next(iter(scenario.where.districts)), 12 * scenario.years
    whole = items[("policy", *path.split("."))]
    told = sentence(meaning) or whole.meaning
    label = re.split("[:(]", told)[0].strip().removesuffix(".")
    cost = "; ".join(_price(scenario, price) for price in prices if price)
    found = []
    for name, lowest, highest, by in ((amount, low, high, step), ("start", 0, months, 1), ("stop", 0, months, 1)):
        item = items.get(("policy", *path.split("."), name))
        if item is None or item.name not in type(part).model_fields:
            continue
        value: Any = value_for(getattr(part, name), first, None if name == "stop" else 0)
        found.append(Knob(f"policy.{path}.{name}", path, "amount" if name == amount else name,
                          family, label, item.unit or whole.unit, lowest, highest, by, value, cost,
                          told, whole.source))  # fmt: skip
    return found


def _price(scenario: Scenario, name: str) -> str:
    unit = PARAMETERS[name].unit.removeprefix("$/").replace("-", " and ")
    return f"{money(parameter_values(scenario)[name])} a {unit}"


def school_count(scenario: Scenario, from_table: int) -> int:
    """Schools of a scenario: those of its table, and those that profiles give."""
    return from_table or sum(drawn_schools(district) for district in scenario.where.districts.values())
