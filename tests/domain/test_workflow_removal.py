# SPDX-License-Identifier: Apache-2.0
"""From the provider's answer to the removal, and back when an item reappears."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.audit.models import Entry
from havn.domain.cases import services as record
from havn.domain.cases.rules import Mover, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger.models import Fact
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.takedown.models import Check, Notice
from havn.domain.takedown.rules import Seen
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing.rules import Findings, NameFound
from havn.domain.workflow.services import removal as casework
from havn.domain.workflow.services import telling
from tests.support.casework import SmallNode, small_node
from tests.support.outside import ADDRESS, HOST, NETWORK

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY
DAY = POLICY.removed_after
HERE = Findings(HOST, NameFound((ADDRESS,)), NETWORK, registry_country="DK")
URL = f"https://{HOST}/item/17"
THERE = Seen(url=URL, status=200, final_url=URL, headers={"etag": '"17"'})
GONE = Seen(url=URL, status=404, final_url=URL)
OTHER = Seen(url=URL, status=200, final_url=URL, headers={"etag": '"18"'})
DOWN = Seen(url=URL, failure="timeout", final_url=URL)


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def looked(node: SmallNode, item_id: UUID, *views: Seen, every: timedelta = DAY) -> list[str]:
    states = []
    for view in views:
        casework.check_finished(item_id=item_id, seen=view, actor=node.system, at=node.at)
        states.append(node.item(item_id).availability)
        node.at += every
    return states


def told_police(node: SmallNode, item_id: UUID) -> None:
    for target in ("due", "told"):
        record.move_track(
            item_id=item_id,
            track=Track.POLICE,
            target=target,
            mover=Mover.SYSTEM,
            actor=node.system,
            at=node.at,
        )


def notified(node: SmallNode) -> tuple[UUID, UUID]:
    item_id = node.confirmed_item()
    told_police(node, item_id)
    telling.trace_finished(item_id=item_id, findings=HERE, actor=node.system, at=node.at)
    contact = tracing.contact_of_item(item_id=item_id, actor=node.analyst)
    assert contact is not None
    telling.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )
    notice_id = Notice.objects.get(item_id=item_id).id
    telling.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)
    telling.notice_sent(notice_id=notice_id, actor=node.system, at=node.at)
    return item_id, notice_id


def answered(node: SmallNode, notice_id: UUID, kind: str, text: str = "why") -> UUID:
    token = notices.answer_token(notice_id=notice_id, host=HOST, queued_at=node.at)
    return notices.record_answer(
        token=token, kind=kind, answer_id=uuid4(), text=text, at=node.at
    ).answer_id


# Answers.


@pytest.mark.parametrize(
    ("kind", "track"),
    [
        ("removed", "answered"),
        ("need_more", "answered"),
        ("not_ours", "refused"),
        ("disagree", "refused"),
    ],
)
def test_an_answer_moves_the_notice_and_a_check_looks_soon(
    node: SmallNode, kind: str, track: str
) -> None:
    item_id, notice_id = notified(node)
    answer_id = answered(node, notice_id, kind)

    assert casework.answer_arrived(answer_id=answer_id, actor=node.system, at=node.at) is None

    assert node.item(item_id).notice == track
    assert node.item(item_id).is_open, "a claim closes nothing"
    due = [job.due_at for job in node.open_jobs("check")]
    assert due == [node.at + POLICY.check_after_answer]
    assert [a.kind for a in takedown.answers_to_see(actor=node.analyst)] == [kind]
    assert Entry.objects.filter(action="casework.answer_arrived").count() == 1


def test_not_ours_puts_the_item_before_a_person(node: SmallNode) -> None:
    item_id, notice_id = notified(node)

    answer_id = answered(node, notice_id, "not_ours")
    casework.answer_arrived(answer_id=answer_id, actor=node.system, at=node.at)

    (line,) = tracing.contacts_to_confirm(actor=node.analyst)
    assert (line.item_id, line.waits_for) == (item_id, "no_contact")


def reminded(node: SmallNode, item_id: UUID, notice_id: UUID) -> UUID:
    """Queue the reminder of a notice, which does not leave, and return it."""
    telling.reminder_due(notice_id=notice_id, actor=node.system, at=node.at)
    assert node.item(item_id).notice == "queued"
    return Notice.objects.get(item_id=item_id, rung=2).id


@pytest.mark.parametrize(("kind", "track"), [("removed", "answered"), ("disagree", "refused")])
def test_an_answer_takes_the_reminder_back_that_has_not_left(
    node: SmallNode, kind: str, track: str
) -> None:
    item_id, notice_id = notified(node)
    told_at = node.at
    node.later(days=2)
    second = reminded(node, item_id, notice_id)
    node.later(minutes=1)
    answer_id = answered(node, notice_id, kind)

    assert casework.answer_arrived(answer_id=answer_id, actor=node.system, at=node.at) is None

    item = node.item(item_id)
    assert (item.notice, item.notice_rung, item.provider_told_at) == (track, 1, told_at)
    assert Notice.objects.get(pk=second).withdrawn_at == node.at
    assert telling.notice_handed_over(notice_id=second, actor=node.system, at=node.at) is None


def test_a_reminder_does_not_leave_between_an_answer_and_its_work(node: SmallNode) -> None:
    item_id, notice_id = notified(node)
    second = reminded(node, item_id, notice_id)
    answered(node, notice_id, "removed")

    assert telling.notice_handed_over(notice_id=second, actor=node.system, at=node.at) is None

    assert node.item(item_id).notice == "sent"


def test_a_reminder_that_comes_due_after_an_answer_is_not_queued(node: SmallNode) -> None:
    item_id, notice_id = notified(node)
    answered(node, notice_id, "need_more")

    telling.reminder_due(notice_id=notice_id, actor=node.system, at=node.at)

    assert node.item(item_id).notice == "sent"
    assert Notice.objects.count() == 1


def test_an_answer_during_a_hold_waits_and_the_reminder_does_not_leave_after_it(
    node: SmallNode,
) -> None:
    item_id, notice_id = notified(node)
    second = reminded(node, item_id, notice_id)
    record.place_hold(
        item_id=item_id, reason="quiet", hours=4, actor=node.investigator, at=node.at
    )
    answer_id = answered(node, notice_id, "removed")
    again_at = casework.answer_arrived(answer_id=answer_id, actor=node.system, at=node.at)
    assert again_at is not None
    assert again_at > node.at

    node.later(hours=5)
    assert telling.notice_handed_over(notice_id=second, actor=node.system, at=node.at) is None
    casework.answer_arrived(answer_id=answer_id, actor=node.system, at=node.at)

    assert node.item(item_id).notice == "answered"


def test_an_answer_to_an_earlier_round_waits_a_minute_and_stops_no_new_notice(
    node: SmallNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "HAVN_POLICY", replace(POLICY, notice_after=timedelta(0)))
    item_id, notice_id = notified(node)
    looked(node, item_id, THERE, GONE, GONE, THERE)
    assert node.item(item_id).notice == "queued"
    answer_id = answered(node, notice_id, "removed")

    again_at = casework.answer_arrived(answer_id=answer_id, actor=node.system, at=node.at)

    assert again_at == node.at + timedelta(minutes=1)
    assert node.item(item_id).notice == "queued"


def test_an_unknown_answer_is_not_found(node: SmallNode) -> None:
    with pytest.raises(NotFoundError):
        casework.answer_arrived(answer_id=uuid4(), actor=node.system, at=node.at)


# Checks.


def test_gone_twice_a_day_apart_is_removed_and_dated_at_the_first(node: SmallNode) -> None:
    item_id, _notice_id = notified(node)
    began = node.at

    assert looked(node, item_id, THERE, GONE, GONE) == ["up", "unavailable", "removed"]

    item = node.item(item_id)
    assert item.removed_at == began + DAY
    assert (item.stage, item.closed_reason, item.is_open) == ("closed", "removed", False)
    removed = Fact.objects.get(name="item_removed")
    assert removed.happened_at == began + DAY
    assert removed.codes == {"v": 1, "confirmed": True, "here": True}
    assert [f.codes["verdict"] for f in Fact.objects.filter(name="check_done").order_by("id")] == [
        "up",
        "gone",
        "gone",
    ]


def test_gone_twice_within_a_day_is_not_removed(node: SmallNode) -> None:
    item_id = node.confirmed_item()

    states = looked(node, item_id, GONE, GONE, GONE, every=DAY / 3)

    assert states == ["unavailable"] * 3


def test_every_check_orders_the_next_one_until_the_last_look_at_what_stayed_gone(
    node: SmallNode,
) -> None:
    item_id = node.confirmed_item()
    looked(node, item_id, THERE, every=timedelta(hours=1))
    for _look in range(5):  # at once, then after 1, 7, 30 and 90 days
        job = node.open_jobs("check")[-1]
        node.at = job.due_at
        casework.check_finished(item_id=item_id, seen=GONE, actor=node.system, at=node.at)
        job.delete()

    assert node.open_jobs("check") == []
    assert node.item(item_id).availability == "removed"


def test_other_content_waits_for_a_person_and_an_unclear_answer_for_the_next_check(
    node: SmallNode,
) -> None:
    item_id = node.confirmed_item()

    assert looked(node, item_id, THERE, OTHER, DOWN, THERE) == ["up", "changed", "unclear", "up"]


def test_removal_takes_a_waiting_notice_back(node: SmallNode) -> None:
    item_id, notice_id = notified(node)
    telling.reminder_due(notice_id=notice_id, actor=node.system, at=node.at)
    assert node.item(item_id).notice == "queued"

    looked(node, item_id, GONE, GONE)

    assert node.item(item_id).notice == "none"
    assert Notice.objects.get(rung=2).withdrawn_at is not None


def test_what_reappears_is_open_again_and_its_provider_told_again(node: SmallNode) -> None:
    item_id, _notice_id = notified(node)
    looked(node, item_id, THERE, GONE, GONE)
    assert not node.item(item_id).is_open

    looked(node, item_id, THERE)

    item = node.item(item_id)
    assert (item.availability, item.is_open, item.removed_at) == ("up", True, None)
    assert item.notice == "queued"
    assert Notice.objects.filter(item_id=item_id).order_by("rung").last().rung == 3  # type: ignore[union-attr]
    assert Fact.objects.filter(name="item_reappeared").count() == 1
    assert len(node.open_jobs("trace")) == 1


def test_other_content_at_a_removed_address_is_open_again_for_a_person_only(
    node: SmallNode,
) -> None:
    item_id, _notice_id = notified(node)
    looked(node, item_id, THERE, GONE, GONE, OTHER)

    item = node.item(item_id)
    assert (item.availability, item.is_open, item.notice) == ("changed", True, "sent")


def test_an_item_whose_address_was_reported_anew_stays_closed(node: SmallNode) -> None:
    item_id, _notice_id = notified(node)
    looked(node, item_id, THERE, GONE, GONE)
    newer = node.filed_item()
    assert newer != item_id
    Check.objects.all().update(organisation=node.organisation)
    orders = len(node.open_jobs("check"))

    looked(node, item_id, THERE)

    assert node.item(item_id).availability == "removed"
    assert len(node.open_jobs("check")) == orders, "work goes on at the newer item"


def test_no_check_while_police_hold(node: SmallNode) -> None:
    item_id = node.confirmed_item()
    record.place_hold(
        item_id=item_id, reason="quiet", hours=4, actor=node.investigator, at=node.at
    )

    with pytest.raises(RefusedError) as caught:
        casework.check_finished(item_id=item_id, seen=GONE, actor=node.system, at=node.at)

    assert caught.value.code == "held_by_police"
    assert not Check.objects.exists()
    assert Entry.objects.filter(action="casework.checked").count() == 0


# A person's eyes.


def test_a_supervisor_declares_removed_what_no_machine_can_see(node: SmallNode) -> None:
    item_id = node.confirmed_item("")

    casework.removal_declared(item_id=item_id, actor=node.supervisor, at=node.at)

    assert node.item(item_id).availability == "removed"
    assert Entry.objects.filter(action="casework.removal_declared").count() == 1


@pytest.mark.parametrize("who", ["analyst", "investigator", "operator", "stranger"])
def test_nobody_else_declares_it_and_nothing_is_left(node: SmallNode, who: str) -> None:
    item_id = node.confirmed_item("")

    with pytest.raises((RefusedError, NotFoundError)):
        casework.removal_declared(item_id=item_id, actor=getattr(node, who), at=node.at)

    assert node.item(item_id).availability == "unknown"
    assert Entry.objects.filter(action="casework.removal_declared").count() == 0


def test_what_a_machine_can_see_nobody_declares(node: SmallNode) -> None:
    item_id = node.confirmed_item()

    with pytest.raises(RefusedError):
        casework.removal_declared(item_id=item_id, actor=node.supervisor, at=node.at)
