"""What an experiment may say: which scenarios, which factors in which design, how much luck, which outcomes to keep.

A *setting* is a path of a scenario file and a value: ``policy.talent.coaching.per_100_teachers: 1.5``. A whole mapping
may be set, as the file itself would say it (``policy.talent.change: {level: 0.8, start: 24}``); null takes out what is
inherited, as in ``extends``. Items of a list are counted from 0: ``policy.networks.partners.0.fte``.
"""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from simdiff.scenario.schema import Closed, Slug, Unit

Plain = bool | int | float | str
Settings = dict[str, Any]
DESIGNS = ("factorial", "fractional", "zip", "table", "one-at-a-time", "latin-hypercube", "sobol", "morris")


def _by_id(value: Any) -> Any:
    """A list of files stands for a mapping from their names; a bare file for a variant that sets nothing."""
    if isinstance(value, list) and all(isinstance(file, str) for file in value):
        value = {PurePath(file).stem: file for file in value}
    if not isinstance(value, Mapping):
        return value
    return {name: {"scenario": told} if isinstance(told, str) else told for name, told in value.items()}


class Variant(Closed):
    """One scenario of an experiment: a scenario file, and what is set differently in it."""

    scenario: str
    """Shipped scenario by name, or a file relative to the experiment's folder and inside the project's."""
    title: str | None = None
    """What it is, for the data dictionary."""
    set: Settings = Field(default={})
    """Settings laid over the scenario: path → value."""


class Factor(Closed):
    """Something that is varied. Say one of: ``path`` with ``values`` or with ``low`` and ``high``; ``on``; ``levels``;
    ``prior``."""

    title: str | None = None
    """What it is, for the data dictionary."""
    path: str | None = None
    """The setting that is varied: a path of the scenario file. A path to a sub-lever replaces all of it; one to its
    ``level`` keeps its schedule."""
    values: Annotated[list[Plain], Field(min_length=1, max_length=1000)] | None = None
    """Values of ``path``, one after the other."""
    low: float | None = None
    """Lowest value of ``path``, with ``high``."""
    high: float | None = None
    """Highest value of ``path``."""
    steps: Annotated[int, Field(ge=2, le=1000), Unit("levels")] = 5
    """Where a design needs levels of a range or a prior: how many, evenly spaced (in probability, for a prior)."""
    on: Annotated[Settings, Field(min_length=1)] | None = None
    """On or off: the settings that hold when it is on; off is the scenario as it is."""
    levels: Annotated[dict[Slug, Settings], Field(min_length=1)] | None = None
    """Named levels: the settings that hold at each; an empty one is the scenario as it is."""
    prior: str | None = None
    """A parameter of the register, varied over its prior."""


class Design(Closed):
    """Which combinations of levels are run, in every scenario of the experiment."""

    kind: Literal["factorial", "fractional", "zip", "table", "one-at-a-time", "latin-hypercube", "sobol",
                  "morris"] = "factorial"  # fmt: skip
    """``factorial``: all combinations. ``fractional``: a regular fraction of two-level factors. ``zip``: first levels,
    second levels, … together. ``table``: the given rows. ``one-at-a-time``: the scenario as it is, then each level of
    each factor alone. ``latin-hypercube``, ``sobol`` (Saltelli's sample, for Sobol indices) and ``morris`` (for
    elementary effects): points over ranges and priors; levels of other factors are taken in equal shares."""
    resolution: Annotated[int, Field(ge=3, le=7)] | None = None
    """Of a fractional design: 3 keeps main effects apart from one another, 4 from two-way interactions too, 5 keeps
    two-way interactions apart."""
    rows: Annotated[list[dict[Slug, Plain]], Field(min_length=1)] | None = None
    """Of a table: factor → level, a row a combination; factors left out stay as the scenario has them."""
    file: str | None = None
    """Of a table: a CSV with a column a factor, relative to the experiment's folder and inside the project's."""
    points: Annotated[int, Field(ge=1, le=1_000_000), Unit("points")] | None = None
    """Of a Latin hypercube: points. Of sobol: base sample (a power of 2). Of morris: trajectories."""
    second_order: bool = False
    """Of sobol: second-order indices too, at about twice the points."""
    grid: Annotated[int, Field(ge=2, le=100), Unit("levels")] = 4
    """Of morris: levels of the grid (an even number)."""


class Keep(Closed):
    """What is kept of every run."""

    outcomes: Annotated[list[str], Field(min_length=1)] | None = None
    """Outcomes by name; left out, all."""
    series: Literal["yearly", "monthly", "last"] = "yearly"
    """``yearly``: the ends of years (0 = before the policy); ``monthly``: every month of policy; ``last``: the end of
    the last year. Outcomes of a whole run stand with its last time."""
    years: Annotated[list[Annotated[int, Field(ge=0, le=100), Unit("year")]], Field(min_length=1)] | None = None
    """Of yearly series: which years; left out, all."""


class Until(Closed):
    """Add replicates until paired differences are sharp, and only where they are not."""

    outcome: str
    """The outcome compared."""
    contrast: str | Annotated[list[str], Field(min_length=2, max_length=2)]
    """A cell by name: every other cell is compared with it. Or two cells: the first minus the second."""
    halfwidth: Annotated[float, Field(gt=0)]
    """Half-width to reach, in the outcome's unit."""
    confidence: Annotated[float, Field(ge=0.5, le=0.9999), Unit("probability")] = 0.95
    """Confidence of the interval."""
    year: Annotated[int, Field(ge=0, le=100), Unit("year")] | None = None
    """At the end of which year; left out, the last one kept."""
    district: Slug = "all"
    """In which district; left out, all together."""
    practice: str | None = None
    """Of which practice; left out, the first."""
    most: Annotated[int, Field(ge=2, le=1_000_000), Unit("replicates")] = 2000
    """Replicates (of each cell and draw) at which to give up."""


class Experiment(Closed):
    """An experiment: a question asked of many cells (scenarios at factor levels), each in many matched replicates."""

    format: Literal[1]
    """Version of this file format."""
    name: Slug
    """Short name: small letters, digits, - and _."""
    title: Annotated[str, Field(min_length=1, max_length=120)]
    """Name in tables and charts."""
    question: str = ""
    """The question it answers."""
    about: str = ""
    """Notes for readers."""
    scenarios: Annotated[dict[Slug, Variant], Field(min_length=1, max_length=100), BeforeValidator(_by_id)]
    """Scenarios by id: a file or shipped name, or a variant of one. A list of names does too."""
    factors: Annotated[dict[Slug, Factor], Field(max_length=500)] = Field(default={})
    """What is varied in every scenario. None: the scenarios themselves are the cells."""
    design: Design = Design()
    """Which combinations are run."""
    replicates: Annotated[int, Field(ge=1, le=1_000_000), Unit("replicates")] = 200
    """Replicates of each cell and parameter draw (with ``until``: to begin with)."""
    until: Until | None = None
    """Go on until contrasts are sharp."""
    draws: Annotated[int, Field(ge=0, le=100_000), Unit("draws")] = 0
    """Parameter draws, a layer apart from replicates; 0: the default values."""
    posterior: str | None = None
    """Parameter draws in place of the priors: a CSV, a column a parameter and a row a draw; or ``calibrated``, the
    draws that ship."""
    seed: int = 1
    """Seed of all luck, of parameter draws and of random designs."""
    keep: Keep = Keep()
    """What is kept of every run."""
