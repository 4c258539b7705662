# SPDX-License-Identifier: Apache-2.0
"""Receipts: what a reporter keeps, five groups of four characters with 95 random bits.

The last character makes the sum of c[i] * a**i over GF(32) zero, with `a` a generator of the field. All
twenty weights differ and none is zero, so any one wrong character and any two swapped ones are noticed.
"""

from __future__ import annotations

import secrets
import unicodedata

from havn.lib.encoding._base64 import EncodingError
from havn.lib.encoding._crockford import CROCKFORD_ALPHABET, crockford_values

_CHARACTERS = 20
_GROUP = 4

RECEIPT_SENTENCES = {
    "wrong_length": "A receipt has 20 letters and digits. Look whether some are missing or too many.",
    "wrong_character": "A receipt has only letters and digits, and never the letter U.",
    "wrong_check": "One character is wrong or two are swapped. Compare it with what you wrote down.",
}


class ReceiptError(ValueError):
    """The text cannot be a receipt; `code` says why, `sentence` says it in English."""

    def __init__(self, code: str) -> None:
        super().__init__(RECEIPT_SENTENCES[code])
        self.code = code
        self.sentence = RECEIPT_SENTENCES[code]


def _times_generator(value: int) -> int:
    """Multiply by x in GF(2)[x] / (x^5 + x^2 + 1)."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _weighted_sum(values: list[int]) -> int:
    # Horner's rule: the last character has weight 1, the one before it `a`, and so on.
    total = 0
    for value in values:
        total = _times_generator(total) ^ value
    return total


def _grouped(characters: str) -> str:
    groups = [characters[start : start + _GROUP] for start in range(0, _CHARACTERS, _GROUP)]
    return "-".join(groups)


def new_receipt() -> str:
    """Return a fresh receipt, written `XXXX-XXXX-XXXX-XXXX-XXXX`."""
    values = [secrets.randbelow(32) for _ in range(_CHARACTERS - 1)]
    values.append(_weighted_sum([*values, 0]))
    return _grouped("".join(CROCKFORD_ALPHABET[value] for value in values))


def normalise_receipt(text: str) -> str:
    """Return the receipt as it was given out, however it was typed; raise ReceiptError when it cannot be one."""
    compact = "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        # Spaces, hyphens, dots, and the invisible characters that come along when text is copied.
        if character.isalnum() or unicodedata.category(character)[0] not in "ZPCS"
    )
    if len(compact) != _CHARACTERS:
        raise ReceiptError("wrong_length")
    try:
        values = crockford_values(compact)
    except EncodingError as error:
        raise ReceiptError("wrong_character") from error
    if _weighted_sum(values):
        raise ReceiptError("wrong_check")
    return _grouped("".join(CROCKFORD_ALPHABET[value] for value in values))
