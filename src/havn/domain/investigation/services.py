# SPDX-License-Identifier: Apache-2.0
"""Keeping the signed package about an item, and what police answer to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.domain.investigation import rules
from havn.domain.investigation.models import PoliceAnswer, PolicePackage
from havn.lib.encoding import uuid4, uuid7
from havn.lib.sealing import seal


@audit.action("package.kept")
def keep_package(*, item_id: UUID, token: str, actor: Actor, at: datetime) -> None:
    """Seal the signed package to the desk's key and keep it; a second one replaces nothing."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    cases.item(item_id=item_id, actor=actor)
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    PolicePackage.objects.get_or_create(
        item_id=item_id,
        defaults={
            "id": uuid4(),
            "organisation": actor.scope,
            "sealed_token": seal(token.encode(), public, purpose=rules.SEALED_FOR),
            "made_at": at,
        },
    )
    audit.record(
        action="package.kept", actor=actor, subject_kind="item", subject_id=item_id, at=at
    )


@audit.action("package.replaced", did_nothing=lambda is_there: not is_there)
def replace_package(*, item_id: UUID, token: str, actor: Actor, at: datetime) -> bool:
    """Put a package that was made anew where an item's was; false where none was kept.

    What police downloaded before stays with them.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    kept = PolicePackage.objects.filter(item_id=item_id, organisation=actor.scope)
    sealed = seal(token.encode(), public, purpose=rules.SEALED_FOR)
    if not kept.update(sealed_token=sealed):
        return False
    audit.record(
        action="package.replaced", actor=actor, subject_kind="item", subject_id=item_id, at=at
    )
    return True


@audit.action("package.answered")
def answer_package(
    *, item_id: UUID, kind: str, reason: str, reference: str, actor: Actor, at: datetime
) -> None:
    """Keep what an investigator says about a package: taken, known, or not actionable because."""
    if not actor.has_role(Role.INVESTIGATOR) or actor.identifier is None:
        raise RefusedError("not_your_role", _("Your role does not allow this."))
    if not PolicePackage.objects.filter(item_id=item_id, organisation=actor.scope).exists():
        raise NotFoundError
    _require_sense(kind, reason, reference)
    reason = rules.kept_reason(kind, reason)
    PoliceAnswer.objects.create(
        id=uuid7(at),
        item_id=item_id,
        organisation=actor.scope,
        kind=kind,
        reason=reason,
        sealed_reference=_sealed_reference(reference.strip()),
        answered_by=actor.identifier,
        answered_at=at,
    )
    audit.record(
        action="package.answered",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"kind": kind, "reason": reason},
    )


def _sealed_reference(reference: str) -> bytes:
    if not reference:
        return b""
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    return seal(reference.encode(), public, purpose=rules.REFERENCE_SEALED_FOR)


def _require_sense(kind: str, reason: str, reference: str) -> None:
    if kind not in set(rules.AnswerKind):
        raise RefusedError("unknown_kind", _("Choose an answer."))
    if kind == rules.AnswerKind.NOT_ACTIONABLE and reason not in set(rules.NotActionable):
        raise RefusedError("reason_needed", _("Say why the lead is not actionable."))
    if len(reference) > rules.LONGEST_REFERENCE:
        raise RefusedError("reference_too_long", _("The case number has more than 80 characters."))
    require_words(reference)
