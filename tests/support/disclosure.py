# SPDX-License-Identifier: Apache-2.0
"""An attacker of published figures, written apart from the program: integer programmes over all that is published.

It reads definitions and values only. Every count is an unknown whole number; what is published is known; the laws of
the definitions hold; of rows that are hidden by the rule, at least one count that hangs together with them is
small; what was hidden in two releases changed by an amount that the attacker is granted to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from havn.domain.indicators.rules import (
    Definition,
    MeasureKind,
    Period,
    Value,
    Year,
    is_embargoed,
    is_left_away,
)
from tests.support.disclosure_programme import Key, System

Figures = Mapping[Period, Mapping[str, Sequence[Value]]]
PARTS = {
    MeasureKind.COUNT: ("value",),
    MeasureKind.SHARE: ("numerator", "denominator"),
    MeasureKind.QUANTILE: ("n_started", "n_done", "n_censored"),
    MeasureKind.GAIN: ("numerator", "denominator"),
    MeasureKind.STATISTIC: ("numerator", "denominator"),
}


@dataclass(frozen=True)
class Seen:
    """One release: the truth of its day, and what was published of it."""

    truth: Figures
    published: Figures


@dataclass
class Attack:
    """All that the attacker knows about a group, as a system of equations over whole numbers."""

    definitions: Sequence[Definition]
    releases: Sequence[Seen]
    truth: dict[Key, int] = field(default_factory=dict)
    known: dict[Key, int] = field(default_factory=dict)
    laws: list[tuple[dict[Key, int], int]] = field(default_factory=list)
    by_rule: set[Key] = field(default_factory=set)
    before: set[Key] = field(default_factory=set)  # hidden in an earlier release already
    shown_rows: Counter[int] = field(default_factory=Counter)  # by release
    hidden_rows: Counter[int] = field(default_factory=Counter)
    derived: list[Any] = field(default_factory=list)  # shown changes and statistics
    leaks: list[str] = field(default_factory=list)
    left_out: set[Key] = field(
        default_factory=set
    )  # rows of too few cases; small counts in them are asked for too

    def __post_init__(self) -> None:
        self.by_id = {definition.id: definition for definition in self.definitions}
        for number, release in enumerate(self.releases):
            for period, figures in release.truth.items():
                for definition in self.definitions:
                    self._count(number, period, definition, figures.get(definition.id, ()))
            self._laws(number, release)
            for period, figures in release.published.items():
                for definition in self.definitions:
                    self._see(number, period, definition, figures.get(definition.id, ()))
        self._between_releases()
        hidden = {(*key[:3], *key[4:6]) for key in self.by_rule}
        for where in self.derived:
            if (*where[:3], *where[4:6]) in hidden:
                self.leaks.append(f"{where} is shown, and rests on what is hidden")
        self._merge()
        self._fix()

    # What there is to know.

    def _count(
        self, number: int, period: Period, definition: Definition, values: Iterable[Value]
    ) -> None:
        kinds = {measure.name: measure.kind for measure in definition.measures}
        for value in values:
            for part in PARTS[kinds[value.measure]]:
                count = getattr(value, part)
                if count is not None and value.obs_status != "L":
                    key = (
                        number,
                        str(period),
                        definition.id,
                        value.measure,
                        value.breakdown,
                        value.code,
                        part,
                    )
                    self.truth[key] = int(count)

    def _law(self, terms: dict[Key, int], rest: Key | None = None) -> None:
        """Add a law if it holds; with a rest, the counts are one at most the other."""
        if not all(key in self.truth for key in terms):
            return
        left = -sum(factor * self.truth[key] for key, factor in terms.items())
        if rest is None:
            if not left:
                self.laws.append((terms, 0))
        elif left >= 0:
            self.truth[rest] = left
            self.laws.append(({**terms, rest: 1}, 0))

    def _laws(self, number: int, release: Seen) -> None:
        keys = [key for key in self.truth if key[0] == number]
        self._laws_of_values(keys)
        for definition in self.definitions:
            mine = [key for key in keys if key[2] == definition.id]
            self._laws_of_breakdowns(definition, mine)
            self._laws_of_same_counts(definition, mine)
            self._laws_of_years(definition, mine, release)
            for names in definition.nested:
                for key in mine:
                    if key[6] == "numerator" and key[3] in names[:-1]:
                        longer = names[names.index(key[3]) + 1]
                        outer = (*key[:3], longer, *key[4:])
                        self._law({key: 1, outer: -1}, (*key[:6], "numerator<" + longer))

    def _laws_of_values(self, keys: Iterable[Key]) -> None:
        for key in keys:
            kinds = {m.name: m.kind for m in self.by_id[key[2]].measures}
            if key[6] == "numerator" and kinds[key[3]] is MeasureKind.SHARE:
                self._law({key: 1, (*key[:6], "denominator"): -1}, (*key[:6], "others"))
            if key[6] == "n_started":
                done, open_ = (*key[:6], "n_done"), (*key[:6], "n_censored")
                self._law({key: -1, done: 1, open_: 1})

    def _laws_of_breakdowns(self, definition: Definition, keys: Sequence[Key]) -> None:
        quantiles = [m.name for m in definition.measures if m.kind is MeasureKind.QUANTILE]
        for name in quantiles[1:]:
            pairs = [(key, (*key[:3], quantiles[0], *key[4:])) for key in keys if key[3] == name]
            self._equal(pairs)
        for breakdown in definition.breakdowns:
            groups: dict[Key, list[Key]] = {}
            for key in keys:
                if key[4] == breakdown.name:
                    groups.setdefault((*key[:4], "", "", key[6]), []).append(key)
            for total, codes in groups.items():
                if breakdown.splits_numerator and total[6] == "denominator":
                    self._equal([(code, codes[0]) for code in codes[1:]])
                    self._equal([(code, total) for code in codes])
                elif breakdown.is_partition:
                    base = total
                    if total not in self.truth and breakdown.splits_numerator:
                        base = (*codes[0][:6], "denominator")
                    self._law({base: -1, **dict.fromkeys(codes, 1)})
                else:
                    for code in codes:
                        self._law({code: 1, total: -1}, (*code[:6], code[6] + "<all"))

    def _equal(self, pairs: Sequence[tuple[Key, Key]]) -> bool:
        known = [(one, other) for one, other in pairs if one in self.truth and other in self.truth]
        if any(self.truth[one] != self.truth[other] for one, other in known):
            return False
        for one, other in known:
            if one != other:
                self._law({one: 1, other: -1})
        return True

    def _laws_of_same_counts(self, definition: Definition, keys: Sequence[Key]) -> None:
        for same in definition.same_as:
            pairs = [
                (
                    key,
                    (
                        *key[:2],
                        same.indicator,
                        same.other_measure,
                        same.other_breakdown or same.breakdown,
                        same.other_code or key[5],
                        same.other_part.value,
                    ),
                )
                for key in keys
                if (key[3], key[4], key[6]) == (same.measure, same.breakdown, same.part.value)
            ]
            if not self._equal(pairs):
                for key, other in pairs:
                    rest = (
                        *key[:6],
                        f"{key[6]}<{same.indicator}.{same.other_measure}.{same.other_part.value}",
                    )
                    self._law({key: 1, other: -1}, rest)

    def _laws_of_years(self, definition: Definition, keys: Sequence[Key], release: Seen) -> None:
        additive = {measure.name for measure in definition.measures if measure.is_additive}
        for period in release.truth:
            if isinstance(period, Year):
                for key in keys:
                    if key[1] == str(period) and key[3] in additive:
                        quarters = [(key[0], str(q), *key[2:]) for q in period.quarters]
                        self._law({key: -1, **dict.fromkeys(quarters, 1)})

    def _see(
        self, number: int, period: Period, definition: Definition, values: Iterable[Value]
    ) -> None:
        kinds = {measure.name: measure.kind for measure in definition.measures}
        for value in values:
            where = (
                number,
                str(period),
                definition.id,
                value.measure,
                value.breakdown,
                value.code,
            )
            if value.obs_status == "L" or is_left_away(value) or is_embargoed(value):
                continue
            kind = kinds[value.measure]
            keys: list[Key] = [
                (*where, part) for part in PARTS[kind] if (*where, part) in self.truth
            ]
            is_too_small = self._is_too_small(definition, kind, where)
            is_derived = kind in {MeasureKind.GAIN, MeasureKind.STATISTIC}
            if value.is_hidden and value.n_started is None:
                if not is_too_small:
                    self.hidden_rows[number] += 1
                    self.by_rule |= set() if is_derived else set(keys)
                elif not is_derived:
                    self.left_out |= set(keys)
                continue
            if is_derived:
                self.derived.append(where)
            self.shown_rows[number] += 1
            for key in keys:
                count = getattr(value, key[6])
                if count is None or int(count) != self.truth[key]:
                    self.leaks.append(f"{key} is shown as {count}")
                self.known[key] = self.truth[key]

    def _is_too_small(self, definition: Definition, kind: MeasureKind, where: Any) -> bool:
        """Whether the row is left out since it rests on too few cases."""
        if kind in {MeasureKind.COUNT, MeasureKind.QUANTILE}:
            return False
        count = self.truth.get((*where, "denominator"))
        is_of_persons = definition.suppression_class in {"P", "O"}
        if count == 0 and not (is_of_persons and where[4]):
            return False
        least = definition.min_denominator
        if kind is not MeasureKind.STATISTIC and definition.suppression_class != "N":
            least = max(least, 20)
        return count is not None and count < least

    def _between_releases(self) -> None:
        for key in list(self.truth):
            if not key[0]:
                continue
            for earlier in range(key[0]):
                old = (earlier, *key[1:])
                if old not in self.truth:
                    continue
                if key in self.by_rule and old in self.by_rule:
                    self.before.add(key)
                    self.laws.append(({key: 1, old: -1}, self.truth[key] - self.truth[old]))
                elif key in self.by_rule and self.known.get(old) == self.truth[key]:
                    self.known[key] = self.truth[key]

    # The system.

    def small(self, key: Key) -> tuple[int, int] | None:
        """Return from where to where a count is small."""
        letter = self.by_id[key[2]].suppression_class
        is_bare = "<" in key[6]
        if letter in {"P", "O"}:
            return (0 if key[4] and not is_bare else 1), 4
        if letter == "C" and key[4]:
            return 1, 4 if "provider" in key[4].split(";") else 2
        return None

    def _merge(self) -> None:
        """Let counts that are the same number by a law be one unknown."""
        root = {key: key for key in self.truth}

        def find(key: Key) -> Key:
            while root[key] != key:
                root[key] = root[root[key]]
                key = root[key]
            return key

        for terms, right in self.laws:
            if len(terms) == 2 and not right and not sum(terms.values()):
                one, other = terms
                if one[0] == other[0]:
                    root[find(other)] = find(one)
        self.name = {key: find(key) for key in self.truth}
        self.smalls: dict[Key, tuple[int, int]] = {}
        for key in self.truth:
            bounds = self.small(key)
            if bounds is not None:
                known = self.smalls.get(self.name[key], bounds)
                self.smalls[self.name[key]] = min(known[0], bounds[0]), max(known[1], bounds[1])
        merged = []
        for terms, right in self.laws:
            named: Counter[Key] = Counter()
            for key, factor in terms.items():
                named[self.name[key]] += factor
            if left := {key: factor for key, factor in named.items() if factor}:
                merged.append((left, right))
        self.laws = merged
        self.known = {self.name[key]: count for key, count in self.known.items()}
        self.shown = set(self.known)
        totals = {name for key, name in self.name.items() if self.small(key) is None}
        few = {
            key
            for key in self.left_out | self._between()
            if self.truth[key] and self.name[key] not in totals and self.is_small(self.name[key])
        }
        self.asked = {self.name[key]: key for key in sorted(self.by_rule | few, reverse=True)}
        self.before = {self.name[key] for key in self.before}

    def _fix(self) -> None:
        """Work out what follows at once, and which unknowns hang together."""
        known = dict(self.known)
        changed = True
        while changed:
            changed = False
            for terms, right in self.laws:
                free = [key for key in terms if key not in known]
                if len(free) == 1:
                    rest = right - sum(f * known[k] for k, f in terms.items() if k in known)
                    known[free[0]] = rest * terms[free[0]]
                    changed = True
        self.fixed = known
        self.free = [key for key in dict.fromkeys(self.name.values()) if key not in known]
        self.explained = self._components()
        tied = [(dict.fromkeys(component, 1), 0) for component in self.explained]
        self.groups = self._hanging_together([*self.laws, *tied])

    def _hanging_together(
        self, laws: Iterable[tuple[dict[Key, int], int]], *, within_release: bool = False
    ) -> list[list[Key]]:
        root = {key: key for key in self.free}

        def find(key: Key) -> Key:
            while root[key] != key:
                root[key] = root[root[key]]
                key = root[key]
            return key

        for terms, _ in laws:
            inside = [key for key in terms if key in root]
            if within_release and len({key[0] for key in inside}) > 1:
                continue
            for key in inside[1:]:
                root[find(key)] = find(inside[0])
        groups: dict[Key, list[Key]] = {}
        for key in root:
            groups.setdefault(find(key), []).append(key)
        return list(groups.values())

    def _components(self) -> list[list[Key]]:
        """Return unknowns that hang together within a release, where some are hidden by the rule only now.

        One of them is small, or one of those that an earlier release kept back: shown now, a number may tell what it was.
        """
        found = []
        for group in self._hanging_together(self.laws, within_release=True):
            is_new = any(key in self.asked for key in group)
            is_old = any(key in self.before for key in group)
            if is_new and not is_old:
                then = [*group, *self._kept_back_before(group)]
                named = next((g for g in (group, then) if any(map(self.is_small, g))), None)
                if named is not None:
                    found.append([key for key in named if key in self.smalls])
                else:
                    self.leaks.append(f"nothing small explains why {group[0]} is hidden")
        return found

    def _between(self) -> set[Key]:
        """Return what no row shows: the rest of a share of persons, what lies between two windows or two counts.

        Only in groups of persons alone: where items are counted too, totals that are always shown may tell it.
        """
        if not all(each.suppression_class in {"P", "O"} for each in self.definitions):
            return set()
        return {key for key in self.truth if "<" in key[6] or key[6] == "others"}

    def _kept_back_before(self, group: Sequence[Key]) -> list[Key]:
        """Return the unknowns of earlier releases that stood where these stand, and those that hang together with them."""
        inside = set(group)
        places = {key[1:] for key, name in self.name.items() if name in inside}
        stood = {name for key, name in self.name.items() if key[1:] in places} - inside
        earlier = self._hanging_together(self.laws, within_release=True)
        return [
            key
            for found in earlier
            if not stood.isdisjoint(found)
            for key in found
            if key[0] < group[0][0]
        ]

    def is_small(self, key: Key) -> bool:
        """Whether the true count is small by its rule."""
        low, high = self.smalls.get(key, (1, 0))
        return low <= self.truth[key] <= high

    # The attack.

    def recovered(self) -> list[str]:
        """Return the hidden counts of which too few numbers are possible, each with a sentence."""
        found = list(self.leaks)
        for group in self.groups:
            if any(key in self.asked for key in group):
                found += System(self, group).recovered()
        found += [
            f"{key} follows from the sums: {self.fixed[name]}"
            for name, key in self.asked.items()
            if name in self.fixed and name not in self.shown
        ]
        return found
