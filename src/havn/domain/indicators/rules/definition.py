# SPDX-License-Identifier: Apache-2.0
"""What an indicator is: its definition, the facts it reads and the values it yields."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from havn.domain.indicators.rules.period import Period
from havn.lib.encoding import gettext_noop

UNKNOWN = "_U"
OTHER = "_O"
CONFIRMING_CLASSES = frozenset({"baseline", "national"})


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
    """A count of this indicator that is also a count of another one, or a part of it (V05 divides by V01).

    It is a part where windows have not ended at the freeze, or where cases are left out for a reason: then
    the two numbers differ. Without a breakdown the two totals are meant; with one, every code of it. The
    other side may be one code of a breakdown of its own (A07 counts what R01 has under `web`).
    """

    measure: str
    part: CountPart
    indicator: str
    other_measure: str
    other_part: CountPart
    breakdown: str = ""
    other_breakdown: str = ""
    other_code: str = ""


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
    is_complete: bool = False  # every case has one of the codes, so none says that it is not known
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
    direction: Direction | None = None  # where it differs from the indicator's
    is_additive: bool = True  # the counts of four quarters sum up to those of their year
    may_pass_whole: bool = False  # the numerator is no part of the denominator


CALENDAR_OF_POLICE_WORK = gettext_noop(
    "Figures of police work are shown a year after their period, and of operations only when they are closed and the "
    "country that led them has released them. They come with the next version of the year's report."
)


@dataclass(frozen=True, slots=True)
class Definition:
    """All that a reader must know to judge an indicator; texts are English message keys."""

    id: str
    version: int
    numeric_id: str  # T.G.n: target, goal, running number; all targets together are 0
    target: int
    goal: str
    name: str
    definition: str
    rationale: str
    pitfalls: str
    computation: str
    cohort: str
    unit: str
    direction: Direction
    frequency: str  # Q: quarters and years; Y: years only
    facts: tuple[str, ...]
    measures: tuple[Measure, ...]
    suppression_class: str
    suppression_group: str
    classification: str = ""
    breakdowns: tuple[Breakdown, ...] = ()
    begins_with: tuple[str, ...] = ()  # facts whose first one says that this is collected at all
    min_denominator: int = 0
    related: tuple[str, ...] = ()
    compare_with: tuple[str, ...] = ()
    nested: tuple[tuple[str, ...], ...] = ()  # measures whose numerators lie in one another
    same_as: tuple[SameCount, ...] = ()
    is_declared: bool = False  # stands on numbers that an office declares
    # What is the same for nearly all of them is said once, here.
    collection: str = gettext_noop("Written by the node in the same step as the work it tells of.")
    calendar: str = gettext_noop(
        "Quarters are frozen ten days after their end, years on 31 January; each release stays as it was."
    )
    contact: str = gettext_noop("The rapporteur of the member's national office")
    holder: str = gettext_noop("The office whose node wrote the facts")
    compiler: str = gettext_noop("The node itself; the Alliance's secretariat joins the members.")
    mandate: str = gettext_noop("The declaration of the Alliance that the member signed.")
    validation: str = gettext_noop(
        "Computed twice in tests: by this function and by a second program written apart from it."
    )
    quality: str = gettext_noop(
        "The office that owns the facts confirms its part before two persons release a report; a "
        "change after publication is a new version with its reason beside the old one."
    )
    method: str = gettext_noop("The Alliance's handbook of indicators, section 3.")
    updated: str = "2026-11-26"

    def direction_of(self, measure: str) -> Direction:
        """Return which way is better for one of its measures; a measure's own word goes before the indicator's."""
        own = {each.name: each.direction for each in self.measures}
        return own[measure] or self.direction

    @property
    def function(self) -> str:
        """The name of the function that computes it."""
        return f"havn.domain.indicators.rules.{self.id.lower()}.compute"

    @property
    def source(self) -> str:
        """The file that holds the function, from the root of the program's source."""
        return f"src/havn/domain/indicators/rules/{self.id.lower()}.py"


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
    obs_status: str = (
        "A"  # A normal, Q suppressed, M there is nothing to measure, L not collected here
    )
    conf_status: str = "F"  # F free, A hidden first, D hidden so that A stays hidden
    is_low_reliability: bool = False  # too many checks came late (R20)
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


@dataclass(frozen=True, slots=True)
class Release:
    """Figures as they were published: when they were frozen, and the values by period and indicator."""

    as_of: datetime
    figures: Mapping[Period, Mapping[str, Sequence[Value]]]

    def is_final(self, period: Period) -> bool:
        """Whether the values of a period were final in it: they are provisional for two further periods."""
        return period.following.following.is_closed(self.as_of)


def word(codes: Mapping[str, Any], name: str) -> str:
    """Return a code that is a word; empty where the fact has none."""
    found = codes.get(name)
    return found if isinstance(found, str) else ""


def whole(codes: Mapping[str, Any], name: str) -> int | None:
    """Return a code that is a whole number from 0; None where the fact has none."""
    found = codes.get(name)
    return found if type(found) is int and found >= 0 else None


def code_of(found: str, breakdown: Breakdown) -> str:
    """Return the category that a fact's code counts under."""
    if found in {"", UNKNOWN}:
        return UNKNOWN
    if found in breakdown.codes:
        return found
    return OTHER if OTHER in breakdown.codes else UNKNOWN
