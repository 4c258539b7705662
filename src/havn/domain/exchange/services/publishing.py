# SPDX-License-Identifier: Apache-2.0
"""Appending to the own log: events become leaves, sealed copies and one signed checkpoint, or nothing does."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import selectors as audit_chain
from havn.domain.audit import services as audit
from havn.domain.errors import RefusedError
from havn.domain.exchange import rules
from havn.domain.exchange.models import (
    Anchored,
    Cosigned,
    Counter,
    Given,
    GivenCopy,
    Log,
    Peer,
)
from havn.domain.exchange.services._tiles import frontier_bytes, frontier_of, keep_leaves
from havn.domain.ledger import selectors as events
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EVERYBODY, OPEN_KINDS, EventKind
from havn.lib import feed
from havn.lib.encoding import uuid4
from havn.lib.sealing import seal

MOST_SAID_AGAIN = 1000  # to one node at one beat; the rest with the next
CHECKPOINTS_KEPT = 600  # two days of beats of five minutes


@dataclass(frozen=True, slots=True)
class Beat:
    """What one beat appended."""

    size: int
    leaves: int
    events: int
    still_waiting: int


@audit.action("log.opened", did_nothing=lambda opened: not opened)
def open_own_log(*, node_id: UUID, actor: Actor, at: datetime) -> bool:
    """Make the own log, empty; false where it is there."""
    if Log.objects.filter(is_own=True).exists():
        return False
    Log.objects.create(
        origin=feed.log_origin(str(node_id)), node=node_id, is_own=True, root=feed.EMPTY_ROOT
    )
    audit.record(action="log.opened", actor=actor, subject_kind="node", subject_id=node_id, at=at)
    return True


@audit.action("log.published")
def publish(
    *,
    peers: Mapping[UUID, bytes],
    versions: Mapping[UUID, int],
    epoch: int,
    keys: rules.LogSecrets,
    actor: Actor,
    at: datetime,
) -> Beat:
    """Append one beat's leaves and sign the checkpoint over them. (F15)

    `peers` are the exchange keys, in this epoch, of every other node that takes part and speaks a version
    that this one speaks; `versions` says which. Refused while the log is recovering: before two peers have confirmed where it stood, no checkpoint is signed.
    """
    log = Log.objects.select_for_update().get(is_own=True)
    if log.recovering_since is not None:
        raise RefusedError("log_recovers", str(_("This node's log is being recovered.")))
    again = _say_again(log, peers, at=at)
    lines = events.events_waiting(actor=actor, most=rules.MOST_A_BEAT)
    # Peers ask in vain for what was lost until they hear of it, so that goes before what waited longer.
    lines.sort(key=lambda line: line.kind != EventKind.LOG_RECOVERED)
    waiting = [
        rules.WaitingEvent(
            id=line.id,
            kind=line.kind,
            subject_id=line.subject_id,
            audience=line.audience,
            body=line.payload,
            happened_at=line.happened_at,
        )
        for line in lines
    ]
    head = _head_to_witness()
    batch = rules.next_batch(
        _own(log),
        waiting,
        peers=peers,
        epoch=epoch,
        secrets=keys,
        noise=secrets.token_bytes,
        at=at,
        versions=versions,
        head=head[1] if head else "",
    )
    _keep(log, batch, peers=peers, at=at)
    # Whoever had heard all that is open before this beat has heard what left with it, too.
    Peer.objects.filter(node__in=peers, told_until=batch.size_before).update(
        told_until=batch.frontier.size
    )
    if head and batch.anchored:
        anchored = batch.anchored
        Anchored.objects.create(
            position=anchored.position, sequence=head[0], salt=anchored.salt, head=anchored.head
        )
    audit.record(
        action="log.published",
        actor=actor,
        subject_kind="node",
        subject_id=log.node,
        at=at,
        detail={"size": batch.frontier.size, "events": len(batch.drafts), "again": again},
    )
    return Beat(
        size=batch.frontier.size,
        leaves=len(batch.leaves),
        events=len(batch.drafts),
        still_waiting=len(waiting) - len(batch.drafts),
    )


def _say_again(log: Log, peers: Iterable[UUID], *, at: datetime) -> int:
    """Let what is for the whole Alliance wait once more for each node that took no part when it left. (X22)

    A node that joined, or was suspended meanwhile, is told in the order of the leaves; returns how many events.
    """
    Peer.objects.bulk_create([Peer(node=node) for node in peers], ignore_conflicts=True)
    behind = Peer.objects.filter(node__in=peers, told_until__lt=log.size).order_by("node")
    first_of = dict(behind.values_list("node", "told_until"))
    left = _open_since(min(first_of.values())) if first_of else []
    said = 0
    for node, first in first_of.items():
        missed = [
            (event, position)
            for event, position, audience in left
            if position >= first and str(node) not in audience
        ][:MOST_SAID_AGAIN]
        events_missed = [event for event, _position in missed]
        said += ledger.say_again(event_ids=events_missed, node=str(node), at=at)
        until = missed[-1][1] + 1 if len(missed) == MOST_SAID_AGAIN else log.size
        Peer.objects.filter(node=node).update(told_until=until)
    return said


def _open_since(first: int) -> list[tuple[UUID, int, list[str]]]:
    """Return what is of an open kind from a position on: the event, where it stands, and for whom it left."""
    rows = Given.objects.filter(
        position__gte=first,
        kind__in=[kind.value for kind in OPEN_KINDS],
        erased_at__isnull=True,
    ).order_by("position")
    return list(rows.values_list("event", "position", "audience"))


@audit.action("log.recovery_began", did_nothing=lambda began: not began)
def begin_recovery(*, actor: Actor, at: datetime) -> bool:
    """Stop signing: this node was restored, or peers hold more of its log; false where that is known."""
    log = Log.objects.select_for_update().get(is_own=True)
    if log.recovering_since is not None:
        return False
    log.recovering_since = at
    log.save(update_fields=["recovering_since"])
    audit.record(
        action="log.recovery_began",
        actor=actor,
        subject_kind="node",
        subject_id=log.node,
        at=at,
        detail={"size": log.size},
    )
    return True


@audit.action("log.recovered")
def end_recovery(
    *, size_before: int, counts: Mapping[str, int], actor: Actor, at: datetime
) -> None:
    """Sign again: the leaves that were lost have come back from peers' mirrors, and all are told which. (X8)

    `counts` says how many of them were for each audience, so that its counter goes on behind them.
    """
    log = Log.objects.select_for_update().get(is_own=True)
    for audience, number in counts.items():
        row, _made = Counter.objects.get_or_create(
            log=log, audience=audience, defaults={"number": 0}
        )
        row.number += number
        row.save(update_fields=["number"])
    log.recovering_since = None
    log.save(update_fields=["recovering_since"])
    Cosigned.objects.filter(size__lte=log.size, size__gt=size_before).delete()
    Cosigned.objects.get_or_create(size=log.size, defaults={"note": log.note, "signed_at": at})
    if log.size > size_before:
        ledger.append_event(
            kind=EventKind.LOG_RECOVERED,
            subject_id=uuid4(),
            organisation=actor.scope,
            payload={"first": size_before, "until": log.size},
            audience=[EVERYBODY],
            at=at,
        )
    audit.record(
        action="log.recovered",
        actor=actor,
        subject_kind="node",
        subject_id=log.node,
        at=at,
        detail={"from": size_before, "to": log.size},
    )


@audit.action("event.erased", did_nothing=lambda is_erased: not is_erased)
def erase_event(*, event_id: UUID, why: rules.ErasedBecause, actor: Actor, at: datetime) -> bool:
    """Erase what an event said, here and at every node of its audience; its leaf and its proofs stay. (F16)

    One that has not left yet never leaves. False where it was erased before. Refused for what says that
    others were erased: whoever has not heard it yet would keep what it should erase.
    """
    event = events.event_facts(event_id=event_id, actor=actor)
    if event.kind in rules.NEVER_ERASED:
        raise RefusedError(
            "never_erased", str(_("This event says what was erased or lost. It holds no words."))
        )
    # First the row that `note_left` writes too: a beat under way is waited for, and what it gave is seen.
    if not ledger.erase_payload(event_id=event_id, at=at):
        return False
    given = Given.objects.filter(event=event_id, erased_at__isnull=True).first()
    if given is not None:
        _take_back(given, why, organisation=actor.scope, at=at)
    for again in events.said_again(event_id=event_id, actor=actor):
        erase_event(event_id=again, why=why, actor=actor, at=at)
    audit.record(
        action="event.erased",
        actor=actor,
        subject_kind="event",
        subject_id=event_id,
        at=at,
        detail={
            "kind": event.kind,
            "why": why.value,
            "copies": len(given.audience) if given else 0,
        },
    )
    return True


def _take_back(
    given: Given, why: rules.ErasedBecause, *, organisation: UUID, at: datetime
) -> None:
    """Delete the copies, and tell each node by itself: one that is suspended keeps no other waiting. (F51)"""
    given.copies.all().delete()
    given.erased_at = at
    given.save(update_fields=["erased_at"])
    said = rules.erasure_body([given.commit], [given.event], why=why)
    for node in given.audience:
        ledger.append_event(
            kind=EventKind.PAYLOAD_ERASED,
            subject_id=given.subject_id,
            organisation=organisation,
            payload=said,
            audience=[node],
            at=at,
        )


def _head_to_witness() -> tuple[int, str] | None:
    """Return the newest signed head of the audit chain, unless a leaf commits to it already."""
    newest = audit_chain.newest_signed_head(actor=Actor.system())
    last = Anchored.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    return newest if newest and newest[0] > (last or 0) else None


def _own(log: Log) -> rules.OwnLog:
    return rules.OwnLog(
        origin=log.origin,
        frontier=frontier_of(log.size, bytes(log.frontier)),
        rate=log.rate,
        calm_beats=log.calm_beats,
        counters={row.audience: row.number for row in log.counters.all()},
        signed_at=log.noted_at,
    )


def _keep(log: Log, batch: rules.Batch, *, peers: Mapping[UUID, bytes], at: datetime) -> None:
    hashes = feed.leaf_hashes(batch.leaves)
    keep_leaves(log, batch.leaves, hashes, size_before=batch.size_before)
    for draft in batch.drafts:
        _give(draft, peers=peers, at=at)
    for audience in {feed.audience_key(draft.audience) for draft in batch.drafts}:
        Counter.objects.update_or_create(
            log=log, audience=audience, defaults={"number": batch.counters[audience]}
        )
    left = ledger.note_left(event_ids=[draft.event.id for draft in batch.drafts], at=at)
    if left != len(
        batch.drafts
    ):  # one was erased since it was read: the beat is done again without it
        raise RefusedError("erased_meanwhile", str(_("An event was erased just now.")))
    log.size, log.frontier = batch.frontier.size, frontier_bytes(batch.frontier)
    log.root, log.noted_at = batch.frontier.root(), batch.signed_at
    log.note = log.served = batch.note
    log.rate, log.calm_beats = batch.rate, batch.calm_beats
    log.save()
    Cosigned.objects.create(size=log.size, note=batch.note, signed_at=at)
    kept = Cosigned.objects.order_by("-size").values_list("size", flat=True)
    oldest = list(kept[CHECKPOINTS_KEPT - 1 : CHECKPOINTS_KEPT])
    if oldest:
        Cosigned.objects.filter(size__lt=oldest[0]).delete()


def _give(draft: rules.Draft, *, peers: Mapping[UUID, bytes], at: datetime) -> None:
    given = Given.objects.create(
        commit=draft.commit.hex(),
        event=draft.event.id,
        position=draft.position,
        kind=draft.event.kind,
        subject_id=draft.event.subject_id,
        audience=[str(node) for node in draft.audience],
        counter=draft.counter,
        recorded_at=at,
    )
    opened = draft.salt + draft.payload  # X6
    GivenCopy.objects.bulk_create(
        [
            GivenCopy(
                given=given,
                node=node,
                sealed=seal(opened, peers[node], purpose=rules.COPY_PURPOSE),
            )
            for node in draft.audience
        ]
    )
