"""What the explorer shows, without its server: numbers of ``simdiff run``, terms that add up, a fair game."""

import math
from pathlib import Path

import numpy as np
import pytest

from simdiff.analysis.report_rows import summary_rows
from simdiff.explore import game
from simdiff.explore.base import Base, as_file, changed
from simdiff.explore.knobs import knobs_of
from simdiff.explore.story import story_of_school
from simdiff.explore.whatif import SHOWN, Studio, answers
from simdiff.explore.world import GoneError, Worlds
from simdiff.model.run import simulate
from simdiff.model.state import STAGES
from simdiff.register import LEVERS
from simdiff.scenario import ScenarioError, load_scenario
from simdiff.study.run import run_scenario

COACHES = "policy.talent.coaching.per_100_teachers"


@pytest.fixture(scope="module")
def base():
    return Base("four-levers", load_scenario(Path("four-levers")))


@pytest.fixture(scope="module")
def inputs(base):
    return Studio(1).inputs(base.loaded)


def ends(loaded, replicates):
    """Median, 5 and 95 % at the end, by outcome, of ``simdiff run``."""
    rows = summary_rows(run_scenario(loaded, replicates=replicates, seed=1)[0])
    return {row["outcome"]: [row["median"], row["chance_05"], row["chance_95"]] for row in rows
            if row["year"] == loaded.scenario.years}  # fmt: skip


def test_bands_are_those_of_run(base):
    """Catches batches joined wrongly, another seed, another place or practice: equal to the last bit."""
    policies = [base.loaded, changed(base, {COACHES: 0.2})]
    first = next(answers(Studio(1), policies, 0, lambda: True))
    for n, loaded in enumerate(policies):
        known = ends(loaded, first["replicates"])
        assert {one["name"]: one["numbers"][n] for one in first["outcomes"]} == {name: known[name] for name in SHOWN}


def test_policies_share_their_luck(base):
    """The same policy twice has no difference in any world, whatever chance does."""
    found = next(answers(Studio(1), [base.loaded, changed(base, {}, "other")], 0, lambda: True))
    assert {one["difference"]["text"] for one in found["outcomes"]} == {"no difference"}


def test_what_is_below_zero_has_one_minus_sign(base):
    """Fewer coaches are cheaper: points and dollars below zero look alike, in every sentence of the page."""
    found = next(answers(Studio(1), [base.loaded, changed(base, {COACHES: 0.2})], 0, lambda: True))
    said = {one["name"]: one["difference"] for one in found["outcomes"]}
    assert said["cost"]["text"].startswith("−$")
    assert said["depth"]["text"].startswith("−")
    told = [text for one in found["outcomes"] for text in (*one["end"], one["difference"]["text"])]
    assert not [text for text in told if "-" in text]


def test_a_newer_question_ends_an_older_one(base):
    """Catches a computation that goes on after nobody asks for it."""
    studio, asked = Studio(1), iter([True] * 3)
    assert list(answers(studio, [base.loaded] * 2, 0, lambda: next(asked, False))) == []
    assert sum(map(len, studio.batches.values())) <= 3


def test_what_is_remembered_is_bounded(base):
    """Catches memory that grows with every move of a slider."""
    studio = Studio(1)
    for n in range(12):
        studio.run([changed(base, {COACHES: n / 10})], 8, lambda: True)
    assert len(studio.batches) <= 6
    assert len(studio.worlds) == 1  # levers change no school and no tie


@pytest.mark.parametrize("shipped", [True, False])
def test_a_saved_file_runs_to_the_same(base, tmp_path, shipped):
    """Catches a file that says less, or other, than the page shows; short and whole."""
    changes = {COACHES: 0.2, "policy.goals.goals.stop": 24, "policy.flexibility.pilots.sites": 3}
    own = base if shipped else Base("mine.yaml", base.loaded)
    text = as_file(own, changes, "saved", 'a "title": <b>')
    assert text.startswith("extends: four-levers" if shipped else "format: 1")
    (tmp_path / "saved.yaml").write_text(text, encoding="utf-8")
    saved, shown = load_scenario(tmp_path / "saved.yaml"), changed(base, changes)
    assert saved.scenario.title == 'a "title": <b>'
    assert saved.text["policy"] == shown.text["policy"]
    assert ends(saved, 8) == ends(shown, 8)


@pytest.mark.parametrize(("name", "title"), [("../evil", "x"), ("<script>", "x"), ("good", "a\x00b")])
def test_a_file_that_could_not_be_read_is_not_saved(base, name, title):
    """Catches a name that leads elsewhere, and text that YAML refuses."""
    with pytest.raises(ScenarioError):
        as_file(base, {}, name, title)


def test_every_sub_lever_has_its_slider(base):
    """Catches a sub-lever that the page forgets, a slider without unit, or a price that is not told."""
    knobs = knobs_of(base.loaded.scenario, 60)
    shown = {knob["lever"] for knob in knobs if knob["part"] == "amount"}
    assert {lever.path for lever in LEVERS} | {
        "flexibility.pilots",
        "flexibility.zone",
        "networks.competition",
    } == shown
    assert all(knob["unit"] and knob["low"] < knob["high"] for knob in knobs)
    coaches = next(knob for knob in knobs if knob["path"] == COACHES)
    assert (coaches["unit"], coaches["value"]) == ("coaches per 100 teachers", 0.8)
    assert coaches["price"] == "$110k a FTE and year"


def test_a_value_for_all_holds_in_every_district(base):
    """Catches a slider that leaves a district at a value of its own."""
    own = Base("mine", changed(base, {COACHES: {"district": 0.3, "others": 1.0}}))
    assert changed(own, {COACHES: 0.5}).scenario.policy.talent.coaching.per_100_teachers == {
        "district": 0.5,
        "others": 0.5,
    }


def test_the_world_on_the_page_is_the_replicate_of_the_run(inputs):
    """The Mesa model after every month of policy is the engine's replicate; back and forth changes nothing."""
    worlds, sim = Worlds(), simulate(inputs, 3)
    worlds.begin("tab", inputs, 3)
    worlds.to("tab", 40)
    worlds.to("tab", 10)
    now = worlds.to("tab", 120)
    assert now["over"]
    assert now["stage"] == sim.use["stage"][:, 0].tolist()
    rows = worlds.select("tab", {"stage": "full", "depth": 0.6})
    wanted = (sim.use["stage"][:, 0] == STAGES.index("full")) & (
        sim.use["proficient"][:, 0] / inputs.world.site["teachers"] >= 0.6
    )
    assert [row["row"] for row in rows] == np.flatnonzero(wanted).tolist()


def test_old_worlds_are_let_go(inputs):
    """Catches worlds that pile up as pages are opened."""
    worlds = Worlds()
    for n in range(5):
        worlds.begin(f"tab {n}", inputs, 0)
    assert list(worlds.open) == ["tab 1", "tab 2", "tab 3", "tab 4"]
    with pytest.raises(GoneError):
        worlds.to("tab 0", 1)


ROWS = range(0, 60, 4)


@pytest.fixture(scope="module")
def stories(inputs):
    return [(row, turn) for row in ROWS for turn in story_of_school(inputs, 0, inputs.months, row)]


def test_stories_end_where_the_run_ends(inputs, stories):
    """A story that lived another world would launch, or drop, at other times."""
    sim = simulate(inputs, 0)
    for event, field in (("It launched", "launched"), ("It dropped the practice at its review", "dropped")):
        first = {}
        for row, turn in stories:
            if turn.what.startswith(event):
                first.setdefault(row, turn.month + inputs.burn_in)
        known = sim.use[field][:, 0]
        assert first == {row: int(known[row]) for row in ROWS if known[row] >= 0}


def test_terms_add_up_to_the_rules_own_numbers(stories):
    """E10, E11, E22: named terms, summed by hand, are the hazard, the logit and the exit hazard that the rules
    used; and what happens is what luck says."""
    kinds = {"explores it": 0, "decided": 0, "review": 0}
    for _, turn in stories:
        if "explores it" in turn.what and turn.terms:
            *parts, (summed, whole) = turn.terms
            assert whole == pytest.approx(sum(value for _, value in parts))
            if "scar" not in summed:
                assert turn.chance == pytest.approx(1 - math.exp(-whole), abs=1e-12)
            assert turn.luck < turn.chance
            kinds["explores it"] += 1
        elif "decided" in turn.what and turn.luck is not None:
            *parts, (_, whole) = turn.terms
            assert whole == pytest.approx(sum(value for _, value in parts), abs=1e-6)  # the slope is 1 by default
            assert turn.chance == pytest.approx(1 / (1 + math.exp(-whole)), abs=1e-6)
            assert (turn.luck < turn.chance) == turn.what.startswith("It decided to install")
            kinds["decided"] += 1
        elif "review" in turn.what and turn.chance is not None:
            *parts, (_, hazard) = turn.terms
            own = 0.05  # the practice's own exit hazard, a year (catalogue)
            assert hazard == pytest.approx(own * math.exp(sum(value for _, value in parts)), rel=1e-6)
            assert (turn.luck < turn.chance) == turn.what.startswith("It dropped")
            kinds["review"] += 1
    assert min(kinds.values()) >= 5


def test_the_game_of_a_constant_mix_is_the_scenario_that_says_it(base):
    """Decisions written into the monthly table act as levels without a ramp do."""
    left_out = {"policy.networks.partners": [], "policy.networks.competition.entries": 0}
    every = {}
    for lever in LEVERS:
        if lever.family in game.FAMILIES:
            amount = "per_100_teachers" if lever.name == "coaches" else "level"
            every |= {f"policy.{lever.path}.{amount}": 0.4, f"policy.{lever.path}.ramp": 0}
    said, played = changed(base, left_out | every), changed(base, left_out)
    run, _ = run_scenario(said, replicates=1, seed=1)
    known = [run.yearly[0, 0, run.outcomes.index(name), 1:, 0, 0] for name in ("spread", "depth", "cost")]
    inputs = Studio(1).inputs(played)
    # the last year of the game has an end of support where the scenario has none, which the first nine do not see
    found = game.played(inputs, played.scenario, [(1, 1, 1, 1)] * 10, 0)
    assert found[:9] == pytest.approx(np.column_stack(known)[:9], rel=1e-12)


def test_the_game_says_what_was_luck(base):
    """A player who holds the best mix at its own spend is not above it, and is not told so."""
    scenario = (loaded := changed(base, {"policy.networks.partners": []})).scenario
    inputs = Studio(1).inputs(loaded)
    known = [("goals hard", game._ends(inputs, scenario, [(2, 0, 0, 0)] * 10, 4)),
             ("nothing", game._ends(inputs, scenario, [(0, 0, 0, 0)] * 10, 4))]  # fmt: skip
    told = game.verdict(inputs, scenario, [(2, 0, 0, 0)] * 10, known)
    assert "goals hard" in told["rival"]
    assert "the same as" in told["verdict"]
    assert "Luck" in told["luck"]
