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
from simdiff.model.places import LEVELS
from simdiff.model.state import STAGES
from simdiff.report.explain import month_words
from simdiff.report.words import BY_NAME, number

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

    def begin(self, tab: str, inputs: Inputs, replicate: int, month: int = 0) -> dict[str, Any]:
        """Begin a world and live it to a month of policy; what never changes of it, and how it stands."""
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
            return _places(inputs) | {"now": _now(model), "replicate": replicate}

    def to(self, tab: str, month: int) -> dict[str, Any]:
        """Live the world of a page to a month of policy; an earlier month begins it again."""
        with self.lock:
            model, replicate = self._of(tab)
            if model.inputs.burn_in + month >= model.month:
                _live(model, model.inputs.burn_in + month)
                return _now(model)
        return dict(self.begin(tab, model.inputs, replicate, month)["now"])

    def story(self, tab: str, row: int) -> dict[str, Any]:
        """The story of a school so far. Raises GoneError, IndexError."""
        with self.lock:
            model, replicate = self._of(tab)
            place, month = model.inputs.world.places[row], model.month
        turns = story_of_school(model.inputs, replicate, month, row)
        return {"name": place.name, "turns": [asdict(turn) for turn in turns]}

    def select(self, tab: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of the agents that meet every filter asked for, by ``AgentSet.select``."""
        tests = _tests(asked)
        with self.lock:
            chosen = self._of(tab)[0].agents.select(lambda school: all(test(school) for test in tests))
            return [_row(school) for school in chosen]

    def _of(self, tab: str) -> tuple["DistrictModel", int]:
        if tab not in self.open:
            raise GoneError
        return self.open[tab]


def _live(model: "DistrictModel", month: int) -> None:
    while model.month < min(month, model.inputs.months):
        model.step()


def _tests(asked: Mapping[str, Any]) -> list[Callable[["School"], bool]]:
    """What a school must be: its stage, its level, at least so deep, at least so much need. Raises KeyError, ValueError
    or TypeError for what is none."""
    found: list[Callable[[School], bool]] = []
    if stage := asked.get("stage"):
        found.append(lambda school: school.stage == stage)
    if level := asked.get("level"):
        found.append(lambda school: LEVELS[school.place.level] == level)
    depth, need = float(asked.get("depth") or 0), float(asked.get("need") or 0)
    found.append(lambda school: school.proficient / school.place.teachers >= depth and school.place.need >= need)
    return found


def _row(school: "School") -> dict[str, Any]:
    place = school.place
    return {"row": school.row, "name": place.name, "level": LEVELS[place.level], "teachers": place.teachers,
            "need": place.need, "stage": school.stage, "mechanical": school.mechanical,
            "proficient": school.proficient}  # fmt: skip


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
        "months": inputs.months - inputs.burn_in, "practice": inputs.practices[0].title, "stages": STAGES,
    }  # fmt: skip


def _now(model: "DistrictModel") -> dict[str, Any]:
    """How the world stands: stage and share of proficient teachers of every school, and what it comes to."""
    month, teachers = model.month - model.inputs.burn_in, model.inputs.world.site["teachers"]
    return {
        "month": month,
        "when": f"after {month_words(month - 1)}" if month > 0 else "before policy starts",
        "stage": model.sim.use["stage"][:, 0].tolist(),
        "depth": np.round(model.sim.use["proficient"][:, 0] / teachers, 3).tolist(),
        "using": np.round((model.sim.use["mechanical"][:, 0] + model.sim.use["proficient"][:, 0]) / teachers,
                          3).tolist(),
        "outcomes": [{"name": name, "title": BY_NAME[name].title, "value": _said(model, name)} for name in TOLD],
        "over": model.month >= model.inputs.months,
    }  # fmt: skip


def _said(model: "DistrictModel", name: str) -> str:
    return number(model.outcome(name) if model.month else float("nan"), BY_NAME[name].unit)
