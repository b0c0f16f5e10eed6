"""What options are called in a memo: titles of the file where it has them, in place of the names of cells."""

from collections.abc import Mapping, Sequence

from simdiff.analysis.matched import belief_kind
from simdiff.report.charts import plain
from simdiff.report.steps import LONGEST_NAME
from simdiff.scenario import Experiment
from simdiff.scenario.factors import OFF, ON
from simdiff.study.cells import Cell

NUMBER = 8
"""Letters that a number in brackets takes."""
LONGEST_LEVEL = 20
"""Letters of a level that are shown."""


def labels_of(experiment: Experiment, cells: Mapping[str, Cell]) -> dict[str, str]:
    """Option → what it is called: all by titles or, where two would be called the same, all by their own names, with a
    number where names are so long that they are the same as far as they are shown."""
    found = {name: plain(label_of(experiment, cell, name), LONGEST_NAME) for name, cell in cells.items()}
    if len(set(found.values())) < len(found):
        found = {name: plain(name, LONGEST_NAME) for name in found}
    return {name: one if alone(one, found) else f"{plain(name, LONGEST_NAME - NUMBER)} ({n})"
            for n, (name, one) in enumerate(found.items(), 1)}  # fmt: skip


def titles_of(experiment: Experiment) -> dict[str, str]:
    """Factor → what it is called."""
    return {name: plain(factor.title or name, LONGEST_NAME) for name, factor in experiment.factors.items()}


def alone(label: str, labels: Mapping[str, str]) -> bool:
    """True if only one option has this label."""
    return list(labels.values()).count(label) == 1


def label_of(experiment: Experiment, cell: Cell, name: str) -> str:
    """An option by the titles of its scenario and of the factors that are on."""
    base = experiment.scenarios.get(cell.scenario)
    title = (base.title if base else None) or cell.scenario
    if all(belief_kind(experiment, factor) for factor in experiment.factors):
        return title if len(experiment.scenarios) > 1 else experiment.title
    parts = list(_parts(experiment, cell))
    if not parts:
        return title if len(experiment.scenarios) > 1 or (base and base.title) else name
    said = " + ".join(parts)
    return f"{title}: {said}" if len(experiment.scenarios) > 1 else said


def _parts(experiment: Experiment, cell: Cell) -> Sequence[str]:
    parts: list[str] = []
    choices = [name for name in experiment.factors if not belief_kind(experiment, name)]
    for name, level in cell.levels.items():
        if belief_kind(experiment, name):
            continue  # an option is the same whatever is believed
        factor = experiment.factors[name]
        title = factor.title or name
        if factor.on is not None:
            parts += [title] if level == ON else []
        elif level != OFF:
            shown = f" ({plain(str(level), LONGEST_LEVEL)})"
            room = LONGEST_NAME - len(shown) if len(choices) == 1 else len(title)
            parts.append(str(level) if len(choices) == 1 and factor.levels else f"{plain(title, room)}{shown}")
    return parts
