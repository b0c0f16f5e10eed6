"""Other structures of the model, in which every pattern is scored too: what nobody has measured is not one model's."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from simdiff.analysis.worlds import Worlds
from simdiff.model.state import DROPPED, FULL, NONE
from simdiff.study.panel import Panel

STRUCTURES: dict[str, Mapping[str, str | bool]] = {
    "default": {},
    "hazard": {"contagion": "hazard"},
    "threshold": {"contagion": "threshold"},
    "no-coherence": {"coherence": False},
    "no-commitment": {"commitment": False},
}
"""Switches of ``structure`` by the name of the variant. The default decides by logit."""
LABELS_ONLY = "labels-only"
"""The default's panels read as a model of labels: no runs of its own."""
VARIANTS = (*STRUCTURES, LABELS_ONLY)


def restructured(worlds: Worlds, switches: Mapping[str, str | bool]) -> Worlds:
    """The same worlds and luck in another structure."""
    return replace(
        worlds,
        scenarios={
            name: scenario.model_copy(update={"structure": scenario.structure.model_copy(update=dict(switches))})
            for name, scenario in worlds.scenarios.items()
        },
    )


def labels_only(panel: Panel) -> Panel:
    """What a Bass-type model of labels would see of the same histories: a school has adopted or it has not. All
    teachers of an active school are proficient, nobody else uses the practice, and nobody explores or installs."""
    active = panel.active
    stage = np.where(active, FULL, np.where(panel.stage == DROPPED, DROPPED, NONE)).astype(panel.stage.dtype)
    proficient = np.where(active, panel.teachers, 0).astype(panel.proficient.dtype)
    return replace(panel, stage=stage, mechanical=np.zeros_like(panel.mechanical), proficient=proficient)
