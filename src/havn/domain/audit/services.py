# SPDX-License-Identifier: Apache-2.0
"""Recording actions, marking services and selectors, and linking the chain."""

from __future__ import annotations

import functools
import inspect
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from django.db import connection, transaction

from havn.domain.actor import Actor
from havn.domain.audit import rules
from havn.domain.audit.models import Detail, Entry, Head
from havn.domain.audit.selectors import sealed_entry
from havn.domain.rows import insert
from havn.lib.encoding import uuid7

P = ParamSpec("P")
R = TypeVar("R")

ACTIONS: dict[str, str] = {}
_recorded: ContextVar[frozenset[str]] = ContextVar("recorded", default=frozenset())


class NothingRecordedError(RuntimeError):
    """A service ended without the audit entry it is registered for; it was rolled back."""


def _register(name: str, function: Callable[..., object]) -> None:
    place = f"{function.__module__}.{function.__qualname__}"
    if ACTIONS.setdefault(name, place) != place:
        raise RuntimeError(f"{ACTIONS[name]} and {place} both record {name!r}")


def action(
    name: str, *, did_nothing: Callable[[Any], bool] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run a service in one transaction (a savepoint inside another) that must record `name`.

    `did_nothing` tells from a result that there was nothing to do (an empty queue, the same
    request a second time): only then may the entry be missing.
    """

    def decorate(service: Callable[P, R]) -> Callable[P, R]:
        _register(name, service)

        @functools.wraps(service)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with transaction.atomic():
                before = _recorded.set(frozenset())
                try:
                    result = service(*args, **kwargs)
                    is_idle = did_nothing is not None and did_nothing(result)
                    if name not in _recorded.get() and not is_idle:
                        raise NothingRecordedError(name)
                finally:
                    _recorded.reset(before)
                return result

        run.__dict__["audit_action"] = name
        return run

    return decorate


def viewed(
    name: str, *, subject_kind: str, subject: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a selector write a reading entry after it found something.

    The selector takes `actor` and `at`; `subject` names the argument that holds the UUID.
    """

    def decorate(selector: Callable[P, R]) -> Callable[P, R]:
        _register(name, selector)
        wanted = {"actor", "at", subject} - set(inspect.signature(selector).parameters)
        if wanted:
            raise RuntimeError(f"{selector.__qualname__} lacks the arguments {sorted(wanted)}")

        @functools.wraps(selector)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with transaction.atomic():
                found = selector(*args, **kwargs)
                record(
                    action=name,
                    actor=cast("Actor", kwargs["actor"]),
                    subject_kind=subject_kind,
                    subject_id=cast("UUID", kwargs[subject]),
                    at=cast("datetime", kwargs["at"]),
                )
                return found

        run.__dict__["audit_action"] = name
        return run

    return decorate


def record(
    *,
    action: str,
    actor: Actor,
    subject_kind: str,
    subject_id: UUID | None,
    at: datetime,
    happened_at: datetime | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Insert one unchained entry in the running transaction; the sealer links it later.

    `detail` holds references and codes; only its salted commitment stands in the entry.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit entry belongs into the transaction of its action")
    salt = secrets.token_bytes(32) if detail else b""
    text = rules.detail_text(detail) if detail else ""
    entry = Entry(
        id=uuid7(at),
        action=action,
        actor_kind=actor.kind.value,
        actor_id=actor.identifier,
        organisation=actor.organisation,
        subject_kind=subject_kind,
        subject_id=subject_id,
        happened_at=happened_at or at,
        recorded_at=at,
        detail_commit=rules.detail_commitment(salt=salt, detail=text) if detail else b"",
    )
    insert(entry)
    if detail:
        Detail.objects.create(entry=entry, salt=salt, detail=text)
    _recorded.set(_recorded.get() | {action})


def link_entries(*, actor: Actor, at: datetime, most: int = 500) -> int:
    """Link up to `most` unlinked entries to the chain and return how many were linked.

    Only one sealer runs at a time: the sequence is unique, so a second one fails and retries. Not more at
    once, since on SQLite nobody else writes meanwhile.
    """
    del actor, at  # The sealer leaves no entry: it would have to seal itself for ever.
    with transaction.atomic():
        last = Entry.objects.filter(sequence__isnull=False).order_by("-sequence").first()
        sequence = last.sequence if last and last.sequence is not None else 0
        previous = bytes(last.chain_hash) if last else rules.CHAIN_START
        waiting = list(
            Entry.objects.filter(sequence__isnull=True).order_by("recorded_at", "id")[:most]
        )
        for entry in waiting:
            sequence += 1
            previous = rules.next_link(previous, sealed_entry(entry), sequence=sequence)
            entry.sequence = sequence
            entry.chain_hash = previous
        Entry.objects.bulk_update(waiting, ["sequence", "chain_hash"], batch_size=200)
    return len(waiting)


def keep_head(*, actor: Actor, at: datetime, sequence: int, chain_hash: bytes, token: str) -> None:
    """Store a signed head beside the chain; the same head twice is one row."""
    del actor
    Head.objects.get_or_create(
        sequence=sequence,
        defaults={"chain_hash": chain_hash, "signed_at": at, "signature": token},
    )


@action("detail.erased")
def erase_details(*, actor: Actor, at: datetime, subject_kind: str, subject_id: UUID) -> int:
    """Erase salt and detail of all entries about a subject; the chain still verifies."""
    erased, _ = Detail.objects.filter(
        entry__subject_kind=subject_kind, entry__subject_id=subject_id
    ).delete()
    record(
        action="detail.erased",
        actor=actor,
        subject_kind=subject_kind,
        subject_id=subject_id,
        at=at,
    )
    return erased
