"""``simdiff check`` and ``simdiff list``."""

from pathlib import Path

from rich.table import Table

from simdiff.cli import BAD_INPUT
from simdiff.report.terminal import PlainConsole
from simdiff.scenario import (
    Loaded,
    ScenarioError,
    load_experiment,
    load_scenario,
    shipped_experiments,
    shipped_scenarios,
)
from simdiff.scenario.advice import idle, repeated
from simdiff.scenario.chain import read_chain
from simdiff.scenario.source import read_source
from simdiff.scenario.translate import problem_at


def load_or_none(scenario: str, schools: Path | None) -> Loaded | None:
    """Load a scenario; print its problems on standard error and return None if there are any."""
    try:
        return load_scenario(Path(scenario), schools)
    except ScenarioError as error:
        print_problems(error)
        return None


def print_problems(error: ScenarioError) -> None:
    """Print every problem on standard error."""
    PlainConsole(stderr=True, soft_wrap=True).print(str(error))


def check_command(files: list[str], schools: Path | None, trial: bool) -> int:
    """Check each file, a scenario or an experiment; 0 if all are good. Warnings change no exit code."""
    console = PlainConsole(soft_wrap=True)
    good = True
    for file in files:
        told = _checked_experiment(file, schools) if _is_experiment(file) else _checked_scenario(file, schools, trial)
        good = good and bool(told)
        for line in told:
            console.print(line)
    return 0 if good else BAD_INPUT


def _checked_scenario(file: str, schools: Path | None, trial: bool) -> list[str]:
    loaded = load_or_none(file, schools)
    if loaded is None:
        return []
    warned = _warnings(loaded, trial)
    return [f"{file}: good ({loaded.scenario.title})", *(f"  note: {note}" for note in loaded.notes),
            *(f"  warning: {warning}" for warning in warned)]  # fmt: skip


def _warnings(loaded: Loaded, trial: bool) -> list[str]:
    """What is allowed in a scenario and yet hardly meant."""
    file = loaded.files[0]
    root = read_chain(file).root
    assert root is not None
    found = [*repeated(file), *idle(loaded.scenario, root, file)]
    told: list[str] = []
    if loaded.scenario.parameters or trial:  # compiled code comes with both
        from simdiff.analysis.plausible import outside_evidence

        found += outside_evidence(loaded.scenario, root)
    if trial:
        from simdiff.analysis.trial import TooLargeError, tried
        from simdiff.cli.run import say_if_compiling

        say_if_compiling(PlainConsole(stderr=True))
        known = {problem.path for problem in found}
        try:
            tries = [problem_at(root, one.path, one.said, one.meaning, key=True) for one in tried(loaded)]
        except TooLargeError as error:
            tries, told = [], [str(error)]
        found += [one for one in tries if not any(path.startswith(one.path) for path in known)]
    return [*map(str, sorted(set(found))), *told]


def _checked_experiment(file: str, schools: Path | None) -> list[str]:
    from simdiff.study.plan import make_plan  # compiled code comes with it: scenarios are checked without

    try:
        plan = make_plan(load_experiment(file, schools))
    except ScenarioError as error:
        print_problems(error)
        return []
    return [f"{file}: good ({plan.experiment.title}; {len(plan.cells):,} cells, {plan.runs:,} runs)"]


def _is_experiment(file: str) -> bool:
    """True if a file names scenarios, as experiments do; a bare name is a scenario if there is one."""
    path = Path(file)
    if not path.is_file():
        return file not in shipped_scenarios() and file in shipped_experiments()
    root = read_source(path).root
    return root is not None and isinstance(root.value, dict) and "scenarios" in root.value


def list_command() -> int:
    """Shipped scenarios and experiments with their titles."""
    table = Table("scenario", "title", box=None, pad_edge=False)
    for name, path in shipped_scenarios().items():
        loaded = load_or_none(str(path), None)
        table.add_row(name, loaded.scenario.title if loaded else "not readable")
    console = PlainConsole()
    console.print(table)
    table = Table("experiment", "question", box=None, pad_edge=False)
    for name, path in shipped_experiments().items():
        table.add_row(name, load_experiment(str(path)).experiment.question)
    console.print()
    console.print(table)
    return 0
