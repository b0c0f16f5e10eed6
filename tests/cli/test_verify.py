"""``simdiff verify`` as its users meet it: table, data, verdicts, exit codes, errors."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simdiff.analysis.verification.case import Case, Check
from simdiff.analysis.verification.cases import chosen
from simdiff.cli import app
from simdiff.cli.verify import verify_command

QUICK = ["V9", "V13", "V15", "V20"]


def planted(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let the command run the quick cases, the one of V13 changed."""

    def changed(names: Sequence[str]) -> tuple[Check, ...]:
        return tuple(replace(check, run=change(check)) if check.number == 13 else check for check in chosen(names))

    monkeypatch.setattr(sys.modules["simdiff.cli.verify"], "chosen", changed)


def off_by(amount: float) -> Any:
    """A case whose exact answer is off."""

    def change(check: Check) -> Any:
        def run(seed: int, size: float) -> Case:
            assert check.run is not None
            case = check.run(seed, size)
            return case._replace(exact=case.exact + amount)

        return run

    return change


def test_table_of_right_cases(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a missing column, an excused case that fails the command, a result without its honesty."""
    assert verify_command(QUICK, 1.0, 1, False, None) == 0
    said = capsys.readouterr().out
    for word in ("expected", "got", "standard", "z", "detectable", "verdict", "0.46758", "n.a.", "no queue", "ok",
                 "not that the model is right", "does not forecast", "frozen", "3.3 standard errors"):  # fmt: skip
        assert word in said, word
    assert "WRONG." in said
    assert "0 WRONG" in said


def test_json_has_the_same_rows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Catches data that differs from the table's, and a file that differs from what is printed."""
    assert verify_command(QUICK, 1.0, 1, True, tmp_path / "verified.json") == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert json.loads((tmp_path / "verified.json").read_text(encoding="utf-8")) == answer
    cases = {(one["case"], one["what"]): one for one in answer["cases"]}
    assert {name for name, _ in cases} == set(QUICK)
    euler = next(one for one in answer["cases"] if one["case"] == "V13")
    assert (euler["verdict"], euler["worst"]["z"], len(euler["values"])) == ("ok", None, 1)
    assert round(euler["worst"]["expected"], 5) == 0.46758
    launch = next(one for one in answer["cases"] if one["case"] == "V9")
    value = launch["values"][0]
    assert value["z"] == pytest.approx((value["got"] - value["expected"]) / value["standard_error"])
    assert value["detectable_error"] == pytest.approx(4.945 * value["standard_error"], rel=1e-6)
    assert launch["planted_defect"]
    assert "not that the model is right" in answer["caveat"]


@pytest.mark.parametrize("change", [off_by(1e-6), lambda check: lambda seed, size: 1 / 0])
def test_a_planted_wrong_answer_is_wrong(change: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """An exact answer off by a millionth, and a case that stops: WRONG and exit code 3, and the others are told.

    Catches: a command that always says ok, one that ends with a traceback.
    """
    planted(monkeypatch, change)
    assert verify_command(["V13", "V20"], 1.0, 1, False, None) == 3
    said = capsys.readouterr().out
    assert "1 WRONG" in said
    assert next(line for line in said.splitlines() if line.startswith("V20")).split()[-1] == "ok"


def test_fresh_seeds_say_their_false_alarm(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a user's own seed judged as if it were the frozen one."""
    assert verify_command(["V9"], 0.5, 20, False, None) == 0
    said = capsys.readouterr().out
    assert "5 standard errors" in said
    assert "At seed 20 and size 0.5" in said
    assert "frozen" not in said


@pytest.mark.parametrize(
    ("names", "size", "out", "told"),
    [
        (["V29", "V3x"], 1.0, None, ["V29: no such case, expected V1 to V28; did you mean `V", "V3x: no such case"]),
        ([], 0.0, None, ["--size: 0, expected a number above 0"]),
        ([], float("nan"), None, ["--size: nan"]),
        (["bass"], -1.0, "none/x.json", ["bass: no such case", "--size: -1", "its folder does not exist"]),
        ([], 1.0, ".", ["a folder, expected a file"]),
    ],
)
def test_bad_input_is_told_at_once(names: list[str], size: float, out: str | None, told: list[str],
                                   capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:  # fmt: skip
    """Catches a minute's work before a refusal, one mistake told at a time, and something written in spite of it."""
    assert verify_command(names, size, 1, True, None if out is None else tmp_path / out) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [part for part in told if part not in said.err] == []
    assert list(tmp_path.iterdir()) == []


def test_the_command_itself() -> None:
    """Catches an option that does not reach the command, and another exit code."""
    right = CliRunner().invoke(app, ["verify", "v13", "V15", "--json", "--seed", "3", "--size", "0.5"])
    assert right.exit_code == 0, right.output
    answer = json.loads(right.stdout)
    assert [one["verdict"] for one in answer["cases"]] == ["ok", "n.a."]
    assert (answer["seed"], answer["size"], answer["limit"]) == (3, 0.5, 5.0)
    assert CliRunner().invoke(app, ["verify", "V99"]).exit_code == 2
