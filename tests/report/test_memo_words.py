"""Sentences of memos in cases that are easily told wrongly: less is better, waits, places, rivals, few draws."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from small_results import SWEEP, run_pair, sweep_pair, write_pair

from simdiff.analysis.briefing import brief
from simdiff.analysis.cell_values import Asked as AskedEffects
from simdiff.analysis.cell_values import values_of
from simdiff.analysis.comparison import compare
from simdiff.analysis.contrasts import A_ABOVE, B_ABOVE, SAME, Contrast, Estimate
from simdiff.analysis.cost import ratio, ratio_under
from simdiff.analysis.factor_contrasts import effect_of
from simdiff.analysis.matched import Asked, CompareError, options_of
from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.analysis.summary import Interval
from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.report.compare_legend import layers_words
from simdiff.report.memo import order, reasons, rules
from simdiff.report.memo.assumed import limits
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.labels import labels_of, titles_of
from simdiff.report.memo.nouns import link, noun
from simdiff.report.memo.pieces import Code, Ledger, Memo, Paragraph, Points, text_of
from simdiff.report.memo.speaker import Speaker
from simdiff.report.memo.written import written
from simdiff.report.steps import step, steps

CONTAGION = "{logit: {structure.contagion: logit}, threshold: {structure.contagion: threshold}}"
PART = Estimate(0.1, 0.1, 0.05, 0.15, 0.04, 0.2, 0.95, 0.001, 0.96, 0.975, 400, 40, 1.0, 0.0, 0.0)
DOLLARS = replace(PART, mean=-42e6, chance_low=-45e6, chance_high=-40e6, parameters_low=-50e6, parameters_high=-30e6)
WHOLE = Interval(36.0, 36.0, 36.0, 36.0, 36.0, 1.0)


def said(results: Results, asked: Asked | None = None) -> Speaker:
    found = brief(results, results.source.rows(), asked or Asked())
    options = {name: next(iter(cells.values())) for name, cells in options_of(results.plan).items()}
    experiment = results.plan.experiment
    return Speaker(found, Ledger(), labels_of(experiment, options), titles_of(experiment), ("x",))


def text(memo: Memo) -> str:
    blocks = [block for section in memo.sections for block in section.blocks]
    told = [text_of(block.words) for block in blocks if isinstance(block, Paragraph)]
    return " ".join(told + [text_of(one) for block in blocks if isinstance(block, Points) for one in block.points])


@pytest.fixture(scope="module")
def singles(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Coaches and goals one at a time, three draws of two replicates; no coaches are also a level."""
    folder = tmp_path_factory.mktemp("singles")
    write_pair(folder)
    return read_results(sweep_pair(folder, """\
format: 1
name: singles
title: One at a time
scenarios: {ends: {scenario: pair.yaml, set: {policy: null}}}
factors:
  coaches: {title: Coaches, path: policy.talent.coaching.per_100_teachers, values: [0, 1, 3]}
  goals: {on: {policy.goals: {goals: 0.9}}}
design: {kind: one-at-a-time}
replicates: 2
draws: 3
keep: {outcomes: [depth, spread, cost, equity_gap, months_to_half, peer_seeded, overload, sustained, survival_real]}
"""))  # fmt: skip


@pytest.fixture(scope="module")
def rival(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A factorial of two switches under two structures, three draws of two replicates."""
    folder = tmp_path_factory.mktemp("rival")
    write_pair(folder)
    return read_results(sweep_pair(folder, f"""\
format: 1
name: rivals
title: Under two structures
scenarios: {{ends: {{scenario: pair.yaml, set: {{policy: null}}}}}}
factors:
  coaches: {{on: {{policy.talent.coaching: {{per_100_teachers: 3.0}}}}}}
  goals: {{on: {{policy.goals: {{goals: 0.9}}}}}}
  contagion: {{levels: {CONTAGION}}}
replicates: 2
draws: 3
"""))  # fmt: skip


@pytest.fixture(scope="module")
def undrawn(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Three options at the default parameters."""
    folder = tmp_path_factory.mktemp("undrawn")
    write_pair(folder)
    return read_results(sweep_pair(folder, SWEEP))


# ----- options


def test_a_level_that_is_set_already_makes_no_option(singles: Results) -> None:
    ids = [cell.id for cell in singles.plan.cells]
    assert len(set(ids)) < len(ids), "no coaches is what the scenario says"
    names = list(options_of(singles.plan))
    assert len(names) == len(set(ids)) == 4
    assert said(singles).found.headline != said(singles).found.baseline


def test_the_baseline_alone_cannot_be_told_of(singles: Results) -> None:
    base = str(said(singles).found.baseline)
    for asked in (Asked(cells=(base,)), Asked(cells=(base,), baseline=base), Asked(cells=("goals",), baseline="goals")):
        with pytest.raises(CompareError, match="is what options are compared with"):
            brief(singles, singles.source.rows(), asked)


def test_doses_stand_in_brackets(singles: Results) -> None:
    assert said(singles).label("coaches=3").text == "Coaches (3)"
    assert said(singles).named("coaches=3").text == "“Coaches (3)”"


# ----- how one was picked


def test_the_lowest_of_several_means_is_too_low(singles: Results) -> None:
    """Of costs the least is ahead, and what is spent in no option is firmly ahead of what is spent in others."""
    speaker = said(singles, Asked(("cost",)))
    found = speaker.found
    comparison = found.comparison
    assert comparison is not None
    words = text_of(order.picked(speaker, of_top=True))
    assert words.endswith("all others is not established, and the lowest of several means is on average too low. ")
    others = [name for name in found.options if name != found.baseline]
    ranking = replace(comparison.outcomes[0].ranking, above=tuple((str(found.baseline), name) for name in others))
    ranked = replace(comparison, outcomes=(replace(comparison.outcomes[0], ranking=ranking),))
    words = text_of(order.top(replace(speaker, found=replace(found, comparison=ranked))))
    base = speaker.named(found.baseline).text
    assert f"nothing is firmly ahead of {base}. As the example, by its mean cost, " in words
    assert f"was picked: after {base} it has the lowest; the lowest of several" in words
    assert "not established" not in words
    assert "too high" not in words


def test_the_next_is_compared_with(singles: Results) -> None:
    """Worth working all four, or would three do? The best mean of the rest stands beside the headline."""
    speaker = said(singles)
    found = speaker.found
    assert found.next_best not in (None, found.headline, found.baseline)
    comparison = found.comparison
    assert comparison is not None
    (pair,) = [one for one in comparison.outcomes[0].contrasts
               if {one.first, one.second} == {found.headline, found.next_best}]  # fmt: skip
    for verdict, words in (
        (A_ABOVE, "is firmly ahead of it, mean difference +10 points"),
        (SAME, "cannot be told apart from it"),
        (B_ABOVE, "is firmly behind it, mean difference "),
        ("structures disagree", "structures of the model"),
    ):
        first = replace(pair, first=found.headline, second=str(found.next_best), whole=PART, verdict=verdict,  # type: ignore[arg-type]
                        why="many comparisons" if verdict == SAME else "")  # fmt: skip
        one = replace(comparison, outcomes=(replace(comparison.outcomes[0], contrasts=(first,)),))
        told = text_of(order.beside_next(replace(speaker, found=replace(found, comparison=one))))
        assert words in told
        assert ("among all that are compared it may be luck" in told) == (verdict == SAME)


def test_a_mean_of_what_has_an_article(singles: Results) -> None:
    words = text_of(order.picked(said(singles, Asked(("peer_seeded",))), of_top=True))
    assert "by its mean of the peer-seeded share of launches, " in words
    assert "that it is higher than all others" in words


# ----- outcomes in sentences


@pytest.mark.parametrize("outcome", [one.name for one in (*OUTCOMES, *FINAL_OUTCOMES)])
def test_every_outcome_is_a_noun_without_digits(outcome: str) -> None:
    assert re.fullmatch(r"[a-z][a-z ,-]+", noun(outcome))
    assert noun(outcome) not in ("sustained", "ever launched", "overloaded schools", "teachers using")
    assert link(outcome) == "" or (link(outcome).startswith(" ") and link(outcome).endswith(" "))


@pytest.mark.parametrize("outcome", ["depth", "cost", "months_to_half", "peer_seeded", "survival_real", "sustained"])
def test_sentences_begin_with_capitals_and_say_nothing_undefined(singles: Results, outcome: str) -> None:
    told = text(write_memo(singles, Wish("How far?", Asked((outcome,)), "simdiff memo x")))
    assert not re.findall(r"[.?] [a-z]", told)
    assert "undefined in most runs are" not in told
    assert "the the " not in told
    assert told.count("are then still in real use") == (outcome != "sustained")


def test_a_wait_has_a_unit_and_says_where_it_did_not_end(singles: Results) -> None:
    speaker = said(singles, Asked(("months_to_half",)))
    wait = replace(WHOLE, low=12.0, median=20.0)
    found = replace(speaker.found, basis=replace(speaker.found.basis, sets=(1, 1), replicates=(40, 40)))
    one = replace(speaker, found=found)
    assert text_of(one.range_of(wait, "months_to_half", "x")) == "20 months (12 to over 36)"
    assert text_of(one.range_of(WHOLE, "months_to_half", "x")) == "over 36 months"


def test_two_that_never_get_there_are_said_to(singles: Results) -> None:
    speaker = said(singles, Asked(("months_to_half",)))
    found = speaker.found
    comparison = found.comparison
    assert comparison is not None
    pair = found.against_baseline()[found.headline]
    never = {"months_to_half": np.full_like(comparison.worlds.values["months_to_half"], 36.0)}
    worlds = replace(comparison.worlds, values={**comparison.worlds.values, **never})
    nobody = replace(speaker, found=replace(found, comparison=replace(comparison, worlds=worlds)))
    assert "Neither gets there in any world" in text_of(rules.verdict(nobody, pair, "months_to_half"))
    never["months_to_half"][:] = 35.0
    alike = replace(pair, verdict=SAME, why="the same")
    assert "the two do not differ in any world" in text_of(rules.verdict(nobody, alike, "months_to_half"))


def test_effects_count_a_wait_with_its_whole_length(singles: Results) -> None:
    """What effects read is what is compared: a run that never gets there counts with its 36 months."""
    rows = singles.source.rows()
    assert rows is not None
    cells = singles.plan.cells
    raw = np.stack([rows.values(cell, "months_to_half", None, "all", None) for cell in cells])
    assert np.isnan(raw).any()
    read = values_of(rows, cells, AskedEffects("months_to_half", None, "all", "personal-learning-paths"))
    assert np.array_equal(read, np.where(np.isnan(raw), 36.0, raw))


def test_dollars_are_more_or_less_and_have_no_sign(singles: Results) -> None:
    speaker = said(singles)
    assert text_of(speaker.more(DOLLARS, "a", "b")) == "$42M ($30M to $50M) less"
    turned = replace(DOLLARS, mean=42e6, parameters_low=-1e6, parameters_high=50e6)
    assert text_of(speaker.more(turned, "a", "b")) == "$42M (−$1.0M to $50M) more"


def test_ends_that_round_to_nothing_keep_their_side() -> None:
    assert steps(-0.15, -0.00001, "share of teaching") == "-15…<0"
    assert steps(0.00001, 0.0, "share of teaching") == ">0…0"


# ----- rivals, draws, one set of parameters


def test_memo_and_comparison_have_the_same_intervals(rival: Results) -> None:
    rows = rival.source.rows()
    assert rows is not None
    found = brief(rival, rows, Asked())
    one = compare(rival.plan, rows, Asked(outcomes=("depth",)))
    assert found.comparison is not None
    assert found.comparison.outcomes[0].contrasts == one.outcomes[0].contrasts
    assert found.per_million == one.outcomes[0].cost.per_million[found.options.index(found.headline)]  # type: ignore[union-attr]
    for mean in one.outcomes[0].means:
        assert mean.draws == 3, "under each of two structures"
    assert layers_words(one) == "3 parameter draws under each of 2 structures × "


def test_a_ratio_under_two_structures_has_the_ends_of_both() -> None:
    """By hand: draws' ratios are 1, 2, 3 under one and 5, 6, 7 under the other; three draws bound their whole range."""
    above = np.array([1.0, 2.0, 3.0, 5.0, 6.0, 7.0])[:, None]
    below, numbers = np.ones((6, 1)), np.array([0, 0, 0, 1, 1, 1])
    found = ratio_under(above, below, numbers, 0.5)
    assert (found.value, found.low, found.high) == (4.0, 1.0, 7.0)
    assert ratio_under(above[:3], below[:3], numbers[:3], 0.5) == ratio(above[:3], below[:3], 0.5)
    unbounded = ratio_under(above, np.where(numbers[:, None] == 1, [[-1.0], [1.0], [1.0]] * 2, 1.0), numbers, 0.5)
    assert np.isnan(unbounded.low)


def test_what_drives_it_is_told_under_each_structure(rival: Results) -> None:
    speaker = said(rival)
    (words,) = [text_of(point) for point in reasons.drivers(speaker)]
    assert words.startswith("Each over the levels of the others, compared with its own first level, and kept apart by ")
    assert " contagion (2 parts): coaches moves depth by " in words
    effects = speaker.found.effects
    assert effects is not None
    means = [main.mean for block in effects.blocks for main in block.factorial.own.main  # type: ignore[union-attr]
             if main.name == "goals"]  # fmt: skip
    shown = [f"{step(mean, 'share').replace('-', '−')} points (" for mean in means]
    found = re.search(r"goals moves depth by (.*?\() *[^)]*\) under logit and (.*?\()[^)]*\) under threshold", words)
    assert found is not None
    assert list(found.groups()) == shown
    firm = replace(speaker.found, effects=replace(effects, signs={"goals": 1}))
    assert ", firmly each time." in text_of(reasons.drivers(replace(speaker, found=firm))[0])


def test_which_assumption_says_how_many_draws_there_are(singles: Results, undrawn: Results, rival: Results) -> None:
    assert text_of(reasons.hangs_on(said(singles))[0]).endswith("takes 100 parameter draws, and there are 3.")
    assert text_of(reasons.hangs_on(said(undrawn))[0]).endswith("takes 100 parameter draws, and there are none.")
    assert "factors say what is believed" in text_of(reasons.hangs_on(said(rival))[0]), "more draws would not do"


def test_too_few_draws_for_the_confidence_are_said_of_effects(singles: Results) -> None:
    """40 draws that all agree bound 95 %, and not 99 %."""
    values = np.linspace(0.1, 0.2, 40)[:, None] + np.array([0.0, 0.001])
    firm, open_ = effect_of("a", values, 0.95), effect_of("a", values, 0.99)
    assert (firm.sign, open_.sign) == (1, 0)
    speaker = said(singles)
    words = " ".join(text_of(one) for one in reasons._bars(speaker, [open_], ()))
    assert words.endswith("So few draws (40) do not bound 99%, so no effect can be called firm.")
    assert "So few draws" not in " ".join(text_of(one) for one in reasons._bars(speaker, [firm], ()))


def test_one_set_of_parameters_is_said_where_something_is_firm(undrawn: Results) -> None:
    speaker = said(undrawn)
    assert speaker.alone
    firm = Contrast("depth", "a", "b", replace(PART, draws=1), (PART,), ("as it is",), 0.001, A_ABOVE)
    assert text_of(rules.verdict(speaker, firm, "depth")).startswith(
        "At this one set of parameters the first is ahead "
    )
    assert "Ranges hold chance alone; what is not known of the parameters is wider" in " ".join(
        text_of(one) for one in limits(speaker)
    )


# ----- one run, and where it lies


def test_a_single_run_says_that_it_holds_chance_alone_and_draws_what_is_asked(tmp_path: Path) -> None:
    write_pair(tmp_path)
    folder = run_pair(tmp_path)
    memo = write_memo(read_results(folder), Wish("How far?", Asked(("overload",)), "simdiff memo x"))
    assert "Ranges hold chance alone" in text(memo)
    assert {str(row["outcome"]) for row in memo.chart.table} == {"overload"}


def test_the_command_that_audits_says_where_the_results_are(undrawn: Results) -> None:
    memo = write_memo(undrawn, Wish("How far?", Asked(), "simdiff memo x", "my results/x"))
    (code,) = [block for block in memo.sections[-1].blocks if isinstance(block, Code)]
    assert code.lines[-1] == "simdiff audit MEMO --results 'my results/x'"
    wish = Wish.of(Wish("Q", Asked(), "c", "f").said())
    assert wish.folder == "f"
    files = written(undrawn, Path("here"), "How far?", Asked(), ["html"])
    assert b"simdiff audit MEMO --results here" in files.files[".html"]


def test_an_even_outcome_that_is_firm_at_one_set(undrawn: Results) -> None:
    speaker = said(undrawn, Asked(("equity_gap",)))
    firm = Contrast("equity_gap", "a", "b", replace(PART, draws=1), (PART,), ("as it is",), 0.001, B_ABOVE)
    words = text_of(rules.verdict(speaker, firm, "equity_gap"))
    assert words.startswith("At this one set of parameters that is a greater distance than under “b”: mean difference ")
    assert words.endswith("Scatter between worlds by itself makes a distance larger. ")
    nothing = SimpleNamespace(verdict=SAME, why="the same", whole=PART, outcome="equity_gap", structures=())
    assert "do not differ in any world" in text_of(rules.verdict(speaker, nothing, "equity_gap"))  # type: ignore[arg-type]
