"""Results that the tests of charts share; nobody writes into them."""

from pathlib import Path

import pytest
from small_results import run_pair, sweep_pair, write_pair


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    write_pair(folder)
    return run_pair(folder)


@pytest.fixture(scope="session")
def drawn_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with parameter draws."""
    folder = tmp_path_factory.mktemp("drawn")
    write_pair(folder)
    return run_pair(folder, replicates=3, draws=4)


@pytest.fixture(scope="session")
def sweep_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trio")
    write_pair(folder)
    return sweep_pair(folder)
