"""Verification of what districts do and know: competitions, identification, imagined constraint, background mandates,
codified knowledge, money (V18–V22, V28)."""

import math

import numpy as np
import pytest
from limits import (
    Case,
    agrees,
    begun,
    limit,
    make_world,
    mean_case,
    report,
    run,
    scenario,
    schools,
    seed_of,
)
from scipy.integrate import quad
from scipy.special import comb
from scipy.stats import norm

from simdiff.model import engine
from simdiff.model.rules.look import next_phantom
from simdiff.model.rules.work import master_hazard
from simdiff.model.state import DESIGN, INITIAL, Sim

SIZES = {2: 0.5642, 3: 0.8463, 5: 1.1630, 8: 1.4236, 10: 1.5388, 20: 1.8675}
"""V18: E[max] of n standard normals, as printed."""


def order_mean(n: int, k: int) -> float:
    """Mean of the k-th largest of n standard normals."""
    weight = k * comb(n, k)

    def part(z: float) -> float:
        return weight * z * norm.pdf(z) * norm.cdf(z) ** (n - k) * norm.sf(z) ** (k - 1)

    return float(quad(part, -12, 12, epsabs=1e-13, limit=200)[0])


def winners(reliability: float, entries: dict[str, int], name: str) -> np.ndarray:
    """V18: log quality of winners over s_q, (replicates, districts); q̄ = 100 so that no winner falls under 1."""
    said = scenario(2, entries, {"networks": {"competition": {
        "entries": entries, "reliability": reliability, "prizes": 0}}}, practice={"quality": 100.0})  # fmt: skip
    places = [place for district in entries for place in schools(20, district=district)]
    inputs = limit(seed_of(name), make_world(places), {"entry_capacity": 0.0, "quality_gain": 0.15}, said=said)
    runs = [run(inputs, r, 21).knowledge["next_quality"][:, 0].copy() for r in range(150)]
    return np.log(np.array(runs) / 100.0) / 0.15


def test_v18_best_of_n_and_its_twin() -> None:
    """V18. With a perfect jury the winner of n entries averages E[max of n normals] (quadrature; printed: .5642 …),
    one entry 0; red for n − 1.

    Catches: an entry lost, the worst picked, a jury that adds noise at reliability 1.
    """
    assert all(abs(order_mean(n, 1) - printed) < 6e-5 for n, printed in SIZES.items())
    entries = {f"n{n:02d}-{copy}": n for n in (1, *SIZES) for copy in range(10)}
    z = winners(1.0, entries, "v18").reshape(150, len(SIZES) + 1, 10).mean(axis=2)
    case = mean_case(z, [0.0] + [order_mean(n, 1) for n in SIZES])
    assert agrees(case), report(case)
    assert not agrees(mean_case(z[:, 1:], [order_mean(n - 1, 1) if n > 2 else 0.0 for n in SIZES]))


@pytest.mark.parametrize(("reliability", "printed"), [(0.6, 0.8542), (0.0, 0.0)])
def test_v18_screened(reliability: float, printed: float) -> None:
    """V18. With a jury of reliability ρ the winner of eight averages ρ E[max] = .8542 at .6, and 0 at 0.

    Catches: reliability that rewards twice, the jury's score taken for the entry's quality.
    """
    z = winners(reliability, {f"d{copy:02d}": 8 for copy in range(30)}, f"v18 {reliability}").mean(axis=1)
    case = mean_case(z, reliability * order_mean(8, 1))
    assert abs(case.exact - printed) < 6e-5
    assert agrees(case), report(case)
    assert reliability == 0.0 or not agrees(mean_case(z, order_mean(8, 1)))


def designers(accuracy: float, share: float) -> np.ndarray:
    """V19: mean design capacity of the schools told to design, by district of 60, (replicates,)."""
    names = [f"d{n:02d}" for n in range(20)]
    said = scenario(1, names, {"networks": {"identify": {
        "level": 1.0, "ramp": 0, "accuracy": accuracy, "share": share}}})  # fmt: skip
    places = [place for district in names for place in schools(60, district=district)]
    inputs = limit(seed_of(f"v19 {accuracy} {share}"), make_world(places), {"need_capacity": 0.0}, said=said)
    means = []
    for r in range(50):
        school = run(inputs, r, 13).school
        assert ((school["role"] == DESIGN).reshape(20, 60).sum(axis=1) == round(60 * share)).all()
        means.append(school["design"][school["role"] == DESIGN].mean())
    return np.array(means)


@pytest.mark.parametrize(
    ("accuracy", "share", "printed"), [(1.0, 0.1, 1.713), (0.6, 0.1, 1.028), (0.0, 0.1, 0.0), (0.6, 0.2, 0.8258)]
)
def test_v19_identification(accuracy: float, share: float, printed: float) -> None:
    """V19. Mean design capacity of the top 6 (12) of 60 by the signal is r_a times the mean of the top order statistics
    of 60 normals: 1.713, 1.028, 0, and .8258 (quadrature; the specification prints .824 for this last one, .002 off the
    closed form); red at accuracy .6 for r_a² in place of r_a.

    Catches: ranking by the wrong signal or from the bottom, noise of the wrong variance.
    """
    top = np.mean([order_mean(60, k) for k in range(1, round(60 * share) + 1)])
    means = designers(accuracy, share)
    assert abs(accuracy * top - printed) < 6e-4
    assert agrees(mean_case(means, accuracy * top)), report(mean_case(means, accuracy * top))
    assert accuracy in (0.0, 1.0) or not agrees(mean_case(means, accuracy**2 * top))


def imagined(level: float, month: int) -> Case:
    """V20: imagined constraint under clarification from month 12, against its recursion."""
    said = scenario(11, policy={"flexibility": {"school": {"clarify": {"level": level, "ramp": 0}}}})
    sim = run(limit(0, make_world(schools(1)), said=said), 0, month)
    exact = 0.556
    for _ in range(120):
        exact += -0.15 * level * exact + 0.02 * (0.556 - exact)
    return Case(sim.school["phantom_school"][0], 0.0, exact)


def test_v20_imagined_constraint_and_its_twin() -> None:
    """V20. x_F1 = .8: Φ* = η_R Φ0/(η_R + η_F x) = .0794 (fixed point of the rule; the engine follows the recursion to
    1e-12); without the lever Φ stays .556 and .310 of what is perceived is real; red a month early on the way down.

    Catches: a wrong order of clearing and return, policy a month early, the lever counted as a share of Φ0.
    """
    fixed = 0.02 * 0.556 / (0.02 + 0.15 * 0.8)
    par = limit(0, make_world(schools(1))).par[0]
    assert abs(fixed - 0.0794) < 6e-5
    assert agrees(Case(next_phantom(par, fixed, 0.8), 0.0, fixed))
    assert agrees(imagined(0.8, 132)), report(imagined(0.8, 132))
    assert abs(imagined(0.8, 132).simulated - fixed) < 1e-7
    still = imagined(0.0, 132).simulated
    assert still == 0.556
    assert abs(0.2 / (0.2 + 0.8 * still) - 0.310) < 6e-4
    said = scenario(1, policy={"flexibility": {"school": {"clarify": {"level": 0.8, "ramp": 0}}}})
    inputs = limit(0, make_world(schools(1)), said=said)
    four = [run(inputs, 0, months).school["phantom_school"][0] for months in (16, 15)]
    exact = 0.556
    for _ in range(4):
        exact += -0.12 * exact + 0.02 * (0.556 - exact)
    assert agrees(Case(four[0], 0.0, exact))
    assert not agrees(Case(four[1], 0.0, exact))


def test_v21_background_mandates() -> None:
    """V21. b is Poisson from the first month on: mean and variance λ_b/12/(1 − e^{−1/τ_b}) = 7.63, before and after two
    years; red for the continuous-time mean λ_b τ_b/12 = 7.5.

    Catches: years for months in λ or τ, thinning after arrival, a start from zero, one lane for stays and arrivals.
    """
    names = [f"d{n:03d}" for n in range(200)]
    places = [place for district in names for place in schools(1, district=district)]
    inputs = limit(seed_of("v21"), make_world(places), {"mandates_rate": 3.0}, said=scenario(2, names))
    mean = 0.25 / -math.expm1(-1 / 30)
    assert abs(mean - 7.63) < 6e-3
    for months in (1, 36):
        b = np.concatenate([run(inputs, r, months).district["mandates"] for r in range(100)]).astype(float)
        assert agrees(mean_case(np.column_stack([b, (b - mean) ** 2]), [mean, mean]))
        assert not agrees(mean_case(b, 7.5))


def knowledge(active: int, sharing: float, stock: float, months: int, size: int = 60) -> float:
    """V22: codified knowledge with ``active`` deep schools (K = n, φ = 1, g = 1) and a sharing lever, by the engine."""
    said = scenario(50, policy={"talent": {"sharing": {"level": sharing, "ramp": 0}}})
    inputs = limit(0, make_world(schools(size)), {}, {"teach_months": ()}, said)

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:active], sim.use["proficient"][:active], sim.use["fit"][:active] = INITIAL, 8, 1.0
        sim.knowledge["stock"] = stock

    return float(run(inputs, 0, months, set_up).knowledge["stock"][0, 0])


def test_v22_knowledge_and_its_twins() -> None:
    """V22. Without sharing E falls by e^{−…}: .98^t, half-life 34.3 months; with it E* = c_E A/δ_E (A schools; averaged
    over 60 in larger districts); doubling 1 + Ẽ multiplies λ_K by 2^b; red for another month, and for A over S.

    Catches: forgetting applied twice, sharing that acts in the burn-in, sums where section 0 wants averages.
    """
    assert abs(math.log(2) / -math.log(0.98) - 34.3) < 0.02
    assert agrees(Case(knowledge(0, 0.0, 1.0, 35), 0.0, 0.98**35))
    assert not agrees(Case(knowledge(0, 0.0, 1.0, 36), 0.0, 0.98**35))
    assert agrees(Case(knowledge(24, 1.0, 24.0, 300), 0.0, 24.0 * (1 + (0.98**12 - 1) * 0.98**288)))
    assert abs(knowledge(24, 1.0, 0.0, 600) - 24.0) < 2e-4
    assert abs(knowledge(24, 1.0, 0.0, 600, size=120) - 12.0) < 1e-4
    assert not agrees(Case(knowledge(24, 1.0, 0.0, 600), 24.0 / 1000, 24.0 / 60))


def test_v22_learning_curve() -> None:
    """V22. Mastery's hazard at 1 + Ẽ = 2 and 4 is 2^.15 and 4^.15 of that at 1 (E16).

    Catches: Ẽ for 1 + Ẽ, a curve that acts without its switch.
    """
    for switch, power in ((True, 0.15), (False, 0.0)):
        said = scenario(structure={"learning_curve": switch})
        sim = begun(limit(0, make_world(schools(1)), {"master": 0.05, "learning_curve": 0.15}, said=said))
        engine.look(sim, 0, 1, 0)
        me = MeAlone(sim)
        hazards = [master_hazard(me.here, sim.practice[0], sim.use[0, 0], 0.0, known) for known in (0.0, 1.0, 3.0)]
        assert agrees(Case(np.divide(hazards, hazards[0]), 0.0, [1.0, 2.0**power, 4.0**power]))


class MeAlone:
    """The records that a rule about the first school reads, as ``here`` gathers them."""

    def __init__(self, sim: Sim) -> None:
        from simdiff.model.rules.common import Here

        self.here = Here(sim.par[0], sim.run[0], sim.site[0], sim.school[0], sim.district[0], sim.lever[0, 0],
                         sim.setting[0], 0.0, 0)  # fmt: skip
