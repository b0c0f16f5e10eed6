"""The commands for those who write scenarios, as they meet them: new, check, explain, diff, schema, fmt, doctor; and
what is said to those who take one command for another."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Fork
from sweep_commands import contents, done

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE
from simdiff.cli.doctor import BAD, GOOD, NOTE, Finding
from simdiff.scenario import shipped_folder, shipped_scenarios

HEAD = "extends: four-levers\nformat: 1\nname: mine\ntitle: Mine\n"


def test_a_new_scenario_is_good_at_once_and_runs(tmp_path: Path, fork: Fork) -> None:
    """Catches a starter that its own check warns of, or that does not run."""
    child = done(fork, tmp_path, "new", "My Coaches", "--from", "four-levers", "--district", "lake")
    assert (child.code, child.err) == (0, "")
    assert "my-coaches.yaml: written, under the name my-coaches" in child.out
    child = done(fork, tmp_path, "check", "my-coaches.yaml")
    assert (child.code, child.out, child.err) == (0, "my-coaches.yaml: good (My Coaches)\n", "")
    child = done(fork, tmp_path, "run", "my-coaches.yaml", "--replicates", 2, "--out", "out")
    assert child.code == 0, child.err
    assert "57 schools" in child.out


def test_nothing_is_written_over(tmp_path: Path, fork: Fork) -> None:
    """Catches a lost scenario: files and dangling links stay, and no other name is taken."""
    (tmp_path / "mine.yaml").write_text("keep")
    (tmp_path / "link.yaml").symlink_to("nowhere")
    before = sorted(path.name for path in tmp_path.iterdir())
    for words in (("mine",), ("x", "--out", "mine.yaml"), ("link",)):
        child = done(fork, tmp_path, "new", *words)
        assert child.code == BAD_INPUT
        assert "exists already" in child.err
    assert (tmp_path / "mine.yaml").read_text() == "keep"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("words", [
    ("../x",), ("a/b",), ("",), ("🎉",), ("CON",), ("x" * 300,), ("a\nb",), ("x", "--from", "goalz"),
    ("x", "--from", "coaching-dose"), ("x", "--district", "laek"), ("x", "--from", "all-six", "--district", "district"),
    ("x", "--out", "nowhere/x.yaml"), ("x", "--out", "x.txt"), ("x", "--from", "../outside.yaml"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_nothing(tmp_path: Path, fork: Fork, words: tuple[str, ...]) -> None:
    """Catches a file outside the folder, half a file, a traceback; the reason stands on one line or a few."""
    (tmp_path / "outside.yaml").write_bytes(shipped_scenarios()["goals"].read_bytes())
    here = tmp_path / "project"
    here.mkdir()
    (here / "pyproject.toml").touch()
    child = done(fork, here, "new", *words)
    assert child.code == BAD_INPUT
    assert child.err
    assert "Traceback" not in child.err
    assert [path.name for path in here.iterdir()] == ["pyproject.toml"]


def test_check_warns_and_stays_good(tmp_path: Path, fork: Fork) -> None:
    """Each kind of warning stands at its line, and is called one; without the trial only its own are missing."""
    (tmp_path / "mine.yaml").write_text(
        HEAD
        + "policy:\n  goals: {goals: 0.8}\n  flexibility: {pilots: {years: 5}}\n  superintendent: {exits: [500]}\n"
        + "  budget: {annual: 2500000}\nparameters:\n  leader_exit: {value: 0.95, reason: try}\n"
    )
    child = done(fork, tmp_path, "check", "mine.yaml")
    assert child.code == 0
    first, *rest = child.out.splitlines()
    assert first == "mine.yaml: good (Mine)"
    told = [line.removeprefix("  warning: ").split(" ")[:2] for line in rest]
    assert told == [
        ["mine.yaml:6:18", "policy.goals.goals.level:"], ["mine.yaml:7:26", "policy.flexibility.pilots.years:"],
        ["mine.yaml:8:20", "policy.superintendent.exits:"], ["mine.yaml:9:12", "policy.budget.annual:"],
        ["mine.yaml:11:24", "parameters.leader_exit.value:"],
    ]  # fmt: skip
    less = done(fork, tmp_path, "check", "mine.yaml", "--no-trial").out.splitlines()
    assert set(less) == {line for line in child.out.splitlines() if "trial" not in line}


def test_check_still_tells_mistakes(tmp_path: Path, fork: Fork) -> None:
    """Catches a warning where there is a mistake, and a mistake that warnings hide."""
    (tmp_path / "mine.yaml").write_text(HEAD + "policy:\n  goals: {goals: 0.8}\n  mandate: 2\n")
    child = done(fork, tmp_path, "check", "mine.yaml")
    assert child.code == BAD_INPUT
    assert child.out == ""
    assert "mine.yaml:7:12 policy.mandate: found 2" in child.err


def test_explain_tells_dates_amounts_payers_sources_and_changes(tmp_path: Path, fork: Fork) -> None:
    """By hand: month 26 is September of the third year; a coach costs 110,000 dollars, of the register's source."""
    (tmp_path / "mine.yaml").write_text(
        HEAD.replace("Mine", "'[red]Mine[/red] <script>'")
        + "policy:\n  talent: {coaching: {per_100_teachers: 1.5, start: 26, stop: 62}}\n"
    )
    child = done(fork, tmp_path, "explain", "mine.yaml")
    assert (child.code, child.err) == (0, "")
    text = " ".join(child.out.split())
    assert child.out.startswith("[red]Mine[/red] <script> (mine)\n")
    assert "1.5 full-time coaches per 100 teachers from September of year 3 (month 26), growing over 12 months" in text
    assert "the last time in August of year 6 (month 61)" in text
    assert "One coach: $110k a FTE and year, paid by the district; a partner pays its own (price_coach; source:" in text
    assert "It builds on four-levers, then status-quo." in text
    assert (
        "policy.talent.coaching.per_100_teachers: 1.5 (coaches per 100 teachers), in place of 0.8 of four-levers"
        in text
    )
    assert "policy.talent.coaching.start: 26 (month), in place of the default, 0 (line 6)" in text
    assert "Nothing is done of:" in text
    assert "pilot sites" in text.split("Nothing is done of:")[1]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_can_be_explained(tmp_path: Path, fork: Fork, name: str) -> None:
    """Catches a scenario that the sentences have no words for."""
    child = done(fork, tmp_path, "explain", name)
    assert (child.code, child.err) == (0, "")
    assert "None" not in child.out
    assert "{" not in child.out


def test_diff_tells_in_sentences_table_and_json(tmp_path: Path, fork: Fork) -> None:
    """By hand: another dose, another start, a lever that only one has."""
    (tmp_path / "mine.yaml").write_text(
        HEAD + "policy:\n  talent: {coaching: {per_100_teachers: 1.5, start: 24}}\n  mandate: 0.2\n"
    )
    child = done(fork, tmp_path, "diff", "four-levers", "mine.yaml")
    text = " ".join(child.out.split())
    assert (child.code, child.err) == (0, "")
    assert "Only four-levers - nothing" in text
    assert "Only mine.yaml - Share of schools that the district orders" in text
    assert "- four-levers: Embedded coaching, finite and shared out: 0.8 full-time coaches" in text
    assert "mine.yaml: Embedded coaching, finite and shared out: 1.5 full-time coaches" in text
    assert "policy.talent.coaching.start month 0 0 24" in text
    said = json.loads(done(fork, tmp_path, "diff", "four-levers", "mine.yaml", "--json").out)
    pairs = {one["path"]: (one["a"], one["b"]) for one in said["differences"]}
    assert (
        pairs.items()
        >= {"policy.talent.coaching.per_100_teachers": (0.8, 1.5), "policy.mandate.level": (0.0, 0.2)}.items()
    )
    assert {one["path"] for one in said["sentences"]} == {"policy.talent.coaching", "policy.mandate"}
    assert done(fork, tmp_path, "diff", "goals", "goals").out == "goals and goals say the same.\n"
    child = done(fork, tmp_path, "diff", "goals", "goalz")
    assert (child.code, child.out) == (BAD_INPUT, "")


def test_schema_prints_what_is_published(tmp_path: Path, fork: Fork) -> None:
    """Catches another schema than the one that editors are led to."""
    child = done(fork, tmp_path, "schema", "experiment")
    assert child.out == (shipped_folder("schema") / "experiment.json").read_text(encoding="utf-8")
    child = done(fork, tmp_path, "schema", "experimant")
    assert (child.code, child.out) == (BAD_INPUT, "")
    assert "did you mean `experiment`?" in child.err


def test_fmt_rewrites_checks_and_refuses(tmp_path: Path, fork: Fork) -> None:
    """A check changes nothing; a rewrite is one; one bad file keeps all as they are; a link stays a link."""
    (tmp_path / "real.yaml").write_text("a:   1\n")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    (tmp_path / "bad.yaml").write_text("a: [1\n")
    child = done(fork, tmp_path, "fmt", "--check", "link.yaml")
    assert (child.code, child.out) == (1, "link.yaml: not in normal form\n")
    child = done(fork, tmp_path, "fmt", "link.yaml", "bad.yaml", "none.yaml")
    assert child.code == BAD_INPUT
    assert child.err.startswith("bad.yaml:2:1: ")
    assert (tmp_path / "real.yaml").read_text() == "a:   1\n"
    child = done(fork, tmp_path, "fmt", "link.yaml")
    assert (child.code, child.out) == (0, "link.yaml: rewritten\n")
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text() == "a: 1\n"
    child = done(fork, tmp_path, "fmt", "--check", "link.yaml")
    assert (child.code, child.out) == (0, "")


def test_doctor_says_good_or_bad_a_line_each(tmp_path: Path, fork: Fork) -> None:
    """Catches a healthy installation that is called ill, and a check that says nothing."""
    child = done(fork, tmp_path, "doctor")
    assert child.code == 0, child.out
    verdicts = {line.split()[0] for line in child.out.splitlines()[:-1]}
    assert verdicts <= {GOOD, NOTE}
    for what in (
        "Python",
        "simdiff",
        "libraries",
        "extra optimize",
        "cores",
        "cache",
        "results go to",
        "known answer V10",
    ):
        assert any(line[6:].startswith(what) for line in child.out.splitlines()), what
    assert child.out.splitlines()[-1] == "all is good"


def test_doctor_finds_what_is_planted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A library that is too old, a look that raises: both are lines, and the exit code says so."""

    def broken() -> Iterator[Finding]:
        raise RuntimeError("planted")
        yield Finding(GOOD, "never", "reached")

    doctor = sys.modules["simdiff.cli.doctor"]
    monkeypatch.setattr(doctor, "LOOKS", (doctor._versions, broken))
    monkeypatch.setattr(doctor, "requires", lambda name: ["numpy>=99", "no-such-library>=1", "optuna; extra == 'x'"])
    assert doctor.doctor_command(None) == FAILED_TO_WRITE
    out = capsys.readouterr().out
    assert "expected numpy>=99" in out
    assert "missing no-such-library>=1" in out
    assert f"{BAD}   broken: RuntimeError: planted" in out
    assert out.splitlines()[-1] == "2 of 4 lines are BAD"


def test_who_takes_one_command_for_another_is_told_which(tmp_path: Path, fork: Fork) -> None:
    """Catches "no such file" where there is one, of the other kind."""
    (tmp_path / "e.yaml").write_text("format: 1\nname: e\ntitle: E\nscenarios: [goals]\n")
    (tmp_path / "s.yaml").write_text(HEAD)
    for words, said in {
        ("run", "coaching-dose"): "coaching-dose: an experiment: use simdiff sweep coaching-dose",
        ("sweep", "dallas"): "dallas: a scenario: use simdiff run dallas",
        ("run", "e.yaml"): "e.yaml:1:1: an experiment, use simdiff sweep e.yaml",
        ("sweep", "s.yaml"): "s.yaml:1:1: a scenario, use simdiff run s.yaml",
        ("explain", "coaching-dose"): "coaching-dose: an experiment: use simdiff sweep coaching-dose",
        ("run", "goals", "--posterior", "calibrated"): "--posterior: calibrated, needs --draws too: how many",
    }.items():
        child = done(fork, tmp_path, *words)
        assert child.code == BAD_INPUT
        assert child.err.startswith(said), child.err


def test_commands_on_sweeps_say_that_a_run_is_none(tmp_path: Path, fork: Fork) -> None:
    """Catches "holds no sweep" of a folder that holds results."""
    done(fork, tmp_path, "run", "goals", "--replicates", 2, "--out", "run")
    before = contents(tmp_path / "run")
    for command in ("compare", "export", "effects", "status", "resume"):
        child = done(fork, tmp_path, command, "run")
        assert child.code == BAD_INPUT
        assert child.err.startswith("run: holds one run; this needs a sweep"), child.err
    assert contents(tmp_path / "run") == before


@pytest.mark.parametrize(
    "words", [("schema",), ("check", "--no-trial", "goals"), ("new", "y"), ("fmt", "--check", "x.yaml")]
)
def test_short_commands_do_without_the_model(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Catches an import that makes an editor wait: no compiled code for what needs none."""
    shutil.copy(shipped_scenarios()["status-quo"], tmp_path / "x.yaml")
    run = subprocess.run([sys.executable, "-X", "importtime", "-m", "simdiff", *words], cwd=tmp_path,
                         capture_output=True, text=True, check=True)  # fmt: skip
    imported = {line.split("|")[-1].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "pydantic" in imported
    assert not {"numba", "mesa", "scipy", "matplotlib", "pandas"} & imported
