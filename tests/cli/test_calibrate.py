"""``simdiff calibrate``: small, but from the experiment file to draws that other commands read."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from typer.testing import CliRunner

import simdiff.cli.calibrate
from simdiff.analysis.abc import Sizes
from simdiff.analysis.calibration import SCORED, score_of
from simdiff.cli import BAD_INPUT, app
from simdiff.register import PARAMETERS
from simdiff.report.picture import read_story
from simdiff.scenario import read_posterior

SMALL = """\
format: 1
name: small
title: Small
scenarios:
  developer-tied: developer-tied
  internal-framework: internal-framework
  some-support: {scenario: status-quo, set: {policy.talent: {change: 0.1}}}
draws: 100
replicates: 4
"""


EQUAL = """\
format: 1
name: equal
title: Equal
scenarios: {status-quo: status-quo, goals: goals, flexibility: flexibility, talent: talent, networks: networks}
draws: 3
replicates: 2
"""


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a small calibration, and what was printed."""
    here = tmp_path_factory.mktemp("calibrate")
    (here / "small.yaml").write_text(SMALL)
    (here / "equal.yaml").write_text(EQUAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        patch.setattr(simdiff.cli.calibrate, "Sizes", partial(Sizes, moves=1, last_moves=1))
        patch.setattr(simdiff.cli.calibrate, "PARITY", str(here / "equal.yaml"))
        words = ["calibrate", "small.yaml", "--kept", "50", "--out", "out"]
        found = CliRunner().invoke(app, words)
        assert found.exit_code == 0, found.output
        again = CliRunner().invoke(app, words)
        assert again.output == found.output
    return here / "out", found.output


def test_draws_are_read_by_other_commands(calibrated: tuple[Path, str]) -> None:
    """Catches a column that is no parameter, a value out of range, draws that are all alike."""
    draws = read_posterior(calibrated[0] / "calibrated.csv")
    assert len(draws) == 50
    assert draws[0].keys() == {name for name, one in PARAMETERS.items() if one.prior != "fixed"}
    assert len({draw["master"] for draw in draws}) > 10


def test_what_is_told_of_a_calibration(calibrated: tuple[Path, str]) -> None:
    """Catches draws without their origin, a target that is passed over in silence, a missing network that is not told,
    and results that leave without the caveat."""
    folder, said = calibrated
    about = json.loads((folder / "calibration.json").read_text())
    assert about["reproduce"] == "simdiff calibrate small.yaml --kept 50 --leader-draws 500"
    assert [row["target"] for row in about["table"]] == [target.name for target in SCORED]
    assert about["carlson"] == [{"model": "all", "verdict": "not run: data absent"}]
    assert about["versions"]["simdiff"]
    assert [row["family"] for row in about["parity"]] == ["goals", "flexibility", "talent", "networks"] * 2
    assert "lever family alone" in said
    assert "not run: data absent" in said
    assert "does not forecast a named district" in said
    assert "different prior points" in said
    assert imread(folder / "calibration.png").size > 0
    assert read_story(folder / "calibration.png")["numbers"].encode() == (folder / "calibration.csv").read_bytes()
    assert not (folder / "carlson.png").exists()


def test_accepted_draws_agree_better_than_the_priors(calibrated: tuple[Path, str]) -> None:
    """Catches a sampler that does not listen to the score."""
    steps = sorted((calibrated[0] / "steps").rglob("*.npz"))
    assert steps[0].name == "step-0001.npz"
    rows = json.loads((calibrated[0] / "calibration.json").read_text())["table"]
    before, after = (sum(int(row[when].rstrip("%")) for row in rows) for when in ("before_in_range", "after_in_range"))
    assert after > before + 100


def test_a_world_that_is_missing(tmp_path: Path) -> None:
    """Catches a calibration to fewer targets than it says, and a first wave too small to find anything."""
    file = tmp_path / "few.yaml"
    file.write_text(SMALL.replace("  internal-framework: internal-framework\n", "").replace("draws: 100", "draws: 5"))
    refused = CliRunner().invoke(app, ["calibrate", str(file), "--out", str(tmp_path / "out")])
    assert refused.exit_code == BAD_INPUT
    assert "no world `internal-framework`, expected developer-tied, internal-framework, some-support" in refused.output
    assert "draws: found 5, expected at least 100" in refused.output
    assert not (tmp_path / "out").exists()


def test_too_few_cases_cannot_be_scored() -> None:
    """Catches a figure from a handful of launches that counts like one from hundreds, and a missing one that scores."""
    centre = np.array([target.centre for target in SCORED])
    found = np.stack([centre, np.full(len(SCORED), 100.0)], axis=1)[None]
    many = found.copy()
    many[0, :, 1] = 10_000.0
    assert np.isfinite(score_of(found)[0][0])
    assert score_of(many)[0][0] > score_of(found)[0][0]  # more cases, a narrower law
    off = found.copy()
    off[0, 0, 0] += 1.0
    assert score_of(off)[0][0] == -np.inf  # ruled out
    few, missing = found.copy(), found.copy()
    few[0, 0, 1], missing[0, 0, 0] = 9, np.nan
    assert score_of(few)[0][0] == score_of(missing)[0][0] == -np.inf
