# SPDX-License-Identifier: Apache-2.0
"""Notices, answers and checks as rows: counted before they leave, answered without an account."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import Job
from havn.domain.takedown import rules, selectors, services
from havn.domain.takedown.models import Check, Notice, NoticeAnswer
from havn.lib.sealing import encrypt_until
from tests.support.casework import SmallNode, person, small_node
from tests.support.outside import HOST

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def queued(node: SmallNode, rung: int = 1, item_id: UUID | None = None) -> UUID:
    return services.queue_notice(
        item_id=item_id or node.confirmed_item(),
        contact_id=UUID(int=7),
        rung=rung,
        domain="hotline.example",
        actor=node.system,
        at=node.at,
    ).notice_id


def token_of(node: SmallNode, notice_id: UUID) -> str:
    return services.answer_token(notice_id=notice_id, host=HOST, queued_at=node.at)


def answered(node: SmallNode, notice_id: UUID, **parts: object) -> services.RecordedAnswer:
    known = {
        "token": token_of(node, notice_id),
        "kind": "removed",
        "answer_id": uuid4(),
        "at": node.at,
        **parts,
    }
    return services.record_answer(**known)  # type: ignore[arg-type]


def test_the_same_item_contact_and_rung_is_one_notice_with_one_message_id(node: SmallNode) -> None:
    item_id = node.confirmed_item()

    first, again, second = (
        queued(node, 1, item_id),
        queued(node, 1, item_id),
        queued(node, 2, item_id),
    )

    assert first == again != second
    ids = set(Notice.objects.values_list("message_id", flat=True))
    assert ids == {f"<{first}@hotline.example>", f"<{second}@hotline.example>"}


def test_a_hand_over_is_counted_before_it_happens_and_a_second_one_bears_the_same_id(
    node: SmallNode,
) -> None:
    notice_id = queued(node)

    first = services.begin_handover(notice_id=notice_id, actor=node.system, at=node.at)
    second = services.begin_handover(notice_id=notice_id, actor=node.system, at=node.at)

    assert first is not None
    assert second is not None
    assert first.message_id == second.message_id
    assert (first.handed_over, second.handed_over) == (1, 2)
    assert Notice.objects.get().handed_over == 2


def test_a_sent_or_withdrawn_notice_is_handed_over_to_nobody(node: SmallNode) -> None:
    sent, withdrawn = queued(node), queued(node, rung=2)
    assert services.note_sent(notice_id=sent, actor=node.system, at=node.at)
    assert not services.note_sent(notice_id=sent, actor=node.system, at=node.later(hours=1))
    services.withdraw_notice(notice_id=withdrawn, reason="test", actor=node.system, at=node.at)

    for notice_id in (sent, withdrawn):
        assert services.begin_handover(notice_id=notice_id, actor=node.system, at=node.at) is None
    with pytest.raises(RefusedError, match="sent already"):
        services.withdraw_notice(notice_id=sent, reason="test", actor=node.system, at=node.at)


@pytest.mark.parametrize(("may_have_arrived", "counted"), [(True, 1), (False, 0)])
def test_only_a_hand_over_that_may_have_arrived_stays_counted(
    node: SmallNode, may_have_arrived: bool, counted: int
) -> None:
    notice_id = queued(node)
    services.begin_handover(notice_id=notice_id, actor=node.system, at=node.at)

    services.note_failed(
        notice_id=notice_id,
        code="relay_broke_off",
        may_have_arrived=may_have_arrived,
        actor=node.system,
        at=node.at,
    )

    kept = Notice.objects.get()
    assert (kept.handed_over, kept.last_failure) == (counted, "relay_broke_off")


def test_an_answer_link_opens_its_notice_and_nothing_else(node: SmallNode) -> None:
    notice_id = queued(node)

    found = selectors.notice_for_answer(token=token_of(node, notice_id), at=node.at)

    assert found.notice_id == notice_id
    assert found.host == HOST
    assert found.answers == ()
    assert not hasattr(found, "href")


def test_every_other_token_is_not_found(node: SmallNode) -> None:
    notice_id = queued(node)
    token = token_of(node, notice_id)
    key = settings.HAVN_KEYRING.read("answer-link-key")
    unknown = services.answer_token(notice_id=uuid4(), host=HOST, queued_at=node.at)
    foreign = encrypt_until(b"{}", key, purpose="form", at=node.at)
    empty = encrypt_until(b"[]", key, purpose=selectors.LINK_PURPOSE, at=node.at)
    late = node.at + settings.HAVN_POLICY.answer_link_for + timedelta(seconds=1)

    for wrong in ("", "x", token[:-2], token + "A", unknown, foreign, empty):
        with pytest.raises(NotFoundError):
            selectors.notice_for_answer(token=wrong, at=node.at)
    with pytest.raises(NotFoundError):
        selectors.notice_for_answer(token=token, at=late)


def test_an_answer_is_sealed_counted_once_and_orders_work(node: SmallNode) -> None:
    notice_id, answer_id = queued(node), uuid4()

    first = answered(node, notice_id, kind="disagree", text="It is ours.", answer_id=answer_id)
    again = answered(node, notice_id, kind="disagree", text="It is ours.", answer_id=answer_id)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    row = NoticeAnswer.objects.get()
    assert b"ours" not in bytes(row.sealed_text)
    assert Job.objects.filter(kind="answer").count() == 1
    text = selectors.answer_text(answer_id=first.answer_id, actor=node.analyst, at=node.at)
    assert text == "It is ours."
    opened = Entry.objects.filter(action="answer.text_opened", subject_id=first.answer_id)
    assert opened.count() == 1


@pytest.mark.parametrize(
    "corrected",
    [
        {"kind": "removed"},
        {"kind": "need_more", "text": "Which of the two?"},
        {"kind": "disagree", "text": "Which one?"},
    ],
)
def test_an_answer_corrected_and_sent_by_the_same_page_is_another(
    node: SmallNode, corrected: dict[str, object]
) -> None:
    notice_id, page = queued(node), uuid4()
    first = answered(node, notice_id, kind="need_more", text="Which one?", answer_id=page)

    second = answered(node, notice_id, answer_id=page, **corrected)

    assert not second.is_repeat
    seen = [line.answer_id for line in selectors.answers_to_see(actor=node.analyst)]
    assert sorted(seen) == sorted([first.answer_id, second.answer_id])
    assert Job.objects.filter(kind="answer").count() == 2
    for times in ({"removed_at": node.at}, {"removed_at": node.at - timedelta(hours=1)}):
        assert not answered(node, notice_id, answer_id=page, **times).is_repeat


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"kind": "maybe"}, "unknown_kind"),
        ({"kind": "disagree", "text": "  "}, "text_needed"),
        ({"kind": "need_more", "text": "x" * 4001}, "text_too_long"),
        ({"kind": "disagree", "text": "see data:image/png;base64,AAAA"}, "picture_in_text"),
        ({"kind": "disagree", "text": "iVBORw0KGgo" + "A1b2" * 80}, "picture_in_text"),
        ({"removed_at": "tomorrow"}, "removed_in_future"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_refused_with_a_sentence_and_leaves_nothing(
    node: SmallNode, parts: dict[str, object], code: str
) -> None:
    notice_id = queued(node)
    if "removed_at" in parts:
        parts = {"removed_at": node.at + timedelta(days=1)}

    with pytest.raises(RefusedError) as caught:
        answered(node, notice_id, **parts)

    assert caught.value.code == code
    assert str(caught.value) != code
    assert not NoticeAnswer.objects.exists()
    assert not Job.objects.exists()


def test_an_answer_stands_on_the_desk_until_somebody_saw_it(node: SmallNode) -> None:
    answer_id = answered(node, queued(node), kind="not_ours").answer_id

    (line,) = selectors.answers_to_see(actor=node.analyst)
    assert (line.answer_id, line.host, line.kind) == (answer_id, HOST, "not_ours")
    assert selectors.answers_to_see(actor=node.analyst, after=answer_id) == []
    with pytest.raises(RefusedError):
        services.mark_answer_seen(answer_id=answer_id, actor=node.investigator, at=node.at)
    services.mark_answer_seen(answer_id=answer_id, actor=node.analyst, at=node.at)

    assert selectors.answers_to_see(actor=node.analyst) == []


def test_a_check_keeps_status_and_headers_and_what_they_mean(node: SmallNode) -> None:
    item_id = node.confirmed_item()
    looked = rules.Seen(url="https://x.example/", status=200, headers={"etag": '"1"'})
    services.record_check(
        item_id=item_id,
        seen=looked,
        found=rules.verdict(looked, None),
        actor=node.system,
        at=node.at,
    )

    (shown,) = selectors.checks(item_id=item_id, actor=node.analyst)
    history = selectors.check_history(item_id=item_id, actor=node.system)

    assert (shown.verdict, shown.rule, shown.headers) == ("up", "first_look", {"etag": '"1"'})
    assert shown.sentence
    assert history.baseline is not None
    assert history.baseline.headers == {"etag": '"1"'}
    assert history.first_checked_at == history.last_checked_at == node.at
    assert Check.objects.count() == 1


def test_every_rule_has_a_sentence() -> None:
    names = {name for name, _kind, _matches in rules.TABLE} | {rules.OTHER.rule}
    names |= {rules.ANSWERS_THERE.rule}

    assert names == set(selectors.SENTENCES)


def test_not_yours_and_not_there_are_the_same(node: SmallNode) -> None:
    notice_id = queued(node)
    answer_id = answered(node, notice_id).answer_id

    assert selectors.answers_to_see(actor=node.stranger) == []
    for ask in (
        lambda: selectors.notice(notice_id=notice_id, actor=node.stranger),
        lambda: selectors.answer(answer_id=answer_id, actor=node.stranger),
        lambda: services.mark_answer_seen(answer_id=answer_id, actor=node.stranger, at=node.at),
        lambda: selectors.answer_text(answer_id=answer_id, actor=node.stranger, at=node.at),
        *(
            lambda nobody=nobody: selectors.answers_to_see(actor=nobody)
            for nobody in (node.operator, person(node.organisation), Actor.reporter())
        ),
    ):
        with pytest.raises(NotFoundError):
            ask()
