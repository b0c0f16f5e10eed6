"""Estimates of one briefing as words: each number goes through the ledger, each option by what it is called."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from simdiff.analysis.briefing import Briefing
from simdiff.analysis.contrasts import LEAST_DEFINED, Contrast, Estimate, draws_needed
from simdiff.analysis.direction import CENSORED, DIRECTIONS
from simdiff.analysis.factor_contrasts import DIFFERENCES, Effect
from simdiff.analysis.summary import Interval
from simdiff.report.compare_words import interval_of
from simdiff.report.memo.nouns import noun, the
from simdiff.report.memo.pieces import Ledger, Name, Number, Words
from simdiff.report.steps import short, step
from simdiff.report.words import BY_NAME
from simdiff.scenario import Plain
from simdiff.scenario.factors import OFF, ON

RANGE = 0.9
"""Part of draws, or of replicates, that a range of levels holds."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who turns the estimates of a briefing into words; ``labels``: what options are called; ``titles``: factors;
    ``practices``: those that were run."""

    found: Briefing
    book: Ledger
    labels: Mapping[str, str]
    titles: Mapping[str, str]
    practices: tuple[str, ...]

    @property
    def few(self) -> bool:
        """True if there are too few draws or replicates to bound a range of levels."""
        return self.found.basis.units < draws_needed(RANGE)

    @property
    def up(self) -> str:
        """What the option is that a verdict is for; of an outcome of which neither way is better, only *higher*."""
        return "higher" if self._neutral else "ahead"

    @property
    def down(self) -> str:
        """What the other option is."""
        return "lower" if self._neutral else "behind"

    @property
    def over(self) -> str:
        """How the one stands to the other: *ahead of*."""
        return "higher than" if self._neutral else "ahead of"

    @property
    def under(self) -> str:
        """How the other stands to the one: *behind*."""
        return "lower than" if self._neutral else "behind"

    @property
    def alone(self) -> bool:
        """True if all is of one set of parameters."""
        return not self.found.basis.drawn

    @property
    def _neutral(self) -> bool:
        return DIRECTIONS[self.found.outcome].neutral

    @property
    def layers(self) -> str:
        """What frontiers are counted in."""
        comparison = self.found.comparison
        if comparison is None or comparison.worlds.draws < 2:
            return "worlds"
        if len(self.found.basis.structures) < 2:
            return "draws"
        return "pairs of draw and structure" if self.found.basis.drawn else "structures"

    @property
    def title(self) -> str:
        """The outcome in a sentence."""
        return noun(self.found.outcome)

    @property
    def extreme(self) -> tuple[str, str]:
        """What the best of several means is, and which way chance moves it on average."""
        return ("highest", "high") if DIRECTIONS[self.found.outcome].sign > 0 else ("lowest", "low")

    @property
    def compared(self) -> str:
        """What is compared of the outcome."""
        even = DIRECTIONS[self.found.outcome].even is not None
        return f"the distance of {the(self.title)} from even" if even else self.title

    @property
    def mean_of(self) -> str:
        """The mean of what is compared: *mean depth*."""
        return f"mean of {self.compared}" if self.compared.startswith("the ") else f"mean {self.compared}"

    @property
    def mean_title(self) -> str:
        """The mean of the outcome itself: *mean depth*."""
        return f"the mean of {self.title}" if self.title.startswith("the ") else f"mean {self.title}"

    @property
    def where(self) -> Words:
        """The place, if it is not all: * in Lake County Schools*."""
        return (" in ", Name(short(self.found.place))) if self.found.place else ()

    @property
    def unit(self) -> str:
        """Its unit."""
        return BY_NAME[self.found.outcome].unit

    def label(self, name: str | None) -> Name:
        """An option by its label, as it stands in a table."""
        return Name(self.labels.get(str(name), short(str(name))))

    def named(self, name: str | None) -> Name:
        """An option in a sentence, within quotation marks: it may be called anything."""
        return Name(f"“{self.label(name).text}”")

    def factor(self, name: str) -> Name:
        """A factor, or one of its levels (*factor=level*), by the factor's title, which may hold commas."""
        head, equals, level = name.partition("=")
        told = f"{self.titles.get(head, head)}{f' = {level}' if equals else ''}"
        return Name(f"“{told}”" if "," in told else told)

    def year(self) -> Number:
        """The year told of."""
        return self.book.plain(f"{self.found.year:g}", "year told of")

    def ends(self, one: Interval) -> tuple[float, float]:
        """The range of a level."""
        return (one.low, one.high) if self.found.basis.layer == "chance" else (one.parameter_low, one.parameter_high)

    def level(self, option: str, outcome: str) -> Words:
        """Median and range of an option: *13% (3.5% to 43%)*."""
        return self.range_of(self.found.levels[option][outcome], outcome, option)

    def range_of(self, one: Interval, outcome: str, of: str) -> Words:
        """A level with its range."""
        unit, told = BY_NAME[outcome].unit, f"{outcome}, {of}, year {self.found.year:g}"
        if math.isnan(one.median):
            where = "every run" if one.defined == 0 else "most runs"
            return (f"undefined in {where}{' of a structure' if one.defined >= LEAST_DEFINED else ''}",)
        low, high = self.ends(one)
        first, ends = self._shown(outcome)
        known: Words = ()
        if one.defined < 1:
            known = ("; known in ", self.book.part(one.defined, f"share of runs that have {told}"), " of runs")
        if outcome in CENSORED and low >= 12 * self.found.year:
            return (first(one.median, unit, f"median, and 5 % of {self.found.basis.layer}: {told}"),)
        if self.found.basis.single or math.isnan(low):
            what = "one set of parameters" if self.found.basis.drawn else "one world"
            return (first(one.median, unit, f"{what}: {told}"), f" ({what}", *known, ")")
        layer = self.found.basis.layer
        lowest, highest = ("lowest ", "highest ") if len(self.found.basis.structures) > 1 else ("", "")
        under = " of each structure" if lowest else ""
        return (first(one.median, unit, f"median {told}"), " (",
                ends(low, unit, f"{lowest}5 % of {layer}{under}: {told}"), " to ",
                ends(high, unit, f"{highest}95 % of {layer}{under}: {told}"), *known, ")")  # fmt: skip

    def _shown(self, outcome: str) -> tuple[Callable[[float, str, str], Number], Callable[[float, str, str], Number]]:
        """How a value of an outcome is put down, and an end of its range, which needs no unit."""
        if outcome in CENSORED:
            first = partial(self.book.wait, most=12 * self.found.year)
            return first, partial(first, bare=True)
        if outcome in DIFFERENCES or BY_NAME[outcome].unit == "month":
            return self.book.gap, partial(self.book.gap, bare=True)
        return self.book.level, self.book.level

    def mean(self, value: float, outcome: str, what: str) -> Number:
        """A mean in the outcome's unit."""
        return self._shown(outcome)[0](
            value, BY_NAME[outcome].unit, f"mean {outcome}, {what}, year {self.found.year:g}"
        )

    def difference(self, pair: Contrast, outcome: str) -> Words:
        """Mean difference and interval: *+13 points (+3.1 to +40)*."""
        told = f"mean difference {outcome}, {pair.first} − {pair.second}"
        return self.estimate(pair.whole, BY_NAME[outcome].unit, told)

    def estimate(self, one: Estimate, unit: str, what: str) -> Words:
        """The mean of a difference with its widest interval."""
        if not one.worlds:
            return ("not known",)
        which = "parameters" if one.draws > 1 else "chance"
        return self._with_ends(one.mean, *interval_of(one), unit, what, which)

    def effect(self, one: Effect, under: Name | None = None) -> Words:
        """An effect and its interval, over draws or, without them, of chance; ``under`` what is believed."""
        what = f"effect on {self.found.outcome}: {one.name}{f', under {under.text}' if under else ''}"
        return self.estimate(one, self.unit, what)

    def held(self, levels: Mapping[str, Plain]) -> Name:
        """What is believed in a part of the results: the level of what is kept apart."""
        alone = (
            len(levels) == 1 and isinstance(next(iter(levels.values())), str) and not set(levels.values()) & {ON, OFF}
        )
        parts = [str(level) if alone else f"{self.titles.get(name, name)} = {level}" for name, level in levels.items()]
        return Name(", ".join(parts))

    def several(self, count: int, noun: str, what: str) -> Words:
        """How many of something: *one option*, *two options*, in digits."""
        return (self.book.count(count, what), f" {noun}{'' if count == 1 else 's'}")

    def more(self, whole: Estimate, one: str, other: str) -> Words:
        """A difference in cost as *$38M ($30M to $45M) more* or *less*."""
        turned, low, high = whole.mean < 0, *interval_of(whole)
        low, high = (-high, -low) if turned else (low, high)
        unit, told = BY_NAME["cost"].unit, f"cost, {other} − {one}" if turned else f"cost, {one} − {other}"
        words: Words = (self.book.level(abs(whole.mean), unit, f"mean difference {told}"),)
        if math.isfinite(low) and math.isfinite(high):
            words += (" (", self.book.level(low, unit, f"low end: {told}"), " to ",
                      self.book.level(high, unit, f"high end: {told}"), ")")  # fmt: skip
        return (*words, " less" if turned else " more")

    def _with_ends(self, mean: float, low: float, high: float, unit: str, what: str, which: str) -> Words:
        year = f"year {self.found.year:g}"
        words: Words = (self.book.change(mean, unit, f"{what}, {year}"),)
        if not (math.isfinite(low) and math.isfinite(high)):
            return words
        if low < high and len({step(one, unit) for one in (mean, low, high)}) == 1:
            return (*words, " (its range rounds to the same)")
        return (*words, " (", self.book.end(low, unit, f"low end, {which}: {what}, {year}"), " to ",
                self.book.end(high, unit, f"high end, {which}: {what}, {year}"),
                *(("; a few draws pull the mean out of it",) if not low <= mean <= high else ()), ")")  # fmt: skip
