# SPDX-License-Identifier: Apache-2.0
"""A node's keys: one secret per file, readable by its owner alone.

    keyring = Keyring(folder)
    keyring.create("receipt-pepper")
    keyring.read("receipt-pepper")  # 32 bytes

A private key has its public half beside it in a file of its own, so that a process can be given the one
without the other. Contents are one line of text: kind, version, base64url. Of a node's keys for others several
pairs may lie side by side:

    public = keyring.add("exchange-key")
    keyring.private_of("exchange-key", public)
"""

from havn.lib.keyring._files import (
    DamagedKeyError,
    KeyExistsError,
    KeyringError,
    LooseKeyError,
    MissingKeyError,
)
from havn.lib.keyring._keyring import Keyring
from havn.lib.keyring._kinds import (
    BACKUP_RECIPIENT,
    CREATED_KEYS,
    HUB_KEYS,
    KEY_KINDS,
    PUBLIC_HALVES,
    SEVERAL,
    KeyKind,
    created_keys,
)
from havn.lib.keyring._names import KeyName, key_name

__all__ = [
    "BACKUP_RECIPIENT",
    "CREATED_KEYS",
    "HUB_KEYS",
    "KEY_KINDS",
    "PUBLIC_HALVES",
    "SEVERAL",
    "DamagedKeyError",
    "KeyExistsError",
    "KeyKind",
    "KeyName",
    "Keyring",
    "KeyringError",
    "LooseKeyError",
    "MissingKeyError",
    "created_keys",
    "key_name",
]
