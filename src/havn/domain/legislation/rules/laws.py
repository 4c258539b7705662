# SPDX-License-Identifier: Apache-2.0
"""A country's law on a day, as rules read it: values and numbers of criteria, unknown where nobody answered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date

from havn.domain.legislation.rules.criterion import Value
from havn.domain.legislation.rules.truth import UNLIMITED, Cell, Number, Truth, of_value


@dataclass(frozen=True, slots=True)
class Answer:
    """What counts of an answer: the value, and the number beside it."""

    value: Value
    number: int | None = None
    is_unlimited: bool = False
    since: date | None = None  # from which day the law says so

    @property
    def amount(self) -> float | None:
        """Return the number, infinite where there is no limit."""
        return UNLIMITED if self.is_unlimited else self.number


NOT_ANSWERED = Answer(Value.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Law:
    """All answers of one country that hold on a day, by the key of the criterion."""

    member: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    # What was asked before: each law is read with that of every other country.
    _asked: dict[Hashable, Truth] = field(default_factory=dict, repr=False, compare=False)

    def says(self, key: str) -> Truth:
        """Return the answer to a criterion as a truth."""
        return self.once(key, lambda: of_value(self.answer(key).value, self._cell(key)))

    def lacks(self, key: str) -> Truth:
        """Return whether the law does not say so."""
        return self.once(("not", key), lambda: ~self.says(key))

    def once(self, name: Hashable, find: Callable[[], Truth]) -> Truth:
        """Return what is found of this law alone, looked for once."""
        found = self._asked.get(name)
        if found is None:
            found = self._asked[name] = find()
        return found

    def number(self, key: str) -> Number:
        """Return the number beside an answer; not known where the answer is not."""
        answer = self.answer(key)
        amount = None if answer.value is Value.UNKNOWN else answer.amount
        return Number(amount, frozenset({self._cell(key)}))

    def days_kept(self, key: str) -> Number:
        """Return for how many days something must be kept: none at all where the law asks for nothing."""
        answer = self.answer(key)
        if answer.value is Value.NO and answer.amount is None:
            return Number(0, frozenset({self._cell(key)}))
        return self.number(key)

    def answer(self, key: str) -> Answer:
        """Return the answer to a criterion."""
        return self.answers.get(key, NOT_ANSWERED)

    def _cell(self, key: str) -> Cell:
        return (self.member, key)
