# SPDX-License-Identifier: Apache-2.0
"""Filing: nothing is lost or doubled, open items swallow duplicates, texts are readable to few."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem, DataKey, ItemTelling, Report
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger.models import Fact, OutgoingEvent
from tests.support.casework import SmallNode, small_node

pytestmark = pytest.mark.django_db

PAGE = "https://host.example/item/17"


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def new_report(node: SmallNode, *addresses: str, **changes: object) -> record.NewReport:
    report = record.NewReport(
        report_id=uuid4(),
        organisation=node.organisation,
        channel="web",
        language="da",
        received_at=node.at,
        addresses=addresses,
        texts={"words": "confirmed item 17", "where": ""},
    )
    return replace(report, **changes)


def file(node: SmallNode, report: record.NewReport) -> record.FiledReport:
    return record.file_reports(reports=[report], actor=node.system, at=node.at)[0]


def test_a_report_leaves_its_item_fact_and_entry_and_tells_no_other_node(node):
    filed = file(node, new_report(node, PAGE))
    (item,) = filed.items
    assert (item.is_duplicate, item.has_address) == (False, True)
    fact = Fact.objects.get(name="report_received")
    assert fact.subject_id == filed.report_id
    assert fact.codes["duplicate"] is False
    assert not OutgoingEvent.objects.exists()
    assert Entry.objects.filter(action="report.filed", subject_id=filed.report_id).count() == 1


def test_the_same_report_again_changes_nothing(node):
    report = new_report(node, PAGE)
    first, second = file(node, report), file(node, report)
    assert second.is_repeat
    assert second.items == first.items
    assert Report.objects.count() == ContentItem.objects.count() == 1
    assert Entry.objects.filter(action="report.filed").count() == 1
    assert Fact.objects.filter(name="report_received").count() == 1


def test_an_open_item_swallows_the_same_address_whatever_its_fragment(node):
    (first,) = file(node, new_report(node, PAGE)).items
    (second,) = file(node, new_report(node, PAGE + "#part")).items
    assert second == replace(first, is_duplicate=True)
    assert node.item(first.item_id).told_times == 2
    assert ItemTelling.objects.filter(item_id=first.item_id).count() == 2
    facts = Fact.objects.filter(name="report_received")  # both of one instant, in no order
    assert sorted(facts.values_list("codes__duplicate", flat=True)) == [False, True]


def test_a_report_on_a_closed_item_is_new_work(node):
    (first,) = file(node, new_report(node, PAGE)).items
    record.set_legal_class(
        item_id=first.item_id, legal_class=LegalClass.NOT_ILLEGAL, actor=node.system, at=node.at
    )
    (second,) = file(node, new_report(node, PAGE)).items
    assert second.item_id != first.item_id
    assert not second.is_duplicate
    assert node.item(second.item_id).earlier_items == 1


def test_what_is_no_address_becomes_a_described_item_and_is_kept(node):
    report = new_report(node, "javascript:alert(17)", "not an address", described="a chat")
    filed = file(node, report)
    (item,) = filed.items
    assert not item.has_address
    texts = cases.report_texts(report_id=filed.report_id, actor=node.analyst, at=node.at)
    assert texts["described"].split("\n") == ["a chat", "javascript:alert(17)", "not an address"]


PICTURE = "data:image/png;base64,iVBORw0KGgo" + "A1bC" * 450
SIGNED = "https://cdn.example/img/b/" + "AVvXsEh4_kQ9-" * 40


def test_a_picture_written_as_letters_is_left_out_wherever_it_stands(node):
    inside = "https://host.example/?u=" + PICTURE
    report = new_report(
        node, PAGE, PICTURE, inside, SIGNED, described=PICTURE, texts={"words": PICTURE}
    )
    filed = file(node, report)
    assert [item.has_address for item in filed.items] == [True, True, False]
    texts = cases.report_texts(report_id=filed.report_id, actor=node.analyst, at=node.at)
    left_out = "(Left out: a file written as letters.)"
    assert texts == {"words": left_out, "described": "\n".join([left_out] * 3)}
    hrefs = ContentItem.objects.exclude(href="").values_list("href", flat=True)
    assert set(hrefs) == {PAGE, SIGNED}


def test_a_pasted_picture_becomes_no_item_and_a_signed_address_does(node):
    filed = file(node, new_report(node, PAGE))
    lines = record.add_items(
        report_id=filed.report_id,
        addresses=[PICTURE, "https://host.example/?u=" + PICTURE, SIGNED],
        actor=node.analyst,
        at=node.at,
    )
    assert [line.outcome for line in lines] == ["refused", "refused", "new"]
    assert "encoded file" in lines[1].sentence


def test_a_report_without_anything_still_is_an_item(node):
    (item,) = file(node, new_report(node)).items
    assert node.item(item.item_id).kind == "described"


def test_one_report_that_names_an_address_twice_tells_once(node):
    (item,) = file(node, new_report(node, PAGE, PAGE)).items
    assert node.item(item.item_id).told_times == 1


def test_texts_are_encrypted_and_reading_them_leaves_an_entry(node):
    filed = file(node, new_report(node, PAGE, contact={"reach": "somebody 17"}))
    row = Report.objects.get(pk=filed.report_id)
    assert b"item 17" not in bytes(row.sealed_texts) + bytes(row.sealed_contact)
    texts = cases.report_texts(report_id=filed.report_id, actor=node.analyst, at=node.at)
    assert texts == {"words": "confirmed item 17"}
    entry = Entry.objects.get(action="report.text_opened")
    assert (entry.subject_id, entry.actor_id) == (filed.report_id, node.analyst.identifier)


def test_without_its_data_key_a_text_is_gone(node):
    filed = file(node, new_report(node, PAGE))
    DataKey.objects.all().delete()
    with pytest.raises(NotFoundError):
        cases.report_texts(report_id=filed.report_id, actor=node.analyst, at=node.at)


@pytest.mark.parametrize("has_consent", [True, False])
def test_police_see_a_contact_only_with_consent(node, has_consent):
    report = new_report(
        node, PAGE, contact={"reach": "somebody 17"}, has_police_consent=has_consent
    )
    file(node, report)

    def opened(actor: Actor) -> dict[str, str]:
        return cases.report_contact(report_id=report.report_id, actor=actor, at=node.at)

    assert opened(node.analyst) == {"reach": "somebody 17"}
    if has_consent:
        assert opened(node.investigator) == {"reach": "somebody 17"}
    else:
        for actor in (node.investigator, node.system):
            with pytest.raises(NotFoundError):
                opened(actor)


def test_consent_without_a_contact_counts_for_nothing(node):
    report = new_report(node, PAGE, has_police_consent=True)
    file(node, report)
    assert not Report.objects.get(pk=report.report_id).has_police_consent


def test_operators_and_other_organisations_find_no_case(node):
    filed = file(node, new_report(node, PAGE))
    (item,) = filed.items
    for actor in (node.operator, node.stranger, Actor.operator(organisation=node.organisation)):
        with pytest.raises(NotFoundError):
            cases.item(item_id=item.item_id, actor=actor)
        with pytest.raises(NotFoundError):
            cases.report_texts(report_id=filed.report_id, actor=actor, at=node.at)
    assert cases.items_list(actor=node.stranger).items == ()


def test_each_pasted_line_gets_its_outcome(node):
    filed = file(node, new_report(node, PAGE))
    lines = record.add_items(
        report_id=filed.report_id,
        addresses=[PAGE, "https://host.example/18", "", "https://host.example/18#a", "data:x"],
        actor=node.analyst,
        at=node.later(minutes=1),
    )
    assert [(line.line_no, line.outcome) for line in lines] == [
        (1, "known"),
        (2, "new"),
        (4, "twice"),
        (5, "refused"),
    ]
    assert lines[2].item_id == lines[1].item_id
    assert lines[3].sentence
    assert node.item(lines[1].item_id).origin == "pasted"
    assert len(cases.items_of_report(report_id=filed.report_id, actor=node.analyst)) == 2


def test_pasting_the_same_list_again_makes_nothing_new(node):
    filed = file(node, new_report(node, PAGE))
    for outcome in ("new", "known"):
        (line,) = record.add_items(
            report_id=filed.report_id,
            addresses=["https://host.example/18"],
            actor=node.analyst,
            at=node.at,
        )
        assert line.outcome == outcome
    assert node.item(line.item_id).told_times == 1


def test_too_long_a_list_is_refused_whole(node):
    filed = file(node, new_report(node, PAGE))
    addresses = [f"https://host.example/{number}" for number in range(1001)]
    with pytest.raises(RefusedError) as refusal:
        record.add_items(
            report_id=filed.report_id, addresses=addresses, actor=node.analyst, at=node.at
        )
    assert refusal.value.code == "too_many_addresses"
    assert ContentItem.objects.count() == 1


def test_a_list_pages_through_all_items_once_and_counts_as_many(node):
    for number in range(7):
        node.filed_item(f"https://host.example/{number}")
        node.later(minutes=number % 2)
    seen: list[UUID] = []
    after = ""
    while True:
        page = cases.items_list(actor=node.analyst, after=after, most=3)
        seen += [line.id for line in page.items]
        after = page.next_after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 7
    assert cases.counts(actor=node.analyst)["received"] == 7


def test_a_list_costs_one_query_however_long(node, django_assert_num_queries):
    for number in range(5):
        node.filed_item(f"https://host.example/{number}")
    with django_assert_num_queries(1):
        assert len(cases.items_list(actor=node.analyst).items) == 5


@pytest.mark.parametrize(
    "after",
    [
        "",
        "nonsense",
        "2026-03-02~x",
        "2026-03-02T09:00:00~" + "0" * 32,
        "0001-01-01T00:00:00+14:00~" + "0" * 32,
        "9999-12-31T23:59:59-14:00~" + "0" * 32,
    ],
)
def test_a_tampered_place_begins_at_the_first_page(node, after):
    node.filed_item()
    assert len(cases.items_list(actor=node.analyst, after=after).items) == 1


@pytest.mark.parametrize("search", [PAGE, "host.example", "HOST.example", "example"])
def test_a_search_finds_address_host_and_what_lies_below(node, search):
    item_id = node.filed_item(PAGE)
    node.filed_item("https://elsewhere.test/1")
    found = cases.items_list(actor=node.analyst, filters=cases.ItemFilters(search=search)).items
    assert [line.id for line in found] == ([item_id] if search != "example" else [])


@pytest.mark.django_db(transaction=True)
def test_reports_on_one_address_at_the_same_moment_open_one_item():
    node = small_node()
    reports = [new_report(node, PAGE) for _ in range(8)]
    failures: list[BaseException] = []

    def work(report: record.NewReport) -> None:
        try:
            file(node, report)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(report,)) for report in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    item = ContentItem.objects.get()
    assert item.told_times == 8
    assert ItemTelling.objects.filter(item=item, is_duplicate=True).count() == 7


def test_an_open_item_shows_its_owner_age_and_page(node):
    item_id = node.filed_item()
    received_at = node.at
    (waits,) = cases.count_waits(actor=node.analyst, at=node.later(hours=1))
    assert (waits.oldest_id, waits.waits_for, waits.place) == (item_id, "analyst", "home")
    assert (waits.count, waits.oldest_at) == (1, received_at)


def test_an_item_that_waits_for_work_nobody_ordered_is_stuck(node):
    item_id = node.confirmed_item()
    at = node.at + timedelta(hours=1)
    assert [end.item.id for end in cases.stuck_items(actor=node.supervisor, at=at)] == [item_id]


@pytest.mark.django_db(transaction=True)
def test_reports_that_name_the_same_addresses_in_another_order_do_not_block_each_other():
    node = small_node()
    addresses = [f"https://host.example/{number}" for number in range(12)]
    reports = [new_report(node, *addresses[n:], *addresses[:n]) for n in range(8)]
    failures: list[BaseException] = []

    def work(report: record.NewReport) -> None:
        try:
            file(node, report)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(report,)) for report in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(ContentItem.objects.values_list("told_times", flat=True)) == {8}
    assert ContentItem.objects.count() == len(addresses)
