"""Results are those that were kept: no change of a rule goes unnoticed, whatever else it leaves as it was.

The numbers are no truth: they are what the code gave when it was last meant to change. Truth is in ``test_equations_*``
and in the verification cases.
"""

import numpy as np
import pytest
from keep_results import REPLICATES, read, results, structures, worlds

from simdiff.model.inputs import Inputs
from simdiff.scenario import shipped_scenarios

KEPT = read()


@pytest.fixture(scope="module")
def made() -> dict[str, Inputs]:
    return worlds()


@pytest.mark.parametrize("name", KEPT)
def test_results_are_those_that_were_kept(made: dict[str, Inputs], name: str) -> None:
    """Every count and date to the last school, every outcome to 1e-9, dollars to a billionth (``exp`` may differ in its
    last bit from machine to machine). If a change is meant: ``python tests/model/keep_results.py``, and say in
    CHANGELOG.md under *Results change* which results, why and how far."""
    for now, kept in zip(results(made[name]), KEPT[name], strict=True):
        assert now[0] == kept[0]
        np.testing.assert_allclose(
            np.array(now[1:], dtype=float), np.array(kept[1:], dtype=float), rtol=1e-9, atol=1e-9
        )


def test_everything_that_ships_is_kept(made: dict[str, Inputs]) -> None:
    assert list(KEPT) == list(made) == [*shipped_scenarios(), *(f"structure: {name}" for name in structures())]
    assert len({str(rows[n]) for rows in KEPT.values() for n in range(len(REPLICATES))}) == 2 * len(KEPT)
