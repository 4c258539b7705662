# SPDX-License-Identifier: Apache-2.0
"""What another node is told of an address that it asks about, how often, and what stays of its question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment.models import Assessment
from havn.domain.audit.models import Detail, Entry
from havn.domain.cases.models import ContentItem
from havn.domain.cases.rules import LegalClass, Track
from havn.domain.errors import NotFoundError, TooManyAsksError
from havn.domain.referral import rules
from havn.domain.referral.models import KnownRequest, KnownTold
from havn.domain.workflow.services import _notices, known
from tests.support.casework import SmallNode, held
from tests.support.known import (
    URL,
    KnownWire,
    answers,
    asks,
    assessed_there,
    digest,
    reported,
)
from tests.support.other_nodes import Alliance
from tests.support.outside import HOST
from tests.support.referrals import sent

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


# Whom is told what.


def test_what_another_node_assessed_is_told_with_its_assessment(world: Alliance) -> None:
    """E35 E36"""
    theirs = assessed_there(world)
    (found,) = answers(world, digest(theirs), "0" * 64)
    (made,) = Assessment.objects.filter(item_id=theirs)
    assert (found.digest, found.jurisdiction) == (digest(theirs), "DK")
    assert (found.scheme, found.assessed_at) == (made.scheme, made.assessed_at)
    assert found.availability == "unknown"
    assert found.reference.version == 4
    assert str(theirs) not in str(rules.known_answer_document([found]))


def test_a_peer_can_test_an_address_that_it_guesses(world: Alliance) -> None:
    """E48: that is what the question is; the limit and both audits stand against it."""
    assessed_there(world)
    guessed = [sha256(address.encode()).hexdigest() for address in (URL, f"{URL}/other")]
    assert [each.digest for each in answers(world, *guessed)] == guessed[:1]


@pytest.mark.parametrize("legal_class", sorted(set(LegalClass) - {LegalClass.BASELINE}))
def test_only_baseline_is_told(world: Alliance, legal_class: LegalClass) -> None:
    """E37 E38: national, not illegal, undetermined and self-reported look like not known."""
    theirs = assessed_there(world, legal_class=legal_class)
    assert answers(world, digest(theirs)) == ()
    assert not KnownTold.objects.exists()


def test_what_waits_for_an_assessment_is_not_told(world: Alliance) -> None:
    """E37"""
    with world.as_node("SE") as se:
        (theirs,) = reported(se, URL)
    assert answers(world, digest(theirs)) == ()


def test_the_assessment_of_a_third_node_is_not_told(world: Alliance) -> None:
    """E37: only its own people's; Sweden has Denmark's by a referral."""
    _item_id, theirs = sent(world)
    assert world.nodes["SE"].item(theirs).legal_class == "baseline"
    assert answers(world, digest(theirs)) == ()


@pytest.mark.parametrize("whole_host", [True, False])
def test_what_police_hold_there_is_not_told(world: Alliance, whole_host: bool) -> None:
    """E37 E38"""
    theirs = assessed_there(world)
    with world.as_node("SE") as se:
        held(se, None if whole_host else theirs, host=HOST if whole_host else "", hours=2)
    assert answers(world, digest(theirs)) == ()
    world.nodes["SE"].later(hours=3)
    assert len(answers(world, digest(theirs))) == 1


@pytest.mark.parametrize("availability", ["up", "changed"])
def test_what_shows_something_else_now_is_not_told(world: Alliance, availability: str) -> None:
    """E37"""
    theirs = assessed_there(world)
    with world.as_node("SE") as se:
        _notices.move(theirs, Track.AVAILABILITY, availability, actor=se.system, at=se.at)
    told = answers(world, digest(theirs))
    assert [each.availability for each in told] == ([] if availability == "changed" else ["up"])


def test_what_is_closed_is_not_told(world: Alliance) -> None:
    """E37: a report about it is new work there, too."""
    theirs = assessed_there(world)
    ContentItem.objects.filter(pk=theirs).update(is_open=False)
    assert answers(world, digest(theirs)) == ()


def test_the_same_node_learns_the_same_reference_and_another_one_another(world: Alliance) -> None:
    """E35"""
    theirs = assessed_there(world)
    (first,), (again,) = answers(world, digest(theirs)), answers(world, digest(theirs))
    assert first.reference == again.reference
    with world.as_node("SE") as se:
        other = Actor.node(organisation=se.organisation, node=world.ids["DE"])
        ask = rules.KnownAsk(uuid4(), (digest(theirs),))
        (third,) = known.known_told(ask=ask, actor=other, at=se.at)
    assert third.reference != first.reference
    assert KnownTold.objects.count() == 2


def test_only_nodes_ask(world: Alliance) -> None:
    theirs = assessed_there(world)
    with world.as_node("SE") as se:
        ask = rules.KnownAsk(uuid4(), (digest(theirs),))
        for actor in (se.system, se.supervisor, Actor.reporter(organisation=se.organisation)):
            with pytest.raises(NotFoundError):
                known.known_told(ask=ask, actor=actor, at=se.at)


# Limits, and what stays of a question.


def test_a_node_that_asks_too_often_is_told_when_again(
    world: Alliance, dk: SmallNode, wire: KnownWire, settings
) -> None:
    """E40: the asker waits for as long, and then hears it."""
    settings.HAVN_POLICY = _limited(settings.HAVN_POLICY, 1)
    assessed_there(world)
    answers(world, "0" * 64)
    (item_id,) = reported(dk, URL)
    began = dk.at
    asks(dk)
    assert dk.item(item_id).legal_class == ""
    (job,) = dk.open_jobs("known_ask")
    assert job.due_at > began + POLICY.known_digests_within - timedelta(minutes=1)
    world.nodes["SE"].at = dk.at = job.due_at
    dk.work("known_ask")
    assert dk.item(item_id).legal_class == "baseline"


def _limited(policy, most: int):

    return replace(policy, most_known_digests=most)


def test_the_limit_is_each_askers_own(world: Alliance, settings) -> None:
    """E40"""
    settings.HAVN_POLICY = _limited(settings.HAVN_POLICY, 2)
    answers(world, "0" * 64)
    answers(world, "1" * 64, "2" * 64)
    with pytest.raises(TooManyAsksError) as refused:
        answers(world, "3" * 64)
    assert refused.value.free_at == world.nodes["SE"].at + POLICY.known_digests_within
    with world.as_node("SE") as se:
        other = Actor.node(organisation=se.organisation, node=world.ids["DE"])
        known.known_told(ask=rules.KnownAsk(uuid4(), ("4" * 64,)), actor=other, at=se.at)


def test_both_sides_count_and_nothing_of_an_unknown_digest_is_kept(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E42"""
    assessed_there(world)
    known_item, unknown_item = reported(dk, URL, f"{URL}/unknown")
    asks(dk)
    row = KnownRequest.objects.get(organisation=world.nodes["SE"].organisation)
    assert (row.asker, row.asked, row.told) == (world.ids["DK"], 2, 1)
    [entry] = Entry.objects.filter(
        action="casework.known_told", organisation=world.nodes["SE"].organisation
    )
    assert (entry.actor_kind, entry.actor_id) == ("node", world.ids["DK"])
    assert '"asked":2' in entry.detail.detail
    mine = Entry.objects.filter(action="casework.known_asked", subject_id=row.ask_id)
    assert '"asked":2' in mine.get().detail.detail
    answered = Entry.objects.filter(action="casework.known_answered", subject_id=row.ask_id)
    assert '"told":1' in answered.get().detail.detail
    details = "".join(Detail.objects.values_list("detail", flat=True))
    assert digest(unknown_item) not in details
    assert digest(known_item) not in details
