# SPDX-License-Identifier: Apache-2.0
"""The same address on two nodes: asked about once, known with its assessment, held, not reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import selectors as assessments
from havn.domain.assessment import services as queue
from havn.domain.assessment.models import Assessment
from havn.domain.assessment.rules import default_decision
from havn.domain.audit.models import Entry
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.members.models import Member, Node, RosterState
from havn.domain.members.rules import NodeReply
from havn.domain.referral import selectors as referrals
from havn.domain.referral.clients import KnownError
from havn.domain.referral.models import KnownElsewhere, KnownQuestion
from havn.domain.workflow.services import casework, known
from tests.support.casework import SmallNode, assessed, held
from tests.support.known import (
    URL,
    KnownWire,
    asks,
    assessed_here,
    assessed_there,
    digest,
    known_there,
    reported,
    takes,
    waiting,
)
from tests.support.other_nodes import Alliance
from tests.support.outside import HOST
from tests.support.referrals import sent

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


# Nobody looks twice.


def test_what_another_node_assessed_is_assessed_here_and_nobody_looks_again(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E33 E35 E44"""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    assert waiting(dk) == [item_id]

    assert asks(dk) == ["known_ask", "known_ask"]

    item = dk.item(item_id)
    assert (item.legal_class, item.police) == ("baseline", "due")
    assert waiting(dk) == []
    assert queue.take_next(actor=dk.analyst, at=dk.at) is None
    (made,) = assessments.assessments(item_id=item_id, actor=dk.analyst)
    assert (made.node_id, made.assessor_id, made.legal_class) == (
        world.ids["SE"],
        None,
        "baseline",
    )
    assert dk.open_jobs("trace") and dk.open_jobs("package") and dk.open_jobs("check")
    with pytest.raises(RefusedError) as refused:
        queue.assess_again(item_id=item_id, actor=dk.supervisor, at=dk.at)
    assert refused.value.code == "assessed_by_another"
    (view,) = referrals.known_of_item(item_id=item_id, actor=dk.analyst)
    assert (view.node_id, view.is_kept) == (world.ids["SE"], True)


def test_only_the_digest_leaves_the_node(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E33 E34: each active node is asked once, with the digests and nothing else."""
    (item_id,) = reported(dk, URL)
    asks(dk)
    assert sorted(node for node, _ask in wire.asked) == sorted(
        world.ids[code] for code in ("SE", "DE")
    )
    assert {ask.digests for _node, ask in wire.asked} == {(digest(item_id),)}
    assert len({ask.id for _node, ask in wire.asked}) == 2


def test_an_address_is_asked_about_once(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E43: not again for a second report, and not again later."""
    (first,) = reported(dk, URL)
    asks(dk)
    (again,) = reported(dk, URL)
    assert (again, KnownQuestion.objects.count()) == (first, 1)
    dk.later(days=1)
    assert asks(dk) == []
    assert len(wire.asked) == 2


def test_nothing_is_asked_about_what_has_no_address(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43"""
    reported(dk, described="an app")
    assert asks(dk) == []
    assert not KnownQuestion.objects.exists()


def test_nothing_is_asked_about_what_a_person_decided_before(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43: a picture of themselves that somebody reported, and whatever else is assessed or closed."""
    for number, legal_class in enumerate(LegalClass):
        reported(dk, f"{URL}/{number}")
        assessed(dk, legal_class)
    asks(dk)
    assert wire.asked == []


def test_nothing_is_asked_about_what_was_referred_here(world: Alliance, wire: KnownWire) -> None:
    """E43: it came with its assessment."""
    sent(world)
    se = world.nodes["SE"]
    assert not KnownQuestion.objects.filter(organisation=se.organisation).exists()


def test_nothing_is_asked_about_what_police_hold(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43"""
    reported(dk, URL)
    held(dk, None, host=HOST)
    asks(dk)
    assert wire.asked == []


def test_where_no_alliance_was_joined_nothing_waits_to_be_asked(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43"""
    RosterState.objects.all().delete()
    reported(dk, URL)
    assert not KnownQuestion.objects.exists()


def test_what_was_pasted_is_asked_about_too(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43"""
    (item_id,) = reported(dk, URL)
    report_id = dk.item(item_id).report_id
    pasted = [f"{URL}/1", f"{URL}/2", URL]
    casework.addresses_pasted(report_id=report_id, addresses=pasted, actor=dk.analyst, at=dk.at)
    asks(dk)
    assert {len(ask.digests) for _node, ask in wire.asked} == {3}


# Rounds.


def test_a_round_waits_a_moment_for_more(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E43"""
    reported(dk, f"{URL}/1")
    assert dk.work("known_ask") == []
    dk.at += POLICY.known_ask_every / 2
    reported(dk, f"{URL}/2")
    assert dk.work("known_ask") == []
    dk.at += POLICY.known_ask_every / 2
    assert dk.work("known_ask") == ["known_ask"] * 2
    assert {len(ask.digests) for _node, ask in wire.asked} == {2}


def test_many_addresses_are_asked_about_64_at_a_time(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E33: and a full round does not wait."""
    items = reported(dk, *(f"{URL}/{number}" for number in range(150)))
    assert len(dk.work("known_ask")) == 6
    sizes = sorted(len(ask.digests) for _node, ask in wire.asked)
    assert sizes == [22, 22, 64, 64, 64, 64]
    asked = {each for node, ask in wire.asked for each in ask.digests if node == world.ids["SE"]}
    assert asked == {digest(item_id) for item_id in items}


def test_all_that_is_known_of_a_round_is_kept(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E44"""
    with world.as_node("SE") as se:
        assessed_here(se, *(f"{URL}/{number}" for number in range(0, 12, 2)))
    items = reported(dk, *(f"{URL}/{number}" for number in range(12)))
    asks(dk)
    classes = [dk.item(item_id).legal_class for item_id in items]
    assert classes == ["baseline", ""] * 6
    left = {item_id for item_id in items if not dk.item(item_id).legal_class}
    assert set(waiting(dk)) == left


# Somebody was there first.


def test_who_holds_the_item_keeps_it_and_is_shown_what_is_known(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E44"""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    takes(dk, item_id)
    asks(dk)
    assert dk.item(item_id).legal_class == ""
    assert not Assessment.objects.filter(item_id=item_id).exists()
    (view,) = referrals.known_of_item(item_id=item_id, actor=dk.analyst)
    assert (view.node_id, view.is_kept) == (world.ids["SE"], False)
    assert queue.renew_lease(
        item_id=item_id,
        lease_token=queue_token(dk, item_id),
        actor=dk.analyst,
        at=dk.at,
    )


def queue_token(node: SmallNode, item_id: UUID) -> UUID:
    found = assessments.held_item(item_id=item_id, actor=node.analyst, at=node.at)
    assert found is not None
    return found.lease_token


def test_what_its_holder_lets_go_needs_no_second_analyst(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E44"""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    got = takes(dk, item_id)
    asks(dk)
    queue.release(item_id=item_id, lease_token=got.lease_token, actor=dk.analyst, at=dk.at)
    dk.at += POLICY.lease
    assert dk.work("known_keep") == ["known_keep"]
    assert dk.item(item_id).legal_class == "baseline"
    assert waiting(dk) == []
    (view,) = referrals.known_of_item(item_id=item_id, actor=dk.analyst)
    assert view.is_kept


def test_what_its_holder_keeps_is_asked_for_again_later(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E44"""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    got = takes(dk, item_id)
    asks(dk)
    queue.renew_lease(item_id=item_id, lease_token=got.lease_token, actor=dk.analyst, at=dk.at)
    dk.at += POLICY.lease
    takes_time = dk.open_jobs("known_keep")[0].due_at
    assert takes_time == dk.at
    dk.at -= timedelta(seconds=1)
    queue.renew_lease(item_id=item_id, lease_token=got.lease_token, actor=dk.analyst, at=dk.at)
    dk.at += timedelta(seconds=1)
    dk.work("known_keep")
    assert dk.item(item_id).legal_class == ""
    assert dk.open_jobs("known_keep")[0].due_at == dk.at + POLICY.lease


def test_what_its_holder_decides_stands(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E44"""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    takes(dk, item_id)
    asks(dk)
    dk.at += timedelta(minutes=1)
    got = queue_token(dk, item_id)

    decision = replace(
        default_decision(POLICY, jurisdiction="DK"), legal_class=LegalClass.UNDETERMINED
    )
    casework.assess_item(
        item_id=item_id, lease_token=got, decision=decision, actor=dk.analyst, at=dk.at
    )
    dk.at += POLICY.lease
    dk.work("known_keep")
    assert dk.item(item_id).legal_class == "undetermined"


def test_what_was_assessed_meanwhile_is_left_alone(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E44: also where two nodes know it, the first answer counts and nothing is kept twice."""
    assessed_there(world)
    with world.as_node("DE") as de:
        assessed_here(de)
    (item_id,) = reported(dk, URL)
    asks(dk)
    assert Assessment.objects.filter(item_id=item_id).count() == 1
    assert KnownElsewhere.objects.filter(item_id=item_id).count() == 1


# Other nodes that cannot or may not.


def test_a_suspended_node_is_not_asked(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E39 E43"""
    Node.objects.filter(pk=world.ids["SE"]).update(state="suspended")
    Member.objects.filter(code="DE").update(state="suspended")
    reported(dk, URL)
    assert asks(dk) == []
    assert wire.asked == []


def test_without_a_roster_that_holds_it_waits(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43: and is asked when there is one again."""
    reported(dk, URL)
    RosterState.objects.update(expires_at=dk.at)
    assert asks(dk) == []
    RosterState.objects.update(expires_at=dk.at + timedelta(days=7))
    assert asks(dk) == ["known_ask", "known_ask"]


def test_a_suspended_own_node_asks_nobody(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E43"""
    Node.objects.filter(is_own=True).update(state="suspended")
    reported(dk, URL)
    assert asks(dk) == []


def test_a_node_that_does_not_answer_is_asked_again_for_a_while(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43: then people decide as ever."""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    wire.instead = KnownError("timeout")
    asks(dk)
    jobs = dk.open_jobs("known_ask")
    assert {job.due_at for job in jobs} == {dk.at + POLICY.known_ask_every}
    tries = 0
    while waits := dk.open_jobs("known_ask"):
        dk.at, tries = waits[0].due_at, tries + 1
        dk.work("known_ask")
    assert 5 < tries < 60
    assert Entry.objects.filter(action="casework.known_not_answered").count() == 2
    assert waiting(dk) == [item_id]


def test_a_node_that_comes_back_in_time_is_heard(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    wire.instead = KnownError("timeout")
    asks(dk)
    wire.instead = None
    asks(dk)
    assert dk.item(item_id).legal_class == "baseline"


def test_what_is_assessed_meanwhile_is_not_asked_again(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E43"""
    reported(dk, URL)
    wire.instead = KnownError("timeout")
    asks(dk)
    assessed(dk)
    before = len(wire.asked)
    asks(dk)
    assert len(wire.asked) == before
    assert not dk.open_jobs("known_ask")


@pytest.mark.parametrize(
    "reply",
    [
        NodeReply(400, b"{}"),
        NodeReply(403, b"{}"),
        NodeReply(200, b"[]"),
        NodeReply(200, b"{"),
    ],
)
def test_a_refusal_and_an_answer_that_is_none_end_the_question(
    world: Alliance, dk: SmallNode, wire: KnownWire, reply: NodeReply
) -> None:
    """E36"""
    (item_id,) = reported(dk, URL)
    wire.instead = reply
    asks(dk)
    assert not dk.open_jobs("known_ask")
    assert waiting(dk) == [item_id]


def test_a_reference_that_was_told_before_is_no_second_answer(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E44"""
    assessed_there(world)
    first, second = reported(dk, URL), reported(dk, f"{URL}/other")
    asks(dk)
    view = KnownElsewhere.objects.get()
    found = known_there(second[0], assessed_at=dk.at, reference=view.reference)
    heard = known.known_elsewhere(
        item_id=second[0], node_id=world.ids["SE"], found=found, actor=dk.system, at=dk.at
    )
    assert heard is known.Heard.NOTHING
    assert waiting(dk) == second
    assert dk.item(first[0]).legal_class == "baseline"


def test_what_is_known_elsewhere_is_the_desks_to_read(world: Alliance, dk: SmallNode) -> None:
    (item_id,) = reported(dk, URL)
    for actor in (
        dk.operator,
        dk.investigator,
        Actor.node(organisation=dk.organisation, node=uuid4()),
    ):
        with pytest.raises(NotFoundError):
            referrals.known_of_item(item_id=item_id, actor=actor)
    assert referrals.known_of_item(item_id=item_id, actor=dk.analyst) == []


def test_filing_asks_nobody(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E43: one row an item in the transaction that files it; every request comes later."""
    reported(dk, URL)
    assert wire.asked == []
    row = KnownQuestion.objects.get()
    assert (row.wanted_at, row.round_id) == (dk.at, None)
