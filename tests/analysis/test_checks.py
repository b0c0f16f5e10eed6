"""The verdict, and how patterns are put together."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from simdiff.analysis.checks import CHECKS, ELSEWHERE, HIT, MISS, counted, score
from simdiff.analysis.checks_leaders import leader_checks
from simdiff.analysis.found import Found
from simdiff.analysis.leader_fit import Span
from simdiff.analysis.patterns import CHECKED_AGAINST, TARGETS
from simdiff.analysis.structures import STRUCTURES, VARIANTS
from simdiff.analysis.validation import NEEDED

NAN = float("nan")


def figures(*values: float) -> list[Found]:
    return [Found(value, {"part": 2 * value}) for value in values]


def test_every_pattern_is_measured_here_or_named_as_measured_elsewhere() -> None:
    """Catches a pattern that falls between two chairs, and one that no target declares."""
    assert {*CHECKS, *ELSEWHERE} == {target.name for target in CHECKED_AGAINST}
    assert ELSEWHERE == ("P7", "P8a", "P8b")
    assert len(NEEDED) == len(set(NEEDED))


def test_the_verdict_of_a_figure() -> None:
    """P1, .04 to .17: the median of .03, .05, .9 is in range, though their mean is not and only a third of draws is.
    Catches a verdict by the mean or by most draws, and ends left out."""
    one = score(TARGETS["P1"], figures(0.03, 0.05, 0.9))
    assert (one.verdict, one.figure.median, one.inside) == (HIT, 0.05, pytest.approx(1 / 3))
    assert score(TARGETS["P1"], figures(0.03, 0.03, 0.05)).verdict == MISS
    assert score(TARGETS["P1"], figures(0.04)).verdict == HIT
    assert one.parts["part"].median == 0.1


def test_the_verdict_of_a_pattern_that_holds_or_not() -> None:
    """At least half of the draws; a draw that cannot tell counts as one that does not hold. Catches undefined draws
    that are left out, which would make 1 of 1 of them."""
    assert score(TARGETS["P3"], figures(1, 0)).verdict == HIT
    one = score(TARGETS["P3"], figures(1, NAN, NAN))
    assert (one.verdict, one.inside, one.defined) == (MISS, pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_what_can_hardly_be_told_is_a_miss() -> None:
    """P6 within range at the one draw of three that can tell. Catches a hit by a selected few, and a crash on none."""
    assert score(TARGETS["P6"], figures(0.1, NAN, NAN)).verdict == MISS
    none = score(TARGETS["P6"], figures(NAN, NAN))
    assert none.verdict == MISS
    assert math.isnan(none.figure.median)


def test_counting_error() -> None:
    """Jeffreys: Beta(½, 1½) for 0 of 1 has the distribution function (2/π)(asin √x + √(x(1−x))). Catches the ends mixed
    up, and a share of all draws given for certain."""
    one = counted(0, 1)

    def distribution(x: float) -> float:
        return 2 / np.pi * (np.arcsin(np.sqrt(x)) + np.sqrt(x * (1 - x)))

    assert (one.median, one.low) == (0.0, 0.0)
    assert distribution(one.high) == pytest.approx(0.95)
    assert distribution(one.high) == pytest.approx(0.95)
    assert counted(60, 60).low < 1.0


def test_structures() -> None:
    """Catches a variant that is the default under another name."""
    assert list(VARIANTS) == ["default", "hazard", "threshold", "no-coherence", "no-commitment", "labels-only"]
    assert len({tuple(switches.items()) for switches in STRUCTURES.values()}) == len(STRUCTURES)


def leader_fit(model: str, rmse: float, correlation: float) -> SimpleNamespace:
    return SimpleNamespace(
        model=model, rmse=rmse, correlation=Span(correlation, -1.0, 1.0), zero=Span(0.2, 0.1, 0.3),
        threshold=Span(0.6, 0.5, 0.7), inside=(0.3, 0.9, 0.2),
    )  # fmt: skip


def test_leaders_are_scored_by_the_fit_that_follows_the_curve_best() -> None:
    """Of two logit fits the one with the smaller RMSE decides, though the other has the pattern. Catches a choice by
    what is checked, a form under another variant's name, P7 and P8 mixed up."""
    fits = [leader_fit("logit", 0.2, -0.4), leader_fit("logit", 0.1, 0.0), leader_fit("peers only", 0.01, -0.4),
            leader_fit("hazard", 0.1, -0.4), leader_fit("threshold", 0.1, -0.7)]  # fmt: skip
    found = leader_checks(SimpleNamespace(fits=fits))
    assert list(found) == ["default", "hazard", "threshold"]
    assert {variant: one["P7"].verdict for variant, one in found.items()} == {
        "default": MISS, "hazard": HIT, "threshold": MISS,
    }  # fmt: skip
    one = found["default"]
    assert (one["P8a"].verdict, one["P8b"].verdict) == (HIT, MISS)
    assert [one[name].inside for name in ELSEWHERE] == [0.3, 0.9, 0.2]
