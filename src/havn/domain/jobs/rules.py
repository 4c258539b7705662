# SPDX-License-Identifier: Apache-2.0
"""When a failed job is tried again, and when a person must look."""

from __future__ import annotations

from datetime import timedelta

MOST_ATTEMPTS = 5
MOST_COUNTED = 1000  # failures of work that goes on for ever
MOST_LAPSES = 5
NEVER_ENDED = "never_ended"  # why a job was given up that no worker lived to finish
LEASE = timedelta(minutes=2)
FIRST_DELAY = timedelta(seconds=30)
GROWTH = 4


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after the n-th failed attempt (30 s, 2 min, 8 min, 32 min, and so on from there)."""
    growth: int = GROWTH ** max(0, min(attempts, MOST_ATTEMPTS - 1) - 1)
    return FIRST_DELAY * growth


def is_given_up(attempts: int) -> bool:
    """Whether so many failures put the job before a person."""
    return attempts >= MOST_ATTEMPTS


def is_deadly(lapses: int) -> bool:
    """Whether so many claims came to no end that the job itself may be what ends its workers."""
    return lapses >= MOST_LAPSES
