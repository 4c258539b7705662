# SPDX-License-Identifier: Apache-2.0
"""Moving a track of an item, and what follows from it: stage, instants and facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.models import ContentItem, TrackMove
from havn.domain.cases.services import _items
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.domain.members import selectors as members
from havn.lib.encoding import uuid7

LONGEST_PASSED_ON_TO = 200
LONGEST_REASON = 500
SENTENCES = {
    rules.Refusal.NO_SUCH_MOVE: gettext_lazy("From where the item stands, this is not possible."),
    rules.Refusal.NOT_YOURS_TO_MAKE: gettext_lazy("Somebody else has to do this."),
    rules.Refusal.NOT_CONFIRMED: gettext_lazy("No assessment confirms this item."),
    rules.Refusal.HELD_BY_POLICE: gettext_lazy("Police hold this item; nothing may warn anybody."),
    rules.Refusal.NOT_ASSIGNED_HERE: gettext_lazy("Another node works on this item."),
    rules.Refusal.MACHINE_CAN_TELL: gettext_lazy(
        "A re-check can tell whether this address is gone; it is not declared by hand."
    ),
    rules.Refusal.ALREADY_REMOVED: gettext_lazy("It is removed: nobody has to act any more."),
}


@audit.action("item.moved")
def move_track(
    *,
    item_id: UUID,
    track: rules.Track,
    target: str,
    mover: rules.Mover,
    reason: str = "",
    happened_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Move one track of an item as its table allows, and bring the stage and the instants along.

    Raises RefusedError with a code of `rules.Refusal`, "superseded", "changed_meanwhile" or
    "not_your_role". `happened_at` dates what was seen earlier than it is recorded.
    """
    _items.require_mover(actor, mover)
    item = _items.locked_item(actor, item_id)
    step = _Step(track, str(target), mover, reason=reason, happened_at=happened_at, at=at)
    (move,) = _make(step, [item], actor=actor)
    audit.record(
        action="item.moved",
        actor=actor,
        subject_kind="item",
        subject_id=item.pk,
        at=at,
        happened_at=move.happened_at,
        detail={"track": move.track, "source": move.source, "target": move.target},
    )
    _tell(item, track, str(target), actor=actor, at=at)


@audit.action("items.moved", did_nothing=lambda moved: not moved)
def move_tracks(
    *,
    item_ids: Collection[UUID],
    track: rules.Track,
    target: str,
    mover: rules.Mover,
    batch_id: UUID,
    actor: Actor,
    at: datetime,
) -> list[UUID]:
    """Move the same track of many items to the same state, all or none; returns the items.

    Refused like `move_track`; one entry about the batch names the items.
    """
    _items.require_mover(actor, mover)
    items = _items.locked_items(actor, item_ids)
    if not items:
        return []
    _make(_Step(track, str(target), mover, at=at), items, actor=actor)
    moved = [item.pk for item in items]
    audit.record(
        action="items.moved",
        actor=actor,
        subject_kind="batch",
        subject_id=batch_id,
        at=at,
        detail={"track": track.value, "target": str(target), "items": [str(i) for i in moved]},
    )
    for item in items:
        _tell(item, track, str(target), actor=actor, at=at)
    return moved


@dataclass(frozen=True, slots=True)
class _Step:
    """One move, to be made by one item or by many."""

    track: rules.Track
    target: str
    mover: rules.Mover
    at: datetime
    reason: str = ""
    happened_at: datetime | None = None


def _make(step: _Step, items: Sequence[ContentItem], *, actor: Actor) -> list[TrackMove]:
    """Move the items, bring stage and instants along, and return the rows that tell of it."""
    held = _items.held_among(items, at=step.at)
    moves, made = [], []
    for item in items:
        _require_allowed(item, step, is_held=item.pk in held)
        moves.append(_move_of(item, step, actor=actor))
        changes: dict[str, Any] = {step.track.value: step.target, **_instants(item, step)}
        _items.with_stage(item, changes, at=step.at)
        made.append((item, changes))
    _items.save_all_if_unchanged(made)
    TrackMove.objects.bulk_create(moves)
    return moves


def _require_allowed(item: ContentItem, step: _Step, *, is_held: bool) -> None:
    refusal = rules.refusal_to_move(
        _items.tracks_of(item),
        track=step.track,
        target=step.target,
        mover=step.mover,
        facts=_items.facts_of(item, is_held=is_held),
    )
    if refusal is not None:
        raise RefusedError(refusal.value, str(SENTENCES[refusal]))


def _move_of(item: ContentItem, step: _Step, *, actor: Actor) -> TrackMove:
    return TrackMove(
        id=uuid7(step.at),
        item=item,
        organisation=item.organisation,
        track=step.track.value,
        source=str(getattr(item, step.track.value)),
        target=step.target,
        mover=step.mover.value,
        actor_id=actor.identifier,
        reason=step.reason[:60],
        happened_at=step.happened_at or step.at,
        recorded_at=step.at,
    )


def _instants(item: ContentItem, step: _Step) -> dict[str, Any]:
    when = step.happened_at or step.at
    track, target = step.track, step.target
    if track is rules.Track.POLICE and target == rules.Police.TOLD and item.police_told_at is None:
        return {"police_told_at": when}
    is_first_notice = item.provider_told_at is None and target == rules.Notice.SENT
    if track is rules.Track.NOTICE and is_first_notice:
        return {"provider_told_at": when}
    if track is rules.Track.AVAILABILITY and target == rules.Availability.REMOVED:
        return {"removed_at": step.happened_at or _first_gone_at(item) or step.at}
    if track is rules.Track.AVAILABILITY and target == rules.Availability.REAPPEARED:
        return {"removed_at": None}
    return {}


def _first_gone_at(item: ContentItem) -> datetime | None:
    """Return when the item became unavailable: removed is dated at the first of the two checks."""
    if item.availability != rules.Availability.UNAVAILABLE:
        return None
    moves = TrackMove.objects.filter(
        item=item,
        track=rules.Track.AVAILABILITY.value,
        target=rules.Availability.UNAVAILABLE.value,
    )
    last = moves.order_by("-recorded_at", "-id").first()
    return last.happened_at if last else None


def _tell(
    item: ContentItem, track: rules.Track, target: str, *, actor: Actor, at: datetime
) -> None:
    """Write the facts that follow from a move, whoever made it."""
    if track is rules.Track.POLICE and target == rules.Police.TOLD:
        _fact(FactName.POLICE_INFORMED, item, at=at, codes={"legal_class": item.legal_class})
    elif track is rules.Track.AVAILABILITY and target == rules.Availability.REMOVED:
        codes = {
            "confirmed": rules.is_confirming(_items.legal_class_of(item)),
            "here": _is_hosted_here(item, actor),
        }
        _fact(FactName.ITEM_REMOVED, item, at=at, happened_at=item.removed_at, codes=codes)
    elif track is rules.Track.AVAILABILITY and target == rules.Availability.REAPPEARED:
        _fact(FactName.ITEM_REAPPEARED, item, at=at, codes={})


def _is_hosted_here(item: ContentItem, actor: Actor) -> bool | None:
    """Whether the item is hosted in the own country; None where that is not known."""
    if not item.hosting_country:
        return None
    try:
        own = members.own_node(actor=actor).member_code
    except NotFoundError:
        return None
    return item.hosting_country == own


def _fact(
    name: FactName,
    item: ContentItem,
    *,
    at: datetime,
    codes: Mapping[str, object],
    happened_at: datetime | None = None,
) -> None:
    ledger.record_fact(
        name=name,
        subject_kind="item",
        subject_id=item.pk,
        organisation=item.organisation,
        at=at,
        happened_at=happened_at,
        codes=codes,
    )


@audit.action("item.class_set")
def set_legal_class(
    *, item_id: UUID, legal_class: rules.LegalClass | None, actor: Actor, at: datetime
) -> rules.Stage:
    """Write the class of the assessment that counts (none: taken back) and return the new stage."""
    item = _items.locked_item(actor, item_id)
    changes: dict[str, Any] = {"legal_class": legal_class.value if legal_class else ""}
    stage = _items.with_stage(item, changes, at=at)
    _items.save_if_unchanged(item, changes)
    _record("item.class_set", item, actor=actor, at=at, detail={"class": changes["legal_class"]})
    return stage


@audit.action("items.class_set", did_nothing=lambda stages: not stages)
def set_legal_classes(
    *,
    classes: Mapping[UUID, rules.LegalClass | None],
    batch_id: UUID,
    actor: Actor,
    at: datetime,
) -> dict[UUID, rules.Stage]:
    """Write the classes of the assessments that count for many items; returns the new stages."""
    items = _items.locked_items(actor, classes)
    stages, made = {}, []
    for item in items:
        legal_class = classes[item.pk]
        changes: dict[str, Any] = {"legal_class": legal_class.value if legal_class else ""}
        stages[item.pk] = _items.with_stage(item, changes, at=at)
        made.append((item, changes))
    if not made:
        return {}
    _items.save_all_if_unchanged(made)
    audit.record(
        action="items.class_set",
        actor=actor,
        subject_kind="batch",
        subject_id=batch_id,
        at=at,
        detail={"classes": {str(item.pk): item.legal_class for item in items}},
    )
    return stages


@audit.action("item.country_set")
def set_hosting_country(*, item_id: UUID, country: str, actor: Actor, at: datetime) -> None:
    """Write in which country the item is hosted (ISO 3166, two letters; empty when unknown)."""
    if country and (len(country) != 2 or not country.isascii() or not country.isalpha()):
        raise RefusedError("not_a_country", _("Write the country as two letters, for example DK."))
    item = _items.locked_item(actor, item_id)
    _items.save_if_unchanged(item, {"hosting_country": country.upper()})
    detail = {"country": country.upper()}
    _record("item.country_set", item, actor=actor, at=at, detail=detail)


@audit.action("item.rung_set")
def note_rung(*, item_id: UUID, rung: int, actor: Actor, at: datetime) -> None:
    """Write on which rung of the ladder the item's notice stands."""
    item = _items.locked_item(actor, item_id)
    _items.save_if_unchanged(item, {"notice_rung": rung})
    _record("item.rung_set", item, actor=actor, at=at, detail={"rung": rung})


@audit.action("item.passed_on")
def pass_on(*, item_id: UUID, to: str, actor: Actor, at: datetime) -> None:
    """Note that a person passed an orphaned item on by hand, to whom and when; it stays open."""
    told = " ".join(to.split())
    if not told or len(told) > LONGEST_PASSED_ON_TO:
        raise RefusedError("to_needed", _("Write in at most 200 characters who got it."))
    require_words(told)
    is_supervisor = actor.has_role(Role.SUPERVISOR)
    move_track(
        item_id=item_id,
        track=rules.Track.ASSIGNMENT,
        target=rules.Assignment.PASSED_ON,
        mover=rules.Mover.SUPERVISOR if is_supervisor else rules.Mover.ANALYST,
        actor=actor,
        at=at,
    )
    item = _items.locked_item(actor, item_id)
    sealed = _items.sealed(told, purpose=rules.PASSED_ON_PURPOSE)
    _items.save_if_unchanged(item, {"sealed_passed_on_to": sealed, "passed_on_at": at})
    _record("item.passed_on", item, actor=actor, at=at, detail=None)


@audit.action("item.orphaned")
def orphan(
    *, item_id: UUID, reason: str = "", mover: rules.Mover, actor: Actor, at: datetime
) -> None:
    """Leave an item to nobody: no node is there (the system says so), or a person does not send it there."""
    move_track(
        item_id=item_id,
        track=rules.Track.ASSIGNMENT,
        target=rules.Assignment.ORPHAN,
        mover=mover,
        reason=reason,
        actor=actor,
        at=at,
    )
    item = _items.locked_item(actor, item_id)
    if mover is rules.Mover.SYSTEM:  # A person who does not send it leaves a node that is there.
        country = item.hosting_country.lower()
        _fact(FactName.ITEM_ORPHANED, item, at=at, codes={"country": country})
    _record("item.orphaned", item, actor=actor, at=at, detail={"reason": reason})


@audit.action("item.worked_here")
def work_here(*, item_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Let this node act on an item that is hosted abroad: a supervisor says why, or a mandate does."""
    told = " ".join(reason.split())
    if not told or len(told) > LONGEST_REASON:
        raise RefusedError("reason_needed", _("Write in at most 500 characters why."))
    require_words(told)
    item = _items.locked_item(actor, item_id)
    if item.assignment != rules.Assignment.HERE:
        is_machine = actor.kind is ActorKind.SYSTEM
        move_track(
            item_id=item_id,
            track=rules.Track.ASSIGNMENT,
            target=rules.Assignment.HERE,
            mover=rules.Mover.SYSTEM if is_machine else rules.Mover.SUPERVISOR,
            reason="worked here",
            actor=actor,
            at=at,
        )
        item = _items.locked_item(actor, item_id)
    sealed = _items.sealed(told, purpose=rules.WORKED_HERE_PURPOSE)
    _items.save_if_unchanged(item, {"sealed_worked_here_because": sealed, "worked_here_at": at})
    _record("item.worked_here", item, actor=actor, at=at, detail=None)


def _record(
    action: str,
    item: ContentItem,
    *,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object] | None,
) -> None:
    audit.record(
        action=action, actor=actor, subject_kind="item", subject_id=item.pk, at=at, detail=detail
    )
