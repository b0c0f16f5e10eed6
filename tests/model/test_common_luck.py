"""Common random numbers: what is added leaves the luck of all others alone; replicates are distinct."""

import numpy as np
import pytest
from tiny_runs import (
    ALL_SWITCHES,
    SEED,
    THREE,
    differences,
    fingerprint,
    full_policy,
    make_inputs,
    make_rows,
    make_scenario,
)

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim, prepare, world_of
from simdiff.model.luck import DECIDE, EXPLORE, INSTALL, REVIEW, TEACH, TURNOVER, draws, seed_key
from simdiff.model.run import simulate
from simdiff.model.state import Sim

DRAWN = ("adopt_noise", "design_noise", "order", "threshold", "context_2")
"""Traits that are drawn by luck alone; capacity, design and the first context dimension also follow need."""
MONTHLY = (EXPLORE, DECIDE, INSTALL, TEACH, REVIEW, TURNOVER)


def words(sim: Sim, row: int, p: int = 0) -> list[tuple[float, ...]]:
    """Every draw of one school for one practice in the first five years, as the rules name it."""
    run, who, practice = sim.run[0], sim.site[row].who, sim.practice[p].word
    return [
        draws(run.key, who, t, decision, practice, run.replicate) for t in range(60) for decision in MONTHLY
    ]  # fmt: skip


@pytest.fixture(scope="module")
def with_newcomer() -> tuple[Sim, Sim, int, np.ndarray]:
    """A run of 14 schools, one of 15, the newcomer's row, and the rows of the others in the larger world."""
    rows = make_rows("north", 15)
    newcomer = 4
    fewer = [row for n, row in enumerate(rows) if n != newcomer]
    scenario = make_scenario({"networks": {"convene": 1.0}})
    small, large = (simulate(make_inputs(scenario, {"north": chosen}), 3) for chosen in (fewer, rows))
    return small, large, newcomer, np.delete(np.arange(15), newcomer)


def test_one_more_school_leaves_drawn_traits_alone(with_newcomer):
    """Catches luck that depends on the row or on how many schools there are."""
    small, large, _, others = with_newcomer
    for trait in DRAWN:
        np.testing.assert_array_equal(small.school[trait], large.school[trait][others], err_msg=trait)
    np.testing.assert_array_equal(small.use["relevance"], large.use["relevance"][others])


def test_one_more_school_leaves_every_draw_alone(with_newcomer):
    """Catches the same in the monthly draws, named exactly as the rules name them; the newcomer's are its own."""
    small, large, newcomer, others = with_newcomer
    assert all(words(small, n) == words(large, row) for n, row in enumerate(others))
    assert words(large, newcomer) != words(large, newcomer - 1)


def ring(sim: Sim) -> list[set[str]]:
    """Each school's convened peers, by identity."""
    start = sim.tie_from
    return [{str(sim.site[sim.tie[e].peer].who) for e in range(start[i, 1], start[i, 2])} for i in range(len(start))]


def test_one_more_school_moves_few_convened_ties(with_newcomer):
    """Catches a redrawn network: at most one tie of each of its six predecessors gives way to the newcomer."""
    small, large, newcomer, others = with_newcomer
    before, after, name = ring(small), ring(large), str(large.site[newcomer].who)
    lost = [len(before[n] - after[row]) for n, row in enumerate(others)]
    assert max(lost) == 1
    assert sum(lost) == 6
    for n, row in enumerate(others):
        assert after[row] - before[n] == ({name} if lost[n] else set())


def test_one_more_practice_leaves_the_luck_of_others_alone():
    """Catches luck numbered by the practice's place in the list: a practice put first changes no word of another."""
    alone = simulate(make_inputs(make_scenario(practices=THREE[1:2])), 2)
    both = simulate(make_inputs(make_scenario(practices=(THREE[0], THREE[1]))), 2)
    assert both.practice[1].word == alone.practice[0].word != both.practice[0].word
    assert all(words(alone, i, 0) == words(both, i, 1) != words(both, i, 0) for i in range(len(alone.site)))
    np.testing.assert_array_equal(alone.use["relevance"][:, 0], both.use["relevance"][:, 1])
    for trait in (*DRAWN, "capacity", "design"):
        np.testing.assert_array_equal(alone.school[trait], both.school[trait], err_msg=trait)


def of_district(sim: Sim, d: int) -> dict[str, bytes]:
    """All that happened in district d, by name; ``ranked_all`` compares with the whole world and is left out."""
    first, last = sim.district[d].first, sim.district[d].last
    ties = slice(sim.tie_from[first, 0], sim.tie_from[last - 1, 3])
    peers = sim.tie["peer"][ties] - first
    found = {"observed." + name: sim.observed[name][:, d].tobytes()
             for name in sim.observed.dtype.names if name != "ranked_all"}  # fmt: skip
    own = [name for name in sim.district.dtype.names if name not in ("first", "last", "group", "report")]
    found |= {f"district.{name}": sim.district[name][d].tobytes() for name in own}
    found |= {name: getattr(sim, name)[first:last].tobytes() for name in ("school", "use", "seen")}
    found |= {name: getattr(sim, name)[:, d].tobytes() for name in ("condition", "ledger")}
    found |= {name: getattr(sim, name)[d].tobytes() for name in ("knowledge", "survival", "waiting")}
    return found | {"peers": peers.tobytes(), "weights": sim.tie["weight"][ties].tobytes()}


def local_policy() -> dict:
    """Every lever but partners."""
    policy = full_policy()
    policy["networks"]["partners"] = []
    return policy


@pytest.mark.parametrize("added", ["alpha", "omega"])
@pytest.mark.parametrize("contagion", ["logit", "threshold"])
def test_disconnected_districts_add_up(added, contagion):
    """Catches districts that touch without a partner: with another district before or after it, nothing changes."""
    runs = []
    for names in (("north",), ("north", added)):
        scenario = make_scenario(local_policy(), districts=names, practices=THREE[:2],
                                 structure=ALL_SWITCHES | {"contagion": contagion}, years=6)  # fmt: skip
        rows = {"north": make_rows("north", 12), added: make_rows(added, 9, teachers=(20, 8))}
        runs.append(simulate(make_inputs(scenario, {name: rows[name] for name in names}), 4))
    alone, together = of_district(runs[0], 0), of_district(runs[1], int(added < "north"))
    assert [name for name in alone if alone[name] != together[name]] == []


def test_twin_partner_links_districts():
    """The comparison can fail: an active partner across districts does change its members."""
    runs = []
    for members in ({"north": "all"}, {"north": "all", "south": "all"}):
        partners = [{"name": "fund", "members": members, "ramp": 0}]
        scenario = make_scenario({"networks": {"partners": partners}}, districts=("north", "south"))
        runs.append(of_district(simulate(make_inputs(scenario), 4), 0))
    assert runs[0]["use"] != runs[1]["use"]


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return make_inputs(make_scenario({"mandate": 0.2}))


def trajectories(inputs: Inputs, count: int, same: bool = False) -> list[bytes]:
    """Monthly counts of each replicate; ``same`` plants a replicate word that is ignored."""
    found = []
    for replicate in range(count):
        sim = new_sim(inputs, replicate)
        if same:
            sim.run["replicate"] = sim.run["world_replicate"] = 0
        engine.begin(sim)
        engine.run_months(sim, 0, inputs.months)
        found.append(sim.observed.tobytes())
    return found


def test_replicates_are_distinct(inputs):
    """Catches replicates that share luck (mesa#2835: ten identical 'replicates'): 1,000 runs, 1,000 trajectories."""
    assert len(set(trajectories(inputs, 1_000))) == 1_000


def test_twin_that_ignores_the_replicate_is_caught(inputs):
    """The planted defect."""
    assert len(set(trajectories(inputs, 20, same=True))) == 1


def test_more_replicates_keep_the_first(inputs):
    """Catches luck that depends on how many replicates were asked for."""
    assert trajectories(inputs, 30)[:10] == trajectories(inputs, 10)


def test_replicates_out_of_range_are_refused(inputs):
    """Catches a replicate that takes the word of what all replicates share."""
    for replicate in (-1, 2**32 - 1):
        with pytest.raises(ValueError, match="replicate"):
            new_sim(inputs, replicate)
    assert len({fingerprint(simulate(inputs, r)) for r in (0, 2**32 - 2, 2**31)}) == 3


@pytest.mark.parametrize("world", ["redrawn", "fixed"])
def test_fixed_world_holds_traits(world):
    """Catches a *fixed* world that is redrawn, a *redrawn* one that is not, or a fixed one without other luck."""
    inputs = make_inputs(make_scenario({"mandate": 0.2}, world=world))
    runs = [simulate(inputs, replicate) for replicate in range(5)]
    for trait in (*DRAWN, "capacity", "design", "context_1"):
        assert len({run.school[trait].tobytes() for run in runs}) == (1 if world == "fixed" else 5), trait
    assert len({run.use["relevance"].tobytes() for run in runs}) == (1 if world == "fixed" else 5)
    assert len({run.observed.tobytes() for run in runs}) == 5


def test_a_lever_leaves_the_world_alone():
    """Catches luck that sees the policy: same schools, ties and traits with and without levers, and under a draw."""
    scenario = make_scenario()
    world = world_of(scenario, {"north": make_rows("north", 12)}, SEED)
    plain = simulate(prepare(scenario, world, SEED), 6)
    levers = {"goals": {"goals": 1.0}, "talent": {"change": 1.0}, "networks": {"convene": 1.0}}
    moved = simulate(make_inputs(make_scenario(levers)), 6)
    drawn = simulate(prepare(scenario, world, SEED, {"lapse": 0.5}), 6)
    for other in (moved, drawn):
        assert plain.tie.tobytes() == other.tie.tobytes()
        assert all(plain.school[t].tobytes() == other.school[t].tobytes() for t in (*DRAWN, "capacity", "design"))
        assert differences(plain, other, ("observed",))


def test_seeds_differ():
    """Catches a seed that does not reach the key."""
    assert seed_key(1) != seed_key(2)
    scenario = make_scenario({"mandate": 0.2})
    assert len({simulate(make_inputs(scenario, seed=seed), 0).observed.tobytes() for seed in range(20)}) == 20
