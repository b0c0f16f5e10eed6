"""``simdiff check`` and ``simdiff list``."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from simdiff.cli import BAD_INPUT
from simdiff.scenario import Loaded, ScenarioError, load_scenario, shipped_scenarios


def load_or_none(scenario: str, schools: Path | None) -> Loaded | None:
    """Load a scenario; print its problems on standard error and return None if there are any."""
    try:
        return load_scenario(Path(scenario), schools)
    except ScenarioError as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(str(error))
        return None


def check_command(files: list[str], schools: Path | None) -> int:
    """Check each file; 0 if all are good."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    good = True
    for file in files:
        loaded = load_or_none(file, schools)
        good = good and loaded is not None
        if loaded is not None:
            console.print(f"{file}: good ({loaded.scenario.title})")
            for note in loaded.notes:
                console.print(f"  note: {note}")
    return 0 if good else BAD_INPUT


def list_command() -> int:
    """Shipped scenarios with their titles."""
    table = Table("name", "title", box=None, pad_edge=False)
    for name, path in shipped_scenarios().items():
        loaded = load_or_none(str(path), None)
        table.add_row(name, loaded.scenario.title if loaded else "not readable")
    Console(highlight=False).print(table)
    return 0
