"""A chunk that somebody made: its bytes fit its name, and it is no chunk of the sweep. It is told, not read as one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from sweep_helpers import TINY, swept, tiny_plan

from simdiff.cli import app
from simdiff.study.chunk_folder import Rows, scan
from simdiff.study.files import digest, parquet_bytes
from simdiff.study.plan import Plan
from simdiff.study.reading import read_parquet
from simdiff.study.sheet import CHUNKS, SheetError

COMMANDS = (
    ["export", "--to", "csv"],
    ["compare"],
    ["memo", "--format", "html", "--question", "?"],
    ["chart", "levers"],  # reads every cell, whichever has the first chunk by name
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    folder = tmp_path_factory.mktemp("sound")
    plan = tiny_plan(folder, TINY.replace("replicates: 12", "replicates: 2"))
    swept(folder / "sweep", plan)
    return folder / "sweep", plan


@pytest.fixture
def folder(sound: tuple[Path, Plan], tmp_path: Path) -> Path:
    return shutil.copytree(sound[0], tmp_path / "sweep")


def put(folder: Path, change: Callable[[pa.Table], bytes]) -> Path:
    """Put another file in the place of the first chunk, under the name that fits it."""
    old = sorted((folder / CHUNKS).glob("*.parquet"))[0]
    content = change(read_parquet(old))
    new = old.with_name(f"{old.name.partition('-')[0]}-{digest(content)}.parquet")
    old.unlink()
    new.write_bytes(content)
    return new


def of(name: str, value: object, kind: pa.DataType) -> Callable[[pa.Table], bytes]:
    """A chunk with one value in all rows of a column."""

    def change(table: pa.Table) -> bytes:
        at = table.schema.get_field_index(name)
        return parquet_bytes(table.set_column(at, name, pa.array([value] * table.num_rows, kind)))

    return change


DAMAGED: dict[str, Callable[[pa.Table], bytes]] = {
    "garbage": lambda table: b"PAR1 garbage PAR1",
    "nothing": lambda table: b"",
    "says nothing": lambda table: parquet_bytes(table.replace_schema_metadata({})),
    "no JSON": lambda table: parquet_bytes(table.replace_schema_metadata({"simdiff": "{"})),
    "a list": lambda table: parquet_bytes(table.replace_schema_metadata({"simdiff": "[]"})),
    "deep": lambda table: parquet_bytes(table.replace_schema_metadata({"simdiff": "[" * 100_000})),
}
FOREIGN: dict[str, Callable[[pa.Table], bytes]] = {
    "a replicate far out": of("replicate", 2**31 - 1, pa.int32()),
    "a replicate below zero": of("replicate", -1, pa.int32()),
    "a draw far out": of("draw", 10**9, pa.int32()),
    "replicates as texts": of("replicate", "x", pa.string()),
    "no replicates": of("replicate", None, pa.int32()),
    "no column of replicates": lambda table: parquet_bytes(table.drop_columns(["replicate"])),
    "no column of outcomes": lambda table: parquet_bytes(table.drop_columns(["depth", "spread"])),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_made_up_chunk_is_damaged(folder: Path, sound: tuple[Path, Plan], name: str) -> None:
    """Catches a traceback on a file whose name fits its bytes, which anybody can make."""
    path = put(folder, DAMAGED[name])
    assert scan(folder, sound[1], verify=True).damaged == (path,)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_chunk_of_another_form_is_told(folder: Path, sound: tuple[Path, Plan], name: str) -> None:
    """Catches rows that are written over others, a grid as large as a made-up number, and a column that is missing."""
    path = put(folder, FOREIGN[name])
    rows = Rows(sound[1], scan(folder, sound[1], verify=True))
    with pytest.raises(SheetError, match=path.name):
        list(rows.cells(["depth"]))


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("name", ["garbage", "a replicate far out", "no column of outcomes"])
def test_commands_refuse_made_up_chunks(folder: Path, name: str, words: list[str], capsys: pytest.CaptureFixture[str],
                                        ) -> None:  # fmt: skip
    """Catches a traceback, and an answer that says nothing of what is missing."""
    put(folder, (DAMAGED | FOREIGN)[name])
    code, said = ended([words[0], str(folder), *words[1:]], capsys)
    assert code in ((2, 3) if name == "garbage" else (2,)), said
    assert name == "garbage" or "not a chunk of this sweep" in said, said


def ended(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        app(words)
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out + told.err
