"""Factors of an experiment: their levels, the settings that each level stands for, and what is wrong with them."""

import math
from collections.abc import Iterator, Mapping

from simdiff.register import PARAMETERS
from simdiff.scenario.experiment_schema import Experiment, Factor, Plain
from simdiff.scenario.problems import Problem, nearest, shown
from simdiff.scenario.schema import Scenario
from simdiff.scenario.settings import Setting, setting
from simdiff.scenario.source import Node, Spot
from simdiff.scenario.translate import Place, place, problem_at
from simdiff.scenario.words import takes_whole_numbers

OFF, ON = "off", "on"
FORMS = ("path", "on", "levels", "prior")


def is_range(factor: Factor) -> bool:
    """True if a factor is continuous: a range of numbers, or a prior."""
    return factor.low is not None or factor.prior is not None


def is_whole(factor: Factor) -> bool:
    """True if a range takes whole numbers only."""
    return factor.path is not None and takes_whole_numbers(Scenario, tuple(factor.path.split(".")))


def range_of(factor: Factor) -> tuple[float, float]:
    """The ends of a range; of a prior, what a scenario may set the parameter to."""
    if factor.prior is not None:
        known = PARAMETERS.get(factor.prior)
        return (known.low, known.high) if known else (-math.inf, math.inf)
    assert factor.low is not None
    return factor.low, factor.low if factor.high is None else factor.high


def named_levels(factor: Factor) -> list[Plain]:
    """Levels of a factor that is no range: its values, ``off`` and ``on``, or the names of its levels."""
    if factor.on is not None:
        return [OFF, ON]
    return list(factor.levels or factor.values or ())


def level_count(factor: Factor) -> int:
    """How many levels a factor has in a design of levels: of whole numbers, no more than there are."""
    if not is_range(factor):
        return len(named_levels(factor))
    if factor.low is None or factor.high is None or not is_whole(factor):
        return factor.steps
    return min(factor.steps, int(factor.high - factor.low) + 1)


def settings_of(root: Node, name: str, factor: Factor, level: Plain) -> list[Setting]:
    """The settings that hold where factor ``name`` is at ``level``."""
    at: Place = ("factors", name)
    reason = f"factor {name} of the experiment"
    if factor.on is not None or factor.levels is not None:
        where = (*at, "on") if factor.on is not None else (*at, "levels", str(level))
        return [] if factor.on is not None and level == OFF else settings_in(root, where, reason)
    path = factor.path if factor.path is not None else f"parameters.{factor.prior}"
    key = _spot(root, (*at, "path" if factor.path is not None else "prior"))
    spot = key
    if factor.values is not None:
        spot = _spot(root, (*at, "values", factor.values.index(level)))
    elif factor.low is not None:
        spot = _spot(root, (*at, "low" if level == factor.low else "high"))
    return [setting(path, level, key, spot, reason)]


def settings_in(root: Node, at: Place, reason: str) -> list[Setting]:
    """The settings of a mapping path → value in the experiment file."""
    path, nodes = place(root, at)
    inside = nodes[-1].value
    if path != at or not isinstance(inside, dict):
        return []
    return [_told(name, node, reason) for name, node in inside.items()]


def _told(path: str, node: Node, reason: str) -> Setting:
    value = node.value
    if isinstance(value, dict | list):
        return Setting(setting(path, None, node.key, node.spot, reason).path, node)
    return setting(path, value, node.key, node.spot, reason)


def _spot(root: Node, at: Place) -> Spot:
    return place(root, at)[1][-1].spot


def factor_problems(experiment: Experiment, root: Node) -> tuple[list[Problem], dict[str, Factor]]:
    """What the schema cannot say of factors (one form each, ranges that rise, names that exist), and the factors that
    are sound by themselves."""
    told = {name: list(_own_problems(name, factor, root)) for name, factor in experiment.factors.items()}
    sound = {name: factor for name, factor in experiment.factors.items() if not told[name]}
    return [*(one for problems in told.values() for one in problems), *_overlaps(sound, root)], sound


def _own_problems(name: str, factor: Factor, root: Node) -> Iterator[Problem]:
    at: Place = ("factors", name)
    forms = [form for form in FORMS if getattr(factor, form) is not None]
    if len(forms) != 1:
        found = f"found {' and '.join(f'`{form}`' for form in forms)}" if forms else "nothing that is varied"
        expected = "expected one of `path`, `on`, `levels`, `prior`"
        yield problem_at(root, at, found, expected, key=True)
    elif factor.path is None and (factor.values, factor.low, factor.high) != (None, None, None):
        expected = "expected `values`, `low` and `high` only with `path`"
        yield problem_at(root, at, f"found `{forms[0]}` with values of a path", expected, key=True)
    elif factor.path is not None:
        yield from _path_problems(factor, root, at)
    elif factor.prior is not None and factor.prior not in PARAMETERS:
        yield problem_at(
            root, (*at, "prior"), f"unknown parameter `{factor.prior}`",
            "expected the name of a parameter of the register", nearest(factor.prior, PARAMETERS),
        )  # fmt: skip
    elif factor.prior is not None and PARAMETERS[factor.prior].prior == "fixed":
        yield problem_at(root, (*at, "prior"), f"parameter `{factor.prior}` has no prior", "expected one that has")


def _path_problems(factor: Factor, root: Node, at: Place) -> Iterator[Problem]:
    has_values, has_range = factor.values is not None, factor.low is not None and factor.high is not None
    if has_values == has_range or (factor.low is None) != (factor.high is None):
        yield problem_at(root, at, "a path", "expected `values`, or `low` and `high`, with it", key=True)
    elif factor.low is not None and factor.high is not None and factor.low >= factor.high:
        yield problem_at(root, (*at, "high"), f"found {factor.high:g}", f"expected a number above {factor.low:g}")
    elif factor.low is not None and factor.high is not None and is_whole(factor):
        for name, end in (("low", factor.low), ("high", factor.high)):
            if end != int(end):
                yield problem_at(root, (*at, name), f"found {end:.10g}", "expected a whole number")
    elif factor.values is not None:
        for index, value in enumerate(factor.values):
            if value in factor.values[:index]:
                where = (*at, "values", index)
                yield problem_at(root, where, f"found {shown(value)} again", "expected different values")


def _overlaps(factors: Mapping[str, Factor], root: Node) -> Iterator[Problem]:
    """Two factors that set the same thing: which one holds would depend on their order."""
    seen: list[tuple[str, Setting]] = []
    for name, factor in factors.items():
        own = list(all_settings(root, name, factor))
        for other, theirs in seen:
            clash = next((one for one in own if one.overlaps(theirs)), None)
            if clash is not None:
                found = f"`{'.'.join(map(str, clash.path))}` is set by factor `{other}` too"
                yield problem_at(root, ("factors", name), found, "expected factors that set different things", key=True)
                break
        seen += [(name, one) for one in own]


def all_settings(root: Node, name: str, factor: Factor) -> Iterator[Setting]:
    """Every setting that a factor may make (of a range: its ends)."""
    ends = [factor.low, factor.high] if factor.low is not None and factor.high is not None else [0.0]
    for level in ends if is_range(factor) else named_levels(factor):
        yield from settings_of(root, name, factor, level)
