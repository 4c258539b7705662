# SPDX-License-Identifier: Apache-2.0
"""From the values of a suppression group to one table: its counts, the rows that show them, its sums.

Counts that are the same number by definition are one cell. A sum that does not hold for the truth is no law of
the figures (a stock, a share whose windows have not ended), so nobody can reckon with it, and it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from havn.domain.indicators.rules.definition import (
    Breakdown,
    CountPart,
    Definition,
    Measure,
    MeasureKind,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.period import Period, Year
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR
from havn.domain.indicators.rules.suppression.table import Cell, Line, Row, Rule, Table

BY_PROVIDER = "provider"
Figures = Mapping[Period, Mapping[str, Sequence[Value]]]
_PARTS = {
    MeasureKind.COUNT: (CountPart.VALUE,),
    MeasureKind.SHARE: (CountPart.NUMERATOR, CountPart.DENOMINATOR),
    MeasureKind.QUANTILE: (CountPart.STARTED, CountPart.DONE, CountPart.CENSORED),
    MeasureKind.GAIN: (CountPart.NUMERATOR, CountPart.DENOMINATOR),
    MeasureKind.STATISTIC: (CountPart.NUMERATOR, CountPart.DENOMINATOR),
}
_REST = "rest"  # never published: what a share leaves over
_DERIVED = frozenset({MeasureKind.GAIN, MeasureKind.STATISTIC})
NOT_COLLECTED, NOTHING_TO_MEASURE = "L", "M"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a count stands: `part` is one of a value's counts, or a remainder that no value shows."""

    period: str
    indicator: str
    measure: str
    breakdown: str
    code: str
    part: str

    def __str__(self) -> str:
        where = f"{self.period}/{self.indicator}/{self.measure}"
        return f"{where}/{self.breakdown}/{self.code}/{self.part}"


def row_name(period: Period, indicator: str, value: Value) -> str:
    """Return the name of the row that shows the value."""
    return f"{period}/{indicator}/{value.measure}/{value.breakdown}/{value.code}"


def block_of(period: Period, indicator: str, breakdown: str) -> str:
    """Return the name of the breakdown that can be left away as a whole, over all periods of a kind."""
    return f"{indicator}|{breakdown}|{'Y' if isinstance(period, Year) else 'Q'}"


def may_hide(definition: Definition, at: Value | Place) -> bool:
    """Whether a number may be hidden: never where the class hides nothing, nor a national total of items."""
    if definition.suppression_class == "N":
        return False
    return bool(at.breakdown) or definition.suppression_class in {"P", "O"}


def part_of(value: Value, part: CountPart) -> int | None:
    """Return one of the counts of a value, None where it has none."""
    found = getattr(value, part.value)
    return None if found is None else int(found)


def says_too_little(definition: Definition, measure: Measure, value: Value) -> bool:
    """Whether a ratio or statistic rests on too few cases to be shown, and its counts with it."""
    if measure.kind in {MeasureKind.COUNT, MeasureKind.QUANTILE} or value.denominator is None:
        return False
    if value.obs_status == NOTHING_TO_MEASURE:  # so it is zero, which persons show in totals only
        return definition.suppression_class in {"P", "O"} and bool(value.breakdown)
    return value.denominator < least_denominator(definition, measure)


def least_denominator(definition: Definition, measure: Measure) -> int:
    """Return on how many cases a ratio or statistic has to rest."""
    least = definition.min_denominator
    if measure.kind is MeasureKind.STATISTIC or definition.suppression_class == "N":
        return least
    return max(least, LEAST_DENOMINATOR)


@dataclass(slots=True)
class Group:
    """The values of a group as one table, and the way back: which cells every row shows."""

    table: Table
    cell_of: dict[Place, str]
    rows: dict[str, tuple[str, ...]]
    periods: frozenset[Period]


@dataclass(slots=True)
class _Build:
    """A table that is being made."""

    definitions: Mapping[str, Definition]
    values: dict[tuple[Period, str, str, str, str], Value] = field(default_factory=dict)
    counts: dict[Place, int] = field(default_factory=dict)
    cells: dict[Place, Cell] = field(default_factory=dict)
    rows: list[tuple[Period, Definition, Measure, Value, list[Place]]] = field(
        default_factory=list
    )
    root: dict[Place, Place] = field(default_factory=dict)
    sums: list[tuple[Place, list[Place]]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)

    def find(self, place: Place) -> Place:
        while self.root[place] != place:
            place = self.root[place]
        return place

    def merge(self, one: Place, other: Place) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        if first != second:
            self.root[second] = first
            mine, its = self.cells[first], self.cells[second]
            rule = max(mine.rule, its.rule, key=lambda rule: rule.value)
            is_total = mine.is_total or its.is_total
            self.cells[first] = replace(mine, rule=rule, is_total=is_total)

    def add(self, period: Period, place: Place, count: int, *, is_bare: bool = False) -> None:
        """Add a count; a bare remainder of none says nothing about anybody."""
        if place in self.cells:
            return
        definition = self.definitions[place.indicator]
        rule = rule_of(definition, place.breakdown)
        is_total = not place.breakdown or (is_bare and rule is Rule.PERSONS)
        block = (
            block_of(period, place.indicator, place.breakdown)
            if may_hide(definition, place)
            else ""
        )
        self.cells[place] = Cell(str(place), count, rule, is_total=is_total, block=block)
        self.counts[place] = count
        self.root[place] = place

    def add_sum(self, total: Place, parts: Iterable[Place]) -> None:
        """Add a sum if it holds."""
        found = list(parts)
        if not found or not {total, *found} <= self.counts.keys():
            return
        if sum(self.counts[part] for part in found) == self.counts[total]:
            self.sums.append((total, found))

    def add_part(self, period: Period, total: Place, part: Place, name: str) -> None:
        """Say that one count is a part of another one, with a remainder that nothing shows."""
        if total not in self.counts or part not in self.counts:
            return
        left = self.counts[total] - self.counts[part]
        if left >= 0 and self.find(total) != self.find(part):
            remainder = replace(part, part=f"{part.part}:{name}")
            self.add(period, remainder, left, is_bare=True)
            self.sums.append((total, [part, remainder]))


def rule_of(definition: Definition, breakdown: str) -> Rule:
    """Return which counts of an indicator are small, by its class."""
    if definition.suppression_class in {"P", "O"}:
        return Rule.PERSONS
    if definition.suppression_class == "C":
        return Rule.ITEMS_BY_PROVIDER if BY_PROVIDER in breakdown.split(";") else Rule.ITEMS
    return Rule.NONE


def grouped(definitions: Sequence[Definition], figures: Figures) -> Group:
    """Return the table of a group over all its periods."""
    build = _Build({definition.id: definition for definition in definitions})
    for period in sorted(figures, key=str):
        build.periods.append(period)
        for definition in definitions:
            _take(build, period, definition, figures[period].get(definition.id, ()))
    _same_quantiles(build)
    for definition in definitions:
        _parts_of_all(build, definition)
        _same_counts(build, definition)
        _nested_lines(build, definition)
    for definition in definitions:
        _split_lines(build, definition)
        _year_lines(build, definition)
    return _made(build)


def _take(build: _Build, period: Period, definition: Definition, values: Sequence[Value]) -> None:
    """Add the counts of an indicator's values, each with the row that shows them."""
    measures = {measure.name: measure for measure in definition.measures}
    taken: dict[tuple[str, str], list[Place]] = {}
    derived = []
    for value in values:
        measure = measures.get(value.measure)
        if measure is None or value.obs_status == NOT_COLLECTED:
            continue
        build.values[period, definition.id, value.measure, value.breakdown, value.code] = value
        places = []
        for part in _PARTS[measure.kind]:
            count = part_of(value, part)
            if count is not None and count >= 0:
                place = _place(build, period, definition, value, part)
                build.add(period, place, count)
                places.append(place)
        build.rows.append((period, definition, measure, value, places))
        taken.setdefault((value.breakdown, value.code), []).extend(places)
        if measure.kind in _DERIVED:
            derived.append((value, places))
        if measure.kind is MeasureKind.SHARE and len(places) == 2:
            _add_rest(build, period, places)
        if measure.kind is MeasureKind.QUANTILE and len(places) == 3:
            build.add_sum(places[0], places[1:])
    for (
        value,
        places,
    ) in derived:  # it can be worked out from the others of the same code, and back
        others = taken[value.breakdown, value.code]
        places.extend(place for place in dict.fromkeys(others) if place not in places)


def _place(
    build: _Build, period: Period, definition: Definition, value: Value, part: CountPart
) -> Place:
    """Return where a count of a value stands; codes that split a numerator have one denominator."""
    breakdown, code = value.breakdown, value.code
    if part is CountPart.DENOMINATOR and breakdown in _splitting(definition):
        total = Place(str(period), definition.id, value.measure, "", "", part.value)
        if total not in build.counts or build.counts[total] == value.denominator:
            breakdown, code = "", ""
    return Place(str(period), definition.id, value.measure, breakdown, code, part.value)


def _splitting(definition: Definition) -> frozenset[str]:
    return frozenset(each.name for each in definition.breakdowns if each.splits_numerator)


def _add_rest(build: _Build, period: Period, places: Sequence[Place]) -> None:
    numerator, denominator = places
    left = build.counts[denominator] - build.counts[numerator]
    if left >= 0:
        rest = replace(numerator, part=_REST)
        build.add(period, rest, left)
        build.sums.append((denominator, [numerator, rest]))


def _same_quantiles(build: _Build) -> None:
    """Merge the counts of an indicator's quantiles where all of them are the same."""
    for definition in build.definitions.values():
        names = [m.name for m in definition.measures if m.kind is MeasureKind.QUANTILE]
        for part in _PARTS[MeasureKind.QUANTILE]:
            for name in names[1:]:
                pairs = [
                    (place, replace(place, measure=names[0]))
                    for place in build.counts
                    if (place.indicator, place.measure, place.part)
                    == (definition.id, name, part.value)
                ]
                _merge_if_same(build, pairs)


def _merge_if_same(build: _Build, pairs: Sequence[tuple[Place, Place]]) -> bool:
    """Merge the pairs of counts if every pair is the same number."""
    known = [(one, other) for one, other in pairs if {one, other} <= build.counts.keys()]
    is_same = all(build.counts[one] == build.counts[other] for one, other in known)
    for one, other in known if is_same else ():
        build.merge(one, other)
    return is_same


def _split_lines(build: _Build, definition: Definition) -> None:
    """Add the sums of every breakdown whose codes make up the total, of remainders too."""
    named = {breakdown.name: breakdown for breakdown in definition.breakdowns}
    by_margin: dict[tuple[Place, str], list[Place]] = {}
    for place, margin, over in _margins_of(build, definition):
        by_margin.setdefault((margin, over), []).append(place)
    for (margin, over), parts in by_margin.items():
        breakdown = named.get(over)
        if breakdown is None or breakdown.is_partition:
            _add_partition(build, margin, parts, breakdown)


def _parts_of_all(build: _Build, definition: Definition) -> None:
    """Say that codes which do not make up the total lie in it one by one."""
    named = {breakdown.name: breakdown for breakdown in definition.breakdowns}
    periods = {str(period): period for period in build.periods}
    for place, margin, over in _margins_of(build, definition):
        if over in named and not named[over].is_partition and place.part != _REST:
            build.add_part(periods[place.period], margin, place, "of all")


def _margins_of(build: _Build, definition: Definition) -> list[tuple[Place, Place, str]]:
    return [
        (place, margin, over)
        for place in list(build.counts)
        if place.indicator == definition.id and place.breakdown
        for margin, over in _margins(place)
    ]


def _margins(place: Place) -> list[tuple[Place, str]]:
    """Return the counts that a count is summed up into: without each of its breakdowns."""
    names, codes = place.breakdown.split(";"), place.code.split(";")
    if len(names) != len(codes):
        return []
    return [
        (
            replace(
                place,
                breakdown=";".join(names[:i] + names[i + 1 :]),
                code=";".join(codes[:i] + codes[i + 1 :]),
            ),
            name,
        )
        for i, name in enumerate(names)
    ]


def _add_partition(
    build: _Build, margin: Place, parts: list[Place], breakdown: Breakdown | None
) -> None:
    if (
        margin not in build.counts
        and breakdown is not None
        and breakdown.splits_numerator
        and margin.part == CountPart.NUMERATOR.value
    ):  # no total of its own: the codes make up the denominator
        margin = replace(margin, part=CountPart.DENOMINATOR.value)
    build.add_sum(margin, parts)


def _same_counts(build: _Build, definition: Definition) -> None:
    """Merge counts that are another indicator's as well; where they differ, one is a part of the other."""
    for same in definition.same_as:
        pairs = [
            (place, other)
            for place in list(build.counts)
            if (place.indicator, place.measure, place.part, place.breakdown)
            == (definition.id, same.measure, same.part.value, same.breakdown)
            for other in [_other(same, place)]
            if other in build.counts
        ]
        if same.part is CountPart.NUMERATOR and _is_gain(definition, same.measure):
            _merge_former_count(build, pairs)
        if not _merge_if_same(build, pairs):
            periods = {str(period): period for period in build.periods}
            name = f"{same.indicator}.{same.other_measure}.{same.other_part.value}"
            for place, other in pairs:
                build.add_part(periods[place.period], other, place, name)


def _other(same: SameCount, place: Place) -> Place:
    breakdown = same.other_breakdown or same.breakdown
    code = same.other_code or place.code
    return Place(
        place.period, same.indicator, same.other_measure, breakdown, code, same.other_part.value
    )


def _is_gain(definition: Definition, name: str) -> bool:
    return any(
        measure.name == name and measure.kind is MeasureKind.GAIN
        for measure in definition.measures
    )


def _merge_former_count(build: _Build, pairs: Sequence[tuple[Place, Place]]) -> None:
    """Merge what a change is measured against with the count of the period before."""
    periods = {str(period): period for period in build.periods}
    for place, other in pairs:
        base = replace(place, part=CountPart.DENOMINATOR.value)
        before = replace(other, period=str(periods[place.period].previous))
        _merge_if_same(build, [(base, before)])


def _nested_lines(build: _Build, definition: Definition) -> None:
    """Add that the shorter of two windows lies in the longer one, with what lies between unseen."""
    periods = {str(period): period for period in build.periods}
    for measures in definition.nested:
        for shorter, longer in pairwise(measures):
            for place in list(build.counts):
                key = (place.indicator, place.measure, place.part)
                if key == (definition.id, shorter, CountPart.NUMERATOR.value):
                    outer = replace(place, measure=longer)
                    build.add_part(periods[place.period], outer, place, longer)


def _year_lines(build: _Build, definition: Definition) -> None:
    """Add that four quarters make up their year, for what can be added up."""
    additive = {measure.name for measure in definition.measures if measure.is_additive}
    years = {str(p): [str(q) for q in p.quarters] for p in build.periods if isinstance(p, Year)}
    for place in list(build.counts):
        if (
            place.indicator == definition.id
            and place.period in years
            and place.measure in additive
        ):
            build.add_sum(place, [replace(place, period=name) for name in years[place.period]])


def _made(build: _Build) -> Group:
    """Return the finished table."""
    cell_of = {place: str(build.find(place)) for place in build.counts}
    cells = tuple(build.cells[place] for place in build.counts if build.find(place) == place)
    lines = {}
    for total, parts in build.sums:
        line = Line(cell_of[total], tuple(cell_of[part] for part in parts))
        lines[line.total, tuple(sorted(line.parts))] = line
    rows, shown = [], {}
    for period, definition, measure, value, places in build.rows:
        name = row_name(period, definition.id, value)
        shown[name] = tuple(dict.fromkeys(cell_of[place] for place in places))
        can_hide = may_hide(definition, value)
        block = block_of(period, definition.id, value.breakdown) if can_hide else ""
        is_out = says_too_little(definition, measure, value)
        rows.append(Row(name, shown[name], can_hide, block, is_left_out=is_out))
    return Group(
        Table(cells, tuple(rows), tuple(lines.values())), cell_of, shown, frozenset(build.periods)
    )
