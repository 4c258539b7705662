# SPDX-License-Identifier: Apache-2.0
"""An assessment that does not stay: a supervisor assesses again, and what waited follows."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from havn.domain.accounts import services as accounts
from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import selectors as queue
from havn.domain.assessment import services as assessment
from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.indicators.rules.items import stories
from havn.domain.ledger import selectors as ledger
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import casework
from tests.support.casework import (
    POLICY,
    SmallNode,
    assessed,
    confirmed,
    released,
    small_node,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def assessed_again(node: SmallNode, item_id: UUID, legal_class: LegalClass) -> None:
    """Let the supervisor assess an item again, and work off what follows."""
    node.later(minutes=1)
    held = assessment.assess_again(item_id=item_id, actor=node.supervisor, at=node.at)
    proposed = assessment_rules.default_decision(POLICY, jurisdiction="DK")
    casework.assess_item(
        item_id=item_id,
        lease_token=held.lease_token,
        decision=replace(proposed, legal_class=legal_class),
        actor=node.supervisor,
        at=node.at,
    )
    node.work()


def first(node: SmallNode, legal_class: LegalClass) -> UUID:
    submitted(node)
    node.work()
    item_id = assessed(node, legal_class)
    node.work()
    return item_id


def test_the_later_assessment_counts_and_the_earlier_one_stays_in_the_history(
    node: SmallNode,
) -> None:
    item_id = first(node, LegalClass.NOT_ILLEGAL)
    assert not node.item(item_id).is_open

    assessed_again(node, item_id, LegalClass.BASELINE)

    item = node.item(item_id)
    assert (item.is_open, item.legal_class, item.police) == (True, "baseline", "told")
    made = queue.assessments(item_id=item_id, actor=node.supervisor)
    assert [view.legal_class for view in made] == ["baseline", "not_illegal"]
    assert Entry.objects.filter(action="item.to_assess_again", subject_id=item_id).count() == 1


def test_until_the_supervisor_has_decided_the_last_assessment_counts(node: SmallNode) -> None:
    item_id = confirmed(node)
    assessment.assess_again(item_id=item_id, actor=node.supervisor, at=node.at)

    assert node.item(item_id).legal_class == "baseline"
    (entry,) = queue.supervisor_entries(actor=node.supervisor, at=node.at)
    assert (entry.item.id, entry.reason) == (item_id, "again")
    node.at += POLICY.lease * 2
    assert assessment.take_next(actor=node.analyst, at=node.at) is None
    assert assessment.take_item(item_id=item_id, actor=node.supervisor, at=node.at)


def test_only_a_supervisor_assesses_again_and_only_what_is_assessed(node: SmallNode) -> None:
    item_id = confirmed(node)
    for actor, refused in (
        (node.analyst, RefusedError),
        (node.investigator, RefusedError),
        (node.operator, NotFoundError),
        (node.stranger, NotFoundError),
    ):
        with pytest.raises(refused):
            assessment.assess_again(item_id=item_id, actor=actor, at=node.at)
    assessment.assess_again(item_id=item_id, actor=node.supervisor, at=node.at)
    with pytest.raises(RefusedError, match="waits for an assessment already"):
        assessment.assess_again(item_id=item_id, actor=node.supervisor, at=node.at)


def test_what_a_mistaken_assessment_began_is_taken_back_before_it_went_out(
    node: SmallNode,
) -> None:
    item_id = released(node)
    assert node.item(item_id).notice == "queued"

    assessed_again(node, item_id, LegalClass.NOT_ILLEGAL)
    node.at += POLICY.notice_after
    node.work()

    item = node.item(item_id)
    assert (item.stage, item.closed_reason, item.notice) == ("closed", "not_illegal", "none")
    assert node.outside.mail.taken == []
    assert node.open_jobs("check") == node.open_jobs("trace") == []
    assert tracing.contacts_to_confirm(actor=node.analyst) == []


def test_police_who_were_not_told_yet_are_not_told(node: SmallNode) -> None:
    submitted(node)
    node.work()
    item_id = assessed(node)
    assert node.item(item_id).police == "due"

    assessed_again(node, item_id, LegalClass.UNDETERMINED)
    node.at += POLICY.package_waits_at_most
    node.work()

    assert node.item(item_id).police == "none"


def test_a_supervisor_hands_what_is_to_be_assessed_again_to_an_analyst(node: SmallNode) -> None:
    item_id = confirmed(node)
    colleague = accounts.add_person(
        person=accounts.NewPerson(email="bo@hotline.example", name="Bo", roles=(Role.ANALYST,)),
        password="seven quiet harbour lamps",
        organisation=node.organisation,
        actor=Actor.operator(organisation=node.organisation),
        at=node.at,
    )
    held = assessment.assess_again(item_id=item_id, actor=node.supervisor, at=node.at)
    assessment.hand_over(
        item_id=item_id,
        lease_token=held.lease_token,
        to_person=colleague,
        note="look at the age",
        actor=node.supervisor,
        at=node.at,
    )

    analyst = Actor(ActorKind.PERSON, node.organisation, colleague, frozenset({Role.ANALYST}))
    taken = assessment.take_next(actor=analyst, at=node.at)
    assert taken is not None
    assert taken.item_id == item_id


# Undone.


def test_what_a_batch_told_is_taken_back_with_it(node: SmallNode) -> None:
    submitted(node)
    node.work()
    (line,) = cases.items_list(actor=node.analyst).items
    batch_id = uuid4()
    casework.assess_batch(
        item_ids=[line.id],
        decision=assessment_rules.default_decision(POLICY, jurisdiction="DK"),
        batch_id=batch_id,
        actor=node.analyst,
        at=node.at,
    )
    node.later(minutes=1)
    casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at)

    told = ledger.facts_until(actor=node.system, names=["item_assessed"], until=node.at)
    facts = sorted(told, key=lambda fact: fact.happened_at)
    assert [fact.codes["legal_class"] for fact in facts] == ["baseline", ""]
    assert not stories(facts)[line.id.hex].is_confirmed
    assert ledger.events_waiting(actor=node.system, most=50) == []


# Self-reported.


def test_a_self_reported_item_waits_for_the_supervisor_who_assesses_it_again(
    node: SmallNode,
) -> None:
    item_id = first(node, LegalClass.SELF_REPORTED)
    (waits,) = cases.count_waits(actor=node.supervisor, at=node.at)
    assert (waits.oldest_id, waits.waits_for, waits.place) == (item_id, "supervisor", "supervise")
    assert node.item(item_id).police == "none"

    assessed_again(node, item_id, LegalClass.NATIONAL)

    assert node.item(item_id).police == "told"


def test_a_self_reported_item_ends_when_a_supervisor_saw_that_it_is_gone(node: SmallNode) -> None:
    item_id = first(node, LegalClass.SELF_REPORTED)
    assert node.item(item_id).may_be_declared_removed

    casework.removal_declared(item_id=item_id, actor=node.supervisor, at=node.at)

    item = node.item(item_id)
    assert (item.stage, item.closed_reason, item.police) == ("closed", "removed", "none")
    assert cases.count_waits(actor=node.supervisor, at=node.at) == []


def test_a_hidden_service_ends_when_a_supervisor_saw_that_it_is_gone(node: SmallNode) -> None:
    submitted(node, "http://abcdefghij234567.onion/17")
    node.work()
    item_id = assessed(node)
    node.work()
    assert node.item(item_id).may_be_declared_removed

    casework.removal_declared(item_id=item_id, actor=node.supervisor, at=node.at)

    assert node.item(item_id).closed_reason == "removed"


def test_what_a_machine_can_tell_is_not_offered_to_the_supervisor(node: SmallNode) -> None:
    assert not node.item(confirmed(node)).may_be_declared_removed
