"""Loading an experiment: its file, the scenarios it names, its tables. All problems come at once, at their place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simdiff.scenario.chain import Chain, named_file, read_chain
from simdiff.scenario.design_rows import Levels, design_rows, table_file
from simdiff.scenario.experiment_checks import design_problems, name_problems, outcome_problems
from simdiff.scenario.experiment_schema import Experiment, Factor
from simdiff.scenario.factors import factor_problems, is_range, is_whole, named_levels, settings_in, settings_of
from simdiff.scenario.folders import find_experiment, project_folder, shipped_draws
from simdiff.scenario.load import OWN_KEYS, STAND_INS, Loaded, load_chain
from simdiff.scenario.posterior import read_posterior
from simdiff.scenario.problems import Problem, ScenarioError, listed, show_path, shown
from simdiff.scenario.settings import laid
from simdiff.scenario.source import Node, read_source
from simdiff.scenario.translate import Place, place, problem_at, translated, without

MOST_CHECKED = 2_000
"""Levels that are tried in a scenario each, before a file is called good."""


@dataclass(frozen=True, slots=True)
class LoadedExperiment:
    """An experiment ready to be laid out.

    ``bases``: the tree of each scenario by id; ``rows``: those of a table design; ``posterior``: parameter draws by
    name, if a file or shipped draws give them; ``files``: every file that was read.
    """

    experiment: Experiment
    root: Node
    bases: dict[str, Chain]
    schools: Path | None
    rows: tuple[Levels, ...]
    posterior: tuple[dict[str, float], ...]
    files: tuple[Path, ...]

    def cell(self, scenario: str, levels: Levels) -> Loaded:
        """One cell: a scenario with its factors at the given levels. Raises ScenarioError with its problems."""
        factors = self.experiment.factors
        settings = [one for name, level in levels.items() for one in settings_of(self.root, name, factors[name], level)]
        return load_chain(laid(self.bases[scenario], settings), self.schools)

    def with_changes(self, changes: dict[str, Any], posterior: tuple[dict[str, float], ...] = ()) -> "LoadedExperiment":
        """The experiment with other ``replicates``, ``draws`` or ``seed``, and other draws; at none, those that its
        file names are dropped too. Raises ScenarioError."""
        none = changes.get("draws") == 0 and not posterior
        dropped = {"posterior": None} if none else {}
        try:
            experiment = Experiment.model_validate(self.experiment.model_dump(mode="json") | changes | dropped)
        except ValidationError as error:
            file = show_path(self.files[0])
            raise ScenarioError(
                Problem(file, 0, 0, ".".join(map(str, one["loc"])), f"found {shown(one['input'])}", one["msg"].lower())
                for one in error.errors()
            ) from None
        return replace(self, experiment=experiment, posterior=() if none else posterior or self.posterior)


def load_experiment(path: str, schools: Path | None = None) -> LoadedExperiment:
    """Load an experiment file (or shipped experiment, by name); ``schools`` replaces the tables its scenarios name.

    Raises ScenarioError with every problem found.
    """
    file = find_experiment(path)
    source = read_source(file)
    if source.root is None:
        raise ScenarioError(source.problems)
    root, problems = source.root, list(source.problems)
    if isinstance(root.value, dict) and OWN_KEYS & root.value.keys() and "scenarios" not in root.value:
        raise ScenarioError([root.spot.problem("a scenario", f"use simdiff run {path}")])
    experiment, bad = _validated(root, problems)
    wrong, sound = factor_problems(experiment, root)
    problems += wrong
    rows: tuple[Levels, ...] = ()
    posterior: tuple[dict[str, float], ...] = ()
    if not bad:  # what does not fit together may only follow from a wrong value
        problems += name_problems(experiment, root)
        problems += design_problems(experiment, root)
        problems += outcome_problems(experiment, root)
        rows = design_rows(experiment, root, file, problems)
        posterior = _posterior_of(experiment, root, file, problems)
    bases = _bases(experiment, root, file, problems)
    loaded = LoadedExperiment(
        experiment, root, bases, schools, rows, posterior,
        (file, *dict.fromkeys(one for chain in bases.values() for one in chain.files)),
    )  # fmt: skip
    problems += _level_problems(loaded, sound)
    if problems:
        raise ScenarioError(problems)
    return loaded


def _validated(root: Node, problems: list[Problem]) -> tuple[Experiment, bool]:
    """The experiment, and whether some of it was set aside because it cannot be read or the schema has ``problems``
    with it: a factor or a scenario, or all of another key. Raises ScenarioError if too little is left."""
    data, bad = root.plain(), list(_broken(root))
    try:
        experiment = Experiment.model_validate(data)
        if not bad:
            return experiment, False
    except ValidationError as error:
        more, wrong = translated(error, root, Experiment, whole=True)
        problems += more
        bad += wrong
    try:
        rest = without(data, [path[: 2 if path[0] in ("factors", "scenarios") else 1] for path in bad if path])
        return Experiment.model_validate(STAND_INS | rest), True
    except ValidationError:
        raise ScenarioError(problems) from None


def _broken(node: Node, at: Place = ()) -> Iterator[Place]:
    """Places of values that could not be read."""
    inside = node.value
    if node.broken:
        yield at
    elif isinstance(inside, dict | list):
        for step, child in inside.items() if isinstance(inside, dict) else enumerate(inside):
            yield from _broken(child, (*at, step))


def _level_problems(loaded: LoadedExperiment, factors: dict[str, Factor]) -> list[Problem]:
    """What is wrong with each scenario as it is, and with each level of each of ``factors`` alone."""
    problems, alone = list[Problem](), _alone(factors)
    if (count := len(loaded.bases) * len(alone)) > MOST_CHECKED:
        found, allowed = f"{count:,} levels of factors in all scenarios", f"expected at most {MOST_CHECKED:,}"
        return [problem_at(loaded.root, ("factors",), found, allowed, key=True)]
    for scenario in loaded.bases:
        for levels in alone:
            try:
                loaded.cell(scenario, levels)
            except ScenarioError as error:
                problems += error.problems
    return problems


def _alone(factors: dict[str, Factor]) -> list[Levels]:
    """No factor set, then each level of each factor alone; of a range, its ends."""
    alone: list[Levels] = [{}]
    for name, factor in factors.items():
        if factor.low is not None and factor.high is not None:
            ends = (factor.low, factor.high)
            alone += [{name: int(end) if is_whole(factor) else end} for end in ends]
        elif not is_range(factor):
            alone += [{name: level} for level in named_levels(factor)]
    return alone


def _bases(experiment: Experiment, root: Node, file: Path, problems: list[Problem]) -> dict[str, Chain]:
    bases, project = {}, project_folder(file)
    read = dict[Path, Chain]()
    problems += _twice(root)
    for name in experiment.scenarios:
        at: Place = ("scenarios", name)
        node = _scenario_node(root, name)
        found = named_file(node, file, project, f"scenarios.{name}")
        if isinstance(found, Problem):
            problems.append(found)
            continue
        if found not in read:
            read[found] = read_chain(found)
            problems += read[found].problems
        chain = read[found]
        bases[name] = laid(chain, settings_in(root, (*at, "set"), f"scenario {name} of the experiment"))
    return bases


def _twice(root: Node) -> Iterator[Problem]:
    """Files of a list that would go by the same name."""
    path, nodes = place(root, ("scenarios",))
    listed, seen = nodes[-1].value, set[str]()
    for n, node in enumerate(listed if path and isinstance(listed, list) else ()):
        name = Path(str(node.value)).stem
        if name in seen:
            yield problem_at(root, (*path, n), f"found `{name}` again", "expected different names (say `name: file`)")
        seen.add(name)


def _scenario_node(root: Node, name: str) -> Node:
    """The node that names a scenario's file: an item of a list, a bare value, or the ``scenario`` of a variant."""
    scenarios = place(root, ("scenarios",))[1][-1]
    if isinstance(scenarios.value, list):
        return next(node for node in scenarios.value if isinstance(node.value, str) and Path(node.value).stem == name)
    return place(root, ("scenarios", name, "scenario"))[1][-1]


def _posterior_of(
    experiment: Experiment, root: Node, file: Path, problems: list[Problem]
) -> tuple[dict[str, float], ...]:
    if experiment.posterior is None:
        return ()
    known = shipped_draws()
    allowed = f"expected a CSV in a folder of this project, or {listed(known)} (left out: the priors)"
    path = table_file(root, ("posterior",), experiment.posterior, file, problems, known, allowed)
    if path is None:
        return ()
    try:
        draws = read_posterior(path)
    except ScenarioError as error:
        problems += error.problems
        return ()
    if not 2 <= experiment.draws <= len(draws):
        found = f"found {experiment.draws} draws of a file with {len(draws)}"
        problems.append(problem_at(root, ("posterior",), found, f"expected `draws` from 2 to {len(draws)}"))
    return draws
