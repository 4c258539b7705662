# SPDX-License-Identifier: Apache-2.0
"""Questions between nodes as rows: taken once, limited, sealed, looked at once, told to the asker alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError, TooManyAsksError
from havn.domain.jobs.models import Job
from havn.domain.takedown import selectors, services
from havn.domain.takedown.models import Check, VantageAsk, VantageLook
from havn.domain.takedown.rules import (
    AskMessage,
    AskReason,
    AskState,
    LookRefusal,
    Seen,
    SeenElsewhere,
    VantagePoint,
    Verdict,
    VerdictKind,
)
from tests.support.casework import SmallNode, small_node

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY
URL = "https://pictures.example/item/17"
SEEN = Seen(url=URL, status=404, final_url=URL, headers={"etag": '"17"', "set-cookie": "x"})
SECOND = timedelta(seconds=1)
UP = Verdict(VerdictKind.UP, "same_content")


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def other(node: SmallNode) -> Actor:
    return Actor.node(organisation=node.organisation, node=uuid4())


def taken(node: SmallNode, asker: Actor, ask_id: UUID | None = None) -> UUID:
    message = AskMessage(ask_id or uuid4(), URL, "https://forum.example/thread/17")
    return services.take_ask(message=message, actor=asker, at=node.at).look_id


def looked(node: SmallNode, look_id: UUID, seen: Seen = SEEN) -> None:
    services.record_look(
        look_id=look_id, seen=seen, country="DK", took=SECOND, actor=node.system, at=node.at
    )


# What others ask us.


def test_a_question_is_kept_sealed_and_ordered_once(node: SmallNode) -> None:
    """V3, V13, V15, V16."""
    asker, ask_id = other(node), uuid4()
    look_id = taken(node, asker, ask_id)

    again = services.take_ask(
        message=AskMessage(ask_id, "https://elsewhere.example/18"), actor=asker, at=node.at
    )

    assert (again.look_id, again.is_repeat) == (look_id, True)
    row = VantageLook.objects.get()
    assert b"pictures.example" not in bytes(row.sealed_ask)
    todo = selectors.look_to_do(look_id=look_id, actor=node.system)
    assert todo == selectors.LookToDo(URL, "https://forum.example/thread/17")
    assert [job.subject_id for job in Job.objects.filter(kind=services.LOOK_WORK)] == [look_id]
    (entry,) = Entry.objects.filter(action="vantage.taken")
    assert (entry.actor_kind, entry.actor_id) == ("node", asker.identifier)


def test_the_same_id_of_two_nodes_are_two_questions(node: SmallNode) -> None:
    """V13."""
    ask_id = uuid4()
    assert taken(node, other(node), ask_id) != taken(node, other(node), ask_id)


def test_only_nodes_ask(node: SmallNode) -> None:
    message = AskMessage(uuid4(), URL)
    for actor in (node.supervisor, node.system, Actor.reporter(organisation=node.organisation)):
        with pytest.raises(NotFoundError):
            services.take_ask(message=message, actor=actor, at=node.at)
    assert not VantageLook.objects.exists()


def test_a_node_that_asks_too_often_is_told_when_again(node: SmallNode) -> None:
    """V8: each node for itself, and a repeat counts nothing."""
    asker, first_at, ask_id = other(node), node.at, uuid4()
    taken(node, asker, ask_id)
    for _ in range(POLICY.most_vantage_looks - 1):
        node.later(seconds=1)
        taken(node, asker)

    with pytest.raises(TooManyAsksError) as refused:
        taken(node, asker)

    assert refused.value.code == "too_many_asks"
    assert refused.value.free_at == first_at + POLICY.vantage_looks_within
    taken(node, asker, ask_id)
    taken(node, other(node))
    node.at = refused.value.free_at
    taken(node, asker)


def test_what_was_seen_is_told_to_the_asker_alone(node: SmallNode) -> None:
    """V9, V10."""
    asker, ask_id = other(node), uuid4()
    look_id = taken(node, asker, ask_id)
    waiting = selectors.look_for_asker(ask_id=ask_id, actor=asker)
    assert waiting == {"v": 1, "id": str(ask_id), "state": "waiting"}

    looked(node, look_id)

    told = selectors.look_for_asker(ask_id=ask_id, actor=asker)
    assert (told["state"], told["seen"]["status"], told["seen"]["country"]) == ("seen", 404, "DK")
    assert told["seen"]["headers"] == {"etag": '"17"'}
    assert told["seen"]["took_ms"] == 1000
    for stranger in (other(node), node.supervisor, node.system):
        with pytest.raises(NotFoundError):
            selectors.look_for_asker(ask_id=ask_id, actor=stranger)


def test_after_the_look_the_address_is_forgotten(node: SmallNode) -> None:
    """V14, V15: a second look of the same job changes nothing."""
    asker, ask_id = other(node), uuid4()
    look_id = taken(node, asker, ask_id)
    looked(node, look_id)
    looked(node, look_id, Seen(url=URL, status=200, final_url=URL))

    assert VantageLook.objects.get().sealed_ask == b""
    assert selectors.look_to_do(look_id=look_id, actor=node.system) is None
    assert selectors.look_for_asker(ask_id=ask_id, actor=asker)["seen"]["status"] == 404


def test_a_name_that_leads_to_a_private_address_is_refused(node: SmallNode) -> None:
    """V6."""
    asker, ask_id = other(node), uuid4()
    look_id = taken(node, asker, ask_id)
    looked(node, look_id, Seen(url=URL, failure="private_address", addresses=("10.0.0.1",)))

    told = selectors.look_for_asker(ask_id=ask_id, actor=asker)
    assert told == {"v": 1, "id": str(ask_id), "state": "refused", "refused": "private_address"}
    assert "10.0.0.1" not in str(VantageLook.objects.get().seen)


def test_a_refusal_gives_no_reason_of_its_own(node: SmallNode) -> None:
    """V7."""
    asker, ask_id = other(node), uuid4()
    services.refuse_look(
        look_id=taken(node, asker, ask_id),
        refusal=LookRefusal.NOT_POSSIBLE,
        actor=node.system,
        at=node.at,
    )
    told = selectors.look_for_asker(ask_id=ask_id, actor=asker)
    assert (told["state"], told["refused"]) == ("refused", "not_possible")


def test_only_the_worker_opens_what_others_ask(node: SmallNode) -> None:
    look_id = taken(node, other(node))
    for actor in (node.supervisor, other(node), Actor.system(organisation=uuid4())):
        with pytest.raises(NotFoundError):
            selectors.look_to_do(look_id=look_id, actor=actor)
    with pytest.raises(NotFoundError):
        services.refuse_look(
            look_id=look_id,
            refusal=LookRefusal.NOT_POSSIBLE,
            actor=node.stranger,
            at=node.at,
        )


# What we ask others.


def asked(node: SmallNode, item_id: UUID, *points: VantagePoint) -> list[UUID]:
    return services.ask_vantages(
        item_id=item_id,
        points=points or (VantagePoint(uuid4(), "SE"),),
        reason=AskReason.PERSON,
        actor=node.system,
        at=node.at,
    )


def answered(node: SmallNode, ask_id: UUID) -> bool:
    return services.record_vantage(
        ask_id=ask_id,
        found=SeenElsewhere(Seen(url=URL, status=200, final_url=URL), node.at, SECOND),
        verdict=UP,
        actor=node.system,
        at=node.at,
    )


def test_a_node_that_is_asked_already_is_not_asked_again(node: SmallNode) -> None:
    item_id, point = node.confirmed_item(), VantagePoint(uuid4(), "SE")
    (ask_id,) = asked(node, item_id, point)
    assert asked(node, item_id, point) == []
    services.close_ask(ask_id=ask_id, state=AskState.UNANSWERED, actor=node.system, at=node.at)
    assert len(asked(node, item_id, point)) == 1
    assert {ask_id.version for ask_id in VantageAsk.objects.values_list("id", flat=True)} == {4}


def test_an_answer_is_a_check_from_there_and_none_of_ours(node: SmallNode) -> None:
    """V18: named by node and country; our own history knows nothing of it."""
    item_id, point = node.confirmed_item(), VantagePoint(uuid4(), "SE")
    (ask_id,) = asked(node, item_id, point)
    assert answered(node, ask_id)
    assert not answered(node, ask_id)

    (check,) = Check.objects.all()
    assert check.vantage == f"SE/{point.node}"
    history = selectors.check_history(item_id=item_id, actor=node.system)
    assert (history.count, history.baseline, history.first_checked_at) == (0, None, None)
    (shown,) = selectors.checks(item_id=item_id, actor=node.analyst)
    assert (shown.country, shown.verdict) == ("SE", "up")


def test_of_each_node_the_last_look_counts(node: SmallNode) -> None:
    """V20."""
    item_id, point = node.confirmed_item(), VantagePoint(uuid4(), "SE")
    first_at = node.at
    for _ in range(2):
        (ask_id,) = asked(node, item_id, point)
        answered(node, ask_id)
        node.later(hours=1)
    Check.objects.filter(checked_at=first_at).update(verdict="gone")

    seen = selectors.verdicts_elsewhere(item_id=item_id, actor=node.system)
    assert seen == [VerdictKind.UP]
    later = selectors.verdicts_elsewhere(item_id=item_id, since=node.at, actor=node.system)
    assert later == []


def test_what_was_asked_and_seen_is_the_desks_to_read(node: SmallNode) -> None:
    item_id = node.confirmed_item()
    (ask_id,) = asked(node, item_id)
    shown = selectors.seen_from_elsewhere(item_id=item_id, actor=node.analyst)
    assert shown.is_asking
    assert [(ask.country, ask.state) for ask in shown.asks] == [("SE", "waiting")]

    services.note_ask_sent(ask_id=ask_id, actor=node.system, at=node.at)
    services.note_ask_failed(ask_id=ask_id, code="timeout", actor=node.system, at=node.at)
    (ask,) = selectors.seen_from_elsewhere(item_id=item_id, actor=node.analyst).asks
    assert (ask.state, ask.last_failure) == ("asked", "timeout")

    answered(node, ask_id)
    shown = selectors.seen_from_elsewhere(item_id=item_id, actor=node.analyst)
    assert not shown.is_asking
    assert [(look.country, look.verdict) for look in shown.looks] == [("SE", "up")]
    for actor in (node.operator, other(node)):
        with pytest.raises(NotFoundError):
            selectors.seen_from_elsewhere(item_id=item_id, actor=actor)
    stranger = selectors.seen_from_elsewhere(item_id=item_id, actor=node.stranger)
    assert (stranger.asks, stranger.looks) == ((), ())


def test_our_questions_are_not_there_for_others(node: SmallNode) -> None:
    (ask_id,) = asked(node, node.confirmed_item())
    for actor in (node.supervisor, Actor.system(organisation=uuid4())):
        with pytest.raises(NotFoundError):
            selectors.ask(ask_id=ask_id, actor=actor)
    with pytest.raises(NotFoundError):
        services.note_ask_sent(ask_id=ask_id, actor=node.stranger, at=node.at)


def test_every_step_leaves_an_entry(node: SmallNode) -> None:
    """V16."""
    item_id = node.confirmed_item()
    (ask_id,) = asked(node, item_id)
    services.note_ask_sent(ask_id=ask_id, actor=node.system, at=node.at)
    services.note_ask_failed(ask_id=ask_id, code="timeout", actor=node.system, at=node.at)
    services.close_ask(
        ask_id=ask_id, state=AskState.REFUSED, code="x", actor=node.system, at=node.at
    )
    left = Entry.objects.filter(action__startswith="vantage.", subject_id=item_id)
    assert sorted(left.values_list("action", flat=True)) == [
        "vantage.asked",
        "vantage.closed",
        "vantage.failed",
        "vantage.sent",
    ]


def test_every_agreement_has_its_sentence() -> None:
    from havn.domain.takedown.rules import Agreement

    assert set(selectors.AGREEMENT_SENTENCES) == set(Agreement)


def test_too_many_asks_is_a_refusal_like_others() -> None:
    assert issubclass(TooManyAsksError, RefusedError)
