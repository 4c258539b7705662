# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON (RFC 8785): one value, one sequence of bytes."""

from __future__ import annotations

import json
from typing import Any

import rfc8785

from havn.lib.encoding._base64 import EncodingError

_LARGEST = 2**53 - 1


def canonical_json(value: Any) -> bytes:
    """Return the value's canonical bytes; raise EncodingError for what JSON cannot carry exactly.

    Whole numbers beyond 2**53 belong in text: no two languages read them alike.
    """
    try:
        if _is_plain(value):
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            return text.encode()
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise EncodingError(f"This value has no canonical JSON: {error}") from error


def _is_plain(value: Any) -> bool:
    """Tell whether `json` writes a value as RFC 8785 says, and ten times as fast: no fractions, no unusual names.

    Names in ASCII are in the same order by code points and by UTF-16 units (section 3.2.3).
    """
    kind: type[Any] = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is dict:
        names = all(type(name) is str and name.isascii() for name in value)
        return names and all(map(_is_plain, value.values()))
    return kind in {list, tuple} and all(map(_is_plain, value))
