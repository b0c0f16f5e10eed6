"""The verification cases at luck that nobody has seen, larger: ``pytest -m slow tests/analysis/test_verify_fresh.py``.

The seed is the day's, or SIMDIFF_VERIFY_SEED; the size 4, or SIMDIFF_VERIFY_SIZE. About five minutes on one core.
"""

import os
from datetime import date

import numpy as np
import pytest

from simdiff.analysis.verification.case import FRESH, Check, agrees, detectable, report, sees_defect
from simdiff.analysis.verification.cases import CHECKS

SEED = int(os.environ.get("SIMDIFF_VERIFY_SEED") or date.today().strftime("%Y%m%d"))
SIZE = float(os.environ.get("SIMDIFF_VERIFY_SIZE") or 4.0)


@pytest.mark.slow
@pytest.mark.parametrize("check", [one for one in CHECKS if one.run], ids=lambda one: f"{one.name} {one.title[:40]}")
def test_every_case_holds_at_fresh_luck(check: Check) -> None:
    """Within 5 standard errors of the exact answer, and large enough that the defect that the case names would be seen
    19 times in 20 at that limit.

    Catches: an answer that only holds at the frozen seed, and a case whose stated power it does not have.
    """
    assert check.run is not None
    case = check.run(SEED, SIZE)
    repeat = f"repeat: simdiff verify {check.name} --seed {SEED} --size {SIZE:g} (or SIMDIFF_VERIFY_SEED={SEED})"
    print(f"{report(case)}; seed {SEED}")
    assert agrees(case, FRESH, check.tolerance), f"{report(case)}; {repeat}"
    if np.any(np.asarray(case.error) > 0):
        missed = detectable(case, FRESH, check.tolerance)
        assert sees_defect(case, FRESH, check.tolerance), f"{check.defect}: detectable only {missed}; {repeat}"
