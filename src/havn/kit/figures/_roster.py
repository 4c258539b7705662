# SPDX-License-Identifier: Apache-2.0
"""The roster in a proof file: signed roots and targets, and out of the participants' files the keys of nodes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets

from havn.kit.figures._errors import ProofError
from havn.lib.encoding import EncodingError, from_b64u, instant_of

MOST_ROOTS = 1024
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of a node, and from when on it counts for nothing, where it was revoked."""

    public: bytes
    revoked_from: datetime | None


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """What the roster says of a node."""

    node: UUID
    participant: str
    name: str
    signing: tuple[Key, ...]
    log: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class ProvenRoster:
    """A roster whose signatures hold, with the nodes whose files came along."""

    first_root: str  # SHA-256 of the root from which it was believed
    is_pinned: bool
    version: int
    nodes: Mapping[UUID, NodeKeys]


def proven_roster(value: Any, *, pinned_root: bytes | None) -> ProvenRoster:
    """Return what the files say when every signature leads back to the root."""
    if value is None:
        raise ProofError("roster_missing")
    try:
        roots = [text.encode() for text in value["roots"]][:MOST_ROOTS]
        targets_text = value["targets"].encode()
        files = {str(name): text.encode() for name, text in value["files"].items()}
        root = _followed(roots, pinned_root)
        targets = Metadata[Targets].from_bytes(targets_text)
        root.verify_delegate(Targets.type, targets.signed_bytes, targets.signatures)
        nodes: dict[UUID, NodeKeys] = {}
        for name, content in files.items():
            targets.signed.targets[name].verify_length_and_hashes(content)
            nodes |= {each.node: each for each in _nodes(json.loads(content))}
    except ProofError:
        raise
    except (
        RepositoryError,
        EncodingError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise ProofError("roster_wrong", type(error).__name__) from error
    first = pinned_root if pinned_root is not None else roots[0]
    return ProvenRoster(
        first_root=hashlib.sha256(first).hexdigest(),
        is_pinned=pinned_root is not None,
        version=targets.signed.version,
        nodes=nodes,
    )


def _followed(roots: Sequence[bytes], pinned: bytes | None) -> Root:
    """Return the newest root, each believed by the keys of the one before it and by its own."""
    found = [Metadata[Root].from_bytes(each) for each in roots]
    if not found:
        raise ProofError("roster_wrong", "no root")
    start = found[0] if pinned is None else Metadata[Root].from_bytes(pinned)
    start.signed.verify_delegate(Root.type, start.signed_bytes, start.signatures)
    known = start
    for each, content in zip(found, roots, strict=True):
        if each.signed.version < known.signed.version:
            continue
        if each.signed.version == known.signed.version:
            if pinned is not None and known is start and content != pinned:
                raise ProofError("root_differs")
            continue
        if each.signed.version != known.signed.version + 1:
            raise ProofError(
                "root_differs" if pinned is not None else "roster_wrong", "a root is missing"
            )
        try:
            known.signed.verify_delegate(Root.type, each.signed_bytes, each.signatures)
            each.signed.verify_delegate(Root.type, each.signed_bytes, each.signatures)
        except RepositoryError as error:
            code = "root_differs" if pinned is not None else "roster_wrong"
            raise ProofError(code, f"root {each.signed.version}") from error
        known = each
    if known is not found[-1] and known.signed.version != found[-1].signed.version:
        raise ProofError("root_differs")
    return known.signed


def _nodes(participant: Mapping[str, Any]) -> list[NodeKeys]:
    code = participant["participant"]["code"]
    return [
        NodeKeys(
            node=UUID(each["id"]),
            participant=str(code),
            name=str(each["name"]),
            signing=_keys(each["signing_keys"]),
            log=_keys(each["log_keys"]),
        )
        for each in participant["nodes"]
    ]


def _keys(values: Sequence[Mapping[str, Any]]) -> tuple[Key, ...]:
    return tuple(Key(from_b64u(each["public"]), _revoked_from(each["revoked"])) for each in values)


def _revoked_from(value: object) -> datetime | None:
    """Return from when on a key counts for nothing; from the beginning where the roster does not say from when."""  # R32
    if value is False:
        return None
    found = instant_of(value) if isinstance(value, str) else _BEGINNING
    if found is None:
        raise ProofError("roster_wrong", "revoked")
    return found
