"""Every chart that there is something for in the effects of a sweep, block by block."""

import re
from collections.abc import Iterator

from simdiff.analysis.results import Results
from simdiff.analysis.sweep_effects import SweepEffects, strongest_pair
from simdiff.report.charts import Size
from simdiff.report.figure import Chart
from simdiff.report.kinds.contrasted import Shown
from simdiff.report.kinds.doses import draw_dose, draw_interactions
from simdiff.report.kinds.effects import draw_effects, draw_shapley, draw_tornado


def effect_charts(results: Results, found: SweepEffects, size: Size) -> Iterator[tuple[str, Chart]]:
    """Name and chart of everything that there is to show; blocks are numbered."""
    for n, one in enumerate(found.blocks):
        tail = f"-{n + 1}" if len(found.blocks) > 1 else ""
        shown = Shown(results, found, one)
        if one.factorial is not None:
            yield f"effects{tail}", draw_effects(shown, size)
            if one.factorial.shapley:
                yield f"shapley{tail}", draw_shapley(shown, size)
            if pair := strongest_pair(one):
                yield f"interactions{tail}", draw_interactions(shown, pair, size)
        if one.tornado is not None:
            yield f"tornado{tail}", draw_tornado(shown, size)
        for factor in dict.fromkeys(curve.factor for curve, _ in one.curves):
            name = re.sub(r"[^a-z0-9_-]", "", factor)[:60]
            yield f"dose-{name}{tail}", draw_dose(shown, factor, size)
