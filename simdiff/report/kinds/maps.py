"""The schools of one world, where they lie: at chosen months (``map``), with who has contact with whom (``network``),
and month after month (``animation``)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from simdiff.analysis.results import Results, narrowed
from simdiff.model.state import CONVENED, NEAR, PARTNERED, STAGES
from simdiff.report.asked import Asked, ChartError, chosen_cells, chosen_practice, pick
from simdiff.report.captions import caption, more_cells, place_title, titled, when
from simdiff.report.charts import EM, GREY, INK, LINE, STAGE_COLOURS, Size, house, plain, sheet
from simdiff.report.figure import Chart, Row
from simdiff.report.words import number
from simdiff.study.again import Schools, asked_runs, schools_at, world_again
from simdiff.study.cells import Cell, scenario_of
from simdiff.study.plan import Stage

MOST_MOMENTS = 6
USUAL_YEARS = (1, 3, 5, 10)
MOST_FRAMES = 120
STEP = 4
"""Months between the frames of an animation, left out."""
SMALL = Size("animation", 5.0, 100, 8.5)
"""Frames are of one size: an animation is for screens, and has to stay small."""
MARKERS = {"none": "o", "explore": "o", "install": "o", "initial": "o", "full": "o", "dropped": "X"}
HOLLOW = ("explore", "install")
"""Stages drawn as rings: not in use yet."""
WORDS = {"none": "none", "explore": "exploring", "install": "installing", "initial": "initial use",
         "full": "full use", "dropped": "dropped"}  # fmt: skip
LAYERS = {
    NEAR: ("near", "#8a8a8a", 0.35),
    CONVENED: ("convened", "#CC79A7", 0.22),
    PARTNERED: ("partner", INK, 0.5),
}
"""Layers of ties: name, colour, opacity."""
SMALLEST, LARGEST = 10.0, 120.0
"""Area of a school's mark, points², with none and with all of its teachers proficient, at print size and 60 schools."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn: the schools of a place at some months, positions (schools, 2) in km, and ties by layer, pairs of
    rows within the place."""

    months: tuple[int, ...]
    schools: Schools
    names: tuple[str, ...]
    at: NDArray[np.float64]
    ties: dict[int, list[tuple[int, int]]]
    is_real: bool


def map_(results: Results, asked: Asked, size: Size) -> Chart:
    """The schools of one replicate on a map at chosen months; the run is simulated again."""
    return _chart(results, asked, size, with_ties=False)


def network(results: Results, asked: Asked, size: Size) -> Chart:
    """The same, with the ties among the schools."""
    return _chart(results, asked, size, with_ties=True)


def animation(results: Results, asked: Asked, size: Size) -> Chart:
    """The map, a frame for each chosen month (left out: every fourth), always of one size."""
    cell = chosen_cells(results, asked, 1)[0]
    months = asked.months or tuple(range(STEP - 1, 12 * cell.years, STEP))
    scene, drawn = _scene(results, cell, replace(asked, months=_months(months, cell, MOST_FRAMES)), with_ties=False)
    title, said = _words(results, cell, scene, drawn)
    figures = tuple(draw(scene, [m], title, said, SMALL) for m in range(len(scene.months)))
    return _made(results, cell, scene, drawn, title, said, figures)


def _chart(results: Results, asked: Asked, size: Size, *, with_ties: bool) -> Chart:
    cell = chosen_cells(results, asked, 1)[0]
    usual = tuple(12 * year - 1 for year in sorted({*(y for y in USUAL_YEARS if y < cell.years), cell.years}))
    months = _months(asked.months or usual[-4:], cell, MOST_MOMENTS)
    scene, drawn = _scene(results, cell, replace(asked, months=months), with_ties=with_ties)
    title, said = _words(results, cell, scene, drawn)
    return _made(results, cell, scene, drawn, title, said, (draw(scene, range(len(months)), title, said, size),))


def _months(asked: Sequence[int], cell: Cell, most: int) -> tuple[int, ...]:
    last = 12 * cell.years - 1
    if any(not 0 <= month <= last for month in asked):
        raise ChartError(f"--months: expected months of policy from 0 to {last} (years 1 to {cell.years})")
    if len(asked) > most:
        raise ChartError(f"--months: {len(asked)} asked for, expected at most {most}")
    return tuple(sorted(set(asked)))


def _scene(results: Results, cell: Cell, asked: Asked, *, with_ties: bool) -> tuple[Scene, Asked]:
    """Simulate the run and look at it; and what is drawn, with nothing left open."""
    practice = chosen_practice([cell], asked, single=True)
    districts = list(world_again(results.plan, cell).districts)
    place = pick("--place", [asked.place] if asked.place else [], districts, 1)[0]
    replicate = asked.replicate or 0
    known = {number for _, number in asked_runs(results.plan, cell)}
    if replicate not in known:
        raise ChartError(f"--replicate: {replicate}, expected {min(known)} to {max(known)}")
    schools = schools_at(results.plan, cell, place, practice, replicate, asked.months)
    rows, site = schools.rows, schools.world.site[schools.rows]
    scene = Scene(
        months=asked.months,
        schools=schools,
        names=tuple(one.name for one in schools.world.places[rows]),
        at=np.column_stack([site["x"], site["y"]]).astype(float),
        ties=_ties(schools) if with_ties else {},
        is_real=any(row.latitude is not None for row in cell.schools.get(place, ())),
    )
    return scene, replace(asked, cells=(cell.name,), place=place, practice=practice, replicate=replicate)


def _ties(schools: Schools) -> dict[int, list[tuple[int, int]]]:
    """Pairs of rows within the place, each once, by layer."""
    first, last, ties = schools.rows.start, schools.rows.stop, schools.world.ties
    found: dict[int, set[tuple[int, int]]] = {layer: set() for layer in LAYERS}
    for row in range(first, last):
        for layer in LAYERS:
            for peer in ties.tie["peer"][ties.start[row, layer] : ties.start[row, layer + 1]].tolist():
                if first <= peer < last:
                    found[layer].add((min(row, peer) - first, max(row, peer) - first))
    return {layer: sorted(pairs) for layer, pairs in found.items() if pairs}


def _words(results: Results, cell: Cell, scene: Scene, asked: Asked) -> tuple[str, str]:
    title = titled(results, [cell], ": one world")
    where = place_title(cell, asked.place or "")
    lie = "as in the table of schools" if scene.is_real else "drawn to the published distances, not real places"
    ties = " and ".join(f"{len(pairs)} {LAYERS[layer][0]}" for layer, pairs in scene.ties.items())
    district = scenario_of(cell.text).where.districts.get(asked.place or "")
    given = " Near ties are those of a given network." if ties and district and district.ties else ""
    draws = " and of the first parameter draw" if len(results.plan.draws) > 1 else ""
    said = caption(
        results,
        f"Schools of {where} in one world of many, replicate {asked.replicate}{draws}: an example, not a forecast of "
        f"any school. Practice: {plain(asked.practice or '', 60)}. Larger marks: more teachers proficient. "
        f"Positions: {lie}." + (f" {ties} ties; those to other districts are not drawn." if ties else "") + given,
        more_cells(results, 1),
    )
    return title, said


def _made(results: Results, cell: Cell, scene: Scene, asked: Asked, title: str, said: str, figures: tuple[Figure, ...]
          ) -> Chart:  # fmt: skip
    assert asked.replicate is not None
    run = Stage(((cell.id, asked.replicate, asked.replicate + 1),), (0, 1))
    plan = replace(narrowed(results.plan, [cell], (), ()), stages=(run,))
    return Chart(
        title,
        said,
        _alt(scene, place_title(cell, asked.place or ""), moving=len(figures) > 1),
        figures,
        tuple(_rows(scene)),
        asked,
        plan,
    )


def draw(scene: Scene, moments: Sequence[int], title: str, said: str, size: Size) -> Figure:
    """The picture: a map for each of ``moments`` (numbers of the scene's months), and what the marks mean."""
    columns = min(3, len(moments)) if len(moments) != 4 else 2
    rows = -(-len(moments) // columns)
    span = np.maximum(np.ptp(scene.at, axis=0), 1e-6)
    tall = float(np.clip(span[1] / span[0], 0.4, 1.1))
    heads = rows * 1.3 * LINE * size.font / 72
    maps = min(rows * tall * size.width / columns, 1.25 * size.width) + heads
    handles = _key(scene, size)
    per_row = _per_row([str(handle.get_label()) for handle in handles], size)
    key = 1.1 * LINE * size.font / 72 * -(-len(handles) // per_row)
    with house(size):
        figure = sheet(size, maps + key, title, said)
        cells = figure.add_gridspec(rows + 1, columns, height_ratios=[*[maps / rows] * rows, key])
        for n, m in enumerate(moments):
            axis = figure.add_subplot(cells[n // columns, n % columns])
            _draw_map(axis, scene, m, size, columns)
            if n == 0:
                _scale_bar(axis, float(span[0]), size)
        below = figure.add_subplot(cells[rows, :])
        below.set_axis_off()
        below.legend(handles=handles, loc="center left", ncols=per_row, frameon=False, borderpad=0,
                     borderaxespad=0, fontsize=0.9 * size.font, handletextpad=0.3, columnspacing=1.0)  # fmt: skip
    return figure


def _draw_map(axis: Axes, scene: Scene, m: int, size: Size, columns: int) -> None:
    for layer, pairs in scene.ties.items():
        _, colour, opacity = LAYERS[layer]
        lines = [scene.at[list(pair)] for pair in pairs]
        axis.add_collection(LineCollection(lines, colors=colour, alpha=opacity, linewidths=0.35, zorder=1))
    shrink = (size.width / 6.5) ** 2 * min(1.0, 120 / len(scene.at)) / columns * 1.6
    areas = (SMALLEST + (LARGEST - SMALLEST) * scene.schools.proficient[m]) * shrink
    for number_, name in enumerate(STAGES):
        here = scene.schools.stage[m] == number_
        colour, hollow = STAGE_COLOURS[name], name in HOLLOW
        axis.scatter(scene.at[here, 0], scene.at[here, 1], s=areas[here], marker=MARKERS[name], zorder=2 + number_ / 10,
                     facecolors="white" if hollow else colour, edgecolors=colour if hollow else "white",
                     linewidths=1.1 if hollow else 0.4, label=name)  # fmt: skip
    (left, low), (right, high) = scene.at.min(axis=0), scene.at.max(axis=0)
    room = 0.06 * max(right - left, high - low, 0.1)
    axis.set_xlim(left - room, right + room)
    axis.set_ylim(low - room, high + room)
    axis.set_aspect("equal", adjustable="box")
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_visible(False)
    month = scene.months[m]
    active = np.isin(scene.schools.stage[m], [STAGES.index("initial"), STAGES.index("full")]).mean()
    axis.set_title(f"{_time(month)}: {number(float(active), 'share')} in use", loc="left", fontsize=size.font)


def _time(month: int) -> str:
    year, rest = divmod(month + 1, 12)
    return f"Year {year}" if rest == 0 else f"Year {year + 1}, month {rest}"


def _scale_bar(axis: Axes, width: float, size: Size) -> None:
    """A bar of a round number of kilometres in the lower right of the first map."""
    length = next((k for k in (50, 20, 10, 5, 2, 1) if k <= width / 3), None)
    if length is None:
        return
    right, low = axis.get_xlim()[1], axis.get_ylim()[0]
    axis.plot([right - length, right], [low, low], color=GREY, linewidth=1.2, clip_on=False)
    axis.annotate(f"{length} km", (right - length / 2, low), xytext=(0, 2), textcoords="offset points", ha="center",
                  va="bottom", color=GREY, fontsize=0.85 * size.font)  # fmt: skip


def _key(scene: Scene, size: Size) -> list[Line2D]:
    """What the marks and lines mean."""
    handles = []
    for name in STAGES:
        colour, hollow = STAGE_COLOURS[name], name in HOLLOW
        face, edge = ("white", colour) if hollow else (colour, "white")
        handles.append(Line2D([], [], linestyle="", marker=MARKERS[name], markersize=0.7 * size.font, label=WORDS[name],
                              markerfacecolor=face, markeredgecolor=edge,
                              markeredgewidth=1.1 if hollow else 0.4))  # fmt: skip
    for layer in scene.ties:
        name, colour, opacity = LAYERS[layer]
        handles.append(Line2D([], [], color=colour, linewidth=1, alpha=min(1, 3 * opacity), label=f"{name} tie"))
    return handles


def _per_row(labels: Sequence[str], size: Size) -> int:
    """Entries of the key in a row: all of them, or half where they do not fit."""
    width = sum(len(label) * EM + 3.4 for label in labels) * 0.9 * size.font / 72
    return len(labels) if width <= size.width else -(-len(labels) // 2)


def _rows(scene: Scene) -> list[Row]:
    """A row for each school (where it lies), each tie, and each school and month (stage, share of teachers)."""
    empty: dict[str, str | int | float | None] = {
        "what": "school", "school": "", "x_km": None, "y_km": None, "peer": "", "month": None, "stage": "",
        "proficient": None,
    }  # fmt: skip
    places = [empty | {"school": name, "x_km": float(x), "y_km": float(y)}
              for name, (x, y) in zip(scene.names, scene.at, strict=True)]  # fmt: skip
    ties = [empty | {"what": f"{LAYERS[layer][0]} tie", "school": scene.names[a], "peer": scene.names[b]}
            for layer, pairs in scene.ties.items() for a, b in pairs]  # fmt: skip
    states = [
        empty | {"what": "state", "month": month, "school": name, "stage": STAGES[scene.schools.stage[m, n]],
                 "proficient": float(scene.schools.proficient[m, n])}
        for m, month in enumerate(scene.months) for n, name in enumerate(scene.names)
    ]  # fmt: skip
    return [*places, *ties, *states]


def _alt(scene: Scene, where: str, *, moving: bool) -> str:
    """The maps in words: how many schools are in each stage at each month (of an animation, the first and last)."""
    what = "Animated map" if moving else "Maps" if len(scene.months) > 1 else "Map"
    ties = f", with {sum(map(len, scene.ties.values()))} ties" if scene.ties else ""
    said = [f"{what} of the {len(scene.names)} schools of {where}{ties}, coloured by stage."]
    for m in (0, len(scene.months) - 1) if moving else range(len(scene.months)):
        counts = np.bincount(scene.schools.stage[m], minlength=len(STAGES))
        mix = ", ".join(f"{counts[k]} {WORDS[name]}" for k, name in enumerate(STAGES) if counts[k])
        said.append(f"{when(scene.months[m]).capitalize()}: {mix}.")
    return " ".join(said)
