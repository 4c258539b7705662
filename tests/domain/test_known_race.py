# SPDX-License-Identifier: Apache-2.0
"""Two transactions at the same moment: an analyst takes what another node knows, and a node is told of what is undone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction

from havn.domain.actor import Actor
from havn.domain.assessment.models import Assessment, QueueEntry
from havn.domain.assessment.rules import default_decision
from havn.domain.cases.models import ContentItem
from havn.domain.errors import RefusedError
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.referral import rules
from havn.domain.referral.models import KnownTold
from havn.domain.workflow.services import casework, known
from tests.support.casework import SmallNode, small_node
from tests.support.known import URL, known_there, reported, takes
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
POLICY = settings.HAVN_POLICY
NODE = uuid4()


def heard(node: SmallNode, item_id: UUID) -> known.Heard:
    found = known_there(item_id, assessed_at=node.at)
    return known.known_elsewhere(
        item_id=item_id, node_id=NODE, found=found, actor=node.system, at=node.at
    )


class Beside:
    """Another connection's work, which begins at once; `result` waits for it."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.found: list[object] = []
        self._thread = threading.Thread(target=self._run, args=(act,))
        self._thread.start()

    def _run(self, act: Callable[[], object]) -> None:
        try:
            self.found.append(act())
        except Exception as error:  # noqa: BLE001 - shown by the test
            self.found.append(error)
        finally:
            connection.close()

    def result(self) -> object:
        self._thread.join()
        return self.found[0]


def is_blocked() -> bool:
    """Whether somebody waits for a lock that this transaction holds; SQLite has but one."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_the_take_wins_that_was_first() -> None:
    """E44: the answer waits for the take to end, and then finds the item held."""
    node = small_node()
    (item_id,) = reported(node, URL)
    with transaction.atomic():
        takes(node, item_id)
        other = Beside(lambda: heard(node, item_id))
        wait_until(is_blocked, what="the answer to wait for the take")
    assert other.result() is known.Heard.SHOWN
    assert QueueEntry.objects.get().holder_id == node.analyst.identifier
    assert not Assessment.objects.exists()


def test_a_take_that_comes_later_finds_nothing_to_do() -> None:
    """E44: the take waits for the answer to be kept, and is refused."""
    node = small_node()
    (item_id,) = reported(node, URL)
    with transaction.atomic():
        assert heard(node, item_id) is known.Heard.KEPT
        other = Beside(lambda: takes(node, item_id))
        wait_until(is_blocked, what="the take to wait for the answer")
    refused = other.result()
    assert isinstance(refused, RefusedError)
    assert refused.code == "held"
    assert QueueEntry.objects.get().holder_id is None
    assert node.item(item_id).legal_class == "baseline"


def test_of_many_at_once_each_item_is_held_or_known_never_both() -> None:
    """E44"""
    node, count = small_node(), 12
    items = reported(node, *(f"{URL}/{number}" for number in range(count)))
    start = threading.Barrier(2)

    def all_heard() -> list[known.Heard]:
        start.wait()
        return [heard(node, item_id) for item_id in items]

    def all_taken() -> list[object]:
        start.wait()
        return [attempt(node, item_id) for item_id in reversed(items)]

    answers, takings = Beside(all_heard), Beside(all_taken)
    answered, taken = answers.result(), takings.result()
    assert isinstance(answered, list)
    assert isinstance(taken, list)
    for item_id, said, got in zip(items, answered, reversed(taken), strict=True):
        assert (said is known.Heard.KEPT) is isinstance(got, RefusedError), (said, got)
        is_assessed = node.item(item_id).legal_class == "baseline"
        assert is_assessed is (said is known.Heard.KEPT)


def attempt(node: SmallNode, item_id: UUID) -> object:
    try:
        return takes(node, item_id)
    except RefusedError as refused:
        return refused


def asks_us(node: SmallNode, item_id: UUID) -> tuple[rules.KnownThere, ...]:
    ask = rules.KnownAsk(uuid4(), (ContentItem.objects.get(pk=item_id).key_digest,))
    asker = Actor.node(organisation=node.organisation, node=NODE)
    return known.known_told(ask=ask, actor=asker, at=node.at)


def batch(node: SmallNode, item_id: UUID) -> UUID:
    batch_id = uuid4()
    casework.assess_batch(
        item_ids=[item_id],
        decision=default_decision(POLICY, jurisdiction="DK"),
        batch_id=batch_id,
        actor=node.analyst,
        at=node.at,
    )
    return batch_id


def test_who_was_told_at_the_moment_of_undoing_hears_of_it() -> None:
    """E45: undoing waits until the asker was told, and then tells it."""
    node = small_node()
    (item_id,) = reported(node, URL)
    batch_id = batch(node, item_id)
    with transaction.atomic():
        assert len(asks_us(node, item_id)) == 1
        other = Beside(
            lambda: casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at)
        )
        wait_until(is_blocked, what="undoing to wait for what is told")
    assert other.result() == 1
    assert KnownTold.objects.get().withdrawn_at == node.at
    assert OutgoingEvent.objects.get().audience == [str(NODE)]


def test_who_asks_at_the_moment_of_undoing_is_not_told() -> None:
    """E45: the question waits until undoing has ended, and then finds nothing, or asks again."""
    node = small_node()
    (item_id,) = reported(node, URL)
    batch_id = batch(node, item_id)
    with transaction.atomic():
        casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at)
        other = Beside(lambda: asks_us(node, item_id))
        wait_until(is_blocked, what="the question to wait for undoing")
    found = other.result()
    assert found == () or (isinstance(found, RefusedError) and found.code == "changed_meanwhile")
    assert not KnownTold.objects.exists()
    assert not OutgoingEvent.objects.exists()
