# SPDX-License-Identifier: Apache-2.0
"""Raising alarms, each once while it is open, and settling them with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.domain.exchange import rules
from havn.domain.exchange.models import Alarm
from havn.domain.members import selectors as members
from havn.lib.encoding import uuid4
from havn.lib.sealing import seal

LONGEST_REASON = 500
REASON_PURPOSE = "alarm reason"


@audit.action("alarm.raised")
def raise_alarm(
    *,
    code: rules.AlarmCode,
    about: str,
    actor: Actor,
    at: datetime,
    evidence: str = "",
    detail: Mapping[str, object] | None = None,
) -> UUID:
    """Put something that should not be before a person; while the alarm is open, again only counts.

    `about` is a node's UUID, or what else it concerns; `evidence` a document that a third party can check;
    `detail` holds codes and numbers, never text or addresses.
    """
    organisation = _organisation_of(actor)
    again = Alarm.objects.filter(
        organisation=organisation, code=code.value, about=about, settled_at__isnull=True
    )
    if again.update(times=F("times") + 1, last_at=at):
        alarm_id = again.values_list("pk", flat=True)[0]
    else:
        alarm_id = uuid4()
        Alarm.objects.create(
            id=alarm_id,
            organisation=organisation,
            code=code.value,
            about=about,
            evidence=evidence,
            detail=dict(detail or {}),
            first_at=at,
            last_at=at,
        )
    audit.record(
        action="alarm.raised",
        actor=actor,
        subject_kind="alarm",
        subject_id=alarm_id,
        at=at,
        detail={"code": code.value, "about": about},
    )
    return alarm_id


def _organisation_of(actor: Actor) -> UUID:
    """Return whose alarm it is: the own organisation's, or nobody's where no node was made yet."""
    return actor.organisation or members.own_organisation(actor=actor) or actor.scope


@audit.action("alarm.settled")
def settle_alarm(*, alarm_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Close an alarm with what was found out and done; a supervisor or operator does."""
    if not actor.has_role(Role.SUPERVISOR, Role.OPERATOR):
        raise RefusedError("not_your_role", str(_("Your role does not allow this.")))
    told = " ".join(reason.split())
    if not told or len(told) > LONGEST_REASON:
        raise RefusedError(
            "reason_needed", str(_("Write in at most 500 characters what was found out."))
        )
    require_words(told)
    mine = Alarm.objects.filter(pk=alarm_id, organisation=actor.scope)
    if not mine.exists():
        raise NotFoundError
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    settled = mine.filter(settled_at__isnull=True).update(
        settled_at=at,
        settled_by=actor.identifier,
        sealed_reason=seal(told.encode(), public, purpose=REASON_PURPOSE),
    )
    if not settled:
        raise RefusedError("settled_before", str(_("Somebody has settled this alarm already.")))
    audit.record(
        action="alarm.settled", actor=actor, subject_kind="alarm", subject_id=alarm_id, at=at
    )
