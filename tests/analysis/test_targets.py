"""Figures of the calibration targets on hand-made panels: what each study would have counted."""

import math
from pathlib import Path

import numpy as np
import pytest

from simdiff.analysis.patterns import CALIBRATED_TO, TARGETS
from simdiff.analysis.targets import (
    AT_ONCE,
    FIGURES,
    events,
    formal_survival,
    full_after,
    implementing,
    loss_hazard,
    mechanical_share,
    startup,
)
from simdiff.model.inputs import parameter_record, parameter_values
from simdiff.model.state import DROPPED, EXPLORE, FULL, INITIAL, INSTALL, NONE
from simdiff.scenario import load_scenario
from simdiff.study.panel import Panel

TEACHERS = 10
MONTHS = 84


def panel(*schools: list[tuple[int, int, int, int]]) -> Panel:
    """One run; each school a list of (from month, stage, M, K), each holding until the next."""
    shape = (1, MONTHS, len(schools))
    stage, mechanical, proficient = (np.zeros(shape, kind) for kind in (np.int8, np.int16, np.int16))
    for s, said in enumerate(schools):
        for month, one, m, k in said:
            stage[0, month:, s], mechanical[0, month:, s], proficient[0, month:, s] = one, m, k
    return Panel(stage, mechanical, proficient, np.zeros(shape, bool), np.full(len(schools), TEACHERS), 12)


NEVER = [(0, NONE, 0, 0)]
LAUNCHED = [(5, EXPLORE, 0, 0), (10, INSTALL, 0, 0), (14, INITIAL, 3, 1), (30, FULL, 2, 6)]
"""Launches in month 14, full from month 30."""
GAVE_UP = [(10, INSTALL, 0, 0), (13, DROPPED, 0, 0)]
SHORT_LIVED = [(10, INSTALL, 0, 0), (14, INITIAL, 4, 0), (22, DROPPED, 1, 0)]
"""Launches in month 14 and drops the label eight months later."""
STILL_AT_IT = [(80, INSTALL, 0, 0)]


def test_startup_counts_installations_that_ended() -> None:
    """C1. Catches installations that are not over counted as failures, and schools that only explored."""
    assert startup(panel(LAUNCHED, GAVE_UP, SHORT_LIVED, STILL_AT_IT, NEVER)) == (2 / 3, 3)
    assert math.isnan(startup(panel(NEVER))[0])


def test_a_school_that_tries_twice_counts_twice() -> None:
    """C1. Catches a second attempt that is lost."""
    twice = [(10, INSTALL, 0, 0), (13, DROPPED, 0, 0), (20, INSTALL, 0, 0), (26, INITIAL, 1, 0)]
    assert startup(panel(twice)) == (0.5, 2)


def test_a_school_that_gives_up_within_a_month_began_all_the_same() -> None:
    """C1. Catches beginnings that end within a month, which no month's end shows, and beginnings of the last year."""
    at_once = [(5, EXPLORE, 0, 0), (20, DROPPED, 0, 0)]
    too_late = [(75, INSTALL, 0, 0), (78, DROPPED, 0, 0)]
    lapsed = [(5, EXPLORE, 0, 0), (20, NONE, 0, 0)]
    assert startup(panel(LAUNCHED, at_once, too_late, lapsed)) == (1 / 2, 2)


def test_mechanical_users_nine_months_after_launch() -> None:
    """C2. In month 23: M = 3, K = 1 and (dropped by then) M = 1, K = 0: 4 of 5 users. Catches shares averaged over
    schools, and another month."""
    assert mechanical_share(panel(LAUNCHED, SHORT_LIVED)) == (4 / 5, 2)


def test_implementing_needs_the_label_and_use() -> None:
    """C3. In month 38: 8 of 10 teachers use it with the label; dropped; labelled with 2 of 10. Catches labels without
    use, use without labels."""
    label_only = [(14, INITIAL, 2, 0)]
    use_only = [(14, INITIAL, 2, 0), (20, DROPPED, 5, 5)]
    assert implementing(panel(LAUNCHED, SHORT_LIVED, label_only, use_only)) == (1 / 4, 4)


def test_formal_survival_is_kaplan_and_meiers() -> None:
    """C4. Four launches in month 14; one drops at age 8, one at age 20; one launches in month 70, seen to age 13 only.
    S(36) = (1 − 1/5)(1 − 1/3). Catches censored schools counted as survivors or as losses."""
    late = [(70, INITIAL, 1, 0)]
    dropped_at_20 = [(14, INITIAL, 4, 0), (34, DROPPED, 0, 0)]
    survival, cases = formal_survival(panel(LAUNCHED, LAUNCHED, SHORT_LIVED, dropped_at_20, late), 36)
    assert survival == pytest.approx((1 - 1 / 5) * (1 - 1 / 3))
    assert cases == 4  # the late one was not watched so long


def test_survival_needs_somebody_who_was_watched_long_enough() -> None:
    """C4. Catches a survival that nobody could have shown."""
    assert math.isnan(formal_survival(panel([(80, INITIAL, 1, 0)]), 36)[0])
    assert math.isnan(formal_survival(panel(NEVER), 36)[0])


def test_loss_hazard_from_one_may_to_the_next() -> None:
    """C5. Mays are months 10, 22, 34, … 82. A school in real use in months 14–60 is seen in use in four Mays (22, 34,
    46, 58) and not in 70: three of four years kept, hazard −ln(3/4). Catches months for years, use before launch."""
    uses = [(14, INITIAL, 3, 0), (61, INITIAL, 2, 0)]
    before = [(0, EXPLORE, 5, 0)]
    assert loss_hazard(panel(uses, before)) == (pytest.approx(-math.log(3 / 4)), 4)


def test_formal_exit_is_one_minus_survival() -> None:
    """C6. Catches survival reported as exit."""
    assert FIGURES["C6"](panel(LAUNCHED, SHORT_LIVED)) == (0.5, 2)


def test_full_five_years_on() -> None:
    """C7. Catches a school that was full once and is no longer, and launches that were not watched five years."""
    once = [(14, INITIAL, 3, 0), (30, FULL, 2, 6), (60, INITIAL, 3, 2)]
    late = [(40, INITIAL, 1, 0), (50, FULL, 0, 9)]
    assert full_after(panel(LAUNCHED, once, late)) == (1 / 2, 2)


def test_what_follows_from_parameters_alone() -> None:
    """C8: Q(.5)/Q(.01) = .629/1.283 (verification case V17 of the specification). C10: .2/(.2 + .8 · .556) = .310. A1:
    1 + .87. Catches a wrong pool, a phantom counted as real."""
    scenario = load_scenario(Path("status-quo")).scenario
    par = parameter_record(parameter_values(scenario), scenario.structure)[0]
    assert AT_ONCE["C8"](par) == pytest.approx(0.629 / 1.283, abs=1e-3)
    assert AT_ONCE["C10"](par) == pytest.approx(0.310, abs=5e-4)
    assert AT_ONCE["A1"](par) == pytest.approx(1.87)


def test_first_months_of_a_condition() -> None:
    """Catches a last month for a first, and schools where it never holds."""
    runs, months, schools = events(panel(NEVER, LAUNCHED).active)
    assert (runs.tolist(), months.tolist(), schools.tolist()) == ([0], [14], [1])


def test_every_target_is_measured_or_has_a_place_of_its_own() -> None:
    """Catches a calibration target that nothing measures: C9 alone is fitted in the leader-level limit."""
    assert {t.name for t in CALIBRATED_TO} - {*FIGURES, *AT_ONCE} == {"C9"}
    assert all(target.low < target.centre < target.high for target in TARGETS.values())


def test_a_wrong_panel_month_is_caught() -> None:
    """The defect planted: a panel that shows each month one month late misses the launch at nine months."""
    right = panel(LAUNCHED, [(14, INITIAL, 3, 0), (23, INITIAL, 1, 3)])
    late = Panel(right.stage, np.roll(right.mechanical, 1, axis=1), np.roll(right.proficient, 1, axis=1), right.site,
                 right.teachers, 12)  # fmt: skip
    assert mechanical_share(right)[0] != mechanical_share(late)[0]
