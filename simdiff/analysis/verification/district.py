"""What districts do and know: competitions, identification, imagined constraint, mandates, codified knowledge
(V18–V22)."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from simdiff.analysis.verification.case import Case, Check, Floats, joined, mean_case, times
from simdiff.analysis.verification.limits import begun, limit, make_world, run, scenario, schools, seed_of
from simdiff.model.rules.common import Here
from simdiff.model.rules.look import look, next_phantom
from simdiff.model.rules.work import master_hazard
from simdiff.model.state import DESIGN, INITIAL, Sim

ENTRIES = (1, 2, 3, 5, 8, 10, 20)
"""V18: entries of a competition."""
COPIES = 10
"""V18: districts with the same number of entries."""
PHANTOM, REAL = 0.556, 0.2
"""V20: imagined constraint before any lever, and actual school-level constraint."""
CLEARED, RETURNED = 0.15, 0.02
"""V20: η_F and η_R, per month."""
CLEARING = {"phantom": PHANTOM, "phantom_cleared": CLEARED, "phantom_return": RETURNED}
FORGET, LEARN = 0.02, 0.02
"""V22: δ_E and c_E, per month."""


def order_mean(n: int, k: int) -> float:
    """Mean of the k-th largest of n standard normals, by quadrature."""
    from scipy.integrate import quad
    from scipy.special import ndtr

    weight = k * math.comb(n, k) / math.sqrt(2 * math.pi)

    def part(z: float) -> float:
        return float(weight * z * math.exp(-z * z / 2) * ndtr(z) ** (n - k) * ndtr(-z) ** (k - 1))

    return float(quad(part, -12, 12, epsabs=1e-13, limit=200)[0])


def winners(reliability: float, entries: Mapping[str, int], replicates: int, seed: int) -> Floats:
    """V18: log quality of winners over s_q, (replicates, districts); q̄ = 100 so that no winner falls under 1."""
    said = scenario(2, entries, {"networks": {"competition": {
        "entries": dict(entries), "reliability": reliability, "prizes": 0}}}, practice={"quality": 100.0})  # fmt: skip
    places = [place for district in entries for place in schools(20, district=district)]
    inputs = limit(seed, make_world(places), {"entry_capacity": 0.0, "quality_gain": 0.15}, said=said)
    runs = [run(inputs, r, 21).knowledge["next_quality"][:, 0].copy() for r in range(replicates)]
    return np.asarray(np.log(np.array(runs) / 100.0) / 0.15)


def best_of(replicates: int, seed: int) -> Floats:
    """V18: mean quality of winners of 1, 2, … 20 entries with a perfect jury, (replicates, 7)."""
    entries = {f"n{n:02d}-{copy}": n for n in ENTRIES for copy in range(COPIES)}
    quality = winners(1.0, entries, replicates, seed).reshape(replicates, len(ENTRIES), COPIES)
    return np.asarray(quality.mean(axis=2))


def best_of_n(seed: int, size: float) -> Case:
    """V18. E[max of n normals]; the planted defect is an entry lost."""
    exact, wrong = ([order_mean(max(1, n - lost), 1) for n in ENTRIES] for lost in (0, 1))
    return mean_case(best_of(times(150, size), seed_of("v18", seed)), exact, wrong)


def screened(seed: int, size: float) -> Case:
    """V18. A jury of reliability ρ = .6 and 0: ρ E[max of 8]; the planted defect is ρ² for ρ."""
    best, parts = order_mean(8, 1), []
    for reliability in (0.6, 0.0):
        entries = {f"d{copy:02d}": 8 for copy in range(30)}
        quality = winners(reliability, entries, times(150, size), seed_of(f"v18 {reliability}", seed)).mean(axis=1)
        parts.append(mean_case(quality, reliability * best, reliability**2 * best))
    return joined(*parts)


def designers(accuracy: float, share: float, replicates: int, seed: int) -> tuple[Floats, int]:
    """V19: mean design capacity of the schools told to design in 20 districts of 60, (replicates,); and how often
    another number of them than the policy's was told."""
    names = [f"d{n:02d}" for n in range(20)]
    said = scenario(1, names, {"networks": {"identify": {
        "level": 1.0, "ramp": 0, "accuracy": accuracy, "share": share}}})  # fmt: skip
    places = [place for district in names for place in schools(60, district=district)]
    inputs = limit(seed, make_world(places), {"need_capacity": 0.0}, said=said)
    means, miscounted = [], 0
    for r in range(replicates):
        school = run(inputs, r, 13).school
        told = school["role"] == DESIGN
        miscounted += int((told.reshape(20, 60).sum(axis=1) != round(60 * share)).sum())
        means.append(school["design"][told].mean())
    return np.array(means), miscounted


def top_mean(count: int, top: int) -> float:
    """Mean of the ``top`` largest of ``count`` standard normals."""
    return float(np.mean([order_mean(count, k) for k in range(1, top + 1)]))


IDENTIFIED = ((1.0, 0.1), (0.6, 0.1), (0.0, 0.1), (0.6, 0.2))
"""V19: accuracy of the signal, share told to design."""


def identification(seed: int, size: float) -> Case:
    """V19. Design capacity of the top 6 (12) of 60 by the signal: r_a times the mean of the top order statistics; and
    districts that told another number. The planted defect is r_a² for r_a."""
    parts, miscounted = [], 0
    for accuracy, share in IDENTIFIED:
        means, wrong = designers(accuracy, share, times(60, size), seed_of(f"v19 {accuracy} {share}", seed))
        top, miscounted = top_mean(60, round(60 * share)), miscounted + wrong
        parts.append(mean_case(means, accuracy * top, accuracy**2 * top))
    return joined(*parts, Case(miscounted, 0.0, 0.0))


def phantom(level: float, months: int) -> float:
    """V20: imagined constraint after so many months, clarified at ``level`` from the thirteenth on."""
    said = scenario(11, policy={"flexibility": {"school": {"clarify": {"level": level, "ramp": 0}}}})
    return float(run(limit(0, make_world(schools(1)), CLEARING, said=said), 0, months).school["phantom_school"][0])


def phantom_steps(level: float, months: int) -> float:
    """V20: Φ' = −η_F x Φ + η_R (Φ0 − Φ), month by month."""
    value = PHANTOM
    for _ in range(months):
        value += -CLEARED * level * value + RETURNED * (PHANTOM - value)
    return value


def imagined(seed: int, size: float) -> Case:
    """V20. Φ after 4 and 120 months of clarification, the fixed point of the rule, and Φ and the real share of what is
    perceived without the lever."""
    fixed = RETURNED * PHANTOM / (RETURNED + CLEARED * 0.8)
    par = limit(0, make_world(schools(1)), CLEARING).par[0]
    still = phantom(0.0, 132)
    found = [phantom(0.8, 16), phantom(0.8, 132), next_phantom(par, fixed, 0.8), still, REAL / (REAL + 0.8 * still)]
    real = REAL / (REAL + (1 - REAL) * PHANTOM)
    return Case(found, 0.0, [phantom_steps(0.8, 4), phantom_steps(0.8, 120), fixed, PHANTOM, real])


def mandate_counts(months: int, replicates: int, seed: int) -> Floats:
    """V21: background mandates of 200 districts a replicate after so many months."""
    names = [f"d{n:03d}" for n in range(200)]
    places = [place for district in names for place in schools(1, district=district)]
    draw = {"mandates_rate": 3.0, "mandates_months": 30.0}
    inputs = limit(seed, make_world(places), draw, said=scenario(2, names))
    runs = [run(inputs, r, months).district["mandates"].copy() for r in range(replicates)]
    return np.concatenate(runs).astype(float)


MANDATES = 0.25 / -math.expm1(-1 / 30)
"""V21: (λ_b/12)/(1 − e^{−1/τ_b}) = 7.63, mean and variance of the monthly process."""


def mandates_case(counts: Floats) -> Case:
    """V21: mean and variance; the planted defect is the continuous-time mean λ_b τ_b/12 = 7.5."""
    return mean_case(np.column_stack([counts, (counts - MANDATES) ** 2]), [MANDATES] * 2, [7.5] * 2)


def mandates(seed: int, size: float) -> Case:
    """V21. In the first month, and two years after policy began."""
    named = seed_of("v21", seed)
    return joined(*(mandates_case(mandate_counts(months, times(150, size), named)) for months in (1, 36)))


def knowledge(active: int, sharing: float, stock: float, months: int, count: int = 60) -> float:
    """V22: codified knowledge with ``active`` deep schools (K = n, φ = 1, g = 1) and a sharing lever, by the engine."""
    said = scenario(50, policy={"talent": {"sharing": {"level": sharing, "ramp": 0}}})
    draw = {"forget": FORGET, "codify": LEARN}
    inputs = limit(0, make_world(schools(count)), draw, {"teach_months": ()}, said)

    def set_up(sim: Sim) -> None:
        sim.use["stage"][:active], sim.use["proficient"][:active], sim.use["fit"][:active] = INITIAL, 8, 1.0
        sim.knowledge["stock"] = stock

    return float(run(inputs, 0, months, set_up).knowledge["stock"][0, 0])


def stock_after(start: float, months: int, settles: float) -> float:
    """V22: E after ``months`` of E' = c_E A − δ_E E, which settles at c_E A/δ_E."""
    return settles + (start - settles) * (1 - FORGET) ** months


def codified(seed: int, size: float) -> Case:
    """V22. Forgetting alone (half-life 34.3 months), and E* = c_E A/δ_E with sharing (averaged over 60 in larger
    districts); sharing acts only after the burn-in."""
    found = [knowledge(0, 0.0, 1.0, 35), knowledge(24, 1.0, 24.0, 300), knowledge(24, 1.0, 0.0, 600),
             knowledge(24, 1.0, 0.0, 600, 120)]  # fmt: skip
    burnt = 24.0 * (1 - FORGET) ** 12
    exact = [stock_after(1.0, 35, 0.0), stock_after(burnt, 288, 24.0), stock_after(0.0, 588, 24.0),
             stock_after(0.0, 588, 12.0)]  # fmt: skip
    return Case(found, 0.0, exact)


def hazard_ratios(curve: bool) -> list[float]:
    """V22: mastery's hazard with codified knowledge 0, 1 and 3, over that with none (E16)."""
    said = scenario(structure={"learning_curve": curve})
    sim = begun(limit(0, make_world(schools(1)), {"master": 0.05, "learning_curve": 0.15}, said=said))
    look(sim, 0, 1, 0)
    me: Any = Here(sim.par[0], sim.run[0], sim.site[0], sim.school[0], sim.district[0], sim.lever[0, 0],
                   sim.setting[0], 0.0, 0)  # fmt: skip
    hazards = [master_hazard(me, sim.practice[0], sim.use[0, 0], 0.0, known) for known in (0.0, 1.0, 3.0)]
    return [hazard / hazards[0] for hazard in hazards]


def learning_curve(seed: int, size: float) -> Case:
    """V22. Doubling 1 + Ẽ multiplies the hazard by 2^b, with the switch; without it, by 1."""
    exact = [1.0, 2.0**0.15, 4.0**0.15, 1.0, 1.0, 1.0]
    return Case([*hazard_ratios(True), *hazard_ratios(False)], 0.0, exact)


CHECKS = (
    Check(
        18, "competition, perfect jury: log quality of the winner", "an entry lost, the worst picked, a noisy jury",
        "mean of the largest of n normals (quadrature)", best_of_n, tuple(f"{n} entries" for n in ENTRIES),
        ("0", ".5642", ".8463", "1.1630", "1.4236", "1.5388", "1.8675"), defect="an entry lost",
    ),
    Check(
        18, "competition of 8, fallible jury: log quality of the winner",
        "reliability that rewards twice, the jury's score taken for quality", "ρ times the mean of the largest of 8",
        screened, ("reliability .6", "reliability 0"), (".8542", "0"), defect="reliability squared",
    ),
    Check(
        19, "design capacity of the schools identified in 60", "the wrong signal, the bottom, noise of wrong variance",
        "r_a times the mean of top order statistics (.8258: the specification prints .824)", identification,
        (*(f"accuracy {accuracy:g}, top {60 * share:.0f}" for accuracy, share in IDENTIFIED), "districts miscounted"),
        ("1.713", "1.028", "0", "", ""), defect="r_a² for r_a",
    ),
    Check(
        20, "imagined constraint under clarification", "a wrong order of clearing and return, policy a month early",
        "month-by-month recursion and its fixed point", imagined,
        ("after 4 months", "after 120 months", "fixed point", "without the lever", "real share of the perceived"),
        ("", "", ".0794", ".556", ".310"),
    ),
    Check(
        21, "background mandates", "years for months, thinning after arrival, a start from zero, one draw used twice",
        "stationary law of monthly thinning (Poisson)", mandates,
        ("mean, month 1", "variance, month 1", "mean, month 36", "variance, month 36"), ("7.63",) * 4,
        defect="the mean of continuous time, 7.5",
    ),
    Check(
        22, "codified knowledge: stock in school-years", "forgetting twice, sharing in the burn-in, sums for averages",
        "linear recursion, E* = c_E A/δ_E", codified,
        ("35 months of forgetting", "24 deep schools, from E*", "24 deep schools, from 0", "the same among 120"),
    ),
    Check(
        22, "learning curve: mastery over that without knowledge", "Ẽ for 1 + Ẽ, a curve without its switch",
        "closed form, (1 + Ẽ)^.15", learning_curve,
        tuple(f"knowledge {known}, switch {switch}" for switch in ("on", "off") for known in (0, 1, 3)),
    ),
)  # fmt: skip
