"""The Mesa twin: schools as Mesa agents that call the very rules the engine calls, one agent at a time.

Use it to step through a world, to select, group and aggregate agents, to subclass, or to show a live model. The same
inputs and replicate give the same numbers, every month, as the engine.
"""

import mesa

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations
from simdiff.model.places import Place
from simdiff.model.rules.adoption import decide, enter
from simdiff.model.rules.coaching import ask
from simdiff.model.rules.continuing import continue_or_not, show
from simdiff.model.rules.look import look
from simdiff.model.rules.settle import settle
from simdiff.model.rules.work import work
from simdiff.model.state import STAGES, Record


class School(mesa.Agent):
    """A school. ``row`` is its row in the model's arrays; each phase calls the compiled rule for that row."""

    model: "DistrictModel"

    def __init__(self, model: "DistrictModel", row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def place(self) -> Place:
        """Who the school is: identity, size, need, level, position."""
        return self.model.inputs.world.places[self.row]

    @property
    def district(self) -> str:
        """Its district's id, for ``AgentSet.groupby``."""
        return self.place.district

    def use(self, practice: int = 0) -> Record:
        """Its record of one practice (see ``state.USE``), live."""
        return self.model.sim.use[self.row, practice]

    @property
    def stage(self) -> str:
        """Implementation stage of the first practice."""
        return STAGES[self.use().stage]

    @property
    def mechanical(self) -> int:
        """Teachers who use the first practice mechanically."""
        return int(self.use().mechanical)

    @property
    def proficient(self) -> int:
        """Teachers who are proficient in the first practice."""
        return int(self.use().proficient)

    def look(self) -> None:
        """E4–E6: constraints, load, attention."""
        look(self.model.sim, self.row, self.row + 1, self.model.month)

    def decide(self) -> None:
        """E7–E11: explore and, in March, wish to install."""
        decide(self.model.sim, self.row, self.row + 1, self.model.month)

    def enter(self) -> None:
        """E10, E12: start installing, or lose interest."""
        enter(self.model.sim, self.row, self.row + 1, self.model.month)

    def ask(self) -> None:
        """E13: ask for coach hours."""
        ask(self.model.sim, self.row, self.row + 1, self.model.month)

    def work(self) -> None:
        """E14–E16: install, launch, teach."""
        work(self.model.sim, self.row, self.row + 1, self.model.month)

    def settle(self) -> None:
        """E17–E20: results, commitment, fit, ownership."""
        settle(self.model.sim, self.row, self.row + 1, self.model.month)

    def continue_or_not(self) -> None:
        """E22–E24: review, closing, turnover."""
        continue_or_not(self.model.sim, self.row, self.row + 1, self.model.month)

    def show(self) -> None:
        """What peers will see next month."""
        show(self.model.sim, self.row, self.row + 1, self.model.month)


class DistrictModel(mesa.Model):
    """One replicate of one scenario. ``month`` counts from the start of the burn-in (0 = July); ``step`` is a month."""

    def __init__(self, inputs: Inputs, replicate: int = 0) -> None:
        super().__init__(rng=0)  # never used: luck is keyed
        self.inputs = inputs
        self.sim = new_sim(inputs, replicate)
        self.month = 0
        engine.begin(self.sim)
        self.observations = Observations.of_sim(self.sim).until(0).pooled()
        for row in range(len(inputs.world.places)):
            School(self, row)
        self.datacollector = mesa.DataCollector(
            model_reporters={"month": "month"}
            | {name: (lambda model, name=name: model.outcome(name)) for name in OUTCOME_FUNCTIONS},
            agent_reporters={"stage": "stage", "mechanical": "mechanical", "proficient": "proficient"},
        )

    def outcome(self, name: str) -> float:
        """A named monthly outcome over all districts, for the first practice, in the month just lived."""
        return float(OUTCOME_FUNCTIONS[name](self.observations)[-1, 0, 0])

    def step(self) -> None:
        """One month, in the order of ``engine``'s docstring. Raises StopIteration after the horizon."""
        if self.month >= self.inputs.months:
            raise StopIteration("the scenario's horizon is reached")
        districts = len(self.inputs.world.districts)
        engine.open_month(self.sim, 0, districts, self.month)
        self.agents.do("look")
        self.agents.do("decide")
        engine.admit_schools(self.sim, 0, districts, self.month)
        self.agents.do("enter")
        self.agents.do("ask")
        engine.coach(self.sim, 0, districts, self.month)
        self.agents.do("work")
        self.agents.do("settle")
        engine.learn_from_use(self.sim, 0, districts, self.month)
        engine.partners_learn(self.sim, self.month)
        self.agents.do("continue_or_not")
        engine.close_month(self.sim, 0, districts, self.month)
        self.agents.do("show")
        self.month += 1
        self.observations = Observations.of_sim(self.sim).until(self.month).pooled()
        self.datacollector.collect(self)
        if self.month == self.inputs.months:
            engine.end(self.sim, self.month)
            self.running = False
