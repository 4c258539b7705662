# SPDX-License-Identifier: Apache-2.0
"""The life of an item, middle part: traced, contact confirmed, provider told and reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Assignment, Availability, Mover, Notice, Track
from havn.domain.errors import RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.domain.members import selectors as members
from havn.domain.referral.rules import Progress
from havn.domain.takedown import rules as takedown_rules
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.tracing import rules as tracing_rules
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing import services as contacts
from havn.domain.tracing.rules import Outcome, WaitsFor
from havn.domain.workflow.selectors import casework as reads
from havn.domain.workflow.services import _notices, _orders, _referrals
from havn.domain.workflow.services._orders import Work

# 4. A trace ends: at home with a contact, abroad, without anybody to tell, or it is made again.


@audit.action("casework.traced")
def trace_finished(
    *, item_id: UUID, findings: tracing_rules.Findings, actor: Actor, at: datetime
) -> datetime | None:
    """Keep what a trace found and go on from it; returns when to trace again, or None."""
    item = cases.item(item_id=item_id, actor=actor)
    own = members.own_node(actor=actor).member_code
    outcome, place = (
        tracing_rules.outcome_of(findings),
        tracing_rules.place_of(findings, own_country=own),
    )
    proposed = None
    if outcome in {Outcome.TRACED, Outcome.PARTIAL}:
        proposed = contacts.propose_contact(item_id=item_id, findings=findings, actor=actor, at=at)
    is_ours = item.worked_here_at is not None  # although it is hosted abroad
    waits = tracing_rules.waits_for(
        outcome,
        place,
        own_country=place.country if is_ours else own,
        has_contact=proposed is not None,
    )
    if waits is WaitsFor.CONTACT and proposed is not None and proposed.is_confirmed:
        waits = WaitsFor.NOTHING
    if not item.is_open:
        waits = WaitsFor.NOTHING
    before = tracing.traces_made(item_id=item_id, actor=actor)
    contacts.record_evidence(
        item_id=item_id, findings=findings, place=place, waits_for=waits, actor=actor, at=at
    )
    _tell_of_place(item_id, place.country, outcome.value, own=own, actor=actor, at=at)
    _settle_place(item_id, place.country, outcome, own=own, actor=actor, at=at)
    if waits is not WaitsFor.RETRY:  # Nothing more will be found: police get their package now.
        _orders.bring_forward(Work.PACKAGE, item_id, due_at=at)
    if waits is WaitsFor.NOTHING:
        _notices.notify_if_ready(item_id, actor=actor, at=at)
    _entry("casework.traced", "item", item_id, actor, at)
    if waits is not WaitsFor.RETRY:
        return None
    asked = findings.network.retry_after_seconds
    return at + tracing_rules.try_again_in(before, asked_for_seconds=asked)


def _settle_place(
    item_id: UUID, country: str, outcome: Outcome, *, own: str, actor: Actor, at: datetime
) -> None:
    """Write the country, and move what is hosted abroad or provided by nobody."""
    item = cases.item(item_id=item_id, actor=actor)
    has_moved = bool(country) and country != item.hosting_country
    if has_moved:
        record.set_hosting_country(item_id=item_id, country=country, actor=actor, at=at)
    if outcome is Outcome.NO_PROVIDER:
        if item.notice == Notice.NONE:
            _notices.move(item_id, Track.NOTICE, Notice.NO_PROVIDER, actor=actor, at=at)
        return
    if item.worked_here_at is not None or not item.is_open:
        return
    if country not in {"", own}:
        _leave_home(item, country, has_moved=has_moved, actor=actor, at=at)
    elif (country == own and item.assignment in {Assignment.ORPHAN, Assignment.PASSED_ON}) or (
        country == own and has_moved and item.assignment == Assignment.OFFERED
    ):
        _notices.move(item_id, Track.ASSIGNMENT, Assignment.HERE, actor=actor, at=at)


def _leave_home(
    item: cases.ItemView, country: str, *, has_moved: bool, actor: Actor, at: datetime
) -> None:
    """Offer what is hosted abroad to an analyst as a referral; where nobody is there, it is an orphan."""
    _notices.take_back(item.id, reason="hosted abroad", actor=actor, at=at)
    is_there = reads.is_somebody_there(item_id=item.id, country=country, actor=actor)
    if has_moved:  # whoever referred it hears of it; told to nobody where nobody did
        _referrals.tell(item.id, Progress.MOVED, country=country, actor=actor, at=at)
    if is_there and item.assignment in {Assignment.HERE, Assignment.ORPHAN}:
        _notices.move(item.id, Track.ASSIGNMENT, Assignment.OFFERED, actor=actor, at=at)
    elif not is_there and item.assignment in {Assignment.HERE, Assignment.OFFERED}:
        record.orphan(item_id=item.id, mover=Mover.SYSTEM, actor=actor, at=at)
        _referrals.tell(item.id, Progress.ORPHANED, country=country, actor=actor, at=at)


def _tell_of_place(
    item_id: UUID, country: str, outcome: str, *, own: str, actor: Actor, at: datetime
) -> None:
    here = country == own if country else None  # not known is neither here nor abroad
    codes: dict[str, object] = {"country": country.lower(), "here": here, "outcome": outcome}
    _fact(FactName.ITEM_TRACED, item_id, codes, actor, at)


# 5. A person confirms the contact, names another, settles the country, or passes an orphan on.


@audit.action("casework.contact_confirmed")
def contact_confirmed(
    *,
    item_id: UUID,
    contact_id: UUID,
    languages: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> int:
    """Confirm a contact; every item that waited for it goes on. Returns how many notices wait."""
    cases.item(item_id=item_id, actor=actor)
    contacts.confirm_contact(contact_id=contact_id, languages=languages, actor=actor, at=at)
    queued = 0
    for each in tracing.items_of_contact(contact_id=contact_id, actor=actor):
        trace = tracing.last_trace(item_id=each, actor=actor)
        if trace is not None and trace.waits_for == WaitsFor.CONTACT:
            contacts.settle_waiting(item_id=each, actor=actor)
        queued += _notices.notify_if_ready(each, actor=actor, at=at)
    _entry("casework.contact_confirmed", "item", item_id, actor, at)
    return queued


@audit.action("casework.contact_declined")
def contact_declined(*, item_id: UUID, contact_id: UUID, actor: Actor, at: datetime) -> None:
    """Decline a contact; its items wait for a person to name another, and no notice goes out."""
    cases.item(item_id=item_id, actor=actor)
    contacts.decline_contact(contact_id=contact_id, actor=actor, at=at)
    for each in tracing.items_of_contact(contact_id=contact_id, actor=actor):
        _await_contact(each, reason="contact declined", actor=actor, at=at)
    _entry("casework.contact_declined", "item", item_id, actor, at)


@audit.action("casework.contact_named")
def contact_named(
    *,
    item_id: UUID,
    name: str,
    email: str,
    country: str = "",
    languages: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> UUID:
    """Give an item's host the contact that a person names, and queue its notice.

    A notice that waits to go to another contact is taken back.
    """
    item = cases.item(item_id=item_id, actor=actor)
    contact = contacts.NewContact(
        name=name, email=email, country=country, host=item.host, languages=tuple(languages)
    )
    contact_id = contacts.name_contact(item_id=item_id, contact=contact, actor=actor, at=at)
    trace = tracing.last_trace(item_id=item_id, actor=actor)
    if trace is not None and trace.waits_for != WaitsFor.COUNTRY:
        contacts.settle_waiting(item_id=item_id, actor=actor)
    _notices.take_back(
        item_id, unless_to=contact_id, reason="contact replaced", actor=actor, at=at
    )
    _notices.notify_again(item_id, actor=actor, at=at)
    _entry("casework.contact_named", "item", item_id, actor, at)
    return contact_id


@audit.action("casework.country_decided")
def country_decided(*, item_id: UUID, country: str, actor: Actor, at: datetime) -> None:
    """Settle by a person where an item is hosted: at home it goes on, abroad it is an orphan."""
    _require_desk(actor)
    written = country.strip().upper()
    if not written:
        raise RefusedError(
            "country_needed", str(_("Write the country as two letters, for example DK."))
        )
    own = members.own_node(actor=actor).member_code
    _settle_place(item_id, written, Outcome.TRACED, own=own, actor=actor, at=at)
    _tell_of_place(item_id, written, "decided", own=own, actor=actor, at=at)
    contacts.settle_waiting(item_id=item_id, actor=actor)
    if written == own:
        _go_on_here(item_id, actor=actor, at=at)
    _entry("casework.country_decided", "item", item_id, actor, at)


@audit.action("casework.worked_here")
def item_worked_here(*, item_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Let this node tell the provider of an item although it is hosted abroad, as a supervisor decides."""
    if not actor.has_role(Role.SUPERVISOR):
        raise RefusedError("not_your_role", str(_("Only a supervisor may do this.")))
    if cases.item(item_id=item_id, actor=actor).assignment == Assignment.HERE:
        raise RefusedError("worked_here", str(_("This node works on the item already.")))
    record.work_here(item_id=item_id, reason=reason, actor=actor, at=at)
    _go_on_here(item_id, actor=actor, at=at)
    _entry("casework.worked_here", "item", item_id, actor, at)


def _go_on_here(item_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Let a person name or confirm the contact of an item that is ours now, or its notice go."""
    contact = tracing.contact_of_item(item_id=item_id, actor=actor)
    if contact is None or contact.declined_at is not None:
        _await_contact(item_id, reason="no contact", actor=actor, at=at)
    elif not contact.is_confirmed:
        contacts.await_person(item_id=item_id, waits_for=WaitsFor.CONTACT, actor=actor)
    _notices.notify_if_ready(item_id, actor=actor, at=at)


@audit.action("casework.passed_on")
def item_passed_on(*, item_id: UUID, to: str, actor: Actor, at: datetime) -> None:
    """Note to whom a person passed an orphan on by hand."""
    record.pass_on(item_id=item_id, to=to, actor=actor, at=at)
    _entry("casework.passed_on", "item", item_id, actor, at)


def _may_go(notice: takedown.NoticeView, *, actor: Actor) -> bool:
    """Whether a notice's contact may still be written to: confirmed, and not replaced since."""
    current = tracing.contact_of_item(item_id=notice.item_id, actor=actor)
    if current is not None and current.is_confirmed:
        return current.id == notice.contact_id
    return tracing.contact(contact_id=notice.contact_id, actor=actor).is_confirmed


def _write_to_another(item_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Let the contact that the item has now hear of it instead, or a person name or confirm one."""
    contact = tracing.contact_of_item(item_id=item_id, actor=actor)
    if contact is None or contact.declined_at is not None:
        _await_contact(item_id, reason="contact declined", actor=actor, at=at)
        return
    _notices.take_back(item_id, reason="contact replaced", actor=actor, at=at)
    _notices.notify_again(item_id, actor=actor, at=at)


def _await_contact(item_id: UUID, *, reason: str, actor: Actor, at: datetime) -> None:
    _notices.take_back(item_id, reason=reason, actor=actor, at=at)
    item = cases.item(item_id=item_id, actor=actor)
    if item.is_open and item.assignment == Assignment.HERE:
        contacts.await_person(item_id=item_id, waits_for=WaitsFor.NO_CONTACT, actor=actor)


# 6. The notice is handed over, counted first; then sent, or failed; then one reminder.


@audit.action("casework.notice_handed_over")
def notice_handed_over(*, notice_id: UUID, actor: Actor, at: datetime) -> notices.Handover | None:
    """Count a hand-over before it happens; None when the notice is not to be sent any more.

    Raises RefusedError("held_by_police") while police hold the item.
    """
    notice = takedown.notice(notice_id=notice_id, actor=actor)
    item = cases.item(item_id=notice.item_id, actor=actor)
    if cases.is_held(item_id=item.id, actor=actor, at=at):
        raise RefusedError("held_by_police", str(_("Police hold this item.")))
    if notice.is_waiting and not _notices.may_be_notified(item, actor=actor, at=at):
        _notices.take_back(item.id, reason="overtaken", actor=actor, at=at)
    elif notice.is_waiting and not _may_go(notice, actor=actor):
        _write_to_another(item.id, actor=actor, at=at)
    elif notice.is_waiting:
        _notices.recall_reminder(item, actor=actor, at=at)
    handover = notices.begin_handover(notice_id=notice_id, actor=actor, at=at)
    if handover is None and notice.sent_at is not None:
        _follow_sent(notice, at=notice.sent_at, actor=actor, recorded_at=at)
    _entry("casework.notice_handed_over", "notice", notice_id, actor, at)
    return handover


@audit.action("casework.notice_sent")
def notice_sent(*, notice_id: UUID, actor: Actor, at: datetime) -> None:
    """Keep that the mail server took the notice, start the provider's clock, order the reminder."""
    notice = takedown.notice(notice_id=notice_id, actor=actor)
    if notices.note_sent(notice_id=notice_id, actor=actor, at=at):
        contacts.note_contact_used(contact_id=notice.contact_id, worked=True, actor=actor, at=at)
        codes = {"rung": notice.rung, "contact": str(notice.contact_id)}
        _fact(FactName.NOTICE_SENT, notice.item_id, codes, actor, at)
    # One that was on its way when it was taken back says nothing about what waits since.
    is_current = notice.withdrawn_at is None
    if is_current and not cases.is_held(item_id=notice.item_id, actor=actor, at=at):
        _follow_sent(notice, at=at, actor=actor, recorded_at=at)
    _entry("casework.notice_sent", "notice", notice_id, actor, at)


def _follow_sent(
    notice: takedown.NoticeView, *, at: datetime, actor: Actor, recorded_at: datetime
) -> None:
    """Move the track to sent, unless it was; a hold placed in between delays only the record."""
    item = cases.item(item_id=notice.item_id, actor=actor)
    if item.notice != Notice.QUEUED:
        return
    _notices.move(
        item.id,
        Track.NOTICE,
        Notice.SENT,
        reason=f"rung {notice.rung}",
        happened_at=at,
        actor=actor,
        at=recorded_at,
    )
    record.note_rung(item_id=item.id, rung=notice.rung, actor=actor, at=recorded_at)
    policy = settings.HAVN_POLICY
    if takedown_rules.is_reminder_due(notice.rung, most_rungs=policy.most_rungs):
        _orders.order(
            Work.REMINDER,
            item.id,
            notice.id,
            due_at=at + policy.reminder_after,
            actor=actor,
            at=recorded_at,
        )


@audit.action("casework.notice_failed")
def notice_failed(
    *,
    notice_id: UUID,
    code: str,
    is_permanent: bool,
    may_have_arrived: bool,
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep why a hand-over failed; true when it makes no sense to try the same again.

    A mail server that does not know the recipient puts the item before a person.
    """
    notice = takedown.notice(notice_id=notice_id, actor=actor)
    notices.note_failed(
        notice_id=notice_id, code=code, may_have_arrived=may_have_arrived, actor=actor, at=at
    )
    contacts.note_contact_used(contact_id=notice.contact_id, worked=False, actor=actor, at=at)
    is_dead = is_permanent and code == "recipient_refused"
    if is_dead:
        contacts.decline_contact(contact_id=notice.contact_id, actor=actor, at=at)
        _await_contact(notice.item_id, reason=code, actor=actor, at=at)
    _entry("casework.notice_failed", "notice", notice_id, actor, at)
    return is_dead


@audit.action("casework.notice_overtaken")
def notice_overtaken(*, notice_id: UUID, actor: Actor, at: datetime) -> None:
    """Take back a notice whose host left the traced network, and trace it again first."""
    notice = takedown.notice(notice_id=notice_id, actor=actor)
    _notices.take_back(notice.item_id, reason="host moved", actor=actor, at=at)
    reason = f"{notice.item_id}:moved:{notice_id}:{at:%Y%m%dT%H%M%S}"
    _orders.order(Work.TRACE, notice.item_id, reason, due_at=at, actor=actor, at=at)
    _entry("casework.notice_overtaken", "notice", notice_id, actor, at)


@audit.action("casework.reminder_decided")
def reminder_due(*, notice_id: UUID, actor: Actor, at: datetime) -> datetime | None:
    """Queue one reminder of a notice that nobody answered; returns when to decide again, or None."""
    notice = takedown.notice(notice_id=notice_id, actor=actor)
    item = cases.item(item_id=notice.item_id, actor=actor)
    _entry("casework.reminder_decided", "notice", notice_id, actor, at)
    is_over = item.notice != Notice.SENT or item.notice_rung != notice.rung or not item.is_open
    if is_over or notice.answers:
        return None
    holds = cases.holds_on_item(item_id=item.id, actor=actor, at=at)
    if holds:
        return max(hold.until for hold in holds)
    if item.availability == Availability.UNAVAILABLE:
        return at + max(settings.HAVN_POLICY.removed_after, timedelta(seconds=1))
    if not _may_go(notice, actor=actor):
        _write_to_another(item.id, actor=actor, at=at)
    elif _notices.may_be_notified(item, actor=actor, at=at):
        _notices.remind(item, notice.contact_id, actor=actor, at=at)
    return None


def _require_desk(actor: Actor) -> None:
    if not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        raise RefusedError(
            "not_your_role", str(_("Only an analyst or a supervisor may decide this."))
        )


def _fact(
    name: FactName, item_id: UUID, codes: dict[str, object], actor: Actor, at: datetime
) -> None:
    ledger.record_fact(
        name=name,
        subject_kind="item",
        subject_id=item_id,
        organisation=actor.scope,
        at=at,
        codes=codes,
    )


def _entry(action: str, kind: str, subject: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind=kind, subject_id=subject, at=at)
