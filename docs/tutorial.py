# %% [markdown]
# # How far would more coaches carry a practice?
#
# A district pulls all four families of levers: goals, flexibility, talent and networks. It has .8 coaches for every 100
# teachers. **What would more coaches do, and how sure could we be?** This notebook goes from the question to an answer:
# load, run, look at one school, sweep, compare, draw, and read what the answer cannot say. It runs in a few seconds
# (the very first run compiles the model, about 25 seconds).
#
# It is made by `python docs/make_tutorial.py` from `docs/tutorial.py`; a test runs it again and compares every number.

# %%
from pathlib import Path

import pandas as pd

import simdiff

# %% [markdown]
# ## Load
#
# A scenario is a YAML file, or the name of a shipped one (`simdiff list`). What is shown says how large it is and which
# levers are on.

# %%
scenario = simdiff.load("four-levers")
scenario

# %% [markdown]
# A mistake is told as the command line tells it, with the nearest name:

# %%
try:
    scenario.with_settings({"policy.talent.coachng.per_100_teachers": 1.5})
except simdiff.ScenarioError as error:
    print(error)

# %% [markdown]
# ## Run
#
# Fifty replicates: fifty worlds that differ in nothing but luck. The numbers are those of `simdiff run four-levers
# --replicates 50 --seed 1`.

# %%
result = simdiff.run(scenario, replicates=50, seed=1)
result

# %% [markdown]
# Every interval says which uncertainty it shows. Here it is *chance*: what luck alone moves, at one set of parameters.
# The same numbers are pandas DataFrames: `summary`, `yearly`, `monthly`, `whole_run`, `ledger`.

# %%
depth = result.summary.query("outcome == 'depth' and year in (1, 3, 5, 10)")
depth[["outcome", "year", "median", "low", "high", "interval"]].round(4)

# %%
result.chart("adoption")

# %% [markdown]
# ## Look at one school
#
# The same world as a Mesa model, agent by agent. Replicate 0 is the first of the fifty above, to the last bit.

# %%
model = scenario.mesa_model(seed=1, replicate=0)
months = []
while model.running:
    model.step()
    months.append([school.stage for school in model.agents])
stages = pd.DataFrame(months)

last = result.yearly.query("outcome == 'spread' and year == 10 and replicate == 0")["value"].item()
print("the same spread:", model.outcome("spread") == last)
print(stages.iloc[-1].value_counts().sort_index().to_string())

# %% [markdown]
# One of the schools that got all the way: when did its stage change? Months count from the start of policy; those below
# 0 are the year before.

# %%
number = next(n for n, stage in stages.iloc[-1].items() if stage == "full")
life = stages[number]
for month, stage in life[life != life.shift()].items():
    print(f"month {month - model.inputs.burn_in:4d}: {stage}")
school = list(model.agents)[number]
print(f"in the end, {school.proficient} of its {school.place.teachers} teachers are proficient")

# %% [markdown]
# ## Sweep
#
# The question is about coaches, and lever effects are not known: no source measures them. So we run each dose at forty
# sets of parameters that agree with what studies have measured (`posterior="calibrated"`), five replicates each. A
# small experiment file says which doses.

# %%
Path("how-many-coaches.yaml").write_text("""\
format: 1
name: how-many-coaches
title: How many coaches?
scenarios: [four-levers]
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, values: [0, 0.8, 2]}
replicates: 5
""")
sweep = simdiff.sweep("how-many-coaches.yaml", draws=40, posterior="calibrated")
sweep

# %% [markdown]
# The intervals overlap widely, and that says nothing of whether doses differ: the same luck and the same parameters are
# in all of them. The folder keeps all of it; the same line again computes nothing, and
# `simdiff.open("results/how-many-coaches")` reads it back. `sweep.table()` has every value.

# %%
sweep.table("depth", years=10).head()

# %% [markdown]
# ## Compare
#
# Doses are compared world by world: the same parameters, the same luck. A verdict is given only where both layers of
# uncertainty leave no doubt.

# %%
compared = sweep.compare("depth")
compared

# %%
print(compared.ranking)

# %%
compared.table[["first", "second", "difference", "parameters_low", "parameters_high", "verdict"]].round(4)

# %% [markdown]
# ## Draw

# %%
chart = sweep.chart("levers", outcomes=["depth", "cost"])
chart

# %% [markdown]
# A picture that is saved carries its caption, its numbers and its origin: `simdiff replay depth-and-cost.png` runs it
# again, from the picture alone, and compares.

# %%
for path in chart.save("depth-and-cost.png"):
    print(path)

# %% [markdown]
# ## Keep it

# %%
print("kept in", result.save("results/four-levers"))
print("repeat:", result.story["reproduce"])

# %% [markdown]
# ## What this does not say
#
# - simdiff explores and ranks policies; **it does not forecast a named district**.
# - The first run showed chance alone. The sweep showed how much wider it gets once parameters are not known either; and
#   five replicates of forty draws are few: for a real answer take more of both.
# - The doses do not cost the same. A difference says what the money buys, not that coaches are its best use:
#   `equal-spend` is the experiment for that, and `compare` shows the frontier.
# - Spread and depth are not student achievement, which is not in the model.
#
# Read on: [python.md](python.md), [charts.md](charts.md), [experiments.md](experiments.md), [model.md](model.md).
