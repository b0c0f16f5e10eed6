"""``extends``: a scenario and the files it builds on, merged into one tree that remembers each value's file."""

from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from simdiff.scenario.folders import is_file, is_inside, like_file, project_folder, shipped_folder, shipped_scenarios
from simdiff.scenario.problems import Problem, nearest, shown
from simdiff.scenario.schema import OTHERS, Identify
from simdiff.scenario.source import Node, read_source, read_text

LEVER_KEYS = Identify.model_fields.keys()
LONGEST_CHAIN = 10
"""Files that a scenario may build on, one through the other."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The merged tree (none if the top file cannot be read), its files from the top down, and what is wrong.

    ``whole`` is false if a file of the chain is missing or unreadable: then absent keys prove nothing.
    """

    root: Node | None
    files: tuple[Path, ...]
    problems: tuple[Problem, ...]
    whole: bool


def read_chain(top: Path, text: str | None = None) -> Chain:
    """Read a scenario and everything it extends, and merge them; later files of the chain give way to earlier ones.

    ``text`` is what ``top`` shall say, if it is not written yet.
    """
    project = project_folder(top)
    files, trees, problems = [top], list[Node](), list[Problem]()
    while True:
        source = read_source(files[-1]) if text is None or len(files) > 1 else read_text(text, top)
        problems += source.problems
        if source.root is None:
            break
        extends = _take_extends(source.root)
        trees.append(source.root)
        if extends is None:
            return Chain(_merged(trees), tuple(files), tuple(problems), whole=True)
        base = _base_of(extends, files, project)
        if isinstance(base, Problem):
            problems.append(base)
            break
        files.append(base)
    return Chain(_merged(trees), tuple(files), tuple(problems), whole=False)


def _take_extends(root: Node) -> Node | None:
    assert isinstance(root.value, dict)
    return root.value.pop("extends", None)


def _merged(trees: list[Node]) -> Node | None:
    return reduce(merge, reversed(trees)) if trees else None


def merge(base: Node, child: Node) -> Node:
    """Lay ``child`` over ``base``: mappings merge, everything else replaces, null removes what is inherited.

    A number merges as the mapping that it stands for: the level of a lever, or the value of all districts.
    """
    if not isinstance(child.value, dict):
        return child
    if isinstance(base.value, int | float) and not isinstance(base.value, bool):
        stands_for = "level" if LEVER_KEYS & child.value.keys() else OTHERS
        base = Node({stands_for: base}, base.spot, base.key, base.broken)
    if not isinstance(base.value, dict):
        return child
    merged = dict(base.value)
    for key, node in child.value.items():
        if key not in merged:
            merged[key] = node
        elif node.value is None and not node.broken:
            del merged[key]
        else:
            merged[key] = merge(merged[key], node)
    return Node(merged, child.spot, child.key, base.broken or child.broken)


def _base_of(extends: Node, files: list[Path], project: Path) -> Path | Problem:
    """Return the file that ``extends`` names, or what is wrong with it."""
    spot = extends.spot
    base = named_file(extends, files[-1], project, "extends")
    if isinstance(base, Problem):
        return base
    seen = [file.resolve() for file in files]
    if base in seen:
        loop = [*files[seen.index(base) :], base]
        return spot.problem(f"a loop: {' -> '.join(file.name for file in loop)}", path="extends")
    if len(files) > LONGEST_CHAIN:
        return spot.problem(
            "too many files, one through the other", f"expected at most {LONGEST_CHAIN}", path="extends"
        )
    return base


def named_file(node: Node, top: Path, project: Path, path: str) -> Path | Problem:
    """Return the scenario file that a value names (shipped by bare name, or relative to ``top``'s folder and inside
    ``project``), or what is wrong with it; ``path`` is where the value stands."""
    spot, told = node.spot, node.value
    if not isinstance(told, str) or not told:
        return spot.problem(f"found {shown(node.plain())}", "expected one file or shipped scenario", path=path)
    bare = "/" not in told and not told.endswith((".yaml", ".yml"))
    file = shipped_folder() / f"{told}.yaml" if bare else top.resolve().parent / told
    if Path(told).is_absolute() or not is_inside(file, project):
        return spot.problem(f'"{told}" leaves the project', f"expected a file in {project}", path=path)
    if not is_file(file):
        hint = nearest(told, shipped_scenarios()) if bare else ""
        return spot.problem(f'no such file "{told}"', hint=hint or like_file(file), path=path)
    return file.resolve()
