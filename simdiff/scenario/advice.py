"""What is allowed in a scenario and yet hardly meant: values that change nothing, settings that cannot act alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simdiff.register import LEVERS
from simdiff.scenario.access import value_for
from simdiff.scenario.folders import known_as
from simdiff.scenario.leaves import own_values
from simdiff.scenario.problems import Problem, show_path, shown
from simdiff.scenario.schema import OTHERS, Policy, Scenario
from simdiff.scenario.source import Node
from simdiff.scenario.translate import Place, place, problem_at

REMARK = " # "
"""A comment beside a value says that it is meant; those of a new file (``##``) say nothing of the kind."""
PROGRAMMES = {"flexibility.pilots": "sites", "flexibility.zone": "schools", "networks.competition": "entries"}
"""Programmes with sites or members, and the count without which there is none."""

COUNTS = {lever.path: "level" for lever in LEVERS} | {"talent.coaching": "per_100_teachers"} | PROGRAMMES
"""Every sub-lever and programme, and the level or count without which there is none."""


def repeated(file: Path) -> list[Problem]:
    """Values of a file that hold without it, by default or as inherited; where no comment beside says that it is meant.

    The scenario must load.
    """
    lines = file.read_text(encoding="utf-8").removeprefix("\ufeff").splitlines()
    found = []
    for own in own_values(file):
        spot, before = own.leaf.spot, own.spot
        if own.changes or REMARK in lines[spot.line - 1]:
            continue
        where = f"as inherited ({known_as(before.file)}, line {before.line})" if before else "by default"
        allowed = "leave it out, or say in a comment beside it why it is said"
        found.append(spot.problem(f"{shown(own.leaf.value)} holds already, {where}", allowed, path=own.leaf.shown))
    return found


def idle(scenario: Scenario, root: Node, file: Path) -> list[Problem]:
    """Settings that ``file`` makes and that cannot act: without another one, or because the run is over by then."""
    own = [problem for problem in _idle(scenario, root) if problem.file == show_path(file)]
    return [*own, *_late(scenario, root)]


def is_on(level: Mapping[str, float] | float) -> bool:
    """True if a level or a count is above 0 in any district."""
    return any(value > 0 for value in (level.values() if isinstance(level, Mapping) else (level,)))


def _idle(scenario: Scenario, root: Node) -> Iterator[Problem]:
    policy = scenario.policy
    coached = is_on(policy.talent.coaching.per_100_teachers)
    yield from _without_level(policy, root)
    partner_coaches = any(partner.fte > 0 for partner in policy.networks.partners)
    sites = any(is_on(getattr(part_at(policy, path), count)) for path, count in PROGRAMMES.items())
    coaching: Place = ("policy", "talent", "coaching")
    if not coached and not partner_coaches:
        for name in ("need_weight", "site_priority"):
            yield from _needs(root, (*coaching, name), "coaches: `per_100_teachers`, or a partner's `fte`")
        if scenario.structure.dilution:
            yield from _needs(root, ("structure", "dilution"), "coaches: `policy.talent.coaching.per_100_teachers`")
    elif not sites:
        yield from _needs(root, (*coaching, "site_priority"), "sites: pilots, a zone or a competition")
    if policy.share_failures and not is_on(policy.talent.sharing.level):
        yield from _needs(root, ("policy", "share_failures"), "`policy.talent.sharing`")
    if scenario.structure.partner_stock and not policy.networks.partners:
        yield from _needs(root, ("structure", "partner_stock"), "`policy.networks.partners`")
    for n, _ in enumerate(policy.networks.partners if not scenario.structure.partner_stock else ()):
        yield from _needs(root, ("policy", "networks", "partners", n, "stock"), "`structure.partner_stock: true`")
    if policy.budget is not None and policy.budget.cut_first == ["coaches"] and not coached:
        yield from _needs(root, ("policy", "budget", "cut_first"), "coaches of the district, or `sites` to cut")
    if policy.budget is not None and policy.budget.cut_first == ["sites"] and not sites:
        yield from _needs(root, ("policy", "budget", "cut_first"), "sites, or `coaches` to cut")


def _late(scenario: Scenario, root: Node) -> Iterator[Problem]:
    """Levers that would start after the last month."""
    for where, start in _starts(scenario):
        if start >= (months := 12 * scenario.years):
            said = f"starts in month {start}, after the run ({months} months)"
            yield problem_at(root, where, said, "it does nothing: start it earlier, or set more `years`")


def _starts(scenario: Scenario) -> Iterator[tuple[Place, int]]:
    """Where it says when each lever starts that is above 0, and that month; of each district's own."""
    for path, count in COUNTS.items():
        part, at = part_at(scenario.policy, path), ("policy", *path.split("."), "start")
        for district in scenario.where.districts:
            if value_for(getattr(part, count), district, 0) > 0:
                yield (*at, district if district in part.start else OTHERS), value_for(part.start, district, 0)
    for n, partner in enumerate(scenario.policy.networks.partners):
        if partner.level > 0:
            yield ("policy", "networks", "partners", n, "start"), partner.start


def part_at(policy: Policy, path: str) -> Any:
    """The part of a policy at a dotted path."""
    part: Any = policy
    for step in path.split("."):
        part = getattr(part, step)
    return part


def _without_level(policy: Policy, root: Node) -> Iterator[Problem]:
    """What is said of a sub-lever or programme that is nowhere above 0."""
    for path, count in COUNTS.items():
        part = part_at(policy, path)
        if is_on(getattr(part, count)):
            continue
        at: Place = ("policy", *path.split("."))
        for name in type(part).model_fields:
            if name != count and not (path == "talent.coaching" and name in ("need_weight", "site_priority")):
                yield from _needs(root, (*at, name), f"`{count}` above 0")


def _needs(root: Node, at: Place, what: str) -> Iterator[Problem]:
    if place(root, at)[0] == at:
        yield problem_at(root, at, "cannot act", f"it needs {what}", key=True)
