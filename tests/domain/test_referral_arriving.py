# SPDX-License-Identifier: Apache-2.0
"""A referral arrives: taken once, linked, refused with its own code, answered by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.assessment import selectors as assessment
from havn.domain.assessment import services as decisions
from havn.domain.assessment.models import QueueEntry
from havn.domain.audit.models import Entry
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import OPEN, Job
from havn.domain.members.models import Node
from havn.domain.referral import selectors as referrals
from havn.domain.referral.rules import Kind
from havn.domain.workflow.services import arriving, referring
from havn.domain.workflow.tasks.casework import READINGS, TryAgainError, again_or_refused
from tests.support.casework import SmallNode
from tests.support.other_nodes import Alliance, alliance
from tests.support.referrals import (
    accept,
    broken,
    confirmed,
    counted,
    decline,
    facts,
    item_at,
    out_of,
    refused,
    sent,
    taken,
    words,
)

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


@pytest.fixture
def world() -> Alliance:
    return alliance("SE", "DE")


# Arrived.


def test_baseline_that_arrives_is_worked_at_once_and_nobody_looks_again(world: Alliance) -> None:
    """E17 E18 E19"""
    item_id, theirs = sent(world)
    se = world.nodes["SE"]
    item = item_at(world, "SE", theirs)
    assert (item.channel, item.origin, item.legal_class) == ("referral", "referred", "baseline")
    assert (item.assignment, item.police, item.hosting_country) == ("here", "due", "SE")
    assert item.href == item_at(world, "DK", item_id).href
    kinds = Job.objects.filter(OPEN, organisation=se.organisation, subject_id=theirs)
    assert set(kinds.values_list("kind", flat=True)) == {"trace", "package", "check"}
    (view,) = assessment.assessments(item_id=theirs, actor=se.analyst)
    assert (view.node_id, view.assessor_id, view.jurisdiction) == (world.ids["DK"], None, "DK")
    assert QueueEntry.objects.get(pk=theirs).state == "done"
    with world.as_node("SE"):
        refused(
            "assessed_by_another",
            lambda: decisions.assess_again(item_id=theirs, actor=se.supervisor, at=se.at),
        )
    mine = taken(world, "SE")
    assert (mine.state, mine.country, mine.is_linked) == ("arrived", "DK", False)
    assert mine.reference == out_of(world, "DK").reference
    assert Entry.objects.filter(action="casework.referral_arrived", subject_id=theirs).count() == 1


def test_its_receipt_goes_back_by_itself_with_the_proof_and_counts_as_no_answer(
    world: Alliance,
) -> None:
    """E20"""
    sent(world)
    node, view = world.nodes["DK"], out_of(world, "DK")
    assert (view.state, view.waits_for) == ("received", "their_people")
    assert view.received_at is not None
    assert view.acknowledged_at is None
    assert view.due_at == view.opened_at + POLICY.acknowledge_within
    proof = referrals.proof_of_receipt(referral_id=view.id, actor=node.analyst)
    assert proof.startswith("c2sp.org/tlog-proof@v1")
    assert facts("referral_acknowledged", node.organisation) == []


def test_national_that_arrives_waits_for_a_person_before_anybody_is_told(world: Alliance) -> None:
    """E19"""
    _item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    se, item = world.nodes["SE"], item_at(world, "SE", theirs)
    assert (item.assignment, item.police) == ("offered", "none")
    kinds = Job.objects.filter(OPEN, organisation=se.organisation, subject_id=theirs)
    assert set(kinds.values_list("kind", flat=True)) == {"trace", "check"}
    accept(world)
    item = item_at(world, "SE", theirs)
    assert (item.assignment, item.police) == ("here", "due")


def test_the_same_event_again_changes_nothing(world: Alliance) -> None:
    """E32"""
    sent(world)
    accept(world)
    before = counted()
    for code, event in world.events():
        assert world.arrive(code, event).is_repeat
    assert counted() == before


def test_an_open_item_with_the_same_address_is_found_and_linked(world: Alliance) -> None:
    """E18"""
    se = world.nodes["SE"]
    with world.as_node("SE"):
        waiting = se.filed_item()
        decisions.enter_queue(
            items={se.item(waiting).report_id: [waiting]}, actor=se.system, at=se.at
        )
    _item_id, theirs = sent(world)
    assert theirs == waiting
    item = item_at(world, "SE", theirs)
    assert (item.legal_class, item.police, item.told_times) == ("baseline", "due", 2)
    assert QueueEntry.objects.get(pk=theirs).state == "done"
    assert taken(world, "SE").is_linked


def test_what_was_done_there_already_is_told_to_the_sender(world: Alliance) -> None:
    """E18"""
    with world.as_node("SE") as se:
        own = confirmed(se)
    _item_id, theirs = sent(world)
    assert theirs == own
    assert words(world, "DK") == [("received", ""), ("progress", "police_told")]
    decline(world, "cannot_act")
    assert item_at(world, "SE", own).assignment == "here"  # it was ours before


def test_a_ring_back_to_this_node_is_refused(world: Alliance) -> None:
    """E6"""
    event = broken(world, chain=[str(world.ids["SE"]), str(world.ids["DK"])])
    refused("referral_in_a_ring", lambda: world.arrive("SE", event))


def test_a_referral_to_oneself_is_refused(world: Alliance) -> None:
    """E5"""
    event = broken(world)
    refused("referral_to_oneself", lambda: world.arrive("DK", event))


def test_a_chain_that_does_not_end_at_its_sender_is_refused(world: Alliance) -> None:
    """E6"""
    event = broken(world, chain=[str(uuid4())])
    refused("referral_chain_broken", lambda: world.arrive("SE", event))


def test_a_referral_of_an_unknown_or_suspended_node_is_refused(world: Alliance) -> None:
    """E8"""
    event = broken(world)
    refused("unknown_node", lambda: world.arrive("SE", replace(event, sender=uuid4())))
    Node.objects.filter(pk=world.ids["DK"]).update(state="suspended")
    Node.objects.filter(pk=world.ids["DK"], is_own=True).update(is_own=False)
    Node.objects.filter(pk=world.ids["SE"]).update(is_own=True)
    se = world.nodes["SE"]
    refused(
        "suspended_node",
        lambda: arriving.event_arrived(event=event, actor=se.system, at=se.at),
    )


def test_a_reference_of_another_sender_is_refused(world: Alliance) -> None:
    """E29"""
    sent(world)
    [event] = [event for _to, event in world.events() if event.kind == "referral.sent"]
    stolen = replace(event, sender=world.ids["DE"])
    refused("reference_taken", lambda: world.arrive("SE", stolen))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"why": "fun"}, "body_bad_value"),
        ({"v": 2}, "body_unknown_version"),
        ({"item": {}}, "body_missing_field"),
    ],
)
def test_an_event_that_says_what_it_must_not_is_refused(world: Alliance, changes, code) -> None:
    """E3 E4"""
    event = broken(world, **changes)
    refused(code, lambda: world.arrive("SE", event))


def test_what_is_said_of_an_unknown_referral_or_by_another_node_is_refused(
    world: Alliance,
) -> None:
    """E29"""
    sent(world)
    [(_to, receipt)] = [e for e in world.events() if e[1].kind == "referral.received"]
    refused("unknown_referral", lambda: world.arrive("DK", replace(receipt, subject_id=uuid4())))
    refused(
        "not_the_receiver", lambda: world.arrive("DK", replace(receipt, sender=world.ids["DE"]))
    )


# Answered.


def test_an_acceptance_by_a_person_reaches_the_sender_and_is_counted_on_both_sides(
    world: Alliance,
) -> None:
    """E21"""
    sent(world)
    world.nodes["SE"].at = out_of(world, "DK").opened_at + timedelta(hours=3)
    accept(world)
    view = out_of(world, "DK")
    assert (view.state, view.acknowledged_at) == ("acknowledged", world.nodes["SE"].at)
    assert view.due_at == view.opened_at + POLICY.outcome_within
    for code, direction in (("DK", "out"), ("SE", "in")):
        assert facts("referral_acknowledged", world.nodes[code].organisation) == [
            {"v": 1, "how": "accepted", "side": direction, "hours": 3}
        ]
    with world.as_node("SE") as se:
        refused(
            "not_open",
            lambda: referring.referral_accepted(
                referral_id=taken(world, "SE").id, actor=se.analyst, at=se.at
            ),
        )


def test_only_the_desk_answers_and_a_stranger_finds_nothing(world: Alliance) -> None:
    sent(world)
    with world.as_node("SE") as se:
        referral_id = taken(world, "SE").id
        for actor in (se.investigator, se.stranger, world.nodes["DK"].analyst):
            with pytest.raises(NotFoundError):
                referring.referral_accepted(referral_id=referral_id, actor=actor, at=se.at)
        refused(
            "unknown_reason",
            lambda: referring.referral_declined(
                referral_id=referral_id, reason="bored", actor=se.analyst, at=se.at
            ),
        )
        refused(
            "not_a_country",
            lambda: referring.referral_declined(
                referral_id=referral_id,
                reason="not_hosted_here",
                country="1!",
                actor=se.analyst,
                at=se.at,
            ),
        )


def test_baseline_is_never_declined_as_not_illegal(world: Alliance) -> None:
    """E22"""
    sent(world)
    with world.as_node("SE") as se:
        refused(
            "baseline_is_illegal",
            lambda: referring.referral_declined(
                referral_id=taken(world, "SE").id,
                reason="not_illegal_here",
                actor=se.analyst,
                at=se.at,
            ),
        )


def test_national_may_be_found_not_illegal_by_the_law_there(world: Alliance) -> None:
    """E22"""
    item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    decline(world, "not_illegal_here")
    item = item_at(world, "SE", theirs)
    assert (item.legal_class, item.stage, item.police) == ("not_illegal", "closed", "none")
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("declined", "not_illegal_here")
    assert item_at(world, "DK", item_id).assignment == "offered"
    (outcome,) = facts("referral_outcome", world.nodes["DK"].organisation)
    assert outcome["kind"] == "not_illegal"


@pytest.mark.parametrize("legal_class", [LegalClass.BASELINE, LegalClass.NATIONAL])
@pytest.mark.parametrize("reason", ["not_hosted_here", "cannot_act"])
def test_what_is_declined_comes_back_to_a_person_here_and_is_left_alone_there(
    world: Alliance, reason, legal_class
) -> None:
    """E25"""
    item_id, theirs = sent(world, legal_class=legal_class)
    decline(world, reason, country="de")
    item = item_at(world, "SE", theirs)
    assert (item.assignment, item.notice) == ("member", "none")
    view = out_of(world, "DK")
    assert (view.state, view.code, view.moved_country) == ("declined", reason, "DE")
    assert item_at(world, "DK", item_id).assignment == "offered"
    assert view.ended_at is not None


# Held elsewhere.


def taken_over(node: SmallNode, item_id: UUID, hours: float) -> UUID | None:
    return record.take_over_hold(
        item_id=item_id,
        node_id=uuid4(),
        until=node.at + timedelta(hours=hours),
        reason="Police of SE hold it.",
        actor=node.system,
        at=node.at,
    )


def test_holds_from_elsewhere_never_become_endless(world: Alliance) -> None:
    """E14"""
    node = world.nodes["DK"]
    item_id = node.confirmed_item()
    assert taken_over(node, item_id, -1) is None
    kept = 0
    for _ in range(6):
        if taken_over(node, item_id, 1000) is not None:
            kept += 1
        node.at += POLICY.hold_at_most
    assert kept == POLICY.held_in_all // POLICY.hold_at_most
    assert Entry.objects.filter(action="hold.taken_over", subject_id=item_id).count() == kept


# From the exchange.


def test_every_kind_of_event_about_referrals_is_read_by_the_worker(world: Alliance) -> None:
    assert {kind.value for kind in Kind} <= set(READINGS)
    event = broken(world)
    with world.as_node("SE") as se:
        READINGS[event.kind].handler(event, se.system, se.at)
    assert taken(world, "SE").state == "arrived"


def test_what_somebody_changed_at_the_same_moment_is_tried_again_and_not_refused() -> None:
    met, refusal = RefusedError("changed_meanwhile"), RefusedError("referral_in_a_ring")
    assert isinstance(again_or_refused(met), TryAgainError)
    assert again_or_refused(refusal) is refusal
