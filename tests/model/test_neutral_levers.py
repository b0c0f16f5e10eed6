"""A programme at zero is no programme, byte for byte; a limit that never binds is no limit. Sub-levers at zero are case
V24 (tests/analysis)."""

import numpy as np
import pytest
from tiny_runs import SEED, differences, full_policy, make_inputs, make_scenario

from simdiff.analysis.verification.identities import LATE, live, put
from simdiff.model.run import simulate
from simdiff.model.state import Sim

PARTNER = {"name": "fund", "members": {"north": "all"}, "fte": 2.0, "match": 0.5, "stock": 9.0}
TIES = ("school", "use", "seen", "district", "knowledge", "observed", "condition", "ledger", "survival", "waiting")


def run(policy: dict) -> Sim:
    """Six years of twelve schools, two practices and every switch under a policy."""
    return live(policy, SEED)


@pytest.fixture(scope="module", params=["nothing else", "everything else"])
def base(request) -> dict:
    """A policy without levers, and one with every other lever, so that a neutral lever has much to disturb."""
    return {} if request.param == "nothing else" else full_policy()


@pytest.mark.parametrize(
    ("path", "neutral", "acting"),
    [
        ("flexibility.pilots", [{"sites": 0, "years": 5, "waiver": 1.0, "select": "need"},
                                {"sites": 5, "start": LATE}], {"sites": 3}),
        ("flexibility.zone", [{"schools": 0, "waiver": 1.0}, {"schools": 5, "start": LATE}], {"schools": 3}),
        ("networks.competition", [{"entries": 0, "prizes": 3, "rounds": 4}, {"entries": 5, "start": LATE}],
         {"entries": 3}),
    ],
)  # fmt: skip
def test_programme_without_sites(base, path, neutral, acting):
    """Catches a programme that acts with nobody in it, or before it starts.

    Two parts of one programme serve another by design and are set aside: prize winners take the pilots' waiver, and
    adaptive reviews hold competitions with as many entries.
    """
    base = put("adaptive", False, base)
    base = put("networks.competition", {}, base) if path == "flexibility.pilots" else base
    without = run(put(path, {}, base))
    for said in neutral:
        assert differences(without, run(put(path, said, base))) == [], said
    assert differences(without, run(put(path, acting, base)))


@pytest.mark.parametrize("partner", [{"level": 0.0}, {"start": LATE}, {"start": LATE, "stop": LATE + 12}])
def test_partner_that_never_comes(base, partner):
    """Catches ties, coaches, money or knowledge of a partner at level 0: its ties exist but weigh nothing."""
    without = run(put("networks.partners", [], base))
    silent = run(put("networks.partners", [PARTNER | partner], base))
    assert differences(without, silent, TIES) == []
    assert differences(without, run(put("networks.partners", [PARTNER], base)), TIES)


def test_limits_that_never_bind():
    """Catches a quota or budget that acts where there is plenty; only the books may know of the budget."""
    base = {"talent": {"coaching": {"per_100_teachers": 3.0}, "change": 0.5}, "mandate": 0.3}
    without = run(base)
    assert differences(without, run(base | {"slots": {"per_year": 100_000}})) == []
    rich = run(base | {"budget": {"annual": 1e12}})
    assert set(differences(without, rich)) == {"district.cash", "district.spent"}
    assert differences(without, run(base | {"slots": {"per_year": 1}}))
    assert differences(without, run(base | {"budget": {"annual": 1.0}}), ("observed",))


def test_structure_that_has_nothing_to_act_on():
    """Catches a switch that acts without its cause: dilution without coaches, partner stock without partners."""
    runs = [
        simulate(make_inputs(make_scenario({"mandate": 0.5}, structure=structure)), 1)
        for structure in ({}, {"dilution": True}, {"partner_stock": True}, {"dilution": True, "partner_stock": True})
    ]
    assert all(differences(runs[0], other) == [] for other in runs[1:])


def test_failures_shared_need_a_platform():
    """Catches lessons of dropped schools without knowledge sharing (section 0: times x_T3)."""
    scenario = {"mandate": 0.5}
    assert differences(run(scenario), run(scenario | {"share_failures": True})) == []
    shared = {"talent": {"sharing": 1.0}} | scenario
    assert differences(run(shared), run(shared | {"share_failures": True}), ("knowledge",))


def test_twin_lever_that_draws_luck_is_caught():
    """The planted defect: one school's luck moves on by one word, as if a neutral lever had used it."""
    inputs = make_inputs(make_scenario({"mandate": 0.5}, years=6))
    honest = simulate(inputs, 1)
    inputs.world.site["who"][0] += np.uint64(1)
    assert differences(honest, simulate(inputs, 1))
