# SPDX-License-Identifier: Apache-2.0
"""Background work of a node: each kind asks the outside, then calls one function of the life.

Everything is done at least once; no transaction spans a request. A function that is to be done again
postpones its job; one that failed raises RefusedError with a code, and the worker counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import selectors as assessment
from havn.domain.cases import selectors as cases
from havn.domain.commitments import tasks as commitments
from havn.domain.errors import RefusedError
from havn.domain.exchange.rules import PAYLOAD_ERASED, IncomingEvent
from havn.domain.intake import services as intake
from havn.domain.investigation import rules as packages
from havn.domain.investigation import selectors as investigation
from havn.domain.investigation import services as police
from havn.domain.members import selectors as members
from havn.domain.referral import services as referral
from havn.domain.referral.rules import KNOWN_WITHDRAWN, Kind
from havn.domain.takedown import rules as takedown_rules
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.takedown import tasks as takedown_tasks
from havn.domain.tracing import rules as tracing_rules
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing import tasks as tracing_tasks
from havn.domain.workflow.selectors.law import own_figures
from havn.domain.workflow.services import _notices, _orders, arriving, casework, erasing, known
from havn.domain.workflow.services._orders import Work
from havn.domain.workflow.tasks import exchanging, law, promises, reporting
from havn.domain.workflow.tasks import known as asking
from havn.domain.workflow.tasks._jobs import actor_of, postpone, subject_of
from havn.domain.workflow.tasks.outside import Outside
from havn.domain.workflow.tasks.vantages import ask_vantage, choose_vantages, look_for_another
from havn.lib.mail import MailError
from havn.lib.signing import key_id, sign_json

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job

    BackgroundWork = Callable[[Job, datetime, Outside], None]
    TogetherWork = Callable[[Sequence[Job], datetime, Outside], None]


def order_filing(at: datetime) -> int:
    """Order the filing of what the public process has stored since; returns of how many."""
    return intake.order_filing(actor=Actor.system(), at=at)


def file_submission(job: Job, at: datetime, outside: Outside) -> None:
    """Open a submission with the desk's key and file it."""
    file_submissions([job], at, outside)


def file_submissions(claimed: Sequence[Job], at: datetime, outside: Outside) -> None:
    """Open several submissions and file them all, or none."""
    del outside
    own = members.own_node(actor=Actor.system())
    actor = Actor.system(organisation=own.organisation_id)
    submission_ids = {subject_of(job) for job in claimed}
    casework.file_submissions(submission_ids=submission_ids, actor=actor, at=at)


def trace(job: Job, at: datetime, outside: Outside) -> None:
    """Look the item's host up and go on from what was found; again later when nobody answered."""
    actor = actor_of(job)
    item = cases.item(item_id=subject_of(job), actor=actor)
    if not (item.is_open and _notices.is_confirmed(item)):
        return
    findings = tracing_tasks.find(item.host, tracers=outside.tracers)
    again_at = casework.trace_finished(item_id=item.id, findings=findings, actor=actor, at=at)
    postpone(job, again_at)


def package(job: Job, at: datetime, outside: Outside) -> None:
    """Sign the package about a confirmed item for police, who are told by that."""
    del outside
    actor = actor_of(job)
    item = cases.item(item_id=subject_of(job), actor=actor)
    if item.police != "due":
        return
    token = signed_package(item, actor=actor, at=at)
    casework.package_made(item_id=item.id, token=token, actor=actor, at=at)


def signed_package(item: cases.ItemView, *, actor: Actor, at: datetime) -> str:
    """Return the package about an item as a compact JWS under the node's signing key."""
    payload = _package_of(item, actor=actor, at=at)
    pair = members.own_signing_pair(actor=actor, at=at)
    return sign_json(
        payload,
        pair.private,
        key_id=key_id(pair.public),
        kind=packages.PACKAGE_KIND,
    )


def notice(job: Job, at: datetime, outside: Outside) -> None:
    """Hand a notice over: counted and committed first, so that a crash is a counted second try."""
    actor, notice_id = actor_of(job), _orders.named_in(job.key)
    if _waits_for_police(job, at):
        return
    if _has_moved(subject_of(job), actor=actor, outside=outside):
        casework.notice_overtaken(notice_id=notice_id, actor=actor, at=at)
        return
    handover = casework.notice_handed_over(notice_id=notice_id, actor=actor, at=at)
    if handover is None:
        return
    letter = _letter(handover, actor=actor, at=at)
    try:
        takedown_tasks.hand_over(letter, mail=outside.mail)
    except MailError as error:
        is_over = casework.notice_failed(
            notice_id=notice_id,
            code=error.code,
            is_permanent=error.is_permanent,
            may_have_arrived=error.may_have_arrived,
            actor=actor,
            at=at,
        )
        if not is_over:
            raise RefusedError(error.code) from error
    else:
        casework.notice_sent(notice_id=notice_id, actor=actor, at=at)


def reminder(job: Job, at: datetime, outside: Outside) -> None:
    """Remind a provider who has not answered, once."""
    del outside
    notice_id = _orders.named_in(job.key)
    again_at = casework.reminder_due(notice_id=notice_id, actor=actor_of(job), at=at)
    postpone(job, again_at)


def answer(job: Job, at: datetime, outside: Outside) -> None:
    """Go on from what a provider answered."""
    del outside
    answer_id = _orders.named_in(job.key)
    postpone(job, casework.answer_arrived(answer_id=answer_id, actor=actor_of(job), at=at))


def check(job: Job, at: datetime, outside: Outside) -> None:
    """Look at an item's address once, and order the next look."""
    actor = actor_of(job)
    item = cases.item(item_id=subject_of(job), actor=actor)
    if not (_notices.is_confirmed(item) and item.has_address) or _is_stale(job, actor=actor):
        return
    if _waits_for_police(job, at):
        return
    reach = cases.reach_for_work(item_id=item.id, actor=actor)
    seen = _with_name_servers(
        takedown_tasks.look_at(item.href, came_from=reach.came_from, checker=outside.checker),
        item.host,
        outside=outside,
    )
    casework.check_finished(item_id=item.id, seen=seen, actor=actor, at=at)


def hold_end(job: Job, at: datetime, outside: Outside) -> None:
    """Let what police held go on."""
    del outside
    casework.hold_ended(hold_id=_orders.named_in(job.key), actor=actor_of(job), at=at)


def project_status(job: Job, at: datetime, outside: Outside) -> None:
    """Write what the holder of a receipt may see of a report."""
    del outside
    actor = actor_of(job)
    items = cases.items_of_report(report_id=subject_of(job), actor=actor)
    progress = [
        intake.ItemProgress(stage=item.stage, is_removed=item.availability == "removed")
        for item in items
    ]
    intake.project_status(report_id=subject_of(job), items=progress, actor=actor, at=at)


class TryAgainError(Exception):
    """What arrived cannot be kept just now; the exchange holds it and tries again."""


def referral_event(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Do what an event about a referral says; somebody who changed the item just then does not lose it."""
    try:
        arriving.event_arrived(event=event, actor=actor, at=at)
    except RefusedError as refusal:
        raise again_or_refused(refusal) from refusal


def again_or_refused(refusal: RefusedError) -> Exception:
    """Return what the exchange is told: to try again what met another writer, or that it is refused."""
    return TryAgainError(refusal.code) if refusal.code == "changed_meanwhile" else refusal


def known_event(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Do what an event about a known address says, as with referrals."""
    try:
        known.known_withdrawn(event=event, actor=actor, at=at)
    except RefusedError as refusal:
        raise again_or_refused(refusal) from refusal


def payload_erased(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Erase what a source erased: copies that wait, and the words that a referral brought. (F16, E62)"""
    gone = exchanging.erase_copies(event, actor=actor, at=at)
    for reference in gone.references:
        item_id = erasing.words_erased_at_source(
            reference=reference, node_id=event.sender, why=gone.why, actor=actor, at=at
        )
        if item_id is None or not investigation.has_package(item_id=item_id, actor=actor):
            continue
        item = cases.item(item_id=item_id, actor=actor)
        token = signed_package(item, actor=actor, at=at)
        police.replace_package(item_id=item_id, token=token, actor=actor, at=at)


# Which events of other nodes are read here, and by whom.
READINGS: dict[str, exchanging.Reading] = {
    **{kind.value: exchanging.Reading(referral_event) for kind in Kind},
    KNOWN_WITHDRAWN: exchanging.Reading(known_event),
    **law.READINGS,
    **promises.READINGS,
    PAYLOAD_ERASED: exchanging.Reading(payload_erased, exchanging.ERASURE_VERSIONS),
    **reporting.READINGS,
}


read_unknown_again = partial(exchanging.read_again, READINGS)


def beat(job: Job, at: datetime, outside: Outside) -> None:
    """Do one beat of the node's log; after a recovery referrals are numbered behind what was lost."""

    def number_behind(lost: int) -> None:
        own = members.own_node(actor=Actor.system())
        actor = Actor.system(organisation=own.organisation_id)
        referral.pass_over_numbers(lost=lost, own=own.node_id, actor=actor, at=at)

    exchanging.beat(job, at, outside, on_recovered=number_behind)


# Looked at before work is claimed: what waits in rows of its own becomes jobs.
ORDERING: tuple[Callable[[datetime], int], ...] = (order_filing, asking.order_asking)
BACKGROUND_WORK: dict[str, BackgroundWork] = {
    Work.FILE_SUBMISSION.value: file_submission,
    Work.TRACE.value: trace,
    Work.PACKAGE.value: package,
    Work.NOTICE.value: notice,
    Work.REMINDER.value: reminder,
    Work.ANSWER.value: answer,
    Work.CHECK.value: check,
    Work.VANTAGES.value: choose_vantages,
    Work.VANTAGE_ASK.value: ask_vantage,
    Work.VANTAGE_LOOK.value: look_for_another,
    Work.KNOWN_ASK.value: asking.ask_known,
    Work.KNOWN_KEEP.value: asking.keep_known,
    Work.HOLD_END.value: hold_end,
    Work.PROJECT_STATUS.value: project_status,
    law.GAP_WORK: law.gaps_of_node(own_figures),
    commitments.DUE_WORK: commitments.note_due,
    exchanging.BEAT: beat,
    exchanging.VISIT: exchanging.visit,
    exchanging.ARRIVALS: exchanging.arrivals_by(READINGS),
    **reporting.REPORT_WORK,
}

# Kinds of which several are done in one transaction; where that fails, each is done by itself.
DONE_TOGETHER: dict[str, TogetherWork] = {Work.FILE_SUBMISSION.value: file_submissions}


def _package_of(item: cases.ItemView, *, actor: Actor, at: datetime) -> dict[str, Any]:
    own = members.own_node(actor=actor)
    views = assessment.assessments(item_id=item.id, actor=actor)
    counts = next((view for view in views if not view.is_withdrawn), None)  # the newest is first
    traces = tracing.evidence(item_id=item.id, actor=actor)
    reach = cases.reach_for_work(item_id=item.id, actor=actor)
    return packages.package_payload(
        item={
            "reference": str(item.id),
            "kind": item.kind,
            "address": item.href,
            "host": item.host,
            "came_from": reach.came_from,
            "path": reach.path,
            "received_at": item.received_at.isoformat(),
            "told_times": item.told_times,
            "legal_class": item.legal_class,
            "hosting_country": item.hosting_country,
            "hosting": [_hosting_facts(found) for found in traces],
        },
        assessment=_assessment_facts(counts) if counts else None,
        texts=cases.report_texts(report_id=item.report_id, actor=actor, at=at),
        contact=_contact_for_police(item, actor=actor, at=at),
        has_police_consent=item.has_police_consent,
        node={"organisation": own.organisation_name, "member": own.member_code},
        made_at=at,
    )


def _contact_for_police(
    item: cases.ItemView, *, actor: Actor, at: datetime
) -> dict[str, str] | None:
    if not (item.has_contact and item.has_police_consent):
        return None
    return cases.report_contact(report_id=item.report_id, actor=actor, at=at)


def _assessment_facts(found: assessment.AssessmentView) -> dict[str, str]:
    return {
        "legal_class": found.legal_class,
        "jurisdiction": found.jurisdiction,
        "scheme": found.scheme,
        "scheme_version": found.scheme_version,
        "age_band": found.age_band,
        "sex": found.sex,
        "origin": found.origin,
        "assessed_at": found.assessed_at.isoformat(),
    }


def _hosting_facts(found: tracing.EvidenceView) -> dict[str, object]:
    return {
        "observed_at": found.observed_at.isoformat(),
        "addresses": list(found.resolved_addresses),
        "network": found.network,
        "registry_country": found.registry_country,
        "registry_files": found.dataset,
        "registry_files_date": found.dataset_date.isoformat() if found.dataset_date else "",
        "network_country": found.network_country,
        "behind_proxy": found.behind_proxy,
    }


def _letter(handover: notices.Handover, *, actor: Actor, at: datetime) -> takedown_tasks.Letter:
    item = cases.item(item_id=handover.item_id, actor=actor)
    contact = tracing.contact(contact_id=handover.contact_id, actor=actor)
    trace_made = tracing.last_trace(item_id=item.id, actor=actor)
    sender = members.own_node(actor=actor)
    reach = cases.reach_for_work(item_id=item.id, actor=actor)
    language = contact.languages[0] if contact.languages else settings.LANGUAGE_CODE
    token = notices.answer_token(
        notice_id=handover.notice_id, host=item.host, queued_at=handover.queued_at
    )
    return takedown_tasks.Letter(
        message_id=handover.message_id,
        earlier_message_id=handover.earlier_message_id,
        reference=takedown_rules.reference_of(handover.notice_id),
        address=item.href,
        legal_class=item.legal_class,
        rung=handover.rung,
        answer_link=f"{sender.public_url.rstrip('/')}/{language}/answer/{token}",
        sender_name=sender.organisation_name,
        sender_email=sender.contact_email,
        member_name=sender.member_name,
        recipient_name=contact.name,
        recipient_email=contact.email,
        language=language,
        behind_proxy=trace_made.behind_proxy if trace_made else "",
        came_from=reach.came_from,
        path=reach.path,
        written_at=at,
    )


def _has_moved(item_id: UUID, *, actor: Actor, outside: Outside) -> bool:
    """Whether the host left the network that was traced; looked up right before a notice."""
    known = tracing.last_trace(item_id=item_id, actor=actor)
    if known is None or not known.network or known.behind_proxy:
        return False
    host = cases.item(item_id=item_id, actor=actor).host
    names = tracing_tasks.names_of(host, resolver=outside.tracers.resolver)
    return tracing_rules.has_moved(
        names.addresses, network=known.network, known=known.resolved_addresses
    )


def _with_name_servers(
    seen: takedown_rules.Seen, host: str, *, outside: Outside
) -> takedown_rules.Seen:
    """Add who serves the name's zone, where something answers: a parked name answers too."""
    if seen.status is None or not 200 <= seen.status < 300:
        return seen
    names = tracing_tasks.names_of(host, resolver=outside.tracers.resolver)
    return replace(seen, name_servers=names.name_servers)


def _is_stale(job: Job, *, actor: Actor) -> bool:
    """Whether a later check has taken this one's place and ordered its own successor."""
    last = takedown.check_history(item_id=subject_of(job), actor=actor).last_checked_at
    if last is None:
        return False
    is_asked_for = ":answer:" in job.key
    return last >= job.due_at or (not is_asked_for and last > job.recorded_at)


def _waits_for_police(job: Job, at: datetime) -> bool:
    """Put a job off while police hold its item."""
    holds = cases.holds_on_item(item_id=subject_of(job), actor=actor_of(job), at=at)
    if holds:
        postpone(job, max(hold.until for hold in holds))
    return bool(holds)
