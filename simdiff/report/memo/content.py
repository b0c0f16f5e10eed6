"""A memo put together: its sections, its one table and its one chart, from a briefing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simdiff.analysis.briefing import Briefing, brief
from simdiff.analysis.contrasts import draws_needed
from simdiff.analysis.direction import CENSORED
from simdiff.analysis.matched import Asked, CompareError, options_of
from simdiff.analysis.results import Results
from simdiff.register import PARAMETERS
from simdiff.report.asked import Asked as AskedChart
from simdiff.report.asked import ChartError
from simdiff.report.captions import layer
from simdiff.report.charts import PRINT, plain
from simdiff.report.figure import Chart
from simdiff.report.kinds import KINDS
from simdiff.report.memo import reasons, rules
from simdiff.report.memo.labels import labels_of
from simdiff.report.memo.pieces import Code, Ledger, Memo, Name, Paragraph, Picture, Points, Section, Table, Words
from simdiff.report.memo.speaker import RANGE, Speaker
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import BY_NAME
from simdiff.scenario.posterior import read_posterior
from simdiff.study.draws import parameter_draws
from simdiff.study.plan import Plan

LONGEST_QUESTION = 400
CALIBRATED = "calibrated"
MOST_DRAWN = 16
"""Options that one chart of differences shows at a memo's size."""
WEAK = "A"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a memo is asked: the ``question`` in the user's words (empty: the experiment's own), which figures
    (``asked``, at most one outcome), and the command that writes it."""

    question: str
    asked: Asked
    command: str

    def said(self) -> dict[str, Any]:
        """As plain data."""
        asked = {name: getattr(self.asked, name) for name in self.asked.__slots__}
        return {"question": self.question, "command": self.command, **asked}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Wish":
        """Back from plain data. Raises TypeError or KeyError if it is none."""
        asked: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                                 for name, value in said.items() if name not in ("question", "command")}  # fmt: skip
        return cls(str(said["question"]), Asked(**asked), str(said["command"]))


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
    units = len(results.plan.draws) if len(results.plan.draws) > 1 else max(results.plan.replicates().values())
    said = Speaker(found, book, layer(results, results.plan.cells), units, labels_of(results.plan.experiment, options))
    sections = [
        _section(book, "Question", lambda: [Paragraph((Name(question),))]),
        _section(book, "Answer", lambda: _answer(said, results)),
        _section(book, "The options" if found.comparison else "How it stands", lambda: _options(said, results)),
        _section(book, "What drives it", lambda: [Points(tuple(reasons.drivers(said)))]),
        _section(book, "Who is left behind", lambda: [Paragraph(rules.gap(said) + rules.places(said))]),
        _section(book, "Cost", lambda: [Paragraph(rules.cost(said))]),
        _section(book, "What was assumed, and what could flip it",
                 lambda: [Points(tuple(_assumed(said, results) + reasons.hangs_on(said)))]),
        _section(book, "Limits", lambda: [Points(tuple(_limits(said, results)))]),
        _section(book, "How to reproduce", lambda: _reproduce(book, results, wish)),
    ]  # fmt: skip
    lead: Words = (CAVEAT, " ", *_partial(results))
    return Memo(plain(results.title, 160), lead, tuple(sections), tuple(book.facts))


def _section(book: Ledger, heading: str, blocks: Any) -> Section:
    book.section = heading
    return Section(heading, tuple(blocks()))


def _partial(results: Results) -> Words:
    return (Name(results.partial),) if results.partial else ()


def _answer(said: Speaker, results: Results) -> list[Any]:
    """The answer with its range, the verdict, what is known of the order, how long it lasts."""
    found = said.found
    meaning = BY_NAME[found.outcome].meaning
    words = rules.stands(said)
    pair = found.against_baseline().get(found.headline)
    if pair is not None:
        words += rules.verdict(said, pair, found.outcome) + rules.top(said)
    words += rules.lasts(said)
    blocks: list[Any] = [Paragraph(words, strong=True)]
    gloss: Words = (BY_NAME[found.outcome].title, ": ", meaning, ". " if meaning else "") if meaning else ()
    return [*blocks, Paragraph(gloss + _ranges(said, results))]


def _ranges(said: Speaker, results: Results) -> Words:
    """What the ranges are."""
    book, found = said.book, said.found
    draws, replicates = len(results.plan.draws), max(results.plan.replicates().values())
    if said.units < 2:
        return ("One world at one set of parameters: it says nothing of what is likely. ",)
    words: Words = ("Levels are medians; their ranges hold ", book.part(RANGE, "central part in a range of levels"))
    if draws > 1:
        words += (" of ", book.count(draws, "parameter draws"), " parameter draws")
        each, chance = ("s each", "chance apart") if replicates > 1 else (" each", "and chance")
        words += (" of ", book.count(replicates, "replicates"), f" replicate{each}: what is not known of the "
                  f"parameters, {chance}. ")  # fmt: skip
    else:
        words += (" of ", book.count(replicates, "replicates"), " replicates: chance alone, at one set of parameters. ")
    if said.few:
        words += ("So few do not bound such a range: it is about the range of them all. ",)
    if found.comparison is None:
        return words
    told = book.part(found.comparison.confidence, "confidence of differences")
    which = "of the draws’ own means" if draws > 1 else "of the mean (chance alone)"
    return (*words, "Differences are means over matched worlds, the same luck for every option; their ranges are ",
            told, " ", which, ". ")  # fmt: skip


def _options(said: Speaker, results: Results) -> list[Any]:
    """The table of options, and the chart."""
    found, book = said.found, said.book
    columns = [found.outcome, *(name for name in ("spread", "sustained") if name != found.outcome), "cost"]
    columns = [name for name in columns if name in found.levels[found.headline]]
    pairs = found.against_baseline()
    heads: list[Words] = [("Option",), *((BY_NAME[name].title,) for name in columns)]
    if pairs:
        heads += [(f"{BY_NAME[found.outcome].title}, less ", said.named(found.baseline)), ("Told apart?",)]
    rows = []
    for option in found.shown:
        row: list[Words] = [(said.named(option),), *(said.level(option, name) for name in columns)]
        if pairs:
            pair = pairs.get(option)
            row += [said.difference(pair, found.outcome), _told(pair)] if pair else [("–",), ("baseline",)]
        rows.append(tuple(row))
    rest = len(found.options) - len(found.shown)
    caption: Words = ("At the end of year ", said.year())
    if rest:
        caption += ("; ", book.count(rest, "options not shown"), " more options are in the results")
    return [Table(caption, tuple(heads), tuple(rows)), Picture(_chart(found, results))]


def _told(pair: Any) -> Words:
    return ({"A above B": "ahead", "B above A": "behind"}.get(pair.verdict, pair.verdict),)


def _chart(found: Briefing, results: Results) -> Chart:
    """One chart: every option less the baseline; the levels of those shown, if options are many; of a single run,
    adoption over time."""
    month, confidence = (round(12 * found.year) - 1,), found.asked.confidence
    where, practice = found.asked.place, found.practice
    if found.comparison is None:
        asked = AskedChart("adoption", place=where, practice=practice)
    elif len(found.options) <= MOST_DRAWN:
        asked = AskedChart("differences", (found.outcome,), found.options, where, practice, month,
                           baseline=found.baseline, confidence=confidence)  # fmt: skip
    else:  # a chart of some of them would judge those alone, and might say other than the table
        cells = {cell.name for cell in results.plan.cells}
        asked = AskedChart("levers", (found.outcome,), tuple(name for name in found.shown if name in cells),
                           where, practice, month)  # fmt: skip
    try:
        return KINDS[asked.kind].draw(results, asked, PRINT)
    except ChartError as problem:
        raise CompareError(str(problem)) from None


def _assumed(said: Speaker, results: Results) -> list[Words]:
    """Parameters, structure and beliefs that the answer rests on."""
    book, plan = said.book, results.plan
    draws = len(plan.draws)
    if draws < 2:
        points: list[Words] = [
            ("One set of parameters, the defaults. How strong each lever is has not been measured by anyone: with "
             "other values the answer may be another. Run it with parameter draws.",)
        ]  # fmt: skip
    else:
        names = list(plan.draws[0])
        weak = sum(name in PARAMETERS and PARAMETERS[name].grade == WEAK for name in names)
        points = [(book.count(draws, "parameter draws"), " draws of ", book.count(len(names), "parameters drawn"),
                   " parameters from ", Name(draws_from(plan)), "; ", book.count(weak, "parameters of grade A"),
                   " of them, strengths of levers among these, have no published estimate behind them.")]  # fmt: skip
    comparison = said.found.comparison
    structures = len(comparison.worlds.structures) if comparison else 1
    if structures > 1:
        points.append((book.count(structures, "structures"), " structures of the model; a verdict holds under each."))
    else:
        points.append(("One structure of the model; others were not run.",))
    return points


def draws_from(plan: Plan) -> str:
    """Where a plan's parameter draws come from."""
    draws = list(plan.draws)
    if draws == parameter_draws(plan.experiment.seed, len(draws)):
        return "the declared priors"
    if tuple(draws) == read_posterior(Path(CALIBRATED))[: len(draws)]:
        return "the shipped draws that agree with what studies have measured (calibrated)"
    return "a table of draws"


def _limits(said: Speaker, results: Results) -> list[Words]:
    found, book = said.found, said.book
    points: list[Words] = [
        ("No source measures what any lever does to the diffusion of a practice: lever effects are priors, and which "
         "of them goes farthest rests on those.",),
        ("There is no student achievement in the model: use of a practice is not its effect on learning.",),
    ]  # fmt: skip
    comparison = found.comparison
    if comparison is None:
        return [*points, ("One option was run, so this memo says nothing of what would have happened without it.",)]
    draws, needed = comparison.worlds.least_draws, draws_needed(comparison.confidence)
    if 1 < draws < needed:
        points.append(("So few draws (", book.count(draws, "parameter draws"), ") do not bound the confidence asked "
                       "for; it takes ", book.count(needed, "draws needed"), "."))  # fmt: skip
    if comparison.worlds.draws < 2:
        points.append(("Ranges hold chance alone; what is not known of the parameters is wider, often by far.",))
    if found.outcome in CENSORED:
        points.append(("Worlds that never get there count with their whole length in differences; their level is "
                       "undefined.",))  # fmt: skip
    count = book.count(comparison.comparisons, "comparisons judged together")
    rate = book.part(1 - comparison.confidence, "error rate")
    points.append(("All ", count, " comparisons were judged together (Holm), so that luck makes any of them firm in at "
                   "most ", rate, " of such studies."))  # fmt: skip
    return points


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
    return [Paragraph(words), Code((results.reproduce, wish.command, "simdiff audit MEMO"))]
