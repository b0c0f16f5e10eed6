"""Coverage of reported intervals: on laws whose coverage is known, with planted defects."""

import numpy as np
import pytest

from simdiff.analysis.interval_coverage import OUTCOMES, band_coverage, interval_coverage, paired_coverage


def test_intervals_of_normal_differences_cover_as_promised() -> None:
    """Student's interval is exact: 95 % ± 3.3 · .0049 of 2,000. Those of a third of the replicates of what they claim
    are too narrow by √3: normal theory says 74 %. Catches a coverage of the sample's own mean (always 1)."""
    luck = np.random.default_rng(1)
    run = luck.normal(3.0, 2.0, 20_000)
    picks = luck.integers(0, len(run), (2000, 10))
    assert paired_coverage(run, picks, 0.95) == pytest.approx(0.95, abs=0.016)
    assert paired_coverage(run, np.repeat(picks[:, :10], 3, axis=1), 0.95) < 0.85


def test_bands_hold_new_replicates_as_order_statistics_say() -> None:
    """Of a continuous law the j-th of n has j/(n + 1) below it; the 5 % of 200 lies at 1 + .05 · 199 = 10.95, so a new
    one is inside with 1 − 2 · 10.95/201 = .891 (not .9), and for 2.5 % with 1 − 2 · 5.975/201 = .9405. A constant is
    always inside. Catches a band that is tested with its own replicates (.9 and .95), and one-sided bands."""
    luck = np.random.default_rng(2)
    held = band_coverage(luck.random((6000, 200)), luck.random(6000))
    assert held[0.9] == pytest.approx(0.891, abs=0.0132)
    assert held[0.95] == pytest.approx(0.9405, abs=0.0101)
    assert band_coverage(np.ones((50, 200)), np.ones(50)) == {0.9: 1.0, 0.95: 1.0}
    assert band_coverage(np.ones((50, 200)), np.zeros(50)) == {0.9: 0.0, 0.95: 0.0}


def test_all_intervals_are_measured_and_are_the_same_again() -> None:
    """Two cells whose difference is normal. Catches cells or outcomes mixed up, and luck that is not keyed."""
    luck = np.random.default_rng(3)
    run = (luck.normal(5.0, 1.0, (3000, 4)), luck.normal(0.0, 1.0, (3000, 4)))
    found = interval_coverage(run, 400, seed=7)
    assert len(found) == len(OUTCOMES) * (2 + 2 * 2)
    assert all(abs(one.held - one.level) < 4.5 * one.error for one in found)
    assert found == interval_coverage(run, 400, seed=7)
    assert found != interval_coverage(run, 400, seed=8)
    assert {one.outcome for one in found} == set(OUTCOMES)
