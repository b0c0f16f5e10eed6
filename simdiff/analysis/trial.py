"""A short trial of a scenario: which of its levers changed nothing, and what its budget could not pay.

Each lever is taken out in turn, with all luck the same; if every outcome but cost is then the same in every replicate,
it never took effect.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simdiff.model.state import DISTRICT_PAYS, LINES
from simdiff.scenario import Loaded, Scenario
from simdiff.scenario.advice import COUNTS, is_on, part_at
from simdiff.scenario.reference import item_at
from simdiff.scenario.translate import Place
from simdiff.study.cells import make_cell
from simdiff.study.run import HEADLINES, RunResult, run_scenario

REPLICATES, SEED = 3, 1
MOST_SCHOOL_MONTHS = 40_000_000
"""Size beyond which a trial would keep people waiting: half a minute on two cores."""
CUT = {"coaches": ("coaches",), "sites": ("pilots", "zone")}
"""What a budget may cut, and the lines of the ledger that show it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a trial found at a path of a scenario, in words: what, and what that means."""

    path: Place
    said: str
    meaning: str


class TooLargeError(Exception):
    """A scenario whose trial would take too long; ``str()`` says so."""


def tried(loaded: Loaded) -> list[Found]:
    """Run a few replicates of a scenario with and without each of its levers, switches and parameters.

    Raises TooLargeError.
    """
    runs = REPLICATES * (2 + len(list(knobs(loaded.scenario))))
    if (size := runs * make_cell(loaded, "trial", "trial", {}).size) > MOST_SCHOOL_MONTHS:
        raise TooLargeError(f"no trial run: {size:,} school-months, more than {MOST_SCHOOL_MONTHS:,}")
    base = _run(loaded, loaded.text)
    return [*_without_effect(loaded, base), *_short_of_money(loaded, base)]


def _run(loaded: Loaded, text: dict[str, Any]) -> RunResult:
    changed = replace(loaded, scenario=Scenario.model_validate(text), text=text)
    return run_scenario(changed, replicates=REPLICATES, seed=SEED)[0]


def _without_effect(loaded: Loaded, base: RunResult) -> Iterator[Found]:
    years = loaded.scenario.years
    for path, value in knobs(loaded.scenario):
        money = path[0] == "parameters"
        if same(base, _run(loaded, without(loaded.text, path, value)), money=money):
            said = f"changed nothing in a trial of {REPLICATES} replicates of {years} years"
            yield Found(path, said, f"every outcome {'' if money else 'but cost '}is the same without it")


def knobs(scenario: Scenario) -> Iterator[tuple[Place, Any]]:
    """What a scenario turns on or changes, each with the value that takes it out (None: an item of a list goes)."""
    policy = scenario.policy
    for path, count in COUNTS.items():
        if is_on(getattr(part_at(policy, path), count)):
            yield _default(("policy", *path.split(".")))
    for n, _ in enumerate(policy.networks.partners):
        yield ("policy", "networks", "partners", n), None
    exits = policy.superintendent.exits
    if any(isinstance(one, list) for one in exits.values()):
        kept = {name: "never" if isinstance(one, list) else one for name, one in exits.items()}
        yield ("policy", "superintendent", "exits"), kept
    for name in ("slots", "adaptive", "share_failures"):
        if getattr(policy, name):
            yield _default(("policy", name))
    for name, field in type(scenario.structure).model_fields.items():
        if getattr(scenario.structure, name) != field.default:
            yield _default(("structure", name))
    for name in scenario.parameters:
        yield ("parameters", name), None


def _default(path: Place) -> tuple[Place, Any]:
    item = item_at(path)
    assert item is not None
    return path, item.default


def without(text: dict[str, Any], path: Place, value: Any) -> dict[str, Any]:
    """A copy of a scenario's data with ``value`` at a path; None takes out what stands there, if it may be absent."""
    text = deepcopy(text)
    holder: Any = text
    for step in path[:-1]:
        holder = holder[step]
    if value is None and (isinstance(holder, list) or path[0] == "parameters"):
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return text


def same(a: RunResult, b: RunResult, *, money: bool = False) -> bool:
    """True if two runs are alike in every replicate, in cost too if ``money`` counts."""
    kept = [n for n, name in enumerate(a.outcomes) if money or not name.startswith("cost")]
    heads = [n for n, name in enumerate(HEADLINES) if money or not name.startswith("cost")]
    return np.array_equal(a.yearly[:, :, kept], b.yearly[:, :, kept], equal_nan=True) and np.array_equal(
        a.monthly[:, :, heads], b.monthly[:, :, heads], equal_nan=True
    )


def _short_of_money(loaded: Loaded, base: RunResult) -> Iterator[Found]:
    """What the budget cuts: dollars of the district's own, with and without the budget."""
    if loaded.scenario.policy.budget is None:
        return
    free = _run(loaded, without(loaded.text, ("policy", "budget"), None))
    for what, lines in CUT.items():
        paid, planned = (_dollars(one, lines) for one in (base, free))
        if paid < planned:
            said = f"cannot pay the plan: in the trial {what} get ${paid / 1e6:,.1f}M of ${planned / 1e6:,.1f}M"
            yield Found(("policy", "budget", "annual"), said, "the rest is cut (E25)")


def _dollars(result: RunResult, lines: tuple[str, ...]) -> float:
    """Mean over replicates of what districts pay on some lines, over the whole run."""
    rows = [LINES.index(line) for line in lines]
    return float(result.ledger[:, :, 0][:, :, rows, DISTRICT_PAYS].sum(axis=2).mean())
