"""Carlson's network from its files: read whole, refused with the place of every fault, absent without a word."""

from pathlib import Path

import pytest

from simdiff.scenario import ScenarioError
from simdiff.scenario.leaders import ADOPTED, EDGES, FIRST_YEAR, NODES, read_network

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "diffusion"
NEW = [1, 4, 10, 12, 8, 3]
"""Carlson's new adopters by year, as printed."""


def rows() -> list[str]:
    """Made-up leaders L1 … L38 with Carlson's counts."""
    years = [FIRST_YEAR + n for n, count in enumerate(NEW) for _ in range(count)]
    return [f"L{n + 1},{year}" for n, year in enumerate(years)]


def write(folder: Path, leaders: list[str], names: list[str], head: str = "id,adoption_year") -> Path:
    (folder / NODES).write_text("\n".join([head, *leaders]) + "\n", encoding="utf-8")
    (folder / EDGES).write_text("\n".join(["chooser,chosen", *names]) + "\n", encoding="utf-8")
    return folder


def told(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_network(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_network_is_read(tmp_path: Path) -> None:
    """Catches years off by one, ties turned round, ids taken for positions, and counts that are not Carlson's."""
    network = read_network(write(tmp_path, rows()[::-1], ["L3,L1", "L38,L2"]))
    assert network is not None
    assert network.leaders[0] == "L38"
    assert network.year == tuple(sorted(network.year, reverse=True))
    assert (network.year[0], network.year[-1]) == (6, 1)
    assert network.names == ((35, 37), (0, 36))
    assert list(ADOPTED) == [sum(NEW[: n + 1]) for n in range(6)]


def test_absent_data_is_no_error(tmp_path: Path) -> None:
    """Catches an error, or an empty network, where there is none; and one file without the other taken for absence."""
    assert read_network(tmp_path) is None
    assert read_network(tmp_path / "nowhere") is None
    write(tmp_path, rows(), [])
    (tmp_path / EDGES).unlink()
    assert [EDGES in line and "expected both or none" in line for line in told(tmp_path)] == [True]


def test_every_fault_is_told_at_its_line(tmp_path: Path) -> None:
    """Catches a fault that hides another, is placed wrongly, or passes."""
    leaders = rows()
    leaders[1], leaders[2], leaders[3] = "L1,1959", "L3,1964", " ,1959"
    found = told(write(tmp_path, leaders, ["L1,L3", "L1,L3", "L5,L5", "L5,L99"]))
    wanted = [
        (f"{EDGES}:3:1:", '"L1" names "L3" twice'),
        (f"{EDGES}:4:1:", '"L5" names itself'),
        (f"{EDGES}:5:1:", 'unknown leader "L99"'),
        (f"{NODES}:3:1 id:", 'found "L1", expected each leader once'),
        (f"{NODES}:4:1 adoption_year:", 'found "1964", expected a year from 1958 to 1963'),
        (f"{NODES}:5:1 id:", 'found " "'),
    ]
    assert len(found) == len(wanted)
    for line, (place, text) in zip(found, wanted, strict=True):
        assert place in line
        assert text in line


def test_a_missing_column_is_told_alone(tmp_path: Path) -> None:
    """Catches a column guessed by position, and a flood of unknown leaders where none could be read."""
    found = told(write(tmp_path, rows(), ["L1,L2"], head="id,adoption_years"))
    assert len(found) == 1
    assert "no columns `adoption_year`" in found[0]
    assert "did you mean `adoption_years`" in found[0]


def test_other_counts_are_not_carlsons(tmp_path: Path) -> None:
    """Catches another network taken for Carlson's: a leader moved from 1959 to 1960."""
    leaders = rows()
    leaders[4] = "L5,1960"
    found = told(write(tmp_path, leaders, []))
    assert len(found) == 1
    assert "found 1, 4, 15, 27, 35, 38" in found[0]


def test_the_real_network() -> None:
    """Its published size (Pajek ModMath): 38 leaders, 76 ties, 8 of them without any. Catches ties lost on the way."""
    network = read_network(REAL)
    if network is None:
        pytest.skip("not run: data absent")
    tied = {leader for pair in network.names for leader in pair}
    assert (len(network.leaders), len(network.names), 38 - len(tied)) == (38, 76, 8)
