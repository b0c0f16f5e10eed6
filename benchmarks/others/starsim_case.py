"""Bass on a ring in Starsim; run by ``bass.py`` in an environment of its own."""

import json
import math
import sys
import time

import numpy as np
import starsim as ss

n, reach, months, runs, p, q = [float(x) for x in sys.argv[1:]]
n, reach, months, runs = int(n), int(reach), int(months), int(runs)
rows = np.arange(n)


class Ring(ss.Network):
    """Everybody next to ``reach`` others on either side."""

    def init_pre(self, sim):
        super().init_pre(sim)
        self.edges.p1 = ss.uids(np.tile(rows, reach))
        self.edges.p2 = ss.uids(np.concatenate([(rows + step) % n for step in range(1, reach + 1)]))
        self.edges.beta = np.ones(n * reach)

    def step(self):
        """Nothing: ties stay."""


class Bass(ss.SIR):
    """Nobody recovers; some start alone."""

    def __init__(self):
        super().__init__()
        self.define_pars(
            beta=1 - math.exp(-q / (2 * reach)),
            init_prev=ss.bernoulli(p=0.0),
            dur_inf=ss.constant(v=1e9),
            p_death=ss.bernoulli(p=0.0),
        )
        self.alone = ss.bernoulli(p=1 - math.exp(-p))

    def step(self):
        alone = self.alone.filter(self.susceptible.uids)
        super().step()
        alone = alone[self.susceptible[alone]]
        if len(alone):
            self.set_prognoses(alone)


curve, spent = np.zeros(months), 0.0
for run in range(runs):
    sim = ss.Sim(n_agents=n, diseases=Bass(), networks=Ring(), rand_seed=run + 1, dur=months - 1, dt=1, verbose=0)
    sim.init()
    began = time.process_time()
    sim.run()
    spent += time.process_time() - began
    curve += np.array(sim.diseases[0].results.n_infected) / n / runs
print(json.dumps({"seconds": spent, "curve": curve.tolist()}))
