"""What is installed: every dependency declared, every pin hashed, the same wheel from anywhere, and a list of parts."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_rooms import SOURCES, imported

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {"requirements.lock": ("cluster", "discover", "explore", "memo", "optimize"), "requirements-dev.lock": ("dev",)}
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")
BUILT = ("simdiff", "scenarios", "experiments", "schema", "pyproject.toml", "README.md", "LICENSE")
"""What a wheel is built from."""


def pins(name: str) -> dict[str, list[tuple[Requirement, int]]]:
    """Every pin of a lock by its plain name, with the number of its hashes. Any line of another form fails."""
    found: dict[str, list[tuple[Requirement, int]]] = {}
    last = ""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if pin := PIN.match(line):
            last = pin["name"]
            marker = f" ; {pin['marker']}" if pin["marker"] else ""
            found.setdefault(last, []).append((Requirement(f"{last}=={pin['version']}{marker}"), 0))
        else:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
            known, count = found[last][-1]
            found[last][-1] = known, count + 1
    return found


def asked(extras: tuple[str, ...]) -> list[Requirement]:
    """What the project asks for with some extras; an extra may name others."""
    needs = [Requirement(one) for one in PROJECT["dependencies"]]
    for extra in extras:
        for one in map(Requirement, PROJECT["optional-dependencies"][extra]):
            needs += asked(tuple(sorted(one.extras))) if one.name == "simdiff" else [one]
    return needs


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_the_project_asks_for(lock: str) -> None:
    """Catches a dependency that was added or raised, and not locked."""
    locked = pins(lock)
    for need in asked(LOCKS[lock]):
        found = locked.get(canonicalize_name(need.name), [])
        assert found, f"{need} is not in {lock}"
        for pin, _ in found:
            [version] = pin.specifier
            assert need.specifier.contains(version.version), f"{need}, locked {pin}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_hashed_and_comes_from_anywhere(lock: str) -> None:
    """Catches a pin without a hash, and a lock that names a server or a folder."""
    assert [str(pin) for found in pins(lock).values() for pin, hashes in found if not hashes] == []
    assert not re.search(r"https?:|file:|--(extra-)?index|--find|@", (ROOT / lock).read_text(encoding="utf-8"))
    several = {name: found for name, found in pins(lock).items() if len(found) > 1}
    assert all(pin.marker for found in several.values() for pin, _ in found), "two pins where one holds"


def test_users_and_developers_have_the_same_versions() -> None:
    """Catches tests that pass with other libraries than users install."""
    users, developers = (pins(lock) for lock in LOCKS)
    other = {name for name, found in users.items() if {str(pin.specifier) for pin, _ in found}
             - {str(pin.specifier) for pin, _ in developers.get(name, [])}}  # fmt: skip
    assert other == set()


def test_what_is_imported_is_declared() -> None:
    """Catches a library that comes only because another brings it: it may go, or have no floor."""
    homes = packages_distributions()
    tops = {one.split(".")[0] for source in SOURCES.values() for one in imported(ast.parse(source), SOURCES)}
    outside = {one for one in tops if one and one not in sys.stdlib_module_names and one != "simdiff"}
    declared = {canonicalize_name(need.name) for need in asked(("dev",))} | {"dask"}  # distributed is Dask's half
    unknown = {one for one in outside if not {canonicalize_name(home) for home in homes.get(one, ())} & declared}
    assert unknown == set()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel, built twice: in another folder, with other times, permissions, hash seed, zone and language."""
    found = []
    for n, (place, when, mask) in enumerate((("here", 1_000_000_000, 0o022), ("an other/plâce", 1_500_000_000, 0o077))):
        folder = tmp_path_factory.mktemp("build") / place
        folder.mkdir(parents=True)
        for name in BUILT:
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name, **({"ignore": ignored} if (ROOT / name).is_dir() else {}))
        for path in folder.rglob("*"):
            os.utime(path, (when, when))
            path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)
        asked = {"PYTHONHASHSEED": str(n), "TZ": ("UTC", "Asia/Tokyo")[n], "LC_ALL": ("C", "C.UTF-8")[n]}
        subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"], cwd=folder,
                       env=os.environ | asked, check=True, capture_output=True)  # fmt: skip
        [wheel] = (folder / "out").glob("*.whl")
        found.append(wheel)
    return found


def test_the_wheel_is_the_same_wherever_it_is_built(wheels: list[Path]) -> None:
    """Catches times, paths, permissions or an order of files that get into the wheel."""
    first, second = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels)
    assert first == second


def test_the_wheel_holds_the_package_and_what_ships(wheels: list[Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"simdiff", next(top for top in tops if top.endswith(".dist-info"))}
    for kind in ("scenarios", "experiments", "schema"):
        shipped = {name.rpartition("/")[2] for name in names if name.startswith(f"simdiff/shipped/{kind}/")}
        assert shipped == {path.name for path in (ROOT / kind).iterdir() if path.is_file()}
    assert not [name for name in names if "test" in name or name.startswith(("/", "..")) or "__pycache__" in name]


def test_the_wheel_runs_without_the_checkout(wheels: list[Path], tmp_path: Path) -> None:
    """Catches what works only beside the sources: shipped scenarios, page files, the memo's template."""
    with zipfile.ZipFile(wheels[0]) as archive:
        archive.extractall(tmp_path / "site")
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path / "site"),
        "NUMBA_DISABLE_JIT": "1",
    }  # compiling takes longer

    def told(*words: str) -> str:
        return subprocess.run([sys.executable, *words], cwd=tmp_path, env=environment, check=True, capture_output=True,
                              text=True).stdout  # fmt: skip

    assert told("-c", "import simdiff; print(simdiff.__file__)").startswith(str(tmp_path / "site"))
    assert "four-levers" in told("-m", "simdiff", "list")
    (tmp_path / "mine.yaml").write_text("format: 1\nname: mine\ntitle: Mine\nextends: status-quo\nyears: 1\n")
    assert json.loads(told("-m", "simdiff", "run", "mine.yaml", "--replicates", "1", "--out", "run", "--json"))
    assert told("-m", "simdiff", "chart", "run", "adoption", "--out", "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 10_000


def test_the_list_of_parts_has_every_pin(tmp_path: Path) -> None:
    """The documented command makes a CycloneDX list with each pin and its hashes."""
    maker, project, made = Path(sys.executable).with_name("cyclonedx-py"), ROOT / "pyproject.toml", tmp_path / "a.json"
    words = [maker, "requirements", "--pyproject", project, "--output-reproducible", "-o", made]
    subprocess.run([*map(str, words), str(ROOT / "requirements.lock")], check=True, capture_output=True)
    said = json.loads(made.read_bytes())
    assert said["bomFormat"] == "CycloneDX"
    assert said["metadata"]["component"]["name"] == "simdiff"
    listed = sorted((one["name"], one["version"]) for one in said["components"])
    locked = [(name, pin) for name, found in pins("requirements.lock").items() for pin, _ in found]
    assert listed == sorted((name, next(iter(pin.specifier)).version) for name, pin in locked)
    assert all(one["externalReferences"][0]["hashes"] for one in said["components"])
