# SPDX-License-Identifier: Apache-2.0
"""Asking offices by a link that needs no account, and keeping what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs import services as jobs
from havn.domain.reporting import rules, selectors
from havn.domain.reporting.models import OfficeAnswer, OfficeAsk, SentReminder
from havn.domain.reporting.services._access import (
    open_report,
    record,
    require_length,
    require_plain,
    require_rapporteur,
)
from havn.domain.reporting.services.drafting import order_reminders
from havn.lib.encoding import canonical_json, uuid4, uuid7
from havn.lib.sealing import encrypt_until

LINK_AFTER_DUE = timedelta(days=30)  # a late answer is taken; a later one needs a new link
MOST_FIGURE = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class NewAsk:
    """What an office is asked: by which day, and whether for a figure or a paragraph."""

    office: str
    email: str
    language: str
    question: str
    wants: str
    due_on: date


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """What an office says: a figure or a paragraph, by whom, from which source, as of which day."""

    figure: Decimal | None
    text: str
    source: str
    stated_by: str
    known_on: date


@audit.action("office.asked")
def ask_office(*, report_id: UUID, ask: NewAsk, actor: Actor, at: datetime) -> UUID:
    """Ask an office; the worker mails the link at once and reminds by itself until an answer is chosen."""
    by = require_rapporteur(actor)
    row = open_report(report_id, actor)
    _require_ask(ask, at)
    created = OfficeAsk.objects.create(
        id=uuid4(),
        organisation=actor.scope,
        report=row,
        office=ask.office.strip(),
        email=ask.email.strip(),
        language=ask.language,
        question=ask.question.strip(),
        wants=ask.wants,
        due_on=ask.due_on,
        expires_at=datetime.combine(ask.due_on, time(23, 59), tzinfo=UTC) + LINK_AFTER_DUE,
        asked_by=by,
        asked_at=at,
    )
    jobs.enqueue(
        kind=rules.SEND_ASK,
        key=f"{rules.SEND_ASK}:{created.pk}",
        subject_id=created.pk,
        organisation=actor.scope,
        due_at=at,
        at=at,
    )
    order_reminders(created.pk, ask.due_on, organisation=actor.scope, at=at)
    record("office.asked", ("office_ask", created.pk), actor, at, {"wants": ask.wants})
    return created.pk


@audit.action("office_ask.withdrawn")
def withdraw_ask(*, ask_id: UUID, actor: Actor, at: datetime) -> None:
    """Withdraw a question: its link opens nothing more; what was answered stays."""
    require_rapporteur(actor)
    row = _ask(ask_id, actor)
    won = OfficeAsk.objects.filter(pk=row.pk, withdrawn_at__isnull=True).update(withdrawn_at=at)
    if won != 1:
        raise RefusedError("withdrawn", str(_("This link is withdrawn already.")))
    jobs.withdraw(kinds=[rules.REMIND, rules.SEND_ASK], subject_ids=[row.pk], at=at)
    record("office_ask.withdrawn", ("office_ask", row.pk), actor, at)


def office_token(*, ask_id: UUID, asked_at: datetime) -> str:
    """Return the text of the link that opens the page of a question, without an account."""
    named = canonical_json({"v": 1, "ask": str(ask_id)})
    key = settings.HAVN_KEYRING.read("answer-link-key")
    return encrypt_until(named, key, purpose=rules.LINK_PURPOSE, at=asked_at)


@audit.action("office.answered")
def answer_ask(*, token: str, answer_id: UUID, answer: NewAnswer, at: datetime) -> None:
    """Keep an office's answer; the same one sent twice is kept once, a different one beside it.

    The public process only adds: it can neither read nor change what was answered before.
    """
    found = selectors.ask_for_answer(token=token, at=at)
    _require_answer(found.wants, answer, at)
    content = [
        str(answer.figure),
        answer.text.strip(),
        answer.source.strip(),
        answer.stated_by.strip(),
        answer.known_on.isoformat(),
    ]
    key = uuid5(answer_id, canonical_json([str(found.ask_id), *content]).decode())
    OfficeAnswer.objects.bulk_create(
        [
            OfficeAnswer(
                id=key,
                ask_id=found.ask_id,
                organisation=found.organisation,
                figure=answer.figure if found.wants == "figure" else None,
                text=answer.text.strip(),
                source=answer.source.strip(),
                stated_by=answer.stated_by.strip(),
                known_on=answer.known_on,
                answered_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    actor = Actor.office(organisation=found.organisation, ask=found.ask_id)
    record("office.answered", ("office_ask", found.ask_id), actor, at)


@audit.action("office_answer.chosen")
def choose_answer(*, answer_id: UUID, actor: Actor, at: datetime) -> None:
    """Take one of an office's answers into the report; the others stay beside it."""
    by = require_rapporteur(actor)
    row = (
        OfficeAnswer.objects.select_related("ask")
        .filter(pk=answer_id, organisation=actor.scope)
        .first()
    )
    if row is None:
        raise NotFoundError
    open_report(_open_of(row.ask, actor), actor)
    OfficeAnswer.objects.filter(ask_id=row.ask_id, chosen_at__isnull=False).update(
        chosen_at=None, chosen_by=None
    )
    OfficeAnswer.objects.filter(pk=row.pk).update(chosen_at=at, chosen_by=by)
    OfficeAsk.objects.filter(pk=row.ask_id).update(settled_at=at)
    jobs.withdraw(kinds=[rules.REMIND, rules.SEND_ASK], subject_ids=[row.ask_id], at=at)
    record("office_answer.chosen", ("office_ask", row.ask_id), actor, at)


@audit.action("reminder.sent", did_nothing=lambda is_new: not is_new)
def note_reminded(*, subject_id: UUID, days: int, told: str, actor: Actor, at: datetime) -> bool:
    """Keep that a reminder was handed over; false when that was known already."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    _row, is_new = SentReminder.objects.get_or_create(
        subject_id=subject_id,
        days=days,
        told=told,
        defaults={"id": uuid7(at), "organisation": actor.scope, "sent_at": at},
    )
    if is_new:
        record("reminder.sent", ("reminder", subject_id), actor, at, {"days": days, "told": told})
    return is_new


def _open_of(ask: OfficeAsk, actor: Actor) -> UUID:
    """Return the report of the ask's year that is being written now: the ask's own, or a correction of it."""
    found = selectors.open_version(year=ask.report.year, actor=actor)
    return found or ask.report_id


def _ask(ask_id: UUID, actor: Actor) -> OfficeAsk:
    row = OfficeAsk.objects.filter(pk=ask_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return row


def _require_ask(ask: NewAsk, at: datetime) -> None:
    if not ask.office.strip() or not ask.question.strip():
        raise RefusedError("question_needed", str(_("Say which office you ask, and what.")))
    if ask.wants not in {"figure", "paragraph"}:
        raise RefusedError("unknown_kind", str(_("Choose a figure or a paragraph.")))
    if ask.due_on <= at.date():
        raise RefusedError("due_in_past", str(_("Choose a day that lies ahead.")))
    require_plain(ask.office, ask.question)
    require_length(ask.office, rules.MOST_OFFICE)
    require_length(ask.question, rules.MOST_NOTE)


def _require_answer(wants: str, answer: NewAnswer, at: datetime) -> None:
    if wants == "figure" and answer.figure is None:
        raise RefusedError("figure_needed", str(_("Write the figure as a number.")))
    if answer.figure is not None and not abs(answer.figure) < MOST_FIGURE:
        raise RefusedError("figure_too_large", str(_("This number is too large. Check it.")))
    if wants == "paragraph" and not answer.text.strip():
        raise RefusedError("text_needed", str(_("Write your paragraph.")))
    if not answer.source.strip():
        raise RefusedError(
            "source_needed",
            str(
                _(
                    "Say where this comes from, for example a register or a published table. "
                    "A figure without a source is not taken."
                )
            ),
        )
    if not answer.stated_by.strip():
        raise RefusedError(
            "who_needed", str(_("Say who answers: the function is enough, no name is needed."))
        )
    if answer.known_on > at.date():
        raise RefusedError("day_ahead", str(_("The day of the source cannot lie ahead.")))
    require_plain(answer.text, answer.source, answer.stated_by)
    require_length(answer.text, rules.MOST_TEXT)
    require_length(answer.source, rules.MOST_SOURCE)
    require_length(answer.stated_by, rules.MOST_OFFICE)
