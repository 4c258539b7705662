# SPDX-License-Identifier: Apache-2.0
"""Protecting the values of a suppression group over several periods, with all that was released before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from havn.domain.indicators.rules.definition import (
    CountPart,
    Definition,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.suppression.bounds import Bounds, bounds_of
from havn.domain.indicators.rules.suppression.group import (
    NOT_COLLECTED,
    NOTHING_TO_MEASURE,
    Figures,
    Group,
    Place,
    block_of,
    grouped,
    least_denominator,
    row_name,
    says_too_little,
)
from havn.domain.indicators.rules.suppression.pattern import Before, Pattern, protect
from havn.domain.indicators.rules.suppression.table import (
    EMBARGOED,
    LEFT_AWAY,
    PRIMARY,
    Cell,
    Line,
    Past,
    Table,
)
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN, LEAST_FOR_P90

SUPPRESSED = "Q"
_COUNTED = {
    MeasureKind.COUNT: CountPart.VALUE,
    MeasureKind.SHARE: CountPart.NUMERATOR,
    MeasureKind.QUANTILE: CountPart.STARTED,
}


@dataclass(frozen=True, slots=True)
class Released:
    """An earlier release of the group: what was published, and the truth of that day behind it."""

    published: Figures
    computed: Figures


def protect_group(
    definitions: Sequence[Definition], figures: Figures, earlier: Sequence[Released] = ()
) -> dict[Period, dict[str, list[Value]]]:
    """Return the publishable values of a group of indicators; the order of what is given does not matter."""
    ordered = sorted(definitions, key=lambda definition: definition.id)
    group = grouped(ordered, figures)
    releases = [_Looked(release, ordered, group) for release in earlier]
    table = replace(
        group.table,
        cells=tuple(_if_known(cell, releases) for cell in group.table.cells),
        past=tuple(release.past for release in releases),
    )
    pattern = protect(table, _before(releases, table))
    back = _Back(group, table, pattern, releases)
    return {
        period: {
            definition.id: back.values(period, definition, figures[period][definition.id])
            for definition in definitions
            if definition.id in figures[period]
        }
        for period in figures
    }


class _Looked:
    """An earlier release, looked at as a table: what it showed and what it kept back."""

    def __init__(self, release: Released, definitions: Sequence[Definition], now: Group) -> None:
        """Build the table of that day, named as now; rows that say too little may be shown later."""
        group = grouped(definitions, release.computed)
        out = {row.name for row in group.table.rows if row.is_left_out}
        self.hidden: set[str] = set()
        self.left_away: set[str] = set()
        self.bounds: dict[str, Bounds] = {}
        shown: set[str] = set()
        names = {definition.id for definition in definitions}
        for period, indicators in release.published.items():
            for indicator, values in indicators.items():
                if indicator not in names:
                    continue
                for value in values:
                    name = row_name(period, indicator, value)
                    if is_embargoed(value):
                        continue  # it was neither shown nor hidden for its size
                    if not value.is_hidden or _has_counts(value):
                        shown.update(group.rows.get(name, ()))
                    elif is_left_away(value):
                        if period in now.periods:
                            self.left_away.add(block_of(period, indicator, value.breakdown))
                    elif name not in out:
                        self.hidden.add(name)
                    if value.low is not None:
                        self.bounds[name] = Bounds(value.low, value.high)
        names_now = _names_now(group, now)
        self.shown: dict[str, set[int]] = {}
        for cell in group.table.cells:
            for name in names_now[cell.name] if cell.name in shown else ():
                self.shown.setdefault(name, set()).add(cell.count)
        apart = _told_apart(group, shown, names_now)
        self.told = {
            name for name in self.hidden if not apart.isdisjoint(group.rows.get(name, ()))
        }
        names_now |= {cell: [f"{cell} then"] for cell in apart}
        self.past = replace(
            _past(group, shown, names_now),
            hidden=frozenset(
                name
                for row in self.hidden
                for cell in group.rows.get(row, ())
                for name in names_now[cell]
            ),
        )


def _names_now(then: Group, now: Group) -> dict[str, list[str]]:
    """Return how the counts of that day are named now; one that fell apart has several names."""
    names: dict[str, set[str]] = {}
    for place, cell in then.cell_of.items():
        names.setdefault(cell, set()).add(now.cell_of.get(place, str(place)))
    return {cell: sorted(found) for cell, found in names.items()}


def _told_apart(
    then: Group, shown: Collection[str], names_now: Mapping[str, list[str]]
) -> set[str]:
    """Return the counts kept back that day that are another one's number now, and were not then.

    Of two such counts one keeps its name: by how much each of them changed would tell what lay between them.
    """
    kept: dict[str, Cell] = {}
    apart = set()
    for cell in sorted(then.table.cells, key=lambda cell: cell.name):
        if cell.name not in shown:
            other = kept.setdefault(names_now[cell.name][0], cell)
            if other.count != cell.count:
                apart.add(cell.name)
    return apart


def _past(then: Group, shown: Collection[str], names_now: Mapping[str, list[str]]) -> Past:
    """Return what was kept back that day, under the names of now; what was one number then moves as one."""
    counts: dict[str, int] = {}
    cells: dict[str, Cell] = {}
    lines = []
    for cell in then.table.cells:
        first, *others = names_now[cell.name]
        if cell.name not in shown:
            for name in (first, *others):
                counts[name] = min(cell.count, counts.get(name, cell.count))
                cells[name] = cell
            lines += [Line(first, (other,)) for other in others]
    # Without what was shown, since its name may be another count's now.
    for line in then.table.lines:
        parts = tuple(names_now[part][0] for part in line.parts if part not in shown)
        total = names_now[line.total][0] if line.total not in shown else ""
        lines.append(Line(total, parts))
    return Past(counts, tuple(lines), cells)


def _has_counts(value: Value) -> bool:
    """Whether a quantile of too few cases is empty, and shows its counts."""
    return value.n_started is not None


def _if_known(cell: Cell, releases: Sequence[_Looked]) -> Cell:
    """Return the cell; one that was published with the same number stays known, whatever is hidden now."""
    is_known = any(cell.count in release.shown.get(cell.name, ()) for release in releases)
    return replace(cell, is_known=is_known) if is_known else cell


def _before(releases: Sequence[_Looked], table: Table) -> Before:
    """Return what stays hidden, what stays left away, and what to hide first where there is a choice."""
    hidden = frozenset(name for release in releases for name in release.hidden)
    left_away = frozenset(block for release in releases for block in release.left_away)
    left_away |= _told_now(releases, table, hidden)
    alike = {name.partition("/")[2] for name in hidden}
    preferred = {row.name for row in table.rows if row.name.partition("/")[2] in alike}
    return Before(hidden, left_away, frozenset(preferred))


def _told_now(
    releases: Sequence[_Looked], table: Table, hidden: Collection[str]
) -> frozenset[str]:
    """Return the breakdowns of which a hidden count is told by another number now.

    Two counts that differed are the same one now, and the other one is shown, or was, or is hidden as well. Hidden
    again, the count would be told, and by how much it changed tells what it was: no row of it may stay.
    """
    always = {name for row in table.rows if not row.may_hide for name in row.cells}
    told = {cell.name for cell in table.cells if cell.is_known or cell.name in always}
    secret = {
        name
        for number, release in enumerate(releases)
        for name, count in release.past.counts.items()
        if not any(count in before.shown.get(name, ()) for before in releases[:number])
    }
    told &= secret
    rows = {name for release in releases for name in release.told}
    rows |= {row.name for row in table.rows if not told.isdisjoint(row.cells)}
    return frozenset(
        row.block for row in table.rows if row.block and row.name in hidden and row.name in rows
    )


class _Back:
    """The way back from a pattern to values."""

    def __init__(
        self, group: Group, table: Table, pattern: Pattern, releases: Sequence[_Looked]
    ) -> None:
        """Keep what is asked for each value."""
        self.group = group
        self.pattern = pattern
        self.cells = {cell.name: cell for cell in table.cells}
        self.releases = releases

    def values(
        self, period: Period, definition: Definition, values: Sequence[Value]
    ) -> list[Value]:
        """Return the publishable values of an indicator; one row says that a breakdown is left away."""
        measures = {measure.name: measure for measure in definition.measures}
        found: list[Value] = []
        for value in values:
            away = block_of(period, definition.id, value.breakdown) in self.pattern.left_away
            if away and value.breakdown and value.obs_status != NOT_COLLECTED:
                gap = Value(value.measure, value.breakdown).hidden(LEFT_AWAY)
                if gap not in found:
                    found.append(gap)
            elif away and value.obs_status != NOT_COLLECTED:
                found.append(value.hidden(LEFT_AWAY))
            else:
                found.append(self._one(period, definition, measures[value.measure], value))
        return found

    def _one(
        self, period: Period, definition: Definition, measure: Measure, value: Value
    ) -> Value:
        name = row_name(period, definition.id, value)
        mark = self.pattern.hidden.get(name, "")
        if value.obs_status == NOT_COLLECTED:
            return value
        if mark:
            bounds = self._bounds(period, definition, measure, value)
            high = None if bounds is None else bounds.high
            low = None if bounds is None else bounds.low
            return replace(value.hidden(mark), low=low, high=high)
        if says_too_little(definition, measure, value):
            least = least_denominator(definition, measure)
            high = None if measure.may_pass_whole else least - 1
            is_share = measure.kind is MeasureKind.SHARE
            hidden = value.hidden(PRIMARY)
            return replace(hidden, low=0, high=high) if is_share else hidden
        return value if value.obs_status == NOTHING_TO_MEASURE else _bare_if_few(measure, value)

    def _bounds(
        self, period: Period, definition: Definition, measure: Measure, value: Value
    ) -> Bounds | None:
        part = _COUNTED.get(measure.kind)
        if part is None:
            return None
        place = Place(
            str(period), definition.id, value.measure, value.breakdown, value.code, part.value
        )
        cell = self.cells[self.group.cell_of[place]]
        name = row_name(period, definition.id, value)
        sent = [release.bounds[name] for release in self.releases if name in release.bounds]
        return bounds_of(cell, self.pattern.possible.get(cell.name, ()), sent)


def _bare_if_few(measure: Measure, value: Value) -> Value:
    """Return a quantile of too few cases empty; its counts may stay."""
    if measure.kind is not MeasureKind.QUANTILE:
        return value
    least = LEAST_FOR_P90 if measure.name.startswith("p90") else LEAST_FOR_MEDIAN
    if (value.n_started or 0) >= least:
        return value
    return replace(value, value=None, lower_bound=None, obs_status=SUPPRESSED, conf_status=PRIMARY)


def is_left_away(value: Value) -> bool:
    """Whether the value says that a whole breakdown is not shown, since too many of its numbers are small."""
    return value.is_hidden and value.conf_status == LEFT_AWAY


def is_embargoed(value: Value) -> bool:
    """Whether the value is held back since it is about police work that is not released."""
    return value.is_hidden and value.conf_status == EMBARGOED
