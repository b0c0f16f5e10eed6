"""What a file itself says: its values in full form, each beside what would hold without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simdiff.register import PARAMETERS
from simdiff.scenario.chain import read_chain
from simdiff.scenario.reference import Item, item_at
from simdiff.scenario.schema import OTHERS, LeverLevel
from simdiff.scenario.source import Node, Spot, read_source
from simdiff.scenario.translate import Place, path_text

WORDS = ("extends", "format", "name", "title", "about", "facts")
"""Keys that no number depends on."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value that a file says, in plain data, and its place. ``path`` is in full form: with the ``level`` of a lever
    given by its level alone, and with ``others`` where one value is for all districts."""

    path: Place
    value: Any
    spot: Spot

    @property
    def shown(self) -> str:
        """The path as people write it: the value of all districts is the setting's."""
        return path_text(self.path[:-1] if self.path[-1] == OTHERS else self.path)


@dataclass(frozen=True, slots=True)
class Own:
    """A value that a file says; ``before`` is what would hold without it, said at ``spot`` or (None) by default.

    ``known`` is false where nothing would hold: the file adds something new.
    """

    leaf: Leaf
    known: bool
    before: Any
    spot: Spot | None

    @property
    def changes(self) -> bool:
        """True unless the same would hold without it."""
        return not self.known or self.before != self.leaf.value


def leaves(root: Node) -> list[Leaf]:
    """Every value of a tree, in full form; a list is one value."""
    return list(_leaves(root, ()))


def own_values(file: Path) -> list[Own]:
    """What a file that loads says beyond its name and words, beside what it inherits and the defaults."""
    top = read_source(file).root
    assert top is not None
    said = [leaf for leaf in leaves(top) if leaf.path[0] not in WORDS]
    inherited = {leaf.path: leaf for leaf in leaves(_base(file) or Node({}, top.spot, top.key))}
    here = {leaf.path: leaf for leaf in said}
    return [_own(leaf, here, inherited) for leaf in said]


def _base(file: Path) -> Node | None:
    """The tree of what a file extends, None if it extends nothing."""
    chain = read_chain(file)
    return read_chain(chain.files[1]).root if len(chain.files) > 1 else None


def _own(leaf: Leaf, here: dict[Place, Leaf], inherited: dict[Place, Leaf]) -> Own:
    others = (*leaf.path[:-1], OTHERS)
    by_district = (item := _exact(leaf.path[:-1])) is not None and item.by_district
    for where in (leaf.path, *((others,) if by_district else ())):
        for tree in [inherited] if where == leaf.path else [here, inherited]:
            if where in tree and tree[where] is not leaf:
                return Own(leaf, True, tree[where].value, tree[where].spot)
    known, default = _default(leaf.path)
    return Own(leaf, known, default, None)


def _default(path: Place) -> tuple[bool, Any]:
    """Whether a default holds at a path in full form, and which."""
    if path[0] == "parameters" and len(path) == 3 and path[2] == "value" and path[1] in PARAMETERS:
        return True, PARAMETERS[str(path[1])].default
    item = _exact(path)
    if item is not None and not item.required:
        return True, item.default
    holder = _exact(path[:-1])
    if holder is not None and holder.by_district and not holder.required and isinstance(holder.default, dict):
        return True, holder.default[OTHERS]
    return False, None


def _exact(path: Place) -> Item | None:
    """The setting that stands at a path, not above it."""
    item = item_at(path)
    return item if item is not None and len(item.path) == len(path) else None


def _leaves(node: Node, path: Place) -> Iterator[Leaf]:
    item, value = _exact(path) if path else None, node.value
    if item is not None and item.levelled and value is not None and not _has_lever_keys(value):
        yield from _leaves(node, (*path, "level"))
    elif item is not None and item.by_district and not isinstance(value, dict) and value is not None:
        yield Leaf((*path, OTHERS), node.plain(), node.spot)
    elif isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    else:
        yield Leaf(path, node.plain(), node.spot)


def _has_lever_keys(value: Any) -> bool:
    return isinstance(value, dict) and (not value or bool(LeverLevel.model_fields.keys() & value.keys()))
