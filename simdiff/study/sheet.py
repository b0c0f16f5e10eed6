"""The sheet of a sweep's folder: what is asked, in full, so that the folder alone is enough to go on.

``sweep.json`` is for reading; beside it lie the cells (``design-…``), the schools read from tables (``schools-…``) and
the parameter draws (``draws-…``), each named by the hash of its bytes. The sheet is replaced in one step, and says
nothing of what has been computed: that is what the chunks are for.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from simdiff.scenario import Experiment, SchoolRow
from simdiff.study.cells import Cell, Schools
from simdiff.study.files import TEMPORARY, checksum, digest, parquet_bytes, write_file
from simdiff.study.plan import Plan, stages_told
from simdiff.study.reading import MOST_PARQUET, UnfitError, parsed, read_bytes, read_json, read_parquet
from simdiff.study.run_folder import has_run
from simdiff.study.tables import texts
from simdiff.study.version import version_changes

SHEET, CHUNKS = "sweep.json", "chunks"
PARTS = ("design", "schools", "draws")
MOST_CHANGES = 12


class SheetError(ValueError):
    """The sheet is missing, damaged, or no sheet."""


class ChangedError(ValueError):
    """The folder holds a sweep of something else; ``str()`` says what differs, a line each."""


def write_sheet(folder: Path, plan: Plan, reproduce: str) -> None:
    """Write the plan into a folder. Raises OSError with the path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CHUNKS).mkdir(exist_ok=True)
    said, parts = _sheet_of(plan, reproduce)
    for name, content in parts.items():
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            write_file(folder / name, content)
    write_file(folder / SHEET, (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode())
    _sweep_out(folder, keep=set(parts))


def sheet_checksum(plan: Plan, reproduce: str) -> str:
    """The checksum that names what a plan asks for, as its sheet has it."""
    said, _ = _sheet_of(plan, reproduce)
    return str(said["checksum"])


def _sheet_of(plan: Plan, reproduce: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the sheet says, and its parts by the names of their files."""
    parts = {f"{name}-{digest(content)}.parquet": content for name, content in _parts(plan).items()}
    said: dict[str, Any] = {
        "format": 1,
        "name": plan.experiment.name,
        "title": plan.experiment.title,
        "question": plan.experiment.question,
        "reproduce": reproduce,
        "caveat": "simdiff explores and ranks policies; it does not forecast a named district.",
        "experiment": plan.experiment.model_dump(mode="json"),
        "stages": [{"runs": [list(run) for run in stage.runs], "draws": list(stage.draws)} for stage in plan.stages],
        "versions": dict(plan.versions),
        "parts": sorted(parts),
    }
    said["checksum"] = checksum(said)
    return said, parts


def is_part(name: str) -> bool:
    """True if a file's name is that of a part of a sheet."""
    return re.fullmatch(rf"({'|'.join(PARTS)})-[0-9a-f]{{32}}\.parquet", name) is not None


def _sweep_out(folder: Path, keep: set[str]) -> None:
    """Remove parts of older sheets and unfinished files; only the folder's owner calls this."""
    for path in sorted([*folder.iterdir(), *(folder / CHUNKS).iterdir()]):
        old = is_part(path.name) and path.name not in keep
        if path.name.startswith(TEMPORARY) or (old and path.parent == folder):
            path.unlink()


def has_sheet(folder: Path) -> bool:
    """True if the folder holds a sweep."""
    return (folder / SHEET).is_file()


def check_sheet(folder: Path) -> None:
    """Raise SheetError unless the folder holds a sweep."""
    if has_run(folder) and not has_sheet(folder):
        raise SheetError(f"{folder}: holds one run; this needs a sweep (an experiment run with `simdiff sweep`)")
    if not has_sheet(folder):
        raise SheetError(f"{folder}: holds no sweep (no {SHEET})")


def read_sheet(folder: Path) -> tuple[Plan, dict[str, Any]]:
    """Read the plan of a folder, and the sheet as it is written. Raises SheetError; OSError if the system cannot read
    it, which says nothing of what it holds."""
    path = folder / SHEET
    check_sheet(folder)
    try:
        said = read_json(path)
    except ValueError as error:
        raise SheetError(f"{path}: cannot be read ({error}); {WAY_OUT}") from None
    if not isinstance(said, dict) or said.get("checksum") != checksum(said):
        raise SheetError(f"{path}: damaged (its checksum does not fit); {WAY_OUT}")
    try:
        return _plan_of(folder, said), said
    except SheetError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:  # pydantic's are ValueErrors
        raise SheetError(f"{path}: of another version of simdiff ({type(error).__name__}); use that version") from None


def _plan_of(folder: Path, said: dict[str, Any]) -> Plan:
    if not all(is_part(name) for name in said["parts"]):
        raise SheetError(f"{folder / SHEET}: names parts that no sheet has; {WAY_OUT}")
    parts = {name.partition("-")[0]: _read_part(folder / name) for name in said["parts"]}
    schools: dict[str, Schools] = {
        row["key"]: {name: tuple(SchoolRow(**school) for school in rows) for name, rows in parsed(row["rows"]).items()}
        for row in parts["schools"]
    }
    cells = tuple(
        Cell(row["cell"], row["name"], row["scenario"], parsed(row["levels"]), row["text"], schools[row["schools"]],
             max(1, int(row["size"])), int(row["years"]))
        for row in parts["design"]
    )  # fmt: skip
    draws = tuple(parsed(row["parameters"]) for row in parts["draws"])
    stages = stages_told(said["stages"], {cell.id for cell in cells}, len(draws))
    return Plan(Experiment.model_validate(said["experiment"]), cells, draws, stages, said["versions"],
                {cell.id: cell for cell in cells})  # fmt: skip


WAY_OUT = "run `simdiff sweep` again with the experiment and this folder: what is computed is kept"


def _read_part(path: Path) -> list[dict[str, str]]:
    try:
        content = read_bytes(path, MOST_PARQUET)
        if path.stem.partition("-")[2] != digest(content):
            raise SheetError(f"{path}: damaged (its checksum does not fit); {WAY_OUT}")
        rows: list[dict[str, str]] = read_parquet(content).to_pylist()
        return rows
    except UnfitError as error:
        raise SheetError(f"{path}: {error}; {WAY_OUT}") from None
    except OSError as error:
        raise SheetError(f"{path}: cannot be read ({error.strerror}); {WAY_OUT}") from None


def _parts(plan: Plan) -> dict[str, bytes]:
    schools: dict[str, str] = {}
    design = []
    for cell in plan.cells:
        rows = json.dumps({name: [asdict(row) for row in rows] for name, rows in sorted(cell.schools.items())})
        key = digest(rows.encode())[:16]
        schools[key] = rows
        design.append((cell.id, cell.name, cell.scenario, json.dumps(cell.levels), cell.text, key, str(cell.size),
                       str(cell.years)))  # fmt: skip
    heads = ("cell", "name", "scenario", "levels", "text", "schools", "size", "years")
    return {
        "design": _text_table(heads, design),
        "schools": _text_table(("key", "rows"), sorted(schools.items())),
        "draws": _text_table(("draw", "parameters"), [(str(n), json.dumps(d)) for n, d in enumerate(plan.draws)]),
    }


def _text_table(heads: tuple[str, ...], rows: list[Any]) -> bytes:
    return parquet_bytes(pa.table({head: texts([row[n] for row in rows]) for n, head in enumerate(heads)}))


def check_same(known: Plan, asked: Plan, *, growing: bool = False) -> None:
    """Raise ChangedError, with what differs, unless what is asked is what a folder holds or the beginning of it.

    ``growing``: more cells and replicates may be asked for.
    """
    check_code(known)
    changes = []
    if known.experiment.seed != asked.experiment.seed:
        changes.append(f"seed: then {known.experiment.seed}, now {asked.experiment.seed}")
    if known.experiment.keep != asked.experiment.keep:
        changes.append("what is kept (`keep`) differs")
    if known.experiment.until != asked.experiment.until:
        changes.append("when to stop (`until`) differs")
    if known.draws[: len(asked.draws)] != asked.draws:
        changes.append(f"parameter draws: then {len(known.draws)}, now {len(asked.draws)} (or other values)")
    changes += cell_changes(known, asked, growing=growing)
    had, wanted = known.replicates(), asked.replicates()
    more = [cell.name for cell in asked.cells if wanted[cell.id] > had.get(cell.id, 0)]
    if more and not changes and not growing:
        changes.append(f"more replicates of {_few(more)}: ask for them with `simdiff extend`")
    if changes:
        raise ChangedError("\n".join(changes[:MOST_CHANGES]))


def check_code(known: Plan) -> None:
    """Raise ChangedError unless the code is the one that the folder's runs were made with."""
    from simdiff.study.version import versions

    changes = version_changes(dict(known.versions), versions())
    if changes:
        more = [f"… and {len(changes) - MOST_CHANGES} more"] if len(changes) > MOST_CHANGES else []
        raise ChangedError("\n".join([*changes[:MOST_CHANGES], *more]))


def cell_changes(known: Plan, asked: Plan, *, growing: bool) -> list[str]:
    """Cells that were added (unless ``growing``), dropped or changed between two plans, a line each."""
    then, now = {cell.name: cell for cell in known.cells}, {cell.name: cell for cell in asked.cells}
    told = []
    if (added := [name for name in now if name not in then]) and not growing:
        told.append(f"cells that the folder does not have: {_few(added)} (add them with `simdiff extend`)")
    if dropped := [name for name in then if name not in now]:
        told.append(f"cells that are no longer asked for: {_few(dropped)}")
    for name, cell in now.items():
        if name in then and then[name].id != cell.id:
            told.append(f"cell {name}: {_text_changes(then[name], cell)}")
    return told


def _text_changes(then: Cell, now: Cell) -> str:
    before, after = _flat(json.loads(then.text)), _flat(json.loads(now.text))
    paths = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    told = [f"{path} then {before.get(path, 'absent')}, now {after.get(path, 'absent')}" for path in paths[:3]]
    if len(paths) > 3:
        told.append(f"and {len(paths) - 3} more settings")
    return "; ".join(told) or "other schools in the table"


def _flat(data: Any, path: str = "") -> dict[str, Any]:
    if isinstance(data, dict):
        return {p: v for key, inside in data.items() for p, v in _flat(inside, f"{path}.{key}".strip(".")).items()}
    return {path: data}


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
