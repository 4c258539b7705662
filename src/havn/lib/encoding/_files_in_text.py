# SPDX-License-Identifier: Apache-2.0
"""Whether a text holds a file written as letters; by pattern and length, nothing is decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from havn.lib.encoding._address import AddressError, parse_address

LEAST_ENCODED = 200  # letters: 150 bytes, fewer than any picture that shows something
LEAST_AFTER_START = 60  # after the letters with which pictures begin
LEAST_HEXADECIMAL = 400  # in one piece: a list of fingerprints stands on lines of its own
LEAST_IN_ADDRESS = (
    2000  # letters in one piece: signed addresses have hundreds, a useful picture thousands
)
LONGEST_LABEL = (
    63  # of a host name; a longer one is no name but what somebody hides in front of a dot
)
LEAST_LINE = 40  # encoders wrap at 60 to 100 letters; invitations and identifiers are shorter

_DATA_URI = re.compile(r"data:[a-z]+/[a-z0-9.+-]+[;,]", re.IGNORECASE)
_PIECE = re.compile(rf"[A-Za-z0-9+/_-]{{{LEAST_LINE},}}={{0,2}}")
_HEXADECIMAL = re.compile(rf"[0-9A-Fa-f]{{{LEAST_HEXADECIMAL},}}")
# How PNG, JPEG, GIF, RIFF (WebP), HEIC and MP4 begin in base64.
_STARTS = (
    "iVBORw0KGgo",
    "/9j/",
    "_9j_",
    "R0lGOD",
    "UklGR",
    "AAAAIGZ0eX",
    "AAAAHGZ0eX",
    "AAAAGGZ0eX",
)
# The same inside an address, wherever they stand; JPEG with the letters that follow, as "/9j/" is a path as well.
_START_IN_ADDRESS = re.compile(
    r"(?:iVBORw0KGgo|[/_]9j[/_](?:4AAQ|4[Q-Za-v]|2w[AB])|R0lGOD|UklGR|AAAA(?:IG|HG|GG)Z0eX)[A-Za-z0-9+/_-]*"
)
_SPACELESS = re.compile(rf'[^\s"<>]{{{LEAST_LINE},}}')
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def holds_encoded_file(text: str) -> bool:
    """Whether a text holds a file written as letters: a data URI, base64 in one piece or on lines, hex.

    Words, fingerprints and web addresses are none, signed ones of many letters included: an address is
    one only with a data URI, the beginning of a picture or more letters in one piece than any needs.
    """
    visible = text if text.isascii() else text.translate(_INVISIBLE)
    if _DATA_URI.search(visible):
        return True
    if len(visible) < LEAST_LINE:  # no piece is that short
        return False
    addresses, words = _apart(visible)
    return any(_is_file_in_address(address) for address in addresses) or _is_file_in_words(words)


def _apart(text: str) -> tuple[list[str], str]:
    """Return the addresses of a text, and the text with a bar in the place of each."""
    addresses: list[str] = []

    def keep(found: re.Match[str]) -> str:
        scheme = _SCHEME.search(found[0])
        start = scheme.start() if scheme else 0
        if not _is_address(found[0][start:]):
            return found[0]
        addresses.append(found[0][start:])
        return found[0][:start] + "|"

    return addresses, _SPACELESS.sub(keep, text)


def _is_address(text: str) -> bool:
    try:
        address = parse_address(text)
    except AddressError:
        return False
    return all(len(label) <= LONGEST_LABEL for label in address.host.split("."))


def _is_file_in_address(address: str) -> bool:
    read = unquote(address)
    if _DATA_URI.search(read):
        return True
    if any(len(run[0]) >= LEAST_AFTER_START for run in _START_IN_ADDRESS.finditer(read)):
        return True
    hexadecimal = (run for run in _HEXADECIMAL.findall(read) if len(run) >= LEAST_IN_ADDRESS)
    if any(_is_mixed(run) for run in hexadecimal):
        return True
    pieces = _PIECE.findall(read)
    return any(len(piece) >= LEAST_IN_ADDRESS and _is_dense(piece) for piece in pieces)


def _is_file_in_words(text: str) -> bool:
    if any(_is_mixed(run) for run in _HEXADECIMAL.findall(text)):
        return True
    return any(_is_encoded(run) for run in _runs(text))


def _runs(text: str) -> Iterator[str]:
    """Yield what a reader of base64 would join: long pieces with nothing but white space between."""
    joined, end = "", 0
    for piece in _PIECE.finditer(text):
        if joined and text[end : piece.start()].strip():
            yield joined
            joined = ""
        joined, end = joined + piece.group(), piece.end()
    if joined:
        yield joined


def _is_encoded(run: str) -> bool:
    if len(run) >= LEAST_AFTER_START and run.startswith(_STARTS):
        return True
    return len(run) >= LEAST_ENCODED and _is_dense(run)


def _is_dense(run: str) -> bool:
    """Whether letters and digits are mixed as encoded bytes mix them, and words and paths never do."""
    has_upper = any(c.isupper() for c in run)
    has_lower = any(c.islower() for c in run)
    return _is_mixed(run) and has_upper and has_lower and run.count("/") < len(run) // 16


def _is_mixed(run: str) -> bool:
    return any(c.isdigit() for c in run) and any(c.isalpha() for c in run)
