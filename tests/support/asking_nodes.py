# SPDX-License-Identifier: Apache-2.0
"""Nodes of a made-up alliance that ask the own node: they sign, may spoil what they signed, and check the reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.members import selectors, services
from havn.domain.members.rules import parse_roster
from havn.lib import clock, signing
from havn.lib.encoding import b64u
from tests.support import roster as made_up
from tests.support.own_node import register_own_node

ADDRESS = "https://dk.example/node"  # a proxy in front cuts /node off
JSON = "application/json"
US = Actor.operator()


def own_participant() -> dict[str, Any]:
    """Register the own node, and return it as the roster names it, with the keys that it holds."""
    organisation = register_own_node()
    value = made_up.participant("DK")
    value["organisations"][0]["id"] = value["nodes"][0]["organisation"] = str(organisation)
    value["nodes"][0]["id"] = str(selectors.own_node(actor=US).node_id)
    value["nodes"][0]["base"] = ADDRESS
    own = settings.HAVN_KEYRING
    for use, name in (
        ("signing", "node-signing-key.pub"),
        ("log", "log-checkpoint-key.pub"),
        ("exchange", "exchange-key.pub"),
    ):
        value["nodes"][0][f"{use}_keys"][0]["public"] = b64u(own.read(name))
    return value


def suspended(code: str) -> dict[str, Any]:
    """Return a participant whom the roster suspends."""
    value = made_up.participant(code)
    value["participant"]["state"] = "suspended"
    return value


def adopt(*participants: dict[str, Any], version: int = 1, **mark: Any) -> None:
    """Take over a roster of these participants, which holds unless told."""
    mark = {"expires_at": made_up.FAR} | mark
    roster = parse_roster(made_up.files_of(*participants), mark=made_up.mark(version, **mark))
    services.adopt_roster(roster=roster, actor=US, at=clock.now())


def own_public(key_id: str) -> bytes:
    """Return the own node's signing key of this name as the roster has it, and nobody else's."""
    try:
        holder = selectors.node_of_key(key_id=key_id, actor=US)
    except NotFoundError:
        raise signing.MessageRefusedError("unknown_key") from None
    except OperationalError:  # a test lets the tables fail: whoever asks has a roster of its own
        return _first_public(key_id)
    if holder.node_id != selectors.own_node(actor=US).node_id:
        raise signing.MessageRefusedError("unknown_key")
    if holder.key.is_revoked:
        raise signing.MessageRefusedError("revoked_key")
    return holder.key.public


def _first_public(key_id: str) -> bytes:
    public: bytes = settings.HAVN_KEYRING.read("node-signing-key.pub")
    if key_id != signing.key_id(public):
        raise signing.MessageRefusedError("unknown_key")
    return public


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `is_bound` when it is signed as the reply to this very request."""

    status: int
    content: bytes
    headers: dict[str, str]
    value: dict[str, Any]
    is_bound: bool

    @property
    def code(self) -> str:
        """Return the code of a refusal."""
        return str(self.value.get("code", ""))


class AskingNode:
    """One other node; `number` tells its keys apart."""

    def __init__(self, code: str, *, number: int = 1) -> None:
        self.code = code
        self.node_id = made_up.identifier("node", code)
        self.private = made_up.seed_of("signing", code, number)
        public = Ed25519PrivateKey.from_private_bytes(self.private).public_key()
        self.key_id = signing.key_id(public.public_bytes_raw())

    def signed(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        at: datetime | None = None,
        nonce: str | None = None,
    ) -> dict[str, str]:
        """Return the headers of a signed request."""
        return signing.sign_request(
            method,
            signing.target_uri(ADDRESS, path),
            body,
            JSON if body else None,
            private=self.private,
            key_id=self.key_id,
            at=at or clock.now(),
            nonce=nonce or signing.new_nonce(),
        )

    def ask(self, method: str, path: str, body: bytes = b"", **options: Any) -> Answer:
        """Sign and send."""
        return send(method, path, body, self.signed(method, path, body, **options))


def send(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send a request with these headers and return what came back."""
    response = Client(raise_request_exception=False).generic(
        method, path, body, content_type=headers.get("Content-Type", ""), headers=dict(headers)
    )
    try:
        signing.verify_reply(
            response.status_code,
            dict(response.headers),
            response.content,
            request_headers=headers,
            key_of=own_public,
            at=clock.now(),
        )
        is_bound = True
    except signing.MessageRefusedError:
        is_bound = False
    is_json = response.headers.get("Content-Type") == JSON
    value = response.json() if is_json and response.content else {}
    return Answer(response.status_code, response.content, dict(response.headers), value, is_bound)
