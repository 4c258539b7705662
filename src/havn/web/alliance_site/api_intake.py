# SPDX-License-Identifier: Apache-2.0
"""Taking the report of a member without a node: one JSON file, judged whole, answered with a receipt or its faults.

Who sends it is known by its signature alone; of the connection nothing is kept.
"""

from __future__ import annotations

from collections import deque
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from havn.domain.actor import Actor
from havn.domain.publication import services as publication
from havn.lib import clock, wire
from havn.lib.encoding import canonical_json
from havn.lib.http import BodyRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from havn.domain.publication.services import Judged

JSON, PROBLEM, SCHEMA = "application/json", "application/problem+json", "application/schema+json"
RULE = BodyRule(frozenset({JSON}), wire.MOST_UPLOAD_BYTES)
MOST_A_MINUTE = 60
_MINUTE = 60.0
_STATUS = {
    "already_here": HTTPStatus.CONFLICT,
    "version_not_next": HTTPStatus.CONFLICT,
    "unknown_key": HTTPStatus.FORBIDDEN,
}
TOO_MANY = (
    "Many reports are being sent just now. Wait a minute, then send yours again; nothing was lost."
)


class Turnstile:
    """Lets through so many a minute, of everybody together; it knows nobody."""

    def __init__(
        self, most: int = MOST_A_MINUTE, *, monotonic: Callable[[], float] = clock.monotonic
    ) -> None:
        self._most, self._monotonic = most, monotonic
        self._times: deque[float] = deque()
        self._lock = Lock()

    def wait_seconds(self) -> int:
        """Count one in and return 0, or return in how many seconds there is room again."""
        with self._lock:
            now = self._monotonic()
            while self._times and self._times[0] <= now - _MINUTE:
                self._times.popleft()
            if len(self._times) >= self._most:
                return int(self._times[0] + _MINUTE - now) + 1
            self._times.append(now)
            return 0


_turnstile = Turnstile()


def take(request: HttpRequest) -> HttpResponse:
    """Judge a report that an office signed; 201 with the receipt, or a problem with a sentence for each fault."""
    # H10 H19
    wait = _turnstile.wait_seconds()
    if wait:
        answer = _problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many", TOO_MANY, [])
        answer.headers["Retry-After"] = str(wait)
        return answer
    content = request.read(wire.MOST_UPLOAD_BYTES + 1)  # the guard has judged its length
    judged = publication.take_upload(content=content, actor=Actor.system(), at=clock.now())
    if judged.is_accepted:
        return HttpResponse(
            canonical_json(judged.receipt()), content_type=JSON, status=HTTPStatus.CREATED
        )
    return _refused(judged)


def schema(request: HttpRequest) -> HttpResponse:
    """Give the JSON Schema of what is taken."""
    del request
    return HttpResponse(canonical_json(wire.SCHEMA), content_type=SCHEMA)


def _refused(judged: Judged) -> HttpResponse:
    faults = [
        {"code": each.code, "place": each.place, "sentence": each.sentence}
        for each in judged.faults
    ]
    status = _STATUS.get(judged.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    title = (
        "The report was not taken. Nothing of it was kept; mend what is named and send it again."
    )
    return _problem(status, judged.code, title, faults)


def _problem(
    status: HTTPStatus, code: str, title: str, faults: list[dict[str, Any]]
) -> HttpResponse:
    """Return a problem as RFC 9457 has it, with our code and faults."""
    content = {
        "v": 1,
        "type": "about:blank",
        "title": title,
        "status": int(status),
        "code": code,
        "faults": faults,
    }
    return HttpResponse(canonical_json(content), content_type=PROBLEM, status=status)
