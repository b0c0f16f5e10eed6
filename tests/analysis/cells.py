"""Cells without scenarios, for tests of what is made of their values."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from simdiff.analysis.cell_values import Block
from simdiff.scenario import Plain
from simdiff.scenario.experiment_schema import Factor
from simdiff.study.cells import Cell


def cell(levels: Mapping[str, Plain], scenario: str = "s") -> Cell:
    """A cell that holds nothing but its levels."""
    name = ",".join(f"{key}={value}" for key, value in levels.items()) or "base"
    return Cell(name, name, scenario, dict(levels), "", {}, 1, 10)


def block(points: Sequence[Mapping[str, Plain]], held: Mapping[str, Plain] | None = None) -> Block:
    """A block of cells at given levels."""
    return Block("s", held or {}, tuple(cell(point) for point in points))


def on_off(names: str) -> dict[str, Factor]:
    """On-and-off factors, a letter each."""
    return {name: Factor(on={f"policy.{name}": 1}) for name in names}


def grid(names: str) -> list[dict[str, Plain]]:
    """All combinations of off and on."""
    return [dict(zip(names, row, strict=True)) for row in product(["off", "on"], repeat=len(names))]


def is_on(point: Mapping[str, Plain]) -> dict[str, float]:
    """1 for each factor that is on, else 0."""
    return {name: float(level == "on") for name, level in point.items()}


def noise(seed: int, *shape: int) -> np.ndarray:
    """Standard normals."""
    return np.random.default_rng(seed).normal(size=shape)
