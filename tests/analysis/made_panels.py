"""Panels written by hand: one practice in a few schools."""

from collections.abc import Mapping, Sequence

import numpy as np

from simdiff.model.state import INITIAL
from simdiff.study.panel import Panel


def made(runs: int, months: int, schools: int, *, teachers: int = 10, burn_in: int = 12) -> Panel:
    """A panel in which nothing ever happens; write into its arrays."""
    shape = (runs, months, schools)
    return Panel(
        stage=np.zeros(shape, np.int8), mechanical=np.zeros(shape, np.int16), proficient=np.zeros(shape, np.int16),
        site=np.zeros(shape, np.bool_), teachers=np.full(schools, teachers, np.int32), burn_in=burn_in,
    )  # fmt: skip


def with_active(months: int, schools: int, spells: Mapping[int, tuple[int, int]], **told: int) -> Panel:
    """One run in which school i is active from the first to the last month (exclusive) of ``spells[i]``."""
    panel = made(1, months, schools, **told)
    for school, (first, last) in spells.items():
        panel.stage[0, first:last, school] = INITIAL
    return panel


def visited(panel: Panel, school: int, users: Sequence[int], run: int = 0, first: int = 0) -> None:
    """Set the mechanical users that yearly visits see, visit by visit; they stay until the next visit."""
    for n, count in enumerate(users):
        month = first + 10 + 12 * n
        panel.mechanical[run, month : month + 12, school] = count
