"""A run with what must hold at the end of any: finite numbers, teachers conserved, books that close."""

from typing import Any

import pytest
from tiny_runs import make_inputs, make_scenario, strange_numbers

from simdiff.model.run import simulate
from simdiff.model.state import DISTRICT_PAYS, DROPPED, IN_KIND, Sim


def check(sim: Sim) -> Sim:
    """What holds at the end of any run: finite numbers, teachers conserved, shares within bounds, books that close."""
    use, teachers = sim.use, sim.site["teachers"][:, None]
    assert strange_numbers(sim) == []
    assert (use["mechanical"] >= 0).all()
    assert (use["proficient"] >= 0).all()
    assert (use["mechanical"].astype(int) + use["proficient"] <= teachers).all()
    for name in ("commitment", "fit", "ownership", "trial", "peer_share"):
        assert (use[name] >= 0).all(), name
        assert (use[name] <= 1).all(), name
    assert (sim.school["attention"] > 0).all()
    assert (sim.school["attention"] <= 1).all()
    assert (sim.school["overload"] >= 0).all()
    assert (use["served"].sum(axis=1) <= sim.school["asked"] * (1 + 1e-9)).all()
    assert ((use["stage"] >= 0) & (use["stage"] <= DROPPED)).all()
    assert (sim.ledger >= 0).all()
    books_close(sim)
    return sim


def books_close(sim: Sim) -> None:
    """By the ledger districts paid what they spent: this fiscal year's, and by the cash left over earlier years' too.

    A budget starts with policy; without one, ``spent`` adds up from the start of the burn-in.
    """
    burn_in = int(sim.run["burn_in"][0])
    for report, district in enumerate(sim.district):
        budget = sim.setting[district.group].budget
        first, spent = 0, district.spent
        if budget >= 0:
            first, closed_years = burn_in, (len(sim.ledger) - 1 - burn_in) // 12
            spent += budget * closed_years - district.cash
        paid = sim.ledger[first:, report, :IN_KIND, DISTRICT_PAYS].sum()
        assert spent == pytest.approx(paid, rel=1e-9, abs=1e-6)


def run(policy: dict[str, Any] | None = None, *, schools: int = 12, rows: Any = None, replicate: int = 1,
        **scenario: Any) -> Sim:  # fmt: skip
    """A checked run."""
    made = make_scenario(policy, **scenario)
    given = None if rows is None else {"north": rows}
    return check(simulate(make_inputs(made, given, schools=schools), replicate))
