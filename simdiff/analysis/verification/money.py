"""Costs and equity: the ledger closes, lines are price times quantity, need-blind worlds have no gap (V28)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simdiff.analysis.verification.case import Case, Check, Floats, mean_case, times
from simdiff.analysis.verification.limits import (
    complete,
    limit,
    make_world,
    run,
    scenario,
    schools,
    seed_of,
    total,
    uniforms,
    using,
)
from simdiff.analysis.verification.use import SCHOOL_YEAR
from simdiff.model.inputs import prepare
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
LIVELY = {"commitment": True, "closing": True, "coherence": True}
YEARS = 5
STAYING = {"revert": 0.0, "teacher_exit": 0.0, "teacher_exit_need": 0.0}
GAP = 0.03
"""V28: an equity gap that the check must be able to see, share of teachers."""


def paid(replicate: int, seed: int, draw: Mapping[str, float] | None = None) -> Sim:
    """Two districts of twelve schools, five years, all lines at work, realistic dynamics."""
    said = scenario(YEARS, ("a", "b"), FULL_POLICY, LIVELY)
    places = schools(12, 20, list(np.linspace(0.1, 0.9, 12)), "a") + schools(12, 30, district="b")
    world = make_world(places, None, seed, said.policy.networks.partners, near=6)
    return simulate(prepare(said, world, seed, draw), replicate)


def ledger_faults(sim: Sim) -> tuple[float, float, float, int]:
    """Deviations, relative to all that was spent: of outcomes from the ledger, of partners' part, of districts' own
    accounts; and lines that nobody used."""
    seen, money = Observations.of_sim(sim).pooled(), sim.ledger[:, :, :IN_KIND]
    whole = float(sim.ledger.sum())
    spent, in_kind, partners = (float(f(seen)[-1, 0, 0]) for f in (cost, cost_in_kind, cost_partner))
    own = np.abs(sim.district["spent"] - money[..., DISTRICT_PAYS].sum(axis=(0, 2))).max()
    unused = int((sim.ledger.sum(axis=(0, 1, 3)) <= 0).sum())
    return (abs(spent + in_kind - whole) / whole, abs(partners - float(money[..., PARTNER_PAYS].sum())) / whole,
            float(own) / whole, unused)  # fmt: skip


def ledger_closes(seed: int, size: float) -> Case:
    """V28. Σ lines = Σ payers = total, in every replicate."""
    runs = times(3, size, 1)
    worst = np.max([ledger_faults(paid(r, seed_of("v28", seed))) for r in range(runs)], axis=0)
    return Case(worst, 0.0, np.zeros(4), compared=f"{runs} runs, {len(LINES)} lines")


def recomputed(sim: Sim) -> dict[str, float]:
    """V28: lines as price times quantity, from what was observed over the years of policy."""
    teaching = np.isin(np.arange(12 + 12 * YEARS) % 12, SCHOOL_YEAR)
    return {
        "coaches": sim.condition["fte"].sum() * 110_000 / 12,
        "training": 1_500.0 * (sim.use["mechanical"].sum() + sim.use["proficient"].sum()),
        "change": total(sim, "active")[12:].sum() * 15_000 / 12,
        "sharing": 2 * YEARS * 150_000.0,
        "goals": 2 * YEARS * 100_000.0,
        "clarify": 2 * YEARS * 80_000.0,
        "grant": 2 * YEARS * 120_000.0,
        "pilots": 2 * 4 * 350_000.0,
        "zone": 2 * 3 * 150_000.0,
        "out_of_school": total(sim, "exploring")[12:].sum() * 50_000 / 12,
        "convene": 24 * YEARS * 2_000.0,
        "identify": 24 * 1_000.0,
        "competition": 2 * (5 * 100_000 + 2 * 300_000.0),
        "partners": YEARS * 250_000.0,
        "in_kind": 45.0 * 4 * total(sim, "mechanical")[teaching].sum(),
    }


def line_ratios(sim: Sim) -> Case:
    """V28: each line over its price times quantity."""
    booked, exact = dict(zip(LINES, sim.ledger.sum(axis=(0, 1, 3)), strict=True)), recomputed(sim)
    return Case([booked[line] / exact[line] for line in LINES], 0.0, np.ones(len(LINES)))


def lines(seed: int, size: float) -> Case:
    """V28. Lines recomputed; nobody leaves or reverts, so that users are those ever trained."""
    return line_ratios(paid(0, seed_of("v28", seed), STAYING))


def concentrated(proficient: list[int]) -> float:
    """Concentration index of four schools of growing need, with so many proficient teachers of eight."""
    world = make_world(schools(4, 8, [0.1, 0.4, 0.6, 0.9]))
    inputs = limit(0, world, {}, {"teach_months": ()})

    def set_up(sim: Sim) -> None:
        using(INITIAL)(sim)
        sim.use["proficient"][:, 0] = proficient

    sim = run(inputs, 0, 1, set_up)
    return float(concentration(Observations.of_sim(sim))[0, 0, 0])


def concentrations(seed: int, size: float) -> Case:
    """V28. All depth in the neediest of four schools, in the least needy, and even."""
    return Case([concentrated(k) for k in ([0, 0, 0, 8], [8, 0, 0, 0], [4, 4, 4, 4])], 0.0, [0.75, -0.75, 0.0])


def gaps(replicates: int, seed: int, draw: Mapping[str, float] | None = None) -> Floats:
    """Equity gap after ten years in a world where need enters nothing but what ``draw`` says, (replicates,)."""
    blind = {"need_capacity": 0.0, "need_context": 0.0, "teacher_exit_need": 0.0, "principal_exit_need": 0.0}
    coaching: dict[str, Any] = {"per_100_teachers": 1.0, "need_weight": 0.0}
    places = schools(30, 20, list(uniforms(f"v28 need {seed}", 30)))
    said = scenario(10, policy={"talent": {"coaching": coaching}}, structure=LIVELY)
    inputs = prepare(
        said, make_world(places, complete(30), seed), seed, {"explore_base": 0.02} | blind | dict(draw or {})
    )
    runs = [Observations.of_sim(simulate(inputs, r)) for r in range(replicates)]
    return np.array([equity_gap(o)[-1, 0, 0] for o in runs])


def need_blind(seed: int, size: float) -> Case:
    """V28. Where need enters nothing and hours are shared without regard to need, E[gap] = 0."""
    return mean_case(gaps(times(800, size), seed_of("v28 gap", seed)), 0.0, GAP)


CHECKS = (
    Check(
        28, "ledger that closes: deviation over all spending", "charges without a payer, in-kind time as money",
        "identity: lines = payers = total", ledger_closes,
        ("outcomes from the ledger", "partners' part", "districts' accounts", "lines unused"), tolerance=1e-9,
    ),
    Check(
        28, "ledger over price times quantity", "yearly prices charged monthly, a month too many, wrong matches",
        "prices of the register times what was observed", lines, LINES, tolerance=1e-9,
    ),
    Check(
        28, "concentration index of four schools", "ranks from the wrong end, ranks without the ½, weights by teachers",
        "closed form", concentrations, ("all in the neediest", "all in the least needy", "even"), (".75", "-.75", "0"),
    ),
    Check(
        28, "equity gap where need enters nothing", "row order that acts as need, terciles that overlap",
        "symmetry: 0", need_blind, defect=f"an equity gap of {GAP:g}",
    ),
)  # fmt: skip
