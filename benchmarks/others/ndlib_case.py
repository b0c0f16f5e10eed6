"""Bass on a ring in NDlib; run by ``bass.py`` in an environment of its own."""

import json
import math
import sys
import time

import networkx as nx
from ndlib.models.compartments import EdgeStochastic, NodeStochastic
from ndlib.models.CompositeModel import CompositeModel
from ndlib.models.ModelConfig import Configuration

n, reach, months, runs, p, q = [float(x) for x in sys.argv[1:]]
n, reach, months, runs = int(n), int(reach), int(months), int(runs)
graph = nx.circulant_graph(n, range(1, reach + 1))
curve, spent = [0.0] * months, 0.0
for _ in range(runs):
    model = CompositeModel(graph)
    model.add_status("Susceptible")
    model.add_status("Infected")
    model.add_rule("Susceptible", "Infected", NodeStochastic(1 - math.exp(-p)))
    by_peer = EdgeStochastic(1 - math.exp(-q / (2 * reach)), triggering_status="Infected")
    model.add_rule("Susceptible", "Infected", by_peer)
    config = Configuration()
    config.add_model_initial_configuration("Infected", [])
    model.set_initial_status(config)
    began = time.process_time()
    for t in range(months + 1):
        found = model.iteration()
        if t:
            curve[t - 1] += found["node_count"][1] / n / runs
    spent += time.process_time() - began
print(json.dumps({"seconds": spent, "curve": curve}))
