"""The plateau index by hand, and what a change does to it."""

from dataclasses import replace

import pytest
from made_panels import made

from simdiff.analysis.plateau import CHANGES, Course, course, parts_of, summarise_plateau
from simdiff.model.state import EXPLORE, INITIAL
from simdiff.study.panel import Panel

WELL = Course(pilots=0.5, beyond=0.05, growth=0.01, yearly=0.01, deep=0.05, engaged=0.4, replication=1.0, runs=1.0)


def policy() -> Panel:
    """Ten schools in two runs: sites 0 and 1 of the first and 2 and 3 of the second for months 12 to 47. One site of
    each is active in the last month of the pilots (47). 36 months later (83) two others of the first run are active,
    and from month 120 on one more."""
    panel = made(2, 132, 10)
    panel.site[0, 12:48, :2] = panel.site[1, 12:48, 2:4] = True
    panel.stage[0, 47:48, 0] = panel.stage[1, 47:48, 2] = INITIAL
    panel.stage[0, 83:, 5:7] = INITIAL
    panel.stage[0, 120:, 7] = INITIAL
    panel.proficient[0, 59, 0] = 5
    panel.stage[0, 59, 1:4] = EXPLORE
    return panel


def test_course() -> None:
    """Pilots: 2 of 4 active at their end. Others: 16 in both runs; 2 active in month 83, one of which would be anyway:
    1/16. In the last 24 months (from month 107 to 131) one more: 1/16; in the five years from month 71 on, 2/16. Year
    four: 1 of 20 deep, 4 of 20 engaged. Two others per two pilots: 1.0. In the first run alone 1/8 and 1/8, in the
    second 0 and 0, so the index holds in half of the runs. Catches sites of the wrong run, a month after the end,
    growth that is not attributable."""
    without = made(2, 132, 10)
    without.stage[0, 83:, 5] = INITIAL
    found = course(policy(), without)
    assert found.pilots == 0.5
    assert found.beyond == pytest.approx(1 / 16)
    assert found.growth == pytest.approx(1 / 16)
    assert found.yearly == pytest.approx(2 / 16 / 5)
    assert (found.deep, found.engaged, found.replication) == (0.05, 0.2, 1.0)
    assert found.runs == 0.5


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({"pilots": 0.39}, {"pilots", "familiar", "index", "nearly"}),
        ({"deep": 0.18, "engaged": 1.0}, {"deep", "familiar", "nearly"}),
        ({"engaged": 0.24}, {"light", "familiar", "nearly"}),
        ({"beyond": 0.10}, {"growth", "familiar", "index", "slow", "nearly"}),
        ({"growth": 0.02}, {"growth", "familiar", "index"}),
        ({"yearly": 0.02}, {"slow", "nearly"}),
    ],
)
def test_each_part_can_fail_alone(change: dict[str, float], lost: set[str]) -> None:
    """At the bounds of model specification section 9 and of P1, P2b. Catches a part that decides nothing."""
    assert all(parts_of(WELL).values())
    assert {part for part, holds in parts_of(replace(WELL, **change)).items() if not holds} == lost


def test_no_deep_school_is_light_use_without_end() -> None:
    """Catches a ratio to nothing that counts as small."""
    assert parts_of(replace(WELL, deep=0.0))["light"]


def test_a_change_is_compared_draw_by_draw() -> None:
    """Two draws: the change takes the index from the first and gives it to the second: half and half, though the share
    is the same. Catches a comparison of shares."""
    bad = replace(WELL, pilots=0.1)
    names = list(CHANGES)[:2]
    first, second = summarise_plateau({names[0]: [WELL, bad], names[1]: [bad, WELL]})
    assert first.shares["index"].median == second.shares["index"].median == 0.5
    assert (first.removed, first.made, second.removed, second.made) == (0.0, 0.0, 0.5, 0.5)
    assert first.course["pilots"].median == pytest.approx(0.3)
