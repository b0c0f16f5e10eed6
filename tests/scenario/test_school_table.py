"""Schools from a table: ids stay text, blanks follow the district's fill, everything odd is refused with its place."""

import gzip
from pathlib import Path

import pytest

from simdiff.scenario import ScenarioError, SchoolRow, load_scenario
from simdiff.scenario import table as table_module

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "schools" / "six_districts_2022_23.csv.gz"

HEADER = "place,code,label,kind,pupils,staff,poor,lat,lon,open,guess"
SCENARIO = """\
format: 1
name: read
title: Read
where:
  table:
    path: t.csv
    columns: {id: code, teachers: staff, low_income: poor, name: label, level: kind, students: pupils,
      latitude: lat, longitude: lon, teachers_imputed: guess}
    levels: {Elementary: elementary, High: high}
    keep: {open: "1"}
  districts:
    north: {title: North, rows: {place: N}, fill: FILL}
practices: {learner-profiles: {}}
"""
GOOD = "N,007,Oak,Elementary,300,18.5,0.25,40,-100,1,"


@pytest.fixture
def read(write):
    """Load a scenario with these table rows and this fill; return the loaded scenario."""

    def load(*rows, fill="{}", header=HEADER, scenario=SCENARIO):
        content = "\n".join((header, *rows)) + "\n"
        write(content if "\xff" not in content else content.encode("latin-1"), "t.csv")
        return load_scenario(write(scenario.replace("FILL", fill)))

    return load


@pytest.fixture
def refused(read):
    """Return the lines said about table rows."""

    def lines(*rows, **more):
        with pytest.raises(ScenarioError) as caught:
            read(*rows, **more)
        return str(caught.value).splitlines()

    return lines


def test_rows_are_read_as_they_stand(read, project):
    loaded = read("N,NA,Elm,Magnet,,2.49,1,,,1,", GOOD, "S,007,x,High,1,1,1,1,1,1,", "N,9,x,High,1,1,1,1,1,0,",
                  fill="{coordinates: drawn}")  # fmt: skip
    assert loaded.schools == {
        "north": (
            SchoolRow("north", "007", "Oak", "elementary", 19, 300, 0.25, 40.0, -100.0),
            SchoolRow("north", "NA", "Elm", "other", 2, 32, 1.0, None, None),
        )
    }
    assert loaded.notes == (
        "north: coordinates drawn for 1 of 2 schools",
        'north: level "Magnet" read as other for 1 of 2 schools',
        "north: students set to 16 per teacher for 1 of 2 schools",
    )
    assert [file.name for file in loaded.files] == ["a.yaml", "t.csv"]


@pytest.mark.parametrize("code", ["007", "NA", "NULL", "1E5", "nan", "=1+1", "0x10", "é"])
def test_ids_stay_text(read, code):
    assert read(GOOD.replace("007", code)).schools["north"][0].id == code


def test_gzip_bom_and_windows_line_ends(write):
    write(gzip.compress(("\ufeff" + HEADER + "\r\n" + GOOD + "\r\n\r\n").encode()), "t.csv.gz")
    loaded = load_scenario(write(SCENARIO.replace("FILL", "{}").replace("t.csv", "t.csv.gz")))
    assert loaded.schools["north"][0].name == "Oak"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("N,007,Oak,High,300,18.5,0.25,40,-100,1", "2:1: found 10 cells, expected 11 as in the header"),
        (",007,Oak,High,300,18.5,0.25,40,-100,1,,", "2:1: found 12 cells, expected 11 as in the header"),
        ("N, ,Oak,High,300,18.5,0.25,40,-100,1,", "2:2 code: blank, expected the school's id"),
        ("N,007,Oak,High,3.5,18.5,0.25,40,-100,1,", "2:5 pupils: found 3.5, expected a whole number"),
        ("N,007,Oak,High,-1,18.5,0.25,40,-100,1,", '2:5 pupils: found "-1", expected a number from 0 to 100000'),
        ("N,007,Oak,High,300,NA,0.25,40,-100,1,", '2:6 staff: found "NA", expected a number from 0 to 1000'),
        ("N,007,Oak,High,300,1000.1,0.25,40,-100,1,", '2:6 staff: found "1000.1", expected a number from 0 to 1000'),
        ("N,007,Oak,High,300,1_0,0.25,40,-100,1,", '2:6 staff: found "1_0", expected a number from 0 to 1000'),
        ("N,007,Oak,High,300,inf,0.25,40,-100,1,", '2:6 staff: found "inf", expected a number from 0 to 1000'),
        ("N,007,Oak,High,300,18.5,25,40,-100,1,", '2:7 poor: found "25", expected a number from 0 to 1'),
        ("N,007,Oak,High,300,18.5,nan,40,-100,1,", '2:7 poor: found "nan", expected a number from 0 to 1'),
        ("N,007,Oak,High,300,18.5,0.25,90.1,-100,1,", '2:8 lat: found "90.1", expected a number from -90 to 90'),
        ("N,007,Oak,High,300,18.5,0.25,40,181,1,", '2:9 lon: found "181", expected a number from -180 to 180'),
        ("N,007,Oak,High,300,18.5,0.25,40,,1,", "2:9 lon: blank, expected both coordinates or neither"),
        ("N,007,Oak,High,300,0.49,0.25,40,-100,1,",
         ('2:6 staff: no teacher count for "Oak", expected a value, or `fill.teachers` of district `north` to '
         'say what to do')),
        ("N,007,Oak,High,300,9,,40,-100,1,",
         ('2:7 poor: no low-income share for "Oak", expected a value, or `fill.low_income` of district `north` '
         'to say what '
         "to do")),
        ("N,007,Oak,High,300,9,.5,,,1,",
         ('2:8 lat: no coordinates for "Oak", expected a value, or `fill.coordinates` of district `north` to '
         'say what to '
         "do")),
        ('N,"007,Oak,High,300,9,.5,,,1,', "2:1: not readable as CSV: unexpected end of data"),
        ("N,\xff,Oak,High,300,9,.5,,,1,", "2:1: not UTF-8 text"),
    ],
)  # fmt: skip
def test_odd_rows_are_refused(refused, row, said):
    assert refused(row) == [f"t.csv:{said}"]


def test_a_second_school_of_an_id_is_refused_within_a_district(refused):
    assert refused(GOOD, GOOD) == [
        't.csv:3:2 code: a second school "007", expected one in a district (first on line 2)'
    ]


def test_half_a_teacher_rounds_up(read):
    assert read(GOOD.replace("18.5", "0.5")).schools["north"][0].teachers == 1


BLANKS = ("N,1,A,High,9,,0.2,40,-100,1,6.5", "N,2,B,High,9,0,0.4,40,-100,1,", "N,3,C,High,9,10,,41,-100,1,",
          "N,4,D,High,9,10,0.9,,,1,", GOOD)  # fmt: skip


def test_blanks_may_be_filled(read):
    loaded = read(*BLANKS, fill="{teachers: imputed, low_income: median, coordinates: drawn}")
    rows = {row.id: row for row in loaded.schools["north"]}
    assert sorted(rows) == ["007", "1", "3", "4"]
    assert rows["1"].teachers == 7
    assert rows["3"].low_income == pytest.approx(0.325)  # between .25 and .4; .2 and .9 outside
    assert loaded.notes == (
        "north: teachers imputed for 1 of 5 schools (column guess)",
        "north: 1 of 5 schools left out (no teacher count): B",
        "north: low-income share set to the district's median (0.325) for 1 of 5 schools",
        "north: coordinates drawn for 1 of 5 schools",
    )


def test_blanks_may_be_left_out(read):
    loaded = read(*BLANKS, fill="{teachers: leave_out, low_income: leave_out, coordinates: leave_out}")
    assert [row.id for row in loaded.schools["north"]] == ["007"]
    assert loaded.notes == (
        "north: 2 of 5 schools left out (no teacher count): A, B",
        "north: 1 of 5 schools left out (no low-income share): C",
        "north: 1 of 5 schools left out (no coordinates): D",
    )


def test_what_cannot_be_filled_is_refused(refused):
    row = "N,1,A,High,9,,,40,-100,1,"
    (line,) = refused(row, fill="{teachers: leave_out}")
    assert line == "a.yaml:12:5 where.districts.north: every school is left out, expected one at least"
    (line,) = refused(row.replace("9,,,", "9,5,,"), fill="{low_income: median}")
    assert line.startswith('t.csv:2:7 poor: no low-income share for "A"')
    (line,) = refused(GOOD, fill="{teachers: imputed}", scenario=SCENARIO.replace(", teachers_imputed: guess", ""))
    assert line == (
        "a.yaml:12:62 where.districts.north.fill.teachers: nothing to take, expected "
        "`where.table.columns.teachers_imputed`"
    )


def test_blanks_and_faults_are_told_in_one_breath(refused):
    """Catches a blank that is only told once every faulty row is mended."""
    faulty, blank = refused("N,1,A,High,9,x,.5,40,-100,1,", "N,2,B,High,9,,.5,40,-100,1,")
    assert faulty == 't.csv:2:6 staff: found "x", expected a number from 0 to 1000'
    assert blank.startswith('t.csv:3:6 staff: no teacher count for "B"')


def test_many_bad_rows_are_cut_short(refused):
    lines = refused(*(f"N,{index},A,High,9,x,.5,40,-100,1," for index in range(30)))
    assert len(lines) == 21
    assert lines[0] == 't.csv:2:6 staff: found "x", expected a number from 0 to 1000'
    assert lines[20] == "t.csv:22:6: … and 10 more"


def test_a_map_without_coordinates_needs_them_drawn(read, refused):
    scenario = SCENARIO.replace("latitude: lat, longitude: lon, ", "")
    (line,) = refused(GOOD, scenario=scenario)
    assert (
        line
        == "a.yaml:12:45 where.districts.north.fill: no columns of coordinates, expected `fill: {coordinates: drawn}`"
    )
    loaded = read(GOOD, fill="{coordinates: drawn}", scenario=scenario)
    assert loaded.schools["north"][0].latitude is None
    assert loaded.notes == ("north: coordinates drawn for all 1 schools",)
    (line,) = refused(GOOD, scenario=SCENARIO.replace("latitude: lat, ", ""))
    assert line == "a.yaml:7:5 where.table.columns: one coordinate only, expected both `latitude` and `longitude`"


def test_columns_and_districts_must_be_in_the_table(refused):
    text = SCENARIO.replace("staff", "stff").replace("open:", "oben:").replace("place:", "plce:")
    lines = refused(GOOD, scenario=text)
    listed = "`place`, `code`, `label`, `kind`, `pupils`, `staff`, `poor`, `lat`, `lon`, `open`, `guess`"
    assert lines == [
        (f"a.yaml:7:35 where.table.columns.teachers: no column `stff` in t.csv, expected one of {listed}; did "
        f"you mean `staff`?"),
        (f"a.yaml:10:12 where.table.keep.oben: no column `oben` in t.csv, expected one of {listed}; did you mean "
        f"`open`?"),
        (f"a.yaml:12:34 where.districts.north.rows.plce: no column `plce` in t.csv, expected one of {listed}; did "
         "you mean `place`?"),
    ]  # fmt: skip
    (line,) = refused(GOOD, scenario=SCENARIO.replace("place: N", "place: North"))
    assert line == (
        "a.yaml:12:41 where.districts.north.rows.place: no row of the table has `North` there, expected a value of "
        "that column (1 seen: `N`)"
    )
    (line,) = refused(GOOD, scenario=SCENARIO.replace('"1"', '"2"'))
    assert line == "a.yaml:12:27 where.districts.north.rows: no row of the table fits this and `where.table.keep`"
    south = "    south: {title: S, rows: {lat: '40'}}\npractices"
    (line,) = refused(GOOD, scenario=SCENARIO.replace("practices", south))
    assert (
        line == "a.yaml:13:29 where.districts.south.rows: some rows are those of `north` too, expected rows of its own"
    )


def test_odd_tables_are_refused(refused, write, monkeypatch):
    assert refused(header="") == ["t.csv:1:1: the table is empty"]
    assert refused(GOOD, header=HEADER.replace("guess", "code"))[-1] == "t.csv:1:2: two columns named `code`"
    assert refused(GOOD + "x" * 200_000) == ["t.csv:1:1: a line of more than 100,000 bytes"]
    zipped = SCENARIO.replace("FILL", "{}").replace("t.csv", "t.csv.gz")
    for content in (b"no gzip", gzip.compress(b"place")[:-4]):
        write(content, "t.csv.gz")
        with pytest.raises(ScenarioError, match=r"^t\.csv\.gz:\d:1: cannot be read"):
            load_scenario(write(zipped))
    monkeypatch.setattr(table_module, "LARGEST_TABLE", 50_000)
    bomb = HEADER + "\n" + (GOOD.replace("N,", "S,") + "\n") * 10_000
    write(gzip.compress(bomb.encode()), "t.csv.gz")
    with pytest.raises(ScenarioError, match="a table of more than 50,000 bytes"):
        load_scenario(write(zipped))


def test_a_table_named_on_the_command_line(write, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text(f"{HEADER}\n{GOOD}\n")
    assert load_scenario(write(SCENARIO.replace("FILL", "{}")), outside).schools["north"][0].id == "007"
    (lines,) = _said(write(SCENARIO.replace("FILL", "{}")))
    assert lines == 'a.yaml:6:11 where.table.path: no such file "t.csv"'


def _said(path, schools=None):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, schools)
    return str(caught.value).splitlines()


def test_a_table_needs_a_column_map(write, tiny, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(f"{HEADER}\n{GOOD}\n")
    assert _said(write(tiny), table) == ["a.yaml:4:1 where: no `table`, expected one, to read --schools by"]


REAL_SCENARIO = """\
format: 1
name: real
title: Real
where:
  table:
    columns: {id: state_school_id, teachers: teachers_fte, low_income: frl_share, name: name, level: level,
      students: enrollment, latitude: lat, longitude: lon, teachers_imputed: teachers_fte_imputed}
    levels: {Elementary: elementary, Middle: middle, High: high}
    keep: {operating: "1"}
  districts:
    dallas: {title: Dallas, rows: {district: Dallas ISD TX}, fill: {teachers: leave_out, coordinates: leave_out}}
    denver: {title: Denver, rows: {leaid: "0803360"}, fill: {teachers: imputed, low_income: median, coordinates: drawn}}
    henry: {title: Henry, rows: {district: Henry County GA}, fill: {teachers: imputed, coordinates: drawn}}
practices: {learner-profiles: {}}
"""


@pytest.mark.skipif(not REAL.exists(), reason="the shared school table is not in this checkout")
def test_the_real_table(write):
    loaded = load_scenario(write(REAL_SCENARIO), REAL)
    # Counted by hand from the file: Dallas 239, of which 2 without teachers and 12 without coordinates.
    assert {name: len(rows) for name, rows in loaded.schools.items()} == {"dallas": 225, "denver": 202, "henry": 50}
    starts = [note.split(": ", 2)[:2] for note in loaded.notes]
    assert ["denver", "teachers imputed for 202 of 202 schools (column teachers_fte_imputed)"] in starts
    assert ["henry", "coordinates drawn for all 50 schools"] in starts
    assert ["dallas", "2 of 239 schools left out (no teacher count)"] in starts
    assert all(list(rows) == sorted(rows, key=lambda row: row.id) for rows in loaded.schools.values())
