# SPDX-License-Identifier: Apache-2.0
"""What the requests of nodes and their replies carry: parts covered, parameters, sentences of refusal; and signing them.

The rules are numbered in docs/protocol/requests.md; http-message-signatures knows RFC 9421 and RFC 9530.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from havn.lib.encoding import b64u, gettext_noop, parse_address

TAG = "node-fed/1"  # S7
LABEL = "node"  # S3
LIFETIME = timedelta(minutes=5)  # S9: the longest that a signature may hold
MOST_CLOCK_DIFFERENCE = timedelta(minutes=5)  # S10

REQUEST_PARTS = ("@method", "@target-uri")
REPLY_PARTS = ("@status",)
DIGEST, CONTENT_TYPE = "content-digest", "content-type"
BINDING = f'"signature";req;key="{LABEL}"'  # S13

# S3: 64 bytes in the only form that base64 has for them.
SIGNATURE_FORM = re.compile(rf"{LABEL}=:[A-Za-z0-9+/]{{85}}[AQgw]==:\Z", re.ASCII)


MESSAGE_SENTENCES = {
    "unsigned": gettext_noop(
        "This carries no signature. Only nodes of the alliance are answered here, and every node signs."
    ),
    "malformed": gettext_noop(
        "The signature cannot be read in the form that the protocol asks for. Bring both nodes up to date."
    ),
    "unknown_key": gettext_noop(
        "The roster names no node with this key. Fetch the newest roster on both sides and try again."
    ),
    "revoked_key": gettext_noop(
        "The roster says that this key is revoked. The other node must sign with its present key."
    ),
    "wrong_tag": gettext_noop(
        "The signature was made for another purpose than requests between nodes. Nothing was done."
    ),
    "components_missing": gettext_noop(
        "The signature does not cover exactly the parts that the protocol asks for. Nothing was done."
    ),
    "nonce_missing": gettext_noop(
        "The signature carries no number used once, so a copy could not be told from the original."
    ),
    "valid_too_long": gettext_noop(
        "The signature says when it ends in a way that is not allowed: after its beginning, and within five minutes."
    ),
    "signature_wrong": gettext_noop(
        "The signature does not fit: something was changed on the way, the address as well, or another key signed."
    ),
    "clock_off": gettext_noop(
        "This was signed at %(created)s, and our clock says %(at)s. One of the two clocks is wrong: set them right."
    ),
    "signature_expired": gettext_noop(
        "The signature held until %(expires)s, and our clock says %(at)s. Sign and send it again."
    ),
    "digest_differs": gettext_noop(
        "The content is not the one that was signed: its digest differs. Nothing was done with it."
    ),
}


class MessageRefusedError(Exception):
    """The message is not what a node of the alliance signed; `code` says why, `sentence` says it in English.

    `known_key_id` is the key that it names, once the roster knew it: then a person should hear of it.
    """

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        self.sentence = MESSAGE_SENTENCES[code] % facts if facts else MESSAGE_SENTENCES[code]
        self.known_key_id: str | None = None
        super().__init__(self.sentence)


@dataclass(slots=True)
class RequestToSign:
    """A request as the library wants it."""

    method: str
    url: str
    headers: dict[str, str]


@dataclass(slots=True)
class _Asked:
    """What a reply's signature may take from its request: the headers."""

    headers: dict[str, str]
    method: str = "GET"  # the library asks for one; no reply covers it
    url: str = "https://node.invalid/"


@dataclass(slots=True)
class ReplyToSign:
    """A reply as the library wants it, with the headers of its request."""

    status_code: int
    headers: dict[str, str]
    request: _Asked | None = field(default=None)

    @classmethod
    def to(
        cls, status: int, headers: Mapping[str, str], request_headers: Mapping[str, str] | None
    ) -> ReplyToSign:
        """Return the reply, bound to the request where its headers are given."""
        asked = None if request_headers is None else _Asked(dict(request_headers))
        return cls(status, dict(headers), asked)


def new_nonce() -> str:
    """Return a fresh number used once: 16 random bytes as base64url."""  # S8
    return b64u(secrets.token_bytes(16))


def target_uri(base: str, path: str, query: str = "") -> str:
    """Return the address that a request's signature covers, under the base address that the roster names.

    Both sides build it from the same base, whatever proxies make of the address (S4); raises AddressError.
    """
    address = parse_address(base).key.rstrip("/") + path
    return f"{address}?{query}" if query else address


def sign_request(
    method: str,
    target: str,
    body: bytes,
    content_type: str | None,
    *,
    private: bytes,
    key_id: str,
    at: datetime,
    nonce: str,
) -> dict[str, str]:
    """Return the headers that make this a signed request; a body needs a type, and nothing else has one."""
    message = RequestToSign(method, target, _content_headers(body, content_type))
    _sign(message, parts_of(REQUEST_PARTS, body), body, private, key_id, at, nonce=nonce)
    return message.headers


def sign_reply(
    status: int,
    body: bytes,
    content_type: str | None,
    *,
    request_headers: Mapping[str, str],
    private: bytes,
    key_id: str,
    at: datetime,
) -> dict[str, str]:
    """Return the headers that make this the signed reply to the request with these headers.

    A request without a signature that can be read gets a reply that is bound to nothing (S14).
    """
    signature = header_of(request_headers, "signature")
    bound = {"signature": signature} if SIGNATURE_FORM.match(signature) else None
    message = ReplyToSign.to(status, _content_headers(body, content_type), bound)
    parts = parts_of(REPLY_PARTS, body) + ((BINDING,) if bound else ())
    _sign(message, parts, body, private, key_id, at)
    return message.headers


def parts_of(parts: tuple[str, ...], body: bytes) -> tuple[str, ...]:
    """Return what is covered: the type only where there is a body (S5, S12)."""
    return (*parts, DIGEST, CONTENT_TYPE) if body else (*parts, DIGEST)


def header_of(headers: Mapping[str, str], name: str) -> str:
    """Return a header's value, whatever the case of its name; empty where there is none."""
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _content_headers(body: bytes, content_type: str | None) -> dict[str, str]:
    if bool(body) != (content_type is not None):
        raise ValueError("A body has a type, and only a body has one.")
    return {} if content_type is None else {"Content-Type": content_type}


def _sign(
    message: RequestToSign | ReplyToSign,
    parts: tuple[str, ...],
    body: bytes,
    private: bytes,
    key_id: str,
    at: datetime,
    **parameters: Any,
) -> None:
    keys = {key_id: Ed25519PrivateKey.from_private_bytes(private)}
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys=keys),
    )
    signer.sign(
        message,
        key_id=key_id,
        created=at,
        expires=at + LIFETIME,
        label=LABEL,
        tag=TAG,
        include_alg=False,
        covered_component_ids=parts,
        body=body,
        **parameters,
    )
