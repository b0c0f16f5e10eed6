"""``simdiff new``."""

import os
import shlex
from pathlib import Path
from typing import Any

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE
from simdiff.cli.progress import errors, terminal
from simdiff.scenario import ScenarioError, find_scenario, nearest, shipped_folder, shipped_scenarios
from simdiff.scenario.chain import read_chain
from simdiff.scenario.folders import is_folder
from simdiff.scenario.load import load_chain
from simdiff.scenario.problems import Problem, listed, show_path
from simdiff.scenario.source import Node
from simdiff.scenario.starter import Base, NameRefusedError, district_block, districts_in, named, refitted, starter

SAMPLE = "status-quo"
"""Shipped scenario whose district and practices a scenario begins with that builds on nothing."""


def new_command(wish: str, source: str | None, districts: list[str], out: Path | None) -> int:
    """Write a scenario to begin with; it is checked first, and nothing is written over."""
    from simdiff.study.files import write_file  # it brings pyarrow, which refusals do not need

    try:
        name, title = named(wish)
        file = out or Path(f"{name}.yaml")
        _check_place(file)
        base = _base(source, file) if source else None
        said = _over(base, districts) if base else _alone(districts)
        text = starter(name, title, _schema_for(file), _command(wish, source, districts), base, said)
        load_chain(read_chain(file, text))
        write_file(file, text.encode())
    except NameRefusedError as problem:
        errors().print(f"{wish if wish.isprintable() else ascii(wish)}: {problem}")
        return BAD_INPUT
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    console = terminal()
    console.print(f"{file}: written{f', under the name {name}' if wish != name else ''}")
    console.print(f"Next: edit it, then simdiff check {file}, simdiff explain {file}, simdiff run {file}")
    return 0


def _check_place(file: Path) -> None:
    """Raise ScenarioError if a file may not be written there."""
    if os.path.lexists(file):
        raise ScenarioError(
            [Problem(str(file), 0, 0, "", "exists already", "expected a new file (give one with --out)")]
        )
    if file.suffix not in (".yaml", ".yml"):
        raise ScenarioError([Problem(str(file), 0, 0, "--out", "found no YAML file", "expected a name in .yaml")])
    if not is_folder(file.parent):
        raise ScenarioError([Problem(str(file.parent), 0, 0, "--out", "no such folder", "expected one that exists")])


def _base(source: str, file: Path) -> Base:
    """What the new scenario extends: a shipped scenario by its name, or a file by its way from the new one."""
    path = find_scenario(source)
    shipped = shipped_scenarios().get(source) == path
    told = source if shipped else Path(os.path.relpath(path.resolve(), file.absolute().parent)).as_posix()
    chain = read_chain(path)
    loaded = load_chain(chain)
    assert chain.root is not None
    return Base(told if shipped or told.endswith((".yaml", ".yml")) else f"./{told}", chain.root, loaded)


def _alone(districts: list[str]) -> dict[str, Any]:
    """Districts and practices of a scenario that builds on nothing."""
    sample = read_chain(shipped_scenarios()[SAMPLE]).root
    assert sample is not None
    practices = sample.plain()["practices"]
    if not districts:
        return {"where": district_block(sample, districts_in(sample)), "practices": practices}
    return {"where": _where_of(districts), "practices": practices}


def _where_of(districts: list[str]) -> dict[str, Any]:
    """The districts of shipped scenarios by id. Raises ScenarioError for one that none has."""
    known = _shipped_districts()
    _check_known(districts, list(known), "expected one of the shipped scenarios'")
    blocks = [district_block(known[name], [name]) for name in districts]
    where = {key: value for block in reversed(blocks) for key, value in block.items()}
    return where | {"districts": {name: one for block in blocks for name, one in block["districts"].items()}}


def _shipped_districts() -> dict[str, Node]:
    """The districts of shipped scenarios, and a tree that has each: of those that do, one with the fewest others."""
    roots = [root for path in shipped_scenarios().values() if (root := read_chain(path).root) is not None]
    found: dict[str, Node] = {}
    for root in sorted(roots, key=lambda root: len(districts_in(root))):
        for name in districts_in(root):
            found.setdefault(name, root)
    return found


def _over(base: Base, districts: list[str]) -> dict[str, Any]:
    """What a scenario says beyond its base so that it happens in these districts."""
    there = districts_in(base.root)
    if not districts:
        return {}
    new = [name for name in districts if name not in there]
    if new and (len(there) > 1 or len(districts) > 1):
        _check_known(districts, there, f"expected districts of {base.told}, or one other in place of its only one:")
    renamed: dict[str, str | None] = {name: None for name in there if name not in districts}
    if new:
        renamed = {there[0]: new[0]}
    known = base.root.plain()["where"]
    where = {key: value for key, value in _where_of(new).items() if known.get(key) != value} if new else {}
    where["districts"] = dict.fromkeys(renamed) | where.get("districts", {})
    policy = refitted(base.root.plain().get("policy"), renamed)
    return ({"where": where} if renamed else {}) | ({"policy": policy} if policy else {})


def _check_known(asked: list[str], known: list[str], allowed: str) -> None:
    wrong = [Problem("--district", 0, 0, "", f"no district `{name[:80]}`", f"{allowed} {listed(known)}",
                     nearest(name, known)) for name in asked if name not in known]  # fmt: skip
    if wrong:
        raise ScenarioError(wrong)


def _schema_for(file: Path) -> str:
    """The published JSON Schema as an editor finds it from the new file."""
    schema = shipped_folder("schema") / "scenario.json"
    shown = Path(show_path(schema))
    return str(schema) if shown.is_absolute() else Path(os.path.relpath(schema, file.absolute().parent)).as_posix()


def _command(wish: str, source: str | None, districts: list[str]) -> str:
    words = ["simdiff", "new", wish, *(["--from", source] if source else [])]
    return shlex.join([*words, *(word for name in districts for word in ("--district", name))])
