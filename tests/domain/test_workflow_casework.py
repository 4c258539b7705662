# SPDX-License-Identifier: Apache-2.0
"""The whole life, worked off as the worker does: every job kind, every ending, police first."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import Report
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.intake import rules as intake_rules
from havn.domain.intake import selectors as intake_selectors
from havn.domain.intake import services as intake
from havn.domain.investigation import selectors as investigation
from havn.domain.jobs import selectors as job_lists
from havn.domain.jobs.models import Job
from havn.domain.ledger.models import Fact
from havn.domain.takedown import services as notices
from havn.domain.takedown.clients import MailError
from havn.domain.takedown.models import Notice
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing.models import Contact
from havn.domain.workflow.services import casework
from havn.domain.workflow.tasks.casework import BACKGROUND_WORK
from havn.lib.encoding import new_receipt
from tests.support.casework import SmallNode, small_node
from tests.support.outside import HOST

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY
RECEIPTS: dict[UUID, str] = {}


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def submitted(node: SmallNode, *addresses: str, **parts: object) -> UUID:
    token = uuid4()
    RECEIPTS[token] = new_receipt()
    known = {"kind": "address", "addresses": addresses or (f"https://{HOST}/item/17",), **parts}
    intake.accept_submission(
        token_id=token,
        receipt=RECEIPTS[token],
        answers=intake_rules.Answers(**known),  # type: ignore[arg-type]
        actor=Actor.reporter(),
        at=node.at,
    )
    return token


def assessed(node: SmallNode, legal_class: LegalClass = LegalClass.BASELINE) -> UUID:
    held = assessment.take_next(actor=node.analyst, at=node.at)
    assert held is not None
    proposed = assessment_rules.default_decision(POLICY, jurisdiction="DK")
    casework.assess_item(
        item_id=held.item_id,
        lease_token=held.lease_token,
        decision=replace(proposed, legal_class=legal_class),
        actor=node.analyst,
        at=node.at,
    )
    return held.item_id


def confirmed(node: SmallNode) -> UUID:
    submitted(node)
    node.work()
    item_id = assessed(node)
    node.work()
    return item_id


def released(node: SmallNode) -> UUID:
    """An item whose contact a person confirmed, so that its notice waits."""
    item_id = confirmed(node)
    contact = Contact.objects.get()
    casework.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )
    return item_id


def sent(node: SmallNode) -> UUID:
    item_id = released(node)
    node.at += POLICY.notice_after
    node.work()
    assert node.item(item_id).notice == "sent"
    return item_id


def held(node: SmallNode, item_id: UUID | None, *, host: str = "", hours: float = 24) -> UUID:
    return casework.hold_placed(
        item_id=item_id,
        host=host,
        reason="quiet please",
        hours=hours,
        actor=node.investigator,
        at=node.at,
    )


def entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()


# Filed.


def test_a_submission_becomes_a_report_with_items_in_the_queue_once(node: SmallNode) -> None:
    token = submitted(node, f"https://{HOST}/item/17", f"https://{HOST}/item/18")

    done = node.work()
    again = casework.file_submission(submission_id=token, actor=node.system, at=node.at)

    assert done == ["file_submission", "project_status"]
    assert again is None
    assert Report.objects.count() == 1
    assert Fact.objects.filter(name="report_received").count() == 1
    assert entries("casework.filed") == 1
    assert assessment.take_next(actor=node.analyst, at=node.at) is not None


def test_a_second_report_on_an_open_item_is_a_duplicate_and_waits_for_nobody(
    node: SmallNode,
) -> None:
    submitted(node)
    submitted(node)
    node.work()

    held_item = assessment.take_next(actor=node.analyst, at=node.at)
    assert held_item is not None
    assert assessment.take_next(actor=node.supervisor, at=node.at) is None
    assert node.item(held_item.item_id).told_times == 2


def test_a_reporter_reads_how_far_the_report_is(node: SmallNode) -> None:
    token = submitted(node)
    node.work()

    def state() -> str:
        found = intake_selectors.receipt_status(
            receipt=RECEIPTS[token].replace("-", ""), actor=Actor.reporter(), at=node.at
        ) or intake_selectors.receipt_status(
            receipt=RECEIPTS[token], actor=Actor.reporter(), at=node.at
        )
        assert found is not None
        return found.state

    assert state() == "received"
    node.later(minutes=1)
    assessed(node)
    node.work()
    assert state() == "working"


def test_rows_of_a_file_become_reports_by_the_same_path(node: SmallNode) -> None:
    from havn.domain.cases.services import NewReport

    row = NewReport(
        report_id=uuid4(),
        organisation=node.organisation,
        channel="file",
        language="en",
        received_at=node.at,
        addresses=(f"https://{HOST}/item/17",),
    )
    first = casework.report_imported(row=row, actor=node.system, at=node.at)
    again = casework.report_imported(row=row, actor=node.system, at=node.at)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert Report.objects.count() == 1
    assert entries("casework.imported") == 1


def test_pasted_addresses_become_items_in_the_queue(node: SmallNode) -> None:
    submitted(node)
    node.work()
    held_item = assessment.take_next(actor=node.analyst, at=node.at)
    assert held_item is not None
    report_id = node.item(held_item.item_id).report_id

    lines = casework.addresses_pasted(
        report_id=report_id,
        addresses=[f"https://{HOST}/item/18", "javascript:alert(1)", f"https://{HOST}/item/18"],
        actor=node.analyst,
        at=node.at,
    )

    assert [line.outcome for line in lines] == ["new", "refused", "twice"]
    following = assessment.take_next(actor=node.supervisor, at=node.at)
    assert following is not None
    assert following.item_id == lines[0].item_id


# Assessed.


def test_a_confirmed_item_is_traced_checked_and_told_to_police(node: SmallNode) -> None:
    item_id = confirmed(node)

    item = node.item(item_id)
    assert (item.police, item.availability, item.hosting_country) == ("told", "up", "DK")
    assert [line.item_id for line in tracing.contacts_to_confirm(actor=node.analyst)] == [item_id]
    assert node.outside.checker.asked == [f"https://{HOST}/item/17"]
    assert Fact.objects.filter(name="lead_received").count() == 1
    assert Fact.objects.filter(name="police_informed").count() == 1


@pytest.mark.parametrize("legal_class", [LegalClass.NOT_ILLEGAL, LegalClass.UNDETERMINED])
def test_an_item_that_is_not_confirmed_is_closed_and_nobody_is_told(
    node: SmallNode, legal_class: LegalClass
) -> None:
    submitted(node)
    node.work()
    item_id = assessed(node, legal_class)

    assert node.work() == ["project_status"] or not node.open_jobs("trace")
    item = node.item(item_id)
    assert (item.is_open, item.police, item.notice) == (False, "none", "none")
    assert node.outside.checker.asked == []


def test_a_batch_waits_until_nobody_can_undo_it(node: SmallNode) -> None:
    addresses = [f"https://{HOST}/item/{n}" for n in range(3)]
    submitted(node, *addresses)
    node.work()
    (report,) = Report.objects.all()
    lines = cases.items_of_report(report_id=report.pk, actor=node.analyst)
    batch_id = uuid4()

    result = casework.assess_batch(
        item_ids=[line.id for line in lines],
        decision=assessment_rules.default_decision(POLICY, jurisdiction="DK"),
        batch_id=batch_id,
        actor=node.analyst,
        at=node.at,
    )
    node.work()

    assert len(result.assessed) == 3
    assert {job.due_at for job in node.open_jobs("trace")} == {node.at + POLICY.undo_within}
    assert node.outside.checker.asked == []
    assert casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at) == 3
    assert node.open_jobs("trace") == node.open_jobs("package") == node.open_jobs("check") == []
    assert {node.item(line.id).police for line in lines} == {"none"}
    assert {node.item(line.id).stage for line in lines} == {"received"}


def test_a_batch_whose_time_is_over_is_not_undone(node: SmallNode) -> None:
    submitted(node)
    node.work()
    (report,) = Report.objects.all()
    (line,) = cases.items_of_report(report_id=report.pk, actor=node.analyst)
    batch_id = uuid4()
    casework.assess_batch(
        item_ids=[line.id],
        decision=assessment_rules.default_decision(POLICY, jurisdiction="DK"),
        batch_id=batch_id,
        actor=node.analyst,
        at=node.at,
    )
    node.at += POLICY.undo_within
    node.work()

    with pytest.raises(RefusedError):
        casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at)

    assert node.item(line.id).police == "told"
    assert entries("casework.batch_withdrawn") == 0


# Police.


def test_a_package_opens_only_for_investigators_and_holds_the_contact_only_with_consent(
    node: SmallNode,
) -> None:
    submitted(node, contact="call me", has_police_consent=False)
    node.work()
    item_id = assessed(node)
    node.work()

    opened = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)

    assert f"https://{HOST}/item/17" in str(opened.payload)
    assert "call me" not in str(opened.payload)
    for nobody in (node.stranger, node.operator):
        with pytest.raises(NotFoundError):
            investigation.package(item_id=item_id, actor=nobody, at=node.at)


def test_with_consent_the_contact_goes_to_police(node: SmallNode) -> None:
    submitted(node, contact="call me", has_police_consent=True)
    node.work()
    item_id = assessed(node)
    node.work()

    opened = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)

    assert "call me" in str(opened.payload)


@pytest.mark.parametrize(
    ("kind", "reason"), [("taken", ""), ("known", ""), ("not_actionable", "too_old")]
)
def test_police_answer_a_package(node: SmallNode, kind: str, reason: str) -> None:
    item_id = confirmed(node)

    casework.package_answered(
        item_id=item_id, kind=kind, reason=reason, actor=node.investigator, at=node.at
    )

    assert node.item(item_id).police == kind
    assert Fact.objects.get(name="lead_answered").codes["kind"] == kind
    assert entries("casework.package_answered") == 1


def test_nobody_but_an_investigator_answers_a_package_or_holds(node: SmallNode) -> None:
    item_id = confirmed(node)
    for nobody in (node.analyst, node.supervisor, node.operator, node.stranger):
        with pytest.raises((RefusedError, NotFoundError)):
            casework.package_answered(item_id=item_id, kind="taken", actor=nobody, at=node.at)
        with pytest.raises((RefusedError, NotFoundError)):
            casework.hold_placed(
                item_id=item_id, host="", reason="x", hours=1, actor=nobody, at=node.at
            )

    assert node.item(item_id).police == "told"
    assert entries("casework.package_answered") == entries("casework.hold_placed") == 0


@pytest.mark.parametrize("by_host", [False, True])
def test_a_hold_stops_notices_and_checks_until_it_ends_by_itself(
    node: SmallNode, by_host: bool
) -> None:
    item_id = released(node)
    asked = len(node.outside.checker.asked)
    held(node, None if by_host else item_id, host=HOST if by_host else "", hours=24)

    for _hour in range(23):
        node.later(hours=1)
        node.work()
    assert node.outside.mail.taken == []
    assert len(node.outside.checker.asked) == asked
    assert node.item(item_id).notice == "queued"

    node.later(hours=1)
    node.work()
    assert node.item(item_id).notice == "sent"
    assert len(node.outside.mail.taken) == 1
    assert len(node.outside.checker.asked) > asked
    assert entries("casework.hold_ended") == 1


def test_a_hold_that_is_lifted_lets_the_work_go_on_at_once(node: SmallNode) -> None:
    item_id = released(node)
    hold_id = held(node, item_id)
    node.at += POLICY.notice_after
    node.work()
    assert node.outside.mail.taken == []

    casework.hold_lifted(hold_id=hold_id, actor=node.investigator, at=node.at)
    node.work()

    assert node.item(item_id).notice == "sent"


def test_the_longer_of_two_holds_counts(node: SmallNode) -> None:
    item_id = released(node)
    held(node, item_id, hours=1)
    held(node, None, host=HOST, hours=5)

    node.later(hours=2)
    node.work()
    assert node.outside.mail.taken == []

    node.later(hours=4)
    node.work()
    assert node.item(item_id).notice == "sent"


# Told.


def test_a_notice_goes_out_only_after_the_time_in_which_police_may_hold(node: SmallNode) -> None:
    item_id = released(node)
    node.work()
    assert node.outside.mail.taken == []

    node.at += POLICY.notice_after
    node.work()

    (mail,) = node.outside.mail.taken
    text = mail.get_content()
    assert f"https://{HOST}/item/17" in text
    assert "https://hotline.example/en/answer/" in text
    assert mail["Message-ID"] == Notice.objects.get(item_id=item_id).message_id


def test_a_crash_after_the_hand_over_leads_to_a_counted_second_one_with_the_same_message_id(
    node: SmallNode,
) -> None:
    item_id = released(node)
    node.at += POLICY.notice_after
    node.outside.mail.refusal = MailError("relay_broke_off", may_have_arrived=True)
    assert "notice: relay_broke_off" in node.work("notice")

    node.outside.mail.refusal = None
    node.later(minutes=10)
    node.work("notice")

    first, second = node.outside.mail.taken
    assert first["Message-ID"] == second["Message-ID"]
    notice = Notice.objects.get(item_id=item_id)
    assert (notice.handed_over, notice.message_id) == (2, first["Message-ID"])


def test_five_failures_put_a_notice_before_a_person_with_the_reason(node: SmallNode) -> None:
    released(node)
    node.outside.mail.refusal = MailError("relay_unreachable")
    for _try in range(8):
        node.later(hours=1)
        node.work("notice")

    (job,) = job_lists.given_up_jobs(actor=node.supervisor)
    assert (job.kind, job.last_error) == ("notice", "relay_unreachable")
    assert Notice.objects.get().handed_over == 0


def test_a_host_that_moved_is_not_told_but_traced_again(node: SmallNode) -> None:
    from havn.lib.http import DnsAnswer

    item_id = released(node)
    node.outside.resolver.names[HOST] = DnsAnswer(addresses_v4=("198.51.101.9",))
    node.at += POLICY.notice_after
    node.work("notice")

    assert node.outside.mail.taken == []
    assert node.item(item_id).notice == "none"
    assert len(node.open_jobs("trace")) == 1


def test_one_reminder_follows_and_no_second_one(node: SmallNode) -> None:
    item_id = sent(node)
    for _day in range(5):
        node.at += POLICY.reminder_after
        node.work()

    subjects = [str(mail["Subject"]) for mail in node.outside.mail.taken]
    assert len(subjects) == 2
    assert subjects[1].startswith("Reminder")
    assert node.item(item_id).notice_rung == 2


def test_an_answer_is_worked_and_checked_soon(node: SmallNode) -> None:
    item_id = sent(node)
    notice = Notice.objects.get(item_id=item_id)
    token = notices.answer_token(notice_id=notice.id, host=HOST, queued_at=notice.queued_at)
    notices.record_answer(token=token, kind="removed", answer_id=uuid4(), at=node.at)
    node.outside.checker.answers(404)
    node.work()
    assert node.item(item_id).notice == "answered"

    node.at += POLICY.check_after_answer
    node.work()

    assert node.item(item_id).availability == "unavailable"


# To the end, and back.


def test_an_item_travels_the_whole_loop_and_comes_back(node: SmallNode) -> None:
    item_id = sent(node)
    node.outside.checker.answers(404)
    for _hour in range(60):
        node.later(hours=1)
        node.work()
    item = node.item(item_id)
    assert (item.stage, item.closed_reason) == ("closed", "removed")
    assert item.removed_at is not None
    assert item.police_told_at <= item.provider_told_at < item.removed_at  # type: ignore[operator]

    node.outside.checker.answers(200)
    for _day in range(8):
        node.later(days=1)
        node.work()
    item = node.item(item_id)
    assert (item.is_open, item.availability) == (True, "up")
    assert item.notice == "sent"
    assert len(node.outside.mail.taken) >= 2


def test_a_dead_resolver_leaves_no_item_without_work(node: SmallNode) -> None:
    node.outside.resolver.is_dead = True
    node.outside.checker.answers(failure="resolver_dead")
    item_id = confirmed(node)

    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert (line.item_id, line.waits_for) == (item_id, "retry")
    (job,) = node.open_jobs("trace")
    assert job.due_at > node.at
    node.outside.resolver.is_dead = False
    node.at = job.due_at
    node.work()
    assert node.item(item_id).hosting_country == "DK"


@pytest.mark.parametrize("address", ["http://abcdefghij234567.onion/17"])
def test_a_hidden_service_has_no_provider_and_no_check(node: SmallNode, address: str) -> None:
    submitted(node, address)
    node.work()
    item_id = assessed(node)
    node.work()

    item = node.item(item_id)
    assert (item.notice, item.availability, item.police) == ("no_provider", "unknown", "told")
    assert node.outside.checker.asked == []


def test_checks_do_not_multiply_when_jobs_are_done_twice(node: SmallNode) -> None:
    item_id = confirmed(node)
    (job,) = node.open_jobs("check")
    node.at = job.due_at
    node.work("check")
    Job.objects.filter(pk=job.pk).update(done_at=None, lease_until=None, lease_token=None)

    node.work("check")

    assert len(node.open_jobs("check")) == 1
    assert len(node.outside.checker.asked) == 2
    assert node.item(item_id).availability == "up"


def test_every_kind_of_work_that_is_ordered_has_somebody_who_does_it(node: SmallNode) -> None:
    sent(node)

    assert set(Job.objects.values_list("kind", flat=True)) <= set(BACKGROUND_WORK)
    assert all(job.subject_id for job in Job.objects.all())


def test_open_items_always_have_somebody_next_and_no_worker_item_is_without_work(
    node: SmallNode,
) -> None:
    sent(node)
    submitted(node, "http://abcdefghij234567.onion/17")
    submitted(node, "https://other.example/1")
    node.work()
    for _hour in range(30):
        ends = cases.open_ends(actor=node.system, at=node.at)
        counted = cases.counts(actor=node.system)
        assert len(ends) == sum(counted.values()) - counted["closed"]
        assert cases.stuck_items(actor=node.system, at=node.at) == []
        node.later(hours=1)
        node.work()
