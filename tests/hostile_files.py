"""Files that were made to break whoever reads them, by name: where each lies, and the command that is to refuse it.

``python hostile_files.py JOBS`` runs every command in one process and prints, as lines of JSON, the exit code, what
was printed and by how much the process grew (importable too, for the test).
"""

import base64
import gc
import gzip
import io
import json
import os
import resource
import signal
import sys
import time
import traceback
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HUNG = 60
"""Seconds after which a command is said to hang."""
SCENARIO = """\
format: 1
name: mine
title: Mine
years: 1
where:
  districts:
    north:
      title: North
      rows: {d: n}
      fill: {coordinates: drawn}
      TIES
  table: {path: FILE, columns: {id: id, teachers: teachers, low_income: poor}}
practices: {personal-learning-paths: {}}
"""
SCHOOLS = "id,teachers,poor,d\na,20,.5,n\nb,30,.4,n\n"
LAYOUT = "SURVYEAR,FIPST,STABR,STATENAME,SEANAME,LEAID,ST_LEAID,LEA_NAME,SCHID,ST_SCHID,NCESSCH,SCH_NAME,FTE\n"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
MEGA, BILLION = 1_000_000, 1_000_000_000


def often(content: bytes, times: int) -> bytes:
    """A gzip file of ``times`` × ``content``, made from one member."""
    return gzip.compress(content, 9) * times


def zipped(members: dict[str, bytes], lie: int | None = None) -> bytes:
    """A zip file; ``lie``: the size that its directory tells of every member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        for one in archive.infolist() if lie is not None else ():
            one.file_size = lie
    return buffer.getvalue()


@lru_cache
def rle(rows: int) -> bytes:
    """A small Parquet file of very many rows."""
    table, buffer = pa.table({"value": pa.array(np.zeros(rows // 100, bool))}), io.BytesIO()
    with pq.ParquetWriter(buffer, table.schema, compression="zstd") as writer:
        for _ in range(100):
            writer.write_table(table, row_group_size=rows)
    return buffer.getvalue()


@lru_cache
def long_texts(rows: int, length: int) -> bytes:
    """A small Parquet file in which one long text stands very often."""
    buffer = io.BytesIO()
    text = pa.array(["x" * length])
    table = pa.table({name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), text)
                      for name in ("outcome", "value")})  # fmt: skip
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def nested() -> bytes:
    """A Parquet file whose cells are lists."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({"value": [[[1.0]] * 3]}), buffer)
    return buffer.getvalue()


def svg(story: bytes, head: bytes = b"") -> bytes:
    return (b'<?xml version="1.0"?>' + head + b'<svg xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>'
            + story + b"</dc:description></svg>")  # fmt: skip


def html(story: bytes) -> bytes:
    return b'<html><script type="application/json" id="simdiff-story">' + story + b"</script></html>"


def pdf(length: int) -> bytes:
    """A PDF file with an attachment of ``length`` zeros."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, StreamObject

    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(9, 9)
    writer.add_attachment("story.json", b"{}")
    stream = StreamObject()
    stream.update({NameObject("/Type"): NameObject("/EmbeddedFile"), NameObject("/Filter"): NameObject("/FlateDecode")})
    squeeze = zlib.compressobj(9)
    stream._data = b"".join(squeeze.compress(bytes(MEGA)) for _ in range(length // MEGA)) + squeeze.flush()
    for one in writer._objects:
        if isinstance(one, StreamObject) and one.get("/Type") == "/EmbeddedFile":
            one.clear()
            one.update(stream)
            one._data = stream._data
    writer.write(buffer)
    return buffer.getvalue()


def story(**said: object) -> bytes:
    """A memo's story whose plan asks for too much."""
    from simdiff.analysis.matched import Asked
    from simdiff.report.memo.content import Wish

    cells = "simdiff:" + base64.b64encode(zlib.compress(b"[]")).decode()
    plan = {"cells": cells, "draws": 0, "stages": [], "seed": 1, "name": "x", "title": "x", "keep": {}, **said}
    told = {"program": "simdiff", "format": 1, "kind": "memo", "plan": plan, "numbers": [], "results": "", "title": "",
            "asked": Wish("", Asked(), "").said(), "results_digest": "", "partial": "", "drawn_with": {},
            "versions": {}, "experiment": {}, "beyond": 0}  # fmt: skip
    return json.dumps(told).encode()


def tables() -> Iterator[tuple[str, str, bytes]]:
    """School tables: name, file, content."""
    many = often(SCHOOLS.encode() + b"c,20,.5,n\n" * MEGA, 200)
    yield "a billion lines", "t.csv.gz", often(b"\n" * 10 * MEGA, 100)
    yield "a billion rows", "t.csv.gz", many
    yield "a line without end", "t.csv.gz", often(bytes(10 * MEGA), 100)
    yield "a row without end", "t.csv.gz", often(b"," * 10 * MEGA, 100)
    yield "a cell without end", "t.csv.gz", often(b'"' + b"x\n" * 5 * MEGA, 100)
    yield "very wide", "t.csv", (b"," * 90_000 + b"\n") * 300
    yield "all wrong", "t.csv", SCHOOLS.encode() + b"z,x,y,n\n" * 400_000


def graphs() -> Iterator[tuple[str, bytes]]:
    """Networks as GraphML."""
    yield "laughs", (LAUGHS + "<graphml>&i;</graphml>").encode()
    yield (
        "laughs in UTF-16",
        ('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + "<graphml>&i;</graphml>").encode("utf-16"),
    )
    yield "deep", b"<graphml>" + b"<a>" * MEGA
    keys = b"".join(b'<key id="k%d"/>' % n for n in range(100_000))
    nodes = b"".join(b'<node id="n%d"><data key="k%d">a</data></node>' % (n, n) for n in range(100_000))
    yield "kinds without end", b"<graphml>" + keys + b'<graph edgedefault="directed">' + nodes + b"</graph></graphml>"
    yield "nodes without end", b"<graphml><graph>" + b"<x/>" * 4_500_000 + b"</graph></graphml>"


def memos() -> Iterator[tuple[str, str, bytes]]:
    """Memos: name, suffix, content."""
    lists = b"[" + b"[]," * (4 * MEGA) + b"[]]"
    yield "lists", "html", html(lists)
    yield "deep", "html", html(b"[" * MEGA)
    yield "comments without end", "html", b"<!--" * MEGA
    yield "tags without end", "html", b"<a" * MEGA
    yield "declarations without end", "html", b"<![" * MEGA
    yield "attributes without end", "html", b"<a " + b"b='" * MEGA + b">"
    yield "draws", "html", html(story(draws=10**12))
    yield "stages", "html", html(story(stages=[{"runs": [["x", 0, 10**15]], "draws": [0, 10**15]}]))
    part = "customXml/simdiff-story.xml"
    yield "zip bomb", "docx", zipped({part: bytes(200 * MEGA)})
    yield "zip bomb that lies", "docx", zipped({part: bytes(200 * MEGA)}, lie=100)
    yield "elements", "docx", zipped({part: b"<story>" + b"<a/>" * (4 * MEGA) + b"</story>"})
    yield "laughs", "docx", zipped({part: (LAUGHS + "<story>&i;</story>").encode()})
    told = ('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + "<story>&i;</story>").encode("utf-16")
    yield "laughs in UTF-16", "docx", zipped({part: told})
    yield "lists", "docx", zipped({part: b"<story>" + lists + b"</story>"})
    yield "flate bomb", "pdf", pdf(300 * MEGA)


def figures() -> Iterator[tuple[str, str, bytes]]:
    """Figures: name, suffix, content."""
    lists = b"[" + b"[]," * (4 * MEGA) + b"[]]"
    word = b"simdiff:" + base64.b64encode(zlib.compress(b"[" + b"[]," * (5 * MEGA) + b"[]]", 9))
    yield "lists", "svg", svg(lists)
    yield "deep", "svg", svg(b"[" * MEGA)
    yield "laughs", "svg", svg(b"&i;", LAUGHS.replace("!DOCTYPE x", "!DOCTYPE svg").encode())
    yield "lists", "pdf", b"%PDF-1.4\n<< /Keywords (" + word + b") >>"
    yield "text", "png", png(b"zTXt", b"Description\0\0" + zlib.compress(bytes(100 * MEGA), 9))
    yield "text of lists", "png", png(b"tEXt", b"Description\0" + lists)
    yield "comment", "gif", b"GIF89a\1\0\1\0\0\0\0!\xfe" + (b"\xff" + b"x" * 255) * 300_000 + b"\0;"
    yield "pixels", "png", png(b"tEXt", b"a\0b", side=2**31 - 1)


def png(kind: bytes, content: bytes, side: int = 1) -> bytes:
    """A PNG file of one chunk besides its head."""
    parts = [(b"IHDR", side.to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"), (kind, content), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(told).to_bytes(4, "big") + name + told + zlib.crc32(name + told).to_bytes(4, "big") for name, told in parts
    )


def public() -> Iterator[tuple[str, str, bytes]]:
    """Public files as downloaded."""
    yield "gz bomb", "p.csv.gz", often(bytes(10 * MEGA), 400)
    yield "zip bomb", "p.zip", zipped({"a.csv": bytes(200 * MEGA)})
    yield "zip bomb that lies", "p.zip", zipped({"a.csv": bytes(200 * MEGA)}, lie=100)
    yield "members without end", "p.zip", zipped({f"{n}.csv": b"" for n in range(20_000)})
    row = b"2014,1,AL,,,0100005,,B,,,010000500870,A,9\n"
    yield "a billion rows", "p.csv.gz", often(LAYOUT.encode() + row * MEGA, 30)


def results(swept: Path, run: Path) -> Iterator[tuple[str, Path, Callable[[Path], None]]]:
    """Folders of results, each as a copy of a good one to which something is done."""
    lists = b"[" + b"[]," * (4 * MEGA) + b"[]]"

    def put(name: str, content: bytes) -> Callable[[Path], None]:
        return lambda folder: [path.write_bytes(content) for path in folder.glob(name)] and None

    def sparse(name: str) -> Callable[[Path], None]:
        return lambda folder: os.truncate(folder / name, 10**12)

    for name in ("sweep.json",):
        yield f"{name}: lists", swept, put(name, lists)
        yield f"{name}: deep", swept, put(name, b"[" * MEGA)
        yield f"{name}: a terabyte", swept, sparse(name)
    for part in ("design", "draws", "schools"):
        yield f"{part}: rows", swept, resealed(f"{part}-*.parquet", rle(BILLION))
        yield f"{part}: texts", swept, resealed(f"{part}-*.parquet", long_texts(MEGA, MEGA))
    yield "provenance.json: lists", run, put("provenance.json", lists)
    for name in ("schools.json", "scenario.yaml"):
        yield f"{name}: lists", run, in_run(name, lists)
    yield "provenance.json: a terabyte", run, sparse("provenance.json")
    for name in ("yearly", "monthly", "whole_run", "ledger"):
        yield f"{name}: rows", run, in_run(f"{name}.parquet", rle(BILLION))
    yield "yearly: texts", run, in_run("yearly.parquet", long_texts(MEGA, MEGA))
    yield "yearly: nested", run, in_run("yearly.parquet", nested())
    yield "yearly: a terabyte", run, sparse("yearly.parquet")
    yield "yearly: no table", run, in_run("yearly.parquet", b"PAR1" + bytes(40) + b"PAR1")


def in_run(name: str, content: bytes) -> Callable[[Path], None]:
    """Another file of a run, under a checksum that fits it."""
    from simdiff.study.files import checksum, digest

    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)
        said = json.loads((folder / "provenance.json").read_text())
        said["results"][name] = digest(content)
        said["checksum"] = checksum(said)
        (folder / "provenance.json").write_text(json.dumps(said))

    return change


def resealed(pattern: str, content: bytes) -> Callable[[Path], None]:
    """Another part of a sheet, under the name and the checksum that fit it."""
    from simdiff.study.files import checksum, digest

    def change(folder: Path) -> None:
        [old] = folder.glob(pattern)
        name = f"{old.name.partition('-')[0]}-{digest(content)}.parquet"
        (folder / name).write_bytes(content)
        said = json.loads((folder / "sweep.json").read_text())
        said["parts"] = sorted(name if one == old.name else one for one in said["parts"])
        said["checksum"] = checksum(said)
        (folder / "sweep.json").write_text(json.dumps(said))

    return change


def told(words: list[str]) -> tuple[int, str]:
    """What a command returns and prints; -1 and the traceback if it raises, or hangs."""
    from simdiff.cli import app

    out = io.StringIO()

    def hangs(*_: object) -> None:
        raise TimeoutError(f"hangs: {words}")

    signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HUNG)
    try:
        with redirect_stdout(out), redirect_stderr(out):
            app(words)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    except BaseException:
        return -1, traceback.format_exc()
    finally:
        signal.alarm(0)
    return 0, out.getvalue()


def peak() -> float:
    """Most memory that this process has held, in MB: since the last time it was asked where Linux tells, else ever."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    most = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return int(most.split()[1]) / 1e3


def main(jobs: Path) -> None:
    """Run the commands of a file of jobs (name, words), and print what became of each."""
    for name, words in json.loads(jobs.read_text()):
        gc.collect()
        peak()
        before, began = peak(), time.process_time()
        code, said = told(words)
        found = {"name": name, "code": code, "said": said[-1500:], "grown": peak() - before}
        print(json.dumps({**found, "seconds": time.process_time() - began}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
