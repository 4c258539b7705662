# SPDX-License-Identifier: Apache-2.0
"""Durations of which some have not ended yet: quantiles after Kaplan and Meier.

E. L. Kaplan, P. Meier: Nonparametric estimation from incomplete observations (1958).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby

LEAST_FOR_MEDIAN = 10
LEAST_FOR_P90 = 30
_CLOSE = 1e-9  # Products of fractions miss one half by less than this.
_ONE_HOUR = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)
_LEAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
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
    ordered = sorted(spans, key=lambda span: span.lasted)
    at_risk, surviving = len(ordered), 1.0
    for lasted, together in groupby(ordered, key=lambda span: span.lasted):
        same = list(together)
        ended = sum(span.is_done for span in same)
        surviving *= 1 - ended / at_risk
        if ended and surviving <= 1 - share + _CLOSE:
            return Quantile(at=lasted, above=None)
        at_risk -= len(same)
    if not ordered:
        return Quantile(at=None, above=None)
    return Quantile(at=None, above=ordered[-min(LEAST_FOR_MEDIAN, len(ordered))].lasted)


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
