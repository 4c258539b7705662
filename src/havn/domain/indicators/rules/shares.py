# SPDX-License-Identifier: Apache-2.0
"""What indicators of shares have in common: per cent with both numbers, and when they say too little."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from havn.domain.indicators.rules.definition import Value
from havn.domain.indicators.rules.suppression import PRIMARY

LEAST_DENOMINATOR = 20


def share_value(
    measure: str, numerator: int, denominator: int, breakdown: str = "", code: str = ""
) -> Value:
    """Return the unprotected share in per cent, empty where there is nothing to divide by."""
    share = Decimal(100 * numerator) / denominator if denominator else None
    return Value(
        measure=measure,
        breakdown=breakdown,
        code=code,
        value=share.quantize(Decimal("0.1")) if share is not None else None,
        numerator=numerator,
        denominator=denominator,
    )


def protected_share(value: Value, hidden: str = "") -> Value:
    """Return the share; with a hidden count, or of fewer than twenty, it loses both of its numbers."""
    if hidden:
        return value.hidden(hidden)
    if value.breakdown and not value.denominator:
        return replace(value, obs_status="M")
    return value.hidden(PRIMARY) if (value.denominator or 0) < LEAST_DENOMINATOR else value
