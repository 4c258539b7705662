# SPDX-License-Identifier: Apache-2.0
"""A thousand takes at the same time: each item is held once, by whom the row says."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from havn.domain.actor import Actor, Role
from havn.domain.assessment import services as assessment
from havn.domain.assessment.models import QueueEntry
from havn.domain.cases import services as record
from tests.support.casework import SmallNode, person, small_node

pytestmark = pytest.mark.django_db(transaction=True)

TAKES, ITEMS, THREADS = 1_000, 400, 10


def queued_items(node: SmallNode) -> None:
    report = record.NewReport(
        report_id=uuid4(),
        organisation=node.organisation,
        channel="file",
        language="en",
        received_at=node.at,
        addresses=tuple(f"https://host.example/item/{number}" for number in range(ITEMS)),
    )
    [filed] = record.file_reports(reports=[report], actor=node.system, at=node.at)
    items = [item.item_id for item in filed.items]
    assessment.enter_queue(items={filed.report_id: items}, actor=node.system, at=node.at)


def take_patiently(actor: Actor, node: SmallNode) -> assessment.Held | None:
    """Take as a person does who presses the button again when the database was too busy.

    SQLite gives its one write lock to whoever asks at the right moment: under load a thread can
    wait longer than `busy_timeout`. That take is refused whole, and nothing of it remains.
    """
    for _attempt in range(10):
        try:
            return assessment.take_next(actor=actor, at=node.at)
        except OperationalError as error:
            refused = error
    raise refused


@pytest.mark.timeout(300)
def test_a_thousand_parallel_takes_hold_no_item_twice():
    node = small_node()
    queued_items(node)
    analysts = [person(node.organisation, Role.ANALYST) for _ in range(TAKES)]
    held: list[tuple[assessment.Held, Actor]] = []
    failures: list[BaseException] = []
    start = threading.Barrier(THREADS)

    def take(some: list[Actor]) -> None:
        try:
            start.wait()
            for actor in some:
                got = take_patiently(actor, node)
                if got is not None:
                    held.append((got, actor))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=take, args=(analysts[number::THREADS],))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(held) == ITEMS
    assert len({got.item_id for got, _actor in held}) == ITEMS
    rows = {row.pk: (row.holder_id, row.lease_token) for row in QueueEntry.objects.all()}
    assert rows == {got.item_id: (actor.identifier, got.lease_token) for got, actor in held}
