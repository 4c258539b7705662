# SPDX-License-Identifier: Apache-2.0
"""A proposal: one file that says what changes, carries what will be signed, and collects the signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from securesystemslib.signer import Signature
from tuf.api.metadata import Metadata, Root, TargetFile, Targets

from havn.domain.members.clients._holders import signer_of
from havn.domain.members.clients._signed_files import (
    Standing,
    as_value,
    read_root,
    read_targets,
    require_plain,
    signed_bytes,
    standing,
)
from havn.domain.members.rules import (
    ALLIANCE_FILE,
    CeremonyFault,
    RosterError,
    parse_alliance,
    parse_participant,
)
from havn.domain.members.rules.accession import read_accession
from havn.domain.members.rules.reading import Fields, parse_json, version_first
from havn.lib.encoding import b64u, from_b64u

KINDS = ("init", "admit", "suspend", "rotate", "policy", "secretariat", "replace")
_MOST_BYTES = 64 << 20


@dataclass(slots=True)
class Former:
    """The roster in force that a proposal changes, and the former content of the files that it changes."""

    root: Metadata[Root]
    targets: Metadata[Targets]
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Proposal:
    """A change of the roster with the signatures that it has so far."""

    kind: str
    made_at: str
    base: Former | None
    root: Metadata[Root] | None
    targets: Metadata[Targets]
    files: dict[str, bytes]

    @property
    def new_root(self) -> Metadata[Root]:
        """Return the root that holds after it: its own, or that of its base."""
        if self.root is not None:
            return self.root
        if self.base is None:
            raise RosterError(
                CeremonyFault.BAD_PROPOSAL, "The proposal has neither root nor base."
            )
        return self.base.root

    def to_bytes(self) -> bytes:
        """Return the proposal as a file."""
        base = None
        if self.base is not None:
            base = {
                "root": as_value(self.base.root),
                "targets": as_value(self.base.targets),
                "files": _written(self.base.files),
            }
        value = {
            "v": 1,
            "kind": self.kind,
            "made_at": self.made_at,
            "base": base,
            "root": as_value(self.root) if self.root is not None else None,
            "targets": as_value(self.targets),
            "files": _written(self.files),
        }
        return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> Proposal:
        """Return the proposal in a file, held against itself: it changes its base as it says, and nothing else."""
        value = parse_json(content, name="The proposal", most=_MOST_BYTES)
        version_first(value, "The proposal", known=(1,))  # R50
        names = {"v", "kind", "made_at", "base", "root", "targets", "files"}
        fields = Fields.of(value, "The proposal", names=names)
        found = cls(
            kind=fields.choice("kind", KINDS),
            made_at=fields.text("made_at", most=40),
            base=None if value["base"] is None else _former(value["base"]),
            root=None if value["root"] is None else read_root(value["root"]),
            targets=read_targets(value["targets"]),
            files=_read_files(value["files"]),
        )
        found.check()
        return found

    def check(self) -> None:
        """Refuse a proposal whose parts do not fit together, or in which a root or file is not as it must be."""  # R51
        base = self.base
        if base is not None:
            require_plain(base.root)
            require_plain(base.targets)
            if any(standing(each, base.root.signed).missing for each in (base.root, base.targets)):
                _refuse("what it says to change was never signed by enough key holders")
            _require_content(base.targets, base.files)
        if self.root is not None:
            require_plain(self.root)
        require_plain(self.targets)
        self._check_versions()
        _require_content(self.targets, self.files)
        self._check_changes()

    def _check_versions(self) -> None:
        base = self.base
        if self.new_root.signed.version != _version(base, "root") + (self.root is not None):
            _refuse("its root is not the next version")
        if self.targets.signed.version != _version(base, "targets") + 1:
            _refuse("its targets are not the next version")

    def _check_changes(self) -> None:
        base = self.base
        before: dict[str, TargetFile] = base.targets.signed.targets if base is not None else {}
        after = self.targets.signed.targets
        if ALLIANCE_FILE not in after:
            _refuse(f"its roster holds no {ALLIANCE_FILE}")
        if set(before) - set(after):  # R40
            _refuse("it removes a participant, and those are only suspended")
        silent = [
            name for name in after if name not in self.files and after[name] != before.get(name)
        ]
        if silent:
            _refuse(f"it changes {', '.join(silent)} without showing how")
        if base is not None and set(base.files) != set(self.files) & set(before):
            _refuse("it does not show what the changed files were before")

    def sign(self, private: bytes) -> tuple[str, ...]:
        """Add the signatures that this holder's key can make, and return which files were signed."""
        signer = signer_of(private)
        key_id = signer.public_key.keyid
        done = []
        for metadata, roots in self.to_be_signed():
            named = [root for root in roots if key_id in root.roles[metadata.signed.type].keyids]
            if named:
                metadata.sign(signer, append=True)
                done.append(metadata.signed.type)
        if not done:
            raise RosterError(
                CeremonyFault.NOT_A_HOLDER,
                f"The key {key_id[:16]}… is not one of those who sign this proposal.",
            )
        return tuple(done)

    def to_be_signed(self) -> Iterator[tuple[Metadata[Any], tuple[Root, ...]]]:
        """Yield each file with the roots whose thresholds it must reach."""  # R3
        new = self.new_root.signed
        if self.root is not None:
            old = (self.base.root.signed,) if self.base is not None else ()
            yield self.root, (*old, new)
        yield self.targets, (new,)

    def standings(self) -> list[Standing]:
        """Return for each file, and each root that it must satisfy, who has signed."""
        return [standing(each, root) for each, roots in self.to_be_signed() for root in roots]

    @property
    def is_signed(self) -> bool:
        """Whether every threshold is reached."""
        return not any(each.missing for each in self.standings())


def merged(copies: Sequence[Proposal]) -> Proposal:
    """Return one proposal with the signatures of all copies; raises where they are not copies of one."""  # R52
    first = Proposal.from_bytes(copies[0].to_bytes())
    for other in copies[1:]:
        pairs = list(zip(_signables(first), _signables(other), strict=False))
        same_files = first.files == other.files and (first.root is None) == (other.root is None)
        if not same_files or any(signed_bytes(a) != signed_bytes(b) for a, b in pairs):
            raise RosterError(
                CeremonyFault.DIFFERENT_PROPOSALS,
                "These files are not copies of one proposal: what was signed differs.",
            )
    collected = [
        {k: v for copy in copies for k, v in _valid_signatures(copy, number).items()}
        for number in range(len(_signables(first)))
    ]
    for metadata, signatures in zip(_signables(first), collected, strict=True):
        metadata.signatures = signatures
    return first


def _valid_signatures(copy: Proposal, number: int) -> dict[str, Signature]:
    """Return the signatures of one file of a copy that hold; others must not displace them."""
    metadata, roots = list(copy.to_be_signed())[number]
    held = {key_id for root in roots for key_id in standing(metadata, root).signed}
    return {k: v for k, v in metadata.signatures.items() if k in held}


def _signables(proposal: Proposal) -> list[Metadata[Any]]:
    return [metadata for metadata, _roots in proposal.to_be_signed()]


def _version(base: Former | None, role: str) -> int:
    if base is None:
        return 0
    return int((base.root if role == "root" else base.targets).signed.version)


def _former(value: Any) -> Former:
    fields = Fields.of(value, "The proposal's base", names={"root", "targets", "files"})
    return Former(
        root=read_root(fields.values["root"]),
        targets=read_targets(fields.values["targets"]),
        files=_read_files(fields.values["files"]),
    )


def _require_content(targets: Metadata[Targets], files: dict[str, bytes]) -> None:
    for name, content in files.items():
        entry = targets.signed.targets.get(name)
        if entry is None:
            _refuse("it carries a file that is not signed")
        if TargetFile.from_data(name, content, ["sha256"]) != entry:
            _refuse(f"{name} is not the file that is signed")
        _require_readable(name, content)


def _require_readable(name: str, content: bytes) -> None:
    """Refuse a file that no node would read; whether an address needs https is asked when it is published."""
    if name == ALLIANCE_FILE:
        parse_alliance(content)
        return
    found = parse_participant(content, name=name, allow_insecure=True)
    if found.accession is not None:
        read_accession(found.accession, code=found.code)


def _written(files: dict[str, bytes]) -> dict[str, str]:
    return {name: b64u(content) for name, content in sorted(files.items())}


def _read_files(value: Any) -> dict[str, bytes]:
    try:
        return {str(name): from_b64u(text) for name, text in value.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise RosterError(
            CeremonyFault.BAD_PROPOSAL, "The proposal's files cannot be read."
        ) from error


def _refuse(why: str) -> None:
    raise RosterError(CeremonyFault.BAD_PROPOSAL, f"The proposal does not hold together: {why}.")


def moment(at: datetime) -> str:
    """Return when a proposal was made, as it says it."""
    return at.replace(microsecond=0).isoformat()
