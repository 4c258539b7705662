# SPDX-License-Identifier: Apache-2.0
"""The names of all keys, what kind each is, and how a fresh one is made."""

from __future__ import annotations

import enum
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey


class KeyKind(enum.Enum):
    """What a key file holds; every kind is 32 bytes long."""

    SYMMETRIC = "symmetric"  # shared by nobody: Django's secrets, peppers, symmetric keys
    SEALING_PRIVATE = "x25519-private"
    SEALING_PUBLIC = "x25519-public"
    SIGNING_PRIVATE = "ed25519-private"
    SIGNING_PUBLIC = "ed25519-public"

    @property
    def is_public(self) -> bool:
        """Tell whether anybody may read it."""
        return self in {KeyKind.SEALING_PUBLIC, KeyKind.SIGNING_PUBLIC}


BACKUP_RECIPIENT = "backup-recipient.pub"

_SECRETS = (
    "django-secret-public",
    "django-secret-desk",
    "django-secret-alliance",
    "form-key",
    "answer-link-key",
    "receipt-pepper",
)
_PAIRS = {
    "desk-opening-key": (KeyKind.SEALING_PRIVATE, "desk-sealing-key.pub"),
    "exchange-key": (KeyKind.SEALING_PRIVATE, "exchange-key.pub"),
    "audit-anchor-key": (KeyKind.SIGNING_PRIVATE, "audit-anchor-key.pub"),
    "node-signing-key": (KeyKind.SIGNING_PRIVATE, "node-signing-key.pub"),
    "log-checkpoint-key": (KeyKind.SIGNING_PRIVATE, "log-checkpoint-key.pub"),
    "roster-online-key": (KeyKind.SIGNING_PRIVATE, "roster-online-key.pub"),
}
_PUBLIC_KIND = {
    KeyKind.SEALING_PRIVATE: KeyKind.SEALING_PUBLIC,
    KeyKind.SIGNING_PRIVATE: KeyKind.SIGNING_PUBLIC,
}

PUBLIC_HALVES: dict[str, str] = {private: public for private, (_, public) in _PAIRS.items()}
KEY_KINDS: dict[str, KeyKind] = (
    dict.fromkeys(_SECRETS, KeyKind.SYMMETRIC)
    | {private: kind for private, (kind, _) in _PAIRS.items()}
    | {public: _PUBLIC_KIND[kind] for kind, public in _PAIRS.values()}
    | {BACKUP_RECIPIENT: KeyKind.SEALING_PUBLIC}  # its private half never lies on a node
)
# Of these several pairs may lie side by side: the roster says which one holds, and what an old one signed or
# opened stays readable. Their public halves are named after them.
SEVERAL: tuple[str, ...] = ("node-signing-key", "log-checkpoint-key", "exchange-key")
# What a hub has beside the keys that every installation makes for itself; the public halves come along.
HUB_KEYS: tuple[str, ...] = ("roster-online-key",)
CREATED_KEYS: tuple[str, ...] = (*_SECRETS, *(name for name in _PAIRS if name not in HUB_KEYS))


def created_keys(role: str) -> tuple[str, ...]:
    """Return what a new installation of this role makes for itself."""
    return CREATED_KEYS + (HUB_KEYS if role == "hub" else ())


def fresh_key(kind: KeyKind) -> bytes:
    """Return a new secret or private key of this kind."""
    if kind is KeyKind.SEALING_PRIVATE:
        return X25519PrivateKey.generate().private_bytes_raw()
    if kind is KeyKind.SIGNING_PRIVATE:
        return Ed25519PrivateKey.generate().private_bytes_raw()
    return secrets.token_bytes(32)


def public_half(kind: KeyKind, private: bytes) -> bytes:
    """Return the public key that belongs to a private one."""
    if kind is KeyKind.SEALING_PRIVATE:
        return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
