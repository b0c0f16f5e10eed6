"""Public files joined into one table: what is taken from where, imputed, left out, and said about it."""

from pathlib import Path

import pandas as pd
import pytest
from public_files import DIRECTORY, EDGE, LUNCH, MEMBERSHIP, SEARCH, STAFF, only, rows, school

from simdiff.scenario import ScenarioError, load_scenario
from simdiff.scenario.public.joining import join_files, pick_districts
from simdiff.scenario.public.levels import level_of
from simdiff.scenario.public.reading import read_public
from simdiff.scenario.public.stub import TABLE, stub_of
from simdiff.scenario.public.tidying import Imported, slug_of, tidy_schools


def place(number: int, latitude: float | str = 34.0, longitude: float | str = -86.0) -> dict[str, object]:
    return {"NCESSCH": f"0100005{number:05d}", "NAME": "x", "LAT": latitude, "LON": longitude}


@pytest.fixture
def put(tmp_path: Path):
    """Import files given as texts."""

    def imported(*texts: str, districts: tuple[str, ...] = (), states: tuple[str, ...] = ()) -> Imported:
        files = []
        for n, text in enumerate(texts):
            (tmp_path / f"{n}.csv").write_text(text, encoding="utf-8")
            files.append(read_public(tmp_path / f"{n}.csv"))
        joined = join_files(files)
        return tidy_schools(files, joined, pick_districts(joined, districts, states))

    return imported


def counts(header: str, field: str, *values: object) -> str:
    return rows(header, *(only(header, n + 1, **{field: value}) for n, value in enumerate(values)))


def test_five_files_make_one_table(put):
    """Catches a join by position, zeros lost from ids, and shares of the wrong whole: 120 of 300 is 0.4."""
    found = put(
        rows(DIRECTORY, school(1), school(2, LEVEL="High", GSLO="09", GSHI="12", CHARTER_TEXT="Yes")),
        rows(EDGE, place(2, 34.5, -86.5), place(1)),
        counts(STAFF, "FTE", "18.5", 40),
        counts(MEMBERSHIP, "MEMBER", 300, 800),
        rows(LUNCH, only(LUNCH, 1, TOTFRL=120), only(LUNCH, 2, TOTFRL=-1, FRELCH=180, REDLCH=20)),
    )
    first, second = found.table.to_dict("records")
    assert first == {
        "id": "010000500001", "name": "School 1", "leaid": "0100005", "district": "Oak County", "state": "AL",
        "level": "elementary", "charter": "No", "students": 300, "teachers": 18.5,
        "teachers_imputed": pytest.approx(float("nan"), nan_ok=True), "low_income": 0.4,
        "low_income_from": "free or reduced-price lunch", "latitude": 34.0, "longitude": -86.0,
    }  # fmt: skip
    assert (second["level"], second["charter"], second["low_income"], second["latitude"]) == ("high", "Yes", 0.25, 34.5)
    assert [(one.slug, one.name, one.state, one.schools) for one in found.districts] == [
        ("oak-county", "Oak County", "AL", 2)
    ]
    assert {(one.field, one.file): one.schools for one in found.taken}["teachers", "2.csv"] == 2


def test_schools_that_are_none_are_left_out_with_the_reason(put):
    """Catches a closed, future or empty school that is simulated, and one left out without a word."""
    found = put(
        rows(DIRECTORY, *(school(n + 1, UPDATED_STATUS=status) for n, status in enumerate((1, 2, 6, 7, 1, 1, 8, 1)))),
        counts(MEMBERSHIP, "MEMBER", 300, 300, 300, 300, 0, -1, 100, -9),
        counts(STAFF, "FTE", 20, 20, 20, 20, 20, -1, 8, 9),
    )  # fmt: skip
    assert list(found.table["name"]) == ["School 1", "School 7", "School 8"]
    assert {left.why: (left.schools, left.names) for left in found.left} == {
        "closed": (1, ("School 2",)),
        "inactive (closed for now)": (1, ("School 3",)),
        "not open yet": (1, ("School 4",)),
        "without students (0 enrolled)": (1, ("School 5",)),
        "without students and teachers (neither is told)": (1, ("School 6",)),
    }
    assert pd.isna(found.table["students"].iloc[2])
    assert found.table["teachers"].iloc[2] == 9
    students = next(told for told in found.columns if told.column == "students")
    assert (students.known, students.missing) == (2, {"-9 (below quality standards)": 1})


def test_signs_of_missing_values_are_told_apart(put):
    """Catches -1, † and blanks read as numbers, or all counted as one."""
    values = ["-1", "-2", "-9", "†", "‡", "–", "M", "N", "", "many", "2000", "0", "0.3", "10", "1,000"]
    found = put(rows(DIRECTORY, *(school(n + 1) for n in range(len(values)))),
                counts(MEMBERSHIP, "MEMBER", *[100] * len(values)),
                counts(STAFF, "FTE", *[f'"{value}"' for value in values]))  # fmt: skip
    told = next(one for one in found.columns if one.column == "teachers")
    assert told.known == 2
    assert told.missing == {
        "-1 (missing)": 1, "-2 (not applicable)": 1, "-9 (below quality standards)": 1, "† (not applicable)": 1,
        "‡ (below quality standards)": 1, "– (missing)": 1, "M (missing)": 1, "N (not applicable)": 1, "blank": 1,
        "not a number": 1, "outside 0 to 1,000": 1, "0": 1, "less than half a teacher": 1,
    }  # fmt: skip


def test_teachers_are_imputed_by_level_from_all_schools_read(put):
    """By hand: high schools of the file have 20 and 30 students a teacher, so 25; 250 students are 10 teachers.
    No middle school has both counts, so it gets the median of 10, 20 and 30 over all levels: 400 are 20 teachers."""
    high = {"LEVEL": "High"}
    found = put(
        rows(DIRECTORY, school(1), school(2, LEAID="0100006", **high), school(3, LEAID="0100006", **high),
             school(4, **high), school(5, LEVEL="Middle")),
        counts(MEMBERSHIP, "MEMBER", 100, 200, 300, 250, 400),
        counts(STAFF, "FTE", 10, 10, 10, 0, -1),
        districts=("0100005",),
    )  # fmt: skip
    assert list(found.table["teachers_imputed"].fillna(0)) == [0, 10, 20]
    assert found.table["teachers"].isna().tolist() == [False, True, True]
    told = next(one for one in found.columns if one.column == "teachers")
    assert told.done == "imputed for 2 from students per teacher (elementary 10.0, high 25.0)"


def test_coordinates_come_in_pairs_from_one_file(put):
    """Catches a latitude of one file with a longitude of another, a zero taken for a place, and half a place kept."""
    found = put(
        rows(EDGE, place(1, 0, 0), place(2, 34.1, "†"), place(3, "95", -86), place(4, 33.1, -87.1)),
        rows(DIRECTORY, *(school(n) for n in range(1, 5))),
        counts(MEMBERSHIP, "MEMBER", 100, 100, 100, 100),
        rows(EDGE, place(1, 31, -81), place(2, 32, -82), place(4, 39, -89)),
    )
    where = list(zip(found.table["latitude"].fillna(0), found.table["longitude"].fillna(0), strict=True))
    assert where == [(31, -81), (32, -82), (0, 0), (33.1, -87.1)]


def searched(number: int, district: str, **more: object) -> dict[str, object]:
    return {"NCES School ID": f"{district}{number:05d}", "NCES District ID": district, "School Name": f"S{number}",
            "District": f"D{district}", "Students*": 100, "Teachers*": 10, "Status": "Open", **more}  # fmt: skip


def test_one_measure_of_need_in_a_district(put):
    """Catches lunch counts and direct certification, which is lower, mixed within a district, and an unknown need that
    is not said to be made up."""
    free, direct = "Free Lunch*", "Directly Certified*"
    found = put(rows(
        SEARCH,
        searched(1, "1200001", **{free: 50, "Reduced Lunch*": 10, direct: 30}), searched(2, "1200001", **{direct: 30}),
        searched(3, "1200002", **{direct: 30, free: "†"}), searched(4, "1200003"),
        searched(5, "1200001", **{free: 130}),
    ))  # fmt: skip
    table = found.table.set_index("name")
    assert table["low_income"].fillna(-1).to_dict() == {"S1": 0.6, "S2": -1, "S5": 1.0, "S3": 0.3, "S4": 0.5}
    assert table["low_income_from"].str[:9].to_dict() == {
        "S1": "free or r", "S2": "", "S5": "free or r", "S3": "direct ce", "S4": "not known"
    }  # fmt: skip
    assert any("so equity gaps mean nothing) for 1 school" in note for note in found.notes)
    told = next(one for one in found.columns if one.column == "low_income")
    assert told.known == 3


def test_levels_by_grades():
    """By the NCES's definition up to 2016-17; a level that is told stands."""
    told = [("", "PK", "05"), ("", "KG", "08"), ("", "06", "08"), ("", "04", "09"), ("", "09", "12"), ("", "07", "12"),
            ("", "KG", "12"), ("", "09", "10"), ("", "†", "†"), ("", "UG", "UG"), ("Middle", "KG", "05"), ("1", "", ""),
            ("Not reported", "09", "12"), ("Prekindergarten", "PK", "PK")]  # fmt: skip
    level, low, high = (pd.Series(column) for column in zip(*told, strict=True))
    assert list(level_of(level, low, high)) == [
        "elementary", "elementary", "middle", "middle", "high", "high", "other", "other", "other", "other", "middle",
        "elementary", "high", "other",
    ]  # fmt: skip


def many(*districts: tuple[str, str]) -> str:
    return rows(SEARCH, *(searched(n, leaid, District=name) for n, (leaid, name) in enumerate(districts)))


@pytest.mark.parametrize(
    ("districts", "states", "found"),
    [
        ((), (), ["0100005", "1200001", "4800001", "4800002"]),
        (("oak",), ("AL",), ["0100005"]),
        (("100005", "ELM"), (), ["0100005", "4800002"]),
        ((), ("texas", "FL"), ["1200001", "4800001", "4800002"]),
    ],
)
def test_districts_and_states_are_picked(put, districts, states, found):
    """Catches a name of another state taken, and a LEAID without its zero that is not found."""
    text = many(("0100005", "OAK"), ("1200001", "OAK"), ("4800001", "ASH"), ("4800002", "ELM"))
    assert [one.leaid for one in put(text, districts=districts, states=states).districts] == found


def test_districts_that_cannot_be_picked_are_told_at_once(put):
    text = many(("0100005", "OAK"), ("1200001", "OAK"), ("4800001", "ASHVILLE"))
    with pytest.raises(ScenarioError) as caught:
        put(text, districts=("oak", "ashvile", "<b>"))
    assert str(caught.value).splitlines() == [
        '--district: 2 districts are named "oak", expected a LEAID: `0100005 (OAK, AL)`, `1200001 (OAK, FL)`',
        '--district: no district "<b>" in these files, expected a LEAID or a name as printed there',
        '--district: no district "ashvile" in these files, expected a LEAID or a name as printed there; did you mean '
        "`ASHVILLE`?",
    ]
    with pytest.raises(ScenarioError, match='--state: no school of "Ohio" in these files, expected one of `AL`, `FL`'):
        put(text, states=("Ohio",))


def test_files_without_any_count_are_refused(put):
    """Catches a table of schools of which nothing is known."""
    with pytest.raises(ScenarioError) as caught:
        put(rows(DIRECTORY, school(1), school(2, UPDATED_STATUS=2)))
    assert str(caught.value).endswith(
        "0.csv: no school of 2 can be kept: 1 closed; 1 without students and teachers (neither is told), expected "
        "files that have students or teachers as well, such as membership (052) and staff (059)"
    )


def test_more_districts_than_a_scenario_can_hold_are_refused(put):
    """Catches a scenario whose run could not be read again: a district takes 21 of 50,000 keys and values."""
    table = rows(SEARCH, *(searched(1, f"12{n:05d}") for n in range(2400)))
    with pytest.raises(ScenarioError, match="--district: 2,400 districts, expected some 2,000 at most in a scenario"):
        stub_of(put(table), "a", "A")
    assert stub_of(put(table, districts=("1200000",)), "a", "A")


REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "schools" / "layouts"


@pytest.mark.skipif(not REAL.exists(), reason="the shared school files are not in this checkout")
def test_the_real_files():
    """Florida 2022-23: Pinellas has 153 rows; counted from the agency's file, 2 have nobody enrolled, 7 others no
    teachers and 1 no lunch count. Texas 2013-14 is a directory without counts."""
    florida = [read_public(REAL / "nces_schoolsearch_fl_2022_23.csv.gz")]
    joined = join_files(florida)
    found = tidy_schools(florida, joined, pick_districts(joined, ("pinellas",), ("FL",)))
    assert len(found.table) == 151
    assert {one.column: one.known for one in found.columns}["teachers"] == 144
    assert {one.column: one.known for one in found.columns}["low_income"] == 150
    original = read_public(REAL / "nces_schoolsearch_fl_original_first200.csv")
    same = florida[0].rows.loc[original.rows.index]
    for field in ("name", "leaid", "district", "low_grade", "status"):
        assert (original.rows[field] == same[field].str.strip()).all(), field
    texas = [read_public(REAL / "tx_ccd_directory_2013_14_original_layout.csv.gz")]
    with pytest.raises(ScenarioError, match="no school of 9,336 can be kept: 112 closed; 395 inactive"):
        tidy_schools(texas, join_files(texas), join_files(texas).rows)
    names = {path.name: read_public(path).head.layout.name for path in REAL.glob("*.csv")}
    assert sorted(names.values()) == [
        "arcgis-characteristics", "ccd-directory", "elsi", "school-search", "urban-enrollment"
    ]  # fmt: skip


HOSTILE = ["=cmd|'/c calc'!A1", "+1", "@SUM(A1)", "-2+3", "<script>alert(1)</script>", "$x$", "../../etc", "n" * 300,
           "😀", "a\u202eb", "&xxe;", "{{7*7}}", "others", "---"]  # fmt: skip


def test_hostile_names_stay_inert(put, tmp_path):
    """Catches a name that a spreadsheet runs, one that leaves its YAML value or its line, and a path made of a name."""
    text = rows(SEARCH, *(searched(n, f"12{n:05d}", **{"School Name": name, "District": name})
                          for n, name in enumerate(HOSTILE)))  # fmt: skip
    found = put(text)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / TABLE).write_text(found.table.to_csv(index=False), encoding="utf-8")
    (folder / "a.yaml").write_text(stub_of(found, "a", "A"), encoding="utf-8")
    names = [row.name for rows in load_scenario(folder / "a.yaml").schools.values() for row in rows]
    assert len(names) == len(HOSTILE)
    assert not [name for name in names if name[0] in "=+-@"]
    assert max(map(len, names)) <= 121
    assert "a b" in names
    assert "<script>alert(1)</script>" in names
    slugs = [one.slug for one in found.districts]
    assert len(set(slugs)) == len(slugs)
    assert all(slug == slug_of(slug) for slug in slugs)
    assert "others" not in slugs
