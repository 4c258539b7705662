# SPDX-License-Identifier: Apache-2.0
"""Base64url without padding (RFC 4648 section 5), and base64 with it (section 4), strict on the way back."""

from __future__ import annotations

import base64
import binascii
import re

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")


class EncodingError(ValueError):
    """A value cannot be written in, or read from, the form asked for."""


def b64u(content: bytes) -> str:
    """Return the bytes as base64url text without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_b64u(text: str) -> bytes:
    """Return the bytes that `b64u` wrote; anything it would not write raises EncodingError."""
    if not _ALPHABET.match(text):
        raise EncodingError("Base64url text has a character that does not belong there.")
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise EncodingError("Base64url text has an impossible length.") from error
    # Two texts must never mean the same bytes, or a token could be altered and still be accepted.
    if b64u(content) != text:
        raise EncodingError("Base64url text has stray bits at its end.")
    return content


def from_base64(text: str) -> bytes:
    """Return the bytes that standard base64 with padding stands for; any but its one form raises EncodingError."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncodingError("base64 that is none") from error
    if base64.b64encode(content).decode() != text:
        raise EncodingError("base64 with stray bits")
    return content
