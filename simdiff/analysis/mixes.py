"""An optimisation from end to end: mixes are made into cells, run by whoever is given, scored, and looked at again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from simdiff.analysis.cell_values import Asked, AskError, Values, values_of
from simdiff.analysis.optimise import (
    MOST_FRONT,
    Floats,
    Levels,
    Objective,
    Tried,
    decisions_of,
    frontier,
    robust,
    search,
    spread_out,
)
from simdiff.analysis.second_look import Candidate, Mix, PairVerdict, compare_pairs, look_again
from simdiff.register import OUTCOMES
from simdiff.scenario import Experiment, LoadedExperiment
from simdiff.study.blocks import ALL
from simdiff.study.cells import Cell, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows
from simdiff.study.growth import Runs, mix_cell

COST = "cost"
FRESH = 4
"""Replicates of the second look, for each of the search."""
HEADLINES = [outcome.name for outcome in OUTCOMES if outcome.headline]
Run = Callable[[Sequence[Cell], Runs], Rows]
"""Makes sure that some runs of some cells are there, and gives the rows."""
Told = Callable[[Sequence[Tried]], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: objectives, a budget in dollars, how robust (``share`` of draws that may do worse; None: the
    mean), how many mixes."""

    objectives: tuple[Objective, ...]
    budget: float
    share: float | None
    evaluations: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and its second look. ``on_frontier``: mixes on it, of which some are looked at again."""

    tried: tuple[Tried, ...]
    mixes: tuple[Mix, ...]
    pairs: tuple[PairVerdict, ...]
    on_frontier: int


def only_scenario(experiment: Experiment) -> str:
    """The scenario whose levers are mixed. Raises AskError if there are several."""
    if len(experiment.scenarios) > 1:
        raise AskError(f"the experiment has {len(experiment.scenarios)} scenarios: optimize mixes the levers of one")
    return next(iter(experiment.scenarios))


def for_search(loaded: LoadedExperiment, objectives: Sequence[Objective]) -> LoadedExperiment:
    """The experiment as a search runs it: without ``until``, keeping the end of the last year, of the objectives, the
    headlines and what the file keeps."""
    kept = [*(loaded.experiment.keep.outcomes or HEADLINES), *(one.outcome for one in objectives), COST]
    keep = {"series": "last", "outcomes": list(dict.fromkeys(kept))}
    return loaded.with_changes({"until": None, "keep": keep}, loaded.posterior)


class Judge:
    """Scores mixes on the same runs, by their cells; every mix is scored on the same luck."""

    def __init__(self, loaded: LoadedExperiment, question: Question, run: Run) -> None:
        self.loaded, self.question, self.run = loaded, question, run
        self.scenario = only_scenario(loaded.experiment)

    def cells(self, mixes: Sequence[Levels]) -> list[Cell]:
        """The cell of each mix. Raises ScenarioError for a combination that a scenario may not have."""
        return [mix_cell(self.loaded, self.scenario, levels) for levels in mixes]

    def values(self, cells: Sequence[Cell], runs: Runs) -> tuple[list[Values], Values]:
        """Each objective's values of the cells in some runs, (cells, draws, replicates), and their cost."""
        rows = self.run(cells, runs)
        grids = [self._grid(rows, cells, runs, one.outcome) for one in self.question.objectives]
        return grids, self._grid(rows, cells, runs, COST)

    def _grid(self, rows: Rows, cells: Sequence[Cell], runs: Runs, outcome: str) -> Values:
        practice = practices_of(scenario_of(cells[0].text))[0]
        grid = values_of(rows, cells, Asked(outcome, None, ALL, practice))
        return grid[:, slice(*runs.draws), slice(*runs.replicates)]

    def scores(self, mixes: Sequence[Levels]) -> tuple[Floats, Floats]:
        """Losses of mixes, (mixes, objectives), and their expected cost less the budget."""
        grids, cost = self.values(self.cells(mixes), self.first_runs())
        losses = [robust(one.losses(grid), self.question.share)
                  for one, grid in zip(self.question.objectives, grids, strict=True)]  # fmt: skip
        return np.stack(losses, axis=1), robust(cost, None) - self.question.budget

    def first_runs(self) -> Runs:
        """Runs of the search."""
        experiment = self.loaded.experiment
        return Runs((0, experiment.replicates), (0, max(1, experiment.draws)))

    def second_runs(self) -> Runs:
        """Runs of the second look: replicates, and draws if there are any, that the search does not use."""
        experiment = self.loaded.experiment
        draws = (experiment.draws, 2 * experiment.draws) if experiment.draws else (0, 1)
        return Runs((experiment.replicates, (1 + FRESH) * experiment.replicates), draws)


def optimise(judge: Judge, tell: Told = lambda tried: None) -> Found:
    """Search, then look again at mixes of the frontier. ``tell`` hears of every generation.

    Raises AskError, ScenarioError, and whatever running raises.
    """
    question, known = judge.question, list[Tried]()

    def evaluate(mixes: Sequence[Levels]) -> tuple[Floats, Floats]:
        losses, excess = judge.scores(mixes)
        both = zip(mixes, losses, excess, strict=True)
        known.extend(Tried(mix, tuple(loss), float(over)) for mix, loss, over in both)
        tell(known)
        return losses, excess

    decisions, seed = decisions_of(judge.loaded.experiment), judge.loaded.experiment.seed
    tried = search(decisions, len(question.objectives), evaluate, question.evaluations, seed)
    front = frontier(tried)
    if not front:
        return Found(tuple(tried), (), (), 0)
    chosen = [front[n] for n in spread_out([tried[n].losses for n in front], MOST_FRONT)]
    cells = judge.cells([tried[n].levels for n in chosen])
    grids, cost = judge.values(cells, judge.second_runs())
    candidates = [Candidate(cell.name, tried[n].levels, tried[n].losses) for n, cell in zip(chosen, cells, strict=True)]
    mixes = look_again(candidates, question.objectives, grids, cost, question.budget, question.share)
    pairs = compare_pairs(mixes, question.objectives, grids)
    return Found(tuple(tried), tuple(mixes), tuple(pairs), len(front))
