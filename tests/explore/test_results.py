"""Finished results on the page: what is said of them, charts and memos to take along, whatever they are called."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import HOSTILE, SMALL, Served, serving
from test_server import GOOD, asked, odd_questions

from simdiff import api
from simdiff.report.words import money

TWO = SMALL.replace(
    '  personal-learning-paths: {{title: "{practice}"}}\n',
    '  personal-learning-paths: {{title: "{practice}"}}\n  learner-profiles: {{title: Profiles}}\n',
)
DOSES = """\
format: 1
name: doses
title: "{title}"
question: How far?
scenarios: {{small: {{scenario: small.yaml}}}}
factors: {{coaches: {{path: policy.talent.coaching.per_100_teachers, values: [0, 1.5, 1.55]}}}}
replicates: 6
"""


def swept(folder: Path, title: str = "Doses", practice: str = "Paths") -> Path:
    """A finished sweep over two practices: no coaches, 1.5 and 1.55 of them."""
    (folder / "small.yaml").write_text(TWO.format(title="Small", practice=practice), encoding="utf-8")
    (folder / "doses.yaml").write_text(DOSES.format(title=title), encoding="utf-8")
    api.sweep(folder / "doses.yaml", folder / "doses", progress=False)
    return folder / "doses"


@pytest.fixture(scope="module")
def doses(tmp_path_factory) -> Iterator[Served]:
    """A served sweep."""
    folder = tmp_path_factory.mktemp("doses")
    with serving(swept(folder), folder / "log") as served:
        yield served


@pytest.fixture(scope="module")
def evil(tmp_path_factory) -> Iterator[Served]:
    """A served sweep whose names are markup."""
    folder = tmp_path_factory.mktemp("evil")
    with serving(swept(folder, HOSTILE.replace('"', "'")[:120], HOSTILE), folder / "log") as served:
        yield served


def looked(opened, served, width=1280):
    """The page, its results drawn."""
    page = opened(served.address, width)
    page.wait_for_selector("#alt", state="attached", timeout=180_000)
    return page


def command(folder: Path, line: str) -> str:
    """What a command that the page shows prints, run in a folder."""
    import shlex

    words = [sys.executable, "-m", *shlex.split(line)]
    run = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout


def test_the_memo_of_the_page_is_that_of_the_command(doses, tmp_path):
    """Byte for byte: HTML with its numbers, and the PDF, as far as its library is here."""
    for suffix in ("html", "pdf"):
        body = {
            "question": "Is 1.5 enough?",
            "outcome": "spread",
            "year": 2,
            "cells": ["coaches=1.5"],
            "format": suffix,
        }
        status, text, _ = asked(doses, path=f"/{doses.token}/ask/memo", body=json.dumps(body))
        assert status == 200, text
        made = json.loads(text)
        folder = Path(re.findall(r"simdiff memo (\S+)", made["command"])[0])
        command(folder.parent, f"{made['command']} --out {tmp_path / 'memo'}")
        for name, content in made["files"].items():
            assert (tmp_path / name).read_bytes() == base64.b64decode(content), name
        assert {name.removeprefix("memo") for name in made["files"]} == {f".{suffix}", "-numbers.csv", "-chart.csv"}
        assert made["answer"].startswith("Under “coaches (1.5)”, spread of personal-learning-paths is ")


def test_a_memo_is_written_by_clicks(doses, opened, tmp_path):
    """An option is added, taken away and added again; the memo is about it, and its files come down."""
    page = looked(opened, doses)
    page.select_option("#one select", "coaches=1.55")
    page.click("#add")
    page.click("[aria-label='Remove coaches=1.55 from the memo']")
    assert "to choose, add cells above" in page.inner_text("#memo-options")
    page.click("#add")
    page.click("#write")
    page.wait_for_selector("#memo .answer", timeout=60_000)
    assert page.inner_text("#memo .answer").startswith("Under “coaches (1.55)”, depth of ")
    with page.expect_download() as down:
        page.click("text=Download memo.html")
    down.value.save_as(tmp_path / "memo.html")
    assert "it does not forecast a named district" in (tmp_path / "memo.html").read_text(encoding="utf-8")
    assert "--cell coaches=1.55" in page.inner_text("#memo code")
    page.reload()
    page.wait_for_selector("[aria-label='Remove coaches=1.55 from the memo']", timeout=60_000)


def test_what_is_firm_and_what_is_open_is_told_as_compare_tells_it(doses, opened):
    """No coaches and 1.5 of them are told apart; 1.5 and 1.55 are not. Every line is one of ``simdiff compare``."""
    folder = doses.log.parent
    printed = " ".join(command(folder, "simdiff compare doses").split())
    page = looked(opened, doses)
    told = page.inner_text("#results")
    assert "2 of 3 pairs are firm; the other 1 cannot be told apart." in told
    assert "Nothing is firmly above coaches=1.5, coaches=1.55." in told
    for line in re.findall(r"[^\n]*(?:firm|luck)[^\n]*\.", told):
        assert " ".join(line.split()) in printed


def test_the_second_practice_is_looked_at_everywhere(doses, opened):
    """Dots, comparison, charts, and one world whose depth is that of its dot."""
    page = looked(opened, doses)
    page.locator("#asked").get_by_label("Practice").select_option("learner-profiles")
    page.wait_for_selector("#results p:has-text('all districts, learner-profiles')", timeout=60_000)
    page.wait_for_selector("figcaption:has-text('learner-profiles'), figcaption:has-text('Profiles')", timeout=60_000)
    values = api.open(doses.log.parent / "doses").table("depth", years=3)
    values = values[(values["practice"] == "learner-profiles") & (values["district"] == "all")]
    page.select_option("#one select", "coaches=1.5")
    page.locator("#one input").last.fill("2")
    page.click("#replay")
    page.wait_for_selector("#world .status:has-text('replicate 2'):has-text('(month 35)')", timeout=60_000)
    one = values[(values["cell"] == "coaches=1.5") & (values["replicate"] == 2)]["value"].iloc[0]
    assert float(page.inner_text('dd[data-outcome="depth"]').removesuffix("%")) == pytest.approx(100 * one, abs=0.5)


def test_a_chart_comes_down_with_caption_words_and_numbers(doses, opened, tmp_path):
    """The numbers are those of the command that the page shows, byte for byte."""
    page = looked(opened, doses)
    page.select_option("#results select:has(option[value=levers])", "levers")
    page.wait_for_selector("#results figure + p + details + p code:has-text('levers')", timeout=60_000)
    for word, name in (("Download numbers", "levers.csv"), ("Download caption and words", "levers.txt"),
                       ("Download PNG", "levers.png")):  # fmt: skip
        with page.expect_download() as down:
            page.click(f"text={word}")
        down.value.save_as(tmp_path / name)
    shown = page.locator("#results figure + p + details + p code").inner_text()
    command(doses.log.parent, f"{shown} --out {tmp_path / 'again.png'}")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "levers.csv").read_bytes()
    words = (tmp_path / "levers.txt").read_text(encoding="utf-8")
    assert page.get_attribute("#results figure img", "alt") in words
    assert page.inner_text("#results figcaption") in words
    assert shown in words
    assert (tmp_path / "levers.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [1280, 400])
def test_everybody_can_use_results(doses, opened, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = looked(opened, doses, width)
    page.click("#write")
    page.wait_for_selector("#memo .answer", timeout=60_000)
    found = axe.run(page).response["violations"]
    grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
    assert grave == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "chance" in page.inner_text("#results .layer").lower()


def test_dots_are_drawn_again_for_a_screen_that_is_turned(doses, opened):
    """Catches a picture that shrinks with its letters."""
    page = looked(opened, doses)
    assert page.evaluate("document.querySelector('.dots').viewBox.baseVal.width") == 900
    page.set_viewport_size({"width": 400, "height": 900})
    page.wait_for_selector(".dots:not([viewBox^='0 0 900 '])")
    assert page.evaluate("document.querySelector('.dots').viewBox.baseVal.width") < 400


def test_hostile_results_stay_inert(evil, opened, tmp_path):
    """A title that is markup, a spreadsheet's formula and a path is text on the page, in the memo and in the chart."""
    page = looked(opened, evil)
    assert page.inner_text("#title").startswith("<script>")
    assert page.locator("img[src=x]").count() == 0
    page.locator("#results .question input").fill(HOSTILE[:300])
    page.click("#write")
    page.wait_for_selector("#memo .answer", timeout=60_000)
    assert page.locator("#memo img").count() == 0
    for word, name in (("Download memo.html", "memo.html"), ("Download SVG", "chart.svg")):
        with page.expect_download() as down:
            page.click(f"text={word}")
        assert "/" not in down.value.suggested_filename
        down.value.save_as(tmp_path / name)
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "<script>document" not in text
        assert "<img src=x" not in text
    with page.expect_download() as down:
        page.click("text=Download memo-numbers.csv")
    down.value.save_as(tmp_path / "numbers.csv")
    rows = (tmp_path / "numbers.csv").read_text(encoding="utf-8").splitlines()
    assert not [row for row in rows if row.startswith(("=", "+", "@"))]
    assert page.evaluate("document.title") != "broken"


@pytest.mark.parametrize(("ask", "step"), [("points", 5), ("compare", 5), ("chart", 10), ("memo", 10), ("begin", 5),
                                           *(pytest.param(ask, 1, marks=pytest.mark.slow)
                                             for ask in ("points", "compare", "chart", "memo", "begin"))])  # fmt: skip
def test_odd_questions_about_results_never_break_the_server(doses, ask, step):
    """The same as of a scenario (``test_server``), where there are results to ask about."""
    good = {**GOOD, "year": 3, "place": "all", "practice": None, "cells": [], "baseline": None, "question": "How far?",
            "format": "html", "cell": "coaches=0", "kind": "levers"}  # fmt: skip
    names = ("outcome", "year", "place", "practice", "cells", "baseline", "format", "kind", "cell", "draw", "question")
    odd_questions(doses, ask, good, names, step)


def test_a_memo_that_cannot_be_written_is_told(doses):
    """In the words of the command line."""
    for change, words in (({"format": "odt"}, "expected html, pdf, docx"),
                          ({"outcome": "dept"}, "did you mean `depth`"),
                          ({"cells": ["coaches=0"]}, "is what options are compared with")):  # fmt: skip
        body = {"question": "How far?", "outcome": "depth", "format": "html", **change}
        status, text, _ = asked(doses, path=f"/{doses.token}/ask/memo", body=json.dumps(body))
        assert status == 422
        assert words in json.loads(text)["problem"]


@pytest.mark.parametrize(("value", "said"), [(-18e6, "−$18M"), (18e6, "$18M"), (-420.0, "−$420"), (-0.2, "$0"),
                                             (-1.5e9, "−$1.5bn")])  # fmt: skip
def test_money_below_zero_has_its_sign_before_the_dollar(value, said):
    assert money(value) == said


def test_axes_have_the_same_sign(doses, opened):
    """The page's own ticks."""
    page = looked(opened, doses)
    told = page.evaluate("import('./draw.js').then((m) => [-18e6, 18e6, -420].map((v) => m.tick(v, '$')))")
    assert told == ["−$18M", "$18M", "−$420"]


STOPPED = """
import os, signal, sys
import simdiff.cli.explore as explore
import simdiff.explore.server as server
from simdiff.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background of a shell are deaf to it

def stop(*given, **named):
    os.kill(os.getpid(), signal.SIGINT)

if sys.argv.pop(1) == "compiling":
    explore.is_compiled, server.simulate = (lambda: False), stop
else:
    explore.load_or_none = stop
main()
"""


@pytest.mark.parametrize("moment", ["compiling", "reading"])
def test_stopped_before_the_page_is_there_is_interrupted(moment, tmp_path):
    """While the model is compiled, or the scenario read, Ctrl-C ends the command as it ends any other; once the address
    is told, it is how a page is closed (``conftest`` expects 0 of every served page)."""
    (tmp_path / "small.yaml").write_text(SMALL.format(title="Small", practice="Paths"), encoding="utf-8")
    words = [sys.executable, "-c", STOPPED, moment, "explore", "small.yaml", "--no-browser"]
    run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 130
    assert run.stderr.endswith("stopped before the page was there\n")
    assert "Traceback" not in run.stderr
    assert run.stdout == ""
