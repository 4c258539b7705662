# SPDX-License-Identifier: Apache-2.0
"""What indicators of counts and shares have in common: exact rounding, and when they say too little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from havn.domain.indicators.rules.definition import Breakdown, Value, code_of
from havn.domain.indicators.rules.suppression import PRIMARY

LEAST_DENOMINATOR = 20


def rounded(number: Fraction, places: int = 1) -> Decimal:
    """Return the number with so many decimals, rounded once and half to even."""
    scaled = round(number * 10**places)
    return Decimal(scaled).scaleb(-places)


def count_value(measure: str, number: int, breakdown: str = "", code: str = "") -> Value:
    """Return the unprotected count."""
    return Value(measure=measure, breakdown=breakdown, code=code, value=Decimal(number))


def split_counts(measure: str, found: Iterable[str], breakdown: Breakdown) -> list[Value]:
    """Return how many of the words that facts gave count under each code."""
    counts: Counter[str] = Counter()
    for each, number in Counter(found).items():
        counts[code_of(each, breakdown)] += number
    return [count_value(measure, counts[code], breakdown.name, code) for code in breakdown.codes]


def share_value(
    measure: str,
    numerator: int,
    denominator: int,
    breakdown: str = "",
    code: str = "",
    *,
    per: int = 100,
) -> Value:
    """Return the unprotected share, empty (`M`) where there is nothing to divide by."""
    return Value(
        measure=measure,
        breakdown=breakdown,
        code=code,
        value=rounded(Fraction(per * numerator, denominator)) if denominator else None,
        numerator=numerator,
        denominator=denominator,
        obs_status="A" if denominator else "M",
    )


def split_shares(
    measure: str,
    cases: Iterable[tuple[str, bool]],
    breakdown: Breakdown,
    *,
    per: int = 100,
) -> list[Value]:
    """Return the share of every code, from words that facts gave and whether each case counts."""
    counts: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for (found, is_hit), number in Counter(cases).items():
        code = code_of(found, breakdown)
        counts[code] += number
        hits[code] += number * is_hit
    return [
        share_value(measure, hits[code], counts[code], breakdown.name, code, per=per)
        for code in breakdown.codes
    ]


def statistic_value(
    measure: str,
    number: Fraction | None,
    rests_on: int,
    breakdown: str = "",
    code: str = "",
    *,
    places: int = 1,
) -> Value:
    """Return a number that is neither count nor share, with on how many cases it rests."""
    return Value(
        measure=measure,
        breakdown=breakdown,
        code=code,
        value=None if number is None else rounded(number, places),
        denominator=rests_on,
        obs_status="M" if number is None else "A",
    )


def protected_share(value: Value, hidden: str = "") -> Value:
    """Return the share; with a hidden count, or of fewer than twenty, it loses both of its numbers."""
    if hidden:
        return value.hidden(hidden)
    if value.breakdown and not value.denominator:
        return replace(value, obs_status="M")
    return value.hidden(PRIMARY) if (value.denominator or 0) < LEAST_DENOMINATOR else value
