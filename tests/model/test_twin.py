"""The Mesa twin lives the same life as the compiled engine, byte for byte, in every month."""

from collections.abc import Callable

import numpy as np
import pytest
from tiny_runs import ALL_SWITCHES, THREE, start

from simdiff.analysis.verification.identities import first_difference, rich_inputs
from simdiff.model import engine
from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.mesa_model import DistrictModel, School
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations
from simdiff.model.state import STAGES
from simdiff.scenario import load_scenario, shipped_scenarios

SHIPPED = shipped_scenarios()
SCHOOL_YEARS = 600
"""A scenario runs this long: 60 schools for ten years of policy, larger worlds for fewer, one year at least."""


def something_happened(inputs: Inputs) -> bool:
    """True if some school explored: else equality would say nothing."""
    sim = start(inputs)
    engine.run_months(sim, 0, inputs.months)
    return bool(sim.observed["exploring"].sum() > 0)


def shipped_inputs(name: str) -> Inputs:
    """Sub-levers run together in all-sub-levers; alone, two years are enough."""
    loaded = load_scenario(SHIPPED[name])
    scenario, world = loaded.scenario, world_of(loaded.scenario, loaded.schools, 11)
    years = 2 if name.startswith("only-") else max(1, min(scenario.years, SCHOOL_YEARS // len(world.places)))
    return prepare(scenario.model_copy(update={"years": years}), world, 11)


@pytest.mark.parametrize("name", SHIPPED)
def test_twin_of_a_shipped_scenario(name):
    """Catches any rule, phase order or state that one driver has and the other lacks, in each shipped scenario."""
    inputs = shipped_inputs(name)
    assert something_happened(inputs)
    assert first_difference(inputs) == ""


@pytest.mark.parametrize("contagion", ["hazard", "threshold"])
def test_twin_without_switches(contagion):
    """Catches the same with every switch off (with every switch on it is case V27, tests/analysis)."""
    off = dict.fromkeys(ALL_SWITCHES, False)
    assert first_difference(rich_inputs(off | {"contagion": contagion}, THREE[:1])) == ""


class Shuffled(DistrictModel):
    """Agents act in a fresh random order every month."""

    def step(self) -> None:
        self.agents.shuffle(inplace=True)
        super().step()


def test_order_of_agents_cannot_matter():
    """Catches a school that reads what another did this month (rules read the start-of-month snapshot only)."""
    inputs = rich_inputs(ALL_SWITCHES)
    model = Shuffled(inputs)
    model.step()
    assert [school.row for school in model.agents] != list(range(len(inputs.world.places)))
    assert first_difference(inputs, Shuffled) == ""


class Hasty(School):
    """Planted defect: settles before it works."""

    def work(self) -> None:
        super().settle()
        super().work()

    def settle(self) -> None:
        """Already done."""


class Hidden(School):
    """Planted defect: never shows itself to its peers."""

    def show(self) -> None:
        """Nothing."""


class Forgetful(School):
    """Planted defect: skips the year's review, closing and turnover in one month only (July of year 3)."""

    def continue_or_not(self) -> None:
        if self.model.month != 36:
            super().continue_or_not()


def with_schools(kind: type[School]) -> Callable[[Inputs], DistrictModel]:
    """A model whose schools are all of another class."""

    def make(inputs: Inputs) -> DistrictModel:
        model = DistrictModel(inputs)
        model.remove_all_agents()
        for row in range(len(inputs.world.places)):
            kind(model, row)
        return model

    return make


@pytest.mark.parametrize("kind", [Hasty, Hidden, Forgetful])
def test_planted_defects_are_caught(kind):
    """The comparison itself: a wrong order, a missing phase and one missed month must each be seen."""
    assert "month" in first_difference(rich_inputs(), with_schools(kind))


class Counting(School):
    """A subclass with a statistic of its own."""

    def __init__(self, model: DistrictModel, row: int) -> None:
        super().__init__(model, row)
        self.months_active = 0

    def show(self) -> None:
        super().show()
        self.months_active += self.stage in ("initial", "full")


@pytest.fixture(scope="module")
def lived() -> DistrictModel:
    """A whole run of a two-district world with schools of a subclass."""
    model = with_schools(Counting)(rich_inputs())
    while model.running:
        model.step()
    return model


def test_subclass_of_school_lives_the_same_life(lived):
    """Catches agents that must be of the built-in class; the subclass's own count agrees with the observations."""
    assert first_difference(lived.inputs, with_schools(Counting)) == ""
    assert lived.agents.agg("months_active", sum) == lived.sim.observed["active"][:, :, 0].sum() > 0


def test_steps_end_at_the_horizon(lived):
    """Catches a twin that runs on past its arrays."""
    assert lived.month == lived.inputs.months == len(lived.datacollector.model_vars["month"])
    with pytest.raises(StopIteration):
        lived.step()


def test_agent_sets_select_aggregate_and_group(lived):
    """Catches agent attributes that are not the arrays' values."""
    use, agents = lived.sim.use[:, 0], lived.agents
    dropped = agents.select(lambda school: school.stage == "dropped")
    assert len(dropped) == (use["stage"] == STAGES.index("dropped")).sum()
    assert agents.agg("proficient", sum) == use["proficient"].sum() > 0
    assert agents.agg("mechanical", max) == use["mechanical"].max()
    groups = dict(agents.groupby("district", result_type="agentset"))
    assert sorted(groups) == ["north", "south"]
    south = lived.inputs.world.first[1]
    assert groups["north"].agg("proficient", sum) == use["proficient"][:south].sum()
    assert [school.place.id for school in groups["south"]] == [p.id for p in lived.inputs.world.places[south:]]


def test_data_collector_holds_the_outcomes(lived):
    """Catches a collector that lags a month or computes outcomes of its own, and missing months (mesa#2514)."""
    pooled = Observations.of_sim(lived.sim).pooled()
    table = lived.datacollector.get_model_vars_dataframe()
    assert table["month"].tolist() == list(range(1, lived.inputs.months + 1))
    for name, outcome in OUTCOME_FUNCTIONS.items():
        np.testing.assert_array_equal(table[name].to_numpy(), outcome(pooled)[:, 0, 0], err_msg=name)


def test_agent_reports_have_every_school_and_month(lived):
    """Catches rows lost or doubled: schools × months, and the last month's values."""
    table = lived.datacollector.get_agent_vars_dataframe()
    assert len(table) == len(lived.inputs.world.places) * lived.inputs.months
    last = table.xs(lived.inputs.months, level="Step")
    assert last["proficient"].tolist() == lived.sim.use["proficient"][:, 0].tolist()
    assert last["stage"].tolist() == [STAGES[stage] for stage in lived.sim.use["stage"][:, 0]]
