"""Results as tidy tables: one value a row, with the names of everything that tells rows apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simdiff.model.state import LINES
from simdiff.register import FINAL_OUTCOMES
from simdiff.study.run import HEADLINES, RunResult

PAYERS = ("district", "partner")

Axis = tuple[str, Sequence[str] | NDArray[np.int64]]
"""A column's name and its labels: texts, or numbers."""


def column(values: NDArray[Any], kind: pa.DataType) -> pa.Array:
    """A column from an array; not-a-number is null. Built from buffers, because ``pa.array`` imports pandas (.3 s)."""
    missing = np.isnan(values)
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(np.ascontiguousarray(values))])


def texts(labels: Sequence[str]) -> pa.Array:
    encoded = [label.encode() for label in labels]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(labels), buffers)


def _tidy(values: NDArray[np.float64], axes: Sequence[Axis]) -> pa.Table:
    """A long table of an array; each axis is a column, text axes as dictionaries. Undefined values are null."""
    shape = values.shape
    columns: dict[str, pa.Array] = {}
    for n, (name, labels) in enumerate(axes):
        index = np.arange(shape[n], dtype=np.int32).reshape([-1 if k == n else 1 for k in range(len(shape))])
        flat = np.broadcast_to(index, shape).ravel()
        if isinstance(labels, np.ndarray):
            columns[name] = column(labels[flat].astype(np.int32), pa.int32())
        else:
            columns[name] = pa.DictionaryArray.from_arrays(column(flat, pa.int32()), texts(labels))
    columns["value"] = column(values.ravel(), pa.float64())
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _runs(result: RunResult) -> list[Axis]:
    return [("draw", np.arange(result.yearly.shape[0])), ("replicate", np.arange(result.yearly.shape[1]))]


def yearly_table(result: RunResult) -> pa.Table:
    """draw, replicate, outcome, year (0 = before policy), district, practice, value."""
    years = np.arange(result.yearly.shape[3])
    rest: list[Axis] = [("district", list(result.places)), ("practice", list(result.practices))]
    return _tidy(result.yearly, [*_runs(result), ("outcome", list(result.outcomes)), ("year", years), *rest])


def monthly_table(result: RunResult) -> pa.Table:
    """Headline outcomes by month: draw, replicate, outcome, month (0 = first of policy), district, practice, value."""
    months = np.arange(result.monthly.shape[3]) - result.burn_in
    rest: list[Axis] = [("district", list(result.places)), ("practice", list(result.practices))]
    return _tidy(result.monthly, [*_runs(result), ("outcome", list(HEADLINES)), ("month", months), *rest])


def final_table(result: RunResult) -> pa.Table:
    """Outcomes of the whole run: draw, replicate, outcome, district, practice, value."""
    names = [outcome.name for outcome in FINAL_OUTCOMES]
    rest: list[Axis] = [("district", list(result.places)), ("practice", list(result.practices))]
    return _tidy(result.final, [*_runs(result), ("outcome", names), *rest])


def ledger_table(result: RunResult) -> pa.Table:
    """Dollars over the whole run: draw, replicate, district, line, payer, value."""
    rest: list[Axis] = [("district", list(result.places)), ("line", list(LINES)), ("payer", list(PAYERS))]
    return _tidy(result.ledger, [*_runs(result), *rest])
