"""The building's plan: which room may import which, what no room may use, and that every declaration is lived by."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import simdiff
from simdiff.model.outcomes import OUTCOME_FUNCTIONS
from simdiff.model.state import SUMS, SWITCHES
from simdiff.register import CALENDARS, LEVERS, OUTCOMES, PARAMETERS

ROOMS = ("cli", "api", "explore", "report", "analysis", "study", "model", "scenario", "register")
"""A room may import itself and any room to its right; but the doors, of which each stands alone."""
DOORS = {"cli": "simdiff.__main__", "api": "simdiff"}
"""The rooms at the top, and the one module that opens each."""
ROOT = Path(simdiff.__file__).parent
MESA_HOME = "simdiff.model.mesa_model"
BANNED_MODULES = ("random", "secrets", "numpy.random", "pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve")
BANNED_CALLS = ("eval", "exec", "hash", "__import__", "read_pickle", "import_module")
BANNED_KEYWORDS = {"fastmath": None, "allow_pickle": True, "shell": True}
"""Keyword arguments that may not be given at all (None) or not with this value."""
Sources = Mapping[str, str]


def sources() -> dict[str, str]:
    """Every module of the package by name, as text."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


SOURCES = sources()


def imported(tree: ast.AST, modules: Sources) -> Iterator[str]:
    """Modules that a piece of source imports; ``from a import b`` means a.b where that is a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            whole = [f"{base}.{alias.name}" for alias in node.names]
            yield from (name if name in modules or name == "numpy.random" else base for name in whole)


def at_import(source: str) -> ast.Module:
    """The part of a module that runs when it is imported: no bodies of functions, nothing for type checkers only."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and dotted(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [ast.Pass()]
    return tree


def room_of(module: str) -> str:
    """The room of a module of simdiff; empty for the package itself and its ``__main__``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "simdiff" and parts[1] in ROOMS else ""


def wrong_arrows(modules: Sources) -> list[str]:
    """Imports from right to left, and relative ones (which hide where they go)."""
    found = []
    for name, source in modules.items():
        for target in imported(ast.parse(source), modules):
            here, there = room_of(name), room_of(target)
            leftward = here and there and ROOMS.index(there) < ROOMS.index(here)
            into_door = there in DOORS and here != there and name != DOORS[there]
            if leftward or into_door or target.startswith("."):
                found.append(f"{name} imports {target}")
    return found


def cycle(modules: Sources) -> list[str]:
    """Modules that import each other in a ring when they are imported; empty if there is no ring."""
    arrows = {name: {target for target in imported(at_import(source), modules) if target in modules and target != name}
              for name, source in modules.items()}  # fmt: skip
    while free := [name for name, targets in arrows.items() if not targets]:
        for name in free:
            del arrows[name]
        for targets in arrows.values():
            targets.difference_update(free)
    return sorted(arrows)


def strangers_in_register(modules: Sources) -> list[str]:
    """Imports of simdiff by the register, except of itself."""
    return [f"{name} imports {target}" for name, source in modules.items() if room_of(name) == "register"
            for target in imported(ast.parse(source), modules)
            if target.split(".")[0] == "simdiff" and room_of(target) != "register"]  # fmt: skip


def mesa_elsewhere(modules: Sources) -> list[str]:
    """Modules other than the twin that import mesa."""
    return [name for name, source in modules.items() if name != MESA_HOME
            for target in imported(ast.parse(source), modules) if target.split(".")[0] == "mesa"]  # fmt: skip


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an attribute chain, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    base = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{base}.{node.attr}" if base and isinstance(node, ast.Attribute) else ""


def banned(modules: Sources) -> list[str]:
    """Uses of unkeyed luck, unsafe loading, salted hashes and loosened arithmetic, with their lines."""
    found = []
    for name, source in modules.items():
        tree = ast.parse(source)
        found += [f"{name}: {t}" for t in imported(tree, modules) if t in BANNED_MODULES]
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and dotted(node) in ("np.random", "numpy.random"):
                found.append(f"{name}:{node.lineno} {dotted(node)}")
            if not isinstance(node, ast.Call):
                continue
            called = dotted(node.func).split(".")[-1]
            whole_name = isinstance(node.func, ast.Name) or called in ("read_pickle", "import_module")
            if called in BANNED_CALLS and whole_name:
                found.append(f"{name}:{node.lineno} {called}(")
            for keyword in node.keywords:
                given = getattr(keyword.value, "value", None)
                if keyword.arg in BANNED_KEYWORDS and BANNED_KEYWORDS[keyword.arg] in (None, given):
                    found.append(f"{name}:{node.lineno} {keyword.arg}=")
    return found


def clocks(modules: Sources) -> list[str]:
    """Imports of clocks, networks or processes in rooms whose results may depend on nothing outside."""
    outside = ("time", "datetime", "socket", "uuid", "subprocess", "platform", "getpass")
    return [f"{name}: {target}" for name, source in modules.items() if room_of(name) in ("model", "register")
            for target in imported(ast.parse(source), modules) if target.split(".")[0] in outside]  # fmt: skip


CHECKS = {check.__name__: check for check in
          (wrong_arrows, cycle, strangers_in_register, mesa_elsewhere, banned, clocks)}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_the_package_keeps_the_plan(name):
    """Catches an import or a call that the plan forbids, anywhere in the package."""
    assert len(SOURCES) > 40
    assert {room_of(module) for module in SOURCES} - {""} <= set(ROOMS)
    assert CHECKS[name](SOURCES) == []


PLANTED = [
    ("wrong_arrows", {"simdiff.model.x": "from simdiff.study.run import run_scenario"}),
    ("wrong_arrows", {"simdiff.scenario.x": "def f():\n    import simdiff.model.luck"}),
    ("wrong_arrows", {"simdiff.register.x": "from simdiff.scenario import Scenario"}),
    ("wrong_arrows", {"simdiff.model.x": "from .luck import draws"}),
    ("wrong_arrows", {"simdiff.x": "from simdiff.cli import main"}),
    ("wrong_arrows", {"simdiff.report.x": "def f():\n    from simdiff import api", "simdiff.api": ""}),
    ("wrong_arrows", {"simdiff.cli.x": "from simdiff.api import run"}),
    ("wrong_arrows", {"simdiff.report.x": "from simdiff.explore.server import serve"}),
    ("wrong_arrows", {"simdiff.explore.x": "from simdiff.api import run"}),
    ("wrong_arrows", {"simdiff.api.x": "from simdiff.cli import app"}),
    ("cycle", {"simdiff.model.a": "from simdiff.model import b", "simdiff.model.b": "import simdiff.model.a"}),
    ("cycle", {"simdiff.model.a": "class A:\n    from simdiff.model.b import x",
               "simdiff.model.b": "from simdiff.model.c import x", "simdiff.model.c": "from simdiff.model.a import x"}),
    ("strangers_in_register", {"simdiff.register.x": "import simdiff"}),
    ("strangers_in_register", {"simdiff.register.x": "from simdiff.model.state import Sim"}),
    ("mesa_elsewhere", {"simdiff.model.engine": "import mesa"}),
    ("mesa_elsewhere", {"simdiff.cli.x": "def f():\n    from mesa.agent import AgentSet"}),
    *[("banned", {"simdiff.model.x": text}) for text in (
        "import random", "from random import choice", "import numpy as np\nnp.random.seed(1)", "import numpy.random",
        "from numpy import random", "import pickle", "import pandas as pd\npd.read_pickle('a')", "eval('1')",
        "exec('1')", "hash('a')", "njit(fastmath=True)", "njit(fastmath={'nnan'})", "run('ls', shell=True)",
        "np.load('a', allow_pickle=True)", "importlib.import_module('simdiff.cli')", "__import__('random')",
    )],
    ("clocks", {"simdiff.model.x": "from time import time"}),
    ("clocks", {"simdiff.register.x": "def f():\n    import datetime"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "modules"), PLANTED)
def test_each_check_catches_its_planted_sample(name, modules):
    """The checks themselves: each must see what it is there for."""
    assert CHECKS[name](modules)


def test_checks_let_ordinary_code_pass():
    """The other way round: what is allowed is not refused."""
    modules = {
        "simdiff.model.a": "from simdiff.scenario import load\nfrom simdiff.model import b\nimport numpy as np",
        "simdiff.model.b": "def f():\n    from simdiff.model import a\n    return a.code_hash(x), digest.hash(1)",
        "simdiff.cli.x": "import time\nrun('ls', shell=False)\nrandom = 1",
        "simdiff.__main__": "from simdiff.cli import main",
        "simdiff.api": "import simdiff.report.words",
        "simdiff": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from simdiff.api import run\n"
        "def __getattr__(name):\n    from simdiff import api",
    }
    assert {name: check(modules) for name, check in CHECKS.items()} == {name: [] for name in CHECKS}


def test_the_package_itself_is_light():
    """Catches a heavy ``simdiff/__init__``: all that it offers is imported when it is asked for."""
    assert set(imported(at_import(SOURCES["simdiff"]), SOURCES)) == {"typing"}


def model_sources() -> dict[str, str]:
    return {name: source for name, source in SOURCES.items() if room_of(name) == "model"}


def fields_of(modules: Sources, holder: str) -> set[str]:
    """Names X read as ``holder.X``, ``….holder.X`` or ``….holder[…].X``."""
    found = set()
    for source in modules.values():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute):
                base = node.value.value if isinstance(node.value, ast.Subscript) else node.value
                if holder in (getattr(base, "id", ""), getattr(base, "attr", "")):
                    found.add(node.attr)
    return found


def texts(modules: Sources) -> set[str]:
    """String constants, docstrings apart."""
    return {node.value for source in modules.values() for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value}  # fmt: skip


def unused_parameters(modules: Sources) -> set[str]:
    return set(PARAMETERS) - fields_of(modules, "par") - texts(modules)


def undeclared_parameters(modules: Sources) -> set[str]:
    own = {"contagion", "dtype", "view"} | {f"with_{switch}" for switch in SWITCHES}
    return fields_of(modules, "par") - set(PARAMETERS) - {calendar.name for calendar in CALENDARS} - own


def test_every_parameter_is_used_and_every_used_one_declared():
    """Catches a dead number in the register (a reader would believe that it acts), and one that is not declared."""
    assert unused_parameters(model_sources()) == set()
    assert undeclared_parameters(model_sources()) == set()


def test_unused_and_undeclared_parameters_are_caught():
    """The planted samples: a parameter only spoken of in a docstring is unused; ``me.par.made_up`` is undeclared."""
    sample = {
        "simdiff.model.x": 'def f(me, par, sim):\n    """Uses lapse and all."""\n'
        "    return me.par.made_up + par.scar + sim.par[0].abandon + values['revert']"
    }
    unused = unused_parameters(sample)
    assert "lapse" in unused
    assert not unused & {"scar", "abandon", "revert"}
    assert undeclared_parameters(sample) == {"made_up"}


def test_every_lever_calendar_switch_and_sum_is_used():
    """Catches a sub-lever, calendar, structural switch or monthly sum that nothing reads."""
    rules = {name: source for name, source in model_sources().items() if ".rules." in name}
    assert {lever.name for lever in LEVERS} - fields_of(rules, "lever") == set()
    assert {calendar.name for calendar in CALENDARS} - fields_of(rules, "par") - texts(model_sources()) == set()
    assert {f"with_{switch}" for switch in SWITCHES} - fields_of(rules, "par") - {"with_feeder"} == set()
    assert set(SUMS) - fields_of({"observe": SOURCES["simdiff.model.rules.observe"]}, "row") == set()


def test_every_declared_outcome_is_computed():
    """Catches an outcome that is declared and never computed, or computed and never explained."""
    assert [outcome.name for outcome in OUTCOMES] == list(OUTCOME_FUNCTIONS)
