"""What the intervals of effects are, and how it was judged which are firm, in words."""

from collections.abc import Iterator

from simdiff.analysis.contrasts import DOUBTS, draws_needed
from simdiff.analysis.factor_contrasts import CONFIDENCE, Effect
from simdiff.analysis.sweep_effects import BlockEffects, SweepEffects
from simdiff.report.steps import few_words
from simdiff.study.plan import Plan


def legend(found: SweepEffects) -> list[str]:
    """What intervals and verdicts are, line by line."""
    return [*layer_lines(found.plan), judged_line(found), *doubt_lines(found)]


def layer_lines(plan: Plan) -> list[str]:
    """What the two intervals are, in words."""
    replicates = sorted(set(plan.replicates().values()))
    told = f"{replicates[0]}" if len(replicates) == 1 else f"{replicates[0]}–{replicates[-1]}"
    line = f"Paired differences, world by world. {intervals_line(told, len(plan.draws))}"
    return [line, *([few] if (few := few_words(replicates[0])) and len(plan.draws) == 1 else [])]


def intervals_line(replicates: str, draws: int) -> str:
    """What the two intervals of effects are: over how many (in words) replicates, and how many draws."""
    chance = f"chance: {CONFIDENCE:.0%} interval of the mean over {replicates} matched replicates"
    if draws == 1:
        return f"{chance}, at one set of parameters; says nothing of other parameters."
    given = f"{chance} of each draw, the draws given."
    if draws >= draws_needed(CONFIDENCE):
        return f"{given} parameters: central {CONFIDENCE:.0%} of the means of {draws} parameter draws."
    return (f"{given} parameters: range of the means of {draws} parameter draws, too few to call anything firm "
            f"({CONFIDENCE:.0%} takes {draws_needed(CONFIDENCE)}).")  # fmt: skip


def judged_line(found: SweepEffects) -> str:
    """How verdicts were reached, and what the words of doubt mean."""
    counts = sorted({one.judged for one in found.blocks})
    count = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,}–{counts[-1]:,}"
    each = " of each block" if len(found.blocks) > 1 else ""
    return (f"{count} contrasts{each} were judged together: the chance that luck alone makes any of them firm is at "
            f"most {1 - CONFIDENCE:.0%} (Holm). The rules are those of `simdiff compare`.")  # fmt: skip


def doubt_lines(found: SweepEffects) -> Iterator[str]:
    """What the reasons that stand in the tables mean."""
    whys = {effect.why for one in found.blocks for effect in _shown(one)}
    for why in DOUBTS:
        if why in whys and why != "the same":
            yield f"cannot be told from none ({why}): {DOUBTS[why]}."


def _shown(one: BlockEffects) -> Iterator[Effect]:
    if one.factorial is not None:
        yield from (*one.factorial.own.main, *one.factorial.own.interactions)
        yield from (share.effect for share in one.factorial.shapley)
    if one.tornado is not None:
        yield from one.tornado.bars
    yield from (gain for curve, _ in one.curves for gain in curve.gains)
