"""What a memo says of ties, of sweeps that are not complete, and of what is open though its numbers look firm."""

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from compare_worlds import worlds_of
from small_results import SWEEP, sweep_pair, write_pair

from simdiff.analysis.briefing import brief
from simdiff.analysis.contrasts import A_ABOVE, SAME, Contrast, Estimate, contrasts
from simdiff.analysis.effects import Share
from simdiff.analysis.factor_contrasts import Effect
from simdiff.analysis.gaps import Gap, gap_of
from simdiff.analysis.levels import Side
from simdiff.analysis.matched import Asked, options_of
from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.analysis.samples import Ask, AskError, utility
from simdiff.analysis.value import value_of_information
from simdiff.report.charts import PRINT
from simdiff.report.kinds.comparison import draw_differences
from simdiff.report.memo import content, money, order, ranges, reasons, rules
from simdiff.report.memo.assumed import limits
from simdiff.report.memo.labels import labels_of, titles_of
from simdiff.report.memo.pieces import Ledger, Paragraph, text_of
from simdiff.report.memo.speaker import Speaker

PART = Estimate(0.1, 0.1, 0.05, 0.15, 0.04, 0.2, 0.95, 0.001, 0.57, 0.55, 400, 40, 1.0, 0.86, 0.1)
"""A mean difference of 10 points; ahead in 57 % of worlds where ties, 86 % of them, count half: in 14 % strictly."""
EFFECT = Effect(0.1, 0.1, 0.05, 0.15, 0.04, 0.2, 0.95, 0.001, 1.0, 1.0, 400, 40, 1.0, 0.0, 0.0, "a", 0.95, 0.001)


def said(results: Results, asked: Asked | None = None) -> Speaker:
    found = brief(results, results.source.rows(), asked or Asked())
    options = {name: next(iter(cells.values())) for name, cells in options_of(results.plan).items()}
    experiment = results.plan.experiment
    return Speaker(found, Ledger(), labels_of(experiment, options), titles_of(experiment), ("x",))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A factorial of two switches, three draws of one replicate; a cell has the name of a factor."""
    folder = tmp_path_factory.mktemp("pairs")
    write_pair(folder)
    return read_results(sweep_pair(folder, """\
format: 1
name: pairs
title: Goals and talent
scenarios: {ends: {scenario: pair.yaml, title: No policy, set: {policy: null}}}
factors:
  goals: {title: Clear goals, on: {policy.goals: {goals: 0.9}}}
  talent: {on: {policy.talent.coaching: {per_100_teachers: 3.0}}}
replicates: 1
draws: 3
keep: {outcomes: [depth, spread, sustained, cost, equity_gap, overload, months_to_half]}
"""))  # fmt: skip


# ----- ties


def test_ahead_is_strictly_ahead_and_ties_are_said(pairs: Results) -> None:
    """57 % with half of 86 % are 14 %; 55 % of draws with half of 10 % are 50 %. The same the other way round."""
    speaker = said(pairs)
    words = text_of(rules.verdict(speaker, Contrast("depth", "a", "b", PART, (PART,), ("x",), 0.001, A_ABOVE), "depth"))
    assert ", in 14% (the same in 86%) of matched worlds and 50% (the same in 10%) of parameter draws. " in words
    less = replace(PART, mean=-0.1, above=0.43, draws_above=0.45)
    words = text_of(rules.verdict(speaker, Contrast("overload", "a", "b", less, (less,), ("x",), 0.001, A_ABOVE),
                                  "overload"))  # fmt: skip
    assert ", in 14% (the same in 86%) of matched worlds and 50% (the same in 10%) of parameter draws. " in words


# ----- sweeps that are not complete


def test_the_fewest_and_the_most_draws_are_told(pairs: Results) -> None:
    speaker = said(pairs)
    assert speaker.found.basis.sets == (3, 3)
    fewer = replace(speaker.found, basis=replace(speaker.found.basis, sets=(60, 120)))
    partial = replace(pairs, partial="PARTIAL: 300 of 360 runs are done, 0 of them failed.")
    words = text_of(ranges.ranges(replace(speaker, found=fewer), partial))
    assert "hold 90% of 60 to 120 sets of parameters of 1 replicate (a world) each" in words
    assert "and chance, which one replicate cannot tell apart from it" in words
    first = content._answer(speaker, partial)[0]
    assert isinstance(first, Paragraph)
    assert first.strong
    assert text_of(first.words).startswith("PARTIAL: 300 of 360 runs are done, 0 of them failed. Under ")


def test_the_chart_says_what_has_no_run_and_what_has_fewer(pairs: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(pairs).found
    comparison = found.comparison
    assert comparison is not None
    assert "more" not in draw_differences(pairs, comparison, PRINT).caption
    ran = comparison.worlds.ran.copy()
    ran[1, 1:] = False
    fewer = replace(comparison, worlds=replace(comparison.worlds, ran=ran))
    caption = draw_differences(pairs, fewer, PRINT).caption
    assert "3 parameter draws × 1 replicate (an option has 1 of these), matched world by world." in caption
    rows = pairs.source.rows()
    assert rows is not None
    monkeypatch.delitem(rows.by_cell, pairs.plan.cells[-1].id)
    idle = brief(pairs, rows, Asked())
    assert idle.comparison is not None
    caption = draw_differences(pairs, idle.comparison, PRINT).caption
    assert "1 more without a run yet." in caption
    assert "--cell" not in caption
    monkeypatch.undo()
    speaker = replace(said(pairs), found=idle)
    assert text_of(order.top(speaker)).startswith("Of 3 options with runs ")


def test_of_one_set_an_option_has_no_range(pairs: Results) -> None:
    speaker = said(pairs)
    one = replace(speaker.found.levels[speaker.found.headline]["depth"], parameter_low=math.nan, median=0.12)
    assert text_of(speaker.range_of(one, "depth", "x")) == "12% (one set of parameters)"


def test_too_few_runs_for_what_could_flip_name_every_option(pairs: Results) -> None:
    rows = pairs.source.rows()
    assert rows is not None
    names = [cell.name for cell in pairs.plan.cells[:3]]
    sides = [utility(pairs.plan, rows, name, Ask("depth")) for name in names]
    with pytest.raises(AskError, match=f"^{', '.join(names)}: 1 replicate"):
        value_of_information(sides, 1)


# ----- where less is better


def test_firm_orders_say_which_way(pairs: Results) -> None:
    """Pairs are (larger, smaller) with signs: of −5 and −2 the first takes away more."""
    speaker = said(pairs, Asked(("overload",)))
    for larger, smaller, words in ((-0.02, -0.05, "talent takes away more than Clear goals"),
                                   (0.05, 0.02, "Clear goals adds more than talent"),
                                   (0.05, -0.02, "Clear goals moves the share of overloaded schools further up than "
                                    "talent")):  # fmt: skip
        means = {"goals": larger, "talent": smaller}
        assert text_of(reasons._in_order(speaker, "goals", "talent", means)) == words


def test_an_interaction_is_what_two_do_together(pairs: Results) -> None:
    speaker = said(pairs)
    firm = replace(EFFECT, name="goals × talent")
    reading = SimpleNamespace(interactions=(firm, replace(firm, mean=0.02, parameters_low=0.01)))
    (words,) = [
        text_of(one)
        for one in reasons._interaction(speaker, SimpleNamespace(own=reading, levels={"goals": (), "talent": ()}))
    ]  # type: ignore[arg-type]
    assert words == (
        "Together, Clear goals and talent move depth by +10 points (+4.0 to +20) compared with the sum of what each "
        "does by itself; 1 more pair firmly so, by less. On shares, the level alone can bring that about: the nearer "
        "to half, the further the same push goes. It is no synergy yet."
    )


# ----- who is behind


def test_distances_stand_beside_their_difference(pairs: Results) -> None:
    speaker = said(pairs)
    pair = Contrast("equity_gap", "x", "y", replace(PART, tied=0.0, draws_tied=0.0), (PART,), ("x",), 0.001, SAME,
                    "parameters")  # fmt: skip
    words = text_of(rules.distances(speaker, Gap(pair, replace(PART, mean=0.081), replace(PART, mean=0.052))))
    assert words.startswith(
        "Whichever side is ahead, the mean distance of the equity gap from even is 8.1 points; under “y”, 5.2 points. "
        "In distance of the equity gap from even the two cannot be told apart"
    )
    own = said(pairs, Asked(("equity_gap",)))
    assert "mean distance" not in text_of(rules.gap(own)), "it stands in the answer"
    first = content._answer(own, pairs)[0]
    assert isinstance(first, Paragraph)
    assert text_of(first.words).count("Whichever side is ahead, the mean distance of the equity gap from even is ") == 1


def test_a_side_that_is_open_though_its_interval_is_not_says_why(pairs: Results) -> None:
    speaker = said(pairs)
    away = replace(PART, mean=0.02, parameters_low=0.01, parameters_high=0.05)
    for part, why, words in (
        (away, "most worlds", "is open (ahead on average, but not in more worlds than behind). "),
        (replace(away, parameters_low=-0.01), "parameters", "which of the two is behind is open. "),
    ):
        found = replace(speaker.found, gap=None, behind=Side(part, 0, why))
        assert words in text_of(rules.gap(replace(speaker, found=found)))


def test_districts_that_are_alike_are_not_ranked(pairs: Results) -> None:
    speaker = said(pairs)
    found = speaker.found.districts
    assert found.alike == (1, 1)
    assert len(found.means) == 2
    alike = replace(speaker, found=replace(speaker.found, districts=replace(found, alike=(2, 2))))
    words = text_of(rules.places(alike))
    assert words.startswith("Mean depth is the same in each of 2 simulated districts: ")
    assert "highest" not in words
    three = replace(found, means=(*found.means, found.means[-1]), alike=(1, 2))
    words = text_of(rules.places(replace(speaker, found=replace(speaker.found, districts=three))))
    assert " and 1 more, " in words


# ----- what drives it


def test_effects_that_are_none_everywhere_are_said_to_be(pairs: Results) -> None:
    speaker = said(pairs)
    none = replace(EFFECT, mean=0.0, chance_low=0.0, chance_high=0.0, parameters_low=0.0, parameters_high=0.0, p=1.0)
    words = text_of(reasons._bars(speaker, [EFFECT, none], ())[0])
    assert words.endswith("; 1 moves depth in no world.")
    assert "cannot be told" not in words


def test_why_an_effect_with_a_firm_interval_is_open(pairs: Results) -> None:
    speaker = said(pairs)
    many = replace(EFFECT, p_holm=0.2)
    words = text_of(reasons._bars(speaker, [many], ())[0])
    assert words.endswith("told from none (although by itself firm, among all that are compared it may be luck).")
    assert "luck" not in text_of(reasons._bars(speaker, [replace(many, parameters_low=-0.01)], ())[0])
    share = SimpleNamespace(total=EFFECT, shapley=(Share(many, 1.0, 0.9, 1.0),), shapley_order=())
    assert "which cannot be told from none (although by itself firm, among" in text_of(
        reasons._shares(speaker, share)[0]
    )  # type: ignore[arg-type]


def test_under_each_structure_what_does_nothing_moves_nothing(pairs: Results) -> None:
    """Each structure has its name and its own interval; two means are no interval."""
    speaker = said(pairs)
    none = replace(EFFECT, mean=0.0, chance_low=0.0, chance_high=0.0, parameters_low=0.0, parameters_high=0.0, p=1.0)
    low = replace(EFFECT, mean=0.02, parameters_low=0.01, parameters_high=0.03)

    def told(first: Effect, second: Effect) -> str:
        blocks = tuple(
            SimpleNamespace(block=SimpleNamespace(held={"contagion": level}),
                            factorial=SimpleNamespace(own=SimpleNamespace(main=(replace(one, name="goals"),))))
            for level, one in (("logit", first), ("threshold", second))
        )  # fmt: skip
        found = SimpleNamespace(blocks=blocks, signs={"goals": 1}, apart=("contagion",))
        words = text_of(reasons._under_each(speaker, found)[0])  # type: ignore[arg-type]
        assert words.startswith("Each over the levels of the others, compared with its own first level, and kept apart")
        return words.partition(" by contagion (2 parts): ")[2]

    assert told(EFFECT, low) == (
        "Clear goals moves depth by +10 points (+4.0 to +20) under logit and +2.0 "
        "points (+1.0 to +3.0) under threshold, firmly each time."
    )
    assert told(none, none) == "Clear goals moves depth in no world."


# ----- what nothing is known of


def test_one_replicate_has_no_chance(pairs: Results) -> None:
    comparison = said(pairs).found.comparison
    assert comparison is not None
    chart = draw_differences(pairs, comparison, PRINT)
    assert "Chance is not measured, of one replicate; thin: range of the draws; filled: firm" in chart.caption
    assert "interval of chance" not in chart.caption


def test_nothing_is_said_of_no_difference(pairs: Results) -> None:
    speaker = said(pairs)
    comparison = speaker.found.comparison
    assert comparison is not None
    nothing = replace(PART, worlds=0, mean=math.nan)
    unknown = tuple(replace(pair, whole=nothing) for pair in comparison.outcomes[0].contrasts)
    one = replace(comparison.outcomes[0], means=(nothing,) * 4, contrasts=unknown)
    found = replace(speaker.found, comparison=replace(comparison, outcomes=(one,)))
    empty = replace(speaker, found=found)
    assert text_of(ranges._intervals(empty)) == "none is known here. "
    words = text_of(order.picked(empty, of_top=True))
    assert words.endswith(" was taken; none has a mean. ")
    assert "picked" not in words


def test_one_that_was_picked_after_the_baseline_is_said_to_be(pairs: Results) -> None:
    speaker = said(pairs)
    comparison = speaker.found.comparison
    assert comparison is not None
    names = comparison.worlds.options
    for base, there in ((0.2, True), (0.05, False)):
        means = tuple(replace(PART, mean=base if name == speaker.found.baseline else 0.1) for name in names)
        one = replace(comparison, outcomes=(replace(comparison.outcomes[0], means=means),))
        words = text_of(order.picked(replace(speaker, found=replace(speaker.found, comparison=one)), of_top=True))
        assert ("was picked: after “No policy” it has the highest; that it is ahead of all others" in words) == there


def test_a_range_that_prints_as_its_mean_is_not_printed(pairs: Results) -> None:
    speaker = said(pairs)
    for mean, low, high, shown in ((0.0101, 0.0100, 0.0102, "+1.0 points (its range rounds to the same)"),
                                   (0.00001, -0.00001, 0.00002, "0 points (its range rounds to the same)"),
                                   (0.01, 0.01, 0.02, "+1.0 points (+1.0 to +2.0)"),
                                   (0.0, 0.0, 0.0, "0 points (0 to 0)")):  # fmt: skip
        one = replace(PART, mean=mean, parameters_low=low, parameters_high=high)
        assert text_of(speaker.estimate(one, "share of teaching", "x")) == shown


def test_units_stand_where_a_number_needs_them() -> None:
    book = Ledger()
    shown = [book.change(0.25, unit, "x").shown for unit in ("share", "month", "schools", "ratio", "$")]
    assert shown == ["+25 points", "+0.25 months", "+0.25 schools", "+0.25", "+$0"]
    assert book.distance(0.25, "month", "x").shown == "0.25 months", "a quarter of a month is no month"
    assert [book.wait(value, "month", "x", most=120).shown for value in (119.6, 119.0, 120.0)] == [
        "119.6 months", "119 months", "over 120 months"
    ]  # fmt: skip
    assert book.gap(3.0, "month", "x", bare=True).shown == "3"


def test_options_and_factors_of_one_name_are_told_apart(pairs: Results) -> None:
    """The cell `goals` is the option in which the factor `goals` is on; another cell may have the name of a factor."""
    speaker = replace(said(pairs), labels={"talent": "Another option"})
    assert speaker.factor("talent").text == "talent"
    assert speaker.label("talent").text == "Another option"
    assert speaker.factor("goals=on").text == "Clear goals = on"


def test_a_low_confidence_stands_in_the_answer(pairs: Results) -> None:
    for confidence, there in ((0.5, True), (0.95, False), (0.99, False)):
        (first, *_) = content._answer(said(pairs, Asked(confidence=confidence)), pairs)
        assert ("Firm means here: at a confidence of 50% only. " in text_of(first.words)) == there


def test_the_table_has_depth_beside_every_outcome(pairs: Results) -> None:
    for outcome, columns in (("depth", ["depth", "spread", "sustained", "cost"]),
                             ("spread", ["spread", "depth", "sustained", "cost"]),
                             ("equity_gap", ["equity_gap", "depth", "spread", "cost"]),
                             ("cost", ["cost", "depth", "spread", "sustained"])):  # fmt: skip
        assert content._columns(said(pairs, Asked((outcome,))).found) == columns


# ----- cost


def test_equal_spend_is_not_said_of_the_baseline(pairs: Results) -> None:
    speaker = said(pairs)
    comparison = speaker.found.comparison
    assert comparison is not None
    assert comparison.spending is not None
    equal = replace(comparison.spending, equal=True, all_equal=False, equal_draws=0.62)
    words = text_of(
        money.spend(replace(speaker, found=replace(speaker.found, comparison=replace(comparison, spending=equal))))
    )
    assert "all of them do at once in 62% of draws" in words
    assert "those from the baseline are not. " in words


def test_a_million_is_told_of_where_millions_were_spent(pairs: Results) -> None:
    speaker = said(pairs)
    found = speaker.found
    assert found.extra_cost is not None
    assert found.per_million is not None
    ratio = replace(found.per_million, value=0.02, low=0.01, high=0.03)
    for extra, told in ((28e3, False), (2e6, True)):
        pair = replace(found.extra_cost, whole=replace(found.extra_cost.whole, mean=extra))
        words = text_of(money.extra_cost(replace(speaker, found=replace(found, extra_cost=pair, per_million=ratio))))
        assert ("an extra million dollars goes with +2.0 points (+1.0 to +3.0) in depth" in words) == told
    unknown = text_of(money.extra_cost(replace(speaker, found=replace(found, per_million=None))))
    assert unknown.startswith("On average that is $"), "what an option costs is known though what it gains is not"
    own = said(pairs, Asked(("cost",)))
    assert "an extra million" not in text_of(money.cost(own))
    assert "frontier" not in text_of(money.cost(own))


# ----- what a reading by a statistician found


def test_a_mean_outside_of_its_range_is_said_to_be(pairs: Results) -> None:
    one = replace(PART, mean=0.28, parameters_low=0.0, parameters_high=0.24)
    words = text_of(said(pairs).estimate(one, "share of teaching", "x"))
    assert words == "+28 points (0 to +24; a few draws pull the mean out of it)"


def test_a_level_says_in_how_many_runs_it_is_known(pairs: Results) -> None:
    speaker = said(pairs)
    one = replace(speaker.found.levels[speaker.found.headline]["depth"], median=0.5, parameter_low=0.4,
                  parameter_high=0.6, defined=0.75)  # fmt: skip
    assert text_of(speaker.range_of(one, "depth", "x")) == "50% (40% to 60%; known in 75% of runs)"
    for defined, words in ((0.0, "undefined in every run"), (0.3, "undefined in most runs"),
                           (0.54, "undefined in most runs of a structure")):  # fmt: skip
        assert text_of(speaker.range_of(replace(one, median=math.nan, defined=defined), "depth", "x")) == words


def test_known_in_few_worlds_is_said_of_all_and_of_the_structure_that_has_fewest(pairs: Results) -> None:
    """42.5 % under one structure, 27.5 % under the other: 35 % in all."""
    parts = (replace(PART, defined=0.425), replace(PART, defined=0.275))
    pair = Contrast("depth", "a", "b", replace(PART, defined=0.35), parts, ("x", "y"), 1.0, SAME, "defined in 42%")
    assert text_of(rules.doubt(said(pairs), pair)) == "is known in 35% of worlds only, under one structure in 28%"
    one = replace(pair, structures=parts[:1], structure_names=("x",))
    assert text_of(rules.doubt(said(pairs), one)) == "is known in 35% of worlds only"


def test_one_that_is_not_the_best_of_all_is_not_said_to_be(pairs: Results) -> None:
    """Another has a higher mean, but something is firmly ahead of it: the pick is the best of the others alone."""
    speaker = said(pairs)
    comparison = speaker.found.comparison
    assert comparison is not None
    names, headline, base = comparison.worlds.options, speaker.found.headline, speaker.found.baseline
    means = tuple(replace(PART, mean={headline: 0.2, base: 0.1}.get(name, 0.3)) for name in names)
    one = replace(comparison, outcomes=(replace(comparison.outcomes[0], means=means),))
    words = text_of(order.picked(replace(speaker, found=replace(speaker.found, comparison=one)), of_top=True))
    assert "picked: of those that nothing is firmly ahead of, the baseline apart, it has the highest; " in words


def test_mean_distances_are_of_the_same_worlds() -> None:
    """By hand: .3 and .1 in the world that both have; the second option's other world does not count."""
    values = np.array([[[0.3, np.nan]], [[-0.1, 0.9]]])
    worlds = worlds_of({"equity_gap": values})
    (pair,) = contrasts(worlds, 0.95)
    gap = gap_of(worlds, pair, 0.95)
    assert (gap.first.mean, gap.second.mean) == pytest.approx((0.3, 0.1))
    assert gap.first.mean - gap.second.mean == pytest.approx(pair.whole.mean)


def test_what_firm_rests_on_stands_in_the_answer(pairs: Results) -> None:
    speaker = said(pairs)
    assert text_of(ranges.firmness(speaker)) == ""
    one = replace(
        speaker, found=replace(speaker.found, basis=replace(speaker.found.basis, sets=(1, 1), replicates=(4, 4)))
    )
    assert text_of(ranges.firmness(one)) == "Firm means here: at one set of parameters, beyond chance alone. "
    low = said(pairs, Asked(confidence=0.8))
    low = replace(low, found=replace(low.found, basis=one.found.basis))
    assert text_of(ranges.firmness(low)) == (
        "Firm means here: at a confidence of 80% only and at one set of parameters, beyond chance alone. "
    )
    single = replace(speaker.found, basis=replace(speaker.found.basis, sets=(1, 1), replicates=(1, 1)))
    assert text_of(ranges.firmness(replace(speaker, found=single))) == ""


def test_the_baseline_is_named_with_the_reason(pairs: Results) -> None:
    speaker = said(pairs)
    assert text_of(ranges._baseline(speaker)) == "The baseline is “No policy”, the option that costs least. "
    dear = said(pairs, Asked(baseline=speaker.found.headline))
    assert text_of(ranges._baseline(dear)).endswith(", as asked for. ")


def test_values_given_for_parameters_are_no_draws(pairs: Results) -> None:
    speaker = said(pairs)
    given = replace(speaker, found=replace(speaker.found, draws=0, basis=replace(speaker.found.basis, sets=(2, 2))))
    words = text_of(ranges.ranges(given, pairs))
    assert "the values that were given for some parameters, all others at their defaults" in words
    assert "what is not known of the parameters" not in words
    assert any("Ranges hold the values given for some parameters" in text_of(one) for one in limits(given))


def test_a_firm_lead_over_the_next_says_how_often_and_at_what_cost(pairs: Results) -> None:
    speaker = said(pairs)
    comparison, found = speaker.found.comparison, speaker.found
    assert comparison is not None
    assert found.next_best is not None
    pair = Contrast("depth", found.headline, found.next_best, PART, (PART,), ("x",), 0.001, A_ABOVE)
    cost = replace(PART, mean=15e6, parameters_low=14e6, parameters_high=16e6)
    less = replace(cost, mean=-15e6, parameters_low=-16e6, parameters_high=-14e6)
    for known in ({(found.headline, found.next_best): cost}, {(found.next_best, found.headline): less}):
        one = replace(
            comparison, outcomes=(replace(comparison.outcomes[0], contrasts=(pair,)),), cost_differences=known
        )
        words = text_of(order.beside_next(replace(speaker, found=replace(found, comparison=one))))
        assert "mean difference +10 points (+4.0 to +20), in 14% (the same in 86%) of matched worlds" in words
        assert words.endswith("; on average it costs $15M ($14M to $16M) more. ")


def test_one_world_is_no_average(tmp_path: Path) -> None:
    """Nothing is judged in one world, and nothing is said as if it were."""
    write_pair(tmp_path)
    results = read_results(sweep_pair(tmp_path, SWEEP.replace("replicates: 6", "replicates: 1")))
    speaker = said(results)
    assert speaker.found.basis.single
    told = " ".join([text_of(money.cost(speaker)), text_of(rules.gap(speaker)),
                     *(text_of(one) for one in limits(speaker))])  # fmt: skip
    assert "In this world that is $" in told
    assert "One world has no range" in told
    for words in ("On average", "mean distance", "of worlds", "judged together", "Ranges hold"):
        assert words not in told


def test_names_of_options_are_all_titles_or_all_their_own(pairs: Results) -> None:
    experiment = pairs.plan.experiment
    options = {name: next(iter(cells.values())) for name, cells in options_of(pairs.plan).items()}
    assert set(labels_of(experiment, options).values()) == {
        "No policy",
        "Clear goals",
        "talent",
        "Clear goals + talent",
    }
    alike = {name: factor.model_copy(update={"title": "Support"}) for name, factor in experiment.factors.items()}
    twins = experiment.model_copy(update={"factors": alike})
    assert labels_of(twins, options) == {name: name for name in options}
