"""The one module that writes, piece by piece: who may read what, places in a file, names of bytes, texts of cells.

A disk that fails is tested with those who write on it (``test_store_faults.py``, ``tests/cli/test_faulty_disk.py``).
"""

import csv
import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simdiff.study import files
from simdiff.study.files import TEMPORARY, checksum, csv_bytes, digest, inert, move, parquet_bytes, write_file, writing
from simdiff.study.tables import pa


@pytest.fixture
def umask() -> Iterator[None]:
    """Puts back the permissions that are usual here."""
    usual = os.umask(0)
    os.umask(usual)
    yield
    os.umask(usual)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664), (0, 0o666)])
def test_a_new_file_is_as_open_as_the_user_has_it(tmp_path: Path, umask: None, mask: int, expected: int) -> None:
    """Catches files that nobody else may read, or everybody may write, and permissions that stay changed."""
    os.umask(mask)
    write_file(tmp_path / "a", b"x")
    assert mode(tmp_path / "a") == expected
    assert os.umask(mask) == mask


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o644, 0o666, 0o604, 0o777])
def test_a_file_that_was_there_keeps_who_may_read_it(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(kept)
    write_file(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", kept)


def test_what_belongs_to_root_alone_is_not_handed_on(tmp_path: Path) -> None:
    """Of a program that runs as its owner, a new content does not."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o4755)
    write_file(path, b"new")
    assert mode(path) == 0o755


def test_a_file_that_may_not_be_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename would not ask. (Root may write everything, so the system's answer is made up.)"""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, how: how != os.W_OK)
    with pytest.raises(PermissionError) as told:
        write_file(path, b"new")
    assert (told.value.errno, told.value.filename) == (errno.EACCES, str(path))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="a"):
        write_file(tmp_path / "a", b"new")
    assert not (tmp_path / "elsewhere").exists()


def test_places_in_a_file(tmp_path: Path) -> None:
    """From the start unless told otherwise, from here, from the end; a write says how much it wrote."""
    with writing(tmp_path / "a") as file:
        assert file.writable()
        assert file.seekable()
        assert file.write(b"0123456789") == 10
        assert file.seek(2) == 2
        assert file.write(memoryview(b"ab")) == 2
        assert file.seek(1, 1) == 5
        assert file.write(b"c") == 1
        assert file.seek(-1, 2) == 9
        assert file.write(b"") == 0
        file.write(b"d")
    assert (tmp_path / "a").read_bytes() == b"01ab4c678d"


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    """A library that has not given up would write into what has the file's number next."""
    with writing(tmp_path / "a") as file:
        file.write(b"x")
    for late in (lambda: file.write(b"y"), lambda: file.seek(0)):
        with pytest.raises(ValueError, match="closed file"):
            late()


def test_an_error_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def give_up() -> None:
        with writing(tmp_path / "a") as file:
            file.write(b"half")
            assert [name.startswith(TEMPORARY) for name in sorted(os.listdir(tmp_path))] == [True, False]
            raise KeyError

    with pytest.raises(KeyError):
        give_up()
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_an_error_is_told_though_somebody_took_the_unfinished_file_away(tmp_path: Path) -> None:
    def give_up() -> None:
        with writing(tmp_path / "a"):
            for name in os.listdir(tmp_path):
                os.unlink(tmp_path / name)
            raise KeyError

    with pytest.raises(KeyError):
        give_up()


def test_moving_takes_the_place_of_what_has_the_name(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    move(tmp_path / "a", tmp_path / "b")
    assert os.listdir(tmp_path) == ["b"]
    assert (tmp_path / "b").read_bytes() == b"a"
    with pytest.raises(FileNotFoundError) as told:
        move(tmp_path / "c", tmp_path / "b")
    assert told.value.filename == str(tmp_path / "c")


@pytest.mark.parametrize(("number", "raised"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)])
def test_folders_are_flushed_where_that_can_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int,
                                                    raised: bool) -> None:  # fmt: skip
    """Some shares cannot flush a folder; a disk that fails is told. Every handle is given back."""
    opened = []
    really = os.open

    def remember(path: Path, flags: int) -> int:
        opened.append(really(path, flags))
        return opened[-1]

    def fail(handle: int) -> None:
        assert handle in opened
        raise OSError(number, "made up")

    monkeypatch.setattr(os, "open", remember)
    monkeypatch.setattr(os, "fsync", fail)
    if raised:
        with pytest.raises(OSError, match="made up"):
            files._flush_folder(tmp_path)
    else:
        files._flush_folder(tmp_path)
    assert len(opened) == 1
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


@pytest.mark.parametrize("system", ["nt", "java", "riscos"])
def test_other_systems_flush_folders_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(os, "open", lambda path, flags: opened.append(path))
    monkeypatch.setattr(os, "name", system)
    files._flush_folder(tmp_path)
    monkeypatch.undo()
    assert opened == []


def test_names_of_bytes_and_of_plain_data() -> None:
    """BLAKE2b of 16 bytes: of nothing, as the reference implementation has it; data by its sorted text, but for what
    it says under ``checksum``."""
    assert digest(b"") == "cae66941d9efbd404e4d88758ea67670"
    said = {"z": [1, "é"], "a": None}
    assert (
        checksum(said)
        == checksum({"a": None, "checksum": "x", "z": [1, "é"]})
        == digest('{"a": null, "z": [1, "é"]}'.encode())
    )
    assert checksum(said) != checksum(said | {"a": 0})


def test_tables_have_checksums_of_their_pages_and_are_packed() -> None:
    content = parquet_bytes(pa.table({"x": list(range(1000))}))
    part = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0)
    assert part.compression == "ZSTD"
    at = len(content) // 3
    spoilt = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    with pytest.raises(OSError, match=r"checksum|CRC"):
        pq.ParquetFile(io.BytesIO(spoilt), page_checksum_verification=True).read()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("@x", "'@x"), ("\t=1", "'\t=1"), ("-x", "'-x"), ("-3", "-3"),
        ("-3.25", "-3.25"), ("-3.", "'-3."), ("-3+1", "'-3+1"), ("plain", "plain"), ("a=1", "a=1"), ("", ""),
        ("a\r\nb\rc", "a\nb\nc"), ("\r=1", "'\n=1"), ("＝1", "'＝1"), (-3.5, -3.5), (None, None), (True, True),
    ],
)  # fmt: skip
def test_texts_that_a_spreadsheet_might_run(said: object, written: object) -> None:
    assert inert(said) == written


def test_rows_of_a_table_as_text() -> None:
    """By hand: heads and texts are made inert, numbers stay, what is not known is empty, every row ends alike."""
    rows = [{"=a": "x,y", "b": 1.5}, {"=a": None, "b": -2}, {"=a": "@z", "b": ""}]
    content = csv_bytes(rows)
    assert content == b"'=a,b\n\"x,y\",1.5\n,-2\n'@z,\n"
    assert list(csv.reader(io.StringIO(content.decode())))[1] == ["x,y", "1.5"]
    assert csv_bytes([{"a": 1}]) == b"a\n1\n"
