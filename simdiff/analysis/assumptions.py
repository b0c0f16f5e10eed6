"""Which inputs of a sweep are assumptions: parameters with their evidence, and structure; the rest is policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simdiff.register import GRADES, PARAMETERS
from simdiff.scenario import Plain
from simdiff.scenario.experiment_schema import Factor
from simdiff.scenario.factors import is_range, named_levels

Kind = Literal["parameter", "structure", "setting"]


@dataclass(frozen=True, slots=True)
class Column:
    """One input of the runs of a sweep: ``values`` (n,), numbers, or places in ``levels`` where it has named levels.

    ``parameter``: name in the register, if it is one. ``kind``: *setting* is what a policy or a district decides.
    """

    name: str
    kind: Kind
    values: NDArray[np.float64]
    levels: tuple[str, ...] = ()
    parameter: str = ""

    @property
    def grade(self) -> str:
        """Grade of evidence; empty if it is no parameter."""
        return PARAMETERS[self.parameter].grade if self.parameter else ""

    @property
    def weak(self) -> bool:
        """True if nothing but judgement stands behind it: a parameter of grade A, or the choice of a structure."""
        return self.kind == "structure" or self.grade == "A"

    @property
    def evidence(self) -> str:
        """What is known of it, in words."""
        if not self.parameter:
            return {"structure": "a choice between forms of the model", "setting": "a setting"}.get(self.kind, "")
        one = PARAMETERS[self.parameter]
        return f"{one.meaning}; grade {one.grade}, {GRADES[one.grade]}; source: {one.source}"


def parameter_of(factor: Factor) -> str:
    """Name of the parameter that a factor varies; empty if it varies none."""
    if factor.prior is not None:
        return factor.prior
    path = (factor.path or "").split(".")
    return path[1] if path[0] == "parameters" and len(path) > 1 and path[1] in PARAMETERS else ""


def kind_of(factor: Factor) -> Kind:
    """Whether a factor varies a parameter, the structure of the model, or settings."""
    if parameter_of(factor):
        return "parameter"
    paths = [factor.path] if factor.path is not None else []
    for level in (factor.on, *(factor.levels or {}).values()):
        paths += list(level or {})
    return "structure" if paths and all(path.split(".")[0] == "structure" for path in paths) else "setting"


def factor_column(name: str, factor: Factor, levels: Sequence[Plain]) -> Column:
    """The column of a factor from its level in each run."""
    parameter = parameter_of(factor)
    if is_range(factor):
        return Column(parameter or name, kind_of(factor), np.array(levels, dtype=np.float64), (), parameter)
    known = named_levels(factor)
    where = np.array([known.index(level) for level in levels], dtype=np.float64)
    return Column(parameter or name, kind_of(factor), where, tuple(str(level).lower() for level in known), parameter)


def draw_columns(draws: Sequence[dict[str, float]], fixed: set[str]) -> list[Column]:
    """Columns of parameter draws, without the parameters that the cells set themselves (``fixed``)."""
    return [
        Column(name, "parameter", np.array([draw[name] for draw in draws]), (), name)
        for name in draws[0]
        if name not in fixed
    ]
