# SPDX-License-Identifier: Apache-2.0
"""Other countries are asked before a removal and for a person; what only they see is never removed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import TrackMove
from havn.domain.cases.rules import Owner
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as looks
from havn.domain.takedown.clients import VantageError
from havn.domain.takedown.models import Check, VantageAsk, VantageLook
from havn.domain.takedown.rules import AskMessage
from havn.domain.workflow.services import vantages
from tests.support.casework import SmallNode, held, sent, small_node
from tests.support.outside import HOST

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY
URL = f"https://{HOST}/item/17"


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def play(node: SmallNode, **lasts: float) -> None:
    """Let so much time pass, doing all work when it is due."""
    until = node.at + timedelta(**lasts)
    while True:
        node.work()
        due = [job.due_at for kind in KINDS for job in node.open_jobs(kind)]
        following = min((each for each in due if each > node.at), default=until)
        if following > until:
            break
        node.at = following
    node.at = until
    node.work()


KINDS = ("check", "vantages", "vantage_ask", "vantage_look", "notice", "answer", "trace")


def gone_once(node: SmallNode) -> UUID:
    """Return an item that is there at first, and that a check then found gone."""
    item_id = sent(node)
    node.outside.checker.answers(404)
    play(node, hours=1.1)
    assert node.item(item_id).availability == "unavailable"
    return item_id


def asked_countries(node: SmallNode) -> list[str]:
    del node
    return sorted(VantageAsk.objects.values_list("country", flat=True))


# Before a removal.


def test_others_are_asked_before_the_check_that_may_remove(node: SmallNode) -> None:
    """V21."""
    for country in ("SE", "FI", "NO", "DK"):
        node.outside.vantages.add(country).answers(404)
    item_id = gone_once(node)
    (order,) = node.open_jobs("vantages")
    (check,) = node.open_jobs("check")
    assert order.due_at == check.due_at - POLICY.vantages_ahead
    assert not VantageAsk.objects.exists()

    play(node, days=1.1)

    asked = asked_countries(node)
    assert len(asked) == len(set(asked)) == POLICY.vantages_asked
    assert "DK" not in asked
    assert node.item(item_id).availability == "removed"
    shown = takedown.seen_from_elsewhere(item_id=item_id, actor=node.analyst)
    assert shown.agreement == "gone_too"


def test_a_gone_from_elsewhere_removes_nothing_before_its_time(node: SmallNode) -> None:
    """V19: two checks of our own, a day apart, stay the rule."""
    node.outside.vantages.add("SE").answers(404)
    item_id = gone_once(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    play(node, hours=20)
    assert Check.objects.exclude(vantage="own").count() == 1
    assert node.item(item_id).availability == "unavailable"


def test_what_another_country_sees_is_not_removed(node: SmallNode) -> None:
    """V20."""
    node.outside.vantages.add("SE")
    node.outside.vantages.add("FI").answers(404)
    item_id = gone_once(node)

    play(node, days=2)

    item = node.item(item_id)
    assert (item.availability, item.is_open, item.removed_at) == ("unclear", True, None)
    move = TrackMove.objects.filter(track="availability").order_by("-recorded_at", "-id")[0]
    assert (move.target, move.reason) == ("unclear", "there_elsewhere")
    shown = takedown.seen_from_elsewhere(item_id=item_id, actor=node.analyst)
    assert shown.agreement == "there_elsewhere"
    assert shown.sentence
    waits = cases.waits_to_see(actor=node.supervisor, at=node.at)
    assert [(each.item.id, each.waits_for) for each in waits] == [(item_id, Owner.SUPERVISOR)]


def test_it_is_removed_once_nobody_sees_it_any_more(node: SmallNode) -> None:
    there = node.outside.vantages.add("SE")
    item_id = gone_once(node)
    play(node, days=2)
    assert node.item(item_id).availability == "unclear"

    there.answers(404)
    play(node, days=7)

    item = node.item(item_id)
    assert item.availability == "removed"
    assert len(asked_countries(node)) == 2


def test_only_the_answer_since_it_was_gone_counts(node: SmallNode) -> None:
    """V20: what was seen there while it was here says nothing of now."""
    there = node.outside.vantages.add("SE")
    item_id = sent(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    play(node, minutes=10)
    node.outside.checker.answers(404)
    there.answers(failure="timeout")
    play(node, days=2)
    assert node.item(item_id).availability == "removed"


def test_a_supervisor_may_declare_what_hides_removed(node: SmallNode) -> None:
    node.outside.vantages.add("SE")
    item_id = gone_once(node)
    play(node, days=2)
    assert node.item(item_id).may_be_declared_removed


def test_an_answer_that_comes_late_opens_it_again(node: SmallNode) -> None:
    there = node.outside.vantages
    there.add("SE")
    there.is_slow = True
    item_id = gone_once(node)
    play(node, days=1)
    assert node.item(item_id).availability == "removed"

    there.is_slow = False
    play(node, hours=5)

    item = node.item(item_id)
    assert (item.availability, item.is_open) == ("unclear", True)
    moves = set(TrackMove.objects.values_list("source", "target"))
    assert {("removed", "reappeared"), ("reappeared", "unclear")} <= moves


def test_what_is_up_here_and_gone_elsewhere_is_shown_and_moves_nothing(node: SmallNode) -> None:
    node.outside.vantages.add("SE").answers(404)
    item_id = sent(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    play(node, minutes=10)
    shown = takedown.seen_from_elsewhere(item_id=item_id, actor=node.analyst)
    assert shown.agreement == "gone_elsewhere"
    assert node.item(item_id).availability == "up"


def test_a_site_that_refuses_us_and_shows_elsewhere_is_told(node: SmallNode) -> None:
    node.outside.vantages.add("SE")
    item_id = sent(node)
    node.outside.checker.answers(451)
    play(node, hours=2)
    vantages.vantages_wanted(item_id=item_id, actor=node.supervisor, at=node.at)
    play(node, minutes=10)
    shown = takedown.seen_from_elsewhere(item_id=item_id, actor=node.analyst)
    assert (node.item(item_id).availability, shown.agreement) == ("unclear", "there_elsewhere")


def test_without_an_alliance_all_goes_on_as_before(node: SmallNode) -> None:
    item_id = gone_once(node)
    play(node, days=2)
    assert node.item(item_id).availability == "removed"
    assert not VantageAsk.objects.exists()


# For a person.


def test_a_person_may_ask_at_any_time(node: SmallNode) -> None:
    node.outside.vantages.add("SE")
    item_id = sent(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    play(node, minutes=10)
    assert VantageAsk.objects.get().reason == "person"
    assert Check.objects.exclude(vantage="own").get().rule == "same_content"
    assert Entry.objects.filter(action="casework.vantages_wanted").count() == 1


def test_nobody_asks_about_what_police_hold(node: SmallNode) -> None:
    """V17."""
    node.outside.vantages.add("SE")
    item_id = sent(node)
    held(node, item_id)
    with pytest.raises(RefusedError) as refused:
        vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    assert refused.value.code == "held_by_police"


def test_a_hold_after_the_wish_keeps_the_question_back(node: SmallNode) -> None:
    """V17."""
    node.outside.vantages.add("SE")
    item_id = sent(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    held(node, item_id, hours=1)
    node.work("vantages", "vantage_ask")
    assert not VantageAsk.objects.exists()


def test_a_hold_before_the_sending_lets_nothing_leave(node: SmallNode) -> None:
    """V17."""
    node.outside.vantages.add("SE")
    item_id = sent(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    node.work("vantages")
    held(node, item_id, hours=1)
    node.work("vantage_ask")
    assert node.outside.vantages.taken == {}
    assert VantageAsk.objects.get().state == "waiting"


def test_an_answer_while_police_hold_is_kept_and_moves_nothing(node: SmallNode) -> None:
    """V17."""
    there = node.outside.vantages
    there.add("SE")
    there.is_slow = True
    item_id = gone_once(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    node.work("vantages", "vantage_ask")
    held(node, item_id, hours=2)
    there.is_slow = False
    node.later(minutes=5)
    node.work("vantage_ask")
    assert Check.objects.exclude(vantage="own").count() == 1
    assert node.item(item_id).availability == "unavailable"


@pytest.mark.parametrize("who", ["investigator", "operator", "stranger"])
def test_others_may_not_ask(node: SmallNode, who: str) -> None:
    item_id = sent(node)
    with pytest.raises((RefusedError, NotFoundError)):
        vantages.vantages_wanted(item_id=item_id, actor=getattr(node, who), at=node.at)
    assert not node.open_jobs("vantages")


def test_nothing_is_asked_about_what_is_not_confirmed(node: SmallNode) -> None:
    item_id = node.filed_item()
    with pytest.raises(RefusedError) as refused:
        vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    assert refused.value.code == "not_to_be_asked"


# When the other node is slow, dead, refuses or lies.


def one_ask(node: SmallNode) -> UUID:
    item_id = sent(node)
    vantages.vantages_wanted(item_id=item_id, actor=node.analyst, at=node.at)
    return item_id


def test_a_node_that_never_answers_ends_the_question_in_time(node: SmallNode) -> None:
    """V22."""
    node.outside.vantages.add("SE")
    node.outside.vantages.refusal = VantageError("unreachable")
    one_ask(node)
    asked_at = node.at
    play(node, hours=7)
    row = VantageAsk.objects.get()
    assert (row.state, row.last_failure) == ("unanswered", "unreachable")
    assert row.ended_at == asked_at + POLICY.vantage_waits_at_most
    assert not node.open_jobs("vantage_ask")
    tries = Entry.objects.filter(action="vantage.failed").count()
    assert tries == 1, "the same failure again leaves no further entry"


def test_a_node_that_comes_back_is_asked_again(node: SmallNode) -> None:
    there = node.outside.vantages
    there.add("SE")
    there.refusal = VantageError("unreachable")
    one_ask(node)
    play(node, minutes=10)
    there.refusal = None
    play(node, minutes=10)
    row = VantageAsk.objects.get()
    assert (row.state, row.last_failure) == ("seen", "")


def test_a_node_that_has_enough_is_left_alone_as_long_as_it_says(node: SmallNode) -> None:
    """V8."""
    there = node.outside.vantages
    there.add("SE")
    there.refusal = VantageError("too_many_asks", retry_after_seconds=1800)
    one_ask(node)
    at = node.at
    node.work("vantages", "vantage_ask")
    (job,) = node.open_jobs("vantage_ask")
    assert job.due_at == at + timedelta(minutes=30)


@pytest.mark.parametrize("code", ["bad_answer", "ask_refused"])
def test_what_is_refused_for_good_is_not_tried_again(node: SmallNode, code: str) -> None:
    """V11."""
    there = node.outside.vantages
    there.add("SE")
    there.refusal = VantageError(code, is_final=True)
    one_ask(node)
    node.work()
    row = VantageAsk.objects.get()
    assert (row.state, row.last_failure) == ("refused", code)
    assert not Check.objects.exclude(vantage="own").exists()


def test_a_node_that_does_not_look_says_so(node: SmallNode) -> None:
    there = node.outside.vantages
    there.add("SE")
    there.refused = "not_possible"
    one_ask(node)
    play(node, minutes=10)
    row = VantageAsk.objects.get()
    assert (row.state, row.last_failure) == ("refused", "not_possible")


# What others ask us.


def asked_of_us(node: SmallNode) -> tuple[Actor, UUID, UUID]:
    asker, ask_id = Actor.node(organisation=node.organisation, node=uuid4()), uuid4()
    look_id = looks.take_ask(message=AskMessage(ask_id, URL), actor=asker, at=node.at).look_id
    return asker, ask_id, look_id


def test_the_worker_looks_for_another_node_once(node: SmallNode) -> None:
    """V14."""
    asker, ask_id, _look = asked_of_us(node)
    node.outside.checker.answers(404)
    assert node.work("vantage_look") == ["vantage_look"]
    assert node.outside.checker.asked == [URL]
    told = takedown.look_for_asker(ask_id=ask_id, actor=asker)
    assert (told["state"], told["seen"]["status"], told["seen"]["country"]) == ("seen", 404, "DK")
    assert Entry.objects.filter(action="vantage.looked").count() == 1
    assert not Check.objects.exists(), "it is no check of an item of ours"


@pytest.mark.parametrize("whole_host", [True, False])
def test_what_police_hold_here_is_not_looked_at_and_nobody_is_told_why(
    node: SmallNode, whole_host: bool
) -> None:
    """V7, V17."""
    item_id = node.confirmed_item(URL)
    asker, ask_id, _look = asked_of_us(node)
    held(node, None if whole_host else item_id, host=HOST if whole_host else "")
    before = list(node.outside.checker.asked)
    node.work("vantage_look")
    assert node.outside.checker.asked == before
    told = takedown.look_for_asker(ask_id=ask_id, actor=asker)
    assert (told["state"], told["refused"]) == ("refused", "not_possible")
    assert VantageLook.objects.get().sealed_ask == b""
