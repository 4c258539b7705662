# SPDX-License-Identifier: Apache-2.0
"""The steps of not believing a request or a reply of another node; values in, values out, each refusal by its code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from cryptography.exceptions import InvalidSignature as WrongBytes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    VerifyResult,
    algorithms,
)
from http_message_signatures.digests import ContentDigest

from havn.lib.signing._messages import (
    BINDING,
    DIGEST,
    LABEL,
    LIFETIME,
    MOST_CLOCK_DIFFERENCE,
    REPLY_PARTS,
    REQUEST_PARTS,
    SIGNATURE_FORM,
    TAG,
    MessageRefusedError,
    ReplyToSign,
    RequestToSign,
    header_of,
    parts_of,
)

KeyOf = Callable[[str], bytes]

_LONGEST_INPUT = 1_024
_NONCE = re.compile(r"[A-Za-z0-9_-]{22,64}\Z", re.ASCII)  # S8
_DIGEST_FORM = re.compile(r"sha-256=:[A-Za-z0-9+/]{43}=:\Z", re.ASCII)  # S6
_OWN_LINE = '"@signature-params"'
_PARAMETERS = frozenset({"created", "expires", "keyid", "nonce", "tag"})


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """What a request's signature says; whoever acts on it takes the nonce, once, until `expires`."""

    key_id: str
    nonce: str
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class VerifiedReply:
    """What a reply's signature says."""

    key_id: str
    created: datetime
    expires: datetime


def verify_request(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key_of: KeyOf,
    at: datetime,
) -> VerifiedRequest:
    """Return what a node signed; raise MessageRefusedError otherwise.

    `key_of` returns a node's public key, or raises MessageRefusedError("unknown_key" or "revoked_key").
    """
    message = RequestToSign(method, target, dict(headers))
    parts = frozenset(f'"{part}"' for part in parts_of(REQUEST_PARTS, body))
    with _Keys(key_of) as keys:
        parameters = _verified(message, keys, parts=parts)
        nonce = parameters.get("nonce", "")
        if not nonce:
            raise MessageRefusedError("nonce_missing")
        if not _NONCE.match(nonce):
            raise MessageRefusedError("malformed")
        created, expires = _span(parameters, at=at)
        _require_digest(headers, body)
    return VerifiedRequest(parameters["keyid"], nonce, created, expires)


def verify_reply(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    request_headers: Mapping[str, str],
    key_of: KeyOf,
    at: datetime,
) -> VerifiedReply:
    """Return what the node that was asked signed as its reply to this very request; raise MessageRefusedError.

    `key_of` knows the keys of that node only, so that no other node can answer for it (S15).
    """
    message = ReplyToSign.to(
        status, headers, {"signature": header_of(request_headers, "signature")}
    )
    parts = frozenset(f'"{part}"' for part in parts_of(REPLY_PARTS, body)) | {BINDING}
    with _Keys(key_of) as keys:
        parameters = _verified(message, keys, parts=parts)
        created, expires = _span(parameters, at=at)
        _require_digest(headers, body)
    return VerifiedReply(parameters["keyid"], created, expires)


class _Keys(HTTPSignatureKeyResolver):
    """Asks for a key, and marks every refusal that comes after the key was known."""

    def __init__(self, key_of: KeyOf) -> None:
        self._key_of = key_of
        self._known: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, MessageRefusedError):
            error.known_key_id = self._known

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        public = Ed25519PublicKey.from_public_bytes(self._key_of(key_id))
        self._known = key_id
        return public


class _Verifier(HTTPMessageVerifier):
    """The library's, without its look at the clock: `_span` judges the times by `at`."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Leave the times to `_span`."""


def _verified(
    message: RequestToSign | ReplyToSign, keys: _Keys, *, parts: frozenset[str]
) -> dict[str, Any]:
    """Return the parameters of the signature after everything but times and digest held."""
    # Step 1: one signature, in the only form that there is for it.  # S1, S2, S3
    signature = header_of(message.headers, "signature")
    written = header_of(message.headers, "signature-input")
    if not signature and not written:
        raise MessageRefusedError("unsigned")
    if len(written) > _LONGEST_INPUT or not SIGNATURE_FORM.match(signature):
        raise MessageRefusedError("malformed")
    # Step 2: the key is known and holds, over what the signature itself says that it covers.
    result = _checked(message, keys)
    # Step 3: it was meant for this, and covers neither less nor more.  # S5, S7, S12
    parameters: dict[str, Any] = dict(result.parameters)
    if parameters.get("tag") != TAG:
        raise MessageRefusedError("wrong_tag")
    covered = dict(result.covered_components)
    if written != f"{LABEL}={covered.pop(_OWN_LINE)}":
        raise MessageRefusedError("malformed")
    if covered.keys() != parts:
        raise MessageRefusedError("components_missing")
    if parameters.keys() - {"alg"} - _PARAMETERS:
        raise MessageRefusedError("malformed")
    return parameters


def _checked(message: RequestToSign | ReplyToSign, keys: _Keys) -> VerifyResult:
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        return verifier.verify(message, max_age=None)[0]
    except HTTPMessageSignaturesException as error:
        if isinstance(error.__cause__, MessageRefusedError):  # of `key_of`
            raise error.__cause__ from None
        if isinstance(error.__cause__, WrongBytes):
            raise MessageRefusedError("signature_wrong") from error
        raise MessageRefusedError("malformed") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise MessageRefusedError("malformed") from error


def _span(parameters: Mapping[str, Any], *, at: datetime) -> tuple[datetime, datetime]:
    """Return from when to when the signature holds; `at` must lie between them, give or take the clocks."""
    try:
        created = datetime.fromtimestamp(parameters["created"], UTC)
        expires = datetime.fromtimestamp(parameters["expires"], UTC)
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise MessageRefusedError("malformed") from error
    if not created < expires <= created + LIFETIME:  # S9
        raise MessageRefusedError("valid_too_long")
    if abs(at - created) > MOST_CLOCK_DIFFERENCE:  # S10
        raise MessageRefusedError("clock_off", created=_written(created), at=_written(at))
    if at > expires:  # S11
        raise MessageRefusedError("signature_expired", expires=_written(expires), at=_written(at))
    return created, expires


def _written(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _require_digest(headers: Mapping[str, str], body: bytes) -> None:
    """Compare the content with the digest that was signed; only SHA-256 in its only form is one (S6)."""
    written = header_of(headers, DIGEST)
    if not _DIGEST_FORM.match(written):
        raise MessageRefusedError("malformed")
    if written != ContentDigest.create(body):
        raise MessageRefusedError("digest_differs")
