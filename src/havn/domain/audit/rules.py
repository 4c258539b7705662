# SPDX-License-Identifier: Apache-2.0
"""How entries are committed to, chained and verified; pure functions over plain values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CHAIN_START = b"\x00" * 32
LINK_WITHIN = timedelta(seconds=60)  # an unlinked entry older than this is a finding
BACKDATED_BY = timedelta(minutes=15)  # an entry linked this long after its time was inserted


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """One audit entry as the chain sees it."""

    identifier: str
    action: str
    actor: str
    organisation: str
    subject_kind: str
    subject: str
    happened_at: datetime
    recorded_at: datetime
    detail_commit: bytes
    sequence: int | None
    chain_hash: bytes
    detail: str | None = None
    salt: bytes | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The signed head of the chain at one instant, kept outside the database."""

    sequence: int
    chain_hash: bytes
    signed_at: datetime


class FindingKind(StrEnum):
    """What verification can find."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    NEVER_LINKED = "never_linked"
    RECOMPUTED = "recomputed"
    TWO_HEADS = "two_heads"
    DETAIL_CHANGED = "detail_changed"
    BAD_ANCHOR = "bad_anchor"


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction between the entries, their links and the anchors."""

    kind: FindingKind
    sequence: int | None
    identifier: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification saw: findings, and what is merely worth saying."""

    findings: tuple[Finding, ...]
    entries: int
    linked: int
    anchored_through: int
    unanchored: int
    erased_details: int
    head: bytes

    @property
    def is_sound(self) -> bool:
        """Whether nothing contradicts the anchors."""
        return not self.findings


def detail_text(detail: Mapping[str, object]) -> str:
    """Return the one spelling of a detail that its commitment covers."""
    return json.dumps(detail, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def detail_commitment(*, salt: bytes, detail: str) -> bytes:
    """Return SHA-256(salt || detail), 32 bytes; empty bytes stand for no detail."""
    return hashlib.sha256(salt + detail.encode()).digest()


def entry_digest(entry: SealedEntry) -> bytes:
    """Return the SHA-256 of everything in an entry but its place in the chain."""
    fields = [
        entry.identifier,
        entry.action,
        entry.actor,
        entry.organisation,
        entry.subject_kind,
        entry.subject,
        entry.happened_at.isoformat(),
        entry.recorded_at.isoformat(),
        entry.detail_commit.hex(),
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).digest()


def next_link(previous: bytes, entry: SealedEntry, *, sequence: int) -> bytes:
    """Return the chain hash of an entry that follows `previous` at `sequence`."""
    return hashlib.sha256(previous + sequence.to_bytes(8, "big") + entry_digest(entry)).digest()


def verify_chain(
    entries: Iterable[SealedEntry],
    *,
    anchors: Sequence[Anchor],
    at: datetime,
) -> Verification:
    """Hold linked entries (in order of sequence), then unlinked ones, against the anchors.

    Steps: 1 sequence numbers run from 1 without gap; 2 each link follows from its
    predecessor and its entry; 3 each detail still fits its commitment; 4 nothing was linked
    long after its own time; 5 no entry stayed unlinked; 6 the chain passes through every
    anchor, so that one recomputed from any anchored entry on is found, also when its head was
    signed again; 7 no two anchors of one sequence contradict each other.
    """
    walk = _Walk(anchors=anchors, at=at)
    for entry in entries:
        walk.take(entry)
    return walk.result()


class _Walk:
    """The state of one verification."""

    def __init__(self, *, anchors: Sequence[Anchor], at: datetime) -> None:
        self.at = at
        # Every head counts: a later one of the same sequence must not hide an earlier one.
        self.anchors: dict[int, dict[bytes, Anchor]] = {}
        for anchor in anchors:
            self.anchors.setdefault(anchor.sequence, {}).setdefault(anchor.chain_hash, anchor)
        self.findings: list[Finding] = []
        self.entries = self.linked = self.erased = 0
        self.expected = 1
        self.previous = CHAIN_START
        self.latest_recorded: datetime | None = None
        self.met: set[int] = set()

    def find(self, kind: FindingKind, entry: SealedEntry, explanation: str) -> None:
        self.findings.append(Finding(kind, entry.sequence, entry.identifier, explanation))

    def take(self, entry: SealedEntry) -> None:
        self.entries += 1
        self._check_detail(entry)
        if entry.sequence is None:
            if self.at - entry.recorded_at > LINK_WITHIN:
                self.find(FindingKind.NEVER_LINKED, entry, "the sealer never linked this entry")
            return
        self.linked += 1
        self._check_place(entry, entry.sequence)
        self._check_anchor(entry, entry.sequence)

    def _check_detail(self, entry: SealedEntry) -> None:
        if not entry.detail_commit:
            return
        if entry.detail is None or entry.salt is None:
            self.erased += 1
        elif detail_commitment(salt=entry.salt, detail=entry.detail) != entry.detail_commit:
            self.find(FindingKind.DETAIL_CHANGED, entry, "the detail is not the one committed to")

    def _check_place(self, entry: SealedEntry, sequence: int) -> None:
        if sequence > self.expected:
            missing = f"entries {self.expected} to {sequence - 1} are missing"
            self.find(FindingKind.MISSING, entry, missing)
        elif sequence < self.expected:
            self.find(FindingKind.REORDERED, entry, "the sequence runs backwards here")
        elif next_link(self.previous, entry, sequence=sequence) != entry.chain_hash:
            self.find(FindingKind.CHANGED, entry, "the link does not follow from the entry")
        if self.latest_recorded and self.latest_recorded - entry.recorded_at > BACKDATED_BY:
            self.find(FindingKind.INSERTED, entry, "linked long after the time it bears")
        self.latest_recorded = max(self.latest_recorded or entry.recorded_at, entry.recorded_at)
        self.expected = sequence + 1
        self.previous = entry.chain_hash

    def _check_anchor(self, entry: SealedEntry, sequence: int) -> None:
        if sequence not in self.anchors:
            return
        self.met.add(sequence)
        for anchor in self.anchors[sequence].values():
            if anchor.chain_hash != entry.chain_hash:
                self.find(
                    FindingKind.RECOMPUTED,
                    entry,
                    f"the chain differs from the head signed at {anchor.signed_at.isoformat()}",
                )

    def _check_heads(self) -> None:
        for sequence, heads in sorted(self.anchors.items()):
            if sequence not in self.met:
                gone = f"the anchored entry {sequence} is missing"
                self.findings.append(Finding(FindingKind.MISSING, sequence, "", gone))
            if len(heads) > 1:
                times = ", ".join(head.signed_at.isoformat() for head in heads.values())
                several = f"{len(heads)} heads that contradict each other were signed: {times}"
                self.findings.append(Finding(FindingKind.TWO_HEADS, sequence, "", several))

    def result(self) -> Verification:
        last = max(self.anchors, default=0)
        self._check_heads()
        return Verification(
            findings=tuple(self.findings),
            entries=self.entries,
            linked=self.linked,
            anchored_through=last,
            unanchored=self.entries - min(last, self.linked),
            erased_details=self.erased,
            head=self.previous,
        )
