# SPDX-License-Identifier: Apache-2.0
"""Serving the roster's files as they lie: every one is signed, so nothing here decides anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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


def evidence(codes: Iterable[str]) -> dict[str, Any] | None:
    """Return the signed files that say whose keys are whose: every root, the targets, these participants' files.

    None where no roster is published here. They are texts, so that their signatures hold.
    """
    folder = Path(settings.HAVN_FOLDER) / REPOSITORY
    roots = sorted((folder / "metadata").glob("*.root.json"), key=_version_of)
    targets = sorted((folder / "metadata").glob("*.targets.json"), key=_version_of)
    if not roots or not targets:
        return None
    newest = targets[-1].read_text(encoding="utf-8")
    named = json.loads(newest)["signed"]["targets"]
    files = {}
    for code in codes:
        name = f"participants/{code}.json"
        if name in named:
            digest = named[name]["hashes"]["sha256"]
            path = folder / "targets" / "participants" / f"{digest}.{code}.json"
            files[name] = path.read_text(encoding="utf-8")
    return {
        "roots": [path.read_text(encoding="utf-8") for path in roots],
        "targets": newest,
        "files": files,
    }


def _version_of(path: Path) -> int:
    return int(path.name.partition(".")[0])


def addresses() -> list[str]:
    """Return the address of every file of the roster that is in force or still followed by somebody."""
    folder = Path(settings.HAVN_FOLDER) / REPOSITORY
    found = []
    for part, pattern in (
        ("metadata", _METADATA),
        ("targets", _TARGET),
        ("targets/participants", _TARGET),
    ):
        names = sorted(path.name for path in (folder / part).glob("*.json"))
        found += [f"/roster/{part}/{name}" for name in names if pattern.fullmatch(name)]
    return found
