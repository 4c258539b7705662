# SPDX-License-Identifier: Apache-2.0
"""The clock of a person's exposure: it runs while they look, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from havn.domain.actor import Actor
from havn.domain.assessment import rules, selectors, services
from havn.domain.assessment.models import Exposure
from tests.domain.test_assessment import AT, LEASE, Desk, decision

pytestmark = pytest.mark.django_db
LOOK = timedelta(minutes=4)
Ending = Callable[[Desk, services.Held, Actor], object]


def by_assessing(desk: Desk, held: services.Held, actor: Actor) -> None:
    services.assess(
        item_id=held.item_id,
        lease_token=held.lease_token,
        decision=decision(),
        actor=actor,
        at=AT + LOOK,
    )


def by_a_batch(desk: Desk, held: services.Held, actor: Actor) -> None:
    services.assess_many(
        item_ids=[held.item_id],
        decision=decision(),
        batch_id=uuid4(),
        actor=actor,
        at=AT + LOOK,
    )


def by_skipping(desk: Desk, held: services.Held, actor: Actor) -> None:
    services.skip(
        item_id=held.item_id,
        lease_token=held.lease_token,
        reason=rules.SkipReason.LANGUAGE.value,
        actor=actor,
        at=AT + LOOK,
    )


def by_giving_back(desk: Desk, held: services.Held, actor: Actor) -> None:
    services.release(item_id=held.item_id, lease_token=held.lease_token, actor=actor, at=AT + LOOK)


def by_handing_over(desk: Desk, held: services.Held, actor: Actor) -> None:
    colleague = desk.bo.identifier
    assert isinstance(colleague, UUID)
    services.hand_over(
        item_id=held.item_id,
        lease_token=held.lease_token,
        to_person=colleague,
        note="",
        actor=actor,
        at=AT + LOOK,
    )


def by_hand(desk: Desk, held: services.Held, actor: Actor) -> None:
    assert services.end_exposure(actor=actor, at=AT + LOOK)
    assert not services.end_exposure(actor=actor, at=AT + LOOK)


@pytest.mark.parametrize(
    "ending",
    [by_assessing, by_a_batch, by_skipping, by_giving_back, by_handing_over, by_hand],
)
def test_the_clock_ends_with_what_ends_the_look(ending: Ending) -> None:
    desk = Desk(1)
    held = services.take_next(actor=desk.anna, at=AT)
    assert held is not None
    services.start_exposure(item_id=held.item_id, actor=desk.anna, at=AT)
    assert selectors.exposure_today(actor=desk.anna, at=AT).is_running

    ending(desk, held, desk.anna)

    in_the_evening = selectors.exposure_today(actor=desk.anna, at=AT + timedelta(hours=9))
    assert (in_the_evening.seconds, in_the_evening.is_running) == (LOOK.total_seconds(), False)


def test_the_clock_ends_with_the_time_that_ran_out() -> None:
    desk = Desk(1)
    held = services.take_next(actor=desk.anna, at=AT)
    assert held is not None
    services.start_exposure(item_id=held.item_id, actor=desk.anna, at=AT)

    services.take_next(actor=desk.bo, at=AT + timedelta(hours=2))

    assert Exposure.objects.get().ended_at == AT + LEASE
    evening = selectors.exposure_today(actor=desk.anna, at=AT + timedelta(hours=9))
    assert evening.seconds == LEASE.total_seconds()


def test_the_sum_of_a_day_counts_every_look_once_and_nobody_elses() -> None:
    desk = Desk(3)
    at = AT
    for minutes in (4, 7, 2):
        held = services.take_next(actor=desk.anna, at=at)
        assert held is not None
        services.start_exposure(item_id=held.item_id, actor=desk.anna, at=at)
        at += timedelta(minutes=minutes)
        services.assess(
            item_id=held.item_id,
            lease_token=held.lease_token,
            decision=decision(),
            actor=desk.anna,
            at=at,
        )
        at += timedelta(minutes=30)  # a break
    evening = AT + timedelta(hours=9)
    found = selectors.exposure_today(actor=desk.anna, at=evening)
    assert (found.items, found.seconds) == (3, 13 * 60)
    assert selectors.exposure_today(actor=desk.bo, at=evening).items == 0


def test_one_persons_clock_is_not_ended_by_another() -> None:
    desk = Desk(2)
    for person in (desk.anna, desk.bo):
        held = services.take_next(actor=person, at=AT)
        assert held is not None
        services.start_exposure(item_id=held.item_id, actor=person, at=AT)

    services.end_exposure(actor=desk.bo, at=AT + LOOK)

    assert selectors.exposure_today(actor=desk.anna, at=AT + LOOK).is_running
