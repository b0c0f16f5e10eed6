"""Levels, charter and status in the words and codes of the agencies."""

import pandas as pd

LEVELS = {
    "elementary": "elementary", "primary": "elementary", "1": "elementary", "middle": "middle", "2": "middle",
    "high": "high", "3": "high", "secondary": "high", "7": "high", "other": "other", "4": "other", "0": "other",
    "prekindergarten": "other", "ungraded": "other", "5": "other", "adult education": "other", "6": "other",
    "1-primary": "elementary", "2-middle": "middle", "3-high": "high", "4-other": "other",
}  # fmt: skip
CHARTER = {"yes": "Yes", "1": "Yes", "1-yes": "Yes", "no": "No", "2": "No", "2-no": "No", "0": "No"}
_NO_SCHOOL = {"2": "closed", "6": "inactive (closed for now)", "7": "not open yet"}
CLOSED = _NO_SCHOOL | {
    "closed": "closed", "2-closed": "closed", "inactive": "inactive (closed for now)",
    "6-inactive": "inactive (closed for now)", "temporarily closed": "inactive (closed for now)",
    "future": "not open yet", "7-future": "not open yet",
}  # fmt: skip
"""Codes 1 open, 3 new, 4 added, 5 changed agency and 8 reopened are schools."""
_GRADES = {"PK": -1, "KG": 0, "K": 0, "TK": 0} | {f"{n:02d}": n for n in range(1, 14)}
_GRADES |= {str(n): n for n in range(-1, 14)}


def is_told(level: pd.Series) -> pd.Series:
    """True where a level is told in words or codes that are known."""
    return level.str.lower().isin(list(LEVELS))


def level_of(level: pd.Series, low: pd.Series, high: pd.Series) -> pd.Series:
    """Level as told; where it is not, by the grades offered, as the NCES did until 2016-17: elementary PK–03 to PK–08,
    middle 04–07 to 04–09, high 07–12 to 12, else other."""
    told = level.str.lower().map(LEVELS)
    first, last = low.str.upper().map(_GRADES), high.str.upper().map(_GRADES)
    grades = pd.Series("other", index=level.index)
    grades = grades.mask((first >= 7) & (last == 12), "high")
    grades = grades.mask(first.between(4, 7) & last.between(4, 9), "middle")
    grades = grades.mask((first <= 3) & (last <= 8), "elementary")
    return told.where(told.notna(), grades)
