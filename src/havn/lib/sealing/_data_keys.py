# SPDX-License-Identifier: Apache-2.0
"""Symmetric sealing under a key of 32 bytes: AES-256-GCM with random nonces, and keyed digests.

A key of its own is derived for each purpose. Random nonces allow 2**32 messages per key and purpose.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from havn.lib.encoding import EncodingError, b64u, from_b64u
from havn.lib.sealing._errors import ExpiredError, SealError

_VERSION = b"\x01"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TIME_BYTES = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CLOCK_DIFFERENCE = timedelta(minutes=1)  # between two processes of one node


def new_data_key() -> bytes:
    """Return a fresh symmetric key of 32 bytes."""
    return secrets.token_bytes(_KEY_BYTES)


def encrypt(plaintext: bytes, key: bytes, *, purpose: str, associated: bytes = b"") -> bytes:
    """Return sealed bytes that open with the same key, purpose and associated bytes."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + _cipher(key, purpose).encrypt(nonce, plaintext, associated)


def decrypt(sealed: bytes, key: bytes, *, purpose: str, associated: bytes = b"") -> bytes:
    """Return what was sealed; raise SealError for another key, purpose, associated bytes, or any change."""
    if sealed[:1] != _VERSION or len(sealed) < 1 + _NONCE_BYTES:
        raise SealError("This was not sealed by a version that we know.")
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return _cipher(key, purpose).decrypt(nonce, ciphertext, associated)
    except (InvalidTag, ValueError) as error:
        raise SealError("This does not open.") from error


def encrypt_until(plaintext: bytes, key: bytes, *, purpose: str, at: datetime) -> str:
    """Return a text token that carries the time at which it was made; its reader decides how long it lives."""
    issued = struct.pack(">Q", (at - _EPOCH) // _MILLISECOND)
    return b64u(issued + encrypt(plaintext, key, purpose=purpose, associated=issued))


def decrypt_fresh(
    token: str, key: bytes, *, purpose: str, at: datetime, lifetime: timedelta
) -> bytes:
    """Return what the token holds; raise ExpiredError when it is genuine but old, SealError otherwise."""
    try:
        sealed = from_b64u(token)
    except EncodingError as error:
        raise SealError("This is not a token.") from error
    issued = sealed[:_TIME_BYTES]
    plaintext = decrypt(sealed[_TIME_BYTES:], key, purpose=purpose, associated=issued)
    # Only now is the time to be believed.
    age = at - (_EPOCH + struct.unpack(">Q", issued)[0] * _MILLISECOND)
    if age > lifetime:
        raise ExpiredError("This token is too old.")
    if age < -_CLOCK_DIFFERENCE:
        raise SealError("This token comes from the future.")
    return plaintext


def keyed_digest(text: str, pepper: bytes, *, purpose: str) -> bytes:
    """Return 32 bytes by which equal texts are found again, and which say nothing without the pepper."""
    label = hashlib.sha256(b"havn digest 1 " + purpose.encode("utf-8")).digest()
    return hmac.digest(pepper, label + text.encode("utf-8"), "sha256")


def _cipher(key: bytes, purpose: str) -> AESGCM:
    if len(key) != _KEY_BYTES:
        raise ValueError("A data key has 32 bytes.")
    label = b"havn encrypt 1 " + purpose.encode("utf-8")
    return AESGCM(HKDF(SHA256(), _KEY_BYTES, salt=None, info=label).derive(key))
