"""What cells of public files mean: ids with their zeros, numbers, and the many signs for a value that is not there."""

import re
from dataclasses import dataclass

import pandas as pd

NOT_THERE = {
    "": "blank", "†": "† (not applicable)", "‡": "‡ (below quality standards)", "–": "– (missing)",
    "—": "– (missing)", "-": "– (missing)", "M": "M (missing)", "N": "N (not applicable)", "-1": "-1 (missing)",
    "-2": "-2 (not applicable)", "-3": "-3 (suppressed)", "-9": "-9 (below quality standards)", "NA": "blank",
    "N/A": "blank", "nan": "blank", "NULL": "blank", "null": "blank", ".": "blank", "Missing": "Missing",
    "Not Reported": "Not reported", "Not reported": "Not reported", "Not Applicable": "Not applicable",
    "Not applicable": "Not applicable",
}  # fmt: skip
"""Signs of the NCES and of those who pass its files on, and what they are counted as."""
LONGEST_NAME = 120
_FORMULA = re.compile(r"^[=+\-@|%]")
_ZEROS = r"^(-?\d+)\.0+$"
_EXCEL = r'^="([^"]*)"?$'
"""How ELSI keeps Excel from eating zeros: ="0100005"."""


@dataclass(frozen=True, slots=True)
class Column:
    """Values of a field by school, None or not-a-number where there is none, and why there is none: counts by sign."""

    values: pd.Series
    missing: dict[str, int]


def clean_text(cells: pd.Series) -> pd.Series:
    """Cells without quotes of a spreadsheet, spaces around and characters that cannot be printed."""
    text = cells.astype(str).str.replace(_EXCEL, r"\1", regex=True)
    text = text.str.replace(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]", " ", regex=True)
    return text.str.strip().str.removeprefix('"').str.removesuffix('"').str.strip()


def school_id(cells: pd.Series) -> pd.Series:
    """NCES ids with their leading zeros (12 digits); empty where a cell is no id."""
    return _padded(cells, 12, 9)


def agency_id(cells: pd.Series) -> pd.Series:
    """NCES ids of districts with their leading zeros (7 digits); empty where a cell is no id."""
    return _padded(cells, 7, 5)


def _padded(cells: pd.Series, digits: int, fewest: int) -> pd.Series:
    text = cells.str.replace(_ZEROS, r"\1", regex=True)
    return text.str.zfill(digits).where(text.str.fullmatch(rf"[0-9]{{{fewest},{digits}}}"), "")


def numbers(cells: pd.Series, low: float, high: float, *, zero_is_missing: bool = False) -> Column:
    """Numbers from text; what is no number, or outside low … high, is missing and counted."""
    plain = cells.str.replace(_ZEROS, r"\1", regex=True)
    why = plain.map(NOT_THERE)
    number = pd.to_numeric(plain.str.replace(",", ""), errors="coerce").where(why.isna())
    why = why.mask(why.isna() & number.isna(), "not a number")
    why = why.mask(number.notna() & ~number.between(low, high), f"outside {low:,.0f} to {high:,.0f}")
    if zero_is_missing:
        why = why.mask(number == 0, "0")
    return Column(number.where(why.isna()).astype(float), _counts(why))


def words(cells: pd.Series) -> Column:
    """Text; a sign for a missing value is missing and counted."""
    why = cells.map(NOT_THERE)
    return Column(cells.where(why.isna(), ""), _counts(why))


def _counts(why: pd.Series) -> dict[str, int]:
    return {str(sign): int(count) for sign, count in why.dropna().value_counts().sort_index().items()}


def inert_names(names: pd.Series) -> tuple[pd.Series, int]:
    """Names that no spreadsheet takes for a formula, at most ``LONGEST_NAME`` long; and how many were changed."""
    safe = names.str.slice(0, LONGEST_NAME)
    safe = safe.mask(safe.str.match(_FORMULA), "'" + safe)
    return safe, int((safe != names).sum())
