# SPDX-License-Identifier: Apache-2.0
"""Waiting for something to become true, instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T | None],
    *,
    seconds: float = 10.0,
    every: float = 0.02,
    what: str = "the condition",
) -> T:
    """Return the condition's first true value, or fail after so many seconds, naming `what`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not become true within {seconds:g} seconds")
        time.sleep(every)
