"""What the words and intervals of a comparison are."""

from simdiff.analysis.comparison import Comparison
from simdiff.analysis.contrasts import DOUBTS, SAME, draws_needed
from simdiff.analysis.matched import AS_IT_IS
from simdiff.report.steps import few_words, named


def layers_words(found: Comparison) -> str:
    """Draws and structures of a comparison, before its replicates."""
    worlds, structures = found.worlds, len(found.worlds.structures)
    if layer_of(found) == "structure":
        return f"{structures} structures, each at one set of parameters, × "
    if structures > 1:
        each = worlds.least_draws
        if worlds.draws == structures * each:
            return f"{each} parameter draws under each of {structures} structures × "
        return f"{worlds.draws} pairs of parameter draw and structure × "
    return f"{worlds.draws} parameter draws × " if worlds.draws > 1 else ""


def layer_of(found: Comparison) -> str:
    """What frontiers, regret and rankings are counted in: a draw or, without any, a structure or a world."""
    worlds = found.worlds
    if worlds.draws == len(worlds.structures) > 1:
        return "structure"
    return "draw" if worlds.draws > 1 else "world"


def legend(found: Comparison) -> list[str]:
    """What the words and intervals are."""
    worlds, told = found.worlds, f"{100 * found.confidence:.4g}%"
    layer = layer_of(found)
    names = [name for name, there in (("worlds", True), ("draws", layer == "draw"),
                                      ("structures", len(worlds.structures) > 1)) if there]  # fmt: skip
    replicate = f"Replicate n of {layer} d" if worlds.draws > 1 else "Replicate n"
    lines = [
        f"{replicate} has the same luck for every option; differences are world by world. {', '.join(names)}: share in "
        "which the first option is ahead, ties half. cost: the difference in cost.",
        f"chance: {told} interval of the mean difference"
        + (f", the {layer}s given." if worlds.draws > 1 else ": at one set of parameters, not a finding."),
    ]
    if worlds.draws > 1:
        lines.append(_parameters_line(found))
    if worlds.structures != (AS_IT_IS,):
        lines.append(f"structures: {'; '.join(worlds.structures)}. A verdict is given only where it holds under each; "
                     "intervals run from the lowest end of theirs to the highest.")  # fmt: skip
    lines.append(
        f"{found.comparisons:,} comparisons (pairs times outcomes) were judged together: the chance that luck alone "
        f"makes any of them firm is at most {100 * (1 - found.confidence):.4g}% (Holm)."
    )
    whys = {pair.why for one in found.outcomes for pair in one.contrasts if pair.verdict == SAME}
    lines += [f"cannot tell apart ({why}): {DOUBTS[why]}." for why in DOUBTS if why in whys]
    if worlds.draws == 1 and (few := few_words(worlds.ran.shape[2])):
        lines.append(few)
    if worlds.idle:
        lines.append(f"Without a run, and left out: {named(worlds.idle)}.")
    return lines


def parameters_words(found: Comparison) -> str:
    return "parameters, structure" if len(found.worlds.structures) > 1 else "parameters"


def _parameters_line(found: Comparison) -> str:
    worlds, told, needed = found.worlds, f"{100 * found.confidence:.4g}%", draws_needed(found.confidence)
    if layer_of(found) == "structure":
        return f"range of structures: of their {worlds.draws} mean differences, each at one set of parameters."
    least, each = worlds.least_draws, " under each structure" if len(worlds.structures) > 1 else ""
    line = f"range of draws: of the {least} draws' mean differences{each}."
    if least >= needed:
        line = (f"{parameters_words(found)}: central {told} of the {least} draws' mean differences{each}. More draws "
                "make it better known, not narrower.")  # fmt: skip
    if 1 < least < needed:
        line += (f" {least} draws bound {(least - 1) / (least + 1):.0%} at most; {told} takes {needed}{each}: "
                 f"`simdiff extend` --draws {needed}, or a lower --confidence.")  # fmt: skip
    return line
