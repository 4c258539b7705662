# SPDX-License-Identifier: Apache-2.0
"""An assessment that other nodes were told of is taken back: they hear it, and a person there looks."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.conf import settings

from havn.domain.assessment import services as queue
from havn.domain.assessment.rules import default_decision
from havn.domain.audit.models import Entry
from havn.domain.cases.models import ContentItem
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import RefusedError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.referral import selectors as referrals
from havn.domain.referral.models import KnownElsewhere, KnownTold
from havn.domain.workflow.services import casework
from havn.domain.workflow.tasks.casework import READINGS
from tests.support.casework import SmallNode, assessed
from tests.support.known import (
    URL,
    KnownWire,
    answers,
    asks,
    assessed_there,
    digest,
    reported,
    takes,
    told_of_withdrawals,
    waiting,
    withdrawn_there,
)
from tests.support.other_nodes import Alliance

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


# Taken back.


def test_what_is_taken_back_there_waits_for_a_person_here(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E45 E46 E47"""
    theirs = assessed_there(world)
    (item_id,) = reported(dk, URL)
    asks(dk)
    withdrawn_there(world, theirs)

    (event,) = told_of_withdrawals(world)

    told = KnownTold.objects.get()
    assert (event.kind, event.subject_id, event.body) == (
        "known.withdrawn",
        told.reference,
        {"v": 1},
    )
    assert OutgoingEvent.objects.get().audience == [str(world.ids["DK"])]
    item = dk.item(item_id)
    assert (item.legal_class, item.stage, item.police) == ("", "received", "none")
    assert waiting(dk) == [item_id]
    assert not (dk.open_jobs("trace") or dk.open_jobs("package") or dk.open_jobs("check"))
    assert referrals.known_of_item(item_id=item_id, actor=dk.analyst) == []
    assert assessed(dk) == item_id


def test_a_batch_that_is_undone_is_taken_back_too(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E45"""
    with world.as_node("SE") as se:
        (theirs,) = reported(se, URL)
        batch_id = uuid4()

        casework.assess_batch(
            item_ids=[theirs],
            decision=default_decision(POLICY, jurisdiction="DK"),
            batch_id=batch_id,
            actor=se.analyst,
            at=se.at,
        )
    (item_id,) = reported(dk, URL)
    asks(dk)
    assert dk.item(item_id).legal_class == "baseline"
    with world.as_node("SE") as se:
        casework.withdraw_batch(batch_id=batch_id, actor=se.analyst, at=se.at)
    assert len(told_of_withdrawals(world)) == 1
    assert dk.item(item_id).legal_class == ""


def test_a_second_assessment_as_baseline_takes_nothing_back(world: Alliance) -> None:
    """E45"""
    theirs = assessed_there(world)
    answers(world, digest(theirs))
    with world.as_node("SE") as se:
        se.later(minutes=5)
        got = queue.assess_again(item_id=theirs, actor=se.supervisor, at=se.at)

        casework.assess_item(
            item_id=theirs,
            lease_token=got.lease_token,
            decision=default_decision(POLICY, jurisdiction="DK"),
            actor=se.supervisor,
            at=se.at,
        )
    assert not OutgoingEvent.objects.exists()


def test_nobody_hears_of_what_nobody_was_told(world: Alliance) -> None:
    """E45"""
    withdrawn_there(world, assessed_there(world))
    assert not OutgoingEvent.objects.exists()


def test_what_is_found_baseline_again_is_told_under_another_reference(world: Alliance) -> None:
    """E45"""
    theirs = assessed_there(world)
    (first,) = answers(world, digest(theirs))
    withdrawn_there(world, theirs)
    assert answers(world, digest(theirs)) == ()
    told = KnownTold.objects.get()
    assert (told.reference, told.withdrawn_at is not None) == (first.reference, True)


def test_a_withdrawal_of_what_was_only_shown_changes_no_assessment(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E47"""
    theirs = assessed_there(world)
    (item_id,) = reported(dk, URL)
    got = takes(dk, item_id)
    asks(dk)
    withdrawn_there(world, theirs)
    told_of_withdrawals(world)
    assert referrals.known_of_item(item_id=item_id, actor=dk.analyst) == []
    queue.release(item_id=item_id, lease_token=got.lease_token, actor=dk.analyst, at=dk.at)
    dk.at += POLICY.lease
    dk.work("known_keep")
    assert dk.item(item_id).legal_class == ""


def withdrawal(world: Alliance, reference: UUID, **changes: object) -> IncomingEvent:
    parts: dict[str, object] = {
        "id": uuid4(),
        "kind": "known.withdrawn",
        "version": 1,
        "subject_id": reference,
        "sender": world.ids["SE"],
        "happened_at": world.nodes["SE"].at,
        "body": {"v": 1},
        "proof": "",
    }
    return IncomingEvent(**{**parts, **changes})  # type: ignore[arg-type]


def test_only_the_node_that_told_it_takes_it_back(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E47: and what is not known, or comes again, changes nothing and is no fault."""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    asks(dk)
    reference = KnownElsewhere.objects.get().reference
    handle = READINGS["known.withdrawn"].handler
    handle(withdrawal(world, reference, sender=world.ids["DE"]), dk.system, dk.at)
    handle(withdrawal(world, uuid4()), dk.system, dk.at)
    assert dk.item(item_id).legal_class == "baseline"
    handle(withdrawal(world, reference), dk.system, dk.at)
    entries = Entry.objects.filter(action="casework.known_withdrawn").count()
    handle(withdrawal(world, reference), dk.system, dk.at)
    assert Entry.objects.filter(action="casework.known_withdrawn").count() == entries == 1
    assert dk.item(item_id).legal_class == ""


@pytest.mark.parametrize(
    ("body", "code"),
    [({"v": 2}, "body_unknown_version"), ({"v": 1, "why": "x"}, "body_unknown_field")],
)
def test_a_withdrawal_that_says_something_else_is_refused(
    world: Alliance, dk: SmallNode, wire: KnownWire, body: dict[str, object], code: str
) -> None:
    """E46"""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    asks(dk)
    reference = KnownElsewhere.objects.get().reference
    with pytest.raises(RefusedError) as refused:
        READINGS["known.withdrawn"].handler(
            withdrawal(world, reference, body=body), dk.system, dk.at
        )
    assert refused.value.code == code
    assert dk.item(item_id).legal_class == "baseline"


def test_what_a_closed_item_rested_on_is_left_where_the_address_is_open_again(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E47"""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    asks(dk)
    reference = KnownElsewhere.objects.get().reference
    ContentItem.objects.filter(pk=item_id).update(is_open=False)
    (newer,) = reported(dk, URL)
    READINGS["known.withdrawn"].handler(withdrawal(world, reference), dk.system, dk.at)
    assert dk.item(item_id).legal_class == "baseline"
    assert dk.item(newer).legal_class == ""


def test_an_own_assessment_outlives_what_another_takes_back(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E47: nobody is asked again where something else counts."""
    assessed_there(world)
    (item_id,) = reported(dk, URL)
    asks(dk)
    queue.keep_assessment_of_another(
        item_id=item_id,
        made=queue.OfAnother(
            node_id=world.ids["DE"],
            legal_class=LegalClass.BASELINE,
            jurisdiction="DE",
            scheme="interpol-baseline",
            scheme_version="1",
            labels=(),
            age_band="unknown",
            sex="undetermined",
            origin="unknown",
            assessed_at=dk.at,
        ),
        own_country="DK",
        actor=dk.system,
        at=dk.at,
    )
    reference = KnownElsewhere.objects.get().reference
    READINGS["known.withdrawn"].handler(withdrawal(world, reference), dk.system, dk.at)
    assert dk.item(item_id).legal_class == "baseline"
    assert waiting(dk) == []
