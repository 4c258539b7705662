# SPDX-License-Identifier: Apache-2.0
"""Placing and lifting police holds; a hold ends by itself at its `until`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.models import Hold
from havn.domain.cases.selectors import _access
from havn.domain.cases.services import _items
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.lib.encoding import AddressError, parse_address, uuid7

LONGEST_REASON = 2000


@audit.action("hold.placed")
def place_hold(
    *,
    item_id: UUID | None = None,
    host: str = "",
    reason: str,
    hours: float,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Hold one item, or everything on a host, for some hours: no notice, re-check or listing.

    Raises RefusedError("held_too_long") when holds of an item would last too long in all. The rows that are held are locked first, so that no notice slips through at the same moment.
    """
    _items.require_role(actor, Role.INVESTIGATOR)
    lasts = _checked_duration(hours)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise RefusedError("reason_needed", _("Write in at most 2,000 characters why."))
    require_words(reason)
    hold = Hold(id=uuid7(at), organisation=_access.organisation_of(actor))
    hold.sealed_reason = _items.sealed(reason.strip(), purpose=rules.HOLD_PURPOSE)
    if item_id is not None:
        hold.item = _items.locked_item(actor, item_id)
    else:
        hold.host = _checked_host(host)
        _lock_items_on(hold.host, actor)
    if actor.identifier is None:
        raise NotFoundError
    hold.placed_by, hold.placed_at, hold.until = actor.identifier, at, at + lasts
    _require_measure(hold)
    hold.save(force_insert=True)
    _record("hold.placed", hold, actor=actor, at=at)
    return hold.pk


@audit.action("hold.taken_over", did_nothing=lambda hold_id: hold_id is None)
def take_over_hold(
    *, item_id: UUID, node_id: UUID, until: datetime, reason: str, actor: Actor, at: datetime
) -> UUID | None:
    """Keep the hold that another member's police placed, for no longer than police here may hold.

    None when it is over, or when the item would be held for too long in all: no hold becomes endless by
    coming from elsewhere. Police here see it among their own, and may lift it.
    """
    until = min(until, at + settings.HAVN_POLICY.hold_at_most)
    if until <= at:
        return None
    hold = Hold(id=uuid7(at), organisation=_access.organisation_of(actor))
    hold.item = _items.locked_item(actor, item_id)
    hold.sealed_reason = _items.sealed(reason, purpose=rules.HOLD_PURPOSE)
    hold.placed_by, hold.placed_at, hold.until = node_id, at, until
    try:
        _require_measure(hold)
    except RefusedError:
        return None
    hold.save(force_insert=True)
    _record("hold.taken_over", hold, actor=actor, at=at)
    return hold.pk


@audit.action("hold.lifted")
def lift_hold(*, hold_id: UUID, actor: Actor, at: datetime) -> None:
    """End a hold before its time; raises RefusedError("not_in_force") when it has ended."""
    _items.require_role(actor, Role.INVESTIGATOR)
    hold = Hold.objects.filter(pk=hold_id, organisation=_access.organisation_of(actor)).first()
    if hold is None:
        raise NotFoundError
    won = Hold.objects.filter(pk=hold_id, lifted_at__isnull=True, until__gt=at).update(
        lifted_at=at
    )
    if won != 1:
        raise RefusedError("not_in_force", _("This hold has already ended."))
    _record("hold.lifted", hold, actor=actor, at=at)


def _checked_duration(hours: float) -> timedelta:
    longest: timedelta = settings.HAVN_POLICY.hold_at_most
    try:
        lasts = timedelta(hours=hours)
    except (OverflowError, ValueError):
        lasts = timedelta(0)
    if not timedelta(0) < lasts <= longest:
        most = f"{longest / timedelta(hours=1):g}"
        raise RefusedError(
            "hold_too_long",
            _("A hold lasts more than 0 and at most %(most)s hours.") % {"most": most},
        )
    return lasts


def _require_measure(hold: Hold) -> None:
    """Refuse a hold by which some item would be held for longer in all than the policy allows."""
    policy = settings.HAVN_POLICY
    since = hold.placed_at - policy.held_in_all_within
    most, new = policy.held_in_all, (hold.placed_at, hold.until)
    for spans in _holds_by_item(hold, since=since):
        before = rules.held_in_all(spans, since=since)
        if rules.held_in_all([*spans, new], since=since) > most:
            left = max(most - before, timedelta(0)) / timedelta(hours=1)
            words = {
                "most": f"{most / timedelta(hours=1):g}",
                "days": f"{policy.held_in_all_within / timedelta(days=1):g}",
                "left": f"{left:.0f}",
            }
            raise RefusedError(
                "held_too_long",
                _(
                    "Holds last at most %(most)s hours in all within %(days)s days; here about "
                    "%(left)s are left. After that, notices and checks go on."
                )
                % words,
            )


def _holds_by_item(hold: Hold, *, since: datetime) -> Iterator[list[rules.Span]]:
    """Yield the earlier holds that count together: those of the host, and beside them of each item."""
    host = hold.item.host if hold.item else hold.host
    about = Q(item_id=hold.item_id) if hold.item else Q(item__host=host, item__is_open=True)
    if host:
        about |= Q(item__isnull=True, host=host)
    rows = Hold.objects.filter(about, organisation=hold.organisation, until__gt=since)
    by_item: dict[UUID | None, list[rules.Span]] = {None: []}
    for row in rows:
        span = row.placed_at, min(row.until, row.lifted_at or row.until)
        by_item.setdefault(row.item_id, []).append(span)
    on_host = by_item.pop(None)
    yield on_host
    for spans in by_item.values():
        yield [*on_host, *spans]


def _checked_host(host: str) -> str:
    try:
        parsed = parse_address(host).host
    except AddressError as error:
        raise RefusedError("not_a_host", _("This is not the name of a host.")) from error
    return parsed


def _lock_items_on(host: str, actor: Actor) -> None:
    rows = _access.items_of(actor).filter(host=host, is_open=True)
    list(rows.select_for_update().order_by("pk").values_list("pk"))


def _record(action: str, hold: Hold, *, actor: Actor, at: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="item" if hold.item_id else "hold",
        subject_id=hold.item_id or hold.pk,
        at=at,
        detail={"hold": str(hold.pk), "until": hold.until.isoformat()},
    )
