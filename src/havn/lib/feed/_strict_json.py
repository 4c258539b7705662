# SPDX-License-Identifier: Apache-2.0
"""JSON from elsewhere: bounded in size and depth, and only in its canonical form."""

from __future__ import annotations

import json
from typing import Any

from havn.lib.encoding import canonical_json, is_deeper


class StrictJsonError(ValueError):
    """The bytes are no JSON object that we read; the text says why."""


def read_object(content: bytes, *, most_bytes: int, most_depth: int) -> dict[str, Any]:
    """Return the object whose canonical JSON these bytes are."""
    if len(content) > most_bytes:
        raise StrictJsonError(f"longer than {most_bytes} bytes")
    if is_deeper(content, most_depth):
        raise StrictJsonError(f"nested deeper than {most_depth}")
    try:
        value = json.loads(content)
        is_canonical = isinstance(value, dict) and canonical_json(value) == content
    except (ValueError, RecursionError) as error:
        raise StrictJsonError("no JSON") from error
    if not is_canonical:
        raise StrictJsonError("not an object in canonical form")
    return dict(value)
