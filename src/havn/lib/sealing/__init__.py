# SPDX-License-Identifier: Apache-2.0
"""Sealing: to a public key (HPKE, RFC 9180), under a data key (AES-256-GCM), and in streams for backups.

Every function takes a `purpose`: what was sealed for one purpose does not open for another.
"""

from havn.lib.sealing._data_keys import (
    decrypt,
    decrypt_fresh,
    encrypt,
    encrypt_until,
    keyed_digest,
    new_data_key,
)
from havn.lib.sealing._errors import ExpiredError, SealError
from havn.lib.sealing._hpke import new_key_pair, open_sealed, seal
from havn.lib.sealing._streams import open_stream, seal_stream

__all__ = [
    "ExpiredError",
    "SealError",
    "decrypt",
    "decrypt_fresh",
    "encrypt",
    "encrypt_until",
    "keyed_digest",
    "new_data_key",
    "new_key_pair",
    "open_sealed",
    "open_stream",
    "seal",
    "seal_stream",
]
