"""What the model is calibrated to, and what it is only checked against: every pattern with its figure and its source.

Ranges are judgements from the sources named. A target's range is read as a 90 % interval.
"""

from dataclasses import dataclass
from typing import Literal

# fmt: off


@dataclass(frozen=True, slots=True)
class Target:
    """A pattern. ``use`` is *calibrate* (C), or *check* (V): compared with calibrated draws, never tuned to, never used
    to select. ``low`` and ``high`` bound the figure; ``centre`` is its best value (left out: the middle)."""

    name: str
    use: Literal["calibrate", "check"]
    title: str
    unit: str
    low: float
    high: float
    world: str
    source: str
    best: float | None = None

    @property
    def centre(self) -> float:
        """Best value of the figure."""
        return (self.low + self.high) / 2 if self.best is None else self.best

    @property
    def sd(self) -> float:
        """The range read as a 90 % interval of a normal law: what studies and the model may be off."""
        return (self.high - self.low) / 3.29


def _fit(name: str, title: str, unit: str, low: float, high: float, world: str, source: str,
         best: float | None = None) -> Target:
    return Target(name, "calibrate", title, unit, low, high, world, source, best)


def _check(name: str, title: str, unit: str, low: float, high: float, world: str, source: str) -> Target:
    return Target(name, "check", title, unit, low, high, world, source)


MODERATE, FRAMEWORK, SOME = "developer-tied", "internal-framework", "some-support"

CALIBRATED_TO: tuple[Target, ...] = (
    _fit("C1", "Start-up: of schools that begin installing, those that launch", "share", 0.35, 0.65, MODERATE,
         "Stages of Implementation Completion: .35 raw, .64 [.42, .82] adjusted (Saldana; Wong et al. 2022)"),
    _fit("C2", "Mechanical users among users nine months after launch, M/(M+K)", "share", 0.6, 0.8, MODERATE,
         "Levels of Use III among users in a first year (Hall & Hord)"),
    _fit("C3", "Schools implementing two years after launch", "share", 0.36, 0.72, MODERATE,
         "New American Schools: about half at core level after two years (Bodilly 1998; Berends et al.)", 0.55),
    _fit("C4", "Survival of a developer-tied reform at three years", "share", 0.35, 0.67, MODERATE,
         "6 of 13 ceased (Datnow 2005); 1/3 of 395 ended the tie (Taylor 2006)"),
    _fit("C5", "Hazard of losing real use, all causes", "1/year", 0.12, 0.25, MODERATE,
         "Datnow 2005; Taylor 2006", 0.17),
    _fit("C6", "Formal exit of an internal framework within five years", "share", 0.04, 0.12, FRAMEWORK,
         "7 % of 915 schools (Nese et al. 2016)", 0.07),
    _fit("C7", "Launched schools at full implementation five years on, without strong support", "share", 0.05, 0.15,
         SOME, "about .10 of CSR schools as intended (Vernez et al. 2006)", 0.10),
    _fit("C8", "Coaching effect per teacher in a large programme over that in a small one", "ratio", 0.35, 0.65,
         "any, with coach-quality dilution",
         "effects with at least 100 teachers about half as large (Kraft, Blazar & Hogan 2018)", 0.5),
    _fit("C9", "Carlson's modern math: distance of the cumulative share, 1, 5, 15, 27, 35, 38 of 38", "RMSE", 0.0, 0.08,
         "leader-level limit", "Carlson 1965"),
    _fit("C10", "Perceived barriers that are real, before any clarifying", "share", 0.1, 0.5, MODERATE,
         "Miller & Lee 2014: 31 % of 128 (8 principals)", 0.31),
)

ANCHORS: tuple[Target, ...] = (
    _fit("A1", "Mastery of fully coached teachers over that of others", "hazard ratio", 1.39, 2.35, "any",
         "Kraft, Blazar & Hogan 2018: .49 SD is 1.87 as a probit shift on .30 nine-month mastery, .25 SD 1.39", 1.87),
)
"""Direct evidence about a lever, which moves the strength of its family from the parity that its prior starts from."""

CHECKED_AGAINST: tuple[Target, ...] = (
    _check("P1", "Pockets: deep schools four years on", "share", 0.04, 0.17, "pilot-then-scale, six districts",
           "Dallas 4 % wall to wall in 2018; in the programme by 2014–16: Pinellas 4, Lake 12.5, Riverside 17 %"),
    _check("P2a", "Light use: schools with any engagement four years on", "share", 0.40, 0.60,
           "pilot-then-scale, six districts", "Dallas 58 % (light touch included), Denver 45 % ever served"),
    _check("P2b", "Light over deep", "ratio", 5.0, 15.0, "pilot-then-scale, six districts",
           "Dallas 140 : 10 schools in 2018"),
    _check("P3", "Plateau: little attributable spread beyond pilots, and under 2 points a year after year five",
           "share of draws", 0.5, 1.0, "pilot-then-scale", "CRPE 2018: isolated exemplars; NYC iZone"),
    _check("P4", "Mandates: end over peak below .8, and less depth among adopters than voluntary ones",
           "share of draws", 0.5, 1.0, "mandate", "coverage without depth (Vernez et al. 2006)"),
    _check("P5", "Two clocks: loss of real use over formal exit within five years", "ratio", 4.0, 1e9,
           "internal-framework", "Nese et al. 2016: 7 % formal exit; many more lose fidelity"),
    _check("P6", "Few large jumps: schools with some use that go from about 10 % to over 80 % of teachers in two years",
           "share", 0.02, 0.5, "pilot-then-scale", "Lake: one school of five from 8 rooms to all in a year"),
    _check("P7", "First adopters peripheral, early ones central: correlation of in-degree and year", "r", -0.6, -0.2,
           "leader-level limit", "Carlson 1965: −.41"),
    _check("P8a", "Leaders whose personal threshold is zero", "share", 0.15, 0.40, "leader-level limit",
           "Carlson 1965: .23 of 30"),
    _check("P8b", "Median personal threshold of leaders", "share", 0.3, 0.5, "leader-level limit", "Carlson 1965: .33"),
    _check("P9", "Flexibility alone and networks alone add little depth", "share of draws", 0.5, 1.0,
           "flexibility, networks", "Steinberg 2014: null mean effect of autonomy; Texas Districts of Innovation"),
    _check("P10", "Smaller districts reach higher shares, other things equal", "share of draws", 0.5, 1.0, "size sweep",
           "CRPE 2018: better in smaller districts"),
    _check("P11", "Competition funnel: planning schools that launch", "share", 0.35, 0.9, "regional-funds",
           "LEAP: 5–7 of 7, 6–7 of 15; NGLC: 16 of 45"),
    _check("P12", "Critical mass: the more local adopters, the fewer drop", "share of draws", 0.5, 1.0,
           "internal-framework", "McIntosh et al. 2016 (5,331 schools)"),
    _check("P13", "Growth of adoption slows between years four and five", "share of draws", 0.5, 1.0,
           "district-wide framework", "School-wide PBIS roll-outs"),
    _check("P14", "Four trajectories (sustain, slow, late loss, rapid loss), none empty", "share of draws", 0.5, 1.0,
           "internal-framework", "McIntosh et al. 2016, latent classes"),
    _check("P15", "A leadership exit can end a flagship; real use outlives the label", "share of draws", 0.5, 1.0,
           "superintendent-change", "Lake 2017: programme ended, some practices persisted"),
)

TARGETS: dict[str, Target] = {target.name: target for target in CALIBRATED_TO + ANCHORS + CHECKED_AGAINST}
"""Every pattern by name."""
