# SPDX-License-Identifier: Apache-2.0
"""Another node over signed requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from havn.domain.exchange.rules import GivenPayload, LinkError, SeenLog
from havn.lib import feed, signing
from havn.lib.encoding import EncodingError, b64u, canonical_json, from_b64u
from havn.lib.http import DirectClient, FetchError, Reply

MOST_NOTE = 64 * 1024
MOST_MIRRORS = 4 * 1024 * 1024
MOST_PAYLOADS = 8 * 1024 * 1024
PAYLOADS_AT_ONCE = 64
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class OwnSignature:
    """With which key this node signs its requests, and the clock that dates them."""

    private: bytes
    key_id: str
    now: Callable[[], datetime]


class SignedLink:
    """Asks one node; believes only what that node signed as the answer to this very request."""

    def __init__(
        self,
        client: DirectClient,
        *,
        base: str,
        keys: Mapping[str, bytes],
        own: OwnSignature,
    ) -> None:
        self._client = client
        self._base = base
        self._keys = keys  # key id -> public key, of this node only
        self._own = own

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint of its own log."""
        return self._get("/api/v1/log/checkpoint", most=MOST_NOTE)

    def entries(self, number: int, width: int) -> bytes:
        """Return the first `width` leaves of a bundle of its own log."""
        path = feed.entries_path(number, width)
        return self._get(f"/api/v1/log/{path}", most=feed.LONGEST_PAGE)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile of its own log."""
        path = feed.tile_path(level, number, width)
        return self._get(f"/api/v1/log/{path}", most=32 * 256)

    def mirrors(self) -> list[SeenLog]:
        """Return every log as this peer mirrors it."""
        value = _json(self._get("/api/v1/mirrors", most=MOST_MIRRORS))
        try:
            return [
                SeenLog(str(each["origin"]), str(each["note"]).encode())
                for each in value["mirrors"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise LinkError("reply_malformed") from error

    def mirrored_entries(self, origin: str, number: int, width: int) -> bytes:
        """Return leaves of another log out of this peer's mirror."""
        path = feed.entries_path(number, width)
        return self._get(f"{_mirror_path(origin)}/{path}", most=feed.LONGEST_PAGE)

    def mirrored_hashes(self, origin: str, level: int, number: int, width: int) -> bytes:
        """Return hashes of another log's tile out of this peer's mirror."""
        path = feed.tile_path(level, number, width)
        return self._get(f"{_mirror_path(origin)}/{path}", most=32 * 256)

    def payloads(self, commits: Sequence[bytes]) -> list[GivenPayload]:
        """Return what the peer gives for these commitments."""
        asked = canonical_json({"v": 1, "commits": [b64u(commit) for commit in commits]})
        value = _json(self._ask("POST", "/api/v1/payloads", asked, most=MOST_PAYLOADS))
        try:
            return [
                GivenPayload(
                    from_b64u(each["commit"]),
                    str(each["state"]),
                    from_b64u(each["sealed"]) if each["state"] == "here" else b"",
                )
                for each in value["payloads"]
            ]
        except (KeyError, TypeError, ValueError, EncodingError) as error:
            raise LinkError("reply_malformed") from error

    def _get(self, path: str, *, most: int) -> bytes:
        return self._ask("GET", path, b"", most=most)

    def _ask(self, method: str, path: str, body: bytes, *, most: int) -> bytes:
        reply = self.send(method, path, body, most=most)
        if reply.status != 200:
            raise LinkError(_refusal(reply.status, reply.body))
        return reply.body

    def send(self, method: str, path: str, body: bytes = b"", *, most: int) -> Reply:
        """Return the node's own reply, whatever its status; raise LinkError where none can be believed."""
        target = signing.target_uri(self._base, path)
        headers = signing.sign_request(
            method,
            target,
            body,
            JSON if body else None,
            private=self._own.private,
            key_id=self._own.key_id,
            at=self._own.now(),
            nonce=signing.new_nonce(),
        )
        try:
            reply = self._client.exchange(
                method, target, headers=headers, body=body, most_bytes=most
            )
            signing.verify_reply(
                reply.status,
                reply.headers,
                reply.body,
                request_headers=headers,
                key_of=self._key_of,
                at=self._own.now(),
            )
        except FetchError as error:
            raise LinkError(error.failure) from error
        except signing.MessageRefusedError as error:
            raise LinkError(f"reply_{error.code}") from error
        return reply

    def _key_of(self, key_id: str) -> bytes:
        try:
            return self._keys[key_id]
        except KeyError:
            raise signing.MessageRefusedError("unknown_key") from None


def _mirror_path(origin: str) -> str:
    return f"/api/v1/mirror/{sha256(origin.encode()).hexdigest()}"


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise LinkError("reply_malformed") from error
    if not isinstance(value, dict) or value.get("v") != 1:
        raise LinkError("reply_malformed")
    return value


def _refusal(status: int, body: bytes) -> str:
    """Return the code that a node gave for not answering."""
    try:
        code = json.loads(body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"status_{status}"
    return (
        f"said_{code}"[:40]
        if isinstance(code, str) and code.isidentifier()
        else f"status_{status}"
    )
