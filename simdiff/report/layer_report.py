"""The layers of uncertainty in words: a line for each outcome."""

from collections.abc import Sequence

from simdiff.analysis.layers import Layer, Split
from simdiff.report.words import BY_NAME, differences


def split_lines(splits: Sequence[Split]) -> list[str]:
    """Such as ``Spread, year 10: chance 12 % (8–16), parameters 88 % (84–92) of the variance (SD 3 and 9 points)``,
    and what that is; nothing if there is nothing to say."""
    if not splits:
        return []
    one = splits[0]
    over = f", mean over {one.policies} policies" if one.policies > 1 else ""
    return [*(_line(split) for split in splits),
            f"Layers of uncertainty{over}: chance is between replicates of a draw, parameters between {one.draws} draws"
            f"{', structure between forms of the model' if len(one.layers) > 2 else ''}. In brackets 5–95 % over "
            "bootstrap resamples of the draws."]  # fmt: skip


def _line(one: Split) -> str:
    outcome = BY_NAME[one.outcome]
    when = "last year" if one.year is None else f"year {one.year}"
    shares = ", ".join(f"{layer.name} {_share(layer)}" for layer in one.layers)
    sds = differences([layer.sd for layer in one.layers], outcome.unit)
    return f"{outcome.title}, {when}: {shares} of the variance (SD {sds})"


def _share(layer: Layer) -> str:
    return f"{100 * layer.share:.0f} % ({100 * layer.low:.0f}–{100 * layer.high:.0f})"
