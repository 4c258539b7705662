# SPDX-License-Identifier: Apache-2.0
"""Evidence: one file with which anybody can verify offline what a log did, from what the log itself signed."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from havn.lib.encoding import EncodingError, b64u, canonical_json, from_b64u
from havn.lib.feed._errors import FeedError
from havn.lib.feed._merkle import (
    HASH_LENGTH,
    MOST_PROOF_LINES,
    root_of_inclusion,
    roots_of_history,
)
from havn.lib.feed._notes import (
    LONGEST_NOTE,
    Checkpoint,
    LogKey,
    is_name,
    kept_note,
    read_note,
    signed_at,
    verified_checkpoint,
)
from havn.lib.feed._strict_json import StrictJsonError, read_object

EVIDENCE_VERSION = 1
LONGEST_EVIDENCE = 524_288
LONGEST_ROSTER = 500
MOST_KEYS = 16


class EvidenceKind(enum.Enum):
    """What a log did; the value is the word in the file."""

    FORK = "fork"
    SWAP = "swap"
    ROLLBACK = "rollback"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the file says. Which fields count follows from the kind; `str` fields are notes as they were signed."""

    kind: EvidenceKind
    origin: str
    log_keys: tuple[bytes, ...]
    roster: str  # where the keys are said to be the log's: for people, proves nothing
    checkpoints: tuple[str, ...]
    history: tuple[
        bytes, ...
    ] = ()  # fork of two sizes: gives the later root and another earlier one
    index: int = 0  # swap: of the leaf; gap: of the first entry that is missing
    until: int = 0  # gap: of the first entry behind it
    leaves: tuple[bytes, ...] = ()  # swap: the leaf's hash under each checkpoint
    paths: tuple[tuple[bytes, ...], ...] = field(default=())  # swap: from each leaf to each root


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file says and proves, in a sentence for people."""

    evidence: Evidence
    sentence: str

    @property
    def kind(self) -> EvidenceKind:
        """Return what the log did."""
        return self.evidence.kind

    @property
    def origin(self) -> str:
        """Return which log it was."""
        return self.evidence.origin


_FIELDS = {
    EvidenceKind.FORK: ("history",),
    EvidenceKind.SWAP: ("index", "leaves", "paths"),
    EvidenceKind.ROLLBACK: (),
    EvidenceKind.GAP: ("index", "until"),
}
_SHARED = {"v", "kind", "origin", "log_keys", "roster", "checkpoints"}


def evidence_bytes(evidence: Evidence) -> bytes:
    """Return the file's bytes."""  # F40
    told: dict[str, Any] = {
        "history": [b64u(each) for each in evidence.history],
        "index": evidence.index,
        "until": evidence.until,
        "leaves": [b64u(each) for each in evidence.leaves],
        "paths": [[b64u(each) for each in path] for path in evidence.paths],
    }
    return canonical_json(
        {
            "v": EVIDENCE_VERSION,
            "kind": evidence.kind.value,
            "origin": evidence.origin,
            "log_keys": [b64u(each) for each in evidence.log_keys],
            "roster": evidence.roster,
            "checkpoints": list(evidence.checkpoints),
        }
        | {name: told[name] for name in _FIELDS[evidence.kind]}
    )


def read_evidence(content: bytes) -> Evidence:
    """Return what a file says, in its one form; whether it proves that is `verify_evidence`'s to say."""
    try:
        value = read_object(content, most_bytes=LONGEST_EVIDENCE, most_depth=4)
        if value.get("v") != EVIDENCE_VERSION or type(value["v"]) is not int:
            raise FeedError("evidence_malformed", {"reason": "an unknown version"})
        return _read(value)
    except (StrictJsonError, EncodingError, ValueError, KeyError, TypeError) as error:
        raise FeedError("evidence_malformed", {"reason": str(error)[:200]}) from error


def _read(value: dict[str, Any]) -> Evidence:
    kind = EvidenceKind(value["kind"])
    if set(value) != _SHARED | set(_FIELDS[kind]):
        raise ValueError("other fields than this kind has")
    return Evidence(
        kind=kind,
        origin=_text(value["origin"], 255),
        log_keys=_hashes(value["log_keys"], MOST_KEYS),
        roster=_text(value["roster"], LONGEST_ROSTER),
        checkpoints=tuple(_text(each, LONGEST_NOTE) for each in _list(value["checkpoints"], 2)),
        history=_hashes(value.get("history", []), MOST_PROOF_LINES),
        index=_number(value.get("index", 0)),
        until=_number(value.get("until", 0)),
        leaves=_hashes(value.get("leaves", []), 2),
        paths=tuple(_hashes(each, MOST_PROOF_LINES) for each in _list(value.get("paths", []), 2)),
    )


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("a text that is none or too long")
    return value


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("a list that is none or too long")
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a number that is none")
    return value


def _hashes(value: object, most: int) -> tuple[bytes, ...]:
    found = tuple(from_b64u(_text(each, 43)) for each in _list(value, most))
    if any(len(each) != HASH_LENGTH for each in found):
        raise ValueError("a hash or key that has not 32 bytes")
    return found


# --- what is proved -------------------------------------------------------------------------------


def verify_evidence(content: bytes) -> Verdict:
    """Return what the file proves with nothing but itself; raise where it proves nothing."""  # F41
    # Step 1: the file is in its form.
    evidence = read_evidence(content)
    if not is_name(evidence.origin) or not evidence.log_keys:
        raise FeedError("evidence_malformed", {"reason": "no origin or no key"})
    # Step 2: each checkpoint is one that the holder of the keys in the file signed as this log, with its time
    # and with no line that is not verified here.
    wanted = 1 if evidence.kind is EvidenceKind.GAP else 2
    if len(evidence.checkpoints) != wanted:
        raise FeedError("evidence_malformed", {"reason": f"not {wanted} checkpoints"})
    keys = [LogKey(each) for each in evidence.log_keys]
    notes = [read_note(each) for each in evidence.checkpoints]
    signed = [verified_checkpoint(each, origin=evidence.origin, log_keys=keys) for each in notes]
    times = [signed_at(each, origin=evidence.origin, log_keys=keys) for each in notes]
    if any(str(each) != kept_note(each, origin=evidence.origin, log_keys=keys) for each in notes):
        raise FeedError("evidence_malformed", {"reason": "a line that is not the log's"})
    # Step 3: what they say excludes each other, in the way of the kind.
    sentence = _PROVED[evidence.kind](evidence, signed, times)
    return Verdict(evidence, f"The log {evidence.origin} {sentence}")


def _nothing(reason: str) -> FeedError:
    return FeedError("evidence_proves_nothing", {"reason": reason})


def _fork(evidence: Evidence, signed: list[Checkpoint], times: list[datetime]) -> str:
    """Two roots over the same number of entries, or a later root whose beginning is not the earlier tree."""  # F42
    del times
    earlier, later = signed
    other = later.root
    if earlier.size != later.size:
        if not 0 < earlier.size < later.size:
            raise _nothing("the smaller tree is not first, or empty")
        other, root = roots_of_history(earlier.size, later.size, evidence.history)
        if root != later.root:
            raise _nothing("the path does not lead to the later root")
    elif evidence.history:
        raise _nothing("a path between two trees of one size")
    if other == earlier.root:
        raise _nothing("the two trees agree")
    return (
        f"signed two histories: one of {earlier.size} entries and one of {later.size} whose first"
        f" {earlier.size} entries are not the same."
    )


def _swap(evidence: Evidence, signed: list[Checkpoint], times: list[datetime]) -> str:
    """Two different leaves at one place, each shown to be under a checkpoint that the log signed."""  # F43
    del times
    if len(evidence.leaves) != 2 or len(evidence.paths) != 2:
        raise FeedError("evidence_malformed", {"reason": "not two leaves and two paths"})
    for checkpoint, leaf, path in zip(signed, evidence.leaves, evidence.paths, strict=True):
        if root_of_inclusion(evidence.index, checkpoint.size, leaf, path) != checkpoint.root:
            raise _nothing("a path does not lead to its root")
    if evidence.leaves[0] == evidence.leaves[1]:
        raise _nothing("the two leaves are the same")
    return f"signed two different entries at place {evidence.index}."


def _rollback(evidence: Evidence, signed: list[Checkpoint], times: list[datetime]) -> str:
    """A later checkpoint with fewer entries, both with the time that the log's own node signed."""  # F44
    del evidence
    larger, smaller = signed
    first, second = times
    if not (smaller.size < larger.size and first < second):
        raise _nothing("size and time do not run against each other")
    return (
        f"took entries back: it signed {larger.size} entries at {first.isoformat()}"
        f" and {smaller.size} at {second.isoformat()}."
    )


def _gap(evidence: Evidence, signed: list[Checkpoint], times: list[datetime]) -> str:
    """A checkpoint that covers the entries. That they were asked for in vain, no signature can prove."""  # F45
    del times
    if not evidence.index < evidence.until <= signed[0].size:
        raise _nothing("the checkpoint does not cover these entries")
    return (
        f"signed that it has the entries {evidence.index} to {evidence.until - 1}. Whoever made this"
        " file says that it did not hand them over; the log refutes that by handing them over."
    )


_PROVED: dict[EvidenceKind, Callable[[Evidence, list[Checkpoint], list[datetime]], str]] = {
    EvidenceKind.FORK: _fork,
    EvidenceKind.SWAP: _swap,
    EvidenceKind.ROLLBACK: _rollback,
    EvidenceKind.GAP: _gap,
}
