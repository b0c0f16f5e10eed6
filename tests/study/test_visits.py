"""Visits see what is there: the same as a panel, and the constraint of the equations."""

from functools import cache
from pathlib import Path

import numpy as np

from simdiff.model.inputs import BURN_IN, Inputs, prepare, world_of
from simdiff.scenario import load_scenario
from simdiff.study.panel import watch
from simdiff.study.visits import visits

MONTHS = (BURN_IN + 22, BURN_IN + 34)


@cache
def inputs() -> Inputs:
    loaded = load_scenario(Path("all-sub-levers"))
    return prepare(loaded.scenario, world_of(loaded.scenario, loaded.schools, 3), 3)


def test_a_visit_sees_what_a_panel_sees() -> None:
    """Catches a month too early or late, and counts that go on changing after they were looked at."""
    panel, seen = watch(inputs(), [5]), visits(inputs(), 5, MONTHS)
    for month, visit in zip(MONTHS, seen, strict=True):
        np.testing.assert_array_equal(visit.proficient, panel.proficient[0, month])
        np.testing.assert_array_equal(visit.using, (panel.mechanical + panel.proficient)[0, month])
        np.testing.assert_array_equal(visit.active, panel.active[0, month])
        np.testing.assert_array_equal(visit.known, panel.stage[0, month] > 0)
        np.testing.assert_array_equal(visit.site, panel.site[0, month])
    assert seen[1].active.any()


def test_constraint_is_that_of_the_equations() -> None:
    """Grants are .8 after a year: rules of .2 leave .04; a site's waiver of .8 leaves .008 (E4). Perceived constraint
    is never below it, and clarifying leaves less imagined than the .556 of the start (E5)."""
    second = visits(inputs(), 5, MONTHS)[1]
    assert set(np.round(second.binding, 6)) == {0.04, 0.008}
    np.testing.assert_array_equal(np.round(second.binding, 6) == 0.008, second.site)
    assert (second.perceived > second.binding).all()
    assert second.perceived.max() < 0.04 + 0.96 * 0.556


def test_signals_are_capacity_seen_with_error() -> None:
    """z-scores by construction, the same at both visits."""
    first, second = visits(inputs(), 5, MONTHS)
    np.testing.assert_array_equal(first.signal, second.signal)
    assert abs(first.signal.mean()) < 0.5
    assert 0.7 < first.signal.std() < 1.3
