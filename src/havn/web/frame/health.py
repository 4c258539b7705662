# SPDX-License-Identifier: Apache-2.0
"""/healthz: the process answers; /readyz: its database answers and the keys it needs are there."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer 200 whenever the process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer 200 when work can be done, else 503; what is missing stands in the log, not in the answer."""
    missing = list(what_is_missing())
    for check in missing:
        logger.error("not ready", extra={"check": check})
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    words = "not ready\n" if missing else "ready\n"
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def what_is_missing() -> Iterator[str]:
    """Yield what this process lacks: `database`, and each key by its name."""
    try:
        connection.ensure_connection()
        if not connection.is_usable():
            yield "database"
    except DatabaseError:
        yield "database"
    needs = settings.HAVN_AUDIENCE.needs_of(settings.HAVN_ROLE)
    yield from sorted(needs - settings.HAVN_KEYRING.names_readable())
