# SPDX-License-Identifier: Apache-2.0
"""What is said of one file: the verdict and all that belongs to it, as one flat object with names that stay."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from havn.lib.fingerprint import Reading

Verdict = Literal["match", "clear", "too little detail", "unreadable"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Row:
    """One file: `path` as it was given (bytes that are no UTF-8 as surrogates), and what came of it.

    The nearest entry is told in `kind` (pdq, md5, sha1, sha256), `distance` (bits that differ, 0 for a digest), `list`
    and `entry`; `matches` counts all entries within the radius. Where nothing matched, `list` names what was searched.
    `variant` is how the picture would have to be turned, `seconds` where in a video the frame stands.
    """

    path: str
    verdict: Verdict
    why: str | None = None
    distance: int | None = None
    kind: str | None = None
    list: str | None = None
    entry: str | None = None
    matches: int = 0
    list_size: int = 0
    list_version: str | None = None
    variant: str | None = None
    seconds: float | None = None
    pdq: str | None = None
    quality: int | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    length: int | None = None
    media: str | None = None
    remarks: str | None = None

    def flat(self) -> dict[str, Any]:
        """Return the row for JSON and CSV: `path_hex` has the bytes of a name that is no text, else it is None."""
        return named(self.path) | {
            name: text_of(value) if isinstance(value, str) else value
            for name, value in asdict(self).items()
            if name != "path"
        }


COLUMNS = ("path", "path_hex", *(each.name for each in fields(Row) if each.name != "path"))


def named(path: str) -> dict[str, Any]:
    """Return a path as JSON can carry it: what is no UTF-8 as U+FFFD, and then all its bytes in `path_hex`."""
    raw = os.fsencode(path)
    try:
        return {"path": raw.decode(), "path_hex": None}
    except UnicodeDecodeError:
        return {"path": raw.decode(errors="replace"), "path_hex": raw.hex()}


def text_of(name: str) -> str:
    """Return a name as text that can be written: what is no UTF-8 in it as U+FFFD."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def of_reading(reading: Reading) -> dict[str, Any]:
    """Return what a reading says of a file itself, by the names of a row."""
    digests = reading.digests
    return {
        "pdq": reading.pdq.hex if reading.pdq else None,
        "quality": reading.pdq.quality if reading.pdq else None,
        "md5": digests.md5 if digests else None,
        "sha1": digests.sha1 if digests else None,
        "sha256": digests.sha256 if digests else None,
        "length": digests.length if digests else None,
        "media": reading.media,
        "remarks": "; ".join(reading.remarks) or None,
    }


def line_of(values: Mapping[str, Any]) -> str:
    """Return an object on one line of JSON; a newline in a name is an escape there."""
    return json.dumps(values, ensure_ascii=False)
