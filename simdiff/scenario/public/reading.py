"""One public file as rows of text by field of a school, one row a school; read in blocks by Arrow, not row by row."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from simdiff.scenario.problems import shown
from simdiff.scenario.public.layouts import columns_of, plain_name, year_in
from simdiff.scenario.public.opening import Head, opened, read_head, refusal
from simdiff.scenario.public.values import clean_text, school_id

BLOCK = 4 << 20
MOST_ROWS = 1_000_000
"""Rows kept in memory of one file, after totals are picked from long ones."""
LONGEST = 600.0
"""Seconds that one file may take."""
WIDER = {"utf-8": "cp1252", "utf-8-sig": "cp1252", "cp1252": "latin-1"}
"""What an encoding is replaced by when a later part of the file does not fit it."""
TOTALS = ("Derived - Education Unit Total minus Adult Education Count", "Education Unit Total")
"""Rows of the long membership file that hold a school's students, the best first."""
PROGRAMS = {"Free lunch qualified": "free", "Reduced-price lunch qualified": "reduced"}
DIRECT = "Direct Certification"


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file as read: ``rows`` has one row a school, its index the 12-digit id, all cells text. Counts say what was
    passed over: rows with too many or few cells (``broken``), without an id, second rows of a school, of them with
    other values, and rows of earlier years."""

    path: Path
    head: Head
    columns: dict[str, str]
    rows: pd.DataFrame = field(repr=False)
    read: int = 0
    broken: int = 0
    without_id: int = 0
    twice: int = 0
    differing: int = 0
    earlier: int = 0
    year: str = ""


def read_public(path: Path) -> PublicFile:
    """Read one file. Raises ScenarioError: layout not known, damaged, too large, no row that can be used."""
    head = read_head(path)
    at = columns_of(head.layout, head.columns)
    head, rows, read, broken = _in_encoding(path, head, at)
    columns = {name: head.columns[n] for name, n in at.items()}
    file = PublicFile(path, head, columns, rows.apply(clean_text), read, broken)
    return _one_row_each(replace(file, rows=_picked(file)) if head.layout.long else file)


def _in_encoding(path: Path, head: Head, at: dict[str, int]) -> tuple[Head, pd.DataFrame, int, int]:
    while True:
        try:
            return head, *_read(path, head, at)
        except UnicodeDecodeError:
            fault = f"not {head.encoding} text"
        except pa.ArrowInvalid as error:
            fault = f"cannot be read as a table ({str(error).splitlines()[0][:200]})"
            if "UTF8" not in fault:
                raise refusal(path, fault, line=head.line + 1) from None
        if head.encoding not in WIDER:
            raise refusal(path, fault, "expected UTF-8, UTF-16 or Windows-1252")
        head = replace(head, encoding=WIDER[head.encoding])


def _read(path: Path, head: Head, at: dict[str, int]) -> tuple[pd.DataFrame, int, int]:
    """The columns ``at`` as text, the number of rows, and of rows with too many or few cells, which are passed over."""
    broken = 0

    def skip(_: pa_csv.InvalidRow) -> str:
        nonlocal broken
        broken += 1
        return "skip"

    kept, read = list[pd.DataFrame](), 0
    with opened(path) as stream:
        for batch in _in_time(path, _blocks(path, stream, head, at, skip)):
            read += batch.num_rows
            frame = batch.to_pandas()
            block = pd.DataFrame({name: frame[f"c{n}"] for name, n in at.items()})
            kept.append(_totals(block) if head.layout.long else block)
            if sum(map(len, kept)) > MOST_ROWS:
                raise refusal(path, f"more than {MOST_ROWS:,} rows of schools", "expected a smaller file")
    if not read:
        passed = f" ({broken:,} with another number are passed over)" if broken else ""
        raise refusal(path, f"no rows with the header's {len(head.columns)} cells{passed}", line=head.line + 1)
    return pd.concat(kept, ignore_index=True), read, broken


def _blocks(
    path: Path, stream: IO[bytes], head: Head, at: dict[str, int], skip: Callable[[pa_csv.InvalidRow], str]
) -> pa_csv.CSVStreamingReader:
    """The rows below the header, block by block; columns are called c0, c1, …"""
    names = [f"c{n}" for n in range(len(head.columns))]
    wide = head.encoding == "utf-16"
    for _ in range(0 if wide else head.line + 1):
        stream.readline()
    quote = False if head.separator == "\t" else '"'  # agencies' tab-separated files quote nothing
    wanted = [f"c{n}" for n in sorted(set(at.values()))]
    try:
        return pa_csv.open_csv(
            stream,
            pa_csv.ReadOptions(
                column_names=names, skip_rows=head.line + 1 if wide else 0, block_size=BLOCK, use_threads=False,
                encoding=head.encoding.removesuffix("-sig"),
            ),
            pa_csv.ParseOptions(delimiter=head.separator, quote_char=quote, invalid_row_handler=skip),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), include_columns=wanted, strings_can_be_null=False
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise refusal(path, "no rows below the header", line=head.line + 1) from None
        raise


def _in_time(path: Path, reader: pa_csv.CSVStreamingReader) -> Iterator[pa.RecordBatch]:
    end = time.monotonic() + LONGEST
    for batch in reader:
        if time.monotonic() > end:
            raise refusal(path, f"takes longer than {LONGEST:.0f} seconds to read", "expected a smaller file")
        yield batch


def _totals(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a long file that hold a school's totals."""
    if "grade" in rows:
        everyone = (rows["grade"].str.strip() == "99") & (rows["race"].str.strip() == "99")
        return rows[everyone & (rows["sex"].str.strip() == "99")]
    wanted = rows["kind"].str.strip().isin([*TOTALS, *PROGRAMS])
    if "group" in rows:
        wanted |= rows["group"].str.startswith(DIRECT)
    return rows[wanted]


def _picked(file: PublicFile) -> pd.DataFrame:
    """Totals of a long file as fields: students, or free, reduced and directly certified students."""
    rows = file.rows
    if not len(rows):
        raise refusal(file.path, "no rows with a school's totals", f"expected rows such as {shown(TOTALS[1])}")
    keep = [name for name in ("id", "leaid", "name", "district", "year") if name in rows]
    if "grade" in rows:
        return rows[keep].assign(students=rows["count"])
    if file.head.layout.name == "ccd-membership-long":
        order = rows["kind"].map({kind: n for n, kind in enumerate(TOTALS)}).fillna(len(TOTALS))
        rows = rows.assign(order=order).sort_values(["id", "order"], kind="stable")
        rows = rows[~rows.duplicated(["id", "order"])].drop_duplicates("id")
        return rows[keep].assign(students=rows["count"])
    kinds = rows["kind"].map(PROGRAMS)
    if "group" in rows:
        kinds = kinds.mask(rows["group"].str.startswith(DIRECT), "direct")
    rows = rows.assign(kind=kinds)[kinds.notna()]
    wide = rows.drop_duplicates(["id", "kind"]).pivot(index="id", columns="kind", values="count").fillna("")
    told = rows[keep].drop_duplicates("id").set_index("id")
    return told.join(wide).reset_index()


def _one_row_each(file: PublicFile) -> PublicFile:
    """Of the latest year, the first row of each school; second rows are counted."""
    rows = file.rows.assign(id=school_id(file.rows["id"]))
    has_id = rows["id"] != ""
    rows = rows[has_id]
    if not len(rows):
        found = f"no row with a school's NCES id (column {shown(file.columns['id'])})"
        raise refusal(file.path, found, "expected 12 digits, which spreadsheets spoil: download the file again")
    without, earlier = int((~has_id).sum()), 0
    year = max((year_in(name) for name in file.columns.values()), default="")
    if "year" in rows:
        years = rows["year"]
        year = str(years.max())
        earlier = int((years != year).sum())
        rows = rows[years == year].drop(columns="year")
    second = rows.duplicated("id")
    differing = int((second & ~rows.duplicated()).sum())
    return replace(
        file,
        rows=rows[~second].set_index("id"),
        without_id=without,
        earlier=earlier,
        twice=int(second.sum()),
        differing=differing,
        year=year,
    )


def fields_of(file: PublicFile) -> dict[str, str]:
    """Fields of a school that a file gives, each with the column that holds it, as printed there."""
    counted = {"students": "count", "free": "count", "reduced": "count", "direct": "count"}
    return {
        str(name): " ".join(file.columns.get(str(name), file.columns.get(counted.get(str(name), ""), "")).split())
        for name in file.rows.columns
    }


def unused_columns(file: PublicFile) -> int:
    """How many columns of a file nothing is taken from."""
    used = {plain_name(column) for column in file.columns.values()}
    return int(np.sum([plain_name(column) not in used for column in file.head.columns]))
