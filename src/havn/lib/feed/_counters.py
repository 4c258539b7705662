# SPDX-License-Identifier: Apache-2.0
"""Counters: how a receiver sees that something sent to its audience is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from havn.lib.feed._errors import FeedError

MOST_MISSING = 1024  # ranges, not numbers


def audience_key(audience: Iterable[UUID]) -> str:
    """Return a short name for exactly this audience, under which a counter is kept."""
    return sha256("\n".join(sorted(map(str, audience))).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AudienceCounter:
    """Where one log's count for one audience stands: the next number, and the ranges passed over."""

    expected: int = 1
    missing: tuple[tuple[int, int], ...] = ()  # first and last of each, ascending

    def taken(self, counter: int) -> AudienceCounter:
        """Return the count after this number; one out of turn is refused."""  # F12
        if counter == self.expected:
            return AudienceCounter(counter + 1, self.missing)
        if counter > self.expected:
            raise FeedError("counter_gap", {"first": self.expected, "last": counter - 1})
        for place, (first, last) in enumerate(self.missing):
            if first <= counter <= last:
                around = ((first, counter - 1), (counter + 1, last))
                kept = tuple(each for each in around if each[0] <= each[1])
                missing = (*self.missing[:place], *kept, *self.missing[place + 1 :])
                return AudienceCounter(self.expected, missing)
        raise FeedError("counter_repeated", {"counter": counter, "expected": self.expected})

    def passing_over(self, counter: int) -> AudienceCounter:
        """Return the count after this number, with those before it noted as missing."""
        if counter <= self.expected:
            return self.taken(counter)
        missing = (*self.missing, (self.expected, counter - 1))
        if len(missing) > MOST_MISSING:
            raise FeedError("counter_gap", {"first": self.missing[0][0], "last": counter - 1})
        return AudienceCounter(counter + 1, missing)
