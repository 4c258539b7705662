# SPDX-License-Identifier: Apache-2.0
"""JSON of a stranger: read in one way or not at all, and never deeper than was agreed."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

DEEPEST = 16
# A string without an end runs to the end: each byte is looked at once.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)


class JsonError(ValueError):
    """The bytes are not JSON that we read; `code` is `not_json` or `too_deep`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The content cannot be read: {code}.")
        self.code = code


def strict_json(content: bytes, *, deepest: int = DEEPEST) -> Any:
    """Return the value of UTF-8 JSON; raise JsonError, also for a name that stands twice in one object.

    The depth is counted before anything is read, so that deep nesting costs nothing but a look.
    """
    if is_deeper(content, deepest):
        raise JsonError("too_deep")
    try:
        text = content.decode("utf-8")
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise JsonError("not_json") from error


def is_deeper(content: bytes, most: int) -> bool:
    """Tell whether brackets nest deeper than so far; nothing is read, and what has few of them is not looked through."""
    return content.count(b"[") + content.count(b"{") > most and json_depth(content) > most


def json_depth(content: bytes) -> int:
    """Return how deep brackets nest outside of texts, at most; the content need not be JSON."""
    depth = highest = 0
    for token in _TOKEN.finditer(content):
        match content[token.start()]:
            case 0x5B | 0x7B:  # [ {
                depth += 1
                highest = max(highest, depth)
            case 0x5D | 0x7D:  # ] }
                depth -= 1
    return highest


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice in one object.")
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON.")
