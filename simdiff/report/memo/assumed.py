"""What a memo rests on, and what it cannot say: parameters, structure, limits."""

from pathlib import Path

from simdiff.analysis.contrasts import draws_needed
from simdiff.analysis.direction import CENSORED
from simdiff.analysis.results import Results
from simdiff.register import PARAMETERS
from simdiff.report.memo.order import named
from simdiff.report.memo.pieces import Name, Words, join
from simdiff.report.memo.speaker import Speaker
from simdiff.scenario.posterior import read_posterior
from simdiff.study.cells import scenario_of
from simdiff.study.draws import parameter_draws
from simdiff.study.plan import Plan

CALIBRATED = "calibrated"
NO_ESTIMATE = "A"
"""Grade of a parameter that no published estimate stands behind."""


def assumed(said: Speaker, results: Results) -> list[Words]:
    """Parameters, structure and beliefs that the answer rests on."""
    book, plan = said.book, results.plan
    draws, fixed = len(plan.draws), any(scenario_of(cell.text).parameters for cell in plan.cells)
    but = ", but for those that a scenario or a factor sets" if fixed else ""
    default = "Default parameters" if said.found.basis.drawn else "One set of parameters, the defaults"
    if draws < 2:
        points: list[Words] = [
            (f"{default}{but}. How strong each lever is has not been measured by anyone: with other values the answer "
             "may be another. Run it with parameter draws.",)
        ]  # fmt: skip
    else:
        names = list(plan.draws[0])
        weak = sum(name in PARAMETERS and PARAMETERS[name].grade == NO_ESTIMATE for name in names)
        point: Words = (*said.several(draws, "draw", "parameter draws"), " of ",
                        *said.several(len(names), "parameter", "parameters drawn"), " from ",
                        Name(draws_from(plan)), but)  # fmt: skip
        if weak:
            among = ", strengths of levers among these" if any(one.startswith("strength") for one in names) else ""
            point += ("; no published estimate stands behind ", book.count(weak, "parameters of grade A"),
                      f" of them{among}")  # fmt: skip
        points = [(*point, ".")]
    comparison = said.found.comparison
    structures = comparison.worlds.structures if comparison else said.found.basis.structures
    if len(structures) > 1:
        only = "; a verdict is given only where it holds under each" if comparison else ""
        points.append((*said.several(len(structures), "structure", "structures"), " of the model (",
                       *join([(Name(name),) for name in structures]), f"){only}."))  # fmt: skip
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


def limits(said: Speaker) -> list[Words]:
    """Points on what the memo cannot say."""
    found, book = said.found, said.book
    points: list[Words] = [
        ("No source measures what any lever does to the diffusion of a practice: lever effects are priors, and which "
         "of them goes farthest rests on those.",),
        ("There is no student achievement in the model: use of a practice is not its effect on learning.",),
    ]  # fmt: skip
    comparison = found.comparison
    if found.basis.single:
        points.append(("One world has no range: with other luck it would be another.",))
    elif not found.basis.drawn:
        points.append(("Ranges hold chance alone; what is not known of the parameters is wider, often by far.",))
    elif not found.draws:
        points.append(("Ranges hold the values given for some parameters; what is not known of all is wider, often by "
                       "far.",))  # fmt: skip
    if comparison is None:
        return [*points, ("One option was run, so this memo says nothing of what would have happened without it.",)]
    draws, needed = comparison.worlds.least_draws, draws_needed(comparison.confidence)
    if 1 < draws < needed:
        points.append(("So few draws (", book.count(draws, "parameter draws"), ") do not bound the confidence asked "
                       "for; it takes ", book.count(needed, "draws needed"), "."))  # fmt: skip
    if found.outcome in CENSORED:
        points.append(("A world that never gets there counts with its whole length, so what is told is the wait within "
                       "it.",))  # fmt: skip
    points += _left_out(said)
    if found.basis.single:
        return points
    count = said.several(comparison.comparisons, "comparison", "comparisons judged together")
    rate = book.part(1 - comparison.confidence, "error rate")
    by = "the luck of draws and worlds" if found.basis.drawn else "luck"
    together = ", judged together (Holm)" if comparison.comparisons > 1 else ""
    gaps = "Districts" if found.outcome == "equity_gap" else "Equity gaps, districts"
    points.append((*count, f"{together}: where there is no difference, {by} makes one firm in at most ", rate,
                   f" of such studies. {gaps}, effects of factors and what could flip the answer are judged apart from "
                   "these, each kind among themselves."))  # fmt: skip
    return points


def _left_out(said: Speaker) -> list[Words]:
    """Options of which nothing is told."""
    found, points = said.found, list[Words]()
    if found.idle:
        names = named(said, found.idle)
        points.append((*said.several(len(found.idle), "option", "options without a run"), " without a run yet: ",
                       *names, "."))  # fmt: skip
    if found.apart:
        points.append(("Not compared, for want of figures in common with those asked for: ",
                       *said.several(found.apart, "option", "options not compared"), " of the results."))  # fmt: skip
    return points
