# SPDX-License-Identifier: Apache-2.0
"""The four signed files of the repository: made, read back, and held against those who must sign them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    TOP_LEVEL_ROLE_NAMES,
    Key,
    Metadata,
    MetaFile,
    Role,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import CanonicalJSONSerializer

from havn.domain.members.clients._holders import tuf_key
from havn.domain.members.rules import CeremonyFault, RosterError, is_target_name

HOLDERS_SIGN_FOR = timedelta(days=365)  # R10
ONLINE_SIGNS_FOR = timedelta(days=7)  # R10
RENEW_ROOT_WITHIN = timedelta(days=120)
MOST_OF = {Root.type: 512_000, Targets.type: 1_000_000}  # R9
MOST_FILES = 1_000
_BY_HOLDERS = (Root.type, Targets.type)
_KEY_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Who of the key holders has signed, and how many more signatures a file needs."""

    role: str
    signed: tuple[str, ...]
    not_yet: tuple[str, ...]
    missing: int


def new_root(
    holders: tuple[bytes, ...], *, threshold: int, online: bytes, version: int, at: datetime
) -> Metadata[Root]:
    """Return an unsigned root: so many of these holders sign root and targets, the online key the rest."""  # R2
    if len(set(holders)) != len(holders) or online in holders:  # R4
        raise RosterError(
            CeremonyFault.BAD_PROPOSAL, "One key is named twice among those who sign."
        )
    if not 1 <= threshold <= len(holders):
        raise RosterError(
            CeremonyFault.BAD_PROPOSAL,
            f"The threshold must lie between 1 and the number of key holders, {len(holders)}.",
        )
    keys: dict[str, Key] = {key.keyid: key for key in map(tuf_key, (*holders, online))}
    people = [tuf_key(each).keyid for each in holders]
    roles = {
        name: Role(people, threshold) if name in _BY_HOLDERS else Role([tuf_key(online).keyid], 1)
        for name in sorted(TOP_LEVEL_ROLE_NAMES)
    }
    return Metadata(
        Root(
            version=version,
            expires=_expiry(at, HOLDERS_SIGN_FOR),
            keys=keys,
            roles=roles,
            consistent_snapshot=True,  # R5
        )
    )


def next_root(root: Metadata[Root], *, at: datetime) -> Metadata[Root]:
    """Return the same root one version later, unsigned and fresh."""
    following = Metadata[Root].from_dict(root.to_dict())
    following.signed.version += 1
    following.signed.expires = _expiry(at, HOLDERS_SIGN_FOR)
    following.signatures = {}
    return following


def new_targets(
    kept: Mapping[str, TargetFile], files: Mapping[str, bytes], *, version: int, at: datetime
) -> Metadata[Targets]:
    """Return unsigned targets: those that stay as they are, and the changed files."""  # R6
    entries = dict(kept)
    for name, content in files.items():
        entries[name] = TargetFile.from_data(name, content, ["sha256"])
    ordered = {name: entries[name] for name in sorted(entries)}
    return Metadata(
        Targets(version=version, expires=_expiry(at, HOLDERS_SIGN_FOR), targets=ordered)
    )


def new_snapshot(targets: bytes, *, targets_version: int, version: int, at: datetime) -> Snapshot:
    """Return the snapshot that names these targets, with length and digest."""  # R6
    meta = {"targets.json": MetaFile.from_data(targets_version, targets, ["sha256"])}
    return Snapshot(version=version, expires=_expiry(at, ONLINE_SIGNS_FOR), meta=meta)


def new_timestamp(
    snapshot: bytes, *, snapshot_version: int, version: int, at: datetime
) -> Timestamp:
    """Return the timestamp that names this snapshot, with length and digest."""  # R6
    meta = MetaFile.from_data(snapshot_version, snapshot, ["sha256"])
    return Timestamp(version=version, expires=_expiry(at, ONLINE_SIGNS_FOR), snapshot_meta=meta)


def _expiry(at: datetime, length: timedelta) -> datetime:
    return (at + length).replace(microsecond=0)


def as_value(metadata: Metadata[Any]) -> dict[str, Any]:
    """Return a signed file as a JSON value."""
    found: dict[str, Any] = json.loads(metadata.to_bytes())
    return found


def read_root(value: Any) -> Metadata[Root]:
    """Return a root from its JSON value or bytes; raises RosterError."""
    return _read(value, Root)


def read_targets(value: Any) -> Metadata[Targets]:
    """Return targets from their JSON value or bytes; raises RosterError."""
    return _read(value, Targets)


def _read(value: Any, wanted: type[Any]) -> Metadata[Any]:
    try:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        found: Metadata[Any] = Metadata.from_bytes(content)
    except (RepositoryError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise RosterError(
            CeremonyFault.BAD_PROPOSAL, f"The {wanted.type} inside cannot be read."
        ) from error
    if not isinstance(found.signed, wanted):
        raise RosterError(CeremonyFault.BAD_PROPOSAL, f"This is no {wanted.type}.")
    if not _are_names(_keys_named_in(found)):  # R51
        raise RosterError(
            CeremonyFault.BAD_PROPOSAL,
            f"The {wanted.type} inside names a key otherwise than by 64 digits of small hexadecimal.",
        )
    return found


def _keys_named_in(metadata: Metadata[Any]) -> list[Any]:
    named: list[Any] = list(metadata.signatures)
    if isinstance(metadata.signed, Root):
        named += metadata.signed.keys
        named += [each for role in metadata.signed.roles.values() for each in role.keyids]
    return named


def _are_names(values: list[Any]) -> bool:
    # They are printed: anything else could tell a terminal to show what is not there.
    return all(isinstance(each, str) and _KEY_NAME.fullmatch(each) for each in values)


def require_plain(metadata: Metadata[Any]) -> None:
    """Refuse a root or targets that say anything else than those that are made here could say."""  # R51
    role = metadata.signed.type
    made = _plain_root if isinstance(metadata.signed, Root) else _plain_targets
    try:
        is_plain = not metadata.unrecognized_fields and type(metadata.signed.version) is int
        is_plain = is_plain and signed_bytes(Metadata(made(metadata.signed))) == signed_bytes(
            metadata
        )
    except (RepositoryError, ValueError, TypeError, KeyError, IndexError) as error:
        raise _not_plain(role) from error
    if not is_plain or len(metadata.to_bytes()) > MOST_OF[role]:
        raise _not_plain(role)


def _plain_root(root: Root) -> Root:
    role = root.roles[Root.type]
    if type(role.threshold) is not int:
        raise TypeError
    made = new_root(
        tuple(_public_half(root, each) for each in role.keyids),
        threshold=role.threshold,
        online=_public_half(root, online_key_of(root)),
        version=root.version,
        at=datetime.min.replace(tzinfo=UTC),
    ).signed
    made.expires, made.spec_version = root.expires, root.spec_version
    return made


def _public_half(root: Root, key_id: str) -> bytes:
    return bytes.fromhex(root.keys[key_id].keyval["public"])


def _plain_targets(targets: Targets) -> Targets:
    names = targets.targets
    if len(names) > MOST_FILES or not all(map(is_target_name, names)):  # R8
        raise ValueError
    entries = {
        name: TargetFile(entry.length, {"sha256": entry.hashes["sha256"]}, name)
        for name, entry in names.items()
    }
    return Targets(targets.version, targets.spec_version, targets.expires, entries)


def _not_plain(role: str) -> RosterError:
    return RosterError(
        CeremonyFault.BAD_PROPOSAL, f"The {role} inside says what no {role} of a roster says."
    )


def signed_bytes(metadata: Metadata[Any]) -> bytes:
    """Return the bytes that signatures are made over."""
    return CanonicalJSONSerializer().serialize(metadata.signed)


def standing(metadata: Metadata[Any], signers: Root) -> Standing:
    """Return who of those whom a root names for this file has signed it; each key counts once."""  # R4
    role = metadata.signed.type
    found = signers.get_verification_result(role, signed_bytes(metadata), metadata.signatures)
    return Standing(
        role=role,
        signed=tuple(sorted(found.signed)),
        not_yet=tuple(sorted(found.unsigned)),
        missing=found.missing,
    )


def holders_of(root: Root) -> tuple[str, ...]:
    """Return the identifiers of the key holders."""
    return tuple(root.roles[Root.type].keyids)


def online_key_of(root: Root) -> str:
    """Return the identifier of the hub's online key."""
    return str(root.roles[Timestamp.type].keyids[0])
