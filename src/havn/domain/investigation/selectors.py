# SPDX-License-Identifier: Apache-2.0
"""Reading leads, packages and answers; investigators see them, and the desk sees the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Police
from havn.domain.errors import NotFoundError
from havn.domain.investigation import rules
from havn.domain.investigation.models import PoliceAnswer, PolicePackage
from havn.lib.sealing import open_sealed
from havn.lib.signing import claimed_key_id, key_id, verify_json


@dataclass(frozen=True, slots=True)
class Lead:
    """One package as the list of leads shows it."""

    item_id: UUID
    host: str
    host_unicode: str
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
    """Return leads of the investigator's organisation: unanswered ones first, however old.

    Unanswered leads stand by rank and then the newest first, answered ones the newest first.
    Ranks move with the facts: `after` is a place in the order, not a number of leads.
    """
    _require_investigator(actor)
    begins = _place_of(after)
    found: list[PolicePackage] = []
    if begins is None or begins.rank is not None:
        found += _unanswered(actor, begins)[: most + 1]
    if len(found) <= most:
        is_among_answered = begins is not None and begins.rank is None
        found += _answered(actor, begins if is_among_answered else None)[: most + 1 - len(found)]
    shown = found[:most]
    lines = cases.item_lines(item_ids=[row.item_id for row in shown], actor=actor)
    kinds = _latest_answers(row.item_id for row in shown)
    leads = tuple(_lead(row, lines[row.item_id], kinds) for row in shown)
    return LeadPage(leads, _place_after(shown[-1]) if len(found) > most else "")


@dataclass(frozen=True, slots=True)
class _LeadPlace:
    """Where a page ended; `rank` is None among answered leads."""

    rank: int | None
    made_at: datetime
    id: UUID


def _unanswered(actor: Actor, begins: _LeadPlace | None) -> QuerySet[PolicePackage]:
    rows = _packages(actor).filter(item__police=Police.TOLD.value).annotate(rank=_RANK)
    if begins is not None:
        rows = rows.filter(Q(rank__lt=begins.rank) | (Q(rank=begins.rank) & _older_than(begins)))
    return rows.order_by("-rank", "-made_at", "-pk")


def _answered(actor: Actor, begins: _LeadPlace | None) -> QuerySet[PolicePackage]:
    rows = _packages(actor).exclude(item__police=Police.TOLD.value)
    if begins is not None:
        rows = rows.filter(_older_than(begins))
    return rows.order_by("-made_at", "-pk")


def _packages(actor: Actor) -> QuerySet[PolicePackage]:
    return PolicePackage.objects.filter(organisation=actor.scope).select_related("item")


def _older_than(place: _LeadPlace) -> Q:
    return Q(made_at__lt=place.made_at) | Q(made_at=place.made_at, pk__lt=place.id)


def _worth(reason: rules.RankReason, holds: Q) -> Case:
    worth = Value(rules.WEIGHTS[reason])
    return Case(When(holds, then=worth), default=Value(0), output_field=IntegerField())


# `rules.rank_reasons`, said to the database; a test compares them over all facts.
_RANK = (
    _worth(rules.RankReason.URGENT, Q(item__urgency="urgent"))
    + _worth(rules.RankReason.BASELINE, Q(item__legal_class="baseline"))
    + _worth(rules.RankReason.STILL_UP, Q(item__availability__in=["up", "reappeared"]))
    + _worth(rules.RankReason.TOLD_OFTEN, Q(item__told_times__gt=1))
)


def _place_after(row: PolicePackage) -> str:
    rank = getattr(row, "rank", None)
    return f"{'' if rank is None else rank}~{row.made_at.isoformat()}~{row.pk}"


def _place_of(after: str) -> _LeadPlace | None:
    """Return where the previous page ended; a tampered text begins at the first page."""
    rank, _, rest = after.partition("~")
    made_at, _, lead_id = rest.partition("~")
    try:
        found = _LeadPlace(
            int(rank) if rank else None,
            datetime.fromisoformat(made_at).astimezone(UTC),
            UUID(lead_id),
        )
    except (ValueError, OverflowError):
        return None
    return found if found.rank is None or 0 <= found.rank <= sum(rules.WEIGHTS.values()) else None


def _lead(row: PolicePackage, line: cases.ItemLine, kinds: dict[UUID, str]) -> Lead:
    reasons = rules.rank_reasons(
        urgency=line.urgency,
        legal_class=line.legal_class,
        told_times=line.told_times,
        availability=line.availability,
    )
    return Lead(
        item_id=row.item_id,
        host=line.host,
        host_unicode=line.host_unicode,
        legal_class=line.legal_class,
        made_at=row.made_at,
        answer_kind=kinds.get(row.item_id, ""),
        rank_reasons=tuple(reason.value for reason in reasons),
    )


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
    payload = verify_json(token, _signer(token), kind=rules.PACKAGE_KIND)
    PolicePackage.objects.filter(pk=row.pk, opened_at__isnull=True).update(opened_at=at)
    return PackageView(token=token, payload=payload)


def _signer(token: str) -> bytes:
    """Return the public half of the node's own key that a package names, the newest or an older one.

    Where it names none of them, the first: then its signature does not hold.
    """
    publics: tuple[bytes, ...] = settings.HAVN_KEYRING.publics("node-signing-key")
    claimed = claimed_key_id(token)
    first: bytes = settings.HAVN_KEYRING.read("node-signing-key.pub")
    return next((public for public in publics if key_id(public) == claimed), first)


def has_package(*, item_id: UUID, actor: Actor) -> bool:
    """Whether a package about an item is kept for police."""
    return PolicePackage.objects.filter(item_id=item_id, organisation=actor.scope).exists()


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
