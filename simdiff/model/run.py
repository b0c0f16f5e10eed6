"""One replicate from start to end."""

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim
from simdiff.model.state import Sim


def simulate(inputs: Inputs, replicate: int) -> Sim:
    """Run one replicate by the engine; the returned record holds its final state and all that was observed.

    It releases Python's lock while it runs, so threads may each simulate a replicate.
    """
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    engine.run_months(sim, 0, inputs.months)
    engine.end(sim, inputs.months)
    return sim
