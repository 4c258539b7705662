# SPDX-License-Identifier: Apache-2.0
"""How long is waited before what failed is tried again."""

from __future__ import annotations

LONGEST_WAIT = 300.0  # seconds
_TRIES = 9  # after which the longest wait is reached


def wait_after(tries: int) -> float:
    """Return the seconds to wait after so many tries in a row: 2, 4, 8, and up to 300."""
    return min(LONGEST_WAIT, 2.0 ** min(tries, _TRIES))
