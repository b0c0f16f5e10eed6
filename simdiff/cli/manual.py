"""The commands as Markdown: how each is called, what it takes, and what holds where something is left out."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from simdiff.cli import app
from simdiff.register.tables import number, table

WORDS = {int: "whole number", float: "number", str: "text", Path: "path"}


def manual() -> str:
    """Every command, in alphabetical order: usage, what it does, a table of what it takes."""
    every = {info.name or str(info.callback.__name__): info.callback for info in app.registered_commands
             if info.callback is not None}  # fmt: skip
    return "\n\n".join(part(name, every[name]) for name in sorted(every))


def part(name: str, call: Callable[..., Any]) -> str:
    """Heading, usage, docstring and table of one command."""
    rows, usage = [], f"simdiff {name}"
    for given, kind, info in taken(call):
        required = given.default is inspect.Parameter.empty
        if isinstance(info, ArgumentInfo):
            shown = (info.metavar or given.name.upper()) + ("…" if many(kind) else "")
            usage += f" {shown}" if required else f" [{shown}]"
        else:
            shown = option(given.name, info)
            usage += f" {shown} {WORDS[plain(kind)].upper().split()[-1]}" if required else ""
        rows.append((f"`{shown}`", value(kind, info), left_out(given.default), info.help or ""))
    usage += " [OPTIONS]" if any(not row[2].startswith("**") and row[0].startswith("`--") for row in rows) else ""
    body = [table(("takes", "value", "left out", "meaning"), rows)] if rows else []
    return "\n\n".join([f"### {name}", inspect.cleandoc(call.__doc__ or ""), f"```text\n{usage}\n```", *body])


def taken(call: Callable[..., Any]) -> Iterator[tuple[inspect.Parameter, Any, ArgumentInfo | OptionInfo]]:
    """What a command takes: its parameter, the type, and what typer is told of it; arguments first."""
    hints = get_type_hints(call, include_extras=True)
    every = [(given, *get_args(hints[given.name])) for given in inspect.signature(call).parameters.values()]
    yield from sorted(every, key=lambda one: isinstance(one[2], OptionInfo))


def option(name: str, info: OptionInfo) -> str:
    """The option as it is typed. Inside an annotation typer takes the first name that it is told as the default."""
    told = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str) and one.startswith("--")]
    return (told or [f"--{name.replace('_', '-')}"])[0]


def many(kind: Any) -> bool:
    """Whether it may be given several times."""
    return any(get_origin(one) is list for one in (kind, *get_args(kind)))


def plain(kind: Any) -> Any:
    """The type of one value: inside a list, an Optional."""
    parts = [one for one in get_args(kind) if one is not NoneType]
    return plain(parts[0]) if get_origin(kind) in (list, Union, UnionType) else kind


def value(kind: Any, info: ArgumentInfo | OptionInfo) -> str:
    """What may be given, in words."""
    if plain(kind) is bool:
        return "switch"
    ends = [None if one is None else number(one) for one in (info.min, info.max)]
    limits = f" {ends[0]} to {ends[1]}" if all(ends) else f", at least {ends[0]}" if ends[0] else ""
    return WORDS[plain(kind)] + limits + (", again for more" if many(kind) and isinstance(info, OptionInfo) else "")


def left_out(default: Any) -> str:
    """What holds if it is left out."""
    if default is inspect.Parameter.empty:
        return "**required**"
    if isinstance(default, bool):
        return "on" if default else "off"
    return "—" if default in (None, "") else f"`{number(default) if isinstance(default, int | float) else default}`"
