"""Where scenario files may lie: the project's folder, the shipped scenarios, and nothing else."""

from collections.abc import Mapping
from pathlib import Path

import simdiff
from simdiff.scenario.problems import Problem, ScenarioError, nearest, show_path

TAKEN = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
"""Names that some systems give to no file and no folder."""
FREE = "expected another name: some systems give it to no file or folder"


def shipped_folder(kind: str = "scenarios") -> Path:
    """Return the folder of the scenarios (or ``experiments``) that come with simdiff (of the wheel, else of the
    repository)."""
    package = Path(simdiff.__file__).parent
    in_wheel = package / "shipped" / kind
    return in_wheel if in_wheel.is_dir() else package.parent / kind


def shipped_scenarios() -> dict[str, Path]:
    """Return the shipped scenarios by name, sorted; files named ``_…`` are only there to be extended."""
    return _shipped("scenarios")


def shipped_experiments() -> dict[str, Path]:
    """Return the shipped experiments by name, sorted."""
    return _shipped("experiments")


def shipped_draws() -> dict[str, Path]:
    """Return the shipped files of parameter draws by name, sorted."""
    return {path.stem: path for path in sorted(shipped_folder("experiments").glob("*.csv"))}


def _shipped(kind: str) -> dict[str, Path]:
    return {path.stem: path for path in sorted(shipped_folder(kind).glob("*.yaml")) if not path.name.startswith("_")}


def known_as(path: Path) -> str:
    """What people call a file: a shipped one by its name, another by its way from the working folder."""
    folders = [shipped_folder(kind).resolve() for kind in ("scenarios", "experiments")]
    return path.stem if path.resolve().parent in folders else show_path(path)


def find_scenario(text: str) -> Path:
    """Return the file that ``text`` names: a path, or the bare name of a shipped scenario.

    Raises ScenarioError if there is no such file.
    """
    return _find(text, shipped_scenarios(), shipped_experiments(), "an experiment: use simdiff sweep")


def find_experiment(text: str) -> Path:
    """Return the file that ``text`` names: a path, or the bare name of a shipped experiment.

    Raises ScenarioError if there is no such file.
    """
    return _find(text, shipped_experiments(), shipped_scenarios(), "a scenario: use simdiff run")


def _find(text: str, shipped: dict[str, Path], others: dict[str, Path], other: str) -> Path:
    path = Path(text)
    if is_file(path):
        return path
    if text in shipped:
        return shipped[text]
    if text in others:
        raise ScenarioError([Problem(text, 0, 0, "", f"{other} {text}")])
    found = "a folder, expected a file" if is_folder(path) else "no such file"
    raise ScenarioError([Problem(text, 0, 0, "", found, hint=_beside(path) or nearest(path.name, shipped))])


def project_folder(file: Path) -> Path:
    """Return the nearest folder above ``file`` with a ``pyproject.toml`` or ``.git``, else the folder of ``file``."""
    folder = file.resolve().parent
    for candidate in (folder, *folder.parents):
        if (candidate / "pyproject.toml").exists() or (candidate / ".git").exists():
            return candidate
    return folder


def real_path(path: Path) -> Path | None:
    """Return ``path`` without links and ``..``; None if the system cannot follow it."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def is_file(path: Path) -> bool:
    """True if ``path`` is an ordinary file; a name that the system refuses is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """True if ``path`` is a folder; a name that the system refuses is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_inside(path: Path, project: Path) -> bool:
    """True if ``path``, links followed, lies in the project's folder or the shipped one."""
    real = real_path(path)
    return real is not None and any(
        real.is_relative_to(folder.resolve()) for folder in (project, shipped_folder(), shipped_folder("experiments"))
    )


def like_file(path: Path, shipped: Mapping[str, Path] | None = None) -> str:
    """Return the name of the file beside ``path``, or of what is shipped (left out: scenarios), that is most like its
    name."""
    return _beside(path) or nearest(path.name, shipped_scenarios() if shipped is None else shipped)


def _beside(path: Path) -> str:
    try:
        beside = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    except (OSError, ValueError):
        beside = []
    near = nearest(path.name, beside)
    return str(path.parent / near) if near else ""
