# SPDX-License-Identifier: Apache-2.0
"""Serving the roster's files as they lie: every one is signed, so nothing here decides anything."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

REPOSITORY = "alliance"
FOR_EVER = "public, max-age=31536000, immutable"  # a name with a version or a digest never changes
NOT_LONG = "no-cache"
_METADATA = re.compile(r"(?:[0-9]{1,10}\.(?:root|targets|snapshot)|timestamp)\.json")
_TARGET = re.compile(r"[0-9a-f]{64}\.[A-Za-z0-9]{2,16}\.json")


def metadata(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one signed file."""  # R11
    del request
    return _file(
        "metadata", name, _METADATA, kept=NOT_LONG if name == "timestamp.json" else FOR_EVER
    )


def target(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one file that the signed ones name by its digest."""  # R5
    del request
    return _file("targets", name, _TARGET, kept=FOR_EVER)


def participant(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a participant's file."""  # R5
    del request
    return _file("targets/participants", name, _TARGET, kept=FOR_EVER)


def _file(part: str, name: str, pattern: re.Pattern[str], *, kept: str) -> HttpResponse:
    """Answer a file of the repository, named as one of its kind is named."""
    if not pattern.fullmatch(name):
        raise Http404
    path = Path(settings.HAVN_FOLDER) / REPOSITORY / part / name
    try:
        content = path.read_bytes()
    except OSError:
        raise Http404 from None
    return HttpResponse(content, content_type="application/json", headers={"Cache-Control": kept})
