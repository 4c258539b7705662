# SPDX-License-Identifier: Apache-2.0
"""When another node is asked again that could not answer now."""

from __future__ import annotations

from datetime import datetime, timedelta

_LONGEST_SECONDS = 86_400.0  # nobody else decides that we wait longer than a day


def again_at(
    at: datetime, *, wait: timedelta, retry_after_seconds: float | None, over_at: datetime
) -> datetime:
    """Return when to try again: after our own wait, or what the node asks for if longer, and never after the end."""
    if retry_after_seconds is not None:
        asked = min(max(retry_after_seconds, 0.0), _LONGEST_SECONDS)
        wait = max(wait, timedelta(seconds=asked))
    return min(at + wait, over_at)
