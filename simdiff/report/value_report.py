"""The value of information in words: the choice, the claim, what is worth measuring, and what the claim hangs on."""

from dataclasses import dataclass
from typing import Any

from simdiff.analysis.claims import Claim, Edge
from simdiff.analysis.samples import Ask
from simdiff.analysis.sensitivity import Estimate
from simdiff.analysis.value import Value, Worth
from simdiff.register import PARAMETERS
from simdiff.report.provenance import CAVEAT
from simdiff.report.words import BY_NAME, difference, money, number
from simdiff.study.plan import Plan

MOST_ROWS = 12
MOST_FLIPS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """What is compared: the figure, at which year (None: the cells' last), which way is better, what a unit is worth in
    dollars (None: money does not count)."""

    ask: Ask
    year: int | None
    lowest: bool
    worth: float | None

    @property
    def unit(self) -> str:
        """Unit of the outcome."""
        return BY_NAME[self.ask.outcome].unit


def headline(choice: Choice, found: Value) -> str:
    """What is asked, as a title."""
    ask = choice.ask
    when = "last year" if choice.year is None else f"year {choice.year}"
    where = "" if ask.district == "all" else f", {ask.district}"
    practice = "" if ask.practice is None else f", {ask.practice}"
    return f"{' or '.join(found.options)}? {BY_NAME[ask.outcome].title}, {when}{where}{practice}: {_better(choice)}"


def _better(choice: Choice) -> str:
    way = "lower is better" if choice.lowest else "higher is better"
    if choice.worth is None:
        return way
    point = "point" if choice.unit.startswith("share") else "unit"
    return f"{way}, and money counts at {money(choice.worth)} a {point}"


def option_rows(choice: Choice, found: Value) -> list[list[str]]:
    """Each option with its mean and the 5–95 % of the draws, and which one to choose now."""
    rows = []
    for n, (name, one) in enumerate(zip(found.options, found.means, strict=True)):
        low, high = sorted((_shown(choice, one.low), _shown(choice, one.high)))
        figures = [number(value, choice.unit) for value in (_shown(choice, one.value), low, high)]
        rows.append([name, figures[0], f"{figures[1]} to {figures[2]}", "best on average" if n == found.best else ""])
    return rows


def _shown(choice: Choice, value: float) -> float:
    return -value if choice.lowest else value


def choice_lines(choice: Choice, found: Value) -> list[str]:
    """The claims, how often the choice is wrong, and what perfect knowledge would be worth."""
    best = found.options[found.best]
    lines = [_claim_line(choice, one) for one in found.claims]
    lines.append(f"Choosing {best} is wrong in {_percent(found.wrong)} of draws. To know every assumption before "
                 f"choosing would be worth {_amount(choice, found.perfect)} (EVPI).")  # fmt: skip
    return lines


def _claim_line(choice: Choice, one: Claim) -> str:
    spread = f"{difference(one.low, choice.unit)} to {difference(one.high, choice.unit)}"
    return (f"{one.winner} beats {one.loser} in {_percent(one.ahead)} of draws, by {_amount(choice, one.difference)} "
            f"on average; 5–95 % of draws: {spread} (parameters).")  # fmt: skip


def _percent(one: Estimate) -> str:
    return f"{100 * one.value:.0f} % ({100 * one.low:.0f}–{100 * one.high:.0f})"


def _amount(choice: Choice, one: Estimate) -> str:
    value, low, high = (difference(figure, choice.unit) for figure in (one.value, one.low, one.high))
    return f"{value} ({low.removesuffix(' points')} to {high.removesuffix(' points')})"


def worth_rows(choice: Choice, found: Value) -> list[list[str]]:
    """Inputs whose knowledge would be worth something, the most first."""
    shown = [one for one in found.worths if one.gain.value > 0.0][:MOST_ROWS]
    return [
        [one.column.name, one.column.grade or one.column.kind, _amount(choice, one.gain), _fewer(one.fewer),
         "yes" if is_told(found, one) else "no"]
        for one in shown
    ]  # fmt: skip


WORTH_HEADS = ["to know", "grade", "is worth (EVPPI)", "wrong choices fewer by", "above luck"]


def _fewer(one: Estimate) -> str:
    figures = [f"{100 * value:.1f}".replace("-0.0", "0.0") for value in (one.value, one.low, one.high)]
    return f"{figures[0]} points ({figures[1]} to {figures[2]})"


def is_told(found: Value, one: Worth) -> bool:
    """True if the worth of an input can be told from luck: more than shuffled draws give, and its interval above 0."""
    return one.gain.value > found.floor and one.gain.low > 0.0


def next_line(choice: Choice, found: Value) -> str:
    """Which datum to collect next, in words."""
    told = [one for one in found.worths if is_told(found, one)]
    luck = f"shuffled draws give up to {difference(found.floor, choice.unit)}"
    if not told:
        return (f"To know any one of them alone would not visibly improve this choice ({luck}): more draws may tell, "
                "or nothing needs to be measured for it.")  # fmt: skip
    one = told[0]
    return (f"Collect next: {one.column.name} ({one.column.evidence}). To know it would be worth "
            f"{_amount(choice, one.gain)} ({luck}).")  # fmt: skip


def flip_lines(choice: Choice, found: Value) -> list[str]:
    """For each claim: at which assumptions it was seen to flip."""
    lines = list[str]()
    for one in found.claims:
        said = f"{one.winner} beats {one.loser}"
        if not one.told and not one.assumption_driven:
            lines.append(f"Open: `{said}` cannot be told from a tie over all draws: there is no claim that could turn.")
            continue
        if not one.assumption_driven:
            lines.append(f"No flip found: at no edge of {one.looked} weak assumptions (grade A, structure) is `{said}` "
                         "seen to fail.")  # fmt: skip
            continue
        lines.append(
            f"ASSUMPTION-DRIVEN: `{said}` flips at {len(one.flips)} of the edges of {one.looked} weak assumptions:"
        )
        lines += [f"  {_flip_line(choice, one, edge)}" for edge in one.flips[:MOST_FLIPS]]
        lines += [f"  … and {len(one.flips) - MOST_FLIPS} more"] if len(one.flips) > MOST_FLIPS else []
    return lines


def _flip_line(choice: Choice, one: Claim, edge: Edge) -> str:
    fate = "turns" if edge.flip == "turns" else "can no longer be told"
    by = _amount(choice, edge.difference)
    return (f"{edge.column.name}, {edge.place}: {fate}; {one.winner} is ahead in {_percent(edge.ahead)} of "
            f"{edge.draws} draws, by {by} on average. {edge.column.evidence}")  # fmt: skip


NOTES = (
    "Worth is in the outcome's unit, per choice: how much better the expected outcome gets by choosing after knowing.",
    "Brackets are 5–95 %, all about parameters: bootstrap resamples of the draws (means of differences: Student's; "
    "shares of draws: Wilson's).",
)


def value_record(plan: Plan, choice: Choice, found: Value) -> dict[str, Any]:
    """Everything for scripts."""
    return {
        "experiment": plan.experiment.name, "outcome": choice.ask.outcome, "unit": choice.unit, "year": choice.year,
        "district": choice.ask.district, "lowest": choice.lowest, "worth": choice.worth, "caveat": CAVEAT,
        "seed": plan.experiment.seed, "code": plan.question.code, "draws": found.draws, "left_out": found.dropped,
        "replicates": found.replicates, "intervals": "5–95 % (layer: parameters)",
        "options": [{"name": name, "mean": _shown(choice, one.value),
                     "draws_05": min(_shown(choice, one.low), _shown(choice, one.high)),
                     "draws_95": max(_shown(choice, one.low), _shown(choice, one.high))}
                    for name, one in zip(found.options, found.means, strict=True)],
        "best": found.options[found.best], "wrong": _interval(found.wrong), "evpi": _interval(found.perfect),
        "floor": found.floor,
        "worths": [{"input": one.column.name, "kind": one.column.kind, "grade": one.column.grade,
                    "evppi": _interval(one.gain), "wrong_fewer": _interval(one.fewer),
                    "above_floor": is_told(found, one), "evidence": one.column.evidence} for one in found.worths],
        "claims": [{"winner": one.winner, "loser": one.loser, "difference": _interval(one.difference),
                    "told": one.told, "draws_05": one.low, "draws_95": one.high, "ahead": _interval(one.ahead),
                    "assumption_driven": one.assumption_driven, "looked_at": one.looked,
                    "flips": [_edge_record(edge) for edge in one.flips]} for one in found.claims],
    }  # fmt: skip


def _interval(one: Estimate) -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _edge_record(edge: Edge) -> dict[str, Any]:
    source = PARAMETERS[edge.column.parameter].source if edge.column.parameter else ""
    return {"input": edge.column.name, "place": edge.place, "flip": edge.flip, "draws": edge.draws,
            "difference": _interval(edge.difference), "ahead": _interval(edge.ahead), "source": source}  # fmt: skip
