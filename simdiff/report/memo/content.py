"""A memo put together: its sections, its one table and its one chart, from a briefing."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simdiff.analysis.briefing import Briefing, brief
from simdiff.analysis.contrasts import A_ABOVE, B_ABOVE, Contrast
from simdiff.analysis.direction import DIRECTIONS
from simdiff.analysis.matched import Asked, CompareError, options_of
from simdiff.analysis.results import Results
from simdiff.register import FINAL_OUTCOMES
from simdiff.report.asked import Asked as AskedChart
from simdiff.report.asked import ChartError
from simdiff.report.charts import PRINT, plain
from simdiff.report.figure import Chart
from simdiff.report.kinds import KINDS
from simdiff.report.kinds.comparison import draw_differences
from simdiff.report.memo import money, order, reasons, rules
from simdiff.report.memo.assumed import assumed, limits
from simdiff.report.memo.labels import labels_of, titles_of
from simdiff.report.memo.nouns import gloss_of
from simdiff.report.memo.pieces import (
    Code,
    Ledger,
    Memo,
    Name,
    Paragraph,
    Picture,
    Points,
    Section,
    Table,
    Words,
)
from simdiff.report.memo.ranges import firmness, ranges
from simdiff.report.memo.speaker import Speaker
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import BY_NAME
from simdiff.study.cells import practices_of, scenario_of

LONGEST_QUESTION = 400
UNREAD = "No program reads this question: what follows are the figures that bear on it."
FINAL = {outcome.name for outcome in FINAL_OUTCOMES}
LONGEST_COMMAND = 4_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a memo is asked: the ``question`` in the user's words (empty: the experiment's own), which figures
    (``asked``, at most one outcome), the command that writes it, and the ``folder`` of the results, as readers are
    told it (empty: the one that the memo lies in)."""

    question: str
    asked: Asked
    command: str
    folder: str = ""

    def said(self) -> dict[str, Any]:
        """As plain data."""
        asked = {name: getattr(self.asked, name) for name in self.asked.__slots__}
        return {"question": self.question, "command": self.command, "folder": self.folder, **asked}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Wish":
        """Back from plain data. Raises TypeError or KeyError if it is none."""
        asked: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                                 for name, value in said.items()
                                 if name not in ("question", "command", "folder")}  # fmt: skip
        return cls(str(said["question"]), Asked(**asked), str(said["command"]), str(said["folder"]))


def write_memo(results: Results, wish: Wish) -> Memo:
    """The memo that answers a question from finished runs.

    Raises CompareError for what is asked and is not there.
    """
    if len(wish.asked.outcomes) > 1:
        raise CompareError("--outcome: a memo tells of one outcome, expected it once")
    question = plain(wish.question or results.plan.experiment.question or "", LONGEST_QUESTION)
    if not question:
        raise CompareError('--question: expected the question that the memo answers, such as --question "How far …?"')
    found = brief(results, results.source.rows(), wish.asked)
    book = Ledger()
    options = {name: next(iter(cells.values())) for name, cells in options_of(results.plan).items()}
    experiment = results.plan.experiment
    practices = tuple(practices_of(scenario_of(options[found.headline].text)))
    said = Speaker(found, book, labels_of(experiment, options), titles_of(experiment), practices)
    sections = [
        _section(book, "Question", lambda: [Paragraph((Name(question),)), Paragraph((UNREAD,))]),
        _section(book, "Answer", lambda: _answer(said, results)),
        _section(book, "The options" if found.comparison else "How it stands", lambda: _options(said, results)),
        _section(book, "What drives it", lambda: [Points(tuple(reasons.drivers(said)))]),
        _section(book, "Who is left behind", lambda: [Paragraph(rules.gap(said) + rules.places(said))]),
        _section(book, "Cost", lambda: [Paragraph(money.cost(said))]),
        _section(book, "What was assumed, and what could flip it",
                 lambda: [Points(tuple(assumed(said, results) + reasons.hangs_on(said)))]),
        _section(book, "Limits", lambda: [Points(tuple(limits(said)))]),
        _section(book, "How to reproduce", lambda: _reproduce(book, results, wish)),
    ]  # fmt: skip
    return Memo(plain(results.title, 160), (CAVEAT,), tuple(sections), tuple(book.facts))


def _section(book: Ledger, heading: str, blocks: Any) -> Section:
    book.section = heading
    return Section(heading, tuple(blocks()))


def _answer(said: Speaker, results: Results) -> list[Any]:
    """The answer with its range, the verdict, what is known of the order, how long it lasts."""
    found = said.found
    meaning = gloss_of(found.outcome)
    words: Words = (Name(f"{results.partial} "),) if results.partial else ()
    words += rules.stands(said)
    pair = found.against_baseline().get(found.headline)
    words += firmness(said)
    if pair is not None:
        words += rules.compared(said, pair) + order.top(said)
    words += rules.lasts(said)
    blocks: list[Any] = [Paragraph(words, strong=True)]
    gloss: Words = (BY_NAME[found.outcome].title, ": ", Name(meaning), ". ") if meaning else ()
    direction = DIRECTIONS[found.outcome]
    if pair is not None and direction.sign < 0 and direction.even is None:
        gloss += ("An option is ahead if it has less of it. ",)
    return [*blocks, Paragraph(gloss + ranges(said, results))]


def _options(said: Speaker, results: Results) -> list[Any]:
    """The table of options, and the chart."""
    found = said.found
    columns = _columns(found)
    pairs = found.against_baseline()
    heads: list[Words] = [("Option",), *((BY_NAME[name].title,) for name in columns)]
    if pairs:
        what = BY_NAME[found.outcome].title if DIRECTIONS[found.outcome].even is None else "Distance from even"
        heads += [(f"{what} minus the baseline’s",), ("Told apart?",)]
    rows = []
    for option in found.shown:
        row: list[Words] = [(said.label(option),), *(said.level(option, name) for name in columns)]
        if pairs:
            pair = pairs.get(option)
            row += [said.difference(pair, found.outcome), _told(said, pair)] if pair else [("–",), ("baseline",)]
        rows.append(tuple(row))
    caption: Words = ("At the end of year ", said.year(), *said.where, *_not_shown(said))
    return [Table(caption, tuple(heads), tuple(rows)), Picture(_chart(said, results))]


def _columns(found: Briefing) -> list[str]:
    """The outcomes of the table: what is asked about, how far, how deep or for how long, and the cost."""
    told = [name for name in ("depth", "spread", "sustained") if name != found.outcome]
    columns = dict.fromkeys([found.outcome, *(told if found.outcome == "cost" else told[:2]), "cost"])
    return [name for name in columns if name in found.levels[found.headline]]


def _not_shown(said: Speaker) -> Words:
    """How many options are not in the table, and how those in it were chosen."""
    found = said.found
    rest = len(found.options) - len(found.shown)
    if not rest:
        return ()
    shown = "those asked for and the baseline"
    if not found.asked.cells:
        shown = f"first those that nothing is firmly {said.over}, then the frontier of cost, then by the mean"
    return (f"; shown are {shown}; ", *said.several(rest, "more option", "options not shown"),
            f" {'is' if rest == 1 else 'are'} in the results")  # fmt: skip


def _told(said: Speaker, pair: Contrast) -> Words:
    return ({A_ABOVE: said.up, B_ABOVE: said.down}.get(pair.verdict, pair.verdict),)


def _chart(said: Speaker, results: Results) -> Chart:
    """One chart: the options of the table less the baseline; of a single run, adoption over time."""
    found = said.found
    if found.comparison is not None:
        return draw_differences(results, found.comparison, PRINT, said.labels, found.shown)
    course = () if found.outcome in FINAL else (found.outcome,)
    asked = AskedChart("adoption", course, place=found.asked.place, practice=found.practice)
    try:
        return KINDS[asked.kind].draw(results, asked, PRINT)
    except ChartError as problem:
        raise CompareError(str(problem)) from None


def _reproduce(book: Ledger, results: Results, wish: Wish) -> list[Any]:
    """Commands, and what names the runs."""
    plan = results.plan
    version = dict(plan.versions).get("simdiff", "")
    words: Words = ("Seed ", book.plain(str(plan.experiment.seed), "seed of all luck"), "; runs ",
                    book.plain(results.digest[:12], "digest of what was asked"), "; code ",
                    book.plain(plan.question.code[:12], "digest of the code that made the runs"))  # fmt: skip
    words += (", simdiff ", book.plain(version, "version")) if version else ()
    words += (". Every number of this memo is a row of its table of numbers, which lies in this file; the last "
              "command derives each of them again.",)  # fmt: skip
    audit = f"simdiff audit MEMO --results {shlex.quote(wish.folder)}" if wish.folder else "simdiff audit MEMO"
    return [
        Paragraph(words),
        Code(tuple(plain(one, LONGEST_COMMAND) for one in (results.reproduce, wish.command, audit))),
    ]
