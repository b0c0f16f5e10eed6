"""What an outcome is called within a sentence, and what links it to a practice."""

from simdiff.report.words import BY_NAME

NOUNS = {
    "ever": "the share of schools that ever launched",
    "reach_teachers": "use among teachers",
    "reach_students": "reach among students",
    "deep_schools": "the share of deep schools",
    "sustained": "sustained use",
    "peer_seeded": "the peer-seeded share of launches",
    "overload": "the share of overloaded schools",
    "variants": "the number of schools with a home-made variant",
    "equity_gap": "the equity gap",
    "concentration": "the concentration index",
    "coach_ratio": "the coach-hour ratio",
    "assimilation_gap": "the assimilation gap",
    "cost_per_deep_teacher_year": "the cost per deep teacher-year",
    "cost_per_deep_student_year": "the cost per deep student-year",
    "best_version": "the quality of the best version",
    "cost_partner": "the cost to partners",
    "survival_formal": "survival of the label three years after launch",
    "survival_real": "survival of real use three years after it began",
    "sustained_24": "the share of deep schools still deep two years after support",
    "sustained_36": "the share of deep schools still deep three years after support",
    "months_to_quarter": "the wait for a quarter of the schools",
    "months_to_half": "the wait for half of the schools",
    "time_to_deep_gap": "the gap in time to deep use",
}
"""Outcomes whose title is a label, or needs an article."""
GLOSSES = {
    "transferability": "how well the practice passes between schools: full where all do the same, less where local "
    "variants are unlike",
    "survival_formal": "schools that launched and keep the label, three years after launch",
    "survival_real": "schools where real use began and goes on, three years after it began",
    "sustained_24": "of schools that were deep when support ended, those that are deep two years later",
    "sustained_36": "of schools that were deep when support ended, those that are deep three years later",
    "months_to_quarter": "months until a quarter of the schools have adopted",
    "months_to_half": "months until half of the schools have adopted",
}
"""What outcomes mean, where the register says it in a researcher's shorthand."""
LINKS = {"ever": " ", "months_to_quarter": " to adopt ", "months_to_half": " to adopt ",
         "sustained_24": " in ", "sustained_36": " in ", "survival_formal": " for ",
         "survival_real": " for "}  # fmt: skip


def noun(outcome: str) -> str:
    """An outcome in a sentence: *depth*, *sustained use*."""
    return NOUNS.get(outcome, BY_NAME[outcome].title.lower())


def gloss_of(outcome: str) -> str:
    """What an outcome means, in a few words."""
    return GLOSSES.get(outcome, BY_NAME[outcome].meaning)


def the(phrase: str) -> str:
    """A noun with its article."""
    return phrase if phrase.startswith("the ") else f"the {phrase}"


def link(outcome: str) -> str:
    """What stands between an outcome and the practice that it is told of; empty if it is of all practices."""
    return "" if outcome.startswith("cost") or outcome == "overload" else LINKS.get(outcome, " of ")
