# SPDX-License-Identifier: Apache-2.0
"""A made-up alliance for tests: participants with organisations, nodes and keys from fixed seeds."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from havn.domain.members.rules import ALLIANCE_FILE, RosterMark, target_name
from havn.lib.encoding import b64u

NAMES = {"DK": "Denmark", "SE": "Sweden", "NL": "Netherlands", "INHOPE": "INHOPE"}
FAR = datetime(2099, 1, 1, tzinfo=UTC)


def seed_of(*words: object) -> bytes:
    """Return 32 bytes that follow from the words alone."""
    return hashlib.sha256(" ".join(str(word) for word in words).encode()).digest()


def identifier(*words: object) -> UUID:
    """Return a version 4 UUID that follows from the words alone."""
    return UUID(bytes=seed_of("id", *words)[:16], version=4)


def public_key(use: str, *words: object) -> str:
    """Return the public half of the key that follows from the words, in base64url."""
    seed = seed_of(use, *words)
    if use == "exchange":
        return b64u(X25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())
    return b64u(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def keys_of(code: str, *, since: int = 1) -> dict[str, Any]:
    """Return one key of each use."""
    return {
        f"{use}_keys": [{"public": public_key(use, code, since), "since": since, "revoked": False}]
        for use in ("signing", "log", "exchange")
    }


def participant(code: str, **changes: Any) -> dict[str, Any]:
    """Return a participant's file as a value: one organisation with one node, and what is to differ at its top."""
    is_country = len(code) == 2
    organisation = {
        "id": str(identifier("organisation", code)),
        "name": f"{NAMES.get(code, code)} hotline (made up)" if is_country else code,
        "kind": "hotline" if is_country else "international",
        "roles": ["hotline"] if is_country else [],
        "mandates": [] if is_country else ["orphans"],
        "languages": ["da", "en"] if code == "DK" else ["en"],
        "contact": {
            "email": f"desk@{code.lower()}.example",
            "hours": [
                {
                    "days": ["mon", "tue", "wed", "thu", "fri"],
                    "from": "08:00",
                    "until": "16:00",
                    "zone": "Europe/Copenhagen",
                }
            ],
        },
    }
    node = {
        "id": str(identifier("node", code)),
        "organisation": organisation["id"],
        "name": f"{NAMES.get(code, code)} (made up)",
        "base": f"https://{code.lower()}.example",
        "state": "active",
        "protocol": {"least": 1, "most": 1},
        **keys_of(code),
    }
    return {
        "v": 1,
        "participant": {
            "code": code,
            "kind": "member" if is_country else "international",
            "name": NAMES.get(code, code),
            "state": "active",
            "since": "2026-01-01",
        },
        "organisations": [organisation],
        "nodes": [node],
        "legal_bases": [],
        "accession": None,
        **changes,
    }


def alliance(**changes: Any) -> dict[str, Any]:
    """Return the Alliance's file as a value."""
    return {
        "v": 1,
        "name": "Alliance (made up)",
        "epoch": 1,
        "beat_seconds": 300,
        "protocol": {"least": 1, "most": 1},
        "secretariat": {"name": "Secretariat (made up)", "since": "2026-01-01"},
        **changes,
    }


def basis(with_code: str, **changes: Any) -> dict[str, Any]:
    """Return a legal basis for personal data with another participant."""
    return {
        "with": with_code,
        "allows": ["personal_data"],
        "reference": "Agreement 17 (made up)",
        "from": "2026-01-01",
        "until": None,
        **changes,
    }


def nested(depth: int) -> dict[str, Any]:
    """Return an object that is nested so deep."""
    return {"x": nested(depth - 1)} if depth > 1 else {}


def files_of(*participants: dict[str, Any], **changes: Any) -> dict[str, bytes]:
    """Return the files of a roster; `changes` are those of the Alliance's own file."""
    files = {target_name(each["participant"]["code"]): each for each in participants}
    return {
        name: json.dumps(value).encode()
        for name, value in {ALLIANCE_FILE: alliance(**changes), **files}.items()
    }


def mark(version: int = 1, **changes: Any) -> RosterMark:
    """Return which roster it is; it holds for a week from a day of 2026 unless told."""
    values: dict[str, Any] = {
        "version": version,
        "root_version": 1,
        "timestamp_version": version,
        "expires_at": datetime(2026, 3, 9, tzinfo=UTC) + timedelta(days=version),
        **changes,
    }
    return RosterMark(**values)
