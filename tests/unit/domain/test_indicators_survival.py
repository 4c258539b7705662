# SPDX-License-Identifier: Apache-2.0
"""Quantiles with censoring against a slow reference over risk sets in exact fractions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.indicators.rules.survival import Span, hours, quantile, whole_hours_below

SPANS = st.lists(
    st.builds(Span, st.integers(0, 12).map(lambda h: timedelta(hours=h)), st.booleans()),
    max_size=40,
)


def surviving_by_risk_sets(spans: list[Span], until: timedelta) -> Fraction:
    """The definition: at every time of an end, multiply by the share of the risk set that stays."""
    surviving = Fraction(1)
    for time in sorted({span.lasted for span in spans if span.is_done}):
        if time > until:
            break
        at_risk = [span for span in spans if span.lasted >= time]
        ended = [span for span in at_risk if span.is_done and span.lasted == time]
        surviving *= 1 - Fraction(len(ended), len(at_risk))
    return surviving


def reference_quantile(spans: list[Span], share: Fraction) -> timedelta | None:
    for time in sorted({span.lasted for span in spans if span.is_done}):
        if surviving_by_risk_sets(spans, time) <= 1 - share:
            return time
    return None


@given(SPANS, st.sampled_from([Fraction(1, 2), Fraction(9, 10)]))
def test_a_quantile_is_what_the_risk_sets_say(spans: list[Span], share: Fraction) -> None:
    assert quantile(spans, float(share)).at == reference_quantile(spans, share)


@given(SPANS.filter(bool))
def test_a_quantile_is_either_reached_or_bounded(spans: list[Span]) -> None:
    found = quantile(spans, 0.5)
    assert (found.at is None) != (found.above is None)
    if found.above is not None:
        assert surviving_by_risk_sets(spans, found.above) > Fraction(1, 2)
        followed = sum(span.lasted >= found.above for span in spans)
        assert followed >= min(10, len(spans)), "the bound rests on at least ten cases"


def test_without_censoring_the_median_is_the_plain_one() -> None:
    spans = [Span(timedelta(hours=h), is_done=True) for h in (1, 2, 3, 4, 100)]
    assert quantile(spans, 0.5).at == timedelta(hours=3)


def test_an_item_that_never_went_away_lengthens_the_median() -> None:
    done = [Span(timedelta(hours=h), is_done=True) for h in (1, 2, 3, 4)]
    still_up = [Span(timedelta(hours=50), is_done=False)] * 3
    assert quantile(done, 0.5).at == timedelta(hours=2)
    assert quantile(done + still_up, 0.5).at == timedelta(hours=4)


def test_no_case_has_neither_quantile_nor_bound() -> None:
    assert quantile([], 0.5) == quantile([], 0.9)
    assert quantile([], 0.5).above is None


def test_hours_have_one_decimal_and_bounds_are_rounded_down() -> None:
    assert hours(timedelta(minutes=95)) == Decimal("1.6")
    assert whole_hours_below(timedelta(minutes=119)) == Decimal(1)
    assert hours(None) is None
    assert whole_hours_below(None) is None
