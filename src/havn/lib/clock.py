# SPDX-License-Identifier: Apache-2.0
"""The one place where the time is read; everything but entry points receives `at`."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant as an aware datetime in UTC."""
    return datetime.now(tz=UTC)


def monotonic() -> float:
    """Return seconds on a clock that nobody can set back; only differences mean anything."""
    return time.monotonic()
