# SPDX-License-Identifier: Apache-2.0
"""The steps of signing a JSON document and of not believing one."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from havn.lib.encoding import EncodingError, b64u, canonical_json, from_b64u

_ALGORITHM = "Ed25519"
_HEADER = frozenset({"alg", "kid", "typ"})


class SignatureError(Exception):
    """The document is not what the holder of the key signed as this kind."""


def new_signing_pair() -> tuple[bytes, bytes]:
    """Return a fresh Ed25519 private key and its public half, 32 bytes each."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def key_id(public: bytes) -> str:
    """Return the key's thumbprint (RFC 7638), by which documents name it."""
    return _public_key(public).thumbprint()


def sign_json(value: dict[str, Any], private: bytes, *, key_id: str, kind: str) -> str:
    """Return the compact JWS of the value's canonical bytes; raise EncodingError for what JSON cannot carry."""
    pair = Ed25519PrivateKey.from_private_bytes(private)
    key = OKPKey.import_key(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": b64u(pair.public_key().public_bytes_raw()),
            "d": b64u(private),
        }
    )
    header = {"alg": _ALGORITHM, "kid": key_id, "typ": kind}
    return jws.serialize_compact(header, canonical_json(value), key, algorithms=[_ALGORITHM])


def verify_json(token: str, public: bytes, *, kind: str) -> dict[str, Any]:
    """Return the document that the key's holder signed as this kind; raise SignatureError otherwise."""
    # Step 1: the token is three base64url texts in their only form, so one document has one text.
    # Step 2: the signature holds, by the one algorithm that we take.
    try:
        for part in token.split("."):
            from_b64u(part)
        signed = jws.deserialize_compact(token, _public_key(public), algorithms=[_ALGORITHM])
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SignatureError("The signature does not hold.") from error
    # Step 3: the header says what we wrote, and nothing that could change the meaning (`b64`, `crit`, `jwk`).
    header = signed.headers()
    if set(header) != _HEADER or header["typ"] != kind:
        raise SignatureError(f"This is not a signed document of the kind {kind}.")
    # Step 4: the payload is a JSON object in its canonical form, so nobody can read it two ways.
    try:
        value = json.loads(signed.payload)
        is_canonical = isinstance(value, dict) and canonical_json(value) == signed.payload
    except (ValueError, EncodingError, RecursionError) as error:
        raise SignatureError("The signed document is not JSON.") from error
    if not is_canonical:
        raise SignatureError("The signed document is not an object in canonical form.")
    return dict(value)


def claimed_key_id(token: str) -> str:
    """Return the key that a token says it is signed with; believe nothing of it before `verify_json`."""
    try:
        found = jws.extract_compact(token.encode("utf-8")).headers()["kid"]
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SignatureError("The token names no key.") from error
    if not isinstance(found, str):
        raise SignatureError("The token names no key.")
    return found


def _public_key(public: bytes) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64u(public)})
