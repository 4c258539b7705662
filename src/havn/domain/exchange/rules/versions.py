# SPDX-License-Identifier: Apache-2.0
"""In which version two nodes speak with each other, and what a body says in an older one (versions.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from havn.domain.exchange.rules.erasing import ERASURE_VERSION
from havn.domain.exchange.rules.receiving import PAYLOAD_ERASED
from havn.domain.members.rules import Spoken

FIRST_VERSION = 1


def shared_version(*spoken: Spoken) -> int | None:
    """Return the newest version that all of these speak; None where there is none. (W4)"""
    newest = min(each.most for each in spoken)
    return newest if newest >= max(each.least for each in spoken) else None


@dataclass(frozen=True, slots=True)
class Change:
    """What the body of one kind of event has since a version of the protocol."""

    since: int
    names: frozenset[str]


# The bodies that differ between versions; all others are the same in each. (W3)
CHANGES: dict[str, tuple[Change, ...]] = {
    PAYLOAD_ERASED: (Change(ERASURE_VERSION, frozenset({"why"})),),
}


def body_in(
    version: int,
    kind: str,
    body: Mapping[str, Any],
    *,
    changes: Mapping[str, tuple[Change, ...]] = CHANGES,
) -> dict[str, Any]:
    """Return a body of the newest version as nodes read it that speak this one. (W6)"""
    later = [change for change in changes.get(kind, ()) if change.since > version]
    if not later:
        return dict(body)
    before = min(change.since for change in later)
    known = [change.since for change in changes[kind] if change.since < before]
    dropped = frozenset[str]().union(*(change.names for change in later))
    kept = {name: value for name, value in body.items() if name not in dropped}
    return {**kept, "v": max(known, default=FIRST_VERSION)}


def version_for(audience: Iterable[UUID], versions: Mapping[UUID, int]) -> int:
    """Return the version in which all of an audience read; the first one for a node of which nothing is known."""
    return min((versions.get(node, FIRST_VERSION) for node in audience), default=FIRST_VERSION)
