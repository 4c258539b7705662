# SPDX-License-Identifier: Apache-2.0
"""Taking reports: parts and heads from nodes, whole files from offices; each is judged, and the sender told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.members.rules import KeyUse
from havn.domain.publication import rules, selectors
from havn.domain.publication.models import (
    ArrivedPart,
    PublishedFigure,
    PublishedReport,
    Refusal,
    ReportPart,
    ReportProof,
)
from havn.domain.publication.services import _rows
from havn.domain.publication.services.publishing import follow_corrections
from havn.lib import wire
from havn.lib.encoding import canonical_json, strict_json, uuid7
from havn.lib.signing import SignatureError, claimed_key_id, verify_json

MOST_WAITING_PARTS = 256  # of one node


class Fault(Protocol):
    """Why a report is not taken."""

    @property
    def code(self) -> str:
        """Return the stable name of the reason."""

    @property
    def place(self) -> str:
        """Return where it is."""

    @property
    def sentence(self) -> str:
        """Return what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a report: accepted, refused with its faults, or waiting for parts."""

    report_id: UUID | None
    member: str
    at: datetime
    faults: tuple[Fault, ...] = ()
    is_waiting: bool = False
    is_nobodys: bool = False  # no known key signed it: nothing is kept of it

    @property
    def code(self) -> str:
        """Return the code of the first fault, empty for what is accepted or waits."""
        return self.faults[0].code if self.faults else ""

    @property
    def is_accepted(self) -> bool:
        """Whether all of it is here and right."""
        return not self.faults and not self.is_waiting

    def receipt(self, *, proof: str = "") -> dict[str, Any]:
        """Return the receipt as the sender gets it."""
        if self.report_id is None:
            raise ValueError("what names no report gets no receipt")
        return wire.receipt(self.report_id, at=self.at, code=self.code, proof=proof)


@audit.action("publication.part_kept", did_nothing=lambda judged: judged is None)
def keep_part(
    *, body: Mapping[str, Any], subject: UUID, sender: UUID, actor: Actor, at: datetime
) -> Judged | None:
    """Keep a part that a node sent until its head is here; None where the report is here already."""  # H2 H3
    if PublishedReport.objects.filter(pk=subject).exclude(state=_WAITING).exists():
        return None
    try:
        part = wire.read_event("part", body)
    except wire.NationalReportError as error:
        return _refused_part(subject, error.faults, sender, actor=actor, at=at)
    if UUID(part["report"]) != subject:
        return _refused_part(
            subject, [rules.Fault("another_node", "part: report")], sender, actor=actor, at=at
        )
    waiting = ArrivedPart.objects.filter(node=sender)
    if waiting.count() >= MOST_WAITING_PARTS:
        fault = rules.Fault("too_many_waiting", f"part {part['name']}")
        return _refused_part(subject, [fault], sender, actor=actor, at=at)
    content = canonical_json(part["content"]).decode()
    ArrivedPart.objects.update_or_create(
        node=sender,
        report=subject,
        name=part["name"],
        defaults={"content": content, "arrived_at": at},
        create_defaults={"id": uuid7(at), "content": content, "arrived_at": at},
    )
    _record("publication.part_kept", subject, actor, at, {"part": part["name"]})
    head = PublishedReport.objects.filter(pk=subject, node=sender, state=_WAITING).first()
    if head is not None:
        return take_report(
            body=wire.released_event(head.head),
            subject=subject,
            sender=sender,
            actor=actor,
            at=at,
            proof=_kept_proof(subject),
        )
    return Judged(subject, "", at, is_waiting=True)


def _refused_part(
    subject: UUID, faults: Sequence[Fault], sender: UUID, *, actor: Actor, at: datetime
) -> Judged:
    judged = Judged(subject, _member_of(sender), at, tuple(faults))
    _record("publication.part_kept", subject, actor, at, {"refused": judged.code})
    return _keep_judged(judged, sender, actor=actor, at=at)


@audit.action("publication.report_judged")
def take_report(
    *,
    body: Mapping[str, Any],
    subject: UUID,
    sender: UUID,
    actor: Actor,
    at: datetime,
    proof: str = "",
) -> Judged:
    """Judge the head that a node sent with the parts that came before; the node gets a receipt.

    `proof` says that the head stands in the node's log, under a checkpoint that this node cosigned. (N23)
    """  # H1 H4
    judged = _judged_head(body, subject, sender, actor=actor, at=at)
    _record("publication.report_judged", subject, actor, at, _outcome(judged))
    if judged.is_waiting:
        return judged
    return _keep_judged(judged, sender, actor=actor, at=at, proof=proof)


def _judged_head(
    body: Mapping[str, Any], subject: UUID, sender: UUID, *, actor: Actor, at: datetime
) -> Judged:
    member = _member_of(sender)
    try:
        token = wire.read_event("released", body)["head"]
        head = wire.claimed_head(token)
        if head.report != subject:
            return Judged(subject, member, at, (rules.Fault("another_node", "head: report"),))
        who = selectors.sender_of(node=sender, actor=Actor.system())
        faults = _faults_of(head, who, actor=actor, at=at)
        if faults:
            return Judged(subject, member, at, faults)
        parts = _arrived(head, sender)
        public = _public_of_node(token, sender)
        if len(parts) < len(head.parts):
            return _waiting(head, token, public, at=at)
        report = wire.read_report(token, parts, public=public, at=at)
    except wire.NationalReportError as error:
        return Judged(subject, member, at, error.faults)
    faults = tuple(rules.figure_faults(report))
    if not faults:
        _accept(report, at=at)
        follow_corrections(actor=actor, at=at)
    return Judged(subject, member, at, faults)


def _waiting(head: wire.Head, token: str, public: bytes, *, at: datetime) -> Judged:
    """Keep a head whose signature holds until its last part is here."""
    try:
        verify_json(token, public, kind=wire.REPORT_KIND)
    except (SignatureError, ValueError) as error:
        fault = wire.ReportFault("bad_signature", "head")
        raise wire.NationalReportError([fault]) from error
    PublishedReport.objects.get_or_create(
        id=head.report, defaults=_fields(head, token, rules.ReportState.WAITING, at=at)
    )
    return Judged(head.report, head.member, at, is_waiting=True)


@audit.action("publication.upload_judged", did_nothing=lambda judged: judged.is_nobodys)
def take_upload(*, content: bytes, actor: Actor, at: datetime) -> Judged:
    """Judge the file that an office of a member without a node sent; what no known key signed leaves no trace."""
    # H10 H11 H12
    known: dict[str, str] = {}

    def public_of(key: str, member: str) -> bytes | None:
        found = selectors.office_key(key_id=key, member=member, actor=actor, at=at)
        if found is not None:
            known[key] = member
        return found

    try:
        report = wire.read_upload(content, public_of=public_of, at=at)
    except wire.NationalReportError as error:
        return Judged(None, "", at, error.faults, is_nobodys=True)
    head = report.head
    is_active, has_node = selectors.standing(member=head.member, actor=actor)
    sender = rules.Sender(head.member, None, is_active, has_node=has_node)
    faults = _faults_of(head, sender, actor=actor, at=at) or tuple(rules.figure_faults(report))
    judged = Judged(head.report, head.member, at, faults)
    if not faults:  # a correction is followed by the worker: this process changes no row
        _accept(report, at=at)
    _record("publication.upload_judged", head.report, actor, at, _outcome(judged))
    if faults:
        _refuse(judged, None, at=at)
    return judged


_WAITING = rules.ReportState.WAITING.value


def _faults_of(
    head: wire.Head, sender: rules.Sender, *, actor: Actor, at: datetime
) -> tuple[Fault, ...]:
    earlier = selectors.newest_version(member=head.member, year=head.year, actor=actor)
    known = PublishedReport.objects.filter(pk=head.report)
    if sender.node is not None:
        known = known.exclude(state=_WAITING, node=sender.node)
    found = [
        *rules.sender_faults(head, sender),
        *rules.order_faults(
            head,
            earlier,
            known=set(known.values_list("pk", flat=True)),
            follows_refused=_follows_refused(head, sender.node),
            calendar=selectors.calendar(actor=actor),
            at=at,
        ),
    ]
    return tuple(found)


def _follows_refused(head: wire.Head, node: UUID | None) -> bool:
    """Whether a node's head names as its predecessor what was refused from that node, and did not come since. (H8)

    A version that a node signed stays as it is, so only the next one can mend it. An office makes its file anew.
    """
    if node is None or head.supersedes is None:
        return False
    here = PublishedReport.objects.filter(pk=head.supersedes).exclude(state=_WAITING)
    refused = Refusal.objects.filter(
        report=head.supersedes, member=head.member, node=node, is_half_year=False
    )
    return refused.exists() and not here.exists()


def _member_of(node: UUID) -> str:
    return members.node_view(node_id=node, actor=Actor.system()).participant_code


def _public_of_node(token: str, node: UUID) -> bytes:
    """Return that signing key of the node, as the roster says it, which the head names."""
    view = members.node_view(node_id=node, actor=Actor.system())
    keys = {key.key_id: key.public for key in view.keys_for(KeyUse.SIGNING)}
    try:
        return keys[claimed_key_id(token)]
    except (SignatureError, KeyError) as error:
        fault = wire.ReportFault("unknown_key", "head")
        raise wire.NationalReportError([fault]) from error


def _arrived(head: wire.Head, node: UUID) -> dict[str, Any]:
    """Return the parts that the head names and that are here, by the digest that it says."""
    rows = ArrivedPart.objects.filter(node=node, report=head.report)
    here = {row.name: row.content for row in rows}
    return {
        line.sha256: strict_json(here[line.name].encode())
        for line in head.parts
        if line.name in here
    }


def _accept(report: wire.NationalReport, *, at: datetime) -> None:
    """Store a report exactly as it was signed."""
    head = report.head
    fields = _fields(head, report.token, rules.ReportState.ACCEPTED, at=at)
    row, is_new = PublishedReport.objects.get_or_create(id=head.report, defaults=fields)
    if not is_new:
        row.state, row.accepted_at = rules.ReportState.ACCEPTED.value, at
        row.save(update_fields=["state", "accepted_at"])
    digests = {line.name: line.sha256 for line in head.parts}
    ReportPart.objects.bulk_create(
        ReportPart(
            id=uuid7(at),
            report=row,
            name=name,
            sha256=digests[name],
            content=canonical_json(content).decode(),
        )
        for name, content in report.parts.items()
    )
    PublishedFigure.objects.bulk_create(
        (_figure(row, each, at=at) for each in report.figures()), batch_size=200
    )
    _rows.reach(member=head.member, year=head.year, step=rules.Step.RECEIVED, at=at)


def _fields(
    head: wire.Head, token: str, state: rules.ReportState, *, at: datetime
) -> dict[str, Any]:
    return {
        "member": head.member,
        "year": head.year,
        "version": head.version,
        "basis": head.basis,
        "state": state.value,
        "head": token,
        "head_digest": hashlib.sha256(token.encode()).hexdigest(),
        "as_of": head.as_of,
        "log_position": head.log_position,
        "node": head.node,
        "supersedes": head.supersedes,
        "correction_kind": head.correction.kind if head.correction else "",
        "follows_refused": _follows_refused(head, head.node),
        "received_at": at,
        "accepted_at": at if state is rules.ReportState.ACCEPTED else None,
    }


def _figure(
    row: PublishedReport, line: tuple[str, int, wire.Figure], *, at: datetime
) -> PublishedFigure:
    indicator, definition, figure = line
    return PublishedFigure(
        id=uuid7(at),
        report=row,
        member=row.member,
        indicator=indicator,
        definition=definition,
        period=figure.period,
        freq="Q" if "-" in figure.period else "A",
        measure=figure.measure,
        breakdown=figure.breakdown,
        code=figure.code,
        value=figure.value,
        lower_bound=figure.lower_bound,
        numerator=figure.numerator,
        denominator=figure.denominator,
        n_started=figure.n_started,
        n_done=figure.n_done,
        n_censored=figure.n_censored,
        status=figure.status,
        low=figure.low,
        high=figure.high,
        source=figure.source or "",
        basis=row.basis,
    )


def _kept_proof(report: UUID) -> str:
    """Return the proof that came with a head that waited."""
    return ReportProof.objects.filter(report=report).values_list("proof", flat=True).first() or ""


def _keep_judged(
    judged: Judged, sender: UUID, *, actor: Actor, at: datetime, proof: str = ""
) -> Judged:
    """Let go of what waited for this, keep a refusal for the board, and tell the node."""
    if judged.report_id is None:
        raise ValueError("an event is about a report")
    ArrivedPart.objects.filter(node=sender, report=judged.report_id).delete()
    if judged.faults:
        PublishedReport.objects.filter(pk=judged.report_id, node=sender, state=_WAITING).delete()
        _refuse(judged, sender, at=at)
    _rows.tell(
        EventKind.REPORT_RECEIPT,
        subject=judged.report_id,
        body=judged.receipt(proof=proof),
        to=[sender],
        actor=actor,
        at=at,
    )
    return judged


def _refuse(judged: Judged, node: UUID | None, *, at: datetime) -> None:
    Refusal.objects.create(
        id=uuid7(at),
        report=judged.report_id,
        member=judged.member,
        node=node,
        code=judged.code,
        at=at,
    )


def _outcome(judged: Judged) -> dict[str, object]:
    state = "refused" if judged.faults else "waiting" if judged.is_waiting else "accepted"
    return {"state": state, "code": judged.code}


def _record(
    action: str, subject: UUID, actor: Actor, at: datetime, detail: Mapping[str, object]
) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="published_report",
        subject_id=subject,
        at=at,
        detail=detail,
    )
