"""Patterns of districts on panels written by hand, with figures worked by hand."""

import math

import numpy as np
import pytest
from made_panels import made, with_active

from simdiff.analysis.checks_districts import (
    adopters_depth,
    beyond_pilots,
    funnel,
    light_over_deep,
    light_use,
    mandates,
    plateau,
    pockets,
    single_levers,
    slowing,
    small_districts,
)
from simdiff.analysis.found import Found
from simdiff.analysis.structures import labels_only
from simdiff.analysis.surveys import engaged, year_end
from simdiff.model.state import DROPPED, EXPLORE, FULL, INITIAL, INSTALL
from simdiff.study.panel import Panel


def four_years_on() -> Panel:
    """Four schools of ten teachers as seen in June of the fourth year (month 12 + 47) only: one deep and active, one
    with a single user, one that explores, one that dropped the practice and has no user."""
    panel = made(1, 72, 4)
    panel.stage[0, 59] = INITIAL, 0, EXPLORE, DROPPED
    panel.proficient[0, 59, 0] = 5
    panel.mechanical[0, 59, 1] = 1
    return panel


def test_pockets_and_light_use() -> None:
    """One of four deep, three of four engaged. Catches a month beside June of year four, a school without users that
    counts because it once was in it, and a deep school that does not count as engaged."""
    panels = {"six-districts": four_years_on()}
    assert pockets(panels).figure == 0.25
    assert light_use(panels).figure == 0.75
    assert light_over_deep(panels).figure == 3.0


def test_a_ratio_to_no_deep_school_has_an_end() -> None:
    """Catches a division by zero; nothing over nothing is undefined."""
    panel = four_years_on()
    panel.proficient[:] = 0
    assert light_over_deep({"six-districts": panel}).figure == 100.0
    panel.mechanical[:], panel.stage[:] = 0, 0
    assert math.isnan(light_over_deep({"six-districts": panel}).figure)


def test_the_end_of_a_year() -> None:
    """Month 11 is the last before policy (burn-in of 12), 12 + 47 the last of year four. Catches an off-by-one, and a
    year beyond the horizon that is read as an earlier one."""
    panel = made(1, 72, 1)
    assert (year_end(panel, 0), year_end(panel, 4), year_end(panel, 5)) == (11, 59, 71)
    with pytest.raises(IndexError):
        year_end(panel, 6)


def pilots(joined: dict[int, int]) -> Panel:
    """Twenty-one schools over ten years: school 0 a site and active throughout; others active from a given month on."""
    panel = with_active(132, 21, {0: (12, 132), **{school: (month, 132) for school, month in joined.items()}})
    panel.site[0, 12:48, 0] = True
    return panel


def test_plateau() -> None:
    """School 1 would be active without the policy too; school 2 joins in year six: 1 of 20 schools, .05 in year six and
    in year ten; growth (.05 − 0)/5 = .01 a year. With three more schools from year eight on: (.2 − 0)/5 = .04.
    Catches sites that count as spread, spread that is not the policy's, growth over other years."""
    without = with_active(132, 21, {1: (12, 132)})
    worlds = {"pilot-then-scale": pilots({1: 12, 2: 75}), "status-quo": without}
    found = plateau(worlds)
    assert found.figure == 1.0
    assert found.parts["attributable spread beyond pilots, year 6"] == pytest.approx(0.05)
    assert found.parts["its growth a year, years 5 to 10"] == pytest.approx(0.01)
    growing = worlds | {"pilot-then-scale": pilots({1: 12, 2: 75, 3: 100, 4: 100, 5: 100})}
    assert plateau(growing).figure == 0.0
    assert plateau(growing).parts["its growth a year, years 5 to 10"] == pytest.approx(0.04)


def test_sites_of_one_run_are_others_in_another() -> None:
    """Two runs with other sites: 3 non-sites in all, of which 1 gained. Catches a mask taken over all runs."""
    policy, without = made(2, 24, 2), made(2, 24, 2)
    policy.site[0, :, 0] = True
    policy.stage[:, 23] = [[INITIAL, INITIAL], [INITIAL, 0]]
    assert beyond_pilots(policy, without, 1) == pytest.approx(2 / 3)


def launched(proficient: tuple[int, int], second_ends: int = 132) -> Panel:
    """Two schools launched in month 14, one of which ends; proficient teachers two years later, in month 38."""
    panel = with_active(132, 2, {0: (14, 132), 1: (14, second_ends)})
    panel.proficient[0, 38] = proficient
    return panel


def test_mandates() -> None:
    """Coverage peaks at 2 of 2 and ends at 1: .5. Ordered adopters: 1 of 10 teachers of the school still active (the
    other has 9, and dropped a month before); voluntary ones 6 of 20. Catches dropped schools in *depth given adoption*,
    and a peak of another month."""
    worlds = {"mandate": launched((1, 9), second_ends=38), "voluntary": launched((3, 3))}
    found = mandates(worlds)
    assert found == Found(
        1.0, {"end over peak": 0.5, "depth of ordered adopters": 0.1, "depth of voluntary adopters": 0.3}
    )
    assert mandates(worlds | {"voluntary": launched((0, 1))}).figure == 0.0
    assert mandates(worlds | {"mandate": launched((1, 1))}).figure == 0.0  # coverage lasts
    assert math.isnan(mandates(worlds | {"voluntary": made(1, 132, 2)}).figure)


def test_adopters_that_cannot_be_followed_are_left_out() -> None:
    """Launched in month 10 of 34: age 24 is month 34, one too late. Catches a look at the last month instead."""
    panel = with_active(34, 1, {0: (10, 34)})
    panel.proficient[:] = 10
    assert math.isnan(adopters_depth(panel))
    assert adopters_depth(panel, 23) == 1.0


def lever_world(deep: int, tried: int) -> Panel:
    """Ten schools, of which some install in year three and some teachers of the first are proficient in year ten."""
    panel = made(1, 132, 10)
    panel.stage[0, 40, :tried] = INSTALL
    panel.proficient[0, 131, 0] = deep
    return panel


def test_single_levers() -> None:
    """Flexibility: 2 more of 10 schools try; 4 more of 100 teachers proficient, under 5 points. Catches depth per
    school, a lever that adds more, and no attempts."""
    worlds = {"status-quo": lever_world(1, 1), "flexibility": lever_world(5, 3), "networks": lever_world(2, 1),
              "goals": lever_world(9, 1), "talent": lever_world(1, 1)}  # fmt: skip
    found = single_levers(worlds)
    assert found.figure == 1.0
    assert found.parts["attempts that flexibility adds, year 3"] == pytest.approx(0.2)
    assert found.parts["depth that flexibility adds, year 10"] == pytest.approx(0.04)
    assert found.parts["depth that goals adds, year 10"] == pytest.approx(0.08)
    assert single_levers(worlds | {"flexibility": lever_world(5, 1)}).figure == 0.0
    assert single_levers(worlds | {"networks": lever_world(7, 1)}).figure == 0.0


def of_ten(active: int) -> Panel:
    return with_active(132, 10, dict.fromkeys(range(active), (12, 132)))


def test_small_districts() -> None:
    """.3 of the small district, .2 of the large at equal doses, .4 with the small one's programme. Catches a difference
    the other way round, and the thin programme taken for the equal dose."""
    worlds = {"district-of-20": of_ten(3), "district-of-120": of_ten(2), "district-of-120-thin": of_ten(4)}
    found = small_districts(worlds)
    assert found.figure == 1.0
    assert list(found.parts.values()) == pytest.approx([0.1, -0.1])


def test_funnel() -> None:
    """Four winners: three in month 20, of which one launches in month 44, one in month 45 and one was active before;
    and one too late to be followed. 1 of 2. Catches a window of another length, and schools that launched before."""
    panel = with_active(60, 5, {0: (44, 60), 1: (45, 60), 2: (10, 60), 3: (50, 60)})
    panel.site[0, 20:, :3] = True
    panel.site[0, 40:, 3] = True
    assert funnel({"regional-fund": panel}).figure == 0.5


def test_slowing() -> None:
    """Three schools by the end of year three, two more by year four, one more by year five: 2 then 1. Catches years
    counted from the burn-in."""
    joined = {0: 20, 1: 20, 2: 20, 3: 50, 4: 50, 5: 65}
    panel = with_active(132, 10, {school: (month, 132) for school, month in joined.items()})
    found = slowing({"framework-roll-out": panel})
    assert found.figure == 1.0
    assert list(found.parts.values()) == pytest.approx([0.2, 0.1])


def test_a_model_of_labels_sees_labels_only() -> None:
    """Of the four schools above, the active one is all proficient, the others have no users and no stage but an exit.
    Catches use that outlives the label, and light engagement kept. Light over deep is then 1: it fails P2."""
    seen = labels_only(four_years_on())
    assert seen.stage[0, 59].tolist() == [FULL, 0, 0, DROPPED]
    assert seen.proficient[0, 59].tolist() == [10, 0, 0, 0]
    assert not seen.mechanical.any()
    assert engaged(seen)[0, 59].tolist() == [True, False, False, False]
    assert light_over_deep({"six-districts": seen}).figure == 1.0
    assert seen.proficient.dtype == np.int16
