# SPDX-License-Identifier: Apache-2.0
"""A made-up alliance with key holders and a hub in a folder: founded, changed, and followed by clients."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from havn.domain.members.clients import (
    FolderFetcher,
    Founding,
    Proposal,
    Repository,
    TufRoster,
    propose,
    propose_founding,
    replaced,
)
from tests.support.roster import seed_of

# Signed so late that what it signs holds for every test, however old the tree: tuf reads the real clock.
LATE = datetime(2098, 1, 1, tzinfo=UTC)


def public_half(private: bytes) -> bytes:
    """Return the public half of an Ed25519 key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


class MadeUpAlliance:
    """Three key holders of whom two must sign, and the hub's repository in a folder."""

    def __init__(self, folder: Path, *, at: datetime = LATE, threshold: int = 2) -> None:
        self.at = at
        self.holders = [seed_of("holder", number) for number in range(3)]
        self.online = seed_of("online")
        self.repository = Repository(folder)
        self.publish(propose_founding(self.founding(threshold=threshold), at=at))
        self.root = self.repository.first_root()

    def founding(self, **changes: Any) -> Founding:
        """Return what the Alliance is founded with."""
        values: dict[str, Any] = {
            "name": "Alliance (made up)",
            "secretariat": "Secretariat (made up)",
            "beat_seconds": 300,
            "holders": tuple(map(public_half, self.holders)),
            "threshold": 2,
            "online": public_half(self.online),
        }
        return Founding(**{**values, **changes})

    def publish(self, proposal: Proposal, *, by: Sequence[bytes] | None = None) -> None:
        """Let holders sign, the first two unless told, and put the proposal in force."""
        for private in by if by is not None else self.holders[:2]:
            proposal.sign(private)
        self.repository.publish(
            Proposal.from_bytes(proposal.to_bytes()),
            online=self.online,
            at=self.at,
            allow_insecure=False,
        )

    def say(self, *participants: dict[str, Any]) -> None:
        """Put participants' files in force as they are given."""
        changes: dict[str, Any] = {}
        for value in participants:
            changes |= replaced(json.dumps(value).encode())
        self.publish(propose("replace", self.repository.current(), changes, at=self.at))

    def client(self, folder: Path) -> TufRoster:
        """Return a node's reading of this roster, its memory in a folder."""
        return TufRoster(
            folder, first_root=self.root, fetcher=FolderFetcher(self.repository.folder)
        )
