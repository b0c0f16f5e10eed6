"""A run's folder: written whole or not at all, never mixed with another run's files; and read back."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError

from simdiff.model.inputs import BURN_IN
from simdiff.model.outcomes import OUTCOME_FUNCTIONS
from simdiff.model.state import LINES
from simdiff.register import FINAL_OUTCOMES
from simdiff.scenario import Experiment, Loaded, Scenario, SchoolRow
from simdiff.scenario.source import read_source
from simdiff.study.cells import Schools, make_cell, places_of, practices_of
from simdiff.study.files import TEMPORARY, checksum, digest, write_file
from simdiff.study.plan import Plan, Stage
from simdiff.study.reading import MOST_PARQUET, UnfitError, read_bytes, read_json, read_parquet
from simdiff.study.run import HEADLINES, RunResult
from simdiff.study.tables import PAYERS

PROVENANCE, SCENARIO, SCHOOLS = "provenance.json", "scenario.yaml", "schools.json"
BEGUN = f"{TEMPORARY}run"
"""File that says of which run a folder holds a part, until it holds all."""
TABLES = ("yearly.parquet", "monthly.parquet", "whole_run.parquet", "ledger.parquet")
MOST_NAME = 100
"""Bytes of it, at most."""


class FolderTakenError(ValueError):
    """The folder holds something other than this very run."""


class RunFolderError(ValueError):
    """The folder holds no run, or one that cannot be read."""


def check_folder(folder: Path, run: str, story: str = PROVENANCE) -> None:
    """Raise FolderTakenError unless ``folder`` is new, empty or holds run ``run`` already, as file ``story`` says, or
    as much of it as was written when it was stopped."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FolderTakenError(f"{folder}: is a file, not a folder")
    if all(path.name.startswith(TEMPORARY) for path in folder.iterdir()):
        return
    try:
        if (folder / story).exists():
            known = read_json(folder / story).get("run")
        else:
            known = read_bytes(folder / BEGUN, MOST_NAME).decode()
    except (OSError, ValueError, AttributeError):
        raise FolderTakenError(f"{folder}: holds files that are not a run of simdiff; choose another folder") from None
    if known != run:
        raise FolderTakenError(
            f"{folder}: holds another run ({known}); choose another folder, leave out --out, or delete it"
        )


def write_folder(folder: Path, files: Mapping[str, bytes], run: str, story: str = PROVENANCE) -> None:
    """Write ``files`` (name → content) into ``folder``, each in one step, the provenance (``story``) last. Stopped
    before, the folder says of which run it holds a part, and is no run until that is written again.

    Raises FolderTakenError if the folder holds another run, OSError (with the path) if it cannot be written.
    """
    check_folder(folder, run, story)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / story).exists():
        write_file(folder / BEGUN, run.encode())
    for name in sorted(files, key=lambda name: name == story):
        write_file(folder / name, files[name])
    (folder / BEGUN).unlink(missing_ok=True)


def sealed(story: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """The provenance as it is kept: with a checksum of each other file of the folder, and one of itself."""
    said = {**story, "results": {name: digest(content) for name, content in sorted(files.items())}}
    said["checksum"] = checksum(said)
    return (json.dumps(said, indent=2, ensure_ascii=False) + "\n").encode()


def unsound(folder: Path, story: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Files of a run that are not as they were written, each with what is wrong with it."""
    if story["checksum"] != checksum(story):
        yield PROVENANCE, "its checksum does not fit"
    for name, told in story["results"].items():
        try:
            if digest(read_bytes(folder / name, MOST_PARQUET)) != told:
                yield name, "its checksum does not fit"
        except FileNotFoundError:
            yield name, "missing"
        except UnfitError as error:
            yield name, str(error)
        except OSError as error:
            yield name, f"cannot be read: {error.strerror}"


def has_run(folder: Path) -> bool:
    """True if the folder holds a run."""
    return (folder / PROVENANCE).is_file()


def run_plan(loaded: Loaded, replicates: int, draws: tuple[dict[str, float], ...], seed: int,
             versions: Mapping[str, str]) -> Plan:  # fmt: skip
    """A run as a plan of one cell; ``draws``: its parameter draws, none for the default values."""
    name = loaded.scenario.name
    cell = make_cell(loaded, name, name, {})
    said = {"format": 1, "name": name, "title": loaded.scenario.title, "scenarios": {name: {"scenario": name}},
            "replicates": replicates, "draws": len(draws), "seed": seed, "keep": {"series": "monthly"}}  # fmt: skip
    stage = Stage(((cell.id, 0, replicates),), (0, max(1, len(draws))))
    return Plan(Experiment.model_validate(said), (cell,), draws or ({},), (stage,), versions, {cell.id: cell})


def schools_bytes(schools: Schools) -> bytes:
    """The schools read from a table, by district, as JSON."""
    rows = {name: [asdict(row) for row in rows] for name, rows in sorted(schools.items())}
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


def schools_of(said: Mapping[str, Any]) -> Schools:
    """Back from ``schools_bytes``, parsed."""
    return {name: tuple(SchoolRow(**row) for row in rows) for name, rows in said.items()}


def read_run(folder: Path) -> tuple[RunResult, Plan, dict[str, Any]]:
    """The outcomes of a run, its plan and its provenance, from its folder alone.

    Raises RunFolderError; OSError if the system cannot read it.
    """
    path = folder / PROVENANCE
    if not path.is_file():
        raise RunFolderError(f"{folder}: holds no run (no {PROVENANCE})")
    try:
        story = read_json(path)
        for name, wrong in unsound(folder, story):
            if name in (PROVENANCE, SCENARIO, SCHOOLS, *TABLES):
                raise ValueError(f"{name}: {wrong}")
        loaded = read_loaded(folder)
        asked, draws = story["asked"], tuple(story["parameter_draws"])
        plan = run_plan(loaded, asked["replicates"], draws, asked["seed"], story["versions"])
        return _result(folder, loaded.scenario, (max(1, len(draws)), asked["replicates"]), draws), plan, story
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RunFolderError(f"{folder}: damaged, or of another version of simdiff ({reason}); run it again") from None


def read_loaded(folder: Path) -> Loaded:
    """The scenario of a run's folder. Raises ValueError or TypeError if it cannot be read."""
    root = read_source(folder / SCENARIO).root
    if root is None:
        raise ValueError(f"{SCENARIO} cannot be read")
    scenario = Scenario.model_validate(root.plain())
    table = folder / SCHOOLS
    schools = schools_of(read_json(table)) if table.is_file() else {}
    return Loaded(scenario, scenario.model_dump(mode="json"), (), schools, ())


def _result(folder: Path, scenario: Scenario, runs: tuple[int, int], draws: tuple[dict[str, float], ...]) -> RunResult:
    places, practices = places_of(scenario), practices_of(scenario)
    titles = {name: district.title for name, district in scenario.where.districts.items()}
    names, yearly = _values(folder / "yearly.parquet", "outcome")
    if names != list(OUTCOME_FUNCTIONS):
        raise ValueError("other outcomes")
    here, months = (len(places), len(practices)), BURN_IN + 12 * scenario.years
    return RunResult(
        scenario=scenario.name,
        title=scenario.title,
        places=places,
        place_titles=tuple(titles.get(place, "All districts") for place in places),
        practices=practices,
        burn_in=BURN_IN,
        yearly=yearly.reshape(*runs, len(names), scenario.years + 1, *here),
        monthly=_values(folder / "monthly.parquet")[1].reshape(*runs, len(HEADLINES), months, *here),
        final=_values(folder / "whole_run.parquet")[1].reshape(*runs, len(FINAL_OUTCOMES), *here),
        ledger=_values(folder / "ledger.parquet")[1].reshape(*runs, len(places), len(LINES), len(PAYERS)),
        draws=draws,
    )


def _values(path: Path, names: str = "") -> tuple[list[str], NDArray[np.float64]]:
    """The values of a tidy table in their order, and the names along one of its axes."""
    table = read_parquet(path, ["value", *([names] if names else [])])
    known = table[names].unique().to_pylist() if names else []
    return known, table["value"].to_numpy(zero_copy_only=False)
