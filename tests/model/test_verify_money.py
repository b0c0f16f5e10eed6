"""Planted defects of the ledger and of equity (V28). The cases themselves: tests/analysis."""

import pytest

from simdiff.analysis.verification import money
from simdiff.analysis.verification.case import agrees, mean_case
from simdiff.analysis.verification.limits import seed_of
from simdiff.model.state import LINES, PARTNER_PAYS


def test_v28_twins_of_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """V28's check of the ledger is red if a district's account is a dollar off, and if outcomes leave out the coaches
    that partners pay."""
    sim = money.paid(0, seed_of("v28"))
    assert max(money.ledger_faults(sim)) < 1e-9
    sim.district["spent"][0] += 1.0
    assert max(money.ledger_faults(sim)) > 1e-9
    sim.district["spent"][0] -= 1.0
    left_out = sim.ledger[:, :, LINES.index("coaches"), PARTNER_PAYS].sum()
    right = money.cost
    monkeypatch.setattr(money, "cost", lambda seen: right(seen) - left_out)
    assert max(money.ledger_faults(sim)) > 1e-9


def test_v28_twins_of_the_lines() -> None:
    """V28's check of the lines is red if any one line is charged for 61 months in place of 60."""
    sim = money.paid(0, seed_of("v28"), money.STAYING)
    assert agrees(money.line_ratios(sim), tolerance=1e-9)
    for line in range(len(LINES)):
        ledger = sim.ledger.copy()
        ledger[:, :, line] *= 61 / 60
        assert not agrees(money.line_ratios(sim._replace(ledger=ledger)), tolerance=1e-9), LINES[line]


@pytest.mark.parametrize("draw", [{"teacher_exit_need": 0.3}, {"need_capacity": -0.9}])
def test_v28_twins_of_the_gap(draw: dict[str, float]) -> None:
    """V28's check of the gap is red if needy schools lose more teachers, and if they have less capacity."""
    assert not agrees(mean_case(money.gaps(150, seed_of("v28 gap"), draw), 0.0))
