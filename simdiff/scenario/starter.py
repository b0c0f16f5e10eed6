"""The text of a new scenario: a file that runs as it is and shows, behind comment signs, every setting there is.

A line with ``##`` explains; a line with one ``#`` is a setting at the value that holds. All of it comes from the schema
and the register (``reference``).
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simdiff.register import CATALOGUE, GRADES
from simdiff.register.tables import number, parameter_groups
from simdiff.scenario.access import ATTRIBUTES
from simdiff.scenario.dump import flow, scalar, to_yaml
from simdiff.scenario.folders import TAKEN, known_as
from simdiff.scenario.load import Loaded
from simdiff.scenario.reference import LISTED, Item, fields, inside, note, parameters, sentence
from simdiff.scenario.schema import OTHERS, Closed, Practice, Scenario
from simdiff.scenario.source import Node
from simdiff.scenario.translate import Place, place
from simdiff.scenario.words import is_model

WIDEST = 120
BESIDE = 34
"""Columns of a setting before an explanation beside it."""
LONGEST_NAME, LONGEST_TITLE = 80, 120
Active = Mapping[str, Any]


class NameRefusedError(Exception):
    """A name that no file can have; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a new scenario builds on: what its ``extends`` says, the tree as read, and the scenario as it resolves."""

    told: str
    root: Node
    loaded: Loaded


def named(text: str) -> tuple[str, str]:
    """The short name and the title that a wished name gives. Raises NameRefusedError."""
    if not text.isprintable() or re.search(r"[/\\]", text) or text in (".", ".."):
        raise NameRefusedError("a name may hold no /, \\ or control characters (give the place of the file with --out)")
    if len(text) > LONGEST_TITLE:
        raise NameRefusedError(f"{len(text)} characters, expected at most {LONGEST_TITLE}")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")
    if not name or len(name) > LONGEST_NAME or name in TAKEN:
        raise NameRefusedError(f"expected a name with letters or digits, at most {LONGEST_NAME}, that files may have")
    return name, text if text != name else name.replace("-", " ").replace("_", " ").capitalize()


def starter(name: str, title: str, schema: str, command: str, base: Base | None, said: Active) -> str:
    """The file. ``schema``: where editors find the JSON Schema; ``said``: what it says beyond its name and title."""
    head: dict[str, Any] = {"extends": base.told} if base else {}
    about = f"Begun with {command}. Say here what the scenario is for."
    head |= {"format": 1, "name": name, "title": title, "about": about}
    seen: set[str] = set()
    lines = [f"# yaml-language-server: $schema={schema}", *_intro(command, base), "", *to_yaml(head).splitlines()]
    values = base.loaded.text if base else {}
    for item in fields(Scenario):
        if item.name == "practices":
            lines += ["", *_practices(item, base, said)]
        elif item.name == "parameters":
            lines += ["", *_parameters(values.get("parameters", {}), base)]
        elif item.name not in head:
            lines += ["", *_setting(item, values.get(item.name), base, said, seen)]
    return "\n".join(lines) + "\n"


def _intro(command: str, base: Base | None) -> Iterator[str]:
    where = f"What it does not say is as in {base.told}." if base else "Nothing is done in it yet."
    yield from _wrapped(f"A scenario for simdiff, begun with `{command}`. It runs as it is. {where}", "# ", "# ")
    yield "#"
    yield from _wrapped(
        "Lines with ## explain what stands below them. Lines with one # are settings at the value that holds now. To "
        "change one, take away its # and those of the headings above it (the nearest lines that are set in less), so "
        "that they line up as they do here. Months count from the start of policy, a July: month 8 is the first March.",
        "# ", "# ",
    )  # fmt: skip
    yield "#"
    yield "# Then: simdiff check FILE, simdiff explain FILE, simdiff run FILE"


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDEST, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False,
                         break_long_words=False)  # fmt: skip


def _explained(text: str, depth: int, hang: str = "  ") -> list[str]:
    """An explanation of what stands ``depth`` levels in."""
    sign = "##" + " " * max(1, 2 * depth)
    return _wrapped(text, sign, sign + hang)


def _setting(item: Item, value: Any, base: Base | None, said: Active, seen: set[str], depth: int = 0) -> Iterator[str]:
    """One setting and all inside it; ``value`` is the base's, None where it has none. What has been explained with the
    same words (``seen``) is only named again."""
    indent, here = "  " * depth, said.get(item.name)
    holds_fields = item.inner is not None and is_model(item.kind[0])
    about = _about(item, base, seen)
    if item.name in said and not (holds_fields and isinstance(here, dict) and here.keys() <= _names(item.inner)):
        yield from _explained(about, depth)
        yield from _block(item.name, here, depth)
    elif holds_fields:
        assert item.inner is not None
        yield from _explained(about, depth)
        yield f"{indent if item.name in said else f'#{indent}'}{item.name}:"
        inner = value if isinstance(value, dict) else item.default or {}
        for one in fields(item.inner, inside(item)):
            yield from _setting(one, inner.get(one.name, one.default), base, here or {}, seen, depth + 1)
    else:
        yield from _line(f"{indent}{item.name}: {_shown(value if value is not None else item.default)}", about, depth)
        if item.inner is not None and inside(item)[-1] == LISTED:
            yield from _example(item, depth)


def _line(setting: str, about: str, depth: int) -> list[str]:
    """A setting behind its comment sign, explained on its own line if there is room, else above."""
    short = f"#{setting:<{BESIDE}}  ## {about}"
    return [short] if len(short) <= WIDEST else [*_explained(about, depth), f"#{setting}"]


def _block(name: str, value: Any, depth: int) -> Iterator[str]:
    """A setting that the file says; lists of plain values on one line."""
    indent = "  " * depth
    if isinstance(value, dict) and value:
        yield f"{indent}{scalar(name)}:"
        for key, one in value.items():
            yield from _block(key, one, depth + 1)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield from (f"{indent}{line}" for line in to_yaml({name: value}).splitlines())
    else:
        yield f"{indent}{scalar(name)}: {flow(value)}"


def _names(holder: type[Closed] | None) -> set[str]:
    return set(holder.model_fields) if holder else set()


def _about(item: Item, base: Base | None, seen: set[str]) -> str:
    meaning = item.meaning.removesuffix("By district.").strip() if item.by_district else item.meaning
    told = f"{sentence(note(item))}." if item.inner is None else ""
    parts = [told] if f"{meaning} {told}" in seen else [meaning, told]
    seen.add(f"{meaning} {told}")
    if item.optional_block:
        parts.append("Absent unless said.")
    parts += [f"Source: {item.source}." if item.source else "", _set_by(item.path, base)]
    return " ".join(part for part in parts if part)


def _set_by(path: Place, base: Base | None) -> str:
    """Where the base sets what stands at a path, if it does."""
    if base is None:
        return ""
    found, nodes = place(base.root, path)
    if found != path and not (path[-1] == "level" and len(found) == len(path) - 1 and _stands_for_level(nodes[-1])):
        return ""
    if isinstance(nodes[-1].value, dict) and path[-1] != "level" and not _by_district(nodes[-1]):
        return ""
    spot = nodes[-1].key
    return f"SET by {known_as(spot.file)}, line {spot.line}."


def _stands_for_level(node: Node) -> bool:
    return isinstance(node.value, int | float) or _by_district(node)


def _by_district(node: Node) -> bool:
    return isinstance(node.value, dict) and OTHERS in node.value


def _shown(value: Any) -> str:
    """A value as the file would say it; one for all districts is that value."""
    return flow(value[OTHERS] if isinstance(value, dict) and value.keys() == {OTHERS} else value)


def _example(item: Item, depth: int) -> Iterator[str]:
    """What one item of a list would look like."""
    assert item.inner is not None
    yield from _explained("Each of them, as an item of the list:", depth + 1)
    sign = "- "
    for one in fields(item.inner, inside(item)):
        told = "…" if one.required else _shown(one.default)
        yield from _explained(f"{sign}{one.name}: {told}  ({one.meaning} {sentence(note(one))}.)", depth + 2, " " * 4)
        sign = "  "


def _practices(item: Item, base: Base | None, said: Active) -> Iterator[str]:
    yield from _explained(f"{item.meaning} The catalogue:", 0)
    for name, one in CATALOGUE.items():
        numbers = ", ".join(f"{field} {number(getattr(one, field))}" for field in ATTRIBUTES)
        yield from _explained(f"{name}: {numbers}. Source: {one.source}.", 1)
    yield from _explained("Of each practice, in place of {}; left out, as in the catalogue:", 0)
    for field in fields(Practice, inside(item)):
        yield from _explained(f"{field.name}: {field.meaning} {sentence(note(field))}.", 1)
    there = dict(said.get(item.name) or (base.root.plain().get("practices", {}) if base else {}))
    sign = "" if item.name in said else "#"
    yield f"{sign}practices:"
    yield from (f"{sign}  {scalar(name)}: {flow(told)}" for name, told in there.items())


def _parameters(said: Mapping[str, Any], base: Base | None) -> Iterator[str]:
    grades = "; ".join(f"{grade}: {meaning}" for grade, meaning in GRADES.items())
    yield from _explained(f"Other values for parameters of the register, each with the reason. Grades: {grades}.", 0)
    yield "#parameters:"
    for group, rows in parameter_groups().items():
        yield from _explained(f"-- {group} --", 1)
        for row in rows:
            item = parameters()[row.name]
            yield from _explained(_about(item, base, set()), 1)
            now = said.get(row.name, {"value": row.default, "reason": "the default"})
            yield f"#  {row.name}: {flow(now)}"


def district_block(root: Node, names: list[str]) -> dict[str, Any]:
    """The ``where`` of a tree, with only these districts."""
    where = dict(root.plain()["where"])
    return where | {"districts": {name: where["districts"][name] for name in names}}


def refitted(policy: Any, renamed: Mapping[str, str | None]) -> Any:
    """What must be laid over a policy so that districts go by other names, or (None) are spoken of no more; None if
    nothing."""
    if not isinstance(policy, dict):
        return None
    laid: dict[str, Any] = {}
    for key, value in policy.items():
        if key in renamed:
            laid[key] = None
            if (new := renamed[key]) is not None:
                laid[new] = value
        elif isinstance(value, list):
            fitted = [one for item in value if (one := _fitted(item, renamed)) not in (None, {})]
            laid |= {key: fitted} if fitted != value else {}
        elif inner := refitted(value, renamed):
            laid[key] = inner
    return laid


def _fitted(item: Any, renamed: Mapping[str, str | None]) -> Any:
    """An item of a list with other districts; None if it is a partner whom no member is left."""
    if not isinstance(item, dict) or not isinstance(item.get("members"), dict):
        return item
    members = {renamed.get(name, name): value for name, value in item["members"].items()}
    members.pop(None, None)
    return item | {"members": members} if members else None


def districts_in(root: Node) -> list[str]:
    """Ids of the districts of a tree."""
    path, nodes = place(root, ("where", "districts"))
    return list(nodes[-1].value) if len(path) == 2 and isinstance(nodes[-1].value, dict) else []
