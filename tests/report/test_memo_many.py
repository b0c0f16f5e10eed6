"""Memos of results that were never simulated: numbers of every kind, many memos, and what must hold in each of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from small_results import sweep_pair, write_pair

from simdiff.analysis import briefing, levels
from simdiff.analysis.matched import Asked, CompareError
from simdiff.analysis.results import OfSweep, Results
from simdiff.analysis.results_of import read_results
from simdiff.analysis.summary import Interval
from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.report.memo.content import Wish, write_memo
from simdiff.report.memo.pieces import Memo, Number, Paragraph, Picture, Piece, Points, Table, Words, text_of
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows

UNITS = {outcome.name: outcome.unit for outcome in (*OUTCOMES, *FINAL_OUTCOMES)}
KEPT = ("depth", "spread", "sustained", "sustained_24", "cost", "equity_gap", "overload", "months_to_half",
        "concentration", "coach_ratio", "variants")  # fmt: skip
MONTHS = 36


class MadeUp(Rows):
    """The rows of a sweep with other numbers: for each seed, options near or far from each other, draws and replicates
    that vary much, little or not at all, ties, and values that are not defined."""

    def __init__(self, kept: Rows, seed: int) -> None:
        self.plan, self.asked, self.by_cell, self.seed = kept.plan, kept.asked, kept.by_cell, seed

    def of_cell(self, cell: Cell, columns: Sequence[str] | None = None) -> pa.Table | None:
        """As ``Rows.of_cell``."""
        table = super().of_cell(cell, columns)
        assert table is not None
        option = [one.id for one in self.plan.cells].index(cell.id)
        for name in set(KEPT) & set(table.column_names):
            draws, replicates = table["draw"].to_numpy(), table["replicate"].to_numpy()
            values = self.values_of(name, option, draws, replicates)
            table = table.set_column(table.column_names.index(name), name, pa.array(values))
        return table

    def values_of(self, name: str, option: int, draws: NDArray[np.int64], replicates: NDArray[np.int64]
                  ) -> NDArray[np.float64]:  # fmt: skip
        """Values of one outcome, a row each; the same whatever else is asked for."""
        world = np.random.default_rng([self.seed, KEPT.index(name)])
        own = np.random.default_rng([self.seed, KEPT.index(name), option])
        spread, chance, tied, holes = (world.choice(options) for options in (
            [0.0, 0.3, 3.0], [0.0, 0.2, 2.0], [False, True], [0.0, 0.0, 0.2]))  # fmt: skip
        z = world.choice([0.0, 0.2, 2.0]) * own.normal() + world.choice([-3.0, 0.0, 3.0])
        z = z + spread * world.normal(size=draws.max() + 1)[draws]
        z = z + 0.3 * spread * own.normal(size=draws.max() + 1)[draws] + chance * own.normal(size=len(draws))
        share, unit = 1 / (1 + np.exp(-z)), UNITS[name]
        if unit == "$":
            values = 10.0 ** (9 * share)
        elif unit == "month":
            values = np.minimum(MONTHS, np.floor(1 + 1.3 * MONTHS * share))
        elif unit == "index" or name == "equity_gap":
            values = 2 * share - 1
        elif unit == "ratio":
            values = 3 * share
        elif unit == "schools":
            values = np.floor(20 * share)
        else:
            values = share
        values = np.round(values, 1) if tied and unit != "$" else values
        return np.where(own.random(len(draws)) < holes, np.nan, values)


def text(draws: int, replicates: int) -> str:
    return f"""\
format: 1
name: pairs
title: Goals and talent
question: Which of the two adds more?
scenarios: {{ends: {{scenario: pair.yaml, title: No policy, set: {{policy: null}}}}}}
factors:
  goals: {{title: Goals, on: {{policy.goals: {{goals: 0.9}}}}}}
  talent: {{title: Talent, on: {{policy.talent.coaching: {{per_100_teachers: 3.0}}}}}}
design: {{kind: factorial}}
replicates: {replicates}
draws: {draws}
keep: {{outcomes: [{", ".join(KEPT)}]}}
"""


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> list[Results]:
    """Many draws of few replicates, one set of parameters, and one replicate of each draw."""
    found = []
    for draws, replicates in ((25, 2), (0, 8), (12, 1)):
        folder = tmp_path_factory.mktemp("many")
        write_pair(folder)
        found.append(read_results(sweep_pair(folder, text(draws, replicates))))
    return found


def some_memo(sweeps: list[Results], seed: int) -> Memo:
    """A memo of made-up numbers about some outcome."""
    results = sweeps[seed % len(sweeps)]
    rows = results.source.rows()
    assert rows is not None
    made = replace(results, source=OfSweep(results.plan, MadeUp(rows, seed)))
    return write_memo(made, Wish("", Asked(outcomes=(KEPT[seed % len(KEPT)],)), "simdiff memo x"))


def sentences(memo: Memo) -> Iterator[Words]:
    for section in memo.sections:
        for block in section.blocks:
            match block:
                case Paragraph():
                    yield block.words
                case Points():
                    yield from block.points
                case Table():
                    yield from (cell for row in block.rows for cell in row)


def triples(words: Words) -> Iterator[tuple[Number, Number, Number]]:
    """Numbers that stand as *middle (low to high)*."""

    def literal(piece: Piece) -> str:
        return piece if isinstance(piece, str) else ""

    for n in range(len(words) - 5):
        middle, opens, low, to, high, ends = words[n : n + 6]
        if literal(opens).endswith("(") and literal(to) == " to " and literal(ends)[:1] in (")", ";"):
            assert isinstance(middle, Number)
            assert isinstance(low, Number)
            assert isinstance(high, Number)
            yield middle, low, high


LABELS = {"base": "No policy", "goals": "Goals", "talent": "Talent", "goals+talent": "Goals + Talent"}
OPEN = "cannot tell apart"


def wrong(memo: Memo) -> list[str]:
    """What does not hold in a memo; empty if all is well."""
    facts = {fact.id: fact for fact in memo.facts}
    found = []
    for words in sentences(memo):
        said = text_of(words)
        for three in triples(words):
            middle, low, high = (float(facts[one.id].value or 0) for one in three)
            rounding = 1e-12 * abs(middle)
            if not low - rounding <= middle <= high + rounding:
                found.append(f"{[one.shown for one in three]} in: {said}")
        found += [f"{piece.shown} is another row: {said}" for piece in words
                  if isinstance(piece, Number) and facts[piece.id].shown != piece.shown]  # fmt: skip
        found += [said] if re.search(r"\b(nan|inf|None)\b", said) else []
        for ahead, same in re.findall(r"in (\d+)% \(the same in (\d+)%\)", said):
            found += [said] if int(ahead) + int(same) > 101 else []
    return found + drawn_otherwise(memo, {name: fact.value for name, fact in facts.items()})


def drawn_otherwise(memo: Memo, values: dict[str, float | str | None]) -> list[str]:
    """Where chart and table do not say the same of an option."""
    (table,) = [block for section in memo.sections for block in section.blocks if isinstance(block, Table)]
    rows = {text_of(row[0]): row for row in table.rows}
    found = []
    for drawn in memo.chart.table:
        row = rows[LABELS[str(drawn["option"])]]
        numbers = [values[piece.id] for piece in row[-2] if isinstance(piece, Number)]
        layer = "parameters" if drawn["parameters_low"] is not None else "chance"
        expected = [drawn["mean"], drawn[f"{layer}_low"], drawn[f"{layer}_high"]]
        told = 1 if "rounds to the same" in text_of(row[-2]) else 3
        if numbers[:3] != [one for one in expected[:told] if one is not None]:
            found.append(f"drawn {expected}, told {numbers}: {text_of(row[-2])}")
        if (drawn["verdict"] == OPEN) != (text_of(row[-1]) == OPEN):
            found.append(f"drawn {drawn['verdict']}, told {text_of(row[-1])}")
        if drawn["verdict"] != OPEN and any(
            float(low or 0) <= 0 <= float(high or 0)
            for low, high in ((drawn[f"{one}_low"], drawn[f"{one}_high"]) for one in ("chance", "parameters"))
            if low is not None
        ):
            found.append(f"firm, and its range holds 0: {drawn}")
    return found + ([] if len(memo.chart.table) == len(rows) - 1 else ["the chart leaves out an option"])


def check(sweeps: list[Results], seeds: Sequence[int]) -> tuple[int, int]:
    """Look at memos; how many there were, and how many ranges in them."""
    memos = ranges = 0
    for seed in seeds:
        try:
            memo = some_memo(sweeps, seed)
        except CompareError:  # nothing of the outcome is defined
            continue
        assert wrong(memo) == [], seed
        memos += 1
        ranges += sum(1 for words in sentences(memo) for _ in triples(words))
    return memos, ranges


def test_ranges_hold_their_middle_and_charts_say_what_tables_say(sweeps: list[Results]) -> None:
    """11 memos, one of each outcome. Catches ends that change places, a mean beside its range, numbers of another
    option in the chart, a verdict that the table has not or that chance could have made, and words for no number."""
    memos, ranges = check(sweeps, range(11))
    assert memos > 8
    assert ranges > 12 * memos


@pytest.mark.slow
def test_a_thousand_memos(sweeps: list[Results]) -> None:
    """The same of 1,000."""
    memos, ranges = check(sweeps, range(100, 1_100))
    print(f"{memos:,} memos, {ranges:,} ranges")
    assert memos > 900


@pytest.mark.parametrize("defect", ["ends", "chart"])
def test_a_memo_that_is_wrong_is_found(sweeps: list[Results], monkeypatch: pytest.MonkeyPatch, defect: str) -> None:
    """The planted defects: low and high change places in levels; the chart is of half the difference."""
    if defect == "ends":
        right = levels.level

        def turned(*asked: Any) -> Interval:
            one = right(*asked)
            return replace(one, low=one.high, high=one.low, parameter_low=one.parameter_high,
                           parameter_high=one.parameter_low)  # fmt: skip

        monkeypatch.setattr(briefing, "level", turned)
    memo = some_memo(sweeps, 0)
    if defect == "chart":
        half = tuple({**row, "mean": float(row["mean"] or 0) / 2} for row in memo.chart.table)
        chart = replace(memo.chart, table=half)
        sections = tuple(replace(section, blocks=tuple(
            replace(block, chart=chart) if isinstance(block, Picture) else block for block in section.blocks))
            for section in memo.sections)  # fmt: skip
        memo = replace(memo, sections=sections)
    assert wrong(memo)
