# SPDX-License-Identifier: Apache-2.0
"""Political acts of the own country: entered once, and corrected only by an entry beside the former."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.commitments import rules
from havn.domain.commitments.models import PoliticalAct
from havn.domain.commitments.rules import CommitmentError, Fault
from havn.domain.commitments.services import _rows
from havn.domain.commitments.services._words import refused
from havn.domain.errors import require_words
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EVERYBODY, EventKind
from havn.lib.encoding import uuid4


@audit.action("political_act.stated")
def state_political_act(
    *, act: rules.PoliticalAct, act_id: UUID | None = None, actor: Actor, at: datetime
) -> UUID:
    """Enter what politics did, dated and sourced, and tell everybody; a correction names the entry it stands beside.

    The same UUID again changes nothing.
    """
    if not actor.roles & rules.MAY_PROPOSE:
        raise refused(Fault.NOT_YOUR_ROLE)
    act = replace(act, member=_rows.own_member(actor), at=at)
    own = PoliticalAct.objects.filter(organisation=actor.scope)
    if act_id is not None and own.filter(pk=act_id).exists():
        _entry(act_id, act, actor=actor, at=at)
        return act_id
    require_words(*act.title.values(), *act.text.values(), act.source_title)
    if act.corrects is not None and not own.filter(pk=act.corrects).exists():
        raise refused(Fault.BAD_ACT)
    try:
        rules.check_act(act)
    except CommitmentError as error:
        raise refused(error) from error
    row = PoliticalAct.objects.create(
        id=act_id or uuid4(),
        member=act.member,
        organisation=actor.scope,
        day=act.day,
        body=rules.act_body(act),
        corrects=act.corrects,
        person=actor.identifier,
        recorded_at=at,
    )
    ledger.append_event(
        kind=EventKind.POLITICAL_ACT_STATED,
        subject_id=row.pk,
        organisation=actor.scope,
        payload=row.body,
        audience=(EVERYBODY,),
        at=at,
    )
    _entry(row.pk, act, actor=actor, at=at)
    return row.pk


def _entry(act_id: UUID, act: rules.PoliticalAct, *, actor: Actor, at: datetime) -> None:
    detail = {"kind": act.kind.value, "corrects": str(act.corrects or "")}
    _rows.entry(
        "political_act.stated", act_id, kind="political_act", actor=actor, at=at, detail=detail
    )
