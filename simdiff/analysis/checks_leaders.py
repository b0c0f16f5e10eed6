"""P7 and P8, about leaders: measured in the leader-level limit of the model, on Carlson's network (``leaders``)."""

from simdiff.analysis.checks import HIT, MISS, Checked
from simdiff.analysis.leader_fit import Fit, Span
from simdiff.analysis.leader_limit import FORMS
from simdiff.analysis.leaders import Carlson
from simdiff.analysis.patterns import TARGETS

VARIANT_OF = {"logit": "default", "hazard": "hazard", "threshold": "threshold"}
"""Structural variant in which schools decide by the same form of contagion."""


def leader_checks(found: Carlson) -> dict[str, dict[str, Checked]]:
    """Variant → pattern, of the fit of each form of contagion that follows the adoption curve best (smallest RMSE of
    its posterior mean curve, C9: chosen by what is calibrated to, never by what is checked).

    Spans are over all runs of accepted draws: chance and parameters together. By the rule of ``checks``: hit if the
    median lies in the range.
    """
    return {VARIANT_OF[form]: _scored(min((fit for fit in found.fits if fit.model == form), key=lambda fit: fit.rmse))
            for form in FORMS}  # fmt: skip


def _scored(fit: Fit) -> dict[str, Checked]:
    measured = zip(("P7", "P8a", "P8b"), (fit.correlation, fit.zero, fit.threshold), fit.inside, strict=True)
    return {name: _checked(name, figure, inside) for name, figure, inside in measured}


def _checked(name: str, figure: Span, inside: float) -> Checked:
    target = TARGETS[name]
    verdict = HIT if target.low <= figure.median <= target.high else MISS
    return Checked(name, figure, inside, 1.0, verdict)
