# SPDX-License-Identifier: Apache-2.0
"""The one place where the time is read, from the clock or from a text; everything but entry points receives `at`."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant as an aware datetime in UTC."""
    return datetime.now(tz=UTC)


def instant_of(text: str) -> datetime | None:
    """Return the instant that a text names (ISO 8601 with its offset) in UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
        # Near the ends of the calendar an offset leads out of it.
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def monotonic() -> float:
    """Return seconds on a clock that nobody can set back; only differences mean anything."""
    return time.monotonic()
