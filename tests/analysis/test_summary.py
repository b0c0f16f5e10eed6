"""Intervals against values worked by hand."""

import numpy as np
import pytest

from simdiff.analysis.summary import interval, intervals


def test_chance_alone() -> None:
    """0 … 100: median 50, 5 % at 5, 95 % at 95. Catches swapped quantiles, and a parameter layer from nowhere."""
    one = interval(intervals(np.arange(101.0).reshape(1, 101)))
    assert (one.median, one.low, one.high, one.defined) == (50.0, 5.0, 95.0, 1.0)
    assert np.isnan(one.parameter_low)


def test_chance_and_parameters_are_kept_apart() -> None:
    """Draw d has values d ± 1: chance is the typical ±.9, parameters the spread of the medians 0 … 100."""
    values = np.arange(101.0)[:, None] + np.linspace(-1, 1, 41)[None, :]
    one = interval(intervals(values))
    assert one.median == 50.0
    assert (one.low, one.high) == pytest.approx((49.1, 50.9))
    assert (one.parameter_low, one.parameter_high) == pytest.approx((5.0, 95.0))


def test_what_is_mostly_undefined_has_no_interval() -> None:
    """Catches a median over the few runs in which a thing happened, as if it were all of them."""
    values = np.full((1, 10), np.nan)
    values[0, :4] = 1.0
    one = interval(intervals(values))
    assert np.isnan(one.median)
    assert one.defined == pytest.approx(0.4)
    values[0, :5] = 1.0
    assert interval(intervals(values)).median == 1.0
