# SPDX-License-Identifier: Apache-2.0
"""The second half of the life, worked off as the worker does: told, answered, removed, back."""

from __future__ import annotations

from uuid import uuid4

import pytest

from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.investigation import selectors as investigation
from havn.domain.jobs import selectors as job_lists
from havn.domain.jobs.models import Job
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.takedown.models import Notice
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import casework
from havn.domain.workflow.tasks.casework import BACKGROUND_WORK
from havn.lib.http import DnsAnswer
from havn.lib.mail import MailError
from tests.support.casework import (
    POLICY,
    SmallNode,
    assessed,
    confirmed,
    released,
    sent,
    small_node,
    submitted,
)
from tests.support.outside import ADDRESS, HOST

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> SmallNode:
    return small_node()


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
    assert "https://hotline.example/da/answer/" in text
    assert mail["Message-ID"] == Notice.objects.get(item_id=item_id).message_id


def test_a_danish_provider_is_written_to_in_danish_unless_a_person_says_otherwise(
    node: SmallNode,
) -> None:
    item_id = confirmed(node)
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert line.contact_language == "da"  # the registry says that the network is in Denmark
    assert line.contact_id is not None
    casework.contact_confirmed(
        item_id=item_id, contact_id=line.contact_id, actor=node.analyst, at=node.at
    )
    node.at += POLICY.notice_after
    node.work()

    (mail,) = node.outside.mail.taken
    assert "https://hotline.example/da/answer/" in mail.get_content()


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_notice_is_written_in_the_language_that_a_person_chose(
    node: SmallNode, language: str
) -> None:
    item_id = confirmed(node)
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert line.contact_id is not None
    casework.contact_confirmed(
        item_id=item_id,
        contact_id=line.contact_id,
        languages=[language],
        actor=node.analyst,
        at=node.at,
    )
    node.at += POLICY.notice_after
    node.work()

    (mail,) = node.outside.mail.taken
    assert f"https://hotline.example/{language}/answer/" in mail.get_content()


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
    assert subjects[1].startswith("Påmindelse")  # the provider is in Denmark
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


def test_a_name_that_went_to_a_parking_service_is_gone_though_something_answers(
    node: SmallNode,
) -> None:
    item_id = sent(node)
    node.outside.resolver.names[HOST] = DnsAnswer(
        addresses_v4=(ADDRESS,), name_servers=("ns1.sedoparking.com",)
    )
    node.later(hours=4)
    node.work("check")

    assert node.item(item_id).availability == "unavailable"
    newest = takedown.checks(item_id=item_id, actor=node.analyst)[0]
    assert (newest.status, newest.rule) == (200, "parked_name")


def test_checks_notice_and_package_know_how_a_disguised_item_is_reached(node: SmallNode) -> None:
    submitted(node, f"https://{HOST}/item/17")
    node.work()
    (line,) = cases.items_list(actor=node.analyst).items
    record.note_reach(
        item_id=line.id,
        came_from="https://gate.example/start",
        path="third link",
        actor=node.analyst,
        at=node.at,
    )
    item_id = assessed(node)
    node.work()

    assert node.outside.checker.came_from == "https://gate.example/start"
    assert takedown.checks(item_id=item_id, actor=node.analyst)[0].came_from_sent
    package = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)
    assert package.payload["item"]["came_from"] == "https://gate.example/start"
    contact = tracing.contact_of_item(item_id=item_id, actor=node.analyst)
    casework.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )
    node.at += POLICY.notice_after
    node.work()
    (mail,) = node.outside.mail.taken
    assert "https://gate.example/start" in mail.get_content()
    assert "third link" in mail.get_content()


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
        waits = cases.count_waits(actor=node.system, at=node.at)
        counted = cases.counts(actor=node.system)
        assert sum(each.count for each in waits) == sum(counted.values()) - counted["closed"]
        assert cases.stuck_items(actor=node.system, at=node.at) == []
        node.later(hours=1)
        node.work()
