"""The story of a figure: what it shows, the numbers it draws, where they come from, and all that is needed to draw it
again. It travels inside the picture's file, so that the file alone is enough.

=====  ==========================================================================
file   where the story is
=====  ==========================================================================
PNG    text chunk ``Description`` (iTXt), as JSON
SVG    ``<metadata>``, ``dc:description``, as JSON; ``<title>`` and ``<desc>`` say the chart in words
PDF    document information, ``Keywords``, packed; ``Title`` and ``Subject`` say the chart in words
GIF    comment, packed
=====  ==========================================================================

*Packed*: ``simdiff:`` and the JSON, compressed (zlib) and in base64, so that nothing in it needs an escape.
"""

import base64
import hashlib
import json
import platform
import zlib
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import ft2font

import simdiff
from simdiff.analysis.results import Results
from simdiff.report.charts import Size
from simdiff.report.figure import Chart, Plate
from simdiff.report.provenance import CAVEAT, commit
from simdiff.scenario import Experiment, Loaded
from simdiff.study.cells import make_cell, scenario_of
from simdiff.study.draws import parameter_draws
from simdiff.study.files import digest
from simdiff.study.plan import Plan, stages_told
from simdiff.study.reading import parsed
from simdiff.study.run_folder import schools_bytes, schools_of
from simdiff.study.version import versions

FORMAT = 1
MOST_NUMBERS = 400_000
"""Bytes of numbers that a story carries; more lie in the CSV beside the figure only."""
MOST_BYTES = 64_000_000
"""Bytes of a story, unpacked, that are read."""
MOST_DRAWS = 100_000
"""Parameter draws of a story; experiments may not have more either."""
MARK = "simdiff:"


class StoryError(Exception):
    """The file is no figure of simdiff, or its story cannot be read."""


def story_of(chart: Chart, results: Results, size: Size, command: str) -> dict[str, Any]:
    """The story of a chart. ``command``: what draws it."""
    story = {
        **_told(chart, chart.asked.kind, command),
        "results": results.reproduce,
        "results_digest": results.digest,
        "partial": results.partial,
        "asked": chart.asked.said(),
        "size": size.name,
        "beyond": results.count - len(chart.plan.cells),
        "plan": plan_said(chart.plan),
        "versions": dict(chart.plan.versions),
    }
    return story | {"checksum": checksum(story)}


def plate_story(plate: Plate, command: str) -> dict[str, Any]:
    """The story of a picture of a long study: ``command`` makes it again. It has no plan, so it is not replayed."""
    story = {**_told(plate, plate.kind, command), "study": plate.study, "versions": versions()}
    return story | {"checksum": checksum(story)}


def _told(chart: Chart | Plate, kind: str, command: str) -> dict[str, Any]:
    """What every story says."""
    numbers = chart.csv()
    return {
        "program": "simdiff",
        "format": FORMAT,
        "kind": kind,
        "title": chart.title,
        "caption": chart.caption,
        "alt": chart.alt,
        "caveat": CAVEAT,
        "command": command,
        "numbers_digest": digest(numbers),
        "numbers": numbers.decode() if len(numbers) <= MOST_NUMBERS else None,
        "drawn_with": drawn_with(),
        "commit": commit(),
    }


def checksum(story: Mapping[str, Any]) -> str:
    """Hash of a story, its own checksum apart."""
    rest = {name: value for name, value in story.items() if name != "checksum"}
    return digest(json.dumps(rest, sort_keys=True).encode())


def drawn_with() -> dict[str, str]:
    """What decides the bytes of a picture, besides its numbers."""
    package = Path(simdiff.__file__).parent
    sources = b"".join(path.read_bytes() for path in sorted(package.glob("report/**/*.py")))
    return {
        "simdiff": simdiff.__version__,
        "drawing": hashlib.blake2b(sources, digest_size=8).hexdigest(),
        "matplotlib": matplotlib.__version__,
        "freetype": ft2font.__freetype_version__,
        "pillow": version("pillow"),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def plan_said(plan: Plan) -> dict[str, Any]:
    """A plan as plain data; scenarios, schools and draws are packed, since nobody reads them here."""
    experiment = plan.experiment
    cells = [
        {"id": cell.id, "name": cell.name, "scenario": cell.scenario, "levels": dict(cell.levels),
         "text": json.loads(cell.text), "schools": json.loads(schools_bytes(cell.schools))}
        for cell in plan.cells
    ]  # fmt: skip
    prior = list(plan.draws) == parameter_draws(experiment.seed, len(plan.draws)) if plan.draws != ({},) else False
    return {
        "name": experiment.name,
        "title": experiment.title,
        "seed": experiment.seed,
        "keep": experiment.keep.model_dump(mode="json"),
        "draws": len(plan.draws) if prior else pack(plan.draws),
        "stages": [{"runs": [list(run) for run in stage.runs], "draws": list(stage.draws)} for stage in plan.stages],
        "cells": pack(cells),
        **({"factors": _factors_said(experiment)} if experiment.factors else {}),
    }


def _factors_said(experiment: Experiment) -> dict[str, Any]:
    """What cells are compared by: factors, design, and names of scenarios (options are named by them)."""
    said = experiment.model_dump(mode="json", exclude_unset=True, include={"factors"})
    return {**said, "design": {"kind": experiment.design.kind}, "scenarios": list(experiment.scenarios)}


def plan_of(story: Mapping[str, Any]) -> Plan:
    """The plan of a story, to run again; scenarios are taken as they stand, whatever id they had.

    Raises StoryError, or what pydantic and Python raise for data of another form.
    """
    said = story["plan"]
    packed = unpack(said["cells"])
    cells = tuple(
        make_cell(Loaded(scenario_of(json.dumps(one["text"])), one["text"], (), schools_of(one["schools"]), ()),
                  one["name"], one["scenario"], one["levels"])
        for one in packed
    )  # fmt: skip
    draws = said["draws"]
    if isinstance(draws, int) and not 0 <= draws <= MOST_DRAWS:
        raise ValueError("draws that nobody can ask for")
    chosen = parameter_draws(said["seed"], draws) if isinstance(draws, int) else unpack(draws)
    varied = dict(said.get("factors", {}))
    names = varied.pop("scenarios", [cell.scenario for cell in cells])
    experiment = Experiment.model_validate({
        "format": 1, "name": said["name"], "title": said["title"], "seed": said["seed"], "keep": said["keep"],
        "scenarios": {name: {"scenario": name} for name in names}, **varied,
        "replicates": 1, "draws": 0 if list(chosen) == [{}] else len(chosen),
    })  # fmt: skip
    now = {one["id"]: cell.id for one, cell in zip(packed, cells, strict=True)}
    told = stages_told(said["stages"], set(now), max(1, len(chosen)))
    stages = tuple(
        replace(stage, runs=tuple((now[cell], start, stop) for cell, start, stop in stage.runs)) for stage in told
    )
    return Plan(experiment, cells, tuple(chosen), stages, story["versions"], {cell.id: cell for cell in cells})


def told_ids(story: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names of the cells of a story, and the ids that they had."""
    return [(one["name"], one["id"]) for one in unpack(story["plan"]["cells"])]


def pack(value: Any) -> str:
    """Plain data as one word of letters that need no escape."""
    return MARK + base64.b64encode(zlib.compress(json.dumps(value).encode(), 9)).decode()


def unpack(word: str) -> Any:
    """Back from ``pack``. Raises StoryError if the word is none, or holds more than ``MOST_BYTES``."""
    try:
        stream = zlib.decompressobj()
        content = stream.decompress(base64.b64decode(word.removeprefix(MARK), validate=True), MOST_BYTES)
        if not stream.eof:
            raise StoryError("its story is cut off, or larger than any that simdiff writes")
        return parsed(content)
    except (ValueError, zlib.error) as error:
        raise StoryError(f"its story cannot be read ({error})") from None
