# SPDX-License-Identifier: Apache-2.0
"""How long police have held something in all: holds that follow each other never become endless."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


def held_in_all(spans: Iterable[Span], *, since: datetime) -> timedelta:
    """Return for how long at least one of the holds was or will be in force, from `since` on."""
    total, covered_until = timedelta(0), since
    for start, end in sorted(spans):
        begins = max(start, covered_until)
        if end > begins:
            total += end - begins
            covered_until = end
    return total
