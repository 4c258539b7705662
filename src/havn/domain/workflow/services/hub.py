# SPDX-License-Identifier: Apache-2.0
"""What a hub does with what nodes say: whose word it is by the roster, then the one service that keeps it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.members import selectors as members
from havn.domain.publication import selectors as reports
from havn.domain.publication import services as publication
from havn.lib import feed, wire

WITHDRAWN = "withdrawn"  # the one step back: a node takes a version away that discloses something


def part_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep a part of a report until its head is here."""
    publication.keep_part(
        body=event.body, subject=event.subject_id, sender=event.sender, actor=actor, at=at
    )


def report_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Judge a released report, tell the node, and keep with what others verify it."""
    judged = publication.take_report(
        body=event.body,
        subject=event.subject_id,
        sender=event.sender,
        actor=actor,
        at=at,
        proof=event.proof,
    )
    if not judged.faults and event.proof:
        publication.keep_proof(
            report=event.subject_id,
            evidence=publication.Evidence(
                feed.log_origin(str(event.sender)),
                event.leaf,
                event.salt,
                event.payload,
                event.proof,
            ),
            actor=actor,
            at=at,
        )


def step_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep how far a member says it is with a year, or take a version away at its word."""  # H17
    member = _member_of(event.sender, actor=actor)
    year, step = event.body.get("year"), event.body.get("step")
    if step == WITHDRAWN:
        report = _uuid(event.body.get("report"))
        if not reports.is_of_member(report_id=report, member=member, actor=actor):
            raise NotFoundError
        publication.withdraw_report(report_id=report, actor=actor, at=at)
        return
    if not (isinstance(year, str) and isinstance(step, str)):
        raise RefusedError("body_malformed")
    publication.keep_step(member=member, year=year, step=step, actor=actor, at=at)


def answer_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep what a member answers to a question of the secretariat."""  # H18
    text = event.body.get("text")
    if not isinstance(text, str):
        raise RefusedError("body_malformed")
    publication.answer_question(
        question_id=_uuid(event.body.get("question")),
        member=_member_of(event.sender, actor=actor),
        text=text,
        actor=actor,
        at=at,
    )


def capability_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep how a member sees itself with one capability."""  # H20
    publication.keep_self_assessment(
        assessment_id=event.subject_id,
        member=_member_of(event.sender, actor=actor),
        said=event.body,
        actor=actor,
        at=at,
    )


def piece_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep a piece of a half-year update, which its node's own site shows already."""  # H21
    publication.keep_piece(
        body=event.body, subject=event.subject_id, sender=event.sender, actor=actor, at=at
    )


def update_withdrawn(*, event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Take a half-year update away at its member's word, and at nobody else's."""  # H26
    try:
        update, year = wire.read_provisional_withdrawn(event.body)
    except wire.NationalReportError as error:
        raise RefusedError("body_malformed") from error
    member = _member_of(event.sender, actor=actor)
    if update != event.subject_id or not reports.is_update_of_member(
        update=update, member=member, year=year, actor=actor
    ):
        raise NotFoundError
    publication.withdraw_half_year(update=update, actor=actor, at=at)


def _member_of(node: UUID, *, actor: Actor) -> str:
    """Return for which participant a node of the roster speaks."""
    return members.node_view(node_id=node, actor=actor).participant_code


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise RefusedError("body_malformed") from error
