# SPDX-License-Identifier: Apache-2.0
"""What all writes of assessments share: the row, what counts, what is told, and what is not assessed again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.assessment import rules
from havn.domain.assessment.models import Assessment
from havn.domain.assessment.services import _leases
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.lib.encoding import uuid4

DONE = {
    "state": rules.QueueState.DONE.value,
    "holder_id": None,
    "lease_token": None,
    "lease_until": None,
    "reserved_for": None,
    "draft": b"",
    "draft_at": None,
    "handover_note": b"",
}


def assessment_of(
    item_id: UUID,
    decision: rules.Decision,
    *,
    batch_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> Assessment:
    """Return a person's assessment that is not stored yet; part of what keeps it."""
    return Assessment(
        id=uuid4(),
        item_id=item_id,
        organisation=actor.scope,
        legal_class=decision.legal_class.value,
        jurisdiction=decision.jurisdiction,
        scheme=decision.scheme,
        scheme_version=decision.scheme_version,
        labels=list(decision.labels),
        age_band=decision.age_band.value,
        sex=decision.sex.value,
        origin=decision.origin.value,
        assessor_id=_leases.require_analyst(actor),
        batch_id=batch_id,
        policy_version=f"{settings.HAVN_POLICY.name}/{settings.HAVN_POLICY.version}",
        assessed_at=at,
        recorded_at=at,
    )


def classes_that_count(
    item_ids: Collection[UUID], jurisdiction: str
) -> dict[UUID, LegalClass | None]:
    """Return the class that counts for each item, from all its assessments."""
    made: dict[UUID, list[rules.Made]] = {item_id: [] for item_id in item_ids}
    rows = Assessment.objects.filter(item_id__in=item_ids).select_related("withdrawal")
    for row in rows:
        made[row.item_id].append(
            rules.Made(
                legal_class=LegalClass(row.legal_class),
                jurisdiction=row.jurisdiction,
                assessed_at=row.assessed_at,
                is_withdrawn=hasattr(row, "withdrawal"),
                is_of_another=row.node_id is not None,
            )
        )
    return {
        item_id: rules.counting_class(each, jurisdiction=jurisdiction)
        for item_id, each in made.items()
    }


def tell(
    firsts: Mapping[UUID, bool], decision: rules.Decision, *, actor: Actor, at: datetime
) -> None:
    """Write the fact of each assessed item; the mapping says whose first assessment it is."""
    received = {
        item.id: item.received_at
        for item in cases.items_to_assess(item_ids=firsts.keys(), actor=actor)
    }
    ledger.record_facts(
        name=FactName.ITEM_ASSESSED,
        subject_kind="item",
        organisation=actor.scope,
        at=at,
        facts=[
            ledger.NewFact(
                item_id,
                {
                    "legal_class": decision.legal_class.value,
                    "origin": decision.origin.value,
                    "first": is_first,
                    "received_at": received[item_id].isoformat(),
                },
            )
            for item_id, is_first in firsts.items()
        ],
    )


def require_not_bound(item_id: UUID, *, actor: Actor) -> None:
    """Raise RefusedError where an item is not to be assessed again here.

    What another node found baseline never is; what it found national only before anybody was told.
    """
    theirs = Assessment.objects.filter(
        item_id=item_id,
        organisation=actor.scope,
        node_id__isnull=False,
        withdrawal__isnull=True,
    )
    classes = set(theirs.values_list("legal_class", flat=True))
    if LegalClass.BASELINE.value in classes:
        raise RefusedError(
            "assessed_by_another",
            _(
                "Another node found this baseline, which is illegal everywhere: it is not assessed again."
            ),
        )
    item = cases.item(item_id=item_id, actor=actor)
    if classes and rules.has_been_told(police=item.police, notice=item.notice):
        raise RefusedError(
            "acted_already", _("Police or the provider were told: it is not assessed again.")
        )
