"""What an import of public school files says: recognised, missing, imputed, left out; as lines and as data."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from simdiff.scenario.public.layouts import telling
from simdiff.scenario.public.opening import SEPARATORS
from simdiff.scenario.public.reading import PublicFile, unused_columns
from simdiff.scenario.public.tidying import Imported, many

MOST_DISTRICTS = 20
"""Districts named one by one in the lines; the data names all."""


def import_lines(imported: Imported) -> list[str]:
    """The report in words, for the terminal and for ``report.txt``."""
    table, count = imported.table, len(imported.districts)
    lines = ["Files"]
    for file in imported.files:
        lines += _file_lines(file)
    lines += ["", "Columns of the table"]
    for told in imported.columns:
        signs = ", ".join(f"{sign} {n:,}" for sign, n in told.missing.items())
        lines.append(f"  {told.column:<12} {told.known:,} of {len(table):,} known" + (f"; {signs}" if signs else ""))
        lines += [f"    {told.done}"] if told.done else []
    lines += ["", "Taken from (schools in the files)"]
    lines += [f"  {one.field:<12} {one.file}: {one.column} ({one.schools:,})" for one in imported.taken if one.schools]
    lines += ["", "Schools left out"]
    for left in imported.left:
        more = ", …" if left.schools > len(left.names) else ""
        lines.append(f"  {left.schools:,} {left.why}: {', '.join(left.names)}{more}")
    lines += [] if imported.left else ["  none"]
    lines += [f"Note: {note}" for note in imported.notes]
    lines += ["", f"{many(len(table), 'schools')} in {many(count, 'districts')}"]
    for one in imported.districts[:MOST_DISTRICTS]:
        lines.append(f"  {one.slug}: {one.name}, {one.state}, LEAID {one.leaid}, {many(one.schools, 'schools')}")
    lines += [f"  … and {count - MOST_DISTRICTS:,} more"] if count > MOST_DISTRICTS else []
    return lines


def _file_lines(file: PublicFile) -> Iterator[str]:
    year = f", {file.year}" if file.year else ""
    separator = SEPARATORS[file.head.separator]
    yield f"  {file.path.name}: {file.head.layout.title}{year}; {len(file.rows):,} schools in {file.read:,} rows"
    line = f", header on line {file.head.line + 1}" if file.head.line else ""
    columns = ", ".join(telling(file.head.layout, file.head.columns))
    yield f"    recognised by {columns}; {file.head.encoding}, {separator}{line}"
    for count, why in (
        (file.broken, "rows with another number of cells than the header (a footer?)"),
        (file.without_id, "rows without an NCES school id"),
        (file.twice, f"second rows of a school, of which {file.differing:,} say something else; the first is taken"),
        (file.earlier, "rows of earlier years"),
    ):
        if count:
            yield f"    passed over: {count:,} {why}"


def import_record(imported: Imported, run: str, command: str, digests: dict[str, str]) -> dict[str, Any]:
    """The report as data, for ``report.json``; ``digests``: of the files read, by name."""
    return {
        "run": run,
        "reproduce": command,
        "schools": len(imported.table),
        "files": [
            {
                "file": file.path.name, "digest": digests[str(file.path)], "layout": file.head.layout.name,
                "title": file.head.layout.title, "year": file.year, "encoding": file.head.encoding,
                "separator": SEPARATORS[file.head.separator], "header_line": file.head.line + 1,
                "columns": file.columns, "columns_not_used": unused_columns(file), "rows": file.read,
                "schools": len(file.rows), "rows_broken": file.broken, "rows_without_id": file.without_id,
                "rows_twice": file.twice, "rows_twice_differing": file.differing, "rows_of_earlier_years": file.earlier,
            }
            for file in imported.files
        ],
        "columns": [asdict(told) for told in imported.columns],
        "taken": [asdict(one) for one in imported.taken],
        "left_out": [asdict(left) for left in imported.left],
        "notes": list(imported.notes),
        "districts": [asdict(one) for one in imported.districts],
    }  # fmt: skip
