# SPDX-License-Identifier: Apache-2.0
"""The list of leads: whatever police have not answered comes first, and every lead is on some page."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from havn.domain.cases.models import ContentItem, Report
from havn.domain.errors import NotFoundError
from havn.domain.investigation import rules
from havn.domain.investigation import selectors as investigation
from havn.domain.investigation.models import PoliceAnswer, PolicePackage
from tests.support.casework import SmallNode, small_node

pytestmark = pytest.mark.django_db
URGENCIES = ("normal", "urgent")
CLASSES = ("baseline", "national")
AVAILABILITIES = ("up", "reappeared", "unknown", "removed")
TIMES = (1, 3)


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def led(node: SmallNode, many: int, *, police: str = "told", **columns: object) -> list[UUID]:
    """Make leads, a minute after one another, and return their items, the oldest first."""
    report, _created = Report.objects.get_or_create(
        organisation=node.organisation,
        defaults={
            "id": uuid4(),
            "received_date": node.at.date(),
            "recorded_date": node.at.date(),
        },
    )
    items = []
    for _ in range(many):
        node.later(minutes=1)
        item = ContentItem(
            id=uuid4(),
            organisation=node.organisation,
            report=report,
            received_at=node.at,
            recorded_at=node.at,
            police=police,
            **({"legal_class": "baseline"} | columns),
        )
        items.append((item, node.at))
    ContentItem.objects.bulk_create([item for item, _at in items])
    PolicePackage.objects.bulk_create(
        PolicePackage(
            id=uuid4(), item=item, organisation=node.organisation, sealed_token=b"x", made_at=at
        )
        for item, at in items
    )
    if police != "told":
        PoliceAnswer.objects.bulk_create(
            PoliceAnswer(
                id=uuid4(),
                item=item,
                organisation=node.organisation,
                kind=police,
                answered_by=uuid4(),
                answered_at=at,
            )
            for item, at in items
        )
    return [item.pk for item, _at in items]


def paged(node: SmallNode, *, most: int = 50) -> list[investigation.Lead]:
    """Return the leads of all pages."""
    found: list[investigation.Lead] = []
    after = ""
    while True:
        page = investigation.leads(actor=node.investigator, after=after, most=most)
        assert len(page.leads) <= most
        found += page.leads
        after = page.next_after
        if not after:
            return found


def test_an_unanswered_lead_stands_first_however_many_newer_ones_were_answered(
    node: SmallNode,
) -> None:
    (old,) = led(node, 1, legal_class="national")
    led(node, 1100, police="taken", urgency="urgent")

    first = investigation.leads(actor=node.investigator).leads[0]

    assert (first.item_id, first.answer_kind) == (old, "")
    found = paged(node, most=200)
    assert len({lead.item_id for lead in found}) == len(found) == 1101


def test_unanswered_leads_stand_by_rank_and_age_and_answered_ones_by_age(node: SmallNode) -> None:
    for urgency, legal_class, availability, times in product(
        URGENCIES, CLASSES, AVAILABILITIES, TIMES
    ):
        columns = {"urgency": urgency, "legal_class": legal_class, "availability": availability}
        led(node, 2, told_times=times, **columns)
    led(node, 9, police="known")

    found = paged(node, most=7)

    def place(lead: investigation.Lead) -> tuple[bool, int, float]:
        rank = sum(rules.WEIGHTS[rules.RankReason(reason)] for reason in lead.rank_reasons)
        is_answered = bool(lead.answer_kind)
        return is_answered, 0 if is_answered else -rank, -lead.made_at.timestamp()

    assert len(found) == 2 * 2 * 2 * 4 * 2 + 9
    assert found == sorted(found, key=place)
    assert len({place(lead)[1] for lead in found}) == 16  # every sum of weights


def test_a_lead_that_comes_in_while_somebody_reads_shifts_no_page(node: SmallNode) -> None:
    led(node, 10)
    first = investigation.leads(actor=node.investigator, most=5)
    led(node, 3)

    second = investigation.leads(actor=node.investigator, after=first.next_after, most=5)

    assert not {lead.item_id for lead in first.leads} & {lead.item_id for lead in second.leads}
    assert len(second.leads) == 5


@pytest.mark.parametrize(
    "after",
    ["x", "7~", "99~2026-03-02T09:00:00+00:00~not", "~~", "-1~x~y", "9" * 400,
     f"3~0001-01-01T00:00:00+14:00~{UUID(int=1)}", f"~9999-12-31T23:59:59-14:00~{UUID(int=1)}"],
)  # fmt: skip
def test_a_tampered_place_begins_at_the_first_page(node: SmallNode, after: str) -> None:
    led(node, 2)
    assert len(investigation.leads(actor=node.investigator, after=after).leads) == 2


def test_leads_are_the_investigators_of_the_organisation_alone(node: SmallNode) -> None:
    led(node, 1)
    node.at += timedelta(days=1)
    assert investigation.leads(actor=node.stranger).leads == ()
    for nobody in (node.analyst, node.supervisor, node.operator):
        with pytest.raises(NotFoundError):
            investigation.leads(actor=nobody)
