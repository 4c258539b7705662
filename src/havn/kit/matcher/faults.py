# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with a request, told in one JSON shape, and what goes wrong with the server's own files."""

from __future__ import annotations

import json


class MatcherError(Exception):
    """The server cannot start or go on as it was told to; the message says why and what to do."""


class RequestError(Exception):
    """A request that is refused: with which status, why, because of which field, and what to do instead."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        field: str = "",
        remedy: str = "",
        allow: tuple[str, ...] = (),
    ) -> None:
        """Take the status and the sentences; `allow` names the methods that a path takes."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
        self.remedy = remedy
        self.allow = allow

    @property
    def body(self) -> dict[str, str]:
        """Return what the caller reads; `message` stands where HMA's callers look for it."""
        return {"message": self.message, "field": self.field, "remedy": self.remedy}


def json_bytes(value: object) -> bytes:
    """Return JSON as HMA writes it: keys in order, no blanks, a newline at the end."""
    return (json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n").encode()
