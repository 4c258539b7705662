# SPDX-License-Identifier: Apache-2.0
"""What all writes on an item share: finding it locked, its facts, and saving it if unchanged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.cases import rules
from havn.domain.cases.models import ContentItem, Hold
from havn.domain.cases.selectors import _access
from havn.domain.errors import NotFoundError, RefusedError
from havn.lib.sealing import seal

_MOVER_ROLES = {
    rules.Mover.ANALYST: (Role.ANALYST, Role.SUPERVISOR),
    rules.Mover.SUPERVISOR: (Role.SUPERVISOR,),
    rules.Mover.INVESTIGATOR: (Role.INVESTIGATOR,),
}


def require_role(actor: Actor, *roles: Role) -> None:
    """Raise RefusedError unless the actor works on cases in one of the roles."""
    _access.organisation_of(actor)
    if not actor.has_role(*roles):
        raise RefusedError("not_your_role", _("Your role does not allow this."))


def require_mover(actor: Actor, mover: rules.Mover) -> None:
    """Raise RefusedError unless the actor may move tracks as this mover."""
    roles = _MOVER_ROLES.get(mover)
    if roles is not None:
        require_role(actor, *roles)
    elif mover is rules.Mover.PROVIDER and actor.kind not in {
        ActorKind.PROVIDER,
        ActorKind.SYSTEM,
    }:
        raise RefusedError("not_your_role", _("Only the provider's own answer moves this."))


def locked_item(actor: Actor, item_id: UUID) -> ContentItem:
    """Return the item with its row locked for this transaction; raises NotFoundError.

    SQLite has no row locks: there the whole transaction holds the only write lock.
    """
    row = _access.items_of(actor).select_for_update().filter(pk=item_id).first()
    if row is None:
        raise NotFoundError
    return row


def locked_items(actor: Actor, item_ids: Collection[UUID]) -> list[ContentItem]:
    """Return the items with their rows locked, in one order for everybody; raises NotFoundError."""
    wanted = set(item_ids)
    rows = _access.items_of(actor).select_for_update().filter(pk__in=wanted).order_by("pk")
    found = list(rows)
    if len(found) != len(wanted):
        raise NotFoundError
    return found


def sealed(text: str, *, purpose: str) -> bytes:
    """Return free text sealed to the desk's key."""
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    return seal(text.encode(), public, purpose=purpose)


def tracks_of(item: ContentItem) -> rules.Tracks:
    """Return where the tracks of the row stand."""
    return rules.Tracks(
        assignment=rules.Assignment(item.assignment),
        police=rules.Police(item.police),
        notice=rules.Notice(item.notice),
        availability=rules.Availability(item.availability),
    )


def legal_class_of(item: ContentItem) -> rules.LegalClass | None:
    """Return the class of the assessment that counts."""
    return rules.LegalClass(item.legal_class) if item.legal_class else None


def facts_of(item: ContentItem, *, is_held: bool) -> rules.ItemFacts:
    """Return what the rules need to know besides the tracks."""
    return rules.ItemFacts(
        legal_class=legal_class_of(item),
        has_address=rules.can_be_checked(href=item.href, host=item.host),
        is_held=is_held,
    )


def held_among(items: Sequence[ContentItem], *, at: datetime) -> set[UUID]:
    """Return those of the items that police hold, or whose host they hold."""
    rows = Hold.objects.filter(
        Q(item_id__in=[item.pk for item in items])
        | Q(item__isnull=True, host__in={item.host for item in items if item.host}),
        organisation__in={item.organisation for item in items},
        lifted_at__isnull=True,
        until__gt=at,
    )
    holds = [rules.HoldInForce(row.item_id, row.host, row.until) for row in rows]
    return {
        item.pk for item in items if rules.holds_on(holds, item=item.pk, host=item.host, at=at)
    }


def with_stage(item: ContentItem, changes: dict[str, Any], *, at: datetime) -> rules.Stage:
    """Complete the changes by the stage that follows from them, and return it."""
    after = {
        name: changes.get(name, getattr(item, name))
        for name in ("legal_class", "police", "notice", "availability", "assignment")
    }
    given = after.pop("legal_class")
    stage = rules.stage_of(legal_class=rules.LegalClass(given) if given else None, **after)
    changes["stage"] = stage.name.value
    changes["closed_reason"] = stage.reason.value if stage.reason else ""
    changes["is_open"] = stage.is_open
    if stage.is_open:
        changes["closed_at"] = None
    elif item.is_open:
        changes["closed_at"] = at
    return stage


Change = tuple[ContentItem, dict[str, Any]]


def save_all_if_unchanged(made: Sequence[Change]) -> None:
    """Write the changes of rows that nobody wrote since they were read; their row count decides.

    Raises RefusedError("superseded") when an item would open beside another open item of the same
    address: the newer one is where the work goes on.
    """
    _require_no_successors([i for i, changes in made if changes.get("is_open") and not i.is_open])
    groups: dict[tuple[Any, ...], list[Change]] = {}
    for item, changes in made:
        alike = (item.version, *sorted(changes.items()))
        groups.setdefault(alike, []).append((item, changes))
    for group in groups.values():
        version, changes = group[0][0].version, group[0][1]
        rows = ContentItem.objects.filter(pk__in=[item.pk for item, _changes in group])
        won = rows.filter(version=version).update(**changes, version=F("version") + 1)
        if won != len(group):
            raise RefusedError(
                "changed_meanwhile",
                _("Somebody changed this item at the same moment. Look again."),
            )
    for item, changes in made:
        for name, value in changes.items():
            setattr(item, name, value)
        item.version += 1


def _require_no_successors(items: Sequence[ContentItem]) -> None:
    digests = {(item.key_version, item.key_digest) for item in items if item.key_digest}
    if not digests:
        return
    others = ContentItem.objects.filter(
        organisation__in={item.organisation for item in items},
        key_digest__in={digest for _version, digest in digests},
        is_open=True,
    ).exclude(pk__in=[item.pk for item in items])
    if digests.intersection(others.values_list("key_version", "key_digest")):
        raise RefusedError(
            "superseded", _("A newer item with the same address is open; work goes on there.")
        )


def save_if_unchanged(item: ContentItem, changes: dict[str, Any]) -> None:
    """Write the changes of one row as `save_all_if_unchanged` does."""
    save_all_if_unchanged([(item, changes)])
