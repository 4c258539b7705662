# SPDX-License-Identifier: Apache-2.0
"""Instants as texts name them."""

from __future__ import annotations

from datetime import UTC, datetime


def instant_of(text: str) -> datetime | None:
    """Return the instant that a text names (ISO 8601 with its offset) in UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
        # Near the ends of the calendar an offset leads out of it.
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def instant_text(at: datetime) -> str:
    """Return an instant as documents and files write it: UTC, whole seconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
