"""Scenarios in Python: loaded as from the command line, with settings laid over them."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simdiff.model.inputs import prepare, world_of
from simdiff.register import LEVERS
from simdiff.report.cards import Card, as_html, as_text
from simdiff.report.parts import listing
from simdiff.report.provenance import CAVEAT
from simdiff.report.run_report import count
from simdiff.scenario import Loaded, find_scenario
from simdiff.scenario.chain import Chain, read_chain
from simdiff.scenario.load import load_chain
from simdiff.scenario.settings import laid, settings_from
from simdiff.study.cells import drawn_schools

if TYPE_CHECKING:
    from simdiff.model.mesa_model import DistrictModel

SOURCE = "with_settings"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Scenario:
    """A checked scenario, ready to run. ``load`` makes it; it never changes, and runs do not change it."""

    told: str
    chain: Chain
    loaded: Loaded
    schools: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its short name."""
        return self.loaded.scenario.name

    @property
    def title(self) -> str:
        """Its name in charts and tables."""
        return self.loaded.scenario.title

    @property
    def data(self) -> dict[str, Any]:
        """The whole scenario as plain data, every default said. A copy: changing it changes nothing."""
        return self.loaded.scenario.model_dump(mode="json")

    def with_settings(self, settings: Mapping[str, Any]) -> "Scenario":
        """The scenario with settings laid over it, as a file that extends it would say them.

        ``settings``: path → value, such as ``"policy.talent.coaching.per_100_teachers": 1.5`` (docs/scenarios.md has
        every setting); None takes out what was said. Raises ScenarioError with every problem.

        >>> import simdiff
        >>> more = simdiff.load("four-levers").with_settings({"policy.talent.coaching.per_100_teachers": 1.5})
        >>> more.data["policy"]["talent"]["coaching"]["per_100_teachers"]
        {'others': 1.5}
        >>> more.with_settings({"policy.talent.coachng.stop": 24, "years": 0})
        Traceback (most recent call last):
        simdiff.scenario.problems.ScenarioError: with_settings policy.talent.coachng: unknown key `coachng`, ...
        """
        before = {path: value for path, value in self.settings.items() if path not in settings}
        every = before | {path: _plain(value) for path, value in settings.items()}
        chain = laid(self.chain, settings_from(every, SOURCE, "set in Python"))
        return replace(self, loaded=load_chain(chain, self.schools), settings=every)

    def mesa_model(self, *, seed: int = 1, replicate: int = 0) -> "DistrictModel":
        """The world of one replicate as a Mesa model: ``step()`` lives a month, ``agents`` are the schools.

        The same seed and replicate give the same numbers as ``run``, every month.

        >>> import simdiff
        >>> model = simdiff.load("goals").mesa_model()
        >>> for month in range(24):
        ...     model.step()
        >>> schools = model.agents.select(lambda school: school.stage == "explore")
        >>> len(model.agents), schools.agg("proficient", sum)
        (60, 2)
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "IProgress not found")  # Mesa brings a bar that notebooks warn of
            from simdiff.model.mesa_model import DistrictModel
        loaded = self.loaded
        world = world_of(loaded.scenario, loaded.schools, seed)
        return DistrictModel(prepare(loaded.scenario, world, seed), replicate)

    def __repr__(self) -> str:
        return as_text(self._card())

    def _repr_html_(self) -> str:
        return as_html(self._card())

    def _card(self) -> Card:
        scenario, where = self.loaded.scenario, self.loaded.scenario.where
        schools = sum(len(self.loaded.schools.get(name, ())) or drawn_schools(district)
                      for name, district in where.districts.items())  # fmt: skip
        size = f"{count(schools, 'schools')} in {count(len(where.districts), 'districts')}"
        years = count(scenario.years, "years")
        on = lever_words(self.data["policy"])
        changed = [f"with {path}: {value!r}" for path, value in self.settings.items()]
        return Card(
            f"{self.title} ({self.name})",
            (
                f"{size}; {years}; {listing(list(scenario.practices))}",
                f"Levers on: {', '.join(on) or 'none'}",
                *changed,
            ),
            notes=(*self.loaded.notes, CAVEAT),
        )


def lever_words(policy: Mapping[str, Any]) -> list[str]:
    """Names of the levers and programmes that a policy, as plain data, turns on in some district."""
    programmes = {"pilots": ("flexibility.pilots", "sites"), "zone": ("flexibility.zone", "schools"),
                  "competition": ("networks.competition", "entries")}  # fmt: skip
    amounts = {lever.name: (lever.path, "per_100_teachers" if lever.name == "coaches" else "level")
               for lever in LEVERS}  # fmt: skip
    on = [name for name, (path, amount) in (amounts | programmes).items() if any(_at(policy, path)[amount].values())]
    return [*on, *(["partners"] if policy["networks"]["partners"] else [])]


def _at(data: Mapping[str, Any], path: str) -> Any:
    for step in path.split("."):
        data = data[step]
    return data


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item() if isinstance(value, np.generic) else value


def load(scenario: str | Path, *, schools: str | Path | None = None) -> Scenario:
    """Load a scenario: a YAML file, or the name of a shipped one. ``schools``: a CSV of real schools.

    Raises ScenarioError (a ValueError) with every problem of the file, each at its line.

    >>> import simdiff
    >>> simdiff.load("goals")
    Goals only (goals)
    60 schools in 1 district; 10 years; personal-learning-paths
    Levers on: problems, goals
    <BLANKLINE>
    simdiff explores and ranks policies; it does not forecast a named district.
    >>> simdiff.load("gaols")
    Traceback (most recent call last):
    simdiff.scenario.problems.ScenarioError: gaols: no such file; did you mean `goals`?
    """
    table = Path(schools) if schools is not None else None
    chain = read_chain(find_scenario(str(scenario)))
    return Scenario(str(scenario), chain, load_chain(chain, table), table)
