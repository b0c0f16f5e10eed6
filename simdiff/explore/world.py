"""One world, school by school: a Mesa model that is played, paused and stepped on the server, a page each."""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from simdiff.explore.story import story_of_school
from simdiff.model.inputs import Inputs
from simdiff.model.outcomes import OUTCOME_FUNCTIONS
from simdiff.model.places import LEVELS
from simdiff.model.state import STAGES
from simdiff.report.explain import month_words
from simdiff.report.words import BY_NAME, NOTHING, number
from simdiff.scenario.access import ResolvedPractice

if TYPE_CHECKING:
    from simdiff.model.mesa_model import DistrictModel, School

MOST_WORLDS = 4
"""Worlds kept at once; a page whose world was let go begins it again."""
MOST_TIES = 1500
TOLD = ("spread", "depth", "sustained", "equity_gap", "cost")


class GoneError(Exception):
    """The world of this page was let go, or never begun."""


class Worlds:
    """The Mesa models of the pages that are open, by the page's own name."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.open: OrderedDict[str, tuple[DistrictModel, int]] = OrderedDict()

    def begin(self, tab: str, inputs: Inputs, replicate: int, month: int = 0, practice: int = 0) -> dict[str, Any]:
        """Begin a world and live it to a month of policy; what never changes of it, and how it stands with a practice
        (its place in the scenario, here as below). Raises IndexError for none."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "IProgress not found")
            from simdiff.model.mesa_model import DistrictModel
        model = DistrictModel(inputs, replicate)
        with self.lock:
            _live(model, inputs.burn_in + month)
            self.open[tab] = model, replicate
            self.open.move_to_end(tab)
            while len(self.open) > MOST_WORLDS:
                self.open.popitem(last=False)
            return _places(inputs) | {"now": _now(model, practice), "replicate": replicate}

    def to(self, tab: str, month: int, practice: int = 0) -> dict[str, Any]:
        """Live the world of a page to a month of policy; an earlier month begins it again."""
        with self.lock:
            model, replicate = self._of(tab)
            if model.inputs.burn_in + month >= model.month:
                _live(model, model.inputs.burn_in + month)
                return _now(model, practice)
        return dict(self.begin(tab, model.inputs, replicate, month, practice)["now"])

    def story(self, tab: str, row: int, practice: int = 0) -> dict[str, Any]:
        """The story of a school so far with a practice. Raises GoneError, IndexError."""
        with self.lock:
            model, replicate = self._of(tab)
            place, month, title = model.inputs.world.places[row], model.month, _practice(model.inputs, practice).title
        turns = story_of_school(model.inputs, replicate, month, row, practice)
        return {"name": place.name, "practice": title, "turns": [asdict(turn) for turn in turns]}

    def select(self, tab: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of the agents that meet every filter asked for, by ``AgentSet.select``."""
        practice = int(asked.get("practice", 0))
        tests = _tests(asked, practice)
        with self.lock:
            model, _ = self._of(tab)
            _practice(model.inputs, practice)
            chosen = model.agents.select(lambda school: all(test(school) for test in tests))
            return [_row(school, practice) for school in chosen]

    def _of(self, tab: str) -> tuple["DistrictModel", int]:
        if tab not in self.open:
            raise GoneError
        return self.open[tab]


def _live(model: "DistrictModel", month: int) -> None:
    while model.month < min(month, model.inputs.months):
        model.step()


def _practice(inputs: Inputs, practice: int) -> ResolvedPractice:
    """A practice by its place. Raises IndexError."""
    if practice < 0:
        raise IndexError(practice)
    return inputs.practices[practice]


def _tests(asked: Mapping[str, Any], practice: int) -> list[Callable[["School"], bool]]:
    """What a school must be: its stage, its level, at least so deep, at least so much need. Raises KeyError, ValueError
    or TypeError for what is none."""
    found: list[Callable[[School], bool]] = []
    if stage := asked.get("stage"):
        found.append(lambda school: STAGES[school.use(practice).stage] == stage)
    if level := asked.get("level"):
        found.append(lambda school: LEVELS[school.place.level] == level)
    depth, need = float(asked.get("depth") or 0), float(asked.get("need") or 0)
    found.append(lambda school: school.use(practice).proficient / school.place.teachers >= depth
                 and school.place.need >= need)  # fmt: skip
    return found


def _row(school: "School", practice: int) -> dict[str, Any]:
    place, use = school.place, school.use(practice)
    return {"row": school.row, "name": place.name, "level": LEVELS[place.level], "teachers": place.teachers,
            "need": place.need, "stage": STAGES[use.stage], "mechanical": int(use.mechanical),
            "proficient": int(use.proficient)}  # fmt: skip


def _places(inputs: Inputs) -> dict[str, Any]:
    """Who the schools are, and their strongest near ties, as pairs of rows."""
    ties, start = inputs.world.ties.tie, inputs.world.ties.start
    pairs = {(min(i, int(one.peer)), max(i, int(one.peer))): int(one.weight)
             for i in range(len(start)) for one in ties[start[i, 0] : start[i, 1]]}  # fmt: skip
    strongest = sorted(pairs, key=lambda pair: -pairs[pair])[:MOST_TIES]
    return {
        "schools": [{"name": place.name, "district": place.district, "level": LEVELS[place.level],
                     "teachers": place.teachers, "need": place.need, "x": round(place.x, 3), "y": round(place.y, 3)}
                    for place in inputs.world.places],
        "ties": sorted(strongest), "left_out": len(pairs) - len(strongest),
        "months": inputs.months - inputs.burn_in, "stages": STAGES,
        "practices": [one.title for one in inputs.practices],
    }  # fmt: skip


def _now(model: "DistrictModel", practice: int) -> dict[str, Any]:
    """How the world stands with a practice: stage and share of proficient teachers of every school, and what it comes
    to. Cost is of all practices."""
    _practice(model.inputs, practice)
    month, teachers = model.month - model.inputs.burn_in, model.inputs.world.site["teachers"]
    use = model.sim.use[:, practice]
    return {
        "month": month,
        "when": f"after {month_words(month - 1)}" if month > 0 else "before policy starts",
        "stage": use["stage"].tolist(),
        "depth": np.round(use["proficient"] / teachers, 3).tolist(),
        "outcomes": [{"name": name, "title": BY_NAME[name].title, "value": _said(model, name, practice)}
                     for name in TOLD],
        "over": model.month >= model.inputs.months,
    }  # fmt: skip


def _said(model: "DistrictModel", name: str, practice: int) -> str:
    if not model.month:
        return NOTHING
    values = OUTCOME_FUNCTIONS[name](model.observations)[-1, 0]
    return number(float(values[practice if len(values) > 1 else 0]), BY_NAME[name].unit)
