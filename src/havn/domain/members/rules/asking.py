# SPDX-License-Identifier: Apache-2.0
"""One node asks another and is answered at once: signed requests, what keeps them from an answer, how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID


class AskingError(Exception):
    """Another node did not take a question or did not answer; `code` is stable and holds no address.

    A final one is not tried again; `retry_after_seconds` is what the other node asked for.
    """

    def __init__(
        self, code: str, *, is_final: bool = False, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class NodeReply:
    """What another node replied, its signature checked."""

    status: int
    body: bytes
    retry_after_seconds: float | None = None


class NodeRequests(Protocol):
    """Signed requests to other nodes of the roster."""

    def send(self, node: UUID, method: str, path: str, body: bytes = b"") -> NodeReply:
        """Return the node's signed reply; raise AskingError where there is none that counts."""
        ...


def free_at(
    asked: Sequence[tuple[datetime, int]], *, at: datetime, most: int, within: timedelta
) -> datetime | None:
    """Return when one more question is taken, None where it is taken now.

    `asked` holds when this asker asked, and how much each question weighed. A question is taken while
    those before it weighed less than `most` together.
    """  # V8, E40
    recent = sorted((when, weight) for when, weight in asked if when > at - within)
    total = sum(weight for _when, weight in recent)
    if total < most:
        return None
    for when, weight in recent:
        total -= weight
        if total < most:
            return when + within
    return at + within
