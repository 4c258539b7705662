# SPDX-License-Identifier: Apache-2.0
"""What indicators of durations share: median and ninth decile with their counts, and taking them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from havn.domain.indicators.rules.definition import Measure, MeasureKind, Value
from havn.domain.indicators.rules.survival import (
    LEAST_FOR_MEDIAN,
    LEAST_FOR_P90,
    Span,
    days,
    hours,
    quantiles,
    whole_days_below,
    whole_hours_below,
)
from havn.lib.encoding import gettext_noop

_NOTHING = timedelta()
COUNTS = ("started", "done", "censored")


@dataclass(frozen=True, slots=True)
class Scale:
    """In which unit durations are told: the measures' names with their shares, and how to round."""

    unit: str
    quantiles: Mapping[str, tuple[float, int]]
    rounded: Callable[[timedelta | None], Decimal | None]
    bound: Callable[[timedelta | None], Decimal | None]

    def measures(self, half: str, nine_tenths: str) -> tuple[Measure, ...]:
        """Return the two measures with these titles."""
        titles = zip(self.quantiles, (half, nine_tenths), strict=True)
        return tuple(
            Measure(name, title, self.unit, MeasureKind.QUANTILE) for name, title in titles
        )


HOURS = Scale(
    gettext_noop("hours"),
    {"median_hours": (0.5, LEAST_FOR_MEDIAN), "p90_hours": (0.9, LEAST_FOR_P90)},
    hours,
    whole_hours_below,
)
DAYS = Scale(
    gettext_noop("days"),
    {"median_days": (0.5, LEAST_FOR_MEDIAN), "p90_days": (0.9, LEAST_FOR_P90)},
    days,
    whole_days_below,
)
QUANTILES = {**HOURS.quantiles, **DAYS.quantiles}


def span_until(start: datetime, end: datetime | None, as_of: datetime) -> Span:
    """Return how long a case lasted; censored at `as_of`, never shorter than nothing."""
    if end is None or end > as_of:
        return Span(as_of - start, is_done=False)
    return Span(end - start if end > start else _NOTHING, is_done=True)


def quantile_values(
    spans: Sequence[Span], breakdown: str = "", code: str = "", *, scale: Scale = HOURS
) -> list[Value]:
    """Return the unprotected quantiles of the spans, each with how many began, ended and go on."""
    done = sum(span.is_done for span in spans)
    found = []
    shares = [share for share, _least in scale.quantiles.values()]
    for measure, at in zip(scale.quantiles, quantiles(spans, shares), strict=True):
        found.append(
            Value(
                measure=measure,
                breakdown=breakdown,
                code=code,
                value=scale.rounded(at.at),
                lower_bound=scale.bound(at.above),
                n_started=len(spans),
                n_done=done,
                n_censored=len(spans) - done,
                obs_status="A" if spans else "M",
            )
        )
    return found


def split_quantiles(
    cases: Iterable[tuple[str, Span]],
    breakdown: str,
    codes: Iterable[str],
    *,
    scale: Scale = HOURS,
) -> list[Value]:
    """Return the quantiles of every code, from spans with the code that each counts under."""
    by_code: dict[str, list[Span]] = {code: [] for code in codes}
    for code, span in cases:
        by_code[code].append(span)
    return [
        value
        for code, spans in by_code.items()
        for value in quantile_values(spans, breakdown, code, scale=scale)
    ]
