"""Tables as an Excel workbook, row by row, in which no text can become a formula or a link."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import IOBase

import pyarrow as pa
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

MOST_ROWS = 1_048_575
"""Rows of an Excel sheet, without its head."""
MOST_LETTERS = 32_767
"""Characters of an Excel cell."""


def workbook(file: IOBase, sheets: Sequence[tuple[str, Sequence[str], Iterator[pa.Table]]], title: str) -> None:
    """Write sheets (name, columns, parts). The same tables give the same bytes. Raises OSError."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title[:255], "created": datetime(2000, 1, 1, tzinfo=UTC)})
    head = book.add_format({"bold": True})
    for name, columns, parts in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for n, column in enumerate(columns):
            sheet.write_string(0, n, column, head)
        at = 1
        for part in parts:
            for row in zip(*(part[column].to_pylist() for column in columns), strict=True):
                _write_row(sheet, at, row)
                at += 1
    try:
        book.close()
    except FileCreateError as error:  # it hides what the system said
        raise error.args[0] from None


def _write_row(sheet: "xlsxwriter.worksheet.Worksheet", at: int, row: tuple[object, ...]) -> None:
    for n, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(at, n, value[:MOST_LETTERS])
        elif isinstance(value, int | float) and value == value:
            sheet.write_number(at, n, value)
