# SPDX-License-Identifier: Apache-2.0
"""The proof file: signature, inclusion and witnesses, all from one file and without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from havn.kit.figures._errors import ProofError
from havn.kit.figures._roster import Key, NodeKeys, ProvenRoster, proven_roster
from havn.lib import feed, wire
from havn.lib.encoding import EncodingError, JsonError, canonical_json, from_b64u, strict_json
from havn.lib.signing import SignatureError, claimed_key_id, key_id, verify_json

KIND = "havn-figure-proof"
VERSION = 1
MOST_BYTES = 4 * 1024 * 1024
RELEASED = "national_report.released"
_FIELDS = {"v", "kind", "head", "part", "log", "office", "roster"}


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """What was shown: whose figures, of which report, signed by which key, seen by whom."""

    head: wire.Head
    indicator: str
    definition: int
    figures: Mapping[tuple[str, str, str, str], wire.Figure]  # by period, measure, breakdown, code
    signer: str
    key: str  # the thumbprint of the key that signed
    origin: str  # of the log; empty where figures are stated
    log_size: int
    logged_at: datetime | None
    witnesses: tuple[str, ...]
    roster: ProvenRoster | None
    revoked_from: datetime | None = (
        None  # a key that signed counts for nothing from then on; this was seen before
    )

    @property
    def is_stated(self) -> bool:
        """Whether an office stated the figures, so that the signature alone vouches for them."""
        return self.head.basis == "stated"


def verify_proof_file(
    content: bytes, *, pinned_root: bytes | None = None, needed_witnesses: int = 1
) -> VerifiedProof:
    """Return what a proof file shows; raise ProofError for the first thing that does not hold."""
    # Step 1 (G1, G2): the file is in its form, and the head and the part are what a national report is made of.
    value = _read(content)
    head, part = _report(value)
    # Step 2: the part is the one that the head names by its digest.
    _require_named(head, value["part"]["name"], part)
    # Step 3 (G3, G4, G7): the head is signed; by the office that stated it, or by a key that the roster names for the node.
    if head.basis == "stated":
        signer, key = _stated(value, head)
        return _verified(head, part, signer=signer, key=key)
    roster = proven_roster(value["roster"], pinned_root=pinned_root)
    node = _node(roster, head)
    signed_with = _signed(value["head"], node)
    # Step 4 (G5, G6): the head stands in the node's log, and others saw that log.
    logged = _logged(value, node, roster, needed=needed_witnesses)
    # Step 5 (G10): of a key that was revoked since, others saw it before.
    revoked_from = _require_seen_before(logged, signed_with)
    return _verified(
        head, part, signer=node.name, key=key_id(signed_with.public), roster=roster, logged=logged, revoked_from=revoked_from,
    )  # fmt: skip


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise ProofError("not_a_proof", "too large")
    try:
        value = strict_json(content)
    except JsonError as error:
        raise ProofError("not_a_proof") from error
    if not isinstance(value, dict) or value.get("kind") != KIND:
        raise ProofError("not_a_proof")
    if value.get("v") != VERSION:
        raise ProofError("unknown_version")
    part = value.get("part")
    if set(value) != _FIELDS or not isinstance(part, dict) or set(part) != {"name", "content"}:
        raise ProofError("not_a_proof")
    return value


def _report(value: Mapping[str, Any]) -> tuple[wire.Head, dict[str, Any]]:
    try:
        head = wire.claimed_head(value["head"])
        part = wire.read_part(value["part"]["name"], value["part"]["content"])
    except (wire.NationalReportError, TypeError, AttributeError) as error:
        raise ProofError("report_wrong", str(error)[:200]) from error
    if not value["part"]["name"].startswith("figures/"):
        raise ProofError("report_wrong")
    return head, part


def _require_named(head: wire.Head, name: str, part: Mapping[str, Any]) -> None:
    digest = hashlib.sha256(canonical_json(dict(part))).hexdigest()
    if (name, digest) not in {(line.name, line.sha256) for line in head.parts}:
        raise ProofError("part_differs")


def _stated(value: Mapping[str, Any], head: wire.Head) -> tuple[str, str]:
    office = value["office"]
    if not isinstance(office, dict):
        raise ProofError("office_missing")
    try:
        public = from_b64u(office["public"])
        verify_json(value["head"], public, kind=wire.REPORT_KIND)
        if office["member"] != head.member:
            raise ProofError("office_missing")
        return str(office["name"]), key_id(public)
    except (SignatureError, EncodingError, KeyError, TypeError, ValueError) as error:
        raise ProofError("signature_wrong") from error


def _node(roster: ProvenRoster, head: wire.Head) -> NodeKeys:
    found = roster.nodes.get(head.node) if head.node else None
    if found is None or found.participant != head.member:
        raise ProofError("node_unknown")
    return found


def _signed(token: str, node: NodeKeys) -> Key:
    try:
        claimed = claimed_key_id(token)
        keys = {key_id(each.public): each for each in node.signing}
        if claimed not in keys:
            raise ProofError("key_unknown")
        verify_json(token, keys[claimed].public, kind=wire.REPORT_KIND)
    except (SignatureError, ValueError) as error:
        raise ProofError("signature_wrong") from error
    return keys[claimed]


@dataclass(frozen=True, slots=True)
class _Logged:
    """The checkpoint under which the log holds the head, when and by which key it was signed, and who saw it when."""

    checkpoint: feed.Checkpoint
    at: datetime
    key: Key
    seen: Mapping[str, datetime]  # other nodes, and when each cosigned it


def _require_seen_before(logged: _Logged, key: Key) -> datetime | None:
    """Return from when on one of the two keys was revoked; refuse what nobody else saw in the log before that.

    Only others can say when: who has a revoked key, signs with whatever time it likes.
    """  # G10
    revoked = [each for each in (key.revoked_from, logged.key.revoked_from) if each is not None]
    if not revoked:
        return None
    if not any(at < min(revoked) for at in logged.seen.values()):
        raise ProofError("key_revoked")
    return min(revoked)


def _logged(
    value: Mapping[str, Any], node: NodeKeys, roster: ProvenRoster, *, needed: int
) -> _Logged:
    log = value["log"]
    if not isinstance(log, dict):
        raise ProofError("log_missing")
    origin = feed.log_origin(str(node.node))
    witnesses = {
        feed.witness_name(str(each.node)): [feed.LogKey(key.public, key.revoked_from is not None) for key in each.log]
        for each in roster.nodes.values()
    }  # fmt: skip
    try:
        leaf = from_b64u(log["leaf"])
        payload = feed.open_payload(
            feed.parse_leaf(leaf).commit, from_b64u(log["salt"]), from_b64u(log["payload"])
        )
        if payload.kind != RELEASED or payload.body.get("head") != value["head"]:
            raise ProofError("leaf_differs")
        key = _key_of_log(log["proof"], node, origin)
        keys = [feed.LogKey(key.public)]
        checkpoint = feed.verify_proof(log["proof"], leaf, origin=origin, log_keys=keys)
        note = feed.read_note(feed.read_proof(log["proof"]).note)
        seen = feed.verified_cosignatures(note, witnesses=witnesses)
        at = feed.signed_at(note, origin=origin, log_keys=keys)
    except feed.FeedError as error:
        raise ProofError("log_wrong", error.code) from error
    except (EncodingError, KeyError, TypeError, ValueError) as error:
        raise ProofError("log_wrong") from error
    others = {name: seen[name] for name in sorted(seen) if name != feed.own_witness(origin)}
    if len(others) < needed:
        raise ProofError("witnesses_missing", f"{len(others)} of {needed}")
    return _Logged(checkpoint, at, key, others)


def _key_of_log(proof: str, node: NodeKeys, origin: str) -> Key:
    """Return the key of the log that signed the checkpoint: one in force, or else one that was revoked since."""
    note = feed.read_note(feed.read_proof(proof).note)
    error: feed.FeedError | None = None
    for key in sorted(node.log, key=lambda each: each.revoked_from is not None):
        try:
            feed.verified_checkpoint(note, origin=origin, log_keys=[feed.LogKey(key.public)])
        except feed.FeedError as found:
            error = found
            continue
        return key
    raise error or ProofError("log_wrong")


def _verified(
    head: wire.Head,
    part: Mapping[str, Any],
    *,
    signer: str,
    key: str,
    roster: ProvenRoster | None = None,
    logged: _Logged | None = None,
    revoked_from: datetime | None = None,
) -> VerifiedProof:
    figures = [wire.Figure.of(each) for each in part["series"]]
    return VerifiedProof(
        head=head,
        indicator=part["indicator"],
        definition=part["definition"],
        figures={each.place: each for each in figures},
        signer=signer,
        key=key,
        origin=logged.checkpoint.origin if logged else "",
        log_size=logged.checkpoint.size if logged else 0,
        logged_at=logged.at if logged else None,
        witnesses=tuple(logged.seen) if logged else (),
        revoked_from=revoked_from,
        roster=roster,
    )
