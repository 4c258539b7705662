# SPDX-License-Identifier: Apache-2.0
"""Reading facts for indicators, and events that wait to leave."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from havn.domain.actor import Actor, ActorKind
from havn.domain.errors import NotFoundError
from havn.domain.ledger import rules
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.lib.sealing import open_sealed


class FactLine(NamedTuple):
    """One fact as indicators read it; its codes may be shared with other facts and are not to be changed."""

    name: str
    subject_kind: str
    subject_id: str  # the UUID as 32 hexadecimal digits
    happened_at: datetime
    recorded_at: datetime
    codes: dict[str, Any]


MOST_KEPT = 4096  # distinct texts of codes that are read once
READ_AT_ONCE = 2000
_FACTS = (
    "SELECT name, subject_kind, replace(subject_id::text, '-', ''), happened_at, recorded_at, codes"
    " FROM ledger_fact WHERE organisation = %s AND recorded_at <= %s"
)
# Instants as text: what Django would make of the columns is slower and has no zone. Nearly all are recorded when they happen.
_FACTS_ON_SQLITE = (
    "SELECT name, subject_kind, subject_id, happened_at || '+00:00',"
    " CASE WHEN recorded_at = happened_at THEN NULL ELSE recorded_at || '+00:00' END, codes"
    " FROM ledger_fact NOT INDEXED WHERE organisation = %s AND recorded_at <= %s"
)


def facts_until(*, actor: Actor, names: Collection[str], until: datetime) -> Iterator[FactLine]:
    """Yield facts of the actor's organisation with these names, recorded until `until`, in no order.

    There are millions of them, so rows become no objects of the ORM, and a table scan takes the place of
    an index that would fetch nearly every row one by one.
    """
    known = frozenset(names)
    codes_of = lru_cache(MOST_KEPT)(_codes)
    read_at = _read_at if connection.vendor == "sqlite" else _as_it_is
    new = partial(tuple.__new__, FactLine)
    for name, kind, subject, happened, recorded, codes in _fact_rows(actor.scope, until):
        if name in known:
            happened_at = read_at(happened)
            recorded_at = happened_at if recorded is None else read_at(recorded)
            yield new((name, kind, subject, happened_at, recorded_at, codes_of(codes)))


def _fact_rows(organisation: UUID, until: datetime) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        if connection.vendor == "sqlite":
            at = connection.ops.adapt_datetimefield_value(until)
            cursor.execute(_FACTS_ON_SQLITE, [organisation.hex, at])
        else:
            cursor.execute(_FACTS, [organisation, until])
        yield from chain.from_iterable(iter(partial(cursor.fetchmany, READ_AT_ONCE), []))


# What json.loads ends up in, without its ways there: codes that hold an instant are read once for each fact.
_decoder: Any = json.JSONDecoder()
_scan: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once


def _codes(text: str) -> dict[str, Any]:
    found: dict[str, Any]
    found, _end = _scan(text, 0)
    return found


_read_at: Callable[[Any], datetime] = datetime.fromisoformat


def _as_it_is(told: Any) -> datetime:
    found: datetime = told
    return found


def first_fact_at(*, actor: Actor) -> datetime | None:
    """Return when the first fact of the actor's organisation happened, years written wrong apart."""
    begins = datetime(rules.FIRST_YEAR, 1, 1, tzinfo=UTC)
    facts = Fact.objects.filter(organisation=actor.scope, happened_at__gte=begins)
    first = facts.order_by("happened_at").first()
    return first.happened_at if first else None


def newest_position(*, actor: Actor, until: datetime) -> UUID | None:
    """Return the identifier of the last fact recorded until `until`, the log position read."""
    row = (
        Fact.objects.filter(organisation=actor.scope, recorded_at__lte=until)
        .order_by("-recorded_at", "-id")
        .first()
    )
    return row.id if row else None


@dataclass(frozen=True, slots=True)
class EventLine:
    """One outgoing event with what it says."""

    id: UUID
    kind: str
    subject_id: UUID
    audience: tuple[str, ...]
    payload: dict[str, Any]
    happened_at: datetime
    recorded_at: datetime


def events_waiting(*, actor: Actor, most: int) -> list[EventLine]:
    """Return the oldest events that have not left yet, opened with the desk's key; for the system only."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    waiting = OutgoingEvent.objects.filter(left_at__isnull=True, erased_at__isnull=True)
    rows = list(waiting.order_by("recorded_at", "id")[:most])
    private = settings.HAVN_KEYRING.read("desk-opening-key") if rows else b""
    return [
        EventLine(
            id=row.pk,
            kind=row.kind,
            subject_id=row.subject_id,
            audience=tuple(row.audience),
            payload=_opened(row, private),
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What is known of an outgoing event without opening what it says."""

    id: UUID
    kind: str
    subject_id: UUID
    left_at: datetime | None
    erased_at: datetime | None


def event_facts(*, event_id: UUID, actor: Actor) -> EventFacts:
    """Return one outgoing event of the actor's organisation, unopened; raises NotFoundError."""
    row = OutgoingEvent.objects.filter(pk=event_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return _facts_of(row)


def events_about(*, subject_id: UUID, kind: str, actor: Actor) -> list[EventFacts]:
    """Return the events of one kind about a subject that still say something, the oldest first."""
    rows = OutgoingEvent.objects.filter(
        subject_id=subject_id, kind=kind, organisation=actor.scope, erased_at__isnull=True
    )
    return [_facts_of(row) for row in rows.order_by("recorded_at", "id")]


def said_again(*, event_id: UUID, actor: Actor) -> list[UUID]:
    """Return the events that say this one again, to nodes that came later."""
    rows = OutgoingEvent.objects.filter(repeats=event_id, organisation=actor.scope)
    return list(rows.order_by("recorded_at", "id").values_list("pk", flat=True))


def event_payload(*, event_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return what an event says, opened with the desk's key; raises NotFoundError once it was erased.

    For the system only: it is part of an action that says the same again with less in it.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    row = OutgoingEvent.objects.filter(
        pk=event_id, organisation=actor.scope, erased_at__isnull=True
    ).first()
    if row is None:
        raise NotFoundError
    return _opened(row, settings.HAVN_KEYRING.read("desk-opening-key"))


def _facts_of(row: OutgoingEvent) -> EventFacts:
    return EventFacts(row.pk, row.kind, row.subject_id, row.left_at, row.erased_at)


def _opened(row: OutgoingEvent, private: bytes) -> dict[str, Any]:
    content = open_sealed(bytes(row.sealed_payload), private, purpose=rules.PAYLOAD_PURPOSE)
    found: dict[str, Any] = json.loads(content)
    return found


def count_waiting(*, actor: Actor) -> int:
    """Return how many events have not left yet."""
    del actor  # a number of the node
    return OutgoingEvent.objects.filter(left_at__isnull=True, erased_at__isnull=True).count()
