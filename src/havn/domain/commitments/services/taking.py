# SPDX-License-Identifier: Apache-2.0
"""What other members' nodes say of their own country: read strictly, kept whole, never overwritten by something older."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.commitments import rules
from havn.domain.commitments.models import Commitment, CommitmentChange, PoliticalAct
from havn.domain.commitments.rules import CommitmentError, Fault, Record
from havn.domain.commitments.services import _rows
from havn.domain.commitments.services._words import refused
from havn.domain.members import selectors as members


@audit.action("commitment.taken", did_nothing=lambda is_new: not is_new)
def take_commitment(
    *, commitment_id: UUID, sender: UUID, body: Mapping[str, Any], actor: Actor, at: datetime
) -> bool:
    """Keep what another country's node says of its commitment; false where that was known.

    A version with a smaller number than the newest is kept beside it and changes nothing else. (C7)
    """
    try:
        record = rules.read_record(body)
    except CommitmentError as error:
        raise refused(error) from error
    _refuse_strangers(record.member, sender, actor=actor)
    row = Commitment.objects.select_for_update().filter(pk=commitment_id).first()
    if row is None:
        row = Commitment(id=commitment_id, member=record.member, recorded_at=at)
        _rows.write(row, record, at=at)
    elif row.member != record.member or row.organisation is not None:
        raise refused(Fault.NOT_THEIRS)
    elif not _is_news(row, record):
        return False
    elif record.number > row.number:
        _rows.write(row, record, at=at)
    _rows.add_change(row, record, record.steps[-1].kind, person=None, at=at)
    detail = {"number": record.number, "state": record.state.value}
    _rows.entry("commitment.taken", row.pk, actor=actor, at=at, detail=detail)
    return True


def _is_news(row: Commitment, record: Record) -> bool:
    """Whether a version is not known yet; refuses one that takes back what was said."""
    known = CommitmentChange.objects.filter(commitment=row, number=record.number).first()
    if known is not None:
        if known.record != rules.record_body(record, is_public=False):
            raise refused(Fault.SAYS_OTHERWISE)
        return False
    newest = _rows.record_of(row)
    older, newer = sorted((newest, record), key=lambda each: each.number)
    if not rules.follows(older, newer):
        raise refused(Fault.HISTORY_REWRITTEN)
    return True


@audit.action("political_act.taken", did_nothing=lambda is_new: not is_new)
def take_political_act(
    *, act_id: UUID, sender: UUID, body: Mapping[str, Any], actor: Actor, at: datetime
) -> bool:
    """Keep a political act that another country's node states; false where it was known. (C11)"""
    try:
        act = rules.read_act(body)
    except CommitmentError as error:
        raise refused(error) from error
    _refuse_strangers(act.member, sender, actor=actor)
    told = rules.act_body(act)
    known = PoliticalAct.objects.filter(pk=act_id).first()
    if known is not None:
        if known.member != act.member or known.body != told:
            raise refused(Fault.SAYS_OTHERWISE)
        return False
    PoliticalAct.objects.create(
        id=act_id,
        member=act.member,
        day=act.day,
        body=told,
        corrects=act.corrects,
        recorded_at=at,
    )
    detail = {"kind": act.kind.value, "member": act.member}
    _rows.entry(
        "political_act.taken", act_id, kind="political_act", actor=actor, at=at, detail=detail
    )
    return True


def _refuse_strangers(member: str, sender: UUID, *, actor: Actor) -> None:
    """Refuse what a node says of another country than its own. (C3)"""
    found = members.node_view(node_id=sender, actor=actor)
    if found.participant_code != member or found.is_own:
        raise refused(Fault.NOT_THEIRS)
