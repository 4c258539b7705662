# SPDX-License-Identifier: Apache-2.0
"""Where the next page of a list begins, as a text for its address: behind the row of an instant and a UUID."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from havn.lib.encoding._instants import instant_of


def list_place(at: datetime, row_id: UUID) -> str:
    """Return the text that names a row."""
    return f"{at.isoformat()}~{row_id}"


def read_list_place(text: str) -> tuple[datetime, UUID] | None:
    """Return which row a text names; None for a tampered one, so that the list begins at its first page."""
    instant, _, row_id = text.partition("~")
    at = instant_of(instant)
    try:
        return (at, UUID(row_id)) if at else None
    except ValueError:
        return None
