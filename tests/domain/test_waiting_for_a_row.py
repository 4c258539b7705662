# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL: who waited for a row looks again at what it has become, and does not go on as before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.assessment.models import Assessment, QueueEntry, Skip
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import RefusedError
from havn.domain.publication import services as publication
from havn.domain.publication.models import ProvisionalPiece
from havn.lib import wire
from tests.support.casework import POLICY, SmallNode, small_node
from tests.support.half_year import TOLD_AT, halves
from tests.support.hub import HubAlliance
from tests.support.waiting import wait_until

# On SQLite one transaction that writes excludes every other from its beginning.
pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@contextmanager
def done_meanwhile(work: Callable[[], object]) -> Iterator[list[object]]:
    """Do work in another thread, which comes to wait for the transaction inside; see what it gave."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - shown by the test
            outcome.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    try:
        with transaction.atomic():
            yield outcome
            other.start()
            wait_until(lambda: somebody_waits() or outcome, what="waiting for the row")
            assert outcome == [], "nobody had to wait"
    finally:
        other.join(timeout=30)


def test_a_report_about_an_item_that_closes_at_the_same_moment_is_new_work(
    node: SmallNode,
) -> None:
    other = node.filed_item("https://a.example/18")
    closing = node.filed_item("https://a.example/17")
    report = record.NewReport(
        report_id=closing,
        organisation=node.organisation,
        channel="web",
        language="en",
        received_at=node.at,
        addresses=("https://a.example/17", "https://a.example/18"),
    )

    def file() -> list[record.FiledReport]:
        return record.file_reports(reports=[report], actor=node.system, at=node.at)

    with done_meanwhile(file) as outcome:
        record.set_legal_class(
            item_id=closing, legal_class=LegalClass.NOT_ILLEGAL, actor=node.system, at=node.at
        )

    [[filed]] = outcome
    assert [(item.item_id == other, item.is_duplicate) for item in filed.items] == [
        (False, False),
        (True, True),
    ]
    new = ContentItem.objects.get(pk=filed.items[0].item_id)
    assert (new.pk == closing, new.is_open, new.told_times) == (False, True, 1)
    assert cases.item(item_id=closing, actor=node.system).told_times == 1
    assert cases.item(item_id=other, actor=node.system).told_times == 2


@pytest.mark.parametrize("again", ["assess", "skip", "release", "renew_lease"])
def test_a_lease_decides_once_and_does_nothing_afterwards(node: SmallNode, again: str) -> None:
    item_id = node.filed_item()
    assessment.enter_queue(
        items={node.item(item_id).report_id: [item_id]}, actor=node.system, at=node.at
    )
    held = assessment.take_next(actor=node.analyst, at=node.at)
    assert held is not None
    decision = assessment_rules.default_decision(POLICY, jurisdiction="DK")
    lease = {
        "item_id": item_id,
        "lease_token": held.lease_token,
        "actor": node.analyst,
        "at": node.at,
    }
    more = {"assess": {"decision": decision}, "skip": {"reason": "technical"}}

    with done_meanwhile(
        lambda: getattr(assessment, again)(**lease, **more.get(again, {}))
    ) as outcome:
        assessment.assess(**lease, decision=decision)  # type: ignore[arg-type]

    [refusal] = outcome
    assert isinstance(refusal, RefusedError), refusal
    assert refusal.code == "lease_over"
    assert Assessment.objects.count() == 1
    assert not Skip.objects.exists()
    entry = QueueEntry.objects.get()
    assert (entry.state, entry.holder_id, entry.lease_until) == ("done", None, None)


def test_of_two_half_year_updates_that_become_whole_at_once_one_is_current() -> None:  # H23
    hub = HubAlliance(at=TOLD_AT + timedelta(minutes=10))
    early, late = halves(), halves(as_of=TOLD_AT + timedelta(minutes=5))

    def keep(number: int, told: tuple[wire.ProvisionalPiece, ...]) -> str:
        return publication.keep_piece(
            body=told[number].as_value(), subject=told[number].update, sender=hub.node_of("DK"),
            actor=hub.system, at=hub.at,
        )  # fmt: skip

    assert [keep(0, early), keep(0, late)] == ["", ""]
    with done_meanwhile(lambda: keep(1, late)) as outcome:
        assert keep(1, early) == ""
    assert outcome == [""]
    current = ProvisionalPiece.objects.filter(is_current=True)
    assert {row.update for row in current} == {late[0].update}
