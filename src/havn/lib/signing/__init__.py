# SPDX-License-Identifier: Apache-2.0
"""Signed JSON: a compact JWS (RFC 7515) with Ed25519 (RFC 9864) over canonical JSON.

`kind` says what the document is (the header's `typ`), so that a signature on one kind never passes for another.
"""

from havn.lib.signing._jws import (
    SignatureError,
    claimed_key_id,
    key_id,
    new_signing_pair,
    sign_json,
    verify_json,
)

__all__ = [
    "SignatureError",
    "claimed_key_id",
    "key_id",
    "new_signing_pair",
    "sign_json",
    "verify_json",
]
