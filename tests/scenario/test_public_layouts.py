"""Public files one by one: every layout known by its header, whatever the file is called and however it is packed."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from public_files import (
    ARCGIS,
    CHARACTERISTICS,
    DIRECTORY,
    DIRECTORY_2013,
    EDGE,
    EDGE_1516,
    ELSI,
    ELSI_END,
    LUNCH,
    LUNCH_LONG,
    MEMBERSHIP,
    MEMBERSHIP_LONG,
    SEARCH,
    STAFF,
    STAFF_LONG,
    URBAN,
    URBAN_DIRECTORY,
    only,
    rows,
    school,
)

from simdiff.scenario import ScenarioError
from simdiff.scenario.public import opening, reading
from simdiff.scenario.public.reading import PublicFile, read_public

ONE = "010000500001"


@pytest.fixture
def read(tmp_path: Path):
    """Read a file with this content; its name says nothing."""

    def reader(content: str | bytes, name: str = "download") -> PublicFile:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_public(path)

    return reader


@pytest.fixture
def refused(read):
    def line(content: str | bytes, name: str = "download") -> str:
        with pytest.raises(ScenarioError) as caught:
            read(content, name)
        (told,) = str(caught.value).splitlines()
        return told.split("download", 1)[1]

    return line


def one_row(header: str, **more: object) -> str:
    return rows(header, only(header, 1, **more))


LAYOUTS = [
    ("ccd-directory", one_row(DIRECTORY), {"name": "School 1", "district": "Oak County", "level": "Elementary"}),
    ("ccd-directory-2013",
     rows(DIRECTORY_2013, {"NCESSCH": ONE, "LEAID": "0100005", "SCHNAM": "A", "LEANM": "Oak", "STATUS": 1,
                           "LATCOD": "33.5", "LONCOD": "-101.2", "GSLO": "PK", "GSHI": "05", "CHARTR": 2}),
     {"name": "A", "district": "Oak", "latitude": "33.5", "longitude": "-101.2", "charter": "2", "status": "1"}),
    ("ccd-membership", one_row(MEMBERSHIP, TOTAL=310, MEMBER=300), {"students": "300"}),
    ("ccd-lunch", one_row(LUNCH, TOTFRL=120, FRELCH=100, REDLCH=20), {"frl": "120", "free": "100", "reduced": "20"}),
    ("ccd-staff-wide", one_row(STAFF, FTE="18.5"), {"teachers": "18.5"}),
    ("ccd-characteristics", one_row(CHARACTERISTICS), {"name": "School 1"}),
    ("ccd-staff", one_row(STAFF_LONG, TEACHERS="18.5"), {"teachers": "18.5"}),
    ("edge-geocode", rows(EDGE, {"NCESSCH": ONE, "NAME": "A", "LAT": "34.1", "LON": "-86.2"}),
     {"latitude": "34.1", "longitude": "-86.2", "name": "A"}),
    ("edge-geocode", rows(EDGE_1516, {"NCESSCH": ONE, "NAME": "A", "LAT1516": "34.1", "LON1516": "-86.2"}),
     {"latitude": "34.1", "longitude": "-86.2"}),
    ("school-search",
     rows(SEARCH, {"NCES School ID": ONE, "NCES District ID": "0100005", "School Name": "A", "District": "OAK",
                   "Students*": "300.00000", "Teachers*": "18.50000", "Free Lunch*": "100.00000", "Status": "Open",
                   "Reduced Lunch*": "†", "Low Grade*": "KG", "High Grade*": "05", "Directly Certified*": "90.00000"}),
     {"students": "300.00000", "teachers": "18.50000", "free": "100.00000", "reduced": "†", "direct": "90.00000",
      "low_grade": "KG", "district": "OAK", "status": "Open"}),
    ("urban-directory",
     rows(URBAN_DIRECTORY, {"year": 2022, "ncessch": "10000500001", "school_name": "A", "enrollment": 300,
                            "teachers_fte": "18.5", "school_status": 1, "school_level": 1, "charter": 0}),
     {"students": "300", "teachers": "18.5", "level": "1"}),
    ("arcgis-characteristics",
     one_row(ARCGIS, SY_STATUS_TEXT="Currently operational ", MEMBER=300, FTE=18, LATCOD="34.1", LONCOD="-86.2"),
     {"status": "Currently operational", "students": "300", "latitude": "34.1"}),
    ("elsi", ELSI + f"A,ALABAMA,{ONE},0100005,Oak,34.1,-86.2,Elementary,290,300,18.5,‡\n" + ELSI_END,
     {"students": "300", "teachers": "18.5", "frl": "‡", "district": "Oak", "level": "Elementary"}),
]  # fmt: skip


@pytest.mark.parametrize(("layout", "content", "wanted"), LAYOUTS, ids=[one[0] for one in LAYOUTS])
def test_each_layout_is_known_by_its_header(read, layout, content, wanted):
    """Catches a layout taken for another, a column taken for another (or for an earlier year), and an id cut short."""
    file = read(content)
    assert file.head.layout.name == layout
    assert list(file.rows.index) == [ONE]
    found = file.rows.iloc[0].to_dict()
    assert {name: found[name] for name in wanted} == wanted


def test_long_files_give_totals(read):
    """Catches rows of single grades summed in or taken for totals; the total without adult education comes first."""
    total, plain = "Education Unit Total", "Derived - Education Unit Total minus Adult Education Count"
    other = "Derived - Subtotal by Race/Ethnicity and Sex minus Adult Education Count"
    told = [(1, 310, total), (1, 300, plain), (1, 12, "Category Set A - By Race/Ethnicity; Sex; Grade"), (2, 55, total),
            (2, 55, other)]  # fmt: skip
    file = read(rows(MEMBERSHIP_LONG, *(only(MEMBERSHIP_LONG, n, STUDENT_COUNT=count, TOTAL_INDICATOR=kind)
                                        for n, count, kind in told)))  # fmt: skip
    assert file.head.layout.name == "ccd-membership-long"
    assert file.rows["students"].to_dict() == {ONE: "300", "010000500002": "55"}
    assert (file.read, file.twice) == (5, 0)


def test_long_lunch_files_give_programs(read):
    """Catches free and reduced-price lunch mixed up, and direct certification counted as lunch."""
    table, direct = "Free and Reduced-price Lunch Table", "Direct Certification"
    told = [(table, "Free lunch qualified", 100), (table, "Reduced-price lunch qualified", 20),
            (table, "No Category Codes", 120), (direct, "Not Applicable", 90), (table, "Missing", 7)]  # fmt: skip
    file = read(rows(LUNCH_LONG, *(only(LUNCH_LONG, 1, DATA_GROUP=group, LUNCH_PROGRAM=kind, STUDENT_COUNT=count)
                                   for group, kind, count in told)))  # fmt: skip
    assert file.head.layout.name == "ccd-lunch-long"
    found = file.rows.iloc[0]
    assert (found["free"], found["reduced"], found["direct"]) == ("100", "20", "90")


def test_urban_files_give_totals_of_the_latest_year(read):
    """Catches sums over grades, races and sexes of which the totals are rows too, and years mixed."""
    told = [(2021, 99, 99, 99, 280), (2022, 99, 99, 99, 300), (2022, 3, 99, 99, 50), (2022, 99, 1, 99, 90)]
    made = [dict(zip(("year", "grade", "race", "sex", "enrollment"), one, strict=True)) for one in told]
    file = read(rows(URBAN, *({"ncessch": "10000500001", "leaid": "100005", **one} for one in made)))
    assert file.head.layout.name == "urban-enrollment"
    assert file.rows["students"].to_dict() == {ONE: "300"}
    assert (file.year, file.earlier) == ("2022", 1)


def zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


NAMED = rows(DIRECTORY, school(1, SCH_NAME="École d'Or"))
PACKED = {
    "plain": NAMED.encode(), "mark": b"\xef\xbb\xbf" + NAMED.encode(), "latin": NAMED.encode("latin-1"),
    "utf-16": NAMED.encode("utf-16"), "gzip": gzip.compress(NAMED.encode()),
    "windows": NAMED.replace("\n", "\r\n").encode(),
    "zip": zipped({"folder/a.csv": NAMED, "readme.pdf": "x", "__MACOSX/a.csv": "x"}),
    "tab": NAMED.replace(",", "\t").encode(), "bar": NAMED.replace(",", "|").encode(),
    "semicolon": NAMED.replace(",", ";").encode(),
}  # fmt: skip


@pytest.mark.parametrize("how", PACKED)
def test_files_are_read_as_they_were_packed_and_encoded(read, how):
    """Catches a mark read as part of the first column, letters read as others, and an archive judged by its name."""
    file = read(PACKED[how])
    assert file.rows.loc[ONE, "name"] == "École d'Or"
    assert file.rows.loc[ONE, "leaid"] == "0100005"


def test_letters_far_into_a_file_decide_its_encoding(read, monkeypatch):
    """Catches a file whose start is plain and whose end is not UTF-8, refused or spoilt."""
    monkeypatch.setattr(opening, "FIRST_BYTES", 2_000)
    content = rows(DIRECTORY, *(school(n) for n in range(1, 300)), school(300, SCH_NAME="Señor"))
    file = read(content.encode("cp1252"))
    assert file.rows.loc["010000500300", "name"] == "Señor"
    assert file.head.encoding == "cp1252"
    odd = content.replace("School 7,", "School \x81,").encode("latin-1")
    assert read(odd).head.encoding == "latin-1"


def test_preamble_footer_and_broken_rows_are_passed_over_and_counted(read):
    """Catches a footer read as schools, and a row with a comma too many that takes the file with it."""
    good = f"A,ALABAMA,{ONE},0100005,Oak,34.1,-86.2,Elementary,290,300,18.5,120\n"
    excel = 'B,ALABAMA,="010000500002",="0100005",Oak,34.1,-86.2,Elementary,290,†,18.5,120\n'
    file = read(ELSI + good + excel + "C,too,few\n" + ELSI_END)
    assert list(file.rows.index) == [ONE, "010000500002"]
    assert file.head.line == 6
    assert file.broken == 3
    assert file.year == "2024-25"


def test_second_rows_and_rows_without_id_are_counted(read):
    file = read(rows(DIRECTORY, school(1), school(1), school(1, SCH_NAME="Other"), school(2, NCESSCH="†"),
                     school(3, NCESSCH="1.20156E+11")))  # fmt: skip
    assert file.rows["name"].to_dict() == {ONE: "School 1"}
    assert (file.twice, file.differing, file.without_id) == (2, 1, 2)


REFUSED = [
    ("a,b,c\n1,2,3\n", "unknown layout; columns seen: `a`, `b`, `c`, expected one of: NCES CCD lunch (033), long; "),
    (rows(EDGE.replace("LAT,LON", "NORTH,EAST"), {"NCESSCH": ONE}),
     "layout; nearest is NCES EDGE geocodes: found `NCESSCH`, `NAME`, `OPSTFIPS`, without `LAT`, `LON`; columns"),
    (rows(STAFF.replace("FTE", "FTES"), {"NCESSCH": ONE}), "nearest is "),
    ("", "no header with columns in its first lines"),
    (DIRECTORY + "\n", "no rows below the header"),
    (rows(DIRECTORY.replace("IGOFFERED", "LEVEL"), {}), "columns that stand twice: `LEVEL`, expected each once"),
    (rows(DIRECTORY, school(1, NCESSCH="1.20156E+11")), "no row with a school's NCES id (column \"NCESSCH\"), expected "
     "12 digits, which spreadsheets spoil"),
    (rows(MEMBERSHIP_LONG, only(MEMBERSHIP_LONG, 1, TOTAL_INDICATOR="Subtotal 4 - By Grade")),
     'no rows with a school\'s totals, expected rows such as "Education Unit Total"'),
    (zipped({"a.csv": NAMED, "b.csv": NAMED}), "2 tables in the archive (`a.csv`, `b.csv`), expected one .csv or .txt"),
    (zipped({"a.pdf": "x"}), "no tables in the archive (`a.pdf`), expected one .csv or .txt"),
    (gzip.compress(NAMED.encode())[:-12], "cannot be read ("),
    (zipped({"a.csv": NAMED})[:60], "cannot be read ("),
    (bytes(range(256)) * 40, "unknown layout; columns seen: "),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), REFUSED)
def test_what_is_no_public_file_is_refused_in_one_line(refused, content, said):
    """Catches a guess at a layout, a traceback, and an answer that does not say what is lacking."""
    assert said in refused(content)


def test_large_files_are_given_up(refused, monkeypatch):
    """Catches an archive that unpacks to more than is allowed, a file of too many rows and one that takes too long."""
    bomb = rows(DIRECTORY, *(school(n) for n in range(400)))
    monkeypatch.setattr(opening, "LARGEST", 10_000)
    monkeypatch.setattr(opening, "FIRST_BYTES", 1_000)
    for packed in (bomb.encode(), gzip.compress(bomb.encode()), zipped({"a.csv": bomb})):
        assert "more than 10,000 bytes" in refused(packed)
    monkeypatch.setattr(opening, "LARGEST", 10_000_000)
    monkeypatch.setattr(reading, "LONGEST", -1.0)
    assert "takes longer than" in refused(bomb)
    monkeypatch.setattr(reading, "LONGEST", 60.0)
    monkeypatch.setattr(reading, "MOST_ROWS", 300)
    assert "more than 300 rows of schools" in refused(bomb)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(ScenarioError, match=r"nowhere.csv: cannot be read \(No such file or directory\)"):
        read_public(tmp_path / "nowhere.csv")
