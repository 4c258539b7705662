# SPDX-License-Identifier: Apache-2.0
"""Sealing to somebody's public key with HPKE in base mode: X25519, HKDF-SHA256, ChaCha20-Poly1305."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from havn.lib.sealing._errors import SealError

# The first byte says which suite was used, so that a post-quantum one can follow without guessing.
_VERSION = b"\x01"


def new_key_pair() -> tuple[bytes, bytes]:
    """Return a fresh X25519 private key and its public half, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def seal(plaintext: bytes, public: bytes, *, purpose: str) -> bytes:
    """Return bytes that only the holder of the private key can open, and only for this purpose."""
    recipient = X25519PublicKey.from_public_bytes(public)
    return _VERSION + _suite().encrypt(plaintext, recipient, _label(purpose))


def open_sealed(sealed: bytes, private: bytes, *, purpose: str) -> bytes:
    """Return what was sealed; raise SealError for another key, another purpose or any change."""
    if sealed[:1] != _VERSION:
        raise SealError("This was not sealed by a version that we know.")
    recipient = _private_key(private)
    try:
        return _suite().decrypt(sealed[1:], recipient, _label(purpose))
    except (InvalidTag, ValueError) as error:
        raise SealError("This does not open.") from error


@lru_cache(maxsize=16)  # it is made from its bytes more slowly than it opens
def _private_key(private: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(private)


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _label(purpose: str) -> bytes:
    return b"havn seal 1 " + purpose.encode("utf-8")
