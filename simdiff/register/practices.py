"""The catalogue of practices: what each needs and weighs (model specification, section 2.2)."""

from dataclasses import dataclass

# fmt: off


@dataclass(frozen=True, slots=True)
class CataloguePractice:
    """A practice's defaults: shares of it that need school- and classroom-level flexibility (0–1), load weight (> 0),
    quality (1 = reference) and base hazard of a continuation review (1/year)."""

    name: str
    title: str
    school_flexibility: float
    classroom_flexibility: float
    load: float
    quality: float
    exit_hazard: float
    source: str


_SEED = "model specification, section 2.2 (assumption)"

CATALOGUE: dict[str, CataloguePractice] = {
    p.name: p
    for p in (
        CataloguePractice("learner-profiles", "Learner profiles", 0.3, 0.3, 1.0, 1.0, 0.05, _SEED),
        CataloguePractice("personal-learning-paths", "Personal learning paths", 0.6, 0.8, 1.0, 1.0, 0.05, _SEED),
        CataloguePractice("flexible-learning-environments", "Flexible learning environments", 0.9, 0.5, 1.0, 1.0, 0.05,
                          _SEED),
        CataloguePractice("internal-framework", "Internal framework", 0.3, 0.5, 1.0, 1.0, 0.015,
                          "formal exit 7 % in 5 years (Nese et al. 2016): .015/year"),
        CataloguePractice("developer-tied", "Developer-tied reform", 0.6, 0.8, 1.0, 1.0, 0.12,
                          "developer ties end at .15–.19/year of all causes (Taylor 2006; Datnow 2005): .12 base"),
    )
}
