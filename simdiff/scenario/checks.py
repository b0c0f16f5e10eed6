"""What the schema cannot say: names that must agree, times in order, numbers that must fit together."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from simdiff.register import CATALOGUE, PARAMETERS
from simdiff.scenario.access import ATTRIBUTES, value_for
from simdiff.scenario.folders import FREE, TAKEN
from simdiff.scenario.problems import Problem, listed, nearest, shown
from simdiff.scenario.schema import OTHERS, District, LeverLevel, Partner, Scenario
from simdiff.scenario.source import Node
from simdiff.scenario.translate import Place, is_shorthand, lever_keys, place, problem_at, unknown_key

Found = Iterator[tuple[Place, Problem]]


def cross_problems(scenario: Scenario, root: Node, *, has_table: bool) -> Found:
    """Yield each problem between fields of a valid scenario, with its place in the model.

    ``has_table``: a school table is at hand, named in the file or on the command line.
    """
    yield from _format(root)
    if scenario.name in TAKEN:
        yield ("name",), problem_at(root, ("name",), f"found `{scenario.name}`", FREE)
    yield from _districts(scenario, root, has_table=has_table)
    yield from _practices(scenario, root)
    yield from _policy(scenario, root, scenario.policy, ("policy",))
    yield from _networks(scenario, root)
    yield from _parameters(scenario, root)


def is_read_from_table(district: District, *, has_table: bool) -> bool:
    """True if a district's schools come from rows of the table rather than from its profile."""
    return has_table and (bool(district.rows) or district.profile is None)


def _format(root: Node) -> Found:
    path, nodes = place(root, ("format",))
    value = nodes[-1].value
    if path and type(value) is not int:  # to Python, `true` and `1.0` equal 1
        yield ("format",), problem_at(root, ("format",), f"found {shown(value)}", "expected `1`")


def _districts(scenario: Scenario, root: Node, *, has_table: bool) -> Found:
    reserved = {OTHERS, *LeverLevel.model_fields}
    for name, district in scenario.where.districts.items():
        at: Place = ("where", "districts", name)
        if name in reserved:
            found = f"found the district id `{name}`"
            yield at, problem_at(root, at, found, f"expected none of {listed(sorted(reserved))}", key=True)
        if district.profile is None and not has_table:
            expected = "expected a `profile`, or `where.table.path` (or --schools) for its rows"
            yield at, problem_at(root, at, "no schools", expected, key=True)
        yield from _profile(district, root, at)
        yield from _ties(district, root, at, has_table=has_table)


def _ties(district: District, root: Node, at: Place, *, has_table: bool) -> Found:
    where = (*at, "ties")
    if district.ties is None:
        return
    if not is_read_from_table(district, has_table=has_table):
        expected = "expected its schools in a table (`rows`, and `where.table.path` or --schools)"
        yield where, problem_at(root, where, "real ties of drawn schools", expected, key=True)
    if (district.ties.path is None) == (not district.ties.sees):
        found = "neither `path` nor `sees`" if district.ties.path is None else "both `path` and `sees`"
        yield where, problem_at(root, where, found, "expected one of them", key=True)


def _profile(district: District, root: Node, at: Place) -> Found:
    if district.profile is None:
        return
    levels = {level: getattr(district.profile, level) for level in ("elementary", "middle", "high", "other")}
    if not any(levels.values()):
        where = (*at, "profile")
        yield where, problem_at(root, where, "a profile without schools", f"expected one of {listed(levels)}", key=True)
    for level, schools in levels.items():
        for field in ("teachers", "low_income") if schools else ():
            quantiles = getattr(schools, field)
            if quantiles != sorted(quantiles):
                where = (*at, "profile", level, field)
                yield where, problem_at(root, where, f"found {quantiles}", "expected quantiles that do not fall")


def _practices(scenario: Scenario, root: Node) -> Found:
    for name, practice in scenario.practices.items():
        at: Place = ("practices", name)
        if practice.like is not None and practice.like not in CATALOGUE:
            like = (*at, "like")
            yield like, problem_at(
                root, like, f"unknown practice `{practice.like}`", f"expected one of {listed(CATALOGUE)}",
                nearest(practice.like, CATALOGUE),
            )  # fmt: skip
        absent = [field for field in ATTRIBUTES if getattr(practice, field) is None]
        if practice.like is None and name not in CATALOGUE and absent:
            expected = f"expected a name of the catalogue, `like`, or values for {listed(absent)}"
            yield at, problem_at(root, at, f"unknown practice `{name}`", expected, nearest(name, CATALOGUE), key=True)


def _policy(scenario: Scenario, root: Node, part: BaseModel, at: Place) -> Found:
    """Walk the policy: every mapping in it is by district."""
    yield from _stop(scenario, root, part, at)
    for field in type(part).model_fields:
        value = getattr(part, field)
        where = (*at, field)
        if isinstance(value, Mapping):
            yield from _by_district(scenario, root, value, where)
        elif isinstance(value, BaseModel):
            yield from _policy(scenario, root, value, where)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _policy(scenario, root, item, (*where, index))


def _by_district(scenario: Scenario, root: Node, mapping: Mapping[str, object], at: Place) -> Found:
    members = at[-1] == "members"
    known = [*scenario.where.districts, *([] if members else [OTHERS])]
    for name in mapping:
        if name in known:
            continue
        loc = (*at, name)
        if is_shorthand(place(root, loc)[0], loc):
            yield loc, unknown_key(root, loc, lever_keys(root))
        else:
            expected = f"expected one of {listed(known)}"
            yield loc, problem_at(root, loc, f"unknown district `{name}`", expected, nearest(name, known), key=True)


def _stop(scenario: Scenario, root: Node, part: BaseModel, at: Place) -> Found:
    start: Mapping[str, int] | int = getattr(part, "start", 0)
    stop: Mapping[str, int] | int | None = getattr(part, "stop", None)
    if isinstance(start, int):
        start = {OTHERS: start}
    if isinstance(stop, int):
        stop = {OTHERS: stop}
    for district in scenario.where.districts if stop else ():
        assert stop is not None
        first, last = value_for(start, district, 0), value_for(stop, district, None)
        if last is not None and last <= first:
            where = (*at, "stop", district if district in stop else OTHERS)
            yield where, problem_at(root, where, f"found {last}", f"expected a month after the start ({first})")


def _networks(scenario: Scenario, root: Node) -> Found:
    networks = scenario.policy.networks
    at: Place = ("policy", "networks")
    total = networks.identify.share + networks.identify.not_yet
    if total > 1:
        where = (*at, "identify", "not_yet")
        yield where, problem_at(root, where, f"share and not_yet add up to {total:.4g}", "expected at most 1")
    for district in scenario.where.districts:
        entries = value_for(networks.competition.entries, district, 0)
        if 0 < entries < networks.competition.prizes:
            where = (*at, "competition", "prizes")
            found = f"{networks.competition.prizes} prizes for {entries} entries in {district}"
            yield where, problem_at(root, where, found, "expected at most as many prizes as entries")
    yield from _partners(networks.partners, root, (*at, "partners"))


def _partners(partners: list[Partner], root: Node, at: Place) -> Found:
    names = [partner.name for partner in partners]
    for index, name in enumerate(names):
        if name in names[:index]:
            where = (*at, index, "name")
            yield where, problem_at(root, where, f"a second partner `{name}`", "expected different names")


def _parameters(scenario: Scenario, root: Node) -> Found:
    for name, override in scenario.parameters.items():
        at: Place = ("parameters", name)
        known = PARAMETERS.get(name)
        if known is None:
            near = nearest(name, PARAMETERS)
            expected = "expected the name of a parameter of the register"
            yield at, problem_at(root, at, f"unknown parameter `{name}`", expected, near, key=True)
        elif not known.low <= override.value <= known.high:
            where = (*at, "value")
            expected = f"expected a number from {known.low:.10g} to {known.high:.10g} ({known.unit})"
            yield where, problem_at(root, where, f"found {shown(override.value)}", expected)
