# SPDX-License-Identifier: Apache-2.0
"""Every open item stands on the page that `whose_turn` names: the database and the rule agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from havn.domain.cases import rules
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import ContentItem, Hold, Report
from havn.domain.cases.rules import Place
from havn.domain.errors import NotFoundError
from tests.support.casework import SmallNode, confirmed, small_node

pytestmark = pytest.mark.django_db
ASKED = (
    Place.CONTACTS,
    Place.ANSWERS,
    Place.ORPHANS,
    Place.REFERRALS,
    Place.REFERRED,
    Place.HOLDS,
    Place.TROUBLE,
    Place.SUPERVISION,
)
HELD_HOST = "held.example"


@pytest.fixture
def node() -> SmallNode:
    return small_node()


def every_state(node: SmallNode, report: Report) -> Iterator[tuple[ContentItem, bool]]:
    """Yield an item in every combination that the rule tells apart, and whether it is held."""
    classes = (None, rules.LegalClass.BASELINE, rules.LegalClass.SELF_REPORTED)
    police_states = (rules.Police.NONE, rules.Police.DUE, rules.Police.TOLD)
    hosts = ("free.example", HELD_HOST, "")
    for index, (legal_class, assignment, police, notice, availability, host) in enumerate(
        product(
            classes,
            rules.Assignment,
            police_states,
            rules.Notice,
            rules.Availability,
            hosts,
        )
    ):
        stage = rules.stage_of(
            legal_class=legal_class,
            police=police,
            notice=notice,
            availability=availability,
            assignment=assignment,
        )
        item = ContentItem(
            id=uuid4(),
            organisation=node.organisation,
            report=report,
            kind="address" if host else "described",
            href=f"https://{host}/{index}" if host else "",
            host=host,
            received_at=node.at + timedelta(seconds=index),
            recorded_at=node.at,
            legal_class=legal_class or "",
            assignment=assignment,
            police=police,
            notice=notice,
            availability=availability,
            stage=stage.name.value,
            is_open=stage.is_open,
        )
        yield item, host == HELD_HOST


def place_of(item: ContentItem, *, is_held: bool) -> Place | None:
    turn = rules.whose_turn(
        rules.Tracks(
            rules.Assignment(item.assignment),
            rules.Police(item.police),
            rules.Notice(item.notice),
            rules.Availability(item.availability),
        ),
        legal_class=rules.LegalClass(item.legal_class) if item.legal_class else None,
        has_address=bool(item.href),
        is_held=is_held,
    )
    return turn.place if turn else None


def listed(node: SmallNode, place: Place) -> set[UUID]:
    """Return what all pages of a place list; no item twice."""
    found: list[UUID] = []
    after = ""
    while True:
        page = cases.items_at(
            place=place, actor=node.supervisor, at=node.at, after=after, most=500
        )
        found += [line.id for line in page.items]
        after = page.next_after
        if not after:
            assert len(found) == len(set(found))
            return set(found)


def test_the_pages_list_exactly_the_items_whose_turn_leads_there(node: SmallNode) -> None:
    report = Report.objects.create(
        id=uuid4(),
        organisation=node.organisation,
        received_date=node.at.date(),
        recorded_date=node.at.date(),
    )
    Hold.objects.create(
        id=uuid4(),
        organisation=node.organisation,
        host=HELD_HOST,
        placed_by=uuid4(),
        placed_at=node.at,
        until=node.at + timedelta(hours=1),
    )
    states = list(every_state(node, report))
    ContentItem.objects.bulk_create([item for item, _is_held in states], batch_size=500)
    wanted: dict[Place | None, set[UUID]] = {}
    for item, is_held in states:
        wanted.setdefault(place_of(item, is_held=is_held), set()).add(item.pk)

    assert len(states) == 5670
    for place in ASKED:
        assert wanted[place]
        assert listed(node, place) == wanted[place], place


def test_pages_of_items_are_counted_up_to_a_thousand_and_closed_to_others(node: SmallNode) -> None:
    confirmed(node)  # waits for its contact

    count = cases.count_at(place=Place.CONTACTS, actor=node.analyst, at=node.at)
    assert count == 1
    assert cases.count_at(place=Place.CONTACTS, actor=node.stranger, at=node.at) == 0
    with pytest.raises(NotFoundError):
        cases.items_at(place=Place.TROUBLE, actor=node.operator, at=node.at)
