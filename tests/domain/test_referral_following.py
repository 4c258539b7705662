# SPDX-License-Identifier: Apache-2.0
"""What becomes of a referral: told, moved on, given back, taken back, listed with its clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import selectors as assessment
from havn.domain.assessment import services as decisions
from havn.domain.assessment.models import QueueEntry
from havn.domain.audit.models import Entry
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass, Mover, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import OPEN, Job
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral
from havn.domain.referral.models import Referral, ReferralStep
from havn.domain.referral.rules import Direction
from havn.domain.workflow.selectors import casework as reads
from havn.domain.workflow.services import casework, referring
from tests.support.other_nodes import Alliance, alliance
from tests.support.outside import HOST
from tests.support.referrals import (
    accept,
    decline,
    facts,
    item_at,
    move,
    offered,
    out_of,
    refused,
    sent,
    taken,
    trace,
    words,
)

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


@pytest.fixture
def world() -> Alliance:
    return alliance("SE", "DE")


# What happens there.


def test_what_a_restored_receiver_says_is_not_taken_for_what_it_said_before(
    world: Alliance,
) -> None:
    """E32: a disk of yesterday knows nothing of the acceptance, and a person there decides anew."""
    sent(world)
    yesterday = Referral.objects.filter(direction="in").values("said", "state", "code").get()
    accept(world)
    assert out_of(world, "DK").state == "acknowledged"
    row = Referral.objects.filter(direction="in")
    ReferralStep.objects.filter(
        referral__in=row, is_ours=True, number__gt=yesterday["said"]
    ).delete()
    row.update(**yesterday)
    with world.as_node("SE") as se:
        referral.pass_over_numbers(
            lost=1, own=world.ids["SE"], actor=Actor.system(organisation=se.organisation), at=se.at
        )
    decline(world, "not_hosted_here", country="DE")
    assert out_of(world, "DK").state == "declined"
    assert Entry.objects.filter(action="referral.numbers_passed_over").count() == 1


def test_what_happens_there_is_told_here_and_moves_nothing_of_ours(world: Alliance) -> None:
    """E23 E24 E25"""
    item_id, theirs = sent(world)
    accept(world)
    se = world.nodes["SE"]
    before = item_at(world, "DK", item_id)
    with world.as_node("SE"):
        se.at += POLICY.package_waits_at_most
        se.work("package")
        gone = se.at
        for target, at in (("unavailable", gone), ("removed", se.later(hours=25))):
            move(se, theirs, target, at=at, happened_at=gone)
    world.deliver()
    assert words(world, "DK") == [
        ("received", ""),
        ("accepted", ""),
        ("progress", "police_told"),
        ("progress", "unavailable"),
        ("progress", "removed"),
        ("ended", "removed"),
    ]
    view = out_of(world, "DK")
    assert (view.state, view.code, view.ended_at) == ("outcome", "removed", gone)
    after = item_at(world, "DK", item_id)
    assert (after.assignment, after.availability) == ("member", before.availability)
    assert taken(world, "SE").state == "done"
    kinds = [codes["kind"] for codes in facts("referral_outcome", world.nodes["DK"].organisation)]
    assert kinds == ["removed"]
    lines = referrals.steps(referral_id=view.id, actor=world.nodes["DK"].analyst)
    assert {line.node_id for line in lines if line.code} == {world.ids["SE"]}


def test_what_reappears_there_is_under_way_again(world: Alliance) -> None:
    """E24"""
    _item_id, theirs = sent(world)
    accept(world)
    se = world.nodes["SE"]
    with world.as_node("SE"):
        se.at += POLICY.package_waits_at_most
        se.work("package")
        for target in ("unavailable", "removed"):
            move(se, theirs, target, at=se.later(hours=1))
    world.deliver()
    with world.as_node("SE"):
        move(se, theirs, "reappeared", at=se.later(days=1))
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.code, view.ended_at) == ("acknowledged", "reappeared", None)
    assert taken(world, "SE").state == "accepted"


def test_no_notice_goes_out_here_while_another_node_has_it(world: Alliance) -> None:
    """E25"""
    item_id, _theirs = sent(world)
    node = world.nodes["DK"]
    with pytest.raises(RefusedError) as caught:
        record.move_track(
            item_id=item_id,
            track=Track.NOTICE,
            target="queued",
            mover=Mover.SYSTEM,
            actor=node.system,
            at=node.at,
        )
    assert caught.value.code == "not_assigned_here"


# Moved.


def test_what_moved_to_a_third_country_goes_on_and_the_first_sender_hears_all(
    world: Alliance,
) -> None:
    """E11 E26"""
    item_id, theirs = sent(world)
    accept(world)
    trace(world, "SE", theirs, "DE")
    assert item_at(world, "SE", theirs).assignment == "offered"
    world.deliver()
    assert words(world, "DK")[-1] == ("progress", "moved")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    view, third = out_of(world, "DK"), taken(world, "DE")
    assert (view.state, view.moved_to, view.moved_country) == ("reassigned", world.ids["DE"], "DE")
    assert third.chain == (world.ids["DK"], world.ids["SE"])
    assert third.why == "moved"
    assert third.first_received_at == item_at(world, "DK", item_id).received_at
    (made,) = assessment.assessments(item_id=third.item_id, actor=world.nodes["DE"].analyst)
    assert made.node_id == world.ids["DK"]  # whose it is stays known
    assert item_at(world, "SE", theirs).assignment == "member"
    accept(world, "DE")
    with world.as_node("DE") as de:
        de.at += POLICY.package_waits_at_most
        de.work("package")
        for target in ("unavailable", "removed"):
            move(de, third.item_id, target, at=de.later(hours=1))
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("outcome", "removed")
    lines = referrals.steps(referral_id=view.id, actor=world.nodes["DK"].analyst)
    assert [ln.node_id for ln in lines if ln.word == "ended"] == [world.ids["DE"]]


def test_what_moved_back_to_its_senders_country_is_returned_and_that_is_no_ring(
    world: Alliance,
) -> None:
    """E11"""
    item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DK")
    with world.as_node("SE") as se:
        (offer,) = reads.offers(item_id=theirs, actor=se.analyst, at=se.at).nodes
        assert (offer.node_id, offer.is_return) == (world.ids["DK"], True)
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DK"], actor=se.analyst, at=se.at
        )
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.moved_country) == ("returned", "DK")
    item = item_at(world, "DK", item_id)
    assert (item.assignment, item.hosting_country) == ("here", "DK")
    dk = world.nodes["DK"].organisation
    assert Job.objects.filter(OPEN, kind="trace", organisation=dk, key__contains="returned")
    assert taken(world, "SE").state == "returned"
    assert item_at(world, "SE", theirs).assignment == "member"


def test_a_third_node_in_the_chain_is_not_offered_a_second_time(world: Alliance) -> None:
    """E6"""
    _item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DE")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    third = taken(world, "DE").item_id
    trace(world, "DE", third, "DK")
    with world.as_node("DE") as de:
        assert item_at(world, "DE", third).assignment == "orphan"
        refused(
            "referral_in_a_ring",
            lambda: referring.item_referred(
                item_id=third, node_id=world.ids["DK"], actor=de.analyst, at=de.at
            ),
        )


def test_what_moved_to_where_nobody_is_becomes_an_orphan_there_and_its_sender_hears(
    world: Alliance,
) -> None:
    """E13 E23"""
    _item_id, theirs = sent(world)
    trace(world, "SE", theirs, "NO")
    world.deliver()
    assert item_at(world, "SE", theirs).assignment == "orphan"
    assert words(world, "DK")[-2:] == [("progress", "moved"), ("progress", "orphaned")]


def test_what_a_third_node_gives_back_is_taken_up_again_and_the_first_sender_hears(
    world: Alliance,
) -> None:
    """E26"""
    _item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DE")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    third = taken(world, "DE").item_id
    trace(world, "DE", third, "SE")
    with world.as_node("DE") as de:
        referring.item_referred(item_id=third, node_id=world.ids["SE"], actor=de.analyst, at=de.at)
    world.deliver()
    assert item_at(world, "SE", theirs).assignment == "here"
    assert taken(world, "SE").state == "accepted"
    assert out_of(world, "DK").state == "acknowledged"


# Taken back.


def taken_back(world: Alliance, item_id: UUID, legal_class: LegalClass) -> None:
    """Let the sender's supervisor assess it again."""
    node = world.nodes["DK"]
    node.later(hours=1)
    world.nodes["SE"].later(hours=1)
    held = decisions.assess_again(item_id=item_id, actor=node.supervisor, at=node.at)
    proposed = assessment_rules.default_decision(POLICY, jurisdiction="DK")
    casework.assess_item(
        item_id=item_id,
        lease_token=held.lease_token,
        decision=replace(proposed, legal_class=legal_class),
        actor=node.supervisor,
        at=node.at,
    )
    world.deliver()


def test_an_assessment_that_is_taken_back_is_taken_back_there_too(world: Alliance) -> None:
    """E27 E28"""
    item_id, theirs = sent(world)
    accept(world)
    taken_back(world, item_id, LegalClass.NOT_ILLEGAL)
    se = world.nodes["SE"]
    item = item_at(world, "SE", theirs)
    assert (item.legal_class, item.police, item.stage) == ("", "none", "received")
    assert QueueEntry.objects.get(pk=theirs).state == "waiting"
    assert not Job.objects.filter(
        OPEN, organisation=se.organisation, kind__in=["trace", "package", "check"]
    )
    (made,) = assessment.assessments(item_id=theirs, actor=se.analyst)
    assert made.is_withdrawn
    assert taken(world, "SE").state == "done"
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("outcome", "withdrawn")


def test_a_class_that_changed_is_told_and_counts_there(world: Alliance) -> None:
    """E27"""
    item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    taken_back(world, item_id, LegalClass.BASELINE)
    assert item_at(world, "SE", theirs).legal_class == "baseline"
    assert taken(world, "SE").legal_class == "baseline"
    assert out_of(world, "DK").legal_class == "baseline"


def test_what_came_to_a_third_node_is_taken_back_there_as_well(world: Alliance) -> None:
    """E27 E28"""
    item_id, theirs = sent(world)
    trace(world, "SE", theirs, "DE")
    with world.as_node("SE") as se:
        referring.item_referred(
            item_id=theirs, node_id=world.ids["DE"], actor=se.analyst, at=se.at
        )
    world.deliver()
    third = taken(world, "DE").item_id
    world.nodes["DE"].later(hours=2)
    taken_back(world, item_id, LegalClass.UNDETERMINED)
    assert item_at(world, "SE", theirs).legal_class == ""
    assert item_at(world, "DE", third).legal_class == ""


def test_national_is_assessed_again_only_before_anybody_was_told(world: Alliance) -> None:
    """E22"""
    _item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    accept(world)
    with world.as_node("SE") as se:
        se.at += POLICY.package_waits_at_most
        se.work("package")
        refused(
            "acted_already",
            lambda: decisions.assess_again(item_id=theirs, actor=se.supervisor, at=se.at),
        )


def test_national_that_is_found_not_illegal_later_ends_the_referral(world: Alliance) -> None:
    """E22 E24"""
    item_id, theirs = sent(world, legal_class=LegalClass.NATIONAL)
    accept(world)
    with world.as_node("SE") as se:
        held = decisions.assess_again(item_id=theirs, actor=se.supervisor, at=se.at)
        proposed = assessment_rules.default_decision(POLICY, jurisdiction="SE")
        casework.assess_item(
            item_id=theirs,
            lease_token=held.lease_token,
            decision=replace(proposed, legal_class=LegalClass.NOT_ILLEGAL),
            actor=se.supervisor,
            at=se.at,
        )
    world.deliver()
    view = out_of(world, "DK")
    assert (view.state, view.code) == ("outcome", "not_illegal")
    assert item_at(world, "DK", item_id).assignment == "offered"


# Lists and clocks.


def test_lists_go_by_keyset_and_know_who_is_late(world: Alliance) -> None:
    node = world.nodes["DK"]
    for n in range(5):
        offered_id = offered(world, addresses=(f"https://{HOST}/{n}",))
        referring.item_referred(
            item_id=offered_id,
            node_id=world.ids["SE"],
            actor=node.analyst,
            at=node.later(minutes=1),
        )
    seen: list[UUID] = []
    after = ""
    while True:
        page = referrals.referral_list(
            direction=Direction.OUT, actor=node.analyst, after=after, most=2
        )
        seen += [view.id for view in page.referrals]
        after = page.next_after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5
    first = page.referrals[0]
    assert not first.is_late(first.opened_at + timedelta(hours=23))
    assert first.is_late(first.opened_at + timedelta(hours=25))
    assert referrals.referral_list(direction=Direction.OUT, actor=node.analyst, after="x~y")
    with pytest.raises(NotFoundError):
        referrals.referral_list(direction=Direction.OUT, actor=node.investigator)


def test_another_organisation_sees_none_of_it(world: Alliance) -> None:
    item_id, _theirs = sent(world)
    stranger = world.nodes["DE"].analyst
    assert referrals.referral_list(direction=Direction.OUT, actor=stranger).referrals == ()
    assert referrals.referrals_of_item(item_id=item_id, actor=stranger) == []
    with pytest.raises(NotFoundError):
        referrals.referral(referral_id=out_of(world, "DK").id, actor=stranger)
