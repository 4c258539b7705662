# SPDX-License-Identifier: Apache-2.0
"""Crockford's base 32: an alphabet that people can read out and type."""

from __future__ import annotations

from havn.lib.encoding._base64 import EncodingError

CROCKFORD_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKS_LIKE = {"O": "0", "I": "1", "L": "1"}
_VALUES = {character: value for value, character in enumerate(CROCKFORD_ALPHABET)}
_VALUES |= {character: _VALUES[meant] for character, meant in _LOOKS_LIKE.items()}


def crockford_values(text: str) -> list[int]:
    """Return the value of each character, with O read as 0 and I and L as 1, in either case."""
    try:
        return [_VALUES[character] for character in text.upper()]
    except KeyError as error:
        raise EncodingError("This character is not in Crockford's alphabet.") from error


def crockford_encode(number: int, *, length: int) -> str:
    """Return the number in exactly `length` characters, highest first."""
    if not 0 <= number < 32**length:
        raise EncodingError("The number does not fit into that many characters.")
    shifts = range(5 * (length - 1), -1, -5)
    return "".join(CROCKFORD_ALPHABET[(number >> shift) & 31] for shift in shifts)


def crockford_decode(text: str) -> int:
    """Return the number that the text writes; case and look-alike letters do not matter."""
    number = 0
    for value in crockford_values(text):
        number = number << 5 | value
    return number
