# SPDX-License-Identifier: Apache-2.0
"""Reading leads, packages and answers; investigators see them, and the desk sees the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.errors import NotFoundError
from havn.domain.investigation import rules
from havn.domain.investigation.models import PoliceAnswer, PolicePackage
from havn.lib.sealing import open_sealed
from havn.lib.signing import verify_json

MOST_RANKED = 1000


@dataclass(frozen=True, slots=True)
class Lead:
    """One package as the list of leads shows it."""

    item_id: UUID
    host: str
    legal_class: str
    made_at: datetime
    answer_kind: str
    rank_reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of leads; `next_after` is empty on the last one."""

    leads: tuple[Lead, ...]
    next_after: str


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package as it was signed, and its content."""

    token: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer of police."""

    kind: str
    reason: str
    has_reference: bool
    answered_by: UUID
    answered_at: datetime


def leads(*, actor: Actor, after: str = "", most: int = 50) -> LeadPage:
    """Return leads of the investigator's organisation: unanswered first, then by rank and age.

    Ranks move with the facts, so the page is a place in the ranking of the newest thousand.
    """
    _require_investigator(actor)
    rows = list(
        PolicePackage.objects.filter(organisation=actor.scope).order_by("-made_at", "-pk")[
            :MOST_RANKED
        ]
    )
    kinds = _latest_answers(row.item_id for row in rows)
    lines = cases.item_lines(item_ids=[row.item_id for row in rows], actor=actor)
    ranked = [_lead(row, lines[row.item_id], kinds) for row in rows if row.item_id in lines]
    ranked.sort(key=_place)
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 6 else 0
    rest = len(ranked) > start + most
    return LeadPage(tuple(ranked[start : start + most]), str(start + most) if rest else "")


def _lead(row: PolicePackage, line: cases.ItemLine, kinds: dict[UUID, str]) -> Lead:
    reasons = rules.rank_reasons(
        urgency=line.urgency,
        legal_class=line.legal_class,
        told_times=line.told_times,
        availability=line.availability,
    )
    return Lead(
        item_id=row.item_id,
        host=line.host_unicode or line.host,
        legal_class=line.legal_class,
        made_at=row.made_at,
        answer_kind=kinds.get(row.item_id, ""),
        rank_reasons=tuple(reason.value for reason in reasons),
    )


def _place(lead: Lead) -> tuple[bool, int, float]:
    rank = rules.rank_of([rules.RankReason(reason) for reason in lead.rank_reasons])
    return bool(lead.answer_kind), -rank, -lead.made_at.timestamp()


def _latest_answers(item_ids: Any) -> dict[UUID, str]:
    rows = PoliceAnswer.objects.filter(item_id__in=list(item_ids)).order_by("answered_at", "pk")
    return {row.item_id: row.kind for row in rows}


@audit.viewed("package.opened", subject_kind="item", subject="item_id")
def package(*, item_id: UUID, actor: Actor, at: datetime) -> PackageView:
    """Return the signed package about an item, its signature checked; leaves a reading entry."""
    _require_investigator(actor)
    row = PolicePackage.objects.filter(item_id=item_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    keyring = settings.HAVN_KEYRING
    token = open_sealed(
        bytes(row.sealed_token), keyring.read("desk-opening-key"), purpose=rules.SEALED_FOR
    ).decode()
    payload = verify_json(token, keyring.read("node-signing-key.pub"), kind=rules.PACKAGE_KIND)
    PolicePackage.objects.filter(pk=row.pk, opened_at__isnull=True).update(opened_at=at)
    return PackageView(token=token, payload=payload)


def answers(*, item_id: UUID, actor: Actor) -> list[AnswerView]:
    """Return what police answered about an item, newest first; raises NotFoundError."""
    cases.item(item_id=item_id, actor=actor)
    if not PolicePackage.objects.filter(item_id=item_id, organisation=actor.scope).exists():
        raise NotFoundError
    rows = PoliceAnswer.objects.filter(item_id=item_id).order_by("-answered_at", "-pk")
    return [
        AnswerView(
            kind=row.kind,
            reason=row.reason,
            has_reference=bool(row.sealed_reference),
            answered_by=row.answered_by,
            answered_at=row.answered_at,
        )
        for row in rows
    ]


@audit.viewed("lead.reference_opened", subject_kind="item", subject="item_id")
def reference(*, item_id: UUID, actor: Actor, at: datetime) -> str:
    """Return the case number that police gave last, empty without one; raises NotFoundError."""
    del at  # The reading entry bears it.
    _require_investigator(actor)
    if not PolicePackage.objects.filter(item_id=item_id, organisation=actor.scope).exists():
        raise NotFoundError
    rows = PoliceAnswer.objects.filter(item_id=item_id).exclude(sealed_reference=b"")
    row = rows.order_by("-answered_at", "-pk").first()
    if row is None:
        return ""
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    sealed = bytes(row.sealed_reference)
    return open_sealed(sealed, private, purpose=rules.REFERENCE_SEALED_FOR).decode()


def _require_investigator(actor: Actor) -> None:
    if not actor.has_role(Role.INVESTIGATOR):
        raise NotFoundError
