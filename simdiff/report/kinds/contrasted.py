"""What charts of effects share: the block of cells that is shown, its words, and the runs that it rests on."""

from dataclasses import dataclass

from simdiff.analysis.cell_values import SCENARIO, AskError, Block, check_asked, held_levels, said, usual_outcome
from simdiff.analysis.factor_contrasts import Effect
from simdiff.analysis.results import Results, narrowed
from simdiff.analysis.sweep_effects import BlockEffects, SweepEffects, read_effects
from simdiff.report.asked import Asked, ChartError, chosen_place, pick
from simdiff.report.captions import caption, counted, more_cells, when, within
from simdiff.report.charts import plain
from simdiff.report.effects_words import intervals_line
from simdiff.report.figure import Row
from simdiff.report.kinds.compared import sweep_rows, year_of
from simdiff.report.kinds.dots import layer_cells
from simdiff.report.words import BY_NAME
from simdiff.study.plan import Plan


@dataclass(frozen=True, slots=True)
class Shown:
    """What a chart of effects shows: one block of what a sweep tells. ``several``: there are other blocks."""

    results: Results
    found: SweepEffects
    one: BlockEffects

    @property
    def unit(self) -> str:
        """The outcome's unit."""
        return BY_NAME[self.found.asked.outcome].unit

    @property
    def what(self) -> str:
        """The outcome within a sentence."""
        return BY_NAME[self.found.asked.outcome].title.lower()

    @property
    def parameters(self) -> bool:
        """True if there are parameter draws."""
        return len(self.found.plan.draws) > 1


def shown_of(results: Results, asked: Asked) -> Shown:
    """The effects asked for, of the first block that fits. Raises ChartError."""
    plan, rows = results.plan, sweep_rows(results, asked.kind)
    outcomes = pick("--outcomes", asked.outcomes or [usual_outcome(plan)], plan.question.outcomes, 1)
    place = chosen_place(plan.cells, asked)
    try:
        question = check_asked(plan, outcomes[0], year_of(asked), place, asked.practice)
        found = read_effects(plan, rows, question, held_levels(asked.at), asked.reach)
    except AskError as problem:
        raise ChartError(str(problem)) from None
    return Shown(results, found, found.blocks[0])


def held_of(plan: Plan, block: Block) -> tuple[str, ...]:
    """What chooses a block again: its scenario, where there are several, and what is held in it."""
    scenario = (f"{SCENARIO}={block.scenario}",) if len(plan.experiment.scenarios) > 1 else ()
    return (*scenario, *(f"{name}={said(level)}" for name, level in block.held.items()))


def month_of(shown: Shown) -> int | None:
    """The month of policy at whose end effects are told; None if cells end at different times."""
    if shown.found.asked.year is not None:
        return 12 * shown.found.asked.year - 1
    lasts = {12 * cell.years - 1 for cell in shown.one.block.cells}
    return lasts.pop() if len(lasts) == 1 else None


def settled(shown: Shown, kind: str, factors: tuple[str, ...] = ()) -> Asked:
    """What was asked of a chart of effects, nothing left open."""
    told, month = shown.found.asked, month_of(shown)
    return Asked(kind, (told.outcome,), (), told.district, told.practice, () if month is None else (month,),
                 factors=factors, at=held_of(shown.results.plan, shown.one.block))  # fmt: skip


def part_of(shown: Shown) -> Plan:
    """The runs that the chart rests on."""
    month = month_of(shown)
    months = [] if month is None else [month]
    return narrowed(shown.results.plan, shown.one.block.cells, [shown.found.asked.outcome], months, factors=True)


def heading(shown: Shown, what: str) -> str:
    """The title of a chart of effects: with its block, where there are several."""
    held = held_of(shown.results.plan, shown.one.block)
    where = f" ({plain(', '.join(held), 80)})" if held else ""
    return f"{plain(shown.results.title, 160)}: {what}{where}"


def at_when(shown: Shown) -> str:
    """Where and when, in words."""
    month = month_of(shown)
    time = "at the end of each cell's horizon" if month is None else when(month)
    asked = shown.found.asked
    return f"{within(shown.one.block.cells, asked.district, asked.practice)} {time}"


def captioned(shown: Shown, *parts: str) -> str:
    """The caption of a chart of effects."""
    block = shown.one.block
    more = more_cells(shown.results, len(block.cells), "--at FACTOR=LEVEL")
    return caption(shown.results, *parts, more)


def layers(shown: Shown) -> str:
    """What lines and dots are, which uncertainty they show, and how firmness was judged."""
    thin = "thin: parameters; " if shown.parameters else ""
    lines = intervals_line(counted(shown.results, shown.one.block.cells), len(shown.results.plan.draws))
    return (f"Thick: chance; {thin}filled: firm ({shown.one.judged:,} contrasts judged together); open: cannot be told "
            f"from none. {lines[0].upper()}{lines[1:]}")  # fmt: skip


def effect_cells(shown: Shown, effect: Effect) -> Row:
    """An effect as columns of a chart's table."""
    return {"effect": effect.name, **layer_cells(effect), "confidence": effect.confidence, "firm": effect.sign,
            "why": effect.why}  # fmt: skip


def where_cells(shown: Shown) -> Row:
    """What a row of a chart's table is about."""
    told, month = shown.found.asked, month_of(shown)
    return {"block": shown.one.block.name, "district": told.district, "practice": told.practice,
            "outcome": told.outcome, "unit": shown.unit, "month": month}  # fmt: skip
