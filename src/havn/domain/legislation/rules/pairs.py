# SPDX-License-Identifier: Apache-2.0
"""The table of results over ordered pairs of countries: what is in it, and what a changed answer changes of it.

A rule over three countries stands in the table by its two: whatever is open for A and V, or for A and C, is open for the
three. Of H07 the third, the suspect's own country, is any other member: the one that reaches its nationals least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from havn.domain.legislation.rules.laws import Law
from havn.domain.legislation.rules.loopholes import (
    RULES,
    Finding,
    OwnFigures,
    Places,
    Rule,
    found,
    out_of_reach,
)
from havn.domain.legislation.rules.truth import UNKNOWN, Cell, Result, Truth, any_of

PairKey = tuple[str, str, str]  # rule, first and second country
OF_OWN_FIGURES = ("H04", "H09", "H10")
_TENTH = Decimal("0.1")
_TOP = 3  # of the most, one is left when both countries of a pair are taken out


@dataclass(frozen=True, slots=True)
class PairResult:
    """One row of the table."""

    result: Result
    strength: Decimal | None
    since: date | None


class Pairs:
    """The laws of all members on one day, and what the rules say of each two of them."""

    def __init__(self, laws: Mapping[str, Law], own: OwnFigures | None = None) -> None:
        self.laws, self.own = dict(laws), own or OwnFigures()
        reach = {code: out_of_reach(law) for code, law in sorted(self.laws.items())}
        self._least = sorted(reach.items(), key=lambda each: -each[1].least)[:_TOP]
        self._most = sorted(reach.items(), key=lambda each: -each[1].most)[:_TOP]

    def finding(self, rule: Rule, first: str, second: str) -> Finding:
        """Return what a rule says of a pair."""
        one, other = self.laws[first], self.laws[second]
        is_host = rule.roles[0] == "c"
        places = Places(
            a=other if is_host else one,
            v=other,
            c=one if is_host else other,
            nationals=self.nationals({first, second}),
            own=self.own,
        )
        return found(rule, places)

    def row(self, key: PairKey) -> PairResult:
        """Return a row of the table."""
        finding = self.finding(RULES[key[0]], key[1], key[2])
        strength = None if finding.strength is None else finding.strength.quantize(_TENTH)
        return PairResult(finding.truth.result, strength, self.since(finding.truth))

    def since(self, truth: Truth) -> date | None:
        """Return since when the deciding laws are all in force; None where a result is not known."""
        if truth.result is Result.UNKNOWN:
            return None
        days = [self.laws[member].answer(key).since for member, key in truth.cells]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None

    def nationals(self, taken: set[str]) -> Truth:
        """Return whether some other member can not prosecute its nationals; unknown where there is no other."""
        left = [each for code, each in self._least if code not in taken][:1]
        left += [each for code, each in self._most if code not in taken][:1]
        return any_of(left) if left else UNKNOWN

    def triple(self, a: str, v: str, c: str, b: str) -> Iterator[Finding]:
        """Yield what each rule says of three countries, and of a suspect from a fourth."""
        laws = self.laws
        places = Places(laws[a], laws[v], laws[c], out_of_reach(laws[b]), self.own)
        yield from (found(rule, places) for rule in RULES.values())


def all_keys(members: Iterable[str], *, among: Iterable[str] = tuple(RULES)) -> Iterator[PairKey]:
    """Yield the keys of the whole table; of some rules alone where they are named."""
    codes = sorted(members)
    for rule in among:
        yield from ((rule, one, other) for one in codes for other in codes if one != other)


def changed_cells(before: Mapping[str, Law], after: Mapping[str, Law]) -> set[Cell]:
    """Return which answers differ between two states of the law."""
    return {
        (member, key)
        for member in after
        for key in {*before[member].answers, *after[member].answers}
        if before[member].answer(key) != after[member].answer(key)
    }


def touched(
    cells: Iterable[Cell], members: Sequence[str], *, among: Iterable[str] = tuple(RULES)
) -> set[PairKey]:
    """Return the rows that changed answers can change, and no other; of some rules alone where they are named."""
    wanted, keys = [RULES[each] for each in among], set[PairKey]()
    for member, key in cells:
        for rule in wanted:
            for role, read in rule.reads.items():
                if key in read:
                    keys |= set(_rows(rule, role, member, members))
    return keys


@dataclass(frozen=True, slots=True)
class Basis:
    """What the table is computed from: the laws of all members, and what a node knows by itself."""

    laws: Mapping[str, Law]
    own: OwnFigures = field(default_factory=OwnFigures)


def touched_between(
    before: Basis, after: Basis, *, among: Sequence[str] = tuple(RULES)
) -> set[PairKey]:
    """Return the rows that can differ between two bases: all of them where other countries take part."""
    members = sorted(after.laws)
    if before.laws.keys() != after.laws.keys():
        return set(all_keys(members, among=among))
    keys = touched(changed_cells(before.laws, after.laws), members, among=among)
    if after.own != before.own:
        for each in {after.own.member, before.own.member} - {""}:
            keys |= touched_by_figures(each, members, among=among)
    return keys


def touched_by_figures(
    own: str, members: Sequence[str], *, among: Iterable[str] = tuple(RULES)
) -> set[PairKey]:
    """Return the rows that a node's own figures can change; of some rules alone where they are named."""
    return {
        (rule, first, second)
        for rule in set(among).intersection(OF_OWN_FIGURES)
        for other in members
        if other != own and own in members
        for first, second in ((own, other), (other, own))
    }


def _rows(rule: Rule, role: str, member: str, members: Sequence[str]) -> Iterator[PairKey]:
    others = [each for each in members if each != member]
    if role == "b":
        yield from ((rule.id, one, other) for one in others for other in others if one != other)
    elif role == rule.roles[0]:
        yield from ((rule.id, member, other) for other in others)
    else:
        yield from ((rule.id, other, member) for other in others)
