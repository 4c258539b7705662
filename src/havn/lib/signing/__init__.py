# SPDX-License-Identifier: Apache-2.0
"""Signed JSON: a compact JWS (RFC 7515) with Ed25519 (RFC 9864) over canonical JSON. Signed requests: RFC 9421.

`kind` says what the document is (the header's `typ`), so that a signature on one kind never passes for another.
Requests between nodes and their replies follow docs/protocol/requests.md.
"""

from havn.lib.signing._jws import (
    SignatureError,
    claimed_key_id,
    key_id,
    new_signing_pair,
    sign_json,
    verify_json,
)
from havn.lib.signing._messages import (
    MESSAGE_SENTENCES,
    MessageRefusedError,
    new_nonce,
    sign_reply,
    sign_request,
    target_uri,
)
from havn.lib.signing._verify_messages import (
    VerifiedReply,
    VerifiedRequest,
    verify_reply,
    verify_request,
)

__all__ = [
    "MESSAGE_SENTENCES",
    "MessageRefusedError",
    "SignatureError",
    "VerifiedReply",
    "VerifiedRequest",
    "claimed_key_id",
    "key_id",
    "new_nonce",
    "new_signing_pair",
    "sign_json",
    "sign_reply",
    "sign_request",
    "target_uri",
    "verify_json",
    "verify_reply",
    "verify_request",
]
