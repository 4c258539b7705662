# SPDX-License-Identifier: Apache-2.0
"""A made-up alliance with key holders and a hub in a folder: founded, changed, and followed by clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from havn.domain.members.clients import (
    FolderFetcher,
    Founding,
    Proposal,
    Repository,
    TufRoster,
    add_office,
    new_act,
    policy,
    propose,
    propose_founding,
    replaced,
    suspended,
)
from havn.domain.members.rules import RosterError
from tests.support.roster import NAMES, participant, seed_of

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


def act(code: str, offices: Sequence[str] = ("minister", "president")) -> dict[str, Any]:
    """Return the act of accession that these office holders signed."""
    words = {
        "code": code,
        "name": NAMES[code],
        "reference": "Letter 17",
        "on": "2026-01-01",
    }
    value = new_act(words, seed_of(offices[0]), office=offices[0])
    for office in offices[1:]:
        value = add_office(value, seed_of(office), office=office)
    return value


def refused(action: Callable[[], object], code: str) -> str:
    """Return the sentence with which an action is refused, by this code and no other."""
    with pytest.raises(RosterError) as error:
        action()
    assert error.value.code == code
    return str(error.value)


def renewal(alliance: MadeUpAlliance) -> Proposal:
    """Return a proposal with everything in it: former and next root, former and next files."""
    alliance.say(participant("DK", accession=act("DK")))
    current = alliance.repository.current()
    changes = {**policy(current, beat_seconds=900), **suspended(current, "DK")}
    return propose("policy", current, changes, at=alliance.at + timedelta(days=300))
