# SPDX-License-Identifier: Apache-2.0
"""The same address on two nodes: asked about once, known with its assessment, held, withdrawn, limited."""

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
from havn.domain.audit.models import Detail, Entry
from havn.domain.cases.models import ContentItem
from havn.domain.cases.rules import Availability, LegalClass, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.members.models import Member, Node, RosterState
from havn.domain.referral import rules
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral
from havn.domain.referral.clients import KnownError, KnownReply
from havn.domain.referral.models import KnownElsewhere, KnownQuestion, KnownRequest, KnownTold
from havn.domain.workflow.services import _notices, casework, known
from havn.domain.workflow.tasks.casework import READINGS
from tests.support.casework import SmallNode, assessed, held
from tests.support.known import (
    URL,
    KnownWire,
    asks,
    assessed_here,
    join_alliance,
    reported,
    takes,
    told_of_withdrawals,
    waiting,
    wired,
)
from tests.support.other_nodes import Alliance, alliance
from tests.support.outside import HOST
from tests.support.referrals import sent

pytestmark = pytest.mark.django_db
POLICY = settings.HAVN_POLICY


@pytest.fixture
def world() -> Alliance:
    made = alliance("SE", "DE")
    join_alliance(made.nodes["DK"])
    return made


@pytest.fixture
def dk(world: Alliance) -> SmallNode:
    return world.nodes["DK"]


@pytest.fixture
def wire(world: Alliance) -> KnownWire:
    return wired(world)


def there(world: Alliance, *addresses: str, legal_class: LegalClass = LegalClass.BASELINE) -> UUID:
    """Let Sweden assess it first."""
    with world.as_node("SE") as node:
        return assessed_here(node, *addresses, legal_class=legal_class)[0]


def digest(item_id: UUID) -> str:
    return ContentItem.objects.get(pk=item_id).key_digest


def answers(world: Alliance, *digests: str, code: str = "SE") -> tuple[rules.KnownThere, ...]:
    """Ask Sweden as Denmark."""
    with world.as_node(code) as node:
        asker = Actor.node(organisation=node.organisation, node=world.ids["DK"])
        ask = rules.KnownAsk(uuid4(), digests)
        return known.known_told(ask=ask, actor=asker, at=node.at)


# Nobody looks twice.


def test_what_another_node_assessed_is_assessed_here_and_nobody_looks_again(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E33 E35 E44"""
    there(world)
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


# Whom is told what.


def test_what_another_node_assessed_is_told_with_its_assessment(world: Alliance) -> None:
    """E35 E36"""
    theirs = there(world)
    (found,) = answers(world, digest(theirs), "0" * 64)
    (made,) = Assessment.objects.filter(item_id=theirs)
    assert (found.digest, found.jurisdiction) == (digest(theirs), "DK")
    assert (found.scheme, found.assessed_at) == (made.scheme, made.assessed_at)
    assert found.availability == "unknown"
    assert found.reference.version == 4
    assert str(theirs) not in str(rules.known_answer_document([found]))


@pytest.mark.parametrize("legal_class", sorted(set(LegalClass) - {LegalClass.BASELINE}))
def test_only_baseline_is_told(world: Alliance, legal_class: LegalClass) -> None:
    """E37 E38: national, not illegal, undetermined and self-reported look like not known."""
    theirs = there(world, legal_class=legal_class)
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
    theirs = there(world)
    with world.as_node("SE") as se:
        held(se, None if whole_host else theirs, host=HOST if whole_host else "", hours=2)
    assert answers(world, digest(theirs)) == ()
    world.nodes["SE"].later(hours=3)
    assert len(answers(world, digest(theirs))) == 1


@pytest.mark.parametrize("availability", ["up", "changed"])
def test_what_shows_something_else_now_is_not_told(world: Alliance, availability: str) -> None:
    """E37"""
    theirs = there(world)
    with world.as_node("SE") as se:
        _notices.move(theirs, Track.AVAILABILITY, availability, actor=se.system, at=se.at)
    told = answers(world, digest(theirs))
    assert [each.availability for each in told] == ([] if availability == "changed" else ["up"])


def test_what_is_closed_is_not_told(world: Alliance) -> None:
    """E37: a report about it is new work there, too."""
    theirs = there(world)
    ContentItem.objects.filter(pk=theirs).update(is_open=False)
    assert answers(world, digest(theirs)) == ()


def test_the_same_node_learns_the_same_reference_and_another_one_another(world: Alliance) -> None:
    """E35"""
    theirs = there(world)
    (first,), (again,) = answers(world, digest(theirs)), answers(world, digest(theirs))
    assert first.reference == again.reference
    with world.as_node("SE") as se:
        other = Actor.node(organisation=se.organisation, node=world.ids["DE"])
        ask = rules.KnownAsk(uuid4(), (digest(theirs),))
        (third,) = known.known_told(ask=ask, actor=other, at=se.at)
    assert third.reference != first.reference
    assert KnownTold.objects.count() == 2


def test_only_nodes_ask(world: Alliance) -> None:
    theirs = there(world)
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
    there(world)
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
    with pytest.raises(referral.TooManyQuestionsError) as refused:
        answers(world, "3" * 64)
    assert refused.value.free_at == world.nodes["SE"].at + POLICY.known_digests_within
    with world.as_node("SE") as se:
        other = Actor.node(organisation=se.organisation, node=world.ids["DE"])
        known.known_told(ask=rules.KnownAsk(uuid4(), ("4" * 64,)), actor=other, at=se.at)


def test_both_sides_count_and_nothing_of_an_unknown_digest_is_kept(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E42"""
    there(world)
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


# Somebody was there first.


def test_who_holds_the_item_keeps_it_and_is_shown_what_is_known(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E44"""
    there(world)
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
    there(world)
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
    there(world)
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
    there(world)
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
    there(world)
    with world.as_node("DE") as de:
        assessed_here(de)
    (item_id,) = reported(dk, URL)
    asks(dk)
    assert Assessment.objects.filter(item_id=item_id).count() == 1
    assert KnownElsewhere.objects.filter(item_id=item_id).count() == 1


# Taken back.


def withdrawn_there(world: Alliance, theirs: UUID) -> None:
    """Let a supervisor in Sweden find something else."""
    with world.as_node("SE") as se:
        se.later(minutes=5)
        got = queue.assess_again(item_id=theirs, actor=se.supervisor, at=se.at)

        decision = replace(
            default_decision(POLICY, jurisdiction="DK"), legal_class=LegalClass.UNDETERMINED
        )
        casework.assess_item(
            item_id=theirs,
            lease_token=got.lease_token,
            decision=decision,
            actor=se.supervisor,
            at=se.at,
        )


def test_what_is_taken_back_there_waits_for_a_person_here(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E45 E46 E47"""
    theirs = there(world)
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
    theirs = there(world)
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
    withdrawn_there(world, there(world))
    assert not OutgoingEvent.objects.exists()


def test_what_is_found_baseline_again_is_told_under_another_reference(world: Alliance) -> None:
    """E45"""
    theirs = there(world)
    (first,) = answers(world, digest(theirs))
    withdrawn_there(world, theirs)
    assert answers(world, digest(theirs)) == ()
    told = KnownTold.objects.get()
    assert (told.reference, told.withdrawn_at is not None) == (first.reference, True)


def test_a_withdrawal_of_what_was_only_shown_changes_no_assessment(
    world: Alliance, dk: SmallNode, wire: KnownWire
) -> None:
    """E47"""
    theirs = there(world)
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
    there(world)
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
    there(world)
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
    there(world)
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
    there(world)
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


# Other nodes that cannot or may not.


def test_a_suspended_node_is_not_asked(world: Alliance, dk: SmallNode, wire: KnownWire) -> None:
    """E43"""
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
    there(world)
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
    there(world)
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
        KnownReply(400, b"{}"),
        KnownReply(403, b"{}"),
        KnownReply(200, b"[]"),
        KnownReply(200, b"{"),
    ],
)
def test_a_refusal_and_an_answer_that_is_none_end_the_question(
    world: Alliance, dk: SmallNode, wire: KnownWire, reply: KnownReply
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
    there(world)
    first, second = reported(dk, URL), reported(dk, f"{URL}/other")
    asks(dk)
    view = KnownElsewhere.objects.get()
    found = rules.KnownThere(
        digest=digest(second[0]),
        jurisdiction="SE",
        scheme="interpol-baseline",
        scheme_version="1",
        age_band="unknown",
        sex="undetermined",
        origin="unknown",
        assessed_at=dk.at,
        availability=Availability.UP,
        reference=view.reference,
    )
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
