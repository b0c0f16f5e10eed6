"""Two policies side by side on common luck: bands from few replicates first, then from more, each as ``simdiff run``
would give them for that many replicates."""

import json
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.contrasts import Estimate, estimate
from simdiff.analysis.summary import interval, intervals
from simdiff.explore.base import minus
from simdiff.model.inputs import BURN_IN, Inputs, prepare, world_of
from simdiff.model.world import World
from simdiff.report.words import BY_NAME, difference, differences, span
from simdiff.scenario import Loaded
from simdiff.study.blocks import observed, outcome_values

SHOWN = ("spread", "depth", "sustained", "equity_gap", "cost")
STEPS = (32, 64, 128, 200)
"""Replicates after which bands are shown."""
BATCH = 8
"""Replicates after which a newer question may stop an older one."""
KEPT = 6
"""Policies whose replicates are remembered."""
CONFIDENCE = 0.95
Values = NDArray[np.float64]
"""(replicates, outcomes ``SHOWN``, months, practices), over all districts."""
Alive = Callable[[], bool]


class Studio:
    """Runs policies of one scenario and remembers the last few. Worlds and replicates are functions of what is asked,
    so remembering changes no number."""

    def __init__(self, seed: int) -> None:
        self.seed, self.lock = seed, Lock()
        self.worlds: OrderedDict[str, World] = OrderedDict()
        self.batches: OrderedDict[str, dict[int, Values]] = OrderedDict()
        self.pool = ThreadPoolExecutor(os.cpu_count())

    def inputs(self, loaded: Loaded) -> Inputs:
        """What every replicate of a scenario starts from."""
        text = loaded.text
        said = [text["where"], text["policy"]["networks"]["partners"], text["parameters"], text["structure"]]
        world = self._kept(self.worlds, json.dumps(said), lambda: world_of(loaded.scenario, loaded.schools, self.seed))
        return prepare(loaded.scenario, world, self.seed)

    def run(self, policies: Sequence[Loaded], count: int, alive: Alive) -> list[Values] | None:
        """The first ``count`` replicates of each policy; None if the question is no longer asked."""
        known, todo = [], []
        for loaded in policies:
            name = json.dumps([loaded.text[key] for key in ("years", "where", "policy", "practices", "parameters",
                                                            "structure")])  # fmt: skip
            batches = self._kept(self.batches, name, dict[int, Values])
            known.append(batches)
            missing = [start for start in range(0, count, BATCH) if start not in batches]
            inputs = self.inputs(loaded) if missing else None
            todo += [(inputs, start, batches) for start in missing]

        def work(task: tuple[Inputs | None, int, dict[int, Values]]) -> None:
            inputs, start, batches = task
            if inputs is not None and start not in batches and alive():
                batches[start] = outcome_values(observed(inputs, range(start, start + BATCH)), SHOWN)[:, :, :, 0]

        list(self.pool.map(work, todo))
        if not alive():
            return None
        return [np.concatenate([batches[start] for start in range(0, count, BATCH)]) for batches in known]

    def _kept(self, known: OrderedDict[str, Any], name: str, make: Callable[[], Any]) -> Any:
        with self.lock:
            if name not in known:
                known[name] = make()
                while len(known) > KEPT:
                    known.popitem(last=False)
            known.move_to_end(name)
            return known[name]


def answers(studio: Studio, policies: Sequence[Loaded], practice: int, alive: Alive) -> Iterator[dict[str, Any]]:
    """What the page draws, after each of ``STEPS``; ends early if the question is no longer asked. ``practice``: its
    place in the scenario."""
    for count in STEPS:
        values = studio.run(policies, count, alive)
        if values is None:
            return
        yield answer([one[..., practice] for one in values])


def answer(values: Sequence[Values]) -> dict[str, Any]:
    """Bands by month of each policy, and B − A world by world at the end, in numbers and words."""
    count, last = len(values[0]), values[0].shape[2] - 1
    found = [intervals(one[None]) for one in values]
    return {
        "replicates": count,
        "of": STEPS[-1],
        "layer": f"Bands: median and 5–95 % over {count} replicates. Chance alone, at one set of parameters; what is "
                 "not known of the parameters would make them wider.",
        "outcomes": [_outcome(name, o, found, values, last) for o, name in enumerate(SHOWN)],
    }  # fmt: skip


def _outcome(name: str, o: int, found: Sequence[Values], values: Sequence[Values], last: int) -> dict[str, Any]:
    known = BY_NAME[name]
    gap = values[1][:, o, last] - values[0][:, o, last]
    return {
        "name": name, "title": known.title, "unit": known.unit, "meaning": known.meaning,
        "bands": [[_numbers(one[row, o, BURN_IN - 1 :]) for row in range(3)] for one in found],
        "end": [minus(span(interval(one[:, o, last]), known.unit, parameters=False)) for one in found],
        "numbers": [_numbers(one[:3, o, last], 17) for one in found],
        "difference": _difference(estimate(gap[None], np.ones((1, len(gap)), bool), CONFIDENCE), known.unit, gap),
    }  # fmt: skip


def _difference(one: Estimate, unit: str, gap: NDArray[np.float64]) -> dict[str, Any]:
    """B − A: the mean over matched worlds with the 95 % interval of chance, and the worlds themselves."""
    if not one.worlds:
        return {"text": "not defined", "worlds": "", "mean": None, "low": None, "high": None}
    mean = minus(difference(one.mean, unit, sign=True))
    chance = _range([one.chance_low, one.chance_high], unit)
    worlds = _range(list(np.nanquantile(gap, [0.05, 0.95])), unit)
    return {
        "text": f"{mean} ({chance})" if gap.any() else "no difference",
        "worlds": f"5–95 % of worlds: {worlds}. Above 0 in {one.above:.0%} of {one.worlds} worlds.",
        "mean": one.mean, "low": one.chance_low, "high": one.chance_high,
    }  # fmt: skip


def _range(ends: Sequence[float], unit: str) -> str:
    return minus(differences(ends, unit).replace(" and ", " to "))


def _numbers(values: NDArray[np.float64], digits: int = 5) -> list[float | None]:
    """Numbers for the page; nothing where undefined."""
    return [None if np.isnan(value) else float(f"{value:.{digits}g}") for value in values]
