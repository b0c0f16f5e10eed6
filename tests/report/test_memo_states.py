"""Memos of results of every shape: several structures, few draws, one option, named cells, waits, nothing firm."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_results import SWEEP, sweep_pair, write_pair

from simdiff.analysis.briefing import Briefing, brief
from simdiff.analysis.contrasts import A_ABOVE, SAME, Contrast, Estimate, enveloped
from simdiff.analysis.levels import At, districts, level, side
from simdiff.analysis.matched import Asked, CompareError, options_of
from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.report.memo import order, reasons, rules
from simdiff.report.memo.assumed import limits
from simdiff.report.memo.audit import other_runs, plan_in
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.files import story_of_memo
from simdiff.report.memo.labels import labels_of, titles_of
from simdiff.report.memo.pieces import Ledger, Memo, Paragraph, Points, Table, text_of
from simdiff.report.memo.speaker import Speaker
from simdiff.report.story import checksum

CONTAGION = "{logit: {structure.contagion: logit}, threshold: {structure.contagion: threshold}}"


def text(memo: Memo) -> str:
    """All words of a memo but its table's."""
    blocks = [block for section in memo.sections for block in section.blocks]
    said = [text_of(block.words) for block in blocks if isinstance(block, Paragraph)]
    return " ".join(said + [text_of(one) for block in blocks if isinstance(block, Points) for one in block.points])


def table(memo: Memo) -> Table:
    return next(block for section in memo.sections for block in section.blocks if isinstance(block, Table))


def of(folder: Path, asked: Asked | None = None) -> tuple[Results, Memo]:
    results = read_results(folder)
    return results, write_memo(results, Wish("How far?", asked or Asked(), "simdiff memo results"))


def said(results: Results, asked: Asked | None = None) -> Speaker:
    found = brief(results, results.source.rows(), asked or Asked())
    return Speaker(found, Ledger(), {}, {}, ("x",))


@pytest.fixture(scope="module")
def rival(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three options under two structures, three draws of four replicates."""
    folder = tmp_path_factory.mktemp("rival")
    write_pair(folder)
    text = SWEEP.replace("  support:", f"  contagion: {{levels: {CONTAGION}}}\n  support:")
    return sweep_pair(folder, text.replace("replicates: 6", "replicates: 4\ndraws: 3"))


@pytest.fixture(scope="module")
def believed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One option under two structures and two values of a parameter."""
    folder = tmp_path_factory.mktemp("believed")
    write_pair(folder)
    return sweep_pair(folder, f"""\
format: 1
name: beliefs
title: One policy, what is believed
scenarios: {{ends: pair.yaml}}
factors:
  contagion: {{levels: {CONTAGION}}}
  explore: {{path: parameters.explore_base.value, values: [0.1, 0.2]}}
design: {{kind: factorial}}
replicates: 3
""")  # fmt: skip


@pytest.fixture(scope="module")
def coaches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A factorial over two doses and a switch, two draws."""
    folder = tmp_path_factory.mktemp("coaches")
    write_pair(folder)
    return sweep_pair(folder, """\
format: 1
name: doses
title: Coaches and goals
scenarios: {ends: {scenario: pair.yaml, set: {policy: null}}}
factors:
  coaches: {title: Coaches for 100 teachers, path: policy.talent.coaching.per_100_teachers, values: [0, 1, 3]}
  goals: {title: Goals, on: {policy.goals: {goals: 0.9}}}
design: {kind: factorial}
replicates: 3
draws: 2
keep: {outcomes: [depth, spread, cost, equity_gap, months_to_half, variants, overload, sustained]}
""")  # fmt: skip


# ----- structures and draws


PART = Estimate(0.1, 0.1, 0.05, 0.15, 0.04, 0.2, 0.95, 0.001, 0.96, 0.975, 400, 40, 1.0, 0.0, 0.0)


def test_an_envelope_runs_over_the_structures() -> None:
    other = replace(PART, chance_low=0.07, chance_high=0.3, parameters_low=0.01, parameters_high=0.1, draws=20,
                    parameters_level=0.9)  # fmt: skip
    whole = replace(PART, draws=60)
    found = enveloped(whole, [PART, other])
    assert (found.chance_low, found.chance_high, found.parameters_low, found.parameters_high) == (0.05, 0.3, 0.01, 0.2)
    assert (found.draws, found.parameters_level) == (20, 0.9)
    alone = enveloped(replace(whole, draws=2), [replace(PART, draws=1), replace(other, draws=1)])
    assert (alone.draws, alone.chance_low, alone.parameters_low) == (1, 0.05, PART.parameters_low)
    assert enveloped(PART, [PART]) is PART
    nothing = replace(PART, worlds=0, chance_low=math.nan, parameters_low=math.nan)
    assert enveloped(PART, [PART, nothing]) is PART, "a structure without a value has no end"


def test_ranges_of_several_structures_are_their_envelope(rival: Path) -> None:
    """Against NumPy on the rows: each structure's own range of the draws' medians; the lowest and the highest end."""
    results, memo = of(rival)
    rows = results.source.rows()
    assert rows is not None
    found = brief(results, rows, Asked())
    ends, medians = [], []
    for cell in options_of(results.plan)[found.headline].values():
        values = rows.values(cell, "depth", None, "all", None)
        assert values.shape == (3, 4)
        medians.append(values)
        ends.append(np.quantile(np.median(values, axis=1), (0.05, 0.95)))
    one = found.levels[found.headline]["depth"]
    assert one.parameter_low == pytest.approx(min(low for low, _ in ends))
    assert one.parameter_high == pytest.approx(max(high for _, high in ends))
    assert one.median == pytest.approx(np.median(np.median(np.concatenate(medians), axis=1)))
    structures = ("contagion=logit", "contagion=threshold")
    assert (found.basis.sets, found.basis.structures, found.basis.replicates) == ((3, 3), structures, (4, 4))
    words = text(memo)
    assert (
        "their ranges are about those of all 3 parameter draws (values that the parameters may have) of 4 replicates "
        "(worlds with other luck) each" in words
    )
    assert "under each of 2 structures of the model" in words
    assert "2 structures of the model (contagion=logit and contagion=threshold); a verdict is given only" in words
    assert "bounds 50% and not the 95% asked for" in words, "3 draws bound 2 / 4"
    pair = found.against_baseline()[found.headline]
    lows = [part.parameters_low for part in pair.structures]
    assert (pair.whole.parameters_low, pair.whole.draws) == (min(lows), 3)


def test_few_draws_are_told_with_the_confidence_that_they_bound(coaches: Path) -> None:
    _, memo = of(coaches)
    assert "bounds 33% and not the 95% asked for" in text(memo), "2 draws bound 1 / 3"
    assert "So few draws (2) do not bound the confidence asked for; it takes 39." in text(memo)


def test_one_option_under_several_beliefs_is_told_from_all_of_them(believed: Path) -> None:
    results, memo = of(believed)
    rows = results.source.rows()
    assert rows is not None
    found = brief(results, rows, Asked())
    assert (found.basis.sets, len(found.basis.structures), len(found.options)) == ((2, 2), 2, 1)
    each = [np.median(rows.values(cell, "depth", None, "all", None)) for cell in results.plan.cells]
    assert len(each) == 4
    assert found.levels[found.headline]["depth"].median == pytest.approx(np.median(each))
    assert (
        "of all 2 sets of parameters of 3 replicates (worlds with other luck) each, under each of 2 structures"
        in text(memo)
    )
    assert "2 structures of the model" in text(memo)
    assert "Default parameters, but for those that a scenario or a factor sets" in text(memo)


def test_defaults_that_a_scenario_sets_are_no_defaults(sweep_folder: Path) -> None:
    _, memo = of(sweep_folder)
    assert "One set of parameters, the defaults, but for those that a scenario or a factor sets." in text(memo)


# ----- which options


def test_naming_a_few_cells_makes_nothing_firmer(coaches: Path) -> None:
    results = read_results(coaches)
    names = [cell.name for cell in results.plan.cells]
    everything = brief(results, results.source.rows(), Asked())
    for cells in (tuple(names[:2]), (names[-1],)):
        found = brief(results, results.source.rows(), Asked(cells=cells))
        assert found.comparison is not None
        assert everything.comparison is not None
        assert found.comparison.comparisons == everything.comparison.comparisons == 15
        assert set(found.shown) <= {*cells, str(found.baseline)}
    memo = write_memo(results, Wish("Q?", Asked(cells=(names[-1],)), ""))
    assert "shown are those asked for and the baseline; 4 more options are in the results" in text_of(
        table(memo).caption
    )
    assert "This is of all options of the results, also of those that are not told of." in text(memo)


def test_who_was_picked_is_said_where_nothing_is_firm(coaches: Path) -> None:
    speaker = said(read_results(coaches))
    ranking = speaker.found.comparison.outcomes[0].ranking  # type: ignore[union-attr]
    assert not ranking.above, "two draws bound nothing"
    words = text_of(order.top(speaker))
    assert "Of 6 options none is firmly ahead of any other." in words
    assert words.count("As the example, by its mean depth, ") == 1
    assert "the highest of several means is on average too high" in words
    named = replace(speaker, found=replace(speaker.found, asked=Asked(cells=(speaker.found.headline,))))
    assert "picked" not in text_of(order.top(named))


def test_options_without_runs_are_named(coaches: Path) -> None:
    speaker = said(read_results(coaches))
    comparison = speaker.found.comparison
    assert comparison is not None
    idle = replace(comparison, worlds=replace(comparison.worlds, idle=("one", "two")))
    points = [text_of(one) for one in limits(replace(speaker, found=replace(speaker.found, comparison=idle)))]
    assert "2 options without a run yet: “one” and “two”." in points
    apart = [text_of(one) for one in limits(replace(speaker, found=replace(speaker.found, apart=1)))]
    assert "Not compared, for want of figures in common with those asked for: 1 option of the results." in apart


def test_a_cell_without_runs_cannot_be_asked_for(coaches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = read_results(coaches)
    rows = results.source.rows()
    assert rows is not None
    gone = results.plan.cells[-1]
    rows.by_cell.pop(gone.id)
    with pytest.raises(CompareError, match="has no run yet"):
        brief(results, rows, Asked(cells=(gone.name,)))
    assert brief(results, rows, Asked()).idle == (gone.name,)


def test_long_names_do_not_become_alike(coaches: Path) -> None:
    results = read_results(coaches)
    long = "a very long name of an option that goes on and on "
    cells = {f"{long}{n}": replace(results.plan.cells[0], name=f"{long}{n}") for n in range(3)}
    experiment = results.plan.experiment.model_copy(update={"factors": {}})
    labels = labels_of(experiment, cells)
    assert len({labels[name] for name in cells}) == 3
    assert all(len(labels[name]) <= 44 for name in cells)


# ----- what drives it


def test_effects_are_told_with_the_confidence_asked_for(coaches: Path) -> None:
    results = read_results(coaches)
    for confidence in (0.9, 0.5):
        effects = brief(results, results.source.rows(), Asked(confidence=confidence)).effects
        assert effects is not None
        factorial = effects.blocks[0].factorial
        assert factorial is not None
        assert {bar.confidence for bar in factorial.own.main} == {confidence}


def test_bars_say_what_they_are_compared_with_and_how_many_there_are(coaches: Path) -> None:
    speaker = said(read_results(coaches))
    words = " ".join(text_of(one) for one in reasons.drivers(speaker))
    assert words.startswith("Each by itself, compared with ")
    effects = speaker.found.effects
    assert effects is not None
    tornado = effects.blocks[0].tornado
    assert tornado is not None
    bar = tornado.bars[0]
    firm = replace(bar, p=0.0, p_holm=0.0, mean=0.2, chance_low=0.1, chance_high=0.3, parameters_low=0.1,
                   parameters_high=0.3, parameters_level=0.95, above=1.0, defined=1.0)  # fmt: skip
    assert firm.sign == 1
    unknown = replace(bar, mean=math.nan, worlds=0, p=1.0)
    bars = [*(replace(firm, name=f"f{n}", mean=0.2 + n / 100) for n in range(6)), replace(firm, p_holm=0.9), unknown]
    words = text_of(reasons._bars(speaker, bars, ())[0])
    assert words.startswith("f5 moves depth by +25 points")
    assert "2 more do so firmly, by less" in words
    assert "1 cannot be told from none" in words
    assert "of 1 it is not known" in words
    assert text_of(reasons._bars(speaker, [unknown], ())[0]) == "of 1 it is not known, for too few runs have a value."


def test_factors_are_called_by_their_titles(coaches: Path) -> None:
    results = read_results(coaches)
    speaker = replace(said(results), titles=titles_of(results.plan.experiment))
    assert speaker.factor("coaches=3").text == "Coaches for 100 teachers = 3"
    assert speaker.factor("goals").text == "Goals"


# ----- outcomes of every direction


def test_of_an_outcome_with_an_even_point_the_distance_is_compared(coaches: Path) -> None:
    results, memo = of(coaches, Asked(("equity_gap",)))
    heads = [text_of(one) for one in table(memo).heads]
    assert heads[1] == "Equity gap"
    assert "Distance from even minus the baseline’s" in heads
    assert "what moves the equity gap itself, not its distance from even" in text(memo)
    assert "neither more nor less" not in text(memo)
    found = brief(results, results.source.rows(), Asked(("equity_gap",)))
    assert found.districts.means == ()


def test_neither_more_nor_less_is_only_higher(coaches: Path) -> None:
    speaker = said(read_results(coaches), Asked(("variants",)))
    firm = Contrast("variants", "a", "b", PART, (PART,), ("as it is",), 0.001, A_ABOVE)
    assert text_of(rules.verdict(speaker, firm, "variants")).startswith("The first is higher in ")
    assert "ahead" not in text_of(order.top(speaker))


def test_less_is_ahead_where_less_is_wanted_and_costs_stand_once(coaches: Path) -> None:
    _, memo = of(coaches, Asked(("cost",)))
    heads = [text_of(one) for one in table(memo).heads]
    assert len(heads) == len(set(heads))
    assert "An option is ahead if it has less of it." in text(memo)
    assert "On shares" not in text(memo)


def test_a_wait_without_end_counts_with_the_whole_length(coaches: Path) -> None:
    """Under no policy no school waits less than the three years: a median of those that got there would hide it."""
    results, memo = of(coaches, Asked(("months_to_half",)))
    rows = results.source.rows()
    assert rows is not None
    found = brief(results, rows, Asked(("months_to_half",)))
    name = str(found.baseline)
    raw = rows.values(results.cell(name), "months_to_half", None, "all", None)
    filled = np.where(np.isnan(raw), 36.0, raw)
    assert np.isnan(raw).any()
    assert found.levels[name]["months_to_half"].median == np.median(np.median(filled, axis=1))
    assert "counts with its whole length" in text(memo)


# ----- districts and gaps


def test_districts_are_judged_before_they_are_said_to_differ(coaches: Path) -> None:
    results = read_results(coaches)
    speaker = said(results)
    found = speaker.found.districts
    assert [title for title, _ in found.means] in (["North", "South"], ["South", "North"])
    assert found.ends is not None
    rows = results.source.rows()
    assert rows is not None
    cell = results.cell(speaker.found.headline)
    north, south = (rows.values(cell, "depth", None, place, None) for place in ("north", "south"))
    mean = float((north - south).mean(axis=1).mean())
    assert abs(found.ends.whole.mean) == pytest.approx(abs(mean))
    assert "these two cannot be told apart" in text_of(rules.places(speaker)), "two draws tell nothing"
    firm = replace(found, ends=replace(found.ends, verdict=A_ABOVE))
    told = text_of(rules.places(replace(speaker, found=replace(speaker.found, districts=firm))))
    assert "mean difference in matched worlds" in told
    assert "cannot be told apart" not in told


class _Planted:
    """A source of one outcome with planted values, (draws, replicates, 1, 3 places, 1)."""

    def __init__(self, results: Results, values: np.ndarray) -> None:
        self.results, self.values = results, values

    def series(self, cell: object, names: list[str]) -> object:
        series = self.results.source.series(cell, names)  # type: ignore[arg-type]
        month = np.array([35])
        return {name: replace(one, months=month, values=self.values) for name, one in series.items()}

    def ran(self, cell: object) -> np.ndarray:
        return np.ones(self.values.shape[:2], dtype=bool)


def test_a_side_and_districts_are_firm_where_they_are_planted_so(coaches: Path) -> None:
    """A gap of 5 points ± 1 over 60 draws is above 0; one of 0 ± 1 is open; few draws are open."""
    results = read_results(coaches)
    beliefs = next(iter(options_of(results.plan).values()))
    noise = np.random.default_rng(5).normal(0.0, 0.01, (60, 4, 1, 3, 1))
    at = At(35, "all", "personal-learning-paths")

    def planted(values: np.ndarray) -> Results:
        return replace(results, source=_Planted(results, values))  # type: ignore[arg-type]

    above = side(planted(noise + 0.05), beliefs, "equity_gap", at, 0.95)
    assert above.sign == 1
    assert above.mean.mean == pytest.approx(0.05 + noise[:, :, 0, 0, 0].mean())
    assert side(planted(noise - 0.05), beliefs, "equity_gap", at, 0.95).sign == -1
    assert side(planted(noise), beliefs, "equity_gap", at, 0.95).sign == 0
    assert side(planted(noise[:10] + 0.05), beliefs, "equity_gap", at, 0.95).sign == 0
    shift = np.zeros((1, 1, 1, 3, 1))
    shift[..., 1, 0] = 0.2
    apart = districts(planted(0.4 + noise + shift), beliefs, "depth", at, 0.95)
    assert (apart.told_apart, apart.means[0][0]) == (True, "North")
    alike = districts(planted(0.4 + noise), beliefs, "depth", at, 0.95)
    assert not alike.told_apart
    assert level(planted(noise), beliefs, "depth", at).defined == 1.0


# ----- where it is from


def test_an_edited_plan_is_seen_though_its_digest_was_kept(rival: Path) -> None:
    results = read_results(rival)
    wish = Wish("Q?", Asked(), "simdiff memo x")
    story = json.loads(json.dumps(story_of_memo(write_memo(results, wish), results, wish)))
    assert other_runs(story, plan_in(story)) == []
    story["experiment"]["seed"] = 99
    story["checksum"] = checksum(story)
    (line,) = other_runs(story, plan_in(story))
    assert line.startswith("runs: what the memo asks to be run is not what it names")


def test_commands_hold_no_letters_that_turn_others_round(rival: Path) -> None:
    results = read_results(rival)
    memo = write_memo(results, Wish("Q?", Asked(), "simdiff memo \u202egpj.exe\u202c --question \x1b[31mred"))
    commands = memo.sections[-1].blocks[-1].lines  # type: ignore[union-attr]
    assert not any(letter in "".join(commands) for letter in "\u202e\u202c\x1b")


def test_the_chart_has_the_names_of_the_table(coaches: Path) -> None:
    _, memo = of(coaches)
    first = {text_of(row[0]) for row in table(memo).rows}
    labels = {tick.get_text() for tick in memo.chart.figure.axes[0].get_yticklabels()}
    assert labels <= {name[:40] for name in first}
    assert len(memo.chart.table) == 5, "every option but the baseline"


def test_one_verdict_of_two_draws_is_not_firm(coaches: Path) -> None:
    found: Briefing = said(read_results(coaches)).found
    assert {pair.verdict for pair in found.against_baseline().values()} == {SAME}
