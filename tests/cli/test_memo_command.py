"""``simdiff memo``, ``audit`` and ``replay`` of memos, as typed."""

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from simdiff.analysis.matched import Asked
from simdiff.cli.memo import audit_memo, memo_command
from simdiff.cli.replay import replay_command
from simdiff.cli.run import run_command

SMALL = """\
format: 1
name: small
title: A small district
where:
  districts:
    d:
      title: D
      profile:
        elementary: {schools: 6, teachers: [12, 20, 30, 40, 50], low_income: [0.1, 0.3, 0.5, 0.7, 0.9]}
        spacing: {nearest_km: 1.0, pairwise_km: 8.0}
        source: made up
practices: {personal-learning-paths: {}}
policy: {goals: {goals: 0.9}}
years: 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("small")
    (place / "small.yaml").write_text(SMALL, encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        assert run_command(str(place / "small.yaml"), 4, 0, None, 1, 2, None, place / "run", True) == 0
    return place / "run"


def said(call: object, *args: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = call(*args)  # type: ignore[operator]
    return code, out.getvalue(), err.getvalue()


def test_memo_audit_and_replay(folder: Path) -> None:
    code, out, _ = said(memo_command, folder, "How far?", Asked(), ["html", "pdf", "docx"], None)
    assert code == 0
    names = {"memo.html", "memo.pdf", "memo.docx", "memo-numbers.csv", "memo-chart.csv"}
    assert {path.name for path in (folder / "memo").iterdir()} == names
    assert "depth of personal-learning-paths is" in " ".join(out.split())
    for name in ("memo.html", "memo.pdf", "memo.docx"):
        code, out, _ = said(audit_memo, folder / "memo" / name, None)
        assert (code, out.startswith("same: ")) == (0, True), name
    code, out, _ = said(replay_command, folder / "memo" / "memo.pdf", None, 2)
    assert (code, "the file to the byte" in out) == (0, True)
    edited = folder / "memo" / "memo.html"
    edited.write_text(edited.read_text(encoding="utf-8").replace("of year <data", "of no year <data"), encoding="utf-8")
    code, out, _ = said(audit_memo, edited, None)
    assert (code, "differs: text:" in out) == (3, True)


def test_a_memo_far_from_its_results_says_where_to_look(folder: Path, tmp_path: Path) -> None:
    assert said(memo_command, folder, "How far?", Asked(), ["html"], tmp_path / "far")[0] == 0
    code, _, err = said(audit_memo, tmp_path / "far.html", None)
    assert (code, "--results" in err, "replay" in err) == (2, True, True)
    assert said(audit_memo, tmp_path / "far.html", folder)[0] == 0


@pytest.mark.parametrize(("question", "asked", "formats", "words"), [
    ("Q?", Asked(), ["pfd"], "did you mean pdf?"), ("", Asked(), ["html"], "--question"),
    ("Q?", Asked(("dept",)), ["html"], "--outcome"), ("Q?", Asked(year=7), ["html"], "--year"),
])  # fmt: skip
def test_bad_requests_write_nothing(folder: Path, tmp_path: Path, question: str, asked: Asked, formats: list[str],
                                    words: str) -> None:  # fmt: skip
    code, _, err = said(memo_command, folder, question, asked, formats, tmp_path / "memo")
    assert (code, words in err) == (2, True), err
    assert not list(tmp_path.iterdir())


def test_what_is_no_folder_of_results_is_refused(tmp_path: Path) -> None:
    assert said(memo_command, tmp_path, "Q?", Asked(), ["html"], None)[0] == 2
    (tmp_path / "x.html").write_text("<p>hello</p>", encoding="utf-8")
    code, _, err = said(audit_memo, tmp_path / "x.html", None)
    assert (code, "no story of a memo" in err) == (2, True)
    assert said(audit_memo, tmp_path / "none.html", None)[0] == 2
