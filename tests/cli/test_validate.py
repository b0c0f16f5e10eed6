"""``simdiff validate`` as its users meet it, at the smallest size."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from processes import Child, Fork
from sweep_commands import done

import simdiff.cli.validate
import simdiff.report.validation_report
from simdiff.analysis.checks import CHECKS
from simdiff.analysis.structures import VARIANTS
from simdiff.analysis.validation import DISTRICTS, Validation, validate, validation_rows
from simdiff.analysis.worlds import worlds_of
from simdiff.report.picture import read_story
from simdiff.report.provenance import CAVEAT
from simdiff.report.replay import edits, of_study
from simdiff.scenario import load_experiment
from simdiff.study.draws import parameter_draws
from simdiff.study.files import csv_bytes

SHIPPED = Path(simdiff.__file__).parents[1] / "experiments" / "validation.yaml"
PICTURES = ("patterns", "rollouts", "survival", "plateau", "interactions")
FILES = {"validation.csv", "validation.json", "validation.html",
         *(f"{name}.{end}" for name in PICTURES for end in ("png", "csv"))}  # fmt: skip
TINY = ("--posterior", "priors", "--draws", 2, "--replicates", 1, "--network", "nowhere")
HOSTILE = "<img src=x onerror=alert(1)>"


def command(fork: Fork, here: Path, *words: object) -> Child:
    return done(fork, here, "validate", *words)


def strict(text: str) -> Any:
    """JSON without the numbers that JSON does not have."""

    def refuse(name: str) -> None:
        raise AssertionError(f"found {name}")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def found() -> Validation:
    """What the tiny size measures, on one thread."""
    worlds = worlds_of(load_experiment("validation").with_changes({"replicates": 1}))
    return validate(worlds, parameter_draws(1, 2), threads=1)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the shipped experiment under a hostile title."""
    text = SHIPPED.read_text(encoding="utf-8")
    told = text.replace("title: Worlds of the patterns that are only checked", f'title: "{HOSTILE}"')
    assert told != text
    (tmp_path / "mine.yaml").write_text(told, encoding="utf-8")
    return tmp_path


def test_it_writes_its_folder_and_says_what_it_found(fork: Fork, copy: Path, found: Validation) -> None:
    """Catches a missing file, a figure without its draw, results that depend on threads, a title that acts in the page,
    a picture that the page does not hold, tables that are not printed, and a result without its caveat."""
    run = command(fork, copy, "mine.yaml", *TINY, "--out", "here", "--threads", 2)
    assert run.code == 0, run.err
    assert {path.name for path in (copy / "here").iterdir()} == FILES
    check_table(copy / "here" / "validation.csv")
    assert (copy / "here" / "validation.csv").read_bytes() == csv_bytes(list(validation_rows(found)))
    text = (copy / "here" / "validation.html").read_text(encoding="utf-8")
    assert "<img src=x" not in text
    assert text.count("data:image/png;base64,") == 5
    assert not re.search(r"https?:", text)
    for words in (
        "P1",
        "labels-only",
        "no-commitment",
        "hits",
        "WARNING: 2 draws are too few to conclude anything",
        "does not forecast",
        "not run: data absent",
    ):
        assert words in run.out
    assert "hit" not in run.out.replace("hits", "").replace("a hit or a miss", "").split("Hit: ")[0]
    for name in PICTURES:
        check_picture(copy / "here" / f"{name}.png")


def check_picture(path: Path) -> None:
    """Its story is whole and its numbers are those beside it; replay says what it is and draws nothing."""
    story = read_story(path)
    assert (story["study"], story["kind"]) == ("validate", path.stem)
    assert story["title"].split()[0] == {"patterns": "Patterns", "rollouts": "Roll-outs", "survival": "How",
                                         "plateau": "How", "interactions": "Four"}[path.stem]  # fmt: skip
    assert story["numbers"].encode() == path.with_suffix(".csv").read_bytes()
    assert CAVEAT in story["caption"]
    assert len(story["alt"]) > 40
    assert edits(story) == []
    told = of_study(story)
    assert (
        f"a picture of `simdiff validate`, a study of many worlds that a replay does not run. It is drawn again by: \
{story['command']}"
        in told
    )
    assert edits({**story, "caption": "all is well"}) == ["story: it was edited (its checksum does not fit)"]


def test_json_is_alone_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, found: Validation
) -> None:
    """Catches tables in the way of a script, JSON that scripts cannot read, and a file that says something else."""
    monkeypatch.setattr(simdiff.cli.validate, "_measure", lambda *_: (found, None))
    monkeypatch.setattr(simdiff.report.validation_report, "plate_files", lambda name, *_: {f"{name}.png": b"picture"})
    code = simdiff.cli.validate.validate_command(
        "validation", "priors", 2, 1, None, Path("no"), tmp_path / "here", True
    )
    assert code == 0
    answer, kept = strict(capsys.readouterr().out), strict((tmp_path / "here" / "validation.json").read_text("utf-8"))
    assert answer == {"folder": str(tmp_path / "here"), **kept}
    assert len(kept["parameter_draws"]) == 2
    assert list(kept["patterns"]) == list(VARIANTS)
    assert set(kept["patterns"]["hazard"]) == set(CHECKS)
    assert kept["reproduce"] == ("simdiff validate validation --posterior priors --draws 2 --replicates 1 --network no")


def check_table(path: Path) -> None:
    """Every pattern at every draw in every variant, and all three studies."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    figures = {(row["structure"], row["name"], row["draw"]) for row in rows if row["quantity"] == "figure"}
    assert len(figures) == len(VARIANTS) * len(CHECKS) * 2
    assert {row["study"] for row in rows} == {"patterns", "plateau", "interactions"}


BROKEN = {
    "a world is missing": ("  mandate: mandate\n", "", "no scenario `mandate`"),
    "something is varied": ("draws: 60\n", "draws: 60\nfactors: {x: {prior: master}}\n", "expected none"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_another_experiment_is_refused(fork: Fork, tmp_path: Path, what: str) -> None:
    """Catches a traceback from deep inside, and files written in spite of it."""
    before, after, said = BROKEN[what]
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "mine.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    run = command(fork, tmp_path, "mine.yaml", *TINY)
    assert run.code == 2
    assert said in run.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("validatio",), "validation"),
        (("coaching-dose",), "no scenario"),
        (("--posterior", "none.csv"), "no such file"),
        (("--posterior", "two.csv", "--draws", "3"), "from 2 to 2"),
        (("--posterior", "priors", "--draws", "1"), "--draws"),
        (("--posterior", "priors", "--replicates", "0"), "--replicates"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(fork: Fork, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Catches a wrong exit code, and a request that is quietly changed."""
    (tmp_path / "two.csv").write_text("master\n0.04\n0.05\n")
    run = command(fork, tmp_path, *words)
    assert run.code == 2
    assert said in run.err
    assert [path.name for path in tmp_path.iterdir()] == ["two.csv"]


def test_a_folder_of_another_run_is_kept(fork: Fork, tmp_path: Path) -> None:
    """Catches results that are overwritten, found out only after minutes of work."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    run = command(fork, tmp_path, *TINY, "--out", "mine")
    assert run.code == 2
    assert "not a run of simdiff" in run.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_draws_are_spread_over_the_file(tmp_path: Path) -> None:
    """Two of four rows: the first and the third. Catches the first rows alone, which may share an ancestor."""
    (tmp_path / "four.csv").write_text("master\n0.01\n0.02\n0.03\n0.04\n")
    chosen = simdiff.cli.validate.chosen_draws(str(tmp_path / "four.csv"), 2, 1)
    assert [draw["master"] for draw in chosen] == [0.01, 0.03]
    assert len(simdiff.cli.validate.chosen_draws("calibrated", 10, 1)) == 10


def test_worlds_are_what_the_patterns_take_them_for() -> None:
    """Catches doses that drift apart from what the measures assume: equal doses per school in P10, an exit in month 24
    in P15, orders beyond year five in P13, one district under its own record in each roll-out."""
    loaded = load_experiment("validation")
    worlds = {name: loaded.cell(name, {}).scenario for name in loaded.bases}

    def sites(name: str) -> int:
        return worlds[name].policy.flexibility.pilots.sites["others"]

    def schools(name: str) -> int:
        profile = worlds[name].where.districts["district"].profile
        return sum(level.schools for level in (profile.elementary, profile.middle, profile.high))

    assert schools("district-of-20") == 20
    assert schools("district-of-120") == schools("district-of-120-thin") == 120
    assert sites("district-of-20") / 20 == sites("district-of-120") / 120 == sites("pilot-then-scale") / 60
    assert sites("district-of-120-thin") == sites("district-of-20")
    small, large, thin = (worlds[f"district-of-{name}"].policy.talent.coaching.per_100_teachers["others"] for name in
                          ("20", "120", "120-thin"))  # fmt: skip
    assert small == large == pytest.approx(6 * thin, rel=0.001)
    for name in ("leader-leaves", "leader-leaves-scrapped"):
        assert worlds[name].policy.superintendent.exits["others"] == [24]
    assert worlds["framework-roll-out"].policy.mandate.ramp["others"] > 60
    assert worlds["voluntary"].policy.model_copy(update={"mandate": None}) == worlds["mandate"].policy.model_copy(
        update={"mandate": None}
    )
    for name in DISTRICTS:
        assert list(worlds[name].where.districts) == [name]
