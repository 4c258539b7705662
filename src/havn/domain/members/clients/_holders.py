# SPDX-License-Identifier: Apache-2.0
"""Keys of the people who sign the roster: a file that a passphrase opens, and one line of text for the others."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from havn.domain.members.rules import CeremonyFault, RosterError
from havn.lib.encoding import EncodingError, b64u, from_b64u

_PUBLIC_KIND = "havn-holder-key"


def new_holder_key(passphrase: str) -> tuple[bytes, bytes]:
    """Return a fresh key: its file, which only the passphrase opens (PKCS#8 in PEM), and its public half."""
    private = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase.encode())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return pem, private.public_key().public_bytes_raw()


def open_holder_key(pem: bytes, passphrase: str) -> bytes:
    """Return the 32 bytes of the private key in a file; raises RosterError."""
    try:
        found = load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RosterError(
            CeremonyFault.BAD_KEY_FILE,
            "The key file does not open: it is another file, or this is not its passphrase.",
        ) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise RosterError(CeremonyFault.BAD_KEY_FILE, "The key file holds no Ed25519 key.")
    return found.private_bytes_raw()


def public_line(public: bytes) -> str:
    """Return the line of text in which a key holder hands the public half over."""
    return f"{_PUBLIC_KIND} 1 {b64u(public)}\n"


def read_public_line(text: str) -> bytes:
    """Return the public half in such a line; raises RosterError."""
    words = text.split()
    try:
        public = from_b64u(words[2]) if words[:2] == [_PUBLIC_KIND, "1"] else b""
    except (EncodingError, IndexError):
        public = b""
    if len(public) != 32:
        raise RosterError(
            CeremonyFault.BAD_KEY_FILE,
            f"This is no public key as `havn alliance holder-key` writes it: {text.strip()[:60]!r}.",
        )
    return public


def signer_of(private: bytes) -> CryptoSigner:
    """Return what signs metadata with this private key."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    return CryptoSigner(key, tuf_key(key.public_key().public_bytes_raw()))


def tuf_key(public: bytes) -> SSlibKey:
    """Return a public key as metadata names it; its identifier follows from the key alone."""  # R4
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(public))
