"""From pydantic's errors to problems at the place where the user wrote the value."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from pydantic import BaseModel, ValidationError

from simdiff.scenario.problems import Problem, listed, nearest, shown
from simdiff.scenario.schema import OTHERS, LeverLevel
from simdiff.scenario.source import Node
from simdiff.scenario.words import describe, describe_key, keys_at, kind_at

Place = tuple[int | str, ...]

MOST_ERRORS = 500
"""Errors of the schema that are spelled out; a file with more is not a scenario."""
FEW_KEYS = 12


def place(root: Node, loc: Place) -> tuple[Place, tuple[Node, ...]]:
    """Return the path as the user wrote it, and the nodes along it from the root.

    What the file does not say is passed over: the ``level`` and ``others`` of a shorthand, and branch tags of unions.
    """
    path, nodes = list[int | str](), [root]
    for step in loc:
        inside = nodes[-1].value
        if (isinstance(inside, dict) and isinstance(step, str) and step in inside) or (
            isinstance(inside, list) and isinstance(step, int) and step < len(inside)
        ):
            path.append(step)
            nodes.append(inside[step])  # type: ignore[index]  # checked above, case by case
    return tuple(path), tuple(nodes)


def path_text(path: Place) -> str:
    """Return a path for print: ``policy.networks.partners[0].name``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step[:80]}" for step in path).removeprefix(".")


def problem_at(root: Node, loc: Place, found: str, allowed: str = "", hint: str = "", *, key: bool = False) -> Problem:
    """Return a problem at the value (or, with ``key``, at the key) that stands where ``loc`` says or would say."""
    path, nodes = place(root, loc)
    return (nodes[-1].key if key else nodes[-1].spot).problem(found, allowed, hint, path_text(path))


def translated(error: ValidationError, root: Node, schema: type[BaseModel], *, whole: bool
               ) -> tuple[list[Problem], list[Place]]:  # fmt: skip
    """Return the problems of a validation by ``schema``, and the places of values without which the rest is checked.

    Where ``whole`` is false, keys may be missing only because a file could not be read, and are not missed.
    """
    problems, bad = list[Problem](), list[Place]()
    wrong: dict[Place, Place] = {}
    for detail in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]:
        loc, kind = detail["loc"], detail["type"]
        path, nodes = place(root, loc)
        if any(node.broken for node in nodes):
            bad.append(path)
        elif kind == "missing":
            if whole:
                problems.append(_missing(root, schema, loc))
            if len(loc) > 1:
                bad.append(place(root, loc[:-1])[0])
        elif kind == "extra_forbidden":
            problems.append(unknown_key(root, loc, keys_at(schema, loc[:-1])))
            bad.append(path)
        elif loc[-1] == "[key]":
            found = f"found the key {shown(loc[-2])}"
            problems.append(
                problem_at(root, loc, found, f"expected {describe_key(kind_at(schema, loc[:-2]))}", key=True)
            )
            bad.append(path)
        else:
            wrong.setdefault(path, loc)
    for path, loc in wrong.items():
        # A union fails once for each branch; the error deepest inside says it best.
        if not any(len(other) > len(path) and other[: len(path)] == path for other in wrong):
            problems.append(_wrong(root, schema, path, loc))
            bad.append(path)
    return problems, bad


def _missing(root: Node, schema: type[BaseModel], loc: Place) -> Problem:
    name, parent = str(loc[-1]), loc[:-1]
    return problem_at(root, parent, f"missing key `{name}`", f"expected {describe(kind_at(schema, loc))}", key=True)


def unknown_key(root: Node, loc: Place, allowed: Iterable[str]) -> Problem:
    """Return the problem of a key that may not stand there, with the keys that may."""
    name, keys = str(loc[-1]), list(allowed)
    return problem_at(
        root, loc, f"unknown key `{name}`", f"expected {listed(keys, FEW_KEYS)}", nearest(name, keys), key=True
    )


def lever_keys(root: Node) -> list[str]:
    """Return what may stand directly in a lever: its fields, or (as a shorthand) district ids."""
    return [*LeverLevel.model_fields, *district_keys(root)]


def district_keys(root: Node) -> list[str]:
    """Return the district ids that the file names, and ``others``."""
    path, nodes = place(root, ("where", "districts"))
    districts = nodes[-1].value if len(path) == 2 else None
    return [*(districts if isinstance(districts, dict) else ()), OTHERS]


def is_shorthand(path: Place, loc: Place) -> bool:
    """True if a lever's districts stand directly in it, without ``level``."""
    return len(loc) > 1 and loc[-2] == "level" and path[-1:] == loc[-1:] and path[-2:-1] != ("level",)


def _wrong(root: Node, schema: type[BaseModel], path: Place, loc: Place) -> Problem:
    if is_shorthand(path, loc) and path[-1] not in district_keys(root):
        return unknown_key(root, loc, lever_keys(root))  # a misspelt field of the lever, taken for a district
    value = place(root, path)[1][-1].plain()
    allowed = describe(kind_at(schema, loc))
    if allowed.startswith("a text") and isinstance(value, int | float):
        allowed += f' (in quotes: "{shown(value)}")'
    return problem_at(root, path, f"found {shown(value)}", f"expected {allowed}")


def without(data: Any, bad: Iterable[Place]) -> Any:
    """Return a copy of ``data`` without what stands at the bad places (a list with a bad item goes as a whole)."""
    copy = deepcopy(data)
    for path in bad:
        while path and isinstance(path[-1], int):
            path = path[:-1]
        holder = copy
        for step in path[:-1]:
            known = isinstance(holder, list) or (isinstance(holder, dict) and step in holder)
            holder = holder[step] if known else None
        if isinstance(holder, dict) and path:
            holder.pop(path[-1], None)
    return copy
