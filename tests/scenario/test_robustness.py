"""Whatever is done to a file, loading it ends in a scenario (or experiment) or in problems with their places.

Files that ship are spoilt in two ways: their trees (keys renamed, moved, taken out, values swapped for others) and
their bytes (flipped, cut, put in, spliced from another file). What is done follows from a number, so that a failure
repeats: ``spoil(17)``. ``-m slow`` does it 10,000 times and bounds time and memory of each.
"""

import resource
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simdiff.register import PARAMETERS
from simdiff.scenario import Problem, ScenarioError, load_experiment, load_scenario, shipped_folder, to_yaml
from simdiff.scenario.experiment_schema import Experiment
from simdiff.scenario.problems import nearest
from simdiff.scenario.reference import items
from simdiff.scenario.schema import Scenario
from simdiff.scenario.source import read_source

KINDS = ("scenarios", "experiments")
FILES = {kind: [path.read_bytes() for path in sorted(shipped_folder(kind).glob("*.yaml"))] for kind in KINDS}
TREES = {
    kind: [read_source(path).root.plain() for path in sorted(shipped_folder(kind).glob("*.yaml"))] for kind in KINDS
}
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 1e308, 5e-324, 10**39, 1201, "", "no", "NO", "1:30", "012", "1e3", "null",
    "all", "others", "hazard", "../x.yaml", "/etc/passwd", "CON", "a:b", "<script>", "=cmd()", "$x$", "é", "\u202e",
    "😀", "x" * 300, [], {}, [1, 2, 3, 4, 5], [None], [{}], {"others": 1}, {"level": 2}, {"nowhere": 0.5},
    {"level": {"x": 1}},
    {"start": 24, "stop": 12}, "four-levers", "status-quo.yaml", {"path": "policy.mandate.level", "values": [0, 1]},
    {"prior": "lapse"}, {"policy.mandate": 0.5}, {"scenario": "goals", "set": {"years": 3}},
)  # fmt: skip
SPLICES = (
    b":", b"{", b"}", b"[", b"]", b"\n", b"\r\n", b"\r", b"- ", b"? ", b"'", b'"', b"|\n", b">-\n", b"%", b"*a",
    b"&a ",
    b"!a ", b"!!python/object/apply:os.system [ls]", b"#", b"<<: ", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"---\n",
    b"...\n", b"\\", b"null", b"-1", b"1e999", b".nan", b"  ", b"9" * 50, "\u2028".encode(), b"\xed\xa0\x80",
    b"extends: ",
    b"NO", b"012", b"1:30", b"{" * 60, b"- " * 60, b"&a [*a, *a]",
)  # fmt: skip
SECONDS, MEGABYTES = 2.0, 256


def spoil(number: int) -> tuple[str, bytes]:
    """Kind and bytes of spoilt file ``number``."""
    luck = Random(number)
    kind = KINDS[0] if luck.random() < 0.8 else KINDS[1]
    if luck.random() < 0.5:
        return kind, spoilt_bytes(luck, FILES[kind])
    tree = luck.choice(TREES[kind])
    for _ in range(luck.randint(1, 4)):
        tree = spoilt_tree(luck, tree, luck.choice(TREES[kind]))
    return kind, to_yaml(tree if isinstance(tree, dict) and tree else {"x": tree}).encode()


def spoilt_bytes(luck: Random, files: list[bytes]) -> bytes:
    text = luck.choice(files)
    for _ in range(luck.randint(1, 5)):
        at, cut = luck.randrange(len(text) + 1), luck.choice((0, 0, 1, 2, 5, 40, 400))
        other = luck.choice(files)
        start = luck.randrange(len(other))
        put = luck.choice((luck.choice(SPLICES), luck.randbytes(luck.randint(1, 4)), other[start : start + 60], b""))
        text = text[:at] + put + text[at + cut :]
    return text


def spoilt_tree(luck: Random, tree: Any, other: Any) -> Any:
    """The tree with one place of it changed."""
    if not isinstance(tree, dict | list) or not tree or luck.random() < 0.15:
        return luck.choice(ODD) if luck.random() < 0.8 else piece(luck, other)
    if isinstance(tree, list):
        at = luck.randrange(len(tree))
        return [*tree[:at], spoilt_tree(luck, tree[at], other), *tree[at + luck.randint(0, 1) :]]
    key = luck.choice(list(tree))
    what = luck.random()
    if what < 0.6:
        return tree | {key: spoilt_tree(luck, tree[key], other)}
    rest = {name: value for name, value in tree.items() if name != key}
    if what < 0.7:
        return rest
    if what < 0.85:
        return rest | {luck.choice(typos(key) or [key]): tree[key]}
    return tree | {luck.choice(("others", "level", "x", "format", "extends", "scenarios", "")): piece(luck, other)}


def piece(luck: Random, tree: Any) -> Any:
    """Some part of a tree."""
    while isinstance(tree, dict | list) and tree and luck.random() < 0.7:
        tree = luck.choice(list(tree.values()) if isinstance(tree, dict) else tree)
    return tree


def typos(word: str) -> list[str]:
    """Every word that is one slip off: a letter left out, doubled, wrong, put in, or two swapped."""
    found = set()
    for i, letter in enumerate(word):
        wrong = "q" if letter != "q" else "x"
        found |= {word[:i] + word[i + 1 :], word[:i] + letter + word[i:], word[:i] + wrong + word[i + 1 :],
                  word[:i] + wrong + word[i:], word[:i] + word[i + 1 : i + 2] + letter + word[i + 2 :]}  # fmt: skip
    return sorted(found - {word, ""})


def ends_well(folder: Path, number: int) -> str:
    """Load spoilt file ``number``: "good" or "refused", with places; anything else fails the test."""
    kind, content = spoil(number)
    file = folder / "a.yaml"
    file.write_bytes(content)
    problems = problems_of(kind, file)
    assert len({str(problem) for problem in problems}) == len(problems), number
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems), (number, problems)
    return "refused" if problems else "good"


def problems_of(kind: str, file: Path) -> tuple[Problem, ...]:
    """What is wrong with a file, nothing if it loads; a refusal that says nothing is an error of its own."""
    try:
        load_scenario(file) if kind == "scenarios" else load_experiment(str(file))
    except ScenarioError as error:
        return error.problems or (Problem("", 0, 0, "", "refused without a problem"),)
    return ()


@pytest.fixture
def bases(tmp_path: Path) -> Path:
    """A project with the files that shipped ones build on."""
    (tmp_path / "pyproject.toml").touch()
    for path in shipped_folder().glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name in ("calibrated.csv",):
        (tmp_path / name).write_bytes((shipped_folder("experiments") / name).read_bytes())
    return tmp_path


def test_spoilt_files_end_well(bases: Path) -> None:
    """Catches a traceback, a refusal without a place, and a fuzzer that spoils nothing or everything."""
    ends = [ends_well(bases, number) for number in range(300)]
    assert 0.5 < ends.count("refused") / len(ends) < 0.98


@pytest.mark.slow
def test_ten_thousand_spoilt_files_end_well_and_fast(bases: Path) -> None:
    """The same, with time (of this process, in seconds) and memory (in MB) of each."""
    worst, ends, before = (0.0, -1), [], peak()
    for number in range(10_000):
        began = time.process_time()
        ends.append(ends_well(bases, number))
        worst = max(worst, (time.process_time() - began, number))
    grown = peak() - before
    print(f"\n{ends.count('refused')} of {len(ends)} refused; slowest {worst[0]:.2f} s (file {worst[1]}); "
          f"memory grew by {grown:.0f} MB to {peak():.0f} MB")  # fmt: skip
    assert worst[0] < SECONDS
    assert grown < MEGABYTES


def peak() -> float:
    """Most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


ADVERSARIAL = {
    "list": b"a: [" + b"1," * 499_000 + b"1]\n",
    "aliases": b"a: [" + b"*a," * 333_000 + b"1]\n",
    "anchors": b"a: [" + b"&a 1," * 199_000 + b"1]\n",
    "the same key": b"a: 1\n" * 199_000,
    "text": b'a: "' + b"\\n" * 499_000 + b'"\n',
    "nesting": b"{" * 999_000,
    "bomb": b"a: &a [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (n + 1, n + 1, b", ".join([b"*%c" % n] * 9)) for n in range(97, 122)),
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_adversarial_files_are_refused_early(write: Any, name: str) -> None:
    """Catches a megabyte that is read to its end, and problems without end: at most some two hundred are told."""
    problems = problems_of("scenarios", write(ADVERSARIAL[name]))
    assert 1 <= len(problems) <= 210
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)


TRAPS = {
    "Norway": ("policy: {budget: {annual: {NO: 1}}}", "policy.budget.annual.NO: unknown district `NO`"),
    "Norway as a value": ("years: NO", 'years: found "NO", expected a whole number'),
    "sexagesimal": ("years: 1:30", 'years: found "1:30", expected a whole number'),
    "octal is decimal": ("years: 0120", "years: found 120, expected a whole number from 1 to 100"),
    "exponent is no whole number": ("years: 1e1", "years: found 10.0, expected a whole number"),
    "the same key twice": ("years: 3\nyears: 4", "found the key `years` again"),
    "alias": ("years: *x", "found the alias `*x`"),
    "merge key": ("<<: {years: 3}", "unknown key `<<`"),
    "tab": ("policy:\n\tmandate: 1", "found a tab"),
    "python tag": ("title: !!python/name:os.system", "found the tag"),
    "two documents": ("---\nyears: 3", "found a second document"),
    "true is no number": ("policy: {mandate: true}", "policy.mandate: found true"),
    "not a number": ("policy: {mandate: .nan}", "found .nan, expected a finite number"),
    "infinity": ("policy: {mandate: .inf}", "found .inf, expected a finite number"),
    "too big a number": ("policy: {mandate: 1e999}", "found 1e999, expected a finite number"),
    "deep nesting": (f"policy: {'{a: ' * 500}", "nested too deeply"),
    "NUL": ("title: a\0b", "found the control character U+0000"),
    "date is a text": ("years: 2024-01-01", 'years: found "2024-01-01"'),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_traps_end_in_a_problem_with_a_place(wrong: Any, tiny: str, trap: str) -> None:
    """Catches a trap of YAML that reaches the model as something else than was meant."""
    line, said = TRAPS[trap]
    text = tiny.split("policy:")[0]
    text = text.replace("title: Tiny\n", "") if line.startswith("title:") else text
    lines = wrong(f"{text}{line}\n")
    assert any(said in one for one in lines), lines
    assert all(one.startswith("a.yaml:") and one.split(":")[1].isdigit() for one in lines), lines


def test_bom_and_carriage_returns_change_nothing(load: Any, tiny: str) -> None:
    """Catches a file of another system that is read as something else."""
    assert load("\ufeff" + tiny.replace("\n", "\r\n")).text == load(tiny).text


def groups() -> list[list[str]]:
    """Keys that may stand beside one another: of each class of both schemas, and the parameters."""
    found = {tuple(top.model_fields) for top in (Scenario, Experiment)} | {tuple(PARAMETERS)}
    found |= {tuple(item.inner.model_fields) for top in (Scenario, Experiment) for item in items(top) if item.inner}
    return [list(one) for one in sorted(found)]


def test_one_slip_is_understood() -> None:
    """Catches a suggestion that sends people to another key: right in nine of ten slips at least (measured: 99.9 %)."""
    asked = [(typo, key, keys) for keys in groups() for key in keys for typo in typos(key) if typo not in keys]
    asked = [one for n, one in enumerate(asked) if len(one[2]) < 20 or n % 50 == 0]  # parameters are many
    assert len(asked) > 2_000
    assert sum(nearest(typo, keys) == key for typo, key, keys in asked) >= 0.9 * len(asked)


@pytest.mark.parametrize("key", ["level", "start", "stop", "ramp"])
def test_a_slip_in_a_lever_is_understood_where_it_stands(wrong: Any, tiny: str, key: str) -> None:
    """Catches a misspelt field of a lever that is taken for a district."""
    for typo in typos(key):
        lines = wrong(f"{tiny}  talent: {{change: {{{typo}: 1}}}}\n")
        assert any(f"unknown key `{typo}`" in one and one.endswith(f"did you mean `{key}`?") for one in lines), lines
