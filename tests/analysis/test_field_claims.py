"""Estimators of the field study against numbers worked by hand, and truths of cities made by hand."""

import math

import numpy as np
import pytest
from made_cities import made, nothing

from simdiff.analysis.field_claims import (
    CLAIMS,
    association,
    average,
    least_loss,
    lever_effect,
    proportion,
    quotient,
    together,
    wilson,
)
from simdiff.analysis.field_worlds import MIXES, mix_name, mix_number


def test_wilson() -> None:
    """5 of 10: .2366 and .7634; none of 10: 0 and .2775 (Wilson 1927, 95 %)."""
    assert wilson(0.5, 10) == pytest.approx((0.5, 0.2366, 0.7634), abs=5e-5)
    assert proportion(np.zeros(10, dtype=bool)) == pytest.approx((0.0, 0.0, 0.2775), abs=5e-5)
    assert math.isnan(wilson(0.5, 0)[1])


def test_mean_and_quotient() -> None:
    """1, 2, 3: t of 2 degrees of freedom is 4.3027, so 2 ± 4.3027/√3. Parts 1, 1 of wholes 1, 3: ratio .5, residuals
    .5 and −.5, SD .7071, half-width 12.706 × .7071/√2/2."""
    assert average(np.array([1.0, 2.0, 3.0])) == pytest.approx((2.0, 2 - 2.4842, 2 + 2.4842), abs=1e-3)
    assert quotient(np.array([1.0, 1.0]), np.array([1.0, 3.0])) == pytest.approx(
        (0.5, 0.5 - 3.1765, 0.5 + 3.1765), abs=1e-3
    )
    assert math.isnan(quotient(np.zeros(3), np.zeros(3))[0])


def test_association_is_a_difference_of_means_with_clustered_errors() -> None:
    """Four cities of one school: 0 and 2 without, 5 and 7 with. Difference 5; sandwich variance (1+1)/4 + (1+1)/4 = 1,
    times 4/3 × 3/2 = 2; t of 3 degrees of freedom 3.1824: half-width 4.5006."""
    use, said = np.array([0.0, 2.0, 5.0, 7.0]), np.array([[0.0], [0.0], [1.0], [1.0]])
    found = association(use, said, np.arange(4), 0)
    assert found == pytest.approx((5.0, 5 - 4.5006, 5 + 4.5006), abs=1e-3)


def test_schools_of_a_city_count_as_one_witness() -> None:
    """Each city twice: the same difference, and an interval that is hardly narrower. Catches errors that take 39
    schools for 39 answers."""
    use, said = np.array([0.0, 2.0, 5.0, 7.0]), np.array([[0.0], [0.0], [1.0], [1.0]])
    once = association(use, said, np.arange(4), 0)
    twice = association(np.repeat(use, 2), np.repeat(said, 2, axis=0), np.repeat(np.arange(4), 2), 0)
    assert twice[0] == pytest.approx(once[0])
    # the only change is the factor for the number of columns: 3/2 becomes 7/6
    assert (twice[2] - twice[0]) / (once[2] - once[0]) == pytest.approx(math.sqrt(7 / 6 / 1.5))


def test_a_lever_that_all_or_none_have_cannot_be_judged() -> None:
    assert all(math.isnan(part) for part in association(np.arange(4.0), np.ones((4, 1)), np.arange(4), 0))


def test_mixes_have_their_places() -> None:
    assert [mix_number(np.array(mix)) for mix in MIXES] == list(range(16))
    assert (mix_name(MIXES[0]), mix_name(MIXES[-1])) == ("base", "goals+flexibility+talent+networks")
    assert mix_name(MIXES[8]) == "goals"


def test_effects_of_levers_that_add_up() -> None:
    """Each family adds its own share to the three schools of five that are no sites: 3/5 of it in the city."""
    shares = np.array([0.1, 0.0, 0.2, 0.05])
    lived = made(np.array(MIXES), lambda mix: float(shares @ np.array(mix)))
    assert [lever_effect(k)(lived) for k in range(4)] == pytest.approx(list(0.6 * shares))
    assert least_loss(lived) == pytest.approx(0.0)  # flexibility adds nothing, so it does not take all four
    # all four give .35; the mean of the fifteen other mixes is (16 × .175 − .35)/15
    assert together(lived) == pytest.approx(0.6 * (0.35 - (16 * 0.175 - 0.35) / 15))


def test_effects_of_levers_that_need_each_other() -> None:
    """Nothing unless all four are there: each helps only where the three others are, one city in eight."""
    lived = made(np.array(MIXES), lambda mix: 0.4 if all(mix) else 0.0)
    assert [lever_effect(k)(lived) for k in range(4)] == pytest.approx([0.6 * 0.4 / 8] * 4)
    assert least_loss(lived) == pytest.approx(0.24)
    held = {claim.name: claim.holds(lived) for claim in CLAIMS}
    assert held["together"]
    assert held["goals"]


def test_truths_of_the_descriptive_claims() -> None:
    """Two of five schools are sites with all teachers using, half of these deeply, and nobody else does anything."""
    lived = made(nothing(17))
    truth = {claim.name: claim.truth(lived) for claim in CLAIMS}
    assert truth["pockets"] == 1.0
    assert truth["small"] == truth["unknown"] == pytest.approx(0.4)
    assert truth["stalled"] == 0.0
    assert truth["shallow"] == pytest.approx(0.5)
    assert truth["barriers"] == pytest.approx(0.2)
    held = {claim.name for claim in CLAIMS if claim.holds(lived)}
    assert held == {"pockets", "unknown", "stalled"}


def test_conclusions_are_drawn_by_their_rules() -> None:
    rules = {claim.name: claim for claim in CLAIMS}
    assert rules["small"].drawn((0.24, 0.1, 0.5))
    assert not rules["small"].drawn((0.26, 0.0, 0.5))
    assert rules["pockets"].drawn((0.51, 0.0, 1.0))
    assert rules["goals"].drawn((0.1, 0.001, 0.2))
    assert not rules["goals"].drawn((0.1, -0.001, 0.2))
    nothing_known = (math.nan, math.nan, math.nan)
    assert not any(claim.drawn(nothing_known) for claim in CLAIMS)
