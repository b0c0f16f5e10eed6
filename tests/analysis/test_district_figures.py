"""A district followed closely, and the figures of its files: by hand on four schools, and against the panel."""

from math import log

import numpy as np
import pytest

from simdiff.analysis.district_figures import (
    Figures,
    adoption,
    figures,
    log_rate,
    shrunk_mean,
    since_launch,
    slopes,
    stages,
    surveys,
    teachers,
    yearly_hours,
)
from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.state import DROPPED, EXPLORE, INITIAL, INSTALL, NONE
from simdiff.scenario import load_experiment
from simdiff.study.followed import Followed, follow
from simdiff.study.panel import Panel, watch

STORIES = {
    "launches": [NONE] * 5 + [EXPLORE] * 3 + [INSTALL] * 6 + [INITIAL] * 10,
    "loses interest": [EXPLORE] * 10 + [NONE] * 14,
    "abandons": [EXPLORE] * 8 + [INSTALL] * 4 + [DROPPED] * 12,
    "nothing": [NONE] * 24,
}
"""Stages of four schools over two years; March is month 8 and 20, May 10 and 22."""


def followed(stories: dict[str, list[int]]) -> Followed:
    """Ten teachers a school; the first has 3 mechanical and 1 proficient user in the second May, the third 2 and 0."""
    stage = np.array(list(stories.values()), np.int8).T[None]
    counts = np.zeros((2, *stage.shape), np.int16)
    commitment, served = np.full((2, 4), np.nan), np.zeros(stage.shape[1:])
    if stories is STORIES:
        counts[0, 0, 22, [0, 2]], counts[1, 0, 22, 0] = (3, 2), 1
        commitment[1, 0] = 0.6
        served[14:, 0] = 2.0
    panel = Panel(stage, counts[0], counts[1], np.zeros(stage.shape, bool), np.full(4, 10, np.int32), 12)
    return Followed(panel, commitment, np.full((2, 4), 0.5), np.full((2, 4), 0.4), served)


def near(found: Figures, **wanted: float) -> None:
    for name, value in wanted.items():
        assert found[name] == pytest.approx(value), name


def test_pieces_by_hand() -> None:
    """Catches rates without the half, means of nothing, and slopes that are not shrunk: at 0, 0, 2 and 2 the values 0,
    0, 2 and 2 have XᵀX + 1 = [[5, 4], [4, 9]], Xᵀy = [4, 8], so a line of 4/29 + 24/29 x."""
    assert log_rate(0, 0) == log(0.5)
    assert log_rate(3, 6) == log(0.5)
    assert shrunk_mean(np.array([1.0, 0.0, 1.0]), 0.5) == 0.625
    assert shrunk_mean(np.zeros(0), 0.3) == 0.3
    x = np.array([0.0, 0.0, 2.0, 2.0, 99.0])
    found = slopes("s", x, np.arange(5) < 4, x)
    assert found == {"s_0": pytest.approx(4 / 29), "s_1": pytest.approx(24 / 29)}
    assert slopes("s", x, np.zeros(5, bool), x) == {"s_0": 0.0, "s_1": 0.0}


def test_stages_by_hand() -> None:
    """Exploring months 3 + 10 + 8 with one lapse; installing 6 + 4 with one abandoned and one launch, in the first
    September; nine active months without exit; idle months of the burn-in 5 + 1 + 11 with one beginning. Catches a
    count of the wrong month's stage, schools counted in place of school-months, an August launch."""
    found = stages(followed(STORIES))
    near(found, lapse=log(1.5 / 22), abandon=log(1.5 / 11), launch=log(1.5 / 2), first_september=log(1.5 / 1),
         exit=log(0.5 / 1.75), exit_young=log(0.5 / 1.75), explore_before=log(1.5 / 18), decide_site=log(0.5),
         installing=log(11), explore_again=log(0.5 / 12))  # fmt: skip
    near(adoption(followed(STORIES)), active_1=log(2), ever_1=log(2))


def test_slow_launches_and_periods_by_hand() -> None:
    """A school that decides in March of the second year and launches 18 months later; another that explores all along
    and is asked in three Marches of the early stretch. Catches the two sides of *first September* mixed up, and asking
    in other months than March."""
    stories = {
        "slow": [EXPLORE] * 20 + [INSTALL] * 18 + [INITIAL] * 10,
        "waits": [EXPLORE] * 48, "idle": [NONE] * 48, "too": [NONE] * 48,
    }  # fmt: skip
    found = stages(followed(stories))
    near(found, first_september=log(0.5 / 2), decide_early=log(1.5 / 5), exploring_early=log(1 + 9 + 36),
         explore_early=log(0.5 / 73))  # fmt: skip


def test_teachers_and_surveys_by_hand() -> None:
    """One active school in May: users (.4 + .3)/2, proficient (.1 + .1)/2, mechanical among users (.75 + .5)/2; users
    after dropping (.2 + .1)/2; commitment (.6 + .5)/2; its coaches came for nine months of that school year. Catches a
    calendar year in place of a school year, and an age counted from the first interest."""
    one = followed(STORIES)
    near(teachers(one), using_0=0.35, proficient_0=0.1, mechanical_0=0.625, using_1=0.3, cases=log(2),
         dropped_using=0.15)  # fmt: skip
    near(surveys(one), commitment_0=0.55, commitment_1=0.5, leavers_commitment=0.0, imagined_school_1=0.5,
         imagined_classroom_apart=0.0, hours=log(21))  # fmt: skip
    assert yearly_hours(one).tolist() == [[0.0] * 4, [18.0, 0.0, 0.0, 0.0]]
    assert since_launch(one.panel.active[0])[[13, 14, 23], 0].tolist() == [-1, 0, 9]


def test_every_figure_is_defined_where_nothing_happens() -> None:
    """Catches a division by no cases: one such district would spoil the lines through all."""
    found = figures(followed({str(n): [NONE] * 24 for n in range(4)}))
    assert all(np.isfinite(value) for part in found.values() for value in part.values())
    assert list(found) == ["A", "B", "C", "D"]


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    scenario = load_experiment("recovery").cell("followed-district", {})
    return prepare(scenario.scenario, world_of(scenario.scenario, scenario.schools, 1), 1)


def test_a_followed_district_is_the_district_that_is_watched(inputs: Inputs) -> None:
    """The same replicate through ``panel.watch``. Catches a month's shift, and files that change what they watch."""
    mine, panel = follow(inputs, 5), watch(inputs, [5])
    for name in ("stage", "mechanical", "proficient", "site", "teachers"):
        assert np.array_equal(getattr(mine.panel, name), getattr(panel, name)), name
    active = panel.active[0, 10::12]
    assert np.array_equal(np.isfinite(mine.commitment), active)
    assert active.any()
    assert mine.imagined_school.shape == (11, 60)
    assert mine.imagined_school[0].max() == pytest.approx(0.556, abs=1e-9)
    assert mine.imagined_school[10].mean() < 0.5
    assert mine.served[:12].sum() == 0.0 < mine.served.sum()
