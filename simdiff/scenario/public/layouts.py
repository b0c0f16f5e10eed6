"""Layouts of public school files, each known by columns of its header; a file's name says nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ELSI = re.compile(r"(?P<name>.*?)\s*\[(PUBLIC SCHOOL|DISTRICT)\]\s*(?P<year>.*)")
_YEAR = re.compile(r"\b((?:19|20)\d\d)(?:-\d\d(?:\d\d)?)?\b")

Fields = dict[str, tuple[str, ...]]
"""Field of a school → columns (regular expressions, in capitals) that may hold it, the best first."""

IDS: Fields = {"id": ("NCESSCH",), "leaid": ("LEAID",)}
NAMES: Fields = IDS | {"name": ("SCH_NAME", "SCHNAM"), "district": ("LEA_NAME", "LEANM")}
YEAR: Fields = {"year": ("SCHOOL_YEAR", "SURVYEAR", "SCHOOLYEAR")}
LUNCH: Fields = {"frl": ("TOTFRL",), "free": ("FRELCH",), "reduced": ("REDLCH",), "direct": ("DIRCERT",)}
PLACE: Fields = {"latitude": (r"LAT\d*", "LATCOD"), "longitude": (r"LON\d*", "LONCOD")}
DIRECTORY: Fields = NAMES | YEAR | {
    "status": ("UPDATED_STATUS", "SY_STATUS", "SY_STATUS_TEXT", "STATUS"),
    "level": ("LEVEL", "SCHOOL_LEVEL"), "low_grade": ("GSLO",), "high_grade": ("GSHI",),
    "charter": ("CHARTER_TEXT", "CHARTER", "CHARTR"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """``needs``: columns (regular expressions, in capitals) that a header of this layout has; ``fields``: where the
    fields of a school are. ``long``: several rows are one school."""

    name: str
    title: str
    needs: tuple[str, ...]
    fields: Fields
    long: bool = False


LAYOUTS = (
    Layout("ccd-lunch-long", "NCES CCD lunch (033), long", ("NCESSCH", "LUNCH_PROGRAM", "STUDENT_COUNT"),
           NAMES | YEAR | {"count": ("STUDENT_COUNT",), "kind": ("LUNCH_PROGRAM",), "group": ("DATA_GROUP",)},
           long=True),
    Layout("ccd-membership-long", "NCES CCD membership (052), long",
           ("NCESSCH", "GRADE", "RACE_ETHNICITY", "SEX", "STUDENT_COUNT", "TOTAL_INDICATOR"),
           NAMES | YEAR | {"count": ("STUDENT_COUNT",), "kind": ("TOTAL_INDICATOR",)}, long=True),
    Layout("ccd-staff", "NCES CCD staff (059), 2016-17 on", ("NCESSCH", "TEACHERS", "TOTAL_INDICATOR"),
           NAMES | YEAR | {"teachers": ("TEACHERS",)}),
    Layout("urban-enrollment", "Urban Institute, CCD enrollment",
           ("NCESSCH", "YEAR", "GRADE", "RACE", "SEX", "ENROLLMENT"),
           IDS | {"year": ("YEAR",), "count": ("ENROLLMENT",), "grade": ("GRADE",), "race": ("RACE",),
                  "sex": ("SEX",)}, long=True),
    Layout("urban-directory", "Urban Institute, CCD directory", ("NCESSCH", "YEAR", "SCHOOL_NAME", "ENROLLMENT"),
           IDS | {"year": ("YEAR",), "name": ("SCHOOL_NAME",), "district": ("LEA_NAME",), "latitude": ("LATITUDE",),
                  "longitude": ("LONGITUDE",), "status": ("SCHOOL_STATUS",), "level": ("SCHOOL_LEVEL",),
                  "low_grade": ("LOWEST_GRADE_OFFERED",), "high_grade": ("HIGHEST_GRADE_OFFERED",),
                  "charter": ("CHARTER",), "students": ("ENROLLMENT",), "teachers": ("TEACHERS_FTE",),
                  "frl": ("FREE_OR_REDUCED_PRICE_LUNCH",), "free": ("FREE_LUNCH",),
                  "reduced": ("REDUCED_PRICE_LUNCH",), "direct": ("DIRECT_CERTIFICATION",)}),
    Layout("school-search", "NCES school search, export",
           ("NCES SCHOOL ID", "NCES DISTRICT ID", "SCHOOL NAME", "STUDENTS", "TEACHERS"),
           {"id": ("NCES SCHOOL ID",), "leaid": ("NCES DISTRICT ID",), "name": ("SCHOOL NAME",),
            "district": ("DISTRICT", "DISTRICT NAME"), "low_grade": ("LOW GRADE",), "high_grade": ("HIGH GRADE",),
            "charter": ("CHARTER",), "students": ("STUDENTS",), "teachers": ("TEACHERS",), "free": ("FREE LUNCH",),
            "reduced": ("REDUCED LUNCH",), "direct": ("DIRECTLY CERTIFIED",), "status": ("STATUS",)}),
    Layout("elsi", "NCES ELSI table export", (r"SCHOOL ID( \(12-DIGIT\))? - NCES ASSIGNED", "SCHOOL NAME"),
           {"id": ("SCHOOL ID \\(12-DIGIT\\) - NCES ASSIGNED", "SCHOOL ID - NCES ASSIGNED"),
            "leaid": ("AGENCY ID - NCES ASSIGNED",), "name": ("SCHOOL NAME",), "district": ("AGENCY NAME",),
            "status": ("UPDATED STATUS", "START OF YEAR STATUS"), "level": (r"SCHOOL LEVEL( \(.*\))?",),
            "low_grade": ("LOWEST GRADE OFFERED",), "high_grade": ("HIGHEST GRADE OFFERED",),
            "charter": ("CHARTER SCHOOL",),
            "students": (r"TOTAL STUDENTS,? ALL GRADES \(EXCLUDES AE\)", r"TOTAL STUDENTS,? ALL GRADES.*"),
            "teachers": (r"FULL-TIME EQUIVALENT \(FTE\) TEACHERS",), "frl": ("FREE AND REDUCED LUNCH STUDENTS",),
            "free": ("FREE LUNCH ELIGIBLE",), "reduced": ("REDUCED-PRICE LUNCH ELIGIBLE( STUDENTS)?",),
            "direct": ("DIRECT CERTIFICATION",), "latitude": ("LATITUDE",), "longitude": ("LONGITUDE",)}),
    Layout("arcgis-characteristics", "NCES school characteristics (ArcGIS)",
           ("NCESSCH", "SCH_NAME", "SY_STATUS_TEXT", "TOTFRL", "FTE", "LATCOD", "LONCOD"),
           DIRECTORY | PLACE | LUNCH | {"status": ("SY_STATUS_TEXT", "STATUS"), "students": ("MEMBER", "TOTAL"),
                                        "teachers": ("FTE",)}),
    Layout("ccd-directory", "NCES CCD directory (029)", ("NCESSCH", "SCH_NAME", "SY_STATUS", "GSLO", "GSHI"),
           DIRECTORY),
    Layout("ccd-directory-2013", "NCES CCD directory up to 2013-14",
           ("NCESSCH", "SCHNAM", "LEANM", "STATUS", "GSLO", "GSHI"),
           DIRECTORY | PLACE | LUNCH | {"students": ("MEMBER",), "teachers": ("FTE",)}),
    Layout("schools-with-counts", "School list with CCD column names and counts",
           ("NCESSCH", "SCH_NAME", "GSLO", "GSHI", "TOTAL|MEMBER", "TEACHERS|FTE"),
           DIRECTORY | PLACE | LUNCH | {"students": ("MEMBER", "TOTAL"), "teachers": ("TEACHERS", "FTE")}),
    Layout("edge-geocode", "NCES EDGE geocodes", ("NCESSCH", "NAME", "OPSTFIPS", r"LAT\d*", r"LON\d*"),
           IDS | YEAR | PLACE | {"name": ("NAME",)}),
    Layout("ccd-membership", "NCES CCD membership (052), wide", ("NCESSCH", "SCH_NAME", "PK", "G01", "TOTAL|MEMBER"),
           NAMES | YEAR | {"students": ("MEMBER", "TOTAL")}),
    Layout("ccd-lunch", "NCES CCD lunch (033), wide", ("NCESSCH", "SCH_NAME", "TOTFRL", "FRELCH", "REDLCH"),
           NAMES | YEAR | LUNCH),
    Layout("ccd-staff-wide", "NCES CCD staff (059), up to 2015-16", ("NCESSCH", "SCH_NAME", "FTE"),
           NAMES | YEAR | {"teachers": ("FTE",)}),
    Layout("ccd-characteristics", "NCES CCD characteristics (129)", ("NCESSCH", "SCH_NAME", "TITLEI_STATUS"),
           NAMES | YEAR),
)  # fmt: skip
"""The first that fits is taken, so the more telling come first."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well a header fits a layout: the columns found and missing (as in ``needs``)."""

    layout: Layout
    found: tuple[str, ...]
    missing: tuple[str, ...]


def plain_name(column: str) -> str:
    """A column's name in capitals, without ELSI's level and year, stars and spaces around."""
    name = " ".join(column.replace("*", " ").upper().split())
    elsi = _ELSI.fullmatch(name)
    return elsi["name"] if elsi else name


def year_in(text: str) -> str:
    """The last school year in a text, such as 2022-23; empty without one."""
    found = [match[0] for match in _YEAR.finditer(text)]
    return max(found, default="")


def match_layout(header: Sequence[str]) -> Match:
    """The layout of a header: the first of which nothing is missing, else the one of which the greatest share is
    there."""
    names = {plain_name(column) for column in header}
    matches = []
    for layout in LAYOUTS:
        found = tuple(need for need in layout.needs if any(re.fullmatch(need, name) for name in names))
        matches.append(Match(layout, found, tuple(need for need in layout.needs if need not in found)))
    return max(matches, key=lambda match: len(match.found) / len(match.layout.needs))


def telling(layout: Layout, header: Sequence[str]) -> list[str]:
    """The columns by which a header was recognised, as they stand in it."""
    return [column for column in header if any(re.fullmatch(need, plain_name(column)) for need in layout.needs)]


def columns_of(layout: Layout, header: Sequence[str]) -> dict[str, int]:
    """Field of a school → position of the column that holds it; of an ELSI variable, its latest year."""
    names = [plain_name(column) for column in header]
    found = dict[str, int]()
    for name, patterns in layout.fields.items():
        for pattern in patterns:
            at = [n for n, column in enumerate(names) if re.fullmatch(pattern, column)]
            if at:
                found[name] = max(at, key=lambda n: (year_in(header[n]), -n))
                break
    return found
