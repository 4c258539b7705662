# SPDX-License-Identifier: Apache-2.0
"""What indicators of durations share: median and ninth decile with their counts, and taking them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from havn.domain.indicators.rules.definition import Value
from havn.domain.indicators.rules.suppression import PRIMARY, SECONDARY
from havn.domain.indicators.rules.survival import (
    LEAST_FOR_MEDIAN,
    LEAST_FOR_P90,
    Span,
    hours,
    quantile,
    whole_hours_below,
)

QUANTILES = {"median_hours": (0.5, LEAST_FOR_MEDIAN), "p90_hours": (0.9, LEAST_FOR_P90)}
COUNTS = ("started", "done", "censored")


def quantile_values(spans: Sequence[Span], breakdown: str = "", code: str = "") -> list[Value]:
    """Return the unprotected quantiles of the spans, each with how many began, ended and go on."""
    done = sum(span.is_done for span in spans)
    found = []
    for measure, (share, _least) in QUANTILES.items():
        at = quantile(spans, share)
        found.append(
            Value(
                measure=measure,
                breakdown=breakdown,
                code=code,
                value=hours(at.at),
                lower_bound=whole_hours_below(at.above),
                n_started=len(spans),
                n_done=done,
                n_censored=len(spans) - done,
            )
        )
    return found


def counts_of(value: Value) -> dict[str, int]:
    """Return the counts that a quantile rests on, by their names in a table."""
    numbers = (value.n_started, value.n_done, value.n_censored)
    return {kind: number or 0 for kind, number in zip(COUNTS, numbers, strict=True)}


def protected_quantile(value: Value, hidden: Mapping[str, str]) -> Value:
    """Return the value with hidden counts (by kind) and all that rests on them taken out.

    Counts are hidden together; a quantile of too few items is empty, its counts may stay.
    """
    marks = {hidden.get(kind, "") for kind in COUNTS} - {""}
    if marks:
        return value.hidden(PRIMARY if PRIMARY in marks else SECONDARY)
    if not value.n_started:
        return replace(value, obs_status="M")  # nothing to measure, nothing hidden
    if value.n_started < QUANTILES[value.measure][1]:
        bare = replace(value, value=None, lower_bound=None)
        return replace(bare, obs_status="Q", conf_status=PRIMARY)
    return value
