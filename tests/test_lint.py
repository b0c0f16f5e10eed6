"""What no line of the package may do: depend on an order that nobody set, loosen arithmetic, read what others made by
anything but the capped readers, load code from data, or reach for a network. ``test_rooms`` has the other bans."""

import ast
from collections.abc import Callable, Iterator, Mapping

import pytest
from test_rooms import SOURCES, dotted, imported

Hits = list[str]
ORDER_FREE = ("sorted", "len", "any", "all", "sum", "min", "max", "set", "frozenset", "isdisjoint", "union",
              "intersection", "issubset", "issuperset", "update", "difference", "difference_update")  # fmt: skip
"""What may be given a set or the files of a folder: the order of those does not matter to it."""
LISTINGS = ("glob", "rglob", "iterdir", "listdir", "scandir", "walk")
ORDERED = ("list", "tuple", "enumerate", "join", "iter", "next", "reversed", "zip", "array", "fromkeys", "extend")
READERS = {
    "json.loads": {
        "simdiff.study.reading", "simdiff.study.cells", "simdiff.study.sheet", "simdiff.report.story",
        "simdiff.cli.validate", "simdiff.cli.field_study",
    },
    "pq.read_table": set(), "pq.read_schema": set(), "json.load": set(), "pd.read_excel": set(), "pd.read_json": set(),
    "pq.read_metadata": {"simdiff.study.reading"}, "pq.ParquetFile": {"simdiff.study.reading"},
    "pd.read_csv": {"simdiff.api.sweeps"}, "ElementTree.parse": set(), "ElementTree.fromstring": set(),
    "zipfile.ZipFile": {"simdiff.scenario.public.opening", "simdiff.report.memo.seen", "simdiff.report.memo.word",
                        "simdiff.study.remembered"},
    "gzip.open": {"simdiff.scenario.public.opening", "simdiff.scenario.table"},
}  # fmt: skip
"""Readers without a cap of their own, and the modules that may use them: on texts of simdiff itself, or behind caps."""
UNSAFE = ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "os.system", "os.popen", "os.execv", "pd.eval",
          "tempfile.mktemp", "ssl._create_unverified_context", "np.loadtxt", "np.genfromtxt")  # fmt: skip
NETWORK = ("urllib.request", "http", "requests", "ftplib", "smtplib", "telnetlib", "xmlrpc", "httpx", "aiohttp")
ALLOWED_IN = {
    "loose_numbers": ("simdiff.model.state",),  # fields kept in four bytes; rules read and reckon with doubles
    "set_orders": (
        "simdiff.study.engines",
    ),  # chunks as they are done: their order matters to nothing (test_invariance)
    "code_from_data": ("simdiff.scenario.normal",),  # a round trip of YAML that the safe reader has taken before
}
"""Modules in which a rule does not hold, and why."""
XML = ("xml.etree", "xml.dom", "xml.sax", "lxml")


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")


def called_name(call: ast.Call) -> str:
    """The last part of what is called."""
    return (dotted(call.func) or getattr(call.func, "attr", "")).split(".")[-1]


def said(call: ast.Call, name: str) -> object:
    """The constant that a keyword argument is given; ``...`` if it is left out or no constant."""
    return next((getattr(one.value, "value", ...) for one in call.keywords if one.arg == name), ...)


def unstable_sorts(tree: ast.AST, module: str) -> Hits:
    """Orders in which equals may come either way, by processor or version of NumPy."""
    found = []
    for call, name in calls(tree):
        last = name.split(".")[-1]
        if last in ("argsort", "sort_values") and said(call, "kind") != "stable":
            found.append(f'{call.lineno} {last} without kind="stable"')
        if last == "argpartition" or name in ("np.partition", "numpy.partition"):
            found.append(f"{call.lineno} {last}")
    return found


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def order_does_not_matter(node: ast.AST, above: Mapping[ast.AST, ast.AST]) -> bool:
    """True if what a piece of source gives is sorted, counted, or only looked through."""
    while node in above:
        node = above[node]
        if (
            isinstance(node, ast.Call)
            and (dotted(node.func).split(".")[-1] or getattr(node.func, "attr", "")) in ORDER_FREE
        ):
            return True
        if isinstance(node, ast.SetComp):
            return True
        if isinstance(node, ast.stmt | ast.ListComp | ast.DictComp) and not isinstance(
            above.get(node), ast.Call | ast.List | ast.Starred
        ):
            return False
    return False


def unsorted_listings(tree: ast.AST, module: str) -> Hits:
    """Files of a folder in the order of the file system."""
    above = parents(tree)
    return [f"{call.lineno} {name}" for call, name in calls(tree)
            if name.split(".")[-1] in LISTINGS and not order_does_not_matter(call, above)]  # fmt: skip


def set_names(function: ast.AST) -> set[str]:
    """Names that a function binds to sets, and to nothing else."""
    kinds: dict[str, list[bool]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            kinds.setdefault(node.targets[0].id, []).append(is_set(node.value, set()))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            kinds.setdefault(node.target.id, []).append(
                ast.unparse(node.annotation).startswith(("set", "frozenset", "Set"))
            )
    return {name for name, all_of in kinds.items() if all(all_of)}


def is_set(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.Sub | ast.BitXor):
        return is_set(node.left, names) or (is_set(node.right, names) and not isinstance(node.op, ast.Sub))
    made = isinstance(node, ast.Call) and (
        dotted(node.func) in ("set", "frozenset") or dotted(node.func).startswith("set.")
    )
    return made or isinstance(node, ast.Set | ast.SetComp)


def set_orders(tree: ast.AST, module: str) -> Hits:
    """Sets gone through in their own order, which differs from process to process for texts."""
    found, above = [], parents(tree)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.Module):
            continue
        names = set_names(function) if isinstance(function, ast.FunctionDef) else set()
        for node in ast.walk(function):
            if isinstance(node, ast.For) and is_set(node.iter, names):
                found.append(f"{node.lineno} for over a set")
            free = order_does_not_matter(node, above)
            if isinstance(node, ast.comprehension) and is_set(node.iter, names) and not free:
                found.append(f"{node.iter.lineno} comprehension over a set")
            called = called_name(node) if isinstance(node, ast.Call) else ""
            given = node.args if isinstance(node, ast.Call) and called in ORDERED else []
            if any(is_set(getattr(one, "value", one), names) for one in given) and not free:
                found.append(f"{node.lineno} a set in order")
    return sorted(set(found))


def loose_numbers(tree: ast.AST, module: str) -> Hits:
    """Numbers of single precision, whose sums depend on how they are cut."""
    small, homes = ("float32", "float16", "half", "single"), ("np", "numpy", "nb", "numba", "pa")
    found = [f"{node.lineno} {node.attr}" for node in ast.walk(tree)
             if isinstance(node, ast.Attribute) and node.attr in small and dotted(node.value) in homes]  # fmt: skip
    return found + [f"{node.lineno} {node.value}" for node in ast.walk(tree) if isinstance(node, ast.Constant)
                    and node.value in ("float32", "float16", "f4", "<f4", "f2")]  # fmt: skip


def uncapped_readers(tree: ast.AST, module: str) -> Hits:
    """Readers that take whatever a file holds, where a file may be somebody else's."""
    return [f"{call.lineno} {name}" for call, name in calls(tree) if name in READERS and module not in READERS[name]]


def code_from_data(tree: ast.AST, module: str) -> Hits:
    """Calls that run, or may run, what a file says; templates and formulas of charts too."""
    found = [f"{call.lineno} {name}" for call, name in calls(tree)
             if name in UNSAFE or (name in ("np.load", "numpy.load") and said(call, "allow_pickle") is not False)
             or (name.split(".")[-1] == "YAML" and said(call, "typ") != "safe")
             or said(call, "usetex") is True or said(call, "parse_math") is True]  # fmt: skip
    return found + [f"imports {one}" for one in imported(tree, {}) if one.startswith(XML) and one != "xml.sax.saxutils"]


def networks(tree: ast.AST, module: str) -> Hits:
    """What fetches from elsewhere, or listens to all the world."""
    found = [
        f"imports {one}"
        for one in imported(tree, {})
        if one in NETWORK or one.startswith(tuple(f"{n}." for n in NETWORK))
    ]
    return found + [f"{node.lineno} {node.value}" for node in ast.walk(tree)
                    if isinstance(node, ast.Constant) and node.value in ("0.0.0.0", "::", "[::]")]  # fmt: skip


RULES: dict[str, Callable[[ast.AST, str], Hits]] = {
    rule.__name__: rule for rule in
    (unstable_sorts, unsorted_listings, set_orders, loose_numbers, uncapped_readers, code_from_data, networks)
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_the_package_keeps_the_rule(rule: str) -> None:
    hits = [f"{module}: {hit}" for module, source in SOURCES.items()
            if module not in ALLOWED_IN.get(rule, ()) for hit in RULES[rule](ast.parse(source), module)]  # fmt: skip
    assert hits == []


PLANTED = {
    "unstable_sorts": (
        "np.argsort(x)", "x.argsort()", "np.argsort(x, kind='quicksort')", "np.argpartition(x, 3)",
        "np.partition(x, 3)", "rows.sort_values('a')",
    ),
    "unsorted_listings": (
        "for path in folder.glob('*'): pass", "names = [p.name for p in folder.iterdir()]", "os.listdir('.')",
        "x = list(folder.rglob('*'))", "{p.stem: p for p in folder.glob('*')}", "first = next(folder.iterdir())",
    ),
    "set_orders": (
        "for x in {1, 2}: pass", "[x for x in set(y)]", "list(set(y))", "','.join({'a', 'b'})",
        "{x: 1 for x in a & {1}}",
        "def f():\n    seen = set()\n    for x in seen: pass",
        "def f():\n    seen: set[str] = g()\n    return tuple(seen)",
        "np.array(set(y))", "dict.fromkeys(set(y) - {1})", "[*range(3), *(x for x in {1, 2})]",
    ),
    "loose_numbers": ("np.float32(1)", "x.astype('f4')", "pa.float32()", "np.zeros(3, dtype='float32')"),
    "uncapped_readers": (
        "json.load(handle)", "json.loads(path.read_text())", "pq.read_table(path)", "pq.ParquetFile(path)",
        "pd.read_csv(path)", "gzip.open(path)", "zipfile.ZipFile(path)", "ElementTree.fromstring(text)",
    ),
    "code_from_data": (
        "yaml.load(text)", "YAML(typ='unsafe')", "YAML()", "os.system('ls')", "np.load(path)", "pd.eval('1')",
        "np.load(path, allow_pickle=True)", "axis.text(0, 0, 'x', parse_math=True)",
        "figure.text(0, 0, 'x', usetex=True)",
        "import xml.etree.ElementTree", "from lxml import etree", "tempfile.mktemp()",
    ),
    "networks": ("import urllib.request", "from http.client import HTTPConnection",
                 "serve(host='0.0.0.0')", "bind('::')"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "source"), [(rule, source) for rule, all_of in PLANTED.items() for source in all_of])
def test_each_rule_catches_its_planted_sample(rule: str, source: str) -> None:
    assert RULES[rule](ast.parse(source), "simdiff.x")


ALLOWED = """
np.argsort(x, kind="stable")
rows.sort_values("a", kind="stable")
for path in sorted(folder.glob("*")): pass
names = sorted(path.name for path in folder.iterdir() if path.is_file())
for path in sorted([*folder.iterdir(), *other.iterdir()]): pass
if not any(folder.iterdir()): pass
for x in sorted({1, 2}): pass
for x in dict.fromkeys(y): pass
one = len({x for x in y}) + sum(x for x in {1, 2})
def f(seen: list[str]):
    seen = list(seen)
    return [x for x in seen if x in {1, 2}]
np.load(path, allow_pickle=False)
YAML(typ="safe", pure=True)
read_parquet(path)
from xml.sax.saxutils import escape
from urllib.parse import urlsplit
np.float64(1)
serve(host="127.0.0.1")
"""


@pytest.mark.parametrize("rule", RULES)
def test_rules_let_ordinary_code_pass(rule: str) -> None:
    assert RULES[rule](ast.parse(ALLOWED), "simdiff.x") == []
