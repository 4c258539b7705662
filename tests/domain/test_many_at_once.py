# SPDX-License-Identifier: Apache-2.0
"""Lists: a thousand addresses pasted, decided and taken back cost few statements, and lose nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.assessment.models import Assessment, QueueEntry, Withdrawal
from havn.domain.audit.models import Detail, Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem, ItemTelling, TrackMove
from havn.domain.cases.rules import LegalClass, Mover, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs.models import OPEN, Job
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.workflow.services import casework
from tests.support.casework import POLICY, SmallNode, held, small_node, submitted

OF_THE_REPORT = {"casework.pasted"}  # an entry about the report as a whole accompanies the others
pytestmark = pytest.mark.django_db

# On SQLite Django binds at most 999 values in a statement: 28 rows of an item's 35 columns.
PASTE_AT_MOST = {"sqlite": 40, "postgresql": 25}
BATCH_AT_MOST = {"sqlite": 60, "postgresql": 45}


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def addresses(many: int, *, of: str = "a") -> list[str]:
    return [f"https://host-{n % 7}.{of}.example/item/{n}" for n in range(many)]


def report_of(node: SmallNode, number: int = 17) -> UUID:
    return node.item(node.filed_item(f"https://reported.example/{number}")).report_id


def paste(node: SmallNode, report_id: UUID, lines: list[str]) -> list[record.PastedLine]:
    return casework.addresses_pasted(
        report_id=report_id, addresses=lines, actor=node.analyst, at=node.at
    )


def pasted_items(node: SmallNode, many: int) -> list[UUID]:
    lines = paste(node, report_of(node), addresses(many))
    return [line.item_id for line in lines if line.item_id is not None]


def decide(
    node: SmallNode, item_ids: list[UUID], legal_class: LegalClass = LegalClass.BASELINE
) -> UUID:
    batch_id = uuid4()
    proposed = assessment_rules.default_decision(POLICY, jurisdiction="DK")
    casework.assess_batch(
        item_ids=item_ids,
        decision=replace(proposed, legal_class=legal_class),
        batch_id=batch_id,
        actor=node.analyst,
        at=node.at,
    )
    return batch_id


def undo(node: SmallNode, batch_id: UUID) -> int:
    return casework.withdraw_batch(batch_id=batch_id, actor=node.analyst, at=node.at)


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


# What it costs.


def test_two_hundred_pasted_lines_cost_no_more_than_a_handful_of_statements(
    node: SmallNode,
) -> None:
    report_id = report_of(node)
    few = statements(lambda: paste(node, report_id, addresses(20, of="few")))
    many = statements(lambda: paste(node, report_id, addresses(200, of="many")))
    assert few <= many <= PASTE_AT_MOST[connection.vendor]


def test_a_list_that_is_known_already_costs_fewer(node: SmallNode) -> None:
    report_id = report_of(node)
    paste(node, report_id, addresses(200))
    assert statements(lambda: paste(node, report_id, addresses(200))) <= 16
    other = report_of(node, 18)
    assert statements(lambda: paste(node, other, addresses(200))) <= 20


def test_a_decision_for_two_hundred_items_and_its_undo_cost_no_more_than_a_handful(
    node: SmallNode,
) -> None:
    item_ids = pasted_items(node, 200)
    made: list[UUID] = []
    most = BATCH_AT_MOST[connection.vendor]
    assert statements(lambda: made.append(decide(node, item_ids))) <= most
    assert statements(lambda: undo(node, made[0])) <= most


def test_a_closing_decision_for_two_hundred_items_and_its_undo_cost_no_more(
    node: SmallNode,
) -> None:
    item_ids = pasted_items(node, 200)
    made: list[UUID] = []
    work = lambda: made.append(decide(node, item_ids, LegalClass.NOT_ILLEGAL))  # noqa: E731
    assert statements(work) <= BATCH_AT_MOST[connection.vendor]
    assert {node.item(each).stage for each in item_ids[:3]} == {"closed"}
    assert statements(lambda: undo(node, made[0])) <= BATCH_AT_MOST[connection.vendor]
    assert {node.item(each).stage for each in item_ids[:3]} == {"received"}


# What it leaves behind: the same as one by one.


def test_each_pasted_item_has_its_telling_its_place_in_the_queue_and_its_history(
    node: SmallNode,
) -> None:
    item_ids = pasted_items(node, 30)
    assert QueueEntry.objects.filter(pk__in=item_ids, state="waiting").count() == 30
    assert ItemTelling.objects.filter(item_id__in=item_ids, is_duplicate=False).count() == 30
    for item_id in item_ids[:3]:
        lines = cases.history(item_id=item_id, actor=node.analyst)
        told = {line.code: line.who for line in lines if line.code not in OF_THE_REPORT}
        assert told == {
            "report.addresses_added": node.analyst.identifier,
            "items.queued": node.analyst.identifier,
        }


def test_one_entry_names_all_items_of_a_list_and_another_item_does_not_show_it(
    node: SmallNode,
) -> None:
    item_ids = pasted_items(node, 30)
    queued = Entry.objects.get(action="items.queued")
    assert all(str(each) in Detail.objects.get(entry=queued).detail for each in item_ids)
    (first,) = ContentItem.objects.exclude(pk__in=item_ids)
    lines = cases.history(item_id=first.pk, actor=node.analyst)
    assert [line.code for line in lines if line.code not in OF_THE_REPORT] == ["report.filed"]


def test_a_decision_for_many_leaves_for_each_what_a_decision_for_one_does(node: SmallNode) -> None:
    item_ids = pasted_items(node, 30)
    batch_id = decide(node, item_ids)
    assert Assessment.objects.filter(item_id__in=item_ids, batch_id=batch_id).count() == 30
    assert {node.item(each).police for each in item_ids} == {"due"}
    moves = TrackMove.objects.filter(item_id__in=item_ids, target="due", source="none")
    assert moves.count() == 30
    facts = Fact.objects.filter(name="item_assessed", subject_id__in=item_ids)
    assert [fact.codes["first"] for fact in facts] == [True] * 30
    assert not OutgoingEvent.objects.exists()
    kinds = Counter(
        Job.objects.filter(OPEN, subject_id__in=item_ids).values_list("kind", flat=True)
    )
    assert kinds == {"trace": 30, "check": 30, "package": 30}
    assert Entry.objects.filter(subject_kind="batch", subject_id=batch_id).count() == 4


def test_an_undo_leaves_nothing_of_a_decision_but_its_history(node: SmallNode) -> None:
    item_ids = pasted_items(node, 30)
    batch_id = decide(node, item_ids)
    assert undo(node, batch_id) == 30
    assert Withdrawal.objects.count() == 30
    assert {(i.police, i.stage) for i in map(node.item, item_ids)} == {("none", "received")}
    assert not Job.objects.filter(OPEN, subject_id__in=item_ids).exists()
    assert QueueEntry.objects.filter(pk__in=item_ids, state="waiting").count() == 30
    second = decide(node, item_ids)
    facts = Fact.objects.filter(name="item_assessed", subject_id__in=item_ids)
    told = Counter(fact.codes.get("first", "withdrawn") for fact in facts)
    assert told == {True: 30, "withdrawn": 30, False: 30}
    assert second != batch_id


def test_an_undo_is_refused_whole_when_one_address_was_reported_again(node: SmallNode) -> None:
    item_ids = pasted_items(node, 5)
    batch_id = decide(node, item_ids, LegalClass.NOT_ILLEGAL)
    node.filed_item(addresses(5)[2])
    with pytest.raises(RefusedError) as refusal:
        undo(node, batch_id)
    assert refusal.value.code == "superseded"
    assert {node.item(each).stage for each in item_ids} == {"closed"}
    assert not Withdrawal.objects.exists()


def test_of_a_list_with_one_foreign_or_held_item_nothing_is_decided(node: SmallNode) -> None:
    item_ids = pasted_items(node, 5)
    with pytest.raises(NotFoundError):
        decide(node, [*item_ids, uuid4()])
    taken = assessment.take_next(actor=node.supervisor, at=node.at)
    assert taken is not None
    with pytest.raises(RefusedError) as refusal:
        decide(node, item_ids)
    assert refusal.value.code == "held"
    assert not Assessment.objects.exists()
    assert not Job.objects.filter(kind="trace").exists()


def test_moving_many_is_refused_whole_when_one_may_not_move(node: SmallNode) -> None:
    good, bad = node.confirmed_item("https://a.example/1"), node.filed_item("https://a.example/2")
    batch_id = uuid4()

    def move(item_ids: list[UUID], target: str, track: Track = Track.POLICE) -> list[UUID]:
        return record.move_tracks(
            item_ids=item_ids,
            track=track,
            target=target,
            mover=Mover.SYSTEM,
            batch_id=batch_id,
            actor=node.system,
            at=node.at,
        )

    with pytest.raises(RefusedError) as refusal:
        move([good, bad], "due")
    assert refusal.value.code == "not_confirmed"
    assert not TrackMove.objects.exists()
    with pytest.raises(NotFoundError):
        move([good, uuid4()], "due")
    assert move([good], "due") == [good]
    assert move([], "due") == []
    assert Entry.objects.filter(action="items.moved", subject_id=batch_id).count() == 1


@pytest.mark.parametrize("by_host", [True, False])
def test_moving_many_heeds_a_hold_on_one_of_them(node: SmallNode, by_host: bool) -> None:
    items = [node.confirmed_item(f"https://host-{n}.example/{n}") for n in range(3)]
    held(node, None if by_host else items[1], host="host-1.example" if by_host else "")
    with pytest.raises(RefusedError) as refusal:
        record.move_tracks(
            item_ids=items,
            track=Track.NOTICE,
            target="queued",
            mover=Mover.SYSTEM,
            batch_id=uuid4(),
            actor=node.system,
            at=node.at,
        )
    assert refusal.value.code == "held_by_police"
    assert {node.item(each).notice for each in items} == {"none"}


def test_what_many_moves_tell_of_is_told_for_each(node: SmallNode) -> None:
    items = [node.confirmed_item(f"https://host-{n}.example/{n}") for n in range(3)]
    for target in ("due", "told"):
        record.move_tracks(
            item_ids=items,
            track=Track.POLICE,
            target=target,
            mover=Mover.SYSTEM,
            batch_id=uuid4(),
            actor=node.system,
            at=node.at,
        )
    assert Fact.objects.filter(name="police_informed").count() == 3
    assert {node.item(each).police_told_at for each in items} == {node.at}


# Several reports filed at once.


def test_two_reports_of_one_filing_that_name_an_address_open_one_item(node: SmallNode) -> None:
    for _ in range(3):
        submitted(node, "https://a.example/1", "https://a.example/1#again")
    submitted(node, "https://a.example/1", "https://a.example/2")
    assert node.work("file_submission") == ["file_submission"] * 4
    first = ContentItem.objects.get(href="https://a.example/1")
    assert (first.told_times, first.tellings.count()) == (4, 4)
    assert first.tellings.filter(is_duplicate=False).count() == 1
    assert ContentItem.objects.count() == QueueEntry.objects.count() == 2


def test_reports_filed_in_one_call_become_what_they_become_one_by_one(node: SmallNode) -> None:
    reports = [
        record.NewReport(
            report_id=uuid4(),
            organisation=node.organisation,
            channel="file",
            language="en",
            received_at=node.at,
            addresses=given,
            described=described,
        )
        for given, described in [
            (("https://a.example/1", "https://a.example/2"), ""),
            (("https://a.example/2", "no address"), "a chat"),
            ((), ""),
            (("https://a.example/2",), ""),
        ]
    ]
    filed = record.file_reports(reports=reports, actor=node.system, at=node.at)
    assert [[item.is_duplicate for item in one.items] for one in filed] == [
        [False, False],
        [True, False],
        [False],
        [True],
    ]
    again = record.file_reports(reports=reports[::-1], actor=node.system, at=node.at)
    assert [one.report_id for one in again] == [report.report_id for report in reports[::-1]]
    assert all(one.is_repeat for one in again)
    assert ContentItem.objects.get(href="https://a.example/2").told_times == 3
    received = Fact.objects.filter(name="report_received")
    assert Counter(fact.codes["duplicate"] for fact in received) == {False: 3, True: 1}
    assert Entry.objects.filter(action="report.filed").count() == 4


# At the same moment.


@pytest.mark.django_db(transaction=True)
def test_lists_pasted_at_the_same_moment_open_each_address_once_and_wait_in_no_ring() -> None:
    node = small_node()
    reports = [report_of(node, number) for number in range(4)]
    lists = [addresses(40), addresses(40)[::-1], addresses(40)[20:] + addresses(20), addresses(30)]
    outcomes: list[Counter[str]] = []
    failures: list[BaseException] = []
    start = threading.Barrier(len(lists))

    def work(report_id: UUID, lines: list[str]) -> None:
        try:
            start.wait()
            outcomes.append(Counter(line.outcome for line in paste(node, report_id, lines)))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=each) for each in zip(reports, lists, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    total = sum(outcomes, Counter())
    assert total == {"new": 40, "known": 110}
    pasted = ContentItem.objects.filter(origin="pasted")
    assert pasted.count() == 40
    assert sum(pasted.values_list("told_times", flat=True)) == 150
    assert QueueEntry.objects.filter(item__in=pasted).count() == 40
