"""Patterns of whole districts that the model is only checked against: how far, how deep, how fast (P1–P4, P9–P11, P13).

Each function takes panels by the id of their world (experiments/validation.yaml) and pools all runs of one draw.
Patterns that hold or not have the figure 1 or 0.
"""

from collections.abc import Mapping

import numpy as np

from simdiff.analysis.found import Found, held
from simdiff.analysis.surveys import deep, depth, engaged, over, year_end
from simdiff.analysis.targets import events, launches, ratio
from simdiff.model.state import FULL, INSTALL
from simdiff.study.panel import Panel

Panels = Mapping[str, Panel]
SMALL_SPREAD, SLOW = 0.10, 0.02
"""Attributable spread below which nothing has left the pilots; growth (1/year) below which it stalls. Source: model
specification, section 9 (plateau index); pattern P3."""
LITTLE_DEPTH = 0.05
"""Gain in depth below which a lever adds little: 5 points of all teachers. Judgement."""
KEPT = 0.8
"""End over peak below which coverage by order has not lasted. Source: pattern P4."""


def pockets(panels: Panels) -> Found:
    """P1: deep schools (at least half of the teachers proficient) over all schools, four years on."""
    panel = panels["six-districts"]
    return Found(float(deep(panel)[:, year_end(panel, 4)].mean()))


def light_use(panels: Panels) -> Found:
    """P2: schools with any engagement over all schools, four years on. Dallas counted schools with a light touch,
    Denver those ever served; so exploring counts, and a single user."""
    panel = panels["six-districts"]
    return Found(float(engaged(panel)[:, year_end(panel, 4)].mean()))


def light_over_deep(panels: Panels) -> Found:
    """P2: schools with any engagement over deep schools, four years on (Dallas 140 : 10); 100 at most, and where no
    school is deep."""
    light, dense = light_use(panels).figure, pockets(panels).figure
    return Found(over(light, dense))


def beyond_pilots(policy: Panel, without: Panel, year: int) -> float:
    """Attributable spread: active share of the schools that are never a site, minus that of the same schools in the
    same runs without the policy, at the end of a year. Source: model specification, section 9 (Sp*)."""
    month, others = year_end(policy, year), ~policy.site.any(axis=1)
    gained = policy.active[:, month].astype(float) - without.active[:, month]
    return ratio(float(gained[others].sum()), float(others.sum()))


def plateau(panels: Panels) -> Found:
    """P3: in year six (three years after the pilots), spread beyond the pilots that can be put down to the policy is
    under 10 points, and it grows by less than 2 points a year from year five to ten."""
    policy, without = panels["pilot-then-scale"], panels["status-quo"]
    at = {year: beyond_pilots(policy, without, year) for year in (5, 6, 10)}
    growth = (at[10] - at[5]) / 5
    return held(
        at[6] < SMALL_SPREAD and growth < SLOW,
        {"attributable spread beyond pilots, year 6": at[6], "its growth a year, years 5 to 10": growth},
    )


def adopters_depth(panel: Panel, age: int = 24) -> float:
    """Proficient teachers over all teachers of schools that are active ``age`` months after their launch."""
    runs, months, schools = launches(panel, age)
    at = (runs, months + age, schools)
    stayed = panel.active[at]
    return ratio(float(panel.proficient[at][stayed].sum()), float(panel.teachers[schools][stayed].sum()))


def mandates(panels: Panels) -> Found:
    """P4: the active share ends below .8 of its peak, and schools under orders are less deep two years after launch
    than those that joined by themselves under the same support."""
    ordered, free = panels["mandate"], panels["voluntary"]
    course = ordered.active.mean(axis=(0, 2))
    last = ratio(float(course[-1]), float(course.max()))
    under_orders, by_choice = adopters_depth(ordered), adopters_depth(free)
    parts = {"end over peak": last, "depth of ordered adopters": under_orders, "depth of voluntary adopters": by_choice}
    if not np.isfinite([last, under_orders, by_choice]).all():
        return Found(float("nan"), parts)
    return held(last < KEPT and under_orders < by_choice, parts)


def attempts(panel: Panel, year: int = 3) -> float:
    """Share of schools that have begun to install by the end of a year."""
    begun = ((panel.stage >= INSTALL) & (panel.stage <= FULL))[:, : year_end(panel, year) + 1]
    return float(begun.any(axis=1).mean())


def single_levers(panels: Panels) -> Found:
    """P9: flexibility alone brings more attempts within three years and adds less than 5 points of depth in ten;
    networks alone add less than 5 points too. Goals and talent alone stand beside them."""
    base = panels["status-quo"]
    last = year_end(base, 10)
    added = {name: depth(panels[name], last) - depth(base, last) for name in
             ("flexibility", "networks", "goals", "talent")}  # fmt: skip
    more = attempts(panels["flexibility"]) - attempts(base)
    parts = {"attempts that flexibility adds, year 3": more}
    parts |= {f"depth that {name} adds, year 10": gain for name, gain in added.items()}
    return held(more > 0.0 and added["flexibility"] < LITTLE_DEPTH and added["networks"] < LITTLE_DEPTH, parts)


def small_districts(panels: Panels) -> Found:
    """P10: more of the schools of a small district (20) are active after ten years than of a large one (120) at equal
    doses per school. Beside it, the difference if the large one has the sites and coaches of the small one."""
    share = {name: float(panel.active[:, year_end(panel, 10)].mean()) for name, panel in panels.items()
             if name.startswith("district-of-")}  # fmt: skip
    small = share["district-of-20"]
    equal, thin = small - share["district-of-120"], small - share["district-of-120-thin"]
    return held(
        equal > 0.0,
        {"small minus large, equal dose": equal, "small minus large, equal programme": thin},
    )


def funnel(panels: Panels) -> Found:
    """P11: of schools that win a place in a competition, those that launch within two years. Finalists that win nothing
    plan no further here; how many win is set by the scenario, so the share among finalists would be an input."""
    panel = panels["regional-fund"]
    runs, months, schools = events(panel.site)
    followed = months + 24 < panel.stage.shape[1]
    runs, months, schools = runs[followed], months[followed], schools[followed]
    new = ~np.logical_or.accumulate(panel.active, axis=1)[runs, months, schools]
    by_then = np.logical_or.accumulate(panel.active, axis=1)[runs, months + 24, schools]
    return Found(ratio(float(by_then[new].sum()), float(new.sum())))


def slowing(panels: Panels) -> Found:
    """P13: fewer schools are added from year four to five than from year three to four (active ones; equal cohorts)."""
    panel = panels["framework-roll-out"]
    three, four, five = (float(panel.active[:, year_end(panel, year)].mean()) for year in (3, 4, 5))
    return held(
        five - four < four - three, {"added, years 3 to 4": four - three, "added, years 4 to 5": five - four}
    )  # fmt: skip
