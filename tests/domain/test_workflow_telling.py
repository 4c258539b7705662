# SPDX-License-Identifier: Apache-2.0
"""From the trace to the reminder: every way an item can go, and nothing while police hold."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings

from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Availability, Mover, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import Job
from havn.domain.ledger import selectors as ledger
from havn.domain.ledger.models import Fact
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown.models import Notice
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing.models import Contact
from havn.domain.tracing.rules import (
    Findings,
    NameFailure,
    NameFound,
    NetworkFound,
    RegistryFailure,
)
from havn.domain.workflow.services import telling as casework
from tests.support.casework import START, SmallNode, small_node
from tests.support.outside import ADDRESS, HOST, NETWORK
from tests.support.telling import HERE, confirmed, queued, sent, traced

pytestmark = pytest.mark.django_db
ABROAD = Findings(
    HOST,
    NameFound((ADDRESS,)),
    NetworkFound("203.0.114.0/24", "FAR", "DE", "Far desk", "abuse@far.example"),
    registry_country="DE",
)
POLICY = settings.HAVN_POLICY


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def held(node: SmallNode, item_id: UUID, hours: float = 24) -> UUID:
    return record.place_hold(
        item_id=item_id, reason="quiet", hours=hours, actor=node.investigator, at=node.at
    )


def entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()


# Traced.


def test_an_item_hosted_at_home_waits_for_a_person_to_confirm_its_contact(node: SmallNode) -> None:
    item_id = traced(node)

    item = node.item(item_id)
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert (item.assignment, item.notice, item.hosting_country) == ("here", "none", "DK")
    assert (line.item_id, line.waits_for) == (item_id, "contact")
    assert entries("casework.traced") == 1
    fact = Fact.objects.get(name="item_traced")
    assert fact.codes == {"v": 1, "country": "dk", "here": True, "outcome": "traced"}


def test_an_item_hosted_abroad_becomes_an_orphan_and_is_passed_on_by_hand(node: SmallNode) -> None:
    item_id = traced(node, ABROAD)
    assert node.item(item_id).assignment == "orphan"
    assert Fact.objects.filter(name="item_orphaned").count() == 1
    assert tracing.contacts_to_confirm(actor=node.analyst) == []

    casework.item_passed_on(item_id=item_id, to="Hotline DE", actor=node.analyst, at=node.at)

    item = node.item(item_id)
    assert item.assignment == "passed_on"
    opened = cases.passed_on_to(item_id=item_id, actor=node.analyst, at=node.at)
    assert opened == "Hotline DE"
    assert entries("casework.passed_on") == 1


def test_passing_on_what_is_hosted_here_is_refused_and_leaves_nothing(node: SmallNode) -> None:
    item_id = traced(node)

    with pytest.raises(RefusedError):
        casework.item_passed_on(item_id=item_id, to="Somebody", actor=node.analyst, at=node.at)

    assert node.item(item_id).assignment == "here"
    assert entries("casework.passed_on") == 0


def test_where_methods_disagree_a_person_settles_the_country(node: SmallNode) -> None:
    split = Findings(HOST, NameFound((ADDRESS,)), NETWORK, registry_country="DE")
    item_id = traced(node, split)
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert (line.waits_for, line.registry_country, line.network_country) == ("country", "DE", "DK")
    assert node.item(item_id).assignment == "here"

    confirmed(node, item_id)
    assert node.item(item_id).notice == "none", "a contact alone does not settle the country"
    casework.country_decided(item_id=item_id, country="dk", actor=node.analyst, at=node.at)

    assert node.item(item_id).notice == "queued"
    assert node.item(item_id).hosting_country == "DK"
    assert tracing.contacts_to_confirm(actor=node.analyst) == []


@pytest.mark.parametrize(
    ("country", "assignment", "waits"), [("DK", "here", 1), ("DE", "orphan", 0)]
)
def test_a_decided_country_leads_home_or_abroad(
    node: SmallNode, country: str, assignment: str, waits: int
) -> None:
    split = Findings(HOST, NameFound((ADDRESS,)), NETWORK, registry_country="DE")
    item_id = traced(node, split)

    casework.country_decided(item_id=item_id, country=country, actor=node.analyst, at=node.at)

    assert node.item(item_id).assignment == assignment
    assert tracing.count_to_confirm(actor=node.analyst) == waits
    assert entries("casework.country_decided") == 1


@pytest.mark.parametrize("country", ["", "Denmark", "1!"])
def test_a_country_that_is_none_is_refused_and_leaves_nothing(
    node: SmallNode, country: str
) -> None:
    item_id = traced(node, Findings(HOST, NameFound((ADDRESS,)), NETWORK, registry_country="DE"))

    with pytest.raises(RefusedError):
        casework.country_decided(item_id=item_id, country=country, actor=node.analyst, at=node.at)

    assert tracing.count_to_confirm(actor=node.analyst) == 1
    assert entries("casework.country_decided") == 0


@pytest.mark.parametrize(
    "findings",
    [
        Findings(HOST, NameFound(failure=NameFailure.RESOLVER_DEAD)),
        Findings(HOST, NameFound(failure=NameFailure.NO_SUCH_NAME)),
        Findings(
            HOST,
            NameFound((ADDRESS,)),
            NetworkFound(failure=RegistryFailure.RATE_LIMITED, retry_after_seconds=900),
            registry_country="DK",
        ),
    ],
)
def test_a_trace_that_nobody_answered_is_tried_ever_later_and_seen_on_the_desk(
    node: SmallNode, findings: Findings
) -> None:
    item_id = node.confirmed_item()
    waits = []
    for _try in range(3):
        again_at = casework.trace_finished(
            item_id=item_id, findings=findings, actor=node.system, at=node.at
        )
        assert again_at is not None
        waits.append(again_at - node.at)
        node.at = again_at

    assert waits == sorted(waits)
    if findings.network.retry_after_seconds:
        assert waits[0] == timedelta(seconds=900)
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert line.waits_for == "retry"
    assert line.sentence


@pytest.mark.parametrize(
    "address", ["http://abcdefghij234567.onion/17", "http://abcdefghij234567.onion./17", ""]
)
def test_where_nobody_provides_nobody_is_told(node: SmallNode, address: str) -> None:
    item_id = node.confirmed_item(address)
    host = node.item(item_id).host

    again_at = casework.trace_finished(
        item_id=item_id,
        findings=Findings(host, NameFound(failure=None)),
        actor=node.system,
        at=node.at,
    )

    assert again_at is None
    assert node.item(item_id).notice == "no_provider"


def test_behind_a_proxy_the_hosting_stays_unknown_and_the_proxy_is_proposed(
    node: SmallNode,
) -> None:
    network = NetworkFound("203.0.114.0/24", "CLOUDFLARENET", "US", "Desk", "abuse@proxy.example")
    item_id = traced(node, Findings(HOST, NameFound((ADDRESS,)), network, registry_country="US"))

    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert (line.behind_proxy, line.waits_for) == ("Cloudflare", "contact")
    assert "Cloudflare" in line.sentence
    assert node.item(item_id).hosting_country == ""
    assert node.item(item_id).assignment == "here"
    assert Fact.objects.get(name="item_traced").codes["here"] is None
    assert ledger.events_waiting(actor=node.system, most=50) == []


def test_an_item_that_comes_home_after_a_new_trace_is_ours_again(node: SmallNode) -> None:
    item_id = traced(node, ABROAD)

    traced(node, HERE, item_id)

    assert node.item(item_id).assignment == "here"
    assert tracing.count_to_confirm(actor=node.analyst) == 1


# Contacts.


def test_a_confirmed_contact_releases_every_item_that_waited_for_it(node: SmallNode) -> None:
    first = traced(node)
    second = traced(node, item_id=node.confirmed_item(f"https://{HOST}/item/18"))

    assert confirmed(node, first) == 2

    for item_id in (first, second):
        assert node.item(item_id).notice == "queued"
    due = [job.due_at for job in node.open_jobs("notice")]
    assert due == [node.at + POLICY.notice_after] * 2
    assert tracing.contacts_to_confirm(actor=node.analyst) == []
    assert entries("casework.contact_confirmed") == 1


def test_the_next_item_of_a_confirmed_contact_needs_no_person(node: SmallNode) -> None:
    confirmed(node, traced(node))

    item_id = traced(node, item_id=node.confirmed_item(f"https://{HOST}/item/18"))

    assert node.item(item_id).notice == "queued"


@pytest.mark.parametrize("who", ["investigator", "operator", "stranger", "system"])
def test_nobody_else_confirms_names_or_declines(node: SmallNode, who: str) -> None:
    item_id = traced(node)
    contact = Contact.objects.get()
    actor = getattr(node, who)
    before = Entry.objects.count()

    for act in (
        lambda: casework.contact_confirmed(
            item_id=item_id, contact_id=contact.id, actor=actor, at=node.at
        ),
        lambda: casework.contact_named(
            item_id=item_id, name="X", email="x@y.example", actor=actor, at=node.at
        ),
        lambda: casework.country_decided(item_id=item_id, country="DK", actor=actor, at=node.at),
    ):
        with pytest.raises((RefusedError, NotFoundError)):
            act()

    assert Entry.objects.count() == before
    assert node.item(item_id).notice == "none"


def test_a_declined_contact_takes_the_waiting_notice_back(node: SmallNode) -> None:
    item_id, notice_id = queued(node)
    contact = Contact.objects.get()

    casework.contact_declined(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )

    assert node.item(item_id).notice == "none"
    assert Notice.objects.get(pk=notice_id).withdrawn_at == node.at
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert line.waits_for == "no_contact"


def test_a_contact_named_by_a_person_is_told_at_once(node: SmallNode) -> None:
    bare = Findings(HOST, NameFound((ADDRESS,)), NetworkFound("203.0.114.0/24", "X", "DK"), "DK")
    item_id = traced(node, bare)
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert line.waits_for == "no_contact"

    casework.contact_named(
        item_id=item_id,
        name="Site owner",
        email="owner@pictures.example",
        actor=node.analyst,
        at=node.at,
    )

    assert node.item(item_id).notice == "queued"
    assert tracing.contacts_to_confirm(actor=node.analyst) == []


# The notice.


def test_a_notice_is_sent_and_one_reminder_is_ordered(node: SmallNode) -> None:
    item_id, notice_id = sent(node)

    item = node.item(item_id)
    assert (item.notice, item.notice_rung, item.provider_told_at) == ("sent", 1, node.at)
    (job,) = node.open_jobs("reminder")
    assert job.due_at == node.at + POLICY.reminder_after
    assert Fact.objects.get(name="notice_sent").codes["rung"] == 1

    node.at = job.due_at
    assert casework.reminder_due(notice_id=notice_id, actor=node.system, at=node.at) is None
    assert node.item(item_id).notice == "queued"
    second = Notice.objects.get(item_id=item_id, rung=2)
    handover = casework.notice_handed_over(notice_id=second.id, actor=node.system, at=node.at)
    assert handover is not None
    assert handover.earlier_message_id == Notice.objects.get(pk=notice_id).message_id
    casework.notice_sent(notice_id=second.id, actor=node.system, at=node.at)

    assert len(node.open_jobs("reminder")) == 1, "the first one; a reminder is not reminded of"
    assert node.item(item_id).provider_told_at == START


def test_a_reminder_is_not_sent_to_who_answered_or_removed(node: SmallNode) -> None:
    item_id, notice_id = sent(node)
    record.move_track(
        item_id=item_id,
        track=Track.NOTICE,
        target="answered",
        mover=Mover.PROVIDER,
        actor=node.system,
        at=node.at,
    )

    assert casework.reminder_due(notice_id=notice_id, actor=node.system, at=node.at) is None
    assert Notice.objects.count() == 1


def test_a_reminder_waits_while_the_item_is_unavailable(node: SmallNode) -> None:
    item_id, notice_id = sent(node)
    for target in (Availability.UP, Availability.UNAVAILABLE):
        record.move_track(
            item_id=item_id,
            track=Track.AVAILABILITY,
            target=target,
            mover=Mover.SYSTEM,
            actor=node.system,
            at=node.at,
        )

    again_at = casework.reminder_due(notice_id=notice_id, actor=node.system, at=node.at)

    assert again_at == node.at + POLICY.removed_after
    assert Notice.objects.count() == 1


def test_a_recipient_that_does_not_exist_puts_the_item_before_a_person(node: SmallNode) -> None:
    item_id, notice_id = queued(node)
    casework.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)

    is_over = casework.notice_failed(
        notice_id=notice_id,
        code="recipient_refused",
        is_permanent=True,
        may_have_arrived=False,
        actor=node.system,
        at=node.at,
    )

    assert is_over
    assert node.item(item_id).notice == "none"
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert line.waits_for == "no_contact"
    assert takedown.notices(item_id=item_id, actor=node.analyst)[0].handed_over == 0


def test_a_passing_failure_leaves_the_notice_waiting(node: SmallNode) -> None:
    item_id, notice_id = queued(node)

    is_over = casework.notice_failed(
        notice_id=notice_id,
        code="relay_unreachable",
        is_permanent=False,
        may_have_arrived=False,
        actor=node.system,
        at=node.at,
    )

    assert not is_over
    assert node.item(item_id).notice == "queued"


def test_a_host_that_moved_is_traced_again_before_anybody_is_told(node: SmallNode) -> None:
    item_id, notice_id = queued(node)

    casework.notice_overtaken(notice_id=notice_id, actor=node.system, at=node.at)

    assert node.item(item_id).notice == "none"
    assert len(node.open_jobs("trace")) == 1
    assert casework.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at) is None


def test_a_notice_of_what_is_not_confirmed_any_more_is_taken_back(node: SmallNode) -> None:
    item_id, notice_id = queued(node)
    record.set_legal_class(item_id=item_id, legal_class=None, actor=node.system, at=node.at)

    handover = casework.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)

    assert handover is None
    assert node.item(item_id).notice == "none"


# Police.


def test_nothing_is_notified_while_police_hold(node: SmallNode) -> None:
    item_id, notice_id = queued(node)
    held(node, item_id)
    before = takedown.notice(notice_id=notice_id, actor=node.system)

    with pytest.raises(RefusedError) as caught:
        casework.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)

    assert caught.value.code == "held_by_police"
    assert takedown.notice(notice_id=notice_id, actor=node.system) == before
    assert entries("casework.notice_handed_over") == 0


def test_a_hold_comes_before_a_contact(node: SmallNode) -> None:
    item_id = traced(node)
    held(node, item_id)

    assert confirmed(node, item_id) == 0
    assert node.item(item_id).notice == "none"
    assert not Notice.objects.exists()


def test_a_reminder_waits_for_the_end_of_the_hold(node: SmallNode) -> None:
    item_id, notice_id = sent(node)
    hold_id = held(node, item_id)

    again_at = casework.reminder_due(notice_id=notice_id, actor=node.system, at=node.at)

    assert again_at == cases.hold(hold_id=hold_id, actor=node.investigator).until


def test_a_hold_placed_between_mail_and_record_loses_neither(node: SmallNode) -> None:
    item_id, notice_id = queued(node)
    casework.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)
    held(node, item_id, hours=1)
    told_at = node.at
    casework.notice_sent(notice_id=notice_id, actor=node.system, at=told_at)
    assert takedown.notice(notice_id=notice_id, actor=node.system).sent_at == told_at

    node.later(hours=2)
    again = casework.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)

    assert again is None, "it was sent; only the track was behind"
    item = node.item(item_id)
    assert (item.notice, item.provider_told_at) == ("sent", told_at)


def test_every_job_names_the_item_that_it_is_about(node: SmallNode) -> None:
    item_id, _notice_id = sent(node)

    assert {job.subject_id for job in Job.objects.all()} == {item_id}
