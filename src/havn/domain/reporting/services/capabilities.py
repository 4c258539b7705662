# SPDX-License-Identifier: Apache-2.0
"""The private look at the 21 capabilities: seen by the country and the secretariat, and part of no report."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.errors import RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.reporting import rules
from havn.domain.reporting.models import CapabilityStated
from havn.domain.reporting.services._access import (
    record,
    require_length,
    require_plain,
    require_role,
)
from havn.lib.encoding import uuid4


@audit.action("capability.stated")
def state_capability(
    *,
    capability: int,
    phase: int,
    evidence: str,
    assessed_on: date,
    actor: Actor,
    at: datetime,
) -> None:
    """State in which phase the country sees itself with a capability, with evidence and the day."""
    person = require_role(actor, Role.RAPPORTEUR)
    if capability not in {each.number for each in rules.CAPABILITIES}:
        raise RefusedError("unknown_capability", str(_("Choose one of the 21 capabilities.")))
    if phase not in rules.PHASES:
        raise RefusedError("unknown_phase", str(_("Choose a phase from 1 to 4.")))
    if assessed_on > at.date():
        raise RefusedError("day_ahead", str(_("The day of the assessment cannot lie ahead.")))
    words = evidence.strip()
    require_plain(words)
    require_length(words, rules.MOST_SOURCE)
    row = CapabilityStated.objects.create(
        id=uuid4(),
        organisation=actor.scope,
        capability=capability,
        phase=phase,
        evidence=words,
        assessed_on=assessed_on,
        stated_by=person,
        stated_at=at,
    )
    ledger.append_event(
        kind=EventKind.CAPABILITY_STATED,
        subject_id=row.pk,
        organisation=actor.scope,
        payload={
            "capability": capability,
            "phase": phase,
            "evidence": words,
            "on": assessed_on.isoformat(),
        },
        audience=[str(node.node_id) for node in members.secretariat_nodes(actor=actor)],
        at=at,
    )
    record("capability.stated", ("capability", row.pk), actor, at, {"capability": capability})
