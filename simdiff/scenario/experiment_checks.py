"""What the schema cannot say of an experiment: designs that are whole, outcomes that exist and are kept."""

from collections.abc import Iterator

from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.scenario.experiment_schema import Experiment
from simdiff.scenario.factors import level_count
from simdiff.scenario.folders import FREE, TAKEN
from simdiff.scenario.problems import Problem, listed, nearest
from simdiff.scenario.source import Node
from simdiff.scenario.translate import Place, place, problem_at

OUTCOME_NAMES = tuple(outcome.name for outcome in (*OUTCOMES, *FINAL_OUTCOMES))
NEEDED = {
    "factorial": (), "zip": (), "one-at-a-time": (), "fractional": ("resolution",), "table": (),
    "latin-hypercube": ("points",), "sobol": ("points",), "morris": ("points",),
}  # fmt: skip
BELONGS = {"resolution": ("fractional",), "rows": ("table",), "file": ("table",), "second_order": ("sobol",),
           "points": ("latin-hypercube", "sobol", "morris"), "grid": ("morris",)}  # fmt: skip


def name_problems(experiment: Experiment, root: Node) -> Iterator[Problem]:
    """A sweep lies in a folder of the experiment's name."""
    if experiment.name in TAKEN:
        yield problem_at(root, ("name",), f"found `{experiment.name}`", FREE)


def design_problems(experiment: Experiment, root: Node) -> Iterator[Problem]:
    design, factors = experiment.design, experiment.factors
    at: Place = ("design",)
    if not factors and (design.kind != "factorial" or place(root, at)[0] == at):
        yield problem_at(root, at, f"a {design.kind} design without factors", "expected `factors`, or no design",
                         key=True)  # fmt: skip
    for field in NEEDED[design.kind]:
        if getattr(design, field) is None:
            yield problem_at(root, at, f"missing key `{field}`", f"expected it for a {design.kind} design", key=True)
    for field, kinds in BELONGS.items():
        if place(root, (*at, field))[0] == (*at, field) and design.kind not in kinds:
            yield problem_at(root, (*at, field), f"found `{field}` for a {design.kind} design",
                             f"expected it only for {listed(kinds)}", key=True)  # fmt: skip
    if design.kind == "table" and (design.rows is None) == (design.file is None):
        yield problem_at(root, at, "a table design", "expected `rows` or `file`, one of them", key=True)
    if design.kind == "sobol" and design.points and design.points & (design.points - 1):
        yield problem_at(root, (*at, "points"), f"found {design.points}", "expected a power of 2")
    if design.kind == "morris" and design.grid % 2:
        yield problem_at(root, (*at, "grid"), f"found {design.grid}", "expected an even number")
    counts = {name: level_count(factor) for name, factor in factors.items()}
    if design.kind == "fractional":
        if len(factors) == 1:
            yield problem_at(root, at, "a fraction of one factor", "expected at least 2 factors", key=True)
        for name, count in counts.items():
            if count != 2:
                yield problem_at(root, ("factors", name), f"{count} levels", "expected 2 for a fractional design",
                                 key=True)  # fmt: skip
    if design.kind == "zip" and len(set(counts.values())) > 1:
        told = ", ".join(f"`{name}` {count}" for name, count in counts.items())
        yield problem_at(root, at, f"levels: {told}", "expected as many levels of each factor", key=True)


def outcome_problems(experiment: Experiment, root: Node) -> Iterator[Problem]:
    keep, until = experiment.keep, experiment.until
    named: list[tuple[Place, str]] = [(("keep", "outcomes", n), name) for n, name in enumerate(keep.outcomes or ())]
    if until is not None:
        named.append((("until", "outcome"), until.outcome))
        if keep.outcomes is not None and until.outcome in OUTCOME_NAMES and until.outcome not in keep.outcomes:
            yield problem_at(root, ("until", "outcome"), f"`{until.outcome}` is not kept",
                             "expected one of `keep.outcomes`")  # fmt: skip
        if until.most <= experiment.replicates:
            yield problem_at(root, ("until", "most"), f"found {until.most}",
                             f"expected more than the {experiment.replicates} replicates to begin with")  # fmt: skip
        if experiment.replicates < 2:
            yield problem_at(root, ("until",), "one replicate to begin with", "expected at least 2", key=True)
    for where, name in named:
        if name not in OUTCOME_NAMES:
            yield problem_at(root, where, f"unknown outcome `{name}`", "expected an outcome of the register",
                             nearest(name, OUTCOME_NAMES))  # fmt: skip
    if keep.years is not None and keep.series != "yearly":
        yield problem_at(root, ("keep", "years"), f"years of a {keep.series} series", "expected them only for `yearly`",
                         key=True)  # fmt: skip
    if experiment.draws == 1:
        yield problem_at(root, ("draws",), "found 1", "expected 0 (the default values) or at least 2")
