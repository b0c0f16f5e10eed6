"""Verification of the ledger and of equity (V28)."""

import numpy as np
from limits import (
    Case,
    agrees,
    complete,
    limit,
    make_world,
    mean_case,
    report,
    run,
    scenario,
    schools,
    seed_of,
    total,
    using,
)

from simdiff.model.inputs import Inputs, prepare
from simdiff.model.outcomes import Observations, concentration, cost, cost_in_kind, cost_partner, equity_gap
from simdiff.model.run import simulate
from simdiff.model.state import DISTRICT_PAYS, IN_KIND, INITIAL, LINES, PARTNER_PAYS, Sim

STEP = {"level": 1.0, "ramp": 0}
FULL_POLICY = {
    "goals": {"problems": STEP, "goals": STEP},
    "flexibility": {
        "school": {"clarify": STEP, "grant": STEP}, "classroom": {"clarify": STEP, "grant": STEP},
        "out_of_school": STEP, "pilots": {"sites": 4, "start": 6}, "zone": {"schools": 3, "start": 18},
    },
    "talent": {"coaching": {"per_100_teachers": 1.0}, "change": STEP, "sharing": STEP},
    "networks": {
        "convene": STEP, "identify": STEP, "competition": {"entries": 5, "prizes": 2},
        "partners": [{"name": "fund", "members": {"a": "all", "b": 5}, "fte": 2.0, "match": 0.4, "ramp": 0}],
    },
}  # fmt: skip
"""Every line of the ledger at work."""


def paid(policy: dict, draw: dict[str, float], replicate: int) -> tuple[Inputs, Sim]:
    """Two districts of twelve schools, five years, all lines at work, realistic dynamics."""
    said = scenario(5, ("a", "b"), policy, {"commitment": True, "closing": True, "coherence": True})
    places = schools(12, 20, list(np.linspace(0.1, 0.9, 12)), "a") + schools(12, 30, district="b")
    world = make_world(places, None, seed_of("v28"), said.policy.networks.partners, near=6)
    inputs = prepare(said, world, seed_of("v28"), draw)
    return inputs, simulate(inputs, replicate)


def test_v28_ledger_closes() -> None:
    """V28. Σ lines = Σ payers = total: costs by outcome add up to the ledger, each district's own account equals what
    the ledger says it paid, and every line was used; red if partners' coaches are left out.

    Catches: a charge that misses its payer, in-kind time counted as money, a line booked twice.
    """
    for replicate in range(3):
        _, sim = paid(FULL_POLICY, {}, replicate)
        seen = Observations.of_sim(sim).pooled()
        whole = float(sim.ledger.sum())
        out = [float(f(seen)[-1, 0, 0]) for f in (cost, cost_in_kind, cost_partner)]
        money = sim.ledger[:, :, :IN_KIND]
        scale = 1e-9 * whole
        assert (sim.ledger.sum(axis=(0, 1, 3)) > 0).all(), [*zip(LINES, sim.ledger.sum(axis=(0, 1, 3)), strict=True)]
        assert abs(out[0] + out[1] - whole) < scale
        assert abs(out[2] - money[..., PARTNER_PAYS].sum()) < scale
        assert np.abs(sim.district["spent"] - money[..., DISTRICT_PAYS].sum(axis=(0, 2))).max() < scale
        without = whole - float(sim.ledger[:, :, LINES.index("coaches"), PARTNER_PAYS].sum())
        assert abs(out[0] + out[1] - without) > scale


def test_v28_lines_recomputed() -> None:
    """V28. Lines equal price times quantity, recomputed from what was observed: coaches, change management, training,
    convening, desks, pilots, zone, competition, partner fee, teachers' time.

    Catches: yearly prices charged monthly, a month of policy too many, a match on an unmatched line.
    """
    draw = {"revert": 0.0, "teacher_exit": 0.0, "teacher_exit_need": 0.0}
    _, sim = paid(FULL_POLICY, draw, 0)
    by_line = dict(zip(LINES, sim.ledger.sum(axis=(0, 1, 3)), strict=True))
    years = 5.0
    active = total(sim, "active")[12:].sum()
    teaching = np.isin(np.arange(72) % 12, np.arange(2, 11))
    exact = {
        "coaches": sim.condition["fte"].sum() * 110_000 / 12,
        "change": active * 15_000 / 12,
        "training": 1_500.0 * (sim.use["mechanical"].sum() + sim.use["proficient"].sum()),
        "sharing": 2 * years * 150_000,
        "goals": 2 * years * 100_000,
        "clarify": 2 * years * 80_000,
        "grant": 2 * years * 120_000,
        "convene": 24 * years * 2_000,
        "identify": 24 * 1_000.0,
        "out_of_school": total(sim, "exploring")[12:].sum() * 50_000 / 12,
        "pilots": 2 * 4 * 350_000.0,
        "zone": 2 * 3 * 150_000.0,
        "competition": 2 * (5 * 100_000 + 2 * 300_000.0),
        "partners": years * 250_000,
        "in_kind": 45.0 * 4 * total(sim, "mechanical")[teaching].sum(),
    }
    wrong = {line: (by_line[line], exact[line]) for line in LINES if abs(by_line[line] / exact[line] - 1) > 1e-9}
    assert not wrong


def concentrated(proficient: list[int]) -> float:
    """Concentration index of four schools of growing need, with so many proficient teachers of eight."""
    world = make_world(schools(4, 8, [0.1, 0.4, 0.6, 0.9]))
    inputs = limit(0, world, {}, {"teach_months": ()})

    def set_up(sim: Sim) -> None:
        using(INITIAL)(sim)
        sim.use["proficient"][:, 0] = proficient

    return float(concentration(Observations.of_sim(run(inputs, 0, 1, set_up)))[0, 0, 0])


def test_v28_concentration_index() -> None:
    """V28. All depth in the neediest of four schools: .75; in the least needy: −.75; even: 0 (closed form).

    Catches: ranks from the wrong end, ranks without the ½, weights by teachers.
    """
    got = [concentrated([0, 0, 0, 8]), concentrated([8, 0, 0, 0]), concentrated([4, 4, 4, 4])]
    assert agrees(Case(got, 0.0, [0.75, -0.75, 0.0]))


def gap(draw: dict[str, float]) -> Case:
    """Equity gap after ten years in a world where need enters nothing but what ``draw`` says."""
    blind = {"need_capacity": 0.0, "need_context": 0.0, "teacher_exit_need": 0.0, "principal_exit_need": 0.0}
    coaching = {"per_100_teachers": 1.0, "need_weight": 0.0}
    lot = np.random.default_rng(seed_of("v28 gap"))
    places = schools(30, 20, list(lot.random(30)))
    said = scenario(10, policy={"talent": {"coaching": coaching}},
                    structure={"commitment": True, "closing": True, "coherence": True})  # fmt: skip
    world = make_world(places, complete(30), seed_of("v28 gap"))
    inputs = prepare(said, world, seed_of("v28 gap"), {"explore_base": 0.02} | blind | draw)
    runs = [float(equity_gap(Observations.of_sim(simulate(inputs, r)))[-1, 0, 0]) for r in range(400)]
    return mean_case(runs, 0.0)


def test_v28_need_blind_world_has_no_gap_and_its_twins() -> None:
    """V28. Where need enters nothing and hours are shared without regard to need, E[gap] = 0; red if needy schools lose
    more teachers, and if they have less capacity.

    Catches: row order that acts as need, terciles that overlap, sharing that favours the first rows.
    """
    case = gap({})
    assert agrees(case), report(case)
    assert not agrees(gap({"teacher_exit_need": 0.3}))
    assert not agrees(gap({"need_capacity": -0.9}))
