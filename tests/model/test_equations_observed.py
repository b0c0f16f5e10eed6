"""What is written down of a run's end, by hand: lifetimes and waiting times (section 9). Rules are called as plain
Python (``by_hand``)."""

from types import SimpleNamespace as Record

import numpy as np
import pytest
from by_hand import district, plain_rules, several, site, use

from simdiff.model.rules import observe
from simdiff.model.state import NEVER

MONTHS, BURN_IN = 30, 12


def ended(*schools: tuple[int, Record]) -> Record:
    """The third district of a world, the second that is reported, after its last month: schools with the tercile of
    their need and their use."""
    world = Record(
        run=several(Record(burn_in=BURN_IN)), practice=several(Record()),
        district=several(district(), district(), district(last=len(schools), report=1)),
        site=several(*(site(tercile=tercile) for tercile, _ in schools)),
        use=np.array([[one] for _, one in schools], dtype=object),
        waiting=np.zeros((2, 1, 2, 2)), survival=np.zeros((2, 1, 2, MONTHS + 1, 2)),
    )  # fmt: skip
    with plain_rules():
        observe.finish(world, 2, MONTHS)
    return world


@pytest.mark.parametrize(
    ("tercile", "deep_from", "expected"),
    [
        (0, 20, [[8, 1], [0, 0]]), (2, 20, [[0, 0], [8, 1]]), (1, 20, [[0, 0], [0, 0]]),
        (0, NEVER, [[18, 1], [0, 0]]), (2, 9, [[0, 0], [0, 1]]),
    ],
)  # fmt: skip
def test_months_to_deep_by_need(tercile: int, deep_from: int, expected: list[list[int]]) -> None:
    """From the end of the burn-in to deep use, to the end if never, none if before; the middle tercile is not asked."""
    found = ended((tercile, use(deep_from=deep_from))).waiting
    assert found[1, 0].tolist() == expected
    assert not found[0].any()


def test_waiting_adds_up_over_schools() -> None:
    found = ended(*((2, use(deep_from=month)) for month in (15, 19)), (0, use(deep_from=13))).waiting
    assert found[1, 0].tolist() == [[1, 1], [3 + 7, 2]]


def test_lifetimes_from_launch_and_from_real_use() -> None:
    """Launched in month 3 and dropped in 10: lost at 7; in real use from 5 and never lost: at the end, month 29,
    censored at 24. What was never launched has no lifetime."""
    world = ended((1, use(launched=3, dropped=10, real_from=5)), (1, use()))
    found = {tuple(place): world.survival[tuple(place)] for place in np.argwhere(world.survival).tolist()}
    assert found == {(1, 0, 0, 7, 0): 1, (1, 0, 1, 24, 1): 1}
