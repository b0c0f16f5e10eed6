"""Memos: sentences that cannot overclaim, numbers that all trace to a row, files that carry their story, audits."""

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from small_results import SWEEP, run_pair, sweep_pair, write_pair

from simdiff.analysis.briefing import brief
from simdiff.analysis.claims import Claim
from simdiff.analysis.contrasts import A_ABOVE, B_ABOVE, DISAGREE, SAME, Contrast, Estimate, judged
from simdiff.analysis.levels import Side
from simdiff.analysis.matched import Asked, CompareError
from simdiff.analysis.results_of import read_results
from simdiff.analysis.sensitivity import Estimate as Interval95
from simdiff.report.memo import reasons, rules
from simdiff.report.memo.audit import audit
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.files import WRITERS, memo_bytes, read_memo_story, story_of_memo
from simdiff.report.memo.pieces import (
    Code,
    Ledger,
    Memo,
    Number,
    Paragraph,
    Picture,
    Points,
    Table,
    Words,
    text_of,
)
from simdiff.report.memo.seen import STORY, seen_in
from simdiff.report.memo.speaker import Speaker
from simdiff.report.story import StoryError, checksum

OVERCLAIMS = re.compile(r"\b(better|best|proves?|significant|will|optimal|guarantee\w*|always|never)\b", re.I)
WISH = Wish("How far would it spread?", Asked(), "simdiff memo results")


def sentences(memo: Memo) -> Iterator[Words]:
    """Every run of words in a memo."""
    yield memo.lead
    for section in memo.sections:
        for block in section.blocks:
            match block:
                case Paragraph():
                    yield block.words
                case Points():
                    yield from block.points
                case Table():
                    yield from (block.caption, *block.heads, *(cell for row in block.rows for cell in row))
                case Picture() | Code():
                    pass


@pytest.fixture(scope="module")
def factorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small factorial with parameter draws."""
    folder = tmp_path_factory.mktemp("factorial")
    write_pair(folder)
    return sweep_pair(folder, """\
format: 1
name: pairs
title: Goals and talent
question: Which of the two adds more?
scenarios: {ends: {scenario: pair.yaml, title: No policy, set: {policy: null}}}
factors:
  goals: {title: Goals, on: {policy.goals: {goals: 0.9}}}
  talent: {title: Talent, on: {policy.talent.coaching: {per_100_teachers: 3.0}}}
design: {kind: factorial}
replicates: 2
draws: 5
""")  # fmt: skip


@pytest.fixture(params=["run_folder", "drawn_folder", "sweep_folder", "factorial"])
def memo(request: pytest.FixtureRequest) -> Memo:
    return write_memo(read_results(request.getfixturevalue(request.param)), WISH)


# ----- sentences


def test_literals_hold_no_digit_and_every_number_is_a_row(memo: Memo) -> None:
    rows = {fact.id: fact for fact in memo.facts}
    used = set()
    for words in sentences(memo):
        for piece in words:
            assert not (isinstance(piece, str) and re.search(r"\d", piece)), piece
            if isinstance(piece, Number):
                assert rows[piece.id].shown == piece.shown
                used.add(piece.id)
    assert used == set(rows), "a row that no sentence shows"


def test_what_is_shown_is_the_value_rounded(memo: Memo) -> None:
    scale = {"%": 100, " points": 100}
    checked = 0
    for fact in memo.facts:
        found = re.fullmatch(r"(\$?)([+-]?[\d,.]+)(%|M|k| points)?", fact.shown)
        if found and isinstance(fact.value, float) and math.isfinite(fact.value):
            factor = {"M": 1e-6, "k": 1e-3}.get(found[3] or "", scale.get(found[3] or "", 1))
            if fact.unit.startswith("share") and not found[3]:
                factor = 100  # an end of an interval in points
            said, digits = float(found[2].replace(",", "")), len(found[2].partition(".")[2])
            assert said == pytest.approx(fact.value * factor, abs=0.5001 * 10.0**-digits), fact
            checked += 1
    assert checked > 8


def test_nothing_is_called_better(memo: Memo) -> None:
    for words in sentences(memo):
        literal = "".join(piece for piece in words if isinstance(piece, str))
        assert not OVERCLAIMS.search(literal), literal


def test_every_section_is_there(memo: Memo) -> None:
    headings = [section.heading for section in memo.sections]
    assert headings[:2] == ["Question", "Answer"]
    assert headings[3:] == ["What drives it", "Who is left behind", "Cost",
                            "What was assumed, and what could flip it", "Limits", "How to reproduce"]  # fmt: skip


ESTIMATE = Estimate(0.1, 0.1, 0.05, 0.15, 0.04, 0.2, 0.95, 0.001, 0.96, 0.975, 400, 40, 1.0, 0.0, 0.0)
"""A mean difference of 10 points, ahead in 96 % of worlds and 97.5 % of draws."""


@pytest.fixture(scope="module")
def said(factorial: Path) -> Speaker:
    results = read_results(factorial)
    return Speaker(brief(results, results.source.rows(), Asked()), Ledger(), {"a": "Plan A", "b": "Plan B"}, {}, ("x",))


def contrast(verdict: Any = SAME, why: str = "", whole: Estimate = ESTIMATE) -> Contrast:
    return Contrast("depth", "a", "b", whole, (whole,), ("as it is",), 0.001, verdict, why)


def test_ahead_is_said_of_a_firm_verdict_only(said: Speaker) -> None:
    firm = text_of(rules.verdict(said, contrast(A_ABOVE), "depth"))
    assert firm == ("The first is ahead in depth: mean difference +10 points (+4.0 to +20), in 96% of matched worlds "
                    "and 98% of parameter draws. ")  # fmt: skip
    behind = replace(ESTIMATE, mean=-0.1, parameters_low=-0.2, parameters_high=-0.04, above=0.04, draws_above=0.025)
    assert text_of(rules.verdict(said, contrast(B_ABOVE, whole=behind), "depth")).startswith(
        "The first is behind in depth: mean difference −10 points (−20 to −4.0), in 96% of matched worlds"
    )
    for verdict, why in ((SAME, "parameters"), (SAME, "chance"), (SAME, "many comparisons"), (SAME, "too few draws"),
                         (SAME, "most worlds"), (SAME, "defined in 30%"), (SAME, "firm under 1 of 2 structures"),
                         (DISAGREE, "A above B under 1 of 2")):  # fmt: skip
        told = text_of(rules.verdict(said, contrast(verdict, why), "depth"))
        assert "The first is" not in told
        assert "cannot be told apart" in told or "no claim is made" in told


def test_an_interval_that_crosses_zero_is_never_firm(said: Speaker) -> None:
    crossing = replace(ESTIMATE, parameters_low=-0.01)
    one = judged(Contrast("depth", "a", "b", crossing, (crossing,), ("as it is",), 0.001), 0.95)
    assert "cannot be told apart" in text_of(rules.verdict(said, one, "depth"))
    assert "includes zero" in text_of(rules.verdict(said, one, "depth"))


def test_shares_never_round_to_all_or_none() -> None:
    book = Ledger()
    shown = [book.part(value, "x").shown for value in (0.0, 0.0004, 0.5, 0.9996, 1.0)]
    assert shown == ["0%", "<1%", "50%", ">99%", "100%"]


def test_an_end_that_rounds_to_zero_keeps_its_side() -> None:
    book = Ledger()
    shown = [book.end(value, "share of teaching", "x").shown for value in (0.00001, -0.00001, 0.0, 0.04)]
    assert shown == [">0", "<0", "0", "+4.0"]


def test_the_equity_gap_says_who_is_behind(said: Speaker) -> None:
    found = said.found
    for mean, sign, words in ((0.02, 1, "schools with more low-income pupils are behind on average"),
                              (-0.02, -1, "schools with fewer low-income pupils are behind on average"),
                              (0.02, 0, "which of the two is behind is open"),
                              (0.0001, 1, "which of the two is behind is open")):  # fmt: skip
        behind = Side(replace(ESTIMATE, mean=mean, parameters_low=0.01, parameters_high=0.05), sign, "")
        told = text_of(rules.gap(replace(said, found=replace(found, gap=None, behind=behind))))
        assert words in told
        assert "(95% of the draws’ own means: +1.0 to +5.0)" in told, (
            "what was judged is the mean, with its own interval"
        )


def test_few_worlds_are_told_and_show_no_one_behind(tmp_path: Path) -> None:
    """One world has no range, and nobody in it is said to be behind."""
    write_pair(tmp_path)
    memo = write_memo(read_results(run_pair(tmp_path, replicates=1)), WISH)
    text = " ".join(text_of(words) for words in sentences(memo))
    assert "(one world)" in text
    assert "it says nothing of what is likely" in text
    assert " to " not in text_of(next(b for b in memo.sections[1].blocks if isinstance(b, Paragraph)).words)
    assert "which of the two is behind is open" in text


def test_a_difference_of_one_world_or_of_none_is_never_firm(said: Speaker) -> None:
    one = judged(contrast(whole=replace(ESTIMATE, worlds=1, draws=1, p=1.0)), 0.95)
    assert "is of one world, which tells nothing of chance" in text_of(rules.verdict(said, one, "depth"))
    none = contrast(why="never run in the same world", whole=replace(ESTIMATE, worlds=0))
    assert "not known in any world" in text_of(rules.verdict(said, none, "depth"))


def test_no_claim_is_made_that_the_comparison_does_not_make(said: Speaker) -> None:
    """A claim over draws is told only where the pair is firm among all comparisons."""
    comparison = said.found.comparison
    assert comparison is not None
    pair = comparison.outcomes[0].contrasts[0]
    one = Claim(pair.first, pair.second, Interval95(0.1, 0.05, 0.15), 0.01, 0.2, Interval95(0.9, 0.8, 1.0), (), 12)
    for verdict, words in ((SAME, "is open"), (A_ABOVE, "was found at which it fails")):
        outcome = replace(comparison.outcomes[0], contrasts=(replace(pair, verdict=verdict),))
        found = replace(said.found, comparison=replace(comparison, outcomes=(outcome,)))
        assert words in text_of(reasons._claim(replace(said, found=found), one))


def test_where_is_said(sweep_folder: Path) -> None:
    memo = write_memo(read_results(sweep_folder), Wish("Q?", Asked(place="north"), ""))
    assert " in North is " in " ".join(text_of(words) for words in sentences(memo))


def test_singles_of_several_levels_can_be_told_of(tmp_path: Path) -> None:
    """One at a time, with more than one level of a factor: no pair of levels has a cell of its own."""
    write_pair(tmp_path)
    folder = sweep_pair(tmp_path, """\
format: 1
name: singles
title: Singles
scenarios: {ends: pair.yaml}
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, values: [0.5, 1]}
  goals: {path: policy.goals.goals, values: [0, 0.4]}
design: {kind: one-at-a-time}
replicates: 2
""")  # fmt: skip
    memo = write_memo(read_results(folder), WISH)
    assert [section.heading for section in memo.sections][3] == "What drives it"


def test_what_is_believed_is_no_part_of_an_option(tmp_path: Path) -> None:
    write_pair(tmp_path)
    folder = sweep_pair(tmp_path, SWEEP.replace("  support:", """\
  contagion:
    levels: {logit: {structure.contagion: logit}, threshold: {structure.contagion: threshold}}
  support:""").replace("replicates: 6", "replicates: 2"))  # fmt: skip
    memo = write_memo(read_results(folder), WISH)
    table = next(block for section in memo.sections for block in section.blocks if isinstance(block, Table))
    assert {text_of(row[0]) for row in table.rows} == {"ends", "goes-on", "none"}


def test_a_run_says_that_nothing_was_compared(run_folder: Path) -> None:
    text = " ".join(text_of(words) for words in sentences(write_memo(read_results(run_folder), WISH)))
    assert "One option was run, so this memo says nothing of what would have happened without it." in text
    assert "ahead" not in text
    assert "chance alone, at one set of parameters" in text


def test_levels_are_those_of_the_run(run_folder: Path) -> None:
    """The same medians and ranges as the table that ``simdiff run`` writes."""
    with (run_folder / "summary.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["district"] == "all" and row["year"] == "3"]
    memo = write_memo(read_results(run_folder), WISH)
    for outcome in ("depth", "spread", "cost"):
        row = next(row for row in rows if row["outcome"] == outcome)
        for what, column in (("median", "median"), ("5 % of chance:", "chance_05"), ("95 % of chance:", "chance_95")):
            found = [fact for fact in memo.facts if fact.what == f"{what} {outcome}, pair, year 3"]
            assert found
            assert {fact.value for fact in found} == {float(row[column])}


def test_names_are_titles_of_the_file(factorial: Path) -> None:
    memo = write_memo(read_results(factorial), WISH)
    table = next(block for section in memo.sections for block in section.blocks if isinstance(block, Table))
    assert {text_of(row[0]) for row in table.rows} == {"No policy", "Goals", "Talent", "Goals + Talent"}


def test_what_is_asked_is_told_of(sweep_folder: Path) -> None:
    asked = Asked(("spread",), 2, "north", None, ("support=none", "support=goes-on"), "support=none")
    memo = write_memo(read_results(sweep_folder), Wish("Q?", asked, ""))
    text = " ".join(text_of(words) for words in sentences(memo))
    assert "spread of personal-learning-paths in North is" in text
    assert "at the end of year 2" in text
    assert "simulated districts" not in text, "one district was asked for"


@pytest.mark.parametrize(("asked", "words"), [
    (Asked(("dept",)), "did you mean `depth`"), (Asked(cells=("support=non",)), "did you mean `support=none`"),
    (Asked(("depth", "spread")), "one outcome"), (Asked(year=9), "--year"), (Asked(baseline="x"), "--baseline"),
])  # fmt: skip
def test_what_is_not_there_is_refused(sweep_folder: Path, asked: Asked, words: str) -> None:
    with pytest.raises(CompareError, match=words):
        write_memo(read_results(sweep_folder), Wish("Q?", asked, ""))


def test_a_memo_needs_a_question(sweep_folder: Path) -> None:
    with pytest.raises(CompareError, match="--question"):
        write_memo(read_results(sweep_folder), Wish("", Asked(), ""))


# ----- files


def written(folder: Path, out: Path, wish: Wish = WISH) -> dict[str, Path]:
    """A memo in every format, in ``out``."""
    results = read_results(folder)
    memo = write_memo(results, wish)
    story = story_of_memo(memo, results, wish)
    paths = {}
    for suffix in WRITERS:
        paths[suffix] = out / f"memo.{suffix}"
        paths[suffix].write_bytes(memo_bytes(memo, story, suffix))
    return paths


@pytest.fixture(scope="module")
def files(factorial: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return written(factorial, tmp_path_factory.mktemp("memo"))


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_an_audit_of_what_was_written_finds_nothing(factorial: Path, files: dict[str, Path], suffix: str) -> None:
    found = audit(files[suffix], read_memo_story(files[suffix]), read_results(factorial))
    assert found.differs == ()
    assert found.whole
    assert found.numbers > 40


def changed_digit(text: str) -> str:
    """Text with its last digit raised by one."""
    at = max(n for n, letter in enumerate(text) if letter.isdigit())
    return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]


def test_every_edited_number_is_seen_in_html(files: dict[str, Path]) -> None:
    content = files["html"].read_text(encoding="utf-8")
    then = seen_in(content.encode(), "html")
    numbers = list(re.finditer(r"<data [^>]*>([^<]*\d[^<]*)</data>", content))
    assert len(numbers) > 60
    for one in numbers:
        edited = content[: one.start(1)] + changed_digit(one[1]) + content[one.end(1) :]
        assert seen_in(edited.encode(), "html").words != then.words, one[0]


def docx_with(content: bytes, name: str, change: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for one in old.namelist():
            new.writestr(one, change(old.read(one)) if one == name else old.read(one))
    return buffer.getvalue()


def test_an_edited_digit_is_found_in_each_format(factorial: Path, files: dict[str, Path], tmp_path: Path) -> None:
    results = read_results(factorial)
    memo = write_memo(results, WISH)
    story = read_memo_story(files["pdf"])
    shown = next(fact.shown for fact in memo.facts if fact.what.startswith("median depth"))
    wrong = changed_digit(shown)

    def pieces(words: Words) -> Words:
        return tuple(replace(p, shown=wrong) if isinstance(p, Number) and p.shown == shown else p for p in words)

    answer = memo.sections[1]
    edited = replace(answer, blocks=tuple(replace(b, words=pieces(b.words)) if isinstance(b, Paragraph) else b
                                          for b in answer.blocks))  # fmt: skip
    wrong_memo = replace(memo, sections=(memo.sections[0], edited, *memo.sections[2:]))
    for suffix in WRITERS:
        path = tmp_path / f"memo.{suffix}"
        path.write_bytes(memo_bytes(wrong_memo, story, suffix))
        found = audit(path, read_memo_story(path), results)
        assert any(wrong in line and shown in line and line.startswith("text: ") for line in found.differs), suffix


def test_an_edited_story_is_found(factorial: Path, files: dict[str, Path], tmp_path: Path) -> None:
    """Even with its checksum made to fit: the number is derived again."""
    text = files["html"].read_text(encoding="utf-8")
    head, told = re.search(r'(<script type="application/json" id="simdiff-story">)(.*)</script>', text).groups()  # type: ignore[union-attr]
    story = json.loads(told)
    story["numbers"][3]["value"] = 0.123
    story["checksum"] = checksum(story)
    path = tmp_path / "memo.html"
    path.write_text(text.replace(head + told, head + json.dumps(story).replace("<", "\\u003c")), encoding="utf-8")
    found = audit(path, read_memo_story(path), read_results(factorial))
    assert any(line.startswith("number n4 ") and "0.123" in line for line in found.differs)


def test_who_says_that_another_version_wrote_it_is_not_believed(
    factorial: Path, files: dict[str, Path], tmp_path: Path
) -> None:
    """A style can show another number, and the file can say of itself that other libraries drew it."""
    text = files["html"].read_text(encoding="utf-8")
    head, told = re.search(r'(<script type="application/json" id="simdiff-story">)(.*)</script>', text).groups()  # type: ignore[union-attr]
    story = json.loads(told)
    story["drawn_with"]["pillow"] = "11"
    story["checksum"] = checksum(story)
    forged = text.replace(head + told, head + json.dumps(story).replace("<", "\\u003c"))
    path = tmp_path / "memo.html"
    path.write_text(forged.replace("</style>", 'data::after { content: "87%"; }</style>'), encoding="utf-8")
    (line,) = audit(path, read_memo_story(path), read_results(factorial)).differs
    assert "cannot be vouched for" in line


def test_an_edited_table_beside_is_found(factorial: Path, files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "memo.html"
    path.write_bytes(files["html"].read_bytes())
    content = write_memo(read_results(factorial), WISH).csv()
    (tmp_path / "memo-numbers.csv").write_bytes(content)
    assert audit(path, read_memo_story(path), read_results(factorial)).differs == ()
    (tmp_path / "memo-numbers.csv").write_bytes(changed_digit(content.decode()).encode())
    (line,) = audit(path, read_memo_story(path), read_results(factorial)).differs
    assert line.startswith("table: ")


def test_another_picture_is_found(factorial: Path, files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "memo.docx"
    path.write_bytes(docx_with(files["docx"].read_bytes(), "word/media/image1.png", lambda png: png[:-20] + bytes(20)))
    (line,) = audit(path, read_memo_story(path), read_results(factorial)).differs
    assert line.startswith("picture: ")


def test_other_results_are_found(run_folder: Path, drawn_folder: Path, tmp_path: Path) -> None:
    path = written(run_folder, tmp_path)["html"]
    found = audit(path, read_memo_story(path), read_results(drawn_folder))
    assert any(line.startswith("results: the memo is of ") for line in found.differs)


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_the_same_memo_is_the_same_file(factorial: Path, files: dict[str, Path], suffix: str, tmp_path: Path) -> None:
    assert written(factorial, tmp_path)[suffix].read_bytes() == files[suffix].read_bytes()


@pytest.mark.parametrize(("name", "content"), [
    ("a.html", b"<html><body>hello</body></html>"), ("b.docx", b"not a zip"), ("c.pdf", b"%PDF-1.4 broken"),
    ("d.txt", b"x"), ("e.html", b'<script type="application/json" id="simdiff-story">{"program": 1}</script>'),
    ("f.html", b'<script type="application/json" id="simdiff-story">' + b"[" * 100_000 + b"</script>"),
    ("g.html", b"\xff\xfe\x00"), ("h.pdf", b""),
])  # fmt: skip
def test_what_is_no_memo_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StoryError, match=re.escape(str(tmp_path / name))):
        read_memo_story(tmp_path / name)


def test_entities_are_refused(files: dict[str, Path], tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><story>&b;</story>'
    path = tmp_path / "memo.docx"
    path.write_bytes(docx_with(files["docx"].read_bytes(), STORY.removeprefix("/"), lambda xml: bomb))
    with pytest.raises(StoryError, match="entities"):
        read_memo_story(path)


# ----- who reads them


def test_html_stands_alone(files: dict[str, Path]) -> None:
    text = files["html"].read_text(encoding="utf-8")
    shown = text.partition('<script type="application/json"')[0]
    assert "default-src 'none'" in shown
    assert not re.search(r"""(src|href)=["'](?!data:)""", shown), "something would be fetched"
    assert text.count("<script") == 1
    assert '<html lang="en">' in shown
    assert shown.count("<h1>") == 1
    assert re.search(r'<img alt="[^"]{40,}"', shown)
    assert '<th scope="col">' in shown
    assert '<th scope="row">' in shown


def test_pdf_is_tagged_and_on_two_pages(files: dict[str, Path]) -> None:
    reader = PdfReader(files["pdf"])
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert len(reader.pages) <= 2
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
    kinds, alts = set(), []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, dict):
            kinds.add(str(node.get("/S")))
            alts.extend([str(node["/Alt"])] if "/Alt" in node else [])
            walk(node["/K"]) if "/K" in node else None
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure", "/Caption"} <= kinds
    assert any(len(alt) > 40 for alt in alts)


def test_word_file_has_headings_table_head_and_alternative_text(files: dict[str, Path]) -> None:
    import docx

    document = docx.Document(str(files["docx"]))
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles.count("Heading 1") == 1
    assert styles.count("Heading 2") == 9
    xml = zipfile.ZipFile(files["docx"]).read("word/document.xml").decode()
    assert "<w:tblHeader" in xml
    assert re.search(r'descr="[^"]{40,}"', xml)
    assert document.core_properties.language == "en"


HOSTILE = "<script>alert(1)</script> =cmd|' /C calc'!A0 $x^2$ ../../etc #let x=1 {{7*7}} 🎒 " + "long " * 60


def test_hostile_names_are_inert(tmp_path: Path) -> None:
    title = json.dumps(HOSTILE[:118], ensure_ascii=False)
    write_pair(tmp_path, title=title, north=title)
    sweep = SWEEP.replace("title: Three policies", f"title: {title}")
    folder = sweep_pair(tmp_path, sweep)
    paths = written(folder, tmp_path, Wish(HOSTILE, Asked(), "simdiff memo x"))
    text = paths["html"].read_text(encoding="utf-8")
    assert text.count("<script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    seen = " ".join(seen_in(paths["pdf"].read_bytes(), "pdf").words)
    assert "<script>alert(1)</script> =cmd|" in seen
    assert "$x^2$" in seen
    assert "#let x=1 {{7*7}}" in seen
    assert "<script>alert(1)</script> =cmd|" in " ".join(seen_in(paths["docx"].read_bytes(), "docx").words)
    memo = write_memo(read_results(folder), Wish(HOSTILE, Asked(), ""))
    for row in csv.reader(io.StringIO(memo.csv().decode())):
        assert not any(cell.startswith(("=", "@", "\t")) for cell in row)
    assert audit(paths["html"], read_memo_story(paths["html"]), read_results(folder)).whole
