"""What charts of a comparison share: the comparison asked for, its words, and the runs that it rests on."""

from simdiff.analysis.comparison import Comparison, OutcomeCompared, compare
from simdiff.analysis.matched import COSTS, CompareError, options_of
from simdiff.analysis.matched import Asked as Question
from simdiff.analysis.results import Results, narrowed
from simdiff.report.asked import Asked, ChartError
from simdiff.report.captions import caption, more_cells, when, within
from simdiff.report.charts import plain
from simdiff.report.compare_legend import layers_words
from simdiff.report.kinds.dots import LONGEST
from simdiff.study.chunk_folder import Rows
from simdiff.study.plan import Plan


def comparison_of(results: Results, asked: Asked, most: int) -> Comparison:
    """The comparison asked for, of at most ``most`` outcomes. Raises ChartError."""
    if len(asked.outcomes) > most:
        raise ChartError(f"--outcomes: {len(asked.outcomes)} asked for, {asked.kind} shows {most}")
    confidence = 0.95 if asked.confidence is None else asked.confidence
    if not 0.5 <= confidence <= 0.9999:
        raise ChartError(f"--confidence: {confidence:g}, expected 0.5 to 0.9999")
    question = Question(asked.outcomes, year_of(asked), asked.place or "all", asked.practice, asked.cells,
                        asked.baseline, confidence)  # fmt: skip
    try:
        return compare(results.plan, sweep_rows(results, asked.kind), question)
    except CompareError as problem:
        raise ChartError(str(problem)) from None


def sweep_rows(results: Results, kind: str) -> Rows:
    """The rows of a sweep. Raises ChartError for a run, which has one cell."""
    rows = results.source.rows()
    if rows is None:
        raise ChartError(f"{kind}: these are the results of one run, which has nothing to compare; expected a folder "
                         "of simdiff sweep")  # fmt: skip
    return rows


def year_of(asked: Asked) -> int | None:
    """The year asked for: at its end. Raises ChartError for several times, or one within a year."""
    if len(asked.months) > 1 or any(month % 12 != 11 for month in asked.months):
        raise ChartError(f"{asked.kind}: expected one year, it shows the end of one")
    return (asked.months[0] + 1) // 12 if asked.months else None


def settled(kind: str, found: Comparison, outcomes: tuple[str, ...]) -> Asked:
    """What was asked of a chart of a comparison, nothing left open."""
    worlds = found.worlds
    return Asked(kind, outcomes, worlds.options, worlds.place, worlds.practice, (month_of(found),),
                 baseline=worlds.options[found.baseline], confidence=found.confidence)  # fmt: skip


def month_of(found: Comparison) -> int:
    """The month of policy at whose end options are compared."""
    return round(12 * found.worlds.year) - 1


def part_of(plan: Plan, found: Comparison, outcomes: tuple[str, ...]) -> Plan:
    """The runs that a comparison rests on, with the costs that are read along."""
    options = options_of(plan)
    kept = {cell.id for name in found.worlds.options for cell in options[name].values()}
    cells = [cell for cell in plan.cells if cell.id in kept]
    costs = [name for name in COSTS if name in plan.question.outcomes]
    return narrowed(plan, cells, list(dict.fromkeys([*outcomes, *costs])), [month_of(found)], factors=True)


def idle_cells(plan: Plan, found: Comparison) -> list[str]:
    """Cells without a run, which no option of theirs could show."""
    options = options_of(plan)
    return [cell.id for name in found.worlds.idle for cell in options[name].values()]


def only(found: Comparison, name: str) -> OutcomeCompared:
    """One outcome of a comparison."""
    return next(one for one in found.outcomes if one.name == name)


def option_names(found: Comparison) -> list[str]:
    """Names of the options as labels."""
    return [plain(name, LONGEST) for name in found.worlds.options]


def at_when(found: Comparison) -> str:
    """Where and when, in words."""
    worlds = found.worlds
    return f"{within([worlds.cells[0]], worlds.place, worlds.practice)} {when(month_of(found))}"


def worlds_line(found: Comparison) -> str:
    """What a comparison rests on, and which uncertainty that is."""
    count = found.worlds.ran.shape[2]
    replicates = f"{count:,} replicate{'' if count == 1 else 's'}"
    if found.worlds.draws == 1:
        return f"{replicates}: chance alone, at one set of parameters."
    runs = found.worlds.ran.any(axis=2).sum(axis=1)
    fewer = f" (an option has {runs.min():,} of these)" if runs.min() < runs.max() else ""
    return f"{layers_words(found)}{replicates}{fewer}, matched world by world."


def captioned(results: Results, found: Comparison, *parts: str) -> str:
    """The caption of a comparison's chart."""
    shown, idle = len(part_of(results.plan, found, ()).cells), len(idle_cells(results.plan, found))
    without = f"{idle:,} more without a run yet." if idle else ""
    return caption(results, *parts, worlds_line(found), without, more_cells(results, shown + idle))


def heading(results: Results, found: Comparison, what: str) -> str:
    """The title of a comparison's chart."""
    return f"{plain(results.title, 160)}: {what}, {when(month_of(found)).removeprefix('at the end of ')}"


def capital(words: str) -> str:
    """Words as they begin a sentence."""
    return words[0].upper() + words[1:]


def one_only(asked: Asked, found: Comparison) -> OutcomeCompared:
    """The outcome of a chart that shows one."""
    return only(found, asked.outcomes[0] if asked.outcomes else found.worlds.outcomes[0])
