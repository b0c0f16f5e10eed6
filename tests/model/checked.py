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
    """What districts paid by the ledger is what they spent, this year's and, with a budget, earlier years' by cash."""
    paid = sim.ledger[:, :, :IN_KIND, DISTRICT_PAYS].sum(axis=(0, 2))
    for d, district in enumerate(sim.district):
        budget = sim.setting[district.group].budget
        years = (len(sim.ledger) - 1) // 12 if budget >= 0 else 0
        spent = district.spent + (budget * years - district.cash if budget >= 0 else 0)
        assert spent == pytest.approx(paid[d], rel=1e-9, abs=1e-6)


def run(policy: dict[str, Any] | None = None, *, schools: int = 12, rows: Any = None, replicate: int = 1,
        **scenario: Any) -> Sim:  # fmt: skip
    """A checked run."""
    made = make_scenario(policy, **scenario)
    given = None if rows is None else {"north": rows}
    return check(simulate(make_inputs(made, given, schools=schools), replicate))
