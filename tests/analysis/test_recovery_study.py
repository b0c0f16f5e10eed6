"""The study of recovery from end to end, tiny; the sampler's luck; tables and picture of what was found."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from simdiff.analysis.abc import Sizes
from simdiff.analysis.interval_coverage import CELLS, long_run, replicated
from simdiff.analysis.quantities import COMPOSITES
from simdiff.analysis.recovery_bank import Step, quantity_names
from simdiff.analysis.recovery_sampler import ERROR, OBSERVED, scorer
from simdiff.analysis.recovery_study import Size, Study, recovery_study
from simdiff.analysis.worlds import Worlds, worlds_of
from simdiff.register import PARAMETERS
from simdiff.report.recovery_chart import RANKED, recovery_chart
from simdiff.report.recovery_tables import CLAIMED, blocks, csv_rows, loadings, markdown, shown
from simdiff.scenario import load_experiment
from simdiff.study.remembered import remembered

SIZE = Size(bank=60, truths=20, districts=1, sampler=Sizes(wave=10, kept=5, moves=1, last_moves=1))


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return worlds_of(load_experiment("recovery"))


class Counted:
    """Steps that are remembered in a folder, with a count of the points that had to be computed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.computed = folder, 0

    def __call__(self, step: Step, name: str) -> Step:
        def counted(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            self.computed += len(points)
            return step(points)

        return remembered(counted, self.folder / name)


def studied(worlds: Worlds, kept: Counted, threads: int) -> tuple[Study, dict[str, list[int]]]:
    told: dict[str, list[int]] = {}

    def tell(what: str, total: int) -> Callable[[int], None]:
        told[what] = [total, 0]

        def progress(done: int) -> None:
            told[what][1] += done

        return progress

    return recovery_study(worlds, SIZE, 3, threads=threads, tell=tell, remember=kept), told


@pytest.fixture(scope="module")
def first(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, dict[str, list[int]], Counted]:
    kept = Counted(tmp_path_factory.mktemp("steps"))
    study, told = studied(worlds, kept, threads=2)
    return study, told, kept


def test_every_quantity_is_recovered_in_every_situation(first: tuple[Study, dict[str, list[int]], Counted]) -> None:
    """Catches a figure that is not a number in some district of the prior (all would be), quantities in another order
    than their names, situations that lose figures."""
    study, told, _ = first
    assert [one.name for one in study.situations] == ["A", "B", "C", "D"]
    assert all(b.figures > a.figures for a, b in zip(study.situations, study.situations[1:], strict=False))
    for situation in study.situations:
        assert tuple(one.quantity for one in situation.found) == quantity_names()
        assert len(situation.parameters) == sum(one.prior != "fixed" for one in PARAMETERS.values())
        for one in situation.found:
            assert sum(one.ranks) == sum(one.planted) == sum(one.finer) == SIZE.truths
            assert 0.0 < one.contraction < 1.5
            assert one.effective >= 1.0
        assert sum(d.weights @ d.weights for d in situation.directions) == pytest.approx(len(situation.directions))
    assert [one.quantity for one in study.sampled] == list(OBSERVED)
    assert all(np.isfinite([*one.error, *one.apart, *one.width]).all() for one in study.sampled)
    assert told["replicates"] == [SIZE.bank * len(CELLS)] * 2
    assert told["posteriors"] == [4 * len(quantity_names())] * 2
    assert told["districts"][1] >= SIZE.bank + SIZE.truths


def test_a_study_goes_on_where_it_was_stopped_whatever_the_threads(
    worlds: Worlds, first: tuple[Study, dict[str, list[int]], Counted]
) -> None:
    """The last step that was kept is lost: only it is computed again, and the study is the same to the last digit. Luck
    that depends on threads or on company would change it."""
    study, _, kept = first
    lost = sorted((kept.folder / "districts").iterdir())[-1]
    lost.unlink()
    kept.computed = 0
    again, _ = studied(worlds, kept, threads=1)
    assert 0 < kept.computed <= SIZE.sampler.wave
    for a, b in zip(study.situations, again.situations, strict=True):
        assert a.found == b.found
        assert np.array_equal(a.directions[0].weights, b.directions[0].weights)
    assert replace(again, situations=()) == replace(study, situations=())


def test_the_sampler_never_uses_a_district_twice() -> None:
    """Points get replicates that nobody had, and the score of a percentile that is one error off is −½. The planted
    twin: had replicates started again with each call, the same luck would be looked at twice."""
    seen: list[float] = []

    def step(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen.extend(points[:, 0])
        return points[:, 1:] * 2.0, np.zeros((len(points), 0))

    score = scorer(step, lambda figures: figures / 2.0, np.array([0.5]), count(100))
    scores, found = score(np.array([[0.5], [0.5 + ERROR]]))
    np.testing.assert_allclose(scores, [0.0, -0.5])
    np.testing.assert_allclose(found, [[0.5], [0.5 + ERROR]])
    score(np.array([[0.1]]))
    assert seen == [100.0, 101.0, 102.0]


def test_the_long_run_pairs_replicates(worlds: Worlds) -> None:
    """Replicate by replicate both cells have the luck of the same world: differences vary less than independent ones
    would. Catches cells in the wrong order, and a batch that shifts replicates."""
    goals, talent = long_run(replicated(worlds, 1, lambda done: None), 40)
    assert goals.shape == talent.shape == (40, 4)
    spread = (goals - talent)[:, 0]
    assert spread.var() < goals[:, 0].var() + talent[:, 0].var()
    alone = long_run(replicated(worlds, 1, lambda done: None), 3)
    assert np.array_equal(alone[0], goals[:3])


def test_tables_and_picture_show_what_was_found(first: tuple[Study, dict[str, list[int]], Counted]) -> None:
    """Catches a table that loses a quantity, a claimed parameter that is left out for telling nothing, a picture
    without its planted failure, or without saying that nothing is forecast."""
    study, _, _ = first
    names = shown(study)
    assert set(CLAIMED) <= set(names)
    assert len(names) == len(set(names))
    text = markdown(study)
    assert all(f"| `{name}` |" in text for name in names)
    assert text.count("\n### ") == len(blocks(study)) - 1 == 6
    assert len(csv_rows(study)) == 4 * len(quantity_names())
    assert loadings(np.array([0.1, -0.9, 0.3]), ["a", "b", "c"], 2) == "+0.90 b, -0.30 c"
    figure = recovery_chart(study).figure
    left, *cells = figure.get_axes()
    assert [label.get_text() for label in left.get_yticklabels()] == names
    assert len(cells) == len(RANKED) + 2
    assert "20 % too narrow" in cells[4].get_title(loc="left")
    assert "does not forecast" in figure.get_supxlabel().replace("\n", " ")
    assert set(RANKED) <= {one.name for one in COMPOSITES} | set(PARAMETERS)
    alone = replace(study, sampled=())
    assert len(blocks(alone)) == 6
