"""Intervals against values worked by hand."""

import warnings

import numpy as np
import pytest

from simdiff.analysis.summary import interval, intervals, quantiles


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


def test_two_draws_have_a_range_and_one_has_none() -> None:
    """Draws with medians 10 and 20: 5–95 % of the way between them. One draw says nothing of the parameters."""
    both = np.array([[9.0, 10.0, 11.0], [19.0, 20.0, 21.0]])
    one = interval(intervals(both))
    assert (one.median, one.parameter_low, one.parameter_high) == pytest.approx((15.0, 10.5, 19.5))
    assert (one.low, one.high) == pytest.approx((14.1, 15.9)), "the median over draws of each draw's"
    assert np.isnan(interval(intervals(both[:1])).parameter_high)


def test_what_is_mostly_undefined_has_no_interval() -> None:
    """Catches a median over the few runs in which a thing happened, as if it were all of them."""
    values = np.full((1, 10), np.nan)
    values[0, :4] = 1.0
    one = interval(intervals(values))
    assert np.isnan(one.median)
    assert one.defined == pytest.approx(0.4)
    values[0, :5] = 1.0
    assert interval(intervals(values)).median == 1.0


@pytest.mark.parametrize("shape", [(1,), (2, 3), (37, 5, 4), (200, 6), (13, 2, 3, 4, 2)])
@pytest.mark.parametrize("missing", [0.0, 0.3, 0.9])
def test_quantiles_are_those_of_numpy(shape: tuple[int, ...], missing: float) -> None:
    """Against ``numpy.nanquantile``, slice by slice. Catches undefined values counted as large ones, an interpolation
    of another kind, and slices that are undefined altogether or hold one value."""
    rng = np.random.default_rng([7, *shape, int(10 * missing)])
    values = rng.normal(3.0, 10.0, shape)
    values[rng.random(shape) < missing] = np.nan
    if len(shape) > 1:
        values[:, 0] = np.nan
        values[-1, 0] = 5.0
        values[:, -1] = np.nan
    shares = (0.0, 0.05, 1 / 3, 0.5, 0.95, 1.0)
    before = values.copy()
    found = quantiles(values, shares)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy warns of slices without a value
        expected = np.nanquantile(values, shares, axis=0)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(values, before)


def test_quantiles_by_hand() -> None:
    """Of 10, 20, 40 (and two undefined): 25 % at half of the way from 10 to 20, 75 % half of the way to 40."""
    values = np.array([np.nan, 40.0, 10.0, np.nan, 20.0])
    assert quantiles(values, (0.0, 0.25, 0.5, 0.75, 1.0)).tolist() == [10.0, 15.0, 20.0, 30.0, 40.0]
