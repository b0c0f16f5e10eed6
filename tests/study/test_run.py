"""Replicates, draws and tables: the same numbers however they are run, and told apart by what varies."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from simdiff.register import PARAMETERS
from simdiff.scenario import Loaded, load_scenario
from simdiff.study.blocks import ALL, ANY
from simdiff.study.draws import parameter_draws, prior_quantile
from simdiff.study.files import csv_bytes, parquet_bytes
from simdiff.study.run import run_scenario
from simdiff.study.run_folder import FolderTakenError, check_folder, write_folder
from simdiff.study.tables import final_table, ledger_table, monthly_table, yearly_table


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_scenario(Path("pilot-then-scale"))


@pytest.mark.parametrize(("threads", "batch"), [(1, 1), (2, 7), (8, 64)])
def test_threads_and_batches_do_not_matter(loaded: Loaded, threads: int, batch: int) -> None:
    """Catches outcomes that depend on which replicates are computed together."""
    expected, _ = run_scenario(loaded, replicates=9, seed=4, threads=1, batch=9)
    got, _ = run_scenario(loaded, replicates=9, seed=4, threads=threads, batch=batch)
    for name in ("yearly", "monthly", "final", "ledger"):
        assert getattr(got, name).tobytes() == getattr(expected, name).tobytes(), name


def test_more_replicates_keep_the_first(loaded: Loaded) -> None:
    """Catches luck that sees how many replicates were asked for."""
    few, _ = run_scenario(loaded, replicates=3, seed=4)
    more, _ = run_scenario(loaded, replicates=5, seed=4)
    assert few.yearly.tobytes() == more.yearly[:, :3].tobytes()


def test_another_seed_is_another_world(loaded: Loaded) -> None:
    """Catches a seed that is ignored."""
    one, _ = run_scenario(loaded, replicates=3, seed=4)
    other, _ = run_scenario(loaded, replicates=3, seed=5)
    assert one.yearly.tobytes() != other.yearly.tobytes()


def test_draws_change_parameters_and_not_luck(loaded: Loaded) -> None:
    """Catches a draw that enters luck, and draws that are all alike. Draw n is the same however many are asked for."""
    two, three = parameter_draws(1, 2), parameter_draws(1, 3)
    assert two == three[:2]
    assert two[0] != two[1]
    result, _ = run_scenario(loaded, replicates=2, draws=2, seed=1)
    assert result.yearly.shape[:2] == (2, 2)
    assert result.draws == tuple(two)


def test_districts_and_practices_are_named_and_pooled() -> None:
    """Catches a pooled figure that is not the sum of its districts: schools-weighted spread, summed cost."""
    result, world = run_scenario(load_scenario(Path("all-six")), replicates=2, seed=1)
    assert result.places == (ALL, "dallas", "denver", "henry", "lake", "pinellas", "riverside")
    schools = np.diff(world.first)
    spread = result.yearly[0, :, result.outcomes.index("spread"), -1, :, 0]
    np.testing.assert_allclose(spread[:, 0], (spread[:, 1:] * schools).sum(axis=1) / schools.sum(), rtol=1e-12)
    cost = result.yearly[0, :, result.outcomes.index("cost"), -1, :, 0]
    np.testing.assert_allclose(cost[:, 0], cost[:, 1:].sum(axis=1), rtol=1e-12)


def test_several_practices_get_an_any_slot(loaded: Loaded) -> None:
    """Catches an *any* that is below a single practice."""
    practices = {"learner-profiles": {}, "personal-learning-paths": {}}
    scenario = loaded.scenario.model_validate(loaded.text | {"practices": practices})
    several = Loaded(scenario, loaded.text, loaded.files, loaded.schools, loaded.notes)
    result, _ = run_scenario(several, replicates=2, seed=1)
    assert result.practices == ("learner-profiles", "personal-learning-paths", ANY)
    spread = result.yearly[0, :, result.outcomes.index("spread"), :, 0]
    assert (spread[..., 2] >= spread[..., :2].max(axis=-1)).all()


@pytest.mark.parametrize("counts", [{"replicates": 0}, {"replicates": 1, "draws": -1}, {"replicates": 1, "threads": 0}])
def test_wrong_counts_are_refused(loaded: Loaded, counts: dict[str, int]) -> None:
    """Catches an empty run that looks like a result."""
    with pytest.raises(ValueError, match="at least"):
        run_scenario(loaded, seed=1, **counts)  # type: ignore[arg-type]


@pytest.mark.parametrize("u", [0.001, 0.5, 0.999])
def test_prior_draws_stay_in_range_about_their_centre(u: float) -> None:
    """Catches a prior whose median is not its centre, or that leaves the range."""
    for parameter in PARAMETERS.values():
        value = prior_quantile(parameter, u)
        assert parameter.low <= value <= parameter.high, parameter.name
        if u == 0.5 and parameter.prior in ("lognormal", "logitnormal", "normal", "fixed"):
            assert value == pytest.approx(parameter.centre, abs=1e-12), parameter.name


def test_prior_quantiles_by_hand() -> None:
    """Lognormal: .06·e^{.5·1.6449} = .13657 at 95 %. Catches a wrong spread or a base-10 log."""
    assert prior_quantile(PARAMETERS["takeup_coached"], 0.95) == pytest.approx(0.06 * 2.27586, rel=1e-4)


def test_tables_hold_every_value_once(loaded: Loaded, tmp_path: Path) -> None:
    """Catches a lost or doubled row, a label on the wrong value, not-a-number kept as a value."""
    result, _ = run_scenario(loaded, replicates=3, seed=1)
    yearly = yearly_table(result)
    assert yearly.num_rows == result.yearly.size
    assert monthly_table(result).num_rows == result.monthly.size
    assert final_table(result).num_rows == result.final.size
    assert ledger_table(result).num_rows == result.ledger.size
    (tmp_path / "t.parquet").write_bytes(parquet_bytes(yearly))
    frame = pq.read_table(tmp_path / "t.parquet").to_pandas()
    chosen = frame.query("replicate == 2 and outcome == 'depth' and year == 7").value
    assert chosen.tolist() == [result.yearly[0, 2, result.outcomes.index("depth"), 7, 0, 0]]
    assert int(frame.value.isna().sum()) == int(np.isnan(result.yearly).sum())


def test_a_folder_is_written_whole_and_guarded(tmp_path: Path) -> None:
    """Catches torn or temporary files left behind, and a folder that changes hands."""
    folder = tmp_path / "run"
    write_folder(folder, {"a.csv": csv_bytes([{"x": 1, "y": None}]), "provenance.json": b'{"run": "one"}'}, "one")
    assert (folder / "a.csv").read_text() == "x,y\n1,\n"
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "provenance.json"]
    check_folder(folder, "one")
    with pytest.raises(FolderTakenError, match="another run"):
        check_folder(folder, "two")
    (folder / "provenance.json").write_text("not json")
    with pytest.raises(FolderTakenError, match="not a run"):
        check_folder(folder, "one")
