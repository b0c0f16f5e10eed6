"""A finished sweep as files for other programs: one tidy long table, one wide, the draws, and a data dictionary."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from simdiff.register import FINAL_OUTCOMES, OUTCOMES, PARAMETERS
from simdiff.report.excel import MOST_ROWS, workbook
from simdiff.report.provenance import CAVEAT
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows
from simdiff.study.chunks import labels_of_times
from simdiff.study.files import FORMULA, Unfinished, writing
from simdiff.study.plan import Plan
from simdiff.study.sweep import Report

FORMATS = ("csv", "parquet", "xlsx", "dta")
FORMULA_AT_FIRST = rf"^([{re.escape(''.join(FORMULA))}])"
STATA_NAME = 32
KEYS = ("draw", "replicate", "status", "reason", "district", "practice")
MEANINGS = {
    "cell": "Cell of the design: a scenario at factor levels.",
    "scenario": "Scenario of the experiment.",
    "draw": "Parameter draw; the draws' values are in the table `draws`.",
    "replicate": "Replicate. The same number has the same luck in every cell: compare cells replicate by replicate.",
    "status": "ok, or failed: then there are no values.",
    "reason": "Why a run failed.",
    "district": "District; `all` is all together.",
    "practice": "Practice; `any` asks for any of several.",
    "year": "End of this year of policy; 0 is before it. Outcomes of a whole run stand with its last year.",
    "month": "Month of policy, 0 the first. Outcomes of a whole run stand with its last month.",
    "outcome": "Name of the outcome.",
    "value": "Value of the outcome, in its unit; empty where it is undefined or the run failed.",
}


class ExportError(ValueError):
    """The export cannot be made as asked; ``str()`` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is exported: outcomes, and times (years, or months of a monthly series); none: all."""

    outcomes: tuple[str, ...]
    times: tuple[int, ...]


def choose(plan: Plan, outcomes: Sequence[str], times: Sequence[int]) -> Choice:
    """Check what is asked for. Raises ExportError for an outcome or a time that the sweep does not keep."""
    kept = plan.question.outcomes
    unknown = [name for name in outcomes if name not in kept]
    if unknown:
        raise ExportError(f"--outcomes: the sweep does not keep {', '.join(unknown)}; it keeps {', '.join(kept)}")
    known = sorted({at for cell in plan.cells for at in labels_of_times(plan.experiment.keep, cell.years)})
    if any(at not in known for at in times):
        raise ExportError(f"--years: the sweep keeps {_time(plan)}s {', '.join(map(str, known))}")
    return Choice(tuple(dict.fromkeys(outcomes)) or kept, tuple(dict.fromkeys(times)))


def export(report: Report, folder: Path, kind: str, choice: Choice) -> list[Path]:
    """Write the tables of a sweep; return the files. Nothing is ever left half written.

    Raises ExportError if a format cannot hold them, OSError with the path if they cannot be written.
    """
    rows = Rows(report.plan, report.chunks)
    folder.mkdir(parents=True, exist_ok=True)
    tables = tables_of(report, rows, choice)
    if kind == "xlsx":
        for table in tables:
            _check_rows(table.name, table.rows, MOST_ROWS, "Excel")
        path = folder / "sweep.xlsx"
        with writing(path) as file:
            workbook(
                file, [(table.name, table.columns, table.parts()) for table in tables], report.plan.experiment.title
            )
        return [path]
    write = {"csv": _write_csv, "parquet": _write_parquet, "dta": _write_stata}[kind]
    paths = []
    for table in tables:
        path = folder / f"{table.name}.{kind}"
        with writing(path) as file:
            write(table, file)
        paths.append(path)
    return paths


@dataclass(frozen=True, slots=True)
class Out:
    """A table to write: its name, columns, number of rows, its rows in parts, and a label for each column."""

    name: str
    columns: tuple[str, ...]
    rows: int
    parts: Callable[[], Iterator[pa.Table]]
    labels: dict[str, str]


def tables_of(report: Report, rows: Rows, choice: Choice) -> list[Out]:
    """Every table of an export, the small ones first."""
    plan = report.plan
    words = dictionary(plan, choice)
    labels = {row["column"]: row["meaning"] for row in words}
    count = sum(wide.num_rows for wide in _wide_parts(plan, rows, choice, ("draw",)))
    time, names = _time(plan), choice.outcomes
    heads = ("cell", "scenario", *_factor_columns(plan).values(), *KEYS, time)
    found = [_small("about", about(report), labels), _small("dictionary", words, labels)]
    if plan.draws != ({},):
        found.append(_small("draws", [{"draw": n, **draw} for n, draw in enumerate(plan.draws)], labels))
    return [
        *found,
        Out("wide", (*heads, *names), count, lambda: _wide_parts(plan, rows, choice, names), labels),
        Out("long", (*heads, "outcome", "value"), count * len(names), lambda: _long_parts(plan, rows, choice), labels),
    ]


def about(report: Report) -> list[dict[str, Any]]:
    """What these tables are: where from, how complete, and what they cannot say."""
    plan, tally = report.plan, report.tally
    state = f"{tally.done:,} of {tally.planned:,} planned runs are done; {tally.failed:,} of them failed"
    banner = "PARTIAL: " if tally.failed or not report.complete else ""
    said = {
        "title": plan.experiment.title,
        "question": plan.experiment.question,
        "state": banner + state,
        "caveat": CAVEAT,
        "seed": str(plan.experiment.seed),
        "simdiff": plan.versions["simdiff"],
        "code": plan.question.code,
        "parameter draws": str(len(plan.draws)) if plan.draws != ({},) else "none: default values",
        "intervals": "replicates are chance; draws are what is not known of the parameters: keep the two apart",
    }
    return [{"item": item, "what": what} for item, what in said.items()]


def dictionary(plan: Plan, choice: Choice) -> list[dict[str, str]]:
    """A row for each column of the tables: what it is, its unit, its formula, its values."""
    titles = [f"{name}: {one.title}" if one.title else name for name, one in plan.experiment.scenarios.items()]
    rows = [_word("cell", MEANINGS["cell"]), _word("scenario", MEANINGS["scenario"], values="; ".join(titles))]
    for name, column in _factor_columns(plan).items():
        factor = plan.experiment.factors[name]
        values = list(dict.fromkeys(str(cell.levels.get(name, "")) for cell in plan.cells))
        shown = ", ".join(values[:12]) + (" …" if len(values) > 12 else "")
        varied = factor.path or (f"prior of {factor.prior}" if factor.prior else "several settings together")
        rows.append(_word(column, f"Factor {factor.title or name}: {varied}", values=shown))
    rows += [_word(name, MEANINGS[name]) for name in (*KEYS, _time(plan), "outcome", "value")]
    known = {outcome.name: outcome for outcome in (*OUTCOMES, *FINAL_OUTCOMES)}
    for name in choice.outcomes:
        one = known[name]
        rows.append(_word(name, f"{one.title}: {one.meaning}".rstrip(": "), one.unit, one.formula))
    for name in plan.draws[0]:
        one_parameter = PARAMETERS[name]
        rows.append(_word(name, f"Parameter: {one_parameter.meaning}", one_parameter.unit, one_parameter.symbol))
    return rows


def _word(column: str, meaning: str, unit: str = "", formula: str = "", values: str = "") -> dict[str, str]:
    return {"column": column, "meaning": meaning, "unit": unit, "formula": formula, "values": values}


def _time(plan: Plan) -> str:
    return "month" if plan.experiment.keep.series == "monthly" else "year"


def _factor_columns(plan: Plan) -> dict[str, str]:
    """Column of each factor: its name, in letters that every program takes; numbered where two would be the same."""
    columns: dict[str, str] = {}
    for name in plan.experiment.factors:
        plain = f"factor_{name.replace('-', '_')}"
        more = sum(column == plain or column.startswith(f"{plain}__") for column in columns.values())
        columns[name] = f"{plain}__{more + 1}" if more else plain
    return columns


def _small(name: str, rows: Sequence[dict[str, Any]], labels: dict[str, str]) -> Out:
    table = pa.Table.from_pylist(list(rows))
    return Out(name, tuple(table.column_names), table.num_rows, lambda: iter([table]), labels)


def _wide_parts(plan: Plan, rows: Rows, choice: Choice, outcomes: Sequence[str]) -> Iterator[pa.Table]:
    """The wide table, cell by cell: a row for each run, time, district and practice."""
    time, numeric = _time(plan), _numeric_factors(plan)
    for cell in plan.cells:
        table = rows.of_cell(cell, [*KEYS, time, *outcomes])
        if table is None:
            continue
        if choice.times:
            table = table.filter(pc.is_in(table[time], pa.array(choice.times, pa.int32())))
        names = [*KEYS, time, *(name for name in outcomes if name not in KEYS)]
        heads = _cell_columns(plan, cell, table.num_rows, numeric)
        plain = [_plain(table[name]) for name in names]
        yield pa.Table.from_arrays([*heads.values(), *plain], names=[*heads, *names])


def _long_parts(plan: Plan, rows: Rows, choice: Choice) -> Iterator[pa.Table]:
    """The long table, cell by cell: a row for each value."""
    for wide in _wide_parts(plan, rows, choice, choice.outcomes):
        keys = [name for name in wide.column_names if name not in choice.outcomes]
        index = pa.array(np.repeat(np.arange(wide.num_rows), len(choice.outcomes)))
        long = wide.select(keys).take(index)
        values = np.stack([wide[name].to_numpy(zero_copy_only=False) for name in choice.outcomes], axis=1).ravel()
        names = pa.array(list(choice.outcomes) * wide.num_rows)
        yield long.append_column("outcome", names).append_column("value", pa.array(values, from_pandas=True))


def _cell_columns(plan: Plan, cell: Cell, count: int, numbers: set[str]) -> dict[str, pa.Array]:
    heads: dict[str, Any] = {"cell": cell.name, "scenario": cell.scenario}
    heads |= {column: cell.levels.get(name) for name, column in _factor_columns(plan).items()}
    found = {}
    for column, value in heads.items():
        numeric = column in numbers
        told = float(value) if numeric and value is not None else None if value is None else str(value)
        found[column] = pa.repeat(pa.scalar(told, pa.float64() if numeric else pa.string()), count)
    return found


def _numeric_factors(plan: Plan) -> set[str]:
    """Columns of factors whose levels are all numbers."""
    found = set()
    for name, column in _factor_columns(plan).items():
        levels = [cell.levels.get(name) for cell in plan.cells]
        if all(isinstance(one, int | float) and not isinstance(one, bool) for one in levels if one is not None):
            found.add(column)
    return found


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _check_rows(name: str, rows: int, most: int, program: str) -> None:
    if rows > most:
        raise ExportError(
            f"{name}: {rows:,} rows, and {program} takes at most {most:,}; nothing is cut off: ask for fewer "
            "--outcomes or --years, or another format"
        )


def _write_csv(table: Out, file: Unfinished) -> None:
    options = pcsv.WriteOptions(include_header=False, quoting_style="needed")
    file.write((",".join(table.columns) + "\n").encode())
    for part in table.parts():
        safe = [inert_column(part[name]) for name in table.columns]
        pcsv.write_csv(pa.Table.from_arrays(safe, names=list(table.columns)), file, options)


def inert_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column in which no text is taken for a formula: an apostrophe comes before those that might be."""
    if not pa.types.is_string(column.type):
        return column
    return pc.replace_substring_regex(column, FORMULA_AT_FIRST, r"'\1")


def _write_parquet(table: Out, file: Unfinished) -> None:
    writer: Any = None
    for part in table.parts():
        part = part.select(list(table.columns))
        writer = writer or pq.ParquetWriter(file, part.schema, compression="zstd", write_page_checksum=True)
        writer.write_table(part.cast(writer.schema))
    if writer is not None:
        writer.close()


def _write_stata(table: Out, file: Unfinished) -> None:
    """Stata's own format, by pandas; texts become labelled values."""
    frame = pa.concat_tables(table.parts()).select(list(table.columns)).to_pandas()
    names = stata_names(table.columns)
    for column in frame.columns:
        if frame[column].dtype == object or str(frame[column].dtype) in ("string", "str"):
            frame[column] = frame[column].fillna("").astype("category")
    labels = {names[column]: table.labels.get(column, column)[:80] for column in table.columns}
    frame.rename(columns=names).to_stata(
        file, write_index=False, version=118, variable_labels=labels, time_stamp=datetime(1980, 1, 1)
    )  # the same table is the same file


def stata_names(columns: Iterable[str]) -> dict[str, str]:
    """Stata's names are short: long ones are cut, and numbered where that makes two the same."""
    names: dict[str, str] = {}
    for column in columns:
        short = re.sub(r"\W", "_", column)[:STATA_NAME]
        number = 2
        while short in names.values():
            short = f"{re.sub(r'[^A-Za-z0-9_]', '_', column)[: STATA_NAME - 3]}_{number}"
            number += 1
        names[column] = short
    return names
