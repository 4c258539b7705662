# SPDX-License-Identifier: Apache-2.0
"""The anchors folder: signed heads of the chain outside the database."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

from havn.domain.audit.rules import Anchor
from havn.lib.signing import SignatureError, sign_json, verify_json

HEAD_KIND = "havn-audit-head"


class AnchorStore(Protocol):
    """Where signed heads are kept."""

    def keep(self, token: str) -> None:
        """Make a signed head durable."""

    def tokens(self) -> list[str]:
        """Return all signed heads, oldest first."""


class AnchorFolder:
    """One file, `heads.jsonl`: one signed head a line, flushed to disk before it counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, token: str) -> None:
        """Append the head and wait until it is on disk."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / "heads.jsonl"
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+", encoding="ascii") as file:
            size = os.fstat(descriptor).st_size
            # What a power cut left of a line must not swallow the next one.
            is_whole = size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
            file.write(("" if is_whole else "\n") + json.dumps({"head": token}) + "\n")
            file.flush()
            os.fsync(descriptor)
        if is_new:
            _flush_names(self.folder)

    def tokens(self) -> list[str]:
        """Return all signed heads; a line that a power cut left half-written or as rubbish is passed over."""
        path = self.folder / "heads.jsonl"
        if not path.exists():
            return []
        found = []
        for line in path.read_bytes().split(b"\n"):
            try:
                found.append(str(json.loads(line.decode("ascii"))["head"]))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
        return found


def _flush_names(folder: Path) -> None:
    """Wait until the names in a folder are on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def signed_head(
    *, sequence: int, chain_hash: bytes, signed_at: datetime, private: bytes, key_id: str
) -> str:
    """Return the head as a compact JWS signed with the audit anchor key."""
    payload = {
        "v": 1,
        "sequence": sequence,
        "chain_hash": chain_hash.hex(),
        "signed_at": signed_at.isoformat(),
    }
    return sign_json(payload, private, key_id=key_id, kind=HEAD_KIND)


def anchors_of(tokens: list[str], *, public: bytes) -> tuple[list[Anchor], int]:
    """Return the anchors whose signature holds, and how many do not."""
    anchors, bad = [], 0
    for token in tokens:
        try:
            payload = verify_json(token, public, kind=HEAD_KIND)
        except SignatureError:
            bad += 1
            continue
        anchors.append(
            Anchor(
                sequence=int(payload["sequence"]),
                chain_hash=bytes.fromhex(payload["chain_hash"]),
                signed_at=datetime.fromisoformat(payload["signed_at"]),
            )
        )
    return anchors, bad
