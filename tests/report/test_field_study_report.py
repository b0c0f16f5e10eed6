"""Tables, sentences and picture of the field study, from answers made by hand."""

import math

import pytest

from simdiff.analysis.field_claims import CLAIMS
from simdiff.analysis.field_sample import MANNERS
from simdiff.analysis.field_study import Answered, scores_of
from simdiff.report.field_study_chart import field_study_chart
from simdiff.report.field_study_report import blocks, lines_of, rule_of

NAN = (math.nan, math.nan, math.nan)


def answers(selected: tuple[float, float, float], fair: tuple[float, float, float]) -> dict[str, Answered]:
    """One world: every truth .1, every claim holds; both manners with selection answer alike, and both without."""
    told = {name: selected if manner.selected else fair for name, manner in MANNERS.items()}
    return {claim.name: Answered(0.1, True, told) for claim in CLAIMS}


def test_tables_say_every_claim_in_every_manner() -> None:
    """Of four worlds all draw by lot what holds for bounds below, none does by selection; counting intervals are
    Wilson's: 0 of 4 is 0-49, 4 of 4 is 51-100."""
    found = [answers((0.9, 0.8, 1.0), (0.12, 0.05, 0.2))] * 4
    tables = blocks(scores_of(found))
    assert [len(one.rows) for one in tables] == [len(CLAIMS)] * 4
    made, fair = (dict(zip((row[0] for row in one.rows), one.rows, strict=True)) for one in tables[1:3])
    assert made["Spread is small"][1:4] == ("10", "90 (90…90)", "+80.0 ± 0.0")
    assert made["Spread is small"][4:] == ("0% (0–49)", "0% (0–49)", "100% (51–100)")
    assert fair["Spread is small"][4:] == ("100% (51–100)", "100% (51–100)", "0% (0–49)")


def test_what_cannot_be_asked_is_a_dash() -> None:
    tables = blocks(scores_of([answers(NAN, NAN)] * 2))
    assert tables[1].rows[0][1:5] == ("–", "–", "–", "–")


@pytest.mark.parametrize(("name", "said"), [("small", "below 25%"), ("pockets", "above 50%"), ("goals", "above 0")])
def test_rules_are_told(name: str, said: str) -> None:
    assert rule_of(next(claim for claim in CLAIMS if claim.name == name)).endswith(said)


def test_sums_by_hand() -> None:
    """Everything holds. By selection (.9, interval .8-1) only the four claims with a bound from above are not drawn: 4
    of 11 wrong; by lot (.12, .05-.2) neither the two with a bound from below nor *stalled* (below .05): 3 of 11. The
    truth .1 is in the second interval and not in the first; levers are credited by both, and all of them help."""
    lines = lines_of([answers((0.9, 0.8, 1.0), (0.12, 0.05, 0.2))] * 4)
    assert "are wrong: 36% (36–36) as made, 27% (27–27) without selection." in lines[0]
    assert "hold the truth: 0% (0–0) as made, 100% (100–100) without selection." in lines[1]
    assert "where it helps: 100% (100–100) as made, 100% (100–100) without" in lines[2]
    assert "where it does not: – as made, – without selection" in lines[2]


def test_the_picture_has_a_row_for_each_conclusion_and_all_its_numbers() -> None:
    plate = field_study_chart(scores_of([answers((0.9, 0.8, 1.0), (0.12, 0.05, 0.2))] * 3), "Note.")
    assert len(plate.table) == len(CLAIMS) * len(MANNERS)
    assert [label.get_text().split("\n")[0] for label in plate.figure.axes[0].get_yticklabels()] == [
        claim.title for claim in CLAIMS
    ]
    assert "11 conclusions" in plate.alt
    assert plate.caption.endswith("Note.")
