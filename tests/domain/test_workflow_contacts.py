# SPDX-License-Identifier: Apache-2.0
"""Whom a notice reaches: the contact that an item has now, never one that was replaced or declined."""

from __future__ import annotations

from uuid import UUID

import pytest

from havn.domain.takedown.models import Notice
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing.models import Contact
from havn.domain.workflow.services import telling as casework
from tests.support.casework import POLICY, SmallNode, held, small_node
from tests.support.outside import HOST
from tests.support.telling import queued, sent, traced

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def named(node: SmallNode, item_id: UUID, email: str = "owner@pictures.example") -> UUID:
    return casework.contact_named(
        item_id=item_id, name="Site owner", email=email, actor=node.analyst, at=node.at
    )


def test_another_contact_gets_the_notice_that_waited_and_the_old_one_nothing(
    node: SmallNode,
) -> None:
    item_id, old = queued(node)

    contact_id = named(node, item_id)

    assert node.item(item_id).notice == "queued"
    assert Notice.objects.get(pk=old).withdrawn_at == node.at
    new = Notice.objects.get(item_id=item_id, withdrawn_at__isnull=True)
    assert new.contact_id == contact_id
    node.at += POLICY.notice_after
    node.work("notice")
    assert [mail["To"].addresses[0].addr_spec for mail in node.outside.mail.taken] == [
        "owner@pictures.example"
    ]


def test_another_contact_named_before_the_reminder_left_gets_it_instead(node: SmallNode) -> None:
    item_id, notice_id = sent(node)
    casework.reminder_due(notice_id=notice_id, actor=node.system, at=node.at)

    contact_id = named(node, item_id)

    waiting = Notice.objects.get(item_id=item_id, sent_at=None, withdrawn_at=None)
    assert waiting.contact_id == contact_id
    assert node.item(item_id).notice == "queued"


def test_naming_the_same_contact_again_lets_its_notice_wait_on(node: SmallNode) -> None:
    item_id, _old = queued(node)
    named(node, item_id)
    before = list(Notice.objects.order_by("id").values_list("id", "withdrawn_at", "queued_at"))

    node.later(minutes=1)
    named(node, item_id)

    after = list(Notice.objects.order_by("id").values_list("id", "withdrawn_at", "queued_at"))
    assert after == before


def test_a_mail_that_left_before_its_contact_was_replaced_does_not_tell_the_new_one(
    node: SmallNode,
) -> None:
    item_id, old = queued(node)
    casework.notice_handed_over(notice_id=old, actor=node.system, at=node.at)
    named(node, item_id)

    casework.notice_sent(notice_id=old, actor=node.system, at=node.at)

    assert node.item(item_id).notice == "queued", "the notice to the new contact still waits"
    assert node.open_jobs("reminder") == []
    assert Notice.objects.get(pk=old).sent_at == node.at


def test_a_declined_contact_is_not_reminded(node: SmallNode) -> None:
    item_id, notice_id = sent(node)
    casework.contact_declined(
        item_id=item_id, contact_id=Contact.objects.get().id, actor=node.analyst, at=node.at
    )

    assert casework.reminder_due(notice_id=notice_id, actor=node.system, at=node.at) is None

    assert node.item(item_id).notice == "sent"
    assert Notice.objects.count() == 1
    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert (line.item_id, line.waits_for) == (item_id, "no_contact")


def test_who_was_named_during_a_hold_is_told_instead_of_reminding_the_old_one(
    node: SmallNode,
) -> None:
    item_id, notice_id = sent(node)
    held(node, item_id, hours=1)
    contact_id = named(node, item_id)
    assert node.item(item_id).notice == "sent"

    node.later(hours=2)
    casework.reminder_due(notice_id=notice_id, actor=node.system, at=node.at)

    waiting = Notice.objects.get(item_id=item_id, sent_at=None)
    assert waiting.contact_id == contact_id
    assert node.item(item_id).notice == "queued"


def test_a_contact_that_is_dead_for_one_item_is_not_tried_for_another(node: SmallNode) -> None:
    first, notice_id = queued(node)
    second = traced(node, item_id=node.confirmed_item(f"https://{HOST}/item/18"))
    other = Notice.objects.get(item_id=second).id
    casework.notice_failed(
        notice_id=notice_id,
        code="recipient_refused",
        is_permanent=True,
        may_have_arrived=False,
        actor=node.system,
        at=node.at,
    )

    assert casework.notice_handed_over(notice_id=other, actor=node.system, at=node.at) is None

    assert node.item(second).notice == "none"
    assert Notice.objects.get(pk=other).withdrawn_at == node.at
    lines = tracing.contacts_to_confirm(actor=node.analyst)
    assert {(line.item_id, line.waits_for) for line in lines} == {
        (first, "no_contact"),
        (second, "no_contact"),
    }
