# SPDX-License-Identifier: Apache-2.0
"""One line of a list: what it says, obviously and slowly; the quick reading of whole blocks must say the same."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

from havn.kit.lists._values import PDQ, WIDTHS

# What others call the kinds that are matched (ThreatExchange, StopNCII, ICSE and plain files).
_KINDS = {
    "pdq": PDQ, "hash_pdq": PDQ, "imagepdq": PDQ, "image_pdq": PDQ,
    "md5": "md5", "hash_md5": "md5", "imagemd5": "md5", "videomd5": "md5", "video_md5": "md5",
    "sha1": "sha1", "sha-1": "sha1", "hash_sha1": "sha1", "imagesha1": "sha1", "videosha1": "sha1",
    "sha256": "sha256", "sha-256": "sha256", "hash_sha256": "sha256", "imagesha256": "sha256",
    "videosha256": "sha256",
}  # fmt: skip
# Kinds that are known and not matched here: they are counted.
_OTHERS = {
    "vpdq": "vpdq", "videopdq": "vpdq", "hash_video_md5_vpdq": "vpdq", "tmk": "tmk",
    "hash_tmk": "tmk", "videotmk": "tmk", "tmk+pdqf": "tmk", "photodna": "photodna",
    "hash_photodna": "photodna", "imagephotodna": "photodna", "pdna": "photodna",
    "pdq_ocr": "pdq_ocr", "hash_pdq_ocr": "pdq_ocr", "netclean": "netclean",
    "videntifier": "videntifier", "ssvh": "ssvh", "saferhash": "saferhash", "url": "url",
    "raw_text": "raw_text", "trend_query": "trend_query", "text_tlsh": "text_tlsh",
    "tlsh": "text_tlsh", "sha512": "sha512", "hash_sha512": "sha512",
}  # fmt: skip
_HEADERS = {"hash", "hashes", "value", "signal", "fingerprint", "digest", "kind", "type", *_KINDS}
_NAMES = {PDQ: "PDQ", "md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
_DIGITS = {64: (PDQ, "sha256"), 40: ("sha1",), 32: ("md5",)}
_HEX = re.compile(r"[0-9A-Fa-f]+")
_BASE32 = re.compile(r"[A-Za-z2-7]{32}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=")
_SEPARATORS = re.compile(r"[,;\t]")
_KIND_FIRST = re.compile(r'"?([A-Za-z0-9_+-]+)"?(?:\s+|[,;]\s*)(.*)')
_EMPTY_FILE = {
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}
EMPTY_DIGESTS = frozenset(map(bytes.fromhex, _EMPTY_FILE))
SHOWN = 40


class Hash(NamedTuple):
    """A kind, and its bytes; none for a kind that is only counted."""

    kind: str
    value: bytes | None


class LineError(ValueError):
    """A line holds no hash; the message says why."""


def kind_named(name: str) -> tuple[str, bool] | None:
    """Return our name of a kind that others call so, and whether it is matched; None for a word that is no kind."""
    word = name.strip().lower()
    if word in _KINDS:
        return _KINDS[word], True
    return (_OTHERS[word], False) if word in _OTHERS else None


def hash_of_line(text: str, *, digits_are: str = PDQ) -> Hash | None:
    """Return what a line says, None where it says nothing (blank, or a comment).

    A line is a hash, a kind and a hash, or a row of a table whose first cell is a hash. `digits_are` says what 64
    digits alone are: "pdq" or "sha256".

    Raises:
        LineError: it holds no hash.

    """
    line = text.strip()
    if not line or line.startswith("#"):
        return None
    begins = _KIND_FIRST.fullmatch(line)
    known = kind_named(begins[1]) if begins else None
    word = _first_cell(begins[2] if begins and known else line)
    if len(word.split()) > 1:
        raise LineError(_several_words(word))
    if known is None:
        return bare_hash(word, digits_are=digits_are)
    kind, is_matched = known
    return Hash(kind, value_of(word, kind) if is_matched else None)


def is_header(text: str) -> bool:
    """Whether a first line only names columns."""
    cells = [each.strip(' \t"').lower() for each in _SEPARATORS.split(text)]
    return cells[0] in _HEADERS and not any(map(_looks_like_hash, cells))


def bare_hash(word: str, *, digits_are: str) -> Hash:
    """Return the hash that a word is by its form alone."""
    if _HEX.fullmatch(word):
        kinds = _DIGITS.get(len(word))
        if kinds is None:
            raise LineError(
                f"{_shown(word)} has {len(word)} digits; PDQ and SHA-256 have 64, SHA-1 40, MD5 32"
            )
        kind = digits_are if digits_are in kinds else kinds[0]
    elif _BASE32.fullmatch(word):
        kind = "sha1"
    elif _BASE64.fullmatch(word):
        kind = digits_are
    else:
        raise LineError(f"{_shown(word)} is no hash{_wrong_digit(word)}")
    return Hash(kind, value_of(word, kind))


def value_of(word: str, kind: str) -> bytes:
    """Return the bytes of a hash of a known kind, written in digits of either case, in base64, or SHA-1 in base32.

    Raises:
        LineError: it is none.

    """
    width = WIDTHS[kind]
    value = _decoded(word, kind)
    if value is None or len(value) != width:
        raise LineError(
            f"{_shown(word)} is no {_NAMES[kind]}, which has {2 * width} digits{_wrong_digit(word)}"
        )
    if kind != PDQ and value in EMPTY_DIGESTS:
        raise LineError(
            f"this is the {_NAMES[kind]} of an empty file, which every empty upload would match"
        )
    return value


def _decoded(word: str, kind: str) -> bytes | None:
    if len(word) == 2 * WIDTHS[kind]:
        try:
            return bytes.fromhex(
                word
            )  # shorter where there are spaces in it, and refused for that
        except ValueError:
            pass  # as long, and perhaps something else
    if kind == "sha1" and _BASE32.fullmatch(word):
        return base64.b32decode(word.upper())
    if WIDTHS[kind] == 32 and _BASE64.fullmatch(word):
        try:
            return base64.b64decode(word.translate(str.maketrans("-_", "+/")), validate=True)
        except binascii.Error:
            return None
    return None


def _first_cell(row: str) -> str:
    return _SEPARATORS.split(row, maxsplit=1)[0].strip().strip('"')


def _looks_like_hash(cell: str) -> bool:
    return len(cell) >= 32 and bool(
        _HEX.fullmatch(cell) or _BASE64.fullmatch(cell) or _BASE32.fullmatch(cell)
    )


def _several_words(line: str) -> str:
    first = line.split(maxsplit=1)[0]
    if _looks_like_hash(first):
        return (
            f"a hash stands alone, after its kind, or before a comma; {_shown(line)} has more words. If it was made"
            " by md5sum, sha1sum or sha256sum, keep the first column and put the kind before it"
        )
    return f"{_shown(first)} is no kind of hash that is known here"


def _wrong_digit(word: str) -> str:
    """Return where the first character stands that is no digit, if the word is as long as a hash."""
    if len(word) not in _DIGITS:
        return f"; it has {len(word)} characters"
    place = next((number for number, each in enumerate(word, 1) if not _HEX.fullmatch(each)), None)
    return "" if place is None else f"; its character {place} is {word[place - 1]!r}"


def _shown(word: str) -> str:
    return ascii(word if len(word) <= SHOWN else word[: SHOWN - 1] + "…")
