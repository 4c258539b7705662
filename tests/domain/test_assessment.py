# SPDX-License-Identifier: Apache-2.0
"""The queue: one holder at a time, lapses, skips, drafts, hand-over, batches with undo, exposure."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from havn.domain.accounts import services as accounts
from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.assessment import rules, selectors, services
from havn.domain.assessment.models import QueueEntry
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.errors import NotFoundError, RefusedError
from havn.lib.encoding import uuid4

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=15)
pytestmark = pytest.mark.django_db(transaction=True)


class Desk:
    """An organisation with two analysts, a supervisor and items in the queue."""

    def __init__(self, items: int = 3) -> None:
        self.organisation = uuid4()
        self.anna = self.person("anna", Role.ANALYST)
        self.bo = self.person("bo", Role.ANALYST)
        self.sara = self.person("sara", Role.SUPERVISOR)
        system = Actor.system(organisation=self.organisation)
        [filed] = record.file_reports(
            reports=[
                record.NewReport(
                    report_id=uuid4(),
                    organisation=self.organisation,
                    channel="web",
                    language="en",
                    received_at=AT,
                    addresses=tuple(f"https://host-{n}.example/{n}" for n in range(items)),
                )
            ],
            actor=system,
            at=AT,
        )
        self.report_id = filed.report_id
        self.items = [item.item_id for item in filed.items]
        services.enter_queue(items={filed.report_id: self.items}, actor=system, at=AT)

    def person(self, name: str, role: Role) -> Actor:
        identifier = accounts.add_person(
            person=accounts.NewPerson(
                email=f"{name}@{self.organisation.hex}.example", name=name, roles=(role,)
            ),
            password="seven quiet harbour lamps",
            organisation=self.organisation,
            actor=Actor.operator(organisation=self.organisation),
            at=AT,
        )
        return Actor(ActorKind.PERSON, self.organisation, identifier, frozenset({role}))


def decision(**changes: object) -> rules.Decision:
    from dataclasses import replace

    default = rules.default_decision(settings.HAVN_POLICY, jurisdiction="DK")
    return replace(default, **changes)


def test_an_item_is_held_by_one_person():
    desk = Desk()
    mine = services.take_next(actor=desk.anna, at=AT)
    other = services.take_next(actor=desk.bo, at=AT)
    assert other.item_id != mine.item_id
    assert [held.item_id for held in selectors.mine(actor=desk.anna, at=AT)] == [mine.item_id]
    with pytest.raises(RefusedError):
        services.take_item(item_id=mine.item_id, actor=desk.sara, at=AT)


def test_an_assessment_counts_and_ends_the_lease():
    desk = Desk(1)
    held = services.take_next(actor=desk.anna, at=AT)
    services.assess(
        item_id=held.item_id,
        lease_token=held.lease_token,
        decision=decision(),
        actor=desk.anna,
        at=AT,
    )
    assert cases.item(item_id=held.item_id, actor=desk.anna).legal_class == "baseline"
    [kept] = selectors.assessments(item_id=held.item_id, actor=desk.anna)
    assert kept.assessor_id == desk.anna.identifier
    assert services.take_next(actor=desk.bo, at=AT) is None
    with pytest.raises(RefusedError):
        services.assess(
            item_id=held.item_id,
            lease_token=held.lease_token,
            decision=decision(),
            actor=desk.anna,
            at=AT,
        )


def test_the_third_lapse_goes_to_the_supervisor_with_the_draft():
    desk = Desk(1)
    at = AT
    for actor in (desk.anna, desk.bo, desk.anna):
        held = services.take_next(actor=actor, at=at)
        kept = selectors.held_item(item_id=held.item_id, actor=actor, at=at).draft_at
        services.keep_draft(
            item_id=held.item_id,
            lease_token=held.lease_token,
            draft={"sex": "female"},
            drawn_from=kept,
            actor=actor,
            at=at,
        )
        at += LEASE + timedelta(seconds=1)
    assert services.take_next(actor=desk.bo, at=at) is None
    [entry] = selectors.supervisor_entries(actor=desk.sara, at=at)
    assert (entry.item.id, entry.reason) == (desk.items[0], "lapsed")
    services.take_item(item_id=desk.items[0], actor=desk.sara, at=at)
    held = selectors.held_item(item_id=desk.items[0], actor=desk.sara, at=at)
    assert held.draft == {"sex": "female"}
    assert b"female" not in bytes(QueueEntry.objects.get().draft)


def test_a_newer_draft_is_never_overwritten():
    desk = Desk(1)
    held = services.take_next(actor=desk.anna, at=AT)
    common = {"item_id": held.item_id, "lease_token": held.lease_token, "actor": desk.anna}
    first = services.keep_draft(draft={"sex": "male"}, drawn_from=None, at=AT, **common)
    with pytest.raises(RefusedError) as refused:
        services.keep_draft(draft={"sex": "both"}, drawn_from=None, at=AT, **common)
    assert refused.value.code == "draft_changed"
    services.keep_draft(
        draft={"sex": "both"}, drawn_from=first, at=AT + timedelta(seconds=1), **common
    )


def test_a_renewed_lease_lasts_and_a_lost_one_is_refused():
    desk = Desk(1)
    held = services.take_next(actor=desk.anna, at=AT)
    common = {"item_id": held.item_id, "lease_token": held.lease_token, "actor": desk.anna}
    until = services.renew_lease(at=AT + timedelta(minutes=10), **common)
    assert until == AT + timedelta(minutes=25)
    with pytest.raises(RefusedError):
        services.renew_lease(at=until, **common)


def test_a_hand_over_waits_for_the_colleague_with_its_note():
    desk = Desk(1)
    held = services.take_next(actor=desk.anna, at=AT)
    services.hand_over(
        item_id=held.item_id,
        lease_token=held.lease_token,
        to_person=desk.bo.identifier,
        note="see line 3",
        actor=desk.anna,
        at=AT,
    )
    assert services.take_next(actor=desk.anna, at=AT) is None
    services.take_next(actor=desk.bo, at=AT)
    view = selectors.held_item(item_id=held.item_id, actor=desk.bo, at=AT)
    assert view.handover_note == "see line 3"


def test_a_skipped_item_is_not_offered_again_that_day_and_the_third_skip_goes_on():
    desk = Desk(1)
    for actor, at in ((desk.anna, AT), (desk.bo, AT), (desk.anna, AT + timedelta(days=1))):
        held = services.take_next(actor=actor, at=at)
        services.skip(
            item_id=held.item_id,
            lease_token=held.lease_token,
            reason="language",
            actor=actor,
            at=at,
        )
        assert services.take_next(actor=actor, at=at) is None
    assert len(selectors.supervisor_entries(actor=desk.sara, at=AT)) == 1


def test_a_batch_is_all_or_none_once_and_can_be_undone_for_a_while():
    desk = Desk(3)
    services.take_next(actor=desk.bo, at=AT)
    batch = uuid4()
    common = {"decision": decision(), "actor": desk.anna, "at": AT}
    with pytest.raises(RefusedError) as refused:
        services.assess_many(item_ids=desk.items, batch_id=batch, **common)
    assert refused.value.code == "held"
    free = [i for i in desk.items if QueueEntry.objects.get(pk=i).holder_id is None]
    services.assess_many(item_ids=free, batch_id=batch, **common)
    assert services.assess_many(item_ids=free, batch_id=batch, **common).is_repeat
    taken_back = services.withdraw_batch(
        batch_id=batch, actor=desk.anna, at=AT + timedelta(minutes=9)
    )
    assert sorted(taken_back) == sorted(free)
    assert {cases.item(item_id=i, actor=desk.anna).stage for i in free} == {"received"}
    with pytest.raises((RefusedError, NotFoundError)):
        services.withdraw_batch(batch_id=batch, actor=desk.anna, at=AT + timedelta(minutes=9))


def test_exposure_is_counted_for_the_person_alone():
    desk = Desk(1)
    held = services.take_next(actor=desk.anna, at=AT)
    href = services.start_exposure(item_id=held.item_id, actor=desk.anna, at=AT)
    assert href == "https://host-0.example/0"
    later = AT + timedelta(minutes=3)
    own = selectors.exposure_today(actor=desk.anna, at=later)
    assert (own.items, own.seconds) == (1, 180)
    assert selectors.exposure_today(actor=desk.sara, at=later).items == 0


def test_another_organisation_and_other_roles_see_nothing():
    desk, other = Desk(1), Desk(1)
    assert services.take_item(item_id=desk.items[0], actor=desk.anna, at=AT)
    for actor in (other.anna, other.sara):
        with pytest.raises(NotFoundError):
            services.take_item(item_id=desk.items[0], actor=actor, at=AT)
    police = Actor(ActorKind.PERSON, desk.organisation, uuid4(), frozenset({Role.INVESTIGATOR}))
    with pytest.raises(RefusedError):
        services.take_next(actor=police, at=AT)


def test_parallel_takes_never_hold_one_item_twice():
    desk = Desk(8)
    people = [desk.person(f"p{n}", Role.ANALYST) for n in range(12)]
    got: list[UUID] = []
    failed: list[BaseException] = []

    def take(actor: Actor) -> None:
        try:
            held = services.take_next(actor=actor, at=AT)
            if held:
                got.append(held.item_id)
        except BaseException as error:  # noqa: BLE001 - shown below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(got) == sorted(desk.items)


def test_drawn_material_is_never_baseline():
    assert rules.refusal_of(decision(origin=rules.Origin.DRAWN)) == "baseline_needs_a_real_child"
