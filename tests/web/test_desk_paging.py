# SPDX-License-Identifier: Apache-2.0
"""Every list of the desk is walked from page to page: each record of one's own once, in order, and none of others."""

import re
from copy import deepcopy
from datetime import timedelta
from uuid import UUID

import pytest
from lxml import html

from havn.domain.cases.models import ContentItem
from havn.domain.exchange.models import Alarm
from havn.domain.investigation.models import PolicePackage
from havn.domain.takedown.models import Notice, NoticeAnswer
from havn.domain.tracing.models import HostingEvidence
from havn.lib.encoding import uuid4, uuid7
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
MANY = 120  # two full pages and a piece
LISTS = {"items": "supervisor", "orphans": "supervisor", "contacts": "supervisor", "answers": "supervisor",
         "alarms": "supervisor", "leads": "investigator"}  # fmt: skip


@pytest.fixture(scope="module")
def made(standing):
    """Two organisations with many records each, taken in turn."""
    both = (
        World(register_own_node(), host="own-host.example"),
        World(uuid4(), host="other-host.example"),
    )
    for number in range(MANY):
        for world in both:
            fill(world, number)
    for model, rows in ROWS.items():
        model.objects.bulk_create(rows)
        rows.clear()
    return both


@pytest.fixture
def worlds(made, db):
    return deepcopy(made)


ROWS = {
    each: [] for each in (ContentItem, HostingEvidence, PolicePackage, Notice, NoticeAnswer, Alarm)
}


def fill(world, number):
    """Add one item to every list; two at a time at the same instant, so that ties are told apart."""
    item_id, at = uuid7(world.at), world.at + timedelta(seconds=number // 2)
    item = ContentItem.objects.filter(pk=world.items[0]).values().get() | {
        "id": item_id, "key_digest": "", "received_at": at, "assignment": "orphan", "police": "told",
        "legal_class": "baseline", "stage": "working",
        "href": f"https://{world.host}/{number}", "as_given": "",
    }  # fmt: skip
    common = {"organisation": world.organisation, "item_id": item_id}
    notice = Notice(
        id=uuid4(),
        contact_id=uuid4(),
        rung=1,
        message_id=f"<{item_id}@x.example>",
        queued_at=at,
        **common,
    )
    made = (
        ContentItem(**item),
        HostingEvidence(id=uuid7(at), observed_at=at, outcome="traced", waits_for="no_contact", **common),
        PolicePackage(id=uuid4(), sealed_token=b"", made_at=at, **common),
        notice,
        NoticeAnswer(id=uuid4(), notice=notice, organisation=world.organisation, kind="need_more", answered_at=at),
        Alarm(id=uuid4(), organisation=world.organisation, code="gap", about=str(number), first_at=at, last_at=at),
    )  # fmt: skip
    for row in made:
        ROWS[type(row)].append(row)


def pages(client, name):
    """Yield each page of a list, by the link or the button that leads on."""
    page = client.get(f"/desk/en/{name}/")
    while True:
        assert page.status_code == 200
        tree = html.fromstring(page.content.decode())
        yield tree
        after = tree.xpath("//input[@name='after']/@value")
        following = tree.xpath("//a[@rel='next']/@href")
        if after:
            page = client.post(f"/desk/en/{name}/", {"stage": "", "search": "", "after": after[0]})
        elif following:
            page = client.get(following[0])
        else:
            return


def listed(tree, name):
    """Return the records that a page lists, in order."""
    part = {
        "items": "item",
        "orphans": "item",
        "contacts": "contacts",
        "answers": "answers",
        "alarms": "alarms",
        "leads": "lead",
    }[name]
    last = {"contacts": "name/", "answers": "seen/", "alarms": "settle/"}.get(name, "")
    pattern = re.compile(rf"/desk/en/{part}/([0-9a-f-]{{36}})/{last}$")
    places = [*tree.xpath("//main//a/@href"), *tree.xpath("//main//form/@action")]
    return [UUID(found[1]) for place in places if (found := pattern.search(place))]


def own_records(world, name):
    """Return what a list must hold."""
    rows = {
        "items": ContentItem.objects.all(),
        "orphans": ContentItem.objects.filter(assignment="orphan"),
        "contacts": HostingEvidence.objects.exclude(waits_for=""),
        "answers": NoticeAnswer.objects.filter(seen_at=None),
        "alarms": Alarm.objects.filter(settled_at=None),
        "leads": PolicePackage.objects.all(),
    }[name].filter(organisation=world.organisation)
    field = "item_id" if name in {"contacts", "leads"} else "id"
    return sorted(rows.values_list(field, flat=True))


def test_every_list_is_walked_whole_and_holds_nothing_of_others(worlds):
    for world in worlds:
        for name, role in LISTS.items():
            found, count = [], 0
            for tree in pages(world.client(role), name):
                found += listed(tree, name)
                count += 1
            assert sorted(found) == own_records(world, name), name
            assert len(found) >= MANY, name
            assert count == 3, name


def test_a_tampered_or_foreign_place_in_a_list_begins_somewhere_in_ones_own(worlds):
    own, other = worlds
    theirs = own_records(other, "answers")[0], own_records(other, "contacts")[0]
    for name, role in LISTS.items():
        client, mine = own.client(role), set(own_records(own, name))
        for place in (
            "x",
            "0",
            "-1",
            "99999999",
            "2026-01-01T00:00:00~x",
            "\x00",
            *map(str, theirs),
        ):
            page = (
                client.post("/desk/en/items/", {"after": place})
                if name == "items"
                else client.get(f"/desk/en/{name}/after/{place}/")
            )
            assert page.status_code in {200, 404}, (name, place)
            if page.status_code == 200:
                assert set(listed(html.fromstring(page.content.decode()), name)) <= mine


@pytest.mark.parametrize(
    ("waiting", "shown"), [(49, "49"), (50, "50"), (51, "50+"), (MANY, "50+")]
)
def test_home_says_more_than_fifty_of_more_than_fifty_only(worlds, waiting, shown):
    world = worlds[0]
    own = NoticeAnswer.objects.filter(organisation=world.organisation)
    own.exclude(pk__in=list(own.values_list("pk", flat=True)[:waiting])).delete()
    cards = world.client("supervisor").get("/desk/en/").context["cards"]
    assert [each["count"] for each in cards if each["address"].endswith("/answers/")] == [shown]
