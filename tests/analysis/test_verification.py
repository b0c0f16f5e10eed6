"""The verification cases V1–V28 at the shipped seed, the registry they stand in, and how they are judged."""

import math
from dataclasses import replace

import numpy as np
import pytest

from simdiff.analysis.verification.case import (
    FRESH,
    TOLERANCE,
    Case,
    Check,
    agrees,
    detectable,
    joined,
    mean_case,
    report,
    sees_defect,
    times,
)
from simdiff.analysis.verification.cases import CHECKS, SHIPPED_SEED, SHIPPED_SIZE, chosen, unknown
from simdiff.analysis.verification.judge import (
    NOT_APPLICABLE,
    OK,
    WRONG,
    Judgement,
    Value,
    false_alarm,
    judge,
    limit_of,
    verify,
)

EXACT = Check(99, "answer", "", "by hand", lambda seed, size: Case(1.0, 0.0, 1.0))


def printed_gaps(check: Check, case: Case) -> dict[str, float]:
    """Exact answers that are not the printed figures, beyond half a unit of the last printed digit."""
    exact = np.atleast_1d(np.asarray(case.exact, dtype=float))
    assert len(check.printed) in (0, len(exact))
    far = {}
    for n, said in enumerate(check.printed):
        half = 0.51 * 10.0 ** -len(said.partition(".")[2])
        if said and abs(exact[n] - float(said)) > half:
            far[said] = float(exact[n])
    return far


@pytest.mark.parametrize("check", [one for one in CHECKS if one.run], ids=lambda one: f"{one.name} {one.title[:40]}")
def test_every_case_holds(check: Check) -> None:
    """Each case at the shipped seed, as ``simdiff verify`` runs it: within 3.3 standard errors (without chance, its own
    tolerance) of an exact answer that is the specification's printed figure; and the defect that the case names would
    move the answer by more than what it can detect.

    Catches: what each case says it catches; a stochastic case too small to see anything.
    """
    assert check.run is not None
    case = check.run(SHIPPED_SEED, SHIPPED_SIZE)
    assert agrees(case, tolerance=check.tolerance), report(case)
    assert printed_gaps(check, case) == {}
    assert np.size(case.simulated) == max(1, len(check.elements))
    chance = bool(np.any(np.asarray(case.error) > 0))
    assert chance == bool(check.defect) == (case.wrong is not None) == (case.samples > 0)
    assert not chance or sees_defect(case, tolerance=check.tolerance), detectable(case)


def test_every_number_is_registered_or_excused() -> None:
    """Catches a case of the specification that nobody runs, and an excuse without a reason."""
    assert [*dict.fromkeys(check.number for check in CHECKS)] == list(range(1, 29))
    excused = [check for check in CHECKS if check.run is None]
    assert [check.name for check in excused] == ["V15"]
    assert all(check.reason for check in excused)
    assert not any(check.reason for check in CHECKS if check.run)
    assert all(check.catches and check.source for check in CHECKS if check.run)
    assert len({(check.name, check.title) for check in CHECKS}) == len(CHECKS)


def test_cases_are_chosen_by_name() -> None:
    """Catches a choice that minds capitals, or takes V1 for V10."""
    assert {check.name for check in chosen(["v1"])} == {"V1"}
    assert chosen([]) == CHECKS
    assert unknown(["v1", "V29", "V29", "1"]) == ["V29", "1"]


def test_printed_figures_are_compared_to_their_last_digit() -> None:
    """The comparison itself: .806 is .8057 and not .8066. Catches a comparison that rounds too generously."""
    check = replace(EXACT, printed=(".806",))
    assert printed_gaps(check, Case(0.0, 0.0, 0.80574)) == {}
    assert printed_gaps(check, Case(0.0, 0.0, 0.8066)) == {".806": 0.8066}


def test_mean_and_errors_by_hand() -> None:
    """Samples 1, 2, 3: mean 2, standard error 1/√3; at limit 3.3 the detectable error is 4.945/√3.

    Catches: n for n − 1, a detectable error without the power's 1.645.
    """
    case = mean_case([1.0, 2.0, 3.0], 2.0, 5.0)
    assert case.simulated == 2.0
    assert case.samples == 3
    assert case.error == pytest.approx(1 / math.sqrt(3))
    assert detectable(case) == pytest.approx(4.945 / math.sqrt(3), rel=1e-9)
    assert sees_defect(case)
    assert not sees_defect(case._replace(wrong=4.8))


def test_the_detectable_error_is_missed_one_time_in_twenty() -> None:
    """Normal results whose truth is off by the detectable error agree in 5 % of 20,000 trials (five standard errors).

    Catches: a power that is stated and not had.
    """
    off = float(detectable(Case(0.0, 1.0, 0.0)))
    z = np.random.default_rng(20_260_701).normal(off, 1.0, 20_000)
    missed = np.mean([agrees(Case(one, 1.0, 0.0)) for one in z])
    assert abs(missed - 0.05) < 5 * math.sqrt(0.05 * 0.95 / 20_000)


def test_joined_cases_keep_their_parts() -> None:
    """Catches a part that loses its error, or a sure part that gets a defect."""
    case = joined(
        Case([1.0, 2.0], [0.1, 0.2], [1.5, 2.5], [3.0, 4.0], 30), Case(7.0, 0.0, 7.0), Case(1.0, 0.5, 0, 1, 20)
    )
    assert case.simulated.tolist() == [1, 2, 7, 1]
    assert case.error.tolist() == [0.1, 0.2, 0, 0.5]
    assert case.exact.tolist() == [1.5, 2.5, 7, 0]
    assert case.wrong.tolist() == [3, 4, 7, 1]
    assert case.samples == 20
    assert joined(Case(1.0, 0.0, 1.0)).wrong is None


def test_judge_shows_the_worst_value() -> None:
    """Three values, deviations of 1, 4 and 2 standard errors: the second is shown, and wrong at 3.3 but not at 5.

    Catches: the largest deviation taken for the worst one, a verdict by the first value.
    """
    check = replace(EXACT, elements=("a", "b", "c"))
    case = Case([10.0, 4.0, 2.0], [10.0, 1.0, 1.0], [0.0, 0.0, 0.0], None, 50)
    strict, lenient = (judge(check, case, limit) for limit in (TOLERANCE, FRESH))
    assert strict.value == Value("b", 0.0, 4.0, 1.0, 50, pytest.approx(4.945))
    assert strict.value.z == 4.0
    assert (strict.verdict, lenient.verdict) == (WRONG, OK)


@pytest.mark.parametrize("got", [math.nan, math.inf, 1.0 + 1e-9])
def test_judge_refuses_what_is_no_answer(got: float) -> None:
    """Catches not-a-number that passes because no comparison with it is true."""
    found = judge(EXACT, Case(got, 0.0, 1.0), TOLERANCE)
    assert found.verdict == WRONG
    assert found.value is not None
    assert found.value.z is None


def test_a_case_that_stops_is_wrong_and_one_without_a_run_is_not() -> None:
    """Catches an error that ends the whole command, and an excused case that counts as a failure."""

    def stops(seed: int, size: float) -> Case:
        raise ZeroDivisionError("no schools")

    broken = verify(replace(EXACT, run=stops), 1, 1.0)
    assert broken.verdict == WRONG
    assert "ZeroDivisionError: no schools" in broken.told
    excused = verify(replace(EXACT, run=None, reason="no queue"), 1, 1.0)
    assert (excused.verdict, excused.told, excused.value) == (NOT_APPLICABLE, "no queue", None)


def test_limits_and_false_alarms() -> None:
    """3.3 for what is frozen, 5 for anything else. Two values of 11 samples: 2 × P(|t₁₀| > 3.169) = 2 × .01 (tables of
    Student's law); a sure value adds nothing.

    Catches: a fresh seed judged as a frozen one, and heavy tails of few replicates left out.
    """
    assert limit_of(SHIPPED_SEED, SHIPPED_SIZE) == TOLERANCE
    assert limit_of(SHIPPED_SEED, 2.0) == limit_of(2, SHIPPED_SIZE) == FRESH
    values = tuple(Value("", 0.0, 0.0, error, samples, 1.0) for error, samples in ((1.0, 11), (1.0, 11), (0.0, 0)))
    assert false_alarm([Judgement(EXACT, values, 0, OK, "")], 3.169) == pytest.approx(0.02, rel=1e-3)


def test_size_multiplies_replicates() -> None:
    """Catches a size that leaves a case without a standard error, or that does nothing."""
    assert [times(100, size) for size in (0.001, 0.5, 1.0, 2.5)] == [2, 50, 100, 250]
    small, large = (chosen(["V9"])[0].run(5, size) for size in (0.05, 0.1))
    assert large.samples > 1.8 * small.samples
    assert large.error[0] < small.error[0]
    assert not np.array_equal(small.simulated, chosen(["V9"])[0].run(6, 0.05).simulated)
