# SPDX-License-Identifier: Apache-2.0
"""Durations of which some have not ended yet: quantiles after Kaplan and Meier.

E. L. Kaplan, P. Meier: Nonparametric estimation from incomplete observations (1958).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from heapq import nlargest
from typing import NamedTuple

LEAST_FOR_MEDIAN = 10
LEAST_FOR_P90 = 30
_CLOSE = 1e-9  # Products of fractions miss one half by less than this.
_ONE_HOUR = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)
_LEAST = timedelta(microseconds=1)


class Span(NamedTuple):
    """How long a case was followed, and whether it ended then (else it is censored)."""

    lasted: timedelta
    is_done: bool


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile in time, or only a bound that it lies above when it was not reached."""

    at: timedelta | None
    above: timedelta | None


def quantile(spans: Iterable[Span], share: float) -> Quantile:
    """Return the first time by which at least `share` of the cases has ended.

    At the same time an end counts before a censoring. When the share is not reached, the
    bound is the time up to which at least ten cases were followed, so that no single
    case's duration is published.
    """
    (found,) = quantiles(spans, [share])
    return found


def quantiles(spans: Iterable[Span], shares: Sequence[float]) -> list[Quantile]:
    """Return several quantiles, of shares in rising order."""
    followed = list(spans)
    ends = sorted([lasted for lasted, is_done in followed if is_done])
    going_on = sorted([lasted for lasted, is_done in followed if not is_done])
    surviving, place, passed, number = 1.0, 0, 0, len(followed)
    found: list[Quantile] = []
    while place < len(ends) and len(found) < len(shares):
        lasted, following = ends[place], place + 1
        while following < len(ends) and ends[following] == lasted:
            following += 1
        while passed < len(going_on) and going_on[passed] < lasted:
            passed += 1
        surviving *= 1 - (following - place) / (number - place - passed)
        while len(found) < len(shares) and surviving <= 1 - shares[len(found)] + _CLOSE:
            found.append(Quantile(at=lasted, above=None))
        place = following
    if len(found) == len(shares):
        return found
    longest = nlargest(LEAST_FOR_MEDIAN, (lasted for lasted, _is_done in followed))
    above = longest[-1] if longest else None
    return found + [Quantile(at=None, above=above)] * (len(shares) - len(found))


def hours(duration: timedelta | None) -> Decimal | None:
    """Return the duration in hours with one decimal."""
    return _tenths(duration, _ONE_HOUR)


def days(duration: timedelta | None) -> Decimal | None:
    """Return the duration in days with one decimal."""
    return _tenths(duration, _ONE_DAY)


def _tenths(duration: timedelta | None, unit: timedelta) -> Decimal | None:
    if duration is None:
        return None
    exact = Decimal(duration // _LEAST) / Decimal(unit // _LEAST)
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)


def whole_hours_below(duration: timedelta | None) -> Decimal | None:
    """Return the duration in whole hours rounded down, so that a bound stays a bound."""
    return None if duration is None else Decimal(duration // _ONE_HOUR)


def whole_days_below(duration: timedelta | None) -> Decimal | None:
    """Return the duration in whole days rounded down, so that a bound stays a bound."""
    return None if duration is None else Decimal(duration // _ONE_DAY)
