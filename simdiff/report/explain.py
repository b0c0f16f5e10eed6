"""A scenario in plain sentences: where, what, when, what the districts do and who pays, by the settings that hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simdiff.register import LEVERS, PARAMETERS, Lever
from simdiff.register.tables import MONTHS, number
from simdiff.report.explain_ties import readers_told, ties_told
from simdiff.report.words import money
from simdiff.scenario import Loaded, Scenario, resolve_practice, value_for
from simdiff.scenario.advice import is_on, part_at
from simdiff.scenario.reference import fields, sentence
from simdiff.scenario.schema import Coaching, Competition, LeverLevel, Partner, Pilots, Schedule, Structure, Zone

LEVELS = ("elementary", "middle", "high", "other")
FAMILIES = {"goals": "Goals", "flexibility": "Flexibility", "talent": "Talent", "networks": "Networks",
            "context": "Conditions"}  # fmt: skip
PROGRAMMES = {"flexibility.pilots": "pilot sites", "flexibility.zone": "an innovation zone",
              "networks.competition": "a design competition", "networks.partners": "outside partners"}  # fmt: skip
PROGRAMME_PRICES = {
    "flexibility.pilots": ("price_pilot",),
    "flexibility.zone": ("price_zone",),
    "networks.competition": ("price_finalist", "price_prize"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a scenario says: the path of the setting, its heading, and a sentence."""

    path: str
    heading: str
    text: str


def explained(loaded: Loaded) -> list[Said]:
    """Everything that holds in a scenario, in the order of the file."""
    scenario = loaded.scenario
    families = list(FAMILIES.values())
    done = [*_levers(scenario), *_programmes(scenario), *_conditions(scenario)]
    done.sort(key=lambda one: families.index(one.heading))
    return [*_where(loaded), *_practices(scenario), *_when(scenario), *done, *_payers(scenario),
            *_structure(scenario), *_parameters(scenario), *_facts(scenario)]  # fmt: skip


def not_done(scenario: Scenario) -> list[str]:
    """Levers and programmes that a scenario does not use, in words."""
    used = {one.path for one in (*_levers(scenario), *_programmes(scenario))}
    levers = [_label(lever).lower() for lever in LEVERS if f"policy.{lever.path}" not in used]
    programmes = [
        label for path, label in PROGRAMMES.items() if not any(one.startswith(f"policy.{path}") for one in used)
    ]
    return [*levers, *programmes]


def _label(lever: Lever) -> str:
    return sentence(re.split(r"[:(]", lever.meaning)[0].strip())


def month_words(month: int) -> str:
    """A month of policy as people date it: ``September of year 3 (month 26)``."""
    return f"{MONTHS[month % 12]} of year {month // 12 + 1} (month {month})"


def _where(loaded: Loaded) -> Iterator[Said]:
    where = loaded.scenario.where
    for name, district in where.districts.items():
        at = f"where.districts.{name}"
        if rows := loaded.schools.get(name):
            yield Said(at, "Where", f"{district.title} ({name}): {len(rows)} schools of a table.")
        elif district.profile is not None:
            counts = {level: part.schools for level in LEVELS if (part := getattr(district.profile, level))}
            kinds = ", ".join(f"{count} {level}" for level, count in counts.items())
            source = f" Source: {' '.join(district.profile.source.split())}." if district.profile.source else ""
            said = f"{sum(counts.values())} schools ({kinds}), drawn from a published profile."
            yield Said(at, "Where", f"{district.title} ({name}): {said}{source}")
        if ties := ties_told(loaded, name):
            yield Said(f"{at}.ties", "Where", ties)
    if readers := readers_told(loaded.scenario):
        yield Said("where.ties", "Where", readers)
    redrawn = "differ between replicates" if where.world == "redrawn" else "are the same in all replicates"
    yield Said("where.world", "Where", f"Traits of schools that nobody has seen {redrawn}.")


def _practices(scenario: Scenario) -> Iterator[Said]:
    for name, practice in scenario.practices.items():
        one = resolve_practice(name, practice)
        yield Said(
            f"practices.{name}", "What spreads",
            f"{one.title} ({name}): {one.school_flexibility:.0%} of it needs flexibility for schools and "
            f"{one.classroom_flexibility:.0%} in classrooms; load {number(one.load)} and quality {number(one.quality)} "
            f"times the reference; at a review {number(one.exit_hazard)} a year give it up, other things being equal.",
        )  # fmt: skip


def _when(scenario: Scenario) -> Iterator[Said]:
    years = scenario.years
    yield Said("years", "When", f"{years} year{'s' if years > 1 else ''} of policy, from {month_words(0)} on, after "
               "twelve months of burn-in. Schools decide in March and launch in September.")  # fmt: skip


def _levers(scenario: Scenario) -> Iterator[Said]:
    for lever in LEVERS:
        part = part_at(scenario.policy, lever.path)
        text = _coaching(scenario, part) if isinstance(part, Coaching) else _level(scenario, part)
        if text:
            yield Said(f"policy.{lever.path}", FAMILIES[lever.family], f"{_label(lever)}: {text}")


def _level(scenario: Scenario, part: LeverLevel) -> str:
    return _in_districts(scenario, lambda district: _scheduled(
        f"level {number(level)}", part, district, value_for(part.ramp, district, 0)
    ) if (level := value_for(part.level, district, 0.0)) > 0 else "")  # fmt: skip


def _coaching(scenario: Scenario, part: Coaching) -> str:
    text = _in_districts(scenario, lambda district: _scheduled(
        f"{number(count)} full-time coaches per 100 teachers", part, district, value_for(part.ramp, district, 12)
    ) if (count := value_for(part.per_100_teachers, district, 0.0)) > 0 else "")  # fmt: skip
    if text and part.need_weight:
        text += f" Hours favour {'high' if part.need_weight > 0 else 'low'}-need schools ({number(part.need_weight)})."
    return text


def _scheduled(what: str, part: Schedule, district: str, ramp: int) -> str:
    start, stop = value_for(part.start, district, 0), value_for(part.stop, district, None)
    grows = f", growing over {ramp} months" if ramp else ""
    return f"{what} from {month_words(start)}{grows}, {_until(stop)}"


def _until(stop: int | None) -> str:
    return "to the end" if stop is None else f"the last time in {month_words(stop - 1)}"


def _in_districts(scenario: Scenario, words: Any) -> str:
    """A sentence for each group of districts of which the same holds; nothing for those without words."""
    groups: dict[str, list[str]] = {}
    for name in scenario.where.districts:
        groups.setdefault(words(name), []).append(name)
    if len(groups) == 1:
        return f"{only}." if (only := next(iter(groups))) else ""
    titles = {name: district.title for name, district in scenario.where.districts.items()}
    told = [f"in {', '.join(titles[name] for name in names)}: {text}" for text, names in groups.items() if text]
    return f"{'; '.join(told)}." if told else ""


def _programmes(scenario: Scenario) -> Iterator[Said]:
    pilots, zone = scenario.policy.flexibility.pilots, scenario.policy.flexibility.zone
    contest = scenario.policy.networks.competition
    if text := _in_districts(scenario, lambda name: f"{count} schools from {_first(pilots, name)}"
                             if (count := value_for(pilots.sites, name, 0)) else ""):  # fmt: skip
        yield Said("policy.flexibility.pilots", FAMILIES["flexibility"],
                   f"Pilot sites: {text} Picked by {pilots.select}, for {pilots.years} years, free of "
                   f"{pilots.waiver:.0%} of the rules in the way.")  # fmt: skip
    if text := _in_districts(scenario, lambda name: f"{count} schools from {_first(zone, name)}, "
                             + _until(value_for(zone.stop, name, None))
                             if (count := value_for(zone.schools, name, 0)) else ""):  # fmt: skip
        yield Said("policy.flexibility.zone", FAMILIES["flexibility"],
                   f"An innovation zone: {text} Free of {zone.waiver:.0%} of the rules in the way.")  # fmt: skip
    if text := _in_districts(scenario, lambda name: f"{count} finalists a round, from the first October after "
                             f"{_first(contest, name)}"
                             if (count := value_for(contest.entries, name, 0)) else ""):  # fmt: skip
        rounds = f"{contest.rounds} yearly round{'s' if contest.rounds > 1 else ''}"
        yield Said("policy.networks.competition", FAMILIES["networks"],
                   f"Design competition: {text} {contest.prizes} win, in {rounds}; winners are pilot sites for "
                   f"{contest.years} years.")  # fmt: skip
    for partner in scenario.policy.networks.partners:
        yield Said(f"policy.networks.partners.{partner.name}", FAMILIES["networks"], _partner(partner))


def _first(part: Pilots | Zone | Competition, district: str) -> str:
    return month_words(value_for(part.start, district, 0))


def _partner(partner: Partner) -> str:
    members = ", ".join(f"{count} schools of {name}" if count != "all" else f"all schools of {name}"
                        for name, count in partner.members.items())  # fmt: skip
    grows = f", growing over {partner.ramp} months" if partner.ramp else ""
    text = (f"Outside partner {partner.name}: {members}; level {number(partner.level)} from "
            f"{month_words(partner.start)}{grows}, {_until(partner.stop)}.")  # fmt: skip
    coaches = "coach" if partner.fte == 1 else "coaches"
    text += f" It pays {number(partner.fte)} {coaches}." if partner.fte else ""
    return text + (f" It pays {partner.match:.0%} of launches, prizes and fees." if partner.match else "")


def _conditions(scenario: Scenario) -> Iterator[Said]:
    policy, heading = scenario.policy, FAMILIES["context"]
    exits = _in_districts(scenario, lambda name: _exits(
        scenario, value_for(policy.superintendent.exits, name, "hazard")))  # fmt: skip
    yield Said("policy.superintendent", heading, f"Superintendents: {exits}")
    if policy.slots is not None:
        slots = policy.slots
        text = _in_districts(scenario, lambda name: "" if (count := value_for(slots.per_year, name, None)) is None
                             else f"at most {count} schools a year may start installing a practice")  # fmt: skip
        yield Said("policy.slots", heading, f"Quota: {text}")
    if policy.adaptive:
        yield Said("policy.adaptive", heading, "Each June practices whose results disappoint are redrawn.")
    if policy.share_failures:
        yield Said("policy.share_failures", heading, "Schools that drop a practice become shared lessons.")


def _exits(scenario: Scenario, said: Any) -> str:
    if isinstance(said, list):
        return f"one leaves in {', '.join(month_words(month) for month in said)}"
    own = scenario.parameters.get("leader_exit")
    rate = PARAMETERS["leader_exit"].default if own is None else own.value
    return {"hazard": f"leave by chance ({number(rate)} a year)", "never": "never leave"}[said]


def _payers(scenario: Scenario) -> Iterator[Said]:
    """What things cost and who pays, for what the scenario does."""
    policy, heading = scenario.policy, "Who pays"
    prices = {one.price: None for one in LEVERS if one.price and _is_used(part_at(policy, one.path))}
    for path, names in PROGRAMME_PRICES.items():
        count = next(iter(type(part_at(policy, path)).model_fields))
        prices |= dict.fromkeys(names if is_on(getattr(part_at(policy, path), count)) else ())
    prices |= {"price_partner": None} if policy.networks.partners else {}
    prices |= {"price_training": None}
    for name in prices:
        known = PARAMETERS[name]
        value = scenario.parameters[name].value if name in scenario.parameters else known.default
        payer = _payer(scenario, name)
        source = scenario.parameters[name].reason if name in scenario.parameters else known.source
        cost = f"{sentence(known.meaning)}: {money(value)} {_per(known.unit)}"
        yield Said(f"prices.{name}", heading, f"{cost}, paid by {payer} ({name}; source: {source}).")
    if policy.budget is not None:
        budget = policy.budget
        text = _in_districts(scenario, lambda name: "" if (sum_ := value_for(budget.annual, name, None)) is None
                             else f"{money(sum_)} a year; what is not spent is carried over")  # fmt: skip
        cuts = " and then ".join(budget.cut_first) or "nothing"
        yield Said("policy.budget", heading, f"Budget: {text} If a year's plan costs more, {cuts} are cut.")
    else:
        yield Said("policy.budget", heading, "No budget limits it: the plan is carried out whatever it costs.")


def _is_used(part: Any) -> bool:
    return is_on(part.per_100_teachers if isinstance(part, Coaching) else part.level)


def _payer(scenario: Scenario, price: str) -> str:
    partners = scenario.policy.networks.partners
    if price == "price_coach" and any(partner.fte > 0 for partner in partners):
        return "the district; a partner pays its own"
    match = max((partner.match for partner in partners), default=0.0)
    matched = price in ("price_pilot", "price_zone", "price_finalist", "price_prize", "price_partner")
    return f"the district, of its partner's members {match:.0%} by the partner" if matched and match else "the district"


def _per(unit: str) -> str:
    return "a " + unit.removeprefix("$/").replace("-", " and ") if unit.startswith("$/") else unit


def _structure(scenario: Scenario) -> Iterator[Said]:
    for item in fields(Structure, ("structure",)):
        value = getattr(scenario.structure, item.name)
        if value != item.default or item.name == "contagion":
            told = {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value
            usual = " (the default)" if value == item.default else ""
            yield Said(f"structure.{item.name}", "Kind of model", f"{item.name}: {told}{usual}. {item.meaning}")


def _parameters(scenario: Scenario) -> Iterator[Said]:
    for name, override in scenario.parameters.items():
        known = PARAMETERS[name]
        yield Said(f"parameters.{name}", "Parameters",
                   f"{sentence(known.meaning)} ({name}): {number(override.value)} {known.unit} in place of "
                   f"{number(known.default)}, because: {override.reason}. The register's source: "
                   f"{known.source}.")  # fmt: skip


def _facts(scenario: Scenario) -> Iterator[Said]:
    for n, fact in enumerate(scenario.facts):
        value = "" if fact.value is None else f": {fact.value}"
        what, source = (" ".join(text.split()) for text in (fact.what, fact.source))
        yield Said(f"facts.{n}", "Known facts (for readers; they do not act)",
                   f"{what}{value} ({source}; confidence: {fact.confidence}).")  # fmt: skip


def by_heading(said: list[Said]) -> Mapping[str, list[Said]]:
    """Sentences under their headings, in the order in which headings first come."""
    found: dict[str, list[Said]] = {}
    for one in said:
        found.setdefault(one.heading, []).append(one)
    return found
