# SPDX-License-Identifier: Apache-2.0
"""What arrives: leaves with our tag are found, their payloads fetched and believed, and one day settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.exchange import rules
from havn.domain.exchange.models import Arrival, Counter, Log, Peer
from havn.domain.exchange.services.alarms import raise_alarm
from havn.lib import feed
from havn.lib.encoding import uuid4
from havn.lib.sealing import SealError, open_sealed

TRIES_BEFORE_ALARM = 3


@dataclass(frozen=True, slots=True)
class FoundLeaf:
    """A leaf of a peer's log that carries our tag."""

    position: int
    commit: bytes
    epoch: int


@audit.action("arrivals.found", did_nothing=lambda count: not count)
def keep_found(
    *, node_id: UUID, scanned: int, found: Sequence[FoundLeaf], actor: Actor, at: datetime
) -> int:
    """Keep the leaves that are for us, and up to where the log was looked through; returns how many."""
    log = Log.objects.get(node=node_id)
    Arrival.objects.bulk_create(
        [
            Arrival(
                id=uuid4(),
                log=log,
                position=leaf.position,
                commit=leaf.commit.hex(),
                epoch=leaf.epoch,
                state=rules.InboxState.FOUND.value,
                found_at=at,
            )
            for leaf in found
        ],
        ignore_conflicts=True,
    )
    Peer.objects.filter(node=node_id).update(scanned=scanned)
    if found:
        audit.record(
            action="arrivals.found",
            actor=actor,
            subject_kind="node",
            subject_id=node_id,
            at=at,
            detail={"count": len(found), "scanned": scanned},
        )
    return len(found)


@audit.action("arrival.fetched", did_nothing=lambda kept: not kept)
def keep_payload(
    *,
    node_id: UUID,
    given: rules.GivenPayload,
    own_node: UUID,
    exchange_private: bytes,
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep what a peer gave for a commitment, if it is what its leaf commits to; false otherwise.

    What cannot be believed raises an alarm, changes nothing else, and is asked for again.
    """
    # Locked: at the same time another thread may hear that the source erased or lost it.
    rows = Arrival.objects.select_for_update(of=("self",)).filter(
        log__node=node_id, commit=given.commit.hex(), state=rules.InboxState.FOUND.value
    )
    row = rows.first()
    if row is None:
        return False
    if given.state == "erased":
        _settle(row, rules.InboxState.ERASED, at=at)
    elif given.state != "here":
        _tried_in_vain(row, rules.AlarmCode.PAYLOAD_WITHHELD, node_id, actor=actor, at=at)
        return False
    else:
        try:
            opened = open_sealed(given.sealed, exchange_private, purpose=rules.COPY_PURPOSE)
            found = rules.believed(opened, commit=given.commit, own_node=own_node)
        except (SealError, feed.FeedError) as error:
            return _disbelieve(row, given, error, node_id, actor=actor, at=at)
        _take(row, found, given.sealed, node_id, actor=actor, at=at)
    _record("arrival.fetched", row, actor=actor, at=at)
    return True


def _disbelieve(
    row: Arrival,
    given: rules.GivenPayload,
    error: Exception,
    node_id: UUID,
    *,
    actor: Actor,
    at: datetime,
) -> bool:
    code = error.code if isinstance(error, feed.FeedError) else "commitment_differs"
    if code != rules.AlarmCode.UNKNOWN_PAYLOAD_VERSION:
        _tried_in_vain(row, rules.AlarmCode(code), node_id, actor=actor, at=at, is_at_once=True)
        return False
    # Kept as it came, marked and shown: a later release reads it. (F11, W7)
    row.state, row.sealed, row.fetched_at = rules.InboxState.UNKNOWN.value, given.sealed, at
    row.code, row.version = code, _version_of(error)
    row.save(update_fields=["state", "sealed", "fetched_at", "code", "version"])
    raise_alarm(
        code=rules.AlarmCode.UNKNOWN_PAYLOAD_VERSION, about=str(node_id), actor=actor, at=at
    )
    _record("arrival.fetched", row, actor=actor, at=at)
    return True


def _version_of(error: Exception) -> int:
    version = error.details.get("version", 0) if isinstance(error, feed.FeedError) else 0
    return version if isinstance(version, int) else 0


def _take(
    row: Arrival,
    found: rules.Believed,
    sealed: bytes,
    node_id: UUID,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    payload = found.payload
    is_repeated = Arrival.objects.filter(log_id=row.log_id, event=payload.id).exists()
    _count(row, found, node_id, actor=actor, at=at)
    row.kind, row.version = payload.kind, rules.body_version(payload)
    row.subject_id = payload.subject
    row.fetched_at = at
    if is_repeated:  # X18: a node whose disk went back says it again
        row.state, row.code, row.settled_at = rules.InboxState.DONE.value, "repeated", at
    else:
        row.event, row.sealed, row.state = payload.id, sealed, rules.InboxState.WAITING.value
        row.tries = 0  # of its service, from here on
    row.save()


def _count(
    row: Arrival, found: rules.Believed, node_id: UUID, *, actor: Actor, at: datetime
) -> None:
    counter, _made = Counter.objects.get_or_create(
        log_id=row.log_id, audience=found.audience, defaults={"number": 0}
    )
    unread = Arrival.objects.filter(
        log_id=row.log_id, position__lt=row.position, fetched_at__isnull=True
    ).count()
    last, number = counter.number, found.payload.counter
    after, finding = rules.counted(_count_of(counter), number, unread=unread)
    if finding is not rules.CounterFinding.FOLLOWS:
        code = rules.AlarmCode(f"counter_{finding.value}")
        detail = {"last": last, "number": number, "position": row.position}
        raise_alarm(code=code, about=str(node_id), detail=detail, actor=actor, at=at)
    counter.number, counter.missing = after.expected - 1, [list(each) for each in after.missing]
    counter.save(update_fields=["number", "missing"])


def _count_of(row: Counter) -> feed.AudienceCounter:
    return feed.AudienceCounter(
        row.number + 1, tuple((first, last) for first, last in row.missing)
    )


def _tried_in_vain(
    row: Arrival,
    code: rules.AlarmCode,
    node_id: UUID,
    *,
    actor: Actor,
    at: datetime,
    is_at_once: bool = False,
) -> None:
    row.tries, row.code = row.tries + 1, code.value
    row.save(update_fields=["tries", "code"])
    if is_at_once or row.tries == TRIES_BEFORE_ALARM:
        detail = {"position": row.position}
        raise_alarm(code=code, about=str(node_id), detail=detail, actor=actor, at=at)


@audit.action("arrival.settled")
def settle_arrival(
    *, arrival_id: UUID, state: rules.InboxState, code: str = "", actor: Actor, at: datetime
) -> None:
    """Close what arrived: done, refused for good, or of a kind that nobody here reads.

    Of what is done or refused the copy goes; what it said stands in the owner's tables.
    """
    row = Arrival.objects.select_for_update().get(pk=arrival_id)
    row.code = code[:40]
    _settle(row, state, at=at)
    _record("arrival.settled", row, actor=actor, at=at)


@audit.action("arrivals.erased", did_nothing=lambda count: not count)
def erase_arrivals(*, node_id: UUID, commits: Sequence[str], actor: Actor, at: datetime) -> int:
    """Erase what a source erased, wherever its copy still lies; returns of how many leaves."""
    rows = Arrival.objects.filter(log__node=node_id, commit__in=list(commits))
    over = (rules.InboxState.DONE.value, rules.InboxState.ERASED.value)  # their copies are gone
    gone = rows.exclude(state__in=over).update(
        state=rules.InboxState.ERASED.value, sealed=b"", settled_at=at
    )
    if gone:
        audit.record(
            action="arrivals.erased",
            actor=actor,
            subject_kind="node",
            subject_id=node_id,
            at=at,
            detail={"count": gone},
        )
    return gone


@audit.action("arrivals.lost", did_nothing=lambda count: not count)
def forget_lost(*, node_id: UUID, first: int, until: int, actor: Actor, at: datetime) -> int:
    """Wait no more for payloads that their source lost with its disk; returns of how many leaves."""
    rows = Arrival.objects.filter(
        log__node=node_id,
        position__gte=first,
        position__lt=until,
        state=rules.InboxState.FOUND.value,
    )
    lost = rows.update(state=rules.InboxState.ERASED.value, code="lost_at_source", settled_at=at)
    if lost:
        audit.record(
            action="arrivals.lost",
            actor=actor,
            subject_kind="node",
            subject_id=node_id,
            at=at,
            detail={"count": lost},
        )
    return lost


@audit.action("arrivals.taken_again", did_nothing=lambda count: not count)
def take_unknown_again(
    *,
    read: Mapping[str, Collection[int]],
    payload_version: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Let what this release reads wait again for its service; an earlier one kept it. Returns how many. (W8)

    `read` names the kinds and versions of events that are read now; a payload whose own form was too new is
    asked for again, as long as its source has it.
    """
    unknown = Arrival.objects.filter(state=rules.InboxState.UNKNOWN.value)
    forms = unknown.filter(
        code=rules.AlarmCode.UNKNOWN_PAYLOAD_VERSION.value, version__lte=payload_version
    )
    again = forms.update(
        state=rules.InboxState.FOUND.value, sealed=b"", code="", version=0, fetched_at=None
    )
    for kind, versions in read.items():
        rows = unknown.filter(kind=kind, version__in=list(versions))
        again += rows.update(
            state=rules.InboxState.WAITING.value, code="", tries=0, settled_at=None
        )
    if again:
        audit.record(
            action="arrivals.taken_again",
            actor=actor,
            subject_kind="node",
            subject_id=None,
            at=at,
            detail={"count": again},
        )
    return again


def note_handling_failed(*, arrival_id: UUID, code: str, actor: Actor, at: datetime) -> None:
    """Count that a service could not be called; what arrived waits for the next try."""
    del actor, at  # bookkeeping of the worker
    Arrival.objects.filter(pk=arrival_id).update(tries=F("tries") + 1, code=code[:40])


def _settle(row: Arrival, state: rules.InboxState, *, at: datetime) -> None:
    row.state, row.settled_at = state.value, at
    if state is not rules.InboxState.UNKNOWN:
        row.sealed = b""
    row.save(update_fields=["state", "code", "settled_at", "sealed"])


def _record(action: str, row: Arrival, *, actor: Actor, at: datetime) -> None:
    detail: Mapping[str, object] = {"position": row.position, "state": row.state}
    audit.record(
        action=action,
        actor=actor,
        subject_kind="arrival",
        subject_id=row.pk,
        at=at,
        detail=detail,
    )
