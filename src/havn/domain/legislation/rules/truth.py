# SPDX-License-Identifier: Apache-2.0
"""Kleene logic with a half: yes 1, partly ½, no 0, and unknown where it could be any of them.

A truth is kept as the least and the most that it can be, in halves. `and` is the smaller, `or` the larger,
`not` turns it round, each at both ends: so a result is unknown exactly where what is not known could
change it. With a truth go the cells that decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from havn.domain.legislation.rules.criterion import Value

NO, HALF, YES = 0, 1, 2  # in halves
UNLIMITED = float("inf")

Cell = tuple[str, str]  # a country and the key of a criterion


class Result(StrEnum):
    """What a rule says of a pair: the words of a truth."""

    OPEN = "open"
    NARROW = "narrow"
    CLOSED = "closed"
    UNKNOWN = "unknown"


_RESULTS = {YES: Result.OPEN, HALF: Result.NARROW, NO: Result.CLOSED}
_OF_VALUE = {Value.YES: (YES, YES), Value.PARTLY: (HALF, HALF), Value.NO: (NO, NO)}


@dataclass(frozen=True, slots=True)
class Truth:
    """The least and the most that something can be, and the cells that decide it."""

    least: int
    most: int
    cells: frozenset[Cell] = frozenset()

    @property
    def result(self) -> Result:
        """Return the word for it; unknown where it could be more than one."""
        return _RESULTS[self.most] if self.least == self.most else Result.UNKNOWN

    def __invert__(self) -> Truth:
        return Truth(YES - self.most, YES - self.least, self.cells)

    def __and__(self, other: Truth) -> Truth:
        return all_of((self, other))

    def __or__(self, other: Truth) -> Truth:
        return any_of((self, other))


TRUE, FALSE, UNKNOWN = Truth(YES, YES), Truth(NO, NO), Truth(NO, YES)


def of_value(value: Value, cell: Cell | None = None) -> Truth:
    """Return an answer as a truth."""
    least, most = _OF_VALUE.get(value, (NO, YES))
    return Truth(least, most, frozenset({cell} if cell else ()))


def all_of(parts: Iterable[Truth]) -> Truth:
    """Return the smallest of several; true where there are none."""
    given = tuple(parts)
    if not given:
        return TRUE
    least = min(each.least for each in given)
    return _deciding(given, least, min(each.most for each in given))


def any_of(parts: Iterable[Truth]) -> Truth:
    """Return the largest of several; false where there are none."""
    given = tuple(parts)
    if not given:
        return FALSE
    least = max(each.least for each in given)
    return _deciding(given, least, max(each.most for each in given))


def _deciding(given: Sequence[Truth], least: int, most: int) -> Truth:
    """Return a truth with the cells of the parts that are it, or where none is, of those that bound it."""
    deciding = [each for each in given if each.least == least and each.most == most]
    if len(deciding) == 1:
        return deciding[0]
    deciding = deciding or [each for each in given if each.least == least or each.most == most]
    return Truth(least, most, frozenset[Cell]().union(*(each.cells for each in deciding)))


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a law, infinite where it says unlimited; None where it is not known."""

    amount: float | None
    cells: frozenset[Cell] = frozenset()

    def __add__(self, other: Number) -> Number:
        cells = self.cells | other.cells
        if self.amount is None or other.amount is None:
            return Number(None, cells)
        return Number(self.amount + other.amount, cells)


def less(one: Number, other: Number) -> Truth:
    """Whether a number is smaller than another; unknown where one of them is."""
    return _compared(one, other, lambda a, b: a < b)


def differs(one: Number, other: Number) -> Truth:
    """Whether two numbers are different; unknown where one of them is."""
    return _compared(one, other, lambda a, b: a != b)


def _compared(one: Number, other: Number, holds: Callable[[float, float], bool]) -> Truth:
    cells = one.cells | other.cells
    if one.amount is None or other.amount is None:
        return Truth(NO, YES, cells)
    bound = YES if holds(one.amount, other.amount) else NO
    return Truth(bound, bound, cells)
