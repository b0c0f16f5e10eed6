"""The field study as a whole: draws of worlds, scores worked by hand, and what may not depend on threads or company."""

import math
from functools import cache

import numpy as np
import pytest

from simdiff.analysis.field_claims import CLAIMS
from simdiff.analysis.field_sample import MANNERS
from simdiff.analysis.field_study import Answered, draw_of, scores_of, study, study_rows, tally
from simdiff.analysis.field_worlds import LEANING, live, mixes_of
from simdiff.analysis.worlds import Worlds
from simdiff.model.luck import seed_key
from simdiff.scenario import load_experiment
from simdiff.study.draws import parameter_draws

NAN = (math.nan, math.nan, math.nan)


@cache
def worlds() -> Worlds:
    return mixes_of(load_experiment("crpe-study"))


def test_worlds_take_draws_in_turn_or_evenly() -> None:
    three = [{"n": float(n)} for n in range(3)]
    assert [draw_of(three, n, 7)["n"] for n in range(7)] == [0, 1, 2, 0, 1, 2, 0]
    six = [{"n": float(n)} for n in range(6)]
    assert [draw_of(six, n, 3)["n"] for n in range(3)] == [0, 2, 4]


def test_scores_of_four_worlds() -> None:
    """One claim (small, drawn below .25) in four worlds: right; false; missed; and one that cannot be asked."""
    made = [
        (0.2, True, (0.1, 0.0, 0.15)),
        (0.3, False, (0.2, 0.1, 0.4)),
        (0.2, True, (0.4, 0.2, 0.5)),
        (0.1, True, NAN),
    ]
    found = [
        {claim.name: Answered(truth, holds, dict.fromkeys(MANNERS, estimate)) for claim in CLAIMS}
        for truth, holds, estimate in made
    ]
    one = next(score for score in scores_of(found) if (score.claim, score.manner) == ("small", "as made"))
    assert (one.worlds, one.asked) == (4, 3)
    assert one.bias == pytest.approx((-0.1 - 0.1 + 0.2) / 3)
    assert one.bias_error == pytest.approx(math.sqrt(0.03) / math.sqrt(3))
    assert one.coverage == pytest.approx(2 / 3)
    assert (one.true, one.drawn, one.false, one.missed, one.wrong) == (0.75, 0.5, 0.25, 0.5, 0.75)
    rows = study_rows(found)
    assert len(rows) == 4 * len(CLAIMS) * len(MANNERS)
    assert rows[0]["world"] == 0


def test_a_tally_counts_world_by_world() -> None:
    """Two claims in two worlds: what is drawn, holds, can be asked and is covered, by hand."""
    claims = [claim for claim in CLAIMS if claim.name in ("small", "goals")]
    one = {
        "small": Answered(0.2, True, {"as made": (0.1, 0.0, 0.15)}),  # drawn, right, interval too low
        "goals": Answered(0.0, False, {"as made": (0.3, 0.1, 0.5)}),  # drawn, wrong
    }
    two = {
        "small": Answered(0.3, False, {"as made": NAN}),  # cannot be asked
        "goals": Answered(0.02, True, {"as made": (0.1, -0.1, 0.3)}),  # missed, covered
    }
    found = tally([one, two], "as made", claims)
    assert found.drawn.tolist() == [[True, True], [False, False]]
    assert found.holds.tolist() == [[True, False], [False, True]]
    assert found.asked.tolist() == [[True, True], [False, True]]
    assert (found.covered & found.asked).tolist() == [[False, False], [False, True]]


def test_worlds_do_not_depend_on_threads_or_company() -> None:
    """Two worlds on two threads, and the first of them in other company."""
    draws = parameter_draws(1, 1)
    both, alone = study(worlds(), draws, 2, threads=2), study(worlds(), draws, 1, threads=1)
    assert repr(both[0]) == repr(alone[0])
    assert repr(both[0]) != repr(both[1])


def test_readier_cities_pull_more_levers_and_each_family_is_somewhere() -> None:
    """Over 30 worlds of 32 cities the correlation of signal and families is that of a probit with the leaning."""
    lived = [live(_still(worlds()), seed_key(1), n, {}) for n in range(30)]
    ready = np.concatenate([one.ready for one in lived])
    on = np.concatenate([one.on for one in lived])
    assert on.mean() == pytest.approx(0.5, abs=0.04)
    above = on[ready > 1].mean() - on[ready < -1].mean()
    assert above > LEANING / 2


def _still(found: Worlds) -> Worlds:
    """The same worlds with one mix: signals and levers do not depend on the others."""
    name = next(iter(found.scenarios))
    return Worlds({name: found.scenarios[name]}, found.places, found.seed, 1)
