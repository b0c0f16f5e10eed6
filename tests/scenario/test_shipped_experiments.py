"""The experiments that ship: each loads, can be planned and run, and asks what its comments say it asks."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import simdiff
from simdiff.analysis.optimise import decisions_of
from simdiff.model.inputs import BURN_IN, prepare, world_of
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations
from simdiff.model.policy import NEVER, support_end
from simdiff.model.run import simulate
from simdiff.register import PARAMETERS
from simdiff.scenario import LoadedExperiment, Scenario, load_experiment, load_scenario, resolve_practice
from simdiff.scenario import shipped_experiments as shipped
from simdiff.scenario.schema import Coaching, LeverLevel, Policy
from simdiff.study.blocks import observed, outcome_values
from simdiff.study.cells import Cell, scenario_of
from simdiff.study.chunks import Piece, compute
from simdiff.study.draws import prior_quantile
from simdiff.study.plan import Plan, make_plan, make_task

CELLS = {
    "best-mix": 120,
    "build-vs-buy": 4,
    "coaching-dose": 2 * 2 * 12,
    "each-sub-lever": 1 + 15 + 1,
    "equal-spend": 11,
    "fast-vs-slow": 2,
    "find-ways-to-support-more-experimentation": 4 * 4,
    "fixed-vs-adaptive": 2,
    "four-levers": 2**4,
    "funding-cliff": 7,
    "need-vs-readiness": 3**3,
    "pilots-vs-zones": 15,
    "regional-funds": 1 + 3 + 2 + 3 + 3 + 1,
    "share-practices-vs-failures": 2,
    "superintendent-change": 2 * 2 * 5,
    "tight-vs-loose": 2,
    "what-we-do-not-know": 2 * 400,
    "whole-vs-pick-and-mix": 2,
}
WORLDS = {"calibration": 3, "crpe-study": 2**4, "parity": 5, "recovery": 3, "validation": 26}
"""Experiments whose scenarios are worlds that commands of their own measure in; cells of each."""
MOST_WORK = 400_000_000
"""School-months: about three minutes on two cores."""
SIX = ["dallas", "denver", "henry", "lake", "pinellas", "riverside"]
PAGE = Path(simdiff.__file__).parents[1] / "docs" / "experiments.md"


@cache
def loaded_of(name: str) -> LoadedExperiment:
    return load_experiment(name)


@cache
def plan_of(name: str) -> Plan:
    return make_plan(loaded_of(name))


def cells_of(name: str) -> dict[str, Cell]:
    return {cell.name: cell for cell in plan_of(name).cells}


@cache
def scenarios_of(name: str) -> dict[str, Scenario]:
    return {cell.name: scenario_of(cell.text) for cell in plan_of(name).cells}


def policies_of(name: str) -> dict[str, Policy]:
    return {cell: scenario.policy for cell, scenario in scenarios_of(name).items()}


def levers(policy: Policy) -> Iterator[tuple[str, LeverLevel | Coaching]]:
    """Every sub-lever with a schedule that is above zero, by its place."""
    for family in ("goals", "flexibility", "talent", "networks"):
        parts = [(family, getattr(policy, family))]
        for place, part in parts:
            for field in type(part).model_fields:
                one = getattr(part, field)
                if field in ("school", "classroom"):
                    parts.append((f"{place}.{field}", one))
                elif isinstance(one, LeverLevel | Coaching) and any(height(one).values()):
                    yield f"{place}.{field}", one


def programmes(policy: Policy) -> dict[str, object]:
    """Every sub-lever that does something, by its place: with a schedule, or a programme with sites or members."""
    space, networks = policy.flexibility, policy.networks
    parts: dict[str, tuple[object, bool]] = {
        "pilots": (space.pilots, any(space.pilots.sites.values())),
        "zone": (space.zone, any(space.zone.schools.values())),
        "competition": (networks.competition, any(networks.competition.entries.values())),
        "partners": (networks.partners, bool(networks.partners)),
    }
    return dict(levers(policy)) | {place: part for place, (part, acts) in parts.items() if acts}


def height(lever: LeverLevel | Coaching) -> dict[str, float]:
    return lever.per_100_teachers if isinstance(lever, Coaching) else lever.level


def test_these_experiments_ship():
    assert sorted(shipped()) == sorted([*CELLS, *WORLDS])


@pytest.mark.parametrize(("name", "count"), WORLDS.items())
def test_worlds_of_measurement_run_like_any_experiment(name: str, count: int):
    """Catches a file that only its own command can read."""
    plan = plan_of(name)
    assert len(plan.cells) == count
    assert plan.experiment.question.endswith("?")
    done = compute(make_task(plan, [Piece(cell.id, 0, 0, 1) for cell in (plan.cells[0], plan.cells[-1])]))
    assert (done.runs, done.failed) == (2, 0)


@pytest.mark.parametrize("name", CELLS)
def test_each_says_what_it_asks(name: str):
    experiment = loaded_of(name).experiment
    assert experiment.name == name
    assert experiment.question.endswith("?")
    assert len(experiment.about) > 100


@pytest.mark.parametrize(("name", "count"), CELLS.items())
def test_each_has_its_cells_all_different_and_not_too_many_runs(name: str, count: int):
    plan = plan_of(name)
    assert len(plan.cells) == len(plan.unique) == count
    assert plan.size(plan.stages[0]) <= MOST_WORK


@pytest.mark.parametrize("name", CELLS)
def test_the_first_and_the_last_cell_run(name: str):
    plan = plan_of(name)
    pieces = [Piece(cell.id, len(plan.draws) - 1, 0, 1) for cell in (plan.cells[0], plan.cells[-1])]
    done = compute(make_task(plan, pieces))
    assert (done.runs, done.failed) == (2, 0)


def test_between_them_they_show_what_an_experiment_can_say():
    every = [loaded_of(name).experiment for name in CELLS]
    assert {one.design.kind for one in every} == {"factorial", "table", "one-at-a-time", "latin-hypercube"}
    assert {one.keep.series for one in every} == {"yearly", "monthly", "last"}
    assert [one.name for one in every if one.until] == ["build-vs-buy"]
    assert sum(one.draws > 0 for one in every) >= 5
    forms = [form for one in every for factor in one.factors.values() for form in factor.model_fields_set]
    assert {"values", "on", "levels", "prior"} <= set(forms)


# The best mix.


def test_best_mix_is_for_optimize_and_its_ends_are_what_its_comments_say():
    """Catches a factor that nobody decides, a range that a scenario refuses, and a policy that is there already."""
    loaded = loaded_of("best-mix")
    decided = {one.name: one for one in decisions_of(loaded.experiment)}
    assert list(decided) == ["coaches", "for-need", "leaders", "pilots", "goals", "room"]
    assert [len(one.levels) for one in decided.values()] == [0, 0, 0, 0, 3, 3]
    assert list(levers(load_scenario(Path("status-quo")).scenario.policy)) == []
    most = {name: one.value(one.choices() - 1) for name, one in decided.items()}
    policy = loaded.cell("district", most).scenario.policy
    assert policy.flexibility.pilots.sites == {"others": 12}
    assert policy.talent.coaching.per_100_teachers == {"others": 1.2}
    four = load_scenario(Path("four-levers")).scenario.policy
    assert (policy.goals, policy.flexibility.school) == (four.goals, four.flexibility.school)


# Four levers.


def test_four_levers_is_a_factorial_of_the_families_in_six_districts():
    names = [
        "base", "networks", "talent", "talent+networks",
        "flexibility", "flexibility+networks", "flexibility+talent", "flexibility+talent+networks",
        "goals", "goals+networks", "goals+talent", "goals+talent+networks",
        "goals+flexibility", "goals+flexibility+networks", "goals+flexibility+talent",
        "goals+flexibility+talent+networks",
    ]  # fmt: skip
    found = scenarios_of("four-levers")
    assert list(found) == names
    assert all(sorted(one.where.districts) == SIX for one in found.values())
    assert found["base"].policy == Policy()


def test_four_levers_has_the_doses_of_the_scenario():
    mine = policies_of("four-levers")["goals+flexibility+talent+networks"]
    theirs = load_scenario(Path("four-levers")).scenario.policy
    assert (mine.goals, mine.flexibility, mine.talent) == (theirs.goals, theirs.flexibility, theirs.talent)
    for part in ("convene", "identify", "competition"):
        assert getattr(mine.networks, part) == getattr(theirs.networks, part)
    # In the scenario 10 of 60 schools are members and one coach is paid; here as much for each school of a district.
    schools = {"dallas": 239, "denver": 202, "henry": 50, "lake": 57, "pinellas": 151, "riverside": 48}
    for partner in mine.networks.partners:
        (district, members), = partner.members.items()  # fmt: skip
        assert members == pytest.approx(schools[district] / 6, abs=0.6)
        assert partner.fte == pytest.approx(schools[district] / 60, abs=0.06)
        assert partner.level == theirs.networks.partners[0].level
    assert sorted(district for one in mine.networks.partners for district in one.members) == SIX


def test_the_six_districts_are_blocks_that_know_nothing_of_each_other():
    """Lake comes out the same to the last digit when the five others are taken away."""
    whole = scenarios_of("four-levers")["goals+flexibility+talent+networks"]
    said = whole.model_dump(mode="json")
    said["where"]["districts"] = {"lake": said["where"]["districts"]["lake"]}
    partners = [one for one in said["policy"]["networks"]["partners"] if "lake" in one["members"]]
    said["policy"]["networks"]["partners"] = partners
    depths = []
    for scenario in (whole, Scenario.model_validate(said)):
        run = Observations.of_sim(simulate(prepare(scenario, world_of(scenario, {}, 1), 1), 0))
        at = sorted(scenario.where.districts).index("lake")
        depths.append(OUTCOME_FUNCTIONS["depth"](run)[:, at])
    assert depths[0].max() > 0.1
    np.testing.assert_array_equal(*depths)


# Equal spend.


def test_every_policy_of_equal_spend_but_nothing_spends_twenty_million():
    """Median of all payers in ten years, within 3 % (default parameters, 40 replicates)."""
    spent = {}
    for name, scenario in scenarios_of("equal-spend").items():
        runs = observed(prepare(scenario, world_of(scenario, {}, 1), 1), range(40))
        spent[name.removeprefix("policy=")] = float(np.median(outcome_values(runs, ["cost"])[:, 0, -1]))
    assert spent.pop("nothing") < 2e6
    assert len(spent) == 10
    assert {name: cost for name, cost in spent.items() if abs(cost / 20e6 - 1) > 0.03} == {}


def test_policies_of_equal_spend_are_what_they_are_called():
    found = {name.removeprefix("policy="): policy for name, policy in policies_of("equal-spend").items()}
    families = {name: {place.split(".")[0] for place, _ in levers(policy)} for name, policy in found.items()}
    assert families == {
        "nothing": set(), "coaches": {"talent"}, "goals": {"goals", "talent"}, "flexibility": {"flexibility", "talent"},
        "talent": {"talent"}, "networks": {"networks", "talent"}, "competitions": set(), "pilots": set(),
        "zone": {"flexibility"}, "four-levers": {"goals", "flexibility", "talent", "networks"},
        "no-coaches": {"goals", "flexibility", "talent", "networks"},
    }  # fmt: skip
    coached = [name for name, policy in found.items() if any(policy.talent.coaching.per_100_teachers.values())]
    assert coached == ["coaches", "goals", "flexibility", "talent", "networks", "four-levers"]
    assert [name for name, policy in found.items() if policy.budget] == coached
    for name in coached:
        coaching = found[name].talent.coaching
        assert (coaching.per_100_teachers, coaching.ramp) == ({"others": 5.0}, {"others": 0})
    assert found["pilots"].flexibility.pilots.sites == {"others": 40}
    assert found["zone"].flexibility.zone.schools == {"others": 48}
    assert found["competitions"].networks.competition.rounds == 10


# The others.


def test_coaching_dose_has_twelve_doses_in_four_settings():
    doses = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 2, 3]
    found = scenarios_of("coaching-dose")
    for prefix in ("", "dilution,", "others,", "others+dilution,"):
        for dose in doses:
            scenario = found[f"{prefix}coaches={dose:g}"]
            assert scenario.policy.talent.coaching.per_100_teachers == {"others": dose}
            assert scenario.structure.dilution == ("dilution" in prefix)
            others = {place for place, _ in levers(scenario.policy)} - {"talent.coaching"}
            assert len(others) == (10 if "others" in prefix else 0) + ("others" in prefix)
            assert scenario.policy.networks.partners == []


def test_build_and_buy_differ_in_needs_and_exits_and_share_their_luck():
    found = {name: one.practices for name, one in scenarios_of("build-vs-buy").items()}
    assert {name: list(practices) for name, practices in found.items()} == {name: ["reform"] for name in found}
    told = {name: resolve_practice("reform", practices["reform"]) for name, practices in found.items()}
    attributes = {n: (one.school_flexibility, one.classroom_flexibility, one.exit_hazard) for n, one in told.items()}
    assert attributes == {
        "build": (0.3, 0.5, 0.015), "buy": (0.6, 0.8, 0.12),
        "buy-undemanding": (0.3, 0.5, 0.12), "buy-untied": (0.6, 0.8, 0.015),
    }  # fmt: skip
    policies = policies_of("build-vs-buy")
    assert all(policy == policies["build"] for policy in policies.values())
    until = loaded_of("build-vs-buy").experiment.until
    assert until is not None
    assert (until.outcome, until.contrast, until.halfwidth) == ("real_use", "build", 0.01)


def test_pilots_zones_and_all_have_comparable_cover():
    found = {name: policy.flexibility for name, policy in policies_of("pilots-vs-zones").items()}
    assert list(found) == [
        "base", "pilots=6", "pilots=12", "pilots=24", "zone=6", "zone=12", "zone=24",
        "all=tenth", "all=fifth", "all=two-fifths", "pilots=12,picked=random", "pilots=12,picked=need",
        "pilots=12,lasting=ten-years", "pilots=12,picked=random,lasting=ten-years", "zone=12,lasting=three-years",
    ]  # fmt: skip
    for name, sites in {"tenth": 6, "fifth": 12, "two-fifths": 24}.items():
        spread = found[f"all={name}"]
        for level in (spread.school, spread.classroom):
            assert level.clarify.level["others"] == pytest.approx(sites / 60)
            assert level.grant.level["others"] == pytest.approx(0.8 * sites / 60)
        assert spread.pilots.sites == spread.zone.schools == {"others": 0}
        assert found[f"pilots={sites}"].pilots.sites == {"others": sites}
        assert found[f"zone={sites}"].zone.schools == {"others": sites}
    assert found["pilots=12"].pilots.waiver == found["zone=12"].zone.waiver == 0.8
    assert (found["pilots=12"].pilots.select, found["pilots=12"].pilots.years) == ("signal", 3)
    assert found["pilots=12,picked=random,lasting=ten-years"].pilots.years == 10
    assert (found["zone=12"].zone.stop, found["zone=12,lasting=three-years"].zone.stop) == (None, {"others": 36})
    assert [place for place, _ in levers(policies_of("pilots-vs-zones")["base"])] == ["talent.coaching"]


def test_need_and_readiness_meet_at_three_doors():
    found = policies_of("need-vs-readiness")
    need = found["pilots=need,places=1,coaches=6"]
    assert need.slots is not None
    assert (need.flexibility.pilots.select, need.slots.need_weight) == ("need", 1)
    assert need.talent.coaching.need_weight == 6
    # A school with .8 low-income pupils counts e^(w × .4) times one with .4: 1, 3 and 11, as the comment says.
    weights = loaded_of("need-vs-readiness").experiment.factors["coaches"].values
    assert weights is not None
    assert [round(float(np.exp(0.4 * float(w)))) for w in weights] == [1, 3, 11]


@pytest.mark.parametrize("month", [36, 60, 84])
def test_a_cliff_ends_everything_and_keeps_its_level(month: int):
    policy, before = (policies_of("funding-cliff")[f"ending={name}"] for name in (f"cliff-{month}", "never"))
    had, stopped = dict(levers(before)), dict(levers(policy))
    assert len(had) == 12
    assert {place: height(one) for place, one in stopped.items()} == {p: height(one) for p, one in had.items()}
    assert {place for place, one in stopped.items() if one.stop != {"others": month}} == set()
    assert {place for place, one in had.items() if one.stop} == set()
    assert [partner.stop for partner in policy.networks.partners] == [month]
    assert support_end(policy, "district", BURN_IN) == BURN_IN + month


def test_endings_that_soften_the_fall():
    found = {name.removeprefix("ending="): policy for name, policy in policies_of("funding-cliff").items()}
    kept = {name: {p for p, one in levers(policy) if not one.stop} for name, policy in found.items()}
    assert kept["taper"] == set()
    assert kept["local-coaches"] == {"talent.coaching"}
    assert kept["local-desks"] == {
        "goals.problems", "goals.goals", "flexibility.school.clarify", "flexibility.school.grant",
        "flexibility.classroom.clarify", "flexibility.classroom.grant", "talent.sharing",
    }  # fmt: skip
    ends = {name: support_end(policy, "district", BURN_IN) for name, policy in found.items()}
    assert ends["taper"] == ends["local-desks"] == BURN_IN + 60
    assert ends["never"] == ends["local-coaches"] == NEVER
    # Of 3,450 teachers .8 per 100 are 27.6 coaches; .2 are 6.9, and the fund pays the rest and its own 0.8.
    fund = found["local-coaches"].networks.partners[0]
    assert fund.level * fund.fte == pytest.approx(27.6 - 6.9 + 0.8, abs=0.05)


def test_exits_of_superintendents_are_those_named():
    policies = policies_of("superintendent-change")
    found = {name: policy.superintendent.exits["others"] for name, policy in policies.items()}
    exits = {"never": "never", "hazard": "hazard", "early": [24], "late": [60], "both": [24, 60]}
    families = ("", "talent,", "goals,", "goals+talent,")
    assert found == {f"{family}exits={name}": told for family in families for name, told in exits.items()}


def test_regional_funds_changes_the_partner_in_one_thing_at_a_time():
    found = scenarios_of("regional-funds")
    theirs = load_scenario(Path("all-six")).scenario.policy.networks.partners
    base = found["base"].policy.networks.partners
    assert base == theirs
    changed = {}
    for name, scenario in found.items():
        now, before = scenario.policy.networks.partners[0].model_dump(), base[0].model_dump()
        changed[name] = [key for key in now if now[key] != before[key]]
        assert scenario.structure.partner_stock == (name == "experience")
    fields = {"level": "level", "members": "members", "coaches": "fte", "match": "match"}
    assert changed == {name: [fields[name.split("=")[0]]] if "=" in name else [] for name in found}
    assert sum(found["members=twice"].policy.networks.partners[0].members.values()) == 90


def test_budgets_of_regional_funds_are_about_300_dollars_a_teacher():
    scenario = scenarios_of("regional-funds")["base"]
    budget = scenario.policy.budget
    assert budget is not None
    site = world_of(scenario, {}, 1).site
    teachers = {name: int(site["teachers"][site["district"] == d].sum()) for d, name in enumerate(SIX)}
    assert {name: round(budget.annual[name] / teachers[name], -1) for name in SIX} == pytest.approx(
        dict.fromkeys(SIX, 300), abs=20
    )


def test_points_of_what_we_do_not_know_are_the_same_in_both_scenarios_and_inside_the_priors():
    found = cells_of("what-we-do-not-know")
    for number in (1, 17, 400):
        ours, theirs = (found[f"{name}/point-{number:03d}"] for name in ("status-quo", "four-levers"))
        assert ours.levels == theirs.levels
        assert json.loads(ours.text)["parameters"] == json.loads(theirs.text)["parameters"]
    points = [cell.levels for name, cell in found.items() if name.startswith("status-quo/")]
    factors = loaded_of("what-we-do-not-know").experiment.factors
    priors = {name: PARAMETERS[factor.prior] for name, factor in factors.items() if factor.prior}
    assert len(priors) == 16
    for name, parameter in priors.items():
        values = sorted(float(point[name]) for point in points)
        assert prior_quantile(parameter, 0.005) <= values[0] < prior_quantile(parameter, 0.0051)
        assert prior_quantile(parameter, 0.99) < values[-1] <= prior_quantile(parameter, 0.995)
    counts = {form: sum(point["contagion"] == form for point in points) for form in ("logit", "hazard", "threshold")}
    assert sorted(counts.values()) == [133, 133, 134]


# Sub-levers and choices.


def test_each_sub_lever_file_has_one_sub_lever_at_the_dose_of_its_family():
    """Catches a file that does more than its title says, and a dose that drifted from the family's."""
    found = policies_of("each-sub-lever")
    names = {
        "only-clear-problems": {"goals.problems"}, "only-clear-goals": {"goals.goals"},
        "only-clarify-allowed": {"flexibility.school.clarify", "flexibility.classroom.clarify"},
        "only-grant-schools": {"flexibility.school.grant"}, "only-grant-classrooms": {"flexibility.classroom.grant"},
        "only-space-out-of-school": {"flexibility.out_of_school"}, "only-space-pilots": {"pilots"},
        "only-space-zone": {"zone"}, "only-coaching": {"talent.coaching"}, "only-change-support": {"talent.change"},
        "only-knowledge-sharing": {"talent.sharing"}, "only-convening": {"networks.convene"},
        "only-identify": {"networks.identify"}, "only-competitions": {"competition"}, "only-partners": {"partners"},
    }  # fmt: skip
    assert list(found) == ["status-quo", *names, "all-sub-levers"]
    whole = programmes(found["all-sub-levers"])
    assert set(whole) == set[str]().union(*names.values())
    families = programmes(load_scenario(Path("four-levers")).scenario.policy)
    assert set(whole) == {*families, "pilots", "zone"}
    assert {place: whole[place] for place in families} == families
    for name, places in names.items():
        mine = programmes(found[name])
        assert set(mine) == places
        assert mine == {place: whole[place] for place in places}


def differences(name: str) -> set[str]:
    """Paths of settings in which the two scenarios of an experiment differ."""
    first, second = (scenario.model_dump(mode="json") for scenario in scenarios_of(name).values())

    def walk(one: object, other: object, at: str) -> set[str]:
        if isinstance(one, dict) and isinstance(other, dict):
            return set().union(*(walk(one.get(k), other.get(k), f"{at}.{k}") for k in {*one, *other}))
        return set() if one == other else {at.removeprefix(".")}

    return {path for path in walk(first, second, "") if path.split(".")[0] not in ("name", "title", "about")}


def test_each_choice_is_a_contrast_of_two_in_what_its_comment_says():
    assert differences("fixed-vs-adaptive") == {"policy.adaptive"}
    assert differences("share-practices-vs-failures") == {"policy.share_failures"}
    assert {path for path in differences("fast-vs-slow") if not path.endswith(".ramp.others")} == {"policy.slots"}
    assert len(differences("fast-vs-slow")) == 12 + 1  # sub-levers with a ramp in four-levers, and the quota
    tight = {"policy.goals.problems", "policy.goals.goals", "policy.networks.identify"}
    loose = {f"policy.flexibility.{level}.{one}" for level in ("school", "classroom") for one in ("clarify", "grant")}
    assert {path.removesuffix(".level.others") for path in differences("tight-vs-loose")} == tight | loose
    needs = {"school_flexibility", "classroom_flexibility", "load"}
    assert differences("whole-vs-pick-and-mix") == {f"practices.practice.{one}" for one in needs} | {
        "parameters.invent_rate.value",
        "parameters.invent_rate.reason",
    }


# The page about experiments.


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_examples_of_the_page_can_be_planned(page: str, tmp_path: Path):
    for name, text in re.findall(r"^<!-- file: ([\w-]+\.csv) -->\n```csv\n(.*?)```", page, re.DOTALL | re.MULTILINE):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = {}
    for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        file = tmp_path / "example.yaml"
        file.write_text(text, encoding="utf-8")
        plan = make_plan(load_experiment(str(file)))
        found[plan.experiment.name] = [cell.name for cell in plan.cells]
    assert found["more-coaches"] == ["coaches=0", "coaches=1", "coaches=2"]
    assert found["two-families"] == ["base", "talent", "goals", "goals+talent"]
    assert found["late-and-large"] == ["coaches=0.2,start=0", "coaches=0.4,start=24", "coaches=0.8,start=48"]
    assert found["proposals"] == ["point-1", "point-2", "point-3"]
    assert (found["mixes"][0], len(found["mixes"])) == ("point-001", 200)
    assert len(found["how-schools-decide"]) == 2 * 20 * (3 + 1)
    assert found["our-draws"] == ["status-quo", "talent"]
    assert len(found) == 10


def test_the_page_names_every_experiment_that_ships(page: str):
    assert re.findall(r"^\| `([\w-]+)` \|.*\|.*\|$", page.split("## Settings")[0], re.MULTILINE) == [
        "four-levers", "equal-spend", "coaching-dose", "build-vs-buy", "pilots-vs-zones", "need-vs-readiness",
        "funding-cliff", "superintendent-change", "regional-funds", "what-we-do-not-know", "best-mix",
        "each-sub-lever", "find-ways-to-support-more-experimentation", "tight-vs-loose", "fast-vs-slow",
        "fixed-vs-adaptive", "whole-vs-pick-and-mix", "share-practices-vs-failures",
    ]  # fmt: skip
