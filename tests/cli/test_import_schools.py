"""``import-schools`` as its users meet it: files in, a scenario that runs out; bad input changes nothing on disk."""

import csv
import json
from pathlib import Path

from processes import Fork
from sweep_commands import done

HEADER = "NCES School ID,NCES District ID,School Name,District,Students*,Teachers*,Free Lunch*,Reduced Lunch*,Status"
ROWS = [
    "120156000001,1201560,Oak <b>School</b>,PINE,300.00000,20.00000,100.00000,20.00000,Open",
    "120156000002,1201560,=HYPERLINK(1),PINE,400.00000,†,†,†,Open",
    "120156000003,1201560,Gone,PINE,†,†,†,†,Closed",
    "120156100001,1201561,Far,ELM,90.00000,6.00000,40.00000,†,Open",
]


def write(folder: Path, *rows: str) -> None:
    (folder / "export.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")


def test_an_import_runs_as_it_is(fork: Fork, tmp_path: Path) -> None:
    """Catches a scenario that does not find its table, a report that does not say what was done, and ids as numbers."""
    write(tmp_path, *ROWS)
    made = done(fork, tmp_path, "import-schools", "export.csv", "--out", "mine", "--district", "pine")
    assert made.code == 0, made.err
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {
        "pine.yaml", "schools.csv", "report.txt", "report.json"
    }  # fmt: skip
    for said in (
        "export.csv: NCES school search, export; 4 schools in 4 rows",
        "teachers     1 of 2 known; † (not applicable) 1",
        "imputed for 1 from students per teacher",
        "1 closed: Gone",
        "2 schools in 1 district",
    ):
        assert said in made.out
    assert made.out.startswith((tmp_path / "mine" / "report.txt").read_text(encoding="utf-8"))
    record = json.loads((tmp_path / "mine" / "report.json").read_text(encoding="utf-8"))
    assert record["left_out"] == [{"why": "closed", "schools": 1, "names": ["Gone"]}]
    assert record["reproduce"] == "simdiff import-schools export.csv --out mine --district pine"
    with (tmp_path / "mine" / "schools.csv").open(encoding="utf-8", newline="") as handle:
        table = list(csv.DictReader(handle))
    assert [(row["id"], row["name"]) for row in table] == [
        ("120156000001", "Oak <b>School</b>"), ("120156000002", "'=HYPERLINK(1)")
    ]  # fmt: skip
    run = done(fork, tmp_path, "run", "mine/pine.yaml", "--replicates", 2, "--out", "results")
    assert run.code == 0, run.err
    assert "2 schools, 47 teachers, 1 district" in run.out  # 15 students a teacher: 20 and 26.7
    assert "teachers imputed for 1 of 2 schools" in run.out


def test_the_same_import_again_is_good_and_another_is_refused(fork: Fork, tmp_path: Path) -> None:
    """Catches a folder in which two imports are mixed, or somebody's files written over."""
    write(tmp_path, *ROWS)
    words = ("import-schools", "export.csv", "--out", "mine")
    assert done(fork, tmp_path, *words, "--json").code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    assert done(fork, tmp_path, *words).code == 0
    other = done(fork, tmp_path, *words, "--district", "ELM")
    assert other.code == 2
    assert "holds another run" in other.err
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == before


def test_bad_input_changes_nothing_and_is_told_at_once(fork: Fork, tmp_path: Path) -> None:
    """Catches a traceback, a half-made folder, and a second fault that waits for the first to be mended."""
    write(tmp_path, "a,b")
    (tmp_path / "other.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    words = ("export.csv", "other.csv", "nowhere.csv", "--out", "mine", "--name", "Not So Short")
    run = done(fork, tmp_path, "import-schools", *words)
    assert run.code == 2
    for said in (
        '--name: found "Not So Short", expected a short name',
        "export.csv:1:1: no rows with the header's 9 cells (1 with another number are passed over)",
        "other.csv:1:1: unknown layout; columns seen: `x`, `y`",
        "nowhere.csv: cannot be read",
    ):
        assert said in run.err
    assert not (tmp_path / "mine").exists()
