# SPDX-License-Identifier: Apache-2.0
"""UUIDs: version 7 for the desk's own rows, version 4 where the time must not show."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def uuid4() -> uuid.UUID:
    """Return a new random identifier that tells nothing."""
    return uuid.uuid4()


def uuid7(at: datetime) -> uuid.UUID:
    """Return a new identifier that sorts by `at` to the microsecond (RFC 9562 5.7, 6.2 method 3)."""
    if at.utcoffset() is None:
        raise ValueError("uuid7 needs an aware time.")
    microseconds = (at - _EPOCH) // _MICROSECOND
    milliseconds, rest = divmod(microseconds, 1000)
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("uuid7 has no room for this time.")
    fraction = rest * 4096 // 1000
    number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=number)
