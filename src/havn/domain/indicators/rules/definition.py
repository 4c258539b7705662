# SPDX-License-Identifier: Apache-2.0
"""What an indicator is: its definition, the facts it reads and the values it yields."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

UNKNOWN = "_U"
OTHER = "_O"
CONFIRMING_CLASSES = frozenset({"baseline", "national"})


def gettext_noop(text: str) -> str:
    """Return the text unchanged; marks it as one that pages translate."""
    return text


class Direction(StrEnum):
    """Which way is better; `none` is context only, never coloured and never a target."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class MeasureKind(StrEnum):
    """What a number is made of, and so which of its counts suppression looks at."""

    COUNT = "count"  # `value` itself is a count
    SHARE = "share"  # `numerator` of `denominator`, in per cent or per thousand
    QUANTILE = "quantile"  # rests on `n_started`, `n_done` and `n_censored`
    GAIN = "gain"  # the change between two counts or two shares
    STATISTIC = "statistic"  # any other number; `denominator` says how many cases it rests on


class CountPart(StrEnum):
    """The counts that a value carries, by the names of their fields."""

    VALUE = "value"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    STARTED = "n_started"
    DONE = "n_done"
    CENSORED = "n_censored"


@dataclass(frozen=True, slots=True)
class SameCount:
    """A count of this indicator that is, by definition, also a count of another one (V05 divides by V01).

    Without a breakdown the two national totals are the same; with one, named alike in both, every code.
    """

    measure: str
    part: CountPart
    indicator: str
    other_measure: str
    other_part: CountPart
    breakdown: str = ""


class FactRead(Protocol):
    """A fact as indicators read it; `ledger.selectors.FactLine` is one."""

    @property
    def name(self) -> str:
        """The fact's name."""

    @property
    def subject_kind(self) -> str:
        """`report` or `item`."""

    @property
    def subject_id(self) -> Hashable:
        """Whom the fact is about; comparable with other facts of the same reading."""

    @property
    def happened_at(self) -> datetime:
        """When it happened."""

    @property
    def recorded_at(self) -> datetime:
        """When it became known here."""

    @property
    def codes(self) -> Mapping[str, Any]:
        """Codes of the fact, with its version under `v`."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One way to split a measure; facts with other codes count under `_O`, without under `_U`."""

    name: str
    title: str
    codes: Mapping[str, str]
    is_partition: bool = (
        True  # the codes sum up to the total; else one case may stand under several
    )
    splits_numerator: bool = (
        False  # a share's codes split its numerator, all over the one denominator
    )


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of an indicator; `unit` and `title` are shown beside it."""

    name: str
    title: str
    unit: str
    kind: MeasureKind = MeasureKind.COUNT
    is_additive: bool = True  # the counts of four quarters sum up to those of their year


@dataclass(frozen=True, slots=True)
class Definition:
    """All that a reader must know to judge an indicator; texts are English message keys."""

    id: str
    version: int
    numeric_id: str  # T.G.n: target, goal, running number
    target: int
    goal: str
    name: str
    definition: str
    rationale: str
    pitfalls: str
    computation: str
    cohort: str
    unit: str
    classification: str
    direction: Direction
    frequency: str
    facts: tuple[str, ...]
    measures: tuple[Measure, ...]
    breakdowns: tuple[Breakdown, ...]
    suppression_class: str
    suppression_group: str
    min_denominator: int
    related: tuple[str, ...]
    compare_with: tuple[str, ...]
    collection: str = gettext_noop("Written by the node in the same step as the work it tells of.")
    calendar: str = gettext_noop("Frozen once after the end of each quarter; never recomputed.")
    validation: str = gettext_noop(
        "Computed twice in tests: by this function and by a slow reference."
    )
    is_declared: bool = False
    nested: tuple[tuple[str, ...], ...] = ()  # measures whose numerators lie in one another
    same_as: tuple[SameCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one measure; hidden values are empty and carry `Q` (missing, suppressed)."""

    measure: str
    breakdown: str = ""
    code: str = ""
    value: Decimal | None = None
    lower_bound: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    n_started: int | None = None
    n_done: int | None = None
    n_censored: int | None = None
    obs_status: str = "A"  # A normal, Q suppressed, M there is nothing to measure
    conf_status: str = "F"  # F free, A hidden first, D hidden so that A stays hidden
    low: int | None = None  # of a hidden count: what the hub may add up, never shown
    high: int | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether the value is suppressed."""
        return self.obs_status == "Q"

    def hidden(self, conf_status: str) -> Value:
        """Return the same cell with every number taken out."""
        return Value(
            measure=self.measure,
            breakdown=self.breakdown,
            code=self.code,
            obs_status="Q",
            conf_status=conf_status,
        )


def code_of(found: object, breakdown: Breakdown) -> str:
    """Return the category that a fact's code counts under."""
    if found in {None, ""}:
        return UNKNOWN
    return str(found) if str(found) in breakdown.codes else OTHER
