"""Patterns of schools on panels written by hand, with figures worked by hand."""

import math

import numpy as np
import pytest
from made_panels import made, visited, with_active

from simdiff.analysis.checks_schools import (
    TRAJECTORIES,
    critical_mass,
    jumps,
    leader_exit,
    outlived,
    trajectories,
    trajectory_shares,
    two_clocks,
)
from simdiff.analysis.structures import labels_only
from simdiff.analysis.surveys import label_lives, survival, use_lives
from simdiff.analysis.targets import formal_survival
from simdiff.model.state import DROPPED, INITIAL
from simdiff.study.panel import Panel


def test_survival_by_hand() -> None:
    """Ends at 5, followed to 8, ends at 8, followed to 10: ¾ after 5 months; of three at risk at 8 one ends, ¾ · ⅔ = ½;
    nobody is followed beyond 10. Catches schools that leave the risk set before the end of their own month."""
    curve = survival(np.array([5, 8, 8, 10]), np.array([True, False, True, False]), 12)
    assert curve[[0, 4, 5, 7, 8, 10]].tolist() == pytest.approx([1, 1, 0.75, 0.75, 0.5, 0.5])
    assert np.isnan(curve[11:]).all()


def test_nobody_left_is_known_to_be_nobody() -> None:
    """Once all have ended, survival stays 0. Catches an undefined tail."""
    assert survival(np.array([2, 3]), np.array([True, True]), 5).tolist() == [1, 1, 0.5, 0, 0, 0]


def framework() -> Panel:
    """Four schools of ten teachers, launched in month 14 and followed to the end; visits in months 22, 34, … The fourth
    drops the label in month 34. Real use (3 of 10): the first keeps it, the others lose it after 2, 1 and 1 years."""
    panel = with_active(132, 4, dict.fromkeys(range(4), (14, 132)))
    panel.stage[0, 34:, 3] = DROPPED
    for school, users in enumerate(([4] * 10, [4, 4] + [2] * 8, [4] + [2] * 9, [4] + [2] * 9)):
        visited(panel, school, users, first=12)
    return panel


def test_two_clocks() -> None:
    """Three of four lose real use within five years, one of four the label: 3.0. Catches one clock read for the other,
    and a label's clock that does not start at launch (20 months)."""
    panel = framework()
    age, ended = label_lives(panel)
    assert age.tolist() == [117, 117, 117, 20]
    assert ended.tolist() == [False, False, False, True]
    assert use_lives(panel)[0].tolist() == [108, 24, 12, 12]
    found = two_clocks({"internal-framework": panel})
    assert found.figure == pytest.approx(3.0)
    assert list(found.parts.values()) == pytest.approx([0.75, 0.25])
    assert 1.0 - formal_survival(panel, 60)[0] == pytest.approx(0.25)  # as calibration measures it


def test_a_model_of_labels_has_one_clock() -> None:
    """The same histories as labels: only the fourth school loses anything, at the visit after its label. Ratio 1.
    Catches a reading in which use has a life of its own."""
    assert two_clocks({"internal-framework": labels_only(framework())}).figure == pytest.approx(1.0)


def test_no_exit_and_no_launch() -> None:
    """No label dropped: the ratio has an end, 100. Nobody launched: undefined, not zero."""
    panel = framework()
    panel.stage[0, 34:, 3] = INITIAL
    assert two_clocks({"internal-framework": panel}).figure == 100.0
    assert math.isnan(two_clocks({"internal-framework": made(1, 132, 4)}).figure)


def test_jumps() -> None:
    """Users of ten at yearly visits: 1, 5, 9 jumps within two years; 1, 1, 1, 1 stalls; 2, 3, 4, 4 does neither; 5, 9,
    … was never at about 10 %. 1 of 3 jumps, 1 of 3 stalls. Catches jumps from above, over three years, or of one school
    counted twice."""
    panel = made(1, 60, 5)
    for school, users in enumerate(([1, 5, 9, 9], [1, 1, 1, 1], [2, 3, 4, 4], [5, 9, 9, 9])):
        visited(panel, school, users, first=12)
    found = jumps({"pilot-then-scale": panel})
    assert found.figure == pytest.approx(1 / 3)
    assert found.parts["stall for two years"] == pytest.approx(1 / 3)
    visited(panel, 0, [1, 5, 8, 9], first=12)  # .8 is not over .8, and .9 comes after three years
    assert jumps({"pilot-then-scale": panel}).figure == 0.0


def neighbours() -> Panel:
    """Two districts of four schools seen in three Mays (10, 22, 34). In the first all are active throughout; in the
    second two were, and one of them drops the practice before the second May."""
    panel = made(2, 36, 4)
    panel.stage[0] = INITIAL
    panel.stage[1, :, :2] = INITIAL
    panel.stage[1, 15:, 1] = DROPPED
    return panel


def test_critical_mass() -> None:
    """First year of age: four points (x = 1, kept), two (x = 1/3, one kept). x̄ = 7/9, ȳ = 5/6: Σxy = 4/9, Σxx = 48/81.
    Second: four (1, kept), one (0, kept): Σxy = 0, Σxx = .8. Slope (4/9)/(48/81 + .8). Catches a school counted among
    its own neighbours, ages mixed, and dropping in place of keeping."""
    found = critical_mass({"internal-framework": neighbours()})
    assert found.figure == 1.0
    (slope,) = found.parts.values()
    assert slope == pytest.approx((4 / 9) / (48 / 81 + 0.8))


def test_critical_mass_the_other_way() -> None:
    """Planted: the crowded district loses a school, the sparse one none. The slope is below zero; it does not hold."""
    panel = neighbours()
    panel.stage[0, 15:, 0] = DROPPED
    panel.stage[1, 15:, 1] = INITIAL
    assert critical_mass({"internal-framework": panel}).figure == 0.0


def five_paths() -> Panel:
    """Five schools launched in month 2, followed 60 months; in real use at the visits in which they have 3 of 10."""
    panel = with_active(63, 5, dict.fromkeys(range(5), (2, 63)), burn_in=0)
    for school, users in enumerate(([0, 3, 3, 3, 3], [0, 0, 0, 3, 3], [3, 3, 3, 0, 0], [3, 3, 0, 0, 0], [2] * 5)):
        visited(panel, school, users)
    return panel


def test_each_trajectory_by_its_rule() -> None:
    """One school each. Catches classes that overlap or leave a school out, and visits counted from another May."""
    shares = trajectory_shares(five_paths())
    assert dict(zip(TRAJECTORIES, shares, strict=True)) == dict.fromkeys(TRAJECTORIES, 0.2)
    assert trajectories({"internal-framework": five_paths()}).figure == 1.0


def test_an_empty_trajectory_is_told() -> None:
    """Planted: nobody is slow. And labels alone, which know no slow school."""
    panel = five_paths()
    visited(panel, 1, [3] * 5)
    assert trajectories({"internal-framework": panel}).figure == 0.0
    assert trajectories({"internal-framework": labels_only(five_paths())}).figure == 0.0


def test_schools_followed_too_short_have_no_trajectory() -> None:
    """Catches a class given to schools whose fifth May was never seen."""
    panel = with_active(62, 1, {0: (2, 62)}, burn_in=0)
    assert np.isnan(trajectory_shares(panel)).all()
    assert math.isnan(trajectories({"internal-framework": panel}).figure)


def flagship(ends: int) -> Panel:
    """Four schools active from month 20, with half of their teachers using the practice; two drop the label in a given
    month, one of which keeps 4 of 10 users a year on."""
    panel = with_active(132, 4, dict.fromkeys(range(4), (20, 132)))
    panel.mechanical[0, 20:] = 5
    panel.stage[0, ends:, :2] = DROPPED
    panel.mechanical[0, ends + 12 :, 0] = 4
    panel.mechanical[0, ends + 1 :, 1] = 2
    return panel


def test_leader_exit() -> None:
    """The leader leaves in month 36; three years later (month 71) 2 of 4 schools are left, against 4 of 4 where he or
    she stayed (they drop too, but later). Of two schools that lost the label in real use, one still is a year later: ½.
    Catches other months, and schools that dropped before the exit."""
    worlds = {"leader-stays": flagship(80), "leader-leaves": flagship(58), "leader-leaves-scrapped": flagship(46)}
    found = leader_exit(worlds)
    assert found.figure == 1.0
    assert list(found.parts.values()) == [1.0, 0.5, 0.5, 0.5]
    assert leader_exit(worlds | {"leader-leaves": flagship(80)}).figure == 0.0
    assert math.isnan(outlived(flagship(34)))  # before the exit
    assert outlived(labels_only(flagship(46))) == 0.0
