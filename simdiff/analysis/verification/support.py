"""What supports use: commitment, coach quality, and how coach hours are shared (V12, V13, V16, V17)."""

import math
from typing import Any

import numpy as np

from simdiff.analysis.verification.case import Case, Check, Floats, times
from simdiff.analysis.verification.limits import (
    EVERY,
    begun,
    limit,
    make_world,
    run,
    scenario,
    schools,
    seed_of,
    uniforms,
    using,
)
from simdiff.model import engine
from simdiff.model.rules.coaching import coach_quality, pool_quality, serve
from simdiff.model.rules.common import Here
from simdiff.model.rules.settle import next_commitment
from simdiff.model.state import INITIAL, PILOT, Sim

TIP = 0.04 * 0.20 / (0.10 * (0.50 - 0.20))
"""V12: C† = b y*/[a (r − y*)] = .26667."""
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.9, 1.0)
"""V17: shares of the coach pool that are hired."""


def reduced(start: float, sign: float = 1.0, months: int = 4000) -> float:
    """V12 reduced: use x = aC/(aC + b) follows at once, results y = r x, and the model's own rule moves commitment."""
    par = limit(0, make_world(schools(1)), {"commit_speed": 0.3}).par[0]
    commitment = start
    for _ in range(months):
        results = 0.50 * 0.10 * commitment / (0.10 * commitment + 0.04)
        commitment = next_commitment(par, commitment, 0.20 + sign * (results - 0.20), 0.20, 0.0)
    return commitment


def tipping_point(seed: int, size: float) -> Case:
    """V12 reduced: from C† + .02 commitment ends at its ceiling, from C† − .02 at its floor."""
    return Case([reduced(TIP + 0.02), reduced(TIP - 0.02)], 0.0, [0.99, 0.01])


def proficient_share(commitment: float) -> float:
    """Where a school's use settles in the monthly process of V12: take-up 1 − e^{−aC}, mastery a month later, and a
    share b = .04 of everybody replaced every month."""
    start = -math.expm1(-0.10 * commitment)
    return 0.96**2 * start / (0.04 + 0.96 * start)


def monthly_tip() -> float:
    """V12: where results of settled use equal aspiration, r k(C) = y* (.302; its limit for short steps is C†)."""
    from scipy.optimize import brentq

    return float(brentq(lambda commitment: 0.50 * proficient_share(commitment) - 0.20, 0.05, 0.9))


def tipping(start: float, seed: int, replicates: int = 1, aspiration: float = 0.20) -> float:
    """Share of 60 schools of 1,000 teachers that end near the ceiling, by the engine, from settled use at ``start``."""
    draw = {
        "takeup_alone": 0.05, "master": 1e6, "teacher_exit": 0.04, "benefit": 0.50, "aspiration": aspiration,
        "commit_speed": 0.3, "results_months": 1.0,
    }  # fmt: skip
    said = scenario(84, structure={"commitment": True})
    inputs = limit(seed, make_world(schools(60, 1000)), draw, {"teach_months": EVERY, "turnover_months": EVERY}, said)
    proficient = proficient_share(start)
    hand = using(INITIAL, round(1000 * proficient * 0.04 / 0.96), round(1000 * proficient), commitment=start,
                 relevance=1.0, fit=1.0)  # fmt: skip
    return float(np.mean([run(inputs, r, 1000, hand).use["commitment"] > 0.5 for r in range(replicates)]))


def engine_tips(seed: int, size: float) -> Case:
    """V12 by the whole engine: from .05 above the tipping point schools rise, from .05 below they fall."""
    named, tip, replicates = seed_of("v12", seed), monthly_tip(), times(2, size, 1)
    found = [tipping(tip + 0.05, named, replicates), tipping(tip - 0.05, named, replicates)]
    return Case(found, 0.0, [1.0, 0.0], compared=f"{60 * replicates} schools, 1,000 months")


def committed(months: int, above: float = 0.1) -> float:
    """V13: commitment after so many months with ŷ held ``above`` y*, from .3."""
    draw = {"commit_speed": 0.3, "aspiration": 0.085, "results_months": 1e18}
    said = scenario(4, structure={"commitment": True})
    inputs = limit(0, make_world(schools(1)), draw, {"teach_months": ()}, said)
    sim = run(inputs, 0, months, using(INITIAL, 1, commitment=0.3, results=0.085 + above))
    return float(sim.use["commitment"][0, 0])


def logistic_steps(months: int) -> float:
    """V13: monthly Euler steps of C' = ρ C (1 − C) Δ with ρ = .3, Δ = .1 from .3."""
    commitment = 0.3
    for _ in range(months):
        commitment += 0.3 * commitment * (1 - commitment) * 0.1
    return commitment


def constant_results(seed: int, size: float) -> Case:
    """V13. Commitment after 24 months of constant results."""
    return Case(committed(24), 0.0, logistic_steps(24))


class Sharing:
    """One random problem of E13: who asks for how many hours with which claim, and the hours there are."""

    def __init__(self, name: str, favour: float) -> None:
        size = 1 + int(uniforms(f"{name} size", 1)[0] * 39)
        need, asks, hours, site = uniforms(name, 4 * size).reshape(4, size)
        self.need = need.round(3)
        self.asked = np.where(asks < 0.2, 0.0, hours * 60)
        self.site = np.where(site < 0.3, PILOT, 0)
        self.fte = float(uniforms(f"{name} coaches", 1)[0] * self.asked.sum() * 1.4 / 58.5)
        self.favour, self.priority = favour, 1.0 if favour else 0.0
        self.weight = np.exp(favour * (self.need - 0.5)) * np.where(self.site > 0, 1.0 + self.priority, 1.0)

    @property
    def hours(self) -> float:
        """H: 130 hours a month, .45 of them direct."""
        return self.fte * 130.0 * 0.45

    @property
    def enough(self) -> bool:
        """True if the hours cover everybody's demand."""
        return bool(self.hours >= self.asked.sum())

    def served(self) -> Floats:
        """Hours that the engine gives to each school."""
        said = scenario(1, policy={"talent": {"coaching": {
            "per_100_teachers": 0.0, "need_weight": self.favour, "site_priority": self.priority}}})  # fmt: skip
        sim: Sim = begun(limit(0, make_world(schools(len(self.need), 8, list(self.need))), said=said))
        sim.school["asked"], sim.school["site"], sim.district["fte"] = self.asked, self.site, self.fte
        engine.coach(sim, 0, len(sim.district), 0)
        lever, setting = sim.lever[0, 0], sim.setting[0]
        rule: Any = getattr(serve, "py_func", serve)
        share = [
            rule(Here(sim.par[0], sim.run[0], site, school, sim.district[0], lever, setting, 0.0, 0))
            for site, school in zip(sim.site, sim.school, strict=True)
        ]
        return np.array(share) * self.asked

    def exact(self) -> Floats:
        """Hours at the water level found by bracketing."""
        from scipy.optimize import brentq

        if self.enough:
            return self.asked
        level = brentq(lambda x: (self.asked * np.minimum(1, self.weight * x)).sum() - self.hours, 0, 1e6, xtol=1e-15)
        return np.asarray(self.asked * np.minimum(1.0, self.weight * level))

    def faults(self, served: Floats) -> tuple[float, float, float, float]:
        """Largest deviations: of the sum from min(H, ΣD), of a school from the water level (both relative to all that
        is asked), of κ among equal claims, and of hours from demand where there is enough."""
        whole, wants = max(1.0, float(self.asked.sum())), self.asked > 0
        equal = self.favour == 0.0 and not self.enough and wants.any()
        return (
            abs(float(served.sum()) - min(self.hours, float(self.asked.sum()))) / whole,
            float(np.abs(served - self.exact()).max()) / whole,
            float(np.ptp(served[wants] / self.asked[wants])) if equal else 0.0,
            float(np.abs(served - self.asked).max()) / whole if self.enough else 0.0,
        )


def problems(seed: int, count: int) -> list[Sharing]:
    """V16: random problems, every second one without favour or priority."""
    return [Sharing(f"v16 {seed} {number}", 0.0 if number % 2 else 3.0) for number in range(count)]


def water_filling(seed: int, size: float) -> Case:
    """V16. The largest deviations in 200 random problems."""
    found = problems(seed, times(200, size))
    worst = np.max([problem.faults(problem.served()) for problem in found], axis=0)
    return Case(worst, 0.0, np.zeros(4), compared=f"{len(found)} random problems")


def dilution(seed: int, size: float) -> Case:
    """V17. Raw quality of the best share s of the pool, the mean of a normal's upper tail; and 1 at the reference."""
    from scipy.stats import norm

    draw = {"pool_mean": 0.35, "pool_spread": 0.35, "pool_share": 0.06, "pool_reference": 0.05}
    par: Any = limit(0, make_world(schools(1)), draw, said=scenario(structure={"dilution": True})).par[0]
    raw = [pool_quality(par, share) for share in SHARES]
    exact = [0.35 + 0.35 * norm.pdf(norm.isf(share)) / share for share in SHARES]
    return Case([*raw, coach_quality(par, 0.05 * 0.06 * 1000, 1000)], 0.0, [*exact, 1.0])


CHECKS = (
    Check(
        12, "commitment that tips, where it ends", "a wrong sign of ŷ − y*, aspiration applied twice",
        "closed form, C† = b y*/[a(r − y*)] = .26667", tipping_point, ("from C† + .02", "from C† − .02"),
    ),
    Check(
        12, "the same in the engine: share of schools that rise",
        "use that ignores commitment, commitment that ignores results", "root of r k(C) = y*", engine_tips,
        ("from .05 above", "from .05 below"), tolerance=0.05,
    ),
    Check(
        13, "commitment after 24 months of constant results", "off-by-one months, sponsorship unasked, y* − ŷ",
        "monthly Euler steps of the logistic", constant_results, printed=(".46758",),
    ),
    Check(
        15, "queue for coaches", "", "model specification, V15",
        reason="the model keeps no queue: hours are shared out by an exact water level (V16)",
    ),
    Check(
        16, "coach hours shared out, largest deviation", "hours lost or invented, a school served beyond its demand",
        "water level found by bracketing", water_filling,
        ("sum of hours", "hours of a school", "equal claims", "where hours suffice"), tolerance=1e-9,
    ),
    Check(
        17, "quality of the best share of coaches", "the lower tail for the upper, a missing division, no reference",
        "closed form, μ + σ φ(z)/s", dilution,
        (*(f"share {share:g}" for share in SHARES), "relative to the reference"),
        ("1.283", "1.072", ".964", ".795", ".629", ".418", ".35", "1"), tolerance=1e-9,
    ),
)  # fmt: skip
