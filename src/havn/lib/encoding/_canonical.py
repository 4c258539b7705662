# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON (RFC 8785): one value, one sequence of bytes."""

from __future__ import annotations

from typing import Any

import rfc8785

from havn.lib.encoding._base64 import EncodingError


def canonical_json(value: Any) -> bytes:
    """Return the value's canonical bytes; raise EncodingError for what JSON cannot carry exactly.

    Whole numbers beyond 2**53 belong in text: no two languages read them alike.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise EncodingError(f"This value has no canonical JSON: {error}") from error
